// SPDX-License-Identifier: Apache-2.0
// Grok: patterns made of named ones, as `%{NAME}`, `%{NAME:field}` and `%{NAME:field:type}`, in the form of elastic's
// go-grok. They become plain patterns, so what matches is an engine like any other.
#pragma once

#include "compiler/regex/dfa.h"

#include <span>

namespace whittle::regex {

struct GrokPattern {
  std::string_view name, pattern;
};

// Those that are known without being defined, sorted by name.
std::span<const GrokPattern> grok_patterns();

// Why a pattern cannot be expanded, and where in it; `unknown` where it names what is not defined.
struct GrokError {
  std::string message;
  size_t begin, end;
  std::string_view unknown;
};

// The fields of an expanded pattern whose types are given, by the names of their groups.
struct GrokHint {
  std::string group, type;
};
struct Grok {
  std::string pattern;
  std::vector<GrokHint> hints;
};

// The pattern with all references replaced by groups. `definitions` are written NAME=pattern and go before those that
// are known, later ones before earlier ones; with `named_only`, references without a field give groups without a name.
std::expected<Grok, GrokError> expand_grok(std::string_view pattern, std::span<const std::string> definitions,
                                           bool named_only);

// Tables that mark the groups with names only. A group is called as its field is, with `:type` behind it where one is
// given.
std::expected<Tables, SyntaxError> compile_grok(std::string_view pattern, std::span<const std::string> definitions,
                                                bool named_only, size_t most_work = kMostWork);

}  // namespace whittle::regex
