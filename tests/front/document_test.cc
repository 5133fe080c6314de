// SPDX-License-Identifier: Apache-2.0
// Documents that are no configs: JSON strictly, YAML with its tags.
#include "compiler/syntax/document.h"

#include <gtest/gtest.h>

namespace whittle::syntax {
namespace {

struct Read {
  source::Sources sources;
  diag::Diagnostics diags;
  Tree tree;
  NodeId root = kNoNode;

  Read(std::string text, DocumentForm form) {
    root = read_document(sources.add("d", std::move(text)), form, sources, tree, diags);
  }
  const Node& at(std::string_view key) { return tree.at(tree.at(root).find(key)->value); }
  std::string first_code() const { return diags.all().empty() ? "" : diags.all().front().code; }
};

TEST(Document, JsonIsJsonAndNothingMore) {
  struct {
    const char* text;
    const char* code;
  } cases[] = {
      {"{\"a\":\"b\\/c\"}", ""},
      {"\t[\n\t1, 2.5, true, null, \"\\ud83d\\ude00\"]\r\n", ""},
      {"{\"a\":1,}", "E0016"},
      {"{a: 1}", "E0016"},
      {"{'a': 1}", "E0016"},
      {"{\"a\": 01}", "E0016"},
      {"{\"a\": [1 2]}", "E0016"},
      {"{\"a\": 1} // no", "E0016"},
      {"{\"a\": 1}{\"b\": 2}", "E0016"},
      {"{\"a\": \"\n\"}", "E0016"},
      {"{\"a\": \"b", "E0016"},
      {"{\"a\":", "E0016"},
      {"{\"a\":1,\"a\":2}", "E0007"},
      {"{\"a\":{{b}}}", "E0012"},
  };
  for (auto& c : cases) {
    Read r(c.text, DocumentForm::Either);
    EXPECT_EQ(r.first_code(), c.code) << c.text;
    EXPECT_EQ(r.diags.has_errors(), *c.code != 0) << c.text;
  }
}

TEST(Document, JsonKnowsItsPlaces) {
  Read r("{\n  \"name\": \"caf\\u00e9\",\n  \"n\": 7\n}", DocumentForm::Json);
  ASSERT_NE(r.root, kNoNode);
  EXPECT_EQ(r.at("name").text, "caf\xc3\xa9");
  EXPECT_EQ(r.at("name").kind, Node::Kind::String);
  EXPECT_EQ(r.at("n").kind, Node::Kind::Int);
  EXPECT_EQ(r.at("n").integer, 7);
  EXPECT_EQ(r.sources.place(r.at("n").span), "d:3:8");
}

TEST(Document, YamlKeepsTags) {
  Read r("a: !Sub 'x${B}'\nb: !GetAtt [R, Arn]\nc: !If\n  - X\n  - !Ref Y\nd: !!str 5\ne: 2012-10-17\n",
         DocumentForm::Either);
  ASSERT_NE(r.root, kNoNode);
  EXPECT_EQ(r.at("a").tag, "!Sub");
  EXPECT_EQ(r.at("a").text, "x${B}");
  EXPECT_EQ(r.at("b").tag, "!GetAtt");
  EXPECT_EQ(r.at("b").items.size(), 2u);
  EXPECT_EQ(r.at("c").tag, "!If");
  EXPECT_EQ(r.tree.at(r.at("c").items[1]).tag, "!Ref");
  EXPECT_EQ(r.at("d").tag, "");
  EXPECT_EQ(r.at("e").text, "2012-10-17");
}

TEST(Document, ConfigsHaveNoTags) {
  source::Sources sources;
  diag::Diagnostics diags;
  Tree tree;
  NodeId root = read_yaml(sources.add("c", "a: !Sub x\n"), sources, tree, diags);
  ASSERT_NE(root, kNoNode);
  EXPECT_EQ(tree.at(tree.at(root).entries[0].value).tag, "");
}

}  // namespace
}  // namespace whittle::syntax
