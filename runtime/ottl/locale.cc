// SPDX-License-Identifier: Apache-2.0
// Times with names of other languages. The layout says where they stand; what stands between them is passed on.
#include "runtime/base/utf8.h"
#include "runtime/ottl/cases.h"
#include "runtime/ottl/sequence.h"
#include "runtime/ottl/time_layout.h"

namespace whittle::ottl {

namespace {

// The lists of a locale, by line, and the English ones.
enum List : uint32_t { kShortDays, kDays, kShortMonths, kMonths, kHalves };
constexpr Text kEnglish = "Sun|Mon|Tue|Wed|Thu|Fri|Sat\n"
                          "Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday\n"
                          "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec\n"
                          "January|February|March|April|May|June|July|August|September|October|November|December\n"
                          "AM|PM";

Text line_of(Text lists, uint32_t n) {
  for (; n > 0; --n) lists = lists.substr(lists.find('\n') + 1);
  return lists.substr(0, lists.find('\n'));
}
// The first name of a list, which is taken off it.
Text take_name(Text& list) {
  const size_t bar = list.find('|');
  const Text name = list.substr(0, bar);
  list = bar == Text::npos ? Text() : list.substr(bar + 1);
  return name;
}

// A byte as Go's package unicode has it, by itself.
bool is_space(char c) {
  const auto u = static_cast<uint8_t>(c);
  return u == ' ' || (u >= 9 && u <= 13) || u == 0x85 || u == 0xA0;
}
bool is_digit(Text t, size_t i) {
  return i < t.size() && t[i] >= '0' && t[i] <= '9';
}
bool is_small(Text t) {
  return !t.empty() && t[0] >= 'a' && t[0] <= 'z';
}

bool same_letters(Text a, Text b) {
  if (a == b) return true;
  Writer x, y;
  to_lower(x, a);
  to_lower(y, b);
  return x.text() == y.text();
}

class Translator {
public:
  Translator(Writer& out, Text layout, Text value, Text locale)
      : out_(out), layout_(layout), value_(value), locale_(locale) {}

  bool run(Text& misfit) {
    while (at_ < layout_.size()) {
      bool written = false;
      if (!element(written)) return misfit = misfit_, false;
      if (written) continue;
      ++at_;
      if (value_.empty()) continue;
      // A byte is taken for a character, and counts as long as that.
      const auto c = static_cast<uint8_t>(value_[0]);
      append_code_point(out_, c);
      value_.remove_prefix(c < 0x80 || value_.size() < 2 ? 1 : 2);
    }
    out_.append(value_);
    return true;
  }

private:
  bool ahead(Text t) const { return layout_.substr(at_).starts_with(t); }

  // What the layout has here, if it is of interest.
  bool element(bool& written) {
    switch (layout_[at_]) {
    case 'J':
      if (ahead("January")) return name("January", kMonths, written);
      if (ahead("Jan") && !is_small(layout_.substr(at_ + 3))) return name("Jan", kShortMonths, written);
      return true;
    case 'M':
      if (ahead("Monday")) return name("Monday", kDays, written);
      if (ahead("Mon") && !is_small(layout_.substr(at_ + 3))) return name("Mon", kShortDays, written);
      return true;
    case 'P':
    case 'p':
      if (at_ + 1 >= layout_.size() || (layout_[at_ + 1] | 0x20) != 'm') return true;
      return name(layout_[at_] == 'P' ? Text("PM") : Text("pm"), kHalves, written);
    case '_':
      for (const Text e : {Text("_2006"), Text("_2"), Text("__2")}) {
        if (!ahead(e)) continue;
        if (value_.size() < e.size()) return true;
        return padded(e, written);
      }
      return true;
    case '3':
    case '4':
    case '5': return at_ == 0 || layout_[at_ - 1] != '0' ? digits(written) : true;
    default: return true;
    }
  }

  bool misfit(Text element) {
    misfit_ = element;
    return false;
  }
  void take(size_t n) {
    out_.append(value_.substr(0, n));
    value_.remove_prefix(n);
  }
  size_t spaces() const {
    size_t n = 0;
    while (n < value_.size() && is_space(value_[n])) ++n;
    return n;
  }
  void put_spaces(size_t n) {
    value_.remove_prefix(n);
    for (; n > 0; --n) out_.byte(' ');
  }

  bool name(Text element, List list, bool& written) {
    Text names = line_of(locale_, list), english = line_of(kEnglish, list);
    if (names.empty()) return misfit({});
    const size_t white = spaces();
    const Text rest = value_.substr(white);
    Text found, matched;
    while (!names.empty() || !english.empty()) {
      const Text here = take_name(names), there = take_name(english);
      if (!found.empty() && here.size() <= matched.size()) continue;
      if (rest.empty() || here.size() > rest.size()) continue;
      const Text candidate = rest.substr(0, here.size());
      if (same_letters(candidate, here)) found = there, matched = candidate;
    }
    if (found.empty()) return misfit(element);
    put_spaces(white);
    value_.remove_prefix(matched.size());
    for (const char c : found) out_.byte(static_cast<uint8_t>(element == "pm" ? c | 0x20 : c));
    at_ += element.size();
    return written = true;
  }

  // At most as much as the element is long, up to the next space.
  bool padded(Text element, bool& written) {
    const size_t white = spaces();
    if (white == value_.size()) return misfit(element);
    put_spaces(white);
    size_t n = 0;
    while (n < value_.size() && n < element.size() && !is_space(value_[n])) ++n;
    take(n);
    at_ += element.size();
    return written = true;
  }

  bool digits(bool& written) {
    const size_t white = spaces();
    if (!is_digit(value_, white)) return misfit(layout_.substr(at_, 1));
    put_spaces(white);
    take(is_digit(value_, 1) ? 2 : 1);
    ++at_;
    return written = true;
  }

  Writer& out_;
  Text layout_, value_, locale_;
  size_t at_ = 0;
  Text misfit_;
};

bool translate(Writer& out, Text layout, Text value, Text locale, Text& misfit) {
  return Translator(out, layout, value, locale).run(misfit);
}

}  // namespace

// The names of a language, to be used by the function that is called next.
extern "C" bool rt_locale(Run*, const Value* args, Value* out) {
  translate_time = translate;
  *out = args[0];
  return true;
}

}  // namespace whittle::ottl
