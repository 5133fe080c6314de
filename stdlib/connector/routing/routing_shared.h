// SPDX-License-Identifier: Apache-2.0
// The routes of a config, read once for the check and for what they become.
#pragma once

#include "compiler/check/config.h"
#include "compiler/ottl/group.h"

namespace whittle::check {

struct RouteText {
  const Value* route = nullptr;
  const Value* text = nullptr;  // its `condition` or `statement`
  ottl::Context context = ottl::Context::Resource;
  bool of_request = false;  // it asks the request, or what the collector itself knows
  bool edits = false;       // its statement does more than route
  bool copies = false;
  std::string_view condition;  // empty: always
  size_t at = 0;               // where it begins in the text
};

// Those that are read: nothing is late-bound or wrong, and each says something for the first time.
std::vector<RouteText> route_texts(const Value& config);

// Whether records of that signal have such a context.
bool has_context(schema::Signal signal, ottl::Context context);

}  // namespace whittle::check
