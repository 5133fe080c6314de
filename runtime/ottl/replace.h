// SPDX-License-Identifier: Apache-2.0
// What the editors replace_match, replace_pattern and their `all` forms share (ottlfuncs/func_replace_*.go): the text
// that takes a match's place, which a function and a format may be applied to.
#pragma once

#include "runtime/base/captures.h"
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

struct Replacement {
  Text text;
  const Value* function;  // Absent: none
  const Value* format;    // likewise
};

// Applies the function and the format of a replacement to a text.
inline bool finish_replacement(Run& run, const Replacement& r, Text& text) {
  if (!given(*r.function)) return true;
  Value args[8], result;
  for (Value& a : args) a.kind = ValueKind::Absent;
  args[0] = ottl::text(text);
  if (!r.function->is(ValueKind::Function)) return run.fail("the function takes more than the text");
  if (!r.function->function(&run, args, &result)) return false;
  if (!result.is(ValueKind::String)) return run.fail("the replacement is not a string");
  text = result.as_text();
  if (!given(*r.format)) return true;
  Text form;
  if (!want_text(run, *r.format, form)) return false;
  // %s and no other directive; what stands for a second one is Go's.
  bool good = form.find("%s") != Text::npos && form.find('\n') == Text::npos;
  for (size_t at = form.find('%'); at != Text::npos; at = form.find('%', at + 1))
    good = good && (at + 1 == form.size() || form[at + 1] == 's');
  if (!good) return run.fail("the replacement's format is not one with %s alone");
  Writer w;
  bool first = true;
  while (!form.empty()) {
    const size_t at = form.find('%');
    w.append(form.substr(0, at));
    if (at == Text::npos) break;
    form = form.substr(at + 1);
    if (form.empty()) {
      w.append(Text("%!(NOVERB)"));
      break;
    }
    form = form.substr(1);
    w.append(first ? text : Text("%!s(MISSING)"));
    first = false;
  }
  text = run.arena.copy(w.text());
  return true;
}

// The text with all matches replaced; the very text where there are none. False: the function failed.
inline bool replace_in(Run& run, Captures& captures, Text text, const Replacement& r, Text& out) {
  Writer w;
  bool good = true;
  const bool any = replace_matches(captures, text, w, [&](const Captures& c) {
    if (!given(*r.function)) {
      expand_template(w, r.text, text, c);
      return;
    }
    Writer expanded;
    expand_template(expanded, r.text, text, c);
    Text made = run.arena.copy(expanded.text());
    good = good && finish_replacement(run, r, made);
    w.append(made);
  });
  out = any ? run.arena.copy(w.text()) : text;
  return good;
}

}  // namespace whittle::ottl
