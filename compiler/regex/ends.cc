// SPDX-License-Identifier: Apache-2.0
// A DFA that is begun at one place of a text, and keeps to Go's preferences: of the ways to match from there the first
// one counts, not the longest. A state is the list of the ways that are open, the preferred ones first; a way that has
// come to the match ends the list, for what stands behind it is of no interest any more. As in dfa.cc assertions are
// decided one byte late, so it is the step that says whether a match ends in front of its byte. Until then a way that
// leads to one stays where it began: which ways are open already when it goes on is a matter of their order.
#include "compiler/regex/ends.h"

#include "runtime/abi.h"
#include "runtime/base/regex_assertions.h"

#include <map>
#include <utility>

namespace whittle::regex {

namespace {

constexpr size_t kMaxStates = 512;
constexpr size_t kMaxTable = 8192;  // entries

constexpr auto kBytes = static_cast<uint32_t>(RegexOp::Bytes), kSplit = static_cast<uint32_t>(RegexOp::Split),
               kAssert = static_cast<uint32_t>(RegexOp::Assert), kMatch = static_cast<uint32_t>(RegexOp::Match),
               kMark = static_cast<uint32_t>(RegexOp::Mark);

class Ends {
public:
  explicit Ends(Tables& t) : t_(t), seen_(t.program.size(), 0), waits_(t.program.size(), Waits::Unknown) {
    for (const auto& i : t.program) asserts_ |= i.op == kAssert;
    for (int b = 255; b >= 0; --b) sample_[t.byte_class[static_cast<size_t>(b)]] = b;
  }

  bool run() {
    states_.push_back({});  // 0: nothing is open
    // 1 to 4: the beginning, by what stands in front.
    for (uint32_t before = 0; before < kBefores; ++before) {
      State s{before, {}};
      ++generation_;
      add(t_.capture_start, s.ways);
      states_.push_back(std::move(s));
    }
    for (size_t s = 1; s < states_.size(); ++s) {
      if (states_.size() > kMaxStates || states_.size() * t_.classes > kMaxTable) return false;
      for (uint32_t c = 0; c < t_.classes; ++c) {
        const uint16_t to = step(State(states_[s]), c + 1 == t_.classes ? -1 : sample_[c]);
        table_.resize(states_.size() * t_.classes, 0);
        table_[s * t_.classes + c] = to;
      }
    }
    table_.resize(states_.size() * t_.classes, 0);
    t_.ends = std::move(table_);
    return true;
  }

private:
  static constexpr uint32_t kBefores = 4;
  // A byte that stands for each of regex_before().
  static constexpr int kAsByte[kBefores] = {-1, '\n', 'a', ' '};

  struct State {
    uint32_t before;
    std::vector<uint32_t> ways;  // instructions: kBytes, kMatch, and those from which an assertion is reached
    auto operator<=>(const State&) const = default;
  };

  enum class Waits : uint8_t { Unknown, No, Yes };

  // Whether an assertion is reached from an instruction without a byte.
  bool waits(uint32_t from) {
    if (!asserts_) return false;
    if (waits_[from] == Waits::Unknown) {
      waits_[from] = Waits::No;
      std::vector<uint32_t> stack{from};
      std::vector<bool> been(t_.program.size());
      while (!stack.empty() && waits_[from] == Waits::No) {
        const uint32_t i = stack.back();
        stack.pop_back();
        if (been[i]) continue;
        been[i] = true;
        const auto& in = t_.program[i];
        if (in.op == kAssert) waits_[from] = Waits::Yes;
        if (in.op == kSplit) stack.push_back(in.other);
        if (in.op == kSplit || in.op == kMark) stack.push_back(in.next);
      }
    }
    return waits_[from] == Waits::Yes;
  }

  // A way that goes on at an instruction. False: it has come to the match.
  bool add(uint32_t at, std::vector<uint32_t>& ways) {
    if (!waits(at)) return open(at, ways, 0);
    if (std::exchange(seen_[at], generation_) != generation_) ways.push_back(at);
    return true;
  }

  // Adds what is reached from an instruction without a byte, the preferred ways first, through the assertions that
  // `holds` has. False: the match is among it, which ends the list.
  bool open(uint32_t from, std::vector<uint32_t>& ways, uint32_t holds) {
    std::vector<uint32_t> stack{from};
    while (!stack.empty()) {
      const uint32_t i = stack.back();
      stack.pop_back();
      if (std::exchange(seen_[i], generation_) == generation_) continue;
      const auto& in = t_.program[i];
      if (in.op == kSplit) {
        stack.push_back(in.other);
        stack.push_back(in.next);
      } else if (in.op == kMark) {
        stack.push_back(in.next);
      } else if (in.op == kAssert) {
        if (in.low & holds) stack.push_back(in.next);
      } else if (in.op == kBytes) {
        ways.push_back(i);
      } else if (in.op == kMatch) {
        ways.push_back(i);
        return false;
      }
    }
    return true;
  }

  uint16_t step(const State& s, int byte) {
    const uint32_t holds = assertions_between(kAsByte[s.before], byte);
    std::vector<uint32_t> now;
    ++generation_;
    for (uint32_t i : s.ways)
      if (!open(i, now, holds)) break;
    const bool ended = !now.empty() && t_.program[now.back()].op == kMatch;
    State to{asserts_ && byte >= 0 ? regex_before(byte) : regex_before(' '), {}};
    ++generation_;
    if (byte >= 0)
      for (uint32_t i : now) {
        const auto& in = t_.program[i];
        if (in.op != kBytes || static_cast<uint32_t>(byte) < in.low || static_cast<uint32_t>(byte) > in.high) continue;
        if (!add(in.next, to.ways)) break;
      }
    return static_cast<uint16_t>(number(std::move(to)) | (ended ? kRegexEnded : 0));
  }

  uint32_t number(State s) {
    if (s.ways.empty()) return 0;
    const auto [at, fresh] = numbers_.emplace(s, static_cast<uint32_t>(states_.size()));
    if (fresh) states_.push_back(std::move(s));
    return at->second;
  }

  Tables& t_;
  std::vector<uint32_t> seen_;
  std::vector<Waits> waits_;  // by instruction
  uint32_t generation_ = 0;
  bool asserts_ = false;
  int sample_[256] = {};
  std::vector<State> states_;
  std::map<State, uint32_t> numbers_;
  std::vector<uint16_t> table_;
};

}  // namespace

void add_ends(Tables& t) {
  if (!t.next.empty() && !Ends(t).run()) t.ends.clear();
}

}  // namespace whittle::regex
