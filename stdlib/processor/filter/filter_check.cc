// SPDX-License-Identifier: Apache-2.0
// What the Collector finds wrong with a filter only when it makes one: match types, patterns, attributes, conditions.
#include "compiler/check/checks.h"
#include "compiler/check/formats.h"
#include "compiler/check/ottl.h"
#include "compiler/diag/near.h"
#include "compiler/record/ir.h"
#include "stdlib/common/match.h"
#include "stdlib/processor/filter/expression_shared.h"
#include "stdlib/processor/filter/filter_shared.h"

#include <algorithm>
#include <vector>

namespace whittle::check {

using diag::Diag;
using schema::Signal;
using source::Span;

namespace {

constexpr Diag<> kDoesNothing{"W0701", "this filter keeps everything"};
constexpr Diag<std::string_view, std::string_view> kBothForms{"E0703", "{} and {} cannot be used together"};
constexpr Diag<> kNoExpression{"E1230", "not a filter expression"};
constexpr Diag<std::string_view, std::string_view> kNotYet{"E1433", "in contrib 0.{}, this filter has no `{}`"};
constexpr Diag<std::string_view> kSeverity{"E0707", "`{}` is not a severity"};

class FilterCheck {
public:
  FilterCheck(Check& check, Instance& instance, schema::SignalSet used_for)
      : check_(check), instance_(instance), used_for_(used_for) {}

  void run() {
    Value& c = instance_.config;
    if (c.items.empty()) return;
    both_forms();
    versions();
    conditions();
    if (used_for_ & schema::bit(Signal::Metrics)) metrics(c.at("metrics"));
    if (used_for_ & schema::bit(Signal::Traces))
      check_include_exclude(check_, c.at("spans"), schema::bit(Signal::Traces));
    if (used_for_ & schema::bit(Signal::Logs)) logs(c.at("logs"));
    for (std::string_view side : {"include", "exclude"}) {
      if (const Value* m = present(c.at("logs"), side)) severity(*m);
    }
    if (used_for_ != 0 && !c.wrong && !says_anything(c)) {
      check_.diags()
          .emit(kDoesNothing, instance_.key)
          .here("nothing is dropped")
          .help("say what to drop, for example `metrics: {exclude: {match_type: strict, metric_names: [...]}}`, or "
                "leave the processor out");
    }
  }

private:
  diag::Diagnostics& diags() { return check_.diags(); }

  static const Value* present(const Value& parent, std::string_view name) {
    const Value* v = parent.find(name);
    return v == nullptr || v->wrong || !v->present || v->items.empty() ? nullptr : &v->items[0];
  }

  static bool listed(const Value& parent, std::string_view name) {
    return parent.at(name).written && !parent.at(name).wrong;
  }

  static bool says_anything(const Value& c) {
    for (std::string_view group : {"metric_conditions", "log_conditions", "trace_conditions"}) {
      if (!c.at(group).items.empty()) return true;
    }
    for (std::string_view part : {"spans", "metrics", "logs", "traces"}) {
      for (const Value& v : c.at(part).items) {
        if (v.type->kind == schema::TypeKind::Optional ? v.present : v.written && !v.items.empty()) return true;
      }
    }
    return false;
  }

  void clash(const Value& a, std::string_view name_a, const Value& b, std::string_view name_b) {
    diags()
        .emit(kBothForms, b.key ? b.key : b.span, name_a, name_b)
        .here("either this")
        .label(a.key ? a.key : a.span, "or this");
  }

  // The older form, conditions by context, and inferred conditions are three ways of which each signal takes one.
  void both_forms() {
    const Value& c = instance_.config;
    struct Forms {
      std::string_view part;
      std::vector<std::string_view> contexts;
      std::string_view inferred;
    };
    const Forms kForms[] = {{"metrics", {"resource", "metric", "datapoint"}, "metric_conditions"},
                            {"logs", {"resource", "log_record"}, "log_conditions"},
                            {"traces", {"resource", "span", "spanevent"}, "trace_conditions"}};
    for (const Forms& f : kForms) {
      const Value& part = c.at(f.part);
      const Value* old = nullptr;
      std::string_view old_name;
      const Value& old_home = f.part == "traces" ? c.at("spans") : part;
      for (std::string_view side : {"include", "exclude"}) {
        const Value* v = old_home.find(side);
        if (v != nullptr && v->present && old == nullptr) old = v, old_name = side;
      }
      const Value* by_context = nullptr;
      std::string_view context_name;
      for (std::string_view name : f.contexts) {
        if (listed(part, name) && by_context == nullptr) by_context = &part.at(name), context_name = name;
      }
      if (old != nullptr && by_context != nullptr)
        clash(*old, "`" + std::string(old_name) + "`", *by_context,
              "the conditions `" + std::string(context_name) + "`");
      const Value& inferred = c.at(f.inferred);
      if (!inferred.written || inferred.wrong) continue;
      std::string name = "`" + std::string(f.inferred) + "`";
      if (by_context != nullptr) clash(*by_context, "`" + std::string(context_name) + "`", inferred, name);
      else if (old != nullptr && f.part != "traces") clash(*old, "`" + std::string(old_name) + "`", inferred, name);
    }
  }

  // ---- versions

  void came(const Value& setting, std::string_view name, uint16_t since) {
    if (!setting.written || check_.options.contrib >= since) return;
    diags()
        .emit(kNotYet, setting.key ? setting.key : setting.span, std::to_string(check_.options.contrib), name)
        .here("it came with 0.{}", std::to_string(since));
  }

  void versions() {
    for (std::string_view inferred : {"metric_conditions", "log_conditions", "trace_conditions"})
      came(instance_.config.at(inferred), inferred, 146);
    for (std::string_view part : {"metrics", "logs", "traces"})
      came(instance_.config.at(part).at("resource"), "resource", 139);
  }

  // ---- conditions

  void conditions() {
    for (Signal signal : {Signal::Metrics, Signal::Logs, Signal::Traces}) {
      for (const FilterGroup& g : filter_groups(instance_.config, signal)) group(g, signal);
    }
  }

  void group(const FilterGroup& g, Signal signal) {
    const Value& list = *g.conditions;
    if (g.element != nullptr) {
      const Value& all = *g.list;
      if (g.element->span == all.span && all.items.size() > 1 && !all.wrong)
        diags().emit(kBothForms, all.span, "conditions as strings", "groups of conditions").here("both are in here");
      const Value& context = g.element->at("context");
      if (!stated_context(check_, context, g.contexts) && !context.text.empty()) return;
    }
    if (!ottl_texts(check_, list)) return;
    std::vector<ottl::TextProblem> problems;
    std::vector<ottl::Group> read = read_filter_group(g, problems);
    report(check_, problems, &list, nullptr, g.element ? g.element->span : list.span);
    if (!(used_for_ & schema::bit(signal))) return;
    std::vector<std::string> missing;
    ir::Program program;
    for (const ottl::Group& of : read) ir::add_group(program, of, true, "", missing);
    for (std::string& what : missing) check_.not_compiled(list.span, std::move(what));
  }

  // ---- the older form

  void metrics(const Value& part) {
    for (std::string_view side : {"include", "exclude"}) {
      const Value* m = present(part, side);
      if (m == nullptr || m->wrong) continue;
      const Value& match = *m;
      const Value& names = match.at("metric_names");
      bool expressions = match.at("match_type").text == "expr";
      if (expressions) {
        for (const Value& e : match.at("expressions").items) {
          if (e.late || e.wrong) continue;
          auto made = read_expression(e.text);
          if (made) continue;
          if (made.error().unknown) check_.not_compiled(e.span, made.error().message + " in filter expressions");
          else check_.diags().emit(kNoExpression, e.span).here("{}", made.error().message);
        }
      }
      bool by_attributes = has_values(match.at("resource_attributes"));
      bool needs_type = (!expressions && !names.items.empty()) || by_attributes;
      std::string_view type = needs_type ? match_type(check_, match) : std::string_view();
      if (type == "regexp") check_patterns(check_, names), check_cache(check_, match);
      check_attributes(check_, match.at("resource_attributes"), type);
    }
  }

  void logs(const Value& part) {
    for (std::string_view side : {"include", "exclude"}) {
      const Value* m = present(part, side);
      if (m == nullptr || m->wrong) continue;
      const Value& match = *m;
      bool needs_type = has_values(match.at("resource_attributes")) || has_values(match.at("record_attributes"));
      for (std::string_view name : {"severity_texts", "bodies"})
        needs_type = needs_type || !match.at(name).items.empty();
      std::string_view type = needs_type ? match_type(check_, match) : std::string_view();
      if (type == "regexp") {
        for (std::string_view name : {"severity_texts", "bodies"}) check_patterns(check_, match.at(name));
      }
      check_attributes(check_, match.at("resource_attributes"), type);
      check_attributes(check_, match.at("record_attributes"), type);
    }
  }

  void severity(const Value& match) {
    const Value* number = present(match, "severity_number");
    if (number == nullptr) return;
    const Value& min = number->at("min");
    if (min.late || min.wrong || min.text.empty()) return;
    std::string name = min.text;
    for (char& ch : name) ch = ch >= 'a' && ch <= 'z' ? static_cast<char>(ch - 'a' + 'A') : ch;
    static constexpr std::string_view kNames[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
    for (std::string_view n : kNames) {
      for (std::string_view step : {"", "2", "3", "4"}) {
        if (name == std::string(n) + std::string(step)) return;
      }
    }
    for (int i = 1; i <= 24; ++i) {
      if (name == std::to_string(i)) return;
    }
    auto d = diags().emit(kSeverity, min.span, min.text);
    std::string_view near = diag::nearest(name, kNames);
    if (!near.empty()) d.here("did you mean `{}`?", near).suggest(min.span, near);
    d.help("it is `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`, each also with 2, 3 or 4 behind it, or a "
           "number from 1 to 24");
  }

  Check& check_;
  Instance& instance_;
  schema::SignalSet used_for_;
};

}  // namespace

void check_processor_filter(Check& check, Instance& instance, schema::SignalSet used_for) {
  FilterCheck(check, instance, used_for).run();
}

}  // namespace whittle::check
