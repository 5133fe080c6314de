// SPDX-License-Identifier: Apache-2.0
// Opening and closing a message: one scan that notes where things stand, and a copy of what lies between the changes.
#include "runtime/record/frame.h"

#include <algorithm>
#include <string.h>
#include <vector>

namespace whittle::record {

namespace {

// By Kind: the number of the field that holds attributes.
constexpr uint32_t kAttributes[] = {1, 3, 9, 3, 12, 7, 9, 1, 7, 7, 6};

// Notes an attribute that one of the keys names.
inline void note(Frame& frame, Text key, Bytes any, const uint8_t* begin, const uint8_t* end) {
  const Keys& keys = *frame.looks.keys;
  const uint32_t bucket = bucket_of(key.data(), key.size(), keys.multiplier, keys.shift);
  for (uint32_t n = keys.first[bucket]; n != 0; n = keys.next[n - 1]) {
    const Str& k = keys.keys[n - 1];
    if (k.size != key.size() || memcmp(k.data, key.data(), k.size) != 0) continue;
    KeyedAttribute& attribute = frame.keyed[n - 1];
    if (attribute.at) frame.doubled = true;
    else attribute.at = begin, attribute.end = end, attribute.any = any;
    return;
  }
}

// An attribute where all are looked at, or some by their keys.
[[gnu::noinline]] void note_unusual(Frame& frame, const wire::RawField& f) {
  frame.longest = std::max(frame.longest, f.content().size());
  ++frame.received;
  const Entry e = entry_of(f.whole(), f.content());
  if (frame.looks.keys) note(frame, e.key, e.any, f.begin, f.end);
  else frame.entries.push_back(e);
}

// Notes where the attributes of interest are, and with kNoteFields where the fields are.
template <bool kNoteFields>
void scan(Frame& frame) {
  const Looks& looks = frame.looks;
  // No field that is none has this tag.
  const uint32_t attribute_tag = looks.attributes ? wire::tag_of(frame.attributes_number, wire::kLen) : 0;
  // The sizes of keys that are of interest, by bit.
  const uint64_t sizes = looks.keys ? looks.keys->sizes : UINT64_MAX;
  uint32_t delimited = 0, scattered = 0, received = 0;
  size_t longest = 0;
  auto found = [&](uint32_t number, const uint8_t* value, bool has_length) {
    if constexpr (!kNoteFields) return;
    scattered |= static_cast<uint32_t>(frame.fields[number] != nullptr) << number;
    frame.fields[number] = value;
    if (has_length) delimited |= 1u << number;
    else delimited &= ~(1u << number);
  };
  for (const uint8_t *p = frame.content.data(), *end = p + frame.content.size(); p < end;) {
    const uint8_t* begin = p;
    // Nearly all fields have a tag of one byte, and most of them a length of one byte behind it.
    const uint32_t tag = *p;
    if (tag == attribute_tag && p[1] < 0x80) {
      const size_t size = p[1];
      p += 2 + size;
      if (!is_usual(begin + 2, size)) {
        note_unusual(frame, {tag, begin, begin + 1, p});
        continue;
      }
      longest = std::max(longest, size);
      ++received;
      if (!(sizes >> begin[3] % 64 & 1)) continue;
      const Text key = as_text({begin + 4, begin[3]});
      const Bytes any{begin + 6 + key.size(), p};
      if (looks.keys) note(frame, key, any, begin, p);
      else frame.entries.push_back({key, any, {begin, p}, {}});
      continue;
    }
    if (tag < 0x80 && (tag & 7) == wire::kLen && p[1] < 0x80) {
      p += 2 + p[1];
      found(tag >> 3, begin + 1, true);
      continue;
    }
    const bool fixed = (tag & 0x87) == wire::kI64, small = (tag & 0x87) == wire::kVarint && p[1] < 0x80;
    if (fixed || small) {
      p += fixed ? 9 : 2;
      found(tag >> 3, begin + 1, false);
      continue;
    }
    const uint8_t* next = p;  // a place of its own: `p` stays in a register
    const wire::RawField f = wire::next_field(next);
    p = next;
    const uint32_t n = f.number();
    if (n >= kFields) continue;
    if (f.tag == attribute_tag) {
      note_unusual(frame, f);
      continue;
    }
    found(n, f.value, (f.tag & 7) == wire::kLen);
    scattered |= static_cast<uint32_t>(f.value - f.begin != 1) << n;
  }
  frame.delimited = delimited;
  frame.scattered = scattered;
  frame.longest = std::max(frame.longest, longest);
  frame.received += received;
}

}  // namespace

void open(Frame& frame, Kind kind, Bytes content, const Looks& looks) {
  frame.kind = kind;
  frame.content = content;
  frame.attributes_number = kAttributes[static_cast<uint32_t>(kind)];
  frame.written = frame.delimited = frame.scattered = 0;
  frame.looks = looks;
  frame.attributes_written = frame.replaced = frame.doubled = false;
  frame.longest = frame.received = 0;
  frame.entries.clear();
  frame.fresh.clear();
  frame.overwritten.clear();
  if (looks.keys) {
    if (frame.keyed.size() != looks.keys->keys.size) frame.keyed.resize(looks.keys->keys.size);
    for (KeyedAttribute& attribute : frame.keyed)
      attribute.at = nullptr, attribute.state = KeyedAttribute::State::Received;
    frame.removed.clear();
    frame.added.clear();
  }
  memset(frame.fields, 0, sizeof frame.fields);
  if (looks.fields) scan<true>(frame);
  else if (looks.attributes) scan<false>(frame);
}

void open_holder(Frame& frame, Kind kind, Bytes content, const Looks& looks) {
  Bytes own;
  Text schema;
  for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
    wire::RawField f = wire::next_field(p);
    if (f.number() == kOwn) own = f.content();
    else if (f.number() == kSchema) schema = as_text(f.content());
  }
  open(frame, kind, own, looks);
  frame.schema = schema;
  frame.schema_written = false;
}

namespace {

// Goes on behind a field and returns its number. Nearly all have a tag of one byte, and a length or number of one.
inline uint32_t pass_field(const uint8_t*& p) {
  const uint32_t tag = *p, type = tag & 0x87;
  if (type == wire::kLen && p[1] < 0x80) p += 2 + p[1];
  else if (type == wire::kI64) p += 9;
  else if (type == wire::kVarint && p[1] < 0x80) p += 2;
  else return wire::next_field(p).number();
  return tag >> 3;
}

}  // namespace

std::span<const Change> changes_of(const Frame& frame) {
  std::vector<Change>& out = frame.changes;
  out.clear();
  // Few, and most of them in order.
  auto add = [&](const Change& c) {
    out.push_back(c);
    for (size_t i = out.size() - 1; i > 0 && out[i - 1].place.data() > c.place.data(); --i)
      std::swap(out[i - 1], out[i]);
  };
  for (Bytes b : frame.overwritten) add({b, nullptr, {}});
  if (!frame.attributes_written) return out;
  for (size_t k = 0; k < frame.keyed.size(); ++k)
    if (frame.keyed[k].state == KeyedAttribute::State::Changed)
      add({{frame.keyed[k].at, frame.keyed[k].end}, &frame.keyed[k], view(frame.looks.keys->keys[k])});
  for (Bytes b : frame.removed) add({b, nullptr, {}});
  return out;
}

namespace {

void append_fresh(const Frame& frame, Writer& out, uint32_t skip) {
  for (const Frame::Fresh& f : frame.fresh)
    if (!(skip >> f.number & 1)) out.append(f.field);
}

void close_by_key(const Frame& frame, Writer& out, uint32_t skip) {
  const std::span<const Change> changes = changes_of(frame);
  const Change *next = changes.data(), *last = next + changes.size();
  const uint8_t *from = frame.content.data(), *p = from, *end = p + frame.content.size();
  auto leave_out = [&](Bytes field) {
    out.append(Bytes(from, field.data()));
    from = field.data() + field.size();
  };
  auto change = [&] {
    leave_out(next->place);
    if (next->by) ottl::put_pair(out, frame.attributes_number, next->key, next->by->value);
    ++next;
  };
  const uint32_t gone = (frame.written | skip) & (~frame.written | frame.scattered);
  while (gone != 0 && p < end) {
    const uint8_t* begin = p;
    const uint32_t number = pass_field(p);
    if (next < last && next->place.data() == begin) change();
    else if (number < kFields && (gone >> number & 1)) leave_out({begin, p});
  }
  while (next < last) change();
  if (from < end) out.append(Bytes(from, end));
  append_fresh(frame, out, skip);
  for (uint32_t k : frame.added)
    ottl::put_pair(out, frame.attributes_number, view(frame.looks.keys->keys[k]), frame.keyed[k].value);
}

}  // namespace

void close(const Frame& frame, Writer& out, uint32_t skip) {
  if (frame.looks.keys) return close_by_key(frame, out, skip);
  const uint32_t gone = frame.written | skip | (frame.attributes_written ? 1u << frame.attributes_number : 0);
  const uint8_t *from = frame.content.data(), *p = from, *end = p + frame.content.size();
  while (p < end) {
    const uint8_t* begin = p;
    const uint32_t number = pass_field(p);
    if (number >= kFields || !(gone >> number & 1)) continue;
    out.append(Bytes(from, begin));
    from = p;
  }
  if (from < end) out.append(Bytes(from, end));
  append_fresh(frame, out, skip);
  if (!frame.attributes_written) return;
  // Those that stood one behind the other still do.
  const Entry *e = frame.entries.data(), *last = e + frame.entries.size();
  while (e < last) {
    if (e->raw.empty()) {
      ottl::put_pair(out, frame.attributes_number, e->key, e->value);
      ++e;
      continue;
    }
    const uint8_t *begin = e->raw.data(), *stop = begin + e->raw.size();
    for (++e; e < last && !e->raw.empty() && e->raw.data() == stop; ++e) stop += e->raw.size();
    out.append(Bytes(begin, stop));
  }
}

void replace_content(Frame& frame, Bytes content) {
  frame.content = content;
  frame.scattered = UINT32_MAX;
  frame.overwritten.clear();
  frame.attributes_written = true;
  frame.doubled = false;
  frame.longest = frame.received = 0;
  for (KeyedAttribute& attribute : frame.keyed)
    attribute.at = nullptr, attribute.state = KeyedAttribute::State::Received;
  frame.removed.clear();
  frame.added.clear();
  const uint32_t attribute_tag = wire::tag_of(frame.attributes_number, wire::kLen);
  for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
    const wire::RawField f = wire::next_field(p);
    if (f.tag == attribute_tag) note_unusual(frame, f);
  }
}

void replace(Frame& frame, uint32_t number, Bytes field) {
  const uint32_t bit = 1u << number;
  if (frame.written & bit) {
    std::erase_if(frame.fresh, [&](const Frame::Fresh& f) { return f.number == number; });
  } else if (const uint8_t* value = frame.fields[number]; value && !(frame.scattered & bit)) {
    const uint8_t* p = value - 1;
    frame.overwritten.push_back(wire::next_field(p).whole());
  }
  frame.written |= bit;
  frame.fields[number] = nullptr;
  if (field.empty()) return;
  frame.fresh.push_back({number, field});
  const uint8_t* p = field.data();
  if ((wire::varint(p) & 7) == wire::kLen) frame.delimited |= 1u << number;
  else frame.delimited &= ~(1u << number);
  frame.fields[number] = p;
}

}  // namespace whittle::record
