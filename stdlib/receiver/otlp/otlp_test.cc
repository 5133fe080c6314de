// SPDX-License-Identifier: Apache-2.0
// The receiver over HTTP: what each request is answered and what goes down the pipeline. gRPC's own rules are in
// tests/net.
#include "runtime/base/payload.h"
#include "runtime/wire/json.h"
#include "stdlib/receiver/otlp/otlp_config.h"
#include "tests/net/test_peer.h"

#include <zlib.h>

using namespace whittle;

extern "C" const ComponentOps receiver_otlp_ops;

namespace {

constexpr const char* kSpan =
    R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"x"}]}]}]})";

std::string gzip(const std::string& in) {
  z_stream z = {};
  deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, in.size()) + 64, 0);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  z.avail_in = static_cast<uInt>(in.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

Str str(const char* t) {
  return {t, strlen(t)};
}

struct OtlpTest : testing::Test {
  TestProcess process;
  config::Otlp settings = {};
  std::vector<Payload> taken;
  Status verdict = Status::Ok;
  std::string socket_path;
  void* receiver = nullptr;

  void SetUp() override {
    auto& http = settings.protocols.http;
    http.present = true;
    // A path of the test's own: the receiver does not tell which port the system chose.
    socket_path = testing::TempDir() + "otlp_test." + std::to_string(getpid());
    http.value.endpoint = str(socket_path.c_str());
    http.value.transport = config::ListenAddressTransport::Unix;
    http.value.keep_alives_enabled = true;
    http.value.traces_url_path = str("/v1/traces");
    http.value.metrics_url_path = str("/v1/metrics");
    http.value.logs_url_path = str("/custom/logs");
  }
  void start() {
    ComponentContext context = {};
    context.runtime = &process.runtime;
    context.id = str("otlp");
    context.config = &settings;
    auto consume = [](void* self, Payload* payload) {
      auto& test = *static_cast<OtlpTest*>(self);
      if (test.verdict == Status::Ok) test.taken.push_back(std::move(*payload));
      return test.verdict;
    };
    context.out[0] = context.out[2] = {consume, this};
    receiver = receiver_otlp_ops.create(&context);
    static auto& kept = *new std::vector<void*>();  // components live as long as their process
    kept.push_back(receiver);
    ASSERT_TRUE(receiver_otlp_ops.start(receiver));
  }
  void TearDown() override {
    taken.clear();
    receiver_otlp_ops.drain(receiver);
    EXPECT_TRUE(process.until([&] { return receiver_otlp_ops.idle(receiver); }));
  }

  // The answer to one request, without its Date.
  std::string post(const std::string& path, const std::string& headers, const std::string& body) {
    TestClient client(socket_path);
    client.send("POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
    EXPECT_TRUE(process.until([&] { return client.closed(); }));
    std::string got = client.received();
    if (const size_t at = got.find("Date: "); at != std::string::npos) got.erase(at, 37);
    return got;
  }
  static std::string json_of(const Payload& payload) {
    Writer bytes, json;
    payload.flatten(bytes);
    wire::proto_to_json(payload.signal, bytes.bytes(), json);
    return std::string(json.text());
  }
  static std::string proto() {
    Writer out;
    EXPECT_TRUE(wire::json_to_proto(Signal::Traces, as_bytes(kSpan), out));
    return std::string(out.text());
  }
};

constexpr const char* kJson = "Content-Type: application/json\r\n";
constexpr const char* kProto = "Content-Type: application/x-protobuf\r\n";

TEST_F(OtlpTest, TakesProtobufAndJson) {
  start();
  EXPECT_EQ(
      post("/v1/traces", kProto, proto()),
      "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 2\r\nConnection: close\r\n\r\n" +
          std::string("\x0a\x00", 2));
  EXPECT_EQ(post("/v1/traces?x=y", "Content-Type: application/json; charset=utf-8\r\n", kSpan),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 21\r\nConnection: "
            "close\r\n\r\n{\"partialSuccess\":{}}");
  EXPECT_NE(post("/v1/traces", std::string(kJson) + "Content-Encoding: gzip\r\n", gzip(kSpan)).find("200 OK"),
            std::string::npos);
  ASSERT_EQ(taken.size(), 3u);
  for (const Payload& p : taken) {
    EXPECT_EQ(p.signal, Signal::Traces);
    EXPECT_EQ(p.items, 1u);
    EXPECT_EQ(json_of(p), json_of(taken[0]));
    EXPECT_TRUE(p.metadata.headers.empty());
  }
  EXPECT_NE(json_of(taken[0]).find("5b8efff798038103d269b633813fc60c"), std::string::npos);
  Writer metrics;
  process.metrics.write(metrics);
  EXPECT_NE(metrics.text().find("otelcol_receiver_accepted_spans{receiver=\"otlp\",transport=\"http\"} 3\n"),
            Text::npos);
}

TEST_F(OtlpTest, EmptyRequestsAreFineAndGoNowhere) {
  start();
  EXPECT_NE(post("/v1/traces", kProto, "").find("200 OK"), std::string::npos);
  EXPECT_NE(post("/v1/traces", kJson, "{}").find("200 OK"), std::string::npos);
  EXPECT_TRUE(taken.empty());
}

struct Refusal {
  const char* name;
  const char* path;
  const char* headers;
  const char* body;
  const char* answer;  // a part of it
};

constexpr Refusal kRefusals[] = {
    {"no pipeline", "/v1/metrics", kJson, "{}", "404 Not Found"},
    {"another path", "/v1/logs", kJson, "{}", "404 page not found"},
    {"other content", "/v1/traces", "Content-Type: text/plain\r\n", "{}",
     "415 unsupported media type, supported: [application/json, application/x-protobuf]"},
    {"no content type", "/v1/traces", "", "{}", "415 Unsupported Media Type"},
    {"broken JSON", "/v1/traces", kJson, "{bad", "{\"code\":3,\"message\":\"malformed at byte 1 of the message\"}"},
    {"broken protobuf", "/v1/traces", kProto, "{bad", "400 Bad Request\r\nContent-Type: application/x-protobuf"},
    {"unknown encoding", "/v1/traces", "Content-Type: application/json\r\nContent-Encoding: br\r\n", "x",
     "{\"code\":3,\"message\":\"unsupported Content-Encoding: br\"}"},
    {"not gzip", "/v1/traces", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", "xxxxxxxxxx",
     "{\"code\":3,\"message\":\"gzip: malformed\"}"},
};

TEST_F(OtlpTest, Refusals) {
  start();
  for (const Refusal& r : kRefusals) {
    const std::string got = post(r.path, r.headers, r.body);
    EXPECT_NE(got.find(r.answer), std::string::npos) << r.name << "\n" << got;
  }
  EXPECT_TRUE(taken.empty());
}

TEST_F(OtlpTest, ComeAgainAndNeverAgain) {
  start();
  verdict = Status::Refused;
  std::string got = post("/v1/traces", kJson, kSpan);
  EXPECT_NE(got.find("503 Service Unavailable\r\nRetry-After: 1\r\n"), std::string::npos) << got;
  EXPECT_NE(got.find("\"code\":14"), std::string::npos) << got;
  verdict = Status::Invalid;
  got = post("/v1/traces", kJson, kSpan);
  EXPECT_NE(got.find("500 Internal Server Error"), std::string::npos) << got;
  EXPECT_NE(got.find("\"code\":13"), std::string::npos) << got;
  Writer metrics;
  process.metrics.write(metrics);
  EXPECT_NE(metrics.text().find("otelcol_receiver_refused_spans{receiver=\"otlp\",transport=\"http\"} 2\n"),
            Text::npos);
}

TEST_F(OtlpTest, BodyLimitHoldsBeforeAndAfterDecompression) {
  settings.protocols.http.value.max_request_body_size = 1000;
  start();
  const std::string large = "{\"x\":\"" + std::string(2000, 'y') + "\"}";
  for (const std::string& got : {post("/v1/traces", kJson, large),
                                 post("/v1/traces", std::string(kJson) + "Content-Encoding: gzip\r\n", gzip(large))})
    EXPECT_NE(got.find("{\"code\":3,\"message\":\"http: request body too large\"}"), std::string::npos) << got;
}

TEST_F(OtlpTest, MetadataGoesAlongWhenAskedFor) {
  settings.protocols.http.value.include_metadata = true;
  start();
  post("/v1/traces", std::string(kJson) + "X-Tenant: blue\r\n", kSpan);
  ASSERT_EQ(taken.size(), 1u);
  bool found = false;
  for (const auto& h : taken[0].metadata.headers) found |= h.name == "x-tenant" && h.value == "blue";
  EXPECT_TRUE(found);
}

TEST_F(OtlpTest, CrossOriginRequests) {
  static const Str kOrigins[] = {str("http://*.example.com"), str("https://exact.test")};
  static const Str kHeaders[] = {str("X-Key")};
  auto& cors = settings.protocols.http.value.cors;
  cors.present = true;
  cors.value.allowed_origins = {kOrigins, 2};
  cors.value.allowed_headers = {kHeaders, 1};
  cors.value.max_age = 60;
  start();
  auto preflight = [&](const std::string& origin, const std::string& headers) {
    TestClient client(socket_path);
    client.send("OPTIONS /v1/traces HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: " + origin +
                "\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: " + headers + "\r\n\r\n");
    EXPECT_TRUE(process.until([&] { return client.closed(); }));
    return client.received();
  };
  const std::string allowed = preflight("http://a.example.com", "content-type, x-key");
  EXPECT_NE(allowed.find("204 No Content"), std::string::npos);
  for (const char* line :
       {"Access-Control-Allow-Origin: http://a.example.com\r\n", "Access-Control-Allow-Methods: POST\r\n",
        "Access-Control-Allow-Headers: content-type, x-key\r\n", "Access-Control-Max-Age: 60\r\n",
        "Access-Control-Allow-Credentials: true\r\n"})
    EXPECT_NE(allowed.find(line), std::string::npos) << line;
  for (const std::string& refused :
       {preflight("http://example.org", "x-key"), preflight("http://a.example.com", "x-other"),
        preflight("https://exact.test.evil", "x-key")}) {
    EXPECT_NE(refused.find("204 No Content"), std::string::npos);
    EXPECT_EQ(refused.find("Allow-Origin"), std::string::npos) << refused;
  }
  EXPECT_NE(post("/v1/traces", std::string(kJson) + "Origin: https://exact.test\r\n", kSpan)
                .find("Access-Control-Allow-Origin: https://exact.test\r\n"),
            std::string::npos);
}

}  // namespace
