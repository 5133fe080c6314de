// SPDX-License-Identifier: Apache-2.0
// Decides for each span or log record by itself, so that collectors that see parts of a trace decide alike: what is
// held against the threshold is the trace's id, a hash of it or of an attribute, or what an earlier sampler has noted.
#include "runtime/base/number.h"
#include "runtime/base/runtime.h"
#include "runtime/base/self_metrics.h"
#include "runtime/record/attributes.h"
#include "runtime/record/reshape.h"

#include "runtime/record/sampling_state.h"
#include "stdlib/processor/probabilistic_sampler/probabilistic_sampler_config.h"

#include <math.h>

namespace whittle {
namespace {

using namespace record;
using namespace sampling;
using config::ProbabilisticSamplerMode;
using ottl::Value;
using ottl::ValueKind;

constexpr uint32_t kSpanTraceId = 1, kSpanTraceState = 3, kSpanAttributes = 9;
constexpr uint32_t kLogAttributes = 6, kLogTraceId = 9;
constexpr uint32_t kBuckets = 0x4000;

// What is held against the threshold, and by which rule it was found.
struct Randomness {
  uint64_t value = kAnyRandomness;
  Text policy = "missing_randomness";
  bool missing = true;
};

// What an item carries of earlier decisions.
struct Carrier {
  bool usable = true;
  Number threshold, randomness;
};

bool all_zero(Bytes b) {
  for (uint8_t x : b)
    if (x) return false;
  return true;
}

// FNV-1a of the seed's bytes, least first, and these.
uint32_t hash_of(Bytes b, uint32_t seed) {
  uint32_t h = 2166136261u;
  auto add = [&](uint8_t x) { h = (h ^ x) * 16777619u; };
  for (int i = 0; i < 4; ++i) add(static_cast<uint8_t>(seed >> (8 * i)));
  for (uint8_t x : b) add(x);
  return h;
}

// Fourteen bits of the hash, turned round so that more is more likely to pass, and the others behind.
uint64_t randomness_of(Bytes b, uint32_t seed) {
  const uint32_t hash = hash_of(b, seed);
  const uint64_t low = hash & (kBuckets - 1), rest = hash >> 18;
  return (kBuckets - 1 - low) << 42 | (rest ^ rest << 10) << 14 | low;
}

uint64_t low_bits(Bytes trace_id) {
  uint64_t v = 0;
  for (size_t i = 8; i < 16; ++i) v = v << 8 | trace_id[i];
  return v & kAnyRandomness;
}

// The threshold of a share of all. False: no share that can be told.
bool threshold_of(double share, int64_t precision, uint64_t& out) {
  out = kAlways;
  if (!(share >= 1.0 / static_cast<double>(kNever) && share <= 1)) return false;
  if (share == 1) return true;
  if (precision == 0) precision = kDigits;
  int exponent, exponent_of_rest;
  frexp(share, &exponent), frexp(1 - share, &exponent_of_rest);
  int64_t digits = precision + exponent / -4;
  if (precision + exponent_of_rest / -4 > digits) digits = precision + exponent_of_rest / -4;
  if (digits > static_cast<int64_t>(kDigits)) digits = kDigits;
  out = kNever - static_cast<uint64_t>(round(share * static_cast<double>(kNever)));
  if (const int64_t shift = 4 * (static_cast<int64_t>(kDigits) - digits); shift > 0)
    out = (out + (uint64_t{1} << (shift - 1))) >> shift << shift;
  return true;
}

class Sampler {
public:
  explicit Sampler(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::ProbabilisticSampler*>(c.config)) {
    // The reference holds the share as a float.
    const auto percent = static_cast<float>(config_.sampling_percentage > 100 ? 100 : config_.sampling_percentage);
    share_ = static_cast<double>(percent) / 100;
    if (share_ < 1.0 / static_cast<double>(kNever)) share_ = 1.0 / static_cast<double>(kNever);
    mode_ = config_.mode == ProbabilisticSamplerMode::Empty ? ProbabilisticSamplerMode::HashSeed : config_.mode;
    const auto buckets = static_cast<uint32_t>(percent * (static_cast<float>(kBuckets) / 100.0f));
    never_ = percent == 0 || (mode_ == ProbabilisticSamplerMode::HashSeed && buckets == 0);
    if (mode_ == ProbabilisticSamplerMode::HashSeed) threshold_ = uint64_t{kBuckets - buckets} << 42;
    else if (mode_ == ProbabilisticSamplerMode::Equalizing)
      threshold_of(share_, config_.sampling_precision, threshold_);
  }

  Status consume(Payload* payload) {
    const Signal signal = payload->signal;
    const Status status =
        consume_reshaped(context_.out[static_cast<uint32_t>(signal)], payload, [&](Bytes g, Writer& out) {
          return reshape_records(arena_, g, out, [&](Message& m) { return signal == Signal::Logs ? log(m) : span(m); });
        });
    arena_.reset();
    return status;
  }

private:
  // ---- deciding

  // `good`: what the item carries could be read and does not speak against this mode.
  bool passes(Carrier& carrier, Randomness& r, bool good, const Number& priority, uint64_t& threshold) {
    if (good && r.missing) good = false;
    if (good && carrier.usable && carrier.threshold.present && carrier.threshold.value > r.value) {
      carrier.threshold = {};  // it should not have come this far
      good = false;
    }
    threshold = good ? decide(carrier) : config_.fail_closed ? kNever : kAlways;
    if (priority.present) threshold = priority.value, r.policy = "sampling_priority";
    const bool sampled = threshold <= r.value;
    count(r.policy, sampled);
    return sampled;
  }

  uint64_t decide(const Carrier& carrier) const {
    if (never_) return kNever;
    switch (mode_) {
    case ProbabilisticSamplerMode::Equalizing:
      return carrier.threshold.present && threshold_ < carrier.threshold.value ? carrier.threshold.value : threshold_;
    case ProbabilisticSamplerMode::Proportional: {
      const double before = carrier.threshold.present
                                ? static_cast<double>(kNever - carrier.threshold.value) / static_cast<double>(kNever)
                                : 1;
      uint64_t out;
      return threshold_of(before * share_, config_.sampling_precision, out) ? out : kNever;
    }
    default: return threshold_;
    }
  }

  bool hashes() const { return !never_ && mode_ == ProbabilisticSamplerMode::HashSeed; }

  // What is found beside the item's own hash: what it carries counts in the consistent modes, and is in the way of
  // hashing.
  bool settle(Carrier& carrier, Randomness& r, bool parsed, Bytes trace_id) {
    if (never_) {
      r = {kAnyRandomness, "sampling_priority", false};
      return parsed;
    }
    if (!parsed) {
      carrier.usable = false;
      return false;
    }
    if (hashes()) {
      if (carrier.randomness.present || carrier.threshold.present) {
        carrier.usable = false;
        return false;
      }
      return true;
    }
    if (carrier.randomness.present) r = {carrier.randomness.value, "sampling_randomness", false};
    else if (trace_id.size() == 16 && !all_zero(trace_id)) r = {low_bits(trace_id), "trace_id_w3c", false};
    return true;
  }

  // ---- spans

  Reshaped span(Message& m) {
    TraceState state;
    const bool parsed = state.parse(m.text(kSpanTraceState));
    Carrier carrier{true, state.threshold, state.randomness};
    Randomness r;
    const Bytes id = m.content(kSpanTraceId);
    if (hashes() && id.size() == 16 && !all_zero(id))
      r = {randomness_of(id, static_cast<uint32_t>(config_.hash_seed)), "trace_id_hash", false};
    const bool good = settle(carrier, r, parsed, id);
    if (hashes() && good) carrier.randomness = {true, r.value};
    uint64_t threshold;
    if (!passes(carrier, r, good, span_priority(m), threshold)) return Reshaped::Gone;
    if (!carrier.usable) return Reshaped::Same;
    if (!(carrier.threshold.present && carrier.threshold.value > threshold)) carrier.threshold = {true, threshold};
    state.threshold = carrier.threshold, state.randomness = carrier.randomness;
    Writer w;
    state.append(w);
    if (w.text() == m.text(kSpanTraceState)) return Reshaped::Same;
    m.set_text(kSpanTraceState, arena_.copy(w.text()));
    return Reshaped::Changed;
  }

  // The attribute of OpenTracing: 0 is never, more is always.
  static Number span_priority(const Message& m) {
    Value v;
    if (!get_attribute(m, kSpanAttributes, "sampling.priority", &v)) return {};
    double d = -1;
    if (v.is(ValueKind::Int)) d = static_cast<double>(v.integer);
    else if (v.is(ValueKind::Double)) d = v.real;
    else if (v.is(ValueKind::String)) d = parse_double(v.as_text()).value_or(-1);
    if (d == 0) return {true, kNever};
    return d > 0 ? Number{true, kAlways} : Number{};
  }

  // ---- log records

  Reshaped log(Message& m) {
    Carrier carrier;
    bool parsed = true;
    const Text threshold_text = attribute_text(m, kLogAttributes, "sampling.threshold");
    const Text randomness_text = attribute_text(m, kLogAttributes, "sampling.randomness");
    if (!threshold_text.empty()) parsed &= parse_threshold(threshold_text, carrier.threshold);
    if (!randomness_text.empty()) parsed &= parse_randomness(randomness_text, carrier.randomness);
    Randomness r;
    const Bytes id = m.content(kLogTraceId);
    if (hashes()) hash_log(m, id, r);
    const bool good = settle(carrier, r, parsed, id);
    const bool had_threshold = carrier.threshold.present;
    bool changed = false;
    if (hashes() && good && !r.missing) {
      Writer w;
      append_randomness(w, r.value);
      put_attribute(arena_, m, kLogAttributes, "sampling.randomness", ottl::text(arena_.copy(w.text())));
      changed = true;
    }
    uint64_t threshold;
    if (!passes(carrier, r, good, log_priority(m), threshold)) return Reshaped::Gone;
    if (carrier.usable && had_threshold && !carrier.threshold.present) {
      remove_attribute(m, kLogAttributes, "sampling.threshold");
      changed = true;
    }
    if (carrier.usable && !(carrier.threshold.present && threshold < carrier.threshold.value)) {
      Writer w;
      append_threshold(w, threshold);
      put_attribute(arena_, m, kLogAttributes, "sampling.threshold", ottl::text(arena_.copy(w.text())));
      changed = true;
    }
    return changed ? Reshaped::Changed : Reshaped::Same;
  }

  void hash_log(const Message& m, Bytes id, Randomness& r) {
    const auto seed = static_cast<uint32_t>(config_.hash_seed);
    const bool by_trace = view(config_.attribute_source) == "traceID";
    if (by_trace && id.size() == 16 && !all_zero(id)) r = {randomness_of(id, seed), "trace_id_hash", false};
    Value v;
    const Text from = view(config_.from_attribute);
    if (!r.missing || from.empty() || !get_attribute(m, kLogAttributes, from, &v)) return;
    Writer w;
    if (v.is(ValueKind::Bytes)) w.append(v.as_bytes());
    else ottl::append_as_string(w, v);
    if (!w.empty()) r = {randomness_of(w.bytes(), seed), from, false};
  }

  Number log_priority(const Message& m) const {
    Value v;
    const Text from = view(config_.sampling_priority);
    if (from.empty() || !get_attribute(m, kLogAttributes, from, &v)) return {};
    const double share = v.is(ValueKind::Double) ? v.real / 100
                         : v.is(ValueKind::Int)  ? static_cast<double>(v.integer) / 100
                                                 : 0;
    uint64_t threshold;
    if (share != 0 && threshold_of(share, config_.sampling_precision, threshold)) return {true, threshold};
    return {};
  }

  // otelcol_processor_probabilistic_sampler_count_{traces,logs}_sampled, by rule and outcome.
  void count(Text policy, bool sampled) {
    for (const Counter& c : counters_)
      if (c.policy == policy && c.sampled == sampled) {
        ++*c.cell;
        return;
      }
    const bool logs = context_.out[static_cast<uint32_t>(Signal::Logs)].consume != nullptr;
    int64_t* cell = context_.runtime->metrics->counter(
        {logs ? "otelcol_processor_probabilistic_sampler_count_logs_sampled"
              : "otelcol_processor_probabilistic_sampler_count_traces_sampled",
         logs ? "Count of logs that were sampled or not" : "Count of traces that were sampled or not",
         logs ? "{records}" : "{traces}",
         "github.com/open-telemetry/opentelemetry-collector-contrib/processor/probabilisticsamplerprocessor"},
        {{"policy", policy}, {"sampled", sampled ? "true" : "false"}});
    counters_.push_back({policy, sampled, cell});
    ++*cell;
  }

  struct Counter {
    Text policy;  // of a literal or of the config
    bool sampled;
    int64_t* cell;
  };

  const ComponentContext& context_;
  const config::ProbabilisticSampler& config_;
  ProbabilisticSamplerMode mode_;
  double share_;
  bool never_;
  uint64_t threshold_ = kAlways;
  std::vector<Counter> counters_;
  Arena arena_;
};

}  // namespace

extern "C" Status processor_probabilistic_sampler_consume(void* self, Payload* payload) {
  return static_cast<Sampler*>(self)->consume(payload);
}

extern "C" const ComponentOps processor_probabilistic_sampler_ops = {
    [](const ComponentContext* context) -> void* { return new Sampler(*context); }};

}  // namespace whittle
