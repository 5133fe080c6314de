// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/reading.h"

#include "compiler/ottl/parse.h"
#include "compiler/source/letters.h"

namespace whittle::ottl {

// ---- words

void Reading::advance() {
  last_ = now().place.end;
  if (at_ + 1 < tokens_.size()) ++at_;
}

bool Reading::take(char c) {
  if (!is(c)) return expected("`" + std::string(1, c) + "`");
  advance();
  return true;
}

size_t Reading::words() const {
  size_t n = 0;
  while (at_ + n < tokens_.size() && (tokens_[at_ + n].kind == Token::Upper || tokens_[at_ + n].kind == Token::Lower))
    ++n;
  return n;
}

size_t Reading::words_before_parenthesis() const {
  size_t n = words();
  const Lexeme& t = tokens_[std::min(at_ + n, tokens_.size() - 1)];
  return t.kind == Token::Punct && tree_.text[t.place.begin] == '(' ? n : 0;
}

std::string Reading::take_words(size_t n) {
  std::string name;
  for (size_t i = 0; i < n; ++i) {
    name += text(now());
    advance();
  }
  return name;
}

// ---- what is wrong

bool Reading::expected(std::string what) {
  if (at_ < wanted_at_) return false;
  if (at_ > wanted_at_) wanted_.clear();
  wanted_at_ = at_;
  for (const std::string& w : wanted_) {
    if (w == what) return false;
  }
  wanted_.push_back(std::move(what));
  return false;
}

Problem Reading::furthest() const {
  Problem p;
  const Lexeme& t = tokens_[wanted_at_];
  p.place = t.place;
  p.message = t.kind == Token::End ? "it ends" : "there is `" + std::string(text(t)) + "`";
  if (!wanted_.empty()) p.message += " where ";
  for (size_t i = 0; i < wanted_.size(); ++i) {
    if (i > 0) p.message += i + 1 == wanted_.size() ? " or " : ", ";
    p.message += wanted_[i];
  }
  if (!wanted_.empty()) p.message += " should be";
  if (t.kind == Token::Upper && wants_name()) small_name(p);
  return p;
}

bool Reading::wants_name() const {
  for (const std::string& w : wanted_) {
    if (w == "a value" || w == "a name" || w == "a number, a path or a call") return true;
  }
  return false;
}

// What is written as one word, with a capital, may be meant as a part of a path.
void Reading::small_name(Problem& p) const {
  size_t i = wanted_at_ + 1;
  while (i < tokens_.size() && (tokens_[i].kind == Token::Upper || tokens_[i].kind == Token::Lower) &&
         tokens_[i].place.begin == p.place.end)
    p.place.end = tokens_[i++].place.end;
  p.message = "names in paths are written small";
  p.near = source::small_letters(std::string_view(tree_.text).substr(p.place.begin, p.place.end - p.place.begin));
}

bool Reading::impossible(Problem problem) {
  if (!impossible_) impossible_ = std::move(problem);
  return false;
}

bool Reading::impossible(Place place, std::string message, std::string help) {
  Problem p;
  p.place = place;
  p.message = std::move(message);
  p.help = std::move(help);
  return impossible(std::move(p));
}

Problem Reading::problem() const {
  return impossible_ ? *impossible_ : furthest();
}

bool Reading::too_deep() {
  if (impossible_) return true;
  if (depth_ <= kMaxNesting && steps_ <= kMostSteps) return false;
  impossible(now().place, "this is nested too deep");
  return true;
}

// ---- nodes

NodeId Reading::add(Kind kind, uint32_t begin) {
  Node n;
  n.kind = kind;
  n.place = {begin, last_};
  tree_.nodes.push_back(n);
  return static_cast<NodeId>(tree_.nodes.size() - 1);
}

Range Reading::list(const std::vector<NodeId>& ids) {
  Range r{static_cast<uint32_t>(tree_.lists.size()), static_cast<uint32_t>(ids.size())};
  tree_.lists.insert(tree_.lists.end(), ids.begin(), ids.end());
  return r;
}

Range Reading::keep(std::vector<Word> words) {
  Range r{static_cast<uint32_t>(tree_.words.size()), static_cast<uint32_t>(words.size())};
  for (Word& w : words) tree_.words.push_back(std::move(w));
  return r;
}

uint32_t Reading::keep(std::string text) {
  tree_.texts.push_back(std::move(text));
  return static_cast<uint32_t>(tree_.texts.size() - 1);
}

Reading::Mark Reading::mark() const {
  return {at_,
          last_,
          tree_.nodes.size(),
          tree_.lists.size(),
          tree_.texts.size(),
          tree_.words.size(),
          tree_.segments.size()};
}

void Reading::back(const Mark& m) {
  at_ = m.at;
  last_ = m.last;
  tree_.nodes.resize(m.nodes);
  tree_.lists.resize(m.lists);
  tree_.texts.resize(m.texts);
  tree_.words.resize(m.words);
  tree_.segments.resize(m.segments);
}

}  // namespace whittle::ottl
