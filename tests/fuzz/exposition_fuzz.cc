// SPDX-License-Identifier: Apache-2.0
// What targets say, in each format: reading ends, texts are the body's, and whatever a target says scrape after scrape,
// what goes on is valid OTLP with as many points as were counted.
#include "runtime/base/check.h"
#include "runtime/wire/validate.h"
#include "stdlib/receiver/prometheus/scrape.h"

#include <string>

using namespace whittle;
using namespace whittle::prometheus;

namespace {

void read(Format format, Bytes body, const ReadOptions& options) {
  Arena texts, line;
  auto reader = read_exposition(format, body, options, texts);
  std::vector<Label> labels;
  for (size_t entries = 0;; ++entries) {
    const Exposition::Entry e = reader->next();
    if (e == Exposition::Entry::End) break;
    if (e == Exposition::Entry::Wrong) {
      CHECK(reader->wrong != nullptr && reader->wrong_at <= body.size());
      break;
    }
    CHECK(entries <= 16 * body.size());
    if (e != Exposition::Entry::Series && e != Exposition::Entry::Histogram) continue;
    CHECK((e == Exposition::Entry::Histogram) == (reader->histogram != nullptr) || e == Exposition::Entry::Series);
    Labels builder;
    reader->labels(builder, line);
    builder.begin();
    builder.finish(labels);
    for (size_t i = 1; i < labels.size(); ++i) CHECK(!(labels[i].name < labels[i - 1].name));
    for (Exemplar x; reader->exemplar(x, line);) CHECK(x.labels.size() <= body.size());
    line.reset();
  }
}

void scrape(Format format, Bytes body, const ReadOptions& options) {
  Runtime runtime;
  MetadataTable metadata(runtime);
  const std::vector<Label> target{{"instance", "a:1"}, {"job", "j"}};
  TransactionContext context;
  context.target = &target;
  context.metadata = &metadata;
  context.scheme = "http";
  context.scope = "scope";
  context.version = "1";
  ScrapeSettings settings;
  settings.read = options;
  settings.track_timestamps = body.size() % 2 == 0;
  settings.honor_labels = body.size() % 3 == 0;
  settings.bucket_limit = body.size() % 5;
  settings.max_schema = static_cast<int32_t>(body.size() % 8);
  TargetScrape scrape(settings, context, 7);
  auto emit = [](Writer& piece, uint64_t points) {
    auto counts = wire::validate(Signal::Metrics, piece.bytes());
    // A name or text that is no UTF-8 never gets there.
    CHECK(counts.has_value());
    CHECK(counts->items == points);
  };
  for (const size_t part : {body.size(), body.size() / 2, size_t{0}, body.size()}) {
    TargetScrape::Answer answer;
    answer.body = body.first(part);
    answer.format = format;
    scrape.scraped(answer, 1'700'000'000'000'000'000, emit);
  }
  scrape.gone(1'700'000'010'000'000'000, emit);
}

void both(Format format, Bytes body, uint8_t bits) {
  const ReadOptions options{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};
  read(format, body, options);
  scrape(format, body, options);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Bytes body{data + 1, size - 1};
  for (const Format format : {Format::Text, Format::OpenMetrics, Format::Protobuf}) both(format, body, data[0]);
  // Lines that may well be good.
  static constexpr Text kPieces[] = {"# TYPE a histogram\n",
                                     "# TYPE b counter\n",
                                     "# HELP a x\n",
                                     "# TYPE c summary\n",
                                     "a_bucket{le=\"1\"} 2\n",
                                     "a_bucket{le=\"+Inf\"} 3\n",
                                     "a_count 3\n",
                                     "a_sum 1.5\n",
                                     "a_created 1\n",
                                     "b_total{x=\"y\"} 1 # {trace_id=\"ab\"} 2 3\n",
                                     "c{quantile=\"0.5\"} 4\n",
                                     "c_count 1\n",
                                     "c_sum NaN\n",
                                     "target_info{z=\"1\"} 1\n",
                                     "# UNIT b_s s\n",
                                     "d{job=\"k\",otel_scope_name=\"s\"} 1 5\n",
                                     "{\"e.f\",g=\"h\"} 1e3\n",
                                     "a_bucket{le=\"1\",p=\"q\"} 2\n",
                                     "# EOF\n",
                                     "a 1\n",
                                     "# TYPE a gaugehistogram\n"};
  std::string made;
  for (const uint8_t b : body) made += kPieces[b % std::size(kPieces)];
  both(Format::Text, as_bytes(Text(made)), data[0]);
  made += "# EOF\n";
  both(Format::OpenMetrics, as_bytes(Text(made)), data[0]);
  return 0;
}
