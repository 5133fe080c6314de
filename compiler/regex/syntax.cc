// SPDX-License-Identifier: Apache-2.0
// A recursive-descent parser with a bound on its depth, which is Go's own (1,000 levels). The errors and their words
// follow Go's regexp/syntax package, so that what a user reads here is what the Collector would have said.
#include "compiler/regex/syntax.h"

#include "compiler/regex/unicode.h"

#include <algorithm>
#include <optional>

namespace whittle::regex {
namespace {

constexpr uint32_t kMaxRune = 0x10FFFF;
constexpr int kMaxRepeat = 1000;
constexpr int kMaxDepth = 1000;
constexpr size_t kMaxSize = 128 << 20 >> 7;  // instructions after expanding repetitions; Go bounds bytes alike

struct Flags {
  bool fold_case = false, multi_line = false, dot_newline = false, swap_greed = false;
};

NodePtr make(Op op) {
  auto node = std::make_unique<Node>();
  node->op = op;
  return node;
}

Ranges normalised(Ranges r) {
  std::sort(r.begin(), r.end(), [](Range a, Range b) { return a.low < b.low; });
  Ranges out;
  for (Range x : r) {
    if (!out.empty() && x.low <= out.back().high + 1) out.back().high = std::max(out.back().high, x.high);
    else out.push_back(x);
  }
  return out;
}

Ranges negated(const Ranges& r) {
  Ranges out;
  uint32_t next = 0;
  for (Range x : r) {
    if (x.low > next) out.push_back({next, x.low - 1});
    next = x.high + 1;
  }
  if (next <= kMaxRune) out.push_back({next, kMaxRune});
  return out;
}

// `r` with everything that differs from a member only by case.
Ranges folded(const Ranges& r) {
  Ranges out = r;
  auto folds = unicode_folds();
  for (Range x : r) {
    auto it = std::lower_bound(folds.begin(), folds.end(), x.low, [](const Fold& f, uint32_t c) { return f.from < c; });
    for (; it != folds.end() && it->from <= x.high; ++it) {
      for (uint32_t c = it->to; c != it->from;) {
        out.push_back({c, c});
        auto next =
            std::lower_bound(folds.begin(), folds.end(), c, [](const Fold& f, uint32_t v) { return f.from < v; });
        c = next->to;
      }
    }
  }
  return normalised(std::move(out));
}

// The classes with names, as constants: the runtime has this parser too, where nothing runs before main.
struct ClassOfName {
  std::string_view name;
  Range ranges[4];
  size_t count;
};
constexpr ClassOfName kPosix[] = {
    {"alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}, 3},
    {"alpha", {{'A', 'Z'}, {'a', 'z'}}, 2},
    {"ascii", {{0, 0x7F}}, 1},
    {"blank", {{'\t', '\t'}, {' ', ' '}}, 2},
    {"cntrl", {{0, 0x1F}, {0x7F, 0x7F}}, 2},
    {"digit", {{'0', '9'}}, 1},
    {"graph", {{'!', '~'}}, 1},
    {"lower", {{'a', 'z'}}, 1},
    {"print", {{' ', '~'}}, 1},
    {"punct", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}, 4},
    {"space", {{'\t', '\r'}, {' ', ' '}}, 2},
    {"upper", {{'A', 'Z'}}, 1},
    {"word", {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}, 4},
    {"xdigit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, 3},
};
constexpr ClassOfName kPerlSpace = {"", {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}}, 3};  // without \v, unlike [:space:]

Ranges ranges_of(const ClassOfName& c) {
  return {c.ranges, c.ranges + c.count};
}
std::optional<Ranges> posix_class(std::string_view name) {
  for (const ClassOfName& c : kPosix)
    if (c.name == name) return ranges_of(c);
  return std::nullopt;
}

struct Failure {
  std::string message;
  size_t offset;
};

// Parsing stops at the first mistake: the members return false or null, and `failure` tells why.
class Parser {
public:
  explicit Parser(std::string_view p) : text_(p) {}

  std::expected<NodePtr, SyntaxError> run() {
    if (!check_utf8()) return std::unexpected(take());
    NodePtr node = alternation(0);
    if (node && at_ < text_.size()) {
      // Only a ')' can be left.
      failure_ = Failure{"unexpected ): `" + std::string(text_) + "`", at_};
      node = nullptr;
    }
    if (!node) return std::unexpected(take());
    if (size(*node) > kMaxSize) return std::unexpected(SyntaxError{"expression too large", 0});
    return node;
  }

private:
  SyntaxError take() { return {failure_->message, failure_->offset}; }

  std::nullptr_t error(std::string_view what, size_t from, size_t to) {
    if (!failure_)
      failure_ = Failure{std::string(what) + ": `" + std::string(text_.substr(from, to - from)) + "`", from};
    return nullptr;
  }

  bool check_utf8() {
    for (size_t i = 0; i < text_.size();) {
      auto [rune, n] = rune_at(i);
      if (n == 0) {
        failure_ = Failure{"invalid UTF-8", i};
        return false;
      }
      i += n;
    }
    return true;
  }

  struct Decoded {
    uint32_t rune;
    size_t size;  // 0: not UTF-8
  };
  Decoded rune_at(size_t i) const {
    auto byte = [&](size_t k) -> uint32_t { return k < text_.size() ? static_cast<uint8_t>(text_[k]) : 0; };
    uint32_t b = byte(i);
    if (b < 0x80) return {b, 1};
    size_t n = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
    if (b < 0xC2 || b > 0xF4) return {0, 0};
    uint32_t rune = b & (0xFF >> (n + 1));
    for (size_t k = 1; k < n; ++k) {
      if ((byte(i + k) & 0xC0) != 0x80) return {0, 0};
      rune = rune << 6 | (byte(i + k) & 0x3F);
    }
    if ((n == 3 && rune < 0x800) || (n == 4 && rune < 0x10000) || rune > kMaxRune || (rune >= 0xD800 && rune < 0xE000))
      return {0, 0};
    return {rune, n};
  }
  uint32_t next_rune() {
    auto [rune, n] = rune_at(at_);
    at_ += n;
    return rune;
  }
  bool more() const { return at_ < text_.size(); }
  char peek() const { return text_[at_]; }
  bool starts(std::string_view s) const { return text_.substr(at_).starts_with(s); }

  static size_t size(const Node& n) {
    size_t total = 1;
    for (auto& c : n.children) total += size(*c);
    if (n.op == Op::Repeat) {
      size_t times = std::max(n.maximum, n.minimum + 1);
      total = total > kMaxSize / std::max<size_t>(times, 1) ? kMaxSize + 1 : total * times;
    }
    return total;
  }

  NodePtr class_node(Ranges r) {
    auto node = make(Op::Class);
    node->ranges = std::move(r);
    return node;
  }
  NodePtr literal(uint32_t rune) {
    Ranges r = {{rune, rune}};
    return class_node(flags_.fold_case ? folded(r) : r);
  }

  NodePtr alternation(int depth) {
    if (depth > kMaxDepth) return error("expression nests too deeply", 0, text_.size());
    auto node = make(Op::Alternate);
    for (;;) {
      NodePtr branch = concatenation(depth);
      if (!branch) return nullptr;
      node->children.push_back(std::move(branch));
      if (!more() || peek() != '|') break;
      ++at_;
    }
    return node->children.size() == 1 ? std::move(node->children[0]) : std::move(node);
  }

  NodePtr concatenation(int depth) {
    auto node = make(Op::Concat);
    while (more() && peek() != '|' && peek() != ')') {
      NodePtr atom;
      if (starts("\\Q")) {  // literal to \E; what follows repeats the last one
        at_ += 2;
        while (more() && !starts("\\E")) {
          if (atom) node->children.push_back(std::move(atom));
          atom = literal(next_rune());
        }
        if (more()) at_ += 2;
      } else {
        atom = this->atom(depth);
      }
      if (failure_) return nullptr;
      if (!atom) continue;  // flags for the rest of the group
      bool repeated = false;
      size_t operator_from = at_;
      while (more()) {
        int minimum, maximum;
        size_t repeat_from = at_;
        if (!repetition(minimum, maximum)) {
          if (failure_) return nullptr;
          break;
        }
        if (repeated) return error("invalid nested repetition operator", operator_from, at_);
        bool lazy = more() && peek() == '?';
        if (lazy) ++at_;
        if (minimum > kMaxRepeat || maximum > kMaxRepeat || (maximum >= 0 && minimum > maximum))
          return error("invalid repeat count", repeat_from, at_);
        auto repeat = make(Op::Repeat);
        repeat->minimum = minimum;
        repeat->maximum = maximum;
        repeat->lazy = lazy != flags_.swap_greed;
        repeat->children.push_back(std::move(atom));
        if ((minimum >= 2 || maximum >= 2) && nested_repeat(*repeat) > kMaxRepeat)
          return error("invalid repeat count", repeat_from, at_);
        atom = std::move(repeat);
        repeated = true;
        operator_from = repeat_from;
      }
      node->children.push_back(std::move(atom));
    }
    if (node->children.empty()) return make(Op::Empty);
    return node->children.size() == 1 ? std::move(node->children[0]) : std::move(node);
  }

  // The largest product of repeat counts on a path below; Go bounds it at 1,000.
  static int nested_repeat(const Node& n) {
    int below = 1;
    for (auto& c : n.children) below = std::max(below, nested_repeat(*c));
    int own = n.op == Op::Repeat ? std::max({n.maximum, n.minimum, 1}) : 1;
    if (n.op == Op::Repeat && n.maximum < 0 && n.minimum <= 1) own = 1;
    return std::min(own * below, kMaxRepeat + 1);
  }

  // Reads * + ? {n} {n,} {n,m}. A brace that is not a count is a literal, as in Go.
  bool repetition(int& minimum, int& maximum) {
    switch (peek()) {
    case '*': ++at_, minimum = 0, maximum = -1; return true;
    case '+': ++at_, minimum = 1, maximum = -1; return true;
    case '?': ++at_, minimum = 0, maximum = 1; return true;
    case '{': return counted(minimum, maximum);
    default: return false;
    }
  }

  bool counted(int& minimum, int& maximum) {
    size_t i = at_ + 1;
    auto number = [&](int& out) {
      size_t from = i;
      long value = 0;
      while (i < text_.size() && text_[i] >= '0' && text_[i] <= '9')
        value = std::min(value * 10 + (text_[i++] - '0'), 100000L);
      if (i == from || (text_[from] == '0' && i - from > 1)) return false;
      out = static_cast<int>(value);
      return true;
    };
    if (!number(minimum)) return false;
    maximum = minimum;
    if (i < text_.size() && text_[i] == ',') {
      ++i;
      if (i < text_.size() && text_[i] == '}') maximum = -1;
      else if (!number(maximum)) return false;
    }
    if (i >= text_.size() || text_[i] != '}') return false;
    at_ = i + 1;
    return true;
  }

  NodePtr atom(int depth) {
    size_t from = at_;
    switch (peek()) {
    case '(': return group(depth);
    case '[': return bracket();
    case '.': ++at_; return class_node(flags_.dot_newline ? Ranges{{0, kMaxRune}} : Ranges{{0, 9}, {11, kMaxRune}});
    case '^': ++at_; return make(flags_.multi_line ? Op::BeginLine : Op::BeginText);
    case '$': ++at_; return make(flags_.multi_line ? Op::EndLine : Op::EndText);
    case '\\': return escape();
    case '*':
    case '+':
    case '?': {
      int minimum, maximum;
      repetition(minimum, maximum);
      if (more() && peek() == '?') ++at_;
      return error("missing argument to repetition operator", from, at_);
    }
    case '{': {
      int minimum, maximum;
      if (counted(minimum, maximum)) return error("missing argument to repetition operator", from, at_);
      return literal(next_rune());
    }
    default: return literal(next_rune());
    }
  }

  NodePtr group(int depth) {
    size_t from = at_;
    Flags outer = flags_;
    const size_t groups_before = groups.size();
    ++at_;
    if (starts("?P<") || starts("?<")) {
      at_ += starts("?P<") ? 3 : 2;
      size_t end = text_.find('>', at_);
      if (end == std::string_view::npos) return error("invalid named capture", from, text_.size());
      auto name = text_.substr(at_, end - at_);
      bool valid = !name.empty();
      for (char c : name) valid = valid && (c == '_' || isalnum(static_cast<unsigned char>(c)));
      if (!valid) return error("invalid named capture", from, end + 1);
      groups.emplace_back(name);
      at_ = end + 1;
    } else if (starts("?")) {
      ++at_;
      bool on = true, any = false;
      for (;; ++at_) {
        if (!more()) return error("missing closing )", 0, text_.size());
        char c = peek();
        if (c == ')' || c == ':') break;
        if (c == '-') {
          if (!on) return error("invalid or unsupported Perl syntax", from, at_ + 1);
          on = false;
          any = false;
          continue;
        }
        if (c == 'i') flags_.fold_case = on;
        else if (c == 'm') flags_.multi_line = on;
        else if (c == 's') flags_.dot_newline = on;
        else if (c == 'U') flags_.swap_greed = on;
        else {
          auto [rune, n] = rune_at(at_);
          return error("invalid or unsupported Perl syntax", from, at_ + n);
        }
        any = true;
      }
      if (!on && !any) return error("invalid or unsupported Perl syntax", from, at_ + 1);
      if (peek() == ')') {  // (?i): holds to the end of the enclosing group
        ++at_;
        return nullptr;
      }
      ++at_;
    } else {
      groups.emplace_back();
    }
    const bool captures = groups.size() > groups_before;
    NodePtr inside = alternation(depth + 1);
    if (!inside) return nullptr;
    if (!more()) return error("missing closing )", 0, text_.size());
    ++at_;
    flags_ = outer;
    if (!captures) return inside;
    auto node = make(Op::Group);
    node->group = static_cast<uint32_t>(groups_before + 1);
    node->children.push_back(std::move(inside));
    return node;
  }

  // \p{Greek} \pN \P{...} \p{^...}, from the 'p'; null when the name is unknown.
  std::optional<Ranges> unicode_class(size_t from) {
    bool negative = text_[at_] == 'P';
    ++at_;
    std::string_view name;
    if (!more()) {
      error("invalid character class range", from, at_);
      return std::nullopt;
    }
    if (peek() == '{') {
      size_t end = text_.find('}', at_);
      if (end == std::string_view::npos) {
        error("invalid character class range", from, text_.size());
        return std::nullopt;
      }
      name = text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
    } else {
      size_t start = at_;
      next_rune();
      name = text_.substr(start, at_ - start);
    }
    if (name.starts_with('^')) {
      negative = !negative;
      name.remove_prefix(1);
    }
    Ranges r;
    if (name == "Any") {
      r = {{0, kMaxRune}};
    } else {
      auto all = unicode_classes();
      auto it = std::lower_bound(all.begin(), all.end(), name,
                                 [](const NamedClass& c, std::string_view n) { return c.name < n; });
      if (it == all.end() || it->name != name) {
        error("invalid character class range", from, at_);
        return std::nullopt;
      }
      r.assign(it->ranges, it->ranges + it->count);
    }
    if (flags_.fold_case) r = folded(r);
    return negative ? negated(r) : r;
  }

  std::optional<Ranges> perl_class(char c) {
    switch (c) {
    case 'd': return posix_class("digit");
    case 'D': return negated(*posix_class("digit"));
    case 's': return ranges_of(kPerlSpace);
    case 'S': return negated(ranges_of(kPerlSpace));
    case 'w': return posix_class("word");
    case 'W': return negated(*posix_class("word"));
    default: return std::nullopt;
    }
  }

  NodePtr escape() {
    size_t from = at_;
    if (at_ + 1 >= text_.size()) return error("trailing backslash at end of expression", at_, at_);
    char c = text_[at_ + 1];
    switch (c) {
    case 'A': at_ += 2; return make(Op::BeginText);
    case 'z': at_ += 2; return make(Op::EndText);
    case 'b': at_ += 2; return make(Op::WordBoundary);
    case 'B': at_ += 2; return make(Op::NoWordBoundary);
    case 'p':
    case 'P': {
      ++at_;
      auto r = unicode_class(from);
      return r ? class_node(*r) : nullptr;
    }
    default:
      if (auto r = perl_class(c)) {
        at_ += 2;
        return class_node(*r);
      }
      if (auto rune = escaped_rune()) return literal(*rune);
      return nullptr;
    }
  }

  // The single character that an escape stands for.
  std::optional<uint32_t> escaped_rune() {
    size_t from = at_;
    ++at_;
    if (!more()) {
      error("trailing backslash at end of expression", at_, at_);
      return std::nullopt;
    }
    uint32_t c = next_rune();
    switch (c) {
    case 'a': return 7;
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    case 'x': {
      auto digit = [&](char d) -> int {
        return d >= '0' && d <= '9'   ? d - '0'
               : d >= 'a' && d <= 'f' ? d - 'a' + 10
               : d >= 'A' && d <= 'F' ? d - 'A' + 10
                                      : -1;
      };
      uint32_t value = 0;
      if (more() && peek() == '{') {
        size_t digits = 0;
        for (++at_; more() && digit(peek()) >= 0; ++at_, ++digits) {
          value = value * 16 + static_cast<uint32_t>(digit(peek()));
          if (value > kMaxRune) break;
        }
        if (digits == 0 || !more() || peek() != '}' || value > kMaxRune) {
          error("invalid escape sequence", from, std::min(at_ + 1, text_.size()));
          return std::nullopt;
        }
        ++at_;
        return value;
      }
      for (int i = 0; i < 2; ++i, ++at_) {
        if (!more() || digit(peek()) < 0) {
          error("invalid escape sequence", from, std::min(at_ + 1, text_.size()));
          return std::nullopt;
        }
        value = value * 16 + static_cast<uint32_t>(digit(peek()));
      }
      return value;
    }
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
      if (!more() || peek() < '0' || peek() > '7') break;  // a back-reference: not in this language
      [[fallthrough]];
    case '0': {
      uint32_t value = c - '0';
      for (int i = 1; i < 3 && more() && peek() >= '0' && peek() <= '7'; ++i)
        value = value * 8 + static_cast<uint32_t>(text_[at_++] - '0');
      return value;
    }
    default:
      if (c < 0x80 && !isalnum(static_cast<int>(c))) return c;
    }
    error("invalid escape sequence", from, at_);
    return std::nullopt;
  }

  NodePtr bracket() {
    size_t from = at_;
    ++at_;
    bool negative = more() && peek() == '^';
    if (negative) ++at_;
    Ranges r;
    bool first = true;
    for (;; first = false) {
      if (!more()) return error("missing closing ]", from, text_.size());
      if (peek() == ']' && !first) break;
      size_t item = at_;
      if (starts("[:")) {
        size_t end = text_.find(":]", at_ + 2);
        if (end != std::string_view::npos) {
          auto name = text_.substr(at_ + 2, end - at_ - 2);
          bool not_in = name.starts_with('^');
          auto posix = posix_class(not_in ? name.substr(1) : name);
          if (!posix) return error("invalid character class range", at_, end + 2);
          if (flags_.fold_case) posix = folded(*posix);
          if (not_in) posix = negated(*posix);
          r.insert(r.end(), posix->begin(), posix->end());
          at_ = end + 2;
          continue;
        }
      }
      if (peek() == '\\' && at_ + 1 < text_.size()) {
        char c = text_[at_ + 1];
        if (c == 'p' || c == 'P') {
          ++at_;
          auto u = unicode_class(item);
          if (!u) return nullptr;
          r.insert(r.end(), u->begin(), u->end());
          continue;
        }
        if (auto p = perl_class(c)) {
          at_ += 2;
          r.insert(r.end(), p->begin(), p->end());
          continue;
        }
      }
      auto low = class_rune(from);
      if (!low) return nullptr;
      uint32_t high = *low;
      if (at_ + 1 < text_.size() && peek() == '-' && text_[at_ + 1] != ']') {
        ++at_;
        auto h = class_rune(from);
        if (!h) return nullptr;
        high = *h;
        if (high < *low) return error("invalid character class range", item, at_);
      }
      Ranges one = {{*low, high}};
      if (flags_.fold_case) one = folded(one);
      r.insert(r.end(), one.begin(), one.end());
    }
    ++at_;
    r = normalised(std::move(r));
    return class_node(negative ? negated(r) : r);
  }

  std::optional<uint32_t> class_rune(size_t bracket_from) {
    if (!more()) {
      error("missing closing ]", bracket_from, text_.size());
      return std::nullopt;
    }
    if (peek() == '\\') return escaped_rune();
    return next_rune();
  }

public:
  std::vector<std::string> groups;

private:
  std::string_view text_;
  size_t at_ = 0;
  Flags flags_;
  std::optional<Failure> failure_;
};

}  // namespace

std::expected<NodePtr, SyntaxError> parse(std::string_view pattern, std::vector<std::string>* groups) {
  Parser parser(pattern);
  auto tree = parser.run();
  if (groups != nullptr) *groups = std::move(parser.groups);
  return tree;
}

std::string_view advice_on(std::string_view pattern) {
  for (std::string_view around : {"(?=", "(?!", "(?<=", "(?<!"}) {
    if (pattern.find(around) != std::string_view::npos)
      return "a pattern does not look ahead or behind here: match that, too, and keep what is wanted in a group";
  }
  for (size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] != '\\') continue;
    if (pattern[++i] >= '1' && pattern[i] <= '9') return "a pattern does not refer to its own groups here";
  }
  return {};
}

}  // namespace whittle::regex
