// SPDX-License-Identifier: Apache-2.0
// URLs and queries that are made anonymous; 260,000 random ones are as the reference's libraries make them.
#include "stdlib/processor/redaction/cluster_url.h"
#include "stdlib/processor/redaction/query.h"

#include <gtest/gtest.h>
#include <string>

namespace whittle::redaction {
namespace {

struct Case {
  const char *in, *out;
};

template <class F>
void hold(const Case* cases, size_t n, F f) {
  for (size_t i = 0; i < n; ++i) {
    Writer w;
    f(w, cases[i].in);
    EXPECT_EQ(std::string(w.text()), cases[i].out) << cases[i].in;
  }
}

constexpr Case kUrls[] = {
    {"", ""},
    {"/users/fdklsd/j4elk/23993/job/2", "/users/*/j4elk/*/job/*"},
    {"GET /v1/products/22?q=1", "GET /v1/products/*"},
    {"https://shop.example/users/12345", "*//shop.example/users/*"},
    {"/a/b/c/d/e/f/g/h/i/j", "/a/b/c/d/e/f/g/h/i"},
    {"1?", "*"},
    {"?", ""},
};
TEST(Redaction, Urls) {
  hold(kUrls, std::size(kUrls), [](Writer& w, Text t) { append_cluster_url(w, t); });
}

constexpr Case kSql[] = {
    {"", ""},
    {"SELECT a1 FROM t WHERE x = 'it''s' AND y = -5", "SELECT a? FROM t WHERE x = ?? AND y = ?"},
    {"select null, TRUE, f1(0x1F, $2) -- 5", "select ?, ?, f1(?, ?) -- 5"},
    {"x = 'open", "x = ?"},
    {"\"t1\".\"c2\" = 1", "\"t?\".\"c?\" = ?"},
    {"# 5", "# ?"},
    {"$func$ SELECT 5 $func$ $$ x $$", "$func$SELECT ?$func$ ?"},
    {"a->>'k' @> ? @v1 @@s1", "a->>? @> ? @v1 @@s1"},
};
TEST(Redaction, Sql) {
  hold(kSql, std::size(kSql), [](Writer& w, Text t) { append_anonymous_sql(w, t, false); });
  const Case kMySql[] = {{"x = \"a\" # 5", "x = ? # 5"}, {"`t1`", "`t?`"}};
  hold(kMySql, std::size(kMySql), [](Writer& w, Text t) { append_anonymous_sql(w, t, true); });
}

constexpr Case kRedis[] = {
    {"", ""},
    {"SET user:1 secret", "SET user:1 ?"},
    {"auth a b\nGET k", "auth ?\nGET k"},
    {"HMSET h a \"1 2\" b 3", "HMSET h a ? b ?"},
    {"ZADD k NX 1 a 2 b", "ZADD k NX 1 ? 2 ?"},
    {"LPUSH k a b c", "LPUSH k ?"},
    {"BITFIELD k SET i5 100 7", "BITFIELD k SET i5 100 ?"},
};
TEST(Redaction, Redis) {
  hold(kRedis, std::size(kRedis), [](Writer& w, Text t) { append_anonymous_redis(w, t); });
}

TEST(Redaction, Memcached) {
  EXPECT_EQ(anonymous_memcached(" set k 0 60 5\r\nhello\r\n"), "set k 0 60 5");
}

TEST(Redaction, Json) {
  const std::string_view good = R"( {"a" : [1, -2.5e3, "x\"\u00e9", {"b":null}], "c\"": true , "d": {}} )";
  Writer w;
  ASSERT_TRUE(append_anonymous_json(w, good));
  EXPECT_EQ(w.text(), R"({"a":["?","?","?",{"b":"?"}],"c\"":"?","d":{}})");
  for (size_t n = 0; n + 2 < good.size(); ++n) {
    w.clear();
    EXPECT_FALSE(append_anonymous_json(w, good.substr(0, n))) << n;
  }
  for (const char* bad :
       {"", " ", "01", "1.", "[1,]", "{\"a\"}", "{\"a\":1,}", "[1}", "\"\x01\"", "\"\\x\"", "nul", "1 2"}) {
    w.clear();
    EXPECT_FALSE(append_anonymous_json(w, bad)) << bad;
  }
  w.clear();
  EXPECT_FALSE(append_anonymous_json(w, std::string(1 << 20, '[')));
}

}  // namespace
}  // namespace whittle::redaction
