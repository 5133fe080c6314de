// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/tables.h"

#include <algorithm>

namespace whittle::ottl {

namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view kStatus[] = {"code", "message"};
constexpr std::string_view kIdForms[] = {"string"};
constexpr std::string_view kKindForms[] = {"string", "deprecated_string"};
constexpr std::string_view kBodyForms[] = {"string"};
constexpr std::string_view kBuckets[] = {"offset", "bucket_counts"};

constexpr PathEntry kResource[] = {{"attributes", {}, true}, {"dropped_attributes_count"}, {"schema_url"}};
constexpr PathEntry kScope[] = {
    {"name"}, {"version"}, {"attributes", {}, true}, {"dropped_attributes_count"}, {"schema_url"}};
constexpr PathEntry kMetric[] = {{"name"},
                                 {"description"},
                                 {"unit"},
                                 {"type"},
                                 {"aggregation_temporality"},
                                 {"is_monotonic"},
                                 {"data_points"},
                                 {"metadata", {}, true},
                                 {"cache", {}, true}};
constexpr PathEntry kDataPoint[] = {{"attributes", {}, true},
                                    {"start_time_unix_nano"},
                                    {"time_unix_nano"},
                                    {"start_time"},
                                    {"time"},
                                    {"value_double"},
                                    {"value_int"},
                                    {"exemplars"},
                                    {"flags"},
                                    {"count"},
                                    {"sum"},
                                    {"bucket_counts"},
                                    {"explicit_bounds"},
                                    {"scale"},
                                    {"zero_count"},
                                    {"positive", kBuckets},
                                    {"negative", kBuckets},
                                    {"quantile_values"},
                                    {"cache", {}, true}};
constexpr PathEntry kSpan[] = {{"trace_id", kIdForms},
                               {"span_id", kIdForms},
                               {"trace_state", {}, true},
                               {"parent_span_id", kIdForms},
                               {"name"},
                               {"kind", kKindForms},
                               {"start_time_unix_nano"},
                               {"end_time_unix_nano"},
                               {"start_time"},
                               {"end_time"},
                               {"attributes", {}, true},
                               {"dropped_attributes_count"},
                               {"events"},
                               {"dropped_events_count"},
                               {"links"},
                               {"dropped_links_count"},
                               {"status", kStatus},
                               {"flags"},
                               {"cache", {}, true}};
constexpr PathEntry kSpanEvent[] = {
    {"time_unix_nano"},           {"time"},        {"name"},           {"attributes", {}, true},
    {"dropped_attributes_count"}, {"event_index"}, {"cache", {}, true}};
constexpr PathEntry kLog[] = {{"time_unix_nano"},
                              {"observed_time_unix_nano"},
                              {"time"},
                              {"observed_time"},
                              {"severity_number"},
                              {"severity_text"},
                              {"body", kBodyForms, true},
                              {"attributes", {}, true},
                              {"dropped_attributes_count"},
                              {"flags"},
                              {"trace_id", kIdForms},
                              {"span_id", kIdForms},
                              {"event_name"},
                              {"cache", {}, true}};

constexpr std::string_view kSpanEnums[] = {"SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER",
                                           "SPAN_KIND_CLIENT",      "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER",
                                           "STATUS_CODE_UNSET",     "STATUS_CODE_OK",     "STATUS_CODE_ERROR"};
constexpr std::string_view kMetricEnums[] = {"AGGREGATION_TEMPORALITY_UNSPECIFIED",
                                             "AGGREGATION_TEMPORALITY_DELTA",
                                             "AGGREGATION_TEMPORALITY_CUMULATIVE",
                                             "FLAG_NONE",
                                             "FLAG_NO_RECORDED_VALUE",
                                             "METRIC_DATA_TYPE_NONE",
                                             "METRIC_DATA_TYPE_GAUGE",
                                             "METRIC_DATA_TYPE_SUM",
                                             "METRIC_DATA_TYPE_HISTOGRAM",
                                             "METRIC_DATA_TYPE_EXPONENTIAL_HISTOGRAM",
                                             "METRIC_DATA_TYPE_SUMMARY"};
constexpr std::string_view kLogEnums[] = {
    "SEVERITY_NUMBER_UNSPECIFIED", "SEVERITY_NUMBER_TRACE", "SEVERITY_NUMBER_TRACE2", "SEVERITY_NUMBER_TRACE3",
    "SEVERITY_NUMBER_TRACE4",      "SEVERITY_NUMBER_DEBUG", "SEVERITY_NUMBER_DEBUG2", "SEVERITY_NUMBER_DEBUG3",
    "SEVERITY_NUMBER_DEBUG4",      "SEVERITY_NUMBER_INFO",  "SEVERITY_NUMBER_INFO2",  "SEVERITY_NUMBER_INFO3",
    "SEVERITY_NUMBER_INFO4",       "SEVERITY_NUMBER_WARN",  "SEVERITY_NUMBER_WARN2",  "SEVERITY_NUMBER_WARN3",
    "SEVERITY_NUMBER_WARN4",       "SEVERITY_NUMBER_ERROR", "SEVERITY_NUMBER_ERROR2", "SEVERITY_NUMBER_ERROR3",
    "SEVERITY_NUMBER_ERROR4",      "SEVERITY_NUMBER_FATAL", "SEVERITY_NUMBER_FATAL2", "SEVERITY_NUMBER_FATAL3",
    "SEVERITY_NUMBER_FATAL4"};

constexpr std::string_view kArgumentsBase64Decode[] = {"target"};
constexpr std::string_view kArgumentsBase64Encode[] = {"target", "variant"};
constexpr std::string_view kArgumentsBool[] = {"target"};
constexpr std::string_view kArgumentsCoalesce[] = {"values"};
constexpr std::string_view kArgumentsCommunityID[] = {"source_ip",        "source_port", "destination_ip",
                                                      "destination_port", "protocol",    "seed"};
constexpr std::string_view kArgumentsConcat[] = {"vals", "delimiter"};
constexpr std::string_view kArgumentsContainsValue[] = {"target", "item"};
constexpr std::string_view kArgumentsConvertAttributesToElementsXML[] = {"target", "xpath"};
constexpr std::string_view kArgumentsConvertCase[] = {"target", "to_case"};
constexpr std::string_view kArgumentsConvertTextToElementsXML[] = {"target", "xpath", "element_name"};
constexpr std::string_view kArgumentsDay[] = {"time"};
constexpr std::string_view kArgumentsDecode[] = {"target", "encoding"};
constexpr std::string_view kArgumentsDouble[] = {"target"};
constexpr std::string_view kArgumentsDuration[] = {"duration"};
constexpr std::string_view kArgumentsExtractGrokPatterns[] = {"target", "pattern", "named_captures_only",
                                                              "pattern_definitions"};
constexpr std::string_view kArgumentsExtractPatterns[] = {"target", "pattern"};
constexpr std::string_view kArgumentsFNV[] = {"target"};
constexpr std::string_view kArgumentsFormat[] = {"format", "vals"};
constexpr std::string_view kArgumentsFormatTime[] = {"time", "format"};
constexpr std::string_view kArgumentsGetXML[] = {"target", "xpath"};
constexpr std::string_view kArgumentsHasAttrKeyOnDatapoint[] = {"key"};
constexpr std::string_view kArgumentsHasAttrOnDatapoint[] = {"key", "value"};
constexpr std::string_view kArgumentsHasPrefix[] = {"target", "prefix"};
constexpr std::string_view kArgumentsHasSuffix[] = {"target", "suffix"};
constexpr std::string_view kArgumentsHex[] = {"target"};
constexpr std::string_view kArgumentsHour[] = {"time"};
constexpr std::string_view kArgumentsHours[] = {"duration"};
constexpr std::string_view kArgumentsIndex[] = {"target", "value"};
constexpr std::string_view kArgumentsInsertXML[] = {"target", "xpath", "sub_document"};
constexpr std::string_view kArgumentsInt[] = {"target"};
constexpr std::string_view kArgumentsIsBool[] = {"target"};
constexpr std::string_view kArgumentsIsDouble[] = {"target"};
constexpr std::string_view kArgumentsIsInCIDR[] = {"target", "networks"};
constexpr std::string_view kArgumentsIsInt[] = {"target"};
constexpr std::string_view kArgumentsIsList[] = {"target"};
constexpr std::string_view kArgumentsIsMap[] = {"target"};
constexpr std::string_view kArgumentsIsMatch[] = {"target", "pattern"};
constexpr std::string_view kArgumentsIsString[] = {"target"};
constexpr std::string_view kArgumentsIsValidLuhn[] = {"target"};
constexpr std::string_view kArgumentsKeys[] = {"target"};
constexpr std::string_view kArgumentsLen[] = {"target"};
constexpr std::string_view kArgumentsLog[] = {"target"};
constexpr std::string_view kArgumentsMD5[] = {"target"};
constexpr std::string_view kArgumentsMicroseconds[] = {"duration"};
constexpr std::string_view kArgumentsMilliseconds[] = {"duration"};
constexpr std::string_view kArgumentsMinute[] = {"time"};
constexpr std::string_view kArgumentsMinutes[] = {"duration"};
constexpr std::string_view kArgumentsMonth[] = {"time"};
constexpr std::string_view kArgumentsMurmur3Hash[] = {"target"};
constexpr std::string_view kArgumentsMurmur3Hash128[] = {"target"};
constexpr std::string_view kArgumentsNanosecond[] = {"time"};
constexpr std::string_view kArgumentsNanoseconds[] = {"duration"};
constexpr std::string_view kArgumentsParseCSV[] = {"target", "header", "delimiter", "header_delimiter", "mode"};
constexpr std::string_view kArgumentsParseInt[] = {"target", "base"};
constexpr std::string_view kArgumentsParseJSON[] = {"target"};
constexpr std::string_view kArgumentsParseKeyValue[] = {"target", "delimiter", "pair_delimiter"};
constexpr std::string_view kArgumentsParseSeverity[] = {"target", "mapping"};
constexpr std::string_view kArgumentsParseSimplifiedXML[] = {"target"};
constexpr std::string_view kArgumentsParseXML[] = {"target"};
constexpr std::string_view kArgumentsProfileID[] = {"bytes"};
constexpr std::string_view kArgumentsRemoveXML[] = {"target", "xpath"};
constexpr std::string_view kArgumentsSHA1[] = {"target"};
constexpr std::string_view kArgumentsSHA256[] = {"target"};
constexpr std::string_view kArgumentsSHA512[] = {"target"};
constexpr std::string_view kArgumentsSecond[] = {"time"};
constexpr std::string_view kArgumentsSeconds[] = {"duration"};
constexpr std::string_view kArgumentsSliceToMap[] = {"target", "key_path", "value_path"};
constexpr std::string_view kArgumentsSort[] = {"target", "order"};
constexpr std::string_view kArgumentsSpanID[] = {"bytes"};
constexpr std::string_view kArgumentsSplit[] = {"target", "delimiter"};
constexpr std::string_view kArgumentsString[] = {"target"};
constexpr std::string_view kArgumentsSubstring[] = {"target", "start", "length", "utf8_safe"};
constexpr std::string_view kArgumentsTime[] = {"time", "format", "location", "locale"};
constexpr std::string_view kArgumentsToCamelCase[] = {"target"};
constexpr std::string_view kArgumentsToKeyValueString[] = {"target", "delimiter", "pair_delimiter", "sort_output"};
constexpr std::string_view kArgumentsToLowerCase[] = {"target"};
constexpr std::string_view kArgumentsToSnakeCase[] = {"target"};
constexpr std::string_view kArgumentsToUpperCase[] = {"target"};
constexpr std::string_view kArgumentsTraceID[] = {"bytes"};
constexpr std::string_view kArgumentsTrim[] = {"target", "replacement"};
constexpr std::string_view kArgumentsTrimPrefix[] = {"target", "prefix"};
constexpr std::string_view kArgumentsTrimSuffix[] = {"target", "suffix"};
constexpr std::string_view kArgumentsTruncateTime[] = {"time", "duration"};
constexpr std::string_view kArgumentsURL[] = {"uri"};
constexpr std::string_view kArgumentsUnix[] = {"seconds", "nanoseconds"};
constexpr std::string_view kArgumentsUnixMicro[] = {"time"};
constexpr std::string_view kArgumentsUnixMilli[] = {"time"};
constexpr std::string_view kArgumentsUnixNano[] = {"time"};
constexpr std::string_view kArgumentsUnixSeconds[] = {"time"};
constexpr std::string_view kArgumentsUserAgent[] = {"user_agent"};
constexpr std::string_view kArgumentsValues[] = {"target"};
constexpr std::string_view kArgumentsWeekday[] = {"time"};
constexpr std::string_view kArgumentsXXH128[] = {"target"};
constexpr std::string_view kArgumentsXXH3[] = {"target"};
constexpr std::string_view kArgumentsYear[] = {"time"};

constexpr Function kFunctions[] = {
    {"Base64Decode", 1, 1, kArgumentsBase64Decode},
    {"Base64Encode", 1, 2, kArgumentsBase64Encode},
    {"Bool", 1, 1, kArgumentsBool},
    {"Coalesce", 1, 1, kArgumentsCoalesce},
    {"CommunityID", 4, 6, kArgumentsCommunityID},
    {"Concat", 2, 2, kArgumentsConcat},
    {"ContainsValue", 2, 2, kArgumentsContainsValue},
    {"ConvertAttributesToElementsXML", 1, 2, kArgumentsConvertAttributesToElementsXML},
    {"ConvertCase", 2, 2, kArgumentsConvertCase},
    {"ConvertTextToElementsXML", 1, 3, kArgumentsConvertTextToElementsXML},
    {"Day", 1, 1, kArgumentsDay},
    {"Decode", 2, 2, kArgumentsDecode},
    {"Double", 1, 1, kArgumentsDouble},
    {"Duration", 1, 1, kArgumentsDuration},
    {"ExtractGrokPatterns", 2, 4, kArgumentsExtractGrokPatterns},
    {"ExtractPatterns", 2, 2, kArgumentsExtractPatterns},
    {"FNV", 1, 1, kArgumentsFNV},
    {"Format", 2, 2, kArgumentsFormat},
    {"FormatTime", 2, 2, kArgumentsFormatTime},
    {"GetXML", 2, 2, kArgumentsGetXML},
    {"HasAttrKeyOnDatapoint", 1, 1, kArgumentsHasAttrKeyOnDatapoint},
    {"HasAttrOnDatapoint", 2, 2, kArgumentsHasAttrOnDatapoint},
    {"HasPrefix", 2, 2, kArgumentsHasPrefix},
    {"HasSuffix", 2, 2, kArgumentsHasSuffix},
    {"Hex", 1, 1, kArgumentsHex},
    {"Hour", 1, 1, kArgumentsHour},
    {"Hours", 1, 1, kArgumentsHours},
    {"Index", 2, 2, kArgumentsIndex},
    {"InsertXML", 3, 3, kArgumentsInsertXML},
    {"Int", 1, 1, kArgumentsInt},
    {"IsBool", 1, 1, kArgumentsIsBool},
    {"IsDouble", 1, 1, kArgumentsIsDouble},
    {"IsInCIDR", 2, 2, kArgumentsIsInCIDR},
    {"IsInt", 1, 1, kArgumentsIsInt},
    {"IsList", 1, 1, kArgumentsIsList},
    {"IsMap", 1, 1, kArgumentsIsMap},
    {"IsMatch", 2, 2, kArgumentsIsMatch},
    {"IsRootSpan", 0, 0, {}},
    {"IsString", 1, 1, kArgumentsIsString},
    {"IsValidLuhn", 1, 1, kArgumentsIsValidLuhn},
    {"Keys", 1, 1, kArgumentsKeys},
    {"Len", 1, 1, kArgumentsLen},
    {"Log", 1, 1, kArgumentsLog},
    {"MD5", 1, 1, kArgumentsMD5},
    {"Microseconds", 1, 1, kArgumentsMicroseconds},
    {"Milliseconds", 1, 1, kArgumentsMilliseconds},
    {"Minute", 1, 1, kArgumentsMinute},
    {"Minutes", 1, 1, kArgumentsMinutes},
    {"Month", 1, 1, kArgumentsMonth},
    {"Murmur3Hash", 1, 1, kArgumentsMurmur3Hash},
    {"Murmur3Hash128", 1, 1, kArgumentsMurmur3Hash128},
    {"Nanosecond", 1, 1, kArgumentsNanosecond},
    {"Nanoseconds", 1, 1, kArgumentsNanoseconds},
    {"Now", 0, 0, {}},
    {"ParseCSV", 2, 5, kArgumentsParseCSV},
    {"ParseInt", 2, 2, kArgumentsParseInt},
    {"ParseJSON", 1, 1, kArgumentsParseJSON},
    {"ParseKeyValue", 1, 3, kArgumentsParseKeyValue},
    {"ParseSeverity", 2, 2, kArgumentsParseSeverity},
    {"ParseSimplifiedXML", 1, 1, kArgumentsParseSimplifiedXML},
    {"ParseXML", 1, 1, kArgumentsParseXML},
    {"ProfileID", 1, 1, kArgumentsProfileID},
    {"RemoveXML", 2, 2, kArgumentsRemoveXML},
    {"SHA1", 1, 1, kArgumentsSHA1},
    {"SHA256", 1, 1, kArgumentsSHA256},
    {"SHA512", 1, 1, kArgumentsSHA512},
    {"Second", 1, 1, kArgumentsSecond},
    {"Seconds", 1, 1, kArgumentsSeconds},
    {"SliceToMap", 1, 3, kArgumentsSliceToMap},
    {"Sort", 1, 2, kArgumentsSort},
    {"SpanID", 1, 1, kArgumentsSpanID},
    {"Split", 2, 2, kArgumentsSplit},
    {"String", 1, 1, kArgumentsString},
    {"Substring", 3, 4, kArgumentsSubstring},
    {"Time", 2, 4, kArgumentsTime},
    {"ToCamelCase", 1, 1, kArgumentsToCamelCase},
    {"ToKeyValueString", 1, 4, kArgumentsToKeyValueString},
    {"ToLowerCase", 1, 1, kArgumentsToLowerCase},
    {"ToSnakeCase", 1, 1, kArgumentsToSnakeCase},
    {"ToUpperCase", 1, 1, kArgumentsToUpperCase},
    {"TraceID", 1, 1, kArgumentsTraceID},
    {"Trim", 1, 2, kArgumentsTrim},
    {"TrimPrefix", 2, 2, kArgumentsTrimPrefix},
    {"TrimSuffix", 2, 2, kArgumentsTrimSuffix},
    {"TruncateTime", 2, 2, kArgumentsTruncateTime},
    {"URL", 1, 1, kArgumentsURL},
    {"UUID", 0, 0, {}},
    {"UUIDv7", 0, 0, {}},
    {"Unix", 1, 2, kArgumentsUnix},
    {"UnixMicro", 1, 1, kArgumentsUnixMicro},
    {"UnixMilli", 1, 1, kArgumentsUnixMilli},
    {"UnixNano", 1, 1, kArgumentsUnixNano},
    {"UnixSeconds", 1, 1, kArgumentsUnixSeconds},
    {"UserAgent", 1, 1, kArgumentsUserAgent},
    {"Values", 1, 1, kArgumentsValues},
    {"Weekday", 1, 1, kArgumentsWeekday},
    {"XXH128", 1, 1, kArgumentsXXH128},
    {"XXH3", 1, 1, kArgumentsXXH3},
    {"Year", 1, 1, kArgumentsYear},
};

constexpr std::string_view kFunctionNames[] = {"Base64Decode",
                                               "Base64Encode",
                                               "Bool",
                                               "Coalesce",
                                               "CommunityID",
                                               "Concat",
                                               "ContainsValue",
                                               "ConvertAttributesToElementsXML",
                                               "ConvertCase",
                                               "ConvertTextToElementsXML",
                                               "Day",
                                               "Decode",
                                               "Double",
                                               "Duration",
                                               "ExtractGrokPatterns",
                                               "ExtractPatterns",
                                               "FNV",
                                               "Format",
                                               "FormatTime",
                                               "GetXML",
                                               "HasAttrKeyOnDatapoint",
                                               "HasAttrOnDatapoint",
                                               "HasPrefix",
                                               "HasSuffix",
                                               "Hex",
                                               "Hour",
                                               "Hours",
                                               "Index",
                                               "InsertXML",
                                               "Int",
                                               "IsBool",
                                               "IsDouble",
                                               "IsInCIDR",
                                               "IsInt",
                                               "IsList",
                                               "IsMap",
                                               "IsMatch",
                                               "IsRootSpan",
                                               "IsString",
                                               "IsValidLuhn",
                                               "Keys",
                                               "Len",
                                               "Log",
                                               "MD5",
                                               "Microseconds",
                                               "Milliseconds",
                                               "Minute",
                                               "Minutes",
                                               "Month",
                                               "Murmur3Hash",
                                               "Murmur3Hash128",
                                               "Nanosecond",
                                               "Nanoseconds",
                                               "Now",
                                               "ParseCSV",
                                               "ParseInt",
                                               "ParseJSON",
                                               "ParseKeyValue",
                                               "ParseSeverity",
                                               "ParseSimplifiedXML",
                                               "ParseXML",
                                               "ProfileID",
                                               "RemoveXML",
                                               "SHA1",
                                               "SHA256",
                                               "SHA512",
                                               "Second",
                                               "Seconds",
                                               "SliceToMap",
                                               "Sort",
                                               "SpanID",
                                               "Split",
                                               "String",
                                               "Substring",
                                               "Time",
                                               "ToCamelCase",
                                               "ToKeyValueString",
                                               "ToLowerCase",
                                               "ToSnakeCase",
                                               "ToUpperCase",
                                               "TraceID",
                                               "Trim",
                                               "TrimPrefix",
                                               "TrimSuffix",
                                               "TruncateTime",
                                               "URL",
                                               "UUID",
                                               "UUIDv7",
                                               "Unix",
                                               "UnixMicro",
                                               "UnixMilli",
                                               "UnixNano",
                                               "UnixSeconds",
                                               "UserAgent",
                                               "Values",
                                               "Weekday",
                                               "XXH128",
                                               "XXH3",
                                               "Year"};

constexpr Context kFromResource[] = {Context::Resource};
constexpr Context kFromScope[] = {Context::Resource, Context::Scope};
constexpr Context kFromMetric[] = {Context::Resource, Context::Scope, Context::Metric};
constexpr Context kFromDataPoint[] = {Context::Resource, Context::Scope, Context::Metric, Context::DataPoint};
constexpr Context kFromSpan[] = {Context::Resource, Context::Scope, Context::Span};
constexpr Context kFromSpanEvent[] = {Context::Resource, Context::Scope, Context::Span, Context::SpanEvent};
constexpr Context kFromLog[] = {Context::Resource, Context::Scope, Context::Log};

}  // namespace

std::span<const PathEntry> paths_of(Context context) {
  switch (context) {
  case Context::Resource: return kResource;
  case Context::Scope: return kScope;
  case Context::Metric: return kMetric;
  case Context::DataPoint: return kDataPoint;
  case Context::Span: return kSpan;
  case Context::SpanEvent: return kSpanEvent;
  case Context::Log: return kLog;
  }
  return {};
}

std::span<const Context> reachable_from(Context context) {
  switch (context) {
  case Context::Resource: return kFromResource;
  case Context::Scope: return kFromScope;
  case Context::Metric: return kFromMetric;
  case Context::DataPoint: return kFromDataPoint;
  case Context::Span: return kFromSpan;
  case Context::SpanEvent: return kFromSpanEvent;
  case Context::Log: return kFromLog;
  }
  return {};
}

const Function* find_function(std::string_view name, Context context) {
  if (name.starts_with("HasAttr") && context != Context::Metric) return nullptr;
  if (name == "IsRootSpan" && context != Context::Span) return nullptr;
  for (const Function& f : kFunctions) {
    if (f.name == name) return &f;
  }
  return nullptr;
}

std::span<const std::string_view> function_names() {
  return kFunctionNames;
}

std::span<const std::string_view> enum_names(Context context) {
  switch (context) {
  case Context::Span:
  case Context::SpanEvent: return kSpanEnums;
  case Context::Metric:
  case Context::DataPoint: return kMetricEnums;
  case Context::Log: return kLogEnums;
  default: return {};
  }
}

}  // namespace whittle::ottl
