// SPDX-License-Identifier: Apache-2.0
// JSON as encoding/json takes it, checked and written in one pass without recursion.
#include "stdlib/processor/redaction/query.h"

#include <vector>

namespace whittle::redaction {

namespace {

constexpr size_t kMaxDepth = 10'000;

class Reader {
public:
  Reader(Writer& out, Text text) : out_(out), text_(text) {}

  bool run() {
    if (!value()) return false;
    while (!open_.empty()) {
      spaces();
      if (at_ >= text_.size()) return false;
      const bool object = open_.back() == '}';
      if (text_[at_] == open_.back()) {
        out_.byte(static_cast<uint8_t>(text_[at_++]));
        open_.pop_back();
        first_ = false;
        continue;
      }
      if (!first_ && !take(',')) return false;
      first_ = false;
      spaces();
      if (object && (!key() || !take(':'))) return false;
      if (!value()) return false;
    }
    spaces();
    return at_ == text_.size();
  }

private:
  void spaces() {
    while (at_ < text_.size() && Text(" \t\r\n").contains(text_[at_])) ++at_;
  }
  bool take(char c) {
    spaces();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    out_.byte(static_cast<uint8_t>(c));
    return true;
  }
  bool key() {
    const size_t begin = at_;
    if (!string()) return false;
    out_.append(text_.substr(begin, at_ - begin));
    return true;
  }

  // A scalar, or the beginning of what holds others.
  bool value() {
    spaces();
    if (at_ >= text_.size()) return false;
    const char c = text_[at_];
    if (c == '{' || c == '[') {
      if (open_.size() >= kMaxDepth) return false;
      open_.push_back(c == '{' ? '}' : ']');
      out_.byte(static_cast<uint8_t>(c));
      ++at_;
      first_ = true;
      return true;
    }
    out_.append(Text("\"?\""));
    first_ = false;
    if (c == '"') return string();
    if (c == '-' || digit()) return number();
    return word("true") || word("false") || word("null");
  }

  bool word(Text w) {
    if (!text_.substr(at_).starts_with(w)) return false;
    at_ += w.size();
    return true;
  }
  bool digit() const { return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; }
  bool digits() {
    if (!digit()) return false;
    while (digit()) ++at_;
    return true;
  }
  bool number() {
    word("-");
    if (!word("0") && !digits()) return false;
    if (word(".") && !digits()) return false;
    if (!word("e") && !word("E")) return true;
    if (!word("+")) word("-");
    return digits();
  }
  bool string() {
    if (!word("\"")) return false;
    for (; at_ < text_.size(); ++at_) {
      const auto c = static_cast<uint8_t>(text_[at_]);
      if (c == '"') return ++at_, true;
      if (c < 0x20) return false;
      if (c != '\\') continue;
      if (++at_ >= text_.size()) return false;
      if (text_[at_] == 'u') {
        for (int i = 0; i < 4; ++i) {
          if (++at_ >= text_.size() || !Text("0123456789abcdefABCDEF").contains(text_[at_])) return false;
        }
      } else if (!Text("\"\\/bfnrt").contains(text_[at_])) {
        return false;
      }
    }
    return false;
  }

  Writer& out_;
  Text text_;
  size_t at_ = 0;
  bool first_ = false;
  std::vector<char> open_;  // what closes them
};

}  // namespace

bool append_anonymous_json(Writer& out, Text json) {
  return Reader(out, json).run();
}

}  // namespace whittle::redaction
