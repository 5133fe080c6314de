// SPDX-License-Identifier: Apache-2.0
// Record programs as data: what stateless processors become before they are machine code.
//
// A program is a list of passes. A pass runs over a whole payload, and calls its code for every message of one level.
// Code is sections of statements; a statement is a guard and a body, and what fails in either has one way out, which
// the section's error mode names. Within them stand instructions in order, each of which gives one value or none; a
// value is named by the instruction that gives it. Short circuits hold blocks of their own.
//
// Every value has a set of types that it may be of (ottl/types.h). A truth value that is surely one (`type` is Bool
// alone) is a bit of machine code; everything else is a tagged value in memory.
#pragma once

#include "compiler/ottl/group.h"
#include "compiler/regex/dfa.h"
#include "compiler/schema/schema.h"

#include <array>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace whittle::check {
struct Value;
}

namespace whittle::ir {

using ottl::Type;
using ottl::TypeSet;

enum class Level : uint8_t { Resource, Scope, Record, Inner, Exemplar };
inline constexpr int kLevels = 5;

using ValueId = uint32_t;  // numbers are per pass
inline constexpr ValueId kNone = UINT32_MAX;

enum class Op : uint8_t {
  Constant,    // `constant`
  Setting,     // `settings`, a scalar that is known when the collector starts
  List,        // operands: the elements
  Map,         // operands: the values; `keys`
  Read,        // a field: `path`, at `level`
  Write,       // operands[0] to a field
  ReadKey,     // the attribute `text`, at `level`
  WriteKey,    // operands[0] to the attribute `text`
  DeleteKey,   // the attribute `text`
  ReadCache,   // the cache as a map
  WriteCache,  // operands[0]
  Part,        // of operands[0] by the keys operands[1..]
  WithPart,    // operands[0] with operands[1] at the keys operands[2..]
  Call,        // `function` with operands, kNone where left out
  Edit,        // the same of one that changes the open messages, and gives nothing
  Arithmetic,  // `operation`
  Negate,
  Compare,  // `operation`
  HasKey,   // a truth value: there is an attribute `text`, at `level`
  Exceeds,  // a truth value: at `level` there are more attributes than `constant`, or `longer`: the text of one is
            // longer
  Present,  // a truth value: operands[0] is not nil
  Same,     // a truth value: operands[0] has the very type and content of `constant`
  TextOf,   // operands[0] as a text, `how`; `text` stands for nil
  Match,    // a truth value: operands[0] is a text that `pattern` matches; or one of `keys`, without a pattern
  IsTrue,   // operands[0] as a truth value; anything but a bool is false
  Not,
  And,
  Or,       // `blocks`: the operands, each giving a truth value
  FirstOf,  // `blocks`: the operands, each run only where those before it gave nil; the first value that is none
  Hoisted,  // a truth value that is known already: Pass::hoisted[`index`]
};

// How a value becomes a text where processors compare texts (contrib's internal/filter).
enum class Texts : uint8_t {
  Scalar,    // strings, bools and numbers; nothing else has one
  Anything,  // all values, as pcommon.Value.AsString writes them
};

// What `Constant` is.
using Literal = std::variant<std::monostate, bool, int64_t, double, std::string>;

struct Instruction;
struct Block {
  std::vector<Instruction> code;
  ValueId result = kNone;
};

struct Instruction {
  Op op = Op::Constant;
  ValueId id = kNone;
  TypeSet type;
  bool fails = false;
  bool bytes = false;      // Constant: the text stands for bytes
  bool longer = false;     // Exceeds
  bool keeps_nil = false;  // WriteKey: nil is written too, as an attribute without a value
  Texts how = Texts::Scalar;
  std::vector<ValueId> operands;
  Literal constant;
  std::vector<std::string> keys;
  std::string text;
  Level level = Level::Record;
  const ottl::PathEntry* path = nullptr;
  const ottl::Function* function = nullptr;
  ottl::Operator operation = ottl::Operator::None;
  std::shared_ptr<const regex::Tables> pattern;
  uint32_t index = 0;
  const check::Value* settings = nullptr;  // Setting: a value of the config
  std::vector<Block> blocks;
};

struct Statement {
  Block guard;  // without a result: always
  Block body;
  std::string text;  // for the log
};

// Statements with one cache, one error mode and conditions of which one must hold.
struct Section {
  std::vector<Block> conditions;  // none: always
  std::vector<std::string> condition_texts;
  std::vector<Statement> statements;
  ottl::ErrorMode errors = ottl::ErrorMode::Ignore;
  bool drops = false;  // the message is dropped where a condition holds
  bool keeps = false;  // of a section that drops: the message is dropped where none holds
  std::string place;
};

// A truth value that depends only on a message around those that a pass is about: found once for each of these.
struct Hoisted {
  Level level = Level::Resource;
  Block block;
};
inline constexpr size_t kMostHoisted = 64;

struct Pass {
  Level level = Level::Record;
  std::vector<Section> sections;
  uint32_t values = 0;  // how many ids there are
  bool drops = false;
  std::vector<Hoisted> hoisted;  // in the order of their levels
  // By level: the keys by which attributes are looked up. Empty: they are looked through, or not looked at.
  std::array<std::vector<std::string>, kLevels> keys;
};

struct Program {
  schema::Signal signal = schema::Signal::Traces;
  std::vector<Pass> passes;
};

// Whether a function of the language has code to call.
bool has_code(std::string_view function);
// The same of one that changes messages as a whole.
bool has_edit(std::string_view function);

// The program as text, indented by two spaces, as the plan's dump shows it.
std::string dump(const Program& program);

// The level of a context's messages.
Level level_of(ottl::Context context);

// Adds what a group of statements does to each record of its context; with `drops`, what its conditions drop. What
// cannot be compiled yet is named in `missing`.
void add_group(Program& program, const ottl::Group& group, bool drops, const std::string& place,
               std::vector<std::string>& missing);

// Adds that only what a condition of the group holds for is kept.
void add_kept(Program& program, const ottl::Group& group, const std::string& place, std::vector<std::string>& missing);

// Bits by level: where the pass looks at attributes, where at other fields, and where it may write.
uint32_t attributes_read(const Pass& pass);
uint32_t fields_read(const Pass& pass);
uint32_t levels_written(const Pass& pass);

// Whether a path is the attributes of its message.
bool is_attributes(const ottl::PathEntry& path);

}  // namespace whittle::ir
