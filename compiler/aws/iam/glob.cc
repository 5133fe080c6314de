// SPDX-License-Identifier: Apache-2.0
// A pattern of n tokens is an automaton of n+1 states: state i stands before token i, and a Run may be left without a
// letter. Two patterns meet when some pair of states is reached by the same letters; one lies within others when no
// text leads it to its end and all of them elsewhere, which a walk over (state of the inner, set of states of the
// outer) finds.
#include "compiler/aws/iam/glob.h"

#include <algorithm>
#include <unordered_set>

namespace whittle::aws::iam {

namespace {

using Token = Glob::Token;
using Kind = Glob::Token::Kind;

constexpr size_t kMostWork = 50'000'000;  // tokens that within() looks at: a tenth of a second

std::u32string decode(std::string_view text) {
  std::u32string out;
  for (size_t i = 0; i < text.size();) {
    auto c = static_cast<unsigned char>(text[i]);
    size_t length = c < 0x80 ? 1 : (c & 0xe0) == 0xc0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : (c & 0xf8) == 0xf0 ? 4 : 1;
    if (i + length > text.size()) length = 1;
    char32_t code = length == 1 ? c : c & (0xffu >> (length + 1));
    for (size_t k = 1; k < length; ++k) code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3f);
    out += code;
    i += length;
  }
  return out;
}

bool is_run(const Token& t) {
  return t.kind == Kind::Run || t.kind == Kind::RunInPart;
}

bool takes(const Token& t, char32_t c) {
  switch (t.kind) {
  case Kind::Char: return t.c == c;
  case Kind::One: return !is_name(c);
  case Kind::OneInPart: return c != ':' && !is_name(c);
  case Kind::Run: return true;
  default: return c != ':';
  }
}

// Whether one letter suits both.
bool share_a_letter(const Token& a, const Token& b) {
  if (a.kind == Kind::Char) return takes(b, a.c);
  if (b.kind == Kind::Char) return takes(a, b.c);
  return true;
}

// States of all outer patterns side by side, as bits.
class States {
public:
  explicit States(size_t count) : words_((count + 63) / 64) {}
  void set(size_t i) { words_[i / 64] |= uint64_t{1} << (i % 64); }
  bool has(size_t i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }
  bool none() const {
    return std::all_of(words_.begin(), words_.end(), [](uint64_t w) { return w == 0; });
  }
  std::string key(size_t inner) const {
    std::string out(reinterpret_cast<const char*>(&inner), sizeof inner);
    out.append(reinterpret_cast<const char*>(words_.data()), words_.size() * sizeof(uint64_t));
    return out;
  }

private:
  std::vector<uint64_t> words_;
};

}  // namespace

Glob Glob::parse(std::string_view text, bool parts, bool whole_sixth) {
  Glob out;
  std::u32string letters = decode(text);
  int colons = 0;
  for (size_t i = 0; i < letters.size(); ++i) {
    char32_t c = letters[i];
    bool bound = parts && !(whole_sixth && colons >= 5);
    bool named = (c == '*' || c == kUnknownChar) && i + 1 < letters.size() && is_name(letters[i + 1]);
    if (c == ':') ++colons;
    if (named) {
      out.tokens_.push_back({Kind::Run, letters[++i]});
      out.unknown = true;
    } else if (c == '*') {
      // Two alike in a row mean what one means.
      bool ends_part = !whole_sixth && (i + 1 == letters.size() || letters[i + 1] == ':');
      Token run{bound && !ends_part ? Kind::RunInPart : Kind::Run, 0};
      if (!out.tokens_.empty() && out.tokens_.back() == run) continue;
      out.tokens_.push_back(run);
    } else if (c == '?') {
      out.tokens_.push_back({bound ? Kind::OneInPart : Kind::One, 0});
    } else if (c == kUnknownChar) {
      out.tokens_.push_back({Kind::Run, c});
      out.unknown = true;
    } else {
      out.tokens_.push_back({Kind::Char, c});
    }
  }
  return out;
}

Glob Glob::literal(std::string_view text) {
  Glob out;
  std::u32string letters = decode(text);
  for (size_t i = 0; i < letters.size(); ++i) {
    char32_t c = letters[i];
    if (c != kUnknownChar) {
      out.tokens_.push_back({Kind::Char, c});
      continue;
    }
    bool named = i + 1 < letters.size() && is_name(letters[i + 1]);
    out.tokens_.push_back({Kind::Run, named ? letters[++i] : c});
    out.unknown = true;
  }
  return out;
}

Glob Glob::wild(std::string_view text) {
  return parse(text, false, false);
}
Glob Glob::resource(std::string_view text) {
  return parse(text, true, false);
}
Glob Glob::arn(std::string_view text) {
  return parse(text, true, true);
}

Glob Glob::request(std::string_view text) {
  if (text == "*") return literal(text);
  Glob out;
  std::u32string letters = decode(text);
  for (size_t i = 0; i < letters.size(); ++i) {
    bool last_part = i + 1 == letters.size() && i > 0 && letters[i - 1] == ':';
    bool named = letters[i] == '*' && i + 1 < letters.size() && is_name(letters[i + 1]);
    if (named) out.tokens_.push_back({Kind::RunInPart, letters[++i]});
    else if (letters[i] == '*') out.tokens_.push_back({last_part ? Kind::Run : Kind::RunInPart, 0});
    else if (letters[i] == '?') out.tokens_.push_back({Kind::OneInPart, 0});
    else out.tokens_.push_back({Kind::Char, letters[i]});
  }
  return out;
}

void Glob::fold_case() {
  for (Token& t : tokens_) {
    if (t.kind == Token::Kind::Char && t.c >= 'A' && t.c <= 'Z') t.c += 'a' - 'A';
  }
}

Glob Glob::replace(char32_t first, std::span<const Glob> values) const {
  Glob out;
  out.unknown = unknown;
  for (const Token& t : tokens_) {
    if (t.kind != Token::Kind::Char || t.c < first || t.c - first >= values.size()) {
      out.tokens_.push_back(t);
      continue;
    }
    out.append(values[t.c - first]);
    out.unknown = out.unknown || values[t.c - first].unknown;
  }
  return out;
}

Glob Glob::with_names() const {
  Glob out;
  for (const Token& t : tokens_) {
    bool name = is_run(t) && is_name(t.c);
    out.tokens_.push_back(name ? Token{Kind::Char, t.c} : t);
    out.unknown = out.unknown || (is_run(t) && t.c == kUnknownChar);
  }
  return out;
}

bool Glob::is_literal() const {
  return std::all_of(tokens_.begin(), tokens_.end(), [](const Token& t) { return t.kind == Kind::Char; });
}

bool Glob::is_everything() const {
  return !tokens_.empty() &&
         std::all_of(tokens_.begin(), tokens_.end(), [](const Token& t) { return t.kind == Kind::Run; });
}

bool overlap(const Glob& a, const Glob& b) {
  std::span<const Token> x = a.tokens(), y = b.tokens();
  size_t width = y.size() + 1;
  std::vector<bool> seen((x.size() + 1) * width);
  std::vector<std::pair<size_t, size_t>> open;
  auto reach = [&](size_t i, size_t j) {
    if (seen[i * width + j]) return;
    seen[i * width + j] = true;
    open.emplace_back(i, j);
  };
  reach(0, 0);
  while (!open.empty()) {
    auto [i, j] = open.back();
    open.pop_back();
    if (i == x.size() && j == y.size()) return true;
    if (i < x.size() && is_run(x[i])) reach(i + 1, j);
    if (j < y.size() && is_run(y[j])) reach(i, j + 1);
    if (i == x.size() || j == y.size() || !share_a_letter(x[i], y[j])) continue;
    reach(is_run(x[i]) ? i : i + 1, is_run(y[j]) ? j : j + 1);
  }
  return false;
}

std::optional<bool> within(const Glob& inner, std::span<const Glob* const> outer) {
  std::span<const Token> in = inner.tokens();
  // All outer patterns as one automaton, and the letters that they can tell apart; 0 is every other letter.
  std::vector<Token> tokens;
  std::vector<size_t> starts;
  std::vector<bool> accepts;
  std::u32string alphabet = {0, ':'};
  for (const Glob* g : outer) {
    starts.push_back(tokens.size());
    for (const Token& t : g->tokens()) {
      tokens.push_back(t);
      accepts.push_back(false);
      if (t.kind == Kind::Char) alphabet += t.c;
    }
    tokens.push_back({Kind::Char, UINT32_MAX});  // the end takes no letter
    accepts.push_back(true);
  }
  std::sort(alphabet.begin(), alphabet.end());
  alphabet.erase(std::unique(alphabet.begin(), alphabet.end()), alphabet.end());
  auto enter = [&](States& s, size_t i) {
    s.set(i);
    while (!accepts[i] && is_run(tokens[i])) s.set(++i);
  };
  auto accepted = [&](const States& s) {
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (accepts[i] && s.has(i)) return true;
    }
    return false;
  };

  struct Pair {
    size_t at;
    States states;
  };
  size_t work = 0;
  std::vector<Pair> open;
  std::unordered_set<std::string> seen;
  auto reach = [&](size_t at, const States& s) {
    if (seen.insert(s.key(at)).second) open.push_back({at, s});
  };
  States first(tokens.size());
  for (size_t s : starts) enter(first, s);
  reach(0, first);
  while (!open.empty()) {
    if (work > kMostWork) return std::nullopt;
    Pair p = std::move(open.back());
    open.pop_back();
    if (p.at == in.size()) {
      if (!accepted(p.states)) return false;
      continue;
    }
    const Token& t = in[p.at];
    if (is_run(t)) reach(p.at + 1, p.states);
    auto step = [&](char32_t c) {
      States next(tokens.size());
      work += tokens.size();
      for (size_t i = 0; i < tokens.size(); ++i) {
        if (!p.states.has(i) || accepts[i] || !takes(tokens[i], c)) continue;
        enter(next, is_run(tokens[i]) ? i : i + 1);
      }
      reach(is_run(t) ? p.at : p.at + 1, next);
    };
    if (t.kind == Kind::Char) {
      step(t.c);
      continue;
    }
    for (char32_t c : alphabet) {
      if (takes(t, c)) step(c);
    }
  }
  return true;
}

std::optional<bool> within(const Glob& inner, const Glob& outer) {
  const Glob* one[] = {&outer};
  return within(inner, one);
}

bool matches(const Glob& pattern, std::string_view text) {
  return overlap(pattern, Glob::literal(text));
}

}  // namespace whittle::aws::iam
