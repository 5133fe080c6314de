// SPDX-License-Identifier: Apache-2.0
// The HTTP/1.1 server over sockets: however requests are cut into pieces the answers are the same.
#include "runtime/base/memory.h"
#include "runtime/base/outgoing.h"
#include "tests/net/test_peer.h"

#include <fcntl.h>
#include <sys/resource.h>

using namespace whittle;

namespace {

// Answers with what it got: method, path and body.
struct Echo {
  uint64_t limit = 1 << 20;
  int wholes = 0;

  ServerHandler handler() {
    return {.self = this,
            .head =
                [](void* self, ServerRequest& q, ServerReply& a) {
                  if (q.path == "/none") {
                    a.status = 404;
                    return false;
                  }
                  q.body.expect(q.length, static_cast<Echo*>(self)->limit);
                  return true;
                },
            .whole =
                [](void* self, ServerRequest& q, ServerReply& a) {
                  ++static_cast<Echo*>(self)->wholes;
                  a.header("content-type", "text/plain");
                  a.body.append(q.method);
                  a.body.append(q.path);
                  a.body.byte('|');
                  a.body.append(q.body.bytes());
                },
            .too_large = [](void*, ServerRequest&, ServerReply& a) { a.status = 413; }};
  }
};

struct ServerTest : testing::Test {
  TestProcess process;
  Echo echo;
  ServerOptions options;
  std::unique_ptr<HttpServer> server;

  void SetUp() override {
    options.component = "test";
    options.endpoint = "127.0.0.1:0";
  }
  void start() {
    server = std::make_unique<HttpServer>(process.runtime, options, echo.handler());
    ASSERT_TRUE(server->start());
  }
  // The text of all answers without their Date headers.
  static std::string stable(std::string text) {
    for (size_t at; (at = text.find("Date: ")) != std::string::npos;) text.erase(at, 37);
    return text;
  }
};

constexpr const char* kRequests =
    "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
    "POST /b?q HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    "GET /c HTTP/1.1\r\nHost: x\r\n\r\n"
    "POST /none HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nxyz"
    "HEAD /d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
constexpr const char* kAnswers =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\nPOST/a|hello"
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\nPOST/b|abcde"
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nGET/c|"
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\nConnection: close\r\n\r\n";

TEST_F(ServerTest, SplitAtEveryByte) {
  start();
  const std::string all = kRequests;
  for (size_t cut = 0; cut <= all.size(); ++cut) {
    TestClient client(server->port());
    client.send(std::string_view(all).substr(0, cut));
    for (int i = 0; i < 3; ++i) process.loop.step(0);
    client.send(std::string_view(all).substr(cut));
    ASSERT_TRUE(process.until([&] { return client.closed(); })) << cut;
    ASSERT_EQ(stable(client.received()), kAnswers) << cut;
  }
  EXPECT_TRUE(process.until([&] { return server->idle(); }));
}

TEST_F(ServerTest, ByteByByte) {
  start();
  TestClient client(server->port());
  for (const char* c = kRequests; *c; ++c) {
    client.send({c, 1});
    process.loop.step(0);
  }
  ASSERT_TRUE(process.until([&] { return client.closed(); }));
  EXPECT_EQ(stable(client.received()), kAnswers);
}

TEST_F(ServerTest, Malformed) {
  start();
  for (const char* text :
       {"\x16\x03\x01\x02", "GET / HTTP/1.1\nHost: x\n\n", "GET / HTTP/1.1\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "GET / HTTP/3.0\r\nHost: x\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxxxxxxxxxxxxxxxxxxxxx", "PRI * HTTP/2.0\r\n\r\nSMM"}) {
    TestClient client(server->port());
    client.send(text);
    client.end();
    EXPECT_TRUE(process.until([&] { return client.closed(); })) << text;
    EXPECT_EQ(client.received().find("200"), std::string::npos) << text;
  }
  EXPECT_EQ(echo.wholes, 0);
  EXPECT_TRUE(process.until([&] { return server->idle(); }));
}

TEST_F(ServerTest, TooLarge) {
  echo.limit = 10;
  start();
  for (const char* text : {"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello",
                           "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n"}) {
    TestClient client(server->port());
    client.send(text);
    ASSERT_TRUE(process.until([&] { return client.received().find("413") != std::string::npos; }));
  }
  EXPECT_EQ(echo.wholes, 0);
}

TEST_F(ServerTest, ContinueIsSaid) {
  start();
  TestClient client(server->port());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(process.until([&] { return client.received() == "HTTP/1.1 100 Continue\r\n\r\n"; }));
  client.send("hello");
  ASSERT_TRUE(process.until([&] { return client.received().find("POST/a|hello") != std::string::npos; }));
}

TEST_F(ServerTest, LargeBodyIsWhole) {
  echo.limit = 64 << 20;
  start();
  TestClient client(server->port());
  std::string body(5 << 20, 'x');
  for (size_t i = 0; i < body.size(); i += 1000) body[i] = static_cast<char>('a' + i / 1000 % 26);
  std::string request =
      "POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body;
  size_t sent = 0;
  std::string all;
  while (sent < request.size()) {
    const size_t n = std::min<size_t>(50000, request.size() - sent);
    client.send(std::string_view(request).substr(sent, n));
    sent += n;
    for (int i = 0; i < 4; ++i) process.loop.step(0);
  }
  ASSERT_TRUE(process.until([&] { return client.closed(); }));
  const std::string& got = client.received();
  ASSERT_NE(got.find("\r\n\r\n"), std::string::npos);
  EXPECT_EQ(got.substr(got.find("\r\n\r\n") + 4), "POST/a|" + body);
}

TEST_F(ServerTest, TimeoutsCloseConnections) {
  options.read_header_timeout = 1'000'000;
  options.idle_timeout = 1'000'000;
  start();
  TestClient slow(server->port()), idle(server->port());
  slow.send("GET / HT");
  idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(process.until([&] { return slow.closed() && idle.closed(); }));
  EXPECT_EQ(slow.received(), "");
  EXPECT_NE(idle.received().find("200 OK"), std::string::npos);
}

// Whoever says nothing, or a head without its end, a byte at a time, does not keep the connection; HTTP/2's preface
// likewise.
TEST_F(ServerTest, TheFirstHeadHasADeadline) {
  options.first_head_timeout = 50'000'000;
  for (bool grpc : {false, true}) {
    options.grpc = grpc;
    start();
    for (const char* text : {"", "GET / HT", "PRI * HTTP/2.0\r\n\r\nSM\r"}) {
      TestClient client(server->port());
      client.send(text);
      EXPECT_TRUE(process.until([&] { return client.closed(); })) << text;
    }
    TestClient slow(server->port());
    slow.send("GET /a HTTP/1.1\r\nHost: x\r\n");
    EXPECT_TRUE(process.until([&] {
      if (!grpc) slow.send("a");
      return slow.closed();
    }));
  }
}

// Connections leave descriptors for those who send.
TEST_F(ServerTest, ConnectionsLeaveDescriptors) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const int highest = open("/dev/null", O_RDONLY);
  rlimit few = {static_cast<rlim_t>(highest) + 64 + 20, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  start();
  std::vector<std::unique_ptr<TestClient>> clients;
  size_t closed = 0;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(std::make_unique<TestClient>(server->port()));
    for (int n = 0; n < 3; ++n) process.loop.step(0);
    if (clients.back()->closed()) ++closed;
  }
  const int spare = open("/dev/null", O_RDONLY);
  EXPECT_GE(spare, 0);
  EXPECT_GT(closed, 10u);
  EXPECT_LT(server->connection_count(), 20u);
  EXPECT_GT(server->connection_count(), 3u);
  for (int fd : {highest, spare}) close(fd);
  clients.clear();
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST_F(ServerTest, DrainEndsIdleConnectionsAndLetsRequestsFinish) {
  start();
  TestClient idle(server->port()), busy(server->port());
  idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  busy.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
  ASSERT_TRUE(process.until([&] { return !idle.received().empty(); }));
  for (int i = 0; i < 5; ++i) process.loop.step(0);
  server->drain();
  EXPECT_FALSE(server->idle());
  ASSERT_TRUE(process.until([&] { return idle.closed(); }));
  busy.send("llo");
  ASSERT_TRUE(process.until([&] { return busy.closed(); }));
  EXPECT_NE(busy.received().find("Connection: close\r\n\r\nPOST/a|hello"), std::string::npos);
  EXPECT_TRUE(process.until([&] { return server->idle(); }));
}

// Reading waits while much is held and half of it is to be sent: until there is room, or for fifty milliseconds.
TEST_F(ServerTest, ReadingWaitsForWhatIsOnItsWayOut) {
  start();
  Booking much(8 << 20);
  Outgoings outgoing;
  process.loop.hold_clock(process.loop.clock());
  auto answered = [&](TestClient& client) {
    for (int i = 0; i < 50; ++i) process.loop.step(0);
    return !client.received().empty();
  };
  enum { NothingGoes, GoesSoon, Stays };
  for (int what : {NothingGoes, GoesSoon, Stays}) {
    outgoing += what == NothingGoes ? 1 << 20 : 4 << 20;
    TestClient client(server->port());
    client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(answered(client), what == NothingGoes);
    if (what == GoesSoon) outgoing -= outgoing;
    process.loop.advance(process.loop.clock() + 2'000'000);
    EXPECT_EQ(answered(client), what != Stays);
    process.loop.advance(process.loop.clock() + 60'000'000);
    EXPECT_TRUE(answered(client));
    outgoing -= outgoing;
  }
}

TEST_F(ServerTest, KeepAlivesCanBeOff) {
  options.keep_alives = false;
  start();
  TestClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(process.until([&] { return client.closed(); }));
  EXPECT_NE(client.received().find("Connection: close"), std::string::npos);
}

TEST_F(ServerTest, HttpOnAGrpcPortIsTold) {
  options.grpc = true;
  start();
  TestClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(process.until([&] { return client.received().find("this port speaks gRPC") != std::string::npos; }));
}

// A frame of HTTP/2; types 0 DATA, 1 HEADERS, 4 SETTINGS, 7 GOAWAY; flags 1 END_STREAM, 4 END_HEADERS.
std::string frame(uint8_t type, uint8_t flags, uint8_t stream, std::string_view payload) {
  std::string out = {0, 0, static_cast<char>(payload.size()), static_cast<char>(type), static_cast<char>(flags), 0,
                     0, 0, static_cast<char>(stream)};
  return out += payload;
}

// The types of the frames in `in`.
std::string types_of(const std::string& in) {
  std::string types;
  auto byte = [&](size_t at) { return static_cast<uint8_t>(in[at]); };
  for (size_t at = 0; at + 9 <= in.size();
       at += 9 + (size_t{byte(at)} << 16) + (size_t{byte(at + 1)} << 8) + byte(at + 2))
    types += static_cast<char>('0' + byte(at + 3));
  return types;
}

// A client that has not yet read the limit of streams sends more, and their bodies at once: those are refused, the
// connection and the others go on.
TEST_F(ServerTest, TheBodyOfARefusedStreamIsNoError) {
  options.max_concurrent_streams = 1;
  start();
  const std::string head = "\x83\x86\x84\x41\x01x";  // POST http / x
  TestClient client(server->port());
  client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, "") + frame(1, 4, 1, head) + frame(1, 4, 3, head) +
              frame(0, 0, 3, "abc"));
  ASSERT_TRUE(process.until([&] { return types_of(client.received()).find('3') != std::string::npos; }));
  client.send(frame(0, 1, 1, "one"));
  ASSERT_TRUE(process.until([&] { return client.received().find("POST/|one") != std::string::npos; }));
  client.send(frame(1, 4, 5, head) + frame(0, 1, 3, "def") + frame(0, 1, 5, "two"));
  ASSERT_TRUE(
      process.until([&] { return client.received().find("POST/|two") != std::string::npos || client.closed(); }));
  EXPECT_EQ(types_of(client.received()).find('7'), std::string::npos);
  EXPECT_EQ(echo.wholes, 2);
}

// HTTP/2's streams have the deadlines that HTTP/1.1's requests have: for a head that does not end, for a body that does
// not end, for an answer that is not taken. The stream is reset, and others of the connection go on.
TEST_F(ServerTest, TimeoutsOfStreams) {
  options.first_head_timeout = 50'000'000;
  options.read_timeout = options.write_timeout = 50'000'000;
  options.idle_timeout = 10'000'000'000;
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", head = "\x83\x86\x84\x41\x01x";  // POST http / x
  for (bool grpc : {false, true}) {
    options.grpc = grpc;
    start();
    TestClient endless(server->port());
    endless.send(preface + frame(4, 0, 0, "") + frame(1, 0, 1, head));
    EXPECT_TRUE(process.until([&] { return endless.closed(); }));
  }
  options.grpc = false;
  start();
  TestClient slow(server->port());
  slow.send(preface + frame(4, 0, 0, "") + frame(1, 4, 1, head) + frame(0, 0, 1, "abc"));
  ASSERT_TRUE(process.until([&] { return types_of(slow.received()).find('3') != std::string::npos; }));
  slow.send(frame(1, 4, 3, head) + frame(0, 1, 3, "two"));
  ASSERT_TRUE(process.until([&] { return slow.received().find("POST/|two") != std::string::npos || slow.closed(); }));
  EXPECT_EQ(types_of(slow.received()).find('7'), std::string::npos);

  // With a window of no byte the answer stays where it is.
  TestClient shut(server->port());
  shut.send(preface + frame(4, 0, 0, std::string("\0\4\0\0\0\0", 6)) + frame(1, 5, 1, head));
  ASSERT_TRUE(process.until([&] { return types_of(shut.received()).find('3') != std::string::npos; }));
  EXPECT_FALSE(shut.closed());
}

TEST(Endpoint, Split) {
  Text host;
  uint16_t port;
  ASSERT_TRUE(split_endpoint("localhost:4317", host, port));
  EXPECT_EQ(host, "localhost");
  EXPECT_EQ(port, 4317);
  ASSERT_TRUE(split_endpoint("[::1]:80", host, port));
  EXPECT_EQ(host, "::1");
  ASSERT_TRUE(split_endpoint(":0", host, port));
  EXPECT_EQ(host, "");
  for (const char* bad :
       {"", "localhost", "localhost:", "localhost:http", "::1:80", "[::1:80", "a:65536", "a:-1", "a:123456"})
    EXPECT_FALSE(split_endpoint(bad, host, port)) << bad;
}

}  // namespace
