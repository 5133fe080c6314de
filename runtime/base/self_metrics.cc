// SPDX-License-Identifier: Apache-2.0
// Names follow the reference's Prometheus exporter: the unit is appended in words unless it is in braces, then `_total`
// to counters, both only for readers that ask for it.
#include "runtime/base/self_metrics.h"

#include "runtime/base/runtime.h"

#include <algorithm>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

namespace whittle {

void MetricHistogram::record(double value) {
  uint32_t i = 0;
  while (i < bound_count_ && value > bounds_[i]) ++i;
  ++counts_[i];
  ++total_;
  sum_ += value;
}

static void write_label_value(Writer& out, Text value) {
  for (char c : value) {
    if (c == '\\' || c == '"') out.byte('\\');
    if (c == '\n') {
      out.append(Text("\\n"));
      continue;
    }
    out.byte(static_cast<uint8_t>(c));
  }
}

// Label names may hold letters, digits and underscores.
static void write_label_name(Writer& out, Text name) {
  if (!name.empty() && name[0] >= '0' && name[0] <= '9') out.byte('_');
  for (char c : name) {
    const bool keeps = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    out.byte(keeps ? static_cast<uint8_t>(c) : '_');
  }
}

Text SelfMetrics::render_labels(std::span<const MetricLabel> labels) {
  std::vector<MetricLabel> sorted(labels.begin(), labels.end());
  std::sort(sorted.begin(), sorted.end(), [](const MetricLabel& a, const MetricLabel& b) { return a.name < b.name; });
  Writer text;
  for (const MetricLabel& label : sorted) {
    if (!text.empty()) text.byte(',');
    write_label_name(text, label.name);
    text.append(Text("=\""));
    write_label_value(text, label.value);
    text.byte('"');
  }
  return arena_.copy(text.text());
}

SelfMetrics::Series& SelfMetrics::series(const MetricInfo& info, Kind kind, std::initializer_list<MetricLabel> labels) {
  auto family = std::lower_bound(families_.begin(), families_.end(), info.name,
                                 [](const Family& f, Text name) { return f.info.name < name; });
  if (family == families_.end() || family->info.name != info.name) {
    MetricInfo copy = {arena_.copy(info.name), arena_.copy(info.help), arena_.copy(info.unit), arena_.copy(info.scope)};
    family = families_.insert(family, Family{copy, kind, {}});
  }
  const Text rendered = render_labels({labels.begin(), labels.size()});
  for (Series& s : family->series)
    if (s.labels == rendered) return s;
  family->series.push_back(Series{rendered, nullptr, nullptr, nullptr, nullptr});
  return family->series.back();
}

int64_t* SelfMetrics::counter(const MetricInfo& info, std::initializer_list<MetricLabel> labels) {
  Series& s = series(info, Kind::Counter, labels);
  if (!s.cell) s.cell = arena_.make<int64_t>(0);
  return s.cell;
}

int64_t* SelfMetrics::gauge(const MetricInfo& info, std::initializer_list<MetricLabel> labels) {
  Series& s = series(info, Kind::Gauge, labels);
  if (!s.cell) s.cell = arena_.make<int64_t>(0);
  return s.cell;
}

MetricHistogram* SelfMetrics::histogram(const MetricInfo& info, std::initializer_list<MetricLabel> labels,
                                        std::initializer_list<double> bounds) {
  Series& s = series(info, Kind::Histogram, labels);
  if (s.histogram) return s.histogram;
  s.histogram = arena_.make<MetricHistogram>();
  auto* copy = arena_.array<double>(bounds.size());
  std::copy(bounds.begin(), bounds.end(), copy);
  s.histogram->bounds_ = copy;
  s.histogram->bound_count_ = static_cast<uint32_t>(bounds.size());
  s.histogram->counts_ = arena_.array<uint64_t>(bounds.size() + 1);
  std::fill_n(s.histogram->counts_, bounds.size() + 1, 0);
  return s.histogram;
}

void SelfMetrics::observe_counter(const MetricInfo& info, std::initializer_list<MetricLabel> labels, Read read,
                                  void* self) {
  Series& s = series(info, Kind::Counter, labels);
  s.read = read;
  s.self = self;
}

void SelfMetrics::observe_gauge(const MetricInfo& info, std::initializer_list<MetricLabel> labels, Read read,
                                void* self) {
  Series& s = series(info, Kind::Gauge, labels);
  s.read = read;
  s.self = self;
}

void SelfMetrics::target(std::span<const MetricLabel> labels) {
  target_ = render_labels(labels);
}

void SelfMetrics::constant(std::span<const MetricLabel> labels) {
  constant_ = render_labels(labels);
}

static double cpu_seconds(void*) {
  rusage usage;
  if (getrusage(RUSAGE_SELF, &usage) < 0) return 0;
  auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The second number of /proc/self/statm: resident pages.
static double resident_bytes(void*) {
  char text[128];
  const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return 0;
  text[n] = 0;
  unsigned long long total = 0, resident = 0;
  if (sscanf(text, "%llu %llu", &total, &resident) != 2) return 0;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void SelfMetrics::observe_process() {
  static constexpr Text kScope = "go.opentelemetry.io/collector/service";
  observe_counter({"otelcol_process_cpu_seconds", "Total CPU user and system time in seconds", "s", kScope}, {},
                  cpu_seconds, nullptr);
  observe_gauge({"otelcol_process_memory_rss", "Total physical memory (resident set size)", "By", kScope}, {},
                resident_bytes, nullptr);
  auto* start = arena_.make<int64_t>(monotonic_ns());
  observe_counter(
      {"otelcol_process_uptime", "Uptime of the process", "s", kScope}, {},
      [](void* since) { return static_cast<double>(monotonic_ns() - *static_cast<int64_t*>(since)) / 1e9; }, start);
}

static Text unit_suffix(Text unit) {
  static constexpr MetricLabel kWords[] = {
      {"s", "_seconds"}, {"ms", "_milliseconds"}, {"By", "_bytes"}, {"1", "_ratio"}, {"%", "_percent"}};
  for (const MetricLabel& word : kWords)
    if (word.name == unit) return word.value;
  return {};
}

static void write_name(Writer& out, const MetricInfo& info, bool counter, bool gauge, const MetricStyle& style) {
  out.append(info.name);
  if (!style.without_units && !(info.unit == "1" && !gauge)) {
    const Text suffix = unit_suffix(info.unit);
    if (!info.name.ends_with(suffix)) out.append(suffix);
  }
  if (counter && !style.without_type_suffix && !info.name.ends_with("_total")) out.append(Text("_total"));
}

static void write_number(Writer& out, double value) {
  char text[48];
  if (isnan(value)) return out.append(Text("NaN"));
  if (isinf(value)) return out.append(Text(value > 0 ? "+Inf" : "-Inf"));
  int n = 0;
  for (int digits = 15; digits <= 17; ++digits) {  // the shortest that reads back as the same number
    n = snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, nullptr) == value) break;
  }
  out.append(Text(text, static_cast<size_t>(n)));
}

static void write_count(Writer& out, long long value) {
  char text[32];
  out.append(Text(text, static_cast<size_t>(snprintf(text, sizeof text, "%lld", value))));
}

void SelfMetrics::write(Writer& out, const MetricStyle& style) const {
  for (const Family& family : families_) {
    const bool counter = family.kind == Kind::Counter, gauge = family.kind == Kind::Gauge;
    auto name = [&] { write_name(out, family.info, counter, gauge, style); };
    out.append(Text("# HELP "));
    name();
    out.byte(' ');
    for (char c : family.info.help) {
      if (c == '\\') out.byte('\\');
      if (c == '\n') out.append(Text("\\n"));
      else out.byte(static_cast<uint8_t>(c));
    }
    out.append(Text("\n# TYPE "));
    name();
    out.append(Text(counter ? " counter\n" : gauge ? " gauge\n" : " histogram\n"));
    for (const Series& s : family.series) {
      // One sample: `name_part{labels,extra="value"} number`.
      auto head = [&](Text part, Text extra_name, double extra) {
        name();
        out.append(part);
        const bool scope = !style.without_scope_info;
        if (s.labels.empty() && constant_.empty() && !scope && extra_name.empty()) return out.byte(' ');
        out.byte('{');
        bool comma = false;
        auto separate = [&] {
          if (comma) out.byte(',');
          comma = true;
        };
        if (!s.labels.empty()) separate(), out.append(s.labels);
        if (!constant_.empty()) separate(), out.append(constant_);
        if (scope) {
          separate();
          out.append(Text("otel_scope_name=\""));
          write_label_value(out, family.info.scope);
          out.append(Text("\",otel_scope_schema_url=\"\",otel_scope_version=\"\""));
        }
        if (!extra_name.empty()) {
          separate();
          out.append(extra_name);
          out.append(Text("=\""));
          write_number(out, extra);
          out.byte('"');
        }
        out.append(Text("} "));
      };
      if (s.histogram) {
        uint64_t below = 0;
        for (uint32_t i = 0; i <= s.histogram->bound_count_; ++i) {
          below += s.histogram->counts_[i];
          head("_bucket", "le", i < s.histogram->bound_count_ ? s.histogram->bounds_[i] : INFINITY);
          write_count(out, static_cast<long long>(below));
          out.byte('\n');
        }
        head("_sum", {}, 0);
        write_number(out, s.histogram->sum_);
        out.byte('\n');
        head("_count", {}, 0);
        write_count(out, static_cast<long long>(s.histogram->total_));
      } else {
        head({}, {}, 0);
        if (s.read) write_number(out, s.read(s.self));
        else write_count(out, s.cell ? *s.cell : 0);
      }
      out.byte('\n');
    }
  }
  if (!style.without_target_info) {
    out.append(Text("# HELP target_info Target metadata\n# TYPE target_info gauge\ntarget_info{"));
    out.append(target_);
    out.append(Text("} 1\n"));
  }
}

}  // namespace whittle
