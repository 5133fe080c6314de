// SPDX-License-Identifier: Apache-2.0
// What the policies of tail_sampling say of a trace (tailsamplingprocessor's package internal/sampling).
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/payload.h"
#include "runtime/base/runtime.h"

#include "stdlib/processor/tail_sampling/tail_sampling_config.h"

#include <memory>
#include <vector>

namespace whittle::sampling {

// Failed: a condition could not be evaluated, and the policy says nothing.
enum class Decision : uint8_t { Sampled, NotSampled, Dropped, Failed };

struct Seen {
  Bytes id;
  const Payload& spans;
  uint64_t span_count;
  Arena& arena;  // for what is read; reset by the owner
};

class Policy {
public:
  virtual ~Policy() = default;
  virtual Decision decide(const Seen& trace) = 0;
};

// What stays of a config that was checked; it borrows from the config.
std::unique_ptr<Policy> make_policy(Runtime& runtime, const config::SamplingPolicy& c);

// The size of a trace as the reference would write it (size.cc), and of its groups without what joins them.
uint64_t size_of_trace(const Payload& spans);
uint64_t size_of_groups(const Payload& spans);

}  // namespace whittle::sampling
