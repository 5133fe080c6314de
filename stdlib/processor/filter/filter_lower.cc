// SPDX-License-Identifier: Apache-2.0
// The include/exclude form of the filter as a record program. What matches and what does not follows contrib's
// internal/filter (filterspan, filterlog, filtermetric, filtermatcher): lists are alternatives, different properties
// must all match, attributes must all match, and a record without any attribute matches no list of attributes.
#include "compiler/plan/plan.h"

#include <algorithm>

namespace whittle::plan {
namespace {

using check::Value;
using TextOf = Expression::TextOf;

// Numbers of fields, from the published field tables of OTLP.
constexpr uint32_t kResourceAttributes = 1, kScopeName = 1, kScopeVersion = 2;
constexpr uint32_t kSpanName = 5, kSpanKind = 6, kSpanAttributes = 9;
constexpr uint32_t kMetricName = 1;
constexpr uint32_t kLogSeverityNumber = 2, kLogSeverityText = 3, kLogBody = 5, kLogAttributes = 6;

Slot field(Place place, uint32_t number, std::string text) {
  return {place, number, SlotForm::Field, "", std::move(text)};
}
Slot attribute(Place place, uint32_t number, const std::string& key) {
  return {place, number, SlotForm::Attribute, key,
          (place == Place::Resource ? "resource.attributes[\"" : "attributes[\"") + key + "\"]"};
}

class Matcher {
public:
  Matcher(RecordProgram& program, bool regexp) : program_(program), regexp_(regexp) {}

  // The slot's text is one of `texts` (strict) or matches one of them (regexp); true when there is none to compare
  // with.
  ExpressionPtr texts(Slot slot, const Value& texts, TextOf text_of = TextOf::Scalar, std::string missing = "") {
    if (texts.items.empty()) return constant(true);
    std::vector<std::string> list;
    for (const Value& item : texts.items)
      if (std::find(list.begin(), list.end(), item.text) == list.end()) list.push_back(item.text);
    return text_test(std::move(slot), std::move(list), text_of, std::move(missing));
  }

  // All the attributes are there with the values asked for.
  ExpressionPtr attributes(Place place, uint32_t number, const Value& wanted) {
    if (wanted.items.empty()) return constant(true);
    std::vector<ExpressionPtr> all;
    for (const Value& item : wanted.items) {
      Slot slot = attribute(place, number, item.at("key").text);
      const Value& value = item.at("value");
      if (value.any == check::AnyKind::Null) all.push_back(on_slot(Expression::Op::Present, std::move(slot)));
      else if (regexp_) all.push_back(text_test(std::move(slot), {value.text}, TextOf::Scalar, ""));
      else all.push_back(equal(std::move(slot), value));
    }
    return all_of(std::move(all));
  }

  ExpressionPtr libraries(const Value& wanted) {
    std::vector<ExpressionPtr> all;
    for (const Value& item : wanted.items) {
      all.push_back(
          text_test(field(Place::Scope, kScopeName, "scope.name"), {item.at("name").text}, TextOf::Anything, ""));
      const Value& version = item.at("version");
      if (version.present && !version.items.empty())
        all.push_back(text_test(field(Place::Scope, kScopeVersion, "scope.version"), {version.items[0].text},
                                TextOf::Anything, ""));
    }
    return all_of(std::move(all));
  }

  ExpressionPtr at_least(Slot slot, int64_t number) {
    auto e = on_slot(Expression::Op::AtLeast, std::move(slot));
    e->integer = number;
    return e;
  }

private:
  ExpressionPtr on_slot(Expression::Op op, Slot slot) {
    auto e = std::make_unique<Expression>();
    e->op = op;
    e->slot = intern(program_, std::move(slot));
    return e;
  }

  ExpressionPtr equal(Slot slot, const Value& value) {
    auto e = on_slot(Expression::Op::Equal, std::move(slot));
    switch (value.any) {
    case check::AnyKind::Bool: e->value = value.boolean; break;
    case check::AnyKind::Int: e->value = value.integer; break;
    case check::AnyKind::Double: e->value = value.real; break;
    default: e->value = value.text;
    }
    return e;
  }

  ExpressionPtr text_test(Slot slot, std::vector<std::string> list, TextOf text_of, std::string missing) {
    auto e = on_slot(regexp_ ? Expression::Op::Match : Expression::Op::OneOf, std::move(slot));
    e->text_of = text_of;
    e->missing = std::move(missing);
    if (!regexp_) {
      e->texts = std::move(list);
      return e;
    }
    for (auto& pattern : list) {
      auto tables = regex::compile(pattern);
      if (tables) e->patterns.push_back(std::move(*tables));  // a pattern that is none was refused by the check
    }
    return e;
  }

  RecordProgram& program_;
  bool regexp_;
};

bool is_regexp(const Value& match) {
  return match.at("match_type").text == "regexp";
}

ExpressionPtr spans(RecordProgram& program, const Value& match) {
  Matcher lower(program, is_regexp(match));
  std::vector<ExpressionPtr> all;
  all.push_back(lower.texts(attribute(Place::Resource, kResourceAttributes, "service.name"), match.at("services"),
                            TextOf::Anything, "<nil-service-name>"));
  all.push_back(lower.texts(field(Place::Record, kSpanName, "name"), match.at("span_names"), TextOf::Anything));
  all.push_back(lower.texts(field(Place::Record, kSpanKind, "kind"), match.at("span_kinds"), TextOf::SpanKind));
  all.push_back(lower.libraries(match.at("libraries")));
  all.push_back(lower.attributes(Place::Resource, kResourceAttributes, match.at("resources")));
  all.push_back(lower.attributes(Place::Record, kSpanAttributes, match.at("attributes")));
  return all_of(std::move(all));
}

// "info", "INFO3", "17" as a number; 0 for the empty text.
int64_t severity_number(std::string text) {
  static constexpr std::string_view kNames[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(toupper(c)); });
  for (int64_t i = 0; i < 6; ++i) {
    std::string_view name = kNames[i];
    if (!text.starts_with(name)) continue;
    return i * 4 + (text.size() > name.size() ? text[name.size()] - '0' : 1);
  }
  return strtol(text.c_str(), nullptr, 10);
}

ExpressionPtr logs(RecordProgram& program, const Value& match) {
  Matcher lower(program, is_regexp(match));
  std::vector<ExpressionPtr> all;
  all.push_back(
      lower.texts({Place::Record, kLogBody, SlotForm::Value, "", "body"}, match.at("bodies"), TextOf::Anything));
  all.push_back(lower.texts(field(Place::Record, kLogSeverityText, "severity_text"), match.at("severity_texts"),
                            TextOf::Anything));
  const Value& severity = match.at("severity_number");
  if (severity.present && !severity.items.empty()) {
    // Severity 0 is "unspecified": it matches when asked for, and never by being at least a minimum of 0.
    const Value& wanted = severity.items[0];
    Slot slot = field(Place::Record, kLogSeverityNumber, "severity_number");
    ExpressionPtr at_least = lower.at_least(slot, std::max<int64_t>(severity_number(wanted.at("min").text), 1));
    if (wanted.at("match_undefined").boolean) {
      std::vector<ExpressionPtr> either;
      either.push_back(std::move(at_least));
      either.push_back(negation(lower.at_least(slot, 1)));
      at_least = any_of(std::move(either));
    }
    all.push_back(std::move(at_least));
  }
  all.push_back(lower.attributes(Place::Resource, kResourceAttributes, match.at("resource_attributes")));
  all.push_back(lower.attributes(Place::Record, kLogAttributes, match.at("record_attributes")));
  return all_of(std::move(all));
}

bool log_match_is_empty(const Value& match) {
  for (const char* name : {"resource_attributes", "record_attributes", "severity_texts", "bodies"})
    if (!match.at(name).items.empty()) return false;
  return !match.at("severity_number").present || match.at("severity_number").items.empty();
}

const Value* given(const Value& signal, std::string_view name) {
  const Value& v = signal.at(name);
  if (v.type->kind != schema::TypeKind::Optional) return &v;
  return v.present && !v.items.empty() ? &v.items[0] : nullptr;
}

// not include or exclude; null when neither is given.
ExpressionPtr drop(ExpressionPtr include, ExpressionPtr exclude) {
  if (!include && !exclude) return nullptr;
  std::vector<ExpressionPtr> either;
  if (include) either.push_back(negation(std::move(include)));
  either.push_back(std::move(exclude));
  return any_of(std::move(either));
}

}  // namespace

std::optional<Lowered> lower_processor_filter(const Value& config, schema::Signal signal) {
  RecordProgram program;
  program.signal = signal;
  (void)config.at("error_mode");  // these forms cannot fail
  auto both = [&](const Value& home, auto&& one) {
    const Value *include = given(home, "include"), *exclude = given(home, "exclude");
    // Without a list to compare with it changes nothing, as `expressions` do in these forms.
    for (const Value* match : {include, exclude}) {
      if (match == nullptr) continue;
      (void)match->at("match_type");
      (void)match->find("expressions");
    }
    ExpressionPtr in = include ? one(*include) : nullptr, ex = exclude ? one(*exclude) : nullptr;
    return drop(std::move(in), std::move(ex));
  };
  switch (signal) {
  case schema::Signal::Traces:
    program.drop_record = both(config.at("spans"), [&](const Value& m) { return spans(program, m); });
    break;
  case schema::Signal::Logs:
    program.drop_record =
        both(config.at("logs"), [&](const Value& m) { return log_match_is_empty(m) ? nullptr : logs(program, m); });
    break;
  case schema::Signal::Metrics:
    // Resources are judged by themselves, before their metrics.
    program.drop_resource = both(config.at("metrics"), [&](const Value& m) -> ExpressionPtr {
      if (m.at("resource_attributes").items.empty()) return nullptr;
      return Matcher(program, is_regexp(m))
          .attributes(Place::Resource, kResourceAttributes, m.at("resource_attributes"));
    });
    program.drop_record = both(config.at("metrics"), [&](const Value& m) -> ExpressionPtr {
      if (m.at("metric_names").items.empty()) return nullptr;
      return Matcher(program, is_regexp(m))
          .texts(field(Place::Record, kMetricName, "name"), m.at("metric_names"), TextOf::Anything);
    });
    break;
  }
  if (!program.drop_resource && !program.drop_record) return std::nullopt;
  return program;
}

}  // namespace whittle::plan
