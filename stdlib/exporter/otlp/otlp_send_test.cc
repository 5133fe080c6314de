// SPDX-License-Identifier: Apache-2.0
// Calls, and what their answers mean.
#include "stdlib/exporter/otlp/otlp_config.h"
#include "tests/support/scripted_client.h"

namespace whittle {
extern "C" Status exporter_otlp_consume(void* self, Payload* payload);
extern "C" const ComponentOps exporter_otlp_ops;

namespace {

config::Otlp usual() {
  config::Otlp c{};
  c.endpoint = {"http://10.0.0.1:4317", 20};
  c.timeout = 5'000'000'000;
  c.balancer_name = config::GrpcClientBalancerName::RoundRobin;
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

std::string message(const std::string& of) {
  return std::string("\0\0\0\0", 4) + static_cast<char>(of.size()) + of;
}
Script::Answer status(int code, const std::string& why = "") {
  return {
      200, "", {{"content-type", "application/grpc"}, {"grpc-status", std::to_string(code)}, {"grpc-message", why}}};
}
Script::Answer taken(const std::string& answer = "") {
  Script::Answer a = status(0);
  a.body = message(answer);
  return a;
}

struct Sender : Harness<config::Otlp> {
  explicit Sender(const config::Otlp& c) : Harness(exporter_otlp_ops, exporter_otlp_consume, c, "otlp") {}
  void script(std::vector<Script::Answer> answers) {
    own.answer = [answers, n = size_t{0}](const Recorded&) mutable {
      return n < answers.size() ? answers[n++] : taken();
    };
  }
  void expect(int sent, int failed, const std::string& what) {
    const std::string metrics = own_metrics();
    for (auto& [name, n] : {std::pair{"sent", sent}, std::pair{"send_failed", failed}})
      EXPECT_NE(metrics.find("otelcol_exporter_" + std::string(name) + "_spans{exporter=\"otlp\"} " +
                             std::to_string(n) + "\n"),
                std::string::npos)
          << what << "\n"
          << metrics;
  }
};

TEST(Call, IsFramed) {
  static const Entry<Str> kHeaders[] = {{{"X-Tenant", 8}, {"a", 1}}, {{"key-bin", 7}, {"\xff\xfe", 2}}};
  config::Otlp c = usual();
  c.headers = {kHeaders, 2};
  Sender s(c);
  s.script({});
  s.send(Signal::Traces, three_spans());
  s.settle();
  ASSERT_EQ(s.own.requests.size(), 1u);
  const Recorded& r = s.own.requests[0];
  EXPECT_EQ(r.call, "/opentelemetry.proto.collector.trace.v1.TraceService/Export");
  ASSERT_GT(r.body.size(), 5u);
  EXPECT_EQ(r.body[0], 0);
  EXPECT_EQ(static_cast<size_t>(static_cast<uint8_t>(r.body[4])) + 5, r.body.size());
  for (const char* header : {"grpc-timeout: 5000000u\n", "content-type: application/grpc\n", "te: trailers\n",
                             "x-tenant: a\n", "key-bin: //4\n"})
    EXPECT_NE(r.headers.find(header), std::string::npos) << header << r.headers;
  s.expect(3, 0, "taken");
}

TEST(Answers, WhatMayPassIsTriedAgain) {
  for (int code = 0; code <= 17; ++code) {
    config::Otlp c = usual();
    Sender s(c);
    s.script({code == 0 ? taken() : status(code, "no")});
    s.send(Signal::Traces, three_spans());
    s.settle();
    const bool again = code == 1 || code == 4 || code == 10 || code == 11 || code == 14 || code == 15;
    EXPECT_EQ(s.own.requests.size(), again ? 2u : 1u) << code;
    s.expect(again || code == 0 ? 3 : 0, again || code == 0 ? 0 : 3, std::to_string(code));
  }
}

// google.rpc.Status{code: 8, details: [RetryInfo{retry_delay: 20ms}]}
TEST(Answers, ExhaustedIsTriedAgainWhenItSaysWhen) {
  Writer details, encoded;
  config::Otlp c = usual();
  Sender s(c);
  Script::Answer a = status(8, "slow");
  a.headers.push_back({"grpc-status-details-bin",
                       "CAgSBHNsb3caMwoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIHCgUQgNrECQ"});
  s.script({a});
  const int64_t before = monotonic_ns();
  s.send(Signal::Traces, three_spans());
  s.settle();
  EXPECT_EQ(s.own.requests.size(), 2u);
  EXPECT_GE(monotonic_ns() - before, 20'000'000);
  s.expect(3, 0, "after 20 ms");
}

TEST(Answers, WhatHttpSays) {
  struct Case {
    int status;
    bool again;
  };
  for (auto [http, again] : {Case{200, false}, Case{401, false}, Case{404, false}, Case{429, true}, Case{502, true},
                             Case{503, true}, Case{500, false}}) {
    config::Otlp c = usual();
    Sender s(c);
    s.script({{http, "<html>", {{"content-type", "text/html"}}}});
    s.send(Signal::Traces, three_spans());
    s.settle();
    EXPECT_EQ(s.own.requests.size(), again ? 2u : 1u) << http;
  }
}

TEST(Answers, WhatTheBackendRejectedIsNotSent) {
  const std::string two("\x0a\x06\x08\x02\x12\x02no", 8);
  for (auto& [body, sent, again] :
       {std::tuple{message(two), 1, false}, std::tuple{message(two.substr(0, 5)), 3, false},
        std::tuple{std::string(), 3, false}, std::tuple{message(two).substr(0, 7), 0, false},
        std::tuple{std::string("\1\0\0\0\1x", 6), 0, false}}) {
    config::Otlp c = usual();
    Sender s(c);
    Script::Answer a = status(0);
    a.body = body;
    s.script({a});
    s.send(Signal::Traces, three_spans());
    s.settle();
    EXPECT_EQ(s.own.requests.size(), again ? 2u : 1u);
    s.expect(sent, 3 - sent, body);
  }
}

TEST(Peers, OfANameThatIsLookedUp) {
  config::Otlp c = usual();
  c.endpoint = {"http://localhost:4317", 21};
  Sender s(c);
  s.script({});
  s.send(Signal::Traces, three_spans());
  s.settle();
  ASSERT_EQ(s.own.requests.size(), 1u);
  EXPECT_TRUE(s.own.requests[0].address == "127.0.0.1" || s.own.requests[0].address == "[::1]")
      << s.own.requests[0].address;
  s.expect(3, 0, "sent");
}

}  // namespace
}  // namespace whittle
