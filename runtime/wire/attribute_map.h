// SPDX-License-Identifier: Apache-2.0
// Attributes that receivers of other formats than OTLP make: each name once, a later value in the place of the earlier
// one, as in the Collector's pcommon.Map.
#pragma once

#include "runtime/wire/wire.h"

#include <vector>

namespace whittle::wire {

// A string field. Bytes that are no UTF-8 become U+FFFD.
void put_text(Writer& out, uint32_t field, Text t);
inline void put_number(Writer& out, uint32_t field, uint64_t v) {
  put_tag(out, field, kVarint);
  put_varint(out, v);
}
inline void put_fixed64(Writer& out, uint32_t field, uint64_t v) {
  put_tag(out, field, kI64);
  put_i64(out, v);
}
// A field of an id of 8 or 16 bytes that stands in `high` and `low`, or of one in `low`; nothing for zero.
void put_trace_id(Writer& out, uint32_t field, uint64_t high, uint64_t low);
void put_span_id(Writer& out, uint32_t field, uint64_t id);

// Names and values are borrowed until clear().
class AttributeMap {
public:
  enum class Kind : uint8_t { None, Text, Bool, Int, Double, Bytes, Any };
  struct Entry {
    Text key;
    Text content;  // of Text and Bytes; of Any the content of an AnyValue
    uint64_t bits = 0;
    Kind kind = Kind::None;  // None: removed

    // As pcommon.Value.Str: empty for what is no text.
    Text text() const { return kind == Kind::Text ? content : Text(); }
    int64_t integer() const { return kind == Kind::Int ? static_cast<int64_t>(bits) : 0; }
    bool boolean() const { return kind == Kind::Bool && bits != 0; }
  };

  void text(Text key, Text v) { put(key, Kind::Text, v, 0); }
  void boolean(Text key, bool v) { put(key, Kind::Bool, {}, v); }
  void integer(Text key, int64_t v) { put(key, Kind::Int, {}, static_cast<uint64_t>(v)); }
  void real(Text key, double v) { put(key, Kind::Double, {}, std::bit_cast<uint64_t>(v)); }
  void bytes(Text key, Text v) { put(key, Kind::Bytes, v, 0); }
  void any(Text key, Text v) { put(key, Kind::Any, v, 0); }
  void put(Text key, Kind kind, Text content, uint64_t bits);

  // Null when it is not there. Valid until the next value is put.
  Entry* find(Text key);
  static void remove(Entry& e) { e.kind = Kind::None; }

  // All there ever were, removed ones too.
  std::vector<Entry>& entries() { return entries_; }
  void clear() {
    entries_.clear();
    slots_.clear();
  }
  // Each attribute as field `field` of a message.
  void append_to(Writer& out, uint32_t field) const;

private:
  static constexpr size_t kFew = 16;  // up to here names are compared one by one
  Entry* known(Text key);
  void index();

  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;  // places in entries_, plus 1; a power of two of them, or none while there are few
};

}  // namespace whittle::wire
