// SPDX-License-Identifier: Apache-2.0
#include "runtime/drift/differences.h"

#include "runtime/base/number.h"
#include "runtime/drift/table.h"

namespace whittle::drift {
namespace {

using yaml::Entry;
using yaml::Kind;
using yaml::Node;

// A value as a person would recognise it, cut where it becomes long.
void show(Writer& out, const Node& n) {
  size_t begun = out.size();
  if (n.kind() == Kind::Mapping) {
    out.append(n.size == 0 ? Text("{}") : kSet);
  } else if (n.kind() == Kind::Sequence) {
    out.byte('[');
    for (const Entry* e = n.first; e && out.size() - begun <= kLongestShown; e = e->next) {
      if (e != n.first) out.append(Text(", "));
      if (e->value->is_scalar()) out.append(e->value->text);
      else out.append(Text(e->value->kind() == Kind::Mapping ? "{...}" : "[...]"));
    }
    out.byte(']');
  } else if (n.kind() == Kind::Null) {
    out.append(Text("null"));
  } else if (n.text.empty()) {
    out.append(Text("\"\""));
  } else {
    out.append(n.text);
  }
  if (out.size() - begun > kLongestShown) {
    size_t cut = begun + kLongestShown;
    while (cut > begun && (out.data()[cut] & 0xC0) == 0x80) --cut;  // not within a character
    out.truncate(cut);
    out.append(Text("..."));
  }
}

void show(Writer& out, Text text) {
  Node n;
  n.scalar.kind = Kind::String;
  n.text = text;
  show(out, n);
}

}  // namespace

void Differences::differ(Text compiled, Text given) {
  if (silent_) return;
  ++count_;
  tell_(context_, {path_.text(), compiled, given});
}

void Differences::differ(uint8_t tag, Text compiled, const Node* given, Text otherwise) {
  if (silent_) return;
  if (tag & kHidden) {
    bool no_value = !given && otherwise == kNotSet;
    return differ(compiled == kNotSet ? kNotSet : kHiddenText, no_value ? kNotSet : kHiddenText);
  }
  Writer shown_compiled, shown_given;
  show(shown_compiled, compiled);
  if (given) show(shown_given, *given);
  else shown_given.append(otherwise);
  differ(shown_compiled.text(), shown_given.text());
}

void Differences::by_default(uint8_t tag, Text compiled, Text initial) {
  Writer given;
  show(given, initial);
  given.append(Text(" (the default)"));
  differ(tag, compiled, nullptr, given.text());
}

void Differences::not_compiled(Text key) {
  Step step(*this, key);
  differ("(not in the compiled config)", kSet);
}

Step::Step(Differences& differences, Text key) : differences_(differences), before_(differences.path_.size()) {
  if (differences.silent_) return;
  if (before_ > 0) differences.path_.append(Text("::"));
  differences.path_.append(key.empty() ? Text("\"\"") : key.substr(0, kLongestShown));
}

Step::Step(Differences& differences, uint64_t index) : differences_(differences), before_(differences.path_.size()) {
  if (differences.silent_) return;
  differences.path_.append(Text("::"));
  append_uint(differences.path_, index);
}

}  // namespace whittle::drift
