// SPDX-License-Identifier: Apache-2.0
#include "compiler/diag/near.h"

#include <algorithm>
#include <climits>
#include <string>

namespace whittle::diag {

namespace {

constexpr size_t kLongest = 128;  // nobody misspells longer names by little

// Small letters, without separators.
std::string plain(std::string_view s) {
  std::string out;
  for (char c : s) {
    if (c == '_' || c == '-' || c == '.' || c == '/' || c == ' ') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

// The words between separators, sorted.
std::vector<std::string> words(std::string_view s) {
  std::vector<std::string> out(1);
  for (char c : s) {
    if (c == '_' || c == '-' || c == '.' || c == '/') out.emplace_back();
    else out.back() += c;
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

int edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the usual table; the one before the last serves for swaps.
  std::vector<int> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string_view nearest(std::string_view name, std::span<const std::string_view> names) {
  if (name.empty() || name.size() > kLongest) return {};
  std::string key = plain(name);
  std::vector<std::string> parts = words(name);
  std::string_view best;
  int best_distance = INT_MAX;
  for (std::string_view candidate : names) {
    if (candidate == name || candidate.empty()) continue;
    std::string other = plain(candidate);
    int distance = edit_distance(key, other);
    if (parts.size() > 1 && parts == words(candidate)) distance = 0;
    int allowed = static_cast<int>(std::max<size_t>(1, std::max(key.size(), other.size()) / 3));
    // A prefix of some length is what people type from memory: `mem` for `memory`.
    if (distance > allowed && key.size() >= 4 && other.starts_with(key)) distance = allowed;
    if (distance <= allowed && distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace whittle::diag
