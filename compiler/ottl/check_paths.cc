// SPDX-License-Identifier: Apache-2.0
// Paths: which context one names, which entry of its table, and what may follow it and be written to it.
#include "compiler/ottl/checker.h"

#include "compiler/diag/near.h"

#include <algorithm>

namespace whittle::ottl {

namespace {

constexpr Diag<Words> kContextAlone{"E0802", "`{}` is a context, and no value by itself"};
constexpr Diag<Words, Words> kOtherContext{"E0802", "these run for each {}, which has no `{}`"};
constexpr Diag<Words> kNoContext{"E0802", "there is no context `{}`"};
constexpr Diag<> kContextMissing{"E0802", "this path does not say its context"};
constexpr Diag<> kIndexedWithin{"E0802", "only the end of a path can be indexed"};
constexpr Diag<Words> kOthersCache{"E0802", "each context has a cache of its own, and this is not `{}`'s"};
constexpr Diag<Words> kPathBegun{"E0802", "`{}` is no value by itself"};
constexpr Diag<Words> kNothingBelow{"E0802", "nothing is below `{}`"};
constexpr Diag<Words, Words> kNoPath{"E0802", "`{}` has no `{}`"};
constexpr Diag<Words> kNotIndexed{"E0802", "`{}` cannot be indexed"};
constexpr Diag<Words> kOneKey{"E0802", "`{}` takes exactly one key"};
constexpr Diag<> kTraceStateKey{"W0813", "this fails whenever it runs: the key of a trace state is a literal string"};
constexpr Diag<Words> kMapKey{"W0813", "this fails whenever it runs: keys of a map are strings, and this is {}"};
constexpr Diag<> kWriteIgnored{"W0812", "writing to this does nothing"};
constexpr Diag<Words, Words, Words> kNotStorable{"W0813", "this fails whenever it runs: `{}` takes {}, and this is {}"};

}  // namespace

std::optional<Context> Checker::named_context(std::string_view name) const {
  auto c = context_named(name);
  if (!c || !reaches(language_.context, *c)) return std::nullopt;
  bool old = name != name_of(*c);  // instrumentation_scope
  if (old && (language_.context == Context::Resource ||
              (language_.context == Context::Scope && language_.naming != Naming::May)))
    return std::nullopt;
  return c;
}

void Checker::path(NodeId id, const TypeSet* writes) {
  Node& n = node(id);
  std::span<const Segment> segments = std::span(tree_.segments).subspan(n.names.first, n.names.count);
  size_t first = 0;
  Context context = language_.context;
  bool prefixed = segments.size() > 1 && segments[0].keys.count == 0;
  auto named = named_context(segments[0].name);
  switch (language_.naming) {
  case Naming::Always:
    if (!prefixed || !named) return no_context(n, segments, prefixed);
    break;
  case Naming::Prefixed:
    if (!prefixed) named.reset();
    break;
  case Naming::May:
    if (named && !prefixed) {
      say(kContextAlone, segments[0].place, segments[0].name);
      return;
    }
    break;
  }
  if (named) context = *named, first = 1;
  n.keys = segments.back().keys;
  n.children = n.keys;
  n.path = resolve(context, segments.subspan(first), named.has_value());
  for (const Segment& s : segments) {
    for (NodeId key : copy(tree_.list(s.keys))) value(key);
  }
  if (n.path == nullptr) return;
  keys(id);
  written(id, writes);
}

void Checker::no_context(const Node& n, std::span<const Segment> segments, bool prefixed) {
  std::vector<std::string_view> reachable;
  for (Context c : reachable_from(language_.context)) reachable.push_back(name_of(c));
  std::string_view first = segments[0].name;
  auto other = context_named(first);
  if (prefixed && other) {
    Problem& p = say(kOtherContext, segments[0].place, name_of(language_.context), first);
    p.help = "`context` or the paths of the group say what statements run for";
    return;
  }
  std::string_view near = prefixed ? diag::nearest(first, reachable) : std::string_view();
  if (!near.empty()) {
    Problem& p = say(kNoContext, segments[0].place, first);
    p.near = near;
    return;
  }
  Problem& p = say(kContextMissing, n.name_place);
  for (Context c : reachable_from(language_.context)) {
    if (!starts_path(c, first)) continue;
    p.near = std::string(name_of(c)) + "." + std::string(source(n.name_place));
    return;
  }
  p.help = "paths begin with " + list_of(reachable);
}

bool Checker::starts_path(Context c, std::string_view first) {
  for (const PathEntry& e : paths_of(c)) {
    if (e.name.substr(0, e.name.find('.')) == first) return true;
  }
  return false;
}

std::string Checker::list_of(const std::vector<std::string_view>& names) {
  std::string out;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
    out += code(names[i]);
  }
  return out;
}

const PathEntry* Checker::resolve(Context context, std::span<const Segment> segments, bool named) {
  std::string name;
  for (const Segment& s : segments) name += (name.empty() ? "" : ".") + s.name;
  for (size_t i = 0; i + 1 < segments.size(); ++i) {
    if (segments[i].keys.count == 0) continue;
    Place place = node(tree_.list(segments[i].keys)[0]).place;
    say(kIndexedWithin, place).help = "what is in a map is reached with brackets alone: `attributes[\"a\"][\"b\"]`";
    return nullptr;
  }
  const PathEntry* entry = find_path(context, name);
  if (entry != nullptr && entry->form == Form::Cache && context != language_.context) {
    say(kOthersCache, segments[0].place, name_of(language_.context)).near = "";
    return nullptr;
  }
  if (entry != nullptr) return entry;
  // The longest beginning that is a path, or begins one.
  std::string known;
  size_t at = 0;
  for (; at < segments.size(); ++at) {
    std::string next = known.empty() ? segments[at].name : known + "." + segments[at].name;
    bool begins = false;
    for (const PathEntry& e : paths_of(context))
      begins = begins || e.name == next || (e.name.starts_with(next) && e.name[next.size()] == '.');
    if (!begins) break;
    known = next;
  }
  std::vector<std::string> options;
  for (const PathEntry& e : paths_of(context)) {
    std::string_view rest = e.name;
    if (!known.empty()) {
      if (!rest.starts_with(known) || rest.size() <= known.size() || rest[known.size()] != '.') continue;
      rest.remove_prefix(known.size() + 1);
    }
    options.emplace_back(rest.substr(0, rest.find('.')));
  }
  std::vector<std::string_view> views(options.begin(), options.end());
  std::string where = known.empty() ? std::string(name_of(context)) : std::string(name_of(context)) + "." + known;
  if (at >= segments.size()) {
    Problem& p = say(kPathBegun, segments.back().place, where);
    p.help = "it has " + list_of(views);
    return nullptr;
  }
  Place place = segments[at].place;
  if (options.empty()) {
    place.end = segments.back().place.end;
    Problem& p = say(kNothingBelow, place, where);
    const PathEntry* above = find_path(context, known);
    std::string key = segments[at].name;
    for (size_t i = at + 1; i < segments.size(); ++i) key += "." + segments[i].name;
    if (above != nullptr && above->keys != Keys::None)
      p.help = "what is in it is reached with brackets: " +
               code((named ? std::string(name_of(context)) + "." : std::string()) + known + "[\"" + key + "\"]");
    return nullptr;
  }
  Problem& p = say(kNoPath, place, where, segments[at].name);
  p.near = diag::nearest(segments[at].name, views);
  if (p.near.empty() && views.size() <= 6) p.help = "it has " + list_of(views);
  if (!p.near.empty() || !known.empty()) return nullptr;
  // It may be a path of what is around.
  for (Context c : reachable_from(language_.context)) {
    if (c == context || !starts_path(c, segments[at].name) || c == Context::OtelCol) continue;
    p.help = "there is " + code(std::string(name_of(c)) + "." + segments[at].name);
    break;
  }
  return nullptr;
}

void Checker::keys(NodeId id) {
  Node& n = node(id);
  std::vector<NodeId> ids = copy(tree_.children(n));
  if (ids.empty()) {
    n.type = n.path->reads;
    n.fails = n.path->form == Form::Index && language_.library == Library::Transform;
    return;
  }
  Place all{node(ids.front()).place.begin, node(ids.back()).place.end};
  if (n.path->keys == Keys::None) {
    say(kNotIndexed, all, source(n.name_place)).help = "it is " + words_for(n.path->reads.without(Type::Nil));
    return;
  }
  if (n.path->keys == Keys::One && ids.size() != 1) {
    say(kOneKey, all, source(n.name_place));
    return;
  }
  n.type = n.path->keys == Keys::One ? TypeSet(Type::String) : kKeyed;
  n.fails = ids.size() > 1 || n.path->keys != Keys::Map;
  for (size_t i = 0; i < ids.size(); ++i) {
    const Node& key = node(ids[i]);
    n.fails = n.fails || key.fails || !key.literal;
    if (key.type.empty()) continue;
    bool text_only = i == 0 && n.path->keys != Keys::Value;
    if (n.path->keys == Keys::One && key.kind != Kind::String) {
      say(kTraceStateKey, key.place);
      n.fails = true;
    } else if (text_only && !key.type.has(Type::String)) {
      say(kMapKey, key.place, words_for(key.type));
      n.fails = true;
    } else if (!key.type.meets({Type::String, Type::Int})) {
      say(kKey, key.place, words_for(key.type));
      n.fails = true;
    }
  }
}

void Checker::written(NodeId id, const TypeSet* writes) {
  const Node& n = node(id);
  if (writes == nullptr) return;
  if (n.path->ignores_writes) {
    say(kWriteIgnored, n.place);
    return;
  }
  TypeSet takes = n.children.count > 0 ? n.path->writes.empty()      ? TypeSet()
                                         : n.path->keys == Keys::One ? TypeSet(Type::String)
                                                                     : kStorable
                                       : n.path->writes;
  if (takes.empty()) {
    say(kReadOnly, n.place, source(n.name_place));
    return;
  }
  TypeSet values = writes->without(Type::Nil);
  if (values.empty() || values.meets(takes)) return;
  say(kNotStorable, value_place_, source(n.name_place), words_for(takes), words_for(values));
}

}  // namespace whittle::ottl
