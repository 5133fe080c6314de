// SPDX-License-Identifier: Apache-2.0
// Programs as text: a line an instruction, `%3 = attribute record "k" : int | nil`, `!` behind what may fail.
#include "compiler/record/ir.h"

namespace whittle::ir {

namespace {

constexpr std::string_view kLevelNames[] = {"resource", "scope", "record", "inner", "exemplar"};

std::string quoted(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\', out += c;
    else if (static_cast<unsigned char>(c) < 32) out += "\\x", out += kHex[c >> 4 & 15], out += kHex[c & 15];
    else out += c;
  }
  return out + "\"";
}

class Dump {
public:
  std::string out;

  void block(const Block& b, const std::string& indent) {
    for (const Instruction& i : b.code) instruction(i, indent);
    if (b.result != kNone) out += indent + "give " + name(b.result) + "\n";
  }

private:
  static std::string name(ValueId id) { return id == kNone ? "-" : "%" + std::to_string(id); }

  std::string operands(const Instruction& i) {
    std::string text;
    for (size_t k = 0; k < i.operands.size(); ++k) {
      if (i.op == Op::Map && k < i.keys.size()) text += " " + quoted(i.keys[k]) + ":";
      text += " " + name(i.operands[k]);
    }
    return text;
  }

  static std::string literal(const Instruction& i) {
    if (i.function) return "function " + std::string(i.function->name);
    if (auto* b = std::get_if<bool>(&i.constant)) return *b ? "true" : "false";
    if (auto* n = std::get_if<int64_t>(&i.constant)) return std::to_string(*n);
    if (auto* d = std::get_if<double>(&i.constant)) return std::to_string(*d);
    if (auto* s = std::get_if<std::string>(&i.constant))
      return (i.pattern ? "pattern " : i.bytes ? "bytes " : "") + quoted(*s);
    return "nil";
  }

  std::string field(const Instruction& i) {
    return " " + std::string(ottl::name_of(i.path->context)) + "." + std::string(i.path->name);
  }

  std::string text(const Instruction& i) {
    switch (i.op) {
    case Op::Constant: return literal(i);
    case Op::Setting: return "setting";
    case Op::List: return "list" + operands(i);
    case Op::Map: return "map" + operands(i);
    case Op::Read: return "read" + field(i);
    case Op::Write: return "write" + field(i) + operands(i);
    case Op::ReadKey: return "read" + field(i) + "[" + quoted(i.text) + "]";
    case Op::WriteKey: return "write" + field(i) + "[" + quoted(i.text) + "]" + operands(i);
    case Op::DeleteKey: return "delete" + field(i) + "[" + quoted(i.text) + "]";
    case Op::ReadCache: return "read cache";
    case Op::WriteCache: return "write cache" + operands(i);
    case Op::Part: return "part" + operands(i);
    case Op::WithPart: return "with part" + operands(i);
    case Op::Call: return "call " + (i.function ? std::string(i.function->name) : i.text) + operands(i);
    case Op::Arithmetic: return std::string(ottl::spelling(i.operation)) + operands(i);
    case Op::Negate: return "negate" + operands(i);
    case Op::Compare: return "compare " + std::string(ottl::spelling(i.operation)) + operands(i);
    case Op::HasKey: return "has" + field(i) + "[" + quoted(i.text) + "]";
    case Op::Exceeds: return (i.longer ? "longer" : "more") + field(i) + " than " + literal(i);
    case Op::Present: return "present" + operands(i);
    case Op::Same: return "same" + operands(i) + " " + literal(i);
    case Op::TextOf:
      return (i.how == Texts::Scalar ? "scalar text" : "text") + operands(i) +
             (i.text.empty() ? "" : " else " + quoted(i.text));
    case Op::Match: {
      std::string list;
      for (const std::string& k : i.keys) list += (list.empty() ? "" : ", ") + quoted(k);
      return i.pattern ? "match" + operands(i) + " " + quoted(i.pattern->pattern)
                       : "one of" + operands(i) + " [" + list + "]";
    }
    case Op::Edit: return "edit " + std::string(i.function->name) + operands(i);
    case Op::IsTrue: return "is true" + operands(i);
    case Op::Not: return "not" + operands(i);
    case Op::And: return "and";
    case Op::Or: return "or";
    case Op::FirstOf: return "first of";
    case Op::Hoisted: return "hoisted " + std::to_string(i.index);
    }
    return "";
  }

  void instruction(const Instruction& i, const std::string& indent) {
    const bool gives = !i.type.empty();
    out += indent + (gives ? name(i.id) + " = " : "") + text(i) + (i.fails ? " !" : "");
    if (gives && i.op != Op::Constant) out += " : " + ottl::names_of(i.type);
    out += "\n";
    for (const Block& b : i.blocks) {
      out += indent + "{\n";
      block(b, indent + "  ");
      out += indent + "}\n";
    }
  }
};

}  // namespace

std::string dump(const Program& program) {
  Dump d;
  for (const Pass& pass : program.passes) {
    d.out += "  each " + std::string(kLevelNames[static_cast<int>(pass.level)]) + " {\n";
    for (size_t level = 0; level < kLevels; ++level) {
      if (pass.keys[level].empty()) continue;
      d.out += "    keys of " + std::string(kLevelNames[level]);
      for (const std::string& k : pass.keys[level]) d.out += " " + quoted(k);
      d.out += "\n";
    }
    for (size_t k = 0; k < pass.hoisted.size(); ++k) {
      const Hoisted& h = pass.hoisted[k];
      d.out +=
          "    hoisted " + std::to_string(k) + " of " + std::string(kLevelNames[static_cast<int>(h.level)]) + " {\n";
      d.block(h.block, "      ");
      d.out += "    }\n";
    }
    for (const Section& s : pass.sections) {
      for (const Block& c : s.conditions) {
        d.out += s.keeps ? "    keep where {\n" : s.drops ? "    drop where {\n" : "    only where {\n";
        d.block(c, "      ");
        d.out += "    }\n";
      }
      for (const Statement& t : s.statements) {
        if (!t.text.empty()) d.out += "    " + t.text + "\n";
        if (t.guard.result != kNone) {
          d.out += "    where {\n";
          d.block(t.guard, "      ");
          d.out += "    }\n";
        }
        d.out += "    do {\n";
        d.block(t.body, "      ");
        d.out += "    }\n";
      }
    }
    d.out += "  }\n";
  }
  return d.out;
}

}  // namespace whittle::ir
