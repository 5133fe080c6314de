// SPDX-License-Identifier: Apache-2.0
#include "runtime/aws/xml.h"

#include <gtest/gtest.h>
#include <string>

namespace whittle {
namespace {

// The text of `name`, or "none".
std::string element(Text document, Text name = "Code") {
  Writer out;
  out.append(Text("kept:"));
  bool found = append_xml_element(out, document, name);
  EXPECT_TRUE(found || out.text() == "kept:") << document;
  return found ? std::string(out.text().substr(5)) : "none";
}

struct Case {
  const char* name;
  const char* document;
  const char* text;
};

constexpr Case kCases[] = {
    {"an element", "<Error><Code>AccessDenied</Code></Error>", "AccessDenied"},
    {"with a prefix and attributes", "<s:Error><s:Code a=\"1\" b='2'>x</s:Code></s:Error>", "x"},
    {"the first counts", "<Code>a</Code><Code>b</Code>", "a"},
    {"a longer name is another", "<Codes>a</Codes><Code>b</Code>", "b"},
    {"empty", "<Code></Code>", ""},
    {"empty in one is passed over", "<Code/><Code>b</Code>", "b"},
    {"entities", "<Code>&lt;a&gt; &amp;amp; &quot;b&quot; &apos;</Code>", "<a> &amp; \"b\" '"},
    {"character references", "<Code>&#65;&#x42;&#xe9;&#x20ac;&#x1F600;</Code>",
     "AB\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
    {"what is no reference stays", "<Code>a & b &nbsp; &#; &#xD800; &#0;</Code>", "a & b &nbsp; &#; &#xD800; &#0;"},
    {"in a comment it is not there", "<!-- <Code>a</Code> --><Code>b<!-- c --></Code>", "b"},
    {"CDATA", "<![CDATA[<Code>a</Code>]]><Code><![CDATA[<&amp;]]></Code>", "<&amp;"},
    {"behind a declaration", "<?xml version=\"1.0\"?>\n<!DOCTYPE x>\n<Code>a\nb</Code>", "a\nb"},
    {"elements inside", "<Code><b>x</b></Code>", "none"},
    {"nothing", "", "none"},
    {"no XML", "{\"Code\":\"a\"}", "none"},
    {"only the beginning", "<", "none"},
    {"an empty tag", "<><Code>a</Code>", "none"},
    {"never closed", "<Code>a", "none"},
    {"a comment without end", "<Code>a<!-- ", "none"},
    {"CDATA without end", "<Code>a<![CDATA[ ]]", "none"},
};

TEST(Xml, Elements) {
  for (const Case& c : kCases) EXPECT_EQ(element(c.document), c.text) << c.name;
}

TEST(Xml, EveryTruncationIsRefusedOrShorter) {
  std::string whole =
      "<?xml version=\"1.0\"?><R><!-- x --><C><A>AKIA</A><Code>s&amp;e&#99;r<![CDATA[et]]></Code></C></R>";
  std::string text = element(whole);
  EXPECT_EQ(text, "s&ecret");
  size_t closed = whole.find("</Code>") + 2;
  for (size_t n = 0; n < whole.size(); ++n) {
    std::string cut = whole.substr(0, n);
    EXPECT_EQ(element(cut), n >= closed ? text : "none") << cut;
  }
}

}  // namespace
}  // namespace whittle
