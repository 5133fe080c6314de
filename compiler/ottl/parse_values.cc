// SPDX-License-Identifier: Apache-2.0
// Values and arithmetic.
#include "compiler/ottl/parser.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace whittle::ottl {

NodeId Parser::value() {
  Deeper deeper(*this);
  if (too_deep()) return kNoNode;
  uint32_t begin = now().place.begin;
  switch (now().kind) {
  case Token::Nil: advance(); return add(Kind::Nil, begin);
  case Token::Boolean: return boolean_value();
  case Token::String: return string();
  case Token::Bytes: return bytes();
  case Token::Punct:
    if (is('[')) return list_value();
    if (is('{')) return map_value();
    if (is('(')) return is_lambda() ? lambda() : sum();
    break;
  case Token::Upper:
    if (words_before_parenthesis() > 0) return sum();
    if (ahead().kind != Token::Lower) return enum_value();
    break;
  case Token::Lower:
  case Token::Int:
  case Token::Float:
  case Token::AddSub: return sum();
  default: break;
  }
  expected("a value");
  return kNoNode;
}

NodeId Parser::boolean_value() {
  uint32_t begin = now().place.begin;
  bool truth = text(now()) == "true";
  advance();
  NodeId id = add(Kind::Bool, begin);
  node(id).boolean = truth;
  return id;
}

NodeId Parser::string() {
  uint32_t begin = now().place.begin;
  Problem problem;
  auto content = unquote(tree_.text, now().place, problem);
  if (!content) {
    impossible(std::move(problem));
    return kNoNode;
  }
  advance();
  NodeId id = add(Kind::String, begin);
  node(id).text = keep(std::move(*content));
  return id;
}

NodeId Parser::bytes() {
  uint32_t begin = now().place.begin;
  std::string_view digits = text(now()).substr(2);
  if (digits.size() % 2 != 0) {
    impossible(now().place, "half a byte is left over", "bytes are written with two digits each");
    return kNoNode;
  }
  std::string content;
  for (size_t i = 0; i < digits.size(); i += 2) {
    uint8_t b = 0;
    std::from_chars(digits.data() + i, digits.data() + i + 2, b, 16);
    content += static_cast<char>(b);
  }
  advance();
  NodeId id = add(Kind::Bytes, begin);
  node(id).text = keep(std::move(content));
  return id;
}

NodeId Parser::number() {
  uint32_t begin = now().place.begin;
  std::string_view s = text(now());
  if (now().kind == Token::Float) {
    double real = std::strtod(std::string(s).c_str(), nullptr);
    if (std::isinf(real)) {
      impossible(now().place, "no double is so large");
      return kNoNode;
    }
    advance();
    NodeId id = add(Kind::Double, begin);
    node(id).real = real;
    return id;
  }
  // A leading 0 makes it octal.
  int64_t n = 0;
  int base = s.size() > 1 && s[0] == '0' ? 8 : 10;
  auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), n, base);
  if (error != std::errc() || end != s.data() + s.size()) {
    if (base == 8 && error != std::errc::result_out_of_range)
      impossible(now().place, "a number with a leading 0 is octal, and this one is none");
    else impossible(now().place, "no int is so large", "the largest is 9223372036854775807");
    return kNoNode;
  }
  advance();
  NodeId id = add(Kind::Int, begin);
  node(id).integer = n;
  return id;
}

NodeId Parser::enum_value() {
  uint32_t begin = now().place.begin;
  std::string name(text(now()));
  advance();
  NodeId id = add(Kind::Enum, begin);
  node(id).text = keep(std::move(name));
  node(id).name_place = node(id).place;
  return id;
}

NodeId Parser::list_value() {
  uint32_t begin = now().place.begin;
  advance();
  std::vector<NodeId> items;
  // Values side by side, then values with a comma before each.
  while (!is(']') && !is(',')) {
    NodeId item = value();
    if (item == kNoNode) {
      expected("`]`");
      return kNoNode;
    }
    items.push_back(item);
  }
  const bool between = items.size() == 1 || (items.empty() && !is(','));
  while (is(',')) {
    advance();
    NodeId item = value();
    if (item == kNoNode) return kNoNode;
    items.push_back(item);
  }
  if (!is(']')) {
    expected("`,`");
    take(']');
    return kNoNode;
  }
  advance();
  NodeId id = add(Kind::List, begin);
  node(id).boolean = !between;
  node(id).children = list(items);
  return id;
}

NodeId Parser::map_value() {
  uint32_t begin = now().place.begin;
  advance();
  std::vector<NodeId> items;
  std::vector<Word> keys;
  while (!is('}')) {
    if (now().kind != Token::String) {
      expected("a key in quotes");
      if (items.empty() || now().kind != Token::Punct) take('}');
      return kNoNode;
    }
    Place place = now().place;
    Problem problem;
    auto key = unquote(tree_.text, place, problem);
    if (!key) {
      impossible(std::move(problem));
      return kNoNode;
    }
    advance();
    if (!take(':')) return kNoNode;
    NodeId item = value();
    if (item == kNoNode) return kNoNode;
    keys.push_back({std::move(*key), place});
    items.push_back(item);
    if (is(',')) advance();
  }
  advance();
  NodeId id = add(Kind::Map, begin);
  node(id).children = list(items);
  node(id).names = keep(std::move(keys));
  return id;
}

// ---- arithmetic

NodeId Parser::binary(Token joint, NodeId (Parser::*part)()) {
  uint32_t begin = now().place.begin;
  NodeId left = (this->*part)();
  while (left != kNoNode && now().kind == joint) {
    char c = tree_.text[now().place.begin];
    advance();
    NodeId right = (this->*part)();
    if (right == kNoNode) return kNoNode;
    NodeId id = add(Kind::Arithmetic, begin);
    node(id).op = c == '+'   ? Operator::Add
                  : c == '-' ? Operator::Subtract
                  : c == '*' ? Operator::Multiply
                             : Operator::Divide;
    node(id).children = list({left, right});
    left = id;
  }
  return left;
}

NodeId Parser::sum() {
  Deeper deeper(*this);
  if (too_deep()) return kNoNode;
  return binary(Token::AddSub, &Parser::product);
}

NodeId Parser::product() {
  return binary(Token::MulDiv, &Parser::operand);
}

NodeId Parser::operand() {
  Deeper deeper(*this);
  if (too_deep()) return kNoNode;
  uint32_t begin = now().place.begin;
  bool sign = now().kind == Token::AddSub, minus = sign && tree_.text[begin] == '-';
  if (sign) advance();
  bool parenthesis = is('(');
  NodeId id = kNoNode;
  if (parenthesis) {
    advance();
    id = sum();
    if (id == kNoNode || !take(')')) return kNoNode;
  } else {
    id = literal();
    if (id == kNoNode) return kNoNode;
  }
  if (!sign && !parenthesis) return id;
  if (minus && !parenthesis && node(id).kind == Kind::Int) node(id).integer = -node(id).integer;
  else if (minus && !parenthesis && node(id).kind == Kind::Double) node(id).real = -node(id).real;
  else if (minus) {
    NodeId negated = add(Kind::Negate, begin);
    node(negated).children = list({id});
    id = negated;
  }
  node(id).grouped = true;
  node(id).place = {begin, last_};
  return id;
}

NodeId Parser::literal() {
  switch (now().kind) {
  case Token::Int:
  case Token::Float: return number();
  case Token::Upper:
    if (words_before_parenthesis() > 0) return call();
    break;
  case Token::Lower: return words_before_parenthesis() > 0 ? call() : path();
  default: break;
  }
  expected("a number, a path or a call");
  return kNoNode;
}

}  // namespace whittle::ottl
