// SPDX-License-Identifier: Apache-2.0
// Tables that were compiled in this process, as the runtime looks at them.
#pragma once

#include "compiler/regex/dfa.h"
#include "runtime/abi.h"

namespace whittle {

// What points into `t`; `names` is filled with its groups, and must live as long.
inline Regex regex_of(const regex::Tables& t, std::vector<Str>& names) {
  static_assert(sizeof(RegexInstruction) == sizeof(regex::Tables::Instruction));
  names.clear();
  for (const std::string& n : t.groups) names.push_back({n.data(), n.size()});
  Regex r{};
  r.pattern = {t.pattern.data(), t.pattern.size()};
  if (!t.next.empty()) r.byte_class = t.byte_class.data(), r.next = t.next.data();
  r.ends = t.ends.empty() ? nullptr : t.ends.data();
  r.classes = t.classes, r.start = t.start, r.accept_all = t.accept_all, r.capture_start = t.capture_start;
  r.first = t.first.empty() ? nullptr : t.first.data();
  r.program = {reinterpret_cast<const RegexInstruction*>(t.program.data()), t.program.size()};
  r.groups = {names.data(), names.size()};
  return r;
}

}  // namespace whittle
