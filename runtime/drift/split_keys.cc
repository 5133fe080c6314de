// SPDX-License-Identifier: Apache-2.0
#include "runtime/drift/split_keys.h"

namespace whittle::drift {
namespace {

using yaml::Entry;
using yaml::Kind;
using yaml::Node;

constexpr uint32_t kMostParts = 500;  // of all keys of a mapping

// The entries of a mapping with their keys taken apart at `::`.
const Node* split(const Node* map, Arena& arena, Writer& why) {
  bool any = false;
  for (const Entry* e = map->first; e; e = e->next) any = any || e->key.find("::") != Text::npos;
  if (!any) return map;
  auto* empty = arena.make<Node>(*map);
  empty->first = empty->last = nullptr;
  empty->size = 0;
  for (const Entry* e = map->first; e; e = e->next)
    if (e->key.find("::") == Text::npos) append(*empty, e->key, e->value, arena);
  const Node* out = empty;
  uint32_t budget = kMostParts;
  for (const Entry* e = map->first; e && out; e = e->next) {
    if (e->key.find("::") == Text::npos) continue;
    if (budget == 0) break;
    // From the last part to the first, each within a map of its own.
    const Node* value = e->value;
    Text rest = e->key;
    for (size_t colons; (colons = rest.rfind("::")) != Text::npos && budget > 0; --budget) {
      auto* one = arena.make<Node>();
      one->scalar.kind = Kind::Mapping;
      append(*one, rest.substr(colons + 2), value, arena);
      value = one;
      rest = rest.substr(0, colons);
    }
    auto* one = arena.make<Node>();
    one->scalar.kind = Kind::Mapping;
    append(*one, rest, value, arena);
    out = yaml::merge(out, one, arena, why);
  }
  if (out && budget == 0) {
    why.append(Text("too many of its keys hold `::`"));
    return nullptr;
  }
  return out;
}

}  // namespace

const Node* split_keys(const Node* config, Arena& arena, Writer& why) {
  if (config->kind() != Kind::Mapping) return config;
  config = split(config, arena, why);
  if (!config) return nullptr;
  auto* out = arena.make<Node>(*config);
  out->first = out->last = nullptr;
  out->size = 0;
  for (const Entry* e = config->first; e; e = e->next) {
    const Node* section = e->value;
    if (e->key != "service" && section->kind() == Kind::Mapping) {
      auto* components = arena.make<Node>(*section);
      components->first = components->last = nullptr;
      components->size = 0;
      for (const Entry* c = section->first; c; c = c->next) {
        const Node* component = c->value->kind() == Kind::Mapping ? split(c->value, arena, why) : c->value;
        if (!component) return nullptr;
        append(*components, c->key, component, arena);
      }
      section = components;
    }
    append(*out, e->key, section, arena);
  }
  return out;
}

}  // namespace whittle::drift
