// SPDX-License-Identifier: Apache-2.0
// `whittle check --fix`: what the suggestions would make of the files of policies, tried on copies.
#pragma once

#include "compiler/check/front_end.h"
#include "compiler/report/role_options.h"

#include <functional>
#include <string>
#include <vector>

namespace whittle::report {

using CheckFn = std::function<std::vector<check::CheckResult>(const RoleInputs&)>;

// Tells in `changes` what would change, as a diff, or with `roles.write` what has changed. False with a message in
// `error`. `task_seen`: so is who else has the task role.
bool fix_policies(const RoleInputs& roles, bool task_seen, const CheckFn& check, std::string& changes,
                  std::string& error);

}  // namespace whittle::report
