// SPDX-License-Identifier: Apache-2.0
#include "compiler/regex/dfa.h"
#include "runtime/base/regex.h"
#include "runtime/base/regex_tables.h"

#include <gtest/gtest.h>

#include <regex>

namespace whittle {
namespace {

struct MatchCase {
  const char* pattern;
  const char* text;
  bool matches;
};

// What Go's regexp.MatchString says.
constexpr MatchCase kMatches[] = {
    {"", "", true},
    {"", "abc", true},
    {"a", "xay", true},
    {"^a", "xay", false},
    {"a$", "xa", true},
    {"a$", "ax", false},
    {"^$", "", true},
    {"^$", "x", false},
    {"^ecs\\.task\\..*", "ecs.task.memory", true},
    {"^ecs\\.task\\..*", "ecsxtask.memory", false},
    {"by.es", "bytes", true},
    {"by.es", "by\nes", false},
    {"(?s)by.es", "by\nes", true},
    {"a|b|cd", "xxcd", true},
    {"(a|b)*c", "ababc", true},
    {"^(a|b)*$", "abac", false},
    {"a{2,3}", "a", false},
    {"^a{2,3}$", "aaa", true},
    {"^a{2,3}$", "aaaa", false},
    {"^a{0}$", "", true},
    {"^(ab){2,}$", "ababab", true},
    {"^a{,3}$", "a{,3}", true},
    {"[a-c]+", "xxb", true},
    {"[^a-c]", "abc", false},
    {"[]a]", "]", true},
    {"[[:alpha:]]", "1", false},
    {"[[:^alpha:]]", "1", true},
    {"\\d{3}", "ab123", true},
    {"\\bfoo\\b", "a foo b", true},
    {"\\bfoo\\b", "afoo b", false},
    {"\\Bfoo", "afoo", true},
    {"foo\\b", "foo", true},
    {"(?i)HeLLo", "say hello", true},
    {"(?i)stra\xC3\x9F"
     "e",
     "STRA\xE1\xBA\x9E"
     "E",
     true},
    {"(?i)k", "\xE2\x84\xAA", true},
    {"(?m)^b", "a\nb", true},
    {"^b", "a\nb", false},
    {"(?m)a$", "a\nb", true},
    {"\\Aa", "a", true},
    {"a\\z", "a\n", false},
    {"\xC3\xA9", "caf\xC3\xA9", true},
    {"^.$", "\xC3\xA9", true},
    {"^.{2}$", "\xF0\x9F\x98\x80\xC3\xA9", true},
    {"[\xC3\xA0-\xC3\xBF]", "caf\xC3\xA9", true},
    {"\\p{Greek}", "\xCE\xB1", true},
    {"\\pL", "\xCE\xB1", true},
    {"\\PL", "a", false},
    {"\\p{^Lu}", "a", true},
    {"\\x{1F600}", "\xF0\x9F\x98\x80", true},
    {"\\x41", "A", true},
    {"\\Qa.b\\E+", "a.bbb", true},
    {"\\Qa.b", "axb", false},
    {"(?P<n>a)(?<m>b)", "ab", true},
    {"(?i:a)b", "Ab", true},
    {"(?i:a)b", "AB", false},
    {"a(?i)b|c", "aB", true},
    {"x*", "", true},
    {"a.{20}b$", "ba-------------------------b", false},
    {"a.{20}b$", "a12345678901234567890b", true},
    {"\\141", "a", true},
    {"[\\w.-]+@", "me.you-x@", true},
    {"\\.", "a", false},
    {"^(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}$", "192.168.0.255", true},
    {"^(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}$", "192.168.0.256", false},
};

TEST(Regex, MatchesAsGo) {
  std::vector<Str> names;
  for (auto& c : kMatches) {
    auto dfa = regex::compile(c.pattern);
    ASSERT_TRUE(dfa) << c.pattern << ": " << dfa.error().message;
    EXPECT_EQ(regex_match(regex_of(*dfa, names), c.text), c.matches) << c.pattern << " on " << c.text;
    auto nfa = regex::compile_program(c.pattern);
    ASSERT_TRUE(nfa) << c.pattern;
    EXPECT_EQ(regex_match(regex_of(*nfa, names), c.text), c.matches) << c.pattern << " as a program on " << c.text;
  }
}

struct ErrorCase {
  const char* pattern;
  const char* message;
};
constexpr ErrorCase kErrors[] = {
    {"(a", "missing closing ): `(a`"},
    {"a)", "unexpected ): `a)`"},
    {"[a", "missing closing ]: `[a`"},
    {"*a", "missing argument to repetition operator: `*`"},
    {"a**", "invalid nested repetition operator: `**`"},
    {"a{1001}", "invalid repeat count: `{1001}`"},
    {"a{2,1}", "invalid repeat count: `{2,1}`"},
    {"(a{100}){100}", "invalid repeat count: `{100}`"},
    {"[z-a]", "invalid character class range: `z-a`"},
    {"\\p{Klingon}", "invalid character class range: `\\p{Klingon}`"},
    {"(?P<1a", "invalid named capture: `(?P<1a`"},
    {"(?=a)", "invalid or unsupported Perl syntax: `(?=`"},
    {"\\8", "invalid escape sequence: `\\8`"},
    {"\\C", "invalid escape sequence: `\\C`"},
    {"\\", "trailing backslash at end of expression: ``"},
    {"\xFF", "invalid UTF-8"},
};

TEST(Regex, RefusesAsGo) {
  for (auto& c : kErrors) {
    auto r = regex::compile(c.pattern);
    ASSERT_FALSE(r) << c.pattern;
    EXPECT_EQ(r.error().message, c.message);
  }
}

TEST(Regex, DeepNestingIsAnErrorNotACrash) {
  std::string deep(100000, '(');
  EXPECT_FALSE(regex::compile(deep));
}

TEST(Regex, GroupsInTheirOrder) {
  std::vector<std::string> groups;
  ASSERT_TRUE(regex::parse("(?P<a>x(y))(?:z)(?<b>[(?P<no>])\\Q(?P<no>\\E(?i)\\(", &groups));
  EXPECT_EQ(groups, (std::vector<std::string>{"a", "", "b"}));
}

// A table that would not fit becomes a program, which says the same.
TEST(Regex, LargePatternsBecomePrograms) {
  std::vector<Str> names;
  auto r = regex::compile("(a|b)*a(a|b){18}c");
  ASSERT_TRUE(r);
  EXPECT_FALSE(r->program.empty());
  EXPECT_TRUE(regex_match(regex_of(*r, names), "bbabababababababababac"));
  EXPECT_FALSE(regex_match(regex_of(*r, names), "bbbbbbbbbbbbbbbbbbbbbc"));
}

}  // namespace
}  // namespace whittle
