// SPDX-License-Identifier: Apache-2.0
// Patterns that become known while the collector runs: from an attribute, from an environment variable, or from a list
// of a component's settings, which it compiles once when it starts. The compiler's own code (compiler/regex) does it;
// it comes into a collector whose config needs it, and into no other.
#pragma once

#include "runtime/base/bytes.h"

#include <string>

namespace whittle {

// The tables of a pattern, for matching and for places (captures.h), which live as long as the process; null: it is no
// pattern, or too large a one. The same pattern is compiled once.
const Regex* compile_regex(Text pattern);

// The same for patterns that come with telemetry: of these a few hundred are remembered, and the tables are valid until
// the next call.
const Regex* compile_passing_regex(Text pattern);
// The same of Grok patterns (compiler/regex/grok.h); groups without a name are not marked.
const Regex* compile_passing_grok(Text pattern, std::span<const std::string> definitions, bool named_only);

}  // namespace whittle
