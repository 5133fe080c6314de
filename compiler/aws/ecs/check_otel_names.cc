// SPDX-License-Identifier: Apache-2.0
// The names of SDKs' environment variables, and the one attribute that everything is found by.
#include "compiler/aws/ecs/checks.h"
#include "compiler/diag/near.h"

#include <algorithm>
#include <iterator>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kNearly{"W1056", "no SDK reads `{}`"};
constexpr Diag<std::string_view> kOld{"W1056", "today's SDKs do not read `{}`"};
constexpr Diag<std::string_view> kNoName{"N1058", "{} does not say what it is called"};

// OpenTelemetry specification, "Environment Variable Specification" and "OTLP Exporter".
constexpr std::string_view kKnown[] = {"OTEL_SDK_DISABLED",
                                       "OTEL_RESOURCE_ATTRIBUTES",
                                       "OTEL_SERVICE_NAME",
                                       "OTEL_LOG_LEVEL",
                                       "OTEL_PROPAGATORS",
                                       "OTEL_TRACES_SAMPLER",
                                       "OTEL_TRACES_SAMPLER_ARG",
                                       "OTEL_TRACES_EXPORTER",
                                       "OTEL_METRICS_EXPORTER",
                                       "OTEL_LOGS_EXPORTER",
                                       "OTEL_BSP_SCHEDULE_DELAY",
                                       "OTEL_BSP_EXPORT_TIMEOUT",
                                       "OTEL_BSP_MAX_QUEUE_SIZE",
                                       "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
                                       "OTEL_BLRP_SCHEDULE_DELAY",
                                       "OTEL_BLRP_EXPORT_TIMEOUT",
                                       "OTEL_BLRP_MAX_QUEUE_SIZE",
                                       "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE",
                                       "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
                                       "OTEL_ATTRIBUTE_COUNT_LIMIT",
                                       "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
                                       "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
                                       "OTEL_SPAN_EVENT_COUNT_LIMIT",
                                       "OTEL_SPAN_LINK_COUNT_LIMIT",
                                       "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
                                       "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
                                       "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT",
                                       "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT",
                                       "OTEL_METRICS_EXEMPLAR_FILTER",
                                       "OTEL_METRIC_EXPORT_INTERVAL",
                                       "OTEL_METRIC_EXPORT_TIMEOUT",
                                       "OTEL_EXPERIMENTAL_CONFIG_FILE",
                                       "OTEL_CONFIG_FILE",
                                       "OTEL_EXPORTER_OTLP_ENDPOINT",
                                       "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                                       "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
                                       "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
                                       "OTEL_EXPORTER_OTLP_PROTOCOL",
                                       "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
                                       "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
                                       "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL",
                                       "OTEL_EXPORTER_OTLP_HEADERS",
                                       "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
                                       "OTEL_EXPORTER_OTLP_METRICS_HEADERS",
                                       "OTEL_EXPORTER_OTLP_LOGS_HEADERS",
                                       "OTEL_EXPORTER_OTLP_TIMEOUT",
                                       "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
                                       "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT",
                                       "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT",
                                       "OTEL_EXPORTER_OTLP_COMPRESSION",
                                       "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
                                       "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION",
                                       "OTEL_EXPORTER_OTLP_LOGS_COMPRESSION",
                                       "OTEL_EXPORTER_OTLP_CERTIFICATE",
                                       "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
                                       "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE",
                                       "OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE",
                                       "OTEL_EXPORTER_OTLP_INSECURE",
                                       "OTEL_EXPORTER_OTLP_TRACES_INSECURE",
                                       "OTEL_EXPORTER_OTLP_METRICS_INSECURE",
                                       "OTEL_EXPORTER_OTLP_LOGS_INSECURE",
                                       "OTEL_EXPORTER_OTLP_CLIENT_KEY",
                                       "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
                                       "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
                                       "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
                                       "OTEL_EXPORTER_ZIPKIN_ENDPOINT",
                                       "OTEL_EXPORTER_PROMETHEUS_HOST",
                                       "OTEL_EXPORTER_PROMETHEUS_PORT",
                                       "OTEL_SEMCONV_STABILITY_OPT_IN"};

// What they were called before the specification settled (1.0, February 2021).
struct Renamed {
  std::string_view was, is;
};
constexpr Renamed kRenamed[] = {{"OTEL_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"},
                                {"OTEL_EXPORTER_OTLP_SPAN_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"},
                                {"OTEL_EXPORTER_OTLP_TRACE_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"},
                                {"OTEL_EXPORTER_OTLP_METRIC_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"},
                                {"OTEL_EXPORTER", "OTEL_TRACES_EXPORTER"},
                                {"OTEL_TRACE_SAMPLER", "OTEL_TRACES_SAMPLER"}};

std::string_view nearly(std::string_view name) {
  std::string_view best;
  int least = 3;  // two letters, or a pair of them swapped
  for (std::string_view known : kKnown) {
    int d = diag::edit_distance(name, known);
    if (d == 0) return {};
    if (d < least) {
      least = d;
      best = known;
    }
  }
  return best;
}

void names(TaskCheck& c, const Container& x) {
  for (const Variable& v : x.environment) {
    if (!v.name.has_text()) continue;
    const std::string& name = v.name.text;
    if (!name.starts_with("OTEL") && !name.starts_with("OTLP") && !name.starts_with("OETL")) continue;
    auto renamed =
        std::find_if(std::begin(kRenamed), std::end(kRenamed), [&](const Renamed& r) { return r.was == name; });
    if (renamed != std::end(kRenamed)) {
      c.diags.emit(kOld, v.name.span, name)
          .here("it is called `{}`", renamed->is)
          .note("only SDKs from before the specification settled in 2021 read the old name")
          .suggest(v.name.span, c.as_written(v.name.span, renamed->is));
      continue;
    }
    if (std::string_view near = nearly(name); !near.empty())
      c.diags.emit(kNearly, v.name.span, name)
          .here("did you mean `{}`?", near)
          .note("SDKs say nothing about variables that they do not know")
          .suggest(v.name.span, c.as_written(v.name.span, near));
  }
}

}  // namespace

void check_otel_names(TaskCheck& c) {
  for (const Container& x : c.task.containers) {
    if (&x == c.collector) continue;
    names(c, x);
    bool sends = std::any_of(x.environment.begin(), x.environment.end(), [](const Variable& v) {
      return v.name.text.starts_with("OTEL_EXPORTER_OTLP_") && v.name.text.ends_with("ENDPOINT");
    });
    if (!sends || !x.environment_known || x.variable("OTEL_SERVICE_NAME") != nullptr ||
        x.secret("OTEL_SERVICE_NAME") != nullptr || x.secret("OTEL_RESOURCE_ATTRIBUTES") != nullptr)
      continue;
    const Variable* attributes = x.variable("OTEL_RESOURCE_ATTRIBUTES");
    if (attributes != nullptr &&
        (!attributes->value.known() || attributes->value.text.find("service.name=") != std::string::npos))
      continue;
    c.diags.emit(kNoName, attributes == nullptr ? x.span : attributes->value.span, x.shown())
        .here("neither `OTEL_SERVICE_NAME` nor `service.name` in `OTEL_RESOURCE_ATTRIBUTES`")
        .note("unless the code sets it, its telemetry is called `unknown_service`, as is everybody else's");
  }
}

}  // namespace whittle::aws::ecs
