// SPDX-License-Identifier: Apache-2.0
// A recursive descent over XPath, which only says yes or no.
#include "compiler/ottl/xpath.h"

#include "compiler/regex/syntax.h"

namespace whittle::ottl {

namespace {

enum class Item { End, Name, Axis, String, Number, Operator, Bad };

struct FunctionRule {
  std::string_view name;
  int least, most;
};
constexpr FunctionRule kFunctions[] = {{"lower-case", 1, 99},
                                       {"starts-with", 2, 99},
                                       {"ends-with", 2, 99},
                                       {"contains", 2, 99},
                                       {"matches", 2, 2},
                                       {"substring", 2, 99},
                                       {"substring-before", 2, 2},
                                       {"substring-after", 2, 2},
                                       {"string-length", 1, 99},
                                       {"normalize-space", 0, 99},
                                       {"replace", 3, 3},
                                       {"translate", 3, 3},
                                       {"not", 1, 99},
                                       {"name", 0, 1},
                                       {"local-name", 0, 1},
                                       {"namespace-uri", 0, 1},
                                       {"true", 0, 99},
                                       {"false", 0, 99},
                                       {"last", 0, 99},
                                       {"position", 0, 99},
                                       {"boolean", 0, 1},
                                       {"number", 0, 1},
                                       {"string", 0, 1},
                                       {"count", 1, 99},
                                       {"sum", 1, 99},
                                       {"ceiling", 1, 99},
                                       {"floor", 1, 99},
                                       {"round", 1, 99},
                                       {"concat", 2, 99},
                                       {"reverse", 1, 99},
                                       {"string-join", 2, 2}};

constexpr std::string_view kAxes[] = {"ancestor",          "ancestor-or-self",   "attribute",         "child",
                                      "descendant",        "descendant-or-self", "following",         "parent",
                                      "following-sibling", "preceding",          "preceding-sibling", "self",
                                      "namespace"};

constexpr int kMaxDepth = 200;

class XPathChecker {
public:
  explicit XPathChecker(std::string_view text) : text_(text) { advance(); }

  bool run(size_t& at, std::string& why) {
    bool good = !text_.empty() && expression();
    at = why_.empty() ? start_ : at_failure_;
    why = why_.empty() ? "it is empty" : why_;
    return good;
  }

private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  static bool in_name(char c) {
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-' || c == '.' || c == '*' ||
           static_cast<unsigned char>(c) >= 0x80;
  }
  char here(size_t n = 0) const { return next_ + n < text_.size() ? text_[next_ + n] : '\0'; }
  void spaces() {
    while (is_space(here())) ++next_;
  }

  bool fail(std::string why) {
    if (why_.empty()) why_ = std::move(why), at_failure_ = start_;
    return false;
  }

  // Reads the next item.
  void advance() {
    spaces();
    start_ = next_;
    prefix_ = {};
    function_ = false;
    char c = here();
    if (c == '\0') {
      item_ = Item::End;
      text_of_item_ = {};
      return;
    }
    auto op = [&](size_t n) {
      item_ = Item::Operator;
      text_of_item_ = text_.substr(next_, n);
      next_ += n;
    };
    if (std::string_view(",@()|*[]+-=$").find(c) != std::string_view::npos) return op(1);
    if (c == '<' || c == '>' || c == '!') return op(here(1) == '=' ? 2 : 1);
    if (c == '/') return op(here(1) == '/' ? 2 : 1);
    if (c == '.' && !is_digit(here(1))) return op(here(1) == '.' ? 2 : 1);
    if (c == '"' || c == '\'') {
      size_t end = text_.find(c, next_ + 1);
      if (end == std::string_view::npos) {
        fail("the text has no closing quote");
        item_ = Item::Bad;
        return;
      }
      item_ = Item::String;
      text_of_item_ = text_.substr(next_ + 1, end - next_ - 1);
      next_ = end + 1;
      return;
    }
    if (is_digit(c) || c == '.') {
      while (is_digit(here())) ++next_;
      if (here() == '.') {
        ++next_;
        while (is_digit(here())) ++next_;
      }
      item_ = Item::Number;
      return;
    }
    if (!in_name(c)) {
      fail("`" + std::string(1, c) + "` means nothing here");
      item_ = Item::Bad;
      return;
    }
    size_t begin = next_;
    while (in_name(here())) ++next_;
    text_of_item_ = text_.substr(begin, next_ - begin);
    item_ = Item::Name;
    size_t end = next_;
    spaces();
    if (here() == ':' && here(1) == ':') {
      next_ += 2;
      item_ = Item::Axis;
    } else if (here() == ':' && next_ == end && in_name(here(1))) {
      prefix_ = text_of_item_;
      ++next_;
      begin = next_;
      while (in_name(here())) ++next_;
      text_of_item_ = text_.substr(begin, next_ - begin);
    } else if (here() == ':') {
      fail("a name is missing behind `:`");
      item_ = Item::Bad;
      return;
    }
    spaces();
    function_ = here() == '(';
  }

  bool is(std::string_view op) const { return item_ == Item::Operator && text_of_item_ == op; }
  bool is_word(std::string_view word) const { return item_ == Item::Name && prefix_.empty() && text_of_item_ == word; }
  bool take(std::string_view op) {
    if (!is(op)) return fail("`" + std::string(op) + "` is missing");
    advance();
    return true;
  }
  bool is_node_type() const {
    return prefix_.empty() && (text_of_item_ == "node" || text_of_item_ == "text" || text_of_item_ == "comment" ||
                               text_of_item_ == "processing-instruction");
  }

  bool expression() {
    if (++depth_ > kMaxDepth) return fail("it is nested too deep");
    bool good = operators(0);
    --depth_;
    return good;
  }

  bool operators(int level) {
    if (level == 6) return unary();
    if (!operators(level + 1)) return false;
    for (;;) {
      bool another = level == 0   ? is_word("or")
                     : level == 1 ? is_word("and")
                     : level == 2 ? is("=") || is("!=")
                     : level == 3 ? is("<") || is(">") || is("<=") || is(">=")
                     : level == 4 ? is("+") || is("-")
                                  : is("*") || is_word("div") || is_word("mod");
      if (!another) return true;
      advance();
      if (!operators(level + 1)) return false;
    }
  }

  bool unary() {
    while (is("-")) advance();
    if (!path()) return false;
    while (is("|")) {
      advance();
      if (!path()) return false;
    }
    return true;
  }

  bool path() {
    bool primary = item_ == Item::String || item_ == Item::Number || is("$") || is("(") ||
                   (item_ == Item::Name && function_ && !is_node_type());
    if (!primary) {
      if (is("/")) {
        advance();
        bool step = is(".") || is("..") || is("@") || is("*") || item_ == Item::Axis || item_ == Item::Name;
        return !step || relative();
      }
      if (is("//")) advance();
      return relative();
    }
    if (!filter()) return false;
    if (is("/") || is("//")) {
      advance();
      return relative();
    }
    return true;
  }

  bool filter() {
    if (is("$")) return fail("there are no variables here");
    if (item_ == Item::String || item_ == Item::Number) {
      advance();
    } else if (is("(")) {
      advance();
      if (!expression() || !take(")")) return false;
    } else if (!call()) {
      return false;
    }
    return !is("[") || predicate();
  }

  bool call() {
    std::string_view name = text_of_item_;
    const FunctionRule* rule = nullptr;
    for (const FunctionRule& f : kFunctions) {
      if (f.name == name) rule = &f;
    }
    if (rule == nullptr) return fail("no function is named `" + std::string(name) + "`");
    size_t begin = start_;
    advance();
    advance();  // (
    int count = 0;
    while (!is(")")) {
      if (count > 0 && !take(",")) return false;
      bool pattern = name == "matches" && count == 1 && item_ == Item::String;
      std::string_view literal = text_of_item_;
      if (!expression()) return false;
      if (pattern && !regex::parse(literal)) return fail("`" + std::string(literal) + "` is no regular expression");
      ++count;
    }
    advance();
    if (count >= rule->least && count <= rule->most) return true;
    start_ = begin;
    return fail("`" + std::string(name) + "` takes another number of arguments");
  }

  bool relative() {
    for (;;) {
      if (!step()) return false;
      if (!is("/") && !is("//")) return true;
      advance();
    }
  }

  bool step() {
    if (is(".") || is("..")) {
      advance();
    } else if (is("(")) {
      advance();
      if (!step()) return false;
      while (is(",")) {
        advance();
        if (!step()) return false;
      }
      return take(")");
    } else {
      if (is("@")) {
        advance();
      } else if (item_ == Item::Axis) {
        bool known = false;
        for (std::string_view a : kAxes) known = known || a == text_of_item_;
        if (!known) return fail("no axis is named `" + std::string(text_of_item_) + "`");
        advance();
      }
      if (!node_test()) return false;
    }
    while (is("[")) {
      if (!predicate()) return false;
    }
    return true;
  }

  bool node_test() {
    if (is("*")) {
      advance();
      return true;
    }
    if (item_ != Item::Name) return fail(item_ == Item::End ? "it ends where a step should be" : "no step begins so");
    if (!function_ || !is_node_type()) {
      advance();
      return true;
    }
    bool instruction = text_of_item_ == "processing-instruction";
    advance();
    advance();  // (
    if (instruction && item_ == Item::String) advance();
    return take(")");
  }

  bool predicate() { return take("[") && expression() && take("]"); }

  std::string_view text_;
  size_t next_ = 0;   // behind the item
  size_t start_ = 0;  // of the item
  Item item_ = Item::End;
  std::string_view text_of_item_, prefix_;
  bool function_ = false;  // a parenthesis follows
  int depth_ = 0;
  std::string why_;
  size_t at_failure_ = 0;
};

}  // namespace

bool check_xpath(std::string_view text, size_t& at, std::string& why) {
  return XPathChecker(text).run(at, why);
}

}  // namespace whittle::ottl
