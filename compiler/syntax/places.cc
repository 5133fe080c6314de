// SPDX-License-Identifier: Apache-2.0
// The scalar is read once more, byte by byte, and for each byte of its text remembers where it came from. Only what has
// a mistake in it is read twice, so that trees need not carry the offsets.
#include "compiler/syntax/places.h"

#include <algorithm>
#include <string>
#include <vector>

namespace whittle::syntax {

namespace {

using source::Span;

// A text and, for each byte of it, the bytes of the file that it stands for.
struct Traced {
  std::string text;
  std::vector<uint32_t> begins, ends;

  void add(char c, size_t begin, size_t end) {
    text += c;
    begins.push_back(static_cast<uint32_t>(begin));
    ends.push_back(static_cast<uint32_t>(end));
  }
  void add(std::string_view s, size_t begin, size_t end) {
    for (char c : s) add(c, begin, end);
  }
  void drop(size_t n) {
    text.resize(text.size() - n);
    begins.resize(text.size());
    ends.resize(text.size());
  }
};

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

class Reader {
public:
  // Reads file[begin, end), without quotes.
  Reader(std::string_view file, size_t begin, size_t end) : file_(file), at_(begin), end_(end) {}

  Traced plain() {
    Traced out;
    while (at_ < end_) {
      if (is_break()) fold(out);
      else keep(out);
    }
    return out;
  }

  Traced single_quoted() {
    Traced out;
    while (at_ < end_) {
      if (is_break()) {
        fold(out);
      } else if (here() == '\'' && here(1) == '\'') {
        out.add('\'', at_, at_ + 2);
        at_ += 2;
      } else {
        keep(out);
      }
    }
    return out;
  }

  Traced double_quoted() {
    Traced out;
    size_t kept = 0;  // bytes of `out` that folding must not trim: escaped blanks
    while (at_ < end_) {
      if (is_break()) {
        fold(out, kept);
      } else if (here() == '\\') {
        escape(out);
        kept = out.text.size();
      } else {
        keep(out);
      }
    }
    return out;
  }

  // Block scalars, whose lines are indented by `indent`.
  Traced literal(size_t indent) {
    Traced out;
    while (at_ < end_) {
      for (size_t i = 0; i < indent && here() == ' '; ++i) ++at_;
      while (at_ < end_ && !is_break()) keep(out);
      if (at_ < end_) take_break(out);
    }
    return out;
  }

  Traced folded(size_t indent) {
    Traced out;
    bool first = true, before_indented = false;
    std::vector<std::pair<size_t, size_t>> breaks;
    while (at_ < end_) {
      for (size_t i = 0; i < indent && here() == ' '; ++i) ++at_;
      if (is_break()) {
        breaks.push_back(skip_break());
        continue;
      }
      bool indented = is_blank(here());
      if (!breaks.empty()) {
        // One break between lines of text is a blank; next to indented lines, and among several, it stays one.
        bool stays = first || indented || before_indented;
        if (!stays && breaks.size() == 1) out.add(' ', breaks[0].first, breaks[0].second);
        for (size_t i = stays ? 0 : 1; i < breaks.size(); ++i) out.add('\n', breaks[i].first, breaks[i].second);
        breaks.clear();
      }
      while (at_ < end_ && !is_break()) keep(out);
      if (at_ < end_) breaks.push_back(skip_break());
      first = false;
      before_indented = indented;
    }
    return out;
  }

private:
  char here(size_t n = 0) const { return at_ + n < end_ ? file_[at_ + n] : '\0'; }
  bool is_break() const { return here() == '\n' || here() == '\r'; }
  void keep(Traced& out) {
    out.add(file_[at_], at_, at_ + 1);
    ++at_;
  }
  std::pair<size_t, size_t> skip_break() {
    size_t begin = at_;
    at_ += here() == '\r' && here(1) == '\n' ? 2 : 1;
    return {begin, at_};
  }
  void take_break(Traced& out) {
    auto [begin, end] = skip_break();
    out.add('\n', begin, end);
  }

  // A line break and the blanks around it: a blank, or as many breaks as there are empty lines.
  void fold(Traced& out, size_t kept = 0) {
    size_t blanks = 0;
    while (out.text.size() - blanks > kept && is_blank(out.text[out.text.size() - blanks - 1])) ++blanks;
    out.drop(blanks);
    std::vector<std::pair<size_t, size_t>> breaks;
    while (at_ < end_ && (is_break() || is_blank(here()))) {
      if (is_break()) breaks.push_back(skip_break());
      else ++at_;
    }
    if (breaks.size() == 1) out.add(' ', breaks[0].first, breaks[0].second);
    for (size_t i = 1; i < breaks.size(); ++i) out.add('\n', breaks[i].first, breaks[i].second);
  }

  void escape(Traced& out) {
    size_t begin = at_++;
    char c = here();
    if (is_break()) {
      skip_break();
      while (is_blank(here())) ++at_;
      return;
    }
    ++at_;
    static constexpr std::string_view kLetters = "0abt\tnvfre \"/\\";
    static constexpr std::string_view kMeanings("\0\a\b\t\t\n\v\f\r\x1b \"/\\", 14);
    if (size_t k = kLetters.find(c); k != std::string_view::npos) {
      out.add(kMeanings[k], begin, at_);
      return;
    }
    uint32_t code = 0;
    int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    for (int i = 0; i < digits && at_ < end_; ++i, ++at_) {
      char h = here();
      uint32_t digit =
          h >= '0' && h <= '9' ? static_cast<uint32_t>(h - '0') : static_cast<uint32_t>((h | 0x20) - 'a' + 10);
      code = code * 16 + (digit & 15);
    }
    if (c == 'N') code = 0x85;
    else if (c == '_') code = 0xa0;
    else if (c == 'L') code = 0x2028;
    else if (c == 'P') code = 0x2029;
    std::string utf8;
    if (code < 0x80) {
      utf8 += static_cast<char>(code);
    } else if (code < 0x800) {
      utf8 += static_cast<char>(0xc0 | code >> 6);
      utf8 += static_cast<char>(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      utf8 += static_cast<char>(0xe0 | code >> 12);
      utf8 += static_cast<char>(0x80 | (code >> 6 & 0x3f));
      utf8 += static_cast<char>(0x80 | (code & 0x3f));
    } else {
      utf8 += static_cast<char>(0xf0 | code >> 18);
      utf8 += static_cast<char>(0x80 | (code >> 12 & 0x3f));
      utf8 += static_cast<char>(0x80 | (code >> 6 & 0x3f));
      utf8 += static_cast<char>(0x80 | (code & 0x3f));
    }
    out.add(utf8, begin, at_);
  }

  std::string_view file_;
  size_t at_, end_;
};

std::string_view without_breaks(std::string_view s) {
  while (!s.empty() && (s.back() == '\n' || s.back() == ' ')) s.remove_suffix(1);
  return s;
}

Traced without_escaped_dollars(const Traced& t) {
  Traced out;
  for (size_t i = 0; i < t.text.size(); ++i) {
    bool pair = t.text[i] == '$' && i + 1 < t.text.size() && t.text[i + 1] == '$';
    out.add(t.text[i], t.begins[i], t.ends[pair ? i + 1 : i]);
    if (pair) ++i;
  }
  return out;
}

// Whether `t` is what `text` says, trailing line breaks aside. Of escaped dollars it becomes single ones if need be.
bool agrees(Traced& t, std::string_view text) {
  std::string_view wanted = without_breaks(text);
  if (without_breaks(t.text) == wanted) return true;
  if (t.text.find("$$") == std::string::npos) return false;
  Traced single = without_escaped_dollars(t);
  if (without_breaks(single.text) != wanted) return false;
  t = std::move(single);
  return true;
}

}  // namespace

Span place_within(const source::Sources& sources, Span scalar, std::string_view text, size_t begin, size_t end) {
  if (!scalar) return scalar;
  std::string_view file = sources.at(scalar.file).text;
  size_t first = scalar.begin, last = std::min<size_t>(scalar.end, file.size());
  std::vector<Traced> readings;
  auto try_quoted = [&](char quote) {
    size_t b = first, e = last;
    if (b < e && file[b] == quote) ++b;
    else if (b == 0 || file[b - 1] != quote) return;
    if (e > b && file[e - 1] == quote && (e >= file.size() || file[e] != quote)) --e;
    Reader r(file, b, e);
    readings.push_back(quote == '"' ? r.double_quoted() : r.single_quoted());
  };
  try_quoted('"');
  try_quoted('\'');
  readings.push_back(Reader(file, first, last).plain());
  // A block begins at its first line of text, at its header, or at the line's indentation.
  size_t block = first;
  if (block < last && (file[block] == '|' || file[block] == '>')) {
    while (block < last && file[block] != '\n') ++block;
    if (block < last) ++block;
  }
  size_t line = file.rfind('\n', block == 0 ? 0 : block - 1);
  line = line == std::string_view::npos ? 0 : line + 1;
  if (block > 0 && file[block - 1] == '\n') line = block;
  size_t indent = 0;
  for (size_t i = line; i < last; ++i) {
    if (file[i] == '\n') indent = 0;
    else if (file[i] == ' ') ++indent;
    else break;
  }
  for (size_t n = indent + 1; n-- > 0 && indent - n < 8;) {
    readings.push_back(Reader(file, line, last).literal(n));
    readings.push_back(Reader(file, line, last).folded(n));
  }
  for (Traced& t : readings) {
    if (!agrees(t, text)) continue;
    size_t size = t.text.size();
    begin = std::min(begin, size);
    end = std::min(std::max(end, begin), size);
    uint32_t behind = size == 0 ? static_cast<uint32_t>(first) : t.ends[size - 1];
    Span out{scalar.file, begin < size ? t.begins[begin] : behind, behind};
    if (end > begin) out.end = t.ends[end - 1];
    else out.end = out.begin;
    return out;
  }
  return scalar;
}

}  // namespace whittle::syntax
