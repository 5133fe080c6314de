// SPDX-License-Identifier: Apache-2.0
#include "compiler/report/commands.h"

#include "compiler/diag/catalog.h"
#include "compiler/diag/near.h"

#include <algorithm>

namespace whittle::report {

namespace {

constexpr std::string_view kExplainHelp = "whittle explain - what a diagnostic means, with an example\n"
                                          "\n"
                                          "usage: whittle explain CODE...\n"
                                          "       whittle explain            lists all codes\n";

constexpr std::string_view kSchemaHelp =
    "whittle schema - the JSON Schema of configs, for editors\n"
    "\n"
    "usage: whittle schema\n"
    "\n"
    "Writes a JSON Schema (2020-12) to standard output. With the YAML language server:\n"
    "  # yaml-language-server: $schema=whittle.schema.json\n";

constexpr std::string_view kComponentsHelp =
    "whittle components - the components there are, and their settings\n"
    "\n"
    "usage: whittle components                  lists them\n"
    "       whittle components NAME...          the reference page of each: a name, KIND/NAME, `service`, or `ottl` "
    "for\n"
    "                                           the paths and functions of the transformation language\n"
    "  --markdown                               as Markdown\n";

bool wants_help(Arguments arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](std::string_view a) { return a == "--help" || a == "-h"; });
}

int usage(Output& output, std::string message, std::string_view command) {
  output.err += "error: " + message + "\n";
  output.err += "try `whittle " + std::string(command) + " --help`\n";
  return 2;
}

}  // namespace

int explain_command(Arguments arguments, Output& output) {
  if (wants_help(arguments)) {
    output.out += kExplainHelp;
    return 0;
  }
  if (arguments.empty()) {
    for (const diag::Explanation& e : diag::catalog())
      output.out += std::string(e.code) + "  " + std::string(e.title) + "\n";
    return 0;
  }
  for (std::string_view code : arguments) {
    const diag::Explanation* e = diag::explain(code);
    if (e == nullptr) {
      std::vector<std::string_view> codes;
      for (const diag::Explanation& x : diag::catalog()) codes.push_back(x.code);
      std::string_view near = diag::nearest(code, codes);
      return usage(output,
                   "there is no code `" + std::string(code) + "`" +
                       (near.empty() ? std::string() : "; `" + std::string(near) + "` is similar"),
                   "explain");
    }
    output.out += std::string(e->code) + ": " + std::string(e->title) + "\n\n" + std::string(e->text) +
                  (e->text.ends_with('\n') ? "" : "\n");
    if (code != arguments.back()) output.out += "\n";
  }
  return 0;
}

int schema_command(Arguments arguments, Output& output) {
  if (wants_help(arguments)) {
    output.out += kSchemaHelp;
    return 0;
  }
  if (!arguments.empty()) return usage(output, "there is no option `" + std::string(arguments[0]) + "`", "schema");
  output.out += json_schema();
  return 0;
}

int components_command(Arguments arguments, Output& output) {
  if (wants_help(arguments)) {
    output.out += kComponentsHelp;
    return 0;
  }
  bool markdown = false;
  std::vector<std::string_view> names;
  for (std::string_view a : arguments) {
    if (a == "--markdown") markdown = true;
    else if (a.starts_with("-")) return usage(output, "there is no option `" + std::string(a) + "`", "components");
    else names.push_back(a);
  }
  if (names.empty()) {
    for (auto kind :
         {schema::ComponentKind::Receiver, schema::ComponentKind::Processor, schema::ComponentKind::Exporter,
          schema::ComponentKind::Extension, schema::ComponentKind::Connector}) {
      bool first = true;
      for (const schema::Component* c : schema::components()) {
        if (c->kind != kind) continue;
        std::string plural(schema::plural_of(kind));
        if (first) output.out += (markdown ? "## " : "") + plural + "\n" + (markdown ? "\n" : "");
        first = false;
        std::string name(c->name);
        for (const schema::Alias& a : c->aliases) name += ", " + std::string(a.name);
        std::string doc = std::string(c->doc) + (c->checked_only ? " (checked only)" : "");
        if (markdown) output.out += "- `" + name + "`: " + doc + "\n";
        else output.out += "  " + name + std::string(name.size() < 24 ? 24 - name.size() : 1, ' ') + " " + doc + "\n";
      }
      if (!first) output.out += "\n";
    }
    output.out += markdown ? "`whittle components NAME` shows the settings of one.\n"
                           : "`whittle components NAME` shows the settings of one.\n";
    return 0;
  }
  for (std::string_view name : names) {
    bool found = false;
    if (name == "service") {
      output.out += service_page(markdown);
      continue;
    }
    if (name == "ottl") {
      output.out += ottl_page();
      continue;
    }
    for (const schema::Component* c : schema::components()) {
      std::string_view wanted = name;
      if (size_t slash = name.find('/'); slash != std::string_view::npos) {
        std::string_view kind = name.substr(0, slash);
        if (kind != schema::name_of(c->kind) && kind != schema::plural_of(c->kind)) continue;
        wanted = name.substr(slash + 1);
      }
      bool match = c->name == wanted || std::any_of(c->aliases.begin(), c->aliases.end(),
                                                    [&](const schema::Alias& a) { return a.name == wanted; });
      if (!match) continue;
      if (found) output.out += "\n";
      output.out += reference_page(*c, markdown);
      found = true;
    }
    if (found) continue;
    std::vector<std::string_view> known;
    for (const schema::Component* c : schema::components()) known.push_back(c->name);
    std::string_view near = diag::nearest(name, known);
    return usage(output,
                 "there is no component `" + std::string(name) + "`" +
                     (near.empty() ? std::string() : "; `" + std::string(near) + "` is similar"),
                 "components");
  }
  return 0;
}

}  // namespace whittle::report
