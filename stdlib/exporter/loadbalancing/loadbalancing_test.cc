// SPDX-License-Identifier: Apache-2.0
// The ring and the identities, against what programs of the reference's own code printed: consistent_hashing.go of the
// exporter, and internal/exp/metrics/identity.
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"
#include "stdlib/exporter/loadbalancing/key.h"
#include "stdlib/exporter/loadbalancing/ring.h"

#include <gtest/gtest.h>
#include <string>

namespace whittle {
namespace {

using namespace std::string_view_literals;

const std::vector<Text> kNames[] = {
    {"backend-1:4317"},
    {"backend-1:4317", "backend-2:4317"},
    {"10.0.0.1", "10.0.0.2", "10.0.0.3"},
    {"backend-1:4317", "backend-2:4317", "backend-3:4317", "backend-4:4317"},
    {"a", "a", "b"},
    {},  // forty: below
};
constexpr Text kKeyTexts[] = {"",
                              "checkout",
                              "service.name=checkout|",
                              "0123456789abcdef",
                              "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv,
                              "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"sv,
                              "resource/25",
                              "x",
                              "yy",
                              "http.server.duration"};

// `spots`: how many there are; `sum`: over their places and names; `of`: the name of each key.
struct RingCase {
  int names;
  uint32_t spots, sum;
  uint32_t of[10];
};
constexpr RingCase kRings[] = {
    {0, 100, 1534689800u, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
    {1, 200, 1974330691u, {1, 1, 0, 0, 1, 0, 0, 1, 1, 1}},
    {2, 300, 2362262295u, {2, 1, 0, 0, 1, 0, 0, 0, 0, 2}},
    {3, 400, 3217939520u, {3, 3, 0, 2, 1, 0, 0, 1, 1, 3}},
    {4, 300, 1835496056u, {0, 0, 0, 2, 2, 2, 2, 0, 2, 2}},
    {5, 4000, 636203724u, {32, 31, 25, 11, 9, 25, 31, 28, 26, 10}},
};

TEST(Ring, IsTheReferences) {
  for (const RingCase& c : kRings) {
    std::vector<std::string> made;
    std::vector<Text> names = kNames[c.names];
    if (names.empty()) {
      for (int i = 0; i < 40; ++i) made.push_back("10.1.0." + std::to_string(i) + ":4317");
      names.assign(made.begin(), made.end());
    }
    // The first of equal names, as the reference's table of servers has each once.
    auto first = [&](uint32_t n) {
      uint32_t i = 0;
      while (names[i] != names[n]) ++i;
      return i;
    };
    const Ring ring(names);
    uint32_t sum = 0;
    for (const Ring::Spot& s : ring.spots()) sum = sum * 31 + s.place * 7 + first(s.name);
    EXPECT_EQ(ring.spots().size(), c.spots) << c.names;
    EXPECT_EQ(sum, c.sum) << c.names;
    for (size_t k = 0; k < std::size(kKeyTexts); ++k)
      EXPECT_EQ(first(ring.at(as_bytes(kKeyTexts[k]))), c.of[k]) << c.names << " " << k;
  }
}

// Who leaves gives up what was his, and nobody else anything.
TEST(Ring, ChangesLittle) {
  const Ring four({"a", "b", "c", "d"}), three({"a", "b", "c"});
  int moved = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = "trace " + std::to_string(i);
    const uint32_t before = four.at(as_bytes(key)), after = three.at(as_bytes(key));
    if (before != 3) EXPECT_EQ(before, after) << key;
    else ++moved;
  }
  EXPECT_GT(moved, 150);
  EXPECT_LT(moved, 350);
}

constexpr Text kMetrics = R"({"resourceMetrics":[{"resource":{"attributes":[
{"key":"service.name","value":{"stringValue":"shop"}},{"key":"n","value":{"intValue":"-5"}},
{"key":"d","value":{"doubleValue":1.5}},{"key":"b","value":{"boolValue":true}},{"key":"f","value":{"boolValue":false}},
{"key":"by","value":{"bytesValue":"AQID"}},{"key":"e","value":{}},
{"key":"l","value":{"arrayValue":{"values":[{"stringValue":"x"},{"intValue":"1"}]}}},
{"key":"m","value":{"kvlistValue":{"values":[{"key":"z","value":{"stringValue":"1"}},{"key":"a","value":{"stringValue":"2"}}]}}}]},
"scopeMetrics":[{"scope":{"name":"lib","version":"1.2","attributes":[{"key":"s","value":{"stringValue":"t"}}]},"metrics":[
{"name":"g","unit":"By","gauge":{"dataPoints":[{"asInt":"1","attributes":[{"key":"k","value":{"stringValue":"v"}}]},{"asInt":"1"}]}},
{"name":"s","sum":{"isMonotonic":true,"aggregationTemporality":2,"dataPoints":[{"asInt":"1","attributes":[
{"key":"k","value":{"stringValue":"a long text of more than thirty-two bytes, so that all of the hash is used"}}]}]}},
{"name":"h","histogram":{"aggregationTemporality":1,"dataPoints":[{"count":"0","attributes":[{"key":"k","value":{"stringValue":"v"}}]}]}},
{"name":"x","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[{"count":"0","attributes":[
{"key":"k","value":{"stringValue":"v"}}]}]}},
{"name":"y","summary":{"dataPoints":[{"count":"0","attributes":[{"key":"k","value":{"stringValue":"v"}}]}]}}]}]},
{"resource":{},"scopeMetrics":[]}]})";

TEST(Identity, IsTheReferences) {
  Writer request;
  ASSERT_TRUE(wire::json_to_proto(Signal::Metrics, as_bytes(kMetrics), request));
  std::vector<std::string> got;
  Arena arena;
  namespace m = record::metric;
  auto take = [&](auto append) {
    Writer key;
    append(key);
    got.emplace_back(key.text());
  };
  record::Message(arena, request.bytes()).each(1, [&](Bytes g) {
    const record::Message group(arena, g), resource(arena, group.content(1));
    take([&](Writer& key) { Identity::append_resource(key, resource); });
    group.each(2, [&](Bytes s) {
      const record::Message scope(arena, s), own(arena, scope.content(1));
      scope.each(2, [&](Bytes r) {
        const record::Message metric(arena, r);
        const uint32_t number = m::data_of(metric);
        const record::Message data(arena, metric.content(number));
        const Identity identity(resource, own, metric, number, data);
        data.each(m::kPoints, [&](Bytes p) {
          take([&](Writer& key) { identity.append_stream(key, record::Message(arena, p), m::attributes_of(number)); });
        });
      });
    });
  });
  EXPECT_EQ(got,
            (std::vector<std::string>{"resource/be53f1f81f06c85a", "stream/305583e867577c19", "stream/bcdc3aa26f6eb562",
                                      "stream/51fbf78d2cc38c44", "stream/69265721b5faa6d1", "stream/b0b4dc29977a0595",
                                      "stream/ab0c5fb2375207f8", "resource/88201fb960ff6465"}));
}

}  // namespace
}  // namespace whittle
