// SPDX-License-Identifier: Apache-2.0
#include "stdlib/common/match.h"

#include "compiler/check/formats.h"
#include "compiler/diag/near.h"

#include <algorithm>

namespace whittle::check {

using diag::Diag;
using schema::Signal;

namespace {

constexpr Diag<std::string_view> kMatchType{"E0702", "`{}` is not a match type"};
constexpr Diag<> kNoMatchType{"E0702", "`match_type` is missing"};
constexpr Diag<> kNoKey{"E0704", "an attribute needs a `key`"};
constexpr Diag<std::string_view> kNotAText{"E0704", "with `match_type: regexp` the value of `{}` must be a string"};
constexpr Diag<std::string_view> kDate{"E0704", "the value of `{}` cannot be a date"};
constexpr Diag<std::string_view, std::string_view> kNotForSignal{"E0705", "`{}` does not apply to {}"};
constexpr Diag<std::string_view> kMatchesNothing{"E0705", "this says nothing about {}"};
constexpr Diag<std::string_view> kSpanKind{"E0706", "`{}` is not a kind of span"};
constexpr Diag<> kNoExpressions{"W0709", "there are no expressions here, so this says nothing about metrics"};
constexpr Diag<> kCache{"E0708", "a cache needs room"};

constexpr std::string_view kSpanKinds[] = {"SPAN_KIND_INTERNAL", "SPAN_KIND_CLIENT", "SPAN_KIND_SERVER",
                                           "SPAN_KIND_CONSUMER", "SPAN_KIND_PRODUCER"};

// What each signal's records can be told by. `typed`: by texts, so that they need a `match_type`.
struct Criterion {
  std::string_view name;
  schema::SignalSet signals;
  bool typed;
};
constexpr schema::SignalSet kTraces = schema::bit(Signal::Traces), kLogs = schema::bit(Signal::Logs),
                            kMetrics = schema::bit(Signal::Metrics);
constexpr Criterion kCriteria[] = {{"services", kTraces, true},
                                   {"span_names", kTraces, true},
                                   {"log_bodies", kLogs, true},
                                   {"log_severity_texts", kLogs, true},
                                   {"log_severity_number", kLogs, false},
                                   {"metric_names", kMetrics, true},
                                   {"attributes", kTraces | kLogs, false},
                                   {"resources", kTraces | kLogs | kMetrics, false},
                                   {"libraries", kTraces | kLogs, true},
                                   {"span_kinds", kTraces, true}};
struct SignalWords {
  schema::SignalSet signal;
  std::string_view records, criteria;
};
constexpr SignalWords kSignals[] = {
    {kTraces, "spans", "`services`, `span_names`, `span_kinds`, `attributes`, `resources` or `libraries`"},
    {kMetrics, "metrics", "`metric_names` or `resources`"},
    {kLogs, "log records",
     "`log_bodies`, `log_severity_texts`, `log_severity_number`, `attributes`, `resources` or `libraries`"}};

bool given(const Value& match, std::string_view name) {
  const Value* v = match.find(name);
  return v->type->kind == schema::TypeKind::Optional ? v->present : v->late || !v->items.empty();
}

// A missing criterion is not missed where one that is wrong for the signal was said to be.
void check_criteria(Check& check, const Value& match, const SignalWords& words) {
  bool any = false, wrong = false;
  for (const Criterion& c : kCriteria) {
    if (!given(match, c.name)) continue;
    if (c.signals & words.signal) {
      any = true;
      continue;
    }
    wrong = true;
    const Value* v = match.find(c.name);
    check.diags().emit(kNotForSignal, v->key ? v->key : v->span, c.name, words.records);
  }
  if (any || wrong) return;
  check.diags().emit(kMatchesNothing, match.key ? match.key : match.span, words.records).help("say {}", words.criteria);
}

void check_span_kinds(Check& check, const Value& kinds) {
  for (const Value& kind : kinds.items) {
    if (kind.late || kind.wrong ||
        std::find(std::begin(kSpanKinds), std::end(kSpanKinds), kind.text) != std::end(kSpanKinds))
      continue;
    auto d = check.diags().emit(kSpanKind, kind.span, kind.text);
    std::string upper = kind.text;
    for (char& ch : upper) ch = ch >= 'a' && ch <= 'z' ? static_cast<char>(ch - 'a' + 'A') : ch;
    std::string_view near = diag::nearest("SPAN_KIND_" + upper, kSpanKinds);
    if (near.empty()) near = diag::nearest(kind.text, kSpanKinds);
    if (!near.empty()) d.here("did you mean `{}`?", near).suggest(kind.span, near);
    else d.help("the kinds are `SPAN_KIND_SERVER`, `_CLIENT`, `_PRODUCER`, `_CONSUMER` and `_INTERNAL`");
  }
}

}  // namespace

std::string_view match_type(Check& check, const Value& match) {
  const Value& type = match.at("match_type");
  if (type.late || type.wrong) return {};
  if (type.text == "strict" || type.text == "regexp") return type.text;
  if (type.text.empty()) {
    check.diags()
        .emit(kNoMatchType, type.written ? type.span
                            : match.key  ? match.key
                                         : match.span)
        .help("write `match_type: strict` to compare whole strings, or `match_type: regexp`");
  } else {
    static constexpr std::string_view kTypes[] = {"strict", "regexp"};
    auto d = check.diags().emit(kMatchType, type.span, type.text);
    std::string_view near = diag::nearest(type.text, kTypes);
    if (!near.empty()) d.here("did you mean `{}`?", near).suggest(type.span, near);
    d.help("it is `strict` or `regexp`");
  }
  return {};
}

bool has_values(const Value& attributes) {
  return std::any_of(attributes.items.begin(), attributes.items.end(),
                     [](const Value& a) { return a.find("value") != nullptr && a.at("value").any != AnyKind::Null; });
}

void check_patterns(Check& check, const Value& list, bool places) {
  for (const Value& v : list.items) {
    if (!v.late && !v.wrong) check_regexp(check.context, const_cast<Value&>(v), v.text, places);
  }
}

void check_attributes(Check& check, const Value& attributes, std::string_view type) {
  for (const Value& a : attributes.items) {
    if (a.items.empty()) continue;
    const Value& key = a.at("key");
    const Value& value = a.at("value");
    if (key.text.empty() && !key.late) {
      check.diags().emit(kNoKey, key.written ? key.span : a.span);
      continue;
    }
    if (value.late) check.not_compiled(value.span, "an environment variable for `value`");
    if (value.late || value.wrong) continue;
    if (value.any == AnyKind::List || value.any == AnyKind::Map)
      check.not_compiled(value.span, value.any == AnyKind::List ? "lists as values" : "maps as values");
    if (value.any == AnyKind::Date) {
      check.diags().emit(kDate, value.span, key.text).here("a date").help("in quotes it is a string");
    } else if (type == "regexp" && value.any != AnyKind::Null) {
      if (value.any != AnyKind::String)
        check.diags().emit(kNotAText, value.span, key.text).here("not a string").help("in quotes it is one");
      else check_regexp(check.context, const_cast<Value&>(value), value.text);
    }
  }
}

void check_cache(Check& check, const Value& match) {
  const Value* options = match.find("regexp");
  if (options == nullptr || !options->present || options->items.empty()) return;
  const Value& size = options->at("cachemaxnumentries");
  if (!options->at("cacheenabled").boolean || size.late || size.wrong || size.integer >= 0) return;
  check.diags().emit(kCache, size.span).here("less than nothing").help("0 stands for no limit");
}

void check_match(Check& check, const Value& match, schema::SignalSet used_for) {
  if (match.wrong || match.items.empty()) return;
  bool typed = false;
  auto of_these = [&](std::string_view name, schema::SignalSet signals) {
    return (signals & used_for) != 0 && given(match, name);
  };
  for (const SignalWords& words : kSignals) {
    if (words.signal & used_for) check_criteria(check, match, words);
  }
  const Value& stated = match.at("match_type");
  bool expressions = stated.text == "expr" && !stated.late;
  if (expressions && (used_for & kMetrics)) {
    check.diags().emit(kNoExpressions, stated.span).help("write `match_type: strict` or `match_type: regexp`");
    used_for &= static_cast<schema::SignalSet>(~kMetrics);
  }
  for (const Criterion& c : kCriteria) typed = typed || (c.typed && of_these(c.name, c.signals));
  // Metrics are told by their names alone.
  bool attributes = (used_for & (kTraces | kLogs)) != 0;
  typed = typed || (attributes && (has_values(match.at("attributes")) || has_values(match.at("resources"))));
  std::string_view type = typed ? match_type(check, match) : std::string_view();
  if (type == "regexp") {
    for (const Criterion& c : kCriteria) {
      if (c.typed && c.name != "libraries" && of_these(c.name, c.signals)) check_patterns(check, match.at(c.name));
    }
    if (attributes) {
      for (const Value& l : match.at("libraries").items) {
        if (l.items.empty()) continue;
        check_regexp(check.context, const_cast<Value&>(l.at("name")), l.at("name").text);
        const Value* version = l.find("version");
        if (version != nullptr && version->present && !version->items.empty())
          check_regexp(check.context, const_cast<Value&>(version->items[0]), version->items[0].text);
      }
    }
    check_cache(check, match);
  } else if (type == "strict" && (used_for & kTraces)) {
    check_span_kinds(check, match.at("span_kinds"));
  }
  if (!attributes) return;
  check_attributes(check, match.at("attributes"), type);
  check_attributes(check, match.at("resources"), type);
}

void check_include_exclude(Check& check, const Value& parent, schema::SignalSet used_for) {
  for (std::string_view side : {"include", "exclude"}) {
    const Value* v = parent.find(side);
    if (v != nullptr && v->present && !v->items.empty() && !v->wrong) check_match(check, v->items[0], used_for);
  }
}

}  // namespace whittle::check
