// SPDX-License-Identifier: Apache-2.0
#include "runtime/drift/given.h"

#include "runtime/base/environment.h"

namespace whittle::drift {
namespace {

using yaml::Entry;
using yaml::Kind;
using yaml::Node;

Node* make(Kind kind, Arena& arena) {
  auto* out = arena.make<Node>();
  out->scalar.kind = kind;
  return out;
}

bool only_texts(const Node& list) {
  for (const Entry* e = list.first; e; e = e->next)
    if (!e->value->is_scalar()) return false;
  return list.size > 0;
}

}  // namespace

const Node* resolved(const Node* n, Arena& arena) {
  if (!n || n->kind() != Kind::String || n->text.find('$') == Text::npos) return n;
  Writer out;
  bool whole = false;
  constexpr Text kInline = "${yaml:";
  if (n->text.starts_with(kInline) && n->text.find('}') + 1 == n->text.size()) {
    out.append(n->text.substr(kInline.size(), n->text.size() - kInline.size() - 1));
    whole = true;
  } else {
    expand_environment(n->text, out, whole);
  }
  auto* made = arena.make<Node>(*n);
  made->text = arena.copy(out.text());
  made->scalar = {};
  made->scalar.kind = Kind::String;
  if (!whole) return made;
  made->quoted = false;
  made->scalar = yaml::resolve(made->text);
  if (made->scalar.kind != Kind::String || made->text.find_first_of("[{:\n-&") == Text::npos) return made;
  Writer why;
  const Node* tree = yaml::read(made->text, arena, why);
  return tree && !tree->is_scalar() ? tree : made;
}

const Node* split_list(const Node& given, Arena& arena) {
  Node* out = make(Kind::Sequence, arena);
  out->line = given.line;
  for (Text rest = given.text; !given.text.empty();) {
    size_t comma = rest.find(',');
    Node* item = make(Kind::String, arena);
    item->text = rest.substr(0, comma);
    append(*out, {}, item, arena);
    if (comma == Text::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return out;
}

const Node* as_group(const Node& list, Text setting, Arena& arena) {
  if (!only_texts(list)) return &list;
  Node *group = make(Kind::Mapping, arena), *outer = make(Kind::Sequence, arena);
  append(*group, setting, &list, arena);
  append(*outer, {}, group, arena);
  return outer;
}

const Node* from_pairs(const Node& list, Arena& arena) {
  static constexpr Text kName = "name", kValue = "value";
  Node* out = make(Kind::Mapping, arena);
  for (const Entry* e = list.first; e; e = e->next) {
    const Node *name = resolved(e->value->find(kName), arena), *value = e->value->find(kValue);
    if (!name) return &list;
    append(*out, name->text, value ? value : arena.make<Node>(), arena);
  }
  return out;
}

bool turned_off(const Node* n) {
  const Node* enabled = n ? n->find("enabled") : nullptr;
  return enabled && enabled->kind() == Kind::Bool && !enabled->scalar.boolean;
}

const Node* without_enabled(const Node& map, Arena& arena) {
  Node* out = make(Kind::Mapping, arena);
  for (const Entry* e = map.first; e; e = e->next)
    if (e->key != "enabled") append(*out, e->key, e->value, arena);
  return out;
}

}  // namespace whittle::drift
