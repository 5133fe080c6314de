// SPDX-License-Identifier: Apache-2.0
// Where a pattern matches, and what its groups matched: Go's leftmost-first meaning (package regexp). Time is linear in
// the text times the size of the pattern. Without groups a table knows where a match ends that begins at a given place;
// where many places have to be tried in vain, and with groups, short texts are tried way by way, and no way twice from
// one place (as RE2's BitState does); of long ones all ways are followed at once (Pike's machine).
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

namespace whittle {

inline constexpr uint32_t kNoPlace = UINT32_MAX;

// Finds matches of a pattern whose program marks groups. Its memory comes from the arena when a text needs more than
// those before.
class Captures {
public:
  Captures(const Regex& regex, Arena& arena);

  // The first match at or behind `from`, as Go's FindSubmatchIndex of the whole text.
  bool find(Text text, size_t from);

  // Of the match found last. Group 0 is the whole match; a group that took no part is at kNoPlace and empty.
  uint32_t begin(uint32_t group) const { return found_[2 * group]; }
  uint32_t end(uint32_t group) const { return found_[2 * group + 1]; }
  Text group(Text text, uint32_t n) const {
    return begin(n) == kNoPlace ? Text() : text.substr(begin(n), end(n) - begin(n));
  }
  uint32_t groups() const { return places_ / 2; }
  // The first group of that name that took part in the match; groups() when there is none.
  uint32_t named(Text name) const;

private:
  struct Set {
    uint32_t *dense, *sparse, *places;  // places: `places_` an instruction
    uint32_t size;
    bool has(uint32_t i) const { return sparse[i] < size && dense[sparse[i]] == i; }
  };
  struct Step {
    uint32_t instruction;  // or, with `place`, what to put back
    uint32_t place, value;
  };
  // Instructions times places of a text that is tried way by way.
  static constexpr size_t kMostTried = 8192;

  bool may_begin(uint8_t byte) const { return regex_.first[byte / 8] >> byte % 8 & 1; }
  enum class Search { Found, None, TooLong };
  Search find_by_table(Text text, size_t from);
  bool find_way_by_way(Text text, size_t from);
  bool try_from(Text text, size_t from, size_t begin);
  bool find_all_at_once(Text text, size_t from);
  void add(Set& set, uint32_t from, uint32_t at, uint32_t holds, uint32_t* places);

  const Regex& regex_;
  Arena& arena_;
  uint32_t places_;  // two a group
  uint32_t *found_, *scratch_;
  // All at once.
  Set now_{}, next_{};
  Step* stack_ = nullptr;
  // Way by way: a bit for each instruction and place of the text, instructions together.
  uint64_t* tried_ = nullptr;
  Step* steps_ = nullptr;
  size_t room_ = 0;  // of those two, in instructions times places
};

// Appends `text` with each match replaced by what `replace(Captures&)` appends: Go's Regexp.ReplaceAllStringFunc. Says
// whether there was one.
template <class F>
bool replace_matches(Captures& captures, Text text, Writer& out, F replace) {
  size_t copied = 0, search = 0;
  bool any = false;
  while (search <= text.size() && captures.find(text, search)) {
    const size_t begin = captures.begin(0), end = captures.end(0);
    out.append(text.substr(copied, begin - copied));
    // An empty match right behind another one is none.
    if (end > copied || begin == 0) replace(captures), any = true;
    copied = end;
    size_t width = 1;
    while (search + width < text.size() && (static_cast<uint8_t>(text[search + width]) & 0xC0) == 0x80) ++width;
    search = search + width > end ? search + width : end;
  }
  out.append(text.substr(copied));
  return any;
}

// Appends a template with `$1`, `${1}`, `$name`, `${name}` and `$$` filled in from the match: Go's Regexp.Expand.
void expand_template(Writer& out, Text form, Text text, const Captures& captures);

}  // namespace whittle
