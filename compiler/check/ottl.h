// SPDX-License-Identifier: Apache-2.0
// Lists of OTTL texts in a config: read together, and what is wrong said in its place.
#pragma once

#include "compiler/check/checks.h"
#include "compiler/ottl/group.h"

namespace whittle::check {

// The texts of a list of `ottl`; nothing when one of them is wrong or late-bound (which is said to be not compilable).
std::optional<std::vector<std::string_view>> ottl_texts(Check& check, const Value& list);

// Says what is wrong with texts of these lists; `group` is where problems are said that are in none of them.
void report(Check& check, const std::vector<ottl::TextProblem>& problems, const Value* conditions,
            const Value* statements, source::Span group);

// The conditions of a setting that is declared as `conditions on CONTEXT`, in the struct `of`; nothing where there are
// none. Those that are wrong are left out.
std::optional<ottl::Group> conditions_in(const Value& of, const Value& list, std::vector<ottl::TextProblem>& problems);

// The context that a setting of contexts names, if it is one of `contexts`; otherwise says which there are. Nothing,
// too, for an empty one.
std::optional<ottl::Context> stated_context(Check& check, const Value& setting,
                                            std::span<const ottl::Context> contexts);

// Contexts that statements on a signal may run in, from the outermost.
std::span<const ottl::Context> contexts_of(schema::Signal signal);

}  // namespace whittle::check
