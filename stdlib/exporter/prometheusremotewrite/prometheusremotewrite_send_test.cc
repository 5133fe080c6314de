// SPDX-License-Identifier: Apache-2.0
// Requests of a payload: how it is divided, what is tried again, and what counts as lost.
#include "runtime/codec/decompress.h"
#include "runtime/wire/wire.h"

#include "stdlib/exporter/prometheusremotewrite/prometheusremotewrite_config.h"
#include "tests/support/scripted_client.h"

#include <set>

namespace whittle {
extern "C" Status exporter_prometheusremotewrite_consume(void* self, Payload* payload);
extern "C" const ComponentOps exporter_prometheusremotewrite_ops;

namespace {

config::Prometheusremotewrite usual() {
  config::Prometheusremotewrite c{};
  c.endpoint = {"http://b/write", 14};
  c.timeout = 5'000'000'000;
  c.add_metric_suffixes = true;
  c.max_batch_size_bytes = 3'000'000;
  c.remote_write_queue = {true, 100, 5};
  c.retry_on_failure.enabled = true;
  c.retry_on_failure.initial_interval = 1'000'000;
  c.retry_on_failure.max_interval = 10'000'000;
  c.retry_on_failure.multiplier = 1.5;
  c.retry_on_failure.max_elapsed_time = 300'000'000'000;
  return c;
}

std::string gauge(const std::string& name, const std::string& points) {
  return R"({"name":")" + name + R"(","gauge":{"dataPoints":[)" + points + "]}}";
}
std::string point(int time_ms, int value) {
  return R"({"timeUnixNano":")" + std::to_string(time_ms) + R"(000000","asInt":")" + std::to_string(value) + R"("})";
}
std::string request(const std::string& metrics) {
  return R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[)" + metrics + "]}]}]}";
}

struct Written {
  std::string name;
  std::vector<std::pair<int64_t, double>> samples;
};

constexpr auto each = [](Bytes message, auto f) {
  for (const uint8_t* p = message.data(); p < message.data() + message.size();) f(wire::next_field(p));
};

// The series of a request, with their `__name__`.
std::vector<Written> decoded(const std::string& body) {
  std::vector<Written> list;
  auto plain = decompress_snappy(as_bytes(body), 1 << 28);
  EXPECT_TRUE(plain);
  if (!plain) return list;
  each({plain->buffer.data(), plain->size}, [&](const wire::RawField& series) {
    Written w;
    std::string before;
    each(series.content(), [&](const wire::RawField& f) {
      if (f.number() == 1) {
        std::string parts[3];
        each(f.content(), [&](const wire::RawField& part) { parts[part.number()] = as_text(part.content()); });
        EXPECT_LT(before, parts[1]) << "labels are by name";
        before = parts[1];
        if (parts[1] == "__name__") w.name = parts[2];
      } else if (f.number() == 2) {
        std::pair<int64_t, double> sample{};
        each(f.content(), [&](const wire::RawField& part) {
          const uint8_t* p = part.value;
          if (part.number() == 1) sample.second = wire::f64(p);
          else sample.first = static_cast<int64_t>(wire::varint(p));
        });
        w.samples.push_back(sample);
      }
    });
    list.push_back(w);
  });
  return list;
}

struct Sender : Harness<config::Prometheusremotewrite> {
  explicit Sender(const config::Prometheusremotewrite& c)
      : Harness(exporter_prometheusremotewrite_ops, exporter_prometheusremotewrite_consume, c, "prw") {}
  void expect(int sent, int failed, const std::string& what) {
    const std::string metrics = own_metrics();
    for (auto& [name, n] : {std::pair{"sent", sent}, std::pair{"send_failed", failed}})
      EXPECT_NE(metrics.find("otelcol_exporter_" + std::string(name) + "_metric_points{exporter=\"prw\"} " +
                             std::to_string(n) + "\n"),
                std::string::npos)
          << what << "\n"
          << metrics;
  }
};

TEST(Series, PointsOfASeriesAreOneInOrderOfTime) {
  config::Prometheusremotewrite c = usual();
  Sender s(c);
  s.send(Signal::Metrics, request(gauge("a", point(3, 30) + "," + point(1, 10)) + "," + gauge("b", point(1, 1)) + "," +
                                  gauge("a", point(2, 20))));
  s.settle();
  ASSERT_EQ(s.own.requests.size(), 1u);
  const std::vector<Written> series = decoded(s.own.requests[0].body);
  ASSERT_EQ(series.size(), 2u);
  EXPECT_EQ(series[0].name, "a");
  EXPECT_EQ(series[0].samples, (std::vector<std::pair<int64_t, double>>{{1, 10}, {2, 20}, {3, 30}}));
  EXPECT_EQ(series[1].name, "b");
  s.expect(4, 0, "");
}

TEST(Series, AreTheSameWhateverMadeThem) {
  // A gauge that is called as a histogram's bucket is the same series.
  config::Prometheusremotewrite c = usual();
  Sender s(c);
  s.send(Signal::Metrics,
         request(R"({"name":"h","histogram":{"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"1000000",)"
                 R"("count":"1","bucketCounts":["1","0"],"explicitBounds":[1]}]}},)"
                 R"({"name":"h_bucket","gauge":{"dataPoints":[{"timeUnixNano":"2000000","asInt":"7",)"
                 R"("attributes":[{"key":"le","value":{"stringValue":"1"}}]}]}})"));
  s.settle();
  ASSERT_EQ(s.own.requests.size(), 1u);
  const std::vector<Written> series = decoded(s.own.requests[0].body);
  ASSERT_EQ(series.size(), 3u);  // _count, _bucket 1, _bucket +Inf
  EXPECT_EQ(series[1].samples, (std::vector<std::pair<int64_t, double>>{{1, 1}, {2, 7}}));
}

// Each field of a native histogram, as Prometheus' prompb/types.proto numbers them.
TEST(Series, NativeHistograms) {
  config::Prometheusremotewrite c = usual();
  Sender s(c);
  s.send(
      Signal::Metrics,
      request(R"({"name":"e","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":)"
              R"("5000000","count":"12","sum":30.5,"scale":-1,"zeroCount":"2","zeroThreshold":0.25,)"
              R"("positive":{"offset":2,"bucketCounts":["1","3"]},"negative":{"offset":-4,"bucketCounts":["6"]}}]}})"));
  s.settle();
  ASSERT_EQ(s.own.requests.size(), 1u);
  const std::string& body = s.own.requests[0].body;
  const auto plain = decompress_snappy(as_bytes(Text(body)), 1 << 20);
  ASSERT_TRUE(plain);
  std::string histogram;
  each({plain->buffer.data(), plain->size}, [&](const wire::RawField& series) {
    each(series.content(), [&](const wire::RawField& f) {
      if (f.number() == 4) histogram = as_text(f.content());
    });
  });
  const auto f64 = [](double v) { return std::string(reinterpret_cast<const char*>(&v), sizeof v); };
  EXPECT_EQ(histogram, "\x08\x0c"  // 1 count_int
                       "\x19" +
                           f64(30.5) +  // 3 sum
                           "\x20\x01"   // 4 schema -1
                           "\x29" +
                           f64(0.25) +                 // 5 zero_threshold
                           "\x30\x02"                  // 6 zero_count_int
                           "\x42\x04\x08\x05\x10\x01"  // 8 negative_spans: offset -3, length 1
                           "\x4a\x01\x0c"              // 9 negative_deltas: 6
                           "\x5a\x04\x08\x06\x10\x02"  // 11 positive_spans: offset 3, length 2
                           "\x62\x02\x02\x04"          // 12 positive_deltas: 1, 2
                           "\x78\x05");                // 15 timestamp
}

TEST(Requests, EverySeriesIsInOne) {
  for (const int64_t most : {1, 200, 1000, 20000}) {
    config::Prometheusremotewrite c = usual();
    c.max_batch_size_bytes = most;
    Sender s(c);
    std::string metrics;
    for (int i = 0; i < 300; ++i) metrics += (i ? "," : "") + gauge("m" + std::to_string(i), point(1, i));
    s.send(Signal::Metrics, request(metrics));
    s.settle();
    std::multiset<std::string> names;
    for (const Recorded& r : s.own.requests) {
      const std::vector<Written> series = decoded(r.body);
      EXPECT_FALSE(series.empty());
      for (const Written& w : series) names.insert(w.name);
    }
    EXPECT_EQ(names.size(), 300u) << most;
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 300u) << most;
    if (most == 1) EXPECT_EQ(s.own.requests.size(), 300u);
    if (most == 20000) EXPECT_EQ(s.own.requests.size(), 1u);
    s.expect(300, 0, std::to_string(most));
  }
}

TEST(Answers, WhatMayPassIsTriedAgain) {
  for (const int status : {400, 401, 403, 404, 409, 413, 422, 429, 500, 501, 503, 504}) {
    config::Prometheusremotewrite c = usual();
    Sender s(c);
    s.own.answer = [&, n = 0](const Recorded&) mutable {
      return n++ ? Script::Answer{} : Script::Answer{status, "no"};
    };
    s.send(Signal::Metrics, request(gauge("a", point(1, 1) + "," + point(2, 2))));
    s.settle();
    const bool again = status == 429 || status >= 500;
    EXPECT_EQ(s.own.requests.size(), again ? 2u : 1u) << status;
    s.expect(again ? 2 : 0, again ? 0 : 2, std::to_string(status));
  }
}

TEST(Answers, OnlyWhatFailedIsSentAgain) {
  config::Prometheusremotewrite c = usual();
  c.max_batch_size_bytes = 1;
  Sender s(c);
  std::string metrics;
  for (int i = 0; i < 20; ++i) metrics += (i ? "," : "") + gauge("m" + std::to_string(i), point(1, i));
  s.own.answer = [n = 0](const Recorded&) mutable {
    ++n;
    return n == 3             ? Script::Answer{400, "out of order sample"}
           : n == 5 || n == 9 ? Script::Answer{503, "busy"}
                              : Script::Answer{};
  };
  s.send(Signal::Metrics, request(metrics));
  s.settle();
  EXPECT_EQ(s.own.requests.size(), 22u);
  std::map<std::string, int> times;
  for (const Recorded& r : s.own.requests) ++times[decoded(r.body)[0].name];
  EXPECT_EQ(times.size(), 20u);
  s.expect(19, 1, "one was refused");
}

TEST(Answers, WhatIsGivenUpIsWhatWasNotTaken) {
  config::Prometheusremotewrite c = usual();
  c.max_batch_size_bytes = 1;
  c.retry_on_failure.max_elapsed_time = 1;
  Sender s(c);
  s.own.answer = [](const Recorded& r) {
    return decoded(r.body)[0].name == "m7" ? Script::Answer{503, "busy"} : Script::Answer{};
  };
  std::string metrics;
  for (int i = 0; i < 8; ++i) metrics += (i ? "," : "") + gauge("m" + std::to_string(i), point(1, i));
  s.send(Signal::Metrics, request(metrics));
  s.settle();
  s.expect(7, 1, "the last was refused until its time was over");
}

TEST(Losses, WhatHasNoPlaceInPrometheusCountsAsFailed) {
  config::Prometheusremotewrite c = usual();
  Sender s(c);
  s.send(Signal::Metrics,
         request(gauge("a", point(1, 1)) + "," + gauge("___", point(1, 1) + "," + point(2, 2)).replace(9, 3, "...") +
                 R"(,{"name":"d","sum":{"aggregationTemporality":1,"dataPoints":[)" + point(1, 1) + "]}}"));
  s.settle();
  EXPECT_EQ(s.own.requests.size(), 1u);
  s.expect(1, 3, "");
  // Nothing at all to send.
  s.send(Signal::Metrics, request(gauge("...", point(1, 1))));
  s.settle();
  EXPECT_EQ(s.own.requests.size(), 1u);
  s.expect(1, 4, "");
}

TEST(Order, PayloadsGoOneAfterTheOther) {
  config::Prometheusremotewrite c = usual();
  Sender s(c);
  s.own.answer = [n = 0](const Recorded&) mutable { return n++ < 3 ? Script::Answer{503, "busy"} : Script::Answer{}; };
  for (int i = 1; i <= 5; ++i) s.send(Signal::Metrics, request(gauge("a", point(i, i))));
  s.settle();
  int64_t before = 0;
  for (const Recorded& r : s.own.requests) {
    const int64_t time = decoded(r.body)[0].samples[0].first;
    EXPECT_GE(time, before);
    before = time;
  }
  EXPECT_EQ(s.own.requests.size(), 8u);
  s.expect(5, 0, "");
}

}  // namespace
}  // namespace whittle
