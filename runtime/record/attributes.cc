// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/attributes.h"

#include <algorithm>
#include <string.h>

namespace whittle::record {

namespace {

constexpr uint32_t kKey = 1, kValue = 2;  // of a KeyValue

Text key_of(Bytes pair) {
  Text key;
  for (const uint8_t *p = pair.data(), *end = p + pair.size(); p < end;) {
    const wire::RawField f = wire::next_field(p);
    if (f.number() == kKey) key = as_text(f.content());
  }
  return key;
}

}  // namespace

bool get_attribute(const Message& m, uint32_t number, Text key, ottl::Value* out) {
  bool found = false;
  m.each(number, [&](Bytes pair) {
    if (found || key_of(pair) != key) return;
    found = true;
    Bytes any;
    for (const uint8_t *p = pair.data(), *end = p + pair.size(); p < end;) {
      const wire::RawField f = wire::next_field(p);
      if (f.number() == kValue) any = f.content();
    }
    *out = ottl::from_any(any);
  });
  return found;
}

Text attribute_text(const Message& m, uint32_t number, Text key) {
  ottl::Value v;
  return get_attribute(m, number, key, &v) && v.is(ottl::ValueKind::String) ? v.as_text() : Text();
}

Bytes pair_of(Arena& arena, Text key, const ottl::Value& v) {
  Writer w;
  ottl::put_pair(w, 1, key, v);
  const uint8_t* p = w.data();
  const Bytes content = wire::next_field(p).content();
  auto* copy = arena.array<uint8_t>(content.size());
  memcpy(copy, content.data(), content.size());
  return {copy, content.size()};
}

void put_attribute(Arena& arena, Message& m, uint32_t number, Text key, const ottl::Value& v) {
  const Message before = m;
  bool there = false;
  m.erase(number);
  before.each(number, [&](Bytes pair) {
    if (there || key_of(pair) != key) return m.add(number, pair);
    there = true;
    m.add(number, pair_of(arena, key, v));
  });
  if (!there) m.add(number, pair_of(arena, key, v));
}

void remove_attribute(Message& m, uint32_t number, Text key) {
  const Message before = m;
  bool gone = false;
  m.erase(number);
  before.each(number, [&](Bytes pair) {
    if (!gone && key_of(pair) == key) gone = true;
    else m.add(number, pair);
  });
}

void append_identity(Writer& out, const Message& m, uint32_t number) {
  std::vector<Bytes> pairs;
  m.each(number, [&](Bytes pair) { pairs.push_back(pair); });
  std::sort(pairs.begin(), pairs.end(), [](Bytes a, Bytes b) { return as_text(a) < as_text(b); });
  for (Bytes pair : pairs) wire::put_len(out, 1, pair);
}

}  // namespace whittle::record
