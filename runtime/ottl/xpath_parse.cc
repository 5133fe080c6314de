// SPDX-License-Identifier: Apache-2.0
// A recursive descent. The check of the config (compiler/ottl/xpath.cc) takes the same language and says what is wrong;
// what follows a whole expression is not looked at.
#include "runtime/base/utf8.h"
#include "runtime/ottl/xml_names.h"
#include "runtime/ottl/xpath_tree.h"

namespace whittle::ottl::xpath {

namespace {

using Kind = Expression::Kind;

struct NamedAxis {
  Text name;
  Axis axis;
};
constexpr NamedAxis kAxes[] = {{"ancestor", Axis::Ancestor},
                               {"ancestor-or-self", Axis::AncestorOrSelf},
                               {"attribute", Axis::Attribute},
                               {"child", Axis::Child},
                               {"descendant", Axis::Descendant},
                               {"descendant-or-self", Axis::DescendantOrSelf},
                               {"following", Axis::Following},
                               {"following-sibling", Axis::FollowingSibling},
                               {"parent", Axis::Parent},
                               {"preceding", Axis::Preceding},
                               {"preceding-sibling", Axis::PrecedingSibling},
                               {"self", Axis::Self}};

// In the order of Function.
constexpr Text kFunctions[] = {"lower-case",
                               "starts-with",
                               "ends-with",
                               "contains",
                               "matches",
                               "substring",
                               "substring-before",
                               "substring-after",
                               "string-length",
                               "normalize-space",
                               "replace",
                               "translate",
                               "not",
                               "name",
                               "local-name",
                               "namespace-uri",
                               "true",
                               "false",
                               "last",
                               "position",
                               "boolean",
                               "number",
                               "string",
                               "count",
                               "sum",
                               "ceiling",
                               "floor",
                               "round",
                               "concat",
                               "reverse",
                               "string-join"};
constexpr uint8_t kLeast[] = {1, 2, 2, 2, 2, 2, 2, 2, 1, 0, 3, 3, 1, 0, 0, 0,
                              0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 1, 2};

class Parser {
public:
  Parser(Run& run, Text text) : run_(run), text_(text) { advance(); }

  Expression* parse() {
    Expression* e = expression();
    return wrong_ ? nullptr : e;
  }

private:
  enum class Item : uint8_t { End, Name, Axis, String, Number, Sign };
  static constexpr int kMaxDepth = 200;

  char here(size_t n = 0) const { return next_ + n < text_.size() ? text_[next_ + n] : '\0'; }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  void spaces() {
    while (here() == ' ' || (here() >= '\t' && here() <= '\r')) ++next_;
  }
  Text read_name() {
    const size_t begin = next_;
    while (next_ < text_.size()) {
      size_t width;
      const uint32_t c = code_point_at(text_, next_, width);
      if (c == ':' || (c != '*' && !in_xml_name(c))) break;
      next_ += width;
    }
    return text_.substr(begin, next_ - begin);
  }

  void advance() {
    spaces();
    prefix_ = {};
    call_ = false;
    const char c = here();
    if (c == '\0') {
      item_ = Item::End;
      word_ = {};
      return;
    }
    auto sign = [&](size_t n) {
      item_ = Item::Sign;
      word_ = text_.substr(next_, n);
      next_ += n;
    };
    if (Text(",@()|*[]+-=$").contains(c)) return sign(1);
    if (c == '<' || c == '>' || c == '!') return sign(here(1) == '=' ? 2 : 1);
    if (c == '/') return sign(here(1) == '/' ? 2 : 1);
    if (c == '.' && !is_digit(here(1))) return sign(here(1) == '.' ? 2 : 1);
    if (c == '"' || c == '\'') {
      const size_t end = text_.find(c, next_ + 1);
      if (end == Text::npos) return wrong();
      item_ = Item::String;
      word_ = text_.substr(next_ + 1, end - next_ - 1);
      next_ = end + 1;
      return;
    }
    if (is_digit(c) || c == '.') {
      const size_t begin = next_;
      while (is_digit(here())) ++next_;
      if (here() == '.') ++next_;
      while (is_digit(here())) ++next_;
      item_ = Item::Number;
      word_ = text_.substr(begin, next_ - begin);
      return;
    }
    word_ = read_name();
    if (word_.empty()) return wrong();
    item_ = Item::Name;
    const bool glued = here() == ':';
    spaces();
    if (here() == ':' && here(1) == ':') {
      next_ += 2;
      item_ = Item::Axis;
    } else if (here() == ':') {
      if (!glued) return wrong();
      ++next_;
      prefix_ = word_;
      word_ = read_name();
      if (word_.empty()) return wrong();
    }
    spaces();
    call_ = here() == '(';
  }

  void wrong() {
    wrong_ = true;
    item_ = Item::End;
    word_ = {};
    next_ = text_.size();
  }
  Expression* none() {
    wrong();
    return nullptr;
  }
  bool is(Text sign) const { return item_ == Item::Sign && word_ == sign; }
  bool is_word(Text word) const { return item_ == Item::Name && prefix_.empty() && word_ == word; }
  void take(Text sign) {
    if (is(sign)) advance();
    else wrong();
  }
  bool is_node_type() const {
    return prefix_.empty() &&
           (word_ == "node" || word_ == "text" || word_ == "comment" || word_ == "processing-instruction");
  }

  Expression* make(Kind kind, Expression* left = nullptr, Expression* right = nullptr) {
    auto* e = run_.arena.make<Expression>(kind);
    e->left = left, e->right = right;
    return e;
  }
  Expression* step_of(Axis axis, Expression* from, Test test = {}) {
    Expression* e = make(Kind::Step, from);
    e->axis = axis, e->test = test;
    return e;
  }
  Expression* operation(Op op, Expression* left, Expression* right) {
    Expression* e = make(Kind::Operator, left, right);
    e->op = op;
    return e;
  }

  Expression* expression() {
    if (++depth_ > kMaxDepth) return none();
    Expression* e = operators(0);
    --depth_;
    return e;
  }

  // The operator of a level that stands here.
  bool operator_at(int level, Op& op) const {
    struct Spelled {
      int level;
      bool word;
      Text text;
      Op op;
    };
    static constexpr Spelled kOperators[] = {
        {0, true, "or", Op::Or},         {1, true, "and", Op::And},          {2, false, "=", Op::Equal},
        {2, false, "!=", Op::NotEqual},  {3, false, "<", Op::Less},          {3, false, ">", Op::Greater},
        {3, false, "<=", Op::LessEqual}, {3, false, ">=", Op::GreaterEqual}, {4, false, "+", Op::Add},
        {4, false, "-", Op::Subtract},   {5, false, "*", Op::Multiply},      {5, true, "div", Op::Divide},
        {5, true, "mod", Op::Modulo}};
    for (const Spelled& s : kOperators) {
      if (s.level != level || !(s.word ? is_word(s.text) : is(s.text))) continue;
      op = s.op;
      return true;
    }
    return false;
  }
  Expression* operators(int level) {
    if (level == 6) return unary();
    Expression* e = operators(level + 1);
    for (Op op; !wrong_ && operator_at(level, op);) {
      advance();
      e = operation(op, e, operators(level + 1));
    }
    return e;
  }

  Expression* unary() {
    bool minus = false;
    for (; is("-"); advance()) minus = !minus;
    Expression* e = path();
    while (!wrong_ && is("|")) {
      advance();
      e = operation(Op::Union, e, path());
    }
    if (!minus) return e;
    Expression* one = make(Kind::Number);
    one->number = -1;
    return operation(Op::Multiply, e, one);
  }

  Expression* path() {
    const bool primary = item_ == Item::String || item_ == Item::Number || is("$") || is("(") ||
                         (item_ == Item::Name && call_ && !is_node_type());
    if (!primary) {
      if (is("/")) {
        advance();
        Expression* root = make(Kind::Root);
        const bool step = is(".") || is("..") || is("@") || is("*") || item_ == Item::Axis || item_ == Item::Name;
        return step ? relative(root) : root;
      }
      if (is("//")) {
        advance();
        return relative(step_of(Axis::DescendantOrSelf, make(Kind::Root)));
      }
      return relative(nullptr);
    }
    Expression* e = filter();
    if (is("/")) {
      advance();
      return relative(e);
    }
    if (is("//")) {
      advance();
      return relative(step_of(Axis::DescendantOrSelf, e));
    }
    return e;
  }

  Expression* filter() {
    Expression* e = nullptr;
    if (item_ == Item::String) {
      e = make(Kind::Text);
      e->text = word_;
      advance();
    } else if (item_ == Item::Number) {
      e = make(Kind::Number);
      e->number = parse_double(word_).value_or(0);
      advance();
    } else if (is("(")) {
      advance();
      e = expression();
      if (e && e->kind != Kind::Text && e->kind != Kind::Number) e = make(Kind::Group, e);
      take(")");
    } else if (is("$")) {
      return none();
    } else {
      e = call();
    }
    return is("[") ? make(Kind::Filter, e, predicate()) : e;
  }

  Expression* call() {
    constexpr uint32_t kMost = 64;
    Expression* e = make(Kind::Call);
    uint32_t which = 0;
    while (which < std::size(kFunctions) && kFunctions[which] != word_) ++which;
    if (which == std::size(kFunctions)) return none();
    e->function = static_cast<Function>(which);
    advance();
    take("(");
    Expression* arguments[kMost];
    while (!wrong_ && !is(")")) {
      if (e->argument_count == kMost) return none();
      if (e->argument_count > 0) take(",");
      arguments[e->argument_count++] = expression();
    }
    take(")");
    if (e->argument_count < kLeast[which]) return none();
    e->arguments = run_.arena.array<Expression*>(e->argument_count);
    for (uint32_t i = 0; i < e->argument_count; ++i) e->arguments[i] = arguments[i];
    return e;
  }

  Expression* relative(Expression* from) {
    for (;;) {
      from = step(from);
      if (wrong_) return nullptr;
      if (is("//")) {
        advance();
        from = step_of(Axis::DescendantOrSelf, from);
      } else if (is("/")) {
        advance();
      } else {
        return from;
      }
    }
  }

  Expression* step(Expression* from) {
    if (++depth_ > kMaxDepth) return none();
    Expression* e = one_step(from);
    --depth_;
    return e;
  }
  Expression* one_step(Expression* from) {
    Expression* e;
    if (is(".") || is("..")) {
      e = step_of(is(".") ? Axis::Self : Axis::Parent, from);
      advance();
    } else if (is("(")) {
      advance();
      e = step(from);
      while (!wrong_ && is(",")) {
        advance();
        e = operation(Op::Union, e, step(from));
      }
      take(")");
      return e;
    } else {
      Axis axis = Axis::Child;
      if (is("@")) {
        axis = Axis::Attribute;
        advance();
      } else if (item_ == Item::Axis) {
        const NamedAxis* found = nullptr;
        for (const NamedAxis& a : kAxes)
          if (a.name == word_) found = &a;
        if (!found) return none();
        axis = found->axis;
        advance();
      }
      e = node_test(axis, from);
    }
    while (!wrong_ && is("[")) e = make(Kind::Filter, e, predicate());
    return e;
  }

  Expression* node_test(Axis axis, Expression* from) {
    Test test{axis == Axis::Attribute ? NodeType::Attribute : NodeType::Element, {}, {}};
    if (is("*")) {
      advance();
      return step_of(axis, from, test);
    }
    if (item_ != Item::Name) return none();
    if (!call_ || !is_node_type()) {
      test.prefix = prefix_;
      if (word_ != "*") test.local = word_;
      advance();
      return step_of(axis, from, test);
    }
    const bool instruction = word_ == "processing-instruction";
    if (word_ == "node") test.type = NodeType::All;
    if (word_ == "text") test.type = NodeType::Text;
    if (word_ == "comment") test.type = NodeType::Comment;
    advance();
    take("(");
    if (instruction && item_ == Item::String) {
      test.local = word_;
      advance();
    }
    take(")");
    return step_of(axis, from, test);
  }

  Expression* predicate() {
    take("[");
    Expression* e = expression();
    take("]");
    return e;
  }

  Run& run_;
  Text text_;
  size_t next_ = 0;
  Item item_ = Item::End;
  Text word_, prefix_;
  bool call_ = false;  // a parenthesis follows
  bool wrong_ = false;
  int depth_ = 0;
};

}  // namespace

Expression* parse(Run& run, Text path) {
  Expression* e = Parser(run, path).parse();
  if (!e) run.fail("the XPath is none");
  return e;
}

}  // namespace whittle::ottl::xpath
