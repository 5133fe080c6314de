// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/paths.h"

#include <array>

namespace whittle::ottl {

namespace {

using T = Type;

constexpr std::string_view kContextNames[] = {"resource",  "scope",    "span", "spanevent", "metric",
                                              "datapoint", "exemplar", "log",  "otelcol"};
static_assert(std::size(kContextNames) == kContexts);

// ---- fields

template <size_t N>
using Fields = std::array<FieldPath, N>;

template <uint8_t number, uint8_t inner = 0>
constexpr Fields<1> kSpanField{{{"Span", number, inner}}};
template <uint8_t number>
constexpr Fields<1> kEventField{{{"Event", number}}};
template <uint8_t number>
constexpr Fields<1> kLogField{{{"LogRecord", number}}};
template <uint8_t number>
constexpr Fields<1> kMetricField{{{"Metric", number}}};
template <uint8_t number>
constexpr Fields<1> kResourceField{{{"Resource", number}}};
template <uint8_t number>
constexpr Fields<1> kScopeField{{{"InstrumentationScope", number}}};
template <uint8_t number>
constexpr Fields<1> kExemplarField{{{"Exemplar", number}}};
template <uint8_t number>
constexpr Fields<1> kNumberField{{{"NumberDataPoint", number}}};
template <uint8_t number>
constexpr Fields<1> kHistogramField{{{"HistogramDataPoint", number}}};
template <uint8_t number, uint8_t inner = 0>
constexpr Fields<1> kExponentialField{{{"ExponentialHistogramDataPoint", number, inner}}};

// A field of all four kinds of data points.
template <uint8_t of_number, uint8_t of_histogram, uint8_t of_exponential, uint8_t of_summary>
constexpr Fields<4> kPointField{{{"NumberDataPoint", of_number},
                                 {"HistogramDataPoint", of_histogram},
                                 {"ExponentialHistogramDataPoint", of_exponential},
                                 {"SummaryDataPoint", of_summary}}};
// A field that number points do not have.
template <uint8_t number>
constexpr Fields<3> kDistributionField{
    {{"HistogramDataPoint", number}, {"ExponentialHistogramDataPoint", number}, {"SummaryDataPoint", number}}};

constexpr FieldPath kExemplarsFields[] = {
    {"NumberDataPoint", 5}, {"HistogramDataPoint", 8}, {"ExponentialHistogramDataPoint", 11}};
constexpr FieldPath kQuantilesFields[] = {{"SummaryDataPoint", 6}};
constexpr FieldPath kTypeFields[] = {{"Metric", 5}, {"Metric", 7}, {"Metric", 9}, {"Metric", 10}, {"Metric", 11}};
constexpr FieldPath kPointsFields[] = {
    {"Metric", 5, 1}, {"Metric", 7, 1}, {"Metric", 9, 1}, {"Metric", 10, 1}, {"Metric", 11, 1}};
constexpr FieldPath kTemporalityFields[] = {{"Metric", 7, 2}, {"Metric", 9, 2}, {"Metric", 10, 2}};
constexpr FieldPath kMonotonicFields[] = {{"Metric", 7, 3}};
constexpr FieldPath kResourceSchema[] = {{"ResourceSpans", 3}, {"ResourceMetrics", 3}, {"ResourceLogs", 3}};
constexpr FieldPath kScopeSchema[] = {{"ScopeSpans", 3}, {"ScopeMetrics", 3}, {"ScopeLogs", 3}};

// ---- entries

constexpr TypeSet kMapWrites = kMaps;

constexpr PathEntry map(Context c, std::string_view name, std::span<const FieldPath> fields, std::string_view doc,
                        TypeSet also = {}) {
  return {c, name, TypeSet(T::Map) | also, kMapWrites, Keys::Map, Form::Plain, fields, doc};
}

// A field of one type. `also`: what reading gives besides, where the record has no such field.
constexpr PathEntry field(Context c, std::string_view name, Type type, std::span<const FieldPath> fields,
                          std::string_view doc, Form form = Form::Plain, TypeSet also = {}) {
  return {c, name, TypeSet(type) | also, type, Keys::None, form, fields, doc};
}

constexpr PathEntry ranged(Context c, std::string_view name, Type type, std::span<const FieldPath> fields,
                           std::string_view doc) {
  PathEntry e = field(c, name, type, fields, doc);
  e.unsigned_only = true;
  return e;
}

constexpr PathEntry cache(Context c) {
  return {c, "cache", T::Map, kMapWrites, Keys::Map, Form::Cache, {}, "A map of its own for each record and group."};
}

constexpr Context R = Context::Resource, S = Context::Scope, P = Context::Span, E = Context::SpanEvent,
                  M = Context::Metric, D = Context::DataPoint, X = Context::Exemplar, L = Context::Log,
                  O = Context::OtelCol;

constexpr PathEntry kResource[] = {
    map(R, "attributes", kResourceField<1>, "The resource's attributes."),
    field(R, "dropped_attributes_count", T::Int, kResourceField<2>, "How many attributes were dropped."),
    field(R, "schema_url", T::String, kResourceSchema, "The schema that the resource follows.", Form::Schema),
    cache(R),
};

constexpr PathEntry kScope[] = {
    field(S, "name", T::String, kScopeField<1>, "Name of the instrumentation scope."),
    field(S, "version", T::String, kScopeField<2>, "Its version."),
    map(S, "attributes", kScopeField<3>, "Its attributes."),
    field(S, "dropped_attributes_count", T::Int, kScopeField<4>, "How many attributes were dropped."),
    field(S, "schema_url", T::String, kScopeSchema, "The schema that the scope's records follow.", Form::Schema),
    cache(S),
};

constexpr PathEntry kSpan[] = {
    field(P, "trace_id", T::TraceId, kSpanField<1>, "The trace's id.", Form::Id),
    field(P, "trace_id.string", T::String, kSpanField<1>, "The trace's id in hex.", Form::IdText),
    field(P, "span_id", T::SpanId, kSpanField<2>, "The span's id.", Form::Id),
    field(P, "span_id.string", T::String, kSpanField<2>, "The span's id in hex.", Form::IdText),
    {P, "trace_state", T::String, T::String, Keys::One, Form::TraceState, kSpanField<3>,
     "The trace state, or with a key one member of it."},
    field(P, "parent_span_id", T::SpanId, kSpanField<4>, "The parent's id.", Form::Id),
    field(P, "parent_span_id.string", T::String, kSpanField<4>, "The parent's id in hex.", Form::IdText),
    field(P, "name", T::String, kSpanField<5>, "The span's name."),
    field(P, "kind", T::Int, kSpanField<6>, "The kind as a number."),
    field(P, "kind.string", T::String, kSpanField<6>, "The kind as `Server`.", Form::KindText),
    field(P, "kind.deprecated_string", T::String, kSpanField<6>, "The kind as `SPAN_KIND_SERVER`.", Form::KindConstant),
    field(P, "start_time_unix_nano", T::Int, kSpanField<7>, "The start in nanoseconds.", Form::Nanoseconds),
    field(P, "end_time_unix_nano", T::Int, kSpanField<8>, "The end in nanoseconds.", Form::Nanoseconds),
    field(P, "start_time", T::Time, kSpanField<7>, "The start.", Form::Time),
    field(P, "end_time", T::Time, kSpanField<8>, "The end.", Form::Time),
    map(P, "attributes", kSpanField<9>, "The span's attributes."),
    field(P, "dropped_attributes_count", T::Int, kSpanField<10>, "How many attributes were dropped."),
    field(P, "events", T::Events, kSpanField<11>, "The span's events."),
    field(P, "dropped_events_count", T::Int, kSpanField<12>, "How many events were dropped."),
    field(P, "links", T::Links, kSpanField<13>, "The span's links."),
    field(P, "dropped_links_count", T::Int, kSpanField<14>, "How many links were dropped."),
    field(P, "status", T::Status, kSpanField<15>, "The status."),
    field(P, "status.code", T::Int, kSpanField<15, 3>, "The status' code as a number."),
    field(P, "status.message", T::String, kSpanField<15, 2>, "The status' message."),
    ranged(P, "flags", T::Int, kSpanField<16>, "The flags."),
    cache(P),
};

constexpr PathEntry kSpanEvent[] = {
    field(E, "time_unix_nano", T::Int, kEventField<1>, "When it happened, in nanoseconds.", Form::Nanoseconds),
    field(E, "time", T::Time, kEventField<1>, "When it happened.", Form::Time),
    field(E, "name", T::String, kEventField<2>, "The event's name."),
    map(E, "attributes", kEventField<3>, "The event's attributes."),
    field(E, "dropped_attributes_count", T::Int, kEventField<4>, "How many attributes were dropped."),
    {E, "event_index", T::Int, {}, Keys::None, Form::Index, {}, "The event's place within its span, from 0."},
    cache(E),
};

constexpr PathEntry kMetric[] = {
    field(M, "name", T::String, kMetricField<1>, "The metric's name."),
    field(M, "description", T::String, kMetricField<2>, "Its description."),
    field(M, "unit", T::String, kMetricField<3>, "Its unit."),
    {M,
     "type",
     T::Int,
     {},
     Keys::None,
     Form::MetricType,
     kTypeFields,
     "Which kind of metric it is, as a number.",
     true},
    field(M, "aggregation_temporality", T::Int, kTemporalityFields,
          "Delta or cumulative, as a number; nil for gauges and summaries.", Form::Plain, T::Nil),
    field(M, "is_monotonic", T::Bool, kMonotonicFields, "Whether a sum only grows; nil for other metrics.", Form::Plain,
          T::Nil),
    field(M, "data_points", T::DataPoints, kPointsFields, "The data points.", Form::Points, T::Nil),
    map(M, "metadata", kMetricField<12>, "Metadata of the metric."),
    cache(M),
};

constexpr PathEntry kDataPoint[] = {
    map(D, "attributes", kPointField<7, 9, 1, 7>, "The data point's attributes."),
    field(D, "start_time_unix_nano", T::Int, kPointField<2, 2, 2, 2>, "When counting began, in nanoseconds.",
          Form::Nanoseconds),
    field(D, "time_unix_nano", T::Int, kPointField<3, 3, 3, 3>, "When it was taken, in nanoseconds.",
          Form::Nanoseconds),
    field(D, "start_time", T::Time, kPointField<2, 2, 2, 2>, "When counting began.", Form::Time),
    field(D, "time", T::Time, kPointField<3, 3, 3, 3>, "When it was taken.", Form::Time),
    field(D, "value_double", T::Double, kNumberField<4>, "A number point's double, 0 where it has an int.",
          Form::NumberAsDouble, T::Nil),
    field(D, "value_int", T::Int, kNumberField<6>, "A number point's int, 0 where it has a double.", Form::NumberAsInt,
          T::Nil),
    field(D, "exemplars", T::Exemplars, kExemplarsFields, "The exemplars; nil for summaries.", Form::Plain, T::Nil),
    field(D, "flags", T::Int, kPointField<8, 10, 10, 8>, "The flags."),
    field(D, "count", T::Int, kDistributionField<4>, "How many values; nil for number points.", Form::Plain, T::Nil),
    field(D, "sum", T::Double, kDistributionField<5>, "Their sum; nil for number points.", Form::Plain, T::Nil),
    {D,
     "bucket_counts",
     {T::Nil, T::Counts},
     {T::Slice, T::Array, T::Ints, T::Counts},
     Keys::None,
     Form::Plain,
     kHistogramField<6>,
     "Counts of a histogram's buckets."},
    {D,
     "explicit_bounds",
     {T::Nil, T::Doubles},
     {T::Slice, T::Array, T::Doubles},
     Keys::None,
     Form::Plain,
     kHistogramField<7>,
     "Bounds of a histogram's buckets."},
    field(D, "scale", T::Int, kExponentialField<6>, "An exponential histogram's scale.", Form::Plain, T::Nil),
    field(D, "zero_count", T::Int, kExponentialField<7>, "How many values an exponential histogram counts as zero.",
          Form::Plain, T::Nil),
    field(D, "positive", T::Buckets, kExponentialField<8>, "An exponential histogram's positive buckets.", Form::Plain,
          T::Nil),
    field(D, "positive.offset", T::Int, kExponentialField<8, 1>, "Index of the first of them.", Form::Plain, T::Nil),
    {D,
     "positive.bucket_counts",
     {T::Nil, T::Counts},
     {T::Slice, T::Array, T::Ints, T::Counts},
     Keys::None,
     Form::Plain,
     kExponentialField<8, 2>,
     "Their counts."},
    field(D, "negative", T::Buckets, kExponentialField<9>, "An exponential histogram's negative buckets.", Form::Plain,
          T::Nil),
    field(D, "negative.offset", T::Int, kExponentialField<9, 1>, "Index of the first of them.", Form::Plain, T::Nil),
    {D,
     "negative.bucket_counts",
     {T::Nil, T::Counts},
     {T::Slice, T::Array, T::Ints, T::Counts},
     Keys::None,
     Form::Plain,
     kExponentialField<9, 2>,
     "Their counts."},
    field(D, "quantile_values", T::Quantiles, kQuantilesFields, "A summary's quantiles.", Form::Plain, T::Nil),
    cache(D),
};

constexpr PathEntry kExemplar[] = {
    field(X, "time_unix_nano", T::Int, kExemplarField<2>, "When it was taken, in nanoseconds.", Form::Nanoseconds),
    field(X, "time", T::Time, kExemplarField<2>, "When it was taken.", Form::Time),
    field(X, "double_value", T::Double, kExemplarField<3>, "Its double, 0 where it has an int.", Form::NumberAsDouble),
    field(X, "int_value", T::Int, kExemplarField<6>, "Its int, 0 where it has a double.", Form::NumberAsInt),
    field(X, "trace_id", T::TraceId, kExemplarField<5>, "Id of the trace it comes from.", Form::Id),
    field(X, "trace_id.string", T::String, kExemplarField<5>, "The same in hex.", Form::IdText),
    field(X, "span_id", T::SpanId, kExemplarField<4>, "Id of the span it comes from.", Form::Id),
    field(X, "span_id.string", T::String, kExemplarField<4>, "The same in hex.", Form::IdText),
    map(X, "filtered_attributes", kExemplarField<7>, "Attributes that the data point does not have."),
    cache(X),
};

constexpr PathEntry kLog[] = {
    field(L, "time_unix_nano", T::Int, kLogField<1>, "When it happened, in nanoseconds.", Form::Nanoseconds),
    field(L, "observed_time_unix_nano", T::Int, kLogField<11>, "When it was seen, in nanoseconds.", Form::Nanoseconds),
    field(L, "time", T::Time, kLogField<1>, "When it happened.", Form::Time),
    field(L, "observed_time", T::Time, kLogField<11>, "When it was seen.", Form::Time),
    field(L, "severity_number", T::Int, kLogField<2>, "The severity as a number."),
    field(L, "severity_text", T::String, kLogField<3>, "The severity as the source calls it."),
    {L, "body", kAnyValue, kStorable, Keys::Value, Form::Plain, kLogField<5>, "The body, a value of any type."},
    field(L, "body.string", T::String, kLogField<5>, "The body as text.", Form::Text),
    map(L, "attributes", kLogField<6>, "The record's attributes."),
    field(L, "dropped_attributes_count", T::Int, kLogField<7>, "How many attributes were dropped."),
    field(L, "flags", T::Int, kLogField<8>, "The flags."),
    field(L, "trace_id", T::TraceId, kLogField<9>, "Id of the trace it belongs to.", Form::Id),
    field(L, "trace_id.string", T::String, kLogField<9>, "The same in hex.", Form::IdText),
    field(L, "span_id", T::SpanId, kLogField<10>, "Id of the span it belongs to.", Form::Id),
    field(L, "span_id.string", T::String, kLogField<10>, "The same in hex.", Form::IdText),
    field(L, "event_name", T::String, kLogField<12>, "The event's name."),
    cache(L),
};

constexpr PathEntry kOtelCol[] = {
    {O, "client.addr", {T::Nil, T::String}, {}, Keys::None, Form::External, {}, "Address of who sent the request."},
    {O, "client.auth.attributes", T::Map, {}, Keys::Map, Form::External, {}, "What the authenticator knows of them."},
    {O, "client.metadata", T::Map, {}, Keys::Map, Form::External, {}, "The request's metadata, lists of texts."},
    {O, "grpc.metadata", T::Map, {}, Keys::Map, Form::External, {}, "Metadata of a gRPC request, lists of texts."},
};

constexpr std::span<const PathEntry> kPaths[] = {kResource,  kScope,    kSpan, kSpanEvent, kMetric,
                                                 kDataPoint, kExemplar, kLog,  kOtelCol};
static_assert(std::size(kPaths) == kContexts);

constexpr Context kFromResource[] = {R, O};
constexpr Context kFromScope[] = {S, R, O};
constexpr Context kFromSpan[] = {P, S, R, O};
constexpr Context kFromSpanEvent[] = {E, P, S, R, O};
constexpr Context kFromMetric[] = {M, S, R, O};
constexpr Context kFromDataPoint[] = {D, M, S, R, O};
constexpr Context kFromExemplar[] = {X, D, M, S, R, O};
constexpr Context kFromLog[] = {L, S, R, O};

}  // namespace

std::string_view name_of(Context context) {
  return kContextNames[static_cast<int>(context)];
}

std::optional<Context> context_named(std::string_view name) {
  if (name == "instrumentation_scope") return Context::Scope;
  for (int i = 0; i < kContexts; ++i) {
    if (kContextNames[i] == name) return static_cast<Context>(i);
  }
  return std::nullopt;
}

std::span<const PathEntry> paths_of(Context context) {
  return kPaths[static_cast<int>(context)];
}

const PathEntry* find_path(Context context, std::string_view name) {
  for (const PathEntry& p : paths_of(context)) {
    if (p.name == name) return &p;
  }
  return nullptr;
}

std::span<const Context> reachable_from(Context context) {
  switch (context) {
  case Context::Resource: return kFromResource;
  case Context::Scope: return kFromScope;
  case Context::Span: return kFromSpan;
  case Context::SpanEvent: return kFromSpanEvent;
  case Context::Metric: return kFromMetric;
  case Context::DataPoint: return kFromDataPoint;
  case Context::Exemplar: return kFromExemplar;
  case Context::Log: return kFromLog;
  case Context::OtelCol: break;
  }
  return {};
}

bool reaches(Context context, Context other) {
  for (Context c : reachable_from(context)) {
    if (c == other) return true;
  }
  return false;
}

}  // namespace whittle::ottl
