// SPDX-License-Identifier: Apache-2.0
// Texts of which a part is not known before deploying.
//
// A part that is not known may still be the same as another: what `!Ref Group` comes to is the same text wherever it
// stands. Such a part has a name, a letter of the last private plane behind its mark, and parts of one name are equal.
#pragma once

#include "compiler/source/utf8.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace whittle::aws {

// In texts of templates, stands for a part that cannot be known before deploying (an intrinsic function of a parameter
// without a default, say). It may be any text, so patterns with it make the answer "cannot tell". In needs `*` is this
// mark.
inline constexpr char kUnknownPart = '\x1a';

inline constexpr char32_t kFirstName = 0x100000, kLastName = 0x10fffd;
inline constexpr size_t kNameBytes = 4;

inline bool is_name(char32_t c) {
  return c >= kFirstName && c <= kLastName;
}

// The bytes of the name at `at`: kNameBytes, or 0 when there is none.
inline size_t name_at(std::string_view text, size_t at) {
  return at + kNameBytes <= text.size() && text[at] == '\xf4' && (text[at + 1] & 0xf0) == 0x80 ? kNameBytes : 0;
}

// An unknown part that is equal to others with the same number.
inline std::string named_part(size_t number) {
  std::string out(1, kUnknownPart);
  source::append_utf8(out, static_cast<uint32_t>(kFirstName + std::min<size_t>(number, kLastName - kFirstName)));
  return out;
}

// Whether the whole text is one unknown part.
inline bool wholly_unknown(std::string_view text) {
  return !text.empty() && text[0] == kUnknownPart && text.size() == 1 + name_at(text, 1);
}

// Whether every unknown part of a text has a name, so that the text is equal to itself.
inline bool all_named(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == kUnknownPart && name_at(text, i + 1) == 0) return false;
  }
  return true;
}

// The text as needs have it, `*` for what is not known. Names stay.
inline std::string as_needed(std::string text) {
  std::replace(text.begin(), text.end(), kUnknownPart, '*');
  return text;
}

// The text without names, for people.
inline std::string without_names(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    out += text[i];
    bool mark = text[i] == '*' || text[i] == kUnknownPart;
    ++i;
    if (mark) i += name_at(text, i);
  }
  return out;
}

// What a config's unknown parts become when it stands in a template itself: variables, which nobody sets. The number of
// a name is written behind it.
inline constexpr std::string_view kUnknownVariable = "KNOWN_ONLY_WHEN_DEPLOYED";

// The variable for the unknown part whose name, if it has one, is at `at`.
inline std::string variable_of(std::string_view text, size_t at) {
  std::string out(kUnknownVariable);
  if (name_at(text, at) == 0) return out;
  uint32_t number = 0;
  for (size_t i = 1; i < kNameBytes; ++i) number = number << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3f);
  return out + "_" + std::to_string(number);
}

// The name of the part that a variable stands for; empty: it stands for none that has one.
inline std::string name_of_variable(std::string_view variable) {
  if (!variable.starts_with(kUnknownVariable) || variable.size() <= kUnknownVariable.size() + 1) return {};
  size_t number = 0;
  for (char c : variable.substr(kUnknownVariable.size() + 1)) {
    if (c < '0' || c > '9' || number > kLastName) return {};
    number = number * 10 + static_cast<size_t>(c - '0');
  }
  return named_part(number).substr(1);
}

}  // namespace whittle::aws
