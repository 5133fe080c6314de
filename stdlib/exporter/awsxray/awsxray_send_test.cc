// SPDX-License-Identifier: Apache-2.0
// Calls: how many documents they hold, and what becomes of documents that X-Ray does not take.
#include "runtime/loop/retry_timer.h"

#include "stdlib/exporter/awsxray/awsxray_config.h"
#include "tests/support/scripted_client.h"

#include <yyjson.h>

namespace whittle {
extern "C" Status exporter_awsxray_consume(void* self, Payload* payload);
extern "C" const ComponentOps exporter_awsxray_ops;

namespace {

config::Awsxray usual() {
  config::Awsxray c{};
  c.num_workers = 8;
  c.request_timeout_seconds = 30;
  c.region = {"us-east-1", 9};
  return c;
}

std::string span(int i, const std::string& more = "") {
  char id[17];
  snprintf(id, sizeof id, "%016x", i + 1);
  return R"({"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":")" + std::string(id) + R"(","name":"n")" + more +
         "}";
}

std::string request(const std::vector<std::string>& spans) {
  std::string list;
  for (const std::string& s : spans) list += (list.empty() ? "" : ",") + s;
  return R"({"resourceSpans":[{"scopeSpans":[{"spans":[)" + list + "]}]}]}";
}

std::vector<std::string> spans(int n) {
  std::vector<std::string> list;
  for (int i = 0; i < n; ++i) list.push_back(span(i));
  return list;
}

// The documents of a call.
std::vector<std::string> documents(const Recorded& r) {
  std::vector<std::string> list;
  yyjson_doc* doc = yyjson_read(r.body.data(), r.body.size(), 0);
  EXPECT_TRUE(doc) << r.body;
  yyjson_val* array = yyjson_obj_get(yyjson_doc_get_root(doc), "TraceSegmentDocuments");
  size_t i, n;
  yyjson_val* v;
  yyjson_arr_foreach(array, i, n, v) list.emplace_back(yyjson_get_str(v), yyjson_get_len(v));
  yyjson_doc_free(doc);
  return list;
}

struct Xray : Harness<config::Awsxray> {
  explicit Xray(const config::Awsxray& c) : Harness(exporter_awsxray_ops, exporter_awsxray_consume, c, "awsxray") {}
};

TEST(Send, FiftyDocumentsACall) {
  config::Awsxray c = usual();
  Xray x(c);
  EXPECT_EQ(x.send(Signal::Traces, request(spans(120))), Status::Ok);
  x.settle();
  ASSERT_EQ(x.own.requests.size(), 3u);
  EXPECT_EQ(x.own.requests[0].call, "PutTraceSegments");
  EXPECT_EQ(documents(x.own.requests[0]).size(), 50u);
  EXPECT_EQ(documents(x.own.requests[1]).size(), 50u);
  EXPECT_EQ(documents(x.own.requests[2]).size(), 20u);
  EXPECT_NE(x.own_metrics().find("otelcol_exporter_sent_spans{exporter=\"awsxray\""), std::string::npos);
}

TEST(Send, ASpanOfTwoDocumentsStaysTogether) {
  config::Awsxray c = usual();
  Xray x(c);
  auto list = spans(49);
  list.push_back(span(49, R"(,"kind":3,"attributes":[{"key":"aws.span.kind","value":{"stringValue":"LOCAL_ROOT"}}])"));
  list.push_back(span(50));
  x.send(Signal::Traces, request(list));
  x.settle();
  ASSERT_EQ(x.own.requests.size(), 2u);
  EXPECT_EQ(documents(x.own.requests[0]).size(), 49u);
  EXPECT_EQ(documents(x.own.requests[1]).size(), 3u);
}

TEST(Send, UnprocessedDocumentsGoAgain) {
  config::Awsxray c = usual();
  Xray x(c);
  int calls = 0;
  x.own.answer = [&](const Recorded&) {
    if (calls++ > 0) return Script::Answer{200, R"({"UnprocessedTraceSegments":[]})"};
    return Script::Answer{
        200, R"({"UnprocessedTraceSegments":[{"Id":"0000000000000002","ErrorCode":"Throttled","Message":"m"}]})"};
  };
  x.send(Signal::Traces, request(spans(3)));
  x.settle();
  ASSERT_EQ(x.own.requests.size(), 2u);
  auto again = documents(x.own.requests[1]);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0], documents(x.own.requests[0])[1]);
}

TEST(Send, UnprocessedForTheirOwnFaultAreLost) {
  config::Awsxray c = usual();
  Xray x(c);
  int calls = 0;
  x.own.answer = [&](const Recorded&) {
    if (calls++ > 0) return Script::Answer{};
    return Script::Answer{200, R"({"UnprocessedTraceSegments":[
        {"Id":"0000000000000002","ErrorCode":"InvalidSegment","Message":"m"},
        {"Id":null,"ErrorCode":"ParseError","Message":"m"},
        {"Id":"0000000000000003","ErrorCode":"InternalFailure","Message":"m"}]})"};
  };
  x.send(Signal::Traces, request(spans(4)));
  x.settle();
  ASSERT_EQ(x.own.requests.size(), 2u);
  EXPECT_EQ(documents(x.own.requests[1]), std::vector<std::string>{documents(x.own.requests[0])[2]});
  const std::string metrics = x.own_metrics();
  EXPECT_NE(metrics.find("otelcol_exporter_send_failed_spans{exporter=\"awsxray\"} 2"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("otelcol_exporter_sent_spans{exporter=\"awsxray\"} 2"), std::string::npos) << metrics;
}

TEST(Send, ThrottlingHasManyNames) {
  for (const char* name :
       {"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
        "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown",
        "PriorRequestNotComplete", "EC2ThrottledException", "RequestTimeoutException", "InternalFailure"}) {
    config::Awsxray c = usual();
    c.max_retries = 1;
    Xray x(c);
    int calls = 0;
    x.own.answer = [&](const Recorded&) {
      return calls++ > 0 ? Script::Answer{} : Script::Answer{400, R"({"__type":")" + std::string(name) + R"("})"};
    };
    x.send(Signal::Traces, request(spans(1)));
    x.settle();
    EXPECT_EQ(x.own.requests.size(), 2u) << name;
  }
}

// The harness' clock stands at 2026-11-22T15:06:40Z.
TEST(Send, AWrongClockIsMended) {
  for (const char* type : {"InvalidSignatureException", "RequestTimeTooSkewed", "RequestExpired"}) {
    config::Awsxray c = usual();
    Xray x(c);
    int calls = 0;
    x.own.answer = [&](const Recorded&) {
      if (calls++ > 0) return Script::Answer{};
      return Script::Answer{403,
                            R"({"__type":")" + std::string(type) +
                                R"(","message":"Signature expired: 20261122T150640Z is now"})",
                            {{"date", "Sun, 22 Nov 2026 18:06:47 GMT"}}};
    };
    x.send(Signal::Traces, request(spans(1)));
    x.settle();
    ASSERT_EQ(x.own.requests.size(), 2u) << type << ": max_retries is 0, and this is no repetition";
    EXPECT_EQ(x.own.requests[0].date, "20261122T150640Z");
    EXPECT_EQ(x.own.requests[1].date, "20261122T180647Z");
    x.send(Signal::Traces, request(spans(1)));
    x.settle();
    EXPECT_EQ(x.own.requests[2].date, "20261122T180647Z") << "and from now on";
  }
}

TEST(Send, AWrongKeyIsNoWrongClock) {
  config::Awsxray c = usual();
  Xray x(c);
  int calls = 0;
  x.own.answer = [&](const Recorded& r) {
    EXPECT_EQ(r.date, "20261122T150640Z");
    if (calls++ > 0) return Script::Answer{};
    return Script::Answer{
        403, R"({"__type":"InvalidSignatureException"})", {{"date", "Sun, 22 Nov 2026 15:07:00 GMT"}}};
  };
  const int64_t before = monotonic_ns();
  x.send(Signal::Traces, request(spans(1)));
  x.settle();
  EXPECT_EQ(x.own.requests.size(), 2u);
  EXPECT_GE(monotonic_ns() - before, 400'000'000) << "a denial waits: signing again at once would not help";
}

TEST(Send, AServiceSegmentGoesAgainWithItsId) {
  config::Awsxray c = usual();
  Xray x(c);
  int calls = 0;
  x.own.answer = [&](const Recorded& r) {
    if (calls++ > 0) return Script::Answer{};
    std::string service = documents(r)[1];
    std::string id = service.substr(service.find(R"("id":")") + 6, 16);
    return Script::Answer{200, R"({"UnprocessedTraceSegments":[{"Id":")" + id + R"(","ErrorCode":"Throttled"}]})"};
  };
  x.send(
      Signal::Traces,
      request({span(0, R"(,"kind":3,"attributes":[{"key":"aws.span.kind","value":{"stringValue":"LOCAL_ROOT"}}])")}));
  x.settle();
  ASSERT_EQ(x.own.requests.size(), 2u);
  EXPECT_EQ(documents(x.own.requests[1]), std::vector<std::string>{documents(x.own.requests[0])[1]});
}

TEST(Send, WhatIsTheRequestsFaultIsLost) {
  config::Awsxray c = usual();
  Xray x(c);
  x.own.answer = [&](const Recorded&) {
    return Script::Answer{400, R"({"__type":"InvalidRequestException","message":"no"})"};
  };
  x.send(Signal::Traces, request(spans(3)));
  x.settle();
  EXPECT_EQ(x.own.requests.size(), 1u);
  EXPECT_NE(x.own_metrics().find("otelcol_exporter_send_failed_spans{exporter=\"awsxray\"} 3"), std::string::npos)
      << x.own_metrics();
}

TEST(Send, ATooLargeDocumentIsLostAlone) {
  config::Awsxray c = usual();
  Xray x(c);
  auto list = spans(2);
  list.push_back(
      span(2, R"(,"attributes":[{"key":"k","value":{"stringValue":")" + std::string(70'000, 'x') + R"("}}])"));
  x.send(Signal::Traces, request(list));
  x.settle();
  ASSERT_EQ(x.own.requests.size(), 1u);
  EXPECT_EQ(documents(x.own.requests[0]).size(), 2u);
  std::string metrics = x.own_metrics();
  EXPECT_NE(metrics.find("otelcol_exporter_send_failed_spans{exporter=\"awsxray\"} 1"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("otelcol_exporter_sent_spans{exporter=\"awsxray\"} 2"), std::string::npos) << metrics;

  x.send(Signal::Traces, request({list[2]}));
  x.settle();
  EXPECT_EQ(x.own.requests.size(), 1u);
}

TEST(Send, MoreThanItsPlacesIsRefused) {
  config::Awsxray c = usual();
  Xray x(c);
  int taken = 0;
  for (int i = 0; i < 40; ++i) taken += x.send(Signal::Traces, request(spans(1))) == Status::Ok;
  EXPECT_EQ(taken, 10);
  x.settle();
  EXPECT_EQ(x.own.requests.size(), 10u);
  EXPECT_EQ(x.send(Signal::Traces, request(spans(1))), Status::Ok);
  x.settle();
}

TEST(Send, WhoWaitsTriesAtOnceWhenTheCollectorStops) {
  config::Awsxray c = usual();
  c.max_retries = 9;
  Xray x(c);
  int calls = 0;
  x.own.answer = [&](const Recorded&) { return Script::Answer{++calls < 6 ? 503 : 200, "{}"}; };
  x.send(Signal::Traces, request(spans(1)));
  while (calls < 5) x.loop.step(monotonic_ns() + 50'000'000);
  // The next wait is 1.6 s at least.
  for (int i = 0; i < 20; ++i) x.loop.step(monotonic_ns() + 1'000'000);
  const int64_t before = monotonic_ns();
  x.runtime.draining = true;
  x.ops.drain(x.self);
  RetryTimer::hurry(x.runtime);
  x.settle();
  EXPECT_EQ(calls, 6);
  EXPECT_LT(monotonic_ns() - before, 500'000'000);
}

}  // namespace
}  // namespace whittle
