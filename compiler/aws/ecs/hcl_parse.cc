// SPDX-License-Identifier: Apache-2.0
// A recursive descent over the bytes: HCL's grammar is small, and what only some contexts allow (newlines within
// brackets, templates within texts) is a flag here.
#include "compiler/aws/ecs/hcl_parse.h"

#include "compiler/source/utf8.h"

#include <algorithm>

namespace whittle::aws::ecs::hcl {

using diag::Diag;
using source::Span;

namespace {

constexpr Diag<std::string_view> kSyntax{"E1360", "this is not Terraform: {}"};

constexpr int kMaxDepth = 200;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class Parser {
public:
  Parser(source::FileId file, const source::Sources& sources, diag::Diagnostics& diags)
      : file_(file), text_(sources.at(file).text), diags_(diags) {}

  File run() {
    body(out_.body, false, 0);
    out_.good = !failed_;
    return std::move(out_);
  }

  File run_template() {
    pieces(0, text_.size(), false, 0, 0);
    out_.good = !failed_;
    return std::move(out_);
  }

private:
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool end() const { return at_ >= text_.size(); }
  Span span(size_t begin) const { return {file_, static_cast<uint32_t>(begin), static_cast<uint32_t>(at_)}; }

  void fail(std::string_view why) {
    if (!failed_) {
      auto at = static_cast<uint32_t>(std::min(at_, text_.size()));
      diags_.emit(kSyntax, {file_, at, std::min(at + 1, static_cast<uint32_t>(text_.size()))}, why);
    }
    failed_ = true;
    at_ = text_.size();
  }

  // Blanks and comments; newlines too where they mean nothing.
  void skip(bool newlines) {
    while (!end()) {
      char c = peek();
      if (c == ' ' || c == '\t' || c == '\r' || (newlines && c == '\n')) {
        ++at_;
      } else if (c == '#' || (c == '/' && peek(1) == '/')) {
        while (!end() && peek() != '\n') ++at_;
      } else if (c == '/' && peek(1) == '*') {
        size_t close = text_.find("*/", at_ + 2);
        at_ = close == std::string::npos ? text_.size() : close + 2;
      } else {
        return;
      }
    }
  }

  bool take(std::string_view word) {
    if (text_.compare(at_, word.size(), word) != 0) return false;
    at_ += word.size();
    return true;
  }

  std::string identifier() {
    size_t begin = at_;
    while (!end() && (is_letter(peek()) || is_digit(peek()) || peek() == '-')) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  ExprId add(Expr e) {
    out_.expressions.push_back(std::move(e));
    return static_cast<ExprId>(out_.expressions.size() - 1);
  }
  ExprId make(Expr::Kind kind, size_t begin, std::string text = {}, std::vector<ExprId> children = {}) {
    return add({kind, span(begin), std::move(text), std::move(children)});
  }

  void body(Block& block, bool inside, int depth) {
    if (depth > kMaxDepth) return fail("blocks are nested too deeply");
    for (;;) {
      skip(true);
      if (end()) {
        if (inside) fail("a block does not end");
        return;
      }
      if (peek() == '}') {
        if (!inside) return fail("a block ends here that did not begin");
        ++at_;
        return;
      }
      if (!is_letter(peek())) return fail("a name of a setting or of a block is expected");
      size_t begin = at_;
      std::string name = identifier();
      Span name_span = span(begin);
      skip(false);
      if (peek() == '=' && peek(1) != '=') {
        ++at_;
        skip(false);
        ExprId value = expression(false, 0);
        block.attributes.push_back({std::move(name), name_span, value});
        skip(false);
        if (!end() && peek() != '\n' && peek() != '}') return fail("the line should end here");
        continue;
      }
      Block inner;
      inner.type = std::move(name);
      while (!end() && peek() != '{' && !failed_) {
        if (peek() == '"') {
          size_t open = ++at_;
          while (!end() && peek() != '"' && peek() != '\n') ++at_;
          inner.labels.push_back(text_.substr(open, at_ - open));
          if (!take("\"")) return fail("a text does not end");
        } else if (is_letter(peek())) {
          inner.labels.push_back(identifier());
        } else {
          return fail("`=`, a label or a block is expected");
        }
        inner.span = span(begin);
        skip(false);
      }
      if (inner.labels.empty()) inner.span = name_span;
      if (!take("{")) return fail("a block is expected");
      body(inner, true, depth + 1);
      if (failed_) return;
      block.blocks.push_back(std::move(inner));
    }
  }

  // condition ? a : b, over binary operators by their strength.
  ExprId expression(bool newlines, int depth) {
    if (depth > kMaxDepth) {
      fail("expressions are nested too deeply");
      return make(Expr::Kind::Unknown, at_);
    }
    size_t begin = at_;
    ExprId first = binary(0, newlines, depth + 1);
    skip(newlines);
    if (peek() != '?') return first;
    ++at_;
    skip(true);
    ExprId yes = expression(newlines, depth + 1);
    skip(true);
    if (!take(":")) {
      fail("`:` is expected");
      return first;
    }
    skip(true);
    ExprId no = expression(newlines, depth + 1);
    return make(Expr::Kind::Condition, begin, {}, {first, yes, no});
  }

  ExprId binary(size_t level, bool newlines, int depth) {
    static constexpr std::string_view kLevels[][4] = {{"||"},     {"&&"},         {"==", "!="}, {"<=", ">=", "<", ">"},
                                                      {"+", "-"}, {"*", "/", "%"}};
    if (level == std::size(kLevels)) return unary(newlines, depth + 1);
    size_t begin = at_;
    ExprId left = binary(level + 1, newlines, depth);
    for (;;) {
      skip(newlines);
      std::string_view found;
      for (std::string_view op : kLevels[level]) {
        if (!op.empty() && text_.compare(at_, op.size(), op) == 0 &&
            !(op == "/" && (peek(1) == '/' || peek(1) == '*'))) {
          found = op;
          break;
        }
      }
      if (found.empty() || failed_) return left;
      at_ += found.size();
      skip(newlines);
      ExprId right = binary(level + 1, newlines, depth + 1);
      left = make(Expr::Kind::Binary, begin, std::string(found), {left, right});
    }
  }

  ExprId unary(bool newlines, int depth) {
    if (depth > kMaxDepth) {
      fail("expressions are nested too deeply");
      return make(Expr::Kind::Unknown, at_);
    }
    size_t begin = at_;
    if (peek() == '!' || peek() == '-') {
      std::string op(1, peek());
      ++at_;
      skip(newlines);
      ExprId inner = unary(newlines, depth + 1);
      return make(Expr::Kind::Unary, begin, op, {inner});
    }
    return postfix(primary(depth), begin, depth);
  }

  ExprId postfix(ExprId e, size_t begin, int depth) {
    std::vector<ExprId> splats;  // what they are of; what follows is of each element
    ExprId whole = parts_of(e, begin, depth, splats);
    for (size_t i = splats.size(); i-- > 0;) whole = make(Expr::Kind::Splat, begin, {}, {splats[i], whole});
    return whole;
  }

  ExprId parts_of(ExprId e, size_t begin, int depth, std::vector<ExprId>& splats) {
    auto splat = [&] {
      splats.push_back(e);
      e = make(Expr::Kind::Each, begin, {}, {e});
    };
    for (int parts = 0; !failed_; ++parts) {
      if (parts > kMaxDepth) {
        fail("a reference has too many parts");
        return e;
      }
      if (peek() == '.' && (is_letter(peek(1)) || is_digit(peek(1)) || peek(1) == '*')) {
        ++at_;
        if (take("*")) {
          splat();
          continue;
        }
        size_t from = at_;
        std::string name = identifier();
        if (is_digit(name.empty() ? '\0' : name[0])) {
          ExprId index = make(Expr::Kind::Number, from, name);
          e = make(Expr::Kind::Index, begin, {}, {e, index});
        } else {
          e = make(Expr::Kind::Attribute, begin, name, {e});
        }
      } else if (peek() == '[') {
        ++at_;
        skip(true);
        if (take("*")) {
          skip(true);
          if (!take("]")) fail("`]` is expected");
          splat();
          continue;
        }
        ExprId index = expression(true, depth + 1);
        skip(true);
        if (!take("]")) fail("`]` is expected");
        e = make(Expr::Kind::Index, begin, {}, {e, index});
      } else {
        return e;
      }
    }
    return e;
  }

  ExprId primary(int depth) {
    size_t begin = at_;
    char c = peek();
    if (c == '"') return quoted(depth);
    if (c == '<' && peek(1) == '<') return heredoc(depth);
    if (is_digit(c)) {
      while (is_digit(peek()) || peek() == '.' || peek() == 'e' || peek() == 'E') ++at_;
      return make(Expr::Kind::Number, begin, text_.substr(begin, at_ - begin));
    }
    if (c == '(') {
      ++at_;
      skip(true);
      ExprId e = expression(true, depth + 1);
      skip(true);
      if (!take(")")) fail("`)` is expected");
      return e;
    }
    if (c == '[') return list(depth);
    if (c == '{') return object(depth);
    if (!is_letter(c)) {
      fail("a value is expected");
      return make(Expr::Kind::Unknown, begin);
    }
    std::string name = identifier();
    if (name == "true" || name == "false") return make(Expr::Kind::Bool, begin, name);
    if (name == "null") return make(Expr::Kind::Null, begin);
    if (peek() == ':' && peek(1) == ':') {  // provider::x::f()
      while (take("::")) identifier();
      name.clear();
    }
    if (peek() != '(') return make(Expr::Kind::Name, begin, name);
    ++at_;
    std::vector<ExprId> arguments;
    for (;;) {
      skip(true);
      if (take(")")) break;
      if (failed_ || end()) {
        fail("`)` is expected");
        break;
      }
      arguments.push_back(expression(true, depth + 1));
      skip(true);
      if (take("...")) {
        name.clear();  // a list of arguments: not evaluated
        skip(true);
      }
      if (!take(",") && peek() != ')') fail("`,` or `)` is expected");
    }
    return make(Expr::Kind::Call, begin, name, std::move(arguments));
  }

  // for k, v in collection : [key =>] value[...] [if condition]
  ExprId comprehension(size_t begin, char close, int depth) {
    at_ += 3;
    skip(true);
    std::string names = identifier();
    skip(true);
    if (take(",")) {
      skip(true);
      names += "," + identifier();
      skip(true);
    }
    if (!take("in")) fail("`in` is expected");
    skip(true);
    ExprId collection = expression(true, depth + 1), key = kNone, condition = kNone;
    skip(true);
    if (!take(":")) fail("`:` is expected");
    skip(true);
    ExprId value = expression(true, depth + 1);
    skip(true);
    if (close == '}') {
      if (!take("=>")) fail("`=>` is expected");
      skip(true);
      key = value;
      value = expression(true, depth + 1);
      skip(true);
    }
    if (take("...")) {
      names += "...";
      skip(true);
    }
    if (text_.compare(at_, 2, "if") == 0 && !is_letter(peek(2)) && !is_digit(peek(2))) {
      at_ += 2;
      skip(true);
      condition = expression(true, depth + 1);
      skip(true);
    }
    if (!take(std::string_view(&close, 1))) fail(close == ']' ? "`]` is expected" : "`}` is expected");
    return make(Expr::Kind::For, begin, names, {collection, key, value, condition});
  }

  bool begins_for() const {
    return text_.compare(at_, 3, "for") == 0 && (peek(3) == ' ' || peek(3) == '\t' || peek(3) == '\n');
  }

  ExprId list(int depth) {
    size_t begin = at_++;
    std::vector<ExprId> items;
    skip(true);
    if (begins_for()) return comprehension(begin, ']', depth);
    for (;;) {
      skip(true);
      if (take("]")) break;
      if (failed_ || end()) {
        fail("a list does not end");
        break;
      }
      items.push_back(expression(true, depth + 1));
      skip(true);
      if (!take(",") && peek() != ']') fail("`,` or `]` is expected");
    }
    return make(Expr::Kind::List, begin, {}, std::move(items));
  }

  ExprId object(int depth) {
    size_t begin = at_++;
    std::vector<ExprId> parts;
    skip(true);
    if (begins_for()) return comprehension(begin, '}', depth);
    for (;;) {
      skip(true);
      while (take(",")) skip(true);
      if (take("}")) break;
      if (failed_ || end()) {
        fail("an object does not end");
        break;
      }
      ExprId key;
      size_t from = at_;
      if (is_letter(peek())) {
        std::string name = identifier();
        size_t after = at_;
        skip(false);
        if (peek() == '=' || peek() == ':') {
          at_ = after;
          key = make(Expr::Kind::Literal, from, name);
        } else {
          at_ = from;
          key = expression(false, depth + 1);
        }
      } else {
        key = expression(false, depth + 1);
      }
      skip(false);
      if (!take("=") && !take(":")) {
        fail("`=` is expected");
        break;
      }
      skip(true);
      ExprId value = expression(false, depth + 1);
      parts.push_back(key);
      parts.push_back(value);
      skip(false);
      if (!end() && peek() != '\n' && peek() != ',' && peek() != '}') fail("`,` or a new line is expected");
    }
    return make(Expr::Kind::Object, begin, {}, std::move(parts));
  }

  // `${...}` and `%{...}`, which is not evaluated. The place is behind the brace.
  ExprId interpolation(bool directive, int depth) {
    size_t begin = at_;
    if (directive) {
      at_ = std::min(text_.find('}', at_), text_.size());
      take("}");
      return make(Expr::Kind::Unknown, begin);
    }
    take("~");
    skip(true);
    ExprId e = expression(true, depth + 1);
    skip(true);
    take("~");
    if (!take("}")) fail("`}` is expected");
    return e;
  }

  ExprId quoted(int depth) {
    size_t begin = at_++;
    if (depth > kMaxDepth) {
      fail("expressions are nested too deeply");
      return make(Expr::Kind::Unknown, begin);
    }
    std::vector<ExprId> parts;
    std::string piece;
    size_t piece_begin = at_;
    auto flush = [&] {
      if (!piece.empty()) parts.push_back(make(Expr::Kind::Literal, piece_begin, std::move(piece)));
      piece.clear();
    };
    for (;;) {
      if (end() || peek() == '\n') {
        fail("a text does not end");
        break;
      }
      char c = peek();
      if (c == '"') {
        flush();
        ++at_;
        break;
      }
      if ((c == '$' || c == '%') && peek(1) == c && peek(2) == '{') {
        piece += c;
        piece += '{';
        at_ += 3;
      } else if ((c == '$' || c == '%') && peek(1) == '{') {
        flush();
        at_ += 2;
        parts.push_back(interpolation(c == '%', depth + 1));
        piece_begin = at_;
      } else if (c == '\\') {
        char e = peek(1);
        at_ += 2;
        if (e == 'u' || e == 'U') {
          int left = e == 'u' ? 4 : 8;
          uint32_t v = 0;
          for (; left > 0 && !end(); ++at_) {
            char low = static_cast<char>(peek() | 0x20);
            if (!is_digit(peek()) && (low < 'a' || low > 'f')) break;
            v = v * 16 + static_cast<uint32_t>(is_digit(peek()) ? peek() - '0' : low - 'a' + 10);
            --left;
          }
          if (left > 0 || v > 0x10ffff) {
            fail(e == 'u' ? "`\\u` has four hexadecimal digits" : "`\\U` has eight hexadecimal digits, of a character");
            break;
          }
          source::append_utf8(piece, v);
        } else {
          piece += e == 'n' ? '\n' : e == 't' ? '\t' : e == 'r' ? '\r' : e;
        }
      } else {
        piece += c;
        ++at_;
      }
    }
    return make(Expr::Kind::Template, begin, {}, std::move(parts));
  }

  // <<EOT and <<-EOT, which takes away the indentation that all lines have.
  ExprId heredoc(int depth) {
    size_t begin = at_;
    at_ += 2;
    bool strip = take("-");
    std::string mark = identifier();
    skip(false);
    if (mark.empty() || !take("\n")) {
      fail("a mark and a new line are expected");
      return make(Expr::Kind::Unknown, begin);
    }
    size_t close = std::string::npos, indent = std::string::npos;
    for (size_t line = at_; line < text_.size();) {
      size_t stop = std::min(text_.find('\n', line), text_.size());
      size_t first = line;
      while (first < stop && (text_[first] == ' ' || text_[first] == '\t')) ++first;
      if (text_.compare(first, stop - first, mark) == 0 ||
          (stop > first && text_[stop - 1] == '\r' && text_.compare(first, stop - first - 1, mark) == 0)) {
        close = line;
        break;
      }
      if (first < stop) indent = std::min(indent, first - line);
      line = stop + 1;
    }
    if (close == std::string::npos) {
      fail("a text of many lines does not end");
      return make(Expr::Kind::Unknown, begin);
    }
    ExprId e = pieces(begin, close, strip, indent, depth);
    at_ = std::max(at_, close);
    while (!end() && peek() != '\n') ++at_;
    out_.expressions[e].span = span(begin);
    return e;
  }

  // A template up to `close`, without the first blanks of its lines if they are stripped.
  ExprId pieces(size_t begin, size_t close, bool strip, size_t indent, int depth) {
    std::vector<ExprId> parts;
    std::string piece;
    size_t piece_begin = at_;
    auto flush = [&] {
      if (!piece.empty()) parts.push_back(make(Expr::Kind::Literal, piece_begin, std::move(piece)));
      piece.clear();
    };
    bool line_start = true;
    while (at_ < close && !failed_) {
      if (line_start && strip && indent != std::string::npos)
        for (size_t i = 0; i < indent && at_ < close && peek() != '\n'; ++i) ++at_;
      line_start = false;
      if (at_ >= close) break;
      char c = peek();
      if ((c == '$' || c == '%') && peek(1) == c && peek(2) == '{') {
        piece += c;
        piece += '{';
        at_ += 3;
      } else if ((c == '$' || c == '%') && peek(1) == '{') {
        flush();
        at_ += 2;
        parts.push_back(interpolation(c == '%', depth + 1));
        piece_begin = at_;
      } else {
        piece += c;
        line_start = c == '\n';
        ++at_;
      }
    }
    flush();
    return make(Expr::Kind::Template, begin, {}, std::move(parts));
  }

  source::FileId file_;
  const std::string& text_;
  diag::Diagnostics& diags_;
  File out_;
  size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace

const Attribute* Block::find(std::string_view name) const {
  for (const Attribute& a : attributes) {
    if (a.name == name) return &a;
  }
  return nullptr;
}

const Block* Block::block(std::string_view type) const {
  for (const Block& b : blocks) {
    if (b.type == type) return &b;
  }
  return nullptr;
}

File parse_template(source::FileId file, const source::Sources& sources, diag::Diagnostics& diags) {
  return Parser(file, sources, diags).run_template();
}

File parse(source::FileId file, const source::Sources& sources, diag::Diagnostics& diags) {
  return Parser(file, sources, diags).run();
}

}  // namespace whittle::aws::ecs::hcl
