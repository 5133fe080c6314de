// SPDX-License-Identifier: Apache-2.0
// Refuses telemetry while what the collector holds is above the soft limit. What it holds is counted byte by byte
// (runtime/base/memory.h), so a look at it costs nothing: every payload is held against the limit, and check_interval
// is how often those who were refused are told that there is room again.
#include "runtime/base/budget.h"
#include "runtime/base/log.h"
#include "runtime/base/number.h"
#include "runtime/base/payload.h"
#include "runtime/base/self_metrics.h"
#include "runtime/http/header.h"
#include "runtime/loop/loop.h"
#include "runtime/pipeline/item_counters.h"
#include "runtime/pipeline/room.h"

#include "stdlib/processor/memory_limiter/memory_limiter_config.h"

#include <fcntl.h>
#include <unistd.h>

namespace whittle {
namespace {

constexpr uint64_t kMiB = 1024 * 1024;

class Limiter {
public:
  explicit Limiter(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::MemoryLimiter*>(c.config)),
        timer_(*c.runtime->loop, [](void* self) { static_cast<Limiter*>(self)->look(); }, this) {
    for (uint32_t s = 0; s < 3; ++s) {
      if (!c.out[s].consume) continue;
      accepted_[s] = accepted_items(*c.runtime->metrics, view(c.id), static_cast<Signal>(s));
      refused_[s] = refused_items(*c.runtime->metrics, view(c.id), static_cast<Signal>(s));
    }
  }

  bool start() {
    uint64_t limit = static_cast<uint64_t>(config_.limit_mib) * kMiB;
    uint64_t spike = static_cast<uint64_t>(config_.spike_limit_mib) * kMiB;
    if (limit == 0) {
      const uint64_t total = total_memory();
      if (total == 0) {
        context_.runtime->log->error("how much memory there is cannot be found out: write `limit_mib`",
                                     {{"processor", context_.id}, {"config", context_.place}});
        return false;
      }
      limit = total / 100 * static_cast<uint64_t>(config_.limit_percentage);
      spike = total / 100 * static_cast<uint64_t>(config_.spike_limit_percentage);
    }
    if (spike == 0) spike = limit / 5;
    soft_ = limit - spike;
    return true;
  }

  void drain() { timer_.cancel(); }

  Status consume(Payload* payload) {
    const auto s = static_cast<uint32_t>(payload->signal);
    const auto items = static_cast<int64_t>(payload->items);
    if (memory_held() >= soft_) return refuse(s, items);
    const Status status = context_.out[s].consume(context_.out[s].self, payload);
    if (status == Status::Ok) *accepted_[s] += items;
    return status;
  }

private:
  Status refuse(uint32_t s, int64_t items) {
    *refused_[s] += items;
    if (!refusing_)
      context_.runtime->log->warn(
          "memory is above the soft limit: telemetry is refused",
          {{"processor", context_.id}, {"held_mib", memory_held() / kMiB}, {"soft_limit_mib", soft_ / kMiB}});
    refusing_ = true;
    if (!timer_.pending()) timer_.in(config_.check_interval);
    return room_.refuse(*context_.runtime);
  }

  void look() {
    if (memory_held() >= soft_) return timer_.in(config_.check_interval);
    refusing_ = false;
    context_.runtime->log->info("memory is within the limit again", {{"processor", context_.id}});
    room_.made();
  }

  const ComponentContext& context_;
  const config::MemoryLimiter& config_;
  Timer timer_;
  Room room_;
  uint64_t soft_ = 0;
  bool refusing_ = false;
  int64_t *accepted_[3] = {}, *refused_[3] = {};
};

}  // namespace

extern "C" Status processor_memory_limiter_consume(void* self, Payload* payload) {
  return static_cast<Limiter*>(self)->consume(payload);
}

extern "C" const ComponentOps processor_memory_limiter_ops = {
    .create = [](const ComponentContext* context) -> void* { return new Limiter(*context); },
    .start = [](void* self) { return static_cast<Limiter*>(self)->start(); },
    .drain = [](void* self) { static_cast<Limiter*>(self)->drain(); },
};

}  // namespace whittle
