// SPDX-License-Identifier: Apache-2.0
// What literal arguments must look like: patterns, formats, names of time zones, networks.
#pragma once

#include "compiler/ottl/functions.h"

#include <optional>
#include <string>
#include <vector>

namespace whittle::ottl {

struct Fault {
  std::string message;
  std::string help{};
  std::string near{};                         // what the text should be instead, may be empty
  size_t begin = 0, end = std::string::npos;  // of the text; the whole, if nothing narrower is known
  bool when_run = false;                      // the reference finds out only when the statement runs
};

// Holds a string against a rule. Rules that are not about single strings hold for all.
std::optional<Fault> hold(const Parameter& parameter, const Function& function, std::string_view text);

// The same for a whole number.
std::optional<Fault> hold(const Parameter& parameter, int64_t number);

// What is wrong with a Grok pattern, given the definitions NAME=pattern beside it.
std::optional<Fault> check_grok(std::string_view pattern, const std::vector<std::string>& definitions, bool named_only);
// What is wrong with one definition.
std::optional<Fault> check_grok_definition(std::string_view definition);

// Go's strconv: whether texts are floats and bools.
bool is_go_float(std::string_view text);
bool is_go_bool(std::string_view text);

}  // namespace whittle::ottl
