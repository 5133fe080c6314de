// SPDX-License-Identifier: Apache-2.0
#include "stdlib/exporter/debug/text.h"

#include "runtime/base/json.h"
#include "runtime/base/number.h"
#include "runtime/wire/attributes.h"
#include "runtime/wire/otlp_views.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <tuple>

namespace whittle {
namespace {

using DataCase = views::Metric::DataCase;

constexpr Text kMetricTypes[] = {"Empty", "Gauge", "Sum", "Histogram", "ExponentialHistogram", "Summary"};
constexpr Text kTemporalities[] = {"Unspecified", "Delta", "Cumulative"};
constexpr Text kKinds[] = {"Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"};
constexpr Text kStatusCodes[] = {"Unset", "Ok", "Error"};
constexpr Text kValueTypes[] = {"Empty", "Str", "Bool", "Int", "Double", "Slice", "Map", "Bytes"};

template <size_t N>
Text name_of(const Text (&names)[N], int32_t i) {
  return i >= 0 && static_cast<size_t>(i) < N ? names[i] : Text();
}

// One line a call, pieces joined.
class Lines {
public:
  explicit Lines(Writer& out) : out_(out) {}

  template <class... A>
  void line(const A&... pieces) {
    (put(pieces), ...);
    out_.byte('\n');
  }

  void put(Text t) { out_.append(t); }
  void put(const char* t) { out_.append(Text(t)); }
  void put(uint64_t v) { append_uint(out_, v); }
  void put(int64_t v) { append_int(out_, v); }
  void put(uint32_t v) { append_uint(out_, v); }
  void put(bool v) { out_.append(Text(v ? "true" : "false")); }
  void put(double v) {
    char text[400];
    int n = snprintf(text, sizeof text, "%f", v);
    out_.append(Text(text, static_cast<size_t>(n)));
  }
  void put(const views::AnyValue& v) { append_as_string(out_, v); }

  struct Hex {
    Bytes bytes;
  };
  void put(Hex h) { append_hex(out_, h.bytes); }
  struct Time {
    uint64_t ns;
  };
  // "2006-01-02 15:04:05.999999999 +0000 UTC"
  void put(Time t) {
    time_t seconds = static_cast<time_t>(t.ns / 1'000'000'000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    char text[64];
    size_t n = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &utc);
    out_.append(Text(text, n));
    if (uint64_t rest = t.ns % 1'000'000'000) {
      n = static_cast<size_t>(snprintf(text, sizeof text, ".%09llu", static_cast<unsigned long long>(rest)));
      while (text[n - 1] == '0') --n;
      out_.append(Text(text, n));
    }
    out_.append(Text(" +0000 UTC"));
  }

  void field(const char* name, Text value) {
    char text[32];
    snprintf(text, sizeof text, "    %-15s: ", name);
    line(text, value);
  }
  void hex_field(const char* name, Bytes value) {
    Writer h;
    append_hex(h, value);
    field(name, h.text());
  }

  // "Attributes:" and a line each, with the value's type.
  void attributes(Text header, const Attributes& all) {
    if (all.empty()) return;
    line(header, ":");
    size_t arrow = header.find("->");
    Text indent = arrow == Text::npos ? Text() : header.substr(0, arrow);
    for (views::KeyValue kv : all) {
      views::AnyValue v = kv.value.get();
      line(indent, "     -> ", kv.key, ": ", type_of(v), "(", v, ")");
    }
  }

  static Text type_of(const views::AnyValue& v) {
    switch (v.value_case) {
    case ValueCase::StringValue: return kValueTypes[1];
    case ValueCase::BoolValue: return kValueTypes[2];
    case ValueCase::IntValue: return kValueTypes[3];
    case ValueCase::DoubleValue: return kValueTypes[4];
    case ValueCase::ArrayValue: return kValueTypes[5];
    case ValueCase::KvlistValue: return kValueTypes[6];
    case ValueCase::BytesValue: return kValueTypes[7];
    default: return kValueTypes[0];
    }
  }

  // " key=value key=value"
  void inline_attributes(const Attributes& all) {
    for (views::KeyValue kv : all) {
      put(" ");
      put(kv.key);
      put("=");
      put(kv.value.get());
    }
  }

private:
  Writer& out_;
};

struct Writing {
  Lines& l;
  bool detailed;

  void resource_head(Text name, uint64_t i, Text schema, const views::Resource& resource) {
    if (detailed) {
      l.line(name, " #", i);
      l.line("Resource SchemaURL: ", schema);
      l.attributes("Resource attributes", resource.attributes);
      return;
    }
    l.put(name);
    l.put(" #");
    l.put(i);
    if (!schema.empty()) {
      l.put(" [");
      l.put(schema);
      l.put("]");
    }
    l.inline_attributes(resource.attributes);
    l.line();
  }

  void scope_head(Text name, uint64_t i, Text schema, const views::InstrumentationScope& scope) {
    if (detailed) {
      l.line(name, " #", i);
      l.line(name, " SchemaURL: ", schema);
      l.line("InstrumentationScope ", scope.name, " ", scope.version);
      l.attributes("InstrumentationScope attributes", scope.attributes);
      return;
    }
    l.put(name);
    l.put(" #");
    l.put(i);
    if (!scope.name.empty() || !scope.version.empty()) l.put(" ");
    l.put(scope.name);
    if (!scope.version.empty()) {
      l.put("@");
      l.put(scope.version);
    }
    if (!schema.empty()) {
      l.put(" [");
      l.put(schema);
      l.put("]");
    }
    l.inline_attributes(scope.attributes);
    l.line();
  }

  void span(uint64_t i, const views::Span& s) {
    if (!detailed) {
      l.put(s.name);
      l.put(" ");
      l.put(Lines::Hex{s.trace_id});
      l.put(" ");
      l.put(Lines::Hex{s.span_id});
      l.inline_attributes(s.attributes);
      return l.line();
    }
    l.line("Span #", i);
    l.hex_field("Trace ID", s.trace_id);
    l.hex_field("Parent ID", s.parent_span_id);
    l.hex_field("ID", s.span_id);
    l.field("Name", s.name);
    l.field("Kind", name_of(kKinds, s.kind));
    if (!s.trace_state.empty()) l.field("TraceState", s.trace_state);
    l.line("    Start time     : ", Lines::Time{s.start_time_unix_nano});
    l.line("    End time       : ", Lines::Time{s.end_time_unix_nano});
    views::Status status = s.status.get();
    l.field("Status code", name_of(kStatusCodes, status.code));
    l.field("Status message", status.message);
    l.line("    DroppedAttributesCount: ", s.dropped_attributes_count);
    l.line("    DroppedEventsCount: ", s.dropped_events_count);
    l.line("    DroppedLinksCount: ", s.dropped_links_count);
    l.attributes("Attributes", s.attributes);
    if (!s.events.empty()) l.line("Events:");
    uint64_t n = 0;
    for (views::SpanEvent e : s.events) {
      l.line("SpanEvent #", n++);
      l.line("     -> Name: ", e.name);
      l.line("     -> Timestamp: ", Lines::Time{e.time_unix_nano});
      l.line("     -> DroppedAttributesCount: ", e.dropped_attributes_count);
      l.attributes("     -> Attributes:", e.attributes);
    }
    if (!s.links.empty()) l.line("Links:");
    n = 0;
    for (views::SpanLink k : s.links) {
      l.line("SpanLink #", n++);
      l.line("     -> Trace ID: ", Lines::Hex{k.trace_id});
      l.line("     -> ID: ", Lines::Hex{k.span_id});
      l.line("     -> TraceState: ", k.trace_state);
      l.line("     -> DroppedAttributesCount: ", k.dropped_attributes_count);
      l.attributes("     -> Attributes:", k.attributes);
    }
  }

  void record(uint64_t i, const views::LogRecord& r) {
    if (!detailed) {
      l.put(r.body.get());
      l.inline_attributes(r.attributes);
      return l.line();
    }
    l.line("LogRecord #", i);
    l.line("ObservedTimestamp: ", Lines::Time{r.observed_time_unix_nano});
    l.line("Timestamp: ", Lines::Time{r.time_unix_nano});
    l.line("SeverityText: ", r.severity_text);
    l.line("SeverityNumber: ", static_cast<int64_t>(r.severity_number));
    if (!r.event_name.empty()) l.line("EventName: ", r.event_name);
    views::AnyValue body = r.body.get();
    l.line("Body: ", Lines::type_of(body), "(", body, ")");
    l.attributes("Attributes", r.attributes);
    l.line("Trace ID: ", Lines::Hex{r.trace_id});
    l.line("Span ID: ", Lines::Hex{r.span_id});
    l.line("Flags: ", r.flags);
  }

  // What every data point begins with; short, the line goes on.
  template <class P>
  void point_head(Text type, uint64_t i, Text metric, const P& p) {
    if (!detailed) {
      l.put(metric);
      if (!p.attributes.empty()) {
        l.put("{");
        bool first = true;
        for (views::KeyValue kv : p.attributes) {
          if (!first) l.put(",");
          first = false;
          l.put(kv.key);
          l.put("=");
          l.put(kv.value.get());
        }
        l.put("}");
      }
      return;
    }
    l.line(type, " #", i);
    l.attributes("Data point attributes", p.attributes);
    l.line("StartTimestamp: ", Lines::Time{p.start_time_unix_nano});
    l.line("Timestamp: ", Lines::Time{p.time_unix_nano});
  }

  void numbers(Text metric, const views::Repeated<views::NumberDataPoint>& points) {
    uint64_t i = 0;
    for (views::NumberDataPoint p : points) {
      point_head("NumberDataPoints", i++, metric, p);
      bool is_int = p.value_case == views::NumberDataPoint::ValueCase::AsInt,
           is_double = p.value_case == views::NumberDataPoint::ValueCase::AsDouble;
      if (detailed) {
        if (is_int) l.line("Value: ", p.as_int);
        if (is_double) l.line("Value: ", p.as_double);
        continue;
      }
      l.put(" ");
      if (is_int) l.put(p.as_int);
      if (is_double) l.put(p.as_double);
      l.line();
    }
  }

  template <class P>
  void summary_of(const P& p) {
    if (detailed) {
      l.line("Count: ", p.count);
      if (p.has_sum) l.line("Sum: ", p.sum);
      if (p.has_min) l.line("Min: ", p.min);
      if (p.has_max) l.line("Max: ", p.max);
      return;
    }
    l.put(" count=");
    l.put(p.count);
    for (auto& [name, has, value] :
         {std::tuple{" sum=", p.has_sum, p.sum}, {" min=", p.has_min, p.min}, {" max=", p.has_max, p.max}}) {
      if (!has) continue;
      l.put(name);
      l.put(value);
    }
  }

  void metric(uint64_t i, const views::Metric& m) {
    if (detailed) {
      l.line("Metric #", i);
      l.line("Descriptor:");
      l.line("     -> Name: ", m.name);
      l.line("     -> Description: ", m.description);
      l.line("     -> Unit: ", m.unit);
      l.line("     -> DataType: ", kMetricTypes[static_cast<size_t>(m.data_case)]);
      l.attributes("     -> Metadata", m.metadata);
    }
    auto temporality = [&](int32_t t) {
      if (detailed) l.line("     -> AggregationTemporality: ", name_of(kTemporalities, t));
    };
    uint64_t n = 0;
    switch (m.data_case) {
    case DataCase::None: break;
    case DataCase::Gauge: numbers(m.name, views::Gauge(m.gauge).data_points); break;
    case DataCase::Sum: {
      views::Sum sum(m.sum);
      if (detailed) l.line("     -> IsMonotonic: ", sum.is_monotonic);
      temporality(sum.aggregation_temporality);
      numbers(m.name, sum.data_points);
      break;
    }
    case DataCase::Histogram: {
      views::Histogram h(m.histogram);
      temporality(h.aggregation_temporality);
      for (views::HistogramDataPoint p : h.data_points) {
        point_head("HistogramDataPoints", n++, m.name, p);
        summary_of(p);
        buckets(p);
      }
      break;
    }
    case DataCase::ExponentialHistogram: {
      views::ExponentialHistogram h(m.exponential_histogram);
      temporality(h.aggregation_temporality);
      for (views::ExponentialHistogramDataPoint p : h.data_points) {
        point_head("ExponentialHistogramDataPoints", n++, m.name, p);
        summary_of(p);
        if (!detailed) {
          l.line();
          continue;
        }
        double factor = ldexp(0.69314718055994530942, -p.scale);
        side(p.negative.get(), factor, true);
        if (p.zero_count != 0) l.line("Bucket [0, 0], Count: ", p.zero_count);
        side(p.positive.get(), factor, false);
      }
      break;
    }
    case DataCase::Summary:
      for (views::SummaryDataPoint p : views::Summary(m.summary).data_points) {
        point_head("SummaryDataPoints", n++, m.name, p);
        if (detailed) {
          l.line("Count: ", p.count);
          l.line("Sum: ", p.sum);
          uint64_t q = 0;
          for (auto v : p.quantile_values)
            l.line("QuantileValue #", q++, ": Quantile ", v.quantile, ", Value ", v.value);
          continue;
        }
        l.put(" count=");
        l.put(p.count);
        l.put(" sum=");
        l.put(p.sum);
        for (auto v : p.quantile_values) {
          l.put(" q");
          l.put(v.quantile);
          l.put("=");
          l.put(v.value);
        }
        l.line();
      }
      break;
    }
  }

  void buckets(const views::HistogramDataPoint& p) {
    uint64_t i = 0;
    if (detailed) {
      for (double bound : p.explicit_bounds) l.line("ExplicitBounds #", i++, ": ", bound);
      i = 0;
      for (uint64_t count : p.bucket_counts) l.line("Buckets #", i++, ", Count: ", count);
      return;
    }
    auto bound = p.explicit_bounds.begin();
    for (uint64_t count : p.bucket_counts) {
      if (i < p.explicit_bounds.size()) {
        l.put(" le");
        l.put(*bound);
        ++bound;
        l.put("=");
      } else {
        l.put(" ");
      }
      l.put(count);
      ++i;
    }
    l.line();
  }

  void side(const views::ExponentialHistogramDataPointBuckets& b, double factor, bool negative) {
    double index = b.offset;
    for (uint64_t count : b.bucket_counts) {
      double lower = exp(index * factor), upper = exp((index + 1) * factor);
      if (negative) l.line("Bucket [", -upper, ", ", -lower, "), Count: ", count);
      else l.line("Bucket (", lower, ", ", upper, "], Count: ", count);
      ++index;
    }
  }
};

void write(Signal signal, Bytes request, Writer& out, bool detailed) {
  Lines lines(out);
  Writing w{lines, detailed};
  uint64_t r = 0;
  // In the reference a resource's line says ResourceTraces when short and ResourceSpans when long.
  auto heads = [&](Text short_resource, Text long_resource, Text short_scope, Text long_scope, const auto& resource,
                   const auto& scopes, auto each_record) {
    w.resource_head(detailed ? long_resource : short_resource, r, resource.schema_url, resource.resource.get());
    uint64_t s = 0;
    for (auto scope : scopes) {
      w.scope_head(detailed ? long_scope : short_scope, s++, scope.schema_url, scope.scope.get());
      each_record(scope);
    }
    ++r;
  };
  switch (signal) {
  case Signal::Traces:
    for (views::ResourceSpans g : views::ExportTraceServiceRequest(request).resource_spans)
      heads("ResourceTraces", "ResourceSpans", "ScopeTraces", "ScopeSpans", g, g.scope_spans,
            [&](const views::ScopeSpans& scope) {
              uint64_t i = 0;
              for (views::Span s : scope.spans) w.span(i++, s);
            });
    break;
  case Signal::Metrics:
    for (views::ResourceMetrics g : views::ExportMetricsServiceRequest(request).resource_metrics)
      heads("ResourceMetrics", "ResourceMetrics", "ScopeMetrics", "ScopeMetrics", g, g.scope_metrics,
            [&](const views::ScopeMetrics& scope) {
              uint64_t i = 0;
              for (views::Metric m : scope.metrics) w.metric(i++, m);
            });
    break;
  case Signal::Logs:
    for (views::ResourceLogs g : views::ExportLogsServiceRequest(request).resource_logs)
      heads("ResourceLog", "ResourceLog", "ScopeLog", "ScopeLogs", g, g.scope_logs, [&](const views::ScopeLogs& scope) {
        uint64_t i = 0;
        for (views::LogRecord record : scope.log_records) w.record(i++, record);
      });
    break;
  }
}

}  // namespace

void write_normal(Signal signal, Bytes request, Writer& out) {
  write(signal, request, out, false);
}
void write_detailed(Signal signal, Bytes request, Writer& out) {
  write(signal, request, out, true);
}

DebugCounts debug_counts(Signal signal, Bytes request) {
  DebugCounts counts;
  if (signal != Signal::Metrics) {
    // All requests have their resources in field 1.
    counts.resources = views::ExportTraceServiceRequest(request).resource_spans.size();
    return counts;
  }
  for (views::ResourceMetrics g : views::ExportMetricsServiceRequest(request).resource_metrics) {
    ++counts.resources;
    for (views::ScopeMetrics s : g.scope_metrics) counts.metrics += s.metrics.size();
  }
  return counts;
}

}  // namespace whittle
