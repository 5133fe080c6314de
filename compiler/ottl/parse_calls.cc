// SPDX-License-Identifier: Apache-2.0
// Paths, calls and lambdas: what begins with a name, or gives names.
#include "compiler/ottl/parser.h"

namespace whittle::ottl {

NodeId Parser::path() {
  uint32_t begin = now().place.begin;
  std::string name;
  std::vector<Segment> segments;
  uint32_t name_end = begin;
  for (;;) {
    if (now().kind != Token::Lower) {
      expected("a name");
      return kNoNode;
    }
    Segment s{std::string(text(now())), now().place, {}};
    if (!name.empty()) name += '.';
    name += s.name;
    name_end = now().place.end;
    advance();
    if (is('[') && !keys(s.keys)) return kNoNode;
    segments.push_back(std::move(s));
    if (!is('.') || (ahead().kind != Token::Lower && segments.size() > 1)) break;
    advance();
  }
  bool local = is_local(segments[0].name);
  NodeId id = add(local ? Kind::Local : Kind::Path, begin);
  node(id).text = keep(std::move(name));
  node(id).name_place = {begin, name_end};
  node(id).names = {static_cast<uint32_t>(tree_.segments.size()), static_cast<uint32_t>(segments.size())};
  node(id).keys = segments.back().keys;
  for (Segment& s : segments) tree_.segments.push_back(std::move(s));
  return id;
}

bool Parser::keys(Range& out) {
  std::vector<NodeId> ids;
  while (is('[')) {
    advance();
    NodeId key = now().kind == Token::String ? string() : now().kind == Token::Int ? number() : sum();
    if (key == kNoNode) {
      expected("a string");
      return false;
    }
    if (!take(']')) return false;
    ids.push_back(key);
  }
  out = list(ids);
  return true;
}

// ---- calls

NodeId Parser::call() {
  Deeper deeper(*this);
  if (too_deep()) return kNoNode;
  uint32_t begin = now().place.begin;
  std::string name = take_words(words());
  Place name_place{begin, last_};
  if (!take('(')) return kNoNode;
  std::vector<NodeId> arguments;
  std::vector<Word> names;
  while (!is(')')) {
    if (!arguments.empty() && !take(',')) {
      expected("`)`");
      return kNoNode;
    }
    Word argument_name;
    size_t n = now().kind == Token::Lower ? words() : 0;
    if (n > 0 && ahead(n).kind == Token::Equal) {
      uint32_t start = now().place.begin;
      argument_name.text = take_words(n);
      argument_name.place = {start, last_};
      advance();
    }
    NodeId argument = argument_value();
    if (argument == kNoNode) {
      if (arguments.empty() && argument_name.text.empty()) expected("`)`");
      return kNoNode;
    }
    arguments.push_back(argument);
    names.push_back(std::move(argument_name));
  }
  advance();
  Range key_range;
  if (is('[') && !keys(key_range)) return kNoNode;
  NodeId id = add(Kind::Call, begin);
  node(id).text = keep(std::move(name));
  node(id).name_place = name_place;
  node(id).children = list(arguments);
  node(id).keys = key_range;
  node(id).names = keep(std::move(names));
  return id;
}

// A value or the name of a function, which is several words, or one in capitals and then reads as an enum.
NodeId Parser::argument_value() {
  if (now().kind == Token::Upper && words_before_parenthesis() == 0 && ahead().kind == Token::Lower) {
    uint32_t begin = now().place.begin;
    std::string name = take_words(words());
    NodeId id = add(Kind::FunctionName, begin);
    node(id).text = keep(std::move(name));
    node(id).name_place = node(id).place;
    return id;
  }
  return value();
}

// ---- lambdas

bool Parser::is_lambda() const {
  size_t i = at_ + 1;
  auto punct = [&](size_t k, char c) {
    return k < tokens_.size() && tokens_[k].kind == Token::Punct && tree_.text[tokens_[k].place.begin] == c;
  };
  if (!punct(i, ')')) {
    for (;; ++i) {
      if (i >= tokens_.size() || (tokens_[i].kind != Token::Lower && tokens_[i].kind != Token::Underscore))
        return false;
      if (!punct(++i, ',')) break;
    }
    if (!punct(i, ')')) return false;
  }
  return i + 1 < tokens_.size() && tokens_[i + 1].kind == Token::Arrow;
}

bool Parser::is_local(std::string_view name) const {
  for (const std::string& l : locals_) {
    if (l == name) return true;
  }
  return false;
}

NodeId Parser::lambda() {
  uint32_t begin = now().place.begin;
  size_t outer = locals_.size();
  advance();
  std::vector<Word> names;
  while (!is(')')) {
    if (now().kind != Token::Punct) {
      names.push_back({std::string(text(now())), now().place});
      if (now().kind == Token::Lower) locals_.emplace_back(text(now()));
    }
    advance();
  }
  advance();
  Place head{begin, now().place.end};
  advance();  // =>
  Mark start = mark();
  NodeId body = value();
  if (body == kNoNode || now().kind == Token::Or || now().kind == Token::And || now().kind == Token::Compare) {
    if (!impossible_) {
      back(start);
      body = boolean();
    }
  }
  locals_.resize(outer);
  if (body == kNoNode) return kNoNode;
  NodeId id = add(Kind::Lambda, begin);
  node(id).children = list({body});
  node(id).name_place = head;
  node(id).names = keep(std::move(names));
  return id;
}

}  // namespace whittle::ottl
