// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/http1.h"

#include <gtest/gtest.h>
#include <string>

using namespace whittle;

namespace {

int status_of(std::string text, Http1Head* out = nullptr) {
  static std::string kept;
  kept = std::move(text);
  auto end = find_http1_head(kept, 0);
  if (!end) return end.error().code == Errc::Truncated ? -1 : end.error().code == Errc::TooLarge ? 431 : 400;
  Http1Head head;
  const int status = parse_http1_head(kept.data(), *end, head);
  if (out) *out = head;
  return status;
}

struct HeadCase {
  const char* name;
  const char* text;
  int status;  // -1: more is needed
};

constexpr HeadCase kHeads[] = {
    {"plain", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"empty lines in front", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"absolute form", "POST http://a:1/v1/traces?x=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 0},
    {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"1.0 without a host", "GET / HTTP/1.0\r\n\r\n", 0},
    {"same length twice", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", 0},
    {"chunked in capitals", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", 0},
    {"cut short", "GET / HTTP/1.1\r\nHost: a\r\n", -1},
    {"nothing", "", -1},
    {"bare line feed", "GET / HTTP/1.1\nHost: a\n\n", 400},
    {"bare line feed between", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", 400},
    {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
    {"version 2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
    {"version 1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
    {"method with a slash", "GE/T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"target without a slash", "GET foo HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"connect", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 405},
    {"blank before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
    {"no colon", "GET / HTTP/1.1\r\nHost: a\r\nfoo\r\n\r\n", 400},
    {"folded line", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400},
    {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
    {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    {"two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400},
    {"list of lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", 400},
    {"signed length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", 400},
    {"empty length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400},
    {"huge length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999999\r\n\r\n", 400},
    {"length and chunked", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
     400},
    {"chunked twice", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     400},
    {"chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"other coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
    {"nearly chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 501},
    {"other expectation", "POST / HTTP/1.1\r\nHost: a\r\nExpect: soup\r\n\r\n", 417},
    {"carriage return in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400},
    {"escape in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\x1b: a\r\n\r\n", 400},
    {"high byte in the target", "GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", 400},
};

TEST(Http1Head, Table) {
  for (const HeadCase& c : kHeads) EXPECT_EQ(status_of(c.text), c.status) << c.name;
}

TEST(Http1Head, NulBytes) {
  EXPECT_EQ(status_of(std::string("GET / HTTP/1.1\r\nHost: a\0\r\n\r\n", 28)), 400);
  EXPECT_EQ(status_of(std::string("GE\0T / HTTP/1.1\r\nHost: a\r\n\r\n", 28)), 400);
}

TEST(Http1Head, Fields) {
  Http1Head head;
  ASSERT_EQ(status_of("POST /v1/traces?a=b HTTP/1.1\r\nHOST: example.com\r\nContent-LENGTH: "
                      "12\r\nX-Empty:\r\nConnection: foo, Close\r\nExpect: 100-Continue\r\n\r\n",
                      &head),
            0);
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.path, "/v1/traces");
  EXPECT_EQ(head.query, "a=b");
  EXPECT_EQ(head.host, "example.com");
  EXPECT_EQ(head.length, 12u);
  EXPECT_TRUE(head.has_length);
  EXPECT_FALSE(head.keep_alive);
  EXPECT_TRUE(head.expects_continue);
  ASSERT_EQ(head.headers.size(), 5u);
  EXPECT_EQ(head.headers[1].name, "content-length");
  EXPECT_EQ(head.headers[2].value, "");
  ASSERT_EQ(status_of("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", &head), 0);
  EXPECT_TRUE(head.keep_alive);
  ASSERT_EQ(status_of("GET / HTTP/1.0\r\n\r\n", &head), 0);
  EXPECT_FALSE(head.keep_alive);
  ASSERT_EQ(status_of("GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n", &head), 0);
  EXPECT_EQ(head.path, "/");
  EXPECT_EQ(head.query, "q");
}

TEST(Http1Head, TooLargeAndTooMany) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(70000, 'x')), 431);
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 300; ++i) many += "X: y\r\n";
  EXPECT_EQ(status_of(many + "\r\n"), 431);
}

// However a head is cut, its end is found at the same place, and never before it is there.
TEST(Http1Head, FoundInPieces) {
  const std::string text = "\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
  const size_t end = text.find("\r\n\r\n") + 4;
  for (size_t first = 0; first <= text.size(); ++first) {
    size_t seen = 0;
    for (size_t n : {first, text.size()}) {
      auto found = find_http1_head(Text(text).substr(0, n), seen);
      if (n >= end) {
        ASSERT_TRUE(found) << first;
        EXPECT_EQ(*found, end);
        break;
      }
      ASSERT_FALSE(found);
      EXPECT_EQ(found.error().code, Errc::Truncated);
      seen = n;
    }
  }
}

std::string decode(const std::string& in, size_t step, ChunkedDecoder::Status& last, size_t& used) {
  ChunkedDecoder decoder;
  std::string out;
  used = 0;
  last = ChunkedDecoder::Status::NeedMore;
  for (size_t at = 0; at < in.size(); at += step) {
    Bytes piece = as_bytes(Text(in).substr(at, step));
    for (;;) {
      const auto s = decoder.next(piece);
      last = s.status;
      out.append(as_text(s.data));
      used += s.consumed;
      piece = piece.subspan(s.consumed);
      if (s.status == ChunkedDecoder::Status::Done || s.status == ChunkedDecoder::Status::Bad) return out;
      if (s.status == ChunkedDecoder::Status::NeedMore) break;
    }
  }
  return out;
}

TEST(Chunked, AllSteps) {
  const std::string text = "5\r\nhello\r\n1;name=value\r\n \r\nA \r\nwide world\r\n0\r\nTrailer: x\r\n\r\n";
  for (size_t step = 1; step <= text.size(); ++step) {
    ChunkedDecoder::Status last;
    size_t used;
    EXPECT_EQ(decode(text + "GET", step, last, used), "hello wide world");
    EXPECT_EQ(last, ChunkedDecoder::Status::Done);
    EXPECT_EQ(used, text.size());
  }
  for (size_t n = 0; n < text.size(); ++n) {
    ChunkedDecoder::Status last;
    size_t used;
    decode(text.substr(0, n), 7, last, used);
    EXPECT_TRUE(last == ChunkedDecoder::Status::NeedMore || last == ChunkedDecoder::Status::Data) << n;
  }
}

TEST(Chunked, Bad) {
  for (const char* text : {"g\r\n", "\r\n", "-1\r\n", "5\nhello", "5\r\nhelloX", "5\r\nhello\rX", "5\r\nhello\n",
                           "1000000000000000\r\n", "0\r\nTrailer\n\r\n", "0\r\n\n", "5;x\nhello"}) {
    ChunkedDecoder::Status last;
    size_t used;
    decode(text, 100, last, used);
    EXPECT_EQ(last, ChunkedDecoder::Status::Bad) << text;
  }
  ChunkedDecoder::Status last;
  size_t used;
  decode("1;" + std::string(20000, 'x') + "\r\na\r\n", 100, last, used);
  EXPECT_EQ(last, ChunkedDecoder::Status::Bad);
}

}  // namespace
