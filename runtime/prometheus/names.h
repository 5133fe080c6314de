// SPDX-License-Identifier: Apache-2.0
// OTLP names as Prometheus names: letters, digits, underscores and, in metrics, colons. The rules are those of
// github.com/prometheus/otlptranslator 1.0.0 for names without UTF-8, which follow OpenTelemetry's compatibility
// specification ("Prometheus and OpenMetrics Compatibility").
#pragma once

#include "runtime/base/writer.h"

namespace whittle::prometheus {

// What of a metric's kind shows in its name.
enum class NameKind : uint8_t { Gauge, MonotonicCounter, Other };

struct MetricNaming {
  Text name_space;  // before every name, as it stands where `suffixes` is set
  bool suffixes = true;
};

// Appends the name of a metric: "http.server.duration" in "s" is http_server_duration_seconds. False where nothing but
// underscores would be left; nothing is appended then.
bool append_metric_name(Writer& out, const MetricNaming& naming, Text name, Text unit, NameKind kind);

enum class LabelNaming : uint8_t {
  Collapsed,  // runs of underscores become one, and `_x` becomes `key_x`
  Preserved,  // each character that is not allowed becomes an underscore
};

// Appends the name of a label. False where it is empty or nothing but underscores would be left; nothing is appended
// then.
bool append_label_name(Writer& out, Text name, LabelNaming naming);

// Appends a unit as metadata name it: "By/s" is bytes_per_second. Nothing for "1".
void append_unit(Writer& out, Text unit);

}  // namespace whittle::prometheus
