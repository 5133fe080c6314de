// SPDX-License-Identifier: Apache-2.0
// What the filter drops, as passes that drop: conditions in OTTL, one pass a context from the outermost inwards (they
// write nothing, so the order of contexts is the reference's nesting), or the older include/exclude form.
#include "compiler/check/ottl.h"
#include "compiler/plan/plan.h"
#include "stdlib/common/match_lower.h"
#include "stdlib/processor/filter/expression_shared.h"
#include "stdlib/processor/filter/filter_shared.h"

#include <algorithm>

namespace whittle::plan {
namespace {

using check::Value;
using ir::Emit;
using ir::Truths;
using ir::ValueId;
using ottl::Context;
using schema::Signal;

bool is_regexp(const Value& match) {
  return match.at("match_type").text == "regexp";
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

// The filter's own form of a match for log records; nothing where it says nothing.
Truths match_logs(ir::Pass& pass, const Value& match) {
  Matcher m(pass, is_regexp(match));
  Truths all(pass);
  m.texts(all, match.at("bodies"), [](Emit& e) { return e.read(Context::Log, "body.string"); });
  m.texts(all, match.at("severity_texts"), [](Emit& e) { return e.read(Context::Log, "severity_text"); });
  if (const Value* severity = given(match.at("severity_number")))
    m.severity(all, severity_number(severity->at("min").text), severity->at("match_undefined").boolean);
  m.attributes(all, Context::Resource, match.at("resource_attributes"));
  m.attributes(all, Context::Log, match.at("record_attributes"));
  return all;
}

// One of them holds for some data point.
void expressions(Truths& all, const Value& list) {
  if (list.items.empty()) return;
  all.add([&](Emit& e) {
    const ValueId points = e.read(Context::Metric, "data_points"), name = e.read(Context::Metric, "name");
    const ValueId type = e.read(Context::Metric, "type");
    Truths any(e.pass());
    for (const Value& v : list.items) {
      auto made = check::read_expression(v.text);
      if (!made) continue;  // said when the config is checked
      any.add([&](Emit& each) {
        std::vector<ValueId> operands{points, name, type, each.constant(made->code)};
        for (const check::MetricExpression::Constant& c : made->constants)
          operands.push_back(c.pattern ? each.pattern(*c.pattern) : each.constant(c.value));
        return each.compare(ottl::Operator::Equal, each.call("rt_metric_expression", std::move(operands)),
                            each.constant(true));
      });
    }
    return any.any(e);
  });
}

Truths match_metrics(ir::Pass& pass, const Value& match) {
  Matcher m(pass, is_regexp(match));
  Truths all(pass);
  if (match.at("match_type").text != "expr")
    m.texts(all, match.at("metric_names"), [](Emit& e) { return e.read(Context::Metric, "name"); });
  else expressions(all, match.at("expressions"));
  return all;
}

// Resources of metrics are judged by themselves, before their metrics.
Truths match_resources(ir::Pass& pass, const Value& match) {
  Truths all(pass);
  Matcher(pass, is_regexp(match)).attributes(all, Context::Resource, match.at("resource_attributes"));
  return all;
}

ir::Pass dropping(ir::Level level, ir::Block&& condition, ir::Pass&& pass) {
  pass.level = level;
  pass.drops = true;
  ir::Section& section = pass.sections.emplace_back();
  section.errors = ottl::ErrorMode::Silent;  // these forms cannot fail
  section.drops = true;
  section.conditions.push_back(std::move(condition));
  section.condition_texts.emplace_back();
  return std::move(pass);
}

// Drops where `not include or exclude`; sides of which `match` makes nothing say nothing.
template <class F>
void include_exclude(ir::Program& program, const Value& home, ir::Level level, F match) {
  ir::Pass pass;
  ir::Block condition;
  if (add_skip(pass, condition, home, match))
    program.passes.push_back(dropping(level, std::move(condition), std::move(pass)));
}

void older_form(ir::Program& program, const Value& config, Signal signal) {
  switch (signal) {
  case Signal::Traces:
    include_exclude(program, config.at("spans"), ir::Level::Record,
                    [&](ir::Pass& pass, const Value& side) { return match_of(pass, side, signal); });
    return;
  case Signal::Logs: include_exclude(program, config.at("logs"), ir::Level::Record, match_logs); return;
  case Signal::Metrics:
    include_exclude(program, config.at("metrics"), ir::Level::Resource, match_resources);
    include_exclude(program, config.at("metrics"), ir::Level::Record, match_metrics);
  }
}

}  // namespace

std::optional<ir::Program> lower_processor_filter(const Value& config, Signal signal) {
  ir::Program program;
  program.signal = signal;
  std::vector<ottl::TextProblem> problems;  // said when the config is checked
  std::vector<std::string> missing;
  for (const check::FilterGroup& g : check::filter_groups(config, signal)) {
    for (ottl::Group& group : check::read_filter_group(g, problems))
      ir::add_group(program, group, true, g.place, missing);
  }
  if (program.passes.empty()) older_form(program, config, signal);
  if (program.passes.empty()) return std::nullopt;
  return program;
}

}  // namespace whittle::plan
