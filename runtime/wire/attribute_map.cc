// SPDX-License-Identifier: Apache-2.0
#include "runtime/wire/attribute_map.h"

#include "runtime/base/hash.h"
#include "runtime/base/utf8.h"

namespace whittle::wire {

void put_text(Writer& out, uint32_t field, Text t) {
  if (is_utf8(as_bytes(t))) return put_len(out, field, as_bytes(t));
  const size_t at = begin_len(out, field);
  append_valid_utf8(out, as_bytes(t));
  end_len(out, at);
}

static void put_big_endian(Writer& out, uint64_t v) {
  v = std::byteswap(v);
  put_i64(out, v);
}
void put_trace_id(Writer& out, uint32_t field, uint64_t high, uint64_t low) {
  if ((high | low) == 0) return;
  put_tag(out, field, kLen);
  out.byte(16);
  put_big_endian(out, high);
  put_big_endian(out, low);
}
void put_span_id(Writer& out, uint32_t field, uint64_t id) {
  if (id == 0) return;
  put_tag(out, field, kLen);
  out.byte(8);
  put_big_endian(out, id);
}

AttributeMap::Entry* AttributeMap::known(Text key) {
  if (slots_.empty()) {
    for (Entry& e : entries_)
      if (e.key == key) return &e;
    return nullptr;
  }
  for (size_t i = hash_text(key);; ++i) {
    const uint32_t place = slots_[i & (slots_.size() - 1)];
    if (place == 0) return nullptr;
    if (entries_[place - 1].key == key) return &entries_[place - 1];
  }
}

// At most half of the slots are in use.
void AttributeMap::index() {
  slots_.assign(slots_.empty() ? 8 * kFew : 2 * slots_.size(), 0);
  for (uint32_t place = 0; place < entries_.size(); ++place) {
    size_t i = hash_text(entries_[place].key);
    while (slots_[i & (slots_.size() - 1)] != 0) ++i;
    slots_[i & (slots_.size() - 1)] = place + 1;
  }
}

void AttributeMap::put(Text key, Kind kind, Text content, uint64_t bits) {
  if (Entry* e = known(key)) {
    *e = {key, content, bits, kind};
    return;
  }
  entries_.push_back({key, content, bits, kind});
  if (slots_.empty() ? entries_.size() <= kFew : entries_.size() * 2 <= slots_.size()) {
    if (slots_.empty()) return;
    size_t i = hash_text(key);
    while (slots_[i & (slots_.size() - 1)] != 0) ++i;
    slots_[i & (slots_.size() - 1)] = static_cast<uint32_t>(entries_.size());
    return;
  }
  index();
}

AttributeMap::Entry* AttributeMap::find(Text key) {
  Entry* e = known(key);
  return e && e->kind != Kind::None ? e : nullptr;
}

void AttributeMap::append_to(Writer& out, uint32_t field) const {
  for (const Entry& e : entries_) {
    if (e.kind == Kind::None) continue;
    const size_t attribute = begin_len(out, field);
    put_text(out, 1, e.key);
    const size_t value = begin_len(out, 2);
    switch (e.kind) {
    case Kind::Text: put_text(out, 1, e.content); break;
    case Kind::Bool: put_number(out, 2, e.bits); break;
    case Kind::Int: put_number(out, 3, e.bits); break;
    case Kind::Double: put_fixed64(out, 4, e.bits); break;
    case Kind::Bytes: put_len(out, 7, as_bytes(e.content)); break;
    case Kind::Any: out.append(e.content); break;
    case Kind::None: break;
    }
    end_len(out, value);
    end_len(out, attribute);
  }
}

}  // namespace whittle::wire
