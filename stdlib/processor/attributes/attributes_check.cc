// SPDX-License-Identifier: Apache-2.0
// Actions, and what records must have for them.
#include "stdlib/common/attribute_actions.h"
#include "stdlib/common/match.h"

namespace whittle::check {

void check_processor_attributes(Check& check, Instance& instance, schema::SignalSet used_for) {
  if (used_for == 0 || instance.config.items.empty()) return;
  check_attribute_actions(check, instance, instance.config.at("actions"));
  check_include_exclude(check, instance.config, used_for);
}

}  // namespace whittle::check
