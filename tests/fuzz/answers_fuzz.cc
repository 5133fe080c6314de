// SPDX-License-Identifier: Apache-2.0
// What AWS, its credentials endpoint and OTLP backends may answer, to each call of an exporter in turn: any status, any
// body. Whatever it is, a payload comes to an end, and each of its items has been sent or has failed.
#include "stdlib/exporter/awscloudwatchlogs/awscloudwatchlogs_config.h"
#include "stdlib/exporter/awsemf/awsemf_config.h"
#include "stdlib/exporter/awsxray/awsxray_config.h"
#include "stdlib/exporter/otlphttp/otlphttp_config.h"
#include "stdlib/exporter/prometheusremotewrite/prometheusremotewrite_config.h"
#include "tests/support/scripted_client.h"

#include "runtime/base/check.h"

#include <fcntl.h>

namespace whittle {

#define EXPORTER(name)                                                                                                 \
  extern "C" Status exporter_##name##_consume(void* self, Payload* payload);                                           \
  extern "C" const ComponentOps exporter_##name##_ops;
EXPORTER(awscloudwatchlogs)
EXPORTER(awsemf)
EXPORTER(awsxray)
EXPORTER(otlphttp)
EXPORTER(prometheusremotewrite)
#undef EXPORTER

namespace {

constexpr Str kRegion = {"us-east-1", 9};
constexpr int64_t kSecond = 1'000'000'000;
constexpr uint64_t kItems = 3;
constexpr const char* kSpans =
    R"({"resourceSpans":[{"scopeSpans":[{"spans":[
{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0000000000000001","name":"a"},
{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0000000000000002","name":"b"},
{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0000000000000003","name":"c"}]}]}]})";
constexpr const char* kPoints =
    R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[
{"asInt":"1","timeUnixNano":"1795360000000000000","attributes":[{"key":"k","value":{"intValue":"1"}}]},
{"asInt":"2","timeUnixNano":"1795360000000000000","attributes":[{"key":"k","value":{"intValue":"2"}}]},
{"asInt":"3","timeUnixNano":"1795360000000000000","attributes":[{"key":"k","value":{"intValue":"3"}}]}]}}]}]}]})";
constexpr const char* kLogs =
    R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[
{"timeUnixNano":"1795360000000000000","body":{"stringValue":"a"}},
{"timeUnixNano":"1795360000000000001","body":{"stringValue":"b"}},
{"timeUnixNano":"1795360000000000002","body":{"stringValue":"c"}}]}]}]})";

config::Retry retries() {
  config::Retry r{};
  r.enabled = true;
  r.initial_interval = kSecond;
  r.max_interval = 5 * kSecond;
  r.multiplier = 1.5;
  r.max_elapsed_time = 20 * kSecond;
  return r;
}

template <class Config>
Config usual_aws() {
  Config c{};
  c.num_workers = 2;
  c.request_timeout_seconds = 30;
  c.max_retries = 2;
  c.region = kRegion;
  return c;
}

// The answers, out of the input; when it ends, good ones.
struct Answers {
  const uint8_t* data;
  size_t left;

  uint8_t byte() { return left > 0 ? --left, *data++ : 0; }
  Script::Answer next() {
    if (left == 0) return {};
    static constexpr int kStatuses[] = {200, 200, 200, 400, 400, 401, 403, 404, 408, 413, 415,
                                        429, 500, 502, 503, 504, 202, 204, 301, 307, 599, 0};
    static constexpr std::pair<const char*, const char*> kHeaders[] = {
        {"retry-after", "1"},
        {"retry-after", "99999999999999999999"},
        {"retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"},
        {"date", "Tue, 24 Nov 2026 09:00:00 GMT"},
        {"date", "x"},
        {"content-type", "application/json"},
        {"content-type", "application/x-protobuf"},
        {"x-amzn-errortype", "ThrottlingException:http://x"},
        {"x-amzn-errortype", "ExpiredTokenException"},
        {"x-amzn-errortype", "RequestTimeTooSkewed"}};
    Script::Answer a;
    a.status = kStatuses[byte() % std::size(kStatuses)];
    const uint8_t more = byte();
    a.unsent = a.status == 0 && more & 1;
    for (uint8_t h = more; h >= 16; h /= 16) a.headers.emplace_back(kHeaders[h % std::size(kHeaders)]);
    const size_t size = std::min<size_t>(byte() + (more & 2 ? 256u * byte() : 0), left);
    a.body.assign(reinterpret_cast<const char*>(data), size);
    data += size, left -= size;
    return a;
  }
};

template <class Config>
struct Exporter : Harness<Config> {
  const char* noun;
  Signal signal;
  const char* request;
  uint64_t ended = 0;

  Exporter(const ComponentOps& ops, ConsumeFn consume, const Config& config, const char* id, const char* n, Signal s,
           const char* r)
      : Harness<Config>(ops, consume, config, id), noun(n), signal(s), request(r) {
    // Keys are asked for as on ECS.
    unsetenv("AWS_ACCESS_KEY_ID"), unsetenv("AWS_SECRET_ACCESS_KEY");
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/keys", 1);
    static const int nowhere = open("/dev/null", O_WRONLY);
    this->log.to(nowhere);
    this->loop.hold_clock(kSecond);
  }

  uint64_t counted(const std::string& metrics, const char* what) {
    const std::string name = std::string("\notelcol_exporter_") + what + "_" + noun + "{";
    const size_t at = metrics.find(name);
    CHECK(at != std::string::npos);
    return strtoull(metrics.c_str() + metrics.find(' ', at) + 1, nullptr, 10);
  }

  void run(Answers answers) {
    script = &this->own;
    this->own.requests.clear();
    this->own.answer = [&](const Recorded& r) {
      // Some are the credentials endpoint's; most of its own are good, so that calls are made at all.
      if (!r.call.empty() || answers.byte() % 4 == 1) return answers.next();
      return Script::Answer{.body = R"({"AccessKeyId":"A","SecretAccessKey":"s","Token":"t",)"
                                    R"("Expiration":"2026-11-22T20:00:00Z"})"};
    };
    if (this->send(signal, request) != Status::Ok) return;
    Loop& loop = this->loop;
    // Five minutes are longer than all that is tried again.
    for (int i = 0; i < 600 && !this->ops.idle(this->self); ++i) {
      loop.step(0);
      loop.advance(loop.now() + kSecond / 2);
    }
    CHECK(this->ops.idle(this->self));
    loop.step(0);
    const std::string metrics = this->own_metrics();
    ended += kItems;
    CHECK(counted(metrics, "sent") + counted(metrics, "send_failed") == ended);
  }
};

void fuzz(uint8_t which, Answers answers) {
  static auto& xray = *new config::Awsxray(usual_aws<config::Awsxray>());
  static auto& emf = *[] {
    auto* c = new config::Awsemf(usual_aws<config::Awsemf>());
    c->namespace_ = {"N", 1}, c->log_group_name = {"/g", 2}, c->log_stream_name = {"s", 1}, c->version = {"1", 1};
    return c;
  }();
  static auto& logs = *[] {
    auto* c = new config::Awscloudwatchlogs(usual_aws<config::Awscloudwatchlogs>());
    c->log_group_name = {"/g", 2}, c->log_stream_name = {"s", 1}, c->retry_on_failure = retries(), c->log_retention = 7;
    return c;
  }();
  static auto& otlp = *[] {
    auto* c = new config::Otlphttp{};
    c->endpoint = {"http://b", 8}, c->timeout = 30 * kSecond, c->retry_on_failure = retries();
    c->compression = config::OtlphttpCompression::None;
    return c;
  }();
  static auto& write = *[] {
    auto* c = new config::Prometheusremotewrite{};
    c->endpoint = {"http://b/w", 10}, c->timeout = 5 * kSecond, c->max_batch_size_bytes = 3'000'000;
    c->remote_write_queue = {true, 100, 5}, c->retry_on_failure = retries();
    return c;
  }();
  switch (which % 5) {
  case 0: {
    static auto& e =
        *new Exporter(exporter_awsxray_ops, exporter_awsxray_consume, xray, "awsxray", "spans", Signal::Traces, kSpans);
    return e.run(answers);
  }
  case 1: {
    static auto& e = *new Exporter(exporter_awsemf_ops, exporter_awsemf_consume, emf, "awsemf", "metric_points",
                                   Signal::Metrics, kPoints);
    return e.run(answers);
  }
  case 2: {
    static auto& e = *new Exporter(exporter_awscloudwatchlogs_ops, exporter_awscloudwatchlogs_consume, logs,
                                   "awscloudwatchlogs", "log_records", Signal::Logs, kLogs);
    return e.run(answers);
  }
  case 3: {
    static auto& e = *new Exporter(exporter_otlphttp_ops, exporter_otlphttp_consume, otlp, "otlphttp", "spans",
                                   Signal::Traces, kSpans);
    return e.run(answers);
  }
  default: {
    static auto& e = *new Exporter(exporter_prometheusremotewrite_ops, exporter_prometheusremotewrite_consume, write,
                                   "prometheusremotewrite", "metric_points", Signal::Metrics, kPoints);
    return e.run(answers);
  }
  }
}

}  // namespace
}  // namespace whittle

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 0) whittle::fuzz(data[0], {data + 1, size - 1});
  return 0;
}
