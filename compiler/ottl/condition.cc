// SPDX-License-Identifier: Apache-2.0
// A recursive descent over the grammar of conditions:
//
//   condition = term {"or" term}            term  = factor {"and" factor}
//   factor    = ["not"] ( value compare value | true | false | Converter(...) | "(" condition ")" )
//   value     = nil | number | text | bytes | true | false | ENUM | list | map | lambda | sum of path, call, number,
//   "(" sum ")"
#include "compiler/ottl/condition.h"

#include "compiler/diag/near.h"
#include "compiler/ottl/tables.h"
#include "compiler/regex/syntax.h"

#include <algorithm>
#include <vector>

namespace whittle::ottl {

std::string_view name_of(Context context) {
  static constexpr std::string_view kNames[] = {"resource", "scope", "metric", "datapoint", "span", "spanevent", "log"};
  return kNames[static_cast<int>(context)];
}

namespace {

enum class Token : uint8_t {
  End,
  Bytes,
  Float,
  Int,
  String,
  Nil,
  Not,
  Or,
  And,
  Compare,
  Arrow,
  AddSub,
  MulDiv,
  Boolean,
  Equal,
  Punct,
  Upper,
  Name,
  Bad
};

struct Lexeme {
  Token kind = Token::End;
  size_t begin = 0, end = 0;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_word(char c) {
  return is_digit(c) || is_upper(c) || is_lower(c) || c == '_';
}

std::vector<Lexeme> lex(std::string_view s) {
  std::vector<Lexeme> out;
  size_t i = 0;
  auto add = [&](Token kind, size_t length) {
    out.push_back({kind, i, i + length});
    i += length;
  };
  while (i < s.size()) {
    char c = s[i], d = i + 1 < s.size() ? s[i + 1] : '\0';
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      ++i;
    } else if (c == '0' && d == 'x') {
      size_t n = 2;
      while (i + n < s.size() && (is_digit(s[i + n]) || ((s[i + n] | 0x20) >= 'a' && (s[i + n] | 0x20) <= 'f'))) ++n;
      add(n > 2 ? Token::Bytes : Token::Bad, n);
    } else if (is_digit(c) || (c == '.' && is_digit(d))) {
      size_t n = 0;
      bool dot = false;
      while (i + n < s.size() && (is_digit(s[i + n]) || (!dot && s[i + n] == '.'))) dot = dot || s[i + n] == '.', ++n;
      if (dot && i + n < s.size() && (s[i + n] | 0x20) == 'e') {
        size_t m = n + 1;
        if (i + m < s.size() && (s[i + m] == '-' || s[i + m] == '+')) ++m;
        if (i + m < s.size() && is_digit(s[i + m])) {
          while (i + m < s.size() && is_digit(s[i + m])) ++m;
          n = m;
        }
      }
      add(dot ? Token::Float : Token::Int, n);
    } else if (c == '"') {
      size_t n = 1;
      while (i + n < s.size() && s[i + n] != '"') n += s[i + n] == '\\' ? 2 : 1;
      bool closed = i + n < s.size();
      add(closed ? Token::String : Token::Bad, closed ? n + 1 : s.size() - i);
    } else if (is_lower(c) || is_upper(c)) {
      // Words are runs of one case: a converter's name is several of them, side by side.
      size_t whole = 0;
      while (i + whole < s.size() && is_word(s[i + whole])) ++whole;
      std::string_view w = s.substr(i, whole);
      if (w == "nil") add(Token::Nil, whole);
      else if (w == "not") add(Token::Not, whole);
      else if (w == "or") add(Token::Or, whole);
      else if (w == "and") add(Token::And, whole);
      else if (w == "true" || w == "false") add(Token::Boolean, whole);
      else {
        size_t n = 1;
        while (i + n < s.size() &&
               (is_digit(s[i + n]) || s[i + n] == '_' || (is_upper(c) ? is_upper(s[i + n]) : is_lower(s[i + n]))))
          ++n;
        add(is_upper(c) ? Token::Upper : Token::Name, n);
      }
    } else if (c == '=' && d == '>') {
      add(Token::Arrow, 2);
    } else if ((c == '=' || c == '!' || c == '<' || c == '>') && d == '=') {
      add(Token::Compare, 2);
    } else if (c == '<' || c == '>') {
      add(Token::Compare, 1);
    } else if (c == '=') {
      add(Token::Equal, 1);
    } else if (c == '+' || c == '-') {
      add(Token::AddSub, 1);
    } else if (c == '*' || c == '/') {
      add(Token::MulDiv, 1);
    } else if (std::string_view("(){}[],.:").find(c) != std::string_view::npos) {
      add(Token::Punct, 1);
    } else if (c == '_' && !is_word(d)) {
      add(Token::Name, 1);
    } else {
      add(Token::Bad, 1);
    }
  }
  out.push_back({Token::End, s.size(), s.size()});
  return out;
}

class Parser {
public:
  Parser(std::string_view text, Context context, bool qualified)
      : text_(text), tokens_(lex(text)), context_(context), qualified_(qualified) {}

  std::optional<Problem> run() {
    for (const Lexeme& t : tokens_) {
      if (t.kind != Token::Bad) continue;
      bool quote = text_[t.begin] == '"';
      fail(Problem::Kind::Syntax, t.begin, t.end,
           quote ? "the text has no closing quote" : "no condition holds this character");
      return problem_;
    }
    condition();
    if (!problem_ && now().kind != Token::End) unexpected("`and`, `or` or the end");
    return problem_;
  }

private:
  const Lexeme& now() const { return tokens_[at_]; }
  const Lexeme& next() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  std::string_view text(const Lexeme& t) const { return text_.substr(t.begin, t.end - t.begin); }
  bool is(char c) const { return now().kind == Token::Punct && text_[now().begin] == c; }
  void advance() {
    if (at_ + 1 < tokens_.size()) ++at_;
  }

  void fail(Problem::Kind kind, size_t begin, size_t end, std::string message, std::string near = {}) {
    if (problem_) return;
    problem_ = Problem{kind, begin, end, std::move(message), std::move(near)};
  }

  bool unexpected(std::string_view wanted) {
    const Lexeme& t = now();
    std::string seen = t.kind == Token::End ? "it ends" : "there is `" + std::string(text(t)) + "`";
    fail(Problem::Kind::Syntax, t.begin, t.end, seen + " where " + std::string(wanted) + " should be");
    return false;
  }

  bool expect(char c) {
    if (!is(c)) return unexpected("`" + std::string(1, c) + "`");
    advance();
    return true;
  }

  // Counts nesting; every rule that recurses holds one.
  struct Deeper {
    explicit Deeper(Parser& p) : parser(p) { ++p.depth_, ++p.steps_; }
    ~Deeper() { --parser.depth_; }
    Parser& parser;
  };
  bool too_deep() {
    if (depth_ <= kMaxNesting && steps_ <= kMostSteps) return false;  // steps: what is tried twice at each level
    fail(Problem::Kind::Syntax, now().begin, now().end, "nested too deep");
    return true;
  }

  bool condition() {
    Deeper deeper(*this);
    if (too_deep()) return false;
    if (!term()) return false;
    while (now().kind == Token::Or) {
      advance();
      if (!term()) return false;
    }
    return true;
  }

  bool term() {
    if (!factor()) return false;
    while (now().kind == Token::And) {
      advance();
      if (!factor()) return false;
    }
    return true;
  }

  bool factor() {
    if (now().kind == Token::Not) advance();
    if (is('(')) {
      // A condition in parentheses, or a sum that a comparison follows.
      size_t start = at_;
      auto before = problem_;
      advance();
      if (condition() && expect(')') && now().kind != Token::Compare && now().kind != Token::AddSub &&
          now().kind != Token::MulDiv)
        return true;
      auto first = problem_;
      size_t reached = at_;
      at_ = start;
      problem_ = before;
      if (value() && now().kind == Token::Compare) return comparison_rest();
      if (first) {
        problem_ = first;
        at_ = reached;
      } else {
        unexpected("a comparison");
      }
      return false;
    }
    if (now().kind == Token::Boolean && next().kind != Token::Compare) {
      advance();
      return true;
    }
    bool call = now().kind == Token::Upper && is_call();
    if (!value()) return false;
    if (now().kind == Token::Compare) return comparison_rest();
    if (call) return true;
    return unexpected("a comparison such as `==`");
  }

  bool comparison_rest() {
    advance();
    return value();
  }

  // The name of a function goes on as long as words touch; then `(` makes it a call.
  bool is_call() const {
    size_t i = at_;
    while (i + 1 < tokens_.size() && (tokens_[i + 1].kind == Token::Upper || tokens_[i + 1].kind == Token::Name) &&
           tokens_[i + 1].begin == tokens_[i].end)
      ++i;
    return i + 1 < tokens_.size() && tokens_[i + 1].kind == Token::Punct && text_[tokens_[i + 1].begin] == '(';
  }

  bool value() {
    Deeper deeper(*this);
    if (too_deep()) return false;
    switch (now().kind) {
    case Token::Nil:
    case Token::Bytes:
    case Token::String:
    case Token::Boolean: advance(); return true;
    case Token::Upper:
      if (!is_call()) return enum_value();
      return sum();
    case Token::Name:
    case Token::Int:
    case Token::Float:
    case Token::AddSub: return sum();
    case Token::Punct:
      if (is('[')) return list();
      if (is('{')) return map();
      if (is('(')) return is_lambda() ? lambda() : sum();
      [[fallthrough]];
    default: return unexpected("a value");
    }
  }

  bool is_lambda() const {
    size_t i = at_ + 1;
    while (i < tokens_.size() &&
           (tokens_[i].kind == Token::Name || (tokens_[i].kind == Token::Punct && text_[tokens_[i].begin] == ',')))
      ++i;
    return i + 1 < tokens_.size() && tokens_[i].kind == Token::Punct && text_[tokens_[i].begin] == ')' &&
           tokens_[i + 1].kind == Token::Arrow;
  }

  bool lambda() {
    size_t locals = locals_.size();
    advance();
    while (!is(')')) {
      if (now().kind == Token::Name) locals_.emplace_back(text(now()));
      advance();
    }
    advance();
    advance();  // =>
    bool good = condition_or_value();
    locals_.resize(locals);
    return good;
  }

  bool condition_or_value() {
    size_t start = at_;
    if (condition()) return true;
    auto first = problem_;
    at_ = start;
    problem_.reset();
    if (value() && now().kind != Token::Compare) return true;
    problem_ = first;
    return false;
  }

  bool list() {
    advance();
    while (!is(']')) {
      if (is(',')) {
        advance();
        continue;
      }
      if (now().kind == Token::End) return unexpected("`]`");
      if (!value()) return false;
    }
    advance();
    return true;
  }

  bool map() {
    advance();
    while (!is('}')) {
      if (now().kind != Token::String) return unexpected("a key in quotes");
      advance();
      if (!expect(':') || !value()) return false;
      if (is(',')) advance();
    }
    advance();
    return true;
  }

  bool sum() {
    if (!operand()) return false;
    while (now().kind == Token::AddSub || now().kind == Token::MulDiv) {
      advance();
      if (!operand()) return false;
    }
    return true;
  }

  bool operand() {
    Deeper deeper(*this);
    if (too_deep()) return false;
    if (now().kind == Token::AddSub) advance();
    switch (now().kind) {
    case Token::Int:
    case Token::Float: advance(); return true;
    case Token::Upper:
      if (is_call()) return call();
      return unexpected("a number, a path or a call");
    case Token::Name: return is_call() ? editor() : path();
    case Token::Punct:
      if (is('(')) {
        advance();
        return sum() && expect(')');
      }
      [[fallthrough]];
    default: return unexpected("a number, a path or a call");
    }
  }

  bool editor() {
    size_t begin = now().begin;
    fail(Problem::Kind::Function, begin, now().end, "functions that change something have no place in a condition");
    return false;
  }

  bool enum_value() {
    std::string_view name = text(now());
    if (next().kind == Token::Name && next().begin == now().end) {
      std::string small(text_.substr(now().begin, next().end - now().begin));
      for (char& c : small) c = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
      fail(Problem::Kind::Path, now().begin, next().end, "names in paths are written small", small);
      return false;
    }
    auto names = enum_names(context_);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      fail(Problem::Kind::EnumValue, now().begin, now().end, "no value is named `" + std::string(name) + "` here",
           std::string(diag::nearest(name, names)));
      return false;
    }
    advance();
    return true;
  }

  bool keys() {
    while (is('[')) {
      advance();
      if (now().kind == Token::String || now().kind == Token::Int) advance();
      else if (!sum()) return false;
      if (!expect(']')) return false;
    }
    return true;
  }

  bool call() {
    size_t begin = now().begin, end = now().end;
    advance();
    while ((now().kind == Token::Upper || now().kind == Token::Name) && now().begin == end) {
      end = now().end;
      advance();
    }
    std::string_view name = text_.substr(begin, end - begin);
    const Function* f = find_function(name, context_);
    if (f == nullptr) {
      fail(Problem::Kind::Function, begin, end, "no function is named `" + std::string(name) + "` here",
           std::string(diag::nearest(name, function_names())));
      return false;
    }
    advance();  // (
    int count = 0;
    const bool pattern = name == "IsMatch";
    while (!is(')')) {
      if (count > 0 && !expect(',')) return false;
      if (now().kind == Token::Name && next().kind == Token::Equal) {
        std::string_view parameter = text(now());
        if (std::find(f->parameters.begin(), f->parameters.end(), parameter) == f->parameters.end()) {
          fail(Problem::Kind::Arguments, now().begin, now().end,
               "`" + std::string(name) + "` has no argument `" + std::string(parameter) + "`",
               std::string(diag::nearest(parameter, f->parameters)));
          return false;
        }
        advance();
        advance();
      }
      if (now().kind == Token::End) return unexpected("`)`");
      const Lexeme argument = now();
      if (now().kind == Token::Upper && !is_call() && next().kind == Token::Punct &&
          (text_[next().begin] == ')' || text_[next().begin] == ',') &&
          find_function(text(now()), context_) != nullptr) {
        advance();  // the name of a function
      } else if (!value()) {
        return false;
      }
      ++count;
      if (name.ends_with("ID") && count == 1 && argument.kind == Token::Bytes && !check_id(name, argument))
        return false;
      if (pattern && count == 2 && argument.kind == Token::String && now().begin >= argument.end)
        check_pattern(argument);
      if (problem_) return false;
    }
    size_t close = now().end;
    advance();
    if (f->most != 0 &&
        (count < f->least || count > f->most)) {  // the Collector does not look at arguments where none are taken
      std::string wanted =
          f->least == f->most ? std::to_string(f->most) : std::to_string(f->least) + " to " + std::to_string(f->most);
      fail(Problem::Kind::Arguments, begin, close,
           "`" + std::string(name) + "` takes " + wanted + (f->most == 1 ? " argument" : " arguments") +
               ", and there " + (count == 1 ? "is " : "are ") + std::to_string(count));
      return false;
    }
    return keys();
  }

  // TraceID(0x...) and its like: as many bytes as an id has.
  bool check_id(std::string_view name, const Lexeme& t) {
    size_t wanted = name == "TraceID" || name == "ProfileID" ? 16 : name == "SpanID" ? 8 : 0;
    size_t bytes = (t.end - t.begin - 2) / 2;
    if (wanted == 0 || bytes == wanted || bytes == 2 * wanted) return true;
    fail(Problem::Kind::Arguments, t.begin, t.end,
         "`" + std::string(name) + "` takes " + std::to_string(wanted) + " bytes, and there " +
             (bytes == 1 ? "is 1" : "are " + std::to_string(bytes)));
    return false;
  }

  void check_pattern(const Lexeme& t) {
    std::string pattern;
    for (size_t i = t.begin + 1; i + 1 < t.end; ++i) {
      if (text_[i] == '\\' && i + 2 < t.end)
        ++i,
            pattern += text_[i] == '"' || text_[i] == '\\' ? std::string(1, text_[i]) : "\\" + std::string(1, text_[i]);
      else pattern += text_[i];
    }
    if (auto parsed = regex::parse(pattern); !parsed)
      fail(Problem::Kind::Arguments, t.begin, t.end, "this is not a regular expression: " + parsed.error().message);
  }

  bool path() {
    struct Segment {
      std::string_view name;
      size_t begin, end;
      bool keys;
    };
    std::vector<Segment> segments;
    while (true) {
      if (now().kind != Token::Name) return unexpected("a name");
      Segment s{text(now()), now().begin, now().end, false};
      advance();
      if (now().kind == Token::Upper && now().begin == s.end) {
        s.end = now().end;
        fail(Problem::Kind::Path, s.begin, s.end, "names in paths are written small");
        return false;
      }
      s.keys = is('[');
      if (!keys()) return false;
      segments.push_back(s);
      if (!is('.')) break;
      advance();
    }
    if (std::find(locals_.begin(), locals_.end(), segments[0].name) != locals_.end()) return true;
    // The first segment may name a context.
    Context context = context_;
    size_t first = 0;
    bool named = false;
    for (Context c : reachable_from(context_)) {
      std::string_view name = name_of(c);
      bool other_name = c == Context::Scope && segments[0].name == "instrumentation_scope";
      if (segments.size() > 1 && (segments[0].name == name || other_name) && !segments[0].keys) {
        // `span.name` of a span event, but `metric` has no `metric`.
        context = c;
        first = 1;
        named = true;
      }
    }
    const Segment& s = segments[first];
    auto entries = paths_of(context);
    auto known = std::find_if(entries.begin(), entries.end(), [&](const PathEntry& e) { return e.name == s.name; });
    if (known == entries.end()) {
      std::vector<std::string_view> names;
      for (const PathEntry& e : entries) names.push_back(e.name);
      fail(Problem::Kind::Path, s.begin, s.end,
           "`" + std::string(s.name) + "` is not a path of the " + std::string(name_of(context)) + " context",
           std::string(diag::nearest(s.name, names)));
      return false;
    }
    if (qualified_ && !named) {
      fail(Problem::Kind::Path, s.begin, s.end, "the path does not say its context",
           std::string(name_of(context_)) + "." + std::string(s.name));
      return false;
    }
    if (segments.size() > first + 1) {
      const Segment& below = segments[first + 1];
      if (std::find(known->below.begin(), known->below.end(), below.name) == known->below.end()) {
        fail(Problem::Kind::Path, below.begin, below.end,
             "`" + std::string(s.name) + "` has no `" + std::string(below.name) + "`",
             std::string(diag::nearest(below.name, known->below)));
        return false;
      }
    } else if (s.keys && !known->keys) {
      fail(Problem::Kind::Path, s.begin, s.end, "`" + std::string(s.name) + "` has no keys");
      return false;
    }
    return true;
  }

  std::string_view text_;
  std::vector<Lexeme> tokens_;
  size_t at_ = 0;
  static constexpr int kMostSteps = 1'000'000;
  int depth_ = 0, steps_ = 0;
  Context context_;
  bool qualified_;
  std::vector<std::string_view> locals_;
  std::optional<Problem> problem_;
};

}  // namespace

std::optional<Problem> check_condition(std::string_view condition, Context context, bool qualified) {
  if (condition.size() > 65536) return Problem{Problem::Kind::Syntax, 0, 0, "it has more than 65536 characters", {}};
  return Parser(condition, context, qualified).run();
}

std::optional<Context> infer_context(std::span<const std::string_view> conditions,
                                     std::span<const Context> candidates) {
  std::optional<Context> out;
  for (std::string_view c : conditions) {
    std::vector<Lexeme> tokens = lex(c);
    for (size_t i = 0; i + 1 < tokens.size(); ++i) {
      if (tokens[i].kind != Token::Name || c[tokens[i].end == c.size() ? tokens[i].begin : tokens[i].end] != '.')
        continue;
      if (i > 0 && tokens[i - 1].kind == Token::Punct && c[tokens[i - 1].begin] == '.') continue;
      std::string_view name = c.substr(tokens[i].begin, tokens[i].end - tokens[i].begin);
      for (size_t k = 0; k < candidates.size(); ++k) {
        bool match =
            name == name_of(candidates[k]) || (candidates[k] == Context::Scope && name == "instrumentation_scope");
        if (!match) continue;
        auto better = !out || std::find(candidates.begin(), candidates.end(), *out) <
                                  candidates.begin() + static_cast<std::ptrdiff_t>(k);
        if (better) out = candidates[k];
      }
    }
  }
  return out;
}

}  // namespace whittle::ottl
