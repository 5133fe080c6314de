// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/listeners.h"

#include "compiler/check/front_end.h"

#include <gtest/gtest.h>

namespace whittle::check {
namespace {

CheckResult checked(const std::string& text) {
  return check_text("collector.yaml", text, {});
}

TEST(Listeners, AreDeclared) {
  auto r = checked("extensions: {health_check: }\nreceivers: {otlp: {protocols: {grpc: {endpoint: '0.0.0.0:4317'}, "
                   "http: }}}\nexporters: {debug: }\n"
                   "service: {extensions: [health_check], telemetry: {metrics: {level: none}}, pipelines: {traces: "
                   "{receivers: [otlp], exporters: [debug]}}}\n");
  auto all = listeners(*r.known());
  std::string out;
  for (const Listener& l : all) {
    out += l.setting + " " + l.host + " " + std::to_string(l.port) + (l.loopback() ? " local" : "");
    for (auto& p : l.protocols) out += " " + p;
    out += " " + std::to_string(l.signals) + "\n";
  }
  EXPECT_EQ(out, "receivers::otlp::protocols::grpc::endpoint 0.0.0.0 4317 grpc 1\n"
                 "receivers::otlp::protocols::http::endpoint localhost 4318 local http/protobuf http/json 1\n"
                 "extensions::health_check::endpoint localhost 13133 local health 0\n");
}

TEST(Listeners, OwnMetricsAndSockets) {
  auto r =
      checked("receivers: {otlp: {protocols: {grpc: {endpoint: /run/x.sock, transport: unix}}}}\nexporters: {debug: }\n"
              "service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}\n");
  auto all = listeners(*r.known());
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].port, 0);
  EXPECT_EQ(all[0].socket, "/run/x.sock");
  EXPECT_EQ(all[1].address, "localhost:8888");
}

// What the collector's own metrics are served at, with these settings of `telemetry`.
std::string own_metrics(const std::string& telemetry) {
  auto r = checked("receivers: {otlp: {protocols: {grpc: }}}\nexporters: {debug: }\n"
                   "service: {telemetry: {metrics: {" +
                   telemetry +
                   "}}, pipelines: {traces: {receivers: [otlp], exporters: "
                   "[debug]}}}\n");
  std::string out;
  for (const Listener& l : listeners(*r.known())) {
    if (l.instance == nullptr) out += l.section + " " + l.address + (l.written ? " written" : "") + "\n";
  }
  return out;
}

TEST(Listeners, OwnMetricsAsTheCollectorServesThem) {
  const std::string kMetrics = "service::telemetry::metrics ";
  constexpr struct {
    const char *telemetry, *address;
  } kCases[] = {
      {"", "localhost:8888"},
      {"readers: [{pull: {exporter: {prometheus: {}}}}]", "localhost:8888"},
      {"readers: [{pull: {exporter: {prometheus: {port: 9000}}}}]", "localhost:9000 written"},
      {"readers: [{pull: {exporter: {prometheus: {host: 0.0.0.0}}}}]", "0.0.0.0:8888 written"},
      // Only the first is served.
      {"readers: [{pull: {exporter: {prometheus: {port: 9000}}}}, {pull: {exporter: {prometheus: {port: 9001}}}}]",
       "localhost:9000 written"},
  };
  for (auto& c : kCases) EXPECT_EQ(own_metrics(c.telemetry), kMetrics + c.address + "\n") << c.telemetry;
  EXPECT_EQ(own_metrics("level: none"), "");
  EXPECT_EQ(own_metrics("readers: [{pull: {exporter: {prometheus: {port: '${env:PORT}'}}}}]"),
            kMetrics + "localhost:0 written\n");
}

TEST(Listeners, UrlPathsAndTls) {
  auto r =
      checked("receivers: {otlp: {protocols: {http: {traces_url_path: x, logs_url_path: '${env:P}', tls: {cert_file: "
              "/c, key_file: /k}}}}}\nexporters: {debug: }\n"
              "service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}\n");
  auto all = listeners(*r.known());
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].paths, (std::vector<std::string>{"/x", "/v1/metrics", ""}));
  EXPECT_TRUE(all[0].tls);
  EXPECT_FALSE(all[1].tls);
}

}  // namespace
}  // namespace whittle::check
