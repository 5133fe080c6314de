// SPDX-License-Identifier: Apache-2.0
// Documents of XML and paths in them, as far as the recorded cases do not go.
#include "runtime/ottl/xpath.h"

#include <gtest/gtest.h>
#include <string>

namespace whittle::ottl {
namespace {

// What a path finds, written one after the other.
std::string found(std::string_view document, std::string_view path) {
  Arena arena;
  ottl::Run run{arena, nullptr};
  XmlNode* top = parse_xml(run, document);
  XmlNodes nodes;
  if (!top || !find_xml(run, top, path, nodes)) return "error: " + std::string(run.error);
  std::string out;
  for (const XmlNode* n : nodes) {
    XmlNode holder, copy = *n;
    copy.next = nullptr;
    holder.first = &copy;
    Value v;
    EXPECT_TRUE(write_xml(run, n->kind == XmlNode::Kind::Attribute ? *n : holder, &v));
    out += (out.empty() ? "" : " ") + std::string(v.as_text());
  }
  return out;
}

constexpr std::string_view kShop =
    "<shop id='1'><item k='a'>pen<n>2</n></item>\n<item k='b'><n>30</n></item><note><![CDATA[<5]]></note></shop>";

struct Path {
  const char *path, *found;
};
constexpr Path kPaths[] = {
    {"/shop/item[2]/@k", "b"},
    {"//n[. > 5]", "<n>30</n>"},
    {"/shop/item[last()]/n", "<n>30</n>"},
    {"//item[@k='a']/following-sibling::*[1]", "<item k=\"b\"><n>30</n></item>"},
    {"(//n)[2]", "<n>30</n>"},
    {"//n/ancestor::*[1]/@k", "a b"},
    {"//note/text()", "<![CDATA[<5]]>"},
    {"//*[name()='n' and position()=1]", "<n>2</n> <n>30</n>"},
    {"//item[starts-with(@k, 'b')] | //@id", "<item k=\"b\"><n>30</n></item> 1"},
    {"count(//n)", ""},
    // What ends the reference is an error.
    {"//item[. = 5]", "error: the XPath compares a number with a text that is none"},
    {"//n[1 mod 0]", "error: the XPath divides by 0"},
    {"//n[true() = 'x']", "error: the XPath compares what cannot be compared"},
    {"//n[matches(., 'x')]", "error: the XPath has a pattern that is none"},
    {"", "error: the XPath is none"},
    {"//", "error: the XPath is none"},
};

TEST(Xml, Paths) {
  for (const Path& p : kPaths) EXPECT_EQ(found(kShop, p.path), p.found) << p.path;
}

TEST(Xml, EachTruncationFailsCleanly) {
  const std::string_view document = "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b '>'>]><n:a xmlns:n=\"u\" "
                                    "k='&lt;'>t&#x41;<!-- c --><b/><![CDATA[x]]></n:a>";
  for (size_t n = 0; n < document.size(); ++n) {
    Arena arena;
    ottl::Run run{arena, nullptr};
    EXPECT_EQ(parse_xml(run, std::string(document.substr(0, n))), nullptr) << n;
  }
  EXPECT_EQ(found(document, "/a"), "");
  EXPECT_EQ(found(document, "//b"), "<b></b>");
}

struct Bad {
  const char *document, *error;
};
constexpr Bad kBad[] = {
    {"", "the document of XML has no element"},
    {"x", "the document of XML has no element"},
    {"<a></b>", "an end tag of the document of XML ends nothing"},
    {"</a>", "an end tag of the document of XML ends nothing"},
    {"<a>&nbsp;</a>", "the document of XML has an entity that is not known"},
    {"<a>&#0;</a>", "the document of XML holds what no text may"},
    {"<a>]]></a>", "the document of XML has `]]>` in its text"},
    {"<a b='<'/>", "the document of XML has `<` in the value of an attribute"},
    {"<a b=c/>", "an attribute of the document of XML has no quotes"},
    {"<a b/>", "an attribute of the document of XML has no value"},
    {"<1/>", "a name of the document of XML holds what no name may"},
    {"<a:b:c/>", "a name of the document of XML has two colons"},
    {"<n:a/>", "the document of XML has a prefix that is not declared"},
    {"<a><!-- -- --></a>", "a comment of the document of XML holds `--`"},
    {"<?xml version='1.1'?><a/>", "the document of XML is not of version 1.0"},
    {"<?xml version='1.0' encoding='klingon'?><a/>", "the document of XML has an encoding that is not known"},
    {"<a>\xFF</a>", "the document of XML is no UTF-8"},
};

TEST(Xml, BadDocuments) {
  for (const Bad& b : kBad) EXPECT_EQ(found(b.document, "/a"), "error: " + std::string(b.error)) << b.document;
}

TEST(Xml, LegacyEncodings) {
  EXPECT_EQ(found("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9\x80</a>", "/a"), "<a>\u00e9\u20ac</a>");
}

TEST(Xml, NothingGoesOnForever) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_EQ(found(deep, "/a"), "error: the document of XML is nested too deep");
  std::string wide = "<r>";
  for (int i = 0; i < 20'000; ++i) wide += "<a/>";
  EXPECT_EQ(found(wide + "</r>", "//a[preceding::a[following::b]]"), "error: the XPath takes too long");
  EXPECT_EQ(found("<a/>", std::string(100'000, '(')), "error: the XPath is none");
}

}  // namespace
}  // namespace whittle::ottl
