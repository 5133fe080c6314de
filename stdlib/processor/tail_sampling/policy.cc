// SPDX-License-Identifier: Apache-2.0
#include "stdlib/processor/tail_sampling/policy.h"

#include "runtime/base/regex.h"
#include "runtime/base/regex_compile.h"
#include "runtime/loop/loop.h"
#include "runtime/record/attributes.h"
#include "runtime/record/conditions.h"
#include "runtime/record/reshape.h"

#include <string.h>

namespace whittle::sampling {
namespace {

using namespace record;

enum Span : uint32_t {
  kTraceState = 3,
  kStart = 7,
  kEnd = 8,
  kAttributes = 9,
  kEvents = 11,
  kStatus = 15,
  kFlags = 16
};

// Whether `resource` or `span` is true of any resource or span, which they are asked of in order.
template <class R, class S>
bool any(const Seen& trace, R resource, S span) {
  for (const Slice& slice : trace.spans.slices)
    for (const uint8_t *p = slice.bytes.data(), *end = p + slice.bytes.size(); p < end;) {
      const wire::RawField field = wire::next_field(p);
      if (field.number() != 1) continue;
      const Message group(trace.arena, field.content());
      if (resource(Message(trace.arena, group.content(kResource)))) return true;
      bool found = false;
      group.each(kScopes, [&](Bytes scope_content) {
        if (found) return;
        Message(trace.arena, scope_content).each(kRecords, [&](Bytes s) {
          if (!found) found = span(Message(trace.arena, s));
        });
      });
      if (found) return true;
    }
  return false;
}
template <class S>
bool any_span(const Seen& trace, S span) {
  return any(trace, [](const Message&) { return false; }, span);
}
Decision sampled(bool yes) {
  return yes ? Decision::Sampled : Decision::NotSampled;
}

struct Always final : Policy {
  Decision decide(const Seen&) override { return Decision::Sampled; }
};
// What the reference leaves to chance or dies of.
struct Never final : Policy {
  Decision decide(const Seen&) override { return Decision::NotSampled; }
};

struct Latency final : Policy {
  config::SamplingRuleLatency c;
  explicit Latency(const config::SamplingRuleLatency& config) : c(config) {}

  Decision decide(const Seen& trace) override {
    uint64_t first = 0, last = 0;
    return sampled(any_span(trace, [&](const Message& span) {
      const uint64_t start = span.fixed(kStart), end = span.fixed(kEnd);
      if (first == 0 || start < first) first = start;
      if (last == 0 || end > last) last = end;
      const int64_t ms = static_cast<int64_t>(last - first) / 1000000;
      if (c.upper_threshold_ms == 0) return ms >= c.threshold_ms;
      return c.threshold_ms < ms && ms <= c.upper_threshold_ms;
    }));
  }
};

// A policy on an attribute of resources or spans, `matches(value, of_span)` of which says whether it is meant.
template <class F>
struct Attribute final : Policy {
  Text key;
  bool invert;
  F matches;
  Attribute(Text k, bool i, F f) : key(k), invert(i), matches(static_cast<F&&>(f)) {}

  Decision decide(const Seen& trace) override {
    auto of = [&](const Message& m, uint32_t number, bool of_span) {
      ottl::Value v;
      return get_attribute(m, number, key, &v) && matches(v, of_span);
    };
    const bool found = any(
        trace, [&](const Message& m) { return of(m, 1, false); },
        [&](const Message& m) { return of(m, kAttributes, true); });
    return sampled(found != invert);
  }
};
template <class F>
std::unique_ptr<Policy> on_attribute(Str key, bool invert, F f) {
  return std::make_unique<Attribute<F>>(view(key), invert, static_cast<F&&>(f));
}

std::unique_ptr<Policy> numeric(const config::SamplingRuleNumericAttribute& c) {
  if (c.min_value == 0 && c.max_value == 0) return std::make_unique<Never>();  // the reference dies of it
  const int64_t least = c.min_value ? c.min_value : INT64_MIN, most = c.max_value ? c.max_value : INT64_MAX;
  return on_attribute(c.key, c.invert_match, [least, most](const ottl::Value& v, bool) {
    const int64_t n = v.is(ottl::ValueKind::Int) ? v.integer : 0;
    return n >= least && n <= most;
  });
}

std::unique_ptr<Policy> boolean(const config::SamplingRuleBooleanAttribute& c) {
  return on_attribute(c.key, c.invert_match, [want = c.value](const ottl::Value& v, bool) {
    return (v.is(ottl::ValueKind::Bool) && v.integer != 0) == want;
  });
}

std::unique_ptr<Policy> string(const config::SamplingRuleStringAttribute& c) {
  std::vector<const Regex*> patterns;
  if (c.enabled_regex_matching)
    for (Str s : c.values)
      if (const Regex* r = compile_regex(view(s))) patterns.push_back(r);
  return on_attribute(
      c.key, c.invert_match,
      [&c, patterns = static_cast<std::vector<const Regex*>&&>(patterns)](const ottl::Value& v, bool of_span) {
        const Text text = v.is(ottl::ValueKind::String) ? v.as_text() : Text();
        if (of_span && text.empty()) return false;
        for (const Regex* r : patterns)
          if (regex_match(*r, text)) return true;
        if (c.enabled_regex_matching || text.empty()) return false;
        for (Str s : c.values)
          if (view(s) == text) return true;
        return false;
      });
}

struct Probabilistic final : Policy {
  Text salt;
  uint64_t threshold;

  explicit Probabilistic(const config::SamplingRuleProbabilistic& c)
      : salt(c.hash_salt.size ? view(c.hash_salt) : Text("default-hash-seed")),
        threshold(share(c.sampling_percentage / 100)) {}

  // The largest hash that is sampled: so much of 2^64-1, exactly.
  static uint64_t share(double ratio) {
    if (!(ratio > 0)) return 0;
    if (ratio >= 1) return UINT64_MAX;
    const auto bits = std::bit_cast<uint64_t>(ratio);
    const auto exponent = static_cast<int>(bits >> 52);
    if (exponent == 0) return 0;
    const uint64_t mantissa = (bits & ((uint64_t{1} << 52) - 1)) | uint64_t{1} << 52;
    const unsigned __int128 product = static_cast<unsigned __int128>(UINT64_MAX) * mantissa;
    const int shift = 1075 - exponent;  // ratio is mantissa / 2^shift
    return shift > 127 ? 0 : static_cast<uint64_t>(product >> shift);
  }

  Decision decide(const Seen& trace) override {
    uint64_t hash = 0xCBF29CE484222325;  // FNV-1a
    auto add = [&](uint8_t b) { hash = (hash ^ b) * 0x100000001B3; };
    for (char c : salt) add(static_cast<uint8_t>(c));
    for (uint8_t b : trace.id) add(b);
    return sampled(hash <= threshold);
  }
};

struct StatusCode final : Policy {
  uint32_t codes = 0;  // bits by number
  explicit StatusCode(const config::SamplingRuleStatusCode& c) {
    for (Str s : c.status_codes) codes |= view(s) == "OK" ? 2u : view(s) == "ERROR" ? 4u : 1u;
  }
  Decision decide(const Seen& trace) override {
    return sampled(any_span(trace, [&](const Message& span) {
      const uint64_t code = Message(trace.arena, span.content(kStatus)).varint(3);
      return code < 3 && (codes >> code & 1) != 0;
    }));
  }
};

// A bucket that fills with so many tokens a second (golang.org/x/time/rate).
struct Bucket {
  Runtime& runtime;
  double rate, most, tokens;
  int64_t last;

  Bucket(Runtime& r, int64_t per_second, int64_t burst)
      : runtime(r), rate(static_cast<double>(per_second)),
        most(static_cast<double>(burst > 0 ? burst : per_second * 2)), tokens(most), last(r.loop->now()) {}
  bool take(uint64_t n) {
    const int64_t now = runtime.loop->now();
    double have = tokens + static_cast<double>(now - last) / 1e9 * rate;
    if (have > most) have = most;
    if (static_cast<double>(n) > have) return false;
    tokens = have - static_cast<double>(n);
    last = now;
    return true;
  }
};
struct SpanRate final : Policy {
  Bucket bucket;
  SpanRate(Runtime& r, const config::SamplingRuleRateLimiting& c) : bucket(r, c.spans_per_second, c.burst_capacity) {}
  Decision decide(const Seen& trace) override { return sampled(bucket.take(trace.span_count)); }
};
struct ByteRate final : Policy {
  Bucket bucket;
  ByteRate(Runtime& r, const config::SamplingRuleBytesLimiting& c) : bucket(r, c.bytes_per_second, c.burst_capacity) {}
  Decision decide(const Seen& trace) override { return sampled(bucket.take(size_of_trace(trace.spans))); }
};

struct SpanCount final : Policy {
  config::SamplingRuleSpanCount c;
  explicit SpanCount(const config::SamplingRuleSpanCount& config) : c(config) {}
  Decision decide(const Seen& trace) override {
    const auto n = static_cast<int64_t>(trace.span_count);
    return sampled(n >= c.min_spans && (c.max_spans == 0 || n <= c.max_spans));
  }
};

struct TraceFlags final : Policy {
  Decision decide(const Seen& trace) override {
    return sampled(any_span(trace, [](const Message& span) { return (span.fixed32(kFlags) & 1) != 0; }));
  }
};

bool lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
// A vendor's name, or with `tenant` what stands before its `@`.
bool state_name(Text name, size_t most, bool tenant) {
  if (name.empty() || name.size() > most) return false;
  if (!lower_or_digit(name[0]) || (!tenant && name[0] <= '9')) return false;
  for (char c : name.substr(1))
    if (!lower_or_digit(c) && c != '_' && c != '-' && c != '*' && c != '/') return false;
  return true;
}
bool state_key(Text key) {
  const size_t at = key.find('@');
  if (at == Text::npos) return state_name(key, 256, false);
  return state_name(key.substr(0, at), 241, true) && state_name(key.substr(at + 1), 14, false);
}

// The value of a key in a trace state (W3C Trace Context, 3.3.1); empty where there is none or the state is malformed.
Text state_value(Text state, Text key) {
  constexpr size_t kMostMembers = 32;
  Text names[kMostMembers], found;
  size_t members = 0;
  while (!state.empty()) {
    const size_t comma = state.find(',');
    Text member = state.substr(0, comma);
    state = comma == Text::npos ? Text() : state.substr(comma + 1);
    if (member.empty()) continue;
    const size_t equals = member.find('=');
    if (equals == Text::npos) return {};
    Text name = member.substr(0, equals), value = member.substr(equals + 1);
    while (!name.empty() && (name[0] == ' ' || name[0] == '\t')) name = name.substr(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value = value.substr(0, value.size() - 1);
    if (!state_key(name) || value.empty() || value.size() > 256 || members == kMostMembers) return {};
    for (char c : value)
      if (c < 0x20 || c > 0x7E || c == '=') return {};
    for (size_t i = 0; i < members; ++i)
      if (names[i] == name) return {};
    names[members++] = name;
    if (name == key) found = value;
  }
  return found;
}
struct TraceState final : Policy {
  const config::SamplingRuleTraceState& c;
  explicit TraceState(const config::SamplingRuleTraceState& config) : c(config) {}
  Decision decide(const Seen& trace) override {
    return sampled(any_span(trace, [&](const Message& span) {
      const Text value = state_value(span.text(kTraceState), view(c.key));
      if (value.empty()) return false;
      for (Str s : c.values)
        if (view(s) == value && c.key.size + s.size < 256) return true;
      return false;
    }));
  }
};

// One of the conditions holds for a span, or for an event of one.
struct Condition final : Policy {
  const config::SamplingRuleOttlCondition& c;
  Asker asker;
  Condition(const Runtime& runtime, const config::SamplingRuleOttlCondition& config) : c(config), asker(runtime) {}

  Decision decide(const Seen& trace) override {
    Answer answer = Answer::No;
    auto ask = [&](const Conditions& conditions) {
      answer = asker.ask(conditions);
      return answer != Answer::No;
    };
    auto span = [&](Bytes content) {
      asker.at_record(Kind::Span, content);
      if (c.span.any() && ask(c.span)) return;
      if (!c.spanevent.any()) return;
      uint32_t index = 0;
      each(content, kEvents, [&](Bytes event) {
        asker.at_inner(Kind::Event, event, index++);
        return ask(c.spanevent);
      });
    };
    for (const Slice& slice : trace.spans.slices) {
      each(slice.bytes, 1, [&](Bytes group) {
        asker.at_resource(group);
        each(group, kScopes, [&](Bytes scope) {
          asker.at_scope(scope);
          each(scope, kRecords, [&](Bytes content) {
            span(content);
            return answer != Answer::No;
          });
          return answer != Answer::No;
        });
        return answer != Answer::No;
      });
      if (answer != Answer::No) break;
    }
    return answer == Answer::Failed ? Decision::Failed : sampled(answer == Answer::Yes);
  }

  // Calls with the content of each field of that number, until it gives true.
  template <class F>
  static void each(Bytes message, uint32_t number, F f) {
    for (const uint8_t *p = message.data(), *end = p + message.size(); p < end;)
      if (const wire::RawField field = wire::next_field(p); field.number() == number && f(field.content())) return;
  }
};

struct All final : Policy {
  Decision yes;
  std::vector<std::unique_ptr<Policy>> subs;
  explicit All(Decision d) : yes(d) {}
  Decision decide(const Seen& trace) override {
    for (auto& sub : subs)
      if (const Decision d = sub->decide(trace); d == Decision::NotSampled || d == Decision::Failed) return d;
    return yes;
  }
};
struct Not final : Policy {
  std::unique_ptr<Policy> sub;
  explicit Not(std::unique_ptr<Policy> s) : sub(static_cast<std::unique_ptr<Policy>&&>(s)) {}
  Decision decide(const Seen& trace) override {
    const Decision d = sub->decide(trace);
    return d == Decision::Failed ? d : sampled(d != Decision::Sampled);
  }
};

struct Composite final : Policy {
  struct Sub {
    std::unique_ptr<Policy> policy;
    int64_t most = 0, used = 0;  // spans in this second
  };
  Runtime& runtime;
  int64_t most, second = -1;
  std::vector<Sub> subs;

  Composite(Runtime& r, int64_t m) : runtime(r), most(m) {}
  Decision decide(const Seen& trace) override {
    if (const int64_t now = runtime.now_ns() / 1000000000; now != second) {
      second = now;
      for (Sub& s : subs) s.used = 0;
    }
    for (Sub& s : subs) {
      const Decision d = s.policy->decide(trace);
      if (d == Decision::Failed) return d;
      if (d != Decision::Sampled) continue;
      const int64_t with = s.used + static_cast<int64_t>(trace.span_count);
      if (with > s.most || with > most) return Decision::NotSampled;
      s.used = with;
      return Decision::Sampled;
    }
    return Decision::NotSampled;
  }
};

template <class C>
std::unique_ptr<Policy> plain(Runtime& r, const C& c) {
  const Text type = view(c.type);
  if (type == "always_sample") return std::make_unique<Always>();
  if (type == "latency") return std::make_unique<Latency>(c.latency);
  if (type == "numeric_attribute") return numeric(c.numeric_attribute);
  if (type == "probabilistic") return std::make_unique<Probabilistic>(c.probabilistic);
  if (type == "status_code") return std::make_unique<StatusCode>(c.status_code);
  if (type == "string_attribute") return string(c.string_attribute);
  if (type == "rate_limiting") return std::make_unique<SpanRate>(r, c.rate_limiting);
  if (type == "bytes_limiting") return std::make_unique<ByteRate>(r, c.bytes_limiting);
  if (type == "span_count") return std::make_unique<SpanCount>(c.span_count);
  if (type == "trace_state") return std::make_unique<TraceState>(c.trace_state);
  if (type == "boolean_attribute") return boolean(c.boolean_attribute);
  if (type == "ottl_condition") return std::make_unique<Condition>(r, c.ottl_condition);
  if (type == "trace_flags") return std::make_unique<TraceFlags>();
  return std::make_unique<Never>();
}

std::unique_ptr<Policy> negated(Runtime& r, const config::SamplingNot& c) {
  return std::make_unique<Not>(plain(r, c.not_sub_policy));
}
std::unique_ptr<Policy> all(Runtime& r, const List<config::SamplingSubRule>& rules, Decision yes) {
  auto out = std::make_unique<All>(yes);
  for (const config::SamplingSubRule& c : rules)
    out->subs.push_back(view(c.type) == "not" ? negated(r, c.not_) : plain(r, c));
  return out;
}

// The share of each sub-policy: of those with an entry the percentage, or an equal part where that is 0.
std::unique_ptr<Policy> composite(Runtime& r, const config::SamplingPolicyComposite& c) {
  auto out = std::make_unique<Composite>(r, c.max_total_spans_per_second);
  const auto total = static_cast<double>(c.max_total_spans_per_second);
  for (const config::SamplingCompositeRule& rule : c.composite_sub_policy) {
    Composite::Sub sub;
    sub.policy = view(rule.type) == "and" ? all(r, rule.and_.and_sub_policy, Decision::Sampled) : plain(r, rule);
    for (const config::SamplingShare& share : c.rate_allocation)
      if (view(share.policy) == view(rule.name))
        sub.most = static_cast<int64_t>(share.percent > 0 ? static_cast<double>(share.percent) / 100 * total
                                                          : total / static_cast<double>(c.composite_sub_policy.size));
    out->subs.push_back(static_cast<Composite::Sub&&>(sub));
  }
  return out;
}

}  // namespace

std::unique_ptr<Policy> make_policy(Runtime& runtime, const config::SamplingPolicy& c) {
  const Text type = view(c.type);
  if (type == "and") return all(runtime, c.and_.and_sub_policy, Decision::Sampled);
  if (type == "drop") return all(runtime, c.drop.drop_sub_policy, Decision::Dropped);
  if (type == "not") return negated(runtime, c.not_);
  if (type == "composite") return composite(runtime, c.composite);
  return plain(runtime, c);
}

}  // namespace whittle::sampling
