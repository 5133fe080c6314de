// SPDX-License-Identifier: Apache-2.0
#include "stdlib/common/conditions.h"

#include "compiler/check/ottl.h"
#include "compiler/record/ir.h"

namespace whittle::check {

void check_conditions(Check& check, const Value& of, std::string_view setting) {
  const Value& list = of.at(setting);
  if (!list.type->errors.empty()) {
    const Value& mode = of.at(list.type->errors);
    if (mode.late) return check.not_compiled(mode.span, "an environment variable for an error mode");
  }
  if (!ottl_texts(check, list)) return;
  std::vector<ottl::TextProblem> problems;
  auto group = conditions_in(of, list, problems);
  report(check, problems, &list, nullptr, list.span);
  if (!group) return;
  std::vector<std::string> missing;
  ir::Program program;
  ir::add_group(program, *group, true, "", missing);
  for (std::string& what : missing) check.not_compiled(list.span, std::move(what));
}

}  // namespace whittle::check
