// SPDX-License-Identifier: Apache-2.0
#include "runtime/drift/values.h"

#include "runtime/base/environment.h"
#include "runtime/drift/given.h"
#include "runtime/drift/same_value.h"

#include <vector>

namespace whittle::drift {

using yaml::Entry;
using yaml::Kind;
using yaml::Node;

void Values::node(const Node* written) {
  uint8_t tag = table_.byte();
  auto kind = static_cast<NodeKind>(tag & 15);
  const Node* given = resolved(written, arena_);
  switch (kind) {
  case NodeKind::Ignored: return;
  case NodeKind::Unset: return unset(tag, given);
  case NodeKind::List: return list(tag, given);
  case NodeKind::Map: return map(tag, given);
  case NodeKind::Struct: return structure(given);
  case NodeKind::Optional: return optional(tag, given, written);
  default: return scalar(kind, tag, given, written);
  }
}

void Values::unset(uint8_t tag, const Node* given) {
  if (!given || given->kind() == Kind::Null || (given->kind() == Kind::Sequence && given->size == 0) ||
      turned_off(given))
    return;
  differences_.differ(tag, kNotSet, given);
}

// ---- scalars

Text Values::with_references(uint8_t tag, Text compiled) {
  if (!(tag & kLate)) return compiled;
  Writer out;
  bool whole;
  expand_environment(compiled, out, whole);
  return arena_.copy(out.text());
}

// An Any without the letter that is its type.
static Text any_text(Text any) {
  if (any.empty()) return any;
  return any == "n" ? Text("null") : any.substr(1);
}

void Values::scalar(NodeKind kind, uint8_t tag, const Node* given, const Node* written) {
  Text compiled = table_.text(), initial = tag & kDefault ? compiled : table_.text(), also;
  if (kind == NodeKind::Enum) also = table_.text();
  bool alternative = false;  // it is written in another way
  if (kind == NodeKind::Text && tag & kSpecial)
    for (uint64_t n = table_.number(); n > 0; --n) alternative |= table_.text() == (given ? given->text : initial);
  if (differences_.silent() || alternative || (given && (tag & kLate) && written->text == compiled)) return;
  Text value = with_references(tag, compiled);
  Text shown = kind == NodeKind::Any && !(tag & kLate) ? any_text(compiled) : compiled;
  if (!given) {
    Node usual;
    usual.text = initial;
    if (kind == NodeKind::Text) usual.scalar.kind = Kind::String;
    else usual.scalar = yaml::resolve(initial);
    if (tag & kDefault || (kind != NodeKind::Any && same_value(kind, tag, value, also, usual))) return;
    return differences_.by_default(tag, shown, kind == NodeKind::Any ? any_text(initial) : initial);
  }
  if (!given->is_scalar() || !same_value(kind, tag, value, also, *given)) differences_.differ(tag, shown, written);
}

// ---- lists and maps

// Reads a node of a list or a map, for people.
void Values::show_node(Writer& out) {
  const uint8_t* begin = table_.at();
  uint8_t tag = table_.byte();
  auto kind = static_cast<NodeKind>(tag & 15);
  if (tag & kHidden) out.append(kHiddenText);
  else if (kind == NodeKind::List) out.append(Text("[...]"));
  else if (kind == NodeKind::Map || kind == NodeKind::Struct) out.append(Text("{...}"));
  else if (kind == NodeKind::Any) out.append(table_.text().substr(1));
  else if (kind >= NodeKind::Bool && kind <= NodeKind::Enum) out.append(table_.text());
  table_.go_on_at(begin);
  Silence silence(differences_);
  node(nullptr);
}

// The whole is compared item by item where the lengths agree, and told in one go where they do not.
void Values::list(uint8_t tag, const Node* given) {
  Text initial = tag & kDefault ? Text() : table_.text();
  const uint8_t* begin = table_.at();
  Writer shown;
  shown.byte('[');
  uint64_t n = table_.number();
  for (uint64_t i = 0; i < n; ++i) {
    if (i > 0) shown.append(Text(", "));
    show_node(shown);
  }
  shown.byte(']');
  Text flat = table_.text();
  const uint8_t* end = table_.at();
  if (differences_.silent()) return;
  if (!given || (given->kind() == Kind::Null && flat.empty())) {
    if (!(tag & kDefault)) differences_.by_default(tag, shown.text(), initial);
    return;
  }
  if (given->kind() == Kind::String && tag & kSpecial) given = split_list(*given, arena_);
  if (!flat.empty() && given->kind() == Kind::Sequence) given = as_group(*given, flat, arena_);
  if (given->kind() != Kind::Sequence || given->size != n) return differences_.differ(tag, shown.text(), given);
  table_.go_on_at(begin);
  table_.number();
  uint64_t i = 0;
  for (const Entry* e = given->first; e; e = e->next) {
    Step step(differences_, i++);
    node(e->value);
  }
  table_.go_on_at(end);
}

void Values::map(uint8_t tag, const Node* given) {
  Text initial = tag & kDefault ? Text() : table_.text();
  uint64_t n = table_.number();
  bool absent = !given || given->kind() == Kind::Null;
  if (!absent && given->kind() == Kind::Sequence && tag & kSpecial) given = from_pairs(*given, arena_);
  bool good = !absent && given->kind() == Kind::Mapping;
  Writer shown;
  shown.byte('{');
  std::vector<Text> keys;
  for (uint64_t i = 0; i < n; ++i) {
    Silence silence(differences_, !good);
    Text key = table_.text();
    keys.push_back(key);
    if (i > 0) shown.append(Text(", "));
    shown.append(key);
    Step step(differences_, key);
    const Node* value = good ? given->find(key) : nullptr;
    if (good && !value) {
      uint8_t item = table_.next_byte();
      Writer one;
      show_node(one);
      differences_.differ(item, one.text(), nullptr);
    } else {
      node(value);
    }
  }
  shown.byte('}');
  if (good) {
    for (const Entry* e = given->first; e; e = e->next) {
      bool known = false;
      for (Text k : keys) known = known || k == e->key;
      if (known) continue;
      Step step(differences_, e->key);
      differences_.differ(tag, kNotSet, e->value);
    }
  } else if (absent) {
    if (!(tag & kDefault)) differences_.by_default(tag, shown.text(), initial);
  } else {
    differences_.differ(tag, shown.text(), given);
  }
}

// ---- structures

void Values::structure(const Node* given, Text but_not, Text nor) {
  bool mapping = given && given->kind() == Kind::Mapping;
  if (given && !mapping && given->kind() != Kind::Null) {
    differences_.differ(kSet, "(no map)");
    Silence silence(differences_);
    return structure(nullptr);
  }
  const uint8_t* begin = table_.at();
  // First the names: keys that are none of them belong to the rest.
  std::vector<Text> names;
  uint64_t n = table_.number();
  for (uint64_t i = 0; i < n; ++i) {
    Silence silence(differences_);
    names.push_back(table_.text());
    node(nullptr);
  }
  uint64_t rest = table_.number();
  const uint8_t* end = table_.at();
  if (differences_.silent()) return;

  Node* others = nullptr;
  for (const Entry* e = mapping ? given->first : nullptr; e; e = e->next) {
    if (e->key == but_not || e->key == nor) continue;
    bool known = false;
    for (uint64_t i = 0; i < n; ++i) known = known || (names[i] == e->key && i + 1 != rest);
    if (known) continue;
    if (rest == 0) {
      differences_.not_compiled(e->key);
      continue;
    }
    if (!others) {
      others = arena_.make<Node>();
      others->scalar.kind = Kind::Mapping;
    }
    append(*others, e->key, e->value, arena_);
  }
  table_.go_on_at(begin);
  table_.number();
  for (uint64_t i = 0; i < n; ++i) {
    Text name = table_.text();
    if (i + 1 == rest) {
      node(others);
    } else {
      Step step(differences_, name);
      node(mapping ? given->find(name) : nullptr);
    }
  }
  table_.go_on_at(end);
}

// What may be there or not: a difference when one side has it and the other has not, else a matter of its values.
void Values::optional(uint8_t tag, const Node* given, const Node* written) {
  uint8_t what = table_.byte();
  bool compiled = what & kPresent, usual = what & kPresentDefault;
  bool present = usual;
  const Node* inner = nullptr;
  if (given && given->kind() == Kind::Null) {
    if (what & kNamed && !usual) present = true;
    else if (!(what & kStruct) && usual) present = false;
  } else if (given) {
    present = !(tag & kSpecial && turned_off(given));
    inner = written;
    if (tag & kSpecial && given->kind() == Kind::Mapping && given->find("enabled"))
      inner = without_enabled(*given, arena_);
  }
  if (compiled && present) return node(inner);
  if (compiled) {
    uint8_t inner_tag = table_.next_byte();
    Writer shown;
    if (what & kStruct) {
      Silence silence(differences_);
      node(nullptr);
      shown.append(kSet);
    } else {
      show_node(shown);
    }
    bool off = given && given->kind() == Kind::Mapping;
    differences_.differ(inner_tag, shown.text(), nullptr, off ? Text("(turned off)") : kNotSet);
  } else if (present) {
    if (what & kStruct) differences_.differ(kNotSet, kSet);
    else if (written) differences_.differ(tag, kNotSet, written);
    else differences_.differ(kNotSet, "(the default)");
  }
}

}  // namespace whittle::drift
