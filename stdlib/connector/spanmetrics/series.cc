// SPDX-License-Identifier: Apache-2.0
#include "stdlib/connector/spanmetrics/series.h"

#include "runtime/wire/wire.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace whittle::spanmetrics {
namespace {

using namespace wire;

// What a series takes beside its attributes: an entry of the table and the allocator's share.
constexpr uint64_t kEntry = sizeof(Series) + 96;

void put_fixed(Writer& out, uint32_t number, uint64_t v) {
  put_tag(out, number, kI64);
  put_i64(out, v);
}
void put_real(Writer& out, uint32_t number, double v) {
  put_fixed(out, number, std::bit_cast<uint64_t>(v));
}
uint64_t zigzag_of(int32_t v) {
  return (static_cast<uint32_t>(v) << 1) ^ static_cast<uint32_t>(v >> 31);
}
void put_signed(Writer& out, uint32_t number, int32_t v) {
  if (v == 0) return;
  put_tag(out, number, kVarint);
  put_varint(out, zigzag_of(v));
}

void put_buckets(Writer& out, uint32_t number, const ExponentialHistogram::Buckets& b) {
  const size_t at = begin_len(out, number);
  put_signed(out, 1, b.offset);
  if (!b.counts.empty()) {
    const size_t counts = begin_len(out, 2);
    for (uint64_t n : b.counts) put_varint(out, n);
    end_len(out, counts);
  }
  end_len(out, at);
}

void put_examples(Writer& out, uint32_t number, const std::vector<Example>& examples, uint64_t now) {
  for (const Example& e : examples) {
    const size_t at = begin_len(out, number);
    put_fixed(out, 2, now);
    put_real(out, 3, e.value);
    put_len(out, 4, {e.span_id, sizeof e.span_id});
    put_len(out, 5, {e.trace_id, sizeof e.trace_id});
    end_len(out, at);
  }
}

}  // namespace

void put_any_attribute(Writer& out, uint32_t number, Text key, Bytes any) {
  const size_t at = begin_len(out, number);
  put_len(out, 1, as_bytes(key));
  put_len(out, 2, any);
  end_len(out, at);
}

void put_text_attribute(Writer& out, uint32_t number, Text key, Text value) {
  Writer any;
  put_len(any, 1, as_bytes(value));
  put_any_attribute(out, number, key, any.bytes());
}

Series& Table::add(Bytes key, uint64_t now) {
  bool made;
  Series& s = series_.get(key, made);
  s.key.assign(key.begin(), key.end());
  s.start = now;
  s.number = ++made_;
  charge(s, kEntry + 2 * key.size());
  if (shape_.kind == Kind::Histogram) {
    s.buckets.resize(shape_.bounds.size() + 1);
    charge(s, s.buckets.size() * sizeof(uint64_t));
  } else if (shape_.kind == Kind::Exponential) {
    s.exponential = std::make_unique<ExponentialHistogram>(shape_.most_buckets);
    // As much as it may grow to.
    charge(s, sizeof(ExponentialHistogram) + static_cast<uint64_t>(shape_.most_buckets) * sizeof(uint64_t));
  }
  return s;
}

std::vector<Series*> Table::in_order() {
  std::vector<Series*> out;
  series_.each([&](Series& s) { out.push_back(&s); });
  std::sort(out.begin(), out.end(), [](const Series* a, const Series* b) { return a->number < b->number; });
  return out;
}

void Table::take_attributes(Series& s, const Writer& attributes) {
  s.attributes.assign(attributes.bytes().begin(), attributes.bytes().end());
  charge(s, attributes.size());
}

void Table::put_overflow(Series& s) {
  Writer any, attributes;
  put_tag(any, 2, kVarint);
  put_varint(any, 1);
  put_any_attribute(attributes, shape_.attributes_field(), kOverflow, any.bytes());
  take_attributes(s, attributes);
}

void Table::add_example(Series& s, Bytes trace_id, Bytes span_id, double value) const {
  if (s.examples.size() >= shape_.most_examples || budget_.full()) return;
  Example e{};
  e.value = value;
  memcpy(e.trace_id, trace_id.data(), std::min(trace_id.size(), sizeof e.trace_id));
  memcpy(e.span_id, span_id.data(), std::min(span_id.size(), sizeof e.span_id));
  s.examples.push_back(e);
  s.charged += sizeof e, budget_.used += sizeof e;
}

void Table::observe(Series& s, double value, uint64_t times) const {
  s.count += times;
  if (shape_.kind == Kind::Sum) return;
  if (s.exponential) {
    s.exponential->add(value, times);
    return;
  }
  s.sum += value * static_cast<double>(times);
  const auto& bounds = shape_.bounds;
  const auto at = std::lower_bound(bounds.begin(), bounds.end(), value, [](double a, double b) { return a < b; });
  s.buckets[static_cast<size_t>(at - bounds.begin())] += times;
}

// Of Metric.data: sum, histogram, exponential_histogram.
size_t Table::begin_data(Writer& out) const {
  return begin_len(out, shape_.kind == Kind::Sum ? 7 : shape_.kind == Kind::Histogram ? 9 : 10);
}

void Table::end_data(Writer& out, size_t at) const {
  put_tag(out, 2, kVarint);
  put_varint(out, shape_.delta ? 1 : 2);
  if (shape_.kind == Kind::Sum) {
    put_tag(out, 3, kVarint);
    put_varint(out, 1);
  }
  end_len(out, at);
}

void Table::write_point(Writer& out, Series& s, uint64_t start, uint64_t now) const {
  const size_t at = begin_len(out, 1);
  out.append(Bytes(s.attributes.data(), s.attributes.size()));
  put_fixed(out, 2, start);
  put_fixed(out, 3, now);
  switch (shape_.kind) {
  case Kind::Sum:
    // The first value since the start is 0, so that what is measured as a difference sees the first spans too.
    put_fixed(out, 6, s.first && !shape_.delta ? 0 : s.count);
    put_examples(out, 5, s.examples, now);
    break;
  case Kind::Histogram: {
    put_fixed(out, 4, s.count);
    put_real(out, 5, s.sum);
    put_tag(out, 6, kLen);
    put_varint(out, s.buckets.size() * 8);
    for (uint64_t n : s.buckets) put_i64(out, n);
    if (!shape_.bounds.empty()) {
      put_tag(out, 7, kLen);
      put_varint(out, shape_.bounds.size() * 8);
      for (double b : shape_.bounds) put_i64(out, std::bit_cast<uint64_t>(b));
    }
    put_examples(out, 8, s.examples, now);
    break;
  }
  case Kind::Exponential: {
    const ExponentialHistogram& h = *s.exponential;
    put_fixed(out, 4, h.count());
    put_real(out, 5, h.sum());
    put_signed(out, 6, h.scale());
    put_fixed(out, 7, h.zeros());
    put_buckets(out, 8, h.positive());
    put_buckets(out, 9, h.negative());
    put_examples(out, 11, s.examples, now);
    if (h.count() > 0) put_real(out, 12, h.min()), put_real(out, 13, h.max());
    break;
  }
  }
  s.first = false;
  end_len(out, at);
}

void Table::forget_examples() {
  series_.each([&](Series& s) {
    const uint64_t bytes = s.examples.size() * sizeof(Example);
    s.charged -= bytes, budget_.used -= bytes;
    std::vector<Example>().swap(s.examples);
  });
}

void Table::expire(int64_t then) {
  series_.erase_if([&](Series& s) {
    if (s.seen > then) return false;
    budget_.used -= s.charged;
    return true;
  });
}

void Table::clear() {
  expire(std::numeric_limits<int64_t>::max());
}

}  // namespace whittle::spanmetrics
