// SPDX-License-Identifier: Apache-2.0
// Patterns of IAM as sets of texts, and exact answers about those sets.
//
// A need is a set too: `arn:aws:logs:us-east-1:*:log-group:/x` stands for the log group in an account that nobody
// named. Whether a policy allows all of it, some of it or nothing is whether one set lies in others, or meets another;
// both are decided on the automata of the patterns, never guessed from their letters.
#pragma once

#include "compiler/aws/unknown.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::aws::iam {

// Stands in texts of templates for a part that nobody knows before deploying.
inline constexpr char32_t kUnknownChar = kUnknownPart;

class Glob {
public:
  struct Token {
    enum class Kind : uint8_t { Char, One, OneInPart, Run, RunInPart };  // ...InPart: any character but a colon
    Kind kind = Kind::Char;
    char32_t c = 0;  // Char; of a Run the name of an unknown part, or kUnknownChar for one without
    bool operator==(const Token&) const = default;
  };

  // The text itself: `*` and `?` are letters.
  static Glob literal(std::string_view text);
  // `*` is any text and `?` any character, as in actions and in StringLike.
  static Glob wild(std::string_view text);
  // A policy's Resource: a wildcard stays within its colon-separated part of the ARN, but a `*` that ends a part may
  // match beyond the colon (IAM user guide, "IAM JSON policy elements: Resource").
  static Glob resource(std::string_view text);
  // Ends of ArnEquals and ArnLike: each of the six parts is matched for itself, and the sixth may hold colons (IAM user
  // guide, "Condition operators").
  static Glob arn(std::string_view text);
  // What a need acts on: `*` is a name, or a part of one, that is not known, and `?` a letter of it; names have no
  // colons. A last part that is `*` alone is whatever may follow. "*" by itself is the letter: the request of an action
  // that knows no resources.
  static Glob request(std::string_view text);

  void append(const Glob& more) { tokens_.insert(tokens_.end(), more.tokens_.begin(), more.tokens_.end()); }
  // The pattern with each letter first, first + 1, ... replaced by the values' patterns.
  Glob replace(char32_t first, std::span<const Glob> values) const;
  void append_unknown() {
    tokens_.push_back({Token::Kind::Run, kUnknownChar});
    unknown = true;
  }
  // The same with a letter in place of each unknown part that has a name: what is true of two such patterns is true
  // whatever the parts are, since no `?` takes that letter. That they do not meet says nothing.
  Glob with_names() const;
  // Small letters for A to Z.
  void fold_case();

  // A part came from a template's unknown value: the true pattern lies within this one.
  bool unknown = false;

  bool is_literal() const;  // one text only
  bool is_everything() const;
  std::span<const Token> tokens() const { return tokens_; }
  bool operator==(const Glob&) const = default;

private:
  std::vector<Token> tokens_;

  static Glob parse(std::string_view text, bool parts, bool whole_sixth);
};

// Whether some text is in both sets.
bool overlap(const Glob& a, const Glob& b);

// Whether every text of `inner` is in at least one of `outer`. Nothing when the answer would take more than a bounded
// amount of work (patterns with dozens of `?` behind a `*`).
std::optional<bool> within(const Glob& inner, std::span<const Glob* const> outer);
std::optional<bool> within(const Glob& inner, const Glob& outer);

// Whether a single text is in the set.
bool matches(const Glob& pattern, std::string_view text);

}  // namespace whittle::aws::iam
