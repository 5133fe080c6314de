// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/drift_table.h"

#include "compiler/check/decode.h"
#include "compiler/check/formats.h"
#include "compiler/source/duration.h"
#include "runtime/drift/table.h"

#include <cstdio>
#include <cstdlib>

namespace whittle::plan {
namespace {

using check::AnyKind;
using check::Value;
using drift::NodeKind;
using schema::TypeKind;

bool is_secret(const schema::Type& type) {
  if (type.kind == TypeKind::String) return type.format == schema::Format::Opaque;
  return type.element != nullptr && type.kind != TypeKind::Struct && is_secret(*type.element);
}

std::string shortest(double v) {
  char text[40];
  for (int digits : {15, 16, 17}) {
    std::snprintf(text, sizeof text, "%.*g", digits, v);
    if (std::strtod(text, nullptr) == v) break;
  }
  return text;
}

// A scalar as a config would write it.
std::string scalar_text(const Value& v) {
  if (v.late) return v.text;
  switch (v.type->kind) {
  case TypeKind::Bool: return v.boolean ? "true" : "false";
  case TypeKind::Int: return std::to_string(v.integer);
  case TypeKind::Double: return shortest(v.real);
  case TypeKind::Duration: return source::format_duration(v.integer);
  case TypeKind::Any:
    switch (v.any) {
    case AnyKind::Null: return "n";
    case AnyKind::Bool: return v.boolean ? "btrue" : "bfalse";
    case AnyKind::Int: return "i" + std::to_string(v.integer);
    case AnyKind::Double: return "d" + shortest(v.real);
    case AnyKind::String:
    case AnyKind::Date: return "s" + v.text;
    case AnyKind::List:
    case AnyKind::Map: break;  // not compiled
    }
    return "n";
  default: return v.text;
  }
}

// For people: "[a, b]", "{k: v}", and no more of a struct than that it is there.
std::string shown(const Value& v) {
  switch (v.type->kind) {
  case TypeKind::List: {
    std::string out = "[";
    for (size_t i = 0; i < v.items.size(); ++i) out += (i > 0 ? ", " : "") + shown(v.items[i]);
    return out + "]";
  }
  case TypeKind::Map: {
    std::string out = "{";
    for (size_t i = 0; i < v.items.size(); ++i) out += (i > 0 ? ", " : "") + v.keys[i] + ": " + shown(v.items[i]);
    return out + "}";
  }
  case TypeKind::Struct: return "{...}";
  case TypeKind::Optional: return v.present && !v.items.empty() ? shown(v.items[0]) : "(not set)";
  case TypeKind::Any: return v.late ? v.text : v.any == AnyKind::Null ? "null" : scalar_text(v).substr(1);
  default: return scalar_text(v);
  }
}

class Table {
public:
  std::string out;

  void byte(unsigned b) { out += static_cast<char>(b); }
  void number(uint64_t n) {
    for (; n >= 128; n >>= 7) byte(static_cast<unsigned>(n & 127) | 128);
    byte(static_cast<unsigned>(n));
  }
  void text(std::string_view t) {
    number(t.size());
    out += t;
  }

  void node(const Value& v, const Value& initial) {
    const schema::Type& type = *v.type;
    bool same = check::canonical_text(v) == check::canonical_text(initial);
    unsigned flags = (same ? drift::kDefault : 0u) | (is_secret(type) ? drift::kHidden : 0u);
    switch (type.kind) {
    case TypeKind::Bool: return scalar(NodeKind::Bool, flags, v, initial);
    case TypeKind::Int: return scalar(NodeKind::Int, flags, v, initial);
    case TypeKind::Double: return scalar(NodeKind::Double, flags, v, initial);
    case TypeKind::String:
    case TypeKind::Regexp: {
      // Normal forms took the place of what was written.
      std::vector<std::string> others = v.late ? std::vector<std::string>{} : check::other_forms(v);
      scalar(NodeKind::Text, flags | (others.empty() ? 0u : drift::kSpecial), v, initial);
      if (others.empty()) return;
      number(others.size());
      for (const std::string& other : others) text(other);
      return;
    }
    case TypeKind::Duration: return scalar(NodeKind::Duration, flags, v, initial);
    case TypeKind::Any: return scalar(NodeKind::Any, flags, v, initial);
    case TypeKind::Enum:
      scalar(NodeKind::Enum, flags | (type.any_case ? drift::kSpecial : 0u), v, initial);
      text(type.zero < 0 ? "" : std::to_string(v.integer - type.zero));
      return;
    case TypeKind::List: {
      TypeKind of = type.element->kind;
      bool joined = type.flat.empty() && (of == TypeKind::String || of == TypeKind::Enum || of == TypeKind::Regexp);
      tag(NodeKind::List, flags | (joined ? drift::kSpecial : 0u));
      if (!same) text(shown(initial));
      number(v.items.size());
      for (const Value& item : v.items) node(item, check::default_value(*type.element, {}));
      text(type.flat);
      return;
    }
    case TypeKind::Map:
      tag(NodeKind::Map, flags | (type.pairs ? drift::kSpecial : 0u));
      if (!same) text(shown(initial));
      number(v.items.size());
      for (size_t i = 0; i < v.items.size(); ++i) {
        text(v.keys[i]);
        node(v.items[i], check::default_value(*type.element, {}));
      }
      return;
    case TypeKind::Struct:
      tag(NodeKind::Struct, flags);
      number(v.items.size());
      for (size_t i = 0; i < v.items.size(); ++i) {
        text(type.fields->settings[i].name);
        setting(type.fields->settings[i], v.items[i], initial.items[i]);
      }
      number(static_cast<uint64_t>(type.fields->rest + 1));
      return;
    case TypeKind::Optional: {
      bool present = v.present && !v.items.empty(), usual = initial.present && !initial.items.empty();
      tag(NodeKind::Optional, flags | (type.switched ? drift::kSpecial : 0u));
      byte((present ? drift::kPresent : 0u) | (usual ? drift::kPresentDefault : 0u) |
           (type.named ? drift::kNamed : 0u) | (type.element->kind == TypeKind::Struct ? drift::kStruct : 0u));
      if (present) node(v.items[0], usual ? initial.items[0] : check::default_value(*type.element, {}));
      return;
    }
    }
  }

private:
  void tag(NodeKind kind, unsigned flags) { byte(static_cast<unsigned>(kind) | flags); }

  // What was not written and is not the usual value was lent by another setting: leaving it out is right.
  void scalar(NodeKind kind, unsigned flags, const Value& v, const Value& initial) {
    if (!v.written) flags |= drift::kDefault;
    tag(kind, flags | (v.late ? drift::kLate : 0u));
    text(scalar_text(v));
    if (!(flags & drift::kDefault)) text(scalar_text(initial));
  }

  void setting(const schema::Setting& s, const Value& v, const Value& initial) {
    if (!s.inert.empty()) return tag(NodeKind::Ignored, 0);
    const schema::Type& type = *v.type;
    bool free_form =
        type.kind == TypeKind::Any || (type.kind == TypeKind::Optional && type.element->kind == TypeKind::Any);
    if (!s.refused.empty() && free_form) return tag(NodeKind::Unset, 0);
    node(v, initial);
  }
};

}  // namespace

std::string drift_table(const check::Config& config) {
  Table t;
  std::vector<const check::Instance*> used;
  for (const check::Instance& i : config.instances)
    if (i.used) used.push_back(&i);
  t.number(used.size());
  std::vector<std::pair<const schema::Component*, const schema::Alias*>> aliases;
  for (const check::Instance* i : used) {
    t.text(schema::plural_of(i->component->kind));
    t.text(i->id);
    t.node(i->config, check::default_value(*i->component->config, {}));
    bool known = false;
    for (auto& a : aliases) known = known || a.first == i->component;
    for (const schema::Alias& a : i->component->aliases)
      if (!known) aliases.emplace_back(i->component, &a);
  }
  t.number(aliases.size());
  for (auto& [component, alias] : aliases) {
    t.text(schema::plural_of(component->kind));
    t.text(alias->name);
    t.text(component->name);
  }
  t.node(config.service, check::default_value(schema::service_type(), {}));
  t.number(config.extensions.size());
  for (check::InstanceId i : config.extensions) t.text(config.instances[i].id);
  t.number(config.pipelines.size());
  for (const check::Pipeline& p : config.pipelines) {
    t.text(p.name);
    for (const auto* list : {&p.receivers, &p.processors, &p.exporters}) {
      t.number(list->size());
      for (check::InstanceId i : *list) t.text(config.instances[i].id);
    }
  }
  return std::move(t.out);
}

}  // namespace whittle::plan
