// SPDX-License-Identifier: Apache-2.0
// Names that AWS has given, for "did you mean": actions of the services that a collector's roles deal with, global
// condition keys.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace whittle::aws::iam {

// A name that there is and that `action` ("logs:PutLogEvent") is a misspelling of; empty when there is no such action
// in the table's services, when it is known, or when it has wildcards that match one. `nothing_matches` is set when the
// service is in the table and the action or the pattern names none of its actions.
std::string near_action(std::string_view action, bool& nothing_matches);

// The same for condition keys that begin with `aws:`; `known` is set for those that there are.
std::string_view near_key(std::string_view key, bool& known);

}  // namespace whittle::aws::iam
