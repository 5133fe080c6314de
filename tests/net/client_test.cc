// SPDX-License-Identifier: Apache-2.0
// The HTTP client against our own server, in one process and one loop, with and without TLS.
#include "runtime/http/client.h"
#include "runtime/http/configured.h"
#include "tests/net/test_peer.h"

#include <filesystem>
#include <map>

using namespace whittle;

namespace {

std::string testdata(const char* name) {
  return (std::filesystem::path(TEST_DIRECTORY) / "testdata" / name).string();
}
Str str(const std::string& s) {
  return {s.data(), s.size()};
}

struct Got {
  int calls = 0;
  int status = -1;
  Errc error = Errc::System;
  std::string error_text, body;
  std::map<std::string, std::string> headers;
  static void done(void* self, const HttpResponse& r) {
    auto& got = *static_cast<Got*>(self);
    ++got.calls;
    got.status = r.status;
    got.error = r.error;
    got.error_text = r.error_text;
    got.body = as_text(r.body);
    for (const HttpHeader& h : r.headers) got.headers[std::string(h.name)] = h.value;
  }
};

struct ClientTest : testing::Test {
  TestProcess process;
  std::unique_ptr<HttpClient> client;
  std::unique_ptr<HttpServer> server;
  ServerOptions options;
  config::TlsServer tls = {};
  TlsServerOptions tls_options;
  std::string cert = testdata("server.pem"), key = testdata("server.key"), ca = testdata("ca.pem");
  std::string client_cert = testdata("client.pem"), client_key = testdata("client.key");
  size_t answer_size = 0;
  bool saw_http2 = false;
  int moved_status = 307;

  void start(bool with_tls) {
    options.component = "test";
    options.endpoint = "127.0.0.1:0";
    if (with_tls) {
      tls.cert_file = str(cert);
      tls.key_file = str(key);
      tls_options = {&tls, true};
      options.tls = &tls_options;
    }
    ServerHandler handler = {.self = this,
                             .head =
                                 [](void* self, ServerRequest& q, ServerReply& a) {
                                   if (q.path == "/moved") {
                                     a.status = static_cast<ClientTest*>(self)->moved_status;
                                     a.header("location", "/here");
                                     return false;
                                   }
                                   q.body.expect(q.length, 1 << 26);
                                   return true;
                                 },
                             .whole =
                                 [](void* self, ServerRequest& q, ServerReply& a) {
                                   auto& t = *static_cast<ClientTest*>(self);
                                   t.saw_http2 = q.http2;
                                   a.header("x-method", q.method);
                                   a.header("x-path", q.path);
                                   a.header("x-type", q.header("content-type"));
                                   a.header("x-host", q.authority);
                                   a.header("x-own", q.header("x-own"));
                                   if (t.answer_size > 0) a.body.append(Text(std::string(t.answer_size, 'z')));
                                   else a.body.append(q.body.bytes());
                                 },
                             .too_large = [](void*, ServerRequest&, ServerReply& a) { a.status = 413; }};
    server = std::make_unique<HttpServer>(process.runtime, options, handler);
    ASSERT_TRUE(server->start());
    client = std::make_unique<HttpClient>(process.runtime);
  }
  void TearDown() override {
    client.reset();
    server.reset();
  }

  HttpRequest request(const char* scheme, const char* host, const char* path) {
    static std::string url;
    url = std::string(scheme) + "://" + host + ":" + std::to_string(server ? server->port() : 1) + path;
    HttpRequest r;
    r.url = url;
    r.timeout_ns = 5'000'000'000;
    return r;
  }
  Got run(HttpRequest&& r) {
    Got got;
    client->send(std::move(r), Got::done, &got);
    EXPECT_EQ(got.calls, 0) << "never from inside send()";
    EXPECT_EQ(client->in_flight(), 1u);
    EXPECT_TRUE(process.until([&] { return got.calls > 0; }));
    EXPECT_EQ(client->in_flight(), 0u);
    return got;
  }
};

TEST_F(ClientTest, Methods) {
  start(false);
  for (const char* method : {"GET", "POST", "PUT", "DELETE"}) {
    HttpRequest r = request("http", "127.0.0.1", "/a?b=c");
    r.method = method;
    r.headers.push_back({"x-own", "value"});
    if (r.method != "GET") r.body.append(Text("hello"));
    Got got = run(std::move(r));
    EXPECT_EQ(got.status, 200) << got.error_text;
    EXPECT_EQ(got.headers["x-method"], method);
    EXPECT_EQ(got.headers["x-path"], "/a");
    EXPECT_EQ(got.headers["x-own"], "value");
    EXPECT_EQ(got.headers["x-type"], "") << "none is invented";
    EXPECT_EQ(got.body, got.headers["x-method"] == "GET" ? "" : "hello");
  }
  EXPECT_EQ(server->connection_count(), 1u) << "the connection is used again";
}

TEST_F(ClientTest, LargeBodiesBothWays) {
  start(false);
  HttpRequest r = request("http", "localhost", "/");
  const std::string body(5'000'000, 'q');
  r.body.append(Text(body));
  Got got = run(std::move(r));
  EXPECT_EQ(got.status, 200) << got.error_text;
  EXPECT_EQ(got.body, body.substr(0, 1 << 20)) << "at most 1 MiB of an answer is kept";
  EXPECT_EQ(run(request("http", "localhost", "/")).status, 200) << "and the connection lives on";
  EXPECT_EQ(server->connection_count(), 1u);
}

TEST_F(ClientTest, BodyInPieces) {
  start(false);
  for (int i = 0; i < 2; ++i) {
    HttpRequest r = request("http", "127.0.0.1", "/");
    std::string all;
    for (size_t n : {size_t{5}, size_t{0}, size_t{300'000}, size_t{1}}) {
      const std::string piece(n, static_cast<char>('a' + n % 26));
      all += piece;
      BufferRef buffer = BufferRef::copy(as_bytes(piece));
      const Bytes bytes = {buffer.data(), piece.size()};
      r.slices.push_back({buffer, bytes});
    }
    Got got = run(std::move(r));
    EXPECT_EQ(got.status, 200) << got.error_text;
    EXPECT_EQ(got.body, all);
  }
}

// After 301, 302 and 303 curl would ask with GET, and the 200 behind them would pass for a delivery.
TEST_F(ClientTest, ARedirectIsNoDelivery) {
  start(false);
  for (int status : {301, 302, 303, 307, 308})
    for (const char* method : {"POST", "PUT"}) {
      moved_status = status;
      HttpRequest r = request("http", "127.0.0.1", "/moved");
      r.method = method;
      r.body.append(Text("not again"));
      Got got = run(std::move(r));
      EXPECT_EQ(got.status, status) << method;
      EXPECT_EQ(got.headers["location"], "/here");
      EXPECT_EQ(got.headers.count("x-path"), 0u) << "nobody went there";
    }
}

TEST_F(ClientTest, RedirectedQuestion) {
  start(false);
  HttpRequest r = request("http", "127.0.0.1", "/moved");
  r.method = "GET";
  Got got = run(std::move(r));
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.headers["x-path"], "/here");
  EXPECT_EQ(got.headers.count("location"), 0u) << "headers are the last answer's";
}

TEST_F(ClientTest, Proxy) {
  start(false);
  const std::string proxy = "http://127.0.0.1:" + std::to_string(server->port());
  HttpRequest r;
  r.url = "http://backend.test/v1/traces";
  r.proxy = proxy;
  r.body.append(Text("through"));
  Got got = run(std::move(r));
  EXPECT_EQ(got.status, 200) << got.error_text;
  EXPECT_EQ(got.headers["x-path"], "/v1/traces");
  EXPECT_EQ(got.headers["x-host"], "backend.test");
  EXPECT_EQ(got.body, "through");
}

TEST_F(ClientTest, UnixSocket) {
  start(false);
  const std::string path = testing::TempDir() + "client_test." + std::to_string(getpid());
  HttpRequest r;
  r.url = "http://localhost/x";
  r.unix_socket = path;
  options.endpoint = path;
  options.transport = "unix";
  HttpServer here(process.runtime, options, server->handler());
  ASSERT_TRUE(here.start());
  Got got = run(std::move(r));
  EXPECT_EQ(got.status, 200) << got.error_text;
  client.reset();  // its connection ends before the server does
}

TEST_F(ClientTest, CertificatesAreReadAgain) {
  const std::string copy = testing::TempDir() + "reload." + std::to_string(getpid()) + ".pem";
  std::filesystem::copy_file(cert, copy, std::filesystem::copy_options::overwrite_existing);
  cert = copy;
  tls.reload_interval = 1;
  start(true);
  auto ask = [&] {
    ClientTls trust;
    trust.ca_file = ca;
    HttpRequest r = request("https", "localhost", "/");
    r.tls = &trust;
    return run(std::move(r)).status;
  };
  EXPECT_EQ(ask(), 200);
  client = std::make_unique<HttpClient>(process.runtime);
  FILE* f = fopen(copy.c_str(), "w");
  fputs("broken", f);
  fclose(f);
  process.log.level = static_cast<LogLevel>(4);  // the error is expected
  EXPECT_EQ(ask(), 200) << "the old certificate serves on";
  unlink(copy.c_str());
}

TEST_F(ClientTest, ManyAtOnce) {
  start(false);
  std::vector<Got> all(50);
  for (Got& got : all) {
    HttpRequest r = request("http", "127.0.0.1", "/");
    r.body.append(Text("hello"));
    client->send(std::move(r), Got::done, &got);
  }
  ASSERT_TRUE(process.until([&] { return client->in_flight() == 0; }));
  for (const Got& got : all) EXPECT_EQ(got.body, "hello");
}

TEST_F(ClientTest, NobodyThere) {
  client = std::make_unique<HttpClient>(process.runtime);
  Got got = run(request("http", "127.0.0.1", "/"));
  EXPECT_EQ(got.status, 0);
  EXPECT_EQ(got.error, Errc::Network);
  EXPECT_NE(got.error_text, "");
}

TEST_F(ClientTest, Timeout) {
  // Accepts by the kernel's backlog alone: nobody answers.
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(fd, 5), 0);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  client = std::make_unique<HttpClient>(process.runtime);
  HttpRequest r;
  const std::string url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
  r.url = url;
  r.timeout_ns = 50'000'000;
  Got got = run(std::move(r));
  EXPECT_EQ(got.status, 0);
  EXPECT_EQ(got.error, Errc::Timeout);
  close(fd);
}

TEST_F(ClientTest, TlsAndHttp2) {
  start(true);
  ClientTls trust;
  trust.ca_file = ca;
  for (int i = 0; i < 3; ++i) {
    HttpRequest r = request("https", "localhost", "/v1/traces");
    r.tls = &trust;
    r.body.append(Text(std::string(100'000, 'b')));
    Got got = run(std::move(r));
    ASSERT_EQ(got.status, 200) << got.error_text;
    EXPECT_EQ(got.body.size(), 100'000u);
    EXPECT_TRUE(saw_http2);
  }
  EXPECT_EQ(server->connection_count(), 1u);
}

TEST_F(ClientTest, ConnectionSettings) {
  start(true);
  ClientTls trust;
  trust.ca_file = ca;
  auto ask = [&](bool keep_alive, bool http2) {
    HttpRequest r = request("https", "localhost", "/");
    r.tls = &trust;
    r.keep_alive = keep_alive;
    r.http2 = http2;
    r.max_connections = 3;
    r.idle_timeout_ns = 0;
    return run(std::move(r)).status;
  };
  EXPECT_EQ(ask(true, false), 200);
  EXPECT_FALSE(saw_http2);
  EXPECT_EQ(server->connection_count(), 1u);
  client = std::make_unique<HttpClient>(process.runtime);
  EXPECT_EQ(ask(false, true), 200);
  EXPECT_TRUE(saw_http2);
  EXPECT_TRUE(process.until([&] { return server->idle(); })) << "closed after the answer";
}

TEST_F(ClientTest, TlsAsPemText) {
  start(true);
  std::string pem;
  {
    FILE* f = fopen(ca.c_str(), "r");
    char buffer[4096];
    pem.assign(buffer, fread(buffer, 1, sizeof buffer, f));
    fclose(f);
  }
  ClientTls trust;
  trust.ca_pem = pem;
  HttpRequest r = request("https", "127.0.0.1", "/");
  r.tls = &trust;
  Got got = run(std::move(r));
  EXPECT_EQ(got.status, 200) << got.error_text;
}

TEST_F(ClientTest, TlsVersions) {
  tls.max_version = config::TlsCommonMaxVersion::V12;
  start(true);
  ClientTls trust;
  trust.ca_file = ca;
  HttpRequest r = request("https", "localhost", "/");
  r.tls = &trust;
  EXPECT_EQ(run(std::move(r)).status, 200);
  ClientTls newest = trust;
  newest.min_version = "1.3";
  HttpRequest refused = request("https", "localhost", "/");
  refused.tls = &newest;
  EXPECT_EQ(run(std::move(refused)).status, 0);
}

TEST_F(ClientTest, UntrustedServerIsRefused) {
  start(true);
  ClientTls other;
  other.ca_file = client_cert;  // some certificate that signed nothing
  HttpRequest r = request("https", "localhost", "/");
  r.tls = &other;
  Got got = run(std::move(r));
  EXPECT_EQ(got.status, 0);
  EXPECT_EQ(got.error, Errc::Network);
  ClientTls careless;
  careless.insecure_skip_verify = true;
  HttpRequest believed = request("https", "localhost", "/");
  believed.tls = &careless;
  EXPECT_EQ(run(std::move(believed)).status, 200);
}

TEST_F(ClientTest, ServerNameOverride) {
  start(true);
  ClientTls trust;
  trust.ca_file = ca;
  trust.server_name_override = "collector.test";
  HttpRequest r = request("https", "127.0.0.1", "/x");
  r.tls = &trust;
  Got got = run(std::move(r));
  EXPECT_EQ(got.status, 200) << got.error_text;
  EXPECT_EQ(got.headers["x-host"], "127.0.0.1:" + std::to_string(server->port()));
  trust.server_name_override = "elsewhere.test";
  HttpRequest wrong = request("https", "127.0.0.1", "/x");
  wrong.tls = &trust;
  EXPECT_EQ(run(std::move(wrong)).status, 0);
}

TEST_F(ClientTest, ClientCertificates) {
  tls.client_ca_file = str(ca);
  start(true);
  ClientTls trust;
  trust.ca_file = ca;
  HttpRequest without = request("https", "localhost", "/");
  without.tls = &trust;
  EXPECT_EQ(run(std::move(without)).status, 0);
  ClientTls with = trust;
  with.cert_file = client_cert;
  with.key_file = client_key;
  HttpRequest r = request("https", "localhost", "/");
  r.tls = &with;
  Got got = run(std::move(r));
  EXPECT_EQ(got.status, 200) << got.error_text;
}

TEST_F(ClientTest, MissingRootsAreTold) {
  start(true);
  process.log.level = LogLevel::Error;
  ClientTls nothing;
  nothing.ca_file = "/nonexistent/ca.pem";
  HttpRequest r = request("https", "localhost", "/");
  r.tls = &nothing;
  Got got = run(std::move(r));
  EXPECT_EQ(got.status, 0);
}

}  // namespace
