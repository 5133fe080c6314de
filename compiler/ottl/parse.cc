// SPDX-License-Identifier: Apache-2.0
// The reference's grammar, in which the first alternative that matches is taken and never given up again:
//
//   statement  = editor ["where" boolean]
//   editor     = small "(" [argument {"," argument}] ")"          small, large: words side by side that begin
//   converter  = large "(" [argument {"," argument}] ")" {key}                  with a small letter or a capital
//   argument   = [small "="] (value | large)
//   boolean    = term {"or" term}             term = test {"and" test}
//   test       = ["not"] (value compare value | "true" | "false" | converter | "(" boolean ")")
//   value      = nil | lambda | sum | bytes | string | bool | ENUM | map | list
//   sum        = product {("+" | "-") product}     product = operand {("*" | "/") operand}
//   operand    = ["+" | "-"] (converter | number | path | "(" sum ")")
//   path       = name {key} {"." name {key}}       key = "[" (string | int | sum) "]"
//   list       = "[" {value} {"," value} "]"       map = "{" {string ":" value [","]} "}"
//   lambda     = "(" [name {"," name}] ")" "=>" (value | boolean)
//
// What a parenthesis opens is seen only later, so both readings are tried, and of all readings that failed the one that
// came furthest says what is wrong.
#include "compiler/ottl/parse.h"

#include "compiler/ottl/parser.h"

namespace whittle::ottl {

using diag::Diag;

constexpr Diag<std::string_view> kUnreadable{"E0801", "this cannot be read: {}"};
constexpr Diag<> kEditorInCondition{"E0803", "functions that change something have no place in a condition"};

static bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}

std::optional<Tree> Parser::run(Problem& problem) {
  auto tokens = lex(tree_.text, problem);
  if (!tokens) return std::nullopt;
  tokens_ = std::move(*tokens);
  if (tokens_.size() == 1) {
    problem = Problem{};
    problem.message = tree_.unit == Unit::Statement   ? "there is no statement here"
                      : tree_.unit == Unit::Condition ? "there is no condition here"
                                                      : "there is no expression here";
    problem.place = tokens_[0].place;
    return std::nullopt;
  }
  bool good = unit() && (now().kind == Token::End || expected(behind()));
  if (good && !impossible_) return std::move(tree_);
  problem = this->problem();
  return std::nullopt;
}

bool Parser::unit() {
  switch (tree_.unit) {
  case Unit::Statement: return statement();
  case Unit::Condition: tree_.where = boolean(); return tree_.where != kNoNode;
  case Unit::Value: tree_.value = value(); return tree_.value != kNoNode;
  }
  return false;
}

bool Parser::statement() {
  if (now().kind != Token::Lower && now().kind != Token::Upper) return expected("a function such as `set`");
  if (words_before_parenthesis() == 0) {
    at_ += words();
    return expected("`(`");
  }
  tree_.editor = call();
  if (tree_.editor == kNoNode) return false;
  if (now().kind != Token::Lower || text(now()) != "where") return true;
  advance();
  tree_.where = boolean();
  return tree_.where != kNoNode;
}

std::string Parser::behind() const {
  if (tree_.unit == Unit::Statement && tree_.where == kNoNode) return "`where` or the end";
  return tree_.unit == Unit::Value ? "the end" : "`and`, `or` or the end";
}

// ---- booleans

NodeId Parser::chain(Kind kind, Token joint, NodeId (Parser::*part)()) {
  uint32_t begin = now().place.begin;
  NodeId first = (this->*part)();
  if (first == kNoNode || now().kind != joint) return first;
  std::vector<NodeId> parts{first};
  while (now().kind == joint) {
    advance();
    NodeId next = (this->*part)();
    if (next == kNoNode) return kNoNode;
    parts.push_back(next);
  }
  NodeId id = add(kind, begin);
  node(id).children = list(parts);
  return id;
}

NodeId Parser::boolean() {
  Deeper deeper(*this);
  if (too_deep()) return kNoNode;
  return chain(Kind::Or, Token::Or, &Parser::term);
}

NodeId Parser::term() {
  return chain(Kind::And, Token::And, &Parser::test);
}

NodeId Parser::test() {
  if (now().kind != Token::Not) return positive();
  uint32_t begin = now().place.begin;
  advance();
  NodeId inner = positive();
  if (inner == kNoNode) return kNoNode;
  NodeId id = add(Kind::Not, begin);
  node(id).children = list({inner});
  return id;
}

static Operator compare_operator(std::string_view s) {
  if (s == "==") return Operator::Equal;
  if (s == "!=") return Operator::NotEqual;
  if (s == "<") return Operator::Less;
  if (s == "<=") return Operator::LessEqual;
  if (s == ">") return Operator::Greater;
  return Operator::GreaterEqual;
}

NodeId Parser::positive() {
  Deeper deeper(*this);
  if (too_deep()) return kNoNode;
  Mark start = mark();
  bool parenthesis = is('(');
  uint32_t begin = now().place.begin;
  NodeId left = value();
  if (left != kNoNode && now().kind == Token::Compare) {
    Operator op = compare_operator(text(now()));
    advance();
    NodeId right = value();
    if (right == kNoNode) return kNoNode;
    NodeId id = add(Kind::Compare, begin);
    node(id).op = op;
    node(id).children = list({left, right});
    return id;
  }
  if (left != kNoNode) {
    const Node& n = node(left);
    bool call = n.kind == Kind::Call && !n.grouped && !is_small(tree_.text_of(n)[0]);
    if (n.kind == Kind::Bool || call) return left;
    if (n.kind == Kind::Call && !n.grouped) {
      impossible(problem_of(kEditorInCondition, n.name_place));
      return kNoNode;
    }
    expected("a comparison such as `==`");
  }
  if (impossible_ || !parenthesis) return kNoNode;
  back(start);
  advance();
  NodeId inner = boolean();
  if (inner == kNoNode || !take(')')) return kNoNode;
  node(inner).place = {begin, last_};
  return inner;
}

std::string_view spelling(Operator op) {
  static constexpr std::string_view kSpellings[] = {"", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/"};
  return kSpellings[static_cast<int>(op)];
}

std::optional<Tree> parse(std::string_view text, Unit unit, Problem& problem) {
  std::optional<Tree> tree = Parser(text, unit).run(problem);
  if (!tree && problem.code.empty()) {
    problem.code = kUnreadable.code;
    problem.message = diag::detail::fill(kUnreadable.text, problem.message);
  }
  return tree;
}

}  // namespace whittle::ottl
