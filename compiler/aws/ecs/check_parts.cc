// SPDX-License-Identifier: Apache-2.0
// Parts of a task definition that name each other: volumes and mounts, routers of logs and who sends to them.
#include "compiler/aws/ecs/checks.h"
#include "compiler/diag/near.h"

#include <algorithm>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kNoVolume{"E1335", "there is no volume `{}`"};
constexpr Diag<std::string_view> kNoContainer{"E1335", "there is no container `{}` whose volumes could be taken"};
constexpr Diag<std::string_view> kTwoVolumes{"E1335", "two volumes are called `{}`"};
constexpr Diag<std::string_view> kTwoMounts{"E1335", "two volumes are mounted at `{}`"};
constexpr Diag<> kNoRouter{"E1337", "`awsfirelens` needs a container that routes logs"};
constexpr Diag<> kTwoRouters{"E1337", "two containers route logs"};
constexpr Diag<std::string_view> kBare{"E1338", "`{}` alone is no command"};

void near_name(diag::Builder d, TaskCheck& c, const Text& t, const std::vector<std::string_view>& names) {
  std::string_view near = diag::nearest(t.text, names);
  if (!near.empty()) d.here("did you mean `{}`?", near).suggest(t.span, c.as_written(t.span, near));
  d.note("registering the task definition fails");
}

void volumes(TaskCheck& c) {
  const TaskDefinition& t = c.task;
  std::vector<std::string_view> names;
  for (const auto& [v, outlives] : t.volumes) {
    if (!v.has_text()) continue;
    auto first = std::find(names.begin(), names.end(), v.text);
    if (first != names.end()) c.diags.emit(kTwoVolumes, v.span, v.text).note("registering the task definition fails");
    names.push_back(v.text);
  }
  for (const Container& x : t.containers) {
    for (size_t i = 0; i < x.mounts.size(); ++i) {
      const Mount& m = x.mounts[i];
      if (m.volume.has_text() && t.volumes_known && std::find(names.begin(), names.end(), m.volume.text) == names.end())
        near_name(c.diags.emit(kNoVolume, m.volume.span, m.volume.text), c, m.volume, names);
      for (size_t k = 0; k < i; ++k) {
        if (!m.path.has_text() || x.mounts[k].path.text != m.path.text) continue;
        c.diags.emit(kTwoMounts, m.path.span, m.path.text)
            .here("again")
            .label(x.mounts[k].path.span, "first here")
            .note("the container does not start");
        break;
      }
    }
    for (const Text& from : x.volumes_from) {
      if (!from.has_text() || !t.containers_known) continue;
      const Container* other = t.find(from.text);
      if (other != nullptr && other != &x) continue;
      std::vector<std::string_view> others;
      for (const Container& y : t.containers) {
        if (&y != &x) others.push_back(y.name.text);
      }
      near_name(c.diags.emit(kNoContainer, from.span, from.text), c, from, others);
    }
  }
}

void routers(TaskCheck& c) {
  const Container* router = nullptr;
  for (const Container& x : c.task.containers) {
    if (!x.firelens) continue;
    if (router != nullptr)
      c.diags.emit(kTwoRouters, x.firelens_key)
          .here("again")
          .label(router->firelens_key, "first here")
          .note("registering the task definition fails");
    else router = &x;
  }
  if (router != nullptr || !c.task.containers_known) return;
  for (const Container& x : c.task.containers) {
    if (!x.log || x.log->driver.text != "awsfirelens") continue;
    c.diags.emit(kNoRouter, x.log->driver.span)
        .here("no container has a `firelensConfiguration`")
        .note("registering the task definition fails");
    return;
  }
}

}  // namespace

void check_parts(TaskCheck& c) {
  volumes(c);
  routers(c);
  for (const Container& x : c.task.containers) {
    if (!x.health || !x.health->command.known || x.health->command.items.size() != 1) continue;
    const Text& only = x.health->command.items[0];
    if (only.text == "CMD" || only.text == "CMD-SHELL")
      c.diags.emit(kBare, only.span, only.text)
          .here("what to run stands behind it")
          .note("registering the task definition fails, or the health check always does");
  }
}

}  // namespace whittle::aws::ecs
