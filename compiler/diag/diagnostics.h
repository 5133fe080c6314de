// SPDX-License-Identifier: Apache-2.0
// What is wrong with a config, as data. Every mistake of a run is collected; rendering comes after.
//
// A diagnostic is declared beside the code that emits it. Its constructor is consteval and counts the holes, so that a
// message with too few or too many arguments does not compile:
//
//   constexpr Diag<std::string_view, std::string_view> kUnknownComponent{"E0301", "unknown {} `{}`"};
//   diags.emit(kUnknownComponent, span, kind, name).label(span, "not a {}", kind).help("did you mean `{}`?", near);
//
// Codes that begin with E are errors, with W warnings, with N notes. The codes.md beside the code
// explains each.
#pragma once

#include "compiler/source/span.h"

#include <concepts>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <vector>

namespace whittle::diag {

enum class Severity : uint8_t { Error, Warning, Note };

namespace detail {

// Appends `text`, cut where a person stops reading.
void append(std::string& out, std::string_view text);
template <std::integral T>
void append(std::string& out, T number) {
  out += std::to_string(number);
}

// `text` with each {} replaced by the next argument.
template <class... Args>
std::string fill(std::string_view text, const Args&... args) {
  std::string out;
  [[maybe_unused]] auto next = [&](const auto& value) {
    size_t hole = text.find("{}");
    out += text.substr(0, hole);
    append(out, value);
    text.remove_prefix(hole + 2);
  };
  (next(args), ...);
  return out += text;
}

constexpr int count_holes(std::string_view text) {
  int holes = 0;
  for (size_t i = 0; i + 1 < text.size(); ++i) holes += text[i] == '{' && text[i + 1] == '}';
  return holes;
}

void wrong_number_of_holes();  // not constexpr: calling it is the compile-time error

}  // namespace detail

// A text with one hole `{}` for each argument.
template <class... Args>
struct Text {
  template <class T>
    requires std::convertible_to<const T&, std::string_view>
  consteval Text(const T& t) : text(t) {
    if (detail::count_holes(text) != sizeof...(Args)) detail::wrong_number_of_holes();
  }
  std::string_view text;
};

// The code and the message of a kind of diagnostic.
template <class... Args>
struct Diag {
  consteval Diag(std::string_view c, std::string_view t) : code(c), text(t) {
    if (detail::count_holes(t) != sizeof...(Args)) detail::wrong_number_of_holes();
    if (c.size() != 5 || (c[0] != 'E' && c[0] != 'W' && c[0] != 'N')) detail::wrong_number_of_holes();
  }
  std::string_view code;
  std::string_view text;
};

struct Label {
  source::Span span;
  std::string text;  // may be empty on the primary span
};

// A change to the text that would help.
struct Suggestion {
  source::Span span;  // what to replace
  std::string replacement;
};

struct Diagnostic {
  Severity severity = Severity::Error;
  std::string code;
  std::string message;
  source::Span span;          // what is wrong; none for a mistake of the whole config
  std::string label;          // said at the span, may be empty
  std::vector<Label> labels;  // other places that matter
  std::vector<std::string> notes;
  std::vector<std::string> helps;
  std::vector<Suggestion> suggestions;
};

class Diagnostics;

// Adds to the diagnostic that was just emitted. Use it within the statement that emits.
class Builder {
public:
  explicit Builder(Diagnostic* d) : d_(d) {}

  // Words at the wrong span itself.
  template <class... Args>
  Builder& here(std::type_identity_t<Text<Args...>> text, const Args&... args) {
    d_->label = detail::fill(text.text, args...);
    return *this;
  }
  // Another place that matters; a span without a file is left out.
  template <class... Args>
  Builder& label(source::Span span, std::type_identity_t<Text<Args...>> text, const Args&... args) {
    if (span) d_->labels.push_back({span, detail::fill(text.text, args...)});
    return *this;
  }
  template <class... Args>
  Builder& note(std::type_identity_t<Text<Args...>> text, const Args&... args) {
    d_->notes.push_back(detail::fill(text.text, args...));
    return *this;
  }
  template <class... Args>
  Builder& help(std::type_identity_t<Text<Args...>> text, const Args&... args) {
    d_->helps.push_back(detail::fill(text.text, args...));
    return *this;
  }
  Builder& suggest(source::Span span, std::string_view replacement) {
    if (span) d_->suggestions.push_back({span, std::string(replacement)});
    return *this;
  }

  // Everything at once, of a diagnostic that was made elsewhere.
  void become(Diagnostic other) { *d_ = std::move(other); }

private:
  Diagnostic* d_;
};

class Diagnostics {
public:
  template <class... Args>
  Builder emit(const Diag<Args...>& diag, source::Span span, const std::type_identity_t<Args>&... args) {
    return add(diag.code, span, detail::fill(diag.text, args...));
  }

  // Adds one that was made elsewhere, unless the same is there.
  void take(Diagnostic diagnostic);
  // Replaces every place by what `move` makes of it; suggestions of places that moved are left out.
  void move_places(const std::function<source::Span(source::Span)>& move);

  void remove(const std::function<bool(const Diagnostic&)>& which);
  // Makes one of all with this code in a file: the first, with the places of the others.
  void fold(std::string_view code);

  // In the order of the text: by file and place, errors without a place first.
  void sort();
  // Warnings become errors.
  void make_strict();

  bool has_errors() const { return count(Severity::Error) != 0; }
  size_t count(Severity severity) const;
  const std::deque<Diagnostic>& all() const { return list_; }

private:
  // A second diagnostic with the same code, place and message is dropped. Past kMost only the count grows.
  Builder add(std::string_view code, source::Span span, std::string message);

  static constexpr size_t kMost = 10'000;

  std::deque<Diagnostic> list_;
  std::unordered_set<std::string> seen_;
  size_t uncounted_[3] = {};  // by Severity
  Diagnostic dropped_;
};

}  // namespace whittle::diag
