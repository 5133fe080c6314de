// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/message.h"

#include <string.h>

namespace whittle::record {

template <class F>
void Message::numbers(uint32_t number, uint32_t type, F f) const {
  for (const Field& field : fields_) {
    if (field.number != number) continue;
    const uint8_t* p = field.value;
    if (field.type == type) {
      f(p);
    } else if (field.type == wire::kLen) {
      const Bytes all = wire::len(p);
      p = all.data();
      for (const uint8_t* end = p + all.size(); p < end;) f(p);
    }
  }
}

std::vector<double> Message::reals(uint32_t number) const {
  std::vector<double> out;
  numbers(number, wire::kI64, [&](const uint8_t*& p) { out.push_back(wire::f64(p)); });
  return out;
}
std::vector<uint64_t> Message::fixeds(uint32_t number) const {
  std::vector<uint64_t> out;
  numbers(number, wire::kI64, [&](const uint8_t*& p) { out.push_back(wire::i64(p)); });
  return out;
}
std::vector<uint64_t> Message::varints(uint32_t number) const {
  std::vector<uint64_t> out;
  numbers(number, wire::kVarint, [&](const uint8_t*& p) { out.push_back(wire::varint(p)); });
  return out;
}

// Adds what was written to `field`: one field.
void Message::put(const Writer& field) {
  auto* copy = arena_->array<uint8_t>(field.size());
  memcpy(copy, field.data(), field.size());
  const uint8_t* p = copy;
  const auto tag = static_cast<uint32_t>(wire::varint(p));
  fields_.push_back({tag >> 3, tag & 7, p, {copy, field.size()}});
}

void Message::set_varint(uint32_t number, uint64_t v) {
  erase(number);
  if (v == 0) return;
  Writer w;
  wire::put_tag(w, number, wire::kVarint);
  wire::put_varint(w, v);
  put(w);
}
void Message::set_fixed(uint32_t number, uint64_t v, bool zero_too) {
  erase(number);
  if (v == 0 && !zero_too) return;
  Writer w;
  wire::put_tag(w, number, wire::kI64);
  wire::put_i64(w, v);
  put(w);
}
void Message::set_text(uint32_t number, Text t) {
  erase(number);
  if (!t.empty()) add(number, as_bytes(t));
}

namespace {

template <class T, class F>
void packed(Writer& w, uint32_t number, const std::vector<T>& v, F f) {
  const size_t start = wire::begin_len(w, number);
  for (T x : v) f(x);
  wire::end_len(w, start);
}

}  // namespace

void Message::set_reals(uint32_t number, const std::vector<double>& v) {
  erase(number);
  if (v.empty()) return;
  Writer w;
  packed(w, number, v, [&](double d) { wire::put_i64(w, std::bit_cast<uint64_t>(d)); });
  put(w);
}
void Message::set_fixeds(uint32_t number, const std::vector<uint64_t>& v) {
  erase(number);
  if (v.empty()) return;
  Writer w;
  packed(w, number, v, [&](uint64_t n) { wire::put_i64(w, n); });
  put(w);
}
void Message::set_varints(uint32_t number, const std::vector<uint64_t>& v) {
  erase(number);
  if (v.empty()) return;
  Writer w;
  packed(w, number, v, [&](uint64_t n) { wire::put_varint(w, n); });
  put(w);
}

void Message::add(uint32_t number, Bytes content) {
  Writer w;
  wire::put_len(w, number, content);
  put(w);
}

Bytes Message::bytes() const {
  size_t n = 0;
  for (const Field& f : fields_) n += f.whole.size();
  auto* out = arena_->array<uint8_t>(n);
  size_t at = 0;
  for (const Field& f : fields_) {
    memcpy(out + at, f.whole.data(), f.whole.size());
    at += f.whole.size();
  }
  return {out, n};
}

namespace metric {

uint32_t data_of(const Message& m) {
  uint32_t found = 0;
  const uint8_t* last = nullptr;
  // Of a oneof the last member counts.
  for (uint32_t number : {kGauge, kSum, kHistogram, kExponential, kSummary}) {
    if (!m.has(number)) continue;
    const uint8_t* at = m.content(number).data();
    if (found == 0 || at > last) last = at, found = number;
  }
  return found;
}

void set_data(Message& m, uint32_t number, const Message& data) {
  for (uint32_t other : {kGauge, kSum, kHistogram, kExponential, kSummary}) m.erase(other);
  m.add(number, data);
}

Message number_point(Arena& arena, const Message& from, uint32_t data) {
  Message out(arena);
  out.add_all(attributes_of(kSum), from, attributes_of(data));
  out.set_fixed(kStart, from.fixed(kStart));
  out.set_fixed(kTime, from.fixed(kTime));
  return out;
}

}  // namespace metric

}  // namespace whittle::record
