// SPDX-License-Identifier: Apache-2.0
#include "compiler/report/commands.h"

#include "compiler/diag/catalog.h"
#include "compiler/diag/near.h"
#include "compiler/source/duration.h"

#include <algorithm>

namespace whittle::report {

namespace {

constexpr std::string_view kCheckHelp =
    "whittle check - find every mistake in a config\n"
    "\n"
    "usage: whittle check CONFIG... [options]\n"
    "\n"
    "  CONFIG                 a file, or - for standard input; several are merged, later ones win\n"
    "  --config FILE          the same as CONFIG\n"
    "  --format FORMAT        text (the default), json, sarif or github\n"
    "  --strict               warnings are errors\n"
    "  --stop-timeout TIME    what the task gives the container to stop: 30s unless given\n"
    "\n"
    "Nothing is looked up: no environment variable, region or credentials are needed.\n"
    "Exit code 0: no errors. 1: errors. 2: a file could not be read.\n";

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
    "       whittle components NAME...          the reference page of each: otlp, exporter/awsemf, service\n"
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

bool parse_format(std::string_view name, diag::Format& format) {
  if (name == "text")
    format = diag::Format::Text;
  else if (name == "json")
    format = diag::Format::Json;
  else if (name == "sarif")
    format = diag::Format::Sarif;
  else if (name == "github")
    format = diag::Format::Github;
  else
    return false;
  return true;
}

bool take_config_flags(std::vector<std::string_view>& arguments, check::CheckOptions& options, std::string& err) {
  std::vector<std::string_view> rest;
  bool only_files = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string_view a = arguments[i];
    auto value = [&](std::string_view flag, std::string_view& out) {
      if (a == flag) {
        if (i + 1 == arguments.size()) {
          err += "error: " + std::string(flag) + " needs a value\n";
          return false;
        }
        out = arguments[++i];
        return true;
      }
      out = a.substr(flag.size() + 1);
      return true;
    };
    auto is = [&](std::string_view flag) {
      return a == flag || (a.starts_with(flag) && a.size() > flag.size() && a[flag.size()] == '=');
    };
    std::string_view v;
    if (only_files || a == "-" || !a.starts_with("-")) {
      options.files.emplace_back(a);
    } else if (a == "--") {
      only_files = true;
    } else if (is("--config")) {
      if (!value("--config", v)) return false;
      options.files.emplace_back(v);
    } else if (a == "--strict") {
      options.strict = true;
    } else if (is("--stop-timeout")) {
      if (!value("--stop-timeout", v)) return false;
      bool digits = !v.empty() && std::all_of(v.begin(), v.end(), [](char c) { return c >= '0' && c <= '9'; });
      auto parsed = source::parse_duration(digits ? std::string(v) + "s" : std::string(v));
      if (!parsed || *parsed < 0) {
        err += "error: --stop-timeout takes a duration such as 120s, not `" + std::string(v) + "`\n";
        return false;
      }
      options.stop_timeout_s = *parsed / 1'000'000'000;
    } else {
      rest.push_back(a);
      // A flag of the command itself, perhaps with its value behind it: the command knows.
      if (a.find('=') == std::string_view::npos &&
          (a == "--format" || a == "-o" || a == "--image" || a == "--target" || a == "--emit" || a == "--clock") &&
          i + 1 < arguments.size())
        rest.push_back(arguments[++i]);
    }
  }
  arguments = std::move(rest);
  return true;
}

int check_command(Arguments arguments, Output& output) {
  if (wants_help(arguments)) {
    output.out += kCheckHelp;
    return 0;
  }
  check::CheckOptions options;
  diag::RenderOptions render;
  render.colours = output.colours;
  render.version = output.version;
  std::vector<std::string_view> rest(arguments.begin(), arguments.end());
  if (!take_config_flags(rest, options, output.err)) return 2;
  for (size_t i = 0; i < rest.size(); ++i) {
    std::string_view a = rest[i];
    std::string_view name;
    if (a == "--format" && i + 1 < rest.size())
      name = rest[++i];
    else if (a.starts_with("--format="))
      name = a.substr(9);
    else if (a == "--format")
      return usage(output, "--format needs a value: text, json, sarif or github", "check");
    else
      return usage(output, "there is no option `" + std::string(a) + "`", "check");
    if (!parse_format(name, render.format))
      return usage(output, "--format is text, json, sarif or github, not `" + std::string(name) + "`", "check");
  }
  if (options.files.empty()) return usage(output, "no config is named", "check");
  check::CheckResult result = check::check_files(options);
  output.out += diag::render(result.diagnostics, *result.sources, render);
  return result.exit_code();
}

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
    if (a == "--markdown")
      markdown = true;
    else if (a.starts_with("-"))
      return usage(output, "there is no option `" + std::string(a) + "`", "components");
    else
      names.push_back(a);
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
        if (markdown)
          output.out += "- `" + name + "`: " + std::string(c->doc) + "\n";
        else
          output.out += "  " + name + std::string(name.size() < 24 ? 24 - name.size() : 1, ' ') + " " +
                        std::string(c->doc) + "\n";
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
