// SPDX-License-Identifier: Apache-2.0
// The lexer of DataDog/go-sqllexer as far as it tells values from the rest. A text in which it finds no end is passed
// as it is, as there.
#include "runtime/base/letters.h"
#include "runtime/base/utf8.h"
#include "runtime/ottl/sequence.h"
#include "stdlib/processor/redaction/query.h"

namespace whittle::redaction {

namespace {

// Those that end at a dot.
constexpr Text kKeywords[] = {
    "ADD",        "ALL",      "ALTER",     "ANALYZE", "AND",           "ANY",     "AS",        "ASC",     "ASSERTION",
    "BEGIN",      "BETWEEN",  "BY",        "CASE",    "CHECK",         "CLONE",   "CLUSTER",   "COLUMN",  "COMMIT",
    "CONSTRAINT", "COPY",     "CREATE",    "CUBE",    "DATABASE",      "DECLARE", "DEFAULT",   "DELETE",  "DESC",
    "DISTINCT",   "DOMAIN",   "DROP",      "ELSE",    "END",           "ESCAPE",  "EXEC",      "EXECUTE", "EXISTS",
    "EXPLAIN",    "FALSE",    "FOREIGN",   "FROM",    "GRANT",         "GROUP",   "HAVING",    "IF",      "ILIKE",
    "IN",         "INDEX",    "INNER",     "INSERT",  "INTO",          "IS",      "JOIN",      "KEY",     "LEFT",
    "LIKE",       "LIMIT",    "LITERAL",   "MERGE",   "NOT",           "NULL",    "OF",        "OFFSET",  "ON",
    "ONLY",       "OR",       "ORDER",     "OUT",     "OUTER",         "PLPGSQL", "PRIMARY",   "PROC",    "PROCEDURE",
    "RECURSIVE",  "REPLACE",  "RETURNING", "RETURNS", "REVOKE",        "RIGHT",   "ROLLBACK",  "ROLLUP",  "ROWNUM",
    "SELECT",     "SET",      "SKIP",      "SOME",    "STRAIGHT_JOIN", "TABLE",   "TEMPORARY", "TOP",     "TRIGGER",
    "TRUE",       "TRUNCATE", "UNION",     "UNIQUE",  "UNLOGGED",      "UPDATE",  "USE",       "USING",   "VACCUM",
    "VALUES",     "VIEW",     "WHERE",     "WINDOW",  "WITH"};

bool is_digit(uint32_t c) {
  return c >= '0' && c <= '9';
}
bool is_space(uint32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_ascii_letter(uint32_t c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
bool begins_name(uint32_t c) {
  return is_ascii_letter(c) || c == '_' || (c > 127 && is_letter(c));
}
bool in_parameter(uint32_t c) {
  return begins_name(c) || is_digit(c);
}
bool in_name(uint32_t c) {
  return in_parameter(c) || (c != 0 && c < 128 && Text("\".?$#/@!").contains(static_cast<char>(c)));
}
bool is_operator(uint32_t c) {
  return c != 0 && c < 128 && Text("+-*/=<>!&|^%~?@:#").contains(static_cast<char>(c));
}
bool is_punctuation(uint32_t c) {
  return c != 0 && c < 128 && Text("(),;.:[]{}").contains(static_cast<char>(c));
}

class Lexer {
public:
  Lexer(Writer& out, Text text, bool mysql) : out_(out), text_(text), mysql_(mysql) {}

  void run() {
    // A zero byte ends a query.
    while (here() != 0) {
      begin_ = at_;
      token();
    }
  }

private:
  uint32_t here(size_t n = 0) const {
    if (at_ + n >= text_.size()) return 0;
    size_t width;
    const uint32_t c = code_point_at(text_, at_ + n, width);
    return width == 1 && c >= 0x80 ? 0xFFFD : c;  // within a character
  }
  uint32_t step(size_t n = 1) {
    at_ = at_ + n < text_.size() ? at_ + n : text_.size();
    return here();
  }
  // What was read stays, or a question mark stands for it.
  void keep() { out_.append(text_.substr(begin_, at_ - begin_)); }
  void value() { out_.byte('?'); }
  // What was read with each run of digits as one question mark.
  void without_digits() {
    bool digit = false;
    for (const char c : text_.substr(begin_, at_ - begin_)) {
      const bool now = c >= '0' && c <= '9';
      if (!now) out_.byte(static_cast<uint8_t>(c));
      else if (!digit) value();
      digit = now;
    }
  }

  void token() {
    const uint32_t c = here(), next = here(1);
    if (is_space(c)) {
      while (is_space(step())) {
      }
      return keep();
    }
    if (begins_name(c)) return name(c);
    if (c == '"') return mysql_ ? string('"') : quoted_name('"');
    if (c == '\'') return string('\'');
    if ((c == '-' && next == '-') || (c == '#' && mysql_)) {
      step(c == '#' ? 1 : 2);
      while (here() != '\n' && here() != 0) step();
      return keep();
    }
    if (c == '/' && next == '*') {
      step(2);
      while (here() != 0 && !(here() == '*' && here(1) == '/')) step();
      if (here() != 0) step(2);
      return keep();
    }
    if (c == '+' || c == '-') {
      if (!is_digit(next) && next != '.') return operators(c);
      step();
      return decimal();
    }
    if (is_digit(c)) return number(c, next);
    if (c == '*') return step(), keep();
    if (c == '$') {
      if (!is_digit(next)) return dollar_quoted();
      step(2);
      while (is_digit(here())) step();
      return value();
    }
    if (c == '`' && mysql_) return quoted_name('`');
    if (c == '@' && parameter(next)) return keep();
    if (is_operator(c)) return operators(c);
    step();
    keep();
  }

  void decimal() {
    for (uint32_t c = here(); is_digit(c) || c == '.' || c == 'e' || c == 'E';) {
      const bool exponent = c == 'e' || c == 'E';
      c = step();
      if (exponent && (c == '+' || c == '-')) c = step();
    }
    value();
  }
  void number(uint32_t c, uint32_t next) {
    if (c == '0' && (next == 'x' || next == 'X')) {
      step(2);
      while (is_digit(here()) || ((here() | 0x20) >= 'a' && (here() | 0x20) <= 'f')) step();
      return value();
    }
    if (c == '0' && next >= '0' && next <= '7') {
      step(2);
      while (here() >= '0' && here() <= '7') step();
      return value();
    }
    step();
    decimal();
  }

  // Up to the quote; one that is never closed is a value too.
  void string(uint32_t quote) {
    step();
    for (bool escaped = false; here() != 0; step()) {
      const uint32_t c = here();
      if (escaped) {
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else if (c == quote) {
        step();
        break;
      }
    }
    value();
  }

  void quoted_name(char quote) {
    const char joint[] = {quote, '.', quote};
    step();
    for (;;) {
      const uint32_t c = here();
      if (c == 0) return keep();
      if (c != static_cast<uint32_t>(quote)) {
        step();
      } else if (text_.substr(at_).starts_with(Text(joint, 3))) {
        step(3);
      } else {
        break;
      }
    }
    step();
    without_digits();
  }

  void name(uint32_t first) {
    char upper[16];
    size_t letters = 0;
    if (first < 128) {
      for (uint32_t c = first; is_ascii_letter(c) || c == '_'; c = step(), ++letters)
        if (letters < sizeof upper) upper[letters] = static_cast<char>(c == '_' ? '_' : c & ~0x20u);
      const uint32_t c = here();
      if (letters <= sizeof upper && (is_punctuation(c) || is_space(c) || c == 0)) {
        const Text word(upper, letters);
        if (word == "TRUE" || word == "FALSE" || word == "NULL") return value();
        for (const Text k : kKeywords)
          if (k == word) return keep();
      }
    }
    while (in_name(here())) {
      size_t width;
      code_point_at(text_, at_, width);
      step(width);
    }
    if (here() == '(' && (first < 128)) return keep();  // a function
    without_digits();
  }

  bool parameter(uint32_t next) {
    if (next == '@') {
      step(2);
      while (in_parameter(here())) step();
      return true;
    }
    if (in_parameter(next)) {
      step(2);
      while (in_parameter(here())) step();
      return true;
    }
    if (next != '?' && next != '>') return false;
    step(2);
    return true;
  }

  void operators(uint32_t last) {
    uint32_t c = step();
    if ((last == '-' && c == '>') || (last == '#' && c == '>')) {
      if (step() == '>') step();
      return keep();
    }
    if ((last == '#' && c == '-') || (last == '?' && (c == '|' || c == '&')) || (last == '<' && c == '@')) {
      step();
      return keep();
    }
    for (; is_operator(c) && !(last == '=' && (c == '?' || c == '@')); c = step()) last = c;
    keep();
  }

  void dollar_quoted() {
    step();
    while (at_ < text_.size() && here() != '$') step();
    step();
    const Text tag = text_.substr(begin_, at_ - begin_);
    const size_t end = text_.find(tag, at_);
    if (end == Text::npos || !is_ascii(as_bytes(tag).data(), tag.size())) {
      at_ = text_.size();
      return keep();
    }
    const Text inner = text_.substr(at_, end - at_);
    at_ = end + tag.size();
    if (tag != "$func$") return value();
    out_.append(tag);
    append_anonymous_sql(out_, inner, mysql_);
    out_.append(tag);
  }

  Writer& out_;
  Text text_;
  bool mysql_;
  size_t at_ = 0, begin_ = 0;
};

}  // namespace

void append_anonymous_sql(Writer& out, Text query, bool mysql) {
  Writer made;
  Lexer(made, query, mysql).run();
  out.append(ottl::trim_space(made.text()));
}

}  // namespace whittle::redaction
