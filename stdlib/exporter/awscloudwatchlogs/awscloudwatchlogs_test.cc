// SPDX-License-Identifier: Apache-2.0
// What records become, and where they go.
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"
#include "stdlib/exporter/awscloudwatchlogs/event.h"

#include <gtest/gtest.h>
#include <string>

namespace whittle::cloudwatch_logs {
namespace {

constexpr int64_t kNowMs = 1'795'560'000'000;

config::Awscloudwatchlogs usual() {
  config::Awscloudwatchlogs c{};
  c.log_group_name = {"/ecs/{ClusterName}", 18};
  c.log_stream_name = {"{TaskId}/{FaasName}{x}{", 23};
  return c;
}

struct Made {
  Events events;
  Made(const config::Awscloudwatchlogs& c, const std::string& json) {
    Writer request;
    EXPECT_TRUE(wire::json_to_proto(Signal::Logs, as_bytes(json), request));
    EXPECT_TRUE(wire::validate(Signal::Logs, request.bytes()));
    add_events(c, request.bytes(), kNowMs, events);
  }
  // As it stands in the request: a string of JSON.
  std::string message(size_t i) const {
    const ListedLogEvents::Listed& e = events.log.list[i];
    return std::string(events.log.messages.text().substr(e.begin, e.end - e.begin));
  }
};

std::string records(const std::string& list, const std::string& resource = "") {
  return R"({"resourceLogs":[{"resource":{"attributes":[)" + resource + R"(]},"scopeLogs":[{"logRecords":[)" + list +
         "]}]}]}";
}

TEST(Event, NamesTakeAttributes) {
  const config::Awscloudwatchlogs c = usual();
  const Made m(c, records(R"({"body":{"stringValue":"x"}})",
                          R"({"key":"aws.ecs.cluster.name","value":{"stringValue":"a"}},)"
                          R"({"key":"TaskId","value":{"intValue":"5"}},)"
                          R"({"key":"aws.ecs.cluster.name","value":{"stringValue":"b"}},)"
                          R"({"key":"faas.name","value":{"stringValue":""}})"));
  ASSERT_EQ(m.events.log.list.size(), 1u);
  EXPECT_EQ(m.events.log.list[0].event.log_group, "/ecs/b");
  EXPECT_EQ(m.events.log.list[0].event.log_stream, "5/undefined{x}{");
  EXPECT_EQ(m.events.log.list[0].event.timestamp_ms, kNowMs);
}

TEST(Event, ADocumentLeavesOutWhatIsEmpty) {
  const config::Awscloudwatchlogs c = usual();
  const Made m(c, records(R"({"body":{"intValue":"0"},"flags":1,"traceId":"00000000000000000000000000000000",)"
                          R"("attributes":[{"key":"b","value":{}},{"key":"a<","value":{"stringValue":"&"}},)"
                          R"({"key":"b","value":{"arrayValue":{"values":[{},{"doubleValue":1e21}]}}}]},)"
                          R"({})"));
  ASSERT_EQ(m.events.log.list.size(), 2u);
  EXPECT_EQ(m.message(0), R"("{\"body\":0,\"flags\":1,\"attributes\":{\"a\\u003c\":\"\\u0026\",\"b\":[null,1e+21]}}")");
  EXPECT_EQ(m.events.log.list[0].size,
            std::string(R"({"body":0,"flags":1,"attributes":{"a\u003c":"\u0026","b":[null,1e+21]}})").size());
  EXPECT_EQ(m.message(1), R"("{}")");
}

TEST(Event, WhatJsonCannotSayIsCounted) {
  config::Awscloudwatchlogs c = usual();
  const std::string json =
      records(R"({"body":{"doubleValue":"NaN"}},{"body":{"stringValue":""}},{"body":{"stringValue":"x"}})");
  const Made documents(c, json);
  EXPECT_EQ(documents.events.log.list.size(), 2u);
  EXPECT_EQ(documents.events.losses.not_finite, 1u);
  c.raw_log = true;
  const Made raw(c, json);
  EXPECT_EQ(raw.events.log.list.size(), 2u);
  EXPECT_EQ(raw.message(0), "\"NaN\"");
  EXPECT_EQ(raw.events.losses.empty, 1u);
}

TEST(Event, IsCutBetweenCharacters) {
  config::Awscloudwatchlogs c = usual();
  c.raw_log = true;
  std::string body;
  while (body.size() <= kMostEventBytes) body += "\xE2\x9C\x93";  // of three bytes
  const Made m(c, records(R"({"body":{"stringValue":")" + body + "\"}}"));
  ASSERT_EQ(m.events.log.list.size(), 1u);
  EXPECT_EQ(m.events.losses.truncated, 1u);
  const std::string message = m.message(0);
  EXPECT_LE(message.size() - 2, kMostEventBytes);
  EXPECT_GT(message.size() - 2, kMostEventBytes - 3);
  EXPECT_EQ((message.size() - 2 - kTruncated.size()) % 3, 0u);
  EXPECT_TRUE(message.ends_with("[Truncated...]\""));
}

TEST(Destination, OfEmbeddedMetrics) {
  struct Case {
    const char *body, *group, *stream;
  };
  constexpr Case kCases[] = {
      {"text", "g", "s"},
      {"", "g", "s"},
      {"[1]", "g", "s"},
      {R"({"_aws":{"LogGroupName":"a","logGroupName":"b","LOGSTREAMNAME":"c"}})", "b", "c"},
      {R"({"_aws":{"LogGroupName":"a"}})", "a", "s"},
      {R"({"_aws":{"LogStreamName":"c"}})", "g", "s"},
      {R"({"_aws":{"LogGroupName":"a"},"log_group_name":"b"})", "a", "s"},
      {R"({"log_group_name":"b","log_stream_name":"c"})", "b", "c"},
      {R"({"_aws":{},"log_group_name":"b"})", "b", "s"},
      {R"({"_aws":{"logGroupName":null,"LogGroupName":"a"},"log_stream_name":null})", "a", "s"},
      {R"({"_aws":{"logGroupName":"a"},"log_stream_name":1})", "g", "s"},
      {R"({"_aws":"x","log_group_name":"b"})", "g", "s"},
      {R"({"_aws":{"logGroupName":["a"]},"log_group_name":"b"})", "g", "s"},
      {R"({"_aws":{"logGroupName":"a"}} x)", "g", "s"},
      {R"({"_aws":{"logGroupName":"a"})", "g", "s"},
  };
  for (const Case& k : kCases) {
    Arena names;
    Text group = "g", stream = "s";
    read_destination(k.body, names, names, group, stream);
    EXPECT_EQ(group, k.group) << k.body;
    EXPECT_EQ(stream, k.stream) << k.body;
  }
}

}  // namespace
}  // namespace whittle::cloudwatch_logs
