// SPDX-License-Identifier: Apache-2.0
// The encoder's parts on their own, and what recorded vectors do not reach.
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"
#include "stdlib/exporter/awsxray/segment.h"

#include <deque>
#include <gtest/gtest.h>
#include <random>
#include <set>
#include <string>
#include <yyjson.h>

namespace whittle::awsxray {
namespace {

// The documents of one span, decoded from their strings.
std::vector<std::string> documents(std::string span, Options options = {}, std::string resource = "{}") {
  std::string json = R"({"resourceSpans":[{"resource":)" + resource + R"(,"scopeSpans":[{"spans":[)" + span + "]}]}]}";
  Writer request, out;
  EXPECT_TRUE(wire::json_to_proto(Signal::Traces, as_bytes(json), request)) << json;
  Slice slice{{}, request.bytes()};
  SpanWalk walk({&slice, 1}, IdSource(1));
  Encoder encoder(options);
  std::vector<std::string> list;
  struct Context {
    Writer& out;
    std::vector<std::string>& list;
  } context{out, list};
  auto done = [](void* c, size_t begin, size_t end) {
    auto& ctx = *static_cast<Context*>(c);
    yyjson_doc* doc = yyjson_read(reinterpret_cast<const char*>(ctx.out.data()) + begin, end - begin, 0);
    ASSERT_TRUE(doc);
    yyjson_val* root = yyjson_doc_get_root(doc);
    ctx.list.emplace_back(yyjson_get_str(root), yyjson_get_len(root));
    EXPECT_EQ(nested_size(ctx.out.text().substr(begin, end - begin)), ctx.list.back().size());
    yyjson_doc_free(doc);
  };
  while (encoder.next(walk, {out, done, &context})) {
  }
  return list;
}

std::string attributes(std::initializer_list<std::pair<const char*, const char*>> list) {
  std::string json;
  for (auto [k, v] : list)
    json += (json.empty() ? "" : ",") + std::string(R"({"key":")") + k + R"(","value":)" + v + "}";
  return "[" + json + "]";
}

TEST(Names, AreFixedAndCut) {
  struct Case {
    std::string name, want;
  };
  const Case kCases[] = {
      {"GET /a?b=c", "GET /ab=c"},
      {"a_b.c:d/e%f&g#h+i-j@k", "a_b.c:d/e%f&g#h+i-j@k"},
      {"a\\\\b*c\\tq", "abcq"},
      {"h\u00e9llo \u4e16\u754c \U0001F600!", "h\u00e9llo \u4e16\u754c "},
      {"***", "span"},
      {std::string(300, 'x'), std::string(200, 'x')},
      {std::string(199, 'x') + "\u00e9", std::string(199, 'x') + "\uFFFD"},
  };
  for (const Case& c : kCases) {
    auto docs = documents(R"({"name":")" + c.name + "\"}");
    ASSERT_EQ(docs.size(), 1u);
    EXPECT_TRUE(docs[0].starts_with(R"({"name":")" + c.want + R"(","id":null)")) << docs[0];
  }
}

TEST(Addresses, AsGoParsesThem) {
  for (Text good : {"1.2.3.4", "255.255.255.255", "::", "::1", "fe80::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4",
                    "1:2:3:4:5:6:1.2.3.4", "1::8"})
    EXPECT_TRUE(is_ip_address(good)) << good;
  for (Text bad : {"", "a", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.", ":", ":1", "1:", "1::2::3",
                   "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "fe80::1%eth0", "::1.2.3",
                   "1.2.3.4:80", "localhost"})
    EXPECT_FALSE(is_ip_address(bad)) << bad;
}

TEST(Urls, HostAsGoParsesIt) {
  struct Case {
    Text url, host;
  };
  constexpr Case kCases[] = {
      {"mysql://db.example.com:3306", "db.example.com"},
      {"postgresql://u:p@db:5432/x?y=z#f", "db"},
      {"mysql://[::1]:3306/x", "::1"},
      {"//db/x", "db"},
      {"db.example.com:3306", ""},
      {"db", ""},
      {"", ""},
      {"mysql:db", ""},
      {"mysql://", ""},
      {"mysql://db:x/", ""},
      {"mysql://d b/", ""},
      {"oracle:thin:@//db:1521/x", ""},
      {"sqlserver://db:1433;databaseName=x", ""},
      {"mysql://a\nb", ""},
  };
  for (const Case& c : kCases) EXPECT_EQ(url_host(c.url), c.host) << c.url;
}

TEST(Causes, BrokenTracesAreTakenAsFarAsTheyGo) {
  for (const char* language : {"java", "python", "javascript", "dotnet", "go", "php", "cobol"})
    for (const char* trace : {"",
                              "x",
                              "\\n",
                              "\\n\\n",
                              "x\\n\\tat ",
                              "x\\n\\tat (",
                              "x\\n\\tat )(",
                              "x\\nCaused by: ",
                              "x\\nCaused by: a:",
                              "x\\nCaused by: a:b\\nmore",
                              "  File \\n",
                              "  File \\nx",
                              "  File ,,\\nx",
                              "a\\nDuring handling of the above exception, another exception occurred:\\nb",
                              "  File \\\"a\\\", line 1, in f\\n\\nDuring handling of the above exception, another "
                              "exception occurred:\\n  File \\\"b\\\", line 99999999999999999999, in g\\nE: m",
                              "x\\n    at ",
                              "x\\n    at (",
                              "x\\n    at a (b:c",
                              "x\\n    at a (b:1:2)",
                              "x\\nat in ",
                              "x\\nat in y",
                              "x\\nat a in b:line",
                              "x\\nat )",
                              "x\\ngoroutine 1 [running]:",
                              "x\\nf\\n\\tp:12"}) {
      auto docs = documents(
          std::string(
              R"({"name":"n","status":{"code":2},"events":[{"name":"exception","attributes":[{"key":"exception.stacktrace","value":{"stringValue":")") +
              trace + "\"}}]}]}",
          {},
          R"({"attributes":[{"key":"telemetry.sdk.language","value":{"stringValue":")" + std::string(language) +
              "\"}}]}");
      ASSERT_EQ(docs.size(), 1u);
      yyjson_doc* doc = yyjson_read(docs[0].data(), docs[0].size(), 0);
      EXPECT_TRUE(doc) << docs[0];
      yyjson_doc_free(doc);
    }
}

TEST(Documents, OfALocalRootThatCallsAnotherService) {
  auto docs = documents(R"({"name":"n","kind":3,"spanId":"0102030405060708","attributes":)" +
                        attributes({{"aws.span.kind", R"({"stringValue":"LOCAL_ROOT"})"},
                                    {"aws.local.service", R"({"stringValue":"shop"})"},
                                    {"aws.remote.service", R"({"stringValue":"stock"})"},
                                    {"x", R"({"intValue":1})"}}) +
                        "}");
  ASSERT_EQ(docs.size(), 2u);
  EXPECT_TRUE(docs[0].starts_with(R"({"name":"stock","id":"0102030405060708",)")) << docs[0];
  EXPECT_NE(docs[0].find(R"("type":"subsegment")"), std::string::npos);
  EXPECT_TRUE(docs[1].starts_with(R"({"name":"shop","id":")")) << docs[1];
  EXPECT_NE(docs[1].find(R"("metadata":{"default":{}})"), std::string::npos);
  std::string id = docs[1].substr(21, 16);
  EXPECT_NE(docs[0].find(R"("parent_id":")" + id), std::string::npos);
}

TEST(Documents, SameNameOnce) {
  static const Str kIndexed[] = {{"a-b", 3}, {"a_b", 3}};
  auto docs = documents(R"({"name":"n","attributes":)" +
                            attributes({{"a-b", R"({"intValue":1})"},
                                        {"a_b", R"({"intValue":2})"},
                                        {"c", R"({"intValue":3})"},
                                        {"c", R"({"intValue":4})"}}) +
                            "}",
                        {{kIndexed, 2}, false, {}});
  ASSERT_EQ(docs.size(), 1u);
  EXPECT_NE(docs[0].find(R"("annotations":{"a_b":1},"metadata":{"default":{"c":3}})"), std::string::npos) << docs[0];
}

TEST(Documents, NumbersThatJsonHasNot) {
  auto docs = documents(R"({"name":"n","attributes":)" + attributes({{"a", R"({"doubleValue":"NaN"})"}}) + "}");
  ASSERT_EQ(docs.size(), 1u);
  EXPECT_NE(docs[0].find(R"({"a":"NaN"})"), std::string::npos) << docs[0];
}

TEST(Walk, ACopyLeadsToTheSameDocuments) {
  std::string json =
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a","status":{"code":2,"message":"m"}},{"name":"b","status":{"code":2,"message":"m"}}]}]}]})";
  Writer request;
  ASSERT_TRUE(wire::json_to_proto(Signal::Traces, as_bytes(json), request));
  Slice slice{{}, request.bytes()};
  Encoder encoder({});
  SpanWalk walk({&slice, 1}, IdSource(7)), copy = walk;
  Writer first, second;
  auto nothing = [](void*, size_t, size_t) {};
  while (encoder.next(walk, {first, nothing, nullptr})) {
  }
  while (encoder.next(copy, {second, nothing, nullptr})) {
  }
  EXPECT_EQ(first.text(), second.text());
}

// Against a set of the standard library: few names and many, one after the other in the same memory.
TEST(NameSet, HoldsEachNameOnce) {
  NameSet names;
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    names.reset();
    std::set<std::string> held;
    std::deque<std::string> texts;  // that stay where they are
    for (uint32_t i = 0, n = random() % (round % 2 ? 20 : 300); i < n; ++i) {
      texts.push_back("name." + std::to_string(random() % (n + 1)) + std::string(random() % 3, 'x'));
      EXPECT_EQ(names.has(texts.back()), held.contains(texts.back()));
      EXPECT_EQ(names.add(texts.back()), held.insert(texts.back()).second);
    }
    EXPECT_EQ(names.empty(), held.empty());
    for (const std::string& t : held) EXPECT_TRUE(names.has(t));
    EXPECT_FALSE(names.has("another"));
  }
}

}  // namespace
}  // namespace whittle::awsxray
