// SPDX-License-Identifier: Apache-2.0
// Its actions are those of stdlib/common/attribute_actions.h.
#include "stdlib/common/attribute_actions.h"

namespace whittle::check {

void check_processor_resource(Check& check, Instance& instance, schema::SignalSet used_for) {
  if (used_for == 0 || instance.config.items.empty()) return;
  check_attribute_actions(check, instance, instance.config.at("attributes"));
}

}  // namespace whittle::check
