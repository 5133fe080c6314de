// SPDX-License-Identifier: Apache-2.0
// The labels of a series while they are changed, in the order in which Prometheus walks them: those that the series
// came with, by name, and then what was set, in the order of setting (model/labels.Builder).
#pragma once

#include "runtime/base/arena.h"

#include <vector>

namespace whittle::prometheus {

struct Label {
  Text name, value;
};

inline constexpr Text kName = "__name__";

// Sorts by name; labels of one name keep their order.
void sort_labels(std::vector<Label>& labels);
// The value of the first label of that name; empty: there is none.
Text value_of(const std::vector<Label>& labels, Text name);
// By `[a-zA-Z_][a-zA-Z0-9_]*`, with colons where it is a metric's name. Otherwise any text in UTF-8 is a name.
bool is_legacy_name(Text name, bool metric);

class Labels {
public:
  // Texts are borrowed.
  void clear() { slots_.clear(), sorted_ = 0; }
  void add(Text name, Text value) { slots_.push_back({name, value, State::There}); }
  // Sorts what was added; from here on labels are changed. Those without a value are there for has() alone.
  void begin();

  Text get(Text name) const;
  // Whether it came with the series, if only without a value.
  bool has(Text name) const;
  // An empty value takes the label away.
  void set(Text name, Text value);
  void erase(Text name);

  // Calls f(name, value) for each label that there is now; `f` sees none of what it changes.
  template <class F>
  void each(F f) const {
    const std::vector<Slot> walked = slots_;
    for (const Slot& s : walked)
      if (s.state == State::There) f(s.name, s.value);
  }
  // The labels with a value, by name. Of several that came with one name, a label that was set takes the place of the
  // first, so that the others are still seen to be too many.
  void finish(std::vector<Label>& out) const;

private:
  enum class State : uint8_t { There, Hidden, Gone };
  struct Slot {
    Text name, value;
    State state;
  };
  std::vector<Slot> slots_;
  size_t sorted_ = 0;  // how many came with the series
};

}  // namespace whittle::prometheus
