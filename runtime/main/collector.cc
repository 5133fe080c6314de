// SPDX-License-Identifier: Apache-2.0
#include "runtime/main/collector.h"

#include "stdlib/service/service_config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

namespace whittle {

// One value of a config, whatever it is, as a field. Null has no field of its own.
static LogField field_of(Text name, const Any& value) {
  switch (value.kind) {
  case AnyKind::Bool: return LogField(name, value.bits != 0);
  case AnyKind::Int: return LogField(name, static_cast<int64_t>(value.bits));
  case AnyKind::Double: return LogField(name, __builtin_bit_cast(double, value.bits));
  default: return LogField(name, value.text);
  }
}

bool configure_log(const Collector& collector, Logger& log) {
  const config::ServiceTelemetryLogs& logs = static_cast<const config::Service*>(collector.service)->telemetry.logs;
  uint32_t level = static_cast<uint32_t>(logs.level);
  log.level = static_cast<LogLevel>(level > 3 ? 3 : level);  // dpanic, panic and fatal: nothing below an error
  log.json = logs.encoding == config::ServiceTelemetryLogsEncoding::Json;
  if (!logs.sampling || !logs.sampling->enabled) {
    log.tick_ns = 0;
  } else {
    log.tick_ns = logs.sampling->tick;
    log.initial = logs.sampling->initial > 0 ? static_cast<uint64_t>(logs.sampling->initial) : 0;
    log.thereafter = logs.sampling->thereafter > 0 ? static_cast<uint64_t>(logs.sampling->thereafter) : 0;
  }
  for (const Entry<Any>& e : logs.initial_fields) {
    if (e.value.kind == AnyKind::Null) log.add_null_field(view(e.key));
    else log.add_field(field_of(view(e.key), e.value));
  }
  for (Str path : logs.output_paths) {
    int fd = view(path) == "stdout"   ? STDOUT_FILENO
             : view(path) == "stderr" ? STDERR_FILENO
                                      : open(path.data, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0) {
      dprintf(STDERR_FILENO, "collector: cannot open `%s` of service::telemetry::logs::output_paths: %s\n", path.data,
              strerror(errno));
      return false;
    }
    log.to(fd);
  }
  return true;
}

bool create_components(const Collector& collector, Runtime& runtime) {
  for (const Component& component : collector.components) {
    // The runtime's address is not known to the compiler; everything else of the context is constant.
    auto* context = new ComponentContext(component.context);
    context->runtime = &runtime;
    *component.instance = component.ops->create(context);
    if (!*component.instance) return false;
  }
  return true;
}

template <class F>
static void each(const Collector& collector, ComponentKind kind, F f) {
  for (const Component& component : collector.components)
    if (component.kind == kind) f(component);
}

bool start_components(const Collector& collector) {
  bool good = true;
  for (ComponentKind kind : {ComponentKind::Extension, ComponentKind::Exporter, ComponentKind::Processor,
                             ComponentKind::Connector, ComponentKind::Receiver})
    each(collector, kind, [&](const Component& c) { good = good && (!c.ops->start || c.ops->start(*c.instance)); });
  return good;
}

void drain_components(const Collector& collector) {
  // Consumers stand before producers, so processors and connectors that feed others are drained before those: last to
  // first.
  each(collector, ComponentKind::Receiver, [](const Component& c) {
    if (c.ops->drain) c.ops->drain(*c.instance);
  });
  for (uint64_t i = collector.components.size; i-- > 0;) {
    const Component& c = collector.components[i];
    const bool between = c.kind == ComponentKind::Processor || c.kind == ComponentKind::Connector;
    if (between && c.ops->drain) c.ops->drain(*c.instance);
  }
  each(collector, ComponentKind::Exporter, [](const Component& c) {
    if (c.ops->drain) c.ops->drain(*c.instance);
  });
}

bool components_idle(const Collector& collector) {
  for (const Component& c : collector.components)
    if (c.kind != ComponentKind::Extension && c.ops->idle && !c.ops->idle(*c.instance)) return false;
  return true;
}

}  // namespace whittle
