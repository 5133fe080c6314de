// SPDX-License-Identifier: Apache-2.0
// The reference page of the transformation language, from the tables that its parser, its check and the lowering of
// record programs use. What is missing is found out, not stated: each path is compiled, read and written, and each
// function is looked for among those that have code.
#include "compiler/ottl/dialects.h"
#include "compiler/ottl/enums.h"
#include "compiler/ottl/functions.h"
#include "compiler/ottl/parse.h"
#include "compiler/ottl/paths.h"
#include "compiler/record/ir.h"
#include "compiler/report/commands.h"

namespace whittle::report {

namespace {

using namespace ottl;

// Whether a statement becomes instructions.
bool compiles(const std::string& text, Context context) {
  Problem wrong;
  auto tree = parse(text, Unit::Statement, wrong);
  std::vector<Problem> problems;
  if (!tree || !ottl::check(*tree, {Library::Transform, context, Naming::Always}, problems)) return false;
  Group group;
  group.context = context;
  group.statements.push_back(std::move(*tree));
  ir::Program program;
  std::vector<std::string> missing;
  ir::add_group(program, group, false, "", missing);
  return missing.empty();
}

bool done(const PathEntry& p) {
  // What is known of a request is read in every context.
  const Context context = p.context == Context::OtelCol ? Context::Log : p.context;
  const std::string name = std::string(name_of(p.context)) + "." + std::string(p.name);
  if (!compiles("set(" + std::string(name_of(context)) + ".cache[\"x\"], " + name + ")", context)) return false;
  return p.writes.empty() || compiles("set(" + name + ", " + name + ")", context);
}

bool done(const Function& f) {
  return ir::has_code(f.name) || ir::has_edit(f.name);
}

std::string_view keys_of(const PathEntry& p) {
  switch (p.keys) {
  case Keys::Map: return "keys of maps, indexes of lists";
  case Keys::Value: return "keys where it is a map, indexes where it is a list";
  case Keys::One: return "one literal string";
  case Keys::None: break;
  }
  return "";
}

std::string_view words_of(Param kind) {
  switch (kind) {
  case Param::Value: return "any";
  case Param::Target: return "path";
  case Param::MapTarget: return "path of a map";
  case Param::ListTarget: return "path of a list";
  case Param::String: return "string";
  case Param::Int: return "int";
  case Param::Double: return "double";
  case Param::Bool: return "bool";
  case Param::Time: return "time";
  case Param::Duration: return "duration";
  case Param::Map: return "map";
  case Param::List: return "list";
  case Param::StringLike: return "string-like";
  case Param::IntLike: return "int-like";
  case Param::DoubleLike: return "double-like";
  case Param::BoolLike: return "bool-like";
  case Param::BytesLike: return "bytes-like";
  case Param::ConstString: return "literal string";
  case Param::ConstInt: return "literal int";
  case Param::ConstDouble: return "literal double";
  case Param::ConstBool: return "literal bool";
  case Param::ConstEnum: return "enum";
  case Param::Function: return "function";
  }
  return "";
}

std::string signature(const Function& f) {
  std::string out = std::string(f.name) + "(";
  for (const Parameter& p : f.parameters) {
    if (out.back() != '(') out += ", ";
    out += std::string(p.name) + ": ";
    out += p.list ? "[" + std::string(words_of(p.kind)) + "]" : std::string(words_of(p.kind));
    if (!p.optional) continue;
    out += p.initial.empty() ? " = -" : " = " + std::string(p.initial);
  }
  return out + ")";
}

std::string where_known(const Function& f) {
  std::string out;
  for (Context c : f.contexts) out += (out.empty() ? "" : ", ") + std::string(name_of(c));
  if (f.library == Library::Transform) out += out.empty() ? "in statements" : ", in statements";
  if (f.library == Library::Filter) out += out.empty() ? "in conditions" : ", in conditions";
  std::string versions = versions_of(f.name);
  if (!versions.empty()) out += (out.empty() ? "" : ", ") + versions;
  return out;
}

// A cell of a table: a bar would end it.
std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string row(std::initializer_list<std::string> cells) {
  std::string out = "|";
  for (const std::string& c : cells) out += " " + cell(c) + (c.empty() ? "|" : " |");
  return out + "\n";
}

std::string code(std::string_view text) {
  return "`" + std::string(text) + "`";
}

void function_table(std::string& out, bool editors, size_t& missing) {
  out += row({"function", "gives", "known", "what", "state"});
  out += "| --- | --- | --- | --- | --- |\n";
  for (const Function& f : functions()) {
    if (f.editor != editors) continue;
    missing += done(f) ? 0 : 1;
    std::string gives = f.editor ? "" : f.gives == Gives::FirstOfList ? "what its values are" : names_of(f.result);
    if (f.gives == Gives::ResultOrNil) gives += " | nil";
    out += row({code(signature(f)), gives, where_known(f), std::string(f.doc), done(f) ? "done" : "missing"});
  }
}

}  // namespace

std::string ottl_page() {
  size_t missing = 0;
  std::string out;
  for (int i = 0; i < kContexts; ++i) {
    const Context context = static_cast<Context>(i);
    const std::string name(name_of(context));
    out += "\n## Context " + code(name) + "\n\n";
    auto reached = reachable_from(context);
    if (reached.empty()) {
      out += "Only gives paths, in every context.\n\n";
    } else if (reached.size() > 1) {
      out += "Statements see it, and";
      for (size_t k = 1; k < reached.size(); ++k) out += (k > 1 ? ", " : " ") + code(name_of(reached[k]));
      out += ".\n\n";
    }
    out += row({"path", "read", "written", "in brackets", "what", "state"});
    out += "| --- | --- | --- | --- | --- | --- |\n";
    for (const PathEntry& p : paths_of(context)) {
      missing += done(p) ? 0 : 1;
      std::string writes = p.writes.empty() ? "never" : names_of(p.writes);
      if (p.ignores_writes) writes = "without effect";
      out += row({code(name + "." + std::string(p.name)), names_of(p.reads), writes, std::string(keys_of(p)),
                  std::string(p.doc), done(p) ? "done" : "missing"});
    }
    if (enums_of(context).empty()) continue;
    out += "\nNumbers with names: ";
    for (const EnumEntry& e : enums_of(context))
      out += (&e == enums_of(context).data() ? "" : ", ") + code(e.name) + " " + std::to_string(e.value);
    out += ".\n";
  }
  out += "\n## Editors\n\n";
  function_table(out, true, missing);
  out += "\n## Converters\n\n";
  function_table(out, false, missing);
  return "# The transformation language\n\nPaths and functions of OTTL as the Collector 0.156 has them, from the "
         "tables "
         "that the compiler reads. A parameter that has `= ...` may be\nleft out; `-` means that nothing takes its "
         "place. " +
         (missing == 0 ? "None is missing.\n" : "Missing: " + std::to_string(missing) + ".\n") + out;
}

}  // namespace whittle::report
