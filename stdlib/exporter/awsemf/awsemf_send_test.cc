// SPDX-License-Identifier: Apache-2.0
// Batches of log events and the groups and streams they go to.
#include "runtime/base/outgoing.h"
#include "stdlib/exporter/awsemf/awsemf_config.h"
#include "tests/support/scripted_client.h"

namespace whittle {
extern "C" Status exporter_awsemf_consume(void* self, Payload* payload);
extern "C" const ComponentOps exporter_awsemf_ops;

namespace {

config::Awsemf usual() {
  config::Awsemf c{};
  c.num_workers = 8;
  c.request_timeout_seconds = 30;
  c.region = {"us-east-1", 9};
  c.namespace_ = {"Shop", 4};
  c.log_group_name = {"/shop", 5};
  c.log_stream_name = {"s1", 2};
  c.version = {"1", 1};
  return c;
}

constexpr uint64_t kNow = 1'795'360'000'000'000'000;

std::string point(int i, uint64_t time = kNow) {
  return R"({"asInt":"1","timeUnixNano":")" + std::to_string(time) +
         R"(","attributes":[{"key":"k","value":{"intValue":")" + std::to_string(i) + R"("}}]})";
}

std::string request(const std::string& points) {
  return R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[)" + points +
         "]}}]}]}]}";
}

struct Emf : Harness<config::Awsemf> {
  explicit Emf(const config::Awsemf& c) : Harness(exporter_awsemf_ops, exporter_awsemf_consume, c, "awsemf") {}
  size_t events(size_t call) const {
    size_t n = 0;
    const std::string& body = own.requests[call].body;
    for (size_t at = body.find("{\"timestamp\":"); at != std::string::npos; at = body.find("{\"timestamp\":", at + 1))
      ++n;
    return n;
  }
  std::string calls() const {
    std::string all;
    for (const Recorded& r : own.requests) all += r.call + " ";
    return all;
  }
};

TEST(Send, CreatesWhatIsMissing) {
  static const Entry<Str> kTags[] = {{{"team", 4}, {"orders", 6}}};
  config::Awsemf c = usual();
  c.log_retention = 14;
  c.tags = {kTags, 1};
  Emf e(c);
  bool group = false, stream = false;
  e.own.answer = [&](const Recorded& r) {
    Script::Answer missing{400, R"({"__type":"ResourceNotFoundException","message":"no"})"};
    if (r.call == "PutLogEvents") return stream ? Script::Answer{} : missing;
    if (r.call == "CreateLogGroup") group = true;
    if (r.call == "CreateLogStream") {
      if (!group) return missing;
      stream = true;
    }
    return Script::Answer{};
  };
  e.send(Signal::Metrics, request(point(1)));
  e.settle();
  EXPECT_EQ(e.calls(), "PutLogEvents CreateLogStream CreateLogGroup PutRetentionPolicy CreateLogStream PutLogEvents ");
  EXPECT_EQ(e.own.requests[1].body, R"({"logGroupName":"/shop","logStreamName":"s1"})");
  EXPECT_EQ(e.own.requests[2].body, R"({"logGroupName":"/shop","tags":{"team":"orders"}})");
  EXPECT_EQ(e.own.requests[3].body, R"({"logGroupName":"/shop","retentionInDays":14})");
  EXPECT_EQ(e.own.requests[5].body, e.own.requests[0].body);
  EXPECT_NE(e.own_metrics().find("otelcol_exporter_sent_metric_points{exporter=\"awsemf\"} 1"), std::string::npos)
      << e.own_metrics();
}

TEST(Send, AGroupThatSomebodyElseMade) {
  config::Awsemf c = usual();
  Emf e(c);
  bool stream = false, asked = false;
  e.own.answer = [&](const Recorded& r) {
    Script::Answer missing{400, R"({"__type":"ResourceNotFoundException"})"},
        there{400, R"({"__type":"ResourceAlreadyExistsException"})"};
    if (r.call == "PutLogEvents") return stream ? Script::Answer{} : missing;
    if (r.call == "CreateLogGroup") return there;
    if (!asked) return asked = true, missing;
    stream = true;
    return there;
  };
  e.send(Signal::Metrics, request(point(1)));
  e.settle();
  EXPECT_EQ(e.calls(), "PutLogEvents CreateLogStream CreateLogGroup CreateLogStream PutLogEvents ");
}

TEST(Send, TenThousandEventsABatch) {
  config::Awsemf c = usual();
  c.dimension_rollup_option = config::AwsemfDimensionRollupOption::NoDimensionRollup;
  Emf e(c);
  std::string points;
  for (int i = 0; i < 12'000; ++i) points += (i ? "," : "") + point(i);
  e.send(Signal::Metrics, request(points));
  e.settle();
  size_t total = 0;
  for (size_t i = 0; i < e.own.requests.size(); ++i) {
    EXPECT_LE(e.events(i), 10'000u);
    EXPECT_LE(e.own.requests[i].body.size(), 2u << 20);
    total += e.events(i);
  }
  EXPECT_EQ(total, 12'000u);
  EXPECT_GE(e.own.requests.size(), 2u);
}

TEST(Send, ADayABatchInOrderOfTime) {
  config::Awsemf c = usual();
  Emf e(c);
  constexpr uint64_t kHour = 3'600'000'000'000;
  e.send(Signal::Metrics, request(point(1) + "," + point(2, kNow - 30 * kHour) + "," + point(3, kNow - 2 * kHour)));
  e.settle();
  ASSERT_EQ(e.own.requests.size(), 2u);
  EXPECT_EQ(e.events(0), 1u);
  EXPECT_EQ(e.events(1), 2u);
  const std::string& body = e.own.requests[1].body;
  EXPECT_LT(body.find(std::to_string((kNow - 2 * kHour) / 1'000'000)), body.find(std::to_string(kNow / 1'000'000)));
}

// What is on its way is held, and counted, until its end: here when all is made of which it came.
TEST(Send, BatchesCountAsHeld) {
  config::Awsemf c = usual();
  Emf e(c);
  uint64_t held = 0;
  e.own.answer = [&](const Recorded&) {
    held = outgoing_bytes;
    return Script::Answer{};
  };
  std::string points;
  for (int i = 0; i < 1'000; ++i) points += (i ? "," : "") + point(i);
  e.send(Signal::Metrics, request(points));
  e.settle();
  ASSERT_EQ(e.own.requests.size(), 1u);
  EXPECT_GE(held, e.own.requests[0].body.size());
  EXPECT_EQ(outgoing_bytes, 0u);
}

TEST(Send, UntimelyDocumentsAreLost) {
  config::Awsemf c = usual();
  Emf e(c);
  constexpr uint64_t kDay = 24 * 3'600'000'000'000;
  e.send(Signal::Metrics, request(point(1, kNow - 15 * kDay) + "," + point(2, kNow + kDay)));
  e.settle();
  EXPECT_TRUE(e.own.requests.empty());
  EXPECT_NE(e.own_metrics().find("otelcol_exporter_send_failed_metric_points{exporter=\"awsemf\"} 2"),
            std::string::npos)
      << e.own_metrics();
}

TEST(Send, NothingToSayIsSent) {
  config::Awsemf c = usual();
  Emf e(c);
  std::string first =
      R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"c","sum":{"aggregationTemporality":2,"dataPoints":[{"asInt":"5"}]}}]}]}]})";
  e.send(Signal::Metrics, first);
  e.settle();
  EXPECT_TRUE(e.own.requests.empty());
  EXPECT_NE(e.own_metrics().find("otelcol_exporter_sent_metric_points{exporter=\"awsemf\"} 1"), std::string::npos);
}

TEST(Send, RejectedEventsAreLost) {
  struct Case {
    const char* info;
    int sent, failed;
  };
  constexpr Case kCases[] = {
      {R"("tooOldLogEventEndIndex":1)", 3, 1},
      {R"("expiredLogEventEndIndex":2,"tooOldLogEventEndIndex":1)", 2, 2},
      {R"("tooNewLogEventStartIndex":3)", 3, 1},
      {R"("tooOldLogEventEndIndex":1,"tooNewLogEventStartIndex":2)", 1, 3},
      {R"("tooOldLogEventEndIndex":99)", 0, 4},
      {R"("tooOldLogEventEndIndex":-5,"tooNewLogEventStartIndex":-1)", 0, 4},
      {R"("tooNewLogEventStartIndex":9000000000000000000)", 4, 0},
  };
  for (const Case& k : kCases) {
    config::Awsemf c = usual();
    Emf e(c);
    e.own.answer = [&](const Recorded&) {
      return Script::Answer{200, R"({"rejectedLogEventsInfo":{)" + std::string(k.info) + "}}"};
    };
    e.send(Signal::Metrics, request(point(1) + "," + point(2) + "," + point(3) + "," + point(4)));
    e.settle();
    const std::string metrics = e.own_metrics();
    for (auto& [name, n] : {std::pair{"sent", k.sent}, std::pair{"send_failed", k.failed}})
      EXPECT_NE(metrics.find("otelcol_exporter_" + std::string(name) + "_metric_points{exporter=\"awsemf\"} " +
                             std::to_string(n) + "\n"),
                std::string::npos)
          << k.info << "\n"
          << metrics;
  }
}

}  // namespace
}  // namespace whittle
