// SPDX-License-Identifier: Apache-2.0
// What the components share that include `aws_session` (stdlib/common/aws.wtl).
#include "compiler/check/checks.h"

namespace whittle::check {

void check_aws_session(Check& check, Instance& instance) {
  const Value& role = instance.config.at("role_arn");
  if (!role.wrong && (role.late || !role.text.empty()))
    check.not_compiled(role.span, "taking on a role with `role_arn`");
}

}  // namespace whittle::check
