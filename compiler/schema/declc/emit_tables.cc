// SPDX-License-Identifier: Apache-2.0
// Writes the constant tables that compiler/schema/schema.h describes, children before their parents.
#include "compiler/schema/declc/model.h"

#include <algorithm>
#include <cstdio>
#include <map>

namespace whittle::declc {

using schema::Literal;
using schema::TypeKind;

namespace {

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') out += "\\n";
    else out += c;
  }
  return out + "\"";
}

std::string number(int64_t n) {
  return n == INT64_MIN ? "INT64_MIN" : std::to_string(n);
}

std::string real(double d) {
  char text[64];
  std::snprintf(text, sizeof text, "%.17g", d);
  return text;
}

constexpr const char* kTypeKinds[] = {"Bool",   "Int", "Double", "String", "Duration", "Enum",
                                      "Regexp", "Any", "List",   "Map",    "Struct",   "Optional"};
constexpr const char* kFormats[] = {"Plain",   "Endpoint",   "Url",         "Path",     "WrittenPath", "ReadPattern",
                                    "UrlPath", "HeaderName", "Template",    "Arn",      "Region",      "Opaque",
                                    "Host",    "Ottl",       "ComponentId", "ProxyUrl", "RoleArn",     "Authenticator"};
constexpr const char* kLiterals[] = {"Zero",   "Null",     "Bool", "Int", "Double",
                                     "String", "Duration", "List", "Map", "Present"};
constexpr const char* kCompares[] = {"Less", "LessEqual", "Greater", "GreaterEqual", "Equal", "NotEqual"};
constexpr const char* kConstraints[] = {"OneOf", "Range", "Compare"};
constexpr const char* kExpressions[] = {"Not", "And", "Or", "Set", "Compare", "Setting", "Size", "Value"};
constexpr const char* kComponentKinds[] = {"Receiver", "Processor", "Exporter", "Extension", "Connector"};

class Tables {
public:
  // `shared`: structs of stdlib/common are defined here; otherwise they are only referred to.
  explicit Tables(const Model& model, bool shared) {
    for (const StructModel* s : model.shared) {
      if (!shared) structs_[s] = "&common_" + s->cpp_name;
    }
  }

  std::string struct_ref(const StructModel* s) {
    auto [it, added] = structs_.emplace(s, "");
    if (added) {
      std::string name = next("s");
      std::string text = struct_value(*s);
      out_ += "constexpr Struct " + name + text + ";\n";
      structs_[s] = "&" + name;
    }
    return structs_[s];
  }

  std::string struct_value(const StructModel& s) {
    std::string settings;
    for (const SettingModel& x : s.settings) {
      std::string type = type_ref(x.type);
      std::string constraints = constraint_list(x.constraints);
      settings += "    {.name = " + quote(x.name) + ", .type = " + type;
      if (x.initial.kind != Literal::Kind::Zero) settings += ", .initial = " + literal(x.initial);
      if (!constraints.empty()) settings += ", .constraints = " + constraints;
      settings += ", .doc = " + quote(x.doc);
      if (!x.refused.empty()) settings += ", .refused = " + quote(x.refused);
      if (!x.inert.empty()) settings += ", .inert = " + quote(x.inert);
      if (!x.deprecated.empty()) settings += ", .deprecated = " + quote(x.deprecated);
      if (!x.socket.empty()) settings += ", .socket = " + condition(x.socket);
      if (x.names_metrics) settings += ", .names_metrics = true, .patterns = " + condition(x.patterns);
      if (x.signals != 0) settings += ", .signals = " + std::to_string(x.signals);
      settings += "},\n";
    }
    std::string settings_name = array("Setting", settings);
    std::string requirements;
    for (const RequirementModel& r : s.requirements)
      requirements += "    {" + expression(r.condition) + ", " + quote(r.message) + (r.ours ? ", true" : "") + "},\n";
    std::string requirements_name = array("Requirement", requirements);
    std::string listens, links, roots;
    for (const ListensModel& l : s.listens) {
      std::string paths;
      for (const PathModel& p : l.url_paths) paths += "    " + path(p) + ",\n";
      listens += "    {" + text_array(l.protocols) + ", " + path(l.address) + ", " + path(l.port) + ", " +
                 quote(l.otherwise) + ", " + path(l.tls) + ", " + array("Path", paths) + ", " + condition(l.when) +
                 "},\n";
    }
    for (const LinkModel& l : s.links)
      links += "    {" + quote(l.part) + ", " + quote(l.otherwise) + ", " + condition(l.when) + "},\n";
    for (const ConditionModel& c : s.roots) roots += "    {" + condition(c) + "},\n";
    std::string listens_name = array("ListensAt", listens), links_name = array("Link", links),
                roots_name = array("NeedsRoots", roots);
    return "{.name = " + quote(s.name) + ", .cpp_name = " + quote(s.cpp_name) + ", .settings = " + settings_name +
           ", .requirements = " + requirements_name + ", .doc = " + quote(s.doc) +
           ", .rest = " + std::to_string(s.rest) + ", .listens = " + listens_name + ", .links = " + links_name +
           ", .roots = " + roots_name + "}";
  }

  std::string type_ref(const TypeModel* t) {
    auto [it, added] = types_.emplace(t, "");
    if (!added) return it->second;
    std::string v = "{.kind = TypeKind::" + std::string(kTypeKinds[static_cast<int>(t->kind)]);
    if (t->format != schema::Format::Plain)
      v += ", .format = Format::" + std::string(kFormats[static_cast<int>(t->format)]);
    if (t->bounded) v += ", .min = " + number(t->min) + ", .max = " + number(t->max);
    v += ", .name = " + quote(t->name);
    if (!t->cpp_name.empty()) v += ", .cpp_name = " + quote(t->cpp_name);
    if (t->element != nullptr) v += ", .element = " + type_ref(t->element);
    if (t->fields != nullptr) v += ", .fields = " + struct_ref(t->fields);
    if (!t->values.empty()) {
      std::string values;
      for (const EnumValueModel& x : t->values)
        values += "    {" + quote(x.name) + ", " + quote(x.identifier) + ", " + quote(x.doc) + "},\n";
      v += ", .values = " + array("EnumValue", values);
    }
    if (t->switched) v += ", .switched = true";
    if (t->named) v += ", .named = true";
    if (t->pairs) v += ", .pairs = true";
    if (t->any_case) v += ", .any_case = true";
    if (t->whole) v += ", .whole = true";
    if (t->loose) v += ", .loose = true";
    if (t->zero >= 0) v += ", .zero = " + std::to_string(t->zero);
    if (!t->flat.empty()) v += ", .flat = " + quote(t->flat);
    if (!t->conditions_on.empty()) v += ", .conditions_on = " + quote(t->conditions_on);
    if (!t->errors.empty()) v += ", .errors = " + quote(t->errors);
    std::string name = next("t");
    out_ += "constexpr Type " + name + v + "};\n";
    return types_[t] = "&" + name;
  }

  std::string literal(const LiteralModel& l) {
    std::string v = "{.kind = Literal::Kind::" + std::string(kLiterals[static_cast<int>(l.kind)]);
    if (l.number != 0) v += ", .number = " + number(l.number);
    if (l.kind == Literal::Kind::Double) v += ", .real = " + real(l.real);
    if (!l.text.empty()) v += ", .text = " + quote(l.text);
    if (!l.items.empty()) {
      std::string items;
      for (const LiteralModel& x : l.items) items += "    " + literal(x) + ",\n";
      v += ", .items = " + array("Literal", items);
    }
    if (!l.keys.empty()) v += ", .keys = " + text_array(l.keys);
    return v + "}";
  }

  std::string expression(const ExpressionModel& e) {
    std::string v = "{.kind = SettingExpression::Kind::" + std::string(kExpressions[static_cast<int>(e.kind)]);
    if (e.kind == schema::SettingExpression::Kind::Compare)
      v += ", .compare = Compare::" + std::string(kCompares[static_cast<int>(e.compare)]);
    static constexpr const char* kSides[] = {".left", ".right"};
    for (size_t i = 0; i < e.operands.size() && i < 2; ++i)
      v += std::string(", ") + kSides[i] + " = " + expression(e.operands[i]);
    if (!e.path.empty()) v += ", .path = " + text_array(e.path);
    if (e.kind == schema::SettingExpression::Kind::Value) v += ", .value = " + literal(e.value);
    std::string name = next("e");
    out_ += "constexpr SettingExpression " + name + v + "};\n";
    return "&" + name;
  }

  std::string condition(const ConditionModel& c) { return c.empty() ? "nullptr" : expression(c[0]); }

  // A Path, as a value of its own.
  std::string path(const PathModel& p) { return p.empty() ? "{}" : "Path(" + text_array(p) + ")"; }

  std::string text_array(const std::vector<std::string>& texts) {
    std::string items;
    for (const std::string& t : texts) items += "    " + quote(t) + ",\n";
    return array("std::string_view", items);
  }

  std::string array(const std::string& type, const std::string& items) {
    if (items.empty()) return "{}";
    std::string name = next("a");
    out_ += "constexpr " + type + " " + name + "[] = {\n" + items + "};\n";
    return name;
  }

  std::string out_;

private:
  std::string next(const char* prefix) { return prefix + std::to_string(++count_); }

  std::string constraint_list(const std::vector<ConstraintModel>& constraints) {
    std::string items;
    for (const ConstraintModel& c : constraints) {
      std::string values;
      for (const LiteralModel& l : c.values) values += "    " + literal(l) + ",\n";
      items += "    {.kind = Constraint::Kind::" + std::string(kConstraints[static_cast<int>(c.kind)]);
      if (c.warn) items += std::string(", .severity = Severity::") + (c.ours ? "OurWarning" : "Warning");
      else if (c.ours) items += ", .severity = Severity::Ours";
      items += ", .compare = Compare::" + std::string(kCompares[static_cast<int>(c.compare)]);
      if (!c.has_max) items += ", .has_max = false";
      items += ", .values = " + array("Literal", values) + ", .reason = " + quote(c.reason) + "},\n";
    }
    return array("Constraint", items);
  }

  std::map<const StructModel*, std::string> structs_;
  std::map<const TypeModel*, std::string> types_;
  int count_ = 0;
};

constexpr const char* kTop = "// Generated from the declarations in stdlib/. Do not edit.\n";

std::string wrap(const std::string& tables, const std::string& exported) {
  return std::string(kTop) +
         "#include \"compiler/schema/schema.h\"\n#include \"stdlib/common/common_decl.h\"\n\nnamespace whittle::schema "
         "{\n\nnamespace {\n\n" +
         tables + "\n}  // namespace\n\n" + exported + "\n}  // namespace whittle::schema\n";
}

std::string symbol(const ComponentModel& c) {
  if (c.service) return "service_declaration";
  std::string kind = kComponentKinds[static_cast<int>(c.kind)];
  kind[0] = static_cast<char>(kind[0] - 'A' + 'a');
  return kind + "_" + c.name + "_declaration";
}

}  // namespace

std::string component_tables(const Model& model, const ComponentModel& c) {
  Tables t(model, false);
  TypeModel config;
  config.kind = TypeKind::Struct;
  config.name = c.name;
  config.cpp_name = c.config->cpp_name;
  config.fields = c.config;
  std::string type = t.type_ref(&config);
  if (c.service)
    return wrap(t.out_, "extern const Type service_declaration;\nconst Type service_declaration = *" + type + ";\n");

  std::string aliases, iam, never, emits, needs, holds;
  for (const PairModel& a : c.aliases) aliases += "    {" + quote(a.name) + ", " + quote(a.text) + "},\n";
  for (const PairModel& n : c.needs) needs += "    {" + quote(n.name) + ", " + quote(n.text) + "},\n";
  for (const EmitsModel& e : c.emits) {
    emits += "    {" + quote(e.instrument) + ", " + quote(e.value_type) + ", " + quote(e.name) + ", " + quote(e.unit) +
             ", " + quote(e.when) + ", " + quote(e.mistaken) + "},\n";
  }
  for (const IamModel& i : c.iam) {
    std::string paths;
    for (size_t a = 0; a < i.arguments.size(); ++a)
      paths += "    {" + t.text_array(i.arguments[a]) + ", " + quote(i.otherwise[a]) + "},\n";
    std::string arguments = t.array("IamArgument", paths);
    std::string when = t.condition(i.when);
    iam += "    {" + quote(i.action) + ", {" + quote(i.resource) + ", " + arguments + "}, " + when + ", " +
           quote(i.why) + "},\n";
  }
  for (const HoldsModel& h : c.holds) {
    std::string when = t.condition(h.when);
    holds += "    {" + t.text_array(h.path) + ", " + std::to_string(h.number) + ", " + std::to_string(h.otherwise) +
             ", " + quote(h.what) + ", " + when + "},\n";
  }
  std::string ships, host;
  for (const std::string& d : c.ships) ships += (ships.empty() ? "" : " | ") + ("bit(Distribution::" + camel(d) + ")");
  for (const HostModel& h : c.host) host += "    {" + quote(h.reason) + ", " + t.condition(h.when) + "},\n";
  for (const PairModel& n : c.never) never += "    {" + quote(n.name) + ", " + quote(n.text) + "},\n";
  std::string alias_name = t.array("Alias", aliases), iam_name = t.array("IamStatement", iam),
              emits_name = t.array("EmittedMetric", emits), needs_name = t.array("NeededEnv", needs),
              never_name = t.array("NeverCalled", never), host_name = t.array("NeedsHost", host),
              holds_name = t.array("Holds", holds), delays = t.text_array(c.delays),
              attempts = t.text_array(c.attempts), drains = t.text_array(c.drains), caps = t.text_array(c.caps);
  std::string value = "extern const Component " + symbol(c) + ";\nconst Component " + symbol(c) +
                      " = {.kind = ComponentKind::" + kComponentKinds[static_cast<int>(c.kind)] +
                      ", .name = " + quote(c.name) + ", .config = " + type +
                      ", .consumes = " + std::to_string(c.consumes) + ", .produces = " + std::to_string(c.produces) +
                      ", .doc = " + quote(c.doc) + ", .stability = " + quote(c.stability) +
                      ", .aliases = " + alias_name + ", .iam = " + iam_name + ", .never = " + never_name +
                      ", .emits = " + emits_name + ", .needs = " + needs_name + ", .holds = " + holds_name +
                      ", .delays = " + delays + ", .attempts = " + attempts + ", .drains = " + drains +
                      ", .caps = " + caps + ", .ships = " + ships + ", .host = " + host_name +
                      ", .same_signal = " + (c.same_signal ? "true" : "false") +
                      ", .passes_names = " + (c.passes_names ? "true" : "false") +
                      ", .stateless = " + (c.stateless ? "true" : "false") +
                      ", .checked_only = " + (c.checked_only ? "true" : "false") + "};\n";
  return wrap(t.out_, value);
}

std::string shared_tables(const Model& model) {
  // One definition for each shared struct, with external linkage, so that components refer to it.
  Tables t(model, true);
  std::string exported, list;
  for (const StructModel* s : model.shared) {
    std::string ref = t.struct_ref(s);
    exported += "const Struct common_" + s->cpp_name + " = *" + ref + ";\n";
    list += "    &common_" + s->cpp_name + ",\n";
  }
  exported += "\nconstexpr const Struct* kShared[] = {\n" + list +
              "};\nstd::span<const Struct* const> shared_structs() { return kShared; }\n";
  return wrap(t.out_, exported);
}

std::string shared_tables_header(const Model& model) {
  std::string out =
      std::string(kTop) + "#pragma once\n\n#include \"compiler/schema/schema.h\"\n\nnamespace whittle::schema {\n\n";
  for (const StructModel* s : model.shared) out += "extern const Struct common_" + s->cpp_name + ";\n";
  return out + "\n}  // namespace whittle::schema\n";
}

std::string registry(const Model& model) {
  std::string out = std::string(kTop) + "#include \"compiler/schema/schema.h\"\n\nnamespace whittle::schema {\n\n",
              list;
  for (const ComponentModel& c : model.components) {
    out += std::string("extern const ") + (c.service ? "Type " : "Component ") + symbol(c) + ";\n";
    if (!c.service) list += "    &" + symbol(c) + ",\n";
  }
  out += "\nnamespace {\nconstexpr const Component* kComponents[] = {\n" + list + "};\n}  // namespace\n\n";
  out += "std::span<const Component* const> components() { return kComponents; }\n\nconst Type& service_type() { "
         "return service_declaration; }\n";
  return out + "\n}  // namespace whittle::schema\n";
}

std::string check_registry(const Model& model, const std::vector<std::string>& folders,
                           const std::vector<std::string>& structs) {
  std::string out = std::string(kTop) + "#include \"compiler/check/checks.h\"\n\nnamespace whittle::check {\n\n", list;
  for (const ComponentModel& c : model.components) {
    if (c.service || std::find(folders.begin(), folders.end(), c.folder) == folders.end()) continue;
    std::string kind = kComponentKinds[static_cast<int>(c.kind)];
    std::string function = "check_" + c.folder.substr(0, c.folder.find('/')) + "_" + c.name;
    out += "void " + function + "(Check& check, Instance& instance, schema::SignalSet used_for);\n";
    list += "    {schema::ComponentKind::" + kind + ", " + quote(c.name) + ", " + function + "},\n";
  }
  std::string struct_list;
  for (const std::string& name : structs) {
    out += "void check_struct_" + name + "(CheckContext& context, Value& v);\n";
    struct_list += "    {" + quote(name) + ", check_struct_" + name + "},\n";
  }
  out += "\nnamespace {\nconstexpr ComponentCheck kChecks[] = {\n" + list +
         "};\nconstexpr StructCheck kStructs[] = {\n" + struct_list + "};\n}  // namespace\n\n";
  return out + "std::span<const ComponentCheck> component_checks() { return kChecks; }\n"
               "std::span<const StructCheck> struct_checks() { return kStructs; }\n\n}  // namespace whittle::check\n";
}

}  // namespace whittle::declc
