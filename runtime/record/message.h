// SPDX-License-Identifier: Apache-2.0
// A protobuf message to be changed field by field, for what is rarely done: fields stay where they lie until they are
// set, and those that nobody names come out as they went in.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/wire/wire.h"

#include <vector>

namespace whittle::record {

class Message {
public:
  Message(Arena& arena, Bytes content = {}) : arena_(&arena) {
    if (!content.empty()) fields_.reserve(8);  // most have fewer
    for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
      wire::RawField f = wire::next_field(p);
      fields_.push_back({f.number(), f.tag & 7, f.value, f.whole()});
    }
  }

  bool has(uint32_t number) const { return last(number) != nullptr; }
  // Values of the last field with that number, which has the type; zero or empty where there is none.
  uint64_t varint(uint32_t number) const {
    const Field* f = last(number, wire::kVarint);
    if (!f) return 0;
    const uint8_t* p = f->value;
    return wire::varint(p);
  }
  uint64_t fixed(uint32_t number) const {
    const Field* f = last(number, wire::kI64);
    if (!f) return 0;
    const uint8_t* p = f->value;
    return wire::i64(p);
  }
  uint32_t fixed32(uint32_t number) const {
    const Field* f = last(number, wire::kI32);
    if (!f) return 0;
    const uint8_t* p = f->value;
    return wire::i32(p);
  }
  double real(uint32_t number) const { return std::bit_cast<double>(fixed(number)); }
  Bytes content(uint32_t number) const {
    const Field* f = last(number, wire::kLen);
    if (!f) return {};
    const uint8_t* p = f->value;
    return wire::len(p);
  }
  Text text(uint32_t number) const { return as_text(content(number)); }
  // Calls with the content of each field of that number.
  template <class F>
  void each(uint32_t number, F f) const {
    for (const Field& field : fields_) {
      if (field.number != number || field.type != wire::kLen) continue;
      const uint8_t* p = field.value;
      f(wire::len(p));
    }
  }
  // Repeated numbers, packed or not.
  std::vector<double> reals(uint32_t number) const;
  std::vector<uint64_t> fixeds(uint32_t number) const;
  std::vector<uint64_t> varints(uint32_t number) const;

  void erase(uint32_t number) {
    std::erase_if(fields_, [&](const Field& f) { return f.number == number; });
  }
  // These replace what there is. Zero and empty are left out, unless `zero_too`.
  void set_varint(uint32_t number, uint64_t v);
  void set_fixed(uint32_t number, uint64_t v, bool zero_too = false);
  void set_real(uint32_t number, double v, bool zero_too = false) {
    set_fixed(number, std::bit_cast<uint64_t>(v), zero_too);
  }
  void set_text(uint32_t number, Text t);
  void set_reals(uint32_t number, const std::vector<double>& v);
  void set_fixeds(uint32_t number, const std::vector<uint64_t>& v);
  void set_varints(uint32_t number, const std::vector<uint64_t>& v);
  // Adds a message, which may be empty.
  void add(uint32_t number, Bytes content);
  void add(uint32_t number, const Message& m) { add(number, m.bytes()); }
  // Adds the fields of another message that have that number, under another one.
  void add_all(uint32_t number, const Message& from, uint32_t from_number) {
    from.each(from_number, [&](Bytes content) { add(number, content); });
  }

  // All of it, in the arena.
  Bytes bytes() const;

private:
  struct Field {
    uint32_t number, type;
    const uint8_t* value;
    Bytes whole;
  };
  const Field* last(uint32_t number) const {
    const Field* out = nullptr;
    for (const Field& f : fields_)
      if (f.number == number) out = &f;
    return out;
  }
  const Field* last(uint32_t number, uint32_t type) const {
    const Field* f = last(number);
    return f && f->type == type ? f : nullptr;
  }
  void put(const Writer& field);
  template <class F>
  void numbers(uint32_t number, uint32_t type, F f) const;

  Arena* arena_;
  std::vector<Field> fields_;
};

// ---- metrics (opentelemetry/proto/metrics/v1/metrics.proto)
// ---------------------------------------------------------------

namespace metric {

enum Number : uint32_t {
  kName = 1,
  kDescription = 2,
  kUnit = 3,
  kGauge = 5,
  kSum = 7,
  kHistogram = 9,
  kExponential = 10,
  kSummary = 11,
  kMetadata = 12,
};
// Of Gauge, Sum and their like.
enum Data : uint32_t { kPoints = 1, kTemporality = 2, kMonotonic = 3 };
enum Temporality : uint64_t { kUnspecified = 0, kDelta = 1, kCumulative = 2 };
// Of all data points.
enum Point : uint32_t { kStart = 2, kTime = 3, kCount = 4, kPointSum = 5 };
// Of those of gauges and sums.
enum Number_ : uint32_t { kAsDouble = 4, kAsInt = 6 };

// Which member of Metric.data there is: its number; 0: none.
uint32_t data_of(const Message& m);
// The field that attributes of data points of such a member are in.
inline uint32_t attributes_of(uint32_t data) {
  return data == kHistogram ? 9 : data == kExponential ? 1 : 7;
}
// The same of exemplars; 0: they have none.
inline uint32_t exemplars_of(uint32_t data) {
  return data == kSummary ? 0 : data == kHistogram ? 8 : data == kExponential ? 11 : 5;
}
inline uint32_t flags_of(uint32_t data) {
  return data == kHistogram || data == kExponential ? 10 : 8;
}
// Replaces the data of a metric.
void set_data(Message& m, uint32_t number, const Message& data);
// A data point of a gauge or sum with the times and attributes of another one of `data`.
Message number_point(Arena& arena, const Message& from, uint32_t data);

}  // namespace metric

}  // namespace whittle::record
