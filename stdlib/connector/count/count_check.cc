// SPDX-License-Identifier: Apache-2.0
// Names of metrics, their conditions, and what metrics cannot be counted by.
#include "compiler/check/ottl.h"
#include "stdlib/common/settings.h"

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<std::string_view> kNoName{"E1258", "a metric of `{}` has no name"};
constexpr Diag<std::string_view> kNoAttributes{"E1259", "`{}` counts metrics, which have no attributes"};

struct Part {
  std::string_view name;
  ottl::Context context;
};
constexpr Part kParts[] = {{"spans", ottl::Context::Span},
                           {"spanevents", ottl::Context::SpanEvent},
                           {"metrics", ottl::Context::Metric},
                           {"datapoints", ottl::Context::DataPoint},
                           {"logs", ottl::Context::Log}};

}  // namespace

void check_connector_count(Check& check, Instance& instance, schema::SignalSet) {
  const Value& c = instance.config;
  if (c.items.empty()) return;
  for (const Part& part : kParts) {
    const Value& metrics = c.at(part.name);
    for (size_t i = 0; i < metrics.items.size(); ++i) {
      const Value& m = metrics.items[i];
      if (m.items.empty()) continue;
      if (metrics.keys[i].empty()) check.diags().emit(kNoName, place_of(m), part.name);
      if (part.name == "metrics" && !m.at("attributes").items.empty())
        check.diags().emit(kNoAttributes, place_of(m.at("attributes")), metrics.keys[i]);
      const Value& conditions = m.at("conditions");
      if (conditions.items.empty()) continue;
      if (auto texts = ottl_texts(check, conditions)) {
        std::vector<ottl::TextProblem> problems;
        (void)ottl::read_conditions_of(part.context, *texts, problems);
        report(check, problems, &conditions, nullptr, place_of(conditions));
      }
      check.not_compiled(place_of(conditions), "counting by `conditions`");
    }
  }
}

}  // namespace whittle::check
