// SPDX-License-Identifier: Apache-2.0
// From nodes to typed values, accepting what the Collector's decoder accepts: numbers for durations, texts with commas
// for lists of texts, null for sections, and no text for a number.
#pragma once

#include "compiler/check/config.h"
#include "compiler/diag/diagnostics.h"
#include "compiler/source/sources.h"
#include "compiler/source/truth.h"
#include "compiler/syntax/yaml.h"

#include <span>

namespace whittle::check {

// Which collector a config is checked for.
enum class Meant : uint8_t {
  Whittle,  // the one that whittle compiles: what it cannot do is an error
  Best,     // the same, but what it cannot do is only remembered (Config::not_compiled)
  Stock     // one that others built: what whittle cannot do is remembered, and what it does differently counts not
};

// What checks read, and whom they tell.
struct CheckContext {
  const syntax::Tree& tree;
  const source::Sources& sources;
  diag::Diagnostics& diags;
  std::vector<NotCompiled>* not_compiled =
      nullptr;  // what is accepted and cannot be compiled, if anybody wants to know
  Meant meant = Meant::Whittle;

  // Remembers something that only collectors of others can do.
  void not_ours(const Value& v, std::string what, std::string_view why) {
    if (not_compiled != nullptr) not_compiled->push_back({v.span ? v.span : v.key, v.place, std::move(what), why});
  }
};

// Says of a setting that it has no effect where it is written, for the reason `why`: what `inert` says in declarations,
// where it depends on more than the setting.
void without_effect(CheckContext& context, const Value& v, std::string_view name, std::string_view why);

// The value of a setting that nobody wrote.
Value default_value(const schema::Type& type, const schema::Literal& initial);

// The value of `node` as `type`. `what` names it in diagnostics: "processors::batch". `key` is where its key stands,
// none for elements. Starts from the defaults of the type's settings.
Value decode(CheckContext& context, const schema::Type& type, syntax::NodeId node, source::Span key,
             const std::string& what);

// A shared struct's own checks, called for each value of it whose settings have their types. In
// stdlib/common/<struct>_check.cc as check_struct_<struct>; declc lists those that are there.
using StructCheckFn = void (*)(CheckContext& context, Value& v);
struct StructCheck {
  std::string_view name;
  StructCheckFn check;
};
std::span<const StructCheck> struct_checks();

// Whether a condition holds; unknown when it depends on a late or wrong value.
Truth evaluate(const schema::SettingExpression& e, const Value& scope);

// The setting at the end of a path from a struct, seen through Optionals; null where one of them is not there or is
// wrong.
const Value* setting_at(const Value& scope, std::span<const std::string_view> path);

// Equal texts for values that mean the same.
std::string canonical_text(const Value& v);

}  // namespace whittle::check
