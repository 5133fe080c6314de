// SPDX-License-Identifier: Apache-2.0
// What samplers keep in a trace_state: a threshold and randomness in its member `ot`
// (opentelemetry.io/docs/specs/otel/trace/tracestate-handling; contrib's pkg/sampling).
#pragma once

#include "runtime/base/writer.h"

#include <vector>

namespace whittle::sampling {

// Of 56 bits. A trace passes when its randomness is at least the threshold.
constexpr uint64_t kNever = uint64_t{1} << 56, kAlways = 0, kAnyRandomness = kNever - 1;
constexpr size_t kDigits = 14;

struct Number {
  bool present = false;
  uint64_t value = 0;
};

// "c" is half of all: digits left out behind are zeros. False: it is none.
bool parse_threshold(Text t, Number& out);
bool parse_randomness(Text t, Number& out);
// Without zeros behind; "0" for kAlways, empty for kNever.
void append_threshold(Writer& out, uint64_t threshold);
void append_randomness(Writer& out, uint64_t randomness);

class TraceState {
public:
  // False: it is none. What could be read of it is there.
  bool parse(Text t);
  void append(Writer& out) const;

  Number threshold, randomness;

private:
  struct Pair {
    Text key, value;
  };
  bool parse_own(Text t);

  std::vector<Pair> own_, others_;
};

}  // namespace whittle::sampling
