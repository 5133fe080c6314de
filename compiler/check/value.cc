// SPDX-License-Identifier: Apache-2.0
// Values: looking into them, defaults, conditions over them, and their canonical text.
#include "compiler/check/decode.h"
#include "compiler/source/json.h"
#include "compiler/syntax/references.h"

#include <algorithm>
#include <cstdio>

namespace whittle::check {

using schema::Literal;
using schema::TypeKind;

const Value* Value::find(std::string_view name) const {
  const Value* v = this;
  while (v->type->kind == TypeKind::Optional) {
    if (!v->present || v->items.empty()) return nullptr;
    v = &v->items[0];
  }
  if (v->type->kind != TypeKind::Struct) return nullptr;
  int i = v->type->fields->find(name);
  if (i < 0) return nullptr;
  v->items[static_cast<size_t>(i)].used = true;
  return &v->items[static_cast<size_t>(i)];
}

const Value& Value::at(std::string_view name) const {
  const Value* v = find(name);
  if (v == nullptr) __builtin_trap();  // the declaration has no such setting: a bug here, not in a config
  while (v->type->kind == TypeKind::Optional && v->present && !v->items.empty()) v = &v->items[0];
  return *v;
}

namespace {

void set_struct(Value& v, const Literal& initial) {
  for (const schema::Setting& s : v.type->fields->settings) {
    const Literal* own = &s.initial;
    for (size_t i = 0; i < initial.keys.size(); ++i) {
      if (initial.keys[i] == s.name) own = &initial.items[i];
    }
    v.items.push_back(default_value(*s.type, *own));
  }
}

}  // namespace

Value default_value(const schema::Type& type, const Literal& initial) {
  Value v;
  v.type = &type;
  switch (type.kind) {
  case TypeKind::Bool: v.boolean = initial.number != 0; break;
  case TypeKind::Int:
  case TypeKind::Duration: v.integer = initial.number; break;
  case TypeKind::Double: v.real = initial.real; break;
  case TypeKind::String:
  case TypeKind::Regexp: v.text = initial.text; break;
  case TypeKind::Enum:
    v.text = initial.kind == Literal::Kind::String ? initial.text : type.values[0].name;
    for (size_t i = 0; i < type.values.size(); ++i) {
      if (type.values[i].name == v.text) v.integer = static_cast<int64_t>(i);
    }
    break;
  case TypeKind::Any:
    switch (initial.kind) {
    case Literal::Kind::Bool: v.any = AnyKind::Bool, v.boolean = initial.number != 0; break;
    case Literal::Kind::Int: v.any = AnyKind::Int, v.integer = initial.number; break;
    case Literal::Kind::Double: v.any = AnyKind::Double, v.real = initial.real; break;
    case Literal::Kind::String: v.any = AnyKind::String, v.text = initial.text; break;
    default: break;
    }
    break;
  case TypeKind::List:
    for (const Literal& l : initial.items) v.items.push_back(default_value(*type.element, l));
    break;
  case TypeKind::Map:
    for (size_t i = 0; i < initial.items.size(); ++i) {
      v.keys.emplace_back(initial.keys[i]);
      v.items.push_back(default_value(*type.element, initial.items[i]));
    }
    break;
  case TypeKind::Struct: set_struct(v, initial); break;
  case TypeKind::Optional:
    v.present = initial.kind != Literal::Kind::Zero && initial.kind != Literal::Kind::Null;
    if (v.present)
      v.items.push_back(default_value(*type.element, initial.kind == Literal::Kind::Present ? Literal{} : initial));
    break;
  }
  return v;
}

// ---- conditions

namespace {

struct Operand {
  bool unknown = false;
  const Value* value = nullptr;  // a setting
  const Literal* literal = nullptr;
  bool is_size = false;
  int64_t size = 0;
};

const Value* walk(const Value& scope, std::span<const std::string_view> path, bool& unknown) {
  const Value* v = &scope;
  for (std::string_view name : path) {
    v = v->find(name);
    if (v == nullptr) return nullptr;
    unknown = unknown || v->late || v->wrong;
  }
  return v;
}

Operand operand(const schema::SettingExpression& e, const Value& scope) {
  Operand o;
  if (e.kind == schema::SettingExpression::Kind::Value) {
    o.literal = &e.value;
    return o;
  }
  const Value* v = walk(scope, e.path, o.unknown);
  while (v != nullptr && v->type->kind == TypeKind::Optional)
    v = v->present && !v->items.empty() ? &v->items[0] : nullptr;
  if (e.kind == schema::SettingExpression::Kind::Size) {
    o.is_size = true;
    o.size = v == nullptr ? 0 : static_cast<int64_t>(v->items.size());
    return o;
  }
  o.value = v;
  o.unknown = o.unknown || v == nullptr || v->late || v->wrong;
  return o;
}

// -1, 0, 1; two operands of a checked declaration have one type.
int compare_values(const Operand& a, const Operand& b) {
  const schema::Type* type = a.value != nullptr ? a.value->type : b.value != nullptr ? b.value->type : nullptr;
  auto order = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
  if (type != nullptr && type->kind == TypeKind::Enum) {
    auto index = [&](const Operand& o) -> int64_t {
      if (o.value != nullptr) return o.value->integer;
      for (size_t i = 0; i < type->values.size(); ++i) {
        if (type->values[i].name == o.literal->text) return static_cast<int64_t>(i);
      }
      return -1;
    };
    return order(index(a), index(b));
  }
  if (type != nullptr && (type->kind == TypeKind::String || type->kind == TypeKind::Regexp)) {
    auto text = [](const Operand& o) { return o.value != nullptr ? std::string_view(o.value->text) : o.literal->text; };
    return order(text(a), text(b));
  }
  if (type != nullptr && type->kind == TypeKind::Double) {
    auto real = [](const Operand& o) { return o.value != nullptr ? o.value->real : o.literal->real; };
    return order(real(a), real(b));
  }
  auto integer = [](const Operand& o) {
    if (o.is_size) return o.size;
    if (o.value != nullptr)
      return o.value->type->kind == TypeKind::Bool ? static_cast<int64_t>(o.value->boolean) : o.value->integer;
    return o.literal->number;
  };
  return order(integer(a), integer(b));
}

// A late-bound text that has a letter of its own: "arn:aws:iam::${env:ACCOUNT}:role/x".
bool never_empty(const Operand& o) {
  if (o.value == nullptr || !o.value->late || o.value->wrong || o.value->type->kind != TypeKind::String) return false;
  std::string_view text = o.value->text;
  for (size_t at = 0; at < text.size();) {
    syntax::FoundReference found = syntax::find_reference(text, at);
    if (found.reference && found.reference->nested) return false;  // what it stands in may be all of the text
    if (!found.reference || found.reference->begin > at) return true;
    at = found.reference->end;
  }
  return false;
}

bool is_empty(const Operand& o) {
  return o.literal != nullptr && o.literal->kind == schema::Literal::Kind::String && o.literal->text.empty();
}

bool holds(schema::Compare c, int order) {
  switch (c) {
  case schema::Compare::Less: return order < 0;
  case schema::Compare::LessEqual: return order <= 0;
  case schema::Compare::Greater: return order > 0;
  case schema::Compare::GreaterEqual: return order >= 0;
  case schema::Compare::Equal: return order == 0;
  case schema::Compare::NotEqual: return order != 0;
  }
  return false;
}

}  // namespace

Truth evaluate(const schema::SettingExpression& e, const Value& scope) {
  switch (e.kind) {
  case schema::SettingExpression::Kind::Not: return opposite(evaluate(*e.left, scope));
  case schema::SettingExpression::Kind::And: return both(evaluate(*e.left, scope), evaluate(*e.right, scope));
  case schema::SettingExpression::Kind::Or: return either(evaluate(*e.left, scope), evaluate(*e.right, scope));
  case schema::SettingExpression::Kind::Set: {
    bool unknown = false;
    const Value* v = walk(scope, e.path, unknown);
    if (unknown) return Truth::Unknown;
    if (v == nullptr) return Truth::False;
    return truth_of(v->type->kind == TypeKind::Optional ? v->present : v->written);
  }
  case schema::SettingExpression::Kind::Compare: {
    Operand a = operand(*e.left, scope), b = operand(*e.right, scope);
    bool equality = e.compare == schema::Compare::Equal || e.compare == schema::Compare::NotEqual;
    if (equality && ((never_empty(a) && is_empty(b)) || (never_empty(b) && is_empty(a))))
      return truth_of(e.compare == schema::Compare::NotEqual);
    if (a.unknown || b.unknown) return Truth::Unknown;
    return truth_of(holds(e.compare, compare_values(a, b)));
  }
  default: return Truth::Unknown;
  }
}

const Value* setting_at(const Value& scope, std::span<const std::string_view> path) {
  auto inside = [](const Value* v) {
    while (v != nullptr && v->type->kind == TypeKind::Optional)
      v = v->present && !v->items.empty() ? &v->items[0] : nullptr;
    return v;
  };
  const Value* v = inside(&scope);
  for (std::string_view name : path) {
    if (v == nullptr || v->wrong) return nullptr;
    v = inside(v->find(name));
  }
  return v;
}

// ---- canonical text

namespace {

void write(std::string& out, const Value& v);

void write_list(std::string& out, const Value& v) {
  out += '[';
  for (const Value& i : v.items) {
    write(out, i);
    out += ',';
  }
  out += ']';
}

void write_map(std::string& out, const Value& v) {
  std::vector<size_t> order(v.items.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return v.keys[a] < v.keys[b]; });
  out += '{';
  for (size_t i : order) {
    out += source::json_quote(v.keys[i]);
    out += ':';
    write(out, v.items[i]);
    out += ',';
  }
  out += '}';
}

void write(std::string& out, const Value& v) {
  if (v.late) {
    out += "late ";
    out += source::json_quote(v.text);
    return;
  }
  char number[40];
  switch (v.type->kind) {
  case TypeKind::Bool: out += v.boolean ? "true" : "false"; return;
  case TypeKind::Int:
  case TypeKind::Duration: out += std::to_string(v.integer); return;
  case TypeKind::Double:
    std::snprintf(number, sizeof number, "%.17g", v.real);
    out += number;
    return;
  case TypeKind::String:
  case TypeKind::Regexp:
  case TypeKind::Enum: out += source::json_quote(v.text); return;
  case TypeKind::Any:
    switch (v.any) {
    case AnyKind::Null: out += "null"; return;
    case AnyKind::Bool: out += v.boolean ? "true" : "false"; return;
    case AnyKind::Int: out += std::to_string(v.integer); return;
    case AnyKind::Double:
      std::snprintf(number, sizeof number, "double %.17g", v.real);
      out += number;
      return;
    case AnyKind::String: out += source::json_quote(v.text); return;
    case AnyKind::Date: out += "date ", out += source::json_quote(v.text); return;
    case AnyKind::List: write_list(out, v); return;
    case AnyKind::Map: write_map(out, v); return;
    }
    return;
  case TypeKind::List: write_list(out, v); return;
  case TypeKind::Map: write_map(out, v); return;
  case TypeKind::Struct:
    out += '{';
    for (size_t i = 0; i < v.items.size(); ++i) {
      out += v.type->fields->settings[i].name;
      out += ':';
      write(out, v.items[i]);
      out += ',';
    }
    out += '}';
    return;
  case TypeKind::Optional:
    if (!v.present) out += "none";
    else write(out, v.items[0]);
    return;
  }
}

}  // namespace

std::string canonical_text(const Value& v) {
  std::string out;
  write(out, v);
  return out;
}

}  // namespace whittle::check
