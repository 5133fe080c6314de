// SPDX-License-Identifier: Apache-2.0
// The resource of the collector's own metrics, as the reference makes it (collector
// service/telemetry/otelconftelemetry/resource.go): service.name, service.version and a random service.instance.id,
// unless the config says otherwise, and what else it names. A key of `resource` with null leaves one out.
#include "runtime/base/number.h"
#include "runtime/base/self_metrics.h"
#include "runtime/main/collector.h"

#include "stdlib/service/service_config.h"

#include <vector>

namespace whittle {
namespace {

void put(std::vector<MetricLabel>& labels, Text name, Text value) {
  for (MetricLabel& l : labels) {
    if (l.name == name) {
      l.value = value;
      return;
    }
  }
  labels.push_back({name, value});
}

void leave_out(std::vector<MetricLabel>& labels, Text name) {
  std::erase_if(labels, [&](const MetricLabel& l) { return l.name == name; });
}

// The text of a value; texts of numbers live in the arena.
Text text_of(const Any& value, Arena& arena) {
  Writer out;
  switch (value.kind) {
  case AnyKind::String: return view(value.text);
  case AnyKind::Bool: return value.bits ? "true" : "false";
  case AnyKind::Int: append_int(out, static_cast<int64_t>(value.bits)); break;
  case AnyKind::Double: append_double(out, __builtin_bit_cast(double, value.bits)); break;
  case AnyKind::Null: break;
  }
  return arena.copy(out.text());
}

bool contains(List<Str> names, Text name) {
  for (Str n : names)
    if (view(n) == name) return true;
  return false;
}

}  // namespace

void describe_self(const Collector& collector, Runtime& runtime, const config::TelemetryPrometheus* reader) {
  const config::ServiceTelemetryResource& resource =
      static_cast<const config::Service*>(collector.service)->telemetry.resource;
  Arena arena;
  char instance[37];
  runtime.uuid(instance);
  std::vector<MetricLabel> labels;
  labels.push_back({"service.name", view(collector.name)});
  labels.push_back({"service.version", view(collector.version)});
  labels.push_back({"service.instance.id", Text(instance)});
  for (const config::TelemetryAttribute& a : resource.attributes) put(labels, view(a.name), text_of(a.value, arena));
  for (const Entry<Opt<Str>>& a : resource.legacy_attributes) {
    if (a.value) put(labels, view(a.key), view(*a.value));
    else leave_out(labels, view(a.key));
  }
  runtime.metrics->target(labels);
  if (!reader || !reader->with_resource_constant_labels) return;
  const config::TelemetrySelection& selection = *reader->with_resource_constant_labels;
  std::erase_if(labels, [&](const MetricLabel& l) {
    return contains(selection.excluded, l.name) ||
           (selection.included.size != 0 && !contains(selection.included, l.name));
  });
  runtime.metrics->constant(labels);
}

}  // namespace whittle
