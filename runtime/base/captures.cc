// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/captures.h"

#include "runtime/base/letters.h"
#include "runtime/base/regex.h"
#include "runtime/base/regex_assertions.h"
#include "runtime/base/utf8.h"

#include <string.h>

namespace whittle {

namespace {

constexpr uint32_t kPutBack = UINT32_MAX;

}  // namespace

Captures::Captures(const Regex& regex, Arena& arena)
    : regex_(regex), arena_(arena), places_(static_cast<uint32_t>(2 * regex.groups.size)),
      found_(arena.array<uint32_t>(places_)), scratch_(arena.array<uint32_t>(places_)) {
  for (uint32_t i = 0; i < places_; ++i) found_[i] = kNoPlace;
}

static uint32_t holds_at(Text text, size_t at) {
  return assertions_between(at == 0 ? -1 : static_cast<uint8_t>(text[at - 1]),
                            at == text.size() ? -1 : static_cast<uint8_t>(text[at]));
}

bool Captures::find(Text text, size_t from) {
  if (regex_.ends) {
    const Search found = find_by_table(text, from);
    if (found != Search::TooLong) return found == Search::Found;
  }
  // Most texts match nowhere, which the DFA knows sooner.
  if (from == 0 && regex_.next && !regex_match(regex_, text)) return false;
  const bool small = regex_.program.size * (text.size() - from + 1) <= kMostTried;
  return small ? find_way_by_way(text, from) : find_all_at_once(text, from);
}

// ---- by table
// ---------------------------------------------------------------------------------------------------------------

Captures::Search Captures::find_by_table(Text text, size_t from) {
  size_t steps = 4 * text.size() + 64;  // what all places together may take: more would not be linear
  for (size_t begin = from; begin <= text.size(); ++begin) {
    if (regex_.first) {
      while (begin < text.size() && !may_begin(static_cast<uint8_t>(text[begin]))) ++begin;
      if (begin == text.size()) return Search::None;
    }
    // No match begins within a character.
    if (begin < text.size() && (static_cast<uint8_t>(text[begin]) & 0xC0) == 0x80) continue;
    size_t end = Text::npos, at = begin;
    for (uint32_t state = 1 + regex_before(begin == 0 ? -1 : static_cast<uint8_t>(text[begin - 1]));; ++at) {
      const bool last = at == text.size();
      const uint16_t entry =
          regex_.ends[state * regex_.classes +
                      (last ? regex_.classes - 1 : regex_.byte_class[static_cast<uint8_t>(text[at])])];
      if (entry & kRegexEnded) end = at;
      state = entry & ~kRegexEnded;
      if (state == 0 || last) break;
    }
    if (end != Text::npos) {
      found_[0] = static_cast<uint32_t>(begin);
      found_[1] = static_cast<uint32_t>(end);
      return Search::Found;
    }
    if (at - begin >= steps) return Search::TooLong;
    steps -= at - begin;
  }
  return Search::None;
}

// ---- way by way
// ------------------------------------------------------------------------------------------------------------

bool Captures::find_way_by_way(Text text, size_t from) {
  const size_t states = regex_.program.size * (text.size() - from + 1);
  if (states > room_) {
    room_ = states < 256 ? 256 : kMostTried;
    tried_ = arena_.array<uint64_t>((room_ + 63) / 64);
    steps_ = arena_.array<Step>(room_ + 1);  // each state puts at most one aside
  }
  memset(tried_, 0, (states + 63) / 64 * sizeof(uint64_t));
  for (size_t at = from; at <= text.size(); ++at) {
    if (regex_.first) {
      while (at < text.size() && !may_begin(static_cast<uint8_t>(text[at]))) ++at;
      if (at == text.size()) return false;
    }
    // No match begins within a character.
    if (at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80) continue;
    // What failed when it was reached from an earlier beginning fails again.
    if (try_from(text, from, at)) return true;
  }
  return false;
}

bool Captures::try_from(Text text, size_t from, size_t begin) {
  for (uint32_t k = 0; k < places_; ++k) scratch_[k] = kNoPlace;
  scratch_[0] = static_cast<uint32_t>(begin);
  uint32_t depth = 0;
  steps_[depth++] = {regex_.capture_start, static_cast<uint32_t>(begin), 0};
  while (depth > 0) {
    const Step step = steps_[--depth];
    if (step.instruction == kPutBack) {
      scratch_[step.place] = step.value;
      continue;
    }
    uint32_t at = step.place;
    for (uint32_t i = step.instruction;;) {
      const size_t state = (at - from) * regex_.program.size + i;
      if (tried_[state / 64] >> state % 64 & 1) break;
      tried_[state / 64] |= uint64_t{1} << state % 64;
      const RegexInstruction& in = regex_.program[i];
      i = in.next;
      if (in.op == RegexOp::Bytes) {
        if (at == text.size()) break;
        const auto byte = static_cast<uint8_t>(text[at]);
        if (byte < in.low || byte > in.high) break;
        ++at;
      } else if (in.op == RegexOp::Split) {
        steps_[depth++] = {in.other, at, 0};
      } else if (in.op == RegexOp::Mark) {
        steps_[depth++] = {kPutBack, in.low, scratch_[in.low]};
        scratch_[in.low] = at;
      } else if (in.op == RegexOp::Assert) {
        if (!(in.low & holds_at(text, at))) break;
      } else if (in.op == RegexOp::Match) {
        memcpy(found_, scratch_, places_ * sizeof(uint32_t));
        found_[1] = at;
        return true;
      } else {
        break;
      }
    }
  }
  return false;
}

// ---- all at once
// -----------------------------------------------------------------------------------------------------------

// Adds what is reached from an instruction without a byte, the preferred ways first. `places` are the thread's, and are
// as they were afterwards.
void Captures::add(Set& set, uint32_t from, uint32_t at, uint32_t holds, uint32_t* places) {
  uint32_t depth = 0;
  stack_[depth++] = {from, 0, 0};
  while (depth > 0) {
    const Step step = stack_[--depth];
    if (step.instruction == kPutBack) {
      places[step.place] = step.value;
      continue;
    }
    const uint32_t i = step.instruction;
    if (set.has(i)) continue;
    set.sparse[i] = set.size;
    set.dense[set.size++] = i;
    const RegexInstruction& in = regex_.program[i];
    switch (in.op) {
    case RegexOp::Split:
      stack_[depth++] = {in.other, 0, 0};
      stack_[depth++] = {in.next, 0, 0};
      break;
    case RegexOp::Mark:
      stack_[depth++] = {kPutBack, in.low, places[in.low]};
      places[in.low] = at;
      stack_[depth++] = {in.next, 0, 0};
      break;
    case RegexOp::Assert:
      if (in.low & holds) stack_[depth++] = {in.next, 0, 0};
      break;
    case RegexOp::Bytes:
    case RegexOp::Match: memcpy(set.places + size_t{i} * places_, places, places_ * sizeof(uint32_t)); break;
    case RegexOp::Fail: break;
    }
  }
}

bool Captures::find_all_at_once(Text text, size_t from) {
  if (!stack_) {
    const size_t n = regex_.program.size;
    for (Set* set : {&now_, &next_}) {
      set->dense = arena_.array<uint32_t>(n);
      set->sparse = arena_.array<uint32_t>(n);
      set->places = arena_.array<uint32_t>(n * places_);
      memset(set->sparse, 0, n * sizeof(uint32_t));
      memset(set->dense, 0, n * sizeof(uint32_t));
    }
    stack_ = arena_.array<Step>(3 * n + 1);
  }
  bool matched = false;
  now_.size = 0;
  for (size_t at = from; at <= text.size(); ++at) {
    if (now_.size == 0 && !matched && regex_.first) {
      while (at < text.size() && !may_begin(static_cast<uint8_t>(text[at]))) ++at;
      if (at == text.size()) return false;
    }
    const int after = at == text.size() ? -1 : static_cast<uint8_t>(text[at]);
    const uint32_t holds = holds_at(text, at), here = static_cast<uint32_t>(at);
    // Threads that came over the last byte wait for what holds here; they come first, in their order.
    next_.size = 0;
    for (uint32_t k = 0; k < now_.size; ++k) {
      const uint32_t i = now_.dense[k];
      add(next_, i, here, holds, now_.places + size_t{i} * places_);
    }
    if (!matched && (after < 0 || (after & 0xC0) != 0x80)) {  // no match begins within a character
      for (uint32_t k = 0; k < places_; ++k) scratch_[k] = kNoPlace;
      scratch_[0] = here;
      add(next_, regex_.capture_start, here, holds, scratch_);
    }
    if (next_.size == 0 && matched) break;
    now_.size = 0;
    for (uint32_t k = 0; k < next_.size; ++k) {
      const uint32_t i = next_.dense[k];
      const RegexInstruction& in = regex_.program[i];
      uint32_t* places = next_.places + size_t{i} * places_;
      if (in.op == RegexOp::Match) {
        memcpy(found_, places, places_ * sizeof(uint32_t));
        found_[1] = here;
        matched = true;
        break;  // what is less preferred is of no interest any more
      }
      if (in.op != RegexOp::Bytes || after < 0) continue;
      if (static_cast<uint32_t>(after) < in.low || static_cast<uint32_t>(after) > in.high || now_.has(in.next))
        continue;
      now_.sparse[in.next] = now_.size;
      now_.dense[now_.size++] = in.next;
      memcpy(now_.places + size_t{in.next} * places_, places, places_ * sizeof(uint32_t));
    }
    if (now_.size == 0 && matched) break;
  }
  return matched;
}

uint32_t Captures::named(Text name) const {
  for (uint32_t g = 1; g < groups(); ++g)
    if (begin(g) != kNoPlace &&
        Text(regex_.groups.data[g].data, static_cast<size_t>(regex_.groups.data[g].size)) == name)
      return g;
  return groups();
}

namespace {

// The name behind a dollar: `rest` begins behind it. Gives what it takes of `rest`, 0 where there is no name.
size_t name_in(Text rest, Text& name) {
  const bool braces = !rest.empty() && rest[0] == '{';
  size_t i = braces ? 1 : 0;
  const size_t begin = i;
  while (i < rest.size()) {
    size_t width = 1;
    const uint32_t c = code_point_at(rest, i, width);
    // A letter of any language belongs to a name.
    if (width > 1 ? !is_letter(c) : !word_byte(static_cast<int>(c))) break;
    i += width;
  }
  if (i == begin) return 0;
  name = rest.substr(begin, i - begin);
  if (!braces) return i;
  return i < rest.size() && rest[i] == '}' ? i + 1 : 0;
}

// A number in digits alone; -1 for other names and for numbers beyond any group.
int number_of(Text name) {
  int n = 0;
  for (char c : name) {
    if (c < '0' || c > '9' || n >= 100'000'000) return -1;
    n = n * 10 + (c - '0');
  }
  return name.size() > 1 && name[0] == '0' ? -1 : n;
}

}  // namespace

void expand_template(Writer& out, Text form, Text text, const Captures& captures) {
  while (!form.empty()) {
    const size_t dollar = form.find('$');
    out.append(form.substr(0, dollar));
    if (dollar == Text::npos) return;
    form = form.substr(dollar + 1);
    if (!form.empty() && form[0] == '$') {
      out.append(Text("$"));
      form = form.substr(1);
      continue;
    }
    Text name;
    const size_t taken = name_in(form, name);
    if (taken == 0) {
      out.append(Text("$"));
      continue;
    }
    form = form.substr(taken);
    const int number = number_of(name);
    const uint32_t group = number >= 0 ? static_cast<uint32_t>(number) : captures.named(name);
    if (group < captures.groups()) out.append(captures.group(text, group));
  }
}

}  // namespace whittle
