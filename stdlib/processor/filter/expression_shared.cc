// SPDX-License-Identifier: Apache-2.0
// By precedence, straight to code. Types are known, as labels are texts and whether they are there is a truth; the
// reference finds out only with each metric, and then fails.
#include "stdlib/processor/filter/expression_shared.h"

#include "runtime/record/expression.h"

#include <cstdlib>

namespace whittle::check {

namespace {

using record::Act;

enum class Type : uint8_t { Bool, Text, Number, Nil };

std::string_view name_of(Type t) {
  static constexpr std::string_view kNames[] = {"a truth value", "a text", "a number", "nil"};
  return kNames[static_cast<size_t>(t)];
}

struct Operator {
  std::string_view text;
  int precedence;
};
constexpr Operator kBinary[] = {{"or", 10},       {"||", 10},         {"and", 15},      {"&&", 15},
                                {"==", 20},       {"!=", 20},         {"<=", 20},       {">=", 20},
                                {"<", 20},        {">", 20},          {"in", 20},       {"matches", 20},
                                {"contains", 20}, {"startsWith", 20}, {"endsWith", 20}, {"+", 30}};
// Of the language, and of no use for metrics.
constexpr std::string_view kOthers[] = {"..", "-", "*", "/", "%", "**", "^", "??", "|", "?.", ";", ".", "[", "{", "#"};

bool is_letter(char c) {
  return (c | 0x20) >= 'a' ? (c | 0x20) <= 'z' : c == '_' || c == '$';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
std::string code(std::string_view t) {
  return "`" + std::string(t) + "`";
}

class Reader {
public:
  explicit Reader(std::string_view text) : text_(text) { advance(); }

  std::expected<MetricExpression, ExpressionFault> read() {
    const Type t = expression(0);
    if (!fault_ && kind_ != Kind::End) unexpected();
    if (!fault_ && t != Type::Bool)
      fail("an expression gives a truth value, and this gives " + std::string(name_of(t)));
    if (!fault_ && (out_.code.size() > 0xFFFF || most_ > record::kExpressionDepth)) fail("this is too long");
    if (fault_) return std::unexpected(std::move(*fault_));
    return std::move(out_);
  }

private:
  enum class Kind : uint8_t { End, Word, Text, Number, Sign };
  static constexpr int kMaxDepth = 50;

  Type fail(std::string message, bool unknown = false) {
    if (!fault_) fault_ = ExpressionFault{std::move(message), unknown};
    kind_ = Kind::End;
    item_ = {};
    next_ = text_.size();
    return Type::Nil;
  }
  Type unexpected() {
    if (kind_ == Kind::End) return fail("it ends where a value should be");
    for (const std::string_view o : kOthers)
      if (kind_ == Kind::Sign && item_ == o) return fail(code(item_), true);
    return fail(code(item_) + " is not expected here");
  }

  // ---- words

  void advance() {
    while (next_ < text_.size() && (text_[next_] == ' ' || (text_[next_] >= '\t' && text_[next_] <= '\r'))) ++next_;
    kind_ = Kind::End;
    item_ = {};
    if (next_ == text_.size()) return;
    const size_t begin = next_;
    const char c = text_[next_];
    if (is_letter(c)) {
      while (next_ < text_.size() && (is_letter(text_[next_]) || is_digit(text_[next_]))) ++next_;
      kind_ = Kind::Word;
    } else if (is_digit(c)) {
      while (next_ < text_.size() && (is_letter(text_[next_]) || is_digit(text_[next_]) || text_[next_] == '.'))
        ++next_;
      kind_ = Kind::Number;
    } else if (c == '"' || c == '\'' || c == '`') {
      if (!string(c)) return;
      kind_ = Kind::Text;
    } else {
      static constexpr std::string_view kDouble[] = {"||", "&&", "==", "!=", "<=", ">=", "**", "..", "??", "?."};
      next_ += 1;
      for (const std::string_view d : kDouble)
        if (text_.substr(begin).starts_with(d)) next_ = begin + 2;
      kind_ = Kind::Sign;
    }
    item_ = text_.substr(begin, next_ - begin);
  }

  bool string(char quote) {
    value_.clear();
    for (++next_; next_ < text_.size() && text_[next_] != quote; ++next_) {
      if (text_[next_] != '\\' || quote == '`') {
        value_ += text_[next_];
        continue;
      }
      static constexpr std::string_view kFrom = "abfnrtv\\'\"", kTo = "\a\b\f\n\r\t\v\\'\"";
      const size_t which = ++next_ < text_.size() ? kFrom.find(text_[next_]) : std::string_view::npos;
      if (which == std::string_view::npos) return fail("a text has an escape that is not known"), false;
      value_ += kTo[which];
    }
    if (next_ == text_.size()) return fail("a text has no closing quote"), false;
    ++next_;
    return true;
  }

  bool is(std::string_view t) const { return (kind_ == Kind::Sign || kind_ == Kind::Word) && item_ == t; }
  void take(std::string_view t) {
    if (!is(t)) fail(code(t) + " is missing");
    else advance();
  }

  // ---- code

  void put(Act act, size_t operand = 0) {
    out_.code += static_cast<char>(act);
    out_.code += static_cast<char>(operand & 0xFF);
    out_.code += static_cast<char>(operand >> 8);
  }
  void push(Act act, size_t operand = 0) {
    put(act, operand);
    if (++depth_of_stack_ > most_) most_ = depth_of_stack_;
  }
  void binary(Act act, size_t operand = 0) {
    put(act, operand);
    --depth_of_stack_;
  }
  size_t constant(ir::Literal value) {
    out_.constants.push_back({std::move(value)});
    return out_.constants.size() - 1;
  }
  // A jump to where the code is by then.
  size_t jump(Act act) {
    put(act);
    return out_.code.size() - 2;
  }
  void land(size_t jump) {
    out_.code[jump] = static_cast<char>(out_.code.size() & 0xFF);
    out_.code[jump + 1] = static_cast<char>(out_.code.size() >> 8);
  }
  void drop() {
    put(Act::Pop);
    --depth_of_stack_;
  }
  void want(Type is, Type wanted, std::string_view by) {
    if (!fault_ && is != wanted)
      fail(code(by) + " takes " + std::string(name_of(wanted)) + ", and this is " + std::string(name_of(is)));
  }

  // ---- expressions

  Type expression(int least) {
    if (++depth_ > kMaxDepth) return fail("it is nested too deep");
    Type t = unary();
    while (!fault_) {
      bool negated = false;
      const Operator* o = operator_here();
      if (o == nullptr && is("not")) {
        advance();
        negated = true;
        o = operator_here();
        if (o == nullptr || o->precedence != 20 || !is_letter(o->text[0])) return unexpected();
      }
      if (o == nullptr || o->precedence < least) break;
      t = binary(t, *o);
      if (negated) put(Act::Not);
    }
    if (!fault_ && least == 0 && is("?")) t = choice(t);
    --depth_;
    return t;
  }
  const Operator* operator_here() const {
    for (const Operator& o : kBinary)
      if (is(o.text)) return &o;
    return nullptr;
  }

  Type choice(Type condition) {
    want(condition, Type::Bool, "?");
    advance();
    const size_t otherwise = jump(Act::JumpIfFalse);
    drop();
    const Type a = expression(0);
    const size_t end = jump(Act::Jump);
    land(otherwise);
    take(":");
    drop();
    const Type b = expression(0);
    land(end);
    if (!fault_ && a != b) return fail("both ways of `?` give values of one type");
    return a;
  }

  Type binary(Type left, const Operator& o) {
    const std::string_view op = o.text;
    advance();
    if (op == "or" || op == "||" || op == "and" || op == "&&") {
      want(left, Type::Bool, op);
      const size_t end = jump(op == "or" || op == "||" ? Act::JumpIfTrue : Act::JumpIfFalse);
      drop();
      want(expression(o.precedence + 1), Type::Bool, op);
      land(end);
      return Type::Bool;
    }
    if (op == "in") return in_list(left);
    if (op == "matches") {
      want(left, Type::Text, op);
      if (kind_ != Kind::Text) return kind_ == Kind::End ? unexpected() : fail("a pattern that is no literal", true);
      auto tables = regex::compile(value_);
      if (!tables) return fail("the pattern is no regular expression: " + tables.error().message);
      const size_t n = constant(value_);
      out_.constants[n].pattern = std::make_shared<const regex::Tables>(std::move(*tables));
      put(Act::Matches, n);
      advance();
      return Type::Bool;
    }
    const Type right = expression(o.precedence + 1);
    if (fault_) return Type::Nil;
    if (op == "+") {
      if (left != Type::Text || right != Type::Text) return fail("`+` of what is no text", true);
      binary(Act::Join);
      return Type::Text;
    }
    if (op == "==" || op == "!=") {
      binary(Act::Compare, op == "==" ? 0 : 1);
      return Type::Bool;
    }
    if (is_letter(op[0])) {
      want(left, Type::Text, op);
      want(right, Type::Text, op);
      binary(op == "contains" ? Act::Contains : op == "startsWith" ? Act::StartsWith : Act::EndsWith);
      return Type::Bool;
    }
    if (left == Type::Bool || left == Type::Nil) return want(left, Type::Number, op), Type::Nil;
    want(right, left, op);
    binary(Act::Compare, op == "<" ? 2 : op == "<=" ? 3 : op == ">" ? 4 : 5);
    if (is("<") || is("<=") || is(">") || is(">=")) return fail("a chain of comparisons", true);
    return Type::Bool;
  }

  // Whether the value on top is one of some literals.
  Type in_list(Type left) {
    if (!is("[")) return fail("`in` of what is no list of literals", true);
    advance();
    size_t n = 0;
    for (; !fault_ && !is("]"); ++n) {
      if (n > 0) take(",");
      if (kind_ != Kind::Text && kind_ != Kind::Number) return fail("a list of what are no literals", true);
      const Type t = primary();
      if (!fault_ && t != left) return fail("a list of what is never " + std::string(name_of(left)), true);
    }
    take("]");
    put(Act::In, n);
    depth_of_stack_ -= static_cast<uint32_t>(n);
    return Type::Bool;
  }

  Type unary() {
    if (is("!") || is("not")) {
      const std::string_view op = item_;
      advance();
      want(expression(50), Type::Bool, op);
      put(Act::Not);
      return Type::Bool;
    }
    return primary();
  }

  Type primary() {
    if (is("(")) {
      advance();
      const Type t = expression(0);
      take(")");
      return t;
    }
    if (kind_ == Kind::Text) {
      push(Act::Constant, constant(value_));
      advance();
      return Type::Text;
    }
    if (kind_ == Kind::Number) {
      char* end = nullptr;
      const std::string digits(item_);
      const double d = std::strtod(digits.c_str(), &end);
      if (*end != '\0') return fail(code(item_), true);
      push(Act::Constant, constant(d));
      advance();
      return Type::Number;
    }
    if (kind_ != Kind::Word) return unexpected();
    const std::string_view word = item_;
    advance();
    if (word == "true" || word == "false") return push(Act::Constant, constant(word == "true")), Type::Bool;
    if (word == "nil") return push(Act::Constant, constant(std::monostate{})), Type::Nil;
    if (word == "MetricName" || word == "MetricType")
      return push(word == "MetricName" ? Act::Name : Act::Type), Type::Text;
    if (is("(")) return call(word);
    return fail(code(word), true);
  }

  Type call(std::string_view name) {
    struct Known {
      std::string_view name;
      Act act;
      Type result;
    };
    static constexpr Known kKnown[] = {
        {"HasLabel", Act::HasLabel, Type::Bool},    {"Label", Act::Label, Type::Text},
        {"len", Act::Length, Type::Number},         {"lower", Act::Lower, Type::Text},
        {"upper", Act::Upper, Type::Text},          {"trim", Act::Trim, Type::Text},
        {"hasPrefix", Act::StartsWith, Type::Bool}, {"hasSuffix", Act::EndsWith, Type::Bool}};
    const Known* k = nullptr;
    for (const Known& known : kKnown)
      if (known.name == name) k = &known;
    if (k == nullptr) return fail(code(name), true);
    advance();
    want(expression(0), Type::Text, name);
    const bool two = k->act == Act::StartsWith || k->act == Act::EndsWith;
    if (two) {
      take(",");
      want(expression(0), Type::Text, name);
    }
    take(")");
    if (two) binary(k->act);
    else put(k->act);
    return k->result;
  }

  std::string_view text_;
  size_t next_ = 0;
  Kind kind_ = Kind::End;
  std::string_view item_;
  std::string value_;  // of a text
  MetricExpression out_;
  std::optional<ExpressionFault> fault_;
  int depth_ = 0;
  uint32_t depth_of_stack_ = 0, most_ = 0;
};

}  // namespace

std::expected<MetricExpression, ExpressionFault> read_expression(std::string_view text) {
  return Reader(text).read();
}

}  // namespace whittle::check
