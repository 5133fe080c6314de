// SPDX-License-Identifier: Apache-2.0
// Where a parser stands in its text: the words that are left, the tree so far, and the way back to an earlier word. Of
// all readings that failed, the one that came furthest says what is wrong.
#pragma once

#include "compiler/ottl/lex.h"
#include "compiler/ottl/tree.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::ottl {

class Reading {
protected:
  // ---- words

  const Lexeme& now() const { return tokens_[at_]; }
  const Lexeme& ahead(size_t n = 1) const { return tokens_[std::min(at_ + n, tokens_.size() - 1)]; }
  std::string_view text(const Lexeme& t) const {
    return std::string_view(tree_.text).substr(t.place.begin, t.place.end - t.place.begin);
  }
  bool is(char c) const { return now().kind == Token::Punct && tree_.text[now().place.begin] == c; }
  void advance();
  bool take(char c);

  // How many words, one case each, stand here side by side.
  size_t words() const;
  // The same if a parenthesis follows them, which makes them the name of a function; else 0.
  size_t words_before_parenthesis() const;
  std::string take_words(size_t n);

  // ---- what is wrong

  // Notes that `what` could have stood here. Always false.
  bool expected(std::string what);
  // What can never be, however the text is read. Always false.
  bool impossible(Problem problem);
  bool impossible(Place place, std::string message, std::string help = {});
  // What is impossible, or else what was expected furthest on.
  Problem problem() const;

  // Counts nesting; every rule that recurses holds one.
  struct Deeper {
    explicit Deeper(Reading& r) : reading(r) { ++r.depth_, ++r.steps_; }
    ~Deeper() { --reading.depth_; }
    Reading& reading;
  };
  bool too_deep();

  // ---- nodes

  // A node from `begin` to the last word that was taken.
  NodeId add(Kind kind, uint32_t begin);
  Node& node(NodeId id) { return tree_.nodes[id]; }
  Range list(const std::vector<NodeId>& ids);
  Range keep(std::vector<Word> words);
  uint32_t keep(std::string text);

  // Where reading stood; going back forgets what has been read since.
  struct Mark {
    size_t at;
    uint32_t last;
    size_t nodes, lists, texts, words, segments;
  };
  Mark mark() const;
  void back(const Mark& m);

  Tree tree_;
  std::vector<Lexeme> tokens_;
  size_t at_ = 0;
  uint32_t last_ = 0;  // where the last word taken ends
  std::optional<Problem> impossible_;

private:
  Problem furthest() const;
  bool wants_name() const;
  void small_name(Problem& p) const;

  int depth_ = 0, steps_ = 0;
  size_t wanted_at_ = 0;
  std::vector<std::string> wanted_;
};

}  // namespace whittle::ottl
