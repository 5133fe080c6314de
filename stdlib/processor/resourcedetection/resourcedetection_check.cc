// SPDX-License-Identifier: Apache-2.0
// Detectors: which there are, and which find nothing in a task on Fargate.
#include "stdlib/common/settings.h"

#include <algorithm>
#include <set>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kNoDetectors{"E1165", "without a detector the processor does not start"};
constexpr Diag<std::string_view> kTwice{"W1166", "the detector `{}` is there twice"};

}  // namespace

void check_processor_resourcedetection(Check& check, Instance& instance, schema::SignalSet used_for) {
  if (instance.config.items.empty() || used_for == 0) return;
  const Value& detectors = instance.config.at("detectors");
  if (detectors.items.empty() && !detectors.late && !detectors.wrong)
    check.diags().emit(kNoDetectors, place_of(detectors)).help("in a task on Fargate, write `detectors: [env, ecs]`");
  std::set<std::string> seen;
  for (const Value& d : detectors.items) {
    if (!d.late && !d.wrong && !seen.insert(d.text).second) check.diags().emit(kTwice, d.span, d.text);
  }
}

}  // namespace whittle::check
