// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/checks.h"

#include <algorithm>

namespace whittle::check {

namespace {

constexpr diag::Diag<std::string_view> kLabel{"W1164", "no label can be named `{}`"};

bool is_label(std::string_view s) {
  return !s.empty() && !(s[0] >= '0' && s[0] <= '9') && std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
  });
}

}  // namespace

void check_exporter_prometheus(Check& check, Instance& instance, schema::SignalSet) {
  if (instance.config.items.empty()) return;
  const Value& labels = instance.config.at("const_labels");
  for (size_t i = 0; i < labels.keys.size(); ++i) {
    if (!is_label(labels.keys[i]))
      check.diags()
          .emit(kLabel, labels.items[i].key, labels.keys[i])
          .note("metrics with such a label are not shown to those who ask for the older formats");
  }
}

}  // namespace whittle::check
