// SPDX-License-Identifier: Apache-2.0
// The walk down: from a node to the kind of value that its type is, and the sections of a config.
#include "compiler/check/decode.h"

#include "compiler/check/decoder.h"
#include "compiler/check/formats.h"
#include "compiler/check/rules.h"
#include "compiler/check/words.h"

namespace whittle::check {

using diag::Diag;
using schema::Type;
using schema::TypeKind;
using source::Span;
using syntax::Node;
using syntax::NodeId;
using Kind = Node::Kind;

constexpr Diag<std::string_view> kRefused{"E0208", "`{}` cannot be compiled"};
constexpr Diag<std::string_view> kInert{"W0209", "`{}` has no effect"};
constexpr Diag<std::string_view> kDeprecated{"W0211", "`{}` is deprecated"};

// Decodes into `v`, which holds the default.
void Decoder::decode(Value& v, NodeId id, Span key, const std::string& what) {
  const Node& n = c_.tree.at(id);
  v.written = true;
  v.span = n.span;
  v.key = key;
  if (v.span.begin == v.span.end && key) v.span = key;  // nothing stands there: show the key
  v.place = c_.sources.place(v.span);
  if (n.poisoned) {
    v.wrong = true;
    return;
  }
  if (n.late) {
    late(v, n, what);
    return;
  }
  switch (v.type->kind) {
  case TypeKind::Optional: return optional(v, id, key, what);
  case TypeKind::Struct: return structure(v, n, what);
  case TypeKind::List: return list(v, n, what);
  case TypeKind::Map: return map(v, n, what);
  default: return scalar(v, n, what);
  }
}

void Decoder::optional(Value& v, NodeId id, Span key, const std::string& what) {
  const Node& n = c_.tree.at(id);
  const Type& inner = *v.type->element;
  if (n.kind == Kind::Null) {
    if (v.type->named && !v.present) {
      v.present = true;
      v.items.push_back(default_value(inner, {}));
    } else if (inner.kind != TypeKind::Struct && v.present) {
      v.present = false;
      v.items.clear();
    }
    return;
  }
  const syntax::Entry* enabled = v.type->switched && n.kind == Kind::Mapping ? n.find("enabled") : nullptr;
  if (!v.present || v.items.empty()) v.items = {default_value(inner, {})};
  v.present = true;
  if (enabled == nullptr) {
    decode(v.items[0], id, key, what);
  } else {
    Node rest = n;
    std::erase_if(rest.entries, [](const syntax::Entry& e) { return e.key == "enabled"; });
    v.items[0].written = true;
    v.items[0].span = v.span;
    v.items[0].place = v.place;
    const Node& on = c_.tree.at(enabled->value);
    if (on.kind != Kind::Bool || on.late) {
      v.wrong = true;
      c_.diags.emit(kWrongType, on.span ? on.span : enabled->key_span, "enabled", "`true` or `false`",
                    syntax::describe(on));
    } else if (on.boolean) {
      structure(v.items[0], rest, what);
    } else {
      off_ = true;  // what is off needs no certificate
      structure(v.items[0], rest, what);
      off_ = false;
      v.wrong = v.items[0].wrong;
      v.present = false;
      v.items.clear();
      return;
    }
  }
  v.wrong = v.wrong || v.items[0].wrong;
  v.late = false;
}

void Decoder::structure(Value& v, const Node& n, const std::string& what) {
  if (n.kind == Kind::Null) return finish(v, what);
  if (n.kind != Kind::Mapping) return wrong_type(v, n, what);
  const schema::Struct& fields = *v.type->fields;
  enclosing_.emplace_back(&fields, what);
  for (const syntax::Entry& e : n.entries) {
    int i = fields.find(e.key);
    if (i >= 0 && i == fields.rest) i = -1;
    if (i < 0 && fields.rest >= 0) {
      Value& rest = v.items[static_cast<size_t>(fields.rest)];
      Value item = default_value(*rest.type->element, {});
      decode(item, e.value, e.key_span, what + "::" + e.key);
      rest.written = true;
      rest.keys.push_back(e.key);
      rest.items.push_back(std::move(item));
      continue;
    }
    if (i < 0) {
      std::vector<std::string_view> known;
      for (const schema::Setting& s : fields.settings) known.push_back(s.name);
      unknown_key(v, last_part(what), e.key, e.key_span, known);
      continue;
    }
    setting(v.items[static_cast<size_t>(i)], fields.settings[static_cast<size_t>(i)], e, what + "::" + e.key);
    v.wrong = v.wrong || v.items[static_cast<size_t>(i)].wrong;
  }
  enclosing_.pop_back();
  finish(v, what);
}

void Decoder::setting(Value& v, const schema::Setting& s, const syntax::Entry& e, const std::string& what) {
  const bool refused = !s.refused.empty(), inert = !s.inert.empty();
  if (c_.meant == Meant::Whittle ? refused || inert : c_.meant == Meant::Best && inert)
    return without_account(v, s, e, what);
  if (!s.deprecated.empty()) c_.diags.emit(kDeprecated, e.key_span, last_part(what)).help("{}", s.deprecated);
  std::string before = canonical_text(v);
  decode(v, e.value, e.key_span, what);
  check_constraints(c_, v, s, last_part(what));
  if (!refused || v.wrong) return;
  bool there = v.type->kind == TypeKind::Optional && v.present;
  if (v.late || there || canonical_text(v) != before) c_.not_ours(v, "`" + last_part(what) + "`", s.refused);
}

// What it holds is of no account, as long as it is the default.
void Decoder::without_account(Value& v, const schema::Setting& s, const syntax::Entry& e, const std::string& what) {
  const Node& n = c_.tree.at(e.value);
  bool optional = v.type->kind == TypeKind::Optional;
  bool free_form = v.type->kind == TypeKind::Any || (optional && v.type->element->kind == TypeKind::Any);
  bool said = false;
  if (free_form) {
    said = n.kind == Kind::Null ? v.type->named : n.kind != Kind::Sequence || !n.items.empty();
    if (optional && v.type->switched && n.kind == Kind::Mapping) {
      const syntax::Entry* enabled = n.find("enabled");
      const Node* on = enabled == nullptr ? nullptr : &c_.tree.at(enabled->value);
      said = on == nullptr || on->kind != Kind::Bool || on->boolean;
    }
    v.written = true;
    v.span = n.span;
    const bool scalar = n.kind != Kind::Sequence && n.kind != Kind::Mapping && n.kind != Kind::Null;
    if (v.type->kind == TypeKind::Any && scalar) {  // checks of the component's own read it
      std::string before = canonical_text(v);
      decode(v, e.value, e.key_span, what);
      said = v.late || canonical_text(v) != before;
    }
  } else {
    std::string before = canonical_text(v);
    decode(v, e.value, e.key_span, what);
    said = v.late || canonical_text(v) != before || (optional && v.present);
  }
  if (v.wrong || !said) return;
  if (!s.refused.empty()) {
    v.wrong = true;
    c_.diags.emit(kRefused, e.key_span, last_part(what)).here("not supported").note("{}", s.refused);
  } else {
    c_.diags.emit(kInert, e.key_span, last_part(what)).note("{}", s.inert);
    check_constraints(c_, v, s, last_part(what));
  }
}

// What can only be said when all settings of a struct are known.
void Decoder::finish(Value& v, const std::string& what) {
  if (off_) return;
  check_addresses(c_, v);
  if (v.wrong) return;
  for (size_t i = 0; i < v.items.size(); ++i) {  // sections that are not there have requirements too
    Value& x = v.items[i];
    if (x.type->kind != TypeKind::Struct || x.written) continue;
    if (!x.key) x.key = v.key;
    finish(x, what + "::" + std::string(v.type->fields->settings[i].name));
    v.wrong = v.wrong || x.wrong;
  }
  for (const StructCheck& own : struct_checks()) {
    if (own.name == v.type->fields->name) own.check(c_, v);
  }
  check_requirements(c_, v);
}

Value decode(CheckContext& context, const Type& type, NodeId node, Span key, const std::string& what) {
  Value v = default_value(type, {});
  v.type = &type;
  Decoder(context).decode(v, node, key, what);
  return v;
}

void without_effect(CheckContext& context, const Value& v, std::string_view name, std::string_view why) {
  if (context.meant == Meant::Stock || !v.written || v.wrong) return;
  context.diags.emit(kInert, v.key ? v.key : v.span, name).note("{}", why);
}

}  // namespace whittle::check
