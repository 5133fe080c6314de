// SPDX-License-Identifier: Apache-2.0
// The stock collector: what its image has and has not, and what becomes of it when the compiled one takes its place.
// And images of which nobody can tell what they hold.
#include "compiler/aws/ecs/checks.h"
#include "compiler/aws/ecs/own_config.h"
#include "compiler/check/written.h"
#include "compiler/diag/near.h"

#include <algorithm>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kStock{"N1021", "{} runs the stock collector"};
constexpr Diag<std::string_view> kNotKnown{"N1320", "what the image of {} holds is not known"};
constexpr Diag<std::string_view, std::string_view, std::string_view> kNotIn{"W1321", "{} has no {} `{}`"};
constexpr Diag<std::string_view> kNoFile{"E1324", "the stock image has no file `{}`"};
constexpr Diag<std::string_view> kNoFileToday{"W1324", "the stock image has no file `{}` today"};
constexpr Diag<std::string_view, std::string_view> kNotRead{"W1421", "`{}` counts for nothing beside `{}`"};
constexpr Diag<std::string_view> kNotItsVariable{"W1421", "this image does not read `{}`"};
constexpr Diag<std::string_view> kNoShell{"E1422", "the stock collector's image has no `{}`"};
constexpr Diag<std::string_view> kNoVariable{"E1325", "`{}` names a variable that the container does not have"};

// Components that the image does not have, in use or not: the Collector refuses a config with a type that it does not
// know.
void components(TaskCheck& c) {
  if (c.config == nullptr || c.config->stock == c.image.distribution) return;
  for (const check::Instance& i : c.config->instances) {
    if ((i.component->ships & schema::bit(*c.image.distribution)) != 0) continue;
    auto d = c.diags.emit(kNotIn, i.key, schema::title_of(*c.image.distribution), schema::name_of(i.component->kind),
                          i.component->name);
    d.here("it refuses a config with this").label(c.collector->image.span, "this is its image");
    for (int x = 0; x < schema::kDistributions; ++x) {
      auto other = static_cast<schema::Distribution>(x);
      if ((i.component->ships & schema::bit(other)) != 0) d.note("{} has it", schema::title_of(other));
    }
  }
}

// The variable that the AWS distribution reads in place of its arguments, and others do not read at all.
void variable(TaskCheck& c) {
  const Container& x = *c.collector;
  const Variable* content = x.variable(kConfigVariable);
  if (content == nullptr) content = x.secret(kConfigVariable);
  if (content == nullptr) return;
  const std::vector<ConfigArgument> arguments = config_arguments(x);
  const std::string own = "env:" + std::string(kConfigVariable);
  const bool named =
      std::any_of(arguments.begin(), arguments.end(), [&](const ConfigArgument& a) { return a.location == own; });
  if (named) return;
  if (c.image.distribution != schema::Distribution::Adot)
    c.diags.emit(kNotItsVariable, content->name.span, kConfigVariable)
        .here("only the AWS distribution does so by itself")
        .help("`--config=env:{}` names it", kConfigVariable);
  else if (!arguments.empty())
    c.diags.emit(kNotRead, arguments[0].span, "--config", kConfigVariable)
        .here("not read")
        .label(content->name.span, "this is the config");
}

// Nothing but the collector is in the image.
void entry_point(TaskCheck& c) {
  const Container& x = *c.collector;
  if (x.entry_point.items.empty() || !c.image.published) return;
  const Text& first = x.entry_point.items[0];
  if (!first.has_text()) return;
  const std::string program = first.text.substr(first.text.rfind('/') + 1);
  if (program != "sh" && program != "bash" && program != "ash") return;
  c.diags.emit(kNoShell, first.span, first.text)
      .here("the container does not start")
      .help("leave `entryPoint` out: `command` has the collector's arguments");
}

// The config files that the arguments name.
void files(TaskCheck& c) {
  const Container& x = *c.collector;
  bool replaced = c.image.distribution == schema::Distribution::Adot &&
                  (x.variable(kConfigVariable) != nullptr || x.secret(kConfigVariable) != nullptr);
  if (replaced) return;  // the arguments count for nothing
  for (const ConfigArgument& a : config_arguments(x)) {
    if (a.location.starts_with("env:")) {
      const std::string name = a.location.substr(4);
      if (x.environment_known && x.variable(name) == nullptr && x.secret(name) == nullptr)
        c.diags.emit(kNoVariable, a.span, a.location)
            .here("neither `environment` nor `secrets` has it")
            .note("the stock collector takes an empty config for it, says that there is no receiver, and ends");
      continue;
    }
    std::string path = a.location.starts_with("file:") ? a.location.substr(5) : a.location;
    bool mounted = !x.mounts_known || std::any_of(x.mounts.begin(), x.mounts.end(), [&](const Mount& m) {
      return !m.path.has_text() || check::is_within(path, m.path.text);
    });
    if (!path.starts_with("/") || mounted || !c.image.published || bundled_config(path) != nullptr) continue;
    bool adot = c.image.distribution == schema::Distribution::Adot;
    std::string_view bundled_below = "/etc/";
    if (path.starts_with(bundled_below)) {
      // Other versions may have others, and the images of the other distributions have one each.
      if (!adot) continue;
      std::vector<std::string_view> names;
      for (const BundledConfig& b : bundled_configs()) names.push_back(b.path);
      std::string_view near = diag::nearest(path, names);
      auto d = c.diags.emit(kNoFileToday, a.span, path);
      if (!near.empty()) d.here("did you mean `{}`?", near);
      d.note("version 0.49 has none, and no volume is mounted there: a collector without its config says so and ends");
    } else {
      c.diags.emit(kNoFile, a.span, path)
          .here("the collector says so and ends")
          .note("the image is the published one, and no volume is mounted there")
          .help("give it the config as a text: a variable or a parameter, and `--config=env:NAME`");
    }
  }
}

// What becomes of the container when the image is replaced.
void moving(TaskCheck& c) {
  const Container& x = *c.collector;
  if (c.config == nullptr || c.config->incomplete || !c.config->not_compiled.empty() || c.config->unknown_components)
    return;
  auto d = c.diags.emit(kStock, x.image.span, x.shown());
  d.here("`whittle build --image` makes an image of this config alone");
  if (x.health)
    d.note(
        "the compiled collector's health check is `[\"CMD\", \"/collector\", \"healthcheck\"]`: change both together");
  bool given =
      !x.command.items.empty() || x.variable(kConfigVariable) != nullptr || x.secret(kConfigVariable) != nullptr;
  if (given)
    d.note("`command` and `{}` may stay: the compiled collector compares them with its own config", kConfigVariable);
}

}  // namespace

void check_stock(TaskCheck& c) {
  if (c.collector == nullptr) return;
  if (c.image.stock()) {
    components(c);
    variable(c);
    entry_point(c);
    files(c);
    moving(c);
    return;
  }
  if (c.image.compiled()) return;
  const Container& x = *c.collector;
  const bool says_more = x.health || !x.entry_point.items.empty() || !x.command.items.empty();
  if (!says_more || !x.image.has_text()) return;
  c.diags.emit(kNotKnown, x.image.span, x.shown())
      .here("neither whittle's name for an image nor a published one")
      .note("so its health check, its arguments and its user were not checked")
      .help("`--for whittle` says that it is the compiled collector");
}

}  // namespace whittle::aws::ecs
