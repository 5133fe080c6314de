// SPDX-License-Identifier: Apache-2.0
// Which containers the task needs, and in which order they start. They stop in the reverse order, so an application
// that depends on the collector stops before it, and its last telemetry is sent.
#include "compiler/aws/ecs/checks.h"
#include "compiler/diag/near.h"

#include <algorithm>
#include <map>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kNoSuch{"E1080", "there is no container `{}`"};
constexpr Diag<std::string_view> kNeverHealthy{"E1081", "{} has no health check, so it never becomes `HEALTHY`"};
constexpr Diag<std::string_view> kCycle{"E1082", "{} waits for itself"};
constexpr Diag<std::string_view, std::string_view> kEndOfEssential{"E1083",
                                                                   "`{}` cannot be waited for: {} is essential"};
constexpr Diag<std::string_view, std::string_view> kNeverEnds{"E1083",
                                                              "`{}` is never reached: {} runs until the task stops"};
constexpr Diag<std::string_view> kCondition{"E1083", "there is no condition `{}`"};
constexpr Diag<std::string_view> kEssential{"W1084", "when {} ends, the whole task is stopped"};
constexpr Diag<> kNoneEssential{"E1085", "no container is essential"};
constexpr Diag<std::string_view> kNoOrder{"W1086", "{} does not wait for the collector"};
constexpr Diag<std::string_view> kTwice{"E1087", "two containers are called `{}`"};

bool sends_otlp(const Container& x) {
  return std::any_of(x.environment.begin(), x.environment.end(), [](const Variable& v) {
    return v.name.text.starts_with("OTEL_EXPORTER_OTLP_") && v.name.text.ends_with("ENDPOINT");
  });
}

void dependencies(TaskCheck& c, const Container& x) {
  for (const Dependency& d : x.depends_on) {
    if (!d.container.known()) continue;
    const Container* to = c.task.find(d.container.text);
    if (to == nullptr) {
      if (c.task.containers_known) {
        auto diagnostic = c.diags.emit(kNoSuch, d.container.span, d.container.text);
        std::string names;
        for (const Container& other : c.task.containers) names += (names.empty() ? "`" : ", `") + other.name.text + "`";
        std::vector<std::string_view> all;
        for (const Container& other : c.task.containers) all.push_back(other.name.text);
        std::string_view near = diag::nearest(d.container.text, all);
        if (!near.empty())
          diagnostic.here("did you mean `{}`?", near).suggest(d.container.span, c.as_written(d.container.span, near));
        else diagnostic.help("there are {}", names);
      }
      continue;
    }
    const std::string& condition = d.condition.text;
    if (!d.condition.known()) continue;
    if (condition == "HEALTHY") {
      if (!to->health && to->health_known)
        c.diags.emit(kNeverHealthy, d.condition.span, to->shown())
            .here("{} never starts", x.shown())
            .label(to->span, "no `healthCheck` here")
            .suggest(d.condition.span, c.as_written(d.condition.span, "START"));
    } else if (condition == "COMPLETE" || condition == "SUCCESS") {
      if (to == c.collector)
        c.diags.emit(kNeverEnds, d.condition.span, condition, to->shown())
            .here("{} never starts", x.shown())
            .suggest(d.condition.span, c.as_written(d.condition.span, "START"));
      else if (to->is_essential() && (!to->essential.written || to->essential.known))
        c.diags.emit(kEndOfEssential, d.condition.span, condition, to->shown())
            .here("when it ends, the task ends")
            .label(to->essential.written ? to->essential.span : to->span,
                   to->essential.written ? diag::Text<>("essential")
                                         : diag::Text<>("essential, because nothing else is said"));
    } else if (condition != "START") {
      c.diags.emit(kCondition, d.condition.span, condition).here("`START`, `HEALTHY`, `COMPLETE` or `SUCCESS`");
    }
  }
}

// Says so once for each circle of dependencies.
void cycles(TaskCheck& c) {
  std::map<const Container*, int> state;  // 1: being walked, 2: done
  bool said = false;
  auto walk = [&](auto&& self, const Container& x) -> void {
    state[&x] = 1;
    for (const Dependency& d : x.depends_on) {
      const Container* to = c.task.find(d.container.text);
      if (to == nullptr) continue;
      if (state[to] == 1 && !said) {
        said = true;
        c.diags.emit(kCycle, d.span, to->shown())
            .here(to == &x ? diag::Text<>("it depends on itself") : diag::Text<>("and what it waits for waits for it"))
            .note("registering the task definition fails");
      } else if (state[to] == 0) {
        self(self, *to);
      }
    }
    state[&x] = 2;
  };
  for (const Container& x : c.task.containers) {
    if (state[&x] == 0) walk(walk, x);
  }
}

}  // namespace

void check_order(TaskCheck& c) {
  const std::vector<Container>& all = c.task.containers;
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      if (!all[i].name.has_text() || all[i].name.text != all[k].name.text) continue;
      c.diags.emit(kTwice, all[i].name.span, all[i].name.text).here("again").label(all[k].name.span, "first here");
      break;
    }
    dependencies(c, all[i]);
  }
  cycles(c);
  if (!all.empty() && c.task.containers_known &&
      std::none_of(all.begin(), all.end(), [](const Container& x) { return x.is_essential(); }))
    c.diags.emit(kNoneEssential, c.task.span).note("ECS wants at least one: the task ends when it ends");
  if (c.collector == nullptr) return;
  const Container& collector = *c.collector;
  bool others = std::any_of(all.begin(), all.end(), [&](const Container& x) { return &x != &collector; });
  if (others && collector.is_essential() && (!collector.essential.written || collector.essential.known)) {
    auto d = c.diags.emit(kEssential, collector.essential.written ? collector.essential.span : collector.span,
                          collector.shown());
    if (collector.essential.written) d.suggest(collector.essential.span, "false");
    else d.here("essential, because nothing else is said");
    d.note("telemetry then decides whether the application runs");
    d.help("`\"essential\": false` for the collector, and `true` for the application");
  }
  for (const Container& x : all) {
    if (&x == &collector || !sends_otlp(x)) continue;
    bool waits = std::any_of(x.depends_on.begin(), x.depends_on.end(), [&](const Dependency& d) {
      return d.container.text == collector.name.text || !d.container.known() ||
             c.task.find(d.container.text) == nullptr;
    });
    if (waits) continue;
    c.diags.emit(kNoOrder, x.span, x.shown())
        .here("sends telemetry from its first moment to its last")
        .note("containers stop in the reverse order of their start: without an order both are told to stop at once, "
              "and what the application sends last is lost")
        .help("`\"dependsOn\": [{\"containerName\": \"{}\", \"condition\": \"{}\"}]`", collector.name.text,
              collector.health ? "HEALTHY" : "START");
  }
}

}  // namespace whittle::aws::ecs
