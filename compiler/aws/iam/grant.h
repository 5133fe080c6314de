// SPDX-License-Identifier: Apache-2.0
// What is needed as statements: merged, sorted, and each with a name that says why it is there.
#pragma once

#include "compiler/aws/needs.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::aws::iam {

// One Allow statement.
struct Grant {
  std::string sid;                     // letters and digits
  std::vector<std::string> actions;    // sorted, each once
  std::vector<std::string> resources;  // sorted, each once; "*" alone where an action knows no resources
  std::vector<std::string> who;        // what needs it, sorted
  std::vector<std::string> why;        // "log retention", each once
  bool sure = true;                    // false: needed only if late-bound values turn out so
  bool keeps_condition = false;        // the statement that it comes from has one, which `condition` may not hold
  std::string condition;  // JSON of a Condition to carry over, its lines at the left margin; empty for none
  bool operator==(const Grant&) const = default;
};

// Actions on the same resources become one statement. Equal needs give equal statements, in an order that does not
// depend on that of the config. Sids differ from each other and from those in `taken`.
std::vector<Grant> merge(std::span<const Need> needs, std::span<const std::string> taken = {});

// A resource with the account and the partition filled in where the need leaves them open and they are not empty here.
std::string narrowed(const std::string& arn, std::string_view account, std::string_view partition = {});

// The statement as JSON, every line but the first indented by `indent` spaces, nested by `step`.
std::string statement_json(const Grant& grant, size_t indent = 0, size_t step = 2);

// Statements as a person adds them: JSON with commas between, or the items of a YAML list.
std::string statements_text(std::span<const Grant> grants, bool yaml);

// The whole document.
std::string policy_json(std::span<const Grant> grants, size_t indent = 0);

// The trust policy of a role for ECS tasks; the account, when it is known, guards against other accounts' tasks.
std::string trust_json(const Surroundings& surroundings, size_t indent = 0);

// "`a`, `b` and `c`".
std::string listed(std::span<const std::string> texts);

}  // namespace whittle::aws::iam
