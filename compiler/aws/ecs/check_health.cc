// SPDX-License-Identifier: Apache-2.0
// Health checks. The collector's image holds nothing but the collector: no shell, no curl. It asks itself:
// `/collector healthcheck` (ECS API reference, HealthCheck).
#include "compiler/aws/ecs/checks.h"
#include "compiler/aws/ecs/taskdef.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view, std::string_view> kNotThere{"E1040",
                                                             "{}'s image has no {}, so this health check always fails"};
constexpr Diag<> kStockCheckGone{
    "E1041", "the compiled collector's image has no `/healthcheck`, so this health check always fails"};
constexpr Diag<std::string_view> kNone{"W1042", "nobody asks {} how it is"};
constexpr Diag<std::string_view> kNobodyAnswers{
    "E1043", "this health check always fails: the config has no `{}` extension in use"};
constexpr Diag<std::string_view> kNoForm{"W1044", "a health check begins with `CMD` or `CMD-SHELL`, not with `{}`"};
constexpr Diag<std::string_view, std::string_view, std::string_view> kRange{
    "E1045", "`{}` of a health check is {} to {} seconds"};
constexpr Diag<std::string_view, std::string_view> kOtherPort{
    "E1322", "this health check asks port {}, and the collector answers on port {}"};
constexpr Diag<> kRetries{"E1045", "`retries` of a health check is 1 to 10"};

constexpr std::string_view kOwn = "\"healthCheck\": {\"command\": [\"CMD\", \"/collector\", \"healthcheck\"]}";
constexpr std::string_view kStockOwn = "\"healthCheck\": {\"command\": [\"CMD\", \"/healthcheck\"]}";

// What answers when the collector is asked how it is.
std::optional<Listener> answers(const check::Config& config) {
  for (Listener& l : check::listeners(config)) {
    if (l.understands("health")) return std::move(l);
  }
  return std::nullopt;
}

void ranges(TaskCheck& c, const HealthCheck& h) {
  struct {
    const Number& number;
    std::string_view name;
    int64_t min, max;
  } all[] = {{h.interval, "interval", 5, 300}, {h.timeout, "timeout", 2, 60}, {h.start_period, "startPeriod", 0, 300}};
  for (auto& a : all) {
    if (!a.number.known || (a.number.value >= a.min && a.number.value <= a.max)) continue;
    c.diags.emit(kRange, a.number.span, a.name, std::to_string(a.min), std::to_string(a.max))
        .here("registering the task definition fails");
  }
  if (h.retries.known && (h.retries.value < 1 || h.retries.value > 10))
    c.diags.emit(kRetries, h.retries.span).here("registering the task definition fails");
}

// What a health check of this image looks like; empty when it has none.
std::string_view own_check(const CollectorImage& image) {
  return image.compiled() ? kOwn : image.asks.empty() ? std::string_view() : kStockOwn;
}

void nobody_answers(TaskCheck& c, const Text& program) {
  if (c.config == nullptr || c.config->unknown_components) return;
  c.diags.emit(kNobodyAnswers, program.span, health_extension())
      .here("there is nothing to ask")
      .note("ECS stops a task when an essential container stays unhealthy, and does not start what depends on "
            "`HEALTHY`")
      .help("add `{}:` to the config's `extensions`, and to `service::extensions`", health_extension());
}

// `/healthcheck`, or `/healthcheck -port 8080`.
void stock_asks(TaskCheck& c, const std::vector<Text>& words, size_t program) {
  if (c.config == nullptr) return;
  std::optional<Listener> answer = answers(*c.config);
  if (!answer) return nobody_answers(c, words[program]);
  std::string asked = std::to_string(kAskedPort);
  const Text* where = &words[program];
  for (size_t i = program + 1; i < words.size(); ++i) {
    std::string_view t = words[i].text;
    while (t.starts_with("-")) t.remove_prefix(1);
    if (t.starts_with("port=")) asked = t.substr(5);
    else if (t == "port" && i + 1 < words.size()) asked = words[++i].text;
    else continue;
    where = &words[i];
  }
  if (answer->port == 0 || std::to_string(answer->port) == asked) return;
  c.diags.emit(kOtherPort, where->span, asked, std::to_string(answer->port))
      .here("nobody answers there")
      .label(answer->span, "this is where it answers")
      .help("`[\"CMD\", \"/healthcheck\", \"-port\", \"{}\"]`", answer->port);
}

// The collector's own health check.
void command(TaskCheck& c, const HealthCheck& h) {
  const std::vector<Text>& words = h.command.items;
  if (!h.command.known || words.empty() || c.image.runs == CollectorImage::Runs::Unknown ||
      !std::all_of(words.begin(), words.end(), [](const Text& t) { return t.known(); }))
    return;
  const std::string_view image = c.image.shown();
  auto own = [&](diag::Builder d) {
    if (std::string_view check = own_check(c.image); !check.empty()) d.help("the collector asks itself: `{}`", check);
    else d.help("it has no program that asks: leave the health check out");
  };
  bool form = words[0].text == "CMD" || words[0].text == "CMD-SHELL";
  size_t program = form ? 1 : 0;
  if (program >= words.size()) return;
  const Text& first = words[program];
  if (words[0].text == "CMD-SHELL")
    return own(c.diags.emit(kNotThere, words[0].span, image, "shell").here("`CMD-SHELL` runs `/bin/sh`"));
  if (first.text == "/healthcheck" && c.image.compiled())
    return own(c.diags.emit(kStockCheckGone, first.span).here("no such file"));
  std::string_view name = std::string_view(first.text).substr(first.text.rfind('/') + 1);
  if (name == "sh" || name == "bash" || name == "ash")
    return own(c.diags.emit(kNotThere, first.span, image, "shell").here("no such file"));
  if (first.text != c.image.asks && first.text != c.image.entry_point) {
    std::string what = name == "curl" || name == "wget" ? "`" + std::string(name) + "`" : "`" + first.text + "`";
    auto d = c.diags.emit(kNotThere, first.span, image, what);
    d.here("no such file");
    if (c.image.compiled()) d.note("it holds one file that can be run: `/collector`");
    return own(d);
  }
  if (!form) {
    c.diags.emit(kNoForm, words[0].span, words[0].text)
        .here("ECS documents no other form")
        .note("whether it is run at all depends on the agent")
        .help("`{}`", own_check(c.image));
    if (c.image.compiled()) return;
  }
  if (c.image.stock()) {
    if (first.text == c.image.asks) stock_asks(c, words, program);
    return;
  }
  bool asks = words.size() == 3 && words[2].text == "healthcheck";
  if (!asks) {
    return own(
        c.diags
            .emit(kNotThere, words.back().span, image, "other command than `/collector healthcheck` that would answer")
            .here("this starts no health check"));
  }
  if (c.config != nullptr && !answers(*c.config)) nobody_answers(c, first);
}

}  // namespace

void check_health(TaskCheck& c) {
  for (const Container& x : c.task.containers) {
    if (!x.health) continue;
    ranges(c, *x.health);
    if (&x == c.collector || x.health->command.items.empty() || !x.health->command.items[0].known()) continue;
    const Text& first = x.health->command.items[0];
    if (first.text != "CMD" && first.text != "CMD-SHELL" && first.text != "NONE")
      c.diags.emit(kNoForm, first.span, first.text)
          .here("ECS documents no other form")
          .note("whether it is run at all depends on the agent");
  }
  if (c.collector == nullptr || !c.collector->health_known) return;
  const Container& x = *c.collector;
  if (x.health && !(x.health->command.items.size() == 1 && x.health->command.items[0].text == "NONE"))
    return command(c, *x.health);
  if (c.config == nullptr || own_check(c.image).empty()) return;
  // A config that answers nobody is not the task's mistake: `whittle taskdef` says what the extension would give.
  std::optional<Listener> answer = answers(*c.config);
  if (!answer) return;
  c.diags.emit(kNone, x.span, x.shown())
      .here("has no `healthCheck`")
      .label(answer->instance->key, "the config answers, and ECS does not ask")
      .help("`{}`", own_check(c.image));
}

}  // namespace whittle::aws::ecs
