// SPDX-License-Identifier: Apache-2.0
// Writes the config structs that runtime halves include. Their layout is what compiler/lower writes constants of:
// fields in the order of declaration, included settings in place.
#include "compiler/schema/declc/model.h"

#include <algorithm>
#include <set>

namespace whittle::declc {

using schema::TypeKind;

namespace {

constexpr std::string_view kKeywords[] = {
    "alignas", "and",       "asm",     "auto",   "bool",     "break",  "case",    "catch",     "char",     "class",
    "const",   "continue",  "default", "delete", "do",       "double", "else",    "enum",      "explicit", "export",
    "extern",  "false",     "float",   "for",    "friend",   "goto",   "if",      "inline",    "int",      "long",
    "mutable", "namespace", "new",     "not",    "operator", "or",     "private", "protected", "public",   "register",
    "return",  "short",     "signed",  "sizeof", "static",   "struct", "switch",  "template",  "this",     "throw",
    "true",    "try",       "typedef", "union",  "unsigned", "using",  "virtual", "void",      "volatile", "while"};

std::string field_name(const std::string& setting) {
  return std::find(std::begin(kKeywords), std::end(kKeywords), setting) == std::end(kKeywords) ? setting
                                                                                               : setting + "_";
}

std::string cpp_type(const TypeModel& t) {
  switch (t.kind) {
  case TypeKind::Bool: return "bool";
  case TypeKind::Int: return "int64_t";
  case TypeKind::Duration: return "int64_t";
  case TypeKind::Double: return "double";
  case TypeKind::String: return "Str";
  case TypeKind::Enum: return t.cpp_name;
  case TypeKind::Regexp: return "Regex";
  case TypeKind::Any: return "Any";
  case TypeKind::List:
    if (!t.conditions_on.empty()) return "record::Conditions";
    return "List<" + cpp_type(*t.element) + ">";
  case TypeKind::Map: return "List<Entry<" + cpp_type(*t.element) + ">>";
  case TypeKind::Struct: return t.cpp_name;
  case TypeKind::Optional: return "Opt<" + cpp_type(*t.element) + ">";
  }
  return "";
}

class Header {
public:
  // Names in `known` are defined elsewhere.
  explicit Header(std::set<std::string> known) : done_(std::move(known)) {}

  void add(const StructModel& s) {
    if (done_.count(s.cpp_name) != 0) return;
    for (const SettingModel& x : s.settings) enums(*x.type);
    done_.insert(s.cpp_name);
    out_ += "\n";
    if (!s.doc.empty()) out_ += comment(s.doc, "");
    out_ += "struct " + s.cpp_name + " {\n";
    for (const SettingModel& x : s.settings) {
      out_ += comment(x.type->kind == TypeKind::Duration ? x.doc + " In nanoseconds." : x.doc, "  ");
      out_ += "  " + cpp_type(*x.type) + " " + field_name(x.name) + ";\n";
    }
    for (const IncludeModel& i : s.includes) {
      out_ += "\n  // The part that code shared with other components takes.\n  constexpr " + i.included->cpp_name +
              " as_" + i.included->name + "() const {\n    return {";
      for (size_t n = 0; n < i.count; ++n) out_ += (n != 0 ? ", " : "") + field_name(s.settings[i.first + n].name);
      out_ += "};\n  }\n";
    }
    out_ += "};\n";
  }

  std::set<std::string> done_;
  std::string out_;

private:
  static std::string comment(const std::string& doc, const std::string& indent) {
    std::string out, line;
    for (char c : doc + "\n") {
      if (c == '\n') {
        out += indent + "// " + line + "\n";
        line.clear();
      } else {
        line += c;
      }
    }
    return out;
  }

  void enums(const TypeModel& t) {
    if (t.element != nullptr) enums(*t.element);
    if (t.kind != TypeKind::Enum || !done_.insert(t.cpp_name).second) return;
    out_ += "\nenum class " + t.cpp_name + " : uint32_t {\n";
    for (const EnumValueModel& v : t.values) out_ += "  " + v.identifier + ",  // \"" + v.name + "\"\n";
    out_ += "};\n";
  }
};

Header common_header(const Model& model) {
  Header h({});
  for (const StructModel* s : model.shared) h.add(*s);
  return h;
}

}  // namespace

std::string config_header(const Model& model, const std::string& home) {
  std::string top =
      "// Generated from the declarations in stdlib/. Do not edit.\n#pragma once\n\n#include \"runtime/abi.h\"\n";
  Header common = common_header(model);
  if (home == "common")
    return top + "\nnamespace whittle::config {\n" + common.out_ + "\n}  // namespace whittle::config\n";
  Header own(common.done_);
  for (const ComponentModel& c : model.components) {
    if (c.folder != home) continue;
    for (const StructModel* s : c.structs) own.add(*s);
  }
  if (own.out_.contains("record::Conditions")) top += "#include \"runtime/record/program.h\"\n";
  return top + "#include \"stdlib/common/common_config.h\"\n\nnamespace whittle::config {\n" + own.out_ +
         "\n}  // namespace whittle::config\n";
}

}  // namespace whittle::declc
