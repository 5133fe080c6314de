// SPDX-License-Identifier: Apache-2.0
// Statements and conditions that run together. What the checks of processors report on and what their lowering is
// given: both call the same functions with the texts of a config, the check for its problems and the lowering for its
// trees.
#pragma once

#include "compiler/ottl/check.h"
#include "compiler/ottl/infer.h"

#include <string_view>
#include <vector>

namespace whittle::ottl {

enum class ErrorMode : uint8_t { Ignore, Silent, Propagate };
// As `error_mode` has it; Ignore for the empty text.
ErrorMode error_mode_named(std::string_view text);

// One context, one error mode and one cache a record: a group of the transform processor. Its statements run in their
// order on every record of the context for which one of the conditions holds, or on all if there is none.
struct Group {
  Context context = Context::Resource;
  ErrorMode errors = ErrorMode::Ignore;
  std::vector<Tree> conditions;
  std::vector<Tree> statements;
};

struct GroupTexts {
  std::optional<Context> stated;  // the context, if the group states one
  std::vector<std::string_view> conditions, statements;
};

// A problem and the text in which it is.
struct TextProblem {
  enum class In : uint8_t { Group, Condition, Statement };
  In in = In::Group;  // Group: in none of the texts
  size_t index = 0;
  Problem problem;
};

// A group of the transform processor, which may run in one of `contexts`. Its statements know the processor's own
// functions; its conditions know those of the filter, and no editors. Without a group, `problems` has an error.
std::optional<Group> read_group(const GroupTexts& texts, std::span<const Context> contexts,
                                std::vector<TextProblem>& problems);

// Conditions of the filter processor without a context of their own: each runs in the one that its own paths say, which
// its tree's `context` is. With `stated`, all run there. Trees with errors are left out.
std::vector<Tree> read_conditions(const GroupTexts& texts, std::span<const Context> contexts,
                                  std::vector<TextProblem>& problems);

// Conditions that stand under the name of a context, such as `traces: {span: [...]}`.
std::vector<Tree> read_conditions_of(Context context, std::span<const std::string_view> texts,
                                     std::vector<TextProblem>& problems);

}  // namespace whittle::ottl
