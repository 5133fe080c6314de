// SPDX-License-Identifier: Apache-2.0
// Tree -> Thompson NFA over bytes -> DFA by subset construction -> minimal DFA.
//
// Empty-width assertions are decided one byte late: a DFA state is the set of NFA instructions reached *before*
// following any assertion, with what kind of byte came before; when the next byte (or the end) is known, the assertions
// that hold are followed and then the byte is consumed. So `\b` and `$` cost nothing at run time but a few more states.
// The end of the text is one more symbol. The search is unanchored: the start is added to every set.
#include "compiler/regex/dfa.h"

#include "compiler/regex/ends.h"

#include "runtime/base/regex_assertions.h"

#include "runtime/abi.h"

#include <algorithm>
#include <map>

namespace whittle::regex {
namespace {

constexpr size_t kMaxStates = 4000;       // beyond, the NFA program takes over
constexpr size_t kMaxTable = 512 * 1024;  // entries
constexpr size_t kMaxInstructions = 1 << 18;
constexpr size_t kMaxCaptureProgram = 1 << 15;  // with places for each thread

// Of an instruction, as the runtime's RegexOp has them.
constexpr auto kBytes = static_cast<uint32_t>(RegexOp::Bytes), kSplit = static_cast<uint32_t>(RegexOp::Split),
               kAssert = static_cast<uint32_t>(RegexOp::Assert), kMatch = static_cast<uint32_t>(RegexOp::Match),
               kFail = static_cast<uint32_t>(RegexOp::Fail), kMark = static_cast<uint32_t>(RegexOp::Mark);
// As assertions_between() gives them.
enum Assertion : uint32_t { kBeginText = 1, kEndText = 2, kBeginLine = 4, kEndLine = 8, kWord = 16, kNoWord = 32 };

// low/high: the byte range of kBytes; low: the assertion of kAssert. next, other: where to go on.
using Instruction = Tables::Instruction;

class Builder {
public:
  // `marks`: where groups begin and end is marked in the code.
  explicit Builder(bool marks) : marks_(marks) {}

  std::vector<Instruction> code;
  bool overflow = false;

  uint32_t add(Instruction i) {
    if (code.size() >= kMaxInstructions) {
      overflow = true;
      return 0;
    }
    code.push_back(i);
    return static_cast<uint32_t>(code.size() - 1);
  }

  // Code for `n` that goes on at `next`; returns its entry. Built from the back, so targets exist already.
  uint32_t build(const Node& n, uint32_t next) {
    if (overflow) return 0;
    switch (n.op) {
    case Op::Empty: return next;
    case Op::Class: return ranges(n.ranges, next);
    case Op::Concat:
      for (auto it = n.children.rbegin(); it != n.children.rend(); ++it) next = build(**it, next);
      return next;
    case Op::Alternate: {
      uint32_t entry = build(*n.children.back(), next);
      for (size_t i = n.children.size() - 1; i-- > 0;) {
        uint32_t branch = build(*n.children[i], next);
        entry = add({kSplit, 0, 0, branch, entry});
      }
      return entry;
    }
    case Op::Group: {
      if (!marks_) return build(*n.children[0], next);
      uint32_t end = add({kMark, 2 * n.group + 1, 0, next, 0});
      return add({kMark, 2 * n.group, 0, build(*n.children[0], end), 0});
    }
    case Op::Repeat: {
      const Node& child = *n.children[0];
      if (n.maximum < 0) {
        uint32_t loop = choice(0, next, n.lazy);
        uint32_t body = build(child, loop);
        if (!overflow) (n.lazy ? code[loop].other : code[loop].next) = body;
        // What may be empty is entered by a choice of its own, as in Go's x* = (x+)?: else an empty round would win.
        if (n.minimum == 0) return nullable(child) ? choice(body, next, n.lazy) : loop;
        next = body;
        for (int i = 1; i < n.minimum; ++i) next = build(child, next);
        return next;
      }
      uint32_t after = next;
      for (int i = n.minimum; i < n.maximum; ++i) next = choice(build(child, next), after, n.lazy);
      for (int i = 0; i < n.minimum; ++i) next = build(child, next);
      return next;
    }
    case Op::BeginText: return add({kAssert, kBeginText, 0, next, 0});
    case Op::EndText: return add({kAssert, kEndText, 0, next, 0});
    case Op::BeginLine: return add({kAssert, kBeginLine, 0, next, 0});
    case Op::EndLine: return add({kAssert, kEndLine, 0, next, 0});
    case Op::WordBoundary: return add({kAssert, kWord, 0, next, 0});
    case Op::NoWordBoundary: return add({kAssert, kNoWord, 0, next, 0});
    }
    return 0;
  }

private:
  // Goes on at `more` or at `done`; the greedy one prefers more.
  uint32_t choice(uint32_t more, uint32_t done, bool lazy) {
    return lazy ? add({kSplit, 0, 0, done, more}) : add({kSplit, 0, 0, more, done});
  }

  static bool nullable(const Node& n) {
    switch (n.op) {
    case Op::Class: return false;
    case Op::Concat: return std::all_of(n.children.begin(), n.children.end(), [](auto& c) { return nullable(*c); });
    case Op::Alternate: return std::any_of(n.children.begin(), n.children.end(), [](auto& c) { return nullable(*c); });
    case Op::Repeat: return n.minimum == 0 || nullable(*n.children[0]);
    case Op::Group: return nullable(*n.children[0]);
    default: return true;
    }
  }

  const bool marks_;

  uint32_t either(uint32_t a, uint32_t b) { return a == kNone ? b : add({kSplit, 0, 0, b, a}); }
  static constexpr uint32_t kNone = UINT32_MAX;

  uint32_t ranges(const Ranges& r, uint32_t next) {
    uint32_t entry = kNone;
    for (Range x : r) utf8(x.low, x.high, next, entry);
    return entry == kNone ? add({kFail, 0, 0, 0, 0}) : entry;
  }

  static int encode(uint32_t c, uint8_t* out) {
    if (c < 0x80) return out[0] = static_cast<uint8_t>(c), 1;
    if (c < 0x800)
      return out[0] = static_cast<uint8_t>(0xC0 | c >> 6), out[1] = static_cast<uint8_t>(0x80 | (c & 63)), 2;
    if (c < 0x10000)
      return out[0] = static_cast<uint8_t>(0xE0 | c >> 12), out[1] = static_cast<uint8_t>(0x80 | (c >> 6 & 63)),
             out[2] = static_cast<uint8_t>(0x80 | (c & 63)), 3;
    return out[0] = static_cast<uint8_t>(0xF0 | c >> 18), out[1] = static_cast<uint8_t>(0x80 | (c >> 12 & 63)),
           out[2] = static_cast<uint8_t>(0x80 | (c >> 6 & 63)), out[3] = static_cast<uint8_t>(0x80 | (c & 63)), 4;
  }

  // Adds the byte sequences of the code points low..high to `entry`: split where the length changes, then where a
  // continuation byte does not span its whole range.
  void utf8(uint32_t low, uint32_t high, uint32_t next, uint32_t& entry) {
    static constexpr uint32_t kLast[] = {0x7F, 0x7FF, 0xFFFF};
    for (uint32_t last : kLast) {
      if (low <= last && high > last) {
        utf8(low, last, next, entry);
        utf8(last + 1, high, next, entry);
        return;
      }
    }
    if (high >= 0x80) {
      for (int i = 1; i < 4; ++i) {
        uint32_t mask = (1u << (6 * i)) - 1;
        if ((low & ~mask) == (high & ~mask)) continue;
        if (low & mask) {
          utf8(low, low | mask, next, entry);
          utf8((low | mask) + 1, high, next, entry);
          return;
        }
        if ((high & mask) != mask) {
          utf8(low, (high & ~mask) - 1, next, entry);
          utf8(high & ~mask, high, next, entry);
          return;
        }
      }
    }
    uint8_t a[4], b[4];
    int n = encode(low, a);
    encode(high, b);
    uint32_t at = next;
    for (int i = n; i-- > 0;) at = add({kBytes, a[i], b[i], at, 0});
    entry = either(entry, at);
  }
};

enum Before : uint8_t { kStart, kNewline, kWordByte, kOther };

struct Set {
  Before before;
  std::vector<uint32_t> instructions;  // sorted; kBytes, kAssert and kMatch only
  auto operator<=>(const Set&) const = default;
};

class Determiniser {
public:
  Determiniser(const std::vector<Instruction>& code, uint32_t start, size_t most_work)
      : code_(code), start_(start), mark_(code.size(), 0), left_out_(code.size(), 0), most_work_(most_work) {
    for (auto& i : code) uses_ |= i.op == kAssert ? i.low : 0;
  }

  bool run(Tables& out) {
    classes(out);
    uint32_t symbols = out.classes;
    add({});  // state 0: dead
    accept_ = id_of(accept_set());
    if (uses_ == 0) return run_plain(out);
    Set start{kStart, {}};
    close(start_, start.instructions);
    out.start = state(std::move(start));
    for (size_t s = 1; s < sets_.size(); ++s) {
      if (sets_.size() > kMaxStates || sets_.size() * symbols > kMaxTable) return false;
      table_.resize(sets_.size() * symbols, 0);
      if (s == accept_) {
        for (uint32_t c = 0; c < symbols; ++c) table_[s * symbols + c] = accept_;
        continue;
      }
      for (uint32_t c = 0; c < symbols; ++c) {
        int byte = c + 1 == symbols ? -1 : sample_[c];
        if ((work_ += sets_[s].instructions.size()) > most_work_) return false;
        uint32_t to = step(sets_[s], byte);
        table_.resize(sets_.size() * symbols, 0);
        table_[s * symbols + c] = to;
      }
    }
    table_.resize(sets_.size() * symbols, 0);
    minimise(out);
    return true;
  }

private:
  // The same of a pattern that asserts nothing. All states but the dead one hold what the pattern begins with, which
  // may be thousands of instructions, so that is left out of them; and one pass over a state's others finds where all
  // bytes lead.
  bool run_plain(Tables& out) {
    const uint32_t bytes = out.classes - 1;
    std::vector<uint32_t> first;
    close(start_, first);
    const bool matches = std::ranges::any_of(first, [&](uint32_t i) { return code_[i].op == kMatch; });
    for (size_t i = 0; i < code_.size(); ++i) left_out_[i] = mark_[i] == generation_;
    std::vector<std::vector<uint32_t>> led(bytes), of_first(bytes);
    lead(first, out, of_first);
    for (std::vector<uint32_t>& to : of_first) {
      std::vector<uint32_t> closed;
      ++generation_;
      for (uint32_t i : to) close_more(i, closed);
      to = std::move(closed);
    }
    out.start = matches ? accept_ : id_of({kOther, {}});
    for (size_t s = 1; s < sets_.size(); ++s) {
      if (sets_.size() > kMaxStates || sets_.size() * out.classes > kMaxTable) return false;
      table_.resize((s + 1) * out.classes, 0);
      if (s == accept_) std::fill_n(&table_[s * out.classes], out.classes, accept_);
      if (s == accept_) continue;
      lead(sets_[s].instructions, out, led);
      for (uint32_t c = 0; c < bytes; ++c) {
        Set to{kOther, of_first[c]};
        ++generation_;
        for (uint32_t i : to.instructions) mark_[i] = generation_;
        for (uint32_t i : led[c]) close_more(i, to.instructions);
        if ((work_ += to.instructions.size() + 1) > most_work_) return false;
        std::sort(to.instructions.begin(), to.instructions.end(), [](uint32_t a, uint32_t b) { return a < b; });
        const bool match = std::ranges::any_of(to.instructions, [&](uint32_t i) { return code_[i].op == kMatch; });
        table_[s * out.classes + c] = match ? accept_ : id_of(std::move(to));
        led[c].clear();
      }
    }
    table_.resize(sets_.size() * out.classes, 0);
    minimise(out);
    return true;
  }
  // Where the instructions lead, by class of bytes.
  void lead(const std::vector<uint32_t>& from, const Tables& out, std::vector<std::vector<uint32_t>>& to) {
    for (uint32_t i : from) {
      const Instruction& in = code_[i];
      if (in.op != kBytes) continue;
      for (uint32_t c = out.byte_class[in.low]; c <= out.byte_class[in.high]; ++c) to[c].push_back(in.next);
    }
  }

  static Set accept_set() { return Set{kOther, {UINT32_MAX}}; }

  uint32_t add(Set s) {
    auto id = static_cast<uint32_t>(sets_.size());
    ids_.emplace(s, id);
    sets_.push_back(std::move(s));
    return id;
  }
  uint32_t id_of(Set s) {
    auto it = ids_.find(s);
    return it != ids_.end() ? it->second : add(std::move(s));
  }
  uint32_t state(Set s) {
    std::sort(s.instructions.begin(), s.instructions.end(),
              [](uint32_t a, uint32_t b) { return a < b; });  // libc++ keeps the usual one to itself
    if (s.before != kStart)                                   // can never hold again: drop, so that sets become equal
      std::erase_if(s.instructions, [&](uint32_t i) { return code_[i].op == kAssert && code_[i].low == kBeginText; });
    for (uint32_t i : s.instructions)
      if (code_[i].op == kMatch) return accept_;
    if (s.instructions.empty()) return 0;
    if (!(uses_ & (kWord | kNoWord)) && s.before == kWordByte) s.before = kOther;
    if (!(uses_ & kBeginLine) && s.before == kNewline) s.before = kOther;
    if (uses_ == 0) s.before = kOther;
    return id_of(std::move(s));
  }

  // Adds what is reached from `from` without consuming or asserting.
  void close(uint32_t from, std::vector<uint32_t>& out) {
    ++generation_;
    close_more(from, out);
  }
  void close_more(uint32_t from, std::vector<uint32_t>& out) {
    stack_.push_back(from);
    while (!stack_.empty()) {
      uint32_t i = stack_.back();
      stack_.pop_back();
      if (mark_[i] == generation_ || left_out_[i]) continue;
      mark_[i] = generation_;
      const Instruction& in = code_[i];
      if (in.op == kSplit) {
        stack_.push_back(in.other);
        stack_.push_back(in.next);
      } else if (in.op != kFail) {
        out.push_back(i);
      }
    }
  }

  uint32_t step(const Set& set, int byte) {
    static constexpr int kAsByte[] = {-1, '\n', 'a', ' '};  // of each Before
    const uint32_t holds = assertions_between(kAsByte[set.before], byte);
    std::vector<uint32_t> now = set.instructions;
    if (uses_) {
      ++generation_;
      for (uint32_t i : now) mark_[i] = generation_;
      for (size_t k = 0; k < now.size(); ++k) {
        const Instruction& in = code_[now[k]];
        if (in.op == kAssert && (in.low & holds)) close_more(in.next, now);
      }
    }
    for (uint32_t i : now)
      if (code_[i].op == kMatch) return accept_;
    if (byte < 0) return 0;
    Set to{byte == '\n' ? kNewline : word_byte(byte) ? kWordByte : kOther, {}};
    ++generation_;
    for (uint32_t i : now) {
      const Instruction& in = code_[i];
      if (in.op == kBytes && static_cast<uint32_t>(byte) >= in.low && static_cast<uint32_t>(byte) <= in.high)
        close_more(in.next, to.instructions);
    }
    close_more(start_, to.instructions);
    return state(std::move(to));
  }

  // Bytes that no instruction tells apart share a column.
  void classes(Tables& out) {
    std::array<bool, 257> cut{};
    cut[0] = true;
    for (auto& i : code_) {
      if (i.op != kBytes) continue;
      cut[i.low] = true;
      cut[i.high + 1] = true;
    }
    if (uses_ & (kBeginLine | kEndLine)) cut['\n'] = cut['\n' + 1] = true;
    if (uses_ & (kWord | kNoWord))
      for (int b = 1; b < 256; ++b)
        if (word_byte(b) != word_byte(b - 1)) cut[static_cast<size_t>(b)] = true;
    if (uses_) cut[0x80] = cut[0xC0] = true;  // nothing holds in front of these, which stand within a character
    int id = -1;
    for (int b = 0; b < 256; ++b) {
      if (cut[static_cast<size_t>(b)]) {
        ++id;
        sample_.push_back(b);
      }
      out.byte_class[static_cast<size_t>(b)] = static_cast<uint8_t>(id);
    }
    out.classes = static_cast<uint32_t>(sample_.size()) + 1;
  }

  // Moore's algorithm: states are equal until a symbol tells them apart. State 0 stays dead.
  void minimise(Tables& out) {
    size_t n = sets_.size();
    uint32_t symbols = out.classes;
    std::vector<uint32_t> group(n, 0);
    for (size_t s = 0; s < n; ++s) group[s] = s == accept_ ? 1 : 0;
    size_t count = 0;
    for (;;) {
      std::map<std::vector<uint32_t>, uint32_t> seen;
      std::vector<uint32_t> next(n);
      for (size_t s = 0; s < n; ++s) {
        std::vector<uint32_t> key{group[s]};
        for (uint32_t c = 0; c < symbols; ++c) key.push_back(group[table_[s * symbols + c]]);
        next[s] = seen.emplace(std::move(key), static_cast<uint32_t>(seen.size())).first->second;
      }
      group = std::move(next);
      if (seen.size() == count) break;
      count = seen.size();
    }
    // `seen` numbers groups in order of their first state, so the dead state's group is 0.
    out.next.assign(count * symbols, 0);
    for (size_t s = 0; s < n; ++s)
      for (uint32_t c = 0; c < symbols; ++c)
        out.next[group[s] * symbols + c] = static_cast<uint16_t>(group[table_[s * symbols + c]]);
    out.start = group[out.start];
    out.accept_all = group[accept_];
  }

  const std::vector<Instruction>& code_;
  uint32_t start_;
  uint32_t uses_ = 0;
  std::vector<uint32_t> mark_;
  std::vector<uint8_t> left_out_;  // by instruction: all that is reached from it goes without saying
  uint32_t generation_ = 0;
  std::vector<uint32_t> stack_;
  std::map<Set, uint32_t> ids_;
  std::vector<Set> sets_;
  std::vector<uint32_t> table_;
  std::vector<int> sample_;
  uint32_t accept_ = 0;
  size_t work_ = 0, most_work_;
};

// `most_work` 0: no DFA.
std::expected<Tables, SyntaxError> tables(std::string_view pattern, size_t most_work) {
  auto tree = parse(pattern);
  if (!tree) return std::unexpected(tree.error());
  Builder builder(false);
  uint32_t match = builder.add({kMatch, 0, 0, 0, 0});
  uint32_t start = builder.build(**tree, match);
  if (builder.overflow) return std::unexpected(SyntaxError{"expression too large", 0});
  Tables out;
  out.pattern = std::string(pattern);
  if (most_work > 0 && Determiniser(builder.code, start, most_work).run(out)) return out;
  out = Tables{};
  out.pattern = std::string(pattern);
  out.start = start;
  out.program = std::move(builder.code);
  return out;
}

// Gives groups the numbers that stand at theirs; those with 0 become what they hold.
void renumber(NodePtr& n, const std::vector<uint32_t>& numbers) {
  while (n->op == Op::Group && numbers[n->group - 1] == 0) {
    NodePtr inner = std::move(n->children[0]);
    n = std::move(inner);
  }
  if (n->op == Op::Group) n->group = numbers[n->group - 1];
  for (NodePtr& c : n->children) renumber(c, numbers);
}

}  // namespace

std::expected<Tables, SyntaxError> compile(std::string_view pattern) {
  return tables(pattern, kMostWork);
}
bool fits(const Node& tree, bool places) {
  Builder builder(places);
  builder.build(tree, builder.add({kMatch, 0, 0, 0, 0}));
  return !builder.overflow && (!places || builder.code.size() <= kMaxCaptureProgram);
}

namespace {

// A bit for each byte that a match begins with; empty where a match may be empty. Assertions are taken to hold.
std::vector<uint8_t> first_bytes(const std::vector<Tables::Instruction>& program, uint32_t start) {
  std::vector<uint8_t> bits(32);
  std::vector<bool> seen(program.size());
  std::vector<uint32_t> open{start};
  while (!open.empty()) {
    const uint32_t at = open.back();
    open.pop_back();
    if (seen[at]) continue;
    seen[at] = true;
    const Tables::Instruction& i = program[at];
    switch (i.op) {
    case kMatch: return {};
    case kBytes:
      for (uint32_t b = i.low; b <= i.high; ++b) bits[b / 8] |= static_cast<uint8_t>(1 << b % 8);
      break;
    case kSplit: open.push_back(i.other); [[fallthrough]];
    case kMark:
    case kAssert: open.push_back(i.next); break;
    default: break;
    }
  }
  return bits;
}

std::expected<Tables, SyntaxError> captures(std::string_view pattern, bool named_only, size_t most_work) {
  std::vector<std::string> groups;
  auto tree = parse(pattern, &groups);
  if (!tree) return std::unexpected(tree.error());
  if (named_only) {
    std::vector<uint32_t> numbers(groups.size(), 0);
    uint32_t named = 0;
    for (size_t i = 0; i < groups.size(); ++i)
      if (!groups[i].empty()) numbers[i] = ++named;
    renumber(*tree, numbers);
    std::erase(groups, "");
  }
  auto out = tables(pattern, most_work);
  if (!out) return out;
  if (!fits(**tree, true)) return std::unexpected(SyntaxError{"expression too large", 0});
  Builder builder(true);
  uint32_t match = builder.add({kMatch, 0, 0, 0, 0});
  out->capture_start = builder.build(**tree, match);
  out->program = std::move(builder.code);
  out->first = first_bytes(out->program, out->capture_start);
  if (out->next.empty()) out->start = out->capture_start;
  if (groups.empty()) add_ends(*out);
  groups.insert(groups.begin(), "");
  out->groups = std::move(groups);
  return out;
}

}  // namespace

std::expected<Tables, SyntaxError> compile_captures(std::string_view pattern, size_t most_work) {
  return captures(pattern, false, most_work);
}
std::expected<Tables, SyntaxError> compile_named_captures(std::string_view pattern, size_t most_work) {
  return captures(pattern, true, most_work);
}
std::expected<Tables, SyntaxError> compile_program(std::string_view pattern) {
  return tables(pattern, 0);
}

}  // namespace whittle::regex
