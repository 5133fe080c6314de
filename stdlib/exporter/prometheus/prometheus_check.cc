// SPDX-License-Identifier: Apache-2.0
// Settings that change nothing, and labels that the older formats cannot show.
#include "compiler/check/checks.h"

#include <algorithm>

namespace whittle::check {

namespace {

constexpr diag::Diag<> kSuffixes{"W1221", "`add_metric_suffixes: false` changes nothing"};
constexpr diag::Diag<std::string_view> kLabel{"W1164", "no label can be named `{}`"};

bool is_label(std::string_view s) {
  return !s.empty() && !(s[0] >= '0' && s[0] <= '9') && std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
  });
}

}  // namespace

void check_exporter_prometheus(Check& check, Instance& instance, schema::SignalSet) {
  if (instance.config.items.empty()) return;
  const Value& suffixes = instance.config.at("add_metric_suffixes");
  const Value& strategy = instance.config.at("translation_strategy");
  if (suffixes.written && !suffixes.late && !suffixes.wrong && !suffixes.boolean && !strategy.late &&
      strategy.text.empty())
    check.diags()
        .emit(kSuffixes, suffixes.span)
        .note("the AWS distribution has a feature gate on that leaves suffixes to `translation_strategy`")
        .help("write `translation_strategy: UnderscoreEscapingWithoutSuffixes`");
  const Value& labels = instance.config.at("const_labels");
  for (size_t i = 0; i < labels.keys.size(); ++i) {
    if (!is_label(labels.keys[i]))
      check.diags()
          .emit(kLabel, labels.items[i].key, labels.keys[i])
          .note("metrics with such a label are not shown to those who ask for the older formats");
  }
}

}  // namespace whittle::check
