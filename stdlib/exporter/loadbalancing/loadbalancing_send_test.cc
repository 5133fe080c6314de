// SPDX-License-Identifier: Apache-2.0
// Which server gets what. The texts of the records below are the keys that they are to be routed by.
#include "runtime/export/queue.h"
#include "runtime/record/items.h"
#include "runtime/record/message.h"
#include "stdlib/exporter/loadbalancing/divide.h"
#include "stdlib/exporter/loadbalancing/loadbalancing_config.h"
#include "tests/support/scripted_client.h"

#include <map>
#include <set>

namespace whittle {
extern "C" Status exporter_loadbalancing_consume(void* self, Payload* payload);
extern "C" const ComponentOps exporter_loadbalancing_ops;

namespace {

using Key = config::LoadbalancingRoutingKey;

constexpr Str kServers[] = {{"10.0.0.1:4317", 13}, {"10.0.0.2:4317", 13}, {"10.0.0.3:4317", 13}};
constexpr Str kNames[] = {{"tenant", 6}, {"scope.a", 7}, {"own", 3}};
constexpr Str kOfSpans[] = {{"span.kind", 9}, {"span.name", 9}};
constexpr Str kOfLogs[] = {{"log.severity", 12}, {"log.body", 8}};
constexpr Str kOfResource[] = {{"tenant", 6}};

config::Loadbalancing usual(Key key, List<Str> attributes = {}) {
  config::Loadbalancing c{};
  c.protocol.otlp.timeout = 5'000'000'000;
  c.protocol.otlp.tls.insecure = true;
  c.protocol.otlp.sending_queue = {true, ExportQueue::kFew};
  c.protocol.otlp.retry_on_failure = {true, 1'000'000, 0, 1.5, 10'000'000, 50'000'000};
  c.resolver.static_ = {true, {{kServers, 3}}};
  c.routing_key = key;
  c.routing_attributes = attributes;
  return c;
}

Payload payload_of_json(Signal signal, const std::string& json) {
  Writer request;
  EXPECT_TRUE(wire::json_to_proto(signal, as_bytes(json), request)) << json;
  auto counts = wire::validate(signal, request.bytes());
  EXPECT_TRUE(counts && counts->regular);
  Payload p(signal);
  p.items = counts->items;
  const BufferRef buffer = BufferRef::copy(request.bytes());
  p.add({buffer, {buffer.data(), request.size()}});
  return p;
}

std::string text(const char* key, const std::string& value) {
  return std::string("{\"key\":\"") + key + R"(","value":{"stringValue":")" + value + "\"}}";
}

// A group of 40 services, each with two scopes of two records, whose texts are their keys by `key_of`.
struct Shape {
  Signal signal;
  Key key;
  List<Str> attributes;
  // (service, scope, record) -> key
  std::string (*key_of)(int, int, int);
};

std::string service(int s) {
  return "service-" + std::to_string(s);
}
std::string trace(int s, int r) {
  char hex[33];
  snprintf(hex, sizeof hex, "%016x%016x", 77 * s + 1, r);
  return hex;
}

std::string request_of(const Shape& shape) {
  const bool spans = shape.signal == Signal::Traces, logs = shape.signal == Signal::Logs;
  const std::string word = spans ? "Spans" : logs ? "Logs" : "Metrics";
  std::string groups;
  for (int s = 0; s < 40; ++s) {
    std::string scopes;
    for (int k = 0; k < 2; ++k) {
      std::string records;
      for (int r = 0; r < 2; ++r) {
        const std::string key = shape.key_of(s, k, r), own = text("own", "o" + std::to_string(r));
        std::string record;
        if (spans)
          record = R"({"traceId":")" + trace(s, r) + R"(","spanId":"0000000000000001","kind":3,"name":")" + key +
                   R"(","attributes":[)" + own + "]}";
        else if (logs)
          record = R"({"traceId":")" + trace(s, r) + R"(","severityText":"WARN","eventName":")" + key +
                   R"(","body":{"stringValue":"b)" + std::to_string(s) + R"("},"attributes":[)" + own + "]}";
        else
          record = R"({"name":")" + key +
                   R"(","sum":{"aggregationTemporality":2,"dataPoints":[{"asInt":"1","attributes":[)" + own + "]}]}}";
        records += (r ? "," : "") + record;
      }
      scopes += (k ? "," : "") + std::string(R"({"scope":{"name":"n","attributes":[)") +
                text("scope.a", "k" + std::to_string(k)) + R"(]},")" +
                (spans  ? "spans"
                 : logs ? "logRecords"
                        : "metrics") +
                "\":[" + records + "]}";
    }
    groups += (s ? "," : "") + std::string(R"({"resource":{"attributes":[)") + text("service.name", service(s)) + "," +
              text("tenant", "t" + std::to_string(s)) + "]},\"scope" + word + "\":[" + scopes + "]}";
  }
  return "{\"resource" + word + "\":[" + groups + "]}";
}

// The texts of a part's records, with what they stand under.
std::map<std::string, int> records_of(const Payload& part) {
  std::map<std::string, int> out;
  Writer flat;
  part.flatten(flat);
  EXPECT_TRUE(flat.empty() || wire::validate(part.signal, flat.bytes()));
  Arena arena;
  record::Message(arena, flat.bytes()).each(1, [&](Bytes g) {
    const record::Message group(arena, g);
    group.each(2, [&](Bytes s) {
      const record::Message scope(arena, s);
      scope.each(2, [&](Bytes r) {
        const record::Message m(arena, r);
        const uint32_t field = part.signal == Signal::Traces ? 5 : part.signal == Signal::Logs ? 12 : 1;
        // Equal texts in different groups are told apart by the group.
        out[std::string(m.text(field)) + " of " + std::string(as_text(group.content(1))) +
            std::string(as_text(scope.content(1)))] += static_cast<int>(items_of_record(part.signal, r));
      });
    });
  });
  return out;
}

std::string of_resource(int s, int, int) {
  return "tenant=t" + std::to_string(s) + "|";
}
const Shape kShapes[] = {
    {Signal::Traces, Key::Service, {}, [](int s, int, int) { return "service.name=" + service(s) + "|"; }},
    {Signal::Traces, Key::Attributes, {kOfResource, 1}, of_resource},
    {Signal::Traces,
     Key::Attributes,
     {kNames, 3},
     [](int s, int k, int r) {
       return of_resource(s, 0, 0) + "scope.a=k" + std::to_string(k) + "|own=o" + std::to_string(r) + "|";
     }},
    {Signal::Metrics, Key::Empty, {}, [](int s, int, int) { return service(s); }},
    {Signal::Metrics, Key::Service, {}, [](int s, int, int) { return service(s); }},
    {Signal::Metrics,
     Key::Metric,
     {},
     [](int s, int k, int r) { return "m" + std::to_string(s) + std::to_string(k) + std::to_string(r); }},
    {Signal::Metrics, Key::Attributes, {kOfResource, 1}, of_resource},
    {Signal::Metrics,
     Key::Attributes,
     {kNames, 2},
     [](int s, int k, int) { return of_resource(s, 0, 0) + "scope.a=k" + std::to_string(k) + "|"; }},
    {Signal::Metrics,
     Key::Attributes,
     {kNames, 3},
     [](int s, int k, int r) {
       return of_resource(s, 0, 0) + "scope.a=k" + std::to_string(k) + "|own=o" + std::to_string(r) + "|";
     }},
    {Signal::Logs, Key::Empty, {}, [](int s, int, int) { return service(s); }},
    {Signal::Logs, Key::TraceID, {}, [](int s, int, int r) { return trace(s, r); }},
    {Signal::Logs, Key::Attributes, {kOfResource, 1}, of_resource},
    {Signal::Logs,
     Key::Attributes,
     {kOfLogs, 2},
     [](int s, int, int) { return "log.severity=WARN|log.body=b" + std::to_string(s) + "|"; }},
    {Signal::Logs,
     Key::Attributes,
     {kNames, 3},
     [](int s, int k, int r) {
       return of_resource(s, 0, 0) + "scope.a=k" + std::to_string(k) + "|own=o" + std::to_string(r) + "|";
     }},
};

TEST(Divide, EachRecordGoesWhereItsKeySays) {
  Runtime runtime;
  const Ring ring({"10.0.0.1:4317", "10.0.0.2:4317", "10.0.0.3:4317"});
  for (const Shape& shape : kShapes) {
    const std::string what = std::to_string(static_cast<int>(shape.signal)) + " by " +
                             std::to_string(static_cast<int>(shape.key)) + " " + std::to_string(shape.attributes.size);
    const Payload in = payload_of_json(shape.signal, request_of(shape));
    const config::Loadbalancing config = usual(shape.key, shape.attributes);
    std::vector<Payload> parts;
    ASSERT_TRUE(divide(runtime, config, ring, in, parts)) << what;
    ASSERT_EQ(parts.size(), 3u);
    std::map<std::string, int> all;
    for (uint32_t i = 0; i < 3; ++i) {
      int items = 0;
      for (auto& [record, count] : records_of(parts[i])) {
        const std::string key = record.substr(0, record.find(" of "));
        EXPECT_EQ(ring.at(as_bytes(key)), i) << what << ": " << key;
        all[record] += count;
        items += count;
      }
      EXPECT_EQ(parts[i].items, static_cast<uint64_t>(items)) << what;
      EXPECT_GT(items, 0) << what;
    }
    EXPECT_EQ(all, records_of(in)) << what;
  }
}

// Whatever is divided: nothing is lost, and nothing is there twice.
TEST(Divide, ByTraceStreamAndResource) {
  Runtime runtime;
  const Ring ring({"a", "b", "c"});
  const Shape shapes[] = {{Signal::Traces, Key::Empty, {}, [](int, int, int) { return std::string("x"); }},
                          {Signal::Metrics, Key::StreamID, {}, [](int, int, int) { return std::string("x"); }},
                          {Signal::Metrics, Key::Resource, {}, [](int, int, int) { return std::string("x"); }},
                          {Signal::Logs, Key::Resource, {}, [](int, int, int) { return std::string("x"); }}};
  for (const Shape& shape : shapes) {
    const Payload in = payload_of_json(shape.signal, request_of(shape));
    std::vector<Payload> parts;
    ASSERT_TRUE(divide(runtime, usual(shape.key), ring, in, parts));
    std::map<std::string, int> all;
    for (const Payload& p : parts) {
      EXPECT_GT(p.items, 20u);
      for (auto& [record, count] : records_of(p)) all[record] += count;
    }
    EXPECT_EQ(all, records_of(in));
  }
}

TEST(Divide, SpansOfATraceGoWithTheFirst) {
  Runtime runtime;
  const Ring ring({"a", "b", "c"});
  std::string spans;
  for (int i = 0; i < 30; ++i)
    spans +=
        (i ? "," : "") +
        std::string(R"({"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0000000000000001","kind":2,"name":"n)") +
        std::to_string(i) + "\"}";
  const Payload in =
      payload_of_json(Signal::Traces, R"({"resourceSpans":[{"scopeSpans":[{"spans":[)" + spans + "]}]}]}");
  std::vector<Payload> parts;
  ASSERT_TRUE(divide(runtime, usual(Key::Attributes, {kOfSpans, 2}), ring, in, parts));
  EXPECT_EQ(parts[ring.at(as_bytes("span.kind=Server|span.name=n0|"))].items, 30u);
}

// A resource that each of many servers would get a copy of.
TEST(Divide, DoesNotMultiplyWithoutBound) {
  Runtime runtime;
  std::vector<std::string> names;
  for (int i = 0; i < 200; ++i) names.push_back("server-" + std::to_string(i));
  const Ring ring(std::vector<Text>(names.begin(), names.end()));
  std::string spans;
  for (int i = 0; i < 2000; ++i)
    spans += (i ? "," : "") + std::string(R"({"traceId":")") + trace(i, i) + R"(","spanId":"0000000000000001"})";
  const Payload in = payload_of_json(Signal::Traces, R"({"resourceSpans":[{"resource":{"attributes":[)" +
                                                         text("a", std::string(1 << 20, 'x')) +
                                                         R"(]},"scopeSpans":[{"spans":[)" + spans + "]}]}]}");
  std::vector<Payload> parts;
  EXPECT_FALSE(divide(runtime, usual(Key::Empty), ring, in, parts));
}

struct Sender : Harness<config::Loadbalancing> {
  explicit Sender(const config::Loadbalancing& c)
      : Harness(exporter_loadbalancing_ops, exporter_loadbalancing_consume, c, "loadbalancing") {}
};
Script::Answer answer(int code) {
  return {200,
          code == 0 ? std::string(5, '\0') : "",
          {{"content-type", "application/grpc"}, {"grpc-status", std::to_string(code)}}};
}

TEST(Send, ToTheServersOfTheRing) {
  const config::Loadbalancing c = usual(Key::Empty);
  Sender s(c);
  s.own.answer = [](const Recorded&) { return answer(0); };
  const Shape shape{Signal::Logs, Key::Empty, {}, [](int v, int, int) { return service(v); }};
  EXPECT_EQ(s.send(Signal::Logs, request_of(shape)), Status::Ok);
  s.settle();
  std::set<std::string> urls;
  for (const Recorded& r : s.own.requests) urls.insert(r.url);
  EXPECT_EQ(urls,
            (std::set<std::string>{"http://10.0.0.1:4317/opentelemetry.proto.collector.logs.v1.LogsService/Export",
                                   "http://10.0.0.2:4317/opentelemetry.proto.collector.logs.v1.LogsService/Export",
                                   "http://10.0.0.3:4317/opentelemetry.proto.collector.logs.v1.LogsService/Export"}));
  const std::string metrics = s.own_metrics();
  for (const char* line : {"otelcol_exporter_sent_log_records{exporter=\"loadbalancing\"} 160\n",
                           "otelcol_loadbalancer_num_backends{resolver=\"static\"} 3\n",
                           "otelcol_exporter_queue_size{exporter=\"loadbalancing\"} 0\n",
                           "otelcol_loadbalancer_backend_outcome{endpoint=\"10.0.0.2:4317\",success=\"true\"} 1\n"})
    EXPECT_NE(metrics.find(line), std::string::npos) << line << metrics;
}

// With a queue for one request: asked for each name, the server would refuse the second part.
TEST(Send, TwoNamesOfOneServer) {
  constexpr Str kTwoNames[] = {{"10.0.0.1", 8}, {"10.0.0.1:4317", 13}};
  config::Loadbalancing c = usual(Key::Empty);
  c.resolver.static_ = {true, {{kTwoNames, 2}}};
  config::Queue one = ExportQueue::kFew;
  one.queue_size = 1;
  c.protocol.otlp.sending_queue = {true, one};
  Sender s(c);
  s.own.answer = [](const Recorded&) { return answer(0); };
  const Shape shape{Signal::Logs, Key::Empty, {}, [](int v, int, int) { return service(v); }};
  EXPECT_EQ(s.send(Signal::Logs, request_of(shape)), Status::Ok);
  s.settle();
  const std::string metrics = s.own_metrics();
  EXPECT_NE(metrics.find("otelcol_exporter_sent_log_records{exporter=\"loadbalancing\"} 160\n"), std::string::npos)
      << metrics;
}

// What one server does not take is repeated and given up; the others have theirs.
TEST(Send, OneServerHoldsUpNobodyElse) {
  const config::Loadbalancing c = usual(Key::Empty);
  Sender s(c);
  s.own.answer = [](const Recorded& r) { return answer(r.url.find("10.0.0.2") == std::string::npos ? 0 : 14); };
  const Shape shape{Signal::Logs, Key::Empty, {}, [](int v, int, int) { return service(v); }};
  EXPECT_EQ(s.send(Signal::Logs, request_of(shape)), Status::Ok);
  s.settle();
  size_t good = 0, bad = 0;
  for (const Recorded& r : s.own.requests) ++(r.url.find("10.0.0.2") == std::string::npos ? good : bad);
  EXPECT_EQ(good, 2u);
  EXPECT_GT(bad, 2u);
  const Ring ring({"10.0.0.1:4317", "10.0.0.2:4317", "10.0.0.3:4317"});
  int lost = 0;
  for (int i = 0; i < 40; ++i) lost += ring.at(as_bytes(service(i))) == 1 ? 4 : 0;
  EXPECT_NE(s.own_metrics().find("otelcol_exporter_send_failed_log_records{exporter=\"loadbalancing\"} " +
                                 std::to_string(lost) + "\n"),
            std::string::npos)
      << s.own_metrics();
}

// The queue of one server is full: nothing is taken, so that offering it again sends nothing twice.
TEST(Send, TakesAllOrNothing) {
  static config::Queue one = ExportQueue::kFew;
  one.queue_size = 1;
  config::Loadbalancing c = usual(Key::Empty);
  c.protocol.otlp.sending_queue = {true, one};
  c.protocol.otlp.retry_on_failure.max_elapsed_time = 10'000'000'000;
  Sender s(c);
  bool up = false;
  s.own.answer = [&](const Recorded& r) { return answer(up || r.url.find("10.0.0.2") == std::string::npos ? 0 : 14); };
  const Shape shape{Signal::Logs, Key::Empty, {}, [](int v, int, int) { return service(v); }};
  EXPECT_EQ(s.send(Signal::Logs, request_of(shape)), Status::Ok);
  for (int i = 0; i < 5; ++i) s.loop.step(monotonic_ns() + 5'000'000);
  EXPECT_EQ(s.send(Signal::Logs, request_of(shape)), Status::Refused);
  EXPECT_NE(s.own_metrics().find("otelcol_exporter_queue_size{exporter=\"loadbalancing\"} 1\n"), std::string::npos);
  up = true;
  s.settle();
  EXPECT_EQ(s.send(Signal::Logs, request_of(shape)), Status::Ok);
  s.settle();
  EXPECT_NE(s.own_metrics().find("otelcol_exporter_sent_log_records{exporter=\"loadbalancing\"} 320\n"),
            std::string::npos);
}

}  // namespace
}  // namespace whittle
