// SPDX-License-Identifier: Apache-2.0
// What answers mean: taken, taken in part, to be tried again, or lost.
#include "runtime/export/queue.h"
#include "runtime/loop/retry_timer.h"
#include "runtime/pipeline/receipt.h"

#include "stdlib/exporter/otlphttp/otlphttp_config.h"
#include "tests/support/scripted_client.h"

#include <algorithm>

namespace whittle {
extern "C" Status exporter_otlphttp_consume(void* self, Payload* payload);
extern "C" const ComponentOps exporter_otlphttp_ops;

namespace {

config::Otlphttp usual() {
  config::Otlphttp c{};
  c.endpoint = {"http://b", 8};
  c.compression = config::OtlphttpCompression::None;
  c.timeout = 30'000'000'000;
  c.retry_on_failure.enabled = true;
  c.retry_on_failure.initial_interval = 1'000'000;
  c.retry_on_failure.max_interval = 10'000'000;
  c.retry_on_failure.multiplier = 1.5;
  c.retry_on_failure.max_elapsed_time = 300'000'000'000;
  return c;
}

std::string three_spans() {
  const std::string span = R"({"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0000000000000001"})";
  return R"({"resourceSpans":[{"scopeSpans":[{"spans":[)" + span + "," + span + "," + span + "]}]}]}";
}

struct Sender : Harness<config::Otlphttp> {
  explicit Sender(const config::Otlphttp& c)
      : Harness(exporter_otlphttp_ops, exporter_otlphttp_consume, c, "otlphttp") {}
  // `answers` in order; then 200.
  void script(std::vector<Script::Answer> answers) {
    own.answer = [answers, n = size_t{0}](const Recorded&) mutable {
      return n < answers.size() ? answers[n++] : Script::Answer{};
    };
  }
  void expect(int sent, int failed, const std::string& what) {
    const std::string metrics = own_metrics();
    for (auto& [name, n] : {std::pair{"sent", sent}, std::pair{"send_failed", failed}})
      EXPECT_NE(metrics.find("otelcol_exporter_" + std::string(name) + "_spans{exporter=\"otlphttp\"} " +
                             std::to_string(n) + "\n"),
                std::string::npos)
          << what << "\n"
          << metrics;
  }
};

TEST(Answers, ARedirectIsNoDelivery) {
  for (int status : {301, 302, 303, 307, 308}) {
    config::Otlphttp c = usual();
    Sender s(c);
    s.script({{status, "", {{"location", "http://elsewhere/v1/traces"}}}});
    s.send(Signal::Traces, three_spans());
    s.settle();
    EXPECT_EQ(s.own.requests.size(), 1u);
    s.expect(0, 3, std::to_string(status));
  }
}

TEST(Answers, WhatMayPassIsTriedAgain) {
  for (int status : {400, 401, 403, 404, 413, 429, 500, 501, 502, 503, 504}) {
    config::Otlphttp c = usual();
    Sender s(c);
    s.script({{status, "no"}});
    s.send(Signal::Traces, three_spans());
    s.settle();
    const bool again = status == 429 || (status > 501 && status <= 504);
    EXPECT_EQ(s.own.requests.size(), again ? 2u : 1u) << status;
    s.expect(again ? 3 : 0, again ? 0 : 3, std::to_string(status));
  }
}

TEST(Answers, AHugeRetryAfterIsNotWaitedFor) {
  for (const char* wait : {"301", "86401", "9223372036854775807", "99999999999999999999"}) {
    config::Otlphttp c = usual();
    Sender s(c);
    s.script({{503, "", {{"retry-after", wait}}}});
    s.send(Signal::Traces, three_spans());
    s.settle();
    EXPECT_EQ(s.own.requests.size(), 1u) << wait;
    s.expect(0, 3, wait);
  }
}

TEST(Answers, WhatTheBackendRejectedIsNotSent) {
  struct Case {
    const char* type;
    std::string body;
    int sent, failed;
  };
  const std::string two("\x0a\x06\x08\x02\x12\x02no", 8), none("\x0a\x04\x12\x02hm", 6),
      more("\x0a\x03\x08\xe8\x07", 5), negative("\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 13);
  const Case kCases[] = {{"application/x-protobuf", two, 1, 2},
                         {"application/x-protobuf; charset=utf-8", two, 1, 2},
                         {"application/x-protobuf", none, 3, 0},
                         {"application/x-protobuf", more, 0, 3},
                         {"application/x-protobuf", negative, 3, 0},
                         {"application/x-protobuf", two.substr(0, 5), 3, 0},
                         {"text/plain", two, 3, 0},
                         {"application/json", R"({"partialSuccess":{"rejectedSpans":"2","errorMessage":"no"}})", 1, 2},
                         {"application/json;charset=utf-8", R"({"partialSuccess":{"rejectedSpans":1}})", 2, 1},
                         {"application/json", R"({"partialSuccess":{}})", 3, 0},
                         {"application/json", R"({"partialSuccess":{"rejectedSpans":)", 3, 0}};
  for (const Case& k : kCases) {
    config::Otlphttp c = usual();
    Sender s(c);
    s.script({{200, k.body, {{"content-type", k.type}}}});
    s.send(Signal::Traces, three_spans());
    s.settle();
    EXPECT_EQ(s.own.requests.size(), 1u);
    s.expect(k.sent, k.failed, k.type + (": " + k.body));
  }
}

// CloudWatch refuses requests of more than it takes: they are cut, and each sender hears when the last of its own is
// done.
TEST(Limits, OfCloudWatch) {
  struct Case {
    Str url;
    Signal signal;
    int items;
    size_t filler;
    std::vector<size_t> requests;  // items of each
  };
  const Case cases[] = {
      {{"https://xray.us-east-1.amazonaws.com/v1/traces", 46}, Signal::Traces, 25'000, 0, {10'000, 10'000, 5'000}},
      {{"https://xray.us-east-1.amazonaws.com/v1/traces", 46}, Signal::Traces, 10'000, 0, {10'000}},
      // 7 MB in 70 spans: requests of at most 5 MB.
      {{"https://xray.us-east-1.amazonaws.com/v1/traces", 46}, Signal::Traces, 70, 100'000, {49, 21}},
      {{"https://monitoring.us-east-1.amazonaws.com/v1/metrics", 53}, Signal::Metrics, 2'500, 0, {1'000, 1'000, 500}},
      {{"https://logs.us-east-1.amazonaws.com/v1/logs", 44}, Signal::Logs, 10'001, 0, {10'000, 1}},
      {{"https://logs.example.com/v1/logs", 32}, Signal::Logs, 10'001, 0, {10'001}},
  };
  for (const Case& c : cases) {
    config::Otlphttp settings = usual();
    (c.signal == Signal::Traces    ? settings.traces_endpoint
     : c.signal == Signal::Metrics ? settings.metrics_endpoint
                                   : settings.logs_endpoint) = c.url;
    static config::Queue many;
    many = ExportQueue::kFew;
    many.queue_size = 1'000'000;
    many.sizer = config::QueueSizer::Items;
    settings.sending_queue = {true, many};
    Sender s(settings);
    s.script({});
    std::string items;
    const std::string filler(c.filler, 'x');
    for (int i = 0; i < c.items; ++i)
      items +=
          (i ? "," : "") + (c.signal == Signal::Traces    ? R"({"spanId":"0000000000000001","name":")" + filler + "\"}"
                            : c.signal == Signal::Metrics ? std::string(R"({"asInt":"1"})")
                                                          : std::string(R"({"severityNumber":1})"));
    const std::string body =
        c.signal == Signal::Traces ? R"({"resourceSpans":[{"scopeSpans":[{"spans":[)" + items + "]}]}]}"
        : c.signal == Signal::Metrics
            ? R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[)" + items +
                  "]}}]}]}]}"
            : R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[)" + items + "]}]}]}";
    EXPECT_EQ(s.send(c.signal, body), Status::Ok);
    s.settle();
    std::vector<size_t> got;
    for (const Recorded& r : s.own.requests) {
      auto counts = wire::validate(c.signal, as_bytes(r.body));
      got.push_back(counts ? counts->items : 0);
      if (c.filler) EXPECT_LE(r.body.size(), 5'000'000u);
    }
    std::sort(got.rbegin(), got.rend());
    EXPECT_EQ(got, c.requests) << view(c.url);
    EXPECT_NE(s.own_metrics().find("otelcol_exporter_queue_size{exporter=\"otlphttp\"} 0\n"), std::string::npos);
  }
}

TEST(Queue, ZeroElapsedTimeTriesForEver) {
  config::Otlphttp c = usual();
  c.retry_on_failure.max_elapsed_time = 0;
  c.retry_on_failure.initial_interval = c.retry_on_failure.max_interval = 100'000;
  c.retry_on_failure.multiplier = 1;
  Sender s(c);
  s.script(std::vector<Script::Answer>(300, {503, ""}));
  s.send(Signal::Traces, three_spans());
  s.settle();
  EXPECT_EQ(s.own.requests.size(), 301u);
  s.expect(3, 0, "after 300 failures");
}

TEST(Queue, SaysHowItFares) {
  config::Otlphttp c = usual();
  Sender s(c);
  s.script({{503, "away"}, {503, "away"}, {200, ""}, {400, "no"}});
  auto said = [&] {
    Writer json;
    EXPECT_TRUE(s.runtime.delivery(s.runtime, json));  // false comes after a minute of failures
    return std::string(json.text());
  };
  EXPECT_EQ(said(),
            R"({"delivering":true,"exporters":[{"exporter":"otlphttp","delivering":true,"lastSuccessSeconds":null,)"
            R"("consecutiveFailures":0,"failingSeconds":0,"oldestUnsentSeconds":0,"unsentItems":0,"unsentBytes":0,)"
            R"("sentItems":0,"lostItems":0,"lost":{}}]})");
  s.send(Signal::Traces, three_spans());
  EXPECT_NE(said().find(R"("unsentItems":3,)"), std::string::npos);
  s.settle();
  EXPECT_NE(said().find(R"("lastSuccessSeconds":0,"consecutiveFailures":0,)"), std::string::npos);
  EXPECT_NE(said().find(R"("unsentItems":0,"unsentBytes":0,"sentItems":3,"lostItems":0)"), std::string::npos);
  s.send(Signal::Traces, three_spans());
  s.settle();
  EXPECT_NE(said().find(R"("consecutiveFailures":1,)"), std::string::npos);
  EXPECT_NE(said().find(R"("sentItems":3,"lostItems":3,"lost":{"refused":3}})"), std::string::npos);
}

TEST(Queue, TriesForSoLong) {
  config::Otlphttp c = usual();
  c.retry_on_failure.initial_interval = c.retry_on_failure.max_interval = 10'000'000;
  c.retry_on_failure.max_elapsed_time = 55'000'000;
  Sender s(c);
  s.script(std::vector<Script::Answer>(300, {503, ""}));
  s.send(Signal::Traces, three_spans());
  s.settle();
  EXPECT_GE(s.own.requests.size(), 2u);
  EXPECT_LE(s.own.requests.size(), 6u);
  s.expect(0, 3, "given up");
}

TEST(Queue, DisabledTriesOnce) {
  config::Otlphttp c = usual();
  c.retry_on_failure.enabled = false;
  Sender s(c);
  s.script({{503, ""}});
  s.send(Signal::Traces, three_spans());
  s.settle();
  EXPECT_EQ(s.own.requests.size(), 1u);
  s.expect(0, 3, "not tried again");
}

config::Queue queue(config::QueueSizer sizer, int64_t size, int64_t consumers) {
  config::Queue q{};
  q.sizer = sizer;
  q.queue_size = size;
  q.num_consumers = consumers;
  return q;
}

TEST(Queue, CountsRequestsItemsOrBytes) {
  struct Case {
    config::QueueSizer sizer;
    int64_t size;
    int taken;
  };
  // A request is 3 items, and 97 bytes or so.
  constexpr Case kCases[] = {{config::QueueSizer::Requests, 4, 4},
                             {config::QueueSizer::Items, 11, 3},
                             {config::QueueSizer::Items, 12, 4},
                             {config::QueueSizer::Bytes, 250, 2}};
  for (const Case& k : kCases) {
    config::Otlphttp c = usual();
    c.sending_queue = {true, queue(k.sizer, k.size, 1)};
    Sender s(c);
    int taken = 0;
    for (int i = 0; i < 10; ++i) taken += s.send(Signal::Traces, three_spans()) == Status::Ok;
    EXPECT_EQ(taken, k.taken) << k.size;
    EXPECT_EQ(s.own.requests.size(), 1u) << "one consumer";
    s.settle();
    EXPECT_EQ(s.own.requests.size(), static_cast<size_t>(k.taken));
    EXPECT_EQ(s.send(Signal::Traces, three_spans()), Status::Ok) << "there is room again";
    s.settle();
  }
}

// What is larger than the whole bound passes when nothing else is there: refused, it would be for ever.
TEST(Queue, ABoundSmallerThanARequestDoesNotWedge) {
  for (auto [sizer, size] : {std::pair{config::QueueSizer::Items, 2}, std::pair{config::QueueSizer::Bytes, 10}}) {
    config::Otlphttp c = usual();
    c.sending_queue = {true, queue(sizer, size, 1)};
    Sender s(c);
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(s.send(Signal::Traces, three_spans()), Status::Ok);
      EXPECT_EQ(s.send(Signal::Traces, three_spans()), Status::Refused);
      s.settle();
    }
    s.expect(9, 0, "one at a time");
  }
}

TEST(Queue, SoManyConsumersAtATime) {
  config::Otlphttp c = usual();
  c.sending_queue = {true, queue(config::QueueSizer::Requests, 100, 3)};
  Sender s(c);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(s.send(Signal::Traces, three_spans()), Status::Ok);
  EXPECT_EQ(s.own.requests.size(), 3u);
  s.settle();
  EXPECT_EQ(s.own.requests.size(), 10u);
}

// A backoff of 45 s was slept through while the task was stopped after 30.
TEST(Queue, WhoWaitsTriesAtOnceWhenTheCollectorStopsAndAgain) {
  config::Otlphttp c = usual();
  c.retry_on_failure.initial_interval = c.retry_on_failure.max_interval = 45'000'000'000;
  c.retry_on_failure.max_elapsed_time = 0;
  Sender s(c);
  s.script({{503, ""}, {503, "", {{"retry-after", "40"}}}});
  s.send(Signal::Traces, three_spans());
  s.send(Signal::Traces, three_spans());
  for (int i = 0; i < 20; ++i) s.loop.step(monotonic_ns() + 1'000'000);
  EXPECT_EQ(s.own.requests.size(), 2u);
  s.expect(0, 0, "both wait");
  const int64_t before = monotonic_ns();
  s.runtime.draining = true;
  s.script({{503, "", {{"retry-after", "40"}}}});
  s.ops.drain(s.self);
  RetryTimer::hurry(s.runtime);
  s.settle();
  const int64_t took = monotonic_ns() - before;
  EXPECT_EQ(s.own.requests.size(), 5u);
  EXPECT_GE(took, 900'000'000) << "one failed once more and waited a second";
  EXPECT_LT(took, 3'000'000'000);
  s.expect(6, 0, "everything");
}

// A request whose sender waits for what becomes of it.
struct Asking {
  bool ended = false;
  Receipt receipt;
  Asking(Sender& s) : receipt(s.loop, [](void* self) { static_cast<Asking*>(self)->ended = true; }, this) {
    const Receipt::Scope scope(s.runtime, &receipt);
    EXPECT_EQ(s.send(Signal::Traces, three_spans()), Status::Ok);
    EXPECT_TRUE(receipt.wait());
  }
};

TEST(Waiting, IsToldWhatTheBackendSaid) {
  struct Case {
    int http;
    Status told;
    uint32_t code;
  };
  constexpr Case kCases[] = {{200, Status::Ok, 0},      {400, Status::Invalid, 3},  {401, Status::Invalid, 16},
                             {403, Status::Invalid, 7}, {404, Status::Invalid, 12}, {429, Status::Refused, 8},
                             {500, Status::Invalid, 2}, {503, Status::Refused, 14}, {502, Status::Refused, 14}};
  for (const Case& k : kCases) {
    config::Otlphttp c = usual();
    c.retry_on_failure.enabled = false;
    Sender s(c);
    s.script({{k.http, "why"}});
    Asking a(s);
    EXPECT_FALSE(a.ended);
    s.settle();
    EXPECT_TRUE(a.ended) << k.http;
    EXPECT_EQ(a.receipt.status(), k.told) << k.http;
    EXPECT_EQ(a.receipt.code(), k.code) << k.http;
    EXPECT_EQ(a.receipt.why().find("why") != Text::npos, k.told != Status::Ok) << k.http;
  }
}

TEST(Waiting, OfABatchEachIsToldOfItsOwn) {
  config::Otlphttp c = usual();
  c.retry_on_failure.enabled = false;
  config::Queue q = queue(config::QueueSizer::Requests, 100, 1);
  q.wait_for_result = true;
  q.batch = {true, {}};
  q.batch.value.sizer = config::QueueBatchSizer::Items;
  q.batch.value.min_size = q.batch.value.max_size = 4;
  q.batch.value.flush_timeout = 1'000'000;
  c.sending_queue = {true, q};
  Sender s(c);
  // Three, three and three items in batches of four, four and one.
  s.script({{200, ""}, {400, "no"}, {200, ""}});
  Asking first(s), second(s), third(s);
  s.settle();
  EXPECT_TRUE(first.ended && second.ended && third.ended);
  EXPECT_EQ(first.receipt.status(), Status::Ok);
  EXPECT_EQ(second.receipt.status(), Status::Invalid);
  EXPECT_EQ(third.receipt.status(), Status::Invalid);
  s.expect(5, 4, "batches");
}

TEST(Waiting, WhomNobodyWaitsForAnyMoreIsNotTriedAgain) {
  config::Otlphttp c = usual();
  c.retry_on_failure.max_elapsed_time = 0;
  Sender s(c);
  s.own.answer = [](const Recorded&) { return Script::Answer{503, ""}; };
  Asking a(s);
  for (int i = 0; i < 20; ++i) s.loop.step(monotonic_ns() + 2'000'000);
  EXPECT_GT(s.own.requests.size(), 1u);
  EXPECT_FALSE(a.ended);
  a.receipt.leave();
  s.settle();
  EXPECT_TRUE(a.ended);
  s.expect(0, 3, "given up");
}

}  // namespace
}  // namespace whittle
