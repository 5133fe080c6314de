// SPDX-License-Identifier: Apache-2.0
// Times as texts, by directives such as `%Y-%m-%d`: what the reference makes of them (contrib's
// internal/coreinternal/timeutils), which is to turn them into a layout of Go's package time and to go by that.
#pragma once

#include "runtime/ottl/value.h"

namespace whittle::ottl {

// Appends `time` in its zone. The format is one that the check let by.
void append_time(Writer& out, const Value& time, Text format, Arena& arena);

// Reads a time. `zones`: a table of zone.h, of which the first is where a time is that does not say it, and the others
// are those that `%Z` may name; empty: UTC. `now`, in nanoseconds, gives the year where the format has none. False: the
// text is not of that format.
// `locale`: what days and months are called where that is not English (compiler/ottl/locales.h); empty: English.
bool parse_time(Text value, Text format, Text zones, Text locale, int64_t now, Arena& arena, Value* out);

// Appends a time by a layout of Go's with the names of days and months in English: elastic/lunes. False: it does not
// fit, and `misfit` is the element of the layout that it does not fit to, empty where the language has no such names.
using Translate = bool (*)(Writer& out, Text layout, Text value, Text locale, Text& misfit);
// Set by what the compiler calls before a function that is given a language.
extern Translate translate_time;

}  // namespace whittle::ottl
