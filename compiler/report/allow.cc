// SPDX-License-Identifier: Apache-2.0
#include "compiler/report/allow.h"

#include "compiler/diag/catalog.h"

#include <algorithm>

namespace whittle::report {

using diag::Diag;
using source::Span;

namespace {

constexpr Diag<std::string_view> kNotNeeded{"W1350", "nothing here is {}, so it need not be allowed"};
constexpr Diag<std::string_view> kNoCode{"W1351", "there is no code `{}`"};
constexpr Diag<std::string_view> kError{"W1351", "{} is an error, which cannot be allowed"};
constexpr Diag<std::string_view> kNoReason{"W1351", "{} is allowed without a reason"};
constexpr Diag<std::string_view> kNoPath{"W1351", "{} is allowed without a file"};
constexpr Diag<std::string_view, std::string_view> kCannotRead{"E1352", "cannot read `{}`: {}"};

struct Allowance {
  std::string code;
  Span span;          // of the code
  std::string path;   // of lines in a file of their own; empty: the comment's file
  uint32_t line = 0;  // 0: the whole file
  bool used = false;
};

std::string_view take_word(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  size_t end = std::min(text.find_first_of(" \t\r"), text.size());
  std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

bool is_blank_or_comment(std::string_view line) {
  size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || line[first] == '#';
}

// Whether the code and what stands behind it will do.
bool good(const std::string& code, Span span, std::string_view rest, diag::Diagnostics& diags) {
  const diag::Explanation* e = diag::explain(code);
  if (e == nullptr || code != e->code) {
    diags.emit(kNoCode, span, code).help("`whittle explain` lists them");
    return false;
  }
  if (code[0] == 'E') {
    diags.emit(kError, span, code).note("only warnings and notes can");
    return false;
  }
  if (take_word(rest).empty()) {
    diags.emit(kNoReason, span, code).help("say behind it why: whoever reads it next will want to know");
    return false;
  }
  return true;
}

// Comments of a file. JSON has none.
void comments(source::FileId file, const source::Sources& sources, std::vector<Allowance>& out,
              diag::Diagnostics& diags) {
  const source::File& f = sources.at(file);
  size_t first = f.text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || f.text[first] == '{' || f.text[first] == '[') return;
  constexpr std::string_view kMark = "whittle:";
  for (size_t at = f.text.find(kMark); at != std::string::npos; at = f.text.find(kMark, at + 1)) {
    uint32_t line = sources.locate(file, static_cast<uint32_t>(at)).line;
    std::string_view text = f.line(line);
    size_t begin = f.line_starts[line - 1];
    std::string_view before = text.substr(0, at - begin);
    size_t hash = before.find_last_not_of(" \t");
    if (hash == std::string_view::npos || before[hash] != '#') continue;
    std::string_view rest = text.substr(at - begin + kMark.size());
    std::string_view verb = take_word(rest);
    if (verb != "allow" && verb != "allow-file") continue;
    std::string code(take_word(rest));
    auto from = static_cast<uint32_t>(begin + (text.size() - rest.size()) - code.size());
    Allowance a{code, {file, from, from + static_cast<uint32_t>(code.size())}};
    if (!good(code, a.span, rest, diags)) continue;
    if (verb == "allow") {
      a.line = line;
      if (before.find_first_not_of(" \t") == hash) {  // alone: the next line with something on it
        do ++a.line;
        while (a.line <= f.line_starts.size() && is_blank_or_comment(f.line(a.line)));
      }
    }
    out.push_back(std::move(a));
  }
}

void lines_of(source::FileId file, const source::Sources& sources, std::vector<Allowance>& out,
              diag::Diagnostics& diags) {
  const source::File& f = sources.at(file);
  for (uint32_t line = 1; line <= f.line_starts.size(); ++line) {
    std::string_view text = f.line(line);
    if (is_blank_or_comment(text)) continue;
    std::string_view rest = text;
    std::string code(take_word(rest));
    auto from = static_cast<uint32_t>(f.line_starts[line - 1] + (text.size() - rest.size()) - code.size());
    Allowance a{code, {file, from, from + static_cast<uint32_t>(code.size())}};
    a.path = take_word(rest);
    if (a.path.empty()) diags.emit(kNoPath, a.span, code).help("a line is `{} PATH reason`", code);
    else if (good(code, a.span, rest, diags)) out.push_back(std::move(a));
  }
}

// Whether findings of this code could have come up: those of tasks and roles do only where some were checked.
bool could_be(const std::string& code, const AllowOptions& options) {
  return options.deployed || !diag::explain(code)->deployed;
}

void tell_unneeded(const std::vector<Allowance>& all, const AllowOptions& options, diag::Diagnostics& diags) {
  for (const Allowance& a : all) {
    if (!a.used && could_be(a.code, options)) diags.emit(kNotNeeded, a.span, a.code).here("leave it out");
  }
}

}  // namespace

void apply_allowances(std::vector<check::CheckResult>& results, const AllowOptions& options) {
  if (results.empty()) return;
  check::CheckResult& first = results.front();  // what is said of the file of allowances stands with the first config
  std::vector<Allowance> global;
  if (!options.file.empty()) {
    if (!first.sources) first.sources = std::make_unique<source::Sources>();
    std::string text;
    uint64_t size = 0;
    source::ReadError error = source::read_file(options.file, text, size);
    if (error != source::ReadError::None) {
      first.diagnostics.emit(kCannotRead, {}, options.file, source::words_of(error));
      first.could_not_run = true;
    } else {
      lines_of(first.sources->add(options.file, std::move(text)), *first.sources, global, first.diagnostics);
    }
  }
  for (check::CheckResult& r : results) {
    if (!r.sources) continue;
    std::vector<Allowance> local;
    for (source::FileId i = 0; i < r.sources->size(); ++i) comments(i, *r.sources, local, r.diagnostics);
    r.diagnostics.remove([&](const diag::Diagnostic& d) {
      if (d.severity == diag::Severity::Error || !d.span) return false;
      uint32_t line = r.sources->locate(d.span.file, d.span.begin).line;
      bool allowed = false;
      for (Allowance& a : local) {
        if (a.code != d.code || a.span.file != d.span.file || (a.line != 0 && a.line != line)) continue;
        a.used = allowed = true;
      }
      for (Allowance& a : global) {
        if (a.code != d.code || (a.path != "*" && a.path != r.sources->at(d.span.file).name)) continue;
        a.used = allowed = true;
      }
      return allowed;
    });
    tell_unneeded(local, options, r.diagnostics);
  }
  tell_unneeded(global, options, first.diagnostics);
}

}  // namespace whittle::report
