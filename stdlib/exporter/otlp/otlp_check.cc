// SPDX-License-Identifier: Apache-2.0
#include "stdlib/common/grpc_target.h"

namespace whittle::check {

void check_exporter_otlp(Check& check, Instance& instance, schema::SignalSet) {
  if (!instance.config.items.empty()) check_grpc_target(check, instance.config, true);
}

}  // namespace whittle::check
