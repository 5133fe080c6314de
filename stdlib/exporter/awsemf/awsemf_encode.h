// SPDX-License-Identifier: Apache-2.0
// Metrics to Embedded Metric Format: log events that are JSON documents, from which CloudWatch makes metrics.
//
// Data points with the same labels, time and kind share a document. Cumulative sums become increases, for which the
// encoder remembers each series' last value.
#pragma once

#include "runtime/aws/log_events.h"
#include "runtime/base/arena.h"
#include "stdlib/exporter/awsemf/awsemf_config.h"

#include <span>
#include <vector>

namespace whittle::awsemf {

// What could not become events; told in the log by whoever encodes.
struct Losses {
  uint32_t duplicates = 0;  // a second value for a metric with the same labels and time
  uint32_t not_finite = 0;  // results that JSON cannot say
  uint32_t too_large = 0;   // one metric alone makes a larger document than CloudWatch takes
  uint32_t wide = 0;        // documents with sets of more than 30 dimensions, which CloudWatch does not count
  bool any() const { return duplicates | not_finite | too_large | wide; }
};

constexpr uint32_t kMaxMetrics = 100;        // of a document
constexpr uint32_t kMaxDimensions = 30;      // of a set
constexpr size_t kMaxEventSize = 256 << 10;  // with kEventOverhead
constexpr size_t kEventOverhead = 26;
constexpr int64_t kSeriesLife = 300'000'000'000;  // how long a series' last value is kept

struct DocumentSettings;
struct Group;
struct Metric;
class Encoder;

// A payload's documents, each the message of a log event. They are written late: a document is several times as large
// as what it is made of.
class Documents final : public LogEvents {
public:
  explicit Documents(Encoder& encoder);

  // Brings the documents into the order in which they are sent; otherwise they come in that of their first data points.
  void sort();
  bool next(LogEvent& event) override;
  size_t write(Writer& out) override;
  void held(int64_t) override {}

  const Losses& losses() const { return losses_; }
  // Bytes of memory.
  size_t held() const { return arena_.held(); }
  // Frees what the documents are made of; there is no next one.
  void release();

private:
  friend class Encoder;
  using Metrics = std::span<const Metric* const>;

  // How the last document's measurements begin: the next one's often do so too.
  struct Head {
    const Group* group = nullptr;
    Writer text;
    uint32_t wide = 0;  // as in Losses
    bool serves(const Group& g) const;
  };
  friend struct Document;

  const DocumentSettings& settings_;
  Arena arena_;
  std::vector<Group*> groups_;
  size_t at_ = 0;               // behind the group at hand
  std::vector<Metrics> parts_;  // of the group at hand, which become a document each: the next one last
  Metrics part_;                // at hand
  Head head_;
  Arena scratch_;  // of one document
  Losses losses_{};
};

class Encoder {
public:
  // `config` and `default_stream` must outlive the encoder, and the encoder its documents.
  Encoder(const config::Awsemf& config, Text default_stream);
  ~Encoder();
  Encoder(const Encoder&) = delete;

  // Makes documents of a payload: translate() for each slice (regular, see wire/validate.h), which must stay until the
  // documents are written. One payload at a time.
  void begin(Documents& documents, int64_t now_ns);
  void translate(Bytes request);

  // Forgets series whose last data point is older than kSeriesLife. To be called now and then.
  void expire(int64_t now_ns);
  size_t series() const;

private:
  friend class Documents;
  struct State;
  State* state_;
};

}  // namespace whittle::awsemf
