// SPDX-License-Identifier: Apache-2.0
// Names of metrics, their conditions, and what metrics cannot be counted by.
#include "stdlib/common/conditions.h"
#include "stdlib/common/settings.h"

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<std::string_view> kNoName{"E1258", "a metric of `{}` has no name"};
constexpr Diag<std::string_view> kNoAttributes{"E1259", "`{}` counts metrics, which have no attributes"};

constexpr std::string_view kParts[] = {"spans", "spanevents", "metrics", "datapoints", "logs"};

}  // namespace

void check_connector_count(Check& check, Instance& instance, schema::SignalSet) {
  const Value& c = instance.config;
  if (c.items.empty()) return;
  for (std::string_view part : kParts) {
    const Value& metrics = c.at(part);
    for (size_t i = 0; i < metrics.items.size(); ++i) {
      const Value& m = metrics.items[i];
      if (m.items.empty()) continue;
      if (metrics.keys[i].empty()) check.diags().emit(kNoName, place_of(m), part);
      if (part == "metrics" && !m.at("attributes").items.empty())
        check.diags().emit(kNoAttributes, place_of(m.at("attributes")), metrics.keys[i]);
      check_conditions(check, m, "conditions");
    }
  }
}

}  // namespace whittle::check
