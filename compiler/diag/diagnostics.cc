// SPDX-License-Identifier: Apache-2.0
#include "compiler/diag/diagnostics.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace whittle::diag {

namespace detail {

void append(std::string& out, std::string_view text) {
  constexpr size_t kMostShown = 1000;
  if (text.size() <= kMostShown) {
    out += text;
    return;
  }
  size_t end = kMostShown - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  out += text.substr(0, end);
  out += "...";
}

}  // namespace detail

Builder Diagnostics::add(std::string_view code, source::Span span, std::string message) {
  dropped_ = {};
  Severity severity = code[0] == 'E' ? Severity::Error : code[0] == 'W' ? Severity::Warning : Severity::Note;
  std::string key =
      std::string(code) + ':' + std::to_string(span.file) + ':' + std::to_string(span.begin) + ':' + message;
  if (!seen_.insert(std::move(key)).second) return Builder(&dropped_);
  if (list_.size() >= kMost) {
    ++uncounted_[static_cast<int>(severity)];
    return Builder(&dropped_);
  }
  Diagnostic& d = list_.emplace_back();
  d.severity = severity;
  d.code = code;
  d.message = std::move(message);
  d.span = span;
  return Builder(&d);
}

void Diagnostics::take(Diagnostic diagnostic) {
  Builder added = add(diagnostic.code, diagnostic.span, diagnostic.message);
  added.become(std::move(diagnostic));
}

void Diagnostics::move_places(const std::function<source::Span(source::Span)>& move) {
  for (Diagnostic& d : list_) {
    d.span = move(d.span);
    for (Label& l : d.labels) l.span = move(l.span);
    std::erase_if(d.suggestions, [&](const Suggestion& s) { return move(s.span) != s.span; });
  }
}

void Diagnostics::remove(const std::function<bool(const Diagnostic&)>& which) {
  std::erase_if(list_, which);
}

void Diagnostics::fold(std::string_view code) {
  constexpr size_t kMostPlaces = 8;
  std::map<source::FileId, std::pair<Diagnostic*, size_t>> first;  // of each file, and how many are folded into it
  std::deque<Diagnostic> kept;
  for (Diagnostic& d : list_) {
    if (d.code != code || !d.span) {
      kept.push_back(std::move(d));
      continue;
    }
    auto [known, added] = first.try_emplace(d.span.file, nullptr, 0);
    if (added) {
      known->second.first = &kept.emplace_back(std::move(d));
      continue;
    }
    Diagnostic& to = *known->second.first;
    if (++known->second.second <= kMostPlaces) to.labels.push_back({d.span, d.label.empty() ? "and here" : d.label});
    to.suggestions.insert(to.suggestions.end(), d.suggestions.begin(), d.suggestions.end());
  }
  for (auto& [file, f] : first) {
    if (f.second == 0) continue;
    f.first->notes.insert(f.first->notes.begin(), "the same holds for " + std::to_string(f.second) + " other place" +
                                                      (f.second == 1 ? "" : "s") + " of this file");
  }
  list_ = std::move(kept);
}

void Diagnostics::sort() {
  std::vector<size_t> order(list_.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    auto key = [&](size_t i) {
      return std::make_tuple(list_[i].span.file + 1, list_[i].span.begin, list_[i].span.end, i);
    };  // no file: first
    return key(a) < key(b);
  });
  std::deque<Diagnostic> sorted;
  for (size_t i : order) sorted.push_back(std::move(list_[i]));
  list_ = std::move(sorted);
}

void Diagnostics::make_strict() {
  for (Diagnostic& d : list_) {
    if (d.severity == Severity::Warning) d.severity = Severity::Error;
  }
  uncounted_[static_cast<int>(Severity::Error)] += std::exchange(uncounted_[static_cast<int>(Severity::Warning)], 0);
}

size_t Diagnostics::count(Severity severity) const {
  return uncounted_[static_cast<int>(severity)] +
         static_cast<size_t>(
             std::count_if(list_.begin(), list_.end(), [&](const Diagnostic& d) { return d.severity == severity; }));
}

}  // namespace whittle::diag
