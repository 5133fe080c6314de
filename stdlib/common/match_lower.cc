// SPDX-License-Identifier: Apache-2.0
#include "stdlib/common/match_lower.h"

#include <algorithm>

namespace whittle::plan {

using check::Value;
using ir::Emit;
using ir::Texts;
using ir::Truths;
using ir::ValueId;
using ottl::Context;
using schema::Signal;

namespace {

ir::Literal literal_of(const Value& v) {
  switch (v.any) {
  case check::AnyKind::Bool: return v.boolean;
  case check::AnyKind::Int: return v.integer;
  case check::AnyKind::Double: return v.real;
  default: return v.text;
  }
}

// For plan::build: what it says was seen, and counts for nothing here.
void changes_nothing(const Value& v) {
  v.used = true;
  for (const Value& item : v.items) changes_nothing(item);
}

}  // namespace

std::vector<std::string> Matcher::texts_of(const Value& list) {
  std::vector<std::string> out;
  for (const Value& item : list.items)
    if (std::find(out.begin(), out.end(), item.text) == out.end()) out.push_back(item.text);
  return out;
}

ValueId Matcher::one_of(Emit& e, ValueId text, std::vector<std::string> texts) {
  if (!regexp_) return e.one_of(text, std::move(texts));
  Truths any(pass_);
  for (const std::string& pattern : texts) {
    // A pattern that is none was refused by the check.
    if (auto tables = regex::compile(pattern))
      any.add([&](Emit& inner) { return inner.match(text, std::move(*tables)); });
  }
  return any.any(e);
}

void Matcher::attributes(Truths& all, Context context, const Value& wanted) {
  for (const Value& item : wanted.items) {
    const std::string& key = item.at("key").text;
    const Value& value = item.at("value");
    all.add([&](Emit& e) -> ValueId {
      if (value.any == check::AnyKind::Null) return e.has_key(context, key);
      ValueId read = e.read_key(context, key);
      if (regexp_) return one_of(e, e.text_of(read, Texts::Scalar), {value.text});
      return e.same(read, literal_of(value));
    });
  }
}

void Matcher::libraries(Truths& all, const Value& wanted) {
  for (const Value& item : wanted.items) {
    all.add([&](Emit& e) { return one_of(e, e.read(Context::Scope, "name"), {item.at("name").text}); });
    const Value* version = given(item.at("version"));
    if (version == nullptr) continue;
    all.add([&](Emit& e) { return one_of(e, e.read(Context::Scope, "version"), {version->text}); });
  }
}

void Matcher::severity(Truths& all, int64_t min, bool undefined) {
  // Severity 0 is "unspecified": it matches when asked for, and never by being at least a minimum of 0.
  all.add([&](Emit& e) {
    ValueId number = e.read(Context::Log, "severity_number");
    ValueId enough =
        e.compare(ottl::Operator::GreaterEqual, number, e.constant(std::max<int64_t>(min, undefined ? min : 1)));
    if (!undefined) return enough;
    Truths either(pass_);
    either.add([&](Emit&) { return enough; });
    either.add([&](Emit& none) { return none.compare(ottl::Operator::Equal, number, none.constant(int64_t{0})); });
    return either.any(e);
  });
}

Truths match_of(ir::Pass& pass, const Value& match, Signal signal) {
  const bool expressions = match.at("match_type").text == "expr";
  Matcher m(pass, match.at("match_type").text == "regexp");
  Truths all(pass);
  auto read = [](Context context, std::string_view name) {
    return [context, name](Emit& e) { return e.read(context, name); };
  };
  switch (signal) {
  case Signal::Metrics:
    if (!expressions) m.texts(all, match.at("metric_names"), read(Context::Metric, "name"));
    // Metrics are told by their names alone.
    changes_nothing(match.at("resources"));
    return all;
  case Signal::Traces:
    m.texts(all, match.at("services"), [](Emit& e) {
      return e.text_of(e.read_key(Context::Resource, "service.name"), Texts::Anything, "<nil-service-name>");
    });
    m.texts(all, match.at("span_names"), read(Context::Span, "name"));
    m.texts(all, match.at("span_kinds"), read(Context::Span, "kind.deprecated_string"));
    break;
  case Signal::Logs:
    m.texts(all, match.at("log_bodies"), read(Context::Log, "body.string"));
    m.texts(all, match.at("log_severity_texts"), read(Context::Log, "severity_text"));
    if (const Value* s = given(match.at("log_severity_number")))
      m.severity(all, s->at("min").integer, s->at("match_undefined").boolean);
    break;
  }
  m.libraries(all, match.at("libraries"));
  m.attributes(all, Context::Resource, match.at("resources"));
  m.attributes(all, signal == Signal::Traces ? Context::Span : Context::Log, match.at("attributes"));
  return all;
}

const Value* given(const Value& v) {
  return v.type->kind != schema::TypeKind::Optional ? &v : nullptr;
}

void act_on_matching(ir::Pass& pass, ir::Section& section, const Value& parent, Signal signal) {
  ir::Block let_by;
  auto match = [&](ir::Pass& p, const Value& side) { return match_of(p, side, signal); };
  if (!add_skip(pass, let_by, parent, match)) return;
  Emit e(pass, let_by);
  let_by.result = e.negation(let_by.result);
  section.conditions.push_back(std::move(let_by));
  section.condition_texts.emplace_back();
}

}  // namespace whittle::plan
