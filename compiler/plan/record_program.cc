// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/record_program.h"

#include "compiler/source/json.h"

#include <algorithm>

namespace whittle::plan {

using source::json_quote;

SlotId intern(RecordProgram& program, Slot slot) {
  auto it = std::find(program.slots.begin(), program.slots.end(), slot);
  if (it != program.slots.end()) return static_cast<SlotId>(it - program.slots.begin());
  program.slots.push_back(std::move(slot));
  return static_cast<SlotId>(program.slots.size() - 1);
}

ExpressionPtr constant(bool value) {
  auto e = std::make_unique<Expression>();
  e->boolean = value;
  return e;
}

ExpressionPtr negation(ExpressionPtr operand) {
  if (operand->op == Expression::Op::Constant) return constant(!operand->boolean);
  if (operand->op == Expression::Op::Not) return std::move(operand->operands[0]);
  auto e = std::make_unique<Expression>();
  e->op = Expression::Op::Not;
  e->operands.push_back(std::move(operand));
  return e;
}

// And, Or: constants folded, nested ones of the same kind flattened. `absorbing` is the value that decides at once.
static ExpressionPtr join(Expression::Op op, std::vector<ExpressionPtr> operands, bool absorbing) {
  auto e = std::make_unique<Expression>();
  e->op = op;
  for (auto& operand : operands) {
    if (!operand) continue;
    if (operand->op == Expression::Op::Constant) {
      if (operand->boolean == absorbing) return constant(absorbing);
      continue;
    }
    if (operand->op == op) {
      for (auto& inner : operand->operands) e->operands.push_back(std::move(inner));
      continue;
    }
    e->operands.push_back(std::move(operand));
  }
  if (e->operands.empty()) return constant(!absorbing);
  if (e->operands.size() == 1) return std::move(e->operands[0]);
  return e;
}

ExpressionPtr all_of(std::vector<ExpressionPtr> operands) {
  return join(Expression::Op::And, std::move(operands), false);
}
ExpressionPtr any_of(std::vector<ExpressionPtr> operands) {
  return join(Expression::Op::Or, std::move(operands), true);
}

static std::string slot_text(const Expression& e) {
  std::string slot = "slot " + std::to_string(e.slot);
  if (e.text_of == Expression::TextOf::Anything)
    return "string(" + slot + (e.missing.empty() ? "" : ", else " + json_quote(e.missing)) + ")";
  if (e.text_of == Expression::TextOf::SpanKind) return "span_kind(" + slot + ")";
  return slot;
}

static std::string list(const std::vector<std::string>& items) {
  std::string out;
  for (auto& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

static std::string expression(const Expression& e, bool inside = false) {
  using Op = Expression::Op;
  switch (e.op) {
  case Op::Constant: return e.boolean ? "true" : "false";
  case Op::Not: return "not " + expression(*e.operands[0], true);
  case Op::And:
  case Op::Or: {
    std::string out;
    for (auto& operand : e.operands)
      out += (out.empty() ? "" : e.op == Op::And ? " and " : " or ") + expression(*operand, true);
    return inside ? "(" + out + ")" : out;
  }
  case Op::Present: return "present(slot " + std::to_string(e.slot) + ")";
  case Op::Equal: {
    std::string value;
    if (auto* s = std::get_if<std::string>(&e.value)) value = json_quote(*s);
    else if (auto* b = std::get_if<bool>(&e.value)) value = *b ? "true" : "false";
    else if (auto* i = std::get_if<int64_t>(&e.value)) value = std::to_string(*i);
    else value = std::to_string(std::get<double>(e.value));
    return "slot " + std::to_string(e.slot) + " == " + value;
  }
  case Op::OneOf: {
    std::vector<std::string> texts;
    for (auto& t : e.texts) texts.push_back(json_quote(t));
    return slot_text(e) + " in [" + list(texts) + "]";
  }
  case Op::Match: {
    std::vector<std::string> patterns;
    for (auto& p : e.patterns) patterns.push_back("/" + p.pattern + "/");
    return "match(" + slot_text(e) + ", " + list(patterns) + ")";
  }
  case Op::AtLeast: return "slot " + std::to_string(e.slot) + " >= " + std::to_string(e.integer);
  }
  return {};
}

std::string dump(const RecordProgram& program) {
  std::string out;
  for (size_t i = 0; i < program.slots.size(); ++i)
    out += "  slot " + std::to_string(i) + " = " + program.slots[i].text + "\n";
  if (program.drop_resource) out += "  drop resource if " + expression(*program.drop_resource) + "\n";
  if (program.drop_record) out += "  drop if " + expression(*program.drop_record) + "\n";
  return out;
}

}  // namespace whittle::plan
