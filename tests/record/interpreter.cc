// SPDX-License-Identifier: Apache-2.0
// A value that an instruction gave stands in a table under its number. What an instruction needs of constants (texts
// with an address, patterns, lists of keys) is made once, when the program is read.
#include "tests/record/interpreter.h"

#include "compiler/lower/fields.h"
#include "compiler/record/visit.h"
#include "runtime/base/regex_tables.h"
#include "runtime/base/runtime.h"
#include "tests/record/functions.h"

#include <algorithm>
#include <list>
#include <map>
#include <optional>
#include <utility>

namespace whittle {

namespace {

using ir::Block;
using ir::Instruction;
using ir::Op;
using ottl::Form;
using ottl::Run;
using ottl::Value;
using ottl::ValueKind;
using record::Frame;
using record::How;
using record::PointField;
using record::Verdict;

constexpr size_t kMostPasses = 512;

Value constant_of(const ir::Literal& literal, bool bytes) {
  if (auto* b = std::get_if<bool>(&literal)) return ottl::boolean(*b);
  if (auto* n = std::get_if<int64_t>(&literal)) return ottl::integer(*n);
  if (auto* d = std::get_if<double>(&literal)) return ottl::real(*d);
  if (auto* s = std::get_if<std::string>(&literal)) return ottl::text(*s, bytes ? ValueKind::Bytes : ValueKind::String);
  return ottl::nil();
}

}  // namespace

// One pass with what its instructions need beside themselves.
struct Interpreter::PassData {
  struct Prepared {
    Value constant;
    std::vector<std::string> group_names;
    std::vector<Str> groups;
    Regex pattern{};
    std::vector<Str> keys;
    List<Str> key_list{};
    PointField points[4] = {};
    ottl::FunctionCode function = nullptr;
    EditCode edit = nullptr;
  };

  PassData(const ir::Pass& p, std::string& fault) : pass(p) {
    ir::each_instruction(p, [&](const Instruction& i) { prepare(i, fault); });
  }

  void prepare(const Instruction& i, std::string& fault) {
    Prepared& made = prepared[&i];
    made.constant = constant_of(i.constant, i.bytes);
    if (i.pattern) {
      made.pattern = regex_of(*i.pattern, made.groups);
      made.constant = {ValueKind::Pattern};
      made.constant.pattern = &made.pattern;
    }
    if (i.op == Op::Constant && i.function) {
      made.constant = {ValueKind::Function};
      made.constant.function = function_code("rt_ottl_" + std::string(i.function->name));
      if (!made.constant.function) fault = "no function " + std::string(i.function->name);
    }
    for (const std::string& k : i.keys) made.keys.push_back({k.data(), k.size()});
    made.key_list = {made.keys.data(), made.keys.size()};
    if (i.path && i.path->context == ottl::Context::DataPoint)
      for (const ottl::FieldPath& f : i.path->fields)
        made.points[lower::point_index(f.message)] = {f.inner ? f.number : uint32_t{0}, f.inner ? f.inner : f.number,
                                                      lower::how_of(*i.path, f)};
    if (i.op == Op::Call) {
      const std::string symbol = i.function ? "rt_ottl_" + std::string(i.function->name) : i.text;
      if (!(made.function = function_code(symbol))) fault = "no function " + symbol;
    }
    if (i.op == Op::Edit) {
      const std::string symbol = "rt_edit_" + std::string(i.function->name);
      if (!(made.edit = edit_code(symbol))) fault = "no function " + symbol;
    }
    if (i.op == Op::Setting) fault = "a value that is known only when a collector starts";
  }

  const ir::Pass& pass;
  std::map<const Instruction*, Prepared> prepared;
};

namespace {

// One call of a pass' code.
template <class PassData>
class Call {
public:
  Call(const PassData& data, Run* run, Frame* const* frames, uint64_t known)
      : data_(data), run_(run), frames_(frames), known_(known), values_(data.pass.values) {}

  Verdict code() {
    for (const ir::Section& s : data_.pass.sections) {
      cache_ = ottl::map(nullptr, 0);
      bool holds = s.conditions.empty();
      for (size_t i = 0; i < s.conditions.size() && !holds; ++i) {
        const auto answer = truth(s.conditions[i]);
        if (answer) holds = *answer;
        else if (failed(s, s.condition_texts[i])) return Verdict::Fail;
      }
      if (holds ? s.drops && !s.keeps : s.keeps) return Verdict::Drop;
      if (!holds || s.keeps) continue;
      for (const ir::Statement& t : s.statements)
        if (!statement(t) && failed(s, t.text)) return Verdict::Fail;
    }
    return Verdict::Keep;
  }

  uint64_t outer(record::Level level) {
    uint64_t bits = 0;
    for (size_t k = 0; k < data_.pass.hoisted.size(); ++k) {
      const ir::Hoisted& h = data_.pass.hoisted[k];
      if (static_cast<uint32_t>(h.level) == static_cast<uint32_t>(level))
        bits |= static_cast<uint64_t>(truth(h.block).value_or(false)) << k;
    }
    return bits;
  }

private:
  // Whether the request fails with it.
  bool failed(const ir::Section& s, const std::string& text) {
    if (s.errors == ottl::ErrorMode::Silent) return false;
    const Str statement{text.data(), text.size()}, place{s.place.data(), s.place.size()};
    record::rt_statement_failed(run_, &statement, &place);
    return s.errors == ottl::ErrorMode::Propagate;
  }

  bool statement(const ir::Statement& t) {
    if (t.guard.result != ir::kNone) {
      const auto holds = truth(t.guard);
      if (!holds) return false;
      if (!*holds) return true;
    }
    return block(t.body);
  }

  std::optional<bool> truth(const Block& b) {
    if (!block(b)) return std::nullopt;
    return is_true(b.result);
  }
  bool is_true(ir::ValueId id) const { return values_[id].integer != 0; }

  // False: an instruction failed, and those behind it did not run.
  bool block(const Block& b) {
    for (const Instruction& i : b.code) {
      if (!step(i)) return false;
      const bool written = i.op == Op::Write || i.op == Op::WriteKey || i.op == Op::WriteCache;
      if (written && !std::exchange(put_well_, true)) return false;
    }
    return true;
  }

  Frame* frame(const Instruction& i) const { return frames_[static_cast<size_t>(i.level)]; }
  const Value& operand(const Instruction& i, size_t k) const { return values_[i.operands[k]]; }

  // Live until the code returns, as what machine code has on its stack.
  const std::vector<Value>& operands(const Instruction& i, size_t from = 0) {
    std::vector<Value>& out = kept_.emplace_back();
    for (size_t k = from; k < i.operands.size(); ++k)
      out.push_back(i.operands[k] == ir::kNone ? Value{ValueKind::Absent} : values_[i.operands[k]]);
    if (out.empty()) out.emplace_back();  // whoever takes none is given an address all the same
    return out;
  }
  static uint32_t count(const std::vector<Value>& given, const Instruction& i, size_t from) {
    return static_cast<uint32_t>(i.operands.size() == from ? 0 : given.size());
  }

  bool step(const Instruction& i) {
    static Value nowhere;
    Value& out = i.id == ir::kNone ? nowhere : values_[i.id];
    const auto& more = data_.prepared.at(&i);
    auto bit = [&](bool b) {
      out = ottl::boolean(b);
      return true;
    };
    switch (i.op) {
    case Op::Constant: out = more.constant; return true;
    case Op::Setting: return false;
    case Op::List: {
      const auto& items = operands(i);
      record::rt_make_list(run_, items.data(), count(items, i, 0), &out);
      return true;
    }
    case Op::Map: return record::rt_make_map(run_, &more.key_list, operands(i).data(), &out);
    case Op::Read: return read(i, more.points, out);
    case Op::Write: return write(i, more.points);
    case Op::ReadKey: record::rt_get_attribute(run_, frame(i), i.text.data(), i.text.size(), &out); return true;
    case Op::WriteKey: {
      const Value v = operand(i, 0);
      if (i.keeps_nil) return record::rt_copy_attribute(run_, frame(i), i.text.data(), i.text.size(), &v);
      return v.is(ValueKind::Nil) || record::rt_put_attribute(run_, frame(i), i.text.data(), i.text.size(), &v);
    }
    case Op::DeleteKey: record::rt_delete_attribute(frame(i), i.text.data(), i.text.size()); return true;
    case Op::ReadCache: out = cache_; return true;
    case Op::WriteCache: return operand(i, 0).is(ValueKind::Nil) || record::rt_set_cache(run_, &cache_, &operand(i, 0));
    case Op::Part: {
      const auto& keys = operands(i, 1);
      const uint32_t how = i.bytes ? 1 : i.text == "strict" ? 2 : 0;
      return record::rt_get_keyed(run_, &operand(i, 0), keys.data(), count(keys, i, 1), how, &out);
    }
    case Op::WithPart: {
      // What it leaves behind where it fails is written too, and then it has failed.
      const auto& keys = operands(i, 2);
      put_well_ = record::rt_put_keyed(run_, &operand(i, 0), keys.data(), count(keys, i, 2), &operand(i, 1), &out);
      return true;
    }
    case Op::Call: {
      Value made;
      if (!more.function(run_, operands(i).data(), &made)) return false;
      out = made;
      return true;
    }
    case Op::Edit: return more.edit(run_, frames_, operands(i).data());
    case Op::Arithmetic:
      return record::rt_arithmetic(run_, &operand(i, 0), &operand(i, 1),
                                   static_cast<uint32_t>(i.operation) - static_cast<uint32_t>(ottl::Operator::Add),
                                   &out);
    case Op::Negate: return record::rt_negate(run_, &operand(i, 0), &out);
    case Op::Compare:
      return bit(record::rt_compare(run_, &operand(i, 0), &operand(i, 1),
                                    static_cast<uint32_t>(i.operation) - static_cast<uint32_t>(ottl::Operator::Equal)));
    case Op::IsTrue:
      if (!operand(i, 0).is(ValueKind::Bool)) return record::rt_not_a_bool(run_), false;
      return bit(operand(i, 0).integer != 0);
    case Op::Not: return bit(!is_true(i.operands[0]));
    case Op::And:
    case Op::Or:
      for (const Block& b : i.blocks) {
        const auto one = truth(b);
        if (!one) return false;
        bit(*one);
        if (*one == (i.op == Op::Or)) break;
      }
      return true;
    case Op::FirstOf:
      out = ottl::nil();
      for (const Block& b : i.blocks) {
        if (!block(b)) return false;
        out = values_[b.result];
        if (!out.is(ValueKind::Nil)) break;
      }
      return true;
    case Op::Exceeds: {
      const int64_t bound = std::get<int64_t>(i.constant);
      return bit(i.longer ? record::rt_longer_attribute(frame(i), bound) : record::rt_more_attributes(frame(i), bound));
    }
    case Op::HasKey: return bit(record::rt_has_attribute(frame(i), i.text.data(), i.text.size()));
    case Op::Hoisted: return bit(known_ >> i.index & 1);
    case Op::Present: return bit(!operand(i, 0).is(ValueKind::Nil));
    case Op::Same: return bit(same(operand(i, 0), i.constant));
    case Op::TextOf: {
      const Str otherwise{i.text.data(), i.text.size()};
      record::rt_text_of(run_, &operand(i, 0), i.how == ir::Texts::Anything, &otherwise, &out);
      return true;
    }
    case Op::Match: {
      const Value& v = operand(i, 0);
      if (i.pattern) return bit(record::rt_text_matches(&v, &more.pattern));
      return bit(v.is(ValueKind::String) && std::ranges::find(i.keys, v.as_text()) != i.keys.end());
    }
    }
    return false;
  }

  // Whether a value is of that very type and content.
  static bool same(const Value& v, const ir::Literal& wanted) {
    const Value w = constant_of(wanted, false);
    if (v.kind != w.kind) return false;
    switch (v.kind) {
    case ValueKind::Nil: return true;
    case ValueKind::Double: return v.real == w.real;
    case ValueKind::String: return v.as_text() == w.as_text();
    default: return v.integer == w.integer;
    }
  }

  // ---- fields

  bool read(const Instruction& i, const PointField* points, Value& out) {
    const ottl::PathEntry& p = *i.path;
    Frame* f = frame(i);
    if (ir::is_attributes(p)) return record::rt_get_attributes(run_, f, &out), true;
    switch (p.form) {
    case Form::Schema: return record::rt_get_schema(f, &out), true;
    case Form::Index: return record::rt_get_index(run_, f, &out);
    case Form::Points: return record::rt_get_data_points(run_, f, &out), true;
    case Form::MetricType: return record::rt_get_metric_type(f, &out), true;
    case Form::NumberAsInt: return record::rt_get_number(run_, f, false, &out), true;
    case Form::NumberAsDouble: return record::rt_get_number(run_, f, true, &out), true;
    case Form::TraceState:
      if (!i.operands.empty()) return record::rt_get_trace_state(run_, f, &operand(i, 0), &out);
      break;
    default: break;
    }
    if (p.context == ottl::Context::DataPoint) {
      if (lower::is_messages(p)) record::rt_get_point_messages(run_, f, points, lower::message_kind(p), &out);
      else record::rt_get_point(run_, f, points, &out);
      return true;
    }
    const ottl::FieldPath& field = p.fields[0];
    const How how = lower::how_of(p, field);
    if (p.context == ottl::Context::Metric && field.inner)
      record::rt_get_data_field(run_, f, lower::members_of(p), field.inner, how, &out);
    else if (how == How::Messages)
      record::rt_get_messages(run_, f, field.inner ? field.inner : field.number, lower::message_kind(p), &out);
    else if (field.inner) record::rt_get(run_, f, field.number, field.inner, how, &out);
    else record::rt_get(run_, f, 0, field.number, how, &out);
    return true;
  }

  bool write(const Instruction& i, const PointField* points) {
    const ottl::PathEntry& p = *i.path;
    if (p.ignores_writes) return true;
    const Value v = operand(i, 0);
    const bool keyed = i.operands.size() > 1;
    // A map that was to be changed and came back as it was is not written.
    if (keyed && p.form != Form::TraceState && v.integer == operand(i, 1).integer && v.size == operand(i, 1).size)
      return true;
    if (v.is(ValueKind::Nil)) return true;
    if (p.writes.empty()) return record::rt_cannot_write(run_), false;
    Frame* f = frame(i);
    if (ir::is_attributes(p)) return record::rt_set_attributes(run_, f, &v);
    switch (p.form) {
    case Form::TraceState:
      if (keyed) return record::rt_set_trace_state(run_, f, &operand(i, 1), &v);
      break;
    case Form::Points: return record::rt_set_data_points(run_, f, &v);
    case Form::Schema: return record::rt_set_schema(run_, f, &v);
    case Form::NumberAsInt: return record::rt_set_number(run_, f, false, &v);
    case Form::NumberAsDouble: return record::rt_set_number(run_, f, true, &v);
    default: break;
    }
    if (p.context == ottl::Context::DataPoint)
      return lower::is_messages(p) ? record::rt_set_point_messages(run_, f, points, lower::message_kind(p), &v)
                                   : record::rt_set_point(run_, f, points, &v);
    const ottl::FieldPath& field = p.fields[0];
    const How how = lower::how_of(p, field);
    if (p.context == ottl::Context::Metric && field.inner)
      return record::rt_set_data_field(run_, f, lower::members_of(p), field.inner, how, &v);
    if (how == How::Messages)
      return record::rt_set_messages(run_, f, field.inner ? field.inner : field.number, lower::message_kind(p), &v);
    return field.inner ? record::rt_set(run_, f, field.number, field.inner, how, &v)
                       : record::rt_set(run_, f, 0, field.number, how, &v);
  }

  const PassData& data_;
  Run* run_;
  Frame* const* frames_;
  const uint64_t known_;
  std::vector<Value> values_;
  std::list<std::vector<Value>> kept_;
  Value cache_;
  bool put_well_ = true;  // of a WithPart whose value has not been written yet
};

}  // namespace

Interpreter* Interpreter::running_ = nullptr;

// What the runtime calls is a function without anything of its own: one for each place in a program.
template <size_t N>
Verdict Interpreter::code(Run* run, Frame* const* frames, uint64_t known) {
  return Call(*running_->passes_[N], run, frames, known).code();
}
template <size_t N>
uint64_t Interpreter::outer(Run* run, Frame* const* frames, record::Level level) {
  return Call(*running_->passes_[N], run, frames, 0).outer(level);
}

template <size_t... N>
void Interpreter::add_passes(std::index_sequence<N...>) {
  static constexpr record::Code kCode[] = {code<N>...};
  static constexpr record::Outer kOuter[] = {outer<N>...};
  for (size_t k = 0; k < program_.passes.size(); ++k) {
    const ir::Pass& p = program_.passes[k];
    passes_.push_back(std::make_unique<PassData>(p, fault_));
    record::Pass made{};
    made.level = static_cast<record::Level>(p.level);
    made.fields = ir::fields_read(p);
    made.maps = ir::attributes_read(p);
    made.writes = ir::levels_written(p);
    made.drops = p.drops;
    ir::each_instruction(p, [&](const Instruction& i) { made.edits |= i.op == Op::Edit; });
    for (const ir::Hoisted& h : p.hoisted) made.outer_levels |= 1u << static_cast<uint32_t>(h.level);
    if (made.outer_levels) made.outer = kOuter[k];
    made.code = kCode[k];
    code_.push_back(made);
  }
}

Interpreter::Interpreter(const ir::Program& program) : program_(program) {
  if (program.passes.size() > kMostPasses) fault_ = "too many passes";
  else add_passes(std::make_index_sequence<kMostPasses>());
}
Interpreter::~Interpreter() = default;

Status Interpreter::run(Runtime& runtime, Payload& payload, Consumer next) {
  if (!instance_) {
    made_ = {static_cast<Signal>(program_.signal), {code_.data(), code_.size()}, {}};
    ComponentContext context{};
    context.runtime = &runtime;
    context.config = &made_;
    instance_ = record::rt_program_ops.create(&context);
  }
  made_.next = next;
  running_ = this;
  return record::rt_run_program(instance_, &payload);
}

}  // namespace whittle
