// SPDX-License-Identifier: Apache-2.0
// The tables of paths, functions and enums that the compiler has, as one object of JSON: what programs.py makes its
// random programs from, so that it knows no list of its own.
#include "compiler/ottl/enums.h"
#include "compiler/ottl/functions.h"
#include "compiler/ottl/paths.h"
#include "compiler/record/ir.h"

#include <cstdio>
#include <string>

namespace whittle::ottl {

namespace {

std::string_view name_of(Param p) {
  switch (p) {
  case Param::Value: return "Value";
  case Param::Target: return "Target";
  case Param::MapTarget: return "MapTarget";
  case Param::ListTarget: return "ListTarget";
  case Param::String: return "String";
  case Param::Int: return "Int";
  case Param::Double: return "Double";
  case Param::Bool: return "Bool";
  case Param::Time: return "Time";
  case Param::Duration: return "Duration";
  case Param::Map: return "Map";
  case Param::List: return "List";
  case Param::StringLike: return "StringLike";
  case Param::IntLike: return "IntLike";
  case Param::DoubleLike: return "DoubleLike";
  case Param::BoolLike: return "BoolLike";
  case Param::BytesLike: return "BytesLike";
  case Param::ConstString: return "ConstString";
  case Param::ConstInt: return "ConstInt";
  case Param::ConstDouble: return "ConstDouble";
  case Param::ConstBool: return "ConstBool";
  case Param::ConstEnum: return "ConstEnum";
  case Param::Function: return "Function";
  }
  return {};
}

std::string_view name_of(Rule r) {
  switch (r) {
  case Rule::None: return "None";
  case Rule::Regexp: return "Regexp";
  case Rule::Places: return "Places";
  case Rule::Captures: return "Captures";
  case Rule::Glob: return "Glob";
  case Rule::Grok: return "Grok";
  case Rule::GrokPatterns: return "GrokPatterns";
  case Rule::TimeFormat: return "TimeFormat";
  case Rule::Location: return "Location";
  case Rule::Locale: return "Locale";
  case Rule::XPath: return "XPath";
  case Rule::Encoding: return "Encoding";
  case Rule::Positive: return "Positive";
  case Rule::NotNegative: return "NotNegative";
  case Rule::NotEmpty: return "NotEmpty";
  case Rule::OneOf: return "OneOf";
  case Rule::OneOfWhenRun: return "OneOfWhenRun";
  case Rule::OneCharacter: return "OneCharacter";
  case Rule::Percentile: return "Percentile";
  case Rule::Network: return "Network";
  case Rule::Id: return "Id";
  case Rule::Semconv: return "Semconv";
  case Rule::GoDuration: return "GoDuration";
  case Rule::Base: return "Base";
  case Rule::OneVerb: return "OneVerb";
  case Rule::Severities: return "Severities";
  case Rule::Address: return "Address";
  case Rule::Port: return "Port";
  }
  return {};
}

// Names hold nothing that JSON escapes.
std::string text(std::string_view s) {
  return '"' + std::string(s) + '"';
}

std::string truth(bool b) {
  return b ? "true" : "false";
}

std::string types(TypeSet set) {
  std::string out;
  for (int i = 0; i < kTypes; ++i)
    if (Type t = static_cast<Type>(i); set.has(t)) out += (out.empty() ? "" : ",") + text(name_of(t));
  return '[' + out + ']';
}

std::string contexts(std::span<const Context> list) {
  std::string out;
  for (Context c : list) out += (out.empty() ? "" : ",") + text(name_of(c));
  return '[' + out + ']';
}

void print() {
  std::string out = "{\"contexts\":{";
  for (int i = 0; i < kContexts; ++i) {
    const Context c = static_cast<Context>(i);
    out += (i > 0 ? ",\n" : "\n") + text(name_of(c)) + ":{\"reaches\":" + contexts(reachable_from(c)) + ",\"paths\":[";
    bool first = true;
    for (const PathEntry& p : paths_of(c)) {
      static constexpr std::string_view kKeys[] = {"none", "map", "value", "one"};
      out += first ? "\n" : ",\n";
      first = false;
      out += "{\"name\":" + text(p.name) + ",\"reads\":" + types(p.reads) + ",\"writes\":" + types(p.writes) +
             ",\"keys\":" + text(kKeys[static_cast<int>(p.keys)]) + ",\"external\":" + truth(p.form == Form::External) +
             "}";
    }
    out += "],\"enums\":[";
    first = true;
    for (const EnumEntry& e : enums_of(c)) {
      out += (first ? "" : ",") + text(e.name);
      first = false;
    }
    out += "]}";
  }
  out += "},\n\"functions\":[";
  bool first = true;
  for (const Function& f : functions()) {
    static constexpr std::string_view kLibraries[] = {"standard", "transform", "filter"};
    out += first ? "\n" : ",\n";
    first = false;
    out += "{\"name\":" + text(f.name) + ",\"editor\":" + truth(f.editor) + ",\"result\":" + types(f.result) +
           ",\"pure\":" + truth(f.pure) + ",\"library\":" + text(kLibraries[static_cast<int>(f.library)]) +
           ",\"contexts\":" + contexts(f.contexts) + ",\"id_size\":" + std::to_string(f.id_size) +
           ",\"code\":" + truth(ir::has_code(f.name) || ir::has_edit(f.name)) + ",\"parameters\":[";
    bool inner = true;
    for (const Parameter& p : f.parameters) {
      std::string choices;
      for (std::string_view s : p.choices) choices += (choices.empty() ? "" : ",") + text(s);
      out += inner ? "" : ",";
      inner = false;
      out += "{\"field\":" + text(p.field) + ",\"name\":" + text(p.name) + ",\"kind\":" + text(name_of(p.kind)) +
             ",\"list\":" + truth(p.list) + ",\"optional\":" + truth(p.optional) +
             ",\"rule\":" + text(name_of(p.rule)) + ",\"choices\":[" + choices + "]}";
    }
    out += "]}";
  }
  out += "]}\n";
  fwrite(out.data(), 1, out.size(), stdout);
}

}  // namespace
}  // namespace whittle::ottl

int main() {
  whittle::ottl::print();
}
