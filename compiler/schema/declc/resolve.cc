// SPDX-License-Identifier: Apache-2.0
// Binds names, expands includes and types defaults. A struct whose defaults are changed where it is used (`with`, or an
// include's overrides) becomes a variant: the same C++ struct, its own table.
#include "compiler/schema/declc/model.h"
#include "compiler/schema/schema.h"
#include "compiler/source/duration.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>

namespace whittle::declc {

using schema::Literal;
using schema::TypeKind;
using syntax::WtlExpression;
using syntax::WtlItem;
using syntax::WtlLiteral;
using syntax::WtlMember;
using syntax::WtlModifier;
using syntax::WtlOverride;
using syntax::WtlType;

std::string camel(std::string_view text) {
  std::string out;
  bool upper = true;
  for (char c : text) {
    bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!alnum) {
      upper = true;
      continue;
    }
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    out += c;
    upper = false;
  }
  return out;
}

namespace {

struct Builtin {
  std::string_view name;
  TypeKind kind;
  schema::Format format = schema::Format::Plain;
  bool bounded = false;
  int64_t min = 0, max = 0;
};

constexpr Builtin kBuiltins[] = {
    {"bool", TypeKind::Bool},
    {"int", TypeKind::Int},
    {"int32", TypeKind::Int, schema::Format::Plain, true, INT32_MIN, INT32_MAX},
    {"uint32", TypeKind::Int, schema::Format::Plain, true, 0, UINT32_MAX},
    {"double", TypeKind::Double},
    {"duration", TypeKind::Duration},
    {"regexp", TypeKind::Regexp},
    {"any", TypeKind::Any},
    {"string", TypeKind::String},
    {"endpoint", TypeKind::String, schema::Format::Endpoint},
    {"url", TypeKind::String, schema::Format::Url},
    {"path", TypeKind::String, schema::Format::Path},
    {"written_path", TypeKind::String, schema::Format::WrittenPath},
    {"read_pattern", TypeKind::String, schema::Format::ReadPattern},
    {"url_path", TypeKind::String, schema::Format::UrlPath},
    {"header_name", TypeKind::String, schema::Format::HeaderName},
    {"template", TypeKind::String, schema::Format::Template},
    {"arn", TypeKind::String, schema::Format::Arn},
    {"region", TypeKind::String, schema::Format::Region},
    {"opaque", TypeKind::String, schema::Format::Opaque},
    {"host", TypeKind::String, schema::Format::Host},
    {"ottl", TypeKind::String, schema::Format::Ottl},
    {"component_id", TypeKind::String, schema::Format::ComponentId},
    {"proxy", TypeKind::String, schema::Format::ProxyUrl},
    {"role_arn", TypeKind::String, schema::Format::RoleArn},
    {"authenticator", TypeKind::String, schema::Format::Authenticator},
};

std::string describe(const std::vector<WtlOverride>& overrides);

std::string describe(const WtlLiteral& l) {
  std::string out = l.text + (l.boolean ? "true" : "") + std::to_string(static_cast<int>(l.kind));
  for (size_t i = 0; i < l.items.size(); ++i) out += "," + (i < l.keys.size() ? l.keys[i] : "") + describe(l.items[i]);
  return out;
}

std::string describe(const std::vector<WtlOverride>& overrides) {
  std::string out;
  for (const WtlOverride& o : overrides) out += o.name + "=" + describe(o.value) + "{" + describe(o.nested) + "}";
  return out;
}

class Resolver {
public:
  Resolver(const std::vector<InputFile>& files, std::vector<syntax::WtlProblem>& problems)
      : files_(files), problems_(problems) {}

  Model run() {
    for (const InputFile& file : files_) {
      for (const WtlItem& item : file.tree.items) {
        if (item.kind != WtlItem::Kind::Struct) continue;
        if (!declared_.emplace(item.name, Declared{&item, file.home}).second)
          say(item.span, "`" + item.name + "` is declared twice");
      }
    }
    for (const InputFile& file : files_) {
      if (file.home != "common") continue;
      for (const WtlItem& item : file.tree.items) {
        if (item.kind == WtlItem::Kind::Struct) named_struct(item.name, {}, item.span);
      }
    }
    for (const InputFile& file : files_) {
      for (const WtlItem& item : file.tree.items) {
        if (item.kind == WtlItem::Kind::Component) component(item, file);
      }
    }
    for (const InputFile& file : files_) {
      for (const WtlItem& item : file.tree.items) {
        if (item.kind == WtlItem::Kind::Service) component(item, file);
      }
    }
    return std::move(model_);
  }

private:
  struct Declared {
    const WtlItem* item;
    std::string home;
  };

  void say(source::Span span, std::string message) { problems_.push_back({span, std::move(message)}); }

  TypeModel* new_type(TypeKind kind, std::string name) {
    TypeModel& t = model_.types.emplace_back();
    t.kind = kind;
    t.name = std::move(name);
    return &t;
  }

  // The struct of that name with its defaults changed, made once for each set of changes.
  const StructModel* named_struct(const std::string& name, const std::vector<WtlOverride>& overrides,
                                  source::Span use) {
    auto it = declared_.find(name);
    if (it == declared_.end()) {
      say(use, "no struct is named `" + name + "`");
      return nullptr;
    }
    std::string key = name + "#" + describe(overrides);
    if (auto known = structs_.find(key); known != structs_.end()) {
      if (known->second == nullptr) say(use, "`" + name + "` contains itself");
      return known->second;
    }
    structs_[key] = nullptr;
    std::string home = it->second.home;
    size_t slash = home.find('/');
    const StructModel* s =
        build(it->second.item->members, name, camel(name), slash == std::string::npos ? home : home.substr(slash + 1),
              it->second.item->doc, overrides);
    structs_[key] = s;
    if (overrides.empty() && home == "common") model_.shared.push_back(s);
    if (home != "common" && current_ != nullptr &&
        std::find(current_->structs.begin(), current_->structs.end(), s) == current_->structs.end()) {
      current_->structs.push_back(s);
    }
    return s;
  }

  const StructModel* build(const std::vector<WtlMember>& members, const std::string& name, const std::string& cpp_name,
                           const std::string& home, const std::string& doc, const std::vector<WtlOverride>& overrides) {
    StructModel s;
    s.name = name;
    s.cpp_name = cpp_name;
    s.home = home;
    s.doc = doc;
    if (!overrides.empty()) s.variant = describe(overrides);
    for (const WtlMember& m : members) {
      if (m.kind == WtlMember::Kind::Include) {
        // The overrides of whoever uses this struct reach through its includes.
        std::vector<WtlOverride> all = m.overrides;
        auto it = declared_.find(m.name);
        if (it == declared_.end()) {
          say(m.span, "no struct is named `" + m.name + "`");
          continue;
        }
        for (const WtlOverride& o : overrides) {
          if (declares(it->second.item->members, o.name)) {
            std::erase_if(all, [&](const WtlOverride& x) { return x.name == o.name; });
            all.push_back(o);
          }
        }
        const StructModel* included = named_struct(m.name, all, m.span);
        if (included == nullptr) continue;
        s.includes.push_back({included, s.settings.size(), included->settings.size()});
        s.settings.insert(s.settings.end(), included->settings.begin(), included->settings.end());
        auto add = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
        add(s.requirements, included->requirements);
        add(s.listens, included->listens);
        add(s.links, included->links);
        add(s.roots, included->roots);
      } else if (m.kind == WtlMember::Kind::Setting) {
        const WtlOverride* change = nullptr;
        for (const WtlOverride& o : overrides) {
          if (o.name == m.name) change = &o;
        }
        if (std::any_of(m.modifiers.begin(), m.modifiers.end(),
                        [](const WtlModifier& x) { return x.kind == "rest"; })) {
          s.rest = static_cast<int>(s.settings.size());
        }
        s.settings.push_back(setting(m, cpp_name, home, change));
      }
    }
    std::set<std::string> seen;
    for (const SettingModel& x : s.settings) {
      if (!seen.insert(x.name).second)
        say(members.front().span, "`" + name + "` has two settings named `" + x.name + "`");
    }
    for (const WtlOverride& o : overrides) {
      if (seen.count(o.name) == 0) say(o.span, "`" + name + "` has no setting `" + o.name + "`");
    }
    for (const WtlMember& m : members) facts(m, s);
    return &model_.structs.emplace_back(std::move(s));
  }

  // What a member says of the settings beside it, all of which are known by now.
  void facts(const WtlMember& m, StructModel& s) {
    switch (m.kind) {
    case WtlMember::Kind::Setting:
      for (const WtlModifier& x : m.modifiers) {
        auto setting = std::find_if(s.settings.begin(), s.settings.end(), [&](auto& y) { return y.name == m.name; });
        if (x.kind == "socket") setting->socket = condition(x.condition, s);
        if (x.kind == "names") setting->patterns = condition(x.condition, s);
        if (x.kind == "conditions" && x.words.size() > 1) {
          auto mode = std::find_if(s.settings.begin(), s.settings.end(), [&](auto& y) { return y.name == x.words[1]; });
          if (mode == s.settings.end() || mode->type->kind != TypeKind::Enum)
            say(x.span, "`" + x.words[1] + "` is no setting of an enum beside it");
        }
      }
      return;
    case WtlMember::Kind::Requires: {
      RequirementModel r;
      if (!m.condition.empty()) r.condition = expression(m.condition[0], s);
      r.message = m.text;
      r.ours = m.ours;
      s.requirements.push_back(std::move(r));
      return;
    }
    case WtlMember::Kind::Listens: {
      ListensModel l{m.protocols, m.path, m.port, m.tls, m.paths, m.text, condition(m.condition, s)};
      const TypeModel* address = at(l.address, s, m.span, true);
      if (address != nullptr && address->format != (l.port.empty() ? schema::Format::Endpoint : schema::Format::Host))
        say(m.span, l.port.empty() ? "the setting is not of type `endpoint`" : "the setting is not of type `host`");
      if (!l.port.empty()) at(l.port, s, m.span, true);
      if (!l.tls.empty()) at(l.tls, s, m.span, true);
      for (const PathModel& path : l.url_paths) at(path, s, m.span, true);
      if (!l.url_paths.empty() && l.url_paths.size() != schema::kSignals)
        say(m.span, "`paths` names those of traces, of metrics and of logs");
      s.listens.push_back(std::move(l));
      return;
    }
    case WtlMember::Kind::Links: s.links.push_back({m.name, m.text, condition(m.condition, s)}); return;
    case WtlMember::Kind::Roots: s.roots.push_back(condition(m.condition, s)); return;
    default: return;
    }
  }

  ConditionModel condition(const std::vector<WtlExpression>& written, const StructModel& s) {
    ConditionModel out;
    for (const WtlExpression& e : written) out.push_back(expression(e, s));
    return out;
  }

  // Every address that a component has is listened on by somebody: `listens` must say so, as checks, ports and images
  // follow from it.
  void addresses(const StructModel& s, std::set<const SettingModel*> known, source::Span span) {
    for (const ListensModel& l : s.listens) known.insert(setting_at(l.address, s, true));
    for (const SettingModel& x : s.settings) {
      const TypeModel* t = x.type;
      while (t->kind == TypeKind::Optional || t->kind == TypeKind::List || t->kind == TypeKind::Map) t = t->element;
      if (t->kind == TypeKind::Struct) addresses(*t->fields, known, span);
      else if (t->format == schema::Format::Endpoint && known.count(&x) == 0)
        say(span, "no `listens` says what is understood at `" + x.name + "`");
    }
  }

  bool declares(const std::vector<WtlMember>& members, const std::string& name) const {
    for (const WtlMember& m : members) {
      if (m.kind == WtlMember::Kind::Setting && m.name == name) return true;
      if (m.kind == WtlMember::Kind::Include) {
        auto it = declared_.find(m.name);
        if (it != declared_.end() && declares(it->second.item->members, name)) return true;
      }
    }
    return false;
  }

  SettingModel setting(const WtlMember& m, const std::string& parent, const std::string& home,
                       const WtlOverride* change) {
    SettingModel s;
    s.name = m.name;
    s.doc = m.doc;
    if (m.doc.empty()) say(m.span, "`" + m.name + "` has no documentation");
    std::vector<WtlOverride> nested;
    for (const WtlModifier& x : m.modifiers) {
      if (x.kind == "with") nested.insert(nested.end(), x.overrides.begin(), x.overrides.end());
    }
    if (change != nullptr) nested.insert(nested.end(), change->nested.begin(), change->nested.end());
    TypeModel* type = this->type(m.type, parent, m.name, home, nested);
    for (const WtlModifier& x : m.modifiers) {
      if (x.kind == "switched") type->switched = true;
      if (x.kind == "named") type->named = true;
      if (x.kind == "pairs") type->pairs = true;
      if (x.kind == "anycase") type->any_case = true;
      if (x.kind == "whole") type->whole = true;
      if (x.kind == "loose") {
        type->loose = true;
        if (type->element != nullptr) const_cast<TypeModel*>(type->element)->loose = true;
      }
      if (x.kind == "flat") type->flat = x.text;
      if (x.kind == "conditions") {
        if (type->kind != TypeKind::List || type->element->format != schema::Format::Ottl)
          say(x.span, "only a `list<ottl>` holds conditions");
        type->conditions_on = x.words[0];
        if (x.words.size() > 1) type->errors = x.words[1];
      }
      if (x.kind == "numbered") type->zero = std::atoi(x.text.c_str());
      if (x.kind == "present") s.initial.kind = Literal::Kind::Present;
      if (x.kind == "refused") s.refused = x.text;
      if (x.kind == "inert") s.inert = x.text;
      if (x.kind == "deprecated") s.deprecated = x.text;
      if (x.kind == "names") s.names_metrics = true;
      if (x.kind == "for") s.signals = signals(x.words, x.span);
    }
    s.type = type;
    const WtlLiteral& initial =
        change != nullptr && change->value.kind != WtlLiteral::Kind::None ? change->value : m.initial;
    if (initial.kind != WtlLiteral::Kind::None) s.initial = literal(initial, *type);
    const TypeModel& scalar = type->kind == TypeKind::Optional ? *type->element : *type;
    for (const WtlModifier& x : m.modifiers) {
      ConstraintModel c;
      if (x.kind == "in") c.kind = schema::Constraint::Kind::OneOf;
      else if (x.kind == "range") c.kind = schema::Constraint::Kind::Range;
      else if (x.kind == "where") c.kind = schema::Constraint::Kind::Compare;
      else continue;
      c.warn = x.severity.starts_with("warn");
      c.ours = x.severity.ends_with("ours");
      c.reason = x.text;
      c.has_max = x.literals.size() > 1;
      c.compare = compare(x.op);
      for (const WtlLiteral& l : x.literals)
        c.values.push_back(literal(l, scalar.kind == TypeKind::Map ? key_type_ : scalar));
      s.constraints.push_back(std::move(c));
    }
    return s;
  }

  TypeModel* type(const WtlType& t, const std::string& parent, const std::string& name, const std::string& home,
                  const std::vector<WtlOverride>& overrides) {
    TypeModel* out = plain_type(t, parent, name, home, overrides);
    if (!t.optional) return out;
    TypeModel* optional = new_type(TypeKind::Optional, out->name);
    optional->element = out;
    return optional;
  }

  TypeModel* plain_type(const WtlType& t, const std::string& parent, const std::string& name, const std::string& home,
                        const std::vector<WtlOverride>& overrides) {
    switch (t.kind) {
    case WtlType::Kind::List:
    case WtlType::Kind::Map: {
      TypeModel* out = new_type(t.kind == WtlType::Kind::List ? TypeKind::List : TypeKind::Map, "");
      if (t.arguments.empty()) return out;
      out->element = type(t.arguments[0], parent, name, home, {});
      out->name = (out->kind == TypeKind::List ? "list<" : "map<") + out->element->name + ">";
      return out;
    }
    case WtlType::Kind::Enum: {
      TypeModel* out = new_type(TypeKind::Enum, "enum");
      out->cpp_name = parent + camel(name);
      std::set<std::string> seen;
      for (const auto& v : t.values) {
        std::string identifier = camel(v.name);
        if (identifier.empty()) identifier = "Empty";
        if (identifier[0] >= '0' && identifier[0] <= '9') identifier = "V" + identifier;
        if (!seen.insert(identifier).second) say(t.span, "two values of the enum become `" + identifier + "`");
        out->values.push_back({v.name, identifier, v.doc});
      }
      return out;
    }
    case WtlType::Kind::Struct: {
      TypeModel* out = new_type(TypeKind::Struct, name);
      const StructModel* s = build(t.members, name, parent + camel(name), home, "", overrides);
      out->fields = s;
      out->cpp_name = s->cpp_name;
      if (home != "common" && current_ != nullptr) current_->structs.push_back(s);
      if (home == "common" && overrides.empty()) model_.shared.push_back(s);
      return out;
    }
    case WtlType::Kind::Named: break;
    }
    for (const Builtin& b : kBuiltins) {
      if (b.name != t.name) continue;
      TypeModel* out = new_type(b.kind, t.name);
      out->format = b.format;
      out->bounded = b.bounded;
      out->min = b.min;
      out->max = b.max;
      return out;
    }
    TypeModel* out = new_type(TypeKind::Struct, t.name);
    out->fields = named_struct(t.name, overrides, t.span);
    if (out->fields != nullptr) out->cpp_name = out->fields->cpp_name;
    else out->kind = TypeKind::Any;
    return out;
  }

  LiteralModel literal(const WtlLiteral& l, const TypeModel& type) {
    LiteralModel out;
    auto wrong = [&] {
      say(l.span, "this is no value of type `" + type.name + "`");
      return LiteralModel{};
    };
    if (type.kind == TypeKind::Optional) return literal(l, *type.element);
    switch (l.kind) {
    case WtlLiteral::Kind::None:
    case WtlLiteral::Kind::Env: return wrong();
    case WtlLiteral::Kind::Null: out.kind = Literal::Kind::Null; return out;
    case WtlLiteral::Kind::Bool:
      if (type.kind != TypeKind::Bool && type.kind != TypeKind::Any) return wrong();
      out.kind = Literal::Kind::Bool;
      out.number = l.boolean ? 1 : 0;
      return out;
    case WtlLiteral::Kind::Number: {
      if (type.kind == TypeKind::Enum || type.kind == TypeKind::String) break;
      out.real = std::stod(l.text);
      out.kind = Literal::Kind::Double;
      if (type.kind == TypeKind::Double) return out;
      auto [end, error] = std::from_chars(l.text.data(), l.text.data() + l.text.size(), out.number);
      if (error != std::errc{} || end != l.text.data() + l.text.size() ||
          (type.kind != TypeKind::Int && type.kind != TypeKind::Any))
        return wrong();
      out.kind = Literal::Kind::Int;
      return out;
    }
    case WtlLiteral::Kind::Duration: {
      auto parsed = source::parse_duration(l.text);
      if (!parsed || type.kind != TypeKind::Duration) return wrong();
      out.kind = Literal::Kind::Duration;
      out.number = *parsed;
      return out;
    }
    case WtlLiteral::Kind::List:
      if (type.kind != TypeKind::List) return wrong();
      out.kind = Literal::Kind::List;
      for (const WtlLiteral& item : l.items) out.items.push_back(literal(item, *type.element));
      return out;
    case WtlLiteral::Kind::Map:
      out.kind = Literal::Kind::Map;
      out.keys = l.keys;
      for (size_t i = 0; i < l.items.size(); ++i) {
        if (type.kind == TypeKind::Map) {
          out.items.push_back(literal(l.items[i], *type.element));
          continue;
        }
        if (type.kind != TypeKind::Struct) return wrong();
        const SettingModel* field = nullptr;
        for (const SettingModel& s : type.fields->settings) {
          if (s.name == l.keys[i]) field = &s;
        }
        if (field == nullptr) return wrong();
        out.items.push_back(literal(l.items[i], *field->type));
      }
      return out;
    case WtlLiteral::Kind::String:
    case WtlLiteral::Kind::Word: break;
    }
    if (type.kind == TypeKind::Enum) {
      bool known = std::any_of(type.values.begin(), type.values.end(),
                               [&](const EnumValueModel& v) { return v.name == l.text; });
      if (!known) return wrong();
    } else if (l.kind == WtlLiteral::Kind::Word ||
               (type.kind != TypeKind::String && type.kind != TypeKind::Regexp && type.kind != TypeKind::Any)) {
      return wrong();
    }
    out.kind = Literal::Kind::String;
    out.text = l.text;
    return out;
  }

  static schema::Compare compare(const std::string& op) {
    if (op == "<") return schema::Compare::Less;
    if (op == "<=") return schema::Compare::LessEqual;
    if (op == ">") return schema::Compare::Greater;
    if (op == ">=") return schema::Compare::GreaterEqual;
    if (op == "!=") return schema::Compare::NotEqual;
    return schema::Compare::Equal;
  }

  // The setting at `path` from `s`, or null. `listed`: the path may lead through lists.
  static const SettingModel* setting_at(const PathModel& path, const StructModel& s, bool listed) {
    const StructModel* scope = &s;
    const SettingModel* setting = nullptr;
    for (const std::string& name : path) {
      if (scope == nullptr) return nullptr;
      setting = nullptr;
      for (const SettingModel& x : scope->settings) {
        if (x.name == name) setting = &x;
      }
      if (setting == nullptr) return nullptr;
      const TypeModel* inner = setting->type;
      while (inner->kind == TypeKind::Optional || (listed && inner->kind == TypeKind::List)) inner = inner->element;
      scope = inner->kind == TypeKind::Struct ? inner->fields : nullptr;
    }
    return setting;
  }

  // The type of that setting, seen through what is optional about it; null with a problem.
  const TypeModel* at(const PathModel& path, const StructModel& s, source::Span span, bool listed = false) {
    const SettingModel* setting = setting_at(path, s, listed);
    if (setting == nullptr) {
      say(span, "no such setting");
      return nullptr;
    }
    return setting->type->kind == TypeKind::Optional && listed ? setting->type->element : setting->type;
  }

  ExpressionModel expression(const WtlExpression& e, const StructModel& s) {
    ExpressionModel out;
    switch (e.kind) {
    case WtlExpression::Kind::Not:
    case WtlExpression::Kind::And:
    case WtlExpression::Kind::Or:
      out.kind = e.kind == WtlExpression::Kind::Not   ? schema::SettingExpression::Kind::Not
                 : e.kind == WtlExpression::Kind::And ? schema::SettingExpression::Kind::And
                                                      : schema::SettingExpression::Kind::Or;
      for (const WtlExpression& o : e.operands) out.operands.push_back(expression(o, s));
      return out;
    case WtlExpression::Kind::Set:
      out.kind = schema::SettingExpression::Kind::Set;
      out.path = e.path;
      at(e.path, s, e.span);
      return out;
    case WtlExpression::Kind::Size:
      out.kind = schema::SettingExpression::Kind::Size;
      out.path = e.path;
      at(e.path, s, e.span);
      return out;
    case WtlExpression::Kind::Compare: {
      out.kind = schema::SettingExpression::Kind::Compare;
      out.compare = compare(e.op);
      if (e.operands.size() != 2) return out;
      const TypeModel* left = nullptr;
      for (const WtlExpression& o : e.operands) {
        ExpressionModel x;
        if (o.kind == WtlExpression::Kind::Size) {
          x = expression(o, s);
          left = &size_type_;
        } else if (o.literal.kind == WtlLiteral::Kind::Word &&
                   std::any_of(s.settings.begin(), s.settings.end(), [&](const SettingModel& f) {
                     return f.name == o.literal.text.substr(0, o.literal.text.find('.'));
                   })) {
          x.kind = schema::SettingExpression::Kind::Setting;
          for (std::string_view rest = o.literal.text; !rest.empty();) {
            size_t dot = std::min(rest.find('.'), rest.size());
            x.path.emplace_back(rest.substr(0, dot));
            rest.remove_prefix(std::min(dot + 1, rest.size()));
          }
          left = at(x.path, s, o.span);
        } else if (left != nullptr) {
          x.value = literal(o.literal, *left);
        } else {
          say(o.span, "the left side of a comparison must be a setting");
        }
        out.operands.push_back(std::move(x));
      }
      return out;
    }
    case WtlExpression::Kind::Literal: say(e.span, "a condition must compare something"); return out;
    }
    return out;
  }

  unsigned signals(const std::vector<std::string>& names, source::Span span) {
    unsigned out = 0;
    for (const std::string& n : names) {
      if (n == "traces") out |= 1;
      else if (n == "metrics") out |= 2;
      else if (n == "logs") out |= 4;
      else say(span, "no signal is named `" + n + "`");
    }
    return out;
  }

  void component(const WtlItem& item, const InputFile& file) {
    ComponentModel& c = model_.components.emplace_back();
    current_ = &c;
    c.folder = file.home;
    c.name = item.name;
    c.doc = item.doc;
    c.service = item.kind == WtlItem::Kind::Service;
    static constexpr std::string_view kKinds[] = {"receiver", "processor", "exporter", "extension", "connector"};
    for (size_t i = 0; i < std::size(kKinds); ++i) {
      if (kKinds[i] == item.component_kind) c.kind = static_cast<schema::ComponentKind>(i);
    }
    if (!c.service && file.home != item.component_kind + "/" + item.name)
      say(item.span, "`" + item.name + "` belongs into the folder " + item.component_kind + "/" + item.name);
    if (item.doc.empty()) say(item.span, "`" + item.name + "` has no documentation");
    c.consumes = signals(item.consumes, item.span);
    c.produces = signals(item.produces, item.span);
    if (c.kind == schema::ComponentKind::Processor && c.produces == 0) c.produces = c.consumes;
    c.config = build(item.members, item.name, camel(item.name), item.name, item.doc, {});
    c.structs.push_back(c.config);
    for (const WtlMember& m : item.members) {
      if (m.kind == WtlMember::Kind::Alias) c.aliases.push_back({m.name, m.text});
      if (m.kind == WtlMember::Kind::Needs) c.needs.push_back({m.name, m.text});
      if (m.kind == WtlMember::Kind::Stability) c.stability = m.name;
      if (m.kind == WtlMember::Kind::Emits)
        c.emits.push_back({m.name, m.value_type, m.text, m.unit, m.when, m.mistaken});
      if (m.kind == WtlMember::Kind::Holds) {
        if (!m.path.empty()) at(m.path, *c.config, m.span);
        HoldsModel& h = c.holds.emplace_back(HoldsModel{m.path, m.number, m.otherwise, m.text, {}});
        h.when = condition(m.condition, *c.config);
      }
      if (m.kind == WtlMember::Kind::Delays) {
        at(m.path, *c.config, m.span);
        c.delays = m.path;
      }
      if (m.kind == WtlMember::Kind::Attempts) {
        at(m.path, *c.config, m.span);
        c.attempts = m.path;
      }
      if (m.kind == WtlMember::Kind::Drains) {
        at(m.path, *c.config, m.span);
        c.drains = m.path;
      }
      if (m.kind == WtlMember::Kind::Caps) {
        at(m.path, *c.config, m.span);
        c.caps = m.path;
      }
      if (m.kind == WtlMember::Kind::CheckedOnly) c.checked_only = true;
      if (m.kind == WtlMember::Kind::Ships) distributions(m, c);
      if (m.kind == WtlMember::Kind::Host) c.host.push_back({m.text, condition(m.condition, *c.config)});
      if (m.kind == WtlMember::Kind::SameSignal) c.same_signal = true;
      if (m.kind == WtlMember::Kind::PassesNames) c.passes_names = true;
      if (m.kind == WtlMember::Kind::Stateless) c.stateless = true;
      for (const auto& statement : m.iam) {
        IamModel i;
        i.action = statement.action;
        i.resource = statement.resource;
        i.arguments = statement.arguments;
        i.otherwise = statement.otherwise;
        i.why = statement.why;
        for (const auto& path : i.arguments) at(path, *c.config, m.span);
        i.when = condition(statement.when, *c.config);
        c.iam.push_back(std::move(i));
      }
      for (const auto& n : m.never) c.never.push_back({n.action, n.why});
    }
    if (!c.service && c.ships.empty())
      say(item.span, "`ships in` says which distributions of the Collector have `" + item.name + "`");
    addresses(*c.config, {}, item.span);
    current_ = nullptr;
  }

  void distributions(const WtlMember& m, ComponentModel& c) {
    for (const std::string& name : m.words) {
      if (schema::distribution_of(name)) c.ships.push_back(name);
      else say(m.span, "no distribution is named `" + name + "`");
    }
  }

  const std::vector<InputFile>& files_;
  std::vector<syntax::WtlProblem>& problems_;
  Model model_;
  std::map<std::string, Declared> declared_;
  std::map<std::string, const StructModel*> structs_;
  ComponentModel* current_ = nullptr;
  TypeModel key_type_ = [] {
    TypeModel t;
    t.kind = TypeKind::String;
    t.name = "string";
    return t;
  }();
  TypeModel size_type_ = [] {
    TypeModel t;
    t.kind = TypeKind::Int;
    t.name = "int";
    return t;
  }();
};

}  // namespace

Model resolve(const std::vector<InputFile>& files, std::vector<syntax::WtlProblem>& problems) {
  return Resolver(files, problems).run();
}

}  // namespace whittle::declc
