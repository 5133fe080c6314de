// SPDX-License-Identifier: Apache-2.0
// What a collector takes at most, as the declarations of its components say: memory, and time to stop.
#pragma once

#include "compiler/check/config.h"

#include <string>
#include <vector>

namespace whittle::check {

// What the collector needs at most, in MiB, and how that comes about: "8 for the queue of `exporters::awsemf`".
struct Memory {
  int64_t mib = 0;
  std::vector<std::string> terms;
};
Memory most_memory(const Config& config);

// What happens between SIGTERM and SIGKILL, in nanoseconds (runtime/main/main_serve.cc): for `linger` what listens goes
// on taking, and until `send` what is held is sent.
struct StopTimes {
  int64_t linger, send;
};
StopTimes stop_times(const Config& config);

// How long an exporter that is used may take to send one request.
struct Attempt {
  const Instance* exporter;
  const Value* setting;  // that says so; may have the place of a default
  int64_t ns;            // 0: as long as the backend likes

  // How many of them, each of which takes all of its time, fit into what is left after the linger; a second is between
  // two. 0: one that begins last is cut off.
  int64_t fit(const StopTimes& times) const;
};
// Of those whose time is known.
std::vector<Attempt> attempts(const Config& config);

// What may have to be sent before the collector stops: a full queue of an exporter that is used.
struct Drain {
  const Instance* exporter;
  const Value *size, *consumers;  // the settings that say so; may have the place of a default

  int64_t requests() const { return size->integer; }
  int64_t at_a_time() const { return consumers->integer; }
  // How long each request may take, in nanoseconds, for all of them to be sent between the linger and the end.
  int64_t answer(const StopTimes& times) const;
};
// Of queues in memory that count requests, whose size is known.
std::vector<Drain> drains(const Config& config);

}  // namespace whittle::check
