// SPDX-License-Identifier: Apache-2.0
// What records must have (match.wtl) as truth values of a record program. What matches and what does not follows
// contrib's internal/filter (filterspan, filterlog, filtermetric, filtermatcher): lists are alternatives, different
// properties must all match, attributes must all match.
#pragma once

#include "compiler/check/config.h"
#include "compiler/record/emit.h"

namespace whittle::plan {

// One group of properties, with its way of comparing texts. Each member adds to `all` what it asks for, and nothing
// where the list is empty.
class Matcher {
public:
  Matcher(ir::Pass& pass, bool regexp) : pass_(pass), regexp_(regexp) {}

  // `text`, made by a function that is given an Emit, is one of the texts of a list.
  template <class F>
  void texts(ir::Truths& all, const check::Value& list, F text) {
    if (list.items.empty()) return;
    all.add([&](ir::Emit& e) { return one_of(e, text(e), texts_of(list)); });
  }
  // All of these attributes of a context are there with the values asked for.
  void attributes(ir::Truths& all, ottl::Context context, const check::Value& wanted);
  void libraries(ir::Truths& all, const check::Value& wanted);
  // The severity number is at least `min`; `undefined`: or there is none.
  void severity(ir::Truths& all, int64_t min, bool undefined);

private:
  ir::ValueId one_of(ir::Emit& e, ir::ValueId text, std::vector<std::string> texts);
  static std::vector<std::string> texts_of(const check::Value& list);

  ir::Pass& pass_;
  bool regexp_;
};

// A `match` that is present, for records of a signal: spans, log records, metrics.
ir::Truths match_of(ir::Pass& pass, const check::Value& match, schema::Signal signal);

// An optional setting as Value::at gives it; null where it is absent.
const check::Value* given(const check::Value& v);

// The truth value of `not include or exclude` among the settings of `parent`, in `block`, where `match(pass, side)`
// gives what a side asks for. False where no side says anything: then nothing is skipped.
template <class F>
bool add_skip(ir::Pass& pass, ir::Block& block, const check::Value& parent, F match) {
  ir::Truths either(pass);
  for (bool include : {true, false}) {
    const check::Value* side = given(parent.at(include ? "include" : "exclude"));
    if (side == nullptr) continue;
    ir::Truths all = match(pass, *side);
    if (all.empty()) continue;  // it says nothing about these records
    either.add([&](ir::Emit& e) { return include ? e.negation(all.all(e)) : all.all(e); });
  }
  if (either.empty()) return false;
  ir::Emit e(pass, block);
  block.result = either.any(e);
  return true;
}

// Lets a section act only on records that `include` and `exclude` of `parent`, each a `match`, do not skip.
void act_on_matching(ir::Pass& pass, ir::Section& section, const check::Value& parent, schema::Signal signal);

}  // namespace whittle::plan
