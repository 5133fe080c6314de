// SPDX-License-Identifier: Apache-2.0
// What was read, compared or converted before, and cannot have changed since, is not read again. Nothing that may fail
// is shared, and nothing that functions take apart in place: whole maps and the cache.
#include "compiler/record/rewrites.h"
#include "compiler/record/visit.h"

#include <bit>
#include <deque>
#include <map>

namespace whittle::ir {

namespace {

bool can_be_shared(const Instruction& i) {
  if (i.fails) return false;
  switch (i.op) {
  case Op::Constant:
  case Op::ReadKey:
  case Op::HasKey:
  case Op::Present:
  case Op::Same:
  case Op::Match:
  case Op::Compare:
  case Op::Not:
  case Op::TextOf: return true;
  case Op::Read: return !is_attributes(*i.path) && i.operands.empty();
  default: return false;
  }
}

// What two instructions have in common that give the same value.
std::string identity(const Instruction& i) {
  std::string out;
  auto add = [&](auto part) { out += std::to_string(part) + " "; };
  auto add_text = [&](const std::string& text) {
    add(text.size());
    out += text;
  };
  add(static_cast<int>(i.op));
  add(static_cast<int>(i.level));
  add(static_cast<int>(i.operation));
  add(static_cast<int>(i.how));
  add(i.bytes);
  add(reinterpret_cast<uintptr_t>(i.op == Op::Read ? i.path : nullptr));
  add(reinterpret_cast<uintptr_t>(i.function));
  add(i.constant.index());
  if (auto* b = std::get_if<bool>(&i.constant)) add(*b);
  if (auto* n = std::get_if<int64_t>(&i.constant)) add(*n);
  if (auto* d = std::get_if<double>(&i.constant)) add(std::bit_cast<uint64_t>(*d));
  if (auto* s = std::get_if<std::string>(&i.constant)) add_text(*s);
  add_text(i.text);
  add(i.pattern != nullptr);
  // With the places of its groups it is another one.
  if (i.pattern) add_text(i.pattern->pattern), add(i.pattern->capture_start), add(i.pattern->groups.size());
  for (const std::string& k : i.keys) add_text(k);
  for (ValueId o : i.operands) add(o);
  return out;
}

class Sharing {
public:
  void pass(Pass& p) {
    Known known;
    for (Section& s : p.sections) section(s, known);
  }

private:
  struct Value {
    uint32_t identity;        // its number in identities_
    const Instruction* made;  // in instructions_
    bool surely;              // nothing that may fail has come before it in its statement
    bool operator<(const Value& other) const { return identity < other.identity; }
  };
  // Copied where ways part, so it is a plain list.
  struct Known {
    std::vector<Value> values;  // by identity
    bool may_have_failed = false;

    void after_failure() {
      std::erase_if(values, [](const Value& v) { return !v.surely; });
      may_have_failed = false;
    }
    // Only what another state still knows too.
    void keep_common(const Known& other) {
      std::erase_if(values, [&](const Value& v) {
        auto at = std::lower_bound(other.values.begin(), other.values.end(), v);
        return at == other.values.end() || at->identity != v.identity || at->made != v.made;
      });
    }
    void forget(const Instruction& write) {
      std::erase_if(values, [&](const Value& v) { return disturbs(write, *v.made); });
    }
  };

  void section(Section& s, Known& before) {
    Known now = before, then = before;
    for (size_t k = 0; k < s.conditions.size(); ++k) {
      block(s.conditions[k], now);
      if (k == 0) {
        then = now;
        if (s.conditions.size() > 1) then.after_failure();
        before = now;
        before.after_failure();
      }
      now.after_failure();
    }
    for (Statement& t : s.statements) {
      Known own = then;
      own.may_have_failed = false;
      if (t.guard.result == kNone) {
        block(t.body, own);
        then = std::move(own);
      } else {
        block(t.guard, own);
        then = own;
        block(t.body, own);
        then.keep_common(own);
      }
      then.after_failure();
    }
    before.keep_common(then);
  }

  void block(Block& b, Known& known) {
    std::vector<Instruction> before;
    before.swap(b.code);
    for (Instruction& i : before) {
      for (ValueId& o : i.operands) o = now(o);
      Known within;
      if (!i.blocks.empty()) within = known;
      for (size_t k = 0; k < i.blocks.size(); ++k) {
        block(i.blocks[k], within);
        if (k == 0) known = within;
        else known.may_have_failed |= within.may_have_failed;
      }
      if (has_effect(i)) known.forget(i);
      known.may_have_failed |= i.fails;
      if (can_be_shared(i)) {
        Value v{identities_.try_emplace(identity(i), static_cast<uint32_t>(identities_.size())).first->second, nullptr,
                !known.may_have_failed};
        auto at = std::lower_bound(known.values.begin(), known.values.end(), v);
        if (at != known.values.end() && at->identity == v.identity) {
          same_[i.id] = at->made->id;
          continue;
        }
        v.made = &instructions_.emplace_back(i);
        known.values.insert(at, v);
      }
      b.code.push_back(std::move(i));
    }
    b.result = now(b.result);
  }

  ValueId now(ValueId id) const {
    auto at = same_.find(id);
    return at == same_.end() ? id : at->second;
  }

  std::map<ValueId, ValueId> same_;
  std::map<std::string, uint32_t> identities_;
  std::deque<Instruction> instructions_;
};

}  // namespace

void share_reads(Program& program) {
  for (Pass& pass : program.passes) Sharing().pass(pass);
}

}  // namespace whittle::ir
