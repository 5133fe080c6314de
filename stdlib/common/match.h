// SPDX-License-Identifier: Apache-2.0
// What is found wrong with a `match` only when a processor is made for a signal: names that the signal has not, match
// types, patterns, attributes.
#pragma once

#include "compiler/check/checks.h"

#include <string_view>

namespace whittle::check {

// `match` is one that is present, and is used for these signals.
void check_match(Check& check, const Value& match, schema::SignalSet used_for);

// The same for the `include` and `exclude` among the settings of `parent`.
void check_include_exclude(Check& check, const Value& parent, schema::SignalSet used_for);

// The parts of which structs like it are made.

// "strict" or "regexp", or nothing with a diagnostic.
std::string_view match_type(Check& check, const Value& match);
// Whether one of the attributes asks for a value.
bool has_values(const Value& attributes);
void check_attributes(Check& check, const Value& attributes, std::string_view type);
// `places`: as of check_regexp().
void check_patterns(Check& check, const Value& list, bool places = false);
// Whether there is room in the cache that `regexp` of `match` asks for.
void check_cache(Check& check, const Value& match);

}  // namespace whittle::check
