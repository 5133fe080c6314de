// SPDX-License-Identifier: Apache-2.0
// Documents beyond what recorded vectors reach: limits, series, odd histograms.
#include "runtime/base/nested_json.h"
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"
#include "stdlib/exporter/awsemf/groups.h"

#include <gtest/gtest.h>
#include <string>
#include <yyjson.h>

namespace whittle::awsemf {
namespace {

struct Made {
  std::vector<std::string> texts;
  std::vector<std::pair<std::string, std::string>> places;  // group and stream
  Losses losses;
};

config::Awsemf usual() {
  config::Awsemf c{};
  c.namespace_ = {"N", 1};
  c.version = {"1", 1};
  c.dimension_rollup_option = config::AwsemfDimensionRollupOption::NoDimensionRollup;
  return c;
}

Made encode(Encoder& encoder, const std::string& metrics, const std::string& resource = "{}") {
  std::string json =
      R"({"resourceMetrics":[{"resource":)" + resource + R"(,"scopeMetrics":[{"metrics":[)" + metrics + "]}]}]}";
  Writer request;
  EXPECT_TRUE(wire::json_to_proto(Signal::Metrics, as_bytes(json), request)) << json;
  Made d;
  Documents documents(encoder);
  encoder.begin(documents, 1'000'000'000'000);
  encoder.translate(request.bytes());
  for (LogEvent event; documents.next(event);) {
    Writer out;
    const size_t size = documents.write(out);
    if (size == 0) continue;
    yyjson_doc* doc = yyjson_read(reinterpret_cast<const char*>(out.data()), out.size(), 0);
    EXPECT_TRUE(doc);
    yyjson_val* root = yyjson_doc_get_root(doc);
    d.texts.emplace_back(yyjson_get_str(root), yyjson_get_len(root));
    EXPECT_EQ(d.texts.back().size(), size);
    yyjson_doc_free(doc);
    d.places.emplace_back(event.log_group, event.log_stream);
  }
  d.losses = documents.losses();
  return d;
}

std::string gauge(const std::string& name, const std::string& point) {
  return R"({"name":")" + name + R"(","gauge":{"dataPoints":[)" + point + "]}}";
}

TEST(Documents, AtMostAHundredMetrics) {
  config::Awsemf c = usual();
  Encoder encoder(c, "stream");
  std::string metrics;
  for (int i = 0; i < 250; ++i) metrics += (i ? "," : "") + gauge("m" + std::to_string(i), R"({"asInt":"1"})");
  Made d = encode(encoder, metrics);
  ASSERT_EQ(d.texts.size(), 3u);
  size_t total = 0;
  for (const std::string& t : d.texts) {
    size_t n = 0;
    for (size_t at = t.find("\"Name\""); at != std::string::npos; at = t.find("\"Name\"", at + 1)) ++n;
    EXPECT_LE(n, 100u);
    total += n;
  }
  EXPECT_EQ(total, 250u);
}

TEST(Documents, AtMostAQuarterMebibyte) {
  config::Awsemf c = usual();
  Encoder encoder(c, "stream");
  std::string metrics;
  for (int i = 0; i < 10; ++i)
    metrics += (i ? "," : "") + gauge(std::string(30'000, static_cast<char>('a' + i)), R"({"asInt":"1"})");
  Made d = encode(encoder, metrics);
  EXPECT_GT(d.texts.size(), 1u);
  for (const std::string& t : d.texts) EXPECT_LE(t.size() + kEventOverhead, kMaxEventSize);
  EXPECT_FALSE(d.losses.any());

  d = encode(encoder, gauge(std::string(200'000, 'x'), R"({"asInt":"1"})"));
  EXPECT_TRUE(d.texts.empty());
  EXPECT_EQ(d.losses.too_large, 1u);
}

TEST(Documents, DuplicatesAndClashes) {
  config::Awsemf c = usual();
  Encoder encoder(c, "stream");
  Made d = encode(encoder, gauge("m", R"({"asInt":"1"},{"asInt":"2"})"));
  ASSERT_EQ(d.texts.size(), 1u);
  EXPECT_EQ(d.losses.duplicates, 1u);
  EXPECT_NE(d.texts[0].find(R"("m":1)"), std::string::npos);
  // Labels that have the names of the document's own fields.
  d = encode(
      encoder,
      gauge(
          "m",
          R"({"asInt":"1","attributes":[{"key":"_aws","value":{"stringValue":"x"}},{"key":"Version","value":{"stringValue":"x"}},{"key":"m","value":{"stringValue":"x"}}]})"));
  ASSERT_EQ(d.texts.size(), 1u);
  EXPECT_EQ(d.texts[0].find(R"(:"x")"), std::string::npos) << d.texts[0];
}

TEST(Documents, Placeholders) {
  config::Awsemf c = usual();
  Text group = "/{ClusterName}/{TaskId}/{x}{";
  c.log_group_name = {group.data(), group.size()};
  Encoder encoder(c, "stream");
  Made d = encode(encoder, gauge("m", R"({"asInt":"1","attributes":[{"key":"TaskId","value":{"stringValue":"t"}}]})"),
                  R"({"attributes":[{"key":"aws.ecs.cluster.name","value":{"stringValue":"c"}}]})");
  ASSERT_EQ(d.places.size(), 1u);
  // What the resource could not fill is filled from the labels, all of it: they do not know the cluster.
  EXPECT_EQ(d.places[0].first, "/undefined/t/{x}{");
  EXPECT_EQ(d.places[0].second, "stream");
}

TEST(Series, IncreasesAndResets) {
  SeriesTable table;
  Cumulative delta;
  EXPECT_FALSE(table.increase("a", {5, 1}, 10, delta));
  EXPECT_TRUE(table.increase("a", {8, 3}, 20, delta));
  EXPECT_EQ(delta.sum, 3);
  EXPECT_EQ(delta.count, 2u);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(table.increase("k" + std::to_string(i), {1, 1}, i, delta));
  EXPECT_EQ(table.size(), 1001u);
  table.expire(900);
  EXPECT_EQ(table.size(), 99u);
  EXPECT_TRUE(table.increase("k999", {3, 1}, 1000, delta));
  EXPECT_FALSE(table.increase("a", {9, 3}, 30, delta));
}

TEST(Histograms, OddOnes) {
  config::Awsemf c = usual();
  Encoder encoder(c, "stream");
  auto exponential = [&](const std::string& point) {
    return encode(encoder, R"({"name":"e","exponentialHistogram":{"dataPoints":[)" + point + "]}}");
  };
  EXPECT_EQ(exponential(R"({"count":"3","sum":6})").texts.size(), 1u);
  EXPECT_EQ(
      exponential(R"({"count":"3","scale":20,"positive":{"offset":-5,"bucketCounts":["1","0","2"]}})").texts.size(),
      1u);
  // Beyond what doubles hold: the values are infinite, which JSON cannot say.
  Made d = exponential(R"({"count":"1","scale":-20,"positive":{"offset":3,"bucketCounts":["1"]}})");
  EXPECT_TRUE(d.texts.empty());
  EXPECT_EQ(d.losses.not_finite, 1u);
  std::string zeros = "\"0\"";
  for (int i = 0; i < 500; ++i) zeros += ",\"0\"";
  EXPECT_EQ(exponential(R"({"count":"1","scale":1,"positive":{"bucketCounts":[)" + zeros + "]}}").texts.size(), 1u);
  exponential(
      R"({"count":"1","scale":2147483647,"positive":{"offset":2147483647,"bucketCounts":["1"]},"negative":{"offset":-2147483648,"bucketCounts":["1"]}})");
  exponential(R"({"count":"1","scale":-2147483648,"positive":{"offset":-2147483648,"bucketCounts":["1"]}})");
}

}  // namespace
}  // namespace whittle::awsemf
