// SPDX-License-Identifier: Apache-2.0
// Where a collector listens and what it understands there, from the `listens` statements of the declarations. Everybody
// who must know asks here: the check for ports used twice, the checks of task definitions and `whittle taskdef`, the
// plan and the image.
#pragma once

#include "compiler/check/config.h"

#include <string>
#include <vector>

namespace whittle::check {

struct Listener {
  const Instance* instance = nullptr;  // null: the service itself
  std::string setting;                 // "receivers::otlp::protocols::grpc::endpoint"
  std::string section;                 // the settings that it stands among: "receivers::otlp::protocols::grpc"
  std::string address;                 // "0.0.0.0:4317"; late: as written
  std::string host;                    // "0.0.0.0"; empty: all addresses
  uint16_t port = 0;                   // 0: not known (late-bound), chosen by the system, or a unix socket
  std::string socket;                  // the path of a unix socket; empty: TCP or UDP
  bool udp = false;                    // its protocols begin with `udp/` in the declaration
  // What is spoken: "grpc", "http/protobuf", "http/json" (as OTEL_EXPORTER_OTLP_PROTOCOL says it), "health",
  // "prometheus".
  std::vector<std::string> protocols;
  schema::SignalSet signals = 0;   // receivers: what some pipeline takes from it
  std::vector<std::string> paths;  // of a URL, by signal; empty: the protocol's own. "" is late-bound
  bool tls = false;
  bool written = false;  // the config states the address; otherwise it is the default
  source::Span span;     // of the address, else of the section's or the component's key

  // On loopback only: nothing outside of the task (containers of a task share it) reaches it.
  bool loopback() const;
  bool understands(std::string_view protocol) const;
};

// Of all components in use in the order of the config, then of the service. Wrong settings are left out.
std::vector<Listener> listeners(const Config& config);

}  // namespace whittle::check
