// SPDX-License-Identifier: Apache-2.0
// Streams that are made before they are written to, and what becomes of what CloudWatch Logs does not take.
#include "runtime/base/outgoing.h"
#include "stdlib/exporter/awscloudwatchlogs/awscloudwatchlogs_config.h"
#include "tests/support/scripted_client.h"

namespace whittle {
extern "C" Status exporter_awscloudwatchlogs_consume(void* self, Payload* payload);
extern "C" const ComponentOps exporter_awscloudwatchlogs_ops;

namespace {

constexpr uint64_t kNow = 1'795'360'000'000'000'000, kHour = 3'600'000'000'000;

config::Awscloudwatchlogs usual() {
  config::Awscloudwatchlogs c{};
  c.num_workers = 8;
  c.request_timeout_seconds = 30;
  c.region = {"us-east-1", 9};
  c.log_group_name = {"/shop", 5};
  c.log_stream_name = {"{ServiceName}", 13};
  c.raw_log = true;
  c.retry_on_failure.enabled = true;
  c.retry_on_failure.initial_interval = 1'000'000;
  c.retry_on_failure.max_interval = 10'000'000;
  c.retry_on_failure.multiplier = 1.5;
  c.retry_on_failure.max_elapsed_time = 300'000'000'000;
  return c;
}

std::string record(const std::string& body, uint64_t time = kNow) {
  return R"({"timeUnixNano":")" + std::to_string(time) + R"(","body":{"stringValue":")" + body + "\"}}";
}
std::string of(const std::string& service, const std::string& list) {
  return R"({"resource":{"attributes":[{"key":"service.name","value":{"stringValue":")" + service +
         R"("}}]},"scopeLogs":[{"logRecords":[)" + list + "]}]}";
}
std::string request(const std::string& resources) {
  return R"({"resourceLogs":[)" + resources + "]}";
}

struct Logs : Harness<config::Awscloudwatchlogs> {
  explicit Logs(const config::Awscloudwatchlogs& c)
      : Harness(exporter_awscloudwatchlogs_ops, exporter_awscloudwatchlogs_consume, c, "awscloudwatchlogs") {}
  std::string calls() const {
    std::string all;
    for (const Recorded& r : own.requests) all += r.call + " ";
    return all;
  }
  std::string written() const {
    std::string all;
    for (const Recorded& r : own.requests)
      if (r.call == "PutLogEvents") all += r.body + "\n";
    return all;
  }
  void expect(int sent, int failed) {
    const std::string metrics = own_metrics();
    for (auto& [name, n] : {std::pair{"sent", sent}, std::pair{"send_failed", failed}})
      EXPECT_NE(metrics.find("otelcol_exporter_" + std::string(name) + "_log_records{exporter=\"awscloudwatchlogs\"} " +
                             std::to_string(n) + "\n"),
                std::string::npos)
          << metrics;
  }
};

TEST(Send, MakesStreamsFirstAndOnce) {
  config::Awscloudwatchlogs c = usual();
  c.log_retention = 14;
  Logs l(c);
  bool group = false;
  l.own.answer = [&](const Recorded& r) {
    if (r.call == "CreateLogGroup") group = true;
    if (r.call == "CreateLogStream" && !group) return Script::Answer{400, R"({"__type":"ResourceNotFoundException"})"};
    return Script::Answer{};  // PutLogEvents without nextSequenceToken: taken
  };
  l.send(Signal::Logs, request(of("a", record("1"))));
  l.settle();
  EXPECT_EQ(l.calls(), "CreateLogStream CreateLogGroup PutRetentionPolicy CreateLogStream PutLogEvents ");
  l.own.requests.clear();
  l.send(Signal::Logs, request(of("a", record("2")) + "," + of("b", record("3"))));
  l.settle();
  EXPECT_EQ(l.calls(), "PutLogEvents CreateLogStream PutLogEvents ");
  l.expect(3, 0);
}

TEST(Send, WhatIsTooOldKeepsNothingElseBack) {
  config::Awscloudwatchlogs c = usual();
  Logs l(c);
  l.send(Signal::Logs, request(of("a", record("old", kNow - 15 * 24 * kHour) + "," + record("good") + "," +
                                           record("new", kNow + 3 * kHour))));
  l.settle();
  EXPECT_EQ(l.written(),
            R"({"logGroupName":"/shop","logStreamName":"a","logEvents":[{"timestamp":1795360000000,"message":"good"}]})"
            "\n");
  l.expect(1, 2);
}

// The limit is 1 MiB; four events of 255 KiB are within it.
TEST(Send, BatchesAreAsLargeAsTheyMayBe) {
  config::Awscloudwatchlogs c = usual();
  Logs l(c);
  uint64_t held = 0;
  l.own.answer = [&](const Recorded& r) {
    if (r.call == "PutLogEvents") held = std::max(held, outgoing_bytes);
    return Script::Answer{};
  };
  std::string list;
  for (int i = 0; i < 8; ++i) list += (i ? "," : "") + record(std::string(255 << 10, 'x'));
  l.send(Signal::Logs, request(of("a", list)));
  l.settle();
  EXPECT_EQ(l.calls(), "CreateLogStream PutLogEvents PutLogEvents ");
  // The events and the batch that is on its way.
  EXPECT_GE(held, 12u * 255 << 10);
  EXPECT_EQ(outgoing_bytes, 0u);
  l.expect(8, 0);
}

// A stream that is refused waits by itself: what goes to others does not wait behind it.
TEST(Send, ARefusedStreamKeepsNoOtherBack) {
  config::Awscloudwatchlogs c = usual();
  c.retry_on_failure.initial_interval = c.retry_on_failure.max_interval = 800'000'000;
  c.retry_on_failure.max_elapsed_time = 1'000'000'000;
  Logs l(c);
  auto is_of = [](const Recorded& r, const char* stream) {
    return r.call == "PutLogEvents" &&
           r.body.find("\"logStreamName\":\"" + std::string(stream) + "\"") != std::string::npos;
  };
  l.own.answer = [&](const Recorded& r) {
    if (!is_of(r, "a")) return Script::Answer{};
    return Script::Answer{400, R"({"__type":"AccessDeniedException","message":"no"})"};
  };
  std::string list;
  for (int i = 0; i < 12; ++i) list += (i ? "," : "") + record(std::string(255 << 10, 'x'));
  l.send(Signal::Logs, request(of("a", list) + "," + of("b", record("good"))));
  l.settle();
  size_t refused = 0, good_after = SIZE_MAX;
  for (const Recorded& r : l.own.requests) {
    refused += is_of(r, "a");
    if (is_of(r, "b")) good_after = refused;
  }
  EXPECT_EQ(good_after, 3u);
  EXPECT_GT(refused, 3u);
  l.expect(1, 12);
}

TEST(Send, OrdersByTimeAndDividesDays) {
  config::Awscloudwatchlogs c = usual();
  Logs l(c);
  l.send(Signal::Logs,
         request(of("a", record("3") + "," + record("1", kNow - 30 * kHour) + "," + record("2", kNow - 20 * kHour))));
  l.settle();
  const std::string written = l.written();
  EXPECT_EQ(l.calls(), "CreateLogStream PutLogEvents PutLogEvents ");
  EXPECT_LT(written.find("\"1\""), written.find("\"2\""));
  EXPECT_LT(written.find("\"2\""), written.find("\n"));
  EXPECT_LT(written.find("\n"), written.find("\"3\""));
}

TEST(Send, TriesAgainAsItIsTold) {
  for (bool enabled : {true, false}) {
    config::Awscloudwatchlogs c = usual();
    c.retry_on_failure.enabled = enabled;
    Logs l(c);
    int failures = 3;
    l.own.answer = [&](const Recorded& r) {
      if (r.call == "PutLogEvents" && failures-- > 0) return Script::Answer{503, "{}"};
      return Script::Answer{};
    };
    l.send(Signal::Logs, request(of("a", record("1"))));
    l.settle();
    EXPECT_EQ(l.calls(), enabled ? "CreateLogStream PutLogEvents PutLogEvents PutLogEvents PutLogEvents "
                                 : "CreateLogStream PutLogEvents ");
    l.expect(enabled, !enabled);
  }
}

// A stream that somebody removed is made again.
TEST(Send, AStreamThatIsGone) {
  config::Awscloudwatchlogs c = usual();
  Logs l(c);
  bool gone = false;
  l.own.answer = [&](const Recorded& r) {
    if (r.call == "CreateLogStream") gone = false;
    if (r.call == "PutLogEvents" && gone) return Script::Answer{400, R"({"__type":"ResourceNotFoundException"})"};
    return Script::Answer{};
  };
  l.send(Signal::Logs, request(of("a", record("1"))));
  l.settle();
  gone = true;
  l.send(Signal::Logs, request(of("a", record("2"))));
  l.settle();
  EXPECT_EQ(l.calls(), "CreateLogStream PutLogEvents PutLogEvents CreateLogStream PutLogEvents ");
  l.expect(2, 0);
}

}  // namespace
}  // namespace whittle
