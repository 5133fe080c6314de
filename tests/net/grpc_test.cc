// SPDX-License-Identifier: Apache-2.0
// Framing and refusals of unary calls, without a network: what the service says to whole requests.
#include "runtime/grpc/service.h"

#include <gtest/gtest.h>
#include <string>
#include <zlib.h>

using namespace whittle;

namespace {

std::string framed(const std::string& message, uint8_t flag = 0) {
  std::string out(1, static_cast<char>(flag));
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(message.size() >> shift);
  return out + message;
}

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

struct Call {
  std::string path = "/pkg.Service/Echo";
  std::string type = "application/grpc";
  std::string body;
  std::string encoding, timeout;
  std::string method = "POST";
  size_t pieces = 1000;
};

// "status http:grpc message" or "ok body".
std::string run(const Call& call) {
  Loop loop;
  GrpcService service(loop, 100);
  service.add({"pkg.Service", "Echo",
               [](void*, ServerRequest& q, const BufferRef&, Bytes message, Writer& answer) -> GrpcStatus {
                 if (as_text(message) == "busy") return {GrpcCode::Unavailable, "come again", 1'500'000'000};
                 if (as_text(message) == "odd") return {GrpcCode::Internal, q.arena.copy("50% of \xc3\xa4\n")};
                 answer.append(message);
                 return {};
               },
               nullptr});
  const ServerHandler handler = service.handler();
  ServerRequest q;
  ServerReply a;
  q.method = call.method;
  q.path = call.path;
  q.headers = {{"content-type", call.type}};
  if (!call.encoding.empty()) q.headers.push_back({"grpc-encoding", call.encoding});
  if (!call.timeout.empty()) q.headers.push_back({"grpc-timeout", call.timeout});
  auto tell = [&] {
    std::string out = std::to_string(a.status) + ":", message, details;
    for (const auto* list : {&a.headers, &a.trailers})
      for (const HttpHeader& h : *list) {
        if (h.name == "grpc-status") out += h.value;
        if (h.name == "grpc-message") message = h.value;
        if (h.name == "grpc-status-details-bin") details = h.value;
      }
    if (!message.empty()) out += " " + message;
    if (!details.empty()) out += " " + details;
    if (!a.body.empty()) out += " " + std::string(a.body.text());
    return out;
  };
  if (!handler.head(handler.self, q, a)) return tell();
  for (size_t at = 0; at < call.body.size(); at += call.pieces)
    if (!q.body.append(as_bytes(Text(call.body).substr(at, call.pieces)))) {
      handler.too_large(handler.self, q, a);
      return tell();
    }
  handler.whole(handler.self, q, a);
  return tell();
}

TEST(Grpc, AnswersHoweverTheMessageIsCut) {
  const std::string body = framed("hello");
  for (size_t pieces = 1; pieces < 12; ++pieces) EXPECT_EQ(run({.body = body, .pieces = pieces}), "200:0 " + body);
  EXPECT_EQ(run({.body = framed("")}), "200:0 " + framed(""));
  EXPECT_EQ(run({.type = "application/grpc+proto", .body = body}), "200:0 " + body);
  EXPECT_EQ(run({.body = framed(gzip("hello"), 1), .encoding = "gzip"}), "200:0 " + body);
  EXPECT_EQ(run({.body = framed("hello"), .encoding = "gzip"}), "200:0 " + body)
      << "the flag says whether it is compressed";
}

TEST(Grpc, Refusals) {
  EXPECT_EQ(run({.type = "text/plain"}), "415:3 invalid gRPC request content-type \"text/plain\"");
  EXPECT_EQ(run({.type = "application/grpcx"}), "415:3 invalid gRPC request content-type \"application/grpcx\"");
  EXPECT_EQ(run({.method = "GET"}), "405:13 Received a HEADERS frame with :method \"GET\" which should be POST");
  EXPECT_EQ(run({.path = "/nothing"}), "200:12 malformed method name: \"/nothing\"");
  EXPECT_EQ(run({.path = "/pkg.Other/Echo"}), "200:12 unknown service pkg.Other");
  EXPECT_EQ(run({.path = "/pkg.Service/Other"}), "200:12 unknown method Other for service pkg.Service");
  EXPECT_EQ(run({.body = framed("x"), .timeout = "5"}), "400:13 malformed grpc-timeout: 5");
  EXPECT_EQ(run({.body = ""}), "200:13 no message in a unary call");
  EXPECT_EQ(run({.body = framed("hello").substr(0, 3)}), "200:13 the message's prefix is cut short");
  EXPECT_EQ(run({.body = framed("hello").substr(0, 8)}), "200:13 the message is cut short");
  EXPECT_EQ(run({.body = framed("a") + framed("b")}), "200:13 more than one message in a unary call");
  EXPECT_EQ(run({.body = framed("x", 2)}), "200:13 grpc: received unexpected payload format 2");
  EXPECT_EQ(run({.body = framed("x", 1)}), "200:13 grpc: compressed flag set with identity or empty encoding");
  EXPECT_EQ(run({.body = framed("x", 1), .encoding = "br"}),
            "200:12 grpc: Decompressor is not installed for grpc-encoding \"br\"");
  EXPECT_EQ(run({.body = framed("x", 1), .encoding = "gzip"}),
            "200:13 grpc: failed to decompress the received message: truncated");
  for (size_t pieces : {1, 3, 1000})
    EXPECT_EQ(run({.body = framed(std::string(101, 'x')), .pieces = pieces}),
              "200:8 grpc: received message larger than max (101 vs. 100)");
  EXPECT_EQ(run({.body = framed(std::string(100, 'x'))}).substr(0, 6), "200:0 ");
  EXPECT_EQ(run({.body = framed(gzip(std::string(101, 'x')), 1), .encoding = "gzip"}),
            "200:8 grpc: received message after decompression larger than max 100");
}

TEST(Grpc, StatusOfTheMethod) {
  EXPECT_EQ(run({.body = framed("odd")}), "200:13 50%25 of %C3%A4%0A");
  const std::string busy = run({.body = framed("busy")});
  EXPECT_EQ(busy.substr(0, 17), "200:14 come again");
  EXPECT_NE(busy.find(" CA4SCmNvbWUgYWdhaW4"), std::string::npos) << busy;  // code 14, "come again", then the RetryInfo
}

struct Timeout {
  const char* text;
  bool ok;
  int64_t ns;
};

TEST(Grpc, Timeouts) {
  static constexpr Timeout kTimeouts[] = {{"1H", true, 3'600'000'000'000},
                                          {"2M", true, 120'000'000'000},
                                          {"3S", true, 3'000'000'000},
                                          {"250m", true, 250'000'000},
                                          {"7u", true, 7'000},
                                          {"99999999n", true, 99'999'999},
                                          {"99999999H", true, INT64_MAX},
                                          {"", false, 0},
                                          {"S", false, 0},
                                          {"5", false, 0},
                                          {"5s", false, 0},
                                          {"-5S", false, 0},
                                          {"123456789S", false, 0},
                                          {"1.5S", false, 0}};
  for (const Timeout& t : kTimeouts) {
    int64_t ns = 0;
    EXPECT_EQ(parse_grpc_timeout(t.text, ns), t.ok) << t.text;
    if (t.ok) {
      EXPECT_EQ(ns, t.ns) << t.text;
    }
  }
}

}  // namespace
