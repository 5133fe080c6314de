// SPDX-License-Identifier: Apache-2.0
#include "compiler/regex/grok.h"

#include <gtest/gtest.h>

namespace whittle::regex {
namespace {

std::string expanded(std::string_view pattern, std::vector<std::string> definitions = {}, bool named_only = true) {
  auto grok = expand_grok(pattern, definitions, named_only);
  if (!grok) return "error: " + grok.error().message;
  std::string out = grok->pattern;
  for (const GrokHint& h : grok->hints) out += " " + h.group + ":" + h.type;
  return out;
}

TEST(Grok, References) {
  EXPECT_EQ(expanded("a %{INT} b"), "a ((?:[+-]?(?:[0-9]+))) b");
  EXPECT_EQ(expanded("%{INT}", {}, false), "(?P<INT>(?:[+-]?(?:[0-9]+)))");
  EXPECT_EQ(expanded("%{A:x.y:int}", {"A=b"}), "(?P<x___y>b) x___y:int");
  EXPECT_EQ(expanded("%{A}", {"A=%{B:n}", "B=c"}), "((?P<n>c))");
  EXPECT_EQ(expanded("%{A}", {"A=b", "A=c=d"}), "(c=d)");
  EXPECT_EQ(expanded("%{INT}", {"INT=i"}), "(i)");
  // What is no reference stays.
  EXPECT_EQ(expanded("%{} %{A:} %{A:b:} %{A:b:c:d} %{A %{A-B} %{"), "%{} %{A:} %{A:b:} %{A:b:c:d} %{A %{A-B} %{");
}

TEST(Grok, Errors) {
  auto grok = expand_grok("x %{NUMBR:n}", {}, true);
  ASSERT_FALSE(grok);
  EXPECT_EQ(grok.error().message, "no Grok pattern is named `NUMBR`");
  EXPECT_EQ(grok.error().begin, 4u);
  EXPECT_EQ(grok.error().end, 9u);
  EXPECT_EQ(grok.error().unknown, "NUMBR");
  EXPECT_EQ(expanded("%{A}", {"A=%{B}", "B=x%{A}"}), "error: this is made of itself");
  // Twice as long with each definition.
  std::vector<std::string> doubling{"D0=0123456789012345678901234567890123456789"};
  for (int i = 1; i < 40; ++i) {
    const std::string before = "%{D" + std::to_string(i - 1) + "}";
    doubling.push_back("D" + std::to_string(i) + "=" + before + before);
  }
  EXPECT_EQ(expanded("%{D39}", doubling), "error: this grows too large");
}

// All that come with the reference compile, but the one that does not there either.
TEST(Grok, ThoseThatAreKnown) {
  for (const GrokPattern& p : grok_patterns()) {
    for (bool named_only : {false, true}) {
      auto grok = expand_grok("%{" + std::string(p.name) + "}", {}, named_only);
      ASSERT_TRUE(grok) << p.name;
      auto tree = parse(grok->pattern);
      EXPECT_EQ(tree && fits(**tree, true), p.name != "CISCOFW733100") << p.name;
    }
  }
}

TEST(Grok, GroupsAreCalledAsTheirFields) {
  auto tables = compile_grok("(x)%{INT:a.b:long}(%{INT})%{INT:c}", {}, true);
  ASSERT_TRUE(tables);
  EXPECT_EQ(tables->groups, (std::vector<std::string>{"", "a.b:long", "c"}));
}

}  // namespace
}  // namespace whittle::regex
