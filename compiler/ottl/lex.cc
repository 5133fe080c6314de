// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/lex.h"

#include "compiler/source/utf8.h"

namespace whittle::ottl {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_word(char c) {
  return is_digit(c) || is_upper(c) || is_lower(c) || c == '_';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

// Characters that people write for ones that the language has.
std::string_view meant(std::string_view text, size_t at) {
  char c = text[at], next = at + 1 < text.size() ? text[at + 1] : '\0';
  if (c == '\'' || c == '`') return "\"";
  if (c == '!') return "not ";
  if (c == '&' && next == '&') return "and";
  if (c == '|' && next == '|') return "or";
  return {};
}

// The length of the token at `at`, at which no space is; 0 when nothing can begin so.
size_t match(std::string_view s, size_t at, Token& kind) {
  auto here = [&](size_t n) { return at + n < s.size() ? s[at + n] : '\0'; };
  auto run = [&](size_t n, auto&& is) {
    while (at + n < s.size() && is(s[at + n])) ++n;
    return n;
  };
  char c = here(0);
  if (c == '0' && here(1) == 'x' && is_hex(here(2))) {
    kind = Token::Bytes;
    return run(2, is_hex);
  }
  if (is_digit(c) || (c == '.' && is_digit(here(1)))) {
    size_t n = run(0, is_digit);
    kind = Token::Int;
    if (here(n) != '.') return n;
    n = run(n + 1, is_digit);
    kind = Token::Float;
    if (here(n) != 'e' && here(n) != 'E') return n;
    size_t digits = here(n + 1) == '+' || here(n + 1) == '-' ? n + 2 : n + 1;
    size_t end = run(digits, is_digit);
    return end > digits ? end : n;
  }
  if (c == '"') {
    size_t n = 1;
    while (at + n < s.size() && s[at + n] != '"') {
      if (s[at + n] == '\\') {
        if (at + n + 1 >= s.size() || s[at + n + 1] == '\n') return 0;
        // One character, of however many bytes.
        ++n;
        while (at + n + 1 < s.size() && (static_cast<unsigned char>(s[at + n + 1]) & 0xc0) == 0x80) ++n;
      }
      ++n;
    }
    kind = Token::String;
    return at + n < s.size() ? n + 1 : 0;
  }
  // Words that mean something stand alone: what is behind them is no letter, digit or underscore.
  struct Word {
    std::string_view text;
    Token kind;
  };
  static constexpr Word kWords[] = {{"nil", Token::Nil}, {"not", Token::Not},      {"or", Token::Or},
                                    {"and", Token::And}, {"true", Token::Boolean}, {"false", Token::Boolean}};
  for (const Word& w : kWords) {
    if (s.substr(at).starts_with(w.text) && !is_word(here(w.text.size()))) {
      kind = w.kind;
      return w.text.size();
    }
  }
  switch (c) {
  case '=':
    kind = here(1) == '=' ? Token::Compare : here(1) == '>' ? Token::Arrow : Token::Equal;
    return kind == Token::Equal ? 1 : 2;
  case '!': kind = Token::Compare; return here(1) == '=' ? 2 : 0;
  case '<':
  case '>': kind = Token::Compare; return here(1) == '=' ? 2 : 1;
  case '+':
  case '-': kind = Token::AddSub; return 1;
  case '*':
  case '/': kind = Token::MulDiv; return 1;
  case '(':
  case ')':
  case '{':
  case '}':
  case ':':
  case ',':
  case '.':
  case '[':
  case ']': kind = Token::Punct; return 1;
  case '_': kind = Token::Underscore; return is_word(here(1)) ? 0 : 1;
  default: break;
  }
  if (is_upper(c)) {
    kind = Token::Upper;
    return run(1, [](char x) { return is_upper(x) || is_digit(x) || x == '_'; });
  }
  if (is_lower(c)) {
    kind = Token::Lower;
    return run(1, [](char x) { return is_lower(x) || is_digit(x) || x == '_'; });
  }
  return 0;
}

}  // namespace

std::optional<std::vector<Lexeme>> lex(std::string_view text, Problem& problem) {
  std::vector<Lexeme> out;
  size_t at = 0;
  while (at < text.size()) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    Token kind = Token::End;
    size_t n = match(text, at, kind);
    if (n == 0) {
      problem = Problem{};
      uint32_t begin = static_cast<uint32_t>(at);
      if (text[at] == '"') {
        problem.place = {begin, static_cast<uint32_t>(text.size())};
        problem.message = "the text has no closing quote";
        return std::nullopt;
      }
      size_t end = at + 1;
      while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
      problem.near = meant(text, at);
      if (problem.near.size() > 1 && text[at] != '!') end = at + 2;
      problem.place = {begin, static_cast<uint32_t>(end)};
      problem.message = "`" + std::string(text.substr(at, end - at)) + "` means nothing here";
      if (text[at] == '\'') problem.help = "texts stand in double quotes";
      if (text[at] == ';') problem.help = "each statement is an entry of its own";
      return std::nullopt;
    }
    out.push_back({kind, {static_cast<uint32_t>(at), static_cast<uint32_t>(at + n)}});
    at += n;
  }
  uint32_t end = static_cast<uint32_t>(text.size());
  out.push_back({Token::End, {end, end}});
  return out;
}

std::optional<std::string> unquote(std::string_view text, Place token, Problem& problem) {
  std::string_view s = text.substr(0, token.end - 1);
  std::string out;
  for (size_t i = token.begin + 1; i < s.size();) {
    if (s[i] != '\\') {
      out += s[i++];
      continue;
    }
    size_t start = i++;
    auto bad = [&](size_t end) {
      problem = Problem{};
      while (end < s.size() && (static_cast<unsigned char>(s[end]) & 0xc0) == 0x80) ++end;
      problem.place = {static_cast<uint32_t>(start), static_cast<uint32_t>(end)};
      problem.message = "`" + std::string(s.substr(start, end - start)) + "` is no escape";
      problem.help = "a backslash itself is written `\\\\`";
      return std::nullopt;
    };
    char c = s[i++];
    static constexpr std::string_view kLetters = "abfnrtv\\\"", kMeanings = "\a\b\f\n\r\t\v\\\"";
    if (size_t k = kLetters.find(c); k != std::string_view::npos) {
      out += kMeanings[k];
      continue;
    }
    int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    uint32_t value = 0;
    if (digits > 0) {
      for (int k = 0; k < digits; ++k, ++i) {
        if (i >= s.size() || !is_hex(s[i])) return bad(i);
        char h = s[i];
        value = value * 16 + static_cast<uint32_t>(is_digit(h) ? h - '0' : (h | 0x20) - 'a' + 10);
      }
      if (c != 'x' && (value > 0x10ffff || (value >= 0xd800 && value < 0xe000))) return bad(i);
    } else if (c >= '0' && c <= '7') {
      value = static_cast<uint32_t>(c - '0');
      for (int k = 0; k < 2; ++k, ++i) {
        if (i >= s.size() || s[i] < '0' || s[i] > '7') return bad(i);
        value = value * 8 + static_cast<uint32_t>(s[i] - '0');
      }
      if (value > 255) return bad(i);
    } else {
      return bad(i);
    }
    // \xff is the character U+00FF, not a byte: the reference puts characters together.
    source::append_utf8(out, value);
  }
  return out;
}

}  // namespace whittle::ottl
