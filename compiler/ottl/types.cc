// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/types.h"

#include <vector>

namespace whittle::ottl {

namespace {

struct Names {
  std::string_view name, words;
};

constexpr Names kNames[] = {
    {"nil", "nil"},
    {"bool", "a bool"},
    {"int", "an int"},
    {"double", "a double"},
    {"string", "a string"},
    {"bytes", "bytes"},
    {"map", "a map"},
    {"raw map", "a map"},
    {"list", "a list"},
    {"array", "a list"},
    {"strings", "a list of strings"},
    {"ints", "a list of ints"},
    {"counts", "a list of counts"},
    {"doubles", "a list of doubles"},
    {"time", "a time"},
    {"duration", "a duration"},
    {"trace id", "a trace id"},
    {"span id", "a span id"},
    {"profile id", "a profile id"},
    {"status", "a status"},
    {"events", "span events"},
    {"links", "span links"},
    {"data points", "data points"},
    {"exemplars", "exemplars"},
    {"buckets", "buckets"},
    {"quantiles", "quantile values"},
};
static_assert(std::size(kNames) == kTypes);

}  // namespace

std::string_view words_for(Type type) {
  return kNames[static_cast<int>(type)].words;
}

std::string_view name_of(Type type) {
  return kNames[static_cast<int>(type)].name;
}

std::string words_for(TypeSet set) {
  std::vector<std::string_view> words;
  for (int i = 0; i < kTypes; ++i) {
    Type t = static_cast<Type>(i);
    if (!set.has(t)) continue;
    bool said = false;
    for (std::string_view w : words) said = said || w == words_for(t);
    if (!said) words.push_back(words_for(t));
  }
  if (words.empty()) return "nothing";
  if (words.size() > 4) return "one of " + std::to_string(words.size()) + " kinds of values";
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

std::string names_of(TypeSet set) {
  std::string out;
  for (int i = 0; i < kTypes; ++i) {
    Type t = static_cast<Type>(i);
    if (!set.has(t)) continue;
    if (!out.empty()) out += " | ";
    out += name_of(t);
  }
  return out;
}

}  // namespace whittle::ottl
