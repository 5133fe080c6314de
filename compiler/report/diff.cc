// SPDX-License-Identifier: Apache-2.0
// A longest common subsequence of lines, and hunks with three lines around each change. The texts are policies, so the
// table of their lines is small; texts with too many lines become one hunk.
#include "compiler/report/diff.h"

#include <algorithm>
#include <vector>

namespace whittle::report {

namespace {

constexpr size_t kContext = 3;
constexpr size_t kMostCells = 4'000'000;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

struct Line {
  char mark;  // ' ', '-' or '+'
  std::string_view text;
};

std::vector<Line> compare(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  std::vector<Line> out;
  if ((a.size() + 1) * (b.size() + 1) > kMostCells) {
    for (auto l : a) out.push_back({'-', l});
    for (auto l : b) out.push_back({'+', l});
    return out;
  }
  size_t width = b.size() + 1;
  std::vector<uint32_t> common((a.size() + 1) * width);  // of what follows both places
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t k = b.size(); k-- > 0;)
      common[i * width + k] = a[i] == b[k] ? common[(i + 1) * width + k + 1] + 1
                                           : std::max(common[(i + 1) * width + k], common[i * width + k + 1]);
  }
  size_t i = 0, k = 0;
  while (i < a.size() || k < b.size()) {
    if (i < a.size() && k < b.size() && a[i] == b[k]) {
      out.push_back({' ', a[i++]});
      ++k;
    } else if (i < a.size() && (k == b.size() || common[(i + 1) * width + k] >= common[i * width + k + 1])) {
      out.push_back({'-', a[i++]});
    } else {
      out.push_back({'+', b[k++]});
    }
  }
  return out;
}

}  // namespace

std::string unified_diff(std::string_view name, std::string_view before, std::string_view after) {
  if (before == after) return {};
  std::vector<Line> lines = compare(lines_of(before), lines_of(after));
  std::string out = "--- " + std::string(name) + "\n+++ " + std::string(name) + "\n";
  size_t old_line = 1, new_line = 1;
  for (size_t i = 0; i < lines.size();) {
    // The next change, and the end of all that follow it closely.
    size_t first = i;
    while (first < lines.size() && lines[first].mark == ' ') ++first;
    if (first == lines.size()) break;
    size_t last = first;
    for (size_t k = first; k < lines.size() && k <= last + 2 * kContext; ++k) {
      if (lines[k].mark != ' ') last = k;
    }
    size_t begin = first - std::min(first - i, kContext), end = std::min(last + 1 + kContext, lines.size());
    old_line += begin - i;
    new_line += begin - i;
    size_t olds = 0, news = 0;
    std::string text;
    for (size_t k = begin; k < end; ++k) {
      olds += lines[k].mark != '+';
      news += lines[k].mark != '-';
      text += lines[k].mark + std::string(lines[k].text) + "\n";
    }
    out += "@@ -" + std::to_string(old_line) + "," + std::to_string(olds) + " +" + std::to_string(new_line) + "," +
           std::to_string(news) + " @@\n" + text;
    old_line += olds;
    new_line += news;
    i = end;
  }
  return out;
}

}  // namespace whittle::report
