// SPDX-License-Identifier: Apache-2.0
#include "stdlib/exporter/awsemf/series.h"

#include "runtime/base/check.h"
#include "runtime/base/hash.h"

#include <stdlib.h>
#include <string.h>

namespace whittle::awsemf {

SeriesTable::~SeriesTable() {
  for (Series* s : slots_) free(s);
}

bool SeriesTable::increase(Text key, const Cumulative& value, int64_t timestamp_ns, Cumulative& delta) {
  if (slots_.empty() || (used_ + 1) * 2 > slots_.size()) grow();
  uint64_t hash = hash_text(key);
  size_t mask = slots_.size() - 1;
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    Series*& s = slots_[i];
    if (s == nullptr) {
      s = static_cast<Series*>(malloc(sizeof(Series) + key.size()));
      CHECK(s != nullptr);
      *s = {hash, timestamp_ns, value, key.size()};
      memcpy(s->key(), key.data(), key.size());
      ++used_;
      return false;
    }
    if (s->hash != hash || Text(s->key(), s->key_size) != key) continue;
    delta = {value.sum - s->last.sum, value.count - s->last.count};
    s->last = value;
    s->timestamp = timestamp_ns;
    return true;
  }
}

void SeriesTable::grow() {
  std::vector<Series*> old(slots_.empty() ? 64 : slots_.size() * 2);
  old.swap(slots_);
  size_t mask = slots_.size() - 1;
  for (Series* s : old) {
    if (s == nullptr) continue;
    size_t i = s->hash & mask;
    while (slots_[i]) i = (i + 1) & mask;
    slots_[i] = s;
  }
}

void SeriesTable::expire(int64_t before_ns) {
  std::vector<Series*> kept;
  for (Series*& s : slots_) {
    if (s == nullptr) continue;
    if (s->timestamp > before_ns) kept.push_back(s);
    else free(s);
    s = nullptr;
  }
  used_ = kept.size();
  if (slots_.size() > 64 && used_ * 8 < slots_.size()) {
    size_t size = 64;
    while (size < used_ * 4) size *= 2;
    std::vector<Series*>(size).swap(slots_);
  }
  if (slots_.empty()) return;
  size_t mask = slots_.size() - 1;
  for (Series* s : kept) {
    size_t i = s->hash & mask;
    while (slots_[i]) i = (i + 1) & mask;
    slots_[i] = s;
  }
}

}  // namespace whittle::awsemf
