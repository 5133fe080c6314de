// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/checks.h"

namespace whittle::check {

void check_exporter_awsxray(Check& check, Instance& instance, schema::SignalSet) { check_aws_session(check, instance); }

}  // namespace whittle::check
