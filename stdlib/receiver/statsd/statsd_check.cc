// SPDX-License-Identifier: Apache-2.0
// Numbers in lists: percentiles and the bounds of buckets.
#include "compiler/check/checks.h"

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kPercentile{"E1150", "a percentile is from 0 to 100"};
constexpr Diag<> kDescending{"E1151", "the bounds of buckets must rise"};

}  // namespace

void check_receiver_statsd(Check& check, Instance& instance, schema::SignalSet) {
  if (instance.config.items.empty()) return;
  for (const Value& mapping : instance.config.at("timer_histogram_mapping").items) {
    if (mapping.wrong || mapping.items.empty()) continue;
    for (const Value& p : mapping.at("summary").at("percentiles").items) {
      if (!p.late && !p.wrong && (p.real < 0 || p.real > 100)) check.diags().emit(kPercentile, p.span);
    }
    for (const Value& rule : mapping.at("histogram").at("explicit_buckets").items) {
      if (rule.items.empty()) continue;
      const Value& buckets = rule.at("buckets");
      for (size_t i = 1; i < buckets.items.size(); ++i) {
        const Value &a = buckets.items[i - 1], &b = buckets.items[i];
        if (a.late || b.late || a.wrong || b.wrong || a.real <= b.real) continue;
        check.diags().emit(kDescending, b.span).here("less than the one before it").label(a.span, "here");
        break;
      }
    }
  }
}

}  // namespace whittle::check
