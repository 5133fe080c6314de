// SPDX-License-Identifier: Apache-2.0
// Globs as patterns, with a separator and without.
#include "compiler/regex/glob.h"

#include <gtest/gtest.h>
#include <string>

namespace whittle::regex {
namespace {

struct Case {
  const char *name, *glob;
  char separator;
  const char* pattern;
};
constexpr Case kCases[] = {
    {"star without separators", "a*", 0, R"((?s)\Aa.*\z)"},
    {"two stars without separators", "a**", 0, R"((?s)\Aa.*\z)"},
    {"star stops", "http.*", '.', R"((?s)\Ahttp\.[^\.]*\z)"},
    {"two stars do not", "http.**", '.', R"((?s)\Ahttp\..*\z)"},
    {"question mark stops", "a?", '.', R"((?s)\Aa[^\.]\z)"},
    {"choices", "{a,b.c}", '.', R"((?s)\A(?:a|b\.c)\z)"},
    {"classes", "[!a-c]", '.', R"((?s)\A[^a-c]\z)"},
    {"escaped", R"(\*)", '.', R"((?s)\A\*\z)"},
};

TEST(Glob, IsAPatternOfTheWholeText) {
  for (const Case& c : kCases) EXPECT_EQ(pattern_of_glob(c.glob, c.separator), c.pattern) << c.name;
}

}  // namespace
}  // namespace whittle::regex
