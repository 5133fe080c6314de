// SPDX-License-Identifier: Apache-2.0
#include "runtime/pipeline/item_counters.h"

namespace whittle {

static constexpr Text kItems[] = {"spans", "metric_points", "log_records"};
static constexpr Text kUnits[] = {"{span}", "{datapoint}", "{record}"};

static int64_t* counter(SelfMetrics& metrics, Text prefix, Text help, Text scope, MetricLabel label, Signal signal) {
  const auto s = static_cast<uint32_t>(signal);
  Writer name;
  name.append(prefix);
  name.append(kItems[s]);
  return metrics.counter({name.text(), help, kUnits[s], scope}, {label});
}

ExportCounters export_counters(SelfMetrics& metrics, Text id, Signal signal) {
  auto of = [&](Text prefix, Text help) {
    return counter(metrics, prefix, help, "go.opentelemetry.io/collector/exporter/exporterhelper", {"exporter", id},
                   signal);
  };
  return {of("otelcol_exporter_sent_", "Number of items successfully sent to destination."),
          of("otelcol_exporter_send_failed_", "Number of items in failed attempts to send to destination."),
          of("otelcol_exporter_enqueue_failed_", "Number of items failed to be added to the sending queue.")};
}

Text loss_name(Loss loss) {
  constexpr Text kNames[kLosses] = {"refused", "rejected", "given_up", "abandoned", "no_room", "unreadable"};
  return kNames[static_cast<uint32_t>(loss)];
}

int64_t* lost_items(SelfMetrics& metrics, Text exporter, Loss loss) {
  return metrics.counter({"otelcol_exporter_lost_items", "Number of items that are lost, by the reason.", "{item}",
                          "go.opentelemetry.io/collector/exporter/exporterhelper"},
                         {{"exporter", exporter}, {"reason", loss_name(loss)}});
}

int64_t* dropped_items(SelfMetrics& metrics, Text processor, Signal signal) {
  return counter(metrics, "otelcol_processor_dropped_", "Number of items that were dropped.",
                 "go.opentelemetry.io/collector/processor/processorhelper", {"processor", processor}, signal);
}

int64_t* accepted_items(SelfMetrics& metrics, Text processor, Signal signal) {
  return counter(metrics, "otelcol_processor_accepted_",
                 "Number of items successfully pushed into the next component in the pipeline.",
                 "go.opentelemetry.io/collector/processor/memorylimiterprocessor", {"processor", processor}, signal);
}

int64_t* refused_items(SelfMetrics& metrics, Text processor, Signal signal) {
  return counter(metrics, "otelcol_processor_refused_",
                 "Number of items that were rejected by the next component in the pipeline.",
                 "go.opentelemetry.io/collector/processor/memorylimiterprocessor", {"processor", processor}, signal);
}

}  // namespace whittle
