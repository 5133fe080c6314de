// SPDX-License-Identifier: Apache-2.0
// Values of MessagePack, and messages of the forward protocol as log records.
#include "runtime/codec/compress.h"
#include "runtime/msgpack/reader.h"
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"
#include "stdlib/receiver/fluent_forward/message.h"

#include <gtest/gtest.h>
#include <string>
#include <zlib.h>

using namespace whittle;
using namespace std::string_view_literals;
using msgpack::Kind;

namespace {

struct Single {
  Text bytes;
  Kind kind;
  int64_t integer = 0;
  Text text = {};
  uint32_t count = 0;
};
constexpr Single kSingle[] = {
    {"\xc0"sv, Kind::Nil},
    {"\xc3"sv, Kind::Bool, 1},
    {"\x7f"sv, Kind::Int, 127},
    {"\xe0"sv, Kind::Int, -32},
    {"\xcc\xff"sv, Kind::Uint, 255},
    {"\xcf\xff\xff\xff\xff\xff\xff\xff\xff"sv, Kind::Uint, -1},
    {"\xd0\x80"sv, Kind::Int, -128},
    {"\xd1\x80\x00"sv, Kind::Int, -32768},
    {"\xd2\xff\xff\xff\xfe"sv, Kind::Int, -2},
    {"\xd3\x80\x00\x00\x00\x00\x00\x00\x00"sv, Kind::Int, INT64_MIN},
    {"\xa2hi"sv, Kind::String, 0, "hi"},
    {"\xd9\x02hi"sv, Kind::String, 0, "hi"},
    {"\xda\x00\x02hi"sv, Kind::String, 0, "hi"},
    {"\xdb\x00\x00\x00\x02hi"sv, Kind::String, 0, "hi"},
    {"\xc4\x02hi"sv, Kind::Binary, 0, "hi"},
    {"\xc5\x00\x02hi"sv, Kind::Binary, 0, "hi"},
    {"\xc6\x00\x00\x00\x02hi"sv, Kind::Binary, 0, "hi"},
    {"\xd4\x05h"sv, Kind::Extension, 0, "h"},
    {"\xd5\x05hi"sv, Kind::Extension, 0, "hi"},
    {"\xc7\x02\x05hi"sv, Kind::Extension, 0, "hi"},
    {"\xc8\x00\x02\x05hi"sv, Kind::Extension, 0, "hi"},
    {"\xc9\x00\x00\x00\x02\x05hi"sv, Kind::Extension, 0, "hi"},
    {"\x93"sv, Kind::List, 0, {}, 3},
    {"\xdc\x01\x00"sv, Kind::List, 256, {}, 256},
    {"\xdd\xff\xff\xff\xff"sv, Kind::List, 0xFFFFFFFF, {}, 0xFFFFFFFF},
    {"\x82"sv, Kind::Map, 0, {}, 2},
    {"\xde\x00\x10"sv, Kind::Map, 16, {}, 16},
    {"\xdf\x00\x00\x00\x10"sv, Kind::Map, 16, {}, 16},
};

TEST(MessagePack, Values) {
  for (const Single& c : kSingle) {
    msgpack::Value v;
    size_t at = 0;
    ASSERT_EQ(msgpack::read(as_bytes(c.bytes), at, v), msgpack::Read::Ok);
    EXPECT_EQ(at, c.bytes.size());
    EXPECT_EQ(v.kind, c.kind);
    EXPECT_EQ(v.integer(), c.integer);
    EXPECT_EQ(v.text(), c.text);
    EXPECT_EQ(v.count, c.count);
    if (v.kind == Kind::Extension) EXPECT_EQ(v.extension, 5);
    for (size_t n = 0; n < c.bytes.size(); ++n) {
      at = 0;
      EXPECT_EQ(msgpack::read(as_bytes(c.bytes.substr(0, n)), at, v), msgpack::Read::Short);
      EXPECT_EQ(at, 0u);
    }
  }
  msgpack::Value v;
  size_t at = 0;
  ASSERT_EQ(msgpack::read(as_bytes("\xca\x3f\x00\x00\x00"sv), at, v), msgpack::Read::Ok);
  EXPECT_EQ(v.real(), 0.5);
  at = 0;
  ASSERT_EQ(msgpack::read(as_bytes("\xcb\x3f\xe0\x00\x00\x00\x00\x00\x00"sv), at, v), msgpack::Read::Ok);
  EXPECT_EQ(v.real(), 0.5);
  at = 0;
  EXPECT_EQ(msgpack::read(as_bytes("\xc1"sv), at, v), msgpack::Read::Malformed);
}

// Byte by byte it comes to the same end.
TEST(MessagePack, Scan) {
  constexpr Text kWhole = "\x92\x81\xa1k\x93\x01\x02\xc0\xdc\x00\x01\xa1x"
                          "rest"sv;
  msgpack::Scan scan;
  for (size_t n = 0; n < kWhole.size() - 4; ++n)
    ASSERT_EQ(scan.go(as_bytes(kWhole.substr(0, n))), msgpack::Read::Short) << n;
  EXPECT_EQ(scan.go(as_bytes(kWhole)), msgpack::Read::Ok);
  EXPECT_EQ(scan.end(), kWhole.size() - 4);
}

std::string translated(Text message, fluent::Message* told = nullptr) {
  Writer records, out, json;
  const fluent::Message m = fluent::read(as_bytes(message), records);
  if (told) *told = m;
  if (m.wrong) {
    EXPECT_TRUE(records.empty());
    return std::string("! ") + m.wrong;
  }
  fluent::finish(records, out);
  const auto counts = wire::validate(Signal::Logs, out.bytes());
  EXPECT_TRUE(counts && counts->regular && counts->items == m.records);
  wire::proto_to_json(Signal::Logs, out.bytes(), json);
  return std::string(json.text());
}

struct Case {
  const char* what;
  Text message;
  const char* has;
};
constexpr Case kCases[] = {
    {"a message", "\x93\xa1t\x05\x81\xa1k\xa1v"sv,
     R"({"timeUnixNano":"5000000000","body":{},"attributes":[{"key":"fluent.tag","value":{"stringValue":"t"}},{"key":"k","value":{"stringValue":"v"}}]})"},
    {"with nanoseconds", "\x93\xa1t\xd7\x00\x00\x00\x00\x01\x00\x00\x00\x02\x80"sv, R"("timeUnixNano":"1000000002")"},
    {"as an extension of any size", "\x93\xa1t\xc7\x08\x00\x00\x00\x00\x01\x00\x00\x00\x02\x80"sv,
     R"("timeUnixNano":"1000000002")"},
    {"a body", "\x93\xa1t\x05\x81\xa3log\xa1v"sv, R"("body":{"stringValue":"v"})"},
    {"a body and a nil", "\x93\xa1t\x05\x82\xa3log\xa1v\xa7message\xc0"sv, R"("body":{"stringValue":"v"})"},
    {"keys that are there twice", "\x93\xa1t\x05\x81\xa1m\x83\xa1k\x01\xa1l\x02\xa1k\x03"sv,
     R"({"values":[{"key":"l","value":{"intValue":"2"}},{"key":"k","value":{"intValue":"3"}}]})"},
    {"two bodies", "\x93\xa1t\x05\x82\xa3log\xa1v\xa7message\xa1w"sv, R"("body":{"stringValue":"w"})"},
    {"a body of Fluentd", "\x93\xa1t\x05\x81\xa7message\x81\xa1k\x01"sv,
     R"("body":{"kvlistValue":{"values":[{"key":"k","value":{"intValue":"1"}}]}})"},
    {"a tag in the record",
     "\x93\xa1t\x05\x81\xaa"
     "fluent.tag\xa1r"sv,
     R"([{"key":"fluent.tag","value":{"stringValue":"r"}}])"},
    {"entries",
     "\x92\xa1t\x92\x92\x01\x80\x92\x02\x81\xaa"
     "fluent.tag\xa1r"sv,
     R"({"timeUnixNano":"2000000000","body":{},"attributes":[{"key":"fluent.tag","value":{"stringValue":"t"}}]})"},
    {"no entries", "\x92\xa1t\x90"sv, "{}"},
    {"packed entries", "\x92\xa1t\xa6\x92\x01\x80\x92\x02\x80"sv, R"("timeUnixNano":"2000000000")"},
    {"in a binary", "\x92\xa1t\xc4\x06\x92\x01\x80\x92\x02\x80"sv, R"("timeUnixNano":"2000000000")"},
    {"a nil", "\x93\xa1t\x05\x81\xa1k\xc0"sv, R"({"key":"k","value":{}})"},
    {"a large number", "\x93\xa1t\x05\x81\xa1k\xcf\xff\xff\xff\xff\xff\xff\xff\xff"sv,
     R"({"stringValue":"18446744073709551615"})"},
    {"bytes",
     "\x93\xa1t\x05\x81\xc4\x01k\xc4\x02"
     "ab"sv,
     R"({"key":"k","value":{"stringValue":"ab"}})"},
    {"no UTF-8", "\x93\xa1t\x05\x81\xa1k\xa1\xff"sv, "{\"stringValue\":\"\xef\xbf\xbd\"}"},
    {"a time as a value", "\x93\xa1t\x05\x81\xa1k\xd7\x00\x00\x00\x00\x01\x00\x00\x00\x02"sv,
     R"({"stringValue":"1.000000002"})"},
    {"another extension", "\x93\xa1t\x05\x81\xa1k\xd5\xfb\x01\x02"sv, R"({"stringValue":"&{[1 2] -5}"})"},
    {"options that are nil", "\x94\xa1t\x05\x80\xc0"sv, R"("timeUnixNano":"5000000000")"},

    {"not a list", "\x80"sv, "! a message is no list that begins with a tag"},
    {"no tag", "\x93\x01\x05\x80"sv, "! a message is no list that begins with a tag"},
    {"a tag alone", "\x91\xa1t"sv, "! a message ends too early"},
    {"nothing behind the tag", "\x92\xa1t\xc0"sv, "! the second element of a message is neither a time nor entries"},
    {"no record", "\x92\xa1t\x05"sv, "! a message has a time and no record"},
    {"five elements", "\x95\xa1t\x05\x80\x80\x80"sv, "! a message has too many elements"},
    {"a record that is none", "\x93\xa1t\x05\x01"sv, "! a record is no map"},
    {"a key that is none", "\x93\xa1t\x05\x81\x01\x02"sv, "! a key in a record is no string"},
    {"a time that is none", "\x92\xa1t\x91\x92\xca\x00\x00\x00\x00\x80"sv, "! an entry begins with no time"},
    {"an extension that is no time", "\x93\xa1t\xd7\x01\x00\x00\x00\x01\x00\x00\x00\x02\x80"sv,
     "! an entry begins with no time"},
    {"an entry that is none", "\x92\xa1t\x91\x93\x01\x80\x80"sv, "! an entry is no list of a time and a record"},
    {"options that are none", "\x94\xa1t\x05\x80\x01"sv, "! the options of a message are no map"},
    {"no gzip",
     "\x93\xa1t\xa3\x92\x01\x80\x81\xaa"
     "compressed\xa4gzip"sv,
     "! the entries of a message cannot be decompressed"},
};

TEST(Fluent, Messages) {
  for (const Case& c : kCases) {
    const std::string is = translated(c.message);
    EXPECT_NE(is.find(c.has), std::string::npos) << c.what << "\n" << is;
    if (is.starts_with('!') || c.message.find('\xc4') != Text::npos) continue;
    for (size_t n = 0; n + 1 < c.message.size(); ++n)
      EXPECT_TRUE(translated(c.message.substr(0, n)).starts_with('!')) << c.what << " " << n;
  }
}

TEST(Fluent, Chunk) {
  fluent::Message m;
  translated("\x94\xa1t\x05\x80\x82\xa4size\x01\xa5"
             "chunk\xa2id"sv,
             &m);
  EXPECT_EQ(m.chunk, "id");
  translated("\x93\xa1t\x90\x81\xa5"
             "chunk\x01"sv,
             &m);
  EXPECT_EQ(m.chunk, "");
}

// The last of packed entries may be cut off; the others count.
TEST(Fluent, CutEntries) {
  fluent::Message m;
  const std::string is = translated("\x92\xa1t\xa5\x92\x01\x80\x92\x02"sv, &m);
  EXPECT_TRUE(m.cut);
  EXPECT_EQ(m.records, 1u);
  EXPECT_NE(is.find(R"("timeUnixNano":"1000000000")"), std::string::npos);
}

std::string gzip(Text plain) {
  std::string out(plain.size() + 64, '\0');
  z_stream z = {};
  deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  z.avail_in = static_cast<uInt>(plain.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}
std::string compressed(const std::string& entries) {
  std::string message = "\x93\xa1t\xc5";
  message += static_cast<char>(entries.size() >> 8);
  message += static_cast<char>(entries.size());
  return message + entries +
         "\x81\xaa"
         "compressed\xa4gzip";
}

// Fluentd compresses entry by entry and joins what comes out.
TEST(Fluent, CompressedEntries) {
  const std::string is = translated(compressed(gzip("\x92\x01\x80"sv) + gzip("\x92\x02\x80"sv)));
  EXPECT_NE(is.find(R"("timeUnixNano":"1000000000")"), std::string::npos) << is;
  EXPECT_NE(is.find(R"("timeUnixNano":"2000000000")"), std::string::npos) << is;
  EXPECT_EQ(translated(compressed(gzip(std::string(40 << 20, '\0')))), "! the entries of a message are too large");
}

TEST(Fluent, WhatIsLargeInMemoryIsRefused) {
  std::string deep = "\x93\xa1t\x05\x81\xa1k";
  deep += std::string(1000, '\x91') + "\xc0";
  EXPECT_EQ(translated(deep), "! a record is nested too deeply");
  // A tag of 64 KB in each of 10,000 records.
  std::string tags = "\x92\xda\xff\xff" + std::string(65535, 't') + "\xdc\x27\x10";
  for (int i = 0; i < 10'000; ++i) tags += "\x92\x01\x80"sv;
  EXPECT_EQ(translated(tags), "! the records of a message take too much memory");
}

}  // namespace
