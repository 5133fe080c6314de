// SPDX-License-Identifier: Apache-2.0
// Whether conditions hold, as far as the request's context is known, and what policy variables stand for.
//
// A key that may be absent or may have one of several values is tried in each way; the answer is one only if all agree.
// What a missing key means is in the IAM user guide ("Condition operators", "Single-valued vs. multivalued context
// keys"): a test fails, a negated one holds, IfExists and ForAllValues hold, ForAnyValue fails.
#include "compiler/aws/iam/evaluate.h"
#include "compiler/aws/iam/read_condition.h"
#include "compiler/source/letters.h"

#include <algorithm>

namespace whittle::aws::iam {

namespace {

bool is_pattern(std::string_view value) {
  return value.find('*') != std::string_view::npos;
}
bool is_open(std::string_view value) {
  return value.find(static_cast<char>(kUnknownChar)) != std::string_view::npos;
}

// Compares with numbers and dates; `order` is of the request's value against the policy's.
template <class Number>
bool compare(Operator op, Number request, Number policy) {
  switch (op) {
  case Operator::NumericLessThan:
  case Operator::DateLessThan: return request < policy;
  case Operator::NumericLessThanEquals:
  case Operator::DateLessThanEquals: return request <= policy;
  case Operator::NumericGreaterThan:
  case Operator::DateGreaterThan: return request > policy;
  case Operator::NumericGreaterThanEquals:
  case Operator::DateGreaterThanEquals: return request >= policy;
  default: return request == policy;
  }
}

// Whether a value of the request matches a text of the policy, negation aside. `value` may have `*` for what is not
// known.
Truth matches_text(const Test& test, bool variables, const RequestContext& context, std::string_view value,
                   std::string_view text) {
  PatternKind kind = PatternKind::Literal;
  bool fold = false;
  switch (test.op) {
  case Operator::StringEquals:
  case Operator::StringNotEquals: break;
  case Operator::StringEqualsIgnoreCase:
  case Operator::StringNotEqualsIgnoreCase: fold = true; break;
  case Operator::StringLike:
  case Operator::StringNotLike: kind = PatternKind::Wild; break;
  case Operator::ArnEquals:
  case Operator::ArnNotEquals:
  case Operator::ArnLike:
  case Operator::ArnNotLike: kind = PatternKind::Arn; break;
  case Operator::Bool:
    if (is_pattern(value) || is_open(text) || text.starts_with("${")) return Truth::Unknown;
    return truth_of(source::small_letters(value) == source::small_letters(text));
  case Operator::BinaryEquals: return is_pattern(value) || is_open(text) ? Truth::Unknown : truth_of(value == text);
  case Operator::IpAddress:
  case Operator::NotIpAddress: {
    auto range = parse_address_range(text), address = parse_address_range(value);
    if (is_pattern(value) || is_open(text)) return Truth::Unknown;
    return truth_of(range && address && covers(*range, *address));
  }
  case Operator::Null: return Truth::Unknown;
  default: {
    if (is_pattern(value) || is_open(text)) return Truth::Unknown;
    bool date = test.op >= Operator::DateEquals && test.op <= Operator::DateGreaterThanEquals;
    if (date) {
      auto a = parse_date(value), b = parse_date(text);
      return truth_of(a && b && compare(test.op, *a, *b));
    }
    auto a = parse_number(value), b = parse_number(text);
    return truth_of(a && b && compare(test.op, *a, *b));
  }
  }
  // An account that nobody named is the same account in both.
  if (variables && value == "*" && source::small_letters(test.key.text) == "aws:resourceaccount" &&
      source::small_letters(text) == "${aws:principalaccount}") {
    const ContextValue* own = context.find("aws:PrincipalAccount");
    if (own != nullptr && own->values == std::vector<std::string>{"*"}) return Truth::True;
  }
  bool absent = false;
  Glob pattern = pattern_of(text, kind, variables, context, absent);
  // A variable without a value matches nothing, and what else is listed counts all the same.
  if (absent) return is_negated(test.op) ? Truth::Unknown : Truth::False;
  Glob set = Glob::wild(value);
  if (fold) {
    pattern.fold_case();
    set.fold_case();
  }
  if (!overlap(set, pattern)) return Truth::False;
  if (pattern.unknown) return Truth::Unknown;
  std::optional<bool> all = within(set, pattern);
  return all && *all ? Truth::True : Truth::Unknown;
}

// One value of the request against all of the policy's: any may match, and with a negated operator none may.
Truth holds_for(const Test& test, bool variables, const RequestContext& context, std::string_view value) {
  Truth any = Truth::False;
  for (const Text& t : test.values) any = either(any, matches_text(test, variables, context, value, t.text));
  return is_negated(test.op) ? opposite(any) : any;
}

Truth when_absent(const Test& test) {
  if (test.if_exists || test.quantifier == Quantifier::ForAllValues) return Truth::True;
  if (test.quantifier == Quantifier::ForAnyValue) return Truth::False;
  return truth_of(is_negated(test.op));
}

}  // namespace

void RequestContext::set_list(std::string_view key, std::vector<std::string> values) {
  ContextValue v;
  v.values = std::move(values);
  values_[source::small_letters(key)] = std::move(v);
}

void RequestContext::set_absent(std::string_view key) {
  ContextValue v;
  v.may_be_absent = true;
  v.may_be_present = false;
  values_[source::small_letters(key)] = v;
}

void RequestContext::set_present(std::string_view key) {
  ContextValue v;
  v.unknown = true;
  values_[source::small_letters(key)] = v;
}

void RequestContext::set_maybe(std::string_view key, std::string value) {
  set(key, std::move(value));
  values_[source::small_letters(key)].may_be_absent = true;
}

const ContextValue* RequestContext::find(std::string_view key) const {
  auto found = values_.find(source::small_letters(key));
  return found == values_.end() ? nullptr : &found->second;
}

bool RequestContext::never_has(std::string_view key) const {
  std::string k = source::small_letters(key);
  if (k.starts_with("aws:requesttag/")) return all_tags_;
  size_t colon = k.find(':');
  return !service_.empty() && colon != std::string::npos && colon != 0 && k.compare(0, colon, "aws") != 0 &&
         k.compare(0, colon, service_) != 0;
}

Truth holds(const Test& test, bool variables, const RequestContext& context) {
  static const ContextValue kNothingKnown = [] {
    ContextValue v;
    v.may_be_absent = true;
    v.unknown = true;
    return v;
  }();
  static const ContextValue kAbsent = [] {
    ContextValue v;
    v.may_be_absent = true;
    v.may_be_present = false;
    return v;
  }();
  const ContextValue* found = context.find(test.key.text);
  if (found == nullptr && context.never_has(test.key.text)) found = &kAbsent;
  const ContextValue& key = found == nullptr ? kNothingKnown : *found;
  if (test.op == Operator::Null) {
    Truth result = Truth::False;
    for (const Text& t : test.values) {
      if (is_open(t.text)) return Truth::Unknown;
      bool wants_absent = source::small_letters(t.text) == "true";
      Truth one =
          key.may_be_absent && key.may_be_present ? Truth::Unknown : truth_of(key.may_be_absent == wants_absent);
      result = either(result, one);
    }
    return result;
  }
  Truth present = Truth::Unknown;
  if (key.may_be_present) {
    if (key.unknown) {
      present = holds_for(test, variables, context, "*");
      // Any number of values: what holds for every one holds for the set, and an empty set is as good as none.
    } else if (test.quantifier == Quantifier::ForAllValues) {
      present = Truth::True;
      for (const std::string& v : key.values) present = both(present, holds_for(test, variables, context, v));
    } else {
      present = Truth::False;
      for (const std::string& v : key.values) present = either(present, holds_for(test, variables, context, v));
    }
  }
  if (!key.may_be_present) return when_absent(test);
  if (!key.may_be_absent) return present;
  Truth without = when_absent(test);
  return without == present ? present : Truth::Unknown;
}

Truth holds(const Statement& statement, const RequestContext& context, const Test** which) {
  Truth all = Truth::True;
  for (const Test& t : statement.tests) {
    Truth one = holds(t, statement.variables, context);
    if (which != nullptr && one != Truth::True && (all == Truth::True || one == Truth::False)) *which = &t;
    all = both(all, one);
    if (all == Truth::False) break;
  }
  return all;
}

Glob pattern_of(std::string_view text, PatternKind kind, bool variables, const RequestContext& context, bool& absent) {
  auto parse = [&](std::string_view t) {
    switch (kind) {
    case PatternKind::Resource: return Glob::resource(t);
    case PatternKind::Wild: return Glob::wild(t);
    case PatternKind::Arn: return Glob::arn(t);
    default: return Glob::literal(t);
    }
  };
  if (!variables || text.find("${") == std::string_view::npos) return parse(text);
  // Each variable becomes a letter of its own while the pattern is parsed, so that wildcards beside it keep their
  // meaning.
  constexpr char32_t kFirstVariable = 0xf0000;  // private use
  std::string with_marks;
  std::vector<Glob> replaced;
  size_t from = 0;
  while (true) {
    size_t begin = text.find("${", from), end = begin == std::string_view::npos ? begin : text.find('}', begin);
    with_marks += text.substr(from, end == std::string_view::npos ? std::string_view::npos : begin - from);
    if (end == std::string_view::npos) break;
    std::string_view inside = text.substr(begin + 2, end - begin - 2);
    from = end + 1;
    if (replaced.size() >= 0xfffe) continue;
    Glob value;
    if (inside == "*" || inside == "?" || inside == "$") {
      value = Glob::literal(inside);
    } else {
      // ${key} or ${key, 'default'}
      std::string_view key = inside.substr(0, inside.find(',')), otherwise;
      bool has_default = false;
      if (size_t comma = inside.find(','); comma != std::string_view::npos) {
        size_t open = inside.find('\'', comma), close = inside.rfind('\'');
        has_default = open != std::string_view::npos && close > open;
        if (has_default) otherwise = inside.substr(open + 1, close - open - 1);
      }
      while (key.ends_with(' ')) key.remove_suffix(1);
      while (key.starts_with(' ')) key.remove_prefix(1);
      const ContextValue* v = context.find(key);
      if (v != nullptr && !v->may_be_present) {
        if (has_default) value = Glob::literal(otherwise);
        else absent = true;
      } else if (v == nullptr || v->unknown || v->may_be_absent || v->values.size() != 1 || is_pattern(v->values[0])) {
        value.append_unknown();
      } else {
        value = Glob::literal(v->values[0]);
      }
    }
    char32_t mark = kFirstVariable + static_cast<char32_t>(replaced.size());
    with_marks += static_cast<char>(0xf0 | mark >> 18);
    with_marks += static_cast<char>(0x80 | (mark >> 12 & 0x3f));
    with_marks += static_cast<char>(0x80 | (mark >> 6 & 0x3f));
    with_marks += static_cast<char>(0x80 | (mark & 0x3f));
    replaced.push_back(std::move(value));
  }
  return parse(with_marks).replace(kFirstVariable, replaced);
}

Glob resource_pattern(std::string_view text, bool variables, const RequestContext& context, bool& absent) {
  // Variables stand in the last part of an ARN only ("IAM policy elements: variables and tags"); elsewhere the text
  // matches nothing.
  size_t fifth = 0;
  for (int part = 0; part < 5 && fifth != std::string_view::npos; ++part) {
    size_t colon = text.find(':', fifth);
    fifth = colon == std::string_view::npos ? colon : colon + 1;
  }
  if (variables && fifth != std::string_view::npos) {
    for (size_t at = text.find("${"); at < fifth; at = text.find("${", at + 1)) {
      std::string_view inside = text.substr(at + 2, 2);
      if (inside != "*}" && inside != "?}" && inside != "$}") absent = true;
    }
  }
  if (!is_open(text)) return pattern_of(text, PatternKind::Resource, variables, context, absent);
  // "arn:<?>:logs:us-east-1:<?>:log-group:x": a template's own partition, region and account are where the role is
  // used.
  std::string known;
  size_t from = 0;
  for (int part = 0; part < 5; ++part) {
    size_t colon = text.find(':', from);
    if (colon == std::string_view::npos) break;
    std::string_view here = text.substr(from, colon - from);
    if ((part == 1 || part == 3 || part == 4) && here.size() == 1 && is_open(here)) {
      const ContextValue* own = part == 4   ? context.find("aws:PrincipalAccount")
                                : part == 3 ? context.find("aws:RequestedRegion")
                                            : nullptr;
      known += own != nullptr && own->values.size() == 1 ? own->values[0] : "*";
    } else {
      known += here;
    }
    known += ':';
    from = colon + 1;
  }
  known += text.substr(from);
  return pattern_of(known, PatternKind::Resource, variables, context, absent);
}

}  // namespace whittle::aws::iam
