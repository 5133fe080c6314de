// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/worst_case.h"

#include "compiler/check/checks.h"
#include "compiler/check/listeners.h"

#include <algorithm>

namespace whittle::check {

static constexpr int64_t kSecond = 1'000'000'000;

Memory most_memory(const Config& config) {
  Memory m;
  auto add = [&](int64_t mib, const std::string& what) {
    m.mib += mib;
    m.terms.push_back(std::to_string(mib) + " for " + what);
  };
  add(4, "the collector itself and its connections");
  auto held = [&](const Instance& i, const std::string& pipeline) {
    for (const schema::Holds& h : i.component->holds) {
      if (h.when != nullptr && evaluate(*h.when, i.config) == Truth::False) continue;
      int64_t mib = h.number;
      if (!h.path.empty()) {
        const Value* v = setting_at(i.config, h.path);
        bool known = v != nullptr && !v->late && v->integer > 0 && v->integer <= INT64_MAX / h.number - (1 << 20);
        mib = known ? std::min<int64_t>((v->integer * h.number + (1 << 20) - 1) >> 20, 1024) : h.otherwise;
      }
      add(mib, std::string(h.what) + " `" + setting_path(i) + "`" + (pipeline.empty() ? "" : " of `" + pipeline + "`"));
    }
  };
  for (const Instance& i : config.instances) {
    if (i.used && i.component->kind != schema::ComponentKind::Processor) held(i, "");
  }
  for (const Pipeline& p : config.pipelines) {
    for (InstanceId id : p.processors) held(config.instances[id], p.name);
  }
  return m;
}

StopTimes stop_times(const Config& config) {
  const int64_t stop = config.stop_timeout_s * kSecond, to_report = 5 * kSecond;
  StopTimes t{};
  t.send = stop > 2 * to_report ? stop - to_report : stop / 2;
  t.linger = std::min(config.linger_ns, t.send / 2);
  return t;
}

int64_t Attempt::fit(const StopTimes& times) const {
  return ns == 0 ? 0 : (times.send - times.linger + kSecond) / (ns + kSecond);
}

std::vector<Attempt> attempts(const Config& config) {
  std::vector<Attempt> out;
  for (const Instance& i : config.instances) {
    if (!i.used || i.component->attempts.empty() || i.config.items.empty()) continue;
    const Value* v = setting_at(i.config, i.component->attempts);
    if (v == nullptr || v->late || v->wrong) continue;
    out.push_back({&i, v, v->type->kind == schema::TypeKind::Duration ? v->integer : v->integer * kSecond});
  }
  return out;
}

int64_t Drain::answer(const StopTimes& times) const {
  const int64_t rounds = (requests() + at_a_time() - 1) / at_a_time();
  return (times.send - times.linger) / rounds;
}

std::vector<Drain> drains(const Config& config) {
  std::vector<Drain> out;
  for (const Instance& i : config.instances) {
    if (!i.used || i.component->drains.empty() || i.config.items.empty()) continue;
    const Value* queue = setting_at(i.config, i.component->drains);
    if (queue != nullptr && queue->type->kind == schema::TypeKind::Optional)
      queue = queue->present && !queue->items.empty() ? queue->items.data() : nullptr;
    if (queue == nullptr || queue->wrong) continue;
    const Value *sizer = queue->find("sizer"), *enabled = queue->find("enabled"), *storage = queue->find("storage");
    if (sizer != nullptr && (sizer->late || sizer->text != "requests")) continue;
    if (enabled != nullptr && (enabled->late || !enabled->boolean)) continue;
    if (storage != nullptr && storage->present) continue;
    const Drain d{&i, queue->find("queue_size"), queue->find("num_consumers")};
    auto known = [](const Value* v) { return v != nullptr && !v->late && !v->wrong && v->integer > 0; };
    if (known(d.size) && known(d.consumers)) out.push_back(d);
  }
  return out;
}

}  // namespace whittle::check
