// SPDX-License-Identifier: Apache-2.0
// Which form is asked for, names in each, native histograms, and what becomes of points.
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"
#include "stdlib/exporter/prometheus/buckets.h"
#include "stdlib/exporter/prometheus/exposition.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <math.h>
#include <string>

namespace whittle::prometheus_exporter {
namespace {

TEST(Negotiate, TakesWhatThereIs) {
  struct Case {
    const char* accept;
    bool open_metrics;
    Form form;
    Escaping escaping = Escaping::Underscores;
  };
  constexpr char kProto[] =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
  const std::string prometheus3 =
      std::string(kProto) +
      ";escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;"
      "q=0.4,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.2,*/*;q=0.1";
  const Case kCases[] = {
      {"", true, Form::Text},
      {"*/*", true, Form::Text},
      {"application/json", true, Form::Text},
      {"text/plain;version=0.0.4", true, Form::Text},
      {"application/openmetrics-text; version=1.0.0", true, Form::OpenMetrics100},
      {"application/openmetrics-text; version=1.0.0", false, Form::Text},
      {"application/openmetrics-text", true, Form::OpenMetrics001},
      {"application/openmetrics-text;version=2.0.0, text/plain", true, Form::Text},
      {"text/plain;q=0.1, application/openmetrics-text;version=0.0.1;q=0.9", true, Form::OpenMetrics001},
      {kProto, false, Form::Protobuf},
      {"application/vnd.google.protobuf;encoding=delimited", false, Form::Text},
      {prometheus3.c_str(), true, Form::Protobuf, Escaping::AllowUtf8},
      {"text/plain;version=0.0.4;escaping=dots", true, Form::Text, Escaping::Dots},
      {"text/plain;escaping=what", true, Form::Text},
      {";;,,;q=,text/plain;escaping=values;q=x", true, Form::Text, Escaping::Values},
  };
  for (const Case& k : kCases) {
    const Wanted w = negotiate(k.accept, k.open_metrics);
    EXPECT_EQ(w.form, k.form) << k.accept;
    EXPECT_EQ(w.escaping, k.escaping) << k.accept;
  }
}

TEST(Names, InEachEscaping) {
  struct Case {
    const char *name, *underscores, *dots, *values;
  };
  constexpr Case kCases[] = {
      {"plain_name", "plain_name", "plain_name", "plain_name"},
      {"http.io", "http_io", "http_dot_io", "U__http_2e_io"},
      {"a_b.c", "a_b_c", "a__b_dot_c", "U__a__b_2e_c"},
      {"1st", "_st", "__st", "U___31_st"},
      {"gr\xC3\xB6\xC3\x9F"
       "e",
       "gr__e", "gr____e", "U__gr_f6__df_e"},
      {"\xF0\x9F\x98\x80", "_", "__", "U___1f600_"},
      {"a:b", "a:b", "a:b", "a:b"},
  };
  for (const Case& k : kCases) {
    for (auto [escaping, want] : {std::pair{Escaping::Underscores, k.underscores}, std::pair{Escaping::Dots, k.dots},
                                  std::pair{Escaping::Values, k.values}, std::pair{Escaping::AllowUtf8, k.name}}) {
      Writer out;
      append_escaped_name(out, k.name, escaping);
      EXPECT_EQ(out.text(), want) << k.name;
    }
  }
}

TEST(Names, WithUtf8) {
  using prometheus::NameKind;
  struct Case {
    const char *name, *unit;
    NameKind kind;
    const char* made;
  };
  constexpr Case kCases[] = {
      {"http.io", "By", NameKind::MonotonicCounter, "http.io_bytes_total"},
      {"http.io.total", "By/s", NameKind::MonotonicCounter, "http.io_bytes_per_second_total"},
      {"a.bytes", "By", NameKind::Gauge, "a.bytes"},
      {"load.ratio", "1", NameKind::Gauge, "load_ratio"},
      {"load", "{x}", NameKind::Gauge, "load"},
      {"total", "", NameKind::MonotonicCounter, "total_total"},
  };
  for (const Case& k : kCases) {
    Writer out;
    EXPECT_TRUE(append_name(out, {.utf8 = true}, k.name, k.unit, k.kind));
    EXPECT_EQ(out.text(), k.made) << k.name;
  }
  Writer out;
  EXPECT_TRUE(append_name(out, {.name_space = "n", .suffixes = false, .utf8 = true}, "x.y", "s", NameKind::Gauge));
  EXPECT_EQ(out.text(), "n_x.y");
  EXPECT_FALSE(append_label(out, {.utf8 = true}, "__"));
  EXPECT_FALSE(append_label(out, {}, "__name__"));
  EXPECT_EQ(out.text(), "n_x.y");
}

Distribution exponential(int32_t scale, int32_t offset, std::vector<uint64_t> counts, uint64_t zeros = 0) {
  Distribution d;
  d.scale = scale, d.zero_count = zeros, d.has_sum = true, d.sum = 1;
  d.positive = {offset, counts};
  d.count = zeros;
  for (uint64_t n : counts) d.count += n;
  return d;
}

TEST(Buckets, AreAddedAtTheCoarserScale) {
  Distribution now = exponential(1, -1, {1, 2, 3, 4}), older = exponential(0, 1, {10}, 5);
  EXPECT_TRUE(add_exponential(now, older));
  EXPECT_EQ(now.scale, 0);
  EXPECT_EQ(now.positive.offset, -1);
  EXPECT_EQ(now.positive.counts, (std::vector<uint64_t>{1, 5, 14}));
  EXPECT_EQ(now.count, 25u);
  EXPECT_EQ(now.zero_count, 5u);
  EXPECT_EQ(now.sum, 2);
  EXPECT_TRUE(is_native(now));
}

TEST(Buckets, ThatAreFarApartStayApart) {
  Distribution now = exponential(0, INT32_MAX - 1, {1}), older = exponential(0, INT32_MIN, {1});
  EXPECT_FALSE(add_exponential(now, older));
  EXPECT_EQ(now.positive.offset, INT32_MAX - 1);
  // At a scale at which they are neighbours they are added.
  Distribution coarse = exponential(-40, 0, {1});
  EXPECT_TRUE(add_exponential(now, coarse));
  EXPECT_EQ(now.scale, -40);
}

TEST(Buckets, AsNativeOnes) {
  const std::vector<NativeBucket> same = native_buckets({-1, {1, 0, 2}}, 0);
  ASSERT_EQ(same.size(), 3u);
  EXPECT_EQ(same[0].index, 0);
  EXPECT_EQ(same[2].count, 2);
  const std::vector<NativeBucket> finer = native_buckets({-3, {1, 2, 3, 4}}, 1);
  ASSERT_EQ(finer.size(), 3u);
  EXPECT_EQ(finer[0].index, -1);
  EXPECT_EQ(finer[1].count, 5);
  EXPECT_EQ(finer[2].index, 1);
  Distribution d = exponential(-5, 0, {1});
  EXPECT_FALSE(is_native(d)) << "too coarse";
  d = exponential(0, 0, {1});
  d.count = 2;
  EXPECT_FALSE(is_native(d)) << "does not add up";
  d.sum = NAN;
  EXPECT_TRUE(is_native(d)) << "with NaN among the values";
}

// ---- points

constexpr int64_t kNow = 1'795'560'000'000'000'000;

struct Kept {
  config::Prometheus config{};
  Store store{config};
  Losses losses{};

  Kept() { config.metric_expiration = 300'000'000'000; }
  void add(const std::string& metrics,
           const std::string& resource = R"({"key":"service.name","value":{"stringValue":"a"}})", int64_t now = kNow) {
    const std::string json = R"({"resourceMetrics":[{"resource":{"attributes":[)" + resource +
                             R"(]},"scopeMetrics":[{"scope":{"name":"s"},"metrics":[)" + metrics + "]}]}]}";
    Writer request;
    ASSERT_TRUE(wire::json_to_proto(Signal::Metrics, as_bytes(json), request));
    ASSERT_TRUE(wire::validate(Signal::Metrics, request.bytes()));
    losses = store.add(request.bytes(), now);
  }
  // All series, a line each, in order.
  std::string text(const Wanted& wanted = {}, bool timestamps = false) const {
    std::vector<std::string> lines;
    store.each([&](const Series& s) {
      if (!s.shape) return;
      Writer out;
      Exposition e(out, wanted, timestamps);
      e.family(s.shape->name, s.shape->help, s.type());
      e.series(s);
      e.end();
      lines.emplace_back(out.text());
    });
    std::sort(lines.begin(), lines.end());
    std::string all;
    for (const std::string& l : lines) all += l;
    return all;
  }
  // The value of the only series.
  double value() const {
    double v = NAN;
    store.each([&](const Series& s) { v = s.value(); });
    return v;
  }
};

std::string sum(int temporality, const std::string& start, const std::string& time, const std::string& value,
                bool monotonic = true) {
  return R"({"name":"c","sum":{"aggregationTemporality":)" + std::to_string(temporality) + R"(,"isMonotonic":)" +
         (monotonic ? "true" : "false") + R"(,"dataPoints":[{"startTimeUnixNano":")" + start + R"(","timeUnixNano":")" +
         time + "\"," + value + "}]}}";
}

TEST(Store, AddsIncreasesUp) {
  Kept k;
  k.add(sum(1, "1000", "2000", R"("asInt":"5")"));
  k.add(sum(1, "2000", "3000", R"("asInt":"6")"));
  EXPECT_EQ(k.value(), 11);
  k.add(sum(1, "4000", "5000", R"("asInt":"1")"));
  EXPECT_EQ(k.value(), 1) << "a gap starts anew";
  k.add(sum(1, "1000", "4500", R"("asInt":"9")"));
  EXPECT_EQ(k.value(), 1) << "what is older does not count";
  k.add(sum(2, "1000", "6000", R"("asDouble":2.5)"));
  EXPECT_EQ(k.value(), 2.5);
  EXPECT_EQ(k.store.size(), 1u);
  k.add(sum(1, "1000", "2000", R"("asInt":"5")", false) + "," + sum(0, "1000", "2000", R"("asInt":"5")"));
  EXPECT_EQ(k.losses.delta, 2u);
}

TEST(Store, APointWithoutAValueTakesItsSeriesAwayAndNoOther) {
  Kept k;
  const std::string point = R"({"timeUnixNano":"1000","asInt":"1","attributes":[{"key":"k","value":{"stringValue":")";
  k.add(R"({"name":"g","gauge":{"dataPoints":[)" + point + R"(a"}}]},)" + point + R"(b"}}]}]}})");
  EXPECT_EQ(k.store.size(), 2u);
  const std::string gone =
      R"({"timeUnixNano":"2000","flags":1,"attributes":[{"key":"k","value":{"stringValue":"a"}}]},)";
  k.add(R"({"name":"g","gauge":{"dataPoints":[)" + gone + point + R"(c"}}]}]}})");
  EXPECT_EQ(k.store.size(), 2u);
  EXPECT_EQ(k.text().find("k=\"a\""), std::string::npos);
  EXPECT_NE(k.text().find("k=\"c\""), std::string::npos);
}

TEST(Store, ForgetsWhatIsNotUpdatedAndGivesItsMemoryBack) {
  Kept k;
  k.add(sum(2, "1000", "2000", R"("asInt":"5")"));
  const size_t held = k.store.held();
  for (int i = 0; i < 3; ++i) k.add(sum(2, "1000", "2000", R"("asInt":"5")"));
  EXPECT_EQ(k.store.held(), held);
  k.add(sum(2, "1000", "2000", R"("asInt":"5")"), R"({"key":"service.name","value":{"stringValue":"b"}})",
        kNow + 200'000'000'000);
  EXPECT_EQ(k.store.size(), 2u);
  k.store.expire(kNow + 301'000'000'000);
  EXPECT_EQ(k.store.size(), 1u);
  k.store.expire(kNow + 600'000'000'000);
  EXPECT_EQ(k.store.size(), 0u);
  EXPECT_EQ(k.store.held(), 0u);
}

TEST(Store, HasRoomForSoMuch) {
  Kept k;
  const std::string value(1 << 20, 'x');
  for (int i = 0; i < 100; ++i)
    k.add(R"({"name":"g","gauge":{"dataPoints":[{"asInt":"1","attributes":[{"key":"k","value":{"stringValue":")" +
          value + std::to_string(i) + R"("}}]}]}})");
  EXPECT_EQ(k.losses.no_room, 1u);
  EXPECT_LE(k.store.held(), Store::kMostBytes + (2 << 20));
}

// Such labels are the exposition's own: for one that is there twice Prometheus refuses all of a scrape.
TEST(Store, LabelsOfBucketsAndQuantiles) {
  Kept k;
  for (const char* key : {"le", "quantile"}) {
    const std::string attributes =
        std::string(R"("attributes":[{"key":")") + key + R"(","value":{"stringValue":"x"}}])";
    k.add(R"({"name":"g","gauge":{"dataPoints":[{"asInt":"1",)" + attributes + "}]}}");
    k.add(R"({"name":"h","histogram":{"aggregationTemporality":2,"dataPoints":[{"count":"1","bucketCounts":["1"],)" +
          attributes + "}]}}");
    k.add(R"({"name":"s","summary":{"dataPoints":[{"count":"1","quantileValues":[{"quantile":0.5,"value":1}],)" +
          attributes + "}]}}");
  }
  const std::string scope = "otel_scope_name=\"s\",otel_scope_schema_url=\"\",otel_scope_version=\"\"";
  const std::string le = "{job=\"a\",le=\"x\"," + scope, quantile = "{job=\"a\"," + scope + ",quantile=\"x\"";
  const std::string text = k.text();
  for (const std::string& shown : {"\ng" + le, "\ng" + quantile, "\nh_count" + quantile, "\ns_count" + le})
    EXPECT_NE(text.find(shown), std::string::npos) << shown << "\n" << text;
  for (const std::string& hidden : {"\nh_count" + le, "\ns_count" + quantile})
    EXPECT_EQ(text.find(hidden), std::string::npos) << hidden << "\n" << text;
}

constexpr char kHistogram[] =
    R"({"name":"h","unit":"s","histogram":{"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"1795560000000000000","startTimeUnixNano":"1795559000000000000","count":"10","sum":35.5,"bucketCounts":["1","2","3","4"],"explicitBounds":[5,1,5],)"
    R"("exemplars":[{"timeUnixNano":"1795559999500000000","asDouble":0.5,"traceId":"efda7a5a2bca8e0d2bca8e0d2bca8e0d","spanId":"7813ad1d37523bda"},{"timeUnixNano":"1795559999000000000","asInt":"7","spanId":"7813ad1d37523bda"}]}]}})";

TEST(Exposition, OpenMetricsWithExemplars) {
  Kept k;
  k.config.without_scope_info = true;
  k.add(kHistogram);
  EXPECT_EQ(
      k.text({Form::OpenMetrics100}, true),
      "# HELP h_seconds \n# TYPE h_seconds histogram\n"
      "h_seconds_bucket{job=\"a\",le=\"1.0\"} 2 1.79556e+09 # {span_id=\"7813ad1d37523bda\",trace_id="
      "\"efda7a5a2bca8e0d2bca8e0d2bca8e0d\"} 0.5 1.7955599995e+09\n"
      "h_seconds_bucket{job=\"a\",le=\"5.0\"} 3 1.79556e+09\n"
      "h_seconds_bucket{job=\"a\",le=\"+Inf\"} 10 1.79556e+09 # {span_id=\"7813ad1d37523bda\"} 7.0 1.795559999e+09\n"
      "h_seconds_sum{job=\"a\"} 35.5 1.79556e+09\n"
      "h_seconds_count{job=\"a\"} 10 1.79556e+09\n# EOF\n");
}

TEST(Exposition, NamesInQuotes) {
  Kept k;
  k.config.without_scope_info = true;
  k.config.translation_strategy = config::PrometheusTranslationStrategy::NoTranslation;
  k.add(
      R"({"name":"http.\"io","gauge":{"dataPoints":[{"asDouble":1e6,"attributes":[{"key":"a.b","value":{"boolValue":true}}]}]}})");
  EXPECT_EQ(
      k.text({Form::Text, Escaping::AllowUtf8}),
      "# HELP \"http.\\\"io\" \n# TYPE \"http.\\\"io\" gauge\n{\"http.\\\"io\",\"a.b\"=\"true\",job=\"a\"} 1e+06\n");
  EXPECT_EQ(k.text(), "# HELP http__io \n# TYPE http__io gauge\nhttp__io{a_b=\"true\",job=\"a\"} 1e+06\n");
}

// Fields of a message, nested ones by their path: "4.7.12.2" is the length of a span of positive buckets.
void fields(Bytes message, const std::string& path, std::vector<std::pair<std::string, std::string>>& out) {
  static constexpr const char* kNested[] = {"4",      "4.1",      "4.7",      "4.7.9", "4.7.12",
                                            "4.7.16", "4.7.16.1", "4.7.16.3", "4.7.15"};
  for (const uint8_t *p = message.data(), *end = p + message.size(); p < end;) {
    const wire::RawField f = wire::next_field(p);
    const std::string at = path + std::to_string(f.number());
    const uint8_t* v = f.value;
    if ((f.tag & 7) == wire::kVarint) out.emplace_back(at, std::to_string(wire::varint(v)));
    else if ((f.tag & 7) == wire::kI64) out.emplace_back(at, std::to_string(wire::f64(v)));
    else if (std::find(std::begin(kNested), std::end(kNested), at) != std::end(kNested))
      fields(f.content(), at + ".", out);
    else out.emplace_back(at, std::string(as_text(f.content())));
  }
}

TEST(Exposition, NativeHistogramsInProtobuf) {
  Kept k;
  k.config.without_scope_info = true;
  k.add(
      R"({"name":"e","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[{"startTimeUnixNano":"1795559000000000000","count":"11","sum":9,"scale":9,"zeroCount":"1","positive":{"offset":-1,"bucketCounts":["1","2","0","0","0","0","0","0","0","0","3"]},"negative":{"offset":3,"bucketCounts":["4"]},)"
      R"("exemplars":[{"timeUnixNano":"1795559999500000000","asDouble":0.5,"spanId":"7813ad1d37523bda"}]}]}})");
  const std::string out = k.text({Form::Protobuf});
  ASSERT_FALSE(out.empty());
  ASSERT_EQ(static_cast<size_t>(static_cast<uint8_t>(out[0]) & 0x7F) | static_cast<size_t>(out[1]) << 7,
            out.size() - 2);
  std::vector<std::pair<std::string, std::string>> got;
  fields(as_bytes(out).subspan(2), "", got);
  auto all = [&](const std::string& path) {
    std::string values;
    for (auto& [at, value] : got)
      if (at == path) values += value + " ";
    return values;
  };
  EXPECT_EQ(all("1"), "e ");
  EXPECT_EQ(all("3"), "4 ");
  EXPECT_EQ(all("4.1.1"), "job ");
  EXPECT_EQ(all("4.7.1"), "11 ");
  EXPECT_EQ(all("4.7.5"), "16 ") << "schema 8";
  EXPECT_EQ(all("4.7.7"), "1 ");
  // -1..9 at half the scale: 0 has 1, 1 has 2, and 5 has 3 after a gap of three empty buckets that are written as such.
  EXPECT_EQ(all("4.7.12.1"), "0 ");
  EXPECT_EQ(all("4.7.12.2"), "6 ");
  EXPECT_EQ(all("4.7.13"), "2 2 3 0 0 6 ");
  EXPECT_EQ(all("4.7.9.1"), "4 ");
  EXPECT_EQ(all("4.7.10"), "8 ");
  EXPECT_EQ(all("4.7.15.1"), "1795559000 ");
  EXPECT_EQ(all("4.7.16.1.1"), "span_id ");
  EXPECT_EQ(all("4.7.16.3.1"), "1795559999 ");
}

}  // namespace
}  // namespace whittle::prometheus_exporter
