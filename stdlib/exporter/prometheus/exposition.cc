// SPDX-License-Identifier: Apache-2.0
#include "stdlib/exporter/prometheus/exposition.h"

#include "runtime/base/json.h"
#include "runtime/base/number.h"
#include "runtime/http/header.h"
#include "stdlib/exporter/prometheus/buckets.h"

#include <algorithm>
#include <bit>
#include <math.h>
#include <optional>

namespace whittle::prometheus_exporter {

namespace {

// ---- what is asked for

struct Accepted {
  Text type;
  Text version, proto, encoding, escaping;
  double q = 1;
  size_t place = 0;
};

Accepted parse_accepted(Text part) {
  Accepted out;
  bool first = true;
  while (!part.empty() || first) {
    const size_t semicolon = part.find(';');
    const Text piece = trim_blanks(part.substr(0, semicolon));
    part = semicolon == Text::npos ? Text() : part.substr(semicolon + 1);
    if (first) {
      out.type = piece;
      first = false;
      continue;
    }
    const size_t equals = piece.find('=');
    if (equals == Text::npos) continue;
    const Text key = trim_blanks(piece.substr(0, equals)), value = trim_blanks(piece.substr(equals + 1));
    if (key == "q") out.q = parse_double(value).value_or(1);
    else if (key == "version") out.version = value;
    else if (key == "proto") out.proto = value;
    else if (key == "encoding") out.encoding = value;
    else if (key == "escaping") out.escaping = value;
  }
  return out;
}

constexpr Text kProtobuf = "application/vnd.google.protobuf", kFamily = "io.prometheus.client.MetricFamily",
               kOpenMetrics = "application/openmetrics-text";

// ---- protobuf: fields of what is being written

void put_text(Writer& out, uint32_t number, Text t) {
  wire::put_len(out, number, as_bytes(t));
}
void put_double(Writer& out, uint32_t number, double v) {
  wire::put_tag(out, number, wire::kI64);
  wire::put_i64(out, std::bit_cast<uint64_t>(v));
}
void put_uint(Writer& out, uint32_t number, uint64_t v) {
  wire::put_tag(out, number, wire::kVarint);
  wire::put_varint(out, v);
}
void put_sint(Writer& out, uint32_t number, int64_t v) {
  put_uint(out, number, static_cast<uint64_t>(v) << 1 ^ static_cast<uint64_t>(v >> 63));
}
void put_time(Writer& out, uint32_t number, uint64_t ns) {
  Writer time;
  put_uint(time, 1, ns / 1'000'000'000);
  put_uint(time, 2, ns % 1'000'000'000);
  wire::put_len(out, number, time.bytes());
}
void put_created(Writer& out, uint32_t number, const Series& s) {
  if (s.start_ns >= 1'000'000'000) put_time(out, number, s.start_ns);
}

// The tags of fields up to 15 have one byte.
size_t text_size(Text t) {
  return 1 + wire::varint_size(t.size()) + t.size();
}

void put_label(Writer& out, uint32_t number, Text name, Text value) {
  wire::put_tag(out, number, wire::kLen);
  wire::put_varint(out, text_size(name) + text_size(value));
  put_text(out, 1, name);
  put_text(out, 2, value);
}

// "trace_id" and "span_id", as they are labels of exemplars.
template <class F>
void each_label(const Exemplar& e, F f) {
  Writer hex;
  if (e.has_span) {
    append_hex(hex, {e.span_id, sizeof e.span_id});
    f(Text("span_id"), hex.text());
    hex.clear();
  }
  if (e.has_trace) {
    append_hex(hex, {e.trace_id, sizeof e.trace_id});
    f(Text("trace_id"), hex.text());
  }
}

void put_exemplar(Writer& out, uint32_t number, const Exemplar& e) {
  Writer message;
  each_label(e, [&](Text name, Text value) { put_label(message, 1, name, value); });
  put_double(message, 2, e.value);
  put_time(message, 3, e.time_ns);
  wire::put_len(out, number, message.bytes());
}

// Runs of buckets, and each population as its difference from the one before: gaps of up to two buckets are filled.
void put_native(Writer& out, uint32_t spans, uint32_t deltas, const std::vector<NativeBucket>& buckets) {
  struct Span {
    int64_t offset;
    uint64_t length;
  };
  std::vector<Span> list;
  std::vector<int64_t> differences;
  int64_t before = 0, next = 0;
  auto add = [&](int64_t count) {
    ++list.back().length;
    differences.push_back(count - before);
    before = count;
  };
  for (const NativeBucket& b : buckets) {
    const int64_t gap = b.index - next;
    if (list.empty() || gap > 2) list.push_back({gap, 0});
    else
      for (int64_t i = 0; i < gap; ++i) add(0);
    add(b.count);
    next = b.index + 1;
  }
  Writer span;
  for (const Span& s : list) {
    span.clear();
    put_sint(span, 1, s.offset);
    put_uint(span, 2, s.length);
    wire::put_len(out, spans, span.bytes());
  }
  for (int64_t d : differences) put_sint(out, deltas, d);
}

// ---- text

void append_float(Writer& out, double v) {
  if (isnan(v)) return out.append(Text("NaN"));
  if (isinf(v)) return out.append(v > 0 ? Text("+Inf") : Text("-Inf"));
  if (v == 0) return out.byte('0');
  out.advance(format_double_general(reinterpret_cast<char*>(out.room(kNumberRoom)), v));
}

// OpenMetrics' numbers show that they are no integers.
void append_open_float(Writer& out, double v) {
  const size_t at = out.size();
  append_float(out, v);
  if (isfinite(v) && out.text().substr(at).find_first_of("e.") == Text::npos) out.append(Text(".0"));
}

void append_escaped(Writer& out, Text t, bool quotes) {
  for (size_t at; (at = t.find_first_of("\\\n\"")) != Text::npos; t.remove_prefix(at + 1)) {
    out.append(t.substr(0, at));
    if (t[at] == '\n') out.append(Text("\\n"));
    else if (t[at] == '\\') out.append(Text("\\\\"));
    else out.append(quotes ? Text("\\\"") : Text("\""));
  }
  out.append(t);
}

struct ClassicBucket {
  double bound;
  uint64_t count;  // up to the bound
  const Exemplar* exemplar;
  size_t place;
};

// By their bounds, each once; with the last where an exemplar lies there.
std::vector<ClassicBucket> classic_buckets(const Distribution& d) {
  std::vector<ClassicBucket> out;
  for (size_t i = 0; i < d.bounds.size(); ++i)
    out.push_back({d.bounds[i], i < d.counts.size() ? d.counts[i] : 0, nullptr, i});
  std::sort(out.begin(), out.end(), [](const ClassicBucket& a, const ClassicBucket& b) {
    return a.bound != b.bound ? a.bound < b.bound : a.place < b.place;
  });
  size_t n = 0;
  uint64_t sum = 0;
  for (const ClassicBucket& b : out) {
    if (n > 0 && out[n - 1].bound == b.bound) continue;  // the first of equal bounds counts
    sum += b.count;
    out[n++] = {b.bound, sum, nullptr, 0};
  }
  out.resize(n);
  for (const Exemplar& e : d.exemplars) {
    if (isnan(e.value)) continue;
    auto at = std::find_if(out.begin(), out.end(), [&](const ClassicBucket& b) { return b.bound >= e.value; });
    if (at == out.end()) at = out.insert(at, {INFINITY, d.count, nullptr, 0});
    at->exemplar = &e;
  }
  return out;
}

}  // namespace

Wanted negotiate(Text accept, bool open_metrics) {
  std::vector<Accepted> list;
  for (Text rest = accept; !rest.empty();) {
    const size_t comma = rest.find(',');
    list.push_back(parse_accepted(rest.substr(0, comma)));
    list.back().place = list.size();
    rest = comma == Text::npos ? Text() : rest.substr(comma + 1);
    if (list.size() == 32) break;
  }
  std::sort(list.begin(), list.end(),
            [](const Accepted& a, const Accepted& b) { return a.q != b.q ? a.q > b.q : a.place < b.place; });
  Wanted out;
  for (const Accepted& a : list) {
    for (Escaping e : {Escaping::Underscores, Escaping::AllowUtf8, Escaping::Dots, Escaping::Values})
      if (a.escaping == escaping_name(e)) out.escaping = e;
    if (a.type == kProtobuf && a.proto == kFamily && a.encoding == "delimited") {
      out.form = Form::Protobuf;
      return out;
    }
    if (a.type == "text/plain" && (a.version.empty() || a.version == "0.0.4")) return out;
    if (open_metrics && a.type == kOpenMetrics && (a.version.empty() || a.version == "0.0.1" || a.version == "1.0.0")) {
      out.form = a.version == "1.0.0" ? Form::OpenMetrics100 : Form::OpenMetrics001;
      return out;
    }
  }
  return out;
}

void append_content_type(Writer& out, const Wanted& wanted) {
  switch (wanted.form) {
  case Form::Text: out.append(Text("text/plain; version=0.0.4; charset=utf-8")); break;
  case Form::OpenMetrics001: out.append(Text("application/openmetrics-text; version=0.0.1; charset=utf-8")); break;
  case Form::OpenMetrics100: out.append(Text("application/openmetrics-text; version=1.0.0; charset=utf-8")); break;
  case Form::Protobuf:
    out.append(Text("application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"));
    break;
  }
  out.append(Text("; escaping="));
  out.append(escaping_name(wanted.escaping));
}

// A name that has been escaped, in quotes where it needs them.
void Exposition::name(Text n) {
  if (is_plain_name(n)) return out_.append(n);
  out_.byte('"');
  append_escaped(out_, n, true);
  out_.byte('"');
}

void Exposition::family(Text n, Text help, FamilyType type) {
  proto_family_end();
  type_ = type;
  family_.clear();
  append_escaped_name(family_, n, wanted_.escaping);
  if (wanted_.form == Form::Protobuf) {
    open_ = true;
    message_.clear();
    put_text(message_, 1, family_.text());
    put_text(message_, 2, help);
    put_uint(message_, 3, static_cast<uint64_t>(type));
    return;
  }
  // OpenMetrics' counters are called without what their samples end in; one that does not end so is no counter there.
  total_ = open_metrics() && type == FamilyType::Counter && family_.text().ends_with("_total");
  Text shown = family_.text();
  if (total_) shown.remove_suffix(6);
  out_.append(Text("# HELP "));
  name(shown);
  out_.byte(' ');
  append_escaped(out_, help, open_metrics());
  out_.append(Text("\n# TYPE "));
  name(shown);
  switch (type) {
  case FamilyType::Counter: out_.append(open_metrics() && !total_ ? Text(" unknown\n") : Text(" counter\n")); break;
  case FamilyType::Gauge: out_.append(Text(" gauge\n")); break;
  case FamilyType::Summary: out_.append(Text(" summary\n")); break;
  case FamilyType::Histogram: out_.append(Text(" histogram\n")); break;
  }
}

// The name of a sample and its labels, `extra` behind them.
void Exposition::line(const Labels& labels, Text suffix, Text extra, double extra_value) {
  const bool plain = is_plain_name(family_.text());
  bool first = true;
  auto next = [&] {
    out_.byte(first ? '{' : ',');
    first = false;
  };
  if (plain) {
    out_.append(family_.text());
    out_.append(suffix);
  } else {
    next();
    out_.byte('"');
    append_escaped(out_, family_.text(), true);
    out_.append(suffix);
    out_.byte('"');
  }
  for (uint32_t i = 0; i < labels.count; ++i) {
    next();
    const Text label = labels.name(i);
    if (is_plain_name(label)) {
      out_.append(label);
    } else {
      escaped_.clear();
      append_escaped_name(escaped_, label, wanted_.escaping);
      name(escaped_.text());
    }
    out_.append(Text("=\""));
    append_escaped(out_, labels.value(i), true);
    out_.byte('"');
  }
  if (!extra.empty()) {
    next();
    out_.append(extra);
    out_.append(Text("=\""));
    if (open_metrics()) append_open_float(out_, extra_value);
    else append_float(out_, extra_value);
    out_.byte('"');
  }
  if (!first) out_.byte('}');
  out_.byte(' ');
}

void Exposition::number(double v) {
  if (open_metrics()) append_open_float(out_, v);
  else append_float(out_, v);
}

void Exposition::line_end(const Series* s, const Exemplar* exemplar) {
  if (timestamps_ && s) {
    const int64_t ms = static_cast<int64_t>(s->time_ns) / 1'000'000;
    out_.byte(' ');
    if (open_metrics()) append_open_float(out_, static_cast<double>(ms) / 1000);
    else append_int(out_, ms);
  }
  if (exemplar && open_metrics() && (exemplar->has_trace || exemplar->has_span)) {
    out_.append(Text(" # {"));
    bool first = true;
    each_label(*exemplar, [&](Text n, Text value) {
      if (!first) out_.byte(',');
      first = false;
      for (Text t : {n, Text("=\""), value, Text("\"")}) out_.append(t);
    });
    out_.append(Text("} "));
    append_open_float(out_, exemplar->value);
    out_.byte(' ');
    append_open_float(out_, static_cast<double>(static_cast<int64_t>(exemplar->time_ns)) / 1e9);
  }
  out_.byte('\n');
}

void Exposition::sample(const std::vector<Label>& labels, double value) {
  const Labels own{.own = labels.data(), .count = static_cast<uint32_t>(labels.size())};
  if (wanted_.form == Form::Protobuf) {
    metric_.clear();
    proto_labels(metric_, own);
    inner_.clear();
    put_double(inner_, 1, value);
    wire::put_len(metric_, 2, inner_.bytes());
    return wire::put_len(message_, 4, metric_.bytes());
  }
  line(own, {}, {}, 0);
  number(value);
  line_end(nullptr, nullptr);
}

void Exposition::series(const Series& s) {
  if (wanted_.form == Form::Protobuf) proto_series(s);
  else text_series(s);
}

void Exposition::text_series(const Series& s) {
  switch (type_) {
  case FamilyType::Counter:
  case FamilyType::Gauge:
    line({.of = &s, .count = s.label_count()}, {}, {}, 0);
    number(s.value());
    return line_end(&s, s.more && !s.more->exemplars.empty() ? &s.more->exemplars.back() : nullptr);
  case FamilyType::Summary:
    for (const Distribution::Quantile& q : s.more->quantiles) {
      line({.of = &s, .count = s.label_count()}, {}, "quantile", q.quantile);
      number(q.value);
      line_end(&s, nullptr);
    }
    break;
  case FamilyType::Histogram: text_histogram(s); break;
  }
  line({.of = &s, .count = s.label_count()}, "_sum", {}, 0);
  number(s.more->sum);
  line_end(&s, nullptr);
  line({.of = &s, .count = s.label_count()}, "_count", {}, 0);
  append_uint(out_, s.more->count);
  line_end(&s, nullptr);
}

void Exposition::text_histogram(const Series& s) {
  bool last = false;
  auto bucket = [&](double bound, uint64_t count, const Exemplar* exemplar) {
    line({.of = &s, .count = s.label_count()}, "_bucket", "le", bound);
    append_uint(out_, count);
    line_end(&s, exemplar);
    last |= isinf(bound) && bound > 0;
  };
  if (s.kind == views::Metric::DataCase::Histogram)
    for (const ClassicBucket& b : classic_buckets(*s.more)) bucket(b.bound, b.count, b.exemplar);
  if (!last) bucket(INFINITY, s.more->count, nullptr);
}

void Exposition::proto_labels(Writer& to, const Labels& labels) {
  for (uint32_t i = 0; i < labels.count; ++i) {
    const Text label = labels.name(i);
    if (is_plain_name(label)) {
      put_label(to, 1, label, labels.value(i));
      continue;
    }
    escaped_.clear();
    append_escaped_name(escaped_, label, wanted_.escaping);
    put_label(to, 1, escaped_.text(), labels.value(i));
  }
}

void Exposition::proto_histogram(Writer& to, const Series& s) {
  const Distribution& d = *s.more;
  put_uint(to, 1, d.count);
  put_double(to, 2, d.sum);
  if (s.kind == views::Metric::DataCase::Histogram) {
    Writer bucket;
    for (const ClassicBucket& b : classic_buckets(d)) {
      bucket.clear();
      put_uint(bucket, 1, b.count);
      put_double(bucket, 2, b.bound);
      if (b.exemplar) put_exemplar(bucket, 3, *b.exemplar);
      wire::put_len(to, 3, bucket.bytes());
    }
    return put_created(to, 15, s);
  }
  constexpr double kZeroThreshold = 1e-128;  // where none is said
  const int32_t finer = std::max(0, d.scale - kFinestScale);
  put_sint(to, 5, std::min(d.scale, kFinestScale));
  put_double(to, 6, d.zero_threshold == 0 ? kZeroThreshold : d.zero_threshold);
  put_uint(to, 7, d.zero_count);
  put_native(to, 9, 10, native_buckets(d.negative, finer));
  put_native(to, 12, 13, native_buckets(d.positive, finer));
  put_created(to, 15, s);
  for (const Exemplar& e : d.exemplars) put_exemplar(to, 16, e);
}

void Exposition::proto_series(const Series& s) {
  metric_.clear();
  inner_.clear();
  proto_labels(metric_, {.of = &s, .count = s.label_count()});
  uint32_t number = 2;
  switch (type_) {
  case FamilyType::Gauge: put_double(inner_, 1, s.value()); break;
  case FamilyType::Counter:
    number = 3;
    put_double(inner_, 1, s.value());
    if (s.more && !s.more->exemplars.empty()) put_exemplar(inner_, 2, s.more->exemplars.back());
    put_created(inner_, 3, s);
    break;
  case FamilyType::Summary:
    number = 4;
    put_uint(inner_, 1, s.more->count);
    put_double(inner_, 2, s.more->sum);
    for (const Distribution::Quantile& q : s.more->quantiles) {
      Writer quantile;
      put_double(quantile, 1, q.quantile);
      put_double(quantile, 2, q.value);
      wire::put_len(inner_, 3, quantile.bytes());
    }
    put_created(inner_, 4, s);
    break;
  case FamilyType::Histogram:
    number = 7;
    proto_histogram(inner_, s);
    break;
  }
  wire::put_len(metric_, number, inner_.bytes());
  if (timestamps_) put_uint(metric_, 6, static_cast<uint64_t>(static_cast<int64_t>(s.time_ns) / 1'000'000));
  wire::put_len(message_, 4, metric_.bytes());
}

void Exposition::proto_family_end() {
  if (!open_) return;
  wire::put_varint(out_, message_.size());
  out_.append(message_.bytes());
  open_ = false;
}

void Exposition::end() {
  proto_family_end();
  if (open_metrics()) out_.append(Text("# EOF\n"));
}

}  // namespace whittle::prometheus_exporter
