// SPDX-License-Identifier: Apache-2.0
// What requests become: tables of spans in each of the four forms, and of what is none.
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"
#include "stdlib/receiver/zipkin/spans.h"
#include "stdlib/receiver/zipkin/values.h"

#include <gtest/gtest.h>
#include <string>

using namespace whittle;
using zipkin::Translated;

namespace {

using From = Translated (*)(Bytes, Writer&);

Translated v1(Bytes body, Writer& out) {
  return zipkin::from_v1_json(body, false, 5, out);
}
Translated v2(Bytes body, Writer& out) {
  return zipkin::from_v2_json(body, false, out);
}
Translated v2_protobuf(Bytes body, Writer& out) {
  return zipkin::from_v2_protobuf(body, false, out);
}

// The spans as OTLP/JSON, or "! why".
std::string translated(From from, Text body) {
  Writer out, json;
  const Translated done = from(as_bytes(body), out);
  if (done.wrong) {
    EXPECT_TRUE(out.empty());
    return std::string("! ") + done.wrong;
  }
  const auto counts = wire::validate(Signal::Traces, out.bytes());
  EXPECT_TRUE(counts && counts->regular && counts->items == done.spans);
  wire::proto_to_json(Signal::Traces, out.bytes(), json);
  return std::string(json.text());
}

// `members` of a span of version 2 beside its ids.
std::string v2_span(const std::string& members) {
  return translated(v2, R"([{"traceId":"1","id":"2")" + (members.empty() ? "" : "," + members) + "}]");
}

struct Has {
  const char* members;
  const char* text;
};
constexpr Has kV2[] = {
    {"", R"("traceId":"00000000000000000000000000000001","spanId":"0000000000000002")"},
    {"", R"({"key":"otel.zipkin.absentField.startTime","value":{"boolValue":true}})"},
    {R"("TIMESTAMP":1,"duration":2)", R"("startTimeUnixNano":"1000","endTimeUnixNano":"3000")"},
    {R"("parentId":"3")", R"("parentSpanId":"0000000000000003")"},
    {R"("name":null,"parentId":"")", R"("spanId":"0000000000000002")"},
    {R"("parentId":0,"name":"x")", R"("spanId":"0000000000000002","name":"x")"},
    {R"("parentId":-9,"name":"x")", R"("spanId":"0000000000000002","name":"x")"},
    {R"("kind":"PRODUCER")", R"("kind":4)"},
    {R"("tags":{"span.kind":"internal"})", R"("kind":1)"},
    {R"("tags":{"a":"1","a":"2"})", R"([{"key":"a","value":{"stringValue":"2"}})"},
    {R"("tags":{"a":null})", R"({"key":"a","value":{"stringValue":""}})"},
    {R"("tags":{"error":"true"})", R"("status":{"code":2})"},
    {R"("tags":{"error":"why"})", R"({"key":"error","value":{"stringValue":"why"}})"},
    {R"("tags":{"otel.status_code":"Ok","otel.status_description":"d"})", R"("status":{"message":"d","code":1})"},
    {R"("tags":{"w3c.tracestate":"a=b"})", R"("traceState":"a=b")"},
    {R"("localEndpoint":{"serviceName":"s","ipv6":"2001:db8::1:0:0:1"})",
     R"({"key":"network.local.address","value":{"stringValue":"2001:db8::1:0:0:1"}})"},
    {R"("localEndpoint":{"ipv6":"::ffff:1.2.3.4"})",
     R"({"key":"network.local.address","value":{"stringValue":"1.2.3.4"}})"},
    {R"("remoteEndpoint":{"serviceName":"s","port":65535})", R"({"key":"net.peer.port","value":{"intValue":"65535"}})"},
    {R"("localEndpoint":{"serviceName":"s"},"tags":{"otlp.service.name.source":"faas.name","host.id":"h"})",
     R"("attributes":[{"key":"faas.name","value":{"stringValue":"s"}},{"key":"host.id","value":{"stringValue":"h"}}])"},
    {R"("tags":{"otel.scope.name":"n","otel.library.name":"old","otel.library.version":"1"})",
     R"("scope":{"name":"n","version":"1"})"},
    {R"("tags":{"otlp.link.0":"0000000000000000000000000000000a|000000000000000b|s=t|{\"x\":\"a|b\"}|7"})",
     R"("links":[{"traceId":"0000000000000000000000000000000a","spanId":"000000000000000b","traceState":"s=t","attributes":[{"key":"x","value":{"stringValue":"a|b"}}],"droppedAttributesCount":7}])"},
    {R"("annotations":[{"timestamp":1,"value":"n|{\"i\":2,\"d\":0.5,\"b\":true,\"l\":[]}|0"}])",
     R"("events":[{"timeUnixNano":"1000","name":"n","attributes":[{"key":"i","value":{"intValue":"2"}},{"key":"d","value":{"doubleValue":0.5}},{"key":"b","value":{"boolValue":true}}]}])"},
};

TEST(ZipkinV2, Spans) {
  for (const Has& c : kV2) {
    const std::string is = v2_span(c.members);
    EXPECT_NE(is.find(c.text), std::string::npos) << c.members << "\n" << is;
  }
}

constexpr Has kV2Wrong[] = {
    {R"("timestamp":1.5)", "! a `timestamp` is no whole number of microseconds"},
    {R"("duration":-1)", "! a `duration` is no whole number of microseconds"},
    {R"("name":1)", "! a `name` is no string"},
    {R"("kind":[])", "! a `kind` is no string"},
    {R"("shared":"true")", "! `debug` or `shared` is no bool"},
    {R"("parentId":"x")", "! a `parentId` is no hexadecimal number of at most 16 digits"},
    {R"("parentId":100)", "! a `parentId` is no hexadecimal number of at most 16 digits"},
    {R"("tags":{"a":1})", "! a tag is no string"},
    {R"("tags":[])", "! `tags` is no object"},
    {R"("annotations":{})", "! `annotations` is no list"},
    {R"("annotations":[null])", "! an annotation is no object"},
    {R"("annotations":[{"value":"v"}])", "! an annotation has no `timestamp`"},
    {R"("localEndpoint":[])", "! an endpoint is no object"},
    {R"("localEndpoint":{"ipv4":"1.2.3"})", "! an `ipv4` is no address"},
    {R"("localEndpoint":{"ipv6":"fe80::1%eth0"})", "! an `ipv6` is no address"},
    {R"("localEndpoint":{"port":65536})", "! a `port` is no number up to 65535"},
    {R"("tags":{"otlp.link.0":"0a|||{}|0"})", "! the trace id of an `otlp.link` is none"},
    {R"("tags":{"otlp.link.0":"||||0"})", "! the attributes of an `otlp.link` are no JSON object"},
    {R"("tags":{"otlp.link.0":"|||{}|-1"})", "! an `otlp.link` does not end in a number"},
};

TEST(ZipkinV2, WrongSpans) {
  for (const Has& c : kV2Wrong) EXPECT_EQ(v2_span(c.members), c.text) << c.members;
  EXPECT_EQ(translated(v2, ""), "! the body is no JSON");
  EXPECT_EQ(translated(v2, "{}"), "! the body is no list of spans");
  EXPECT_EQ(translated(v2, R"([{"traceId":"1"}])"), "! a span has no `id`");
  EXPECT_EQ(translated(v2, R"([{"traceId":"","id":"1"}])"),
            "! a `traceId` is no hexadecimal number of at most 32 digits");
  EXPECT_EQ(translated(v2, R"([{"traceId":"11111111111111111111111111111111","id":"11111111111111111"}])"),
            "! an `id` is no hexadecimal number of at most 16 digits");
}

// A resource a service, in the order of names; within one, what came last comes first.
TEST(ZipkinV2, Resources) {
  std::string body;
  for (const char* s : {"b", "a", "b"})
    body += std::string(body.empty() ? "[" : ",") + R"({"traceId":"1","id":")" + std::to_string(body.size() % 97 + 1) +
            R"(","localEndpoint":{"serviceName":")" + s + R"("},"tags":{"host.id":")" + std::to_string(body.size()) +
            R"("}})";
  const std::string is = translated(v2, body + "]");
  const size_t a = is.find(R"("stringValue":"a")"), b = is.find(R"("stringValue":"b")");
  EXPECT_LT(a, b);
  EXPECT_EQ(is.find(R"("stringValue":"b")", b + 1), std::string::npos);
  EXPECT_EQ(is.find(R"("stringValue":"0")"), std::string::npos) << "the first span of `b` says nothing of its resource";
}

TEST(ZipkinV2, ManyTagsAreNotCompared) {
  std::string tags;
  for (int i = 0; i < 100'000; ++i) tags += (i ? ",\"" : "\"") + std::to_string(i) + "\":\"\"";
  Writer out;
  EXPECT_EQ(zipkin::from_v2_json(as_bytes(R"([{"traceId":"1","id":"2","tags":{)" + tags + "}}]"), false, out).spans,
            1u);
}

struct Typed {
  const char* text;
  const char* value;
};
constexpr Typed kTyped[] = {
    {"", R"({"stringValue":""})"},         {"5", R"({"intValue":"5"})"},
    {"-5", R"({"intValue":"-5"})"},        {"+5", R"({"stringValue":"+5"})"},
    {"-", R"({"stringValue":"-"})"},       {"2.5", R"({"doubleValue":2.5})"},
    {".5", R"({"stringValue":".5"})"},     {"5.", R"({"stringValue":"5."})"},
    {"1e3", R"({"stringValue":"1e3"})"},   {"true", R"({"boolValue":true})"},
    {"TRUE", R"({"stringValue":"TRUE"})"}, {"-99999999999999999999", R"({"intValue":"-9223372036854775808"})"},
    {"1\n", R"({"stringValue":"1\n"})"},
};
TEST(Zipkin, ParsedTags) {
  for (const Typed& c : kTyped) {
    Writer group, json;
    const size_t resource = wire::begin_len(group, 1), of = wire::begin_len(group, 1);
    wire::AttributeMap map;
    zipkin::put_tag(map, "k", c.text, true);
    map.append_to(group, 1);
    wire::end_len(group, of);
    wire::end_len(group, resource);
    wire::proto_to_json(Signal::Traces, group.bytes(), json);
    EXPECT_NE(json.text().find(std::string(R"("value":)") + c.value), Text::npos) << c.text << " " << json.text();
  }
}

// `members` of a span of version 1 beside its ids.
std::string v1_span(const std::string& members) {
  return translated(v1, R"([{"traceId":"0000000000000001","id":"0000000000000002")" +
                            (members.empty() ? "" : "," + members) + "}]");
}

constexpr Has kV1[] = {
    {"", R"("stringValue":"unknown-service")"},
    {"", R"("startTimeUnixNano":"5","endTimeUnixNano":"5","attributes":[{"key":"otel.zipkin.absentField.startTime")"},
    {R"("timestamp":2,"duration":3)", R"("startTimeUnixNano":"2000","endTimeUnixNano":"5000")"},
    {R"("annotations":[null,{"timestamp":1,"value":"x"}],"binaryAnnotations":[null])",
     R"("events":[{"timeUnixNano":"1000","name":"x"}])"},
    {R"("annotations":[{"timestamp":3,"value":"sr","endpoint":{"serviceName":"s","ipv4":"1.2.3.4","port":-1}}])",
     R"({"key":"service.name","value":{"stringValue":"s"}},{"key":"ipv4","value":{"stringValue":"1.2.3.4"}},{"key":"port","value":{"stringValue":"-1"}})"},
    {R"("annotations":[{"timestamp":3,"value":"ss"},{"timestamp":4,"value":"cs"}])",
     R"("kind":2,"startTimeUnixNano":"3000","endTimeUnixNano":"4000")"},
    {R"("binaryAnnotations":[{"key":"lc","value":"w"}])", R"("stringValue":"w")"},
    {R"("binaryAnnotations":[{"key":"error","value":"x"},{"key":"http.status_code","value":"200"}])",
     R"("status":{"code":2})"},
    {R"("binaryAnnotations":[{"key":"http.status_code","value":"404"},{"key":"http.status_message","value":"m"}])",
     R"("status":{"message":"m","code":2})"},
    {R"("binaryAnnotations":[{"key":"census.status_code","value":"0"},{"key":"census.status_description","value":"d"},{"key":"error","value":""}])",
     R"("status":{"message":"d","code":1})"},
    {R"("binaryAnnotations":[{"key":"otel.status_code","value":"2"},{"key":"otel.status_description","value":"d"}])",
     R"("status":{"message":"d","code":2})"},
};
TEST(ZipkinV1, Spans) {
  for (const Has& c : kV1) {
    const std::string is = v1_span(c.members);
    EXPECT_NE(is.find(c.text), std::string::npos) << c.members << "\n" << is;
  }
}

constexpr Has kV1Wrong[] = {
    {R"("traceId":"0000000000000000")", "! a `traceId` is not 16 or 32 hexadecimal digits, or zero"},
    {R"("id":"000000000000000x")", "! an `id` is not 16 hexadecimal digits, or zero"},
    {R"("parentId":"1")", "! a `parentId` is not 16 hexadecimal digits, or zero"},
    {R"("timestamp":"1")", "! a `timestamp` is no whole number"},
    {R"("annotations":{})", "! `annotations` or `binaryAnnotations` is no list"},
    {R"("annotations":[1])", "! an annotation is no object"},
    {R"("annotations":[{"endpoint":{"port":2147483648}}])", "! an `endpoint` is none"},
    {R"("binaryAnnotations":[{"value":1}])", "! a binary annotation's `value` is no string"},
};
TEST(ZipkinV1, WrongSpans) {
  for (const Has& c : kV1Wrong) EXPECT_EQ(v1_span(c.members), c.text) << c.members;
}

// A list of one span: trace id 1, id 2, name "n", an annotation "cs" of "s" at 10.0.0.1, binary annotations of each
// type.
std::string thrift_span() {
  auto number = [](uint64_t v, int bytes) {
    std::string out;
    while (bytes-- > 0) out += static_cast<char>(v >> 8 * bytes);
    return out;
  };
  auto head = [&](int type, uint64_t id) { return std::string(1, static_cast<char>(type)) + number(id, 2); };
  auto text = [&](const std::string& t) { return number(t.size(), 4) + t; };
  const std::string stop(1, '\0');
  const std::string host = head(8, 1) + number(0x0A000001, 4) + head(6, 2) + number(80, 2) + head(11, 3) + text("s") +
                           head(11, 4) + text(std::string(15, '\0') + "\x01") + stop;
  std::string binary;
  const std::pair<int, std::string> values[] = {
      {0, "\x01"},       {1, "\xff"},       {2, number(65535, 2)},
      {3, number(7, 4)}, {4, number(8, 8)}, {5, number(0x4004000000000000, 8)},
      {6, "text"},       {9, "x"},          {2, "x"}};
  int name = 0;
  for (const auto& [type, value] : values)
    binary += head(11, 1) + text("k" + std::to_string(name++)) + head(11, 2) + text(value) + head(8, 3) +
              number(static_cast<uint64_t>(type), 4) + stop;
  return std::string(1, '\x0c') + number(1, 4) + head(10, 1) + number(1, 8) + head(11, 3) + text("n") + head(10, 4) +
         number(2, 8) + head(15, 6) + "\x0c" + number(1, 4) + head(10, 1) + number(3, 8) + head(11, 2) + text("cs") +
         head(12, 3) + host + stop + head(15, 8) + "\x0c" + number(std::size(values), 4) + binary + head(2, 9) +
         "\x01" + head(10, 10) + number(2, 8) + head(10, 11) + number(1, 8) + head(10, 12) + number(9, 8) + stop;
}

TEST(ZipkinV1, Thrift) {
  const std::string is = translated(zipkin::from_v1_thrift, thrift_span());
  for (const char* part :
       {R"("traceId":"00000000000000090000000000000001","spanId":"0000000000000002")", R"("name":"n","kind":3)",
        R"("startTimeUnixNano":"2000","endTimeUnixNano":"3000")",
        R"({"key":"ipv4","value":{"stringValue":"10.0.0.1"}})", R"({"key":"ipv6","value":{"stringValue":"::1"}})",
        R"({"key":"port","value":{"stringValue":"80"}})", R"({"key":"k0","value":{"boolValue":true}})",
        R"({"key":"k1","value":{"stringValue":"/w=="}})", R"({"key":"k2","value":{"intValue":"65535"}})",
        R"({"key":"k3","value":{"intValue":"7"}})", R"({"key":"k4","value":{"intValue":"8"}})",
        R"({"key":"k5","value":{"doubleValue":2.5}})", R"({"key":"k6","value":{"stringValue":"text"}})",
        R"(<unknown zipkin v1 binary annotation type (9)>)", R"(<not enough bytes representing the number>)"})
    EXPECT_NE(is.find(part), std::string::npos) << part << "\n" << is;
}

TEST(Zipkin, EveryTruncationIsRefused) {
  const std::string thrift = thrift_span();
  for (size_t n = 0; n < thrift.size(); ++n)
    EXPECT_TRUE(translated(zipkin::from_v1_thrift, Text(thrift).substr(0, n)).starts_with('!')) << n;
  const std::string json =
      R"([{"traceId":"0000000000000001","id":"0000000000000002","annotations":[{"timestamp":1,"value":"a"}]}])";
  for (size_t n = 0; n < json.size(); ++n) {
    EXPECT_TRUE(translated(v1, Text(json).substr(0, n)).starts_with('!')) << n;
    EXPECT_TRUE(translated(v2, Text(json).substr(0, n)).starts_with('!')) << n;
  }
}

struct Protobuf {
  const char* what;
  Text body;
  const char* text;
};
using namespace std::string_view_literals;
constexpr Protobuf kProtobuf[] = {
    {"nothing", ""sv, R"({})"},
    {"a span",
     "\x0a\x1c\x0a\x10"
     "0123456789abcdef"
     "\x1a\x08"
     "01234567"sv,
     R"("spanId":"3031323334353637")"},
    {"a kind",
     "\x0a\x1e\x0a\x10"
     "0123456789abcdef"
     "\x1a\x08"
     "01234567"
     "\x20\x02"sv,
     R"("kind":2)"},
    {"a start of zero is one",
     "\x0a\x1c\x0a\x10"
     "0123456789abcdef"
     "\x1a\x08"
     "01234567"sv,
     R"("name":"")"},
    {"short trace id", "\x0a\x02\x0a\x00"sv, "! a trace id has not 16 bytes"},
    {"no id",
     "\x0a\x12\x0a\x10"
     "0123456789abcdef"sv,
     "! a span's id has not 8 bytes"},
    {"cut", "\x0a\x05\x0a"sv, "! the body is no protobuf"},
    {"no UTF-8",
     "\x0a\x1f\x0a\x10"
     "0123456789abcdef"
     "\x1a\x08"
     "01234567"
     "\x2a\x01\xff"sv,
     "! the body is no protobuf"},
};
TEST(ZipkinV2, Protobuf) {
  for (const Protobuf& c : kProtobuf) {
    const std::string is = translated(v2_protobuf, c.body);
    if (Text(c.text) == R"("name":"")") EXPECT_EQ(is.find("absentField"), std::string::npos) << c.what;
    else EXPECT_NE(is.find(c.text), std::string::npos) << c.what << "\n" << is;
  }
}

// What takes a byte or two in a body and many in memory is bounded.
TEST(Zipkin, BodiesOfNothingAreRefused) {
  std::string spans("\x0c\x00\xa0\x00\x00", 5);
  spans.resize(5 + 0xa00000);
  EXPECT_EQ(translated(zipkin::from_v1_thrift, spans), "! the body holds too many spans");
  std::string tags;
  for (int i = 0; i < 5'000'000; ++i) tags += "\x5a\x00"sv;
  std::string body = "\x0a";
  for (size_t n = tags.size(); n > 0; n >>= 7) body += static_cast<char>((n & 127) | (n > 127 ? 128 : 0));
  EXPECT_EQ(translated(v2_protobuf, body + tags), "! the body holds too many values");
}

struct Printed {
  Bytes address;
  const char* text;
};
TEST(Zipkin, Addresses) {
  constexpr uint8_t kZero[16] = {}, kOdd[3] = {1, 2, 3}, kRuns[16] = {0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3},
                    kSingle[16] = {0, 1, 0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7};
  const Printed all[] = {
      {kZero, "::"}, {{kZero, 4}, "0.0.0.0"}, {kOdd, "?010203"}, {kRuns, "1:0:0:2::3"}, {kSingle, "1:0:2:3:4:5:6:7"}};
  for (const Printed& p : all) {
    Writer out;
    zipkin::append_address(out, p.address);
    EXPECT_EQ(out.text(), p.text);
  }
}

}  // namespace
