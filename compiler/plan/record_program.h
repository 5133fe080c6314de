// SPDX-License-Identifier: Apache-2.0
// What a run of stateless processors does to one record, as data: slots that are read from the record's bytes, and
// operations on them. runtime/record runs it: the slots are filled in one scan, the operations are machine code.
#pragma once

#include "compiler/regex/dfa.h"
#include "compiler/schema/schema.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace whittle::plan {

enum class Place : uint8_t { Resource, Scope, Record };
enum class SlotForm : uint8_t {
  Field,
  Attribute,
  Value
};  // a string or integer; the value of attribute `key`; an AnyValue

// A value of the record's: an attribute, or a field of the message at that place.
struct Slot {
  Place place = Place::Record;
  uint32_t field = 0;  // the field's number in Resource, InstrumentationScope, Span, Metric or LogRecord
  SlotForm form = SlotForm::Field;
  std::string key;
  std::string text;  // as the dump and diagnostics call it: `resource.attributes["env"]`

  bool operator==(const Slot&) const = default;
};
using SlotId = uint32_t;

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

// A truth value. `slot` is that of Present, Equal, OneOf, Match and AtLeast.
struct Expression {
  enum class Op : uint8_t {
    Constant,  // `boolean`
    Not,       // operands[0]
    And,
    Or,
    Present,  // the slot has a value
    Equal,    // the slot holds a value of exactly this type and content: `value`
    OneOf,    // the slot as text is one of `texts`
    Match,    // the slot as text matches one of `patterns`
    AtLeast,  // the slot is an integer not below `integer`
  };
  enum class TextOf : uint8_t {
    Scalar,    // strings, bools and numbers; anything else is not text and compares false
    Anything,  // every value has a text, as pcommon.Value.AsString gives it; `missing` when there is none
    SpanKind,  // the name of the span kind that the integer stands for
  };

  Op op = Op::Constant;
  bool boolean = false;
  SlotId slot = 0;
  std::vector<ExpressionPtr> operands;
  std::variant<std::string, bool, int64_t, double> value;
  std::vector<std::string> texts;
  std::vector<regex::Tables> patterns;
  TextOf text_of = TextOf::Scalar;
  std::string missing;
  int64_t integer = 0;
};

struct RecordProgram {
  schema::Signal signal = schema::Signal::Traces;
  std::vector<Slot> slots;      // of the resource, then of the scope, then of the record
  ExpressionPtr drop_resource;  // over resource slots; true: the resource goes with all it holds. Null: never
  ExpressionPtr drop_record;    // true: this span, metric or log record goes. Null: never
};

// The slot equal to `slot`, added if it is new.
SlotId intern(RecordProgram& program, Slot slot);

ExpressionPtr constant(bool value);
ExpressionPtr negation(ExpressionPtr operand);
ExpressionPtr all_of(std::vector<ExpressionPtr> operands);
ExpressionPtr any_of(std::vector<ExpressionPtr> operands);

// The program as the plan's dump shows it, indented by two spaces.
std::string dump(const RecordProgram& program);

}  // namespace whittle::plan
