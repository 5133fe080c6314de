// SPDX-License-Identifier: Apache-2.0
// Checking, repairing and viewing OTLP bytes.
#include "runtime/base/memory.h"
#include "runtime/base/utf8.h"
#include "runtime/wire/json.h"
#include "runtime/wire/otlp_schema.h"
#include "runtime/wire/otlp_views.h"
#include "runtime/wire/rpc_status.h"
#include "runtime/wire/validate.h"

#include <gtest/gtest.h>
#include <string>
#include <sys/resource.h>

namespace whittle {
namespace {

constexpr Text kTraces = R"({"resourceSpans":[{"resource":{"attributes":[
  {"key":"service.name","value":{"stringValue":"shop"}},{"key":"n","value":{"intValue":"-1"}}]},
  "scopeSpans":[{"scope":{"name":"s","version":"1"},"spans":[
    {"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","name":"GET","kind":2,
     "startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000500000000","flags":257,
     "attributes":[{"key":"b","value":{"boolValue":true}},{"key":"d","value":{"doubleValue":1.5}},
       {"key":"a","value":{"arrayValue":{"values":[{"stringValue":"x"},{"intValue":"7"}]}}},
       {"key":"y","value":{"bytesValue":"AAEC"}},{"key":"e","value":{}}],
     "events":[{"timeUnixNano":"5","name":"ev","attributes":[{"key":"k","value":{"stringValue":"ü"}}]}],
     "links":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708"}],
     "status":{"message":"bad","code":2}},
    {"name":"second","status":{}}],"schemaUrl":"u"}],"schemaUrl":"v"}]})";

constexpr Text kMetrics = R"({"resourceMetrics":[{"resource":{},"scopeMetrics":[{"scope":{},"metrics":[
  {"name":"g","unit":"1","gauge":{"dataPoints":[{"asInt":"5","timeUnixNano":"1"},{"asDouble":0.25,"flags":1}]}},
  {"name":"s","sum":{"dataPoints":[{"asDouble":-0.5}],"aggregationTemporality":1,"isMonotonic":true}},
  {"name":"h","histogram":{"dataPoints":[{"count":"3","sum":0,"bucketCounts":["1","2","0"],"explicitBounds":[0.5,1],
     "min":-1,"max":2,"exemplars":[{"asInt":"1","traceId":"0102030405060708090a0b0c0d0e0f10"}]}],"aggregationTemporality":2}},
  {"name":"e","exponentialHistogram":{"dataPoints":[{"count":"9","scale":-3,"zeroCount":"1",
     "positive":{"offset":-2,"bucketCounts":["1","300"]},"negative":{},"zeroThreshold":0.125}]}},
  {"name":"q","summary":{"dataPoints":[{"count":"1","sum":2,"quantileValues":[{"quantile":0.5,"value":3},{}]}]}}]}]}]})";

constexpr Text kLogs = R"({"resourceLogs":[{"resource":{},"scopeLogs":[{"scope":{},"logRecords":[
  {"timeUnixNano":"1","observedTimeUnixNano":"2","severityNumber":9,"severityText":"INFO",
   "body":{"kvlistValue":{"values":[{"key":"k","value":{"stringValue":"v"}}]}},"flags":1,"eventName":"n"}]}]}]})";

struct Request {
  Signal signal;
  Text json;
  uint64_t items;
};
constexpr Request kRequests[] = {
    {Signal::Traces, kTraces, 2}, {Signal::Metrics, kMetrics, 6}, {Signal::Logs, kLogs, 1}};

std::string proto(Signal signal, Text json) {
  Writer out;
  EXPECT_TRUE(wire::json_to_proto(signal, as_bytes(json), out)) << json;
  return std::string(out.text());
}

std::string field(uint32_t number, std::string_view content) {
  Writer out;
  wire::put_len(out, number, as_bytes(content));
  return std::string(out.text());
}

// A request with one span of that content.
std::string span(std::string_view content) {
  return field(1, field(2, field(2, content)));
}

Errc error_of(Signal signal, std::string_view bytes) {
  auto r = wire::validate(signal, as_bytes(bytes));
  EXPECT_FALSE(r);
  return r ? Errc::System : r.error().code;
}

TEST(Validate, CountsItems) {
  for (const Request& r : kRequests) {
    auto counts = wire::validate(r.signal, as_bytes(proto(r.signal, r.json)));
    ASSERT_TRUE(counts);
    EXPECT_EQ(counts->items, r.items);
    EXPECT_TRUE(counts->regular);
  }
  auto empty = wire::validate(Signal::Traces, {});
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->items, 0u);
}

TEST(Validate, EveryTruncationIsRefusedOrWhole) {
  for (const Request& r : kRequests) {
    std::string good = proto(r.signal, r.json);
    for (size_t n = 1; n < good.size(); ++n) {
      std::vector<uint8_t> cut(good.begin(), good.begin() + static_cast<ptrdiff_t>(n));  // ASan sees its end
      EXPECT_FALSE(wire::validate(r.signal, cut)) << n;
    }
  }
}

TEST(Validate, Refusals) {
  using namespace std::string_literals;
  EXPECT_EQ(error_of(Signal::Traces, "\x0a"), Errc::Truncated);
  EXPECT_EQ(error_of(Signal::Traces, "\x0a\x05"), Errc::Truncated);
  EXPECT_EQ(error_of(Signal::Traces, "\x08\x01"), Errc::Malformed);               // a varint where a message belongs
  EXPECT_EQ(error_of(Signal::Traces, "\x00\x01"s), Errc::Malformed);              // field 0
  EXPECT_EQ(error_of(Signal::Traces, "\x0c"), Errc::Malformed);                   // the end of no group
  EXPECT_EQ(error_of(Signal::Traces, span(field(1, "short"))), Errc::Malformed);  // trace id of five bytes
  EXPECT_EQ(error_of(Signal::Traces, span(field(2, "0123456789abcdef"))), Errc::Malformed);
  EXPECT_EQ(error_of(Signal::Traces, span("\x30")), Errc::Truncated);
  EXPECT_EQ(error_of(Signal::Traces, span("\x30\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")), Errc::Malformed);
  EXPECT_EQ(error_of(Signal::Traces, span("\x39\x01")), Errc::Truncated);
  EXPECT_EQ(error_of(Signal::Traces, span("\x9b\x06\x9c")), Errc::Truncated);      // an open group
  EXPECT_EQ(error_of(Signal::Traces, span("\x9b\x06\xa4\x06")), Errc::Malformed);  // closed by another number
  EXPECT_EQ(error_of(Signal::Metrics, field(1, field(2, field(2, field(9, field(1, field(6, "1234567"))))))),
            Errc::Malformed);
}

TEST(Validate, UnknownFieldsAndGroupsAreKept) {
  std::string unknown = field(100, "x") + "\x9b\x06\x08\x01\x9c\x06" + "\xa0\x06\x05";
  std::string request = span(field(5, "n") + unknown);
  auto counts = wire::validate(Signal::Traces, as_bytes(request));
  ASSERT_TRUE(counts);
  EXPECT_TRUE(counts->regular);
  views::ExportTraceServiceRequest view(as_bytes(request));
  for (auto rs : view.resource_spans)
    for (auto ss : rs.scope_spans)
      for (auto s : ss.spans) EXPECT_EQ(s.name, "n");
}

TEST(Validate, NestingHasALimit) {
  auto nested = [](int arrays) {
    std::string value = field(1, "leaf");
    for (int i = 0; i < arrays; ++i) value = field(5, field(1, value));
    return span(field(9, field(1, "k") + field(2, value)));
  };
  EXPECT_TRUE(wire::validate(Signal::Traces, as_bytes(nested(46))));
  EXPECT_EQ(error_of(Signal::Traces, nested(60)), Errc::TooDeep);
  std::string groups;
  for (int i = 0; i < 200; ++i) groups += "\x9b\x06";
  EXPECT_EQ(error_of(Signal::Traces, span(groups)), Errc::TooDeep);
}

std::string normal_json(Signal signal, std::string_view bytes) {
  auto counts = wire::validate(signal, as_bytes(bytes));
  EXPECT_TRUE(counts && !counts->regular);
  Writer out, json;
  auto after = wire::normalize(signal, as_bytes(bytes), out);
  EXPECT_TRUE(after && after->regular);
  wire::proto_to_json(signal, out.bytes(), json);
  return std::string(json.text());
}

TEST(Normalize, MakesRequestsRegular) {
  std::string attribute = field(1, "k") + field(2, field(1, "v"));
  std::string resource_late = field(1, field(2, field(2, field(5, "n"))) + field(1, field(1, attribute)));
  EXPECT_EQ(normal_json(Signal::Traces, resource_late),
            R"({"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":{"stringValue":"v"}}]},)"
            R"("scopeSpans":[{"scope":{},"spans":[{"name":"n","status":{}}]}]}]})");
  std::string resource_twice = field(1, field(1, field(1, attribute)) + field(1, "\x10\x05"));
  EXPECT_EQ(normal_json(Signal::Traces, resource_twice),
            R"({"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":{"stringValue":"v"}}],)"
            R"("droppedAttributesCount":5}}]})");
  std::string bad_text = span(field(5, "a\xff\xc3"));
  EXPECT_EQ(normal_json(Signal::Traces, bad_text),
            "{\"resourceSpans\":[{\"resource\":{},\"scopeSpans\":[{\"scope\":{},\"spans\":[{\"name\":"
            "\"a\xEF\xBF\xBD\xEF\xBF\xBD\",\"status\":{}}]}]}]}");
  std::string old_name = field(1, field(1000, field(2, field(5, "old"))));
  EXPECT_EQ(normal_json(Signal::Traces, old_name),
            R"({"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[{"name":"old","status":{}}]}]}]})");
  std::string both_names = field(1, field(1000, field(2, field(5, "old"))) + field(2, field(2, field(5, "new"))));
  EXPECT_EQ(normal_json(Signal::Traces, both_names),
            R"({"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[{"name":"new","status":{}}]}]}]})");
  std::string beside = field(7, "what") + span(field(5, "n"));
  EXPECT_EQ(normal_json(Signal::Traces, beside),
            R"({"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[{"name":"n","status":{}}]}]}]})");
}

TEST(Views, ReadWhatWasWritten) {
  std::string request = proto(Signal::Traces, kTraces);
  views::ExportTraceServiceRequest view(as_bytes(request));
  ASSERT_EQ(view.resource_spans.size(), 1u);
  auto rs = *view.resource_spans.begin();
  EXPECT_EQ(rs.resource.get().attributes.size(), 2u);
  auto ss = *rs.scope_spans.begin();
  EXPECT_EQ(ss.scope.get().name, "s");
  ASSERT_EQ(ss.spans.size(), 2u);
  auto s = *ss.spans.begin();
  EXPECT_EQ(s.trace_id.size(), 16u);
  EXPECT_EQ(s.kind, views::SPAN_KIND_SERVER);
  EXPECT_EQ(s.end_time_unix_nano - s.start_time_unix_nano, 500'000'000u);
  EXPECT_EQ(s.flags, 257u);
  EXPECT_EQ(s.status.get().message, "bad");
  std::string keys;
  for (views::KeyValue kv : s.attributes) keys += kv.key;
  EXPECT_EQ(keys, "bdaye");
  auto d = (*++s.attributes.begin()).value.get();
  EXPECT_EQ(d.value_case, views::AnyValue::ValueCase::DoubleValue);
  EXPECT_EQ(d.double_value, 1.5);
}

TEST(Views, NumbersPackedAndNot) {
  for (std::string numbers : {field(2, "\x01\xac\x02\x03"), std::string("\x10\x01\x10\xac\x02\x10\x03"),
                              field(2, "\x01") + field(2, "") + "\x08\x02" + "\x10\xac\x02" + field(2, "\x03")}) {
    ASSERT_TRUE(wire::validate_message(wire::kExponentialHistogramDataPointBuckets, as_bytes(numbers)));
    views::ExponentialHistogramDataPointBuckets buckets(as_bytes(numbers));
    std::vector<uint64_t> got;
    for (uint64_t n : buckets.bucket_counts) got.push_back(n);
    EXPECT_EQ(got, (std::vector<uint64_t>{1, 300, 3}));
    EXPECT_EQ(buckets.bucket_counts.size(), 3u);
  }
}

TEST(Json, RoundTrip) {
  for (const Request& r : kRequests) {
    std::string first = proto(r.signal, r.json);
    Writer json;
    wire::proto_to_json(r.signal, as_bytes(first), json);
    EXPECT_EQ(proto(r.signal, json.text()), first) << json.text();
  }
}

TEST(Json, ReadsAsTheCollectorDoes) {
  struct Case {
    Text span, want;
  };
  constexpr Case kCases[] = {
      {R"({"trace_id":"0102030405060708090A0B0C0D0E0F10","name":"n"})",
       R"({"traceId":"0102030405060708090a0b0c0d0e0f10","name":"n","status":{}})"},
      {R"({"name":null,"attributes":null,"status":null,"whatever":{"a":[1]}})", R"({"status":{}})"},
      {R"({"kind":"SPAN_KIND_CLIENT","startTimeUnixNano":12,"droppedLinksCount":"3"})",
       R"({"kind":3,"startTimeUnixNano":"12","droppedLinksCount":3,"status":{}})"},
      {R"({"status":{"code":"STATUS_CODE_ERROR"},"name":"a","name":"b"})", R"({"name":"b","status":{"code":2}})"},
      {R"({"attributes":[{"key":"k","value":{"stringValue":""}},null,{"value":{"doubleValue":"NaN"}},{"value":{"doubleValue":-1e300}},{"value":{"intValue":1,"boolValue":false}}]})",
       R"({"attributes":[{"key":"k","value":{"stringValue":""}},{"value":{}},{"value":{"doubleValue":"NaN"}},{"value":{"doubleValue":-1e+300}},{"value":{"boolValue":false}}],"status":{}})"},
      {R"({"events":[{"name":"a"}],"events":[{"name":"b"}],"status":{"code":1},"status":{"message":"m"}})",
       R"({"events":[{"name":"a"},{"name":"b"}],"status":{"message":"m","code":1}})"},
      {R"({"traceId":"00000000000000000000000000000000","name":"\u00fc\n\"\\\u0001/"})",
       "{\"name\":\"\u00fc\\n\\\"\\\\\\u0001/\",\"status\":{}}"},
  };
  for (const Case& c : kCases) {
    std::string json = R"({"resourceSpans":[{"scopeSpans":[{"spans":[)" + std::string(c.span) + "]}]}]}";
    Writer out;
    wire::proto_to_json(Signal::Traces, as_bytes(proto(Signal::Traces, json)), out);
    EXPECT_EQ(out.text(), R"({"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[)" +
                              std::string(c.want) + "]}]}]}");
  }
}

TEST(Json, Refusals) {
  constexpr Text kBad[] = {
      "",
      "x",
      "[]",
      "3",
      "{\"resourceSpans\":[",
      R"({"resourceSpans":{}})",
      R"({"resourceSpans":[3]})",
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"01"}]}]}]})",
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zz02030405060708090a0b0c0d0e0f10"}]}]}]})",
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":null}]}]}]})",
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":-1}]}]}]})",
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":1.5}]}]}]})",
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":null}]}]}]})",
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"SERVER"}]}]}]})",
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":5}]}]}]})",
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"flags":4294967296}]}]}]})",
      R"({"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":{"bytesValue":"A"}}]}}]})",
  };
  for (Text bad : kBad) {
    Writer out;
    out.append(Text("before"));
    EXPECT_FALSE(wire::json_to_proto(Signal::Traces, as_bytes(bad), out)) << bad;
    EXPECT_EQ(out.text(), "before");
  }
  std::string deep = R"({"key":"k","value":)";
  for (int i = 0; i < 2000; ++i) deep += R"({"arrayValue":{"values":[)";
  for (int i = 0; i < 2000; ++i) deep += "]}}";
  deep = R"({"resourceSpans":[{"resource":{"attributes":[)" + deep + "}]}}]}";
  Writer out;
  auto r = wire::json_to_proto(Signal::Traces, as_bytes(deep), out);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::TooDeep);
}

// Ten million values are 20 MB of text, and were 196 MB of memory.
TEST(Json, MemoryIsBoundByWhatIsRead) {
  std::string attack = "{\"resourceSpans\":[0";
  for (int i = 0; i < 10'000'000; ++i) attack += ",0";
  attack += "]}";
  rusage before, after;
  getrusage(RUSAGE_SELF, &before);
  const uint64_t booked = memory_held();
  Writer out;
  auto got = wire::json_to_proto(Signal::Traces, as_bytes(attack), out);
  getrusage(RUSAGE_SELF, &after);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::TooLarge);
  EXPECT_EQ(memory_held(), booked);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 80 << 10) << "in KiB; 20 MB of it are yyjson's copy of the text";

  // What is dense and small, and what is large and of the usual density, is read.
  std::string counts = R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"h","histogram":{"dataPoints":[{)"
                       R"("bucketCounts":[0)";
  for (int i = 0; i < 500'000; ++i) counts += ",0";
  counts += "]}]}}]}]}]}";
  EXPECT_TRUE(wire::json_to_proto(Signal::Metrics, as_bytes(counts), out));
  std::string spans = R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"s"})";
  while (spans.size() < 10'000'000)
    spans += R"(,{"name":"get /orders","kind":2,"attributes":[{"key":"k","value":{"intValue":"12"}}]})";
  spans += "]}]}]}";
  EXPECT_TRUE(wire::json_to_proto(Signal::Traces, as_bytes(spans), out));
  EXPECT_EQ(memory_held() - booked, out.capacity());
}

TEST(Json, EveryTruncationIsRefused) {
  for (const Request& r : kRequests)
    for (size_t n = 0; n < r.json.size(); ++n) {
      Writer out;
      EXPECT_FALSE(wire::json_to_proto(r.signal, as_bytes(r.json.substr(0, n)), out)) << n;
    }
}

TEST(RpcStatus, RetryInfo) {
  Writer out;
  wire::put_rpc_status(out, 8, "full", 1'500'000'000);
  EXPECT_EQ(wire::retry_delay_ns(out.bytes()), 1'500'000'000);
  EXPECT_EQ(views::RpcStatus(out.bytes()).message, "full");
  for (size_t n = 0; n < out.size(); ++n) EXPECT_EQ(wire::retry_delay_ns(out.bytes().first(n)), std::nullopt);
  Writer json;
  wire::put_rpc_status_json(json, 3, "a \"b\"");
  EXPECT_EQ(json.text(), R"({"code":3,"message":"a \"b\""})");
}

TEST(Utf8, Table) {
  struct Case {
    std::string text;
    size_t good;
  };
  const Case kCases[] = {{"", 0},
                         {"abc", 3},
                         {"0123456789abcdef0", 17},
                         {"\xc3\xbc", 2},
                         {"\xe2\x82\xac", 3},
                         {"\xf0\x9f\x98\x80", 4},
                         {"a\x80", 1},
                         {"\xc0\x80", 0},
                         {"\xe0\x80\x80", 0},
                         {"\xed\xa0\x80", 0},
                         {"\xf4\x90\x80\x80", 0},
                         {"\xf5", 0},
                         {"0123456789abcdef\xe2\x82", 16},
                         {"\xf0\x9f\x98", 0},
                         {"\xc3\x28", 0}};
  for (const Case& c : kCases) {
    EXPECT_EQ(utf8_valid_prefix(as_bytes(c.text)), c.good) << testing::PrintToString(c.text);
    EXPECT_EQ(is_utf8(as_bytes(c.text)), c.good == c.text.size());
  }
}

}  // namespace
}  // namespace whittle
