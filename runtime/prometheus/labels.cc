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
  for (const Slot& empty : slots_)
    if (empty.value.empty()) erase(empty.name);
}

Text Labels::get(Text name) const {
  for (size_t i = sorted_; i < slots_.size(); ++i)
    if (slots_[i].state == State::There && slots_[i].name == name) return slots_[i].value;
  for (size_t i = 0; i < sorted_; ++i)
    if (slots_[i].state == State::There && slots_[i].name == name) return slots_[i].value;
  return {};
}

bool Labels::has(Text name) const {
  for (size_t i = 0; i < sorted_; ++i)
    if (slots_[i].name == name) return true;
  return false;
}

void Labels::set(Text name, Text value) {
  if (value.empty()) return erase(name);
  for (size_t i = sorted_; i < slots_.size(); ++i) {
    if (slots_[i].state != State::There || slots_[i].name != name) continue;
    slots_[i].value = value;
    return;
  }
  bool first = true;
  for (size_t i = 0; i < sorted_; ++i) {
    if (slots_[i].state != State::There || slots_[i].name != name) continue;
    slots_[i].state = first ? State::Gone : State::Hidden;
    first = false;
  }
  slots_.push_back({name, value, State::There});
}

void Labels::erase(Text name) {
  for (Slot& s : slots_)
    if (s.name == name) s.state = State::Gone;
}

void Labels::finish(std::vector<Label>& out) const {
  out.clear();
  for (const Slot& s : slots_)
    if (s.state != State::Gone && !s.value.empty()) out.push_back({s.name, s.value});
  sort_labels(out);
}

}  // namespace whittle::prometheus
