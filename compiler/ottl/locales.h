// SPDX-License-Identifier: Apache-2.0
// What days and months are called, by language, for the functions that read and write times.
#pragma once

#include <string_view>
#include <vector>

namespace whittle::ottl {

// What days and months are called in a language, "de-AT" written exactly so: five lines, of names with `|` between
// them; empty where the language is not known. A list is empty where the language has no such names.
std::string_view names_in(std::string_view tag);

// All of them, to find what was meant.
std::vector<std::string_view> languages();

}  // namespace whittle::ottl
