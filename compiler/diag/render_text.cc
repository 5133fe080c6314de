// SPDX-License-Identifier: Apache-2.0
// Diagnostics for people:
//
//   error[E0301]: unknown exporter `awsxry`
//     --> collector.yaml:31:3
//      |
//   31 |   awsxry:
//      |   ^^^^^^ no such exporter
//      |
//      = help: did you mean `awsxray`?
//
// Lines that are too long for a terminal are cut around the marked part; what cannot be shown is replaced.
#include "compiler/diag/render_parts.h"

#include <algorithm>
#include <cstddef>
#include <map>

namespace whittle::diag {

namespace {

constexpr size_t kLongest = 4096;  // bytes of a source line that are looked at
constexpr size_t kWidest = 160;    // code points of a source line that are shown

struct Palette {
  const char *error, *warning, *note, *place, *bold, *reset;
};
constexpr Palette kPlain = {"", "", "", "", "", ""};
constexpr Palette kColours = {"\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m", "\x1b[1;34m", "\x1b[1m", "\x1b[0m"};

// One code point of a line as it is shown.
struct Cell {
  std::string text;
  size_t width = 1;
  uint32_t offset = 0;  // in the file
};

bool is_wide(uint32_t c) {
  return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
         (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

bool is_combining(uint32_t c) {
  return (c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) || (c >= 0x20d0 && c <= 0x20ff) ||
         (c >= 0xfe00 && c <= 0xfe0f);
}

std::vector<Cell> cells_of(std::string_view line, uint32_t offset) {
  std::vector<Cell> out;
  for (size_t i = 0; i < line.size();) {
    auto c = static_cast<unsigned char>(line[i]);
    size_t length = c < 0x80 ? 1 : (c & 0xe0) == 0xc0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : (c & 0xf8) == 0xf0 ? 4 : 1;
    if (i + length > line.size()) length = 1;
    Cell cell;
    cell.offset = offset + static_cast<uint32_t>(i);
    if (c == '\t') {
      cell.text = "    ";
      cell.width = 4;
    } else if (c < 0x20 || c == 0x7f || (c >= 0x80 && length == 1)) {
      cell.text = "\xef\xbf\xbd";
    } else {
      cell.text = line.substr(i, length);
      if (length > 1) {
        uint32_t code = c & (0xff >> (length + 1));
        for (size_t k = 1; k < length; ++k) code = code << 6 | (static_cast<unsigned char>(line[i + k]) & 0x3f);
        if (code >= 0x80 && code < 0xa0) cell.text = "\xef\xbf\xbd";
        if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069))
          cell.text = "\xef\xbf\xbd";  // would reorder the line
        cell.width = is_wide(code) ? 2 : is_combining(code) ? 0 : 1;
      }
    }
    out.push_back(std::move(cell));
    i += length;
  }
  return out;
}

// What a terminal would obey is replaced; line ends stay.
std::string clean(std::string_view text) {
  std::string out;
  size_t from = 0;
  while (true) {
    size_t end = text.find('\n', from);
    for (const Cell& c : cells_of(text.substr(from, end - from), 0)) out += c.text;
    if (end == std::string_view::npos) return out;
    out += '\n';
    from = end + 1;
  }
}

struct Mark {
  uint32_t begin, end;
  bool primary;
  std::string_view text;
};

class Snippet {
public:
  Snippet(std::string& out, const source::Sources& sources, const Palette& p, const char* colour, size_t gutter)
      : out_(out), sources_(sources), p_(p), colour_(colour), gutter_(gutter) {}

  void bar(std::string_view rest = "") {
    out_ += std::string(gutter_ + 1, ' ');
    out_ += p_.place;
    out_ += "|";
    out_ += p_.reset;
    out_ += rest;
    out_ += '\n';
  }

  void lines(source::FileId file, std::map<uint32_t, std::vector<Mark>>& marks) {
    uint32_t last = 0;
    for (auto& [number, on_line] : marks) {
      if (last != 0 && number > last + 1) out_ += std::string(p_.place) + "..." + p_.reset + "\n";
      line(file, number, on_line);
      last = number;
    }
  }

private:
  // What is shown of a line: all of it, or the part around the mark.
  struct Shown {
    std::vector<Cell> cells;
    bool cut_left = false, cut_right = false;

    size_t column(uint32_t offset) const {
      size_t width = cut_left ? 3 : 0;
      for (const Cell& c : cells) {
        if (c.offset >= offset) break;
        width += c.width;
      }
      return width;
    }
  };

  static Shown shown_of(const source::File& f, uint32_t number, const std::vector<Mark>& marks) {
    Shown out;
    std::string_view shown = f.line(number);
    if (shown.size() > kLongest) {  // a file on one line: take the part around the mark before looking closer
      auto main = std::find_if(marks.begin(), marks.end(), [](const Mark& m) { return m.primary; });
      size_t at = (main == marks.end() ? marks[0] : *main).begin - static_cast<size_t>(shown.data() - f.text.data());
      size_t from = at > kLongest / 2 ? at - kLongest / 2 : 0;
      while (from > 0 && (static_cast<unsigned char>(shown[from]) & 0xc0) == 0x80) --from;
      size_t to = std::min(from + kLongest, shown.size());
      while (to < shown.size() && (static_cast<unsigned char>(shown[to]) & 0xc0) == 0x80) ++to;
      out.cut_left = from > 0;
      out.cut_right = to < shown.size();
      shown = shown.substr(from, to - from);
    }
    out.cells = cells_of(shown, static_cast<uint32_t>(shown.data() - f.text.data()));
    if (out.cells.size() > kWidest) cut_to_width(out, marks);
    return out;
  }

  static void cut_to_width(Shown& shown, const std::vector<Mark>& marks) {
    std::vector<Cell>& cells = shown.cells;
    size_t at = 0;
    for (const Mark& m : marks) {
      if (!m.primary && marks.size() > 1) continue;
      while (at < cells.size() && cells[at].offset < m.begin) ++at;
      break;
    }
    size_t first = at > kWidest / 3 ? at - kWidest / 3 : 0;
    first = std::min(first, cells.size() - kWidest);
    shown.cut_left = shown.cut_left || first > 0;
    shown.cut_right = shown.cut_right || first + kWidest < cells.size();
    cells.resize(first + kWidest);
    cells.erase(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(first));
  }

  void line(source::FileId file, uint32_t number, std::vector<Mark>& marks) {
    std::sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.begin < b.begin; });
    const Shown shown = shown_of(sources_.at(file), number, marks);
    std::string text = std::to_string(number);
    out_ += p_.place;
    out_ += text + std::string(gutter_ - text.size(), ' ') + " |" + p_.reset + " ";
    if (shown.cut_left) out_ += "...";
    for (const Cell& c : shown.cells) out_ += c.text;
    if (shown.cut_right) out_ += "...";
    while (!out_.empty() && out_.back() == ' ') out_.pop_back();
    out_ += '\n';

    // One row of underlines; the words of the last mark follow it, those of the others hang below.
    std::string row = underlines(shown, marks);
    const Mark& last = marks.back();
    if (!last.text.empty()) row += std::string(" ") + (last.primary ? colour_ : p_.place) + clean(last.text) + p_.reset;
    bar(" " + row);
    for (size_t n = marks.size() - 1; n-- > 0;) {
      if (marks[n].text.empty()) continue;
      std::string below;
      for (size_t i = 0; i < n; ++i) {
        size_t at = shown.column(marks[i].begin);
        if (!marks[i].text.empty() && at >= below.size()) below += std::string(at - below.size(), ' ') + "|";
      }
      size_t at = shown.column(marks[n].begin);
      if (at > below.size()) below += std::string(at - below.size(), ' ');
      bar(" " + below + (marks[n].primary ? colour_ : p_.place) + clean(marks[n].text) + p_.reset);
    }
  }

  std::string underlines(const Shown& shown, const std::vector<Mark>& marks) const {
    std::vector<char> kinds;
    for (const Mark& m : marks) {
      size_t from = shown.column(m.begin), to = std::max(shown.column(m.end), from + 1);
      if (kinds.size() < to) kinds.resize(to, ' ');
      for (size_t i = from; i < to; ++i) {
        if (m.primary || kinds[i] == ' ') kinds[i] = m.primary ? '^' : '-';
      }
    }
    std::string row;
    char current = ' ';
    for (char k : kinds) {
      if (k != current) {
        if (current != ' ') row += p_.reset;
        if (k != ' ') row += k == '^' ? colour_ : p_.place;
        current = k;
      }
      row += k;
    }
    if (current != ' ') row += p_.reset;
    return row;
  }

  std::string& out_;
  const source::Sources& sources_;
  const Palette& p_;
  const char* colour_;
  size_t gutter_;
};

void one(std::string& out, const Diagnostic& d, const source::Sources& sources, const Palette& p) {
  const char* colour = d.severity == Severity::Error ? p.error : d.severity == Severity::Warning ? p.warning : p.note;
  out += colour + std::string(severity_name(d.severity)) + "[" + d.code + "]" + p.reset + p.bold + ": " +
         clean(d.message) + p.reset + "\n";

  std::map<source::FileId, std::map<uint32_t, std::vector<Mark>>> files;
  uint32_t largest = 1;
  auto mark = [&](source::Span span, bool primary, std::string_view text) {
    if (!span) return;
    source::Location at = sources.locate(span.file, span.begin);
    largest = std::max(largest, at.line);
    files[span.file][at.line].push_back({span.begin, span.end, primary, text});
  };
  mark(d.span, true, d.label);
  for (const Label& l : d.labels) mark(l.span, false, l.text);

  size_t gutter = std::to_string(largest).size();
  Snippet snippet(out, sources, p, colour, gutter);
  bool first = true;
  auto show = [&](source::FileId file, source::Span at) {
    out += std::string(gutter, ' ') + p.place + (first ? "--> " : "::: ") + p.reset + sources.place(at) + "\n";
    snippet.bar();
    snippet.lines(file, files[file]);
    first = false;
  };
  if (d.span) show(d.span.file, d.span);
  for (const Label& l : d.labels) {
    if (l.span.file == d.span.file || files.count(l.span.file) == 0) continue;
    show(l.span.file, l.span);
    files.erase(l.span.file);
  }
  if (!first && (!d.notes.empty() || !d.helps.empty())) snippet.bar();
  auto remark = [&](std::string_view kind, const std::string& text) {
    std::string indent = "\n" + std::string(gutter + 1 + 4 + kind.size(), ' ');
    std::string lines;
    for (char c : text) lines += c == '\n' ? indent : std::string(1, c);
    out += std::string(gutter + 1, ' ') + p.place + "= " + p.reset + p.bold + std::string(kind) + p.reset + ": " +
           lines + "\n";
  };
  for (const std::string& n : d.notes) remark("note", clean(n));
  for (const std::string& h : d.helps) remark("help", clean(h));
  out += '\n';
}

}  // namespace

std::string counted(size_t n, const char* what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

std::string summary(std::span<const Findings> findings) {
  if (findings.size() < 2) return "";
  size_t bad = 0, odd = 0;
  for (const Findings& f : findings) {
    if (f.diagnostics->has_errors()) ++bad;
    else if (f.diagnostics->count(Severity::Warning) != 0) ++odd;
  }
  std::string out = counted(findings.size(), "config") + " checked: ";
  if (bad + odd == 0) return out + "all are fine\n";
  if (bad != 0) out += std::to_string(bad) + " with errors";
  if (bad != 0 && odd != 0) out += ", ";
  if (odd != 0) out += std::to_string(odd) + " with warnings only";
  return out + "\n";
}

std::string render_text(std::span<const Findings> findings, const RenderOptions& options) {
  const Palette& p = options.colours ? kColours : kPlain;
  std::string out;
  size_t shown = 0, errors = 0, warnings = 0, notes = 0;
  for (const Findings& f : findings) {
    for (const Diagnostic& d : f.diagnostics->all()) {
      if (shown == options.most) break;
      one(out, d, *f.sources, p);
      ++shown;
    }
    errors += f.diagnostics->count(Severity::Error);
    warnings += f.diagnostics->count(Severity::Warning);
    notes += f.diagnostics->count(Severity::Note);
  }
  if (shown < errors + warnings + notes)
    out += "... and " + std::to_string(errors + warnings + notes - shown) + " more, not shown\n\n";
  if (errors + warnings != 0) {
    const char* colour = errors != 0 ? p.error : p.warning;
    out += std::string(colour) + (errors != 0 ? "error" : "warning") + p.reset + p.bold + ": ";
    if (errors != 0) out += counted(errors, "error");
    if (errors != 0 && warnings != 0) out += " and ";
    if (warnings != 0) out += counted(warnings, "warning");
    out += std::string(p.reset) + "\n";
  }
  return out + summary(findings);
}

}  // namespace whittle::diag
