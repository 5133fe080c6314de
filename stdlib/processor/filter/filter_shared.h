// SPDX-License-Identifier: Apache-2.0
// The filter's conditions in OTTL, however a config writes them, read once for the check and for the lowering.
#pragma once

#include "compiler/check/config.h"
#include "compiler/ottl/group.h"

namespace whittle::check {

// Conditions that stand together: the list under the name of a context (`traces: {span: [...]}`), or an element of
// `trace_conditions` and its like, which may state a context.
struct FilterGroup {
  const Value* conditions = nullptr;
  const Value *element = nullptr, *list = nullptr;  // of such a list, and the list; null under the name of a context
  std::optional<ottl::Context> stated;
  ottl::ErrorMode errors = ottl::ErrorMode::Ignore;
  std::span<const ottl::Context> contexts;  // that may be stated or inferred
  std::string place;
};

// Those that count for a signal, whether or not something is wrong with them.
std::vector<FilterGroup> filter_groups(const Value& config, schema::Signal signal);

// The conditions of a group as one group a context, from the outermost inwards. Late-bound ones are left out.
std::vector<ottl::Group> read_filter_group(const FilterGroup& group, std::vector<ottl::TextProblem>& problems);

}  // namespace whittle::check
