// SPDX-License-Identifier: Apache-2.0
#include "stdlib/exporter/prometheusremotewrite/series.h"

#include "runtime/base/hash.h"
#include "runtime/wire/wire.h"

#include <algorithm>
#include <bit>

namespace whittle::remote_write {

namespace {

constexpr Text kNameLabel = "__name__";

uint64_t hash_of(Text name, Text value) {
  return hash_text(value, hash_text(name));
}

// Calls `f` with each label of a series, by name: the base's, with the two others at their places. A name that the base
// has as well is taken from the others.
template <class F>
void each_label(const SeriesLabels& labels, Text full_name, F f) {
  Label own[2] = {{kNameLabel, full_name}, labels.extra};
  const size_t n = labels.extra.name.empty() ? 1 : 2;  // "__name__" sorts before "le" and "quantile"
  size_t i = 0;
  for (const Label& l : labels.base) {
    while (i < n && own[i].name < l.name) f(own[i++]);
    if (i < n && own[i].name == l.name) continue;
    f(l);
  }
  while (i < n) f(own[i++]);
}

bool same_name(const SeriesLabels& a, const SeriesLabels& b) {
  if (a.metric == b.metric && a.suffix == b.suffix) return true;
  if (a.metric.size() + a.suffix.size() != b.metric.size() + b.suffix.size()) return false;
  const SeriesLabels &shorter = a.metric.size() < b.metric.size() ? a : b, &longer = &shorter == &a ? b : a;
  const size_t n = longer.metric.size() - shorter.metric.size();
  return longer.metric.starts_with(shorter.metric) &&
         longer.metric.substr(shorter.metric.size()) == shorter.suffix.substr(0, n) &&
         shorter.suffix.substr(n) == longer.suffix;
}

bool same(const SeriesLabels& a, const SeriesLabels& b) {
  if (!same_name(a, b)) return false;
  if (a.base.data() == b.base.data() && a.base.size() == b.base.size())
    return a.extra.name == b.extra.name && a.extra.value == b.extra.value;
  std::vector<Label> x, y;
  each_label(a, {}, [&](const Label& l) { x.push_back(l); });
  each_label(b, {}, [&](const Label& l) { y.push_back(l); });
  if (x.size() != y.size()) return false;
  for (size_t i = 0; i < x.size(); ++i)
    if (x[i].name != y[i].name || x[i].value != y[i].value) return false;
  return true;
}

uint32_t len_size(size_t content) {
  return 1 + wire::varint_size(content) + static_cast<uint32_t>(content);
}
uint32_t label_size(const Label& l) {
  return len_size(l.name.size()) + len_size(l.value.size());
}

// int64 as protobuf counts it: ten bytes below 0.
uint32_t sample_size(const Sample& s) {
  uint32_t n = 0;
  if (std::bit_cast<uint64_t>(s.value) != 0) n += 9;
  if (s.time_ms != 0) n += 1 + wire::varint_size(static_cast<uint64_t>(s.time_ms));
  return n;
}

}  // namespace

uint64_t hash_of_labels(std::span<const Label> labels) {
  uint64_t hash = 0;
  for (const Label& l : labels) hash += hash_of(l.name, l.value);
  return hash;
}

Series& SeriesSet::at(const SeriesLabels& labels, uint64_t base_hash) {
  // The two parts of a name are hashed byte by byte: other parts may make the same name.
  uint64_t name = 0;
  for (const Text part : {labels.metric, labels.suffix})
    for (const char c : part) name = (name ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  uint64_t hash = base_hash + hash_mix(name, 1);
  if (!labels.extra.name.empty()) hash += hash_of(labels.extra.name, labels.extra.value);

  if ((list_.size() + 1) * 2 > table_.size()) grow();
  const size_t mask = table_.size() - 1;
  size_t slot = hash_mix(hash, 0) & mask;
  for (; table_[slot]; slot = (slot + 1) & mask)
    if (table_[slot]->hash == hash && same(table_[slot]->labels, labels)) return *table_[slot];
  // Not by make(): the pointers to last members point into it.
  auto* made = new (arena_.allocate(sizeof(Series), alignof(Series))) Series{.labels = labels, .hash = hash};
  table_[slot] = made;
  list_.push_back(made);
  return *made;
}

void SeriesSet::grow() {
  table_.assign(table_.empty() ? 256 : table_.size() * 2, nullptr);
  const size_t mask = table_.size() - 1;
  for (Series* s : list_) {
    size_t slot = hash_mix(s->hash, 0) & mask;
    while (table_[slot]) slot = (slot + 1) & mask;
    table_[slot] = s;
  }
}

void SeriesSet::add_sample(Series& series, double value, int64_t time_ms) {
  if (time_ms < series.latest) series.in_order = false;
  series.latest = time_ms;
  *series.last_sample = arena_.make<Sample>(value, time_ms, nullptr);
  series.last_sample = &(*series.last_sample)->next;
}

void SeriesSet::add_exemplar(Series& series, Bytes encoded) {
  *series.last_exemplar = arena_.make<Encoded>(encoded, nullptr);
  series.last_exemplar = &(*series.last_exemplar)->next;
}

void SeriesSet::add_histogram(Series& series, Bytes encoded) {
  *series.last_histogram = arena_.make<Encoded>(encoded, nullptr);
  series.last_histogram = &(*series.last_histogram)->next;
}

// Samples of one time keep their order.
static void sort_samples(Series& series) {
  std::vector<std::pair<Sample*, size_t>> order;
  for (Sample* s = series.samples; s; s = s->next) order.push_back({s, order.size()});
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.first->time_ms != b.first->time_ms ? a.first->time_ms < b.first->time_ms : a.second < b.second;
  });
  Sample** at = &series.samples;
  for (const auto& [sample, place] : order) {
    *at = sample;
    at = &sample->next;
  }
  *at = nullptr;
  series.last_sample = at;
  series.in_order = true;
}

void append_label(Writer& out, Text name, Text value) {
  wire::put_tag(out, 1, wire::kLen);
  wire::put_varint(out, label_size({name, value}));
  wire::put_len(out, 1, as_bytes(name));
  wire::put_len(out, 2, as_bytes(value));
}

void append_series(Writer& out, Series& series) {
  if (!series.in_order) sort_samples(series);
  const size_t begin = wire::begin_len(out, 1);
  const size_t name_size = series.labels.metric.size() + series.labels.suffix.size();
  each_label(series.labels, {}, [&](const Label& l) {
    if (l.name.data() != kNameLabel.data()) return append_label(out, l.name, l.value);
    wire::put_tag(out, 1, wire::kLen);
    wire::put_varint(out, len_size(kNameLabel.size()) + len_size(name_size));
    wire::put_len(out, 1, as_bytes(kNameLabel));
    wire::put_tag(out, 2, wire::kLen);
    wire::put_varint(out, name_size);
    out.append(series.labels.metric);
    out.append(series.labels.suffix);
  });
  for (const Sample* s = series.samples; s; s = s->next) {
    wire::put_tag(out, 2, wire::kLen);
    wire::put_varint(out, sample_size(*s));
    if (std::bit_cast<uint64_t>(s->value) != 0) {
      wire::put_tag(out, 1, wire::kI64);
      wire::put_i64(out, std::bit_cast<uint64_t>(s->value));
    }
    if (s->time_ms != 0) {
      wire::put_tag(out, 2, wire::kVarint);
      wire::put_varint(out, static_cast<uint64_t>(s->time_ms));
    }
  }
  for (const Encoded* e = series.exemplars; e; e = e->next) wire::put_len(out, 3, e->bytes);
  for (const Encoded* h = series.histograms; h; h = h->next) wire::put_len(out, 4, h->bytes);
  wire::end_len(out, begin);
}

}  // namespace whittle::remote_write
