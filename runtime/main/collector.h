// SPDX-License-Identifier: Apache-2.0
// The collector that the compiler wrote comes to life: late-bound values filled in, components made, started, drained.
#pragma once

#include "runtime/base/runtime.h"

namespace whittle {

namespace config {
struct TelemetryPrometheus;
}

// Fills in `${env:NAME}` everywhere. False when one is missing or is not of its setting's type; each is logged with its
// place in the config. What is filled in lives as long as the process.
bool resolve_late_values(const Collector& collector, Logger& log);

// The level, the form, the sampling, the fields and the outputs of the log, from service::telemetry::logs. False, with
// a reason on standard error, when an output cannot be opened.
bool configure_log(const Collector& collector, Logger& log);

// What the collector's own metrics say of it: service::telemetry::resource, and of it what the reader wants as labels.
void describe_self(const Collector& collector, Runtime& runtime, const config::TelemetryPrometheus* reader);

// Makes every component, in the collector's order. False, with a logged reason, when one cannot be made.
bool create_components(const Collector& collector, Runtime& runtime);
// Starts them, exporters first and receivers last.
bool start_components(const Collector& collector);

// SIGTERM: receivers take in nothing new, then processors hand on what they hold, then exporters send what they have.
void drain_components(const Collector& collector);
// True when nothing is held or in flight.
bool components_idle(const Collector& collector);

}  // namespace whittle
