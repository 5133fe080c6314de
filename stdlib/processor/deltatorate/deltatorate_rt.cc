// SPDX-License-Identifier: Apache-2.0
// Delta sums as gauges of how much there was a second.
#include "runtime/base/log.h"
#include "runtime/base/runtime.h"
#include "runtime/record/aggregate.h"
#include "runtime/record/reshape.h"

#include "stdlib/processor/deltatorate/deltatorate_config.h"

namespace whittle {
namespace {

using namespace record;

class Rates {
public:
  explicit Rates(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::Deltatorate*>(c.config)) {}

  Status consume(Payload* payload) {
    invalid_ = false;
    Payload made(Signal::Metrics);
    const bool changed = reshape(*payload, made, [&](Bytes g, Writer& out) { return group(g, out); });
    const Consumer& next = context_.out[static_cast<uint32_t>(Signal::Metrics)];
    const Status status = invalid_  ? Status::Invalid
                          : changed ? hand_on(next, payload, static_cast<Payload&&>(made))
                                    : next.consume(next.self, payload);
    arena_.reset();
    return status;
  }

private:
  Reshaped group(Bytes content, Writer& out) {
    Message group(arena_, content);
    const Message before = group;
    bool changed = false;
    group.erase(kScopes);
    before.each(kScopes, [&](Bytes scope_content) {
      Message scope(arena_, scope_content);
      const Message was = scope;
      scope.erase(kRecords);
      was.each(kRecords, [&](Bytes record) {
        Message m(arena_, record);
        const bool ours = named(m.text(metric::kName)) && convert(m);
        changed |= ours;
        if (ours) scope.add(kRecords, m);
        else scope.add(kRecords, record);
      });
      group.add(kScopes, scope);
    });
    if (!changed) return Reshaped::Same;
    out.append(group.bytes());
    return Reshaped::Changed;
  }

  bool named(Text name) const {
    for (Str s : config_.metrics)
      if (view(s) == name) return true;
    return false;
  }

  bool convert(Message& m) {
    Message of(arena_, m.content(metric::kSum));
    if (metric::data_of(m) != metric::kSum || of.varint(metric::kTemporality) != metric::kDelta) {
      context_.runtime->log->info("a metric is no delta sum, so there is no rate of it",
                                  {{"processor", context_.id}, {"metric", m.text(metric::kName)}});
      return false;
    }
    change_points(arena_, m, [&](Message& p, uint32_t) {
      const bool whole = p.has(metric::kAsInt);
      if (!whole && !p.has(metric::kAsDouble)) invalid_ = true;
      const double value =
          whole ? static_cast<double>(static_cast<int64_t>(p.fixed(metric::kAsInt))) : p.real(metric::kAsDouble);
      const auto time = static_cast<int64_t>(p.fixed(metric::kTime) - p.fixed(metric::kStart));
      // As Go's Duration.Seconds.
      const double seconds = static_cast<double>(time / 1000000000) + static_cast<double>(time % 1000000000) / 1e9;
      p.erase(metric::kAsInt);
      p.set_real(metric::kAsDouble, seconds > 0 ? value / seconds : 0, true);
    });
    Message gauge(arena_);
    gauge.add_all(metric::kPoints, Message(arena_, m.content(metric::kSum)), metric::kPoints);
    metric::set_data(m, metric::kGauge, gauge);
    if (const Text unit = m.text(metric::kUnit); !unit.empty()) {
      Writer w;
      w.append(unit);
      w.append(Text("/s"));
      m.set_text(metric::kUnit, arena_.copy(w.text()));
    }
    return true;
  }

  const ComponentContext& context_;
  const config::Deltatorate& config_;
  bool invalid_ = false;  // a point without a value: the reference refuses the request for good
  Arena arena_;
};

}  // namespace

extern "C" Status processor_deltatorate_consume(void* self, Payload* payload) {
  return static_cast<Rates*>(self)->consume(payload);
}

extern "C" const ComponentOps processor_deltatorate_ops = {
    [](const ComponentContext* context) -> void* { return new Rates(*context); }};

}  // namespace whittle
