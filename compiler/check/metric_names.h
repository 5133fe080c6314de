// SPDX-License-Identifier: Apache-2.0
// Where settings name metrics, so that names that never come can be found.
#pragma once

#include "compiler/check/config.h"
#include "compiler/regex/dfa.h"

#include <memory>
#include <string_view>
#include <vector>

namespace whittle::check {

struct MetricNameUse {
  const Value* value = nullptr;  // the text in the config
  bool regexp = false;
  std::shared_ptr<const regex::Tables> tables;  // with regexp; null when it cannot be decided

  bool matches(std::string_view name) const;
};

// The metric names that a component's settings mention, by the declarations' `names metrics`.
std::vector<MetricNameUse> metric_names_in(const Instance& instance);

}  // namespace whittle::check
