// SPDX-License-Identifier: Apache-2.0
#include "stdlib/exporter/loadbalancing/key.h"

#include "runtime/wire/attributes.h"

#include <algorithm>
#include <bit>

namespace whittle {

namespace {

using record::Message;

// xxHash's 64 bit variant, without a seed (the specification at github.com/Cyan4973/xxHash).
constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87, kPrime2 = 0xC2B2AE3D27D4EB4F, kPrime3 = 0x165667B19E3779F9,
                   kPrime4 = 0x85EBCA77C2B2AE63, kPrime5 = 0x27D4EB2F165667C5;

uint64_t mixed(uint64_t lane, uint64_t input) {
  return std::rotl(lane + input * kPrime2, 31) * kPrime1;
}

uint64_t xxh64(Bytes bytes) {
  const uint8_t *p = bytes.data(), *end = p + bytes.size();
  uint64_t h = kPrime5;
  if (bytes.size() >= 32) {
    uint64_t lanes[] = {kPrime1 + kPrime2, kPrime2, 0, 0 - kPrime1};
    for (; end - p >= 32; p += 32)
      for (int i = 0; i < 4; ++i) lanes[i] = mixed(lanes[i], wire::load<uint64_t>(p + 8 * i));
    h = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
    for (const uint64_t lane : lanes) h = (h ^ mixed(0, lane)) * kPrime1 + kPrime4;
  }
  h += bytes.size();
  for (; end - p >= 8; p += 8) h = std::rotl(h ^ mixed(0, wire::load<uint64_t>(p)), 27) * kPrime1 + kPrime4;
  if (end - p >= 4) {
    h = std::rotl(h ^ wire::load<uint32_t>(p) * kPrime1, 23) * kPrime2 + kPrime3;
    p += 4;
  }
  for (; p < end; ++p) h = std::rotl(h ^ *p * kPrime5, 11) * kPrime1;
  h = (h ^ h >> 33) * kPrime2;
  h = (h ^ h >> 29) * kPrime3;
  return h ^ h >> 32;
}

uint64_t fnv1a(uint64_t h, Bytes bytes) {
  for (const uint8_t b : bytes) h = (h ^ b) * 0x100000001B3;
  return h;
}
constexpr uint64_t kFnvStart = 0xCBF29CE484222325;

// The bytes that stand before keys and values in what MapHash hashes.
enum Mark : uint8_t {
  kExtra = 0xF3,
  kKey,
  kEmpty,
  kBytes,
  kText,
  kTrue,
  kFalse,
  kInt,
  kDouble,
  kMapBegins,
  kMapEnds,
  kListBegins,
  kListEnds
};

void append_map(Writer& out, std::vector<views::KeyValue>&& entries);

void append_value(Writer& out, const views::AnyValue& v) {
  switch (v.value_case) {
  case ValueCase::StringValue:
    out.byte(kText);
    out.append(v.string_value);
    break;
  case ValueCase::BoolValue: out.byte(v.bool_value ? kTrue : kFalse); break;
  case ValueCase::IntValue:
    out.byte(kInt);
    wire::put_i64(out, static_cast<uint64_t>(v.int_value));
    break;
  case ValueCase::DoubleValue:
    out.byte(kDouble);
    wire::put_i64(out, std::bit_cast<uint64_t>(v.double_value));
    break;
  case ValueCase::KvlistValue: {
    std::vector<views::KeyValue> entries;
    for (views::KeyValue kv : views::KeyValueList(v.kvlist_value).values) entries.push_back(kv);
    out.byte(kMapBegins);
    append_map(out, static_cast<std::vector<views::KeyValue>&&>(entries));
    out.byte(kMapEnds);
    break;
  }
  case ValueCase::ArrayValue:
    out.byte(kListBegins);
    for (views::AnyValue item : views::ArrayValue(v.array_value).values) append_value(out, item);
    out.byte(kListEnds);
    break;
  case ValueCase::BytesValue:
    out.byte(kBytes);
    out.append(v.bytes_value);
    break;
  default: out.byte(kEmpty);
  }
}

// Keys in order; one that is there twice counts twice, with its first value.
void append_map(Writer& out, std::vector<views::KeyValue>&& entries) {
  std::sort(entries.begin(), entries.end(), [](const views::KeyValue& a, const views::KeyValue& b) {
    return a.key != b.key ? a.key < b.key : a.key.data() < b.key.data();
  });
  const views::KeyValue* first = nullptr;
  for (const views::KeyValue& kv : entries) {
    if (!first || first->key != kv.key) first = &kv;
    out.byte(kKey);
    out.append(kv.key);
    append_value(out, first->value.get());
  }
}

struct MapHash {
  uint8_t bytes[16] = {};
  MapHash(const Message& of, uint32_t field) {
    std::vector<views::KeyValue> entries;
    of.each(field, [&](Bytes pair) { entries.push_back(views::KeyValue(pair)); });
    if (entries.empty()) return;
    Writer text;
    append_map(text, static_cast<std::vector<views::KeyValue>&&>(entries));
    const uint64_t low = xxh64(text.bytes());
    text.byte(kExtra);
    const uint64_t high = xxh64(text.bytes());
    memcpy(bytes, &low, 8);
    memcpy(bytes + 8, &high, 8);
  }
};

uint64_t hash_of_resource(const Message& resource) {
  return fnv1a(kFnvStart, MapHash(resource, 1).bytes);
}

// As fmt's %x: without zeros in front.
void append_hash(Writer& key, Text kind, uint64_t hash) {
  key.append(kind);
  const int digits = std::max(1, (static_cast<int>(std::bit_width(hash)) + 3) / 4);
  for (int i = digits; i-- > 0;) key.byte(static_cast<uint8_t>("0123456789abcdef"[hash >> (4 * i) & 15]));
}

// pmetric.MetricType.
uint8_t type_of(uint32_t number) {
  switch (number) {
  case record::metric::kGauge: return 1;
  case record::metric::kSum: return 2;
  case record::metric::kHistogram: return 3;
  case record::metric::kExponential: return 4;
  case record::metric::kSummary: return 5;
  default: return 0;
  }
}

}  // namespace

void append_part(Writer& key, Text name, const ottl::Value* value) {
  key.append(name);
  key.byte('=');
  if (value) ottl::append_as_string(key, *value);
  key.byte('|');
}

void Identity::append_resource(Writer& key, const Message& resource) {
  append_hash(key, "resource/", hash_of_resource(resource));
}

Identity::Identity(const Message& resource, const Message& scope, const Message& metric, uint32_t number,
                   const Message& data) {
  namespace m = record::metric;
  hash_ = fnv1a(hash_of_resource(resource), scope.content(1));
  hash_ = fnv1a(hash_, scope.content(2));
  hash_ = fnv1a(hash_, MapHash(scope, 3).bytes);
  hash_ = fnv1a(hash_, metric.content(m::kName));
  hash_ = fnv1a(hash_, metric.content(m::kUnit));
  const bool histogram = number == m::kHistogram || number == m::kExponential, sum = number == m::kSum;
  const uint8_t what[] = {type_of(number), static_cast<uint8_t>(histogram || (sum && data.varint(m::kMonotonic) != 0)),
                          static_cast<uint8_t>(histogram || sum ? data.varint(m::kTemporality) : 0)};
  hash_ = fnv1a(hash_, what);
}

void Identity::append_stream(Writer& key, const Message& point, uint32_t attributes) const {
  append_hash(key, "stream/", fnv1a(hash_, MapHash(point, attributes).bytes));
}

}  // namespace whittle
