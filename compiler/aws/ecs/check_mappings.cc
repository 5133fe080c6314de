// SPDX-License-Identifier: Apache-2.0
// Port mappings against what the collector listens on, and ports that two containers of one network want.
#include "compiler/aws/ecs/checks.h"

#include <algorithm>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kNobody{"W1060", "the collector does not listen on port {}"};
constexpr Diag<int64_t> kLoopback{"W1061", "port {} is mapped, and the collector listens there for this task alone"};
constexpr Diag<int64_t, std::string_view> kTaken{"E1064", "port {} is the collector's, and {} wants it too"};

}  // namespace

void check_mappings(TaskCheck& c) {
  if (c.collector == nullptr || c.config == nullptr) return;
  bool all_known = std::none_of(c.listeners.begin(), c.listeners.end(), [](const Listener& l) { return l.port == 0; });
  for (const PortMapping& p : c.collector->ports) {
    if (!p.container_port.known) continue;
    bool udp = p.protocol.text == "udp";
    auto there = std::find_if(c.listeners.begin(), c.listeners.end(),
                              [&](const Listener& l) { return l.port == p.container_port.value && l.udp == udp; });
    if (there == c.listeners.end()) {
      if (!all_known) continue;
      auto d =
          c.diags.emit(kNobody, p.container_port.span, std::to_string(p.container_port.value) + (udp ? "/udp" : ""));
      d.here("the mapping leads nowhere");
      std::string ports;
      for (const Listener& l : c.listeners)
        ports += (ports.empty() ? "" : ", ") + std::to_string(l.port) + (l.udp ? "/udp" : "");
      if (!ports.empty()) d.help("it listens on port {}", ports);
      continue;
    }
    if (there->loopback())
      c.diags.emit(kLoopback, p.container_port.span, p.container_port.value)
          .here("nobody outside of the task gets through")
          .label(there->span, "`{}`", there->address)
          .note("containers of the same task share `localhost` and need no mapping: leave it out, unless others are to "
                "send here too");
  }
  if (!c.one_network()) return;
  for (const Container& x : c.task.containers) {
    if (&x == c.collector) continue;
    for (const PortMapping& p : x.ports) {
      if (!p.container_port.known) continue;
      for (const Listener& l : c.listeners) {
        if (l.port == 0 || l.port != p.container_port.value || l.udp != (p.protocol.text == "udp")) continue;
        c.diags.emit(kTaken, p.container_port.span, p.container_port.value, x.shown())
            .here("containers of this task share one network")
            .label(l.span, "`{}` listens there", l.setting)
            .note("the second one to start finds the address in use and ends");
        break;
      }
    }
  }
}

}  // namespace whittle::aws::ecs
