// SPDX-License-Identifier: Apache-2.0
// What the stock collector is given when it starts: its config, by an argument, a variable or a parameter. The compiled
// one has its config within; what it is given all the same it only compares.
#include "compiler/aws/ecs/checks.h"
#include "compiler/aws/ecs/own_config.h"

#include <algorithm>
#include <iterator>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<> kGiven{"N1070", "the collector is given a config, and its own is compiled in"};
constexpr Diag<std::string_view> kStandard{"W1071", "the config has {} bytes, and a standard parameter holds 4096"};
constexpr Diag<std::string_view> kAdvanced{"E1071", "the config has {} bytes, and no parameter holds more than 8192"};
constexpr Diag<std::string_view> kArgument{"E1072", "the compiled collector knows no argument `{}`"};
constexpr Diag<std::string_view> kNoVariable{"W1072", "`{}` names a variable that the container does not have"};
constexpr Diag<std::string_view> kEntryPoint{"E1073", "the compiled collector's image has no `{}`"};
constexpr Diag<std::string_view, std::string_view> kTooLong{"E1074", "this value has {} bytes, and {}"};

constexpr uint64_t kStandardBytes = 4096, kAdvancedBytes = 8192;  // Systems Manager API reference, PutParameter

void arguments(TaskCheck& c, const Container& x) {
  const bool compiled = c.image.compiled();
  const std::vector<Text>& words = x.command.items;
  const std::vector<ConfigArgument> configs = config_arguments(x);
  for (size_t i = 0; i < words.size() && compiled; ++i) {
    const Text& word = words[i];
    std::string_view t = word.text;
    if (!word.known() || t.starts_with("--config=") || t.starts_with("--set=") || t.starts_with("--feature-gates") ||
        t.starts_with("--on-drift"))
      continue;
    if (t == "--config") {
      ++i;
      continue;
    }
    c.diags.emit(kArgument, word.span, t)
        .here("it says so, and ends with exit code 2")
        .note("it takes `--config`, `--set` and `--feature-gates` from task definitions of the stock collector, and "
              "runs without any argument");
  }
  for (const ConfigArgument& a : configs) {
    if (c.image.stock() || !a.location.starts_with("env:") || !x.environment_known) continue;
    const std::string name = a.location.substr(4);
    if (x.variable(name) == nullptr && x.secret(name) == nullptr)
      c.diags.emit(kNoVariable, a.span, a.location)
          .here("neither `environment` nor `secrets` has it")
          .note("the stock collector would not start; the compiled one has nothing to compare with");
  }
  const Variable* content = x.variable(kConfigVariable);
  const Variable* secret = x.secret(kConfigVariable);
  if (content == nullptr) content = secret;
  if (compiled && (!configs.empty() || content != nullptr)) {
    auto d = c.diags.emit(kGiven, !configs.empty() ? configs[0].span : content->name.span);
    d.here("the compiled collector reads it only to compare");
    if (!configs.empty() && content != nullptr) d.label(content->name.span, "and this");
    d.note("both may stay while moving over from the stock collector");
  }
  if (secret != nullptr && c.config_bytes > kStandardBytes && secret->value.known() &&
      secret->value.text.find(":secretsmanager:") == std::string::npos) {
    std::string bytes = std::to_string(c.config_bytes);
    if (c.config_bytes > kAdvancedBytes)
      c.diags.emit(kAdvanced, secret->value.span, bytes)
          .here("Parameter Store refuses this config")
          .help("the compiled collector needs no parameter: its config is compiled in");
    else
      c.diags.emit(kStandard, secret->value.span, bytes)
          .here("needs a parameter of the advanced tier, which costs")
          .help("the compiled collector needs no parameter: its config is compiled in");
  }
  if (!compiled || !x.entry_point.known || x.entry_point.items.empty() || !x.entry_point.items[0].has_text()) return;
  const Text& entry = x.entry_point.items[0];
  if (entry.text != "/collector")
    c.diags.emit(kEntryPoint, entry.span, entry.text)
        .here("the container does not start")
        .note("it holds one file that can be run: `/collector`, which is its entry point already");
}

}  // namespace

void check_given_config(TaskCheck& c) {
  if (c.collector != nullptr) arguments(c, *c.collector);
}

// Parameters that a template or plan makes.
static void stored(const StoredParameter& p, diag::Diagnostics& diags) {
  if (!p.value.known() || p.value.text.size() <= kStandardBytes) return;
  bool large = p.value.text.size() > kAdvancedBytes;
  bool advanced = p.tier.written && p.tier.text != "Standard";
  if (!large && advanced) return;
  diags
      .emit(kTooLong, p.span, std::to_string(p.value.text.size()),
            large ? "no parameter holds more than 8192" : "a standard parameter holds 4096")
      .note("AWS refuses the parameter when the template is deployed")
      .help(large ? diag::Text<>("a config that is compiled in needs no parameter")
                  : diag::Text<>("the tier `Advanced` holds 8192 bytes, and costs"));
}

void check_stored_parameters(const TaskFile& file, diag::Diagnostics& diags) {
  for (const StoredParameter& p : file.parameters) stored(p, diags);
}

}  // namespace whittle::aws::ecs
