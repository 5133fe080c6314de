// SPDX-License-Identifier: Apache-2.0
// What has the wrong type or an unknown name, and what may have been meant by it.
#include "compiler/check/decoder.h"

#include "compiler/check/words.h"
#include "compiler/diag/near.h"

#include <algorithm>

namespace whittle::check {

using diag::Diag;
using schema::Type;
using schema::TypeKind;
using source::Span;
using syntax::Node;
using syntax::NodeId;
using Kind = Node::Kind;

constexpr Diag<std::string_view, std::string_view> kUnknownKey{"E0201", "`{}` has no setting `{}`"};

static std::string small(std::string_view s) {
  std::string out(s);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// "yes" where `true` is meant, and what has quotes around it.
static void help_with_plain(diag::Builder& d, const Type& type, const Node& n) {
  if (n.kind != Kind::String) return;
  Node plain;
  plain.text = n.text;
  syntax::resolve_scalar(plain);
  bool fits = type.kind == TypeKind::Bool
                  ? plain.kind == Kind::Bool
                  : plain.kind == Kind::Int || (plain.kind == Kind::Float && type.kind == TypeKind::Double);
  std::string word = small(n.text);
  if (n.quoted && fits) d.help("without quotes it is {}: `{}`", short_name_of(type), n.text);
  else if (type.kind == TypeKind::Bool && (word == "yes" || word == "on" || word == "y"))
    d.help("write `true`").suggest(n.span, "true");
  else if (type.kind == TypeKind::Bool && (word == "no" || word == "off" || word == "n"))
    d.help("write `false`").suggest(n.span, "false");
}

// A list where settings should stand, and a text for the only one.
static void help_with_struct(diag::Builder& d, const Type& type, const Node& n, const syntax::Tree& tree,
                             const std::string& what) {
  const schema::Struct& fields = *type.fields;
  auto names_setting = [&](NodeId i) { return tree.at(i).kind == Kind::String && fields.find(tree.at(i).text) >= 0; };
  if (n.kind == Kind::Sequence && !n.items.empty() && tree.at(n.items[0]).kind == Kind::Mapping) {
    d.help("leave the dashes out: the settings stand directly under `{}`", last_part(what));
  } else if (n.kind == Kind::Sequence && !n.items.empty() &&
             std::all_of(n.items.begin(), n.items.end(), names_setting)) {
    std::string keys;
    for (NodeId i : n.items) keys += (keys.empty() ? "" : ", ") + tree.at(i).text + ": ";
    d.help("write keys without values: `{}`", "{" + keys + "}");
  } else if (fields.settings.size() == 1 && n.kind == Kind::String &&
             fields.settings[0].type->kind == TypeKind::String) {
    d.help("write `{}: {}` under it", fields.settings[0].name, n.text);
  }
}

void Decoder::wrong_type(Value& v, const Node& n, const std::string& what) {
  v.wrong = true;
  auto d = c_.diags.emit(kWrongType, v.span, last_part(what), article_of(*v.type), syntax::describe(n));
  d.here("expected {}", short_name_of(*v.type));
  const bool scalar = n.is_scalar() && n.kind != Kind::Null;
  switch (v.type->kind) {
  case TypeKind::String:
    if (v.type->format == schema::Format::Endpoint && n.kind == Kind::Int)
      d.help("write the host too: `0.0.0.0:{}`", n.text);
    else if (scalar) d.help("in quotes it is a string: `\"{}\"`", n.text).suggest(n.span, "\"" + n.text + "\"");
    return;
  case TypeKind::Int:
  case TypeKind::Double:
  case TypeKind::Bool: return help_with_plain(d, *v.type, n);
  case TypeKind::Struct: return help_with_struct(d, *v.type, n, c_.tree, what);
  case TypeKind::List:
    if (scalar) d.help("write a list with one element: `[{}]`", n.text);
    return;
  default: return;
  }
}

// Which settings of `scope`, up to two levels down, hold one of that name: "`tls`". Empty for none, and for many.
static std::string deeper(std::string_view key, const schema::Struct& scope) {
  std::vector<std::string> paths;
  auto down = [&](auto& self, const schema::Struct& s, const std::string& path, int depth) -> void {
    for (const schema::Setting& x : s.settings) {
      const Type* t = x.type->kind == TypeKind::Optional ? x.type->element : x.type;
      if (t->kind != TypeKind::Struct) continue;
      std::string own = path + (path.empty() ? "" : "::") + std::string(x.name);
      const int i = t->fields->find(key);
      if (i >= 0 && i != t->fields->rest) paths.push_back("`" + own + "`");
      else if (depth > 1) self(self, *t->fields, own, depth - 1);
    }
  };
  down(down, scope, {}, 2);
  if (paths.size() == 1) return paths[0];
  return paths.size() == 2 ? paths[0] + " or " + paths[1] : "";
}

// Which of the structs around what is decoded has a setting of that name.
std::string Decoder::shallower(std::string_view key) const {
  for (auto it = enclosing_.rbegin(); it != enclosing_.rend(); ++it) {
    const int i = it->first->find(key);
    if (i >= 0 && i != it->first->rest) return "`" + last_part(it->second) + "`";
  }
  return {};
}

void Decoder::unknown_key(Value& v, const std::string& owner, const std::string& key, Span span,
                          const std::vector<std::string_view>& known) {
  v.wrong = true;
  auto d = c_.diags.emit(kUnknownKey, span, owner, key);
  const std::string below = v.type->kind == TypeKind::Struct ? deeper(key, *v.type->fields) : "";
  const std::string_view near = diag::nearest(key, known);
  const std::string around = near.empty() ? shallower(key) : "";
  if (!below.empty()) d.here("it belongs under {}", below);
  else if (!near.empty()) d.here("did you mean `{}`?", near).suggest(span, near);
  else if (!around.empty()) d.here("it belongs directly under {}", around);
  else if (key == "address" && !enclosing_.empty() && enclosing_.back().second == "service::telemetry::metrics")
    d.here("the Collector has it no longer")
        .help("write `readers`, whose `pull` exporter has `host` and `port` in place of it");
  else if (known.empty()) d.note("it has no settings");
  else if (known.size() <= 12) {
    std::string all;
    for (size_t i = 0; i < known.size(); ++i)
      all += (i == 0 ? "`" : i + 1 == known.size() ? " and `" : ", `") + std::string(known[i]) + "`";
    d.help(known.size() == 1 ? diag::Text<std::string>("its only setting is {}")
                             : diag::Text<std::string>("its settings are {}"),
           all);
  }
}

}  // namespace whittle::check
