// SPDX-License-Identifier: Apache-2.0
// New metrics, computed from those of the same resource.
#include "runtime/base/runtime.h"
#include "runtime/record/reshape.h"

#include "stdlib/processor/metricsgeneration/metricsgeneration_config.h"

namespace whittle {
namespace {

using namespace record;
using config::MetricsgenerationRule;

double value_of(const Message& p) {
  return p.has(metric::kAsInt) ? static_cast<double>(static_cast<int64_t>(p.fixed(metric::kAsInt)))
                               : p.real(metric::kAsDouble);
}

// False: it cannot be computed.
bool compute(Text operation, double a, double b, double& out) {
  if (operation == "add") out = a + b;
  else if (operation == "subtract") out = a - b;
  else if (operation == "multiply") out = a * b;
  else if (operation != "divide" && operation != "percent") return false;
  else if (b == 0) return false;
  else out = operation == "divide" ? a / b : a / b * 100;
  return true;
}

class Generator {
public:
  explicit Generator(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::Metricsgeneration*>(c.config)) {}

  Status consume(Payload* payload) {
    const Status status = consume_reshaped(context_.out[static_cast<uint32_t>(Signal::Metrics)], payload,
                                           [&](Bytes g, Writer& out) { return group(g, out); });
    arena_.reset();
    return status;
  }

private:
  struct Scope {
    Message own;
    std::vector<Message> metrics;
  };

  Reshaped group(Bytes content, Writer& out) {
    Message group(arena_, content);
    std::vector<Scope> scopes;
    // What rules name as the second metric are those that came, not those that other rules have made.
    std::vector<Message> came;
    group.each(kScopes, [&](Bytes scope) {
      scopes.push_back({Message(arena_, scope), {}});
      scopes.back().own.each(kRecords, [&](Bytes m) { scopes.back().metrics.emplace_back(arena_, m); });
      came.insert(came.end(), scopes.back().metrics.begin(), scopes.back().metrics.end());
    });
    bool changed = false;
    for (const MetricsgenerationRule& r : config_.rules) changed |= apply(r, scopes, came);
    if (!changed) return Reshaped::Same;
    group.erase(kScopes);
    for (Scope& s : scopes) {
      s.own.erase(kRecords);
      for (const Message& m : s.metrics) s.own.add(kRecords, m);
      group.add(kScopes, s.own);
    }
    out.append(group.bytes());
    return Reshaped::Changed;
  }

  // Of several with the same name the last one.
  static const Message* find(const std::vector<Message>& metrics, Str name) {
    const Message* out = nullptr;
    for (const Message& m : metrics)
      if (m.text(metric::kName) == view(name)) out = &m;
    return out;
  }

  bool apply(const MetricsgenerationRule& r, std::vector<Scope>& scopes, const std::vector<Message>& came) {
    if (!find(came, r.metric1)) return false;
    const Message* second = view(r.type) == "calculate" ? find(came, r.metric2) : nullptr;
    if (view(r.type) == "calculate" && !second) return false;
    bool changed = false;
    for (Scope& scope : scopes) {
      // The reference looks at what it adds too, and never ends where a rule makes a metric that it is made of.
      const bool endless = view(r.name) == view(r.metric1);
      size_t n = scope.metrics.size();
      for (size_t i = 0; i < n; ++i) {
        if (scope.metrics[i].text(metric::kName) != view(r.metric1)) continue;
        Message made(arena_);
        if (!make(r, scope.metrics[i], second, made)) continue;
        scope.metrics.push_back(made);
        changed = true;
        if (!endless) n = scope.metrics.size();
      }
    }
    return changed;
  }

  bool make(const MetricsgenerationRule& r, const Message& m, const Message* second, Message& made) {
    const uint32_t data = metric::data_of(m);
    if (data != metric::kGauge && data != metric::kSum) return false;
    Message of(arena_);
    const Message from(arena_, m.content(data));
    bool any = false;
    const double operand = second ? first_value(*second) : r.scale_by;
    from.each(metric::kPoints, [&](Bytes content) {
      Message p(arena_, content);
      double value;
      if (!compute(view(r.operation), value_of(p), operand, value)) return;
      p.erase(metric::kAsInt);
      p.set_real(metric::kAsDouble, value, true);
      of.add(metric::kPoints, p);
      any = true;
    });
    if (!any) return false;
    made.set_text(metric::kName, view(r.name));
    made.set_text(metric::kUnit, view(r.unit));
    metric::set_data(made, data, of);
    return true;
  }

  // That of the first data point, which serves all of the other metric's: the reference matches points by their
  // attributes only behind a feature gate that is off (metricsgeneration.MatchAttributes).
  double first_value(const Message& m) {
    const uint32_t data = metric::data_of(m);
    if (data != metric::kGauge && data != metric::kSum) return 0;
    double out = 0;
    bool first = true;
    Message(arena_, m.content(data)).each(metric::kPoints, [&](Bytes content) {
      if (first) out = value_of(Message(arena_, content));
      first = false;
    });
    return out;
  }

  const ComponentContext& context_;
  const config::Metricsgeneration& config_;
  Arena arena_;
};

}  // namespace

extern "C" Status processor_metricsgeneration_consume(void* self, Payload* payload) {
  return static_cast<Generator*>(self)->consume(payload);
}

extern "C" const ComponentOps processor_metricsgeneration_ops = {
    [](const ComponentContext* context) -> void* { return new Generator(*context); }};

}  // namespace whittle
