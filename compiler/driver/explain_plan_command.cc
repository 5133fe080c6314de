// SPDX-License-Identifier: Apache-2.0
// whittle explain-plan: what becomes of telemetry, and what each component, program and function adds to the
// executable.
#include "compiler/driver/commands.h"
#include "compiler/driver/show.h"

#include <algorithm>
#include <cstdio>
#include <map>

namespace whittle::driver {
namespace {

// What a piece of the executable counts for, in words.
std::string owner_of(const link::Piece& piece) {
  std::string_view from = piece.from;
  if (piece.own) {
    if (from.starts_with("program.")) {  // program.PIPELINE.COMPONENT.PASS
      from.remove_prefix(8);
      const size_t dot = from.find('.');
      const std::string_view pipeline = from.substr(0, dot);
      from.remove_prefix(std::min(dot + 1, from.size()));
      return "the record program of " + std::string(from.substr(0, from.find('.'))) + " in " + std::string(pipeline);
    }
    if (from.starts_with("pipeline.")) return "what runs record programs, and wiring";
    return from.starts_with("_Z") || from.starts_with("rt_") ? "the runtime" : "the config";
  }
  if (from.empty()) return "constants that several share";
  const size_t paren = std::min(from.find('('), from.size());
  std::string_view archive = from.substr(0, paren), member = from.substr(std::min(paren + 1, from.size()));
  if (member.starts_with("functions_")) {
    member.remove_prefix(10);
    return "the function " + std::string(member.substr(0, member.find('.')));
  }
  if (archive.starts_with("lib")) archive.remove_prefix(3);
  archive = archive.substr(0, archive.find('.'));
  for (std::string_view kind : {"receiver", "processor", "exporter", "connector", "extension"})
    if (archive.starts_with(kind) && archive.substr(kind.size()).starts_with("_"))
      return "the " + std::string(kind) + " " + std::string(archive.substr(kind.size() + 1));
  return archive == "runtime" ? "the runtime" : "the library " + std::string(archive);
}

std::string sizes(const Compiled& compiled) {
  std::map<std::string, uint64_t> by_owner;
  uint64_t named = 0;
  for (const link::Piece& p : compiled.pieces) by_owner[owner_of(p)] += p.bytes, named += p.bytes;
  std::vector<std::pair<std::string, uint64_t>> rows(by_owner.begin(), by_owner.end());
  std::ranges::sort(rows, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  const uint64_t all = compiled.bytes.size();
  if (all > named) rows.push_back({"tables of the executable, and room between its parts", all - named});
  std::string out = "\nthe executable: " + std::to_string(all) + " bytes\n";
  for (const auto& [owner, bytes] : rows) {
    const std::string number = std::to_string(bytes);
    out += std::string(number.size() < 11 ? 11 - number.size() : 1, ' ') + number + "  " + owner + "\n";
  }
  return out;
}

}  // namespace

int explain_plan_command(const Words& words) {
  auto specs = report::with_config_options({
      {"--target", "x86_64|aarch64", "the machine that it runs on (default: x86_64)"},
      {"--optimise", "0|1|2", "as `build` has it", 'O'},
  });
  Arguments a;
  CompileOptions options;
  int code;
  if (!begin(words, "explain-plan CONFIG... [--target x86_64|aarch64]",
             "Tells, pipeline by pipeline, what record programs look at, write and drop, and at which level; and the "
             "bytes "
             "that\neach component, program and function adds to the executable.",
             specs, a, options, code))
    return code;
  options.target = a.get("--target", "x86_64");
  options.optimise = a.get("--optimise", "2") == "2";
  if (a.get("--optimise") == "0") options.rewrites.clear();
  options.say_archives = true;
  Compiled compiled;
  if (!compile_and_show(options, compiled)) return compiled.exit_code;
  const std::string text = compiled.explanation + sizes(compiled);
  fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

}  // namespace whittle::driver
