// SPDX-License-Identifier: Apache-2.0
// Reference pages from the declarations: for terminals, and as Markdown.
#include "compiler/check/words.h"
#include "compiler/report/commands.h"
#include "compiler/source/duration.h"

#include <set>

namespace whittle::report {

using schema::Literal;
using schema::TypeKind;

namespace {

std::string literal_text(const schema::Type& type, const Literal& l) {
  switch (l.kind) {
  case Literal::Kind::Zero:
    switch (type.kind) {
    case TypeKind::Bool: return "false";
    case TypeKind::Int:
    case TypeKind::Double: return "0";
    case TypeKind::Duration: return "0s";
    case TypeKind::String:
    case TypeKind::Regexp: return "\"\"";
    case TypeKind::Enum: return type.values[0].name.empty() ? "\"\"" : std::string(type.values[0].name);
    case TypeKind::List: return "[]";
    case TypeKind::Map: return "{}";
    default: return "";
    }
  case Literal::Kind::Null: return "null";
  case Literal::Kind::Bool: return l.number != 0 ? "true" : "false";
  case Literal::Kind::Int: return std::to_string(l.number);
  case Literal::Kind::Duration: return source::format_duration(l.number);
  case Literal::Kind::Double: {
    std::string s = std::to_string(l.real);
    while (s.back() == '0') s.pop_back();
    if (s.back() == '.') s.pop_back();
    return s;
  }
  case Literal::Kind::String:
    return l.text.empty() || type.kind == TypeKind::String ? "\"" + std::string(l.text) + "\"" : std::string(l.text);
  case Literal::Kind::List: {
    std::string out = "[";
    for (const Literal& x : l.items) out += (out.size() > 1 ? ", " : "") + literal_text(*type.element, x);
    return out + "]";
  }
  case Literal::Kind::Map: {
    std::string out = "{";
    for (size_t i = 0; i < l.items.size(); ++i) {
      const schema::Type* t = type.kind == TypeKind::Optional ? type.element : &type;
      const schema::Type* inner = t->kind == TypeKind::Map ? t->element : nullptr;
      if (t->kind == TypeKind::Struct) {
        int at = t->fields->find(l.keys[i]);
        if (at >= 0) inner = t->fields->settings[static_cast<size_t>(at)].type;
      }
      if (inner == nullptr) continue;
      if (inner->kind == TypeKind::Optional) inner = inner->element;
      out += (out.size() > 1 ? ", " : "") + std::string(l.keys[i]) + ": " + literal_text(*inner, l.items[i]);
    }
    return out + "}";
  }
  case Literal::Kind::Present: return "";
  }
  return {};
}

std::string type_text(const schema::Type& t) {
  switch (t.kind) {
  case TypeKind::Optional: return type_text(*t.element);
  case TypeKind::List: return "list of " + type_text(*t.element);
  case TypeKind::Map: return "map of " + type_text(*t.element);
  case TypeKind::Struct: return "settings";
  case TypeKind::Enum: {
    std::string out;
    for (const schema::EnumValue& v : t.values) {
      if (!out.empty()) out += " | ";
      out += v.name.empty() ? "\"\"" : std::string(v.name);
    }
    return out;
  }
  case TypeKind::Int:
    if (t.min == 0) return "int, not negative";
    return "int";
  case TypeKind::String:
    switch (t.format) {
    case schema::Format::Endpoint: return "host:port";
    case schema::Format::Url: return "URL";
    case schema::Format::WrittenPath:
    case schema::Format::Path: return "path of a file";
    case schema::Format::ReadPattern: return "pattern of files";
    case schema::Format::UrlPath: return "path of a URL";
    case schema::Format::HeaderName: return "name of a header";
    case schema::Format::ProxyUrl: return "URL";
    case schema::Format::Arn:
    case schema::Format::RoleArn: return "ARN";
    case schema::Format::Region: return "AWS region";
    case schema::Format::Opaque: return "string, kept secret";
    case schema::Format::Ottl: return "OTTL condition";
    case schema::Format::Authenticator:
    case schema::Format::ComponentId: return "id of a component";
    default: return "string";
    }
  case TypeKind::Any: return "any value";
  case TypeKind::Bool: return "bool";
  case TypeKind::Double: return "double";
  case TypeKind::Duration: return "duration";
  case TypeKind::Regexp: return "regular expression";
  }
  return {};
}

std::string constraint_text(const schema::Type& type, const schema::Constraint& c) {
  const schema::Type& t = type.kind == TypeKind::Optional ? *type.element : type;
  auto text = [&](const Literal& l) { return literal_text(t, l); };
  switch (c.kind) {
  case schema::Constraint::Kind::OneOf: {
    std::string out;
    for (const Literal& l : c.values) out += (out.empty() ? "one of " : ", ") + text(l);
    return out;
  }
  case schema::Constraint::Kind::Range:
    return text(c.values[0]) + (c.has_max ? " to " + text(c.values[1]) : " or more");
  case schema::Constraint::Kind::Compare: {
    static constexpr std::string_view kWords[] = {"less than ", "at most ", "more than ", "at least ", "", "not "};
    return std::string(kWords[static_cast<int>(c.compare)]) + text(c.values[0]);
  }
  }
  return {};
}

// Text wrapped at `width`, each line behind `indent`.
std::string wrapped(std::string_view text, const std::string& indent, size_t width) {
  std::string out, line;
  auto flush = [&] {
    if (!line.empty()) out += indent + line + "\n";
    line.clear();
  };
  std::string word;
  for (size_t i = 0; i <= text.size(); ++i) {
    char c = i < text.size() ? text[i] : ' ';
    if (c != ' ' && c != '\n') {
      word += c;
      continue;
    }
    if (word.empty()) continue;
    if (!line.empty() && indent.size() + line.size() + 1 + word.size() > width) flush();
    line += (line.empty() ? "" : " ") + word;
    word.clear();
  }
  flush();
  return out;
}

void settings(std::string& out, const schema::Struct& s, int depth, bool markdown) {
  std::string indent(static_cast<size_t>(depth) * (markdown ? 2 : 4) + (markdown ? 0 : 2), ' ');
  for (size_t i = 0; i < s.settings.size(); ++i) {
    const schema::Setting& x = s.settings[i];
    if (static_cast<int>(i) == s.rest) continue;
    const schema::Type& t = x.type->kind == TypeKind::Optional ? *x.type->element : *x.type;
    const schema::Type& element = t.kind == TypeKind::List || t.kind == TypeKind::Map ? *t.element : t;
    std::string facts = type_text(*x.type);
    std::string initial = literal_text(t, x.initial);
    if (x.type->kind == TypeKind::Optional && x.initial.kind == Literal::Kind::Zero)
      facts += x.type->named ? ", off unless named" : ", not set by default";
    else if (!initial.empty()) facts += ", default " + (markdown ? "`" + initial + "`" : initial);
    for (const schema::Constraint& c : x.constraints) facts += ", " + constraint_text(*x.type, c);
    std::string doc(x.doc);
    if (!x.refused.empty()) doc += " Refused: " + std::string(x.refused) + ".";
    if (!x.inert.empty()) doc += " Has no effect: " + std::string(x.inert) + ".";
    if (!x.deprecated.empty()) doc += " Deprecated: " + std::string(x.deprecated) + ".";
    if (markdown) {
      out += indent + "- `" + std::string(x.name) + "` (" + facts + "): ";
      for (char c : doc) out += c == '\n' ? ' ' : c;
      out += "\n";
    } else {
      out += indent + std::string(x.name) + ": " + facts + "\n" + wrapped(doc, indent + "    ", 110);
    }
    bool opaque = !x.refused.empty();
    if (element.kind == TypeKind::Struct && !opaque) settings(out, *element.fields, depth + 1, markdown);
  }
}

std::string joined(std::span<const std::string_view> path) {
  std::string out;
  for (std::string_view part : path) out += (out.empty() ? "" : ".") + std::string(part);
  return out;
}

// A condition as declarations write it.
std::string words_of(const schema::SettingExpression& e) {
  using Kind = schema::SettingExpression::Kind;
  static constexpr std::string_view kCompare[] = {" < ", " <= ", " > ", " >= ", " == ", " != "};
  switch (e.kind) {
  case Kind::Not: return "not " + words_of(*e.left);
  case Kind::And: return words_of(*e.left) + " and " + words_of(*e.right);
  case Kind::Or: return words_of(*e.left) + " or " + words_of(*e.right);
  case Kind::Set: return joined(e.path) + " is set";
  case Kind::Compare:
    return words_of(*e.left) + std::string(kCompare[static_cast<int>(e.compare)]) + words_of(*e.right);
  case Kind::Setting: return joined(e.path);
  case Kind::Size: return "size(" + joined(e.path) + ")";
  case Kind::Value: break;
  }
  if (e.value.kind == Literal::Kind::String) return e.value.text.empty() ? "\"\"" : std::string(e.value.text);
  if (e.value.kind == Literal::Kind::Bool) return e.value.number != 0 ? "true" : "false";
  return std::to_string(e.value.number);
}

// What a struct and those within it listen on; `section` is the path to it, with a dot at its end.
void listens(std::string& out, const schema::Struct& s, const std::string& section, bool markdown) {
  for (const schema::ListensAt& l : s.listens) {
    out += markdown ? "- " : "  ";
    for (size_t i = 0; i < l.protocols.size(); ++i) out += (i == 0 ? "" : ", ") + std::string(l.protocols[i]);
    std::string at = section + joined(l.address);
    out += " at " + (markdown ? "`" + at + "`" : at) + "\n";
  }
  for (const schema::Setting& x : s.settings) {
    const schema::Type& t = x.type->kind == TypeKind::Optional ? *x.type->element : *x.type;
    if (t.kind == TypeKind::Struct) listens(out, *t.fields, section + std::string(x.name) + ".", markdown);
  }
}

}  // namespace

std::string reference_page(const schema::Component& c, bool markdown) {
  std::string out;
  auto heading = [&](std::string_view text) {
    out += markdown ? "\n## " + std::string(text) + "\n\n" : "\n" + std::string(text) + "\n";
  };
  std::string title = std::string(schema::name_of(c.kind)) + " " + std::string(c.name);
  out += (markdown ? "# " : "") + title + "\n\n" + (markdown ? std::string(c.doc) + "\n" : wrapped(c.doc, "", 110));
  auto signals = [](schema::SignalSet set) {
    std::string text;
    for (int s = 0; s < schema::kSignals; ++s) {
      if ((set & (1u << s)) != 0)
        text += (text.empty() ? "" : ", ") + std::string(schema::name_of(static_cast<schema::Signal>(s)));
    }
    return text;
  };
  out += "\n";
  std::string bullet = markdown ? "- " : "";
  if (c.consumes != 0) out += bullet + "takes: " + signals(c.consumes) + "\n";
  if (c.produces != 0) out += bullet + (c.consumes != 0 ? "hands on: " : "brings: ") + signals(c.produces) + "\n";
  for (const schema::Alias& a : c.aliases) out += bullet + "also called: " + std::string(a.name) + "\n";
  if (!c.stability.empty()) out += bullet + "in the Collector: " + std::string(c.stability) + "\n";
  if (c.checked_only) out += bullet + "checked, and not compiled yet: `build` refuses a config that uses it\n";
  for (const schema::NeededEnv& n : c.needs)
    out += bullet + "needs: the environment variable " + std::string(n.name) +
           (n.reason.empty() ? "" : "; " + std::string(n.reason)) + "\n";
  heading("Settings");
  settings(out, *c.config->fields, 0, markdown);
  if (!c.config->fields->requirements.empty()) {
    heading("Rules");
    for (const schema::Requirement& r : c.config->fields->requirements)
      out += (markdown ? "- " : "  ") + std::string(r.message) + "\n";
  }
  if (!c.iam.empty()) {
    heading("IAM");
    for (const schema::IamStatement& i : c.iam) {
      out += (markdown ? "- `" : "  ") + std::string(i.action) + (markdown ? "`" : "") + " on " +
             (i.resource.kind == "*" ? "`*`" : std::string(i.resource.kind));
      std::string names;
      for (const schema::IamArgument& argument : i.resource.arguments) {
        std::string name;
        for (std::string_view part : argument.path) name += (name.empty() ? "" : ".") + std::string(part);
        names += (names.empty() ? "" : ", ") + name;
      }
      if (!names.empty()) out += "(" + names + ")";
      if (i.when != nullptr) out += ", when " + words_of(*i.when);
      out += "\n";
    }
  }
  std::string addresses;
  listens(addresses, *c.config->fields, "", markdown);
  if (!addresses.empty()) {
    heading("Listens");
    out += addresses;
  }
  if (!c.emits.empty()) {
    heading("Metrics");
    for (const schema::EmittedMetric& m : c.emits) {
      out += (markdown ? "- `" : "  ") + std::string(m.name) + (markdown ? "`" : "") + ": " +
             std::string(m.instrument) + " of " + std::string(m.value_type);
      if (!m.unit.empty()) out += ", " + std::string(m.unit);
      if (!m.when.empty()) out += ", while " + std::string(m.when);
      out += "\n";
    }
  }
  return out;
}

std::string service_page(bool markdown) {
  std::string out = markdown ? "# service\n\n" : "service\n\n";
  out += std::string(schema::service_type().fields->doc) + "\n";
  out += markdown ? "\n## Settings\n\n- `extensions` (list of ids): Extensions to start, in this order.\n- `pipelines` "
                    "(map): Pipelines by their names, `traces`, `metrics` or `logs`, each with `receivers`, "
                    "`processors` and `exporters`.\n"
                  : "\nSettings\n  extensions: list of ids\n      Extensions to start, in this order.\n  pipelines: "
                    "map\n      Pipelines by their names, `traces`, `metrics` or `logs`, each with `receivers`, "
                    "`processors` and `exporters`.\n";
  settings(out, *schema::service_type().fields, 0, markdown);
  return out;
}

}  // namespace whittle::report
