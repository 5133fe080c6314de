// SPDX-License-Identifier: Apache-2.0
// Policies: what the Collector finds out only when it starts (tailsamplingprocessor's newPolicyEvaluator and its
// sampling package).
#include "compiler/check/formats.h"
#include "stdlib/common/conditions.h"
#include "stdlib/common/settings.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kNoPolicies{"W1152", "without a policy no trace is kept"};
constexpr Diag<std::string_view> kTwoPolicies{"E1153", "two policies are named `{}`"};
constexpr Diag<std::string_view> kNoRule{"E0830", "{} needs a condition"};
constexpr Diag<std::string_view> kStateful{"E1154",
                                           "`{}` needs whole traces, and `span-ingest` looks at spans one by one"};
constexpr Diag<std::string_view> kUnknownInOrder{"W1155", "no policy of this composite one is named `{}`"};
constexpr Diag<std::string_view> kMatchesNothing{"W1156", "the policy `{}` matches no trace"};

constexpr Diag<std::string_view> kSampledBefore{"N1371",
                                                "`processors::{}` drops spans before whole traces are decided on"};

constexpr std::string_view kPlain[] = {"always_sample", "latency",          "numeric_attribute", "probabilistic",
                                       "status_code",   "string_attribute", "rate_limiting",     "bytes_limiting",
                                       "span_count",    "trace_state",      "boolean_attribute", "ottl_condition",
                                       "trace_flags"};
constexpr std::string_view kNested[] = {"composite", "and", "not", "drop"};

void rule(Check& check, const Value& policy, bool top);

void list_of(Check& check, const Value& list) {
  for (const Value& sub : list.items) rule(check, sub, false);
}

void status_codes(Check& check, const Value& section) {
  const Value& codes = section.at("status_codes");
  if (codes.items.empty()) check.diags().emit(kNoRule, place_of(codes.written ? codes : section), "`status_code`");
  static constexpr std::string_view kCodes[] = {"OK", "ERROR", "UNSET"};
  for (const Value& code : codes.items) one_of(check, code, "status_codes", kCodes);
}

void composite(Check& check, const Value& section) {
  const Value& subs = section.at("composite_sub_policy");
  list_of(check, subs);
  for (const Value& name : section.at("policy_order").items) {
    bool known = name.late || std::any_of(subs.items.begin(), subs.items.end(), [&](const Value& s) {
                   return !s.items.empty() && s.at("name").text == name.text;
                 });
    if (!known) check.diags().emit(kUnknownInOrder, name.span, name.text);
  }
}

void rule(Check& check, const Value& policy, bool top) {
  if (policy.wrong || policy.items.empty()) return;
  const Value& type = policy.at("type");
  if (type.late || type.wrong) return;
  if (type.text.empty()) {
    needs(check, policy, "a policy", "type");
    return;
  }
  std::vector<std::string_view> known(std::begin(kPlain), std::end(kPlain));
  for (std::string_view name : kNested) {
    if (policy.find(name) != nullptr) known.push_back(name);
  }
  // Extensions bring types of their own: then the policy holds their settings.
  if (!policy.at("extension").items.empty()) {
    check.not_compiled(type.span, "policies that extensions bring");
    return;
  }
  if (!one_of(check, type, "type", known)) return;
  const std::string& t = type.text;
  if (t == "status_code") status_codes(check, policy.at(t));
  if (t == "string_attribute") {
    const Value& s = policy.at(t);
    if (s.at("enabled_regex_matching").boolean) {
      for (const Value& v : s.at("values").items) {
        if (!v.late && !v.wrong) check_regexp(check.context, const_cast<Value&>(v), v.text);
      }
    }
  }
  if (t == "string_attribute" || t == "numeric_attribute" || t == "boolean_attribute" || t == "trace_state") {
    const Value& key = policy.at(t).at("key");
    if (!key.late && key.text.empty())
      check.diags()
          .emit(kMatchesNothing, place_of(policy.at(t).written ? policy.at(t) : policy), policy.at("name").text)
          .here("it names no `key`");
  }
  if (t == "ottl_condition") {
    const Value& s = policy.at(t);
    if (s.at("span").items.empty() && s.at("spanevent").items.empty())
      check.diags()
          .emit(kNoRule, place_of(s.written ? s : policy), "`ottl_condition`")
          .help("write it under `span` or `spanevent`");
    check_conditions(check, s, "span");
    check_conditions(check, s, "spanevent");
  }
  if (t == "and") list_of(check, policy.at("and").at("and_sub_policy"));
  if (t == "drop") list_of(check, policy.at("drop").at("drop_sub_policy"));
  if (t == "not") rule(check, policy.at("not").at("not_sub_policy"), false);
  if (t == "composite" && top) composite(check, policy.at("composite"));
}

// Whether a policy must see more than one span at a time.
bool stateful(const Value& policy) {
  if (policy.wrong || policy.items.empty()) return false;
  auto any = [](const Value& list) { return std::any_of(list.items.begin(), list.items.end(), stateful); };
  const std::string& type = policy.at("type").text;
  if (type == "rate_limiting" || type == "bytes_limiting") return true;
  if (type == "latency") return policy.at("latency").at("upper_threshold_ms").integer > 0;
  if (type == "span_count") return policy.at("span_count").at("max_spans").integer > 0;
  if (policy.find(type) == nullptr) return false;
  if (type == "and") return any(policy.at("and").at("and_sub_policy"));
  if (type == "drop") return any(policy.at("drop").at("drop_sub_policy"));
  if (type == "not") return stateful(policy.at("not").at("not_sub_policy"));
  return type == "composite" && any(policy.at("composite").at("composite_sub_policy"));
}

}  // namespace

// A sampler in front of it decides without seeing how a trace ends: of those that are errors or slow most are gone.
static void sampled_before(Check& check, const Instance& instance) {
  for (const Pipeline& p : check.config.pipelines) {
    const Instance* sampler = nullptr;
    for (InstanceId id : p.processors) {
      const Instance& i = check.config.instances[id];
      if (i.component->name == "probabilistic_sampler") sampler = &i;
      if (&i != &instance || sampler == nullptr) continue;
      check.diags()
          .emit(kSampledBefore, sampler->key, sampler->id)
          .here("of all traces alike")
          .label(instance.key, "this would keep those that matter")
          .help("leave it out, or make it a policy `probabilistic` beside the others");
    }
  }
}

void check_processor_tail_sampling(Check& check, Instance& instance, schema::SignalSet used_for) {
  const Value& c = instance.config;
  if (c.items.empty() || used_for == 0) return;
  sampled_before(check, instance);
  const Value& policies = c.at("policies");
  if (policies.items.empty() && !policies.late && !policies.wrong)
    check.diags().emit(kNoPolicies, policies.written ? place_of(policies) : instance.key).help("write `policies`");
  std::map<std::string, source::Span> names;
  for (const Value& policy : policies.items) {
    if (policy.wrong || policy.items.empty()) continue;
    const Value& name = policy.at("name");
    auto [first, added] = names.emplace(name.text, place_of(name.written ? name : policy));
    if (!added && !name.late)
      check.diags()
          .emit(kTwoPolicies, place_of(name.written ? name : policy), name.text)
          .label(first->second, "first here");
    rule(check, policy, true);
    if (c.at("sampling_strategy").text == "span-ingest" && stateful(policy))
      check.diags()
          .emit(kStateful, policy.at("type").span, policy.at("type").text)
          .label(c.at("sampling_strategy").span, "asked for here");
  }
}

}  // namespace whittle::check
