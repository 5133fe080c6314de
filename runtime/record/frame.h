// SPDX-License-Identifier: Apache-2.0
// One message that is open while a record program runs: where its fields stand, what was written to them, and its
// attributes: where those stand that are looked at by constant keys, or all of them as a list that can be changed.
//
// Opening scans the message once and notes where each field's value begins; nothing is decoded. A written field is
// encoded at once, and from then on the note points to what was written, so reading does not care. Closing copies what
// was not written in as few pieces as there are gaps, and puts what was written behind it.
#pragma once

#include "runtime/ottl/value.h"
#include "runtime/record/program.h"
#include "runtime/wire/wire.h"

#include <vector>

namespace whittle::record {

// The highest number of a field that programs name, and one more.
inline constexpr uint32_t kFields = 20;

// One attribute. `raw`: the field as it was received, with its tag; empty for what the program has put there.
struct Entry {
  Text key;
  Bytes any;  // the AnyValue's content, where `raw` is not empty
  Bytes raw;
  ottl::Value value;  // where `raw` is empty
};

// The attribute of a constant key. Of several with that key the first counts, as in the reference.
struct KeyedAttribute {
  enum class State : uint8_t { Received, Changed, Added };
  const uint8_t* at;  // the field with its tag, as it was received; null: there was none, or it is gone
  const uint8_t* end;
  Bytes any;          // the content of its AnyValue
  ottl::Value value;  // unless it is as it was received
  State state;
};

// Whether a KeyValue is as encoders write it: a key and a value whose lengths are one byte. Then its key follows its
// first two bytes, and its value the two behind that.
inline bool is_usual(const uint8_t* at, size_t size) {
  if (size < 4 || at[0] != 0x0A) return false;
  const size_t key = at[1];
  // A length of more than one byte is at least 128, and does not fit either.
  return size < 0x80 && key + 4 <= size && at[2 + key] == 0x12 && key + at[3 + key] + 4 == size;
}

// What the field `whole` is, a KeyValue that has `content`.
inline Entry entry_of(Bytes whole, Bytes content) {
  Entry e{{}, {}, whole, {}};
  const uint8_t* at = content.data();
  if (is_usual(at, content.size())) {
    const size_t key = at[1];
    e.key = as_text({at + 2, key});
    e.any = {at + 4 + key, at[3 + key]};
    return e;
  }
  for (const uint8_t *p = at, *end = p + content.size(); p < end;) {
    const wire::RawField f = wire::next_field(p);
    if (f.number() == 1) e.key = as_text(f.content());
    if (f.number() == 2) e.any = f.content();
  }
  return e;
}

// What takes the place of a field that was received: the value of a key, or nothing.
struct Change {
  Bytes place;
  const KeyedAttribute* by;
  Text key;
};

// How a message is looked at.
struct Looks {
  bool fields = true;
  bool attributes = false;
  const Keys* keys = nullptr;  // some by these
};

struct Frame {
  Kind kind = Kind::Resource;
  Bytes content;
  uint32_t attributes_number = 0;  // the field that attributes are in
  uint32_t index = 0;              // among its parent's messages of that kind
  const uint8_t* fields[kFields];  // the value of each field behind its tag; null where there is none
  uint32_t delimited = 0;          // bit by number: the value has a length in front
  uint32_t scattered = 0;          // bit by number: not one field with a tag of one byte
  uint32_t written = 0;            // bit by number: the field was written, and stands in `fresh` unless it is gone
  std::vector<Bytes> overwritten;  // what was received of those, unless it is scattered
  struct Fresh {
    uint32_t number;
    Bytes field;  // with its tag, in the arena
  };
  std::vector<Fresh> fresh;
  bool attributes_written = false;
  bool replaced = false;  // all of `content` is the program's own
  Looks looks;
  std::vector<Entry> entries;           // all attributes, where they are looked at but not by keys
  size_t longest = 0;                   // the size of the longest KeyValue that was received
  uint32_t received = 0;                // how many attributes were
  std::vector<KeyedAttribute> keyed;    // by key
  bool doubled = false;                 // some of the keys is there more than once
  std::vector<Bytes> removed;           // attributes, as they were received, while there are `keyed` ones
  std::vector<uint32_t> added;          // the keys of new ones, in order
  mutable std::vector<Change> changes;  // close()'s own: memory that it uses again
  // Of the message that holds a Resource or Scope (ResourceSpans, ScopeLogs ...): its schema_url as it is now.
  Text schema;
  bool schema_written = false;

  bool dirty() const { return written != 0 || attributes_written || schema_written || replaced; }
};

// Fields of the messages that hold others. ResourceX: its own in 1, scopes in 2, schema_url in 3; ScopeX: its own in 1,
// records in 2, schema_url in 3.
inline constexpr uint32_t kOwn = 1, kChildren = 2, kSchema = 3;

// Opens `content`.
void open(Frame& frame, Kind kind, Bytes content, const Looks& looks);
// Opens the Resource or Scope that the holding message `content` has in front.
void open_holder(Frame& frame, Kind kind, Bytes content, const Looks& looks);

// Appends the message's content as it is now. Fields for which `skip` has a bit are left out: children that the caller
// writes.
void close(const Frame& frame, Writer& out, uint32_t skip = 0);

// What was done to what was received of a frame that is looked at by keys, in the order in which it stands: to
// attributes, and to fields that are not scattered.
std::span<const Change> changes_of(const Frame& frame);
// Puts `content` in the place of the message's, in which its attributes are others. What was written to its fields
// stays.
void replace_content(Frame& frame, Bytes content);

// Replaces the field by `field`, which is a tag and a value in the arena, or by nothing.
void replace(Frame& frame, uint32_t number, Bytes field);

}  // namespace whittle::record
