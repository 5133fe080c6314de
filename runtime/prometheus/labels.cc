// SPDX-License-Identifier: Apache-2.0
#include "runtime/prometheus/labels.h"

namespace whittle::prometheus {

namespace {

// Few, and mostly in order already.
template <class T>
void sort_by_name(T* at, size_t n) {
  for (size_t i = 1; i < n; ++i) {
    const T moved = at[i];
    size_t j = i;
    for (; j > 0 && moved.name < at[j - 1].name; --j) at[j] = at[j - 1];
    at[j] = moved;
  }
}

}  // namespace

void sort_labels(std::vector<Label>& labels) {
  sort_by_name(labels.data(), labels.size());
}

Text value_of(const std::vector<Label>& labels, Text name) {
  for (const Label& l : labels)
    if (l.name == name) return l.value;
  return {};
}

bool is_legacy_name(Text name, bool metric) {
  if (name.empty()) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (metric && c == ':');
    if (!letter && (i == 0 || c < '0' || c > '9')) return false;
  }
  return true;
}

void Labels::begin() {
  sorted_ = slots_.size();
  sort_by_name(slots_.data(), sorted_);
  for (const Slot& empty : slots_) {
    if (!empty.value.empty()) continue;
    for (Slot& s : slots_) s.gone |= s.name == empty.name;
  }
}

Text Labels::get(Text name) const {
  for (const Slot& s : slots_)
    if (!s.gone && s.name == name) return s.value;
  return {};
}

bool Labels::has(Text name) const {
  for (size_t i = 0; i < sorted_; ++i)
    if (slots_[i].name == name) return true;
  return false;
}

void Labels::set(Text name, Text value) {
  if (value.empty()) return erase(name);
  for (size_t i = 0; i < slots_.size(); ++i) {
    Slot& s = slots_[i];
    if (s.name != name) continue;
    if (i < sorted_) s.gone = true;
    else if (!s.gone) {
      s.value = value;
      return;
    }
  }
  slots_.push_back({name, value, false});
}

void Labels::erase(Text name) {
  for (Slot& s : slots_) s.gone |= s.name == name;
}

void Labels::finish(std::vector<Label>& out) const {
  out.clear();
  for (const Slot& s : slots_)
    if (!s.gone && !s.value.empty()) out.push_back({s.name, s.value});
  sort_labels(out);
}

}  // namespace whittle::prometheus
