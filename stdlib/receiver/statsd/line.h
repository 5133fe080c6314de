// SPDX-License-Identifier: Apache-2.0
// A line of StatsD as the reference reads it (receiver/statsdreceiver/internal/parser/statsd_parser.go), with what
// DogStatsD adds to it: tags, containers, timestamps.
#pragma once

#include "runtime/base/bytes.h"

#include <vector>

namespace whittle::statsd {

enum class Type : uint8_t { Counter, Gauge, Histogram, Timing, Distribution };

struct Tag {
  Text key, value;
};

struct Line {
  Text name;
  Type type = Type::Counter;
  double value = 0;
  bool addition = false;   // the value has a sign: gauges add it
  double rate = 0;         // 0: none was given
  uint64_t timestamp = 0;  // nanoseconds; 0: none was given
  std::vector<Tag> tags;   // by key, each once: the last one of a name counts

  // How many times the value was seen, as the rate says.
  double count() const { return rate > 0 && rate < 1 ? 1 / rate : 1; }
  double counted() const { return rate > 0 && rate < 1 ? value / rate : value; }
};

// Reads a line into `out`, whose memory is used again; texts are those of `line`. Null, or why it is none.
const char* parse(Text line, bool simple_tags, bool metric_type, Line& out);

// "counter", "gauge", "histogram", "timing", "distribution".
Text name_of(Type type);

}  // namespace whittle::statsd
