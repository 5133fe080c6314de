// SPDX-License-Identifier: Apache-2.0
// What Fargate asks of a task definition and what it does not take (ECS developer guide, "Amazon ECS task definition
// differences for Fargate" and "Fargate platform versions").
#include "compiler/aws/ecs/checks.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kNetworkMode{"E1010", "Fargate tasks need the network mode `awsvpc`, not `{}`"};
constexpr Diag<> kNoNetworkMode{"E1010", "Fargate tasks need the network mode `awsvpc`, and none is written"};
constexpr Diag<std::string_view> kNotOnFargate{"E1014", "Fargate does not take `{}`"};
constexpr Diag<int64_t, int64_t> kHostPort{"E1014", "host port {} cannot lead to container port {} here"};
constexpr Diag<std::string_view> kCapability{"E1014", "Fargate does not add the capability `{}`"};
constexpr Diag<std::string_view> kNobodySays{"N1015", "nothing says that `{}` will run on Fargate"};
constexpr Diag<std::string_view> kNoPlatform{"E1016", "`{}` is not a platform version"};
constexpr Diag<std::string_view, std::string_view> kOldPlatform{
    "E1016", "platform version {} does not set `{}`, which the config needs"};
constexpr Diag<std::string_view> kRetired{"W1016", "platform version {} is older than 1.4.0"};

using Version = std::array<int, 3>;

std::optional<Version> parse_version(const std::string& text) {
  Version v{};
  const char* at = text.data();
  const char* end = at + text.size();
  for (size_t i = 0; i < 3; ++i) {
    auto [next, error] = std::from_chars(at, end, v[i]);
    if (error != std::errc() || v[i] < 0) return std::nullopt;
    at = next;
    if (i < 2) {
      if (at == end || *at != '.') return std::nullopt;
      ++at;
    }
  }
  return at == end ? std::optional(v) : std::nullopt;
}

void platform_version(TaskCheck& c, const Service& s) {
  if (!s.platform_version.has_text() || s.platform_version.text == "LATEST") return;
  auto version = parse_version(s.platform_version.text);
  if (!version) {
    c.diags.emit(kNoPlatform, s.platform_version.span, s.platform_version.text)
        .here("`LATEST`, or a number such as `1.4.0`")
        .suggest(s.platform_version.span, c.as_written(s.platform_version.span, "LATEST"));
    return;
  }
  if (*version >= Version{1, 4, 0}) return;
  if (c.config != nullptr && c.collector != nullptr) {
    for (const check::Instance& i : c.config->instances) {
      if (!i.used) continue;
      for (const schema::NeededEnv& env : i.component->needs) {
        c.diags.emit(kOldPlatform, s.platform_version.span, s.platform_version.text, env.name)
            .here("1.4.0 or later is needed")
            .label(i.key, "`{}` asks the task metadata endpoint, version 4", i.id)
            .help("leave the platform version out: that means `LATEST`")
            .suggest(s.platform_version.span, c.as_written(s.platform_version.span, "LATEST"));
        return;
      }
    }
  }
  c.diags.emit(kRetired, s.platform_version.span, s.platform_version.text)
      .here("AWS starts no new tasks on retired versions")
      .help("leave the platform version out: that means `LATEST`")
      .suggest(s.platform_version.span, c.as_written(s.platform_version.span, "LATEST"));
}

void container(TaskCheck& c, const Container& x) {
  for (const Text& capability : x.add_capabilities.items) {
    if (!c.fargate || !capability.has_text() || capability.text == "SYS_PTRACE") continue;
    c.diags.emit(kCapability, capability.span, capability.text)
        .note("`SYS_PTRACE` is the only one that Fargate adds; dropping is free");
  }
  if (c.fargate) {
    for (const Parameter& p : x.restricted) {
      auto d = c.diags.emit(kNotOnFargate, p.span, p.name);
      if (p.name == "links") d.here("containers of a Fargate task reach each other at `localhost`");
      else if (p.name == "privileged") d.here("no container of a Fargate task is privileged");
      else d.here("registering the task definition fails");
    }
  }
  if (c.fargate || c.task.awsvpc()) {
    for (const PortMapping& p : x.ports) {
      if (!p.host_port.known || !p.container_port.known || p.host_port.value == 0 ||
          p.host_port.value == p.container_port.value)
        continue;
      c.diags.emit(kHostPort, p.host_port.span, p.host_port.value, p.container_port.value)
          .here("with `awsvpc` both are the same, or `hostPort` is left out")
          .suggest(p.host_port.span, c.as_written(p.host_port.span, std::to_string(p.container_port.value)));
    }
  }
}

}  // namespace

void check_fargate(TaskCheck& c) {
  const TaskDefinition& t = c.task;
  if (t.launch_unknown() && !t.parts_only) {
    c.diags.emit(kNobodySays, t.span, t.name.empty() ? "the task" : t.name)
        .note("what holds for Fargate alone (sizes, the network mode) was not checked")
        .help("write `\"requiresCompatibilities\": [\"FARGATE\"]`: ECS checks it too when the task definition is "
              "registered");
  }
  for (const Container& x : t.containers) container(c, x);
  if (!c.fargate) return;
  if (!t.network_mode.written) c.diags.emit(kNoNetworkMode, t.span).help("write `\"networkMode\": \"awsvpc\"`");
  else if (t.network_mode.known() && !t.awsvpc() &&
           (t.network_mode.text == "bridge" || t.network_mode.text == "host" || t.network_mode.text == "none" ||
            t.network_mode.text == "default"))
    c.diags.emit(kNetworkMode, t.network_mode.span, t.network_mode.text)
        .here("registering the task definition fails")
        .suggest(t.network_mode.span, c.as_written(t.network_mode.span, "awsvpc"));
  for (const Parameter& p : t.restricted)
    c.diags.emit(kNotOnFargate, p.span, p.name).here("registering the task definition fails");
  if (t.pid_mode.has_text() && t.pid_mode.text != "task")
    c.diags.emit(kNotOnFargate, t.pid_mode.span, "pidMode: " + t.pid_mode.text).here("only `task` is possible");
  for (const Service& s : t.services) platform_version(c, s);
}

}  // namespace whittle::aws::ecs
