// SPDX-License-Identifier: Apache-2.0
// A span's new name, attributes of its name, and its status, in this order, on spans that `include` and `exclude` let
// by.
#include "compiler/plan/plan.h"
#include "stdlib/common/match_lower.h"

namespace whittle::plan {

using ir::Emit;
using ir::ValueId;
using ottl::Context;

namespace {

void name_from_attributes(ir::Pass& pass, ir::Section& section, const check::Value& name) {
  const check::Value& keys = name.at("from_attributes");
  const std::string& separator = name.at("separator").text;
  if (keys.items.empty()) return;
  ir::Statement s;
  ir::Truths all(pass);
  for (const check::Value& key : keys.items) all.add([&](Emit& e) { return e.has_key(Context::Span, key.text); });
  Emit guard(pass, s.guard);
  s.guard.result = all.all(guard);
  Emit e(pass, s.body);
  std::vector<ValueId> operands{e.constant(separator)};
  for (const check::Value& key : keys.items) operands.push_back(e.read_key(Context::Span, key.text));
  operands.push_back(ir::kNone);
  e.write(Context::Span, "name", e.call("rt_span_joined", std::move(operands)));
  section.statements.push_back(std::move(s));
}

void attributes_from_name(ir::Pass& pass, ir::Section& section, const check::Value& how) {
  ir::Statement s;
  Emit e(pass, s.body);
  std::vector<ValueId> operands{e.read(Context::Span, "name"), e.read(Context::Span, "attributes"),
                                e.constant(how.at("break_after_match").boolean),
                                e.constant(how.at("keep_original_name").boolean)};
  for (const check::Value& rule : how.at("rules").items) {
    // A pattern that is none was refused by the check.
    if (auto tables = regex::compile_captures(rule.text)) operands.push_back(e.pattern(*tables));
  }
  operands.push_back(ir::kNone);
  ValueId made = e.call("rt_span_taken_apart", std::move(operands));
  e.write(Context::Span, "name", e.element(made, 0));
  e.write(Context::Span, "attributes", e.element(made, 1));
  section.statements.push_back(std::move(s));
}

void set_status(ir::Pass& pass, ir::Section& section, const check::Value& status) {
  const std::string& code = status.at("code").text;
  const std::string& description = status.at("description").text;
  ir::Statement s;
  Emit e(pass, s.body);
  e.write(Context::Span, "status.code", e.constant(int64_t{code == "Ok" ? 1 : code == "Error" ? 2 : 0}));
  e.write(Context::Span, "status.message", e.constant(code == "Error" ? description : std::string()));
  section.statements.push_back(std::move(s));
}

}  // namespace

std::optional<ir::Program> lower_processor_span(const check::Value& config, schema::Signal signal) {
  ir::Program program;
  program.signal = signal;
  ir::Pass& pass = program.passes.emplace_back();
  ir::Section& section = pass.sections.emplace_back();
  section.errors = ottl::ErrorMode::Silent;
  act_on_matching(pass, section, config, signal);
  const check::Value& name = config.at("name");
  name_from_attributes(pass, section, name);
  if (const check::Value* how = given(name.at("to_attributes"))) attributes_from_name(pass, section, *how);
  if (const check::Value* status = given(config.at("status"))) set_status(pass, section, *status);
  return program;
}

}  // namespace whittle::plan
