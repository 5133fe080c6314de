// SPDX-License-Identifier: Apache-2.0
// What the checks of components and of whole configs are given.
#pragma once

#include "compiler/check/config.h"
#include "compiler/check/decode.h"
#include "compiler/check/front_end.h"

#include <span>
#include <string_view>

namespace whittle::check {

struct Check {
  CheckContext& context;
  Config& config;
  const CheckOptions& options;

  diag::Diagnostics& diags() { return context.diags; }
  const source::Sources& sources() const { return context.sources; }

  // Records something that `check` accepts and compiling does not.
  void not_compiled(source::Span span, std::string what) {
    config.not_compiled.push_back({span, context.sources.place(span), std::move(what)});
  }
};

// A component's own checks, called for each instance whose settings have their types. In
// stdlib/<kind>/<name>/<name>_check.cc as check_<kind>_<name>; declc lists those that are there.
using ComponentCheckFn = void (*)(Check& check, Instance& instance, schema::SignalSet used_for);
struct ComponentCheck {
  schema::ComponentKind kind;
  std::string_view name;
  ComponentCheckFn check;
};
std::span<const ComponentCheck> component_checks();

// Checks that need more than one component.
void check_ports(Check& check);
void check_metric_names(Check& check);
void check_unfed_signals(Check& check);
void check_stop_time(Check& check);
void check_loops(Check& check);
void check_connectors(Check& check);
// Whether a connector hands what comes from `from` on to `to`.
bool joins(const Config& config, InstanceId connector, const Pipeline& from, const Pipeline& to);
void check_authenticators(Check& check);
void check_hosts(Check& check);

// Says that a component finds nothing in a task on Fargate, and why.
void tell_host(diag::Diagnostics& diags, source::Span at, std::string_view id, std::string_view reason);

// Whether the instance wants of its host what a task on Fargate has not (check_hosts says so).
bool lacks_host(const Instance& instance);

// "exporters::awsxray".
std::string setting_path(const Instance& instance);

}  // namespace whittle::check
