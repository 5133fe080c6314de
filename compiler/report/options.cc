// SPDX-License-Identifier: Apache-2.0
#include "compiler/report/options.h"

#include "compiler/diag/near.h"
#include "compiler/source/duration.h"

#include <algorithm>

namespace whittle::report {

std::string CommandLine::get(std::string_view name, std::string_view fallback) const {
  for (size_t i = options.size(); i-- > 0;)
    if (options[i].first == name) return options[i].second;
  return std::string(fallback);
}

bool CommandLine::has(std::string_view name) const {
  for (auto& o : options)
    if (o.first == name) return true;
  return false;
}

// "a|b|c" lists what is allowed; anything without a bar only names the value.
static bool allowed(std::string_view alternatives, std::string_view value) {
  if (alternatives.find('|') == std::string_view::npos) return true;
  while (!alternatives.empty()) {
    size_t bar = std::min(alternatives.find('|'), alternatives.size());
    if (alternatives.substr(0, bar) == value) return true;
    alternatives.remove_prefix(std::min(bar + 1, alternatives.size()));
  }
  return false;
}

bool read_command_line(const std::vector<std::string>& words, const std::vector<OptionSpec>& specs, CommandLine& out,
                       std::string& error) {
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      out.files.insert(out.files.end(), words.begin() + static_cast<ptrdiff_t>(i) + 1, words.end());
      return true;
    }
    if (word.size() < 2 || word[0] != '-') {
      out.files.push_back(word);
      continue;
    }
    const bool joined = word.size() > 2 && word[1] != '-';  // -O0
    size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    std::string name = word.substr(0, equals);
    const OptionSpec* spec = nullptr;
    for (auto& s : specs)
      if (s.name == name || (word[1] != '-' && s.letter == word[1] && (!joined || !s.value.empty()))) spec = &s;
    if (!spec) {
      error = "unknown option `" + name + "`";
      std::vector<std::string_view> names;
      for (auto& s : specs) names.push_back(s.name);
      if (auto near = diag::nearest(name, names); !near.empty()) error += "; did you mean `" + std::string(near) + "`?";
      return false;
    }
    std::string value;
    if (!spec->value.empty()) {
      if (equals != std::string::npos) value = word.substr(equals + 1);
      else if (joined) value = word.substr(2);
      else if (i + 1 < words.size()) value = words[++i];
      else return error = "`" + std::string(spec->name) + "` needs a value: " + std::string(spec->value), false;
      if (!allowed(spec->value, value))
        return error = "`" + value + "` is no value of `" + std::string(spec->name) + "`: " + std::string(spec->value),
               false;
    } else if (equals != std::string::npos) {
      return error = "`" + name + "` takes no value", false;
    }
    out.options.push_back({std::string(spec->name), value});
  }
  return true;
}

std::vector<OptionSpec> with_config_options(std::vector<OptionSpec> specs) {
  specs.push_back({"--config", "FILE", "a config file; several are merged in their order into one config"});
  specs.push_back({"--strict", "", "warnings are errors"});
  specs.push_back({"--stop-timeout", "TIME", "what the task gives the container to stop (30s)"});
  specs.push_back({"--linger", "TIME", "how long receivers go on taking when the container is told to stop (2s)"});
  specs.push_back({"--help", "", "this text", 'h'});
  return specs;
}

void add_collector_option(std::vector<OptionSpec>& specs) {
  specs.push_back(
      {"--for", "COLLECTOR[@VERSION]",
       "adot, contrib, core or whittle: who runs the config (whittle's, or a distribution that has what it "
       "needs);\n                              a version, such as contrib@0.158, says which OTTL is meant"});
}

bool read_config_options(const CommandLine& line, check::CheckOptions& options, std::string& error) {
  for (auto& [name, value] : line.options) {
    if (name == "--config") options.files.push_back(value);
    if (name == "--strict") options.strict = true;
    if (name == "--for") {
      const size_t at = std::min(value.find('@'), value.size());
      const std::string who = value.substr(0, at), version = value.substr(std::min(at + 1, value.size()));
      options.distribution = schema::distribution_of(who);
      options.to_compile = !options.distribution;
      if (options.to_compile && who != "whittle")
        return error = "`" + who + "` is no collector of `--for`: adot, contrib, core or whittle", false;
      if (at == value.size()) continue;
      if (options.to_compile) return error = "`--for whittle` takes no version", false;
      auto contrib = schema::contrib_of(*options.distribution, version);
      if (!contrib)
        return error = "`" + version + "` is no version of `" + who +
                       "` that is known: " + (who == "adot" ? "0.31 to 0.49" : "0.80 and later, such as 0.158"),
               false;
      options.contrib = *contrib;
    }
    if (name == "--stop-timeout" || name == "--linger") {
      bool digits =
          !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
      auto parsed = source::parse_duration(digits ? value + "s" : value);
      const std::string_view such = name == "--linger" ? "5s" : "120s";
      if (!parsed || *parsed < 0)
        return error = "`" + name + "` takes a duration such as " + std::string(such) + ", not `" + value + "`", false;
      if (name == "--linger") options.linger_ns = *parsed;
      else options.stop_timeout_s = *parsed / 1'000'000'000;
    }
  }
  return true;
}

bool read_configs(const CommandLine& line, check::CheckOptions& options, std::string& error) {
  if (!read_config_options(line, options, error)) return false;
  options.files.insert(options.files.end(), line.files.begin(), line.files.end());
  return !options.files.empty() || (error = "no config is named", false);
}

std::string refusal_text(std::string_view command, std::string_view error) {
  return "whittle: " + std::string(error) + "\ntry `whittle " + std::string(command) + " --help`\n";
}

std::string help_text(std::string_view usage, std::string_view about, const std::vector<OptionSpec>& specs) {
  std::string out = "usage: whittle " + std::string(usage) + "\n\n" + std::string(about) + "\n";
  if (!specs.empty()) out += "\noptions:\n";
  for (auto& s : specs) {
    std::string left = "  " + (s.letter ? std::string("-") + s.letter + ", " : std::string()) + std::string(s.name);
    if (!s.value.empty()) left += " " + std::string(s.value);
    left += left.size() < 30 ? std::string(30 - left.size(), ' ') : "\n" + std::string(30, ' ');
    out += left + std::string(s.help) + "\n";
  }
  return out;
}

}  // namespace whittle::report
