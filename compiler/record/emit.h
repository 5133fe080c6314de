// SPDX-License-Identifier: Apache-2.0
// Instructions one by one, for the lowering of processors that are configured by settings and not by statements: each
// call appends to one block and gives the value it makes. Passes, sections and statements are put together by hand.
#pragma once

#include "compiler/check/config.h"
#include "compiler/record/ir.h"

namespace whittle::ir {

class Emit {
public:
  Emit(Pass& pass, Block& block) : pass_(pass), block_(block) {}
  Pass& pass() { return pass_; }

  ValueId constant(Literal value);
  // A scalar of the config, also one that is known only when the collector starts; lists and maps of them.
  ValueId setting(const check::Value& any);
  // The path `name` of a context ("status.code"), and its attribute `key`.
  ValueId read(ottl::Context context, std::string_view name);
  void write(ottl::Context context, std::string_view name, ValueId value);
  ValueId read_key(ottl::Context context, std::string_view key);
  void write_key(ottl::Context context, std::string_view key, ValueId value);
  // The same, where the value is not nil.
  void write_found_key(ottl::Context context, std::string_view key, ValueId value);
  void delete_key(ottl::Context context, std::string_view key);
  // The value at one key of a map.
  ValueId part(ValueId map, std::string_view key);
  // The element of a list, from 0.
  ValueId element(ValueId list, int64_t index);
  // A function of the runtime, with the signature of ottl::FunctionCode.
  ValueId call(std::string symbol, std::vector<ValueId> operands);
  ValueId pattern(const regex::Tables& tables);

  // Truth values.
  ValueId truth(bool value);
  ValueId has_key(ottl::Context context, std::string_view key);
  ValueId present(ValueId value);
  ValueId same(ValueId value, Literal constant);
  ValueId compare(ottl::Operator how, ValueId left, ValueId right);
  ValueId one_of(ValueId text, std::vector<std::string> texts);
  ValueId match(ValueId text, regex::Tables tables);
  ValueId negation(ValueId truth);
  ValueId text_of(ValueId value, Texts how, std::string otherwise = "");

private:
  friend class Truths;
  Instruction& add(Op op, ottl::TypeSet type);
  Instruction& attribute(Op op, ottl::TypeSet type, ottl::Context context, std::string_view key);

  Pass& pass_;
  Block& block_;
};

// Truth values that are all looked at until one decides. Each is made in a block of its own.
class Truths {
public:
  explicit Truths(Pass& pass) : pass_(pass) {}

  // `make` is given an Emit and returns the truth value.
  template <class F>
  void add(F make) {
    Block b;
    Emit emit(pass_, b);
    b.result = make(emit);
    blocks_.push_back(std::move(b));
  }
  bool empty() const { return blocks_.empty(); }
  // One value of them: true where there are none for `all`, false for `any`.
  ValueId all(Emit& to) { return join(to, Op::And); }
  ValueId any(Emit& to) { return join(to, Op::Or); }

private:
  ValueId join(Emit& to, Op op);

  Pass& pass_;
  std::vector<Block> blocks_;
};

}  // namespace whittle::ir
