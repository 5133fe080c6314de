// SPDX-License-Identifier: Apache-2.0
// The reference's grammar, in which the first alternative that matches is taken and never given up again:
//
//   statement  = editor ["where" boolean]
//   editor     = small "(" [argument {"," argument}] ")"          small, large: words side by side that begin
//   converter  = large "(" [argument {"," argument}] ")" {key}                  with a small letter or a capital
//   argument   = [small "="] (value | large)
//   boolean    = term {"or" term}             term = test {"and" test}
//   test       = ["not"] (value compare value | "true" | "false" | converter | "(" boolean ")")
//   value      = nil | lambda | sum | bytes | string | bool | ENUM | map | list
//   sum        = product {("+" | "-") product}     product = operand {("*" | "/") operand}
//   operand    = ["+" | "-"] (converter | number | path | "(" sum ")")
//   path       = name {key} {"." name {key}}       key = "[" (string | int | sum) "]"
//   list       = "[" {value} {"," value} "]"       map = "{" {string ":" value [","]} "}"
//   lambda     = "(" [name {"," name}] ")" "=>" (value | boolean)
//
// What a parenthesis opens is seen only later, so both readings are tried, and of all readings that failed the one that
// came furthest says what is wrong.
#include "compiler/ottl/parse.h"

#include "compiler/ottl/lex.h"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace whittle::ottl {

namespace {

using diag::Diag;

constexpr Diag<std::string_view> kUnreadable{"E0801", "this cannot be read: {}"};
constexpr Diag<> kEditorInCondition{"E0803", "functions that change something have no place in a condition"};

bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}

class Parser {
public:
  Parser(std::string_view text, Unit unit) {
    tree_.text = text;
    tree_.unit = unit;
  }

  std::optional<Tree> run(Problem& problem) {
    auto tokens = lex(tree_.text, problem);
    if (!tokens) return std::nullopt;
    tokens_ = std::move(*tokens);
    if (tokens_.size() == 1) {
      problem = Problem{};
      problem.message = tree_.unit == Unit::Statement   ? "there is no statement here"
                        : tree_.unit == Unit::Condition ? "there is no condition here"
                                                        : "there is no expression here";
      problem.place = tokens_[0].place;
      return std::nullopt;
    }
    bool good = unit() && (now().kind == Token::End || expected(behind()));
    if (good && !impossible_) return std::move(tree_);
    problem = impossible_ ? *impossible_ : furthest();
    return std::nullopt;
  }

private:
  // ---- words

  const Lexeme& now() const { return tokens_[at_]; }
  const Lexeme& ahead(size_t n = 1) const { return tokens_[std::min(at_ + n, tokens_.size() - 1)]; }
  std::string_view text(const Lexeme& t) const {
    return std::string_view(tree_.text).substr(t.place.begin, t.place.end - t.place.begin);
  }
  bool is(char c) const { return now().kind == Token::Punct && tree_.text[now().place.begin] == c; }
  void advance() {
    last_ = now().place.end;
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  bool take(char c) {
    if (!is(c)) return expected("`" + std::string(1, c) + "`");
    advance();
    return true;
  }

  // ---- what is wrong

  // Notes that `what` could have stood here. Always false.
  bool expected(std::string what) {
    if (at_ < wanted_at_) return false;
    if (at_ > wanted_at_) wanted_.clear();
    wanted_at_ = at_;
    for (const std::string& w : wanted_) {
      if (w == what) return false;
    }
    wanted_.push_back(std::move(what));
    return false;
  }

  Problem furthest() const {
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

  bool wants_name() const {
    for (const std::string& w : wanted_) {
      if (w == "a value" || w == "a name" || w == "a number, a path or a call") return true;
    }
    return false;
  }

  // What is written as one word, with a capital, may be meant as a part of a path.
  void small_name(Problem& p) const {
    size_t i = wanted_at_ + 1;
    while (i < tokens_.size() && (tokens_[i].kind == Token::Upper || tokens_[i].kind == Token::Lower) &&
           tokens_[i].place.begin == p.place.end)
      p.place.end = tokens_[i++].place.end;
    p.message = "names in paths are written small";
    p.near = std::string_view(tree_.text).substr(p.place.begin, p.place.end - p.place.begin);
    for (char& c : p.near) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }

  // What can never be, however the text is read.
  bool impossible(Place place, std::string message, std::string help = {}) {
    if (!impossible_) {
      Problem p;
      p.place = place;
      p.message = std::move(message);
      p.help = std::move(help);
      impossible_ = std::move(p);
    }
    return false;
  }

  std::string behind() const {
    if (tree_.unit == Unit::Statement && tree_.where == kNoNode) return "`where` or the end";
    return tree_.unit == Unit::Value ? "the end" : "`and`, `or` or the end";
  }

  // Counts nesting; every rule that recurses holds one.
  struct Deeper {
    explicit Deeper(Parser& p) : parser(p) { ++p.depth_, ++p.steps_; }
    ~Deeper() { --parser.depth_; }
    Parser& parser;
  };
  bool too_deep() {
    if (impossible_) return true;
    if (depth_ <= kMaxNesting && steps_ <= kMostSteps) return false;
    impossible(now().place, "this is nested too deep");
    return true;
  }

  // ---- nodes

  NodeId add(Kind kind, uint32_t begin) {
    Node n;
    n.kind = kind;
    n.place = {begin, last_};
    tree_.nodes.push_back(n);
    return static_cast<NodeId>(tree_.nodes.size() - 1);
  }
  Node& node(NodeId id) { return tree_.nodes[id]; }
  Range list(const std::vector<NodeId>& ids) {
    Range r{static_cast<uint32_t>(tree_.lists.size()), static_cast<uint32_t>(ids.size())};
    tree_.lists.insert(tree_.lists.end(), ids.begin(), ids.end());
    return r;
  }
  uint32_t keep(std::string text) {
    tree_.texts.push_back(std::move(text));
    return static_cast<uint32_t>(tree_.texts.size() - 1);
  }

  // Where reading stood; going back forgets what has been read since.
  struct Mark {
    size_t at;
    uint32_t last;
    size_t nodes, lists, texts, words, segments;
  };
  Mark mark() const {
    return {at_,
            last_,
            tree_.nodes.size(),
            tree_.lists.size(),
            tree_.texts.size(),
            tree_.words.size(),
            tree_.segments.size()};
  }
  void back(const Mark& m) {
    at_ = m.at;
    last_ = m.last;
    tree_.nodes.resize(m.nodes);
    tree_.lists.resize(m.lists);
    tree_.texts.resize(m.texts);
    tree_.words.resize(m.words);
    tree_.segments.resize(m.segments);
  }

  // ---- units

  bool unit() {
    switch (tree_.unit) {
    case Unit::Statement: {
      if (now().kind != Token::Lower && now().kind != Token::Upper) return expected("a function such as `set`");
      if (words_before_parenthesis() == 0) {
        at_ += words();
        return expected("`(`");
      }
      tree_.editor = call();
      if (tree_.editor == kNoNode) return false;
      if (now().kind == Token::Lower && text(now()) == "where") {
        advance();
        tree_.where = boolean();
        return tree_.where != kNoNode;
      }
      return true;
    }
    case Unit::Condition: tree_.where = boolean(); return tree_.where != kNoNode;
    case Unit::Value: tree_.value = value(); return tree_.value != kNoNode;
    }
    return false;
  }

  // ---- booleans

  NodeId chain(Kind kind, Token joint, NodeId (Parser::*part)()) {
    uint32_t begin = now().place.begin;
    NodeId first = (this->*part)();
    if (first == kNoNode || now().kind != joint) return first;
    std::vector<NodeId> parts{first};
    while (now().kind == joint) {
      advance();
      NodeId next = (this->*part)();
      if (next == kNoNode) return kNoNode;
      parts.push_back(next);
    }
    NodeId id = add(kind, begin);
    node(id).children = list(parts);
    return id;
  }

  NodeId boolean() {
    Deeper deeper(*this);
    if (too_deep()) return kNoNode;
    return chain(Kind::Or, Token::Or, &Parser::term);
  }

  NodeId term() { return chain(Kind::And, Token::And, &Parser::test); }

  NodeId test() {
    if (now().kind != Token::Not) return positive();
    uint32_t begin = now().place.begin;
    advance();
    NodeId inner = positive();
    if (inner == kNoNode) return kNoNode;
    NodeId id = add(Kind::Not, begin);
    node(id).children = list({inner});
    return id;
  }

  NodeId positive() {
    Deeper deeper(*this);
    if (too_deep()) return kNoNode;
    Mark start = mark();
    bool parenthesis = is('(');
    uint32_t begin = now().place.begin;
    NodeId left = value();
    if (left != kNoNode && now().kind == Token::Compare) {
      Operator op = compare_operator(text(now()));
      advance();
      NodeId right = value();
      if (right == kNoNode) return kNoNode;
      NodeId id = add(Kind::Compare, begin);
      node(id).op = op;
      node(id).children = list({left, right});
      return id;
    }
    if (left != kNoNode) {
      const Node& n = node(left);
      bool call = n.kind == Kind::Call && !n.grouped && !is_small(tree_.text_of(n)[0]);
      if (n.kind == Kind::Bool || call) return left;
      if (n.kind == Kind::Call && !n.grouped) {
        if (!impossible_) impossible_ = problem_of(kEditorInCondition, n.name_place);
        return kNoNode;
      }
      expected("a comparison such as `==`");
    }
    if (impossible_ || !parenthesis) return kNoNode;
    back(start);
    advance();
    NodeId inner = boolean();
    if (inner == kNoNode || !take(')')) return kNoNode;
    node(inner).place = {begin, last_};
    return inner;
  }

  static Operator compare_operator(std::string_view s) {
    if (s == "==") return Operator::Equal;
    if (s == "!=") return Operator::NotEqual;
    if (s == "<") return Operator::Less;
    if (s == "<=") return Operator::LessEqual;
    if (s == ">") return Operator::Greater;
    return Operator::GreaterEqual;
  }

  // ---- values

  NodeId value() {
    Deeper deeper(*this);
    if (too_deep()) return kNoNode;
    uint32_t begin = now().place.begin;
    switch (now().kind) {
    case Token::Nil: advance(); return add(Kind::Nil, begin);
    case Token::Boolean: {
      bool truth = text(now()) == "true";
      advance();
      NodeId id = add(Kind::Bool, begin);
      node(id).boolean = truth;
      return id;
    }
    case Token::String: {
      NodeId id = string();
      return id;
    }
    case Token::Bytes: return bytes();
    case Token::Punct:
      if (is('[')) return list_value();
      if (is('{')) return map_value();
      if (is('(')) return is_lambda() ? lambda() : sum();
      break;
    case Token::Upper:
      if (words_before_parenthesis() > 0) return sum();
      if (ahead().kind != Token::Lower) return enum_value();
      break;
    case Token::Lower:
    case Token::Int:
    case Token::Float:
    case Token::AddSub: return sum();
    default: break;
    }
    expected("a value");
    return kNoNode;
  }

  NodeId string() {
    uint32_t begin = now().place.begin;
    Problem problem;
    auto content = unquote(tree_.text, now().place, problem);
    if (!content) {
      if (!impossible_) impossible_ = std::move(problem);
      return kNoNode;
    }
    advance();
    NodeId id = add(Kind::String, begin);
    node(id).text = keep(std::move(*content));
    return id;
  }

  NodeId bytes() {
    uint32_t begin = now().place.begin;
    std::string_view digits = text(now()).substr(2);
    if (digits.size() % 2 != 0) {
      impossible(now().place, "half a byte is left over", "bytes are written with two digits each");
      return kNoNode;
    }
    std::string content;
    for (size_t i = 0; i < digits.size(); i += 2) {
      uint8_t b = 0;
      std::from_chars(digits.data() + i, digits.data() + i + 2, b, 16);
      content += static_cast<char>(b);
    }
    advance();
    NodeId id = add(Kind::Bytes, begin);
    node(id).text = keep(std::move(content));
    return id;
  }

  NodeId number() {
    uint32_t begin = now().place.begin;
    std::string_view s = text(now());
    if (now().kind == Token::Float) {
      double real = std::strtod(std::string(s).c_str(), nullptr);
      if (std::isinf(real)) {
        impossible(now().place, "no double is so large");
        return kNoNode;
      }
      advance();
      NodeId id = add(Kind::Double, begin);
      node(id).real = real;
      return id;
    }
    // A leading 0 makes it octal.
    int64_t n = 0;
    int base = s.size() > 1 && s[0] == '0' ? 8 : 10;
    auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), n, base);
    if (error != std::errc() || end != s.data() + s.size()) {
      if (base == 8 && error != std::errc::result_out_of_range)
        impossible(now().place, "a number with a leading 0 is octal, and this one is none");
      else impossible(now().place, "no int is so large", "the largest is 9223372036854775807");
      return kNoNode;
    }
    advance();
    NodeId id = add(Kind::Int, begin);
    node(id).integer = n;
    return id;
  }

  NodeId enum_value() {
    uint32_t begin = now().place.begin;
    std::string name(text(now()));
    advance();
    NodeId id = add(Kind::Enum, begin);
    node(id).text = keep(std::move(name));
    node(id).name_place = node(id).place;
    return id;
  }

  NodeId list_value() {
    uint32_t begin = now().place.begin;
    advance();
    std::vector<NodeId> items;
    // Values side by side, then values with a comma before each.
    while (!is(']') && !is(',')) {
      NodeId item = value();
      if (item == kNoNode) {
        expected("`]`");
        return kNoNode;
      }
      items.push_back(item);
    }
    const bool between = items.size() == 1 || (items.empty() && !is(','));
    while (is(',')) {
      advance();
      NodeId item = value();
      if (item == kNoNode) return kNoNode;
      items.push_back(item);
    }
    if (!is(']')) {
      expected("`,`");
      take(']');
      return kNoNode;
    }
    advance();
    NodeId id = add(Kind::List, begin);
    node(id).boolean = !between;
    node(id).children = list(items);
    return id;
  }

  NodeId map_value() {
    uint32_t begin = now().place.begin;
    advance();
    std::vector<NodeId> items;
    std::vector<Word> keys;
    while (!is('}')) {
      if (now().kind != Token::String) {
        expected("a key in quotes");
        if (items.empty() || now().kind != Token::Punct) take('}');
        return kNoNode;
      }
      Place place = now().place;
      Problem problem;
      auto key = unquote(tree_.text, place, problem);
      if (!key) {
        if (!impossible_) impossible_ = std::move(problem);
        return kNoNode;
      }
      advance();
      if (!take(':')) return kNoNode;
      NodeId item = value();
      if (item == kNoNode) return kNoNode;
      keys.push_back({std::move(*key), place});
      items.push_back(item);
      if (is(',')) advance();
    }
    advance();
    NodeId id = add(Kind::Map, begin);
    node(id).children = list(items);
    node(id).names = {static_cast<uint32_t>(tree_.words.size()), static_cast<uint32_t>(keys.size())};
    for (Word& k : keys) tree_.words.push_back(std::move(k));
    return id;
  }

  // ---- arithmetic

  NodeId binary(Token joint, NodeId (Parser::*part)()) {
    uint32_t begin = now().place.begin;
    NodeId left = (this->*part)();
    while (left != kNoNode && now().kind == joint) {
      char c = tree_.text[now().place.begin];
      advance();
      NodeId right = (this->*part)();
      if (right == kNoNode) return kNoNode;
      NodeId id = add(Kind::Arithmetic, begin);
      node(id).op = c == '+'   ? Operator::Add
                    : c == '-' ? Operator::Subtract
                    : c == '*' ? Operator::Multiply
                               : Operator::Divide;
      node(id).children = list({left, right});
      left = id;
    }
    return left;
  }

  NodeId sum() {
    Deeper deeper(*this);
    if (too_deep()) return kNoNode;
    return binary(Token::AddSub, &Parser::product);
  }

  NodeId product() { return binary(Token::MulDiv, &Parser::operand); }

  NodeId operand() {
    Deeper deeper(*this);
    if (too_deep()) return kNoNode;
    uint32_t begin = now().place.begin;
    bool sign = now().kind == Token::AddSub, minus = sign && tree_.text[begin] == '-';
    if (sign) advance();
    bool parenthesis = is('(');
    NodeId id = kNoNode;
    if (parenthesis) {
      advance();
      id = sum();
      if (id == kNoNode || !take(')')) return kNoNode;
    } else {
      id = literal();
      if (id == kNoNode) return kNoNode;
    }
    if (!sign && !parenthesis) return id;
    if (minus && !parenthesis && node(id).kind == Kind::Int) node(id).integer = -node(id).integer;
    else if (minus && !parenthesis && node(id).kind == Kind::Double) node(id).real = -node(id).real;
    else if (minus) {
      NodeId negated = add(Kind::Negate, begin);
      node(negated).children = list({id});
      id = negated;
    }
    node(id).grouped = true;
    node(id).place = {begin, last_};
    return id;
  }

  NodeId literal() {
    switch (now().kind) {
    case Token::Int:
    case Token::Float: return number();
    case Token::Upper:
      if (words_before_parenthesis() > 0) return call();
      break;
    case Token::Lower: return words_before_parenthesis() > 0 ? call() : path();
    default: break;
    }
    expected("a number, a path or a call");
    return kNoNode;
  }

  // ---- paths

  NodeId path() {
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

  bool keys(Range& out) {
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

  // How many words, one case each, stand here side by side.
  size_t words() const {
    size_t n = 0;
    while (at_ + n < tokens_.size() && (tokens_[at_ + n].kind == Token::Upper || tokens_[at_ + n].kind == Token::Lower))
      ++n;
    return n;
  }
  // The same if a parenthesis follows them, which makes them the name of a function; else 0.
  size_t words_before_parenthesis() const {
    size_t n = words();
    const Lexeme& t = tokens_[std::min(at_ + n, tokens_.size() - 1)];
    return t.kind == Token::Punct && tree_.text[t.place.begin] == '(' ? n : 0;
  }
  std::string take_words(size_t n) {
    std::string name;
    for (size_t i = 0; i < n; ++i) {
      name += text(now());
      advance();
    }
    return name;
  }

  NodeId call() {
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
    node(id).names = {static_cast<uint32_t>(tree_.words.size()), static_cast<uint32_t>(names.size())};
    for (Word& w : names) tree_.words.push_back(std::move(w));
    return id;
  }

  // A value or the name of a function, which is several words, or one in capitals and then reads as an enum.
  NodeId argument_value() {
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

  bool is_lambda() const {
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

  bool is_local(std::string_view name) const {
    for (const std::string& l : locals_) {
      if (l == name) return true;
    }
    return false;
  }

  NodeId lambda() {
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
    node(id).names = {static_cast<uint32_t>(tree_.words.size()), static_cast<uint32_t>(names.size())};
    for (Word& w : names) tree_.words.push_back(std::move(w));
    return id;
  }

  Tree tree_;
  std::vector<Lexeme> tokens_;
  size_t at_ = 0;
  uint32_t last_ = 0;  // where the last word taken ends
  int depth_ = 0, steps_ = 0;
  std::vector<std::string> locals_;  // parameters of the lambdas that are open

  size_t wanted_at_ = 0;
  std::vector<std::string> wanted_;
  std::optional<Problem> impossible_;
};

}  // namespace

std::string_view spelling(Operator op) {
  static constexpr std::string_view kSpellings[] = {"", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/"};
  return kSpellings[static_cast<int>(op)];
}

std::optional<Tree> parse(std::string_view text, Unit unit, Problem& problem) {
  std::optional<Tree> tree = Parser(text, unit).run(problem);
  if (!tree && problem.code.empty()) {
    problem.code = kUnreadable.code;
    problem.message = diag::detail::fill(kUnreadable.text, problem.message);
  }
  return tree;
}

}  // namespace whittle::ottl
