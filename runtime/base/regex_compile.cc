// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/regex_compile.h"

#include "compiler/regex/grok.h"
#include "runtime/base/regex_tables.h"

#include <memory>

namespace whittle {

namespace {

// Tables, and what points into them.
struct Compiled {
  regex::Tables tables;
  std::vector<Str> groups;
  Regex regex{};
  bool good = false;
};

// Where a DFA is ready at once it is made; a larger one would cost more than it saves here.
// `key` is what it is known by later.
std::unique_ptr<Compiled> compile(Text key, std::expected<regex::Tables, regex::SyntaxError> tables) {
  auto out = std::make_unique<Compiled>();
  if (!tables) {
    out->tables.pattern = key;
    return out;
  }
  out->tables = static_cast<regex::Tables&&>(*tables);
  out->tables.pattern = key;
  out->regex = regex_of(out->tables, out->groups);
  out->good = true;
  return out;
}

const Regex* usable(const Compiled& c) {
  return c.good ? &c.regex : nullptr;
}

// Each new one that comes with telemetry costs as little as it is worth: a few milliseconds.
constexpr size_t kMostPassingWork = regex::kMostWork / 32;

// Patterns that come with telemetry, the newest few hundred of them.
template <class Make>
const Regex* passing(Text key, const Make& make) {
  constexpr size_t kMost = 256;
  static auto* known = new std::vector<std::unique_ptr<Compiled>>;
  static size_t oldest = 0;
  for (const auto& c : *known)
    if (c->tables.pattern == key) return usable(*c);
  if (known->size() < kMost) {
    known->push_back(compile(key, make()));
    return usable(*known->back());
  }
  auto& place = (*known)[oldest++ % kMost];
  place = compile(key, make());
  return usable(*place);
}

}  // namespace

const Regex* compile_regex(Text pattern) {
  static auto* known = new std::vector<std::unique_ptr<Compiled>>;
  for (const auto& c : *known)
    if (c->tables.pattern == pattern) return usable(*c);
  known->push_back(compile(pattern, regex::compile_captures(pattern)));
  return usable(*known->back());
}

const Regex* compile_passing_regex(Text pattern) {
  return passing(pattern, [&] { return regex::compile_captures(pattern, kMostPassingWork); });
}

const Regex* compile_passing_grok(Text pattern, std::span<const std::string> definitions, bool named_only) {
  // What it is compiled to depends on all of them.
  std::string key = named_only ? "named" : "all";
  for (const std::string& d : definitions) key += '\0', key += d;
  key += '\0', key += pattern;
  return passing(key, [&] { return regex::compile_grok(pattern, definitions, named_only, kMostPassingWork); });
}

}  // namespace whittle
