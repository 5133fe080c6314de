// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/functions.h"

#include <string>

namespace whittle::ottl {

namespace {

using T = Type;
using K = Param;

// Parameters and functions put together piece by piece, so that a table says what is particular and no more.
struct Arg : Parameter {
  constexpr Arg many() const {
    Arg a = *this;
    a.list = true;
    return a;
  }
  constexpr Arg or_else(std::string_view value = {}) const {
    Arg a = *this;
    a.optional = true, a.initial = value;
    return a;
  }
  constexpr Arg held_to(Rule r) const {
    Arg a = *this;
    a.rule = r;
    return a;
  }
  constexpr Arg of(std::span<const std::string_view> texts, Rule r = Rule::OneOf) const {
    Arg a = *this;
    a.choices = texts, a.rule = r;
    return a;
  }
};

constexpr Arg arg(std::string_view field, std::string_view name, Param kind) {
  Arg a;
  a.field = field, a.name = name, a.kind = kind;
  return a;
}

constexpr std::string_view kInsertChoices[] = {"insert", "update", "upsert"};
constexpr std::string_view kKeyChoices[] = {"key", "value"};
constexpr std::string_view kBase64Choices[] = {"base64", "base64-raw", "base64-url", "base64-raw-url"};
constexpr std::string_view kIcmpChoices[] = {"ICMP", "TCP", "UDP", "ICMP6", "SCTP", "RSVP"};
constexpr std::string_view kLowerChoices[] = {"lower", "upper", "snake", "camel"};
constexpr std::string_view kStrictChoices[] = {"strict", "lazyQuotes", "ignoreQuotes"};
constexpr std::string_view kAscChoices[] = {"asc", "desc"};
constexpr std::string_view kSumChoices[] = {"sum", "mean", "min", "max", "median", "count"};
constexpr std::string_view kUpperChoices[] = {"upper", "midpoint", "random", "uniform", ""};
constexpr std::string_view kDeltaChoices[] = {"delta", "cumulative"};
constexpr std::string_view kRemoveExplicitBoundChoices[] = {"remove_explicit_bound", "limit_buckets"};
constexpr std::string_view kClfChoices[] = {"clf", "combined"};

struct Entry : Function {
  constexpr Entry looking_one_by_one(std::string_view where) const {
    Entry e = *this;
    e.one_by_one = where;
    return e;
  }
  constexpr Entry giving(Gives g) const {
    Entry e = *this;
    e.gives = g;
    return e;
  }
  constexpr Entry may_fail() const {
    Entry e = *this;
    e.fails = true;
    return e;
  }
  constexpr Entry impure() const {
    Entry e = *this;
    e.pure = false;
    return e;
  }
  constexpr Entry of(Library l, std::span<const Context> where) const {
    Entry e = *this;
    e.library = l, e.contexts = where;
    return e;
  }
  constexpr Entry takes_anything() const {
    Entry e = *this;
    e.any_arguments = true;
    return e;
  }
  constexpr Entry asks_type() const {
    Entry e = *this;
    e.tests_type = true;
    return e;
  }
  constexpr Entry reading(std::string_view path) const {
    Entry e = *this;
    e.reads = path;
    return e;
  }
  constexpr Entry id(uint8_t size) const {
    Entry e = *this;
    e.id_size = size;
    return e;
  }
};

constexpr Entry editor(std::string_view name, std::span<const Parameter> parameters, std::string_view doc) {
  Entry e;
  e.name = name, e.editor = true, e.parameters = parameters, e.doc = doc;
  return e;
}

constexpr Entry converter(std::string_view name, std::span<const Parameter> parameters, TypeSet result,
                          std::string_view doc) {
  Entry e;
  e.name = name, e.parameters = parameters, e.result = result, e.doc = doc;
  return e;
}

constexpr Context kSpans[] = {Context::Span};
constexpr Context kMetrics[] = {Context::Metric};
constexpr Context kDataPoints[] = {Context::DataPoint};
constexpr Context kLogs[] = {Context::Log};

constexpr Parameter kAppend[] = {arg("Target", "target", K::Target), arg("Value", "value", K::Value).or_else(),
                                 arg("Values", "values", K::Value).many().or_else()};
constexpr Parameter kDeleteIndex[] = {arg("Target", "target", K::ListTarget), arg("StartIndex", "start_index", K::Int),
                                      arg("EndIndex", "end_index", K::Int).or_else("start_index + 1")};
constexpr Parameter kDeleteKey[] = {arg("Target", "target", K::MapTarget), arg("Key", "key", K::String)};
constexpr Parameter kDeleteMatchingKeys[] = {arg("Target", "target", K::MapTarget),
                                             arg("Pattern", "pattern", K::String).held_to(Rule::Regexp)};
constexpr Parameter kFlatten[] = {arg("Target", "target", K::MapTarget),
                                  arg("Prefix", "prefix", K::ConstString).or_else(""),
                                  arg("Depth", "depth", K::ConstInt).or_else("no limit").held_to(Rule::Positive),
                                  arg("ResolveConflicts", "resolve_conflicts", K::ConstBool).or_else("false")};
constexpr Parameter kKeepKeys[] = {arg("Target", "target", K::MapTarget), arg("Keys", "keys", K::String).many()};
constexpr Parameter kLimit[] = {arg("Target", "target", K::MapTarget),
                                arg("Limit", "limit", K::ConstInt).held_to(Rule::NotNegative),
                                arg("PriorityKeys", "priority_keys", K::ConstString).many()};
constexpr Parameter kMergeMaps[] = {arg("Target", "target", K::MapTarget), arg("Source", "source", K::Map),
                                    arg("Strategy", "strategy", K::ConstString).of(kInsertChoices)};
constexpr Parameter kReplaceAllMatches[] = {
    arg("Target", "target", K::MapTarget), arg("Pattern", "pattern", K::String).held_to(Rule::Glob),
    arg("Replacement", "replacement", K::String), arg("Function", "function", K::Function).or_else(),
    arg("ReplacementFormat", "replacement_format", K::String).or_else().held_to(Rule::OneVerb)};
constexpr Parameter kReplaceAllPatterns[] = {
    arg("Target", "target", K::MapTarget),
    arg("Mode", "mode", K::ConstString).of(kKeyChoices),
    arg("RegexPattern", "regex_pattern", K::String).held_to(Rule::Places),
    arg("Replacement", "replacement", K::String),
    arg("Function", "function", K::Function).or_else(),
    arg("ReplacementFormat", "replacement_format", K::String).or_else().held_to(Rule::OneVerb)};
constexpr Parameter kReplaceMatch[] = {
    arg("Target", "target", K::Target), arg("Pattern", "pattern", K::String).held_to(Rule::Glob),
    arg("Replacement", "replacement", K::String), arg("Function", "function", K::Function).or_else(),
    arg("ReplacementFormat", "replacement_format", K::String).or_else().held_to(Rule::OneVerb)};
constexpr Parameter kReplacePattern[] = {
    arg("Target", "target", K::Target), arg("RegexPattern", "regex_pattern", K::String).held_to(Rule::Places),
    arg("Replacement", "replacement", K::String), arg("Function", "function", K::Function).or_else(),
    arg("ReplacementFormat", "replacement_format", K::String).or_else().held_to(Rule::OneVerb)};
constexpr Parameter kSet[] = {arg("Target", "target", K::Target), arg("Value", "value", K::Value)};
constexpr Parameter kStringifyAll[] = {arg("Target", "target", K::MapTarget)};
constexpr Parameter kTruncateAll[] = {arg("Target", "target", K::MapTarget),
                                      arg("Limit", "limit", K::ConstInt).held_to(Rule::NotNegative),
                                      arg("Utf8Safe", "utf8_safe", K::ConstBool).or_else("true")};
constexpr Parameter kBase64Decode[] = {arg("Target", "target", K::String)};
constexpr Parameter kBase64Encode[] = {
    arg("Target", "target", K::String),
    arg("Variant", "variant", K::String).or_else("\"base64\"").of(kBase64Choices, Rule::OneOfWhenRun)};
constexpr Parameter kBool[] = {arg("Target", "target", K::BoolLike)};
constexpr Parameter kCoalesce[] = {arg("Values", "values", K::Value).many().held_to(Rule::NotEmpty)};
constexpr Parameter kCommunityID[] = {
    arg("SourceIP", "source_i_p", K::String).held_to(Rule::Address),
    arg("SourcePort", "source_port", K::Int).held_to(Rule::Port),
    arg("DestinationIP", "destination_i_p", K::String).held_to(Rule::Address),
    arg("DestinationPort", "destination_port", K::Int).held_to(Rule::Port),
    arg("Protocol", "protocol", K::String).or_else("\"TCP\"").of(kIcmpChoices, Rule::OneOfWhenRun),
    arg("Seed", "seed", K::Int).or_else("0").held_to(Rule::Port)};
constexpr Parameter kConcat[] = {arg("Vals", "vals", K::StringLike).many(), arg("Delimiter", "delimiter", K::String)};
constexpr Parameter kContainsValue[] = {arg("Target", "target", K::List), arg("Item", "item", K::Value)};
constexpr Parameter kConvertAttributesToElementsXML[] = {
    arg("Target", "target", K::String),
    arg("XPath", "x_path", K::ConstString).or_else("\"//@*\"").held_to(Rule::XPath)};
constexpr Parameter kConvertCase[] = {arg("Target", "target", K::String),
                                      arg("ToCase", "to_case", K::ConstString).of(kLowerChoices)};
constexpr Parameter kConvertTextToElementsXML[] = {
    arg("Target", "target", K::String), arg("XPath", "x_path", K::ConstString).or_else("\"/\"").held_to(Rule::XPath),
    arg("ElementName", "element_name", K::ConstString).or_else("\"value\"")};
constexpr Parameter kDay[] = {arg("Time", "time", K::Time)};
constexpr Parameter kDecode[] = {arg("Target", "target", K::Value),
                                 arg("Encoding", "encoding", K::String).held_to(Rule::Encoding)};
constexpr Parameter kDouble[] = {arg("Target", "target", K::DoubleLike)};
constexpr Parameter kDuration[] = {arg("Duration", "duration", K::String).held_to(Rule::GoDuration)};
constexpr Parameter kExtractGrokPatterns[] = {
    arg("Target", "target", K::String), arg("Pattern", "pattern", K::String).held_to(Rule::Grok),
    arg("NamedCapturesOnly", "named_captures_only", K::ConstBool).or_else("false"),
    arg("PatternDefinitions", "pattern_definitions", K::ConstString).many().or_else().held_to(Rule::GrokPatterns)};
constexpr Parameter kExtractPatterns[] = {arg("Target", "target", K::String),
                                          arg("Pattern", "pattern", K::String).held_to(Rule::Captures)};
constexpr Parameter kFormat[] = {arg("Format", "format", K::ConstString), arg("Vals", "vals", K::Value).many()};
constexpr Parameter kFormatTime[] = {arg("Time", "time", K::Time),
                                     arg("Format", "format", K::ConstString).held_to(Rule::TimeFormat)};
constexpr Parameter kGetXML[] = {arg("Target", "target", K::String),
                                 arg("XPath", "x_path", K::ConstString).held_to(Rule::XPath)};
constexpr Parameter kHasPrefix[] = {arg("Target", "target", K::String), arg("Prefix", "prefix", K::String)};
constexpr Parameter kHasSuffix[] = {arg("Target", "target", K::String), arg("Suffix", "suffix", K::String)};
constexpr Parameter kHex[] = {arg("Target", "target", K::BytesLike)};
constexpr Parameter kHours[] = {arg("Duration", "duration", K::Duration)};
constexpr Parameter kIndex[] = {arg("Target", "target", K::Value), arg("Value", "value", K::Value)};
constexpr Parameter kInsertXML[] = {arg("Target", "target", K::String),
                                    arg("XPath", "x_path", K::ConstString).held_to(Rule::XPath),
                                    arg("SubDocument", "sub_document", K::String)};
constexpr Parameter kInt[] = {arg("Target", "target", K::IntLike)};
constexpr Parameter kIsBool[] = {arg("Target", "target", K::Bool)};
constexpr Parameter kIsDouble[] = {arg("Target", "target", K::Double)};
constexpr Parameter kIsInCIDR[] = {arg("Target", "target", K::String),
                                   arg("Networks", "networks", K::String).many().held_to(Rule::Network)};
constexpr Parameter kIsInt[] = {arg("Target", "target", K::Int)};
constexpr Parameter kIsList[] = {arg("Target", "target", K::Value)};
constexpr Parameter kIsMap[] = {arg("Target", "target", K::Map)};
constexpr Parameter kIsMatch[] = {arg("Target", "target", K::StringLike),
                                  arg("Pattern", "pattern", K::String).held_to(Rule::Regexp)};
constexpr Parameter kIsValidLuhn[] = {arg("Target", "target", K::StringLike)};
constexpr Parameter kParseCSV[] = {
    arg("Target", "target", K::String), arg("Header", "header", K::String),
    arg("Delimiter", "delimiter", K::ConstString).or_else("\",\"").held_to(Rule::OneCharacter),
    arg("HeaderDelimiter", "header_delimiter", K::ConstString).or_else("delimiter").held_to(Rule::OneCharacter),
    arg("Mode", "mode", K::ConstString).or_else("\"strict\"").of(kStrictChoices)};
constexpr Parameter kParseInt[] = {arg("Target", "target", K::String), arg("Base", "base", K::Int).held_to(Rule::Base)};
constexpr Parameter kParseKeyValue[] = {
    arg("Target", "target", K::String),
    arg("Delimiter", "delimiter", K::ConstString).or_else("\"=\"").held_to(Rule::NotEmpty),
    arg("PairDelimiter", "pair_delimiter", K::ConstString).or_else("\" \"").held_to(Rule::NotEmpty)};
constexpr Parameter kParseSeverity[] = {arg("Target", "target", K::Value),
                                        arg("Mapping", "mapping", K::Map).held_to(Rule::Severities)};
constexpr Parameter kProfileID[] = {arg("Target", "target", K::BytesLike).held_to(Rule::Id)};
constexpr Parameter kSliceToMap[] = {arg("Target", "target", K::List),
                                     arg("KeyPath", "key_path", K::ConstString).many().or_else(),
                                     arg("ValuePath", "value_path", K::ConstString).many().or_else()};
constexpr Parameter kSort[] = {arg("Target", "target", K::Value),
                               arg("Order", "order", K::ConstString).or_else("\"asc\"").of(kAscChoices)};
constexpr Parameter kSplit[] = {arg("Target", "target", K::String), arg("Delimiter", "delimiter", K::String)};
constexpr Parameter kSubstring[] = {arg("Target", "target", K::String), arg("Start", "start", K::Int),
                                    arg("Length", "length", K::Int),
                                    arg("Utf8Safe", "utf8_safe", K::ConstBool).or_else("false")};
constexpr Parameter kTime[] = {
    arg("Time", "time", K::String), arg("Format", "format", K::ConstString).held_to(Rule::TimeFormat),
    arg("Location", "location", K::ConstString).or_else("where the collector runs").held_to(Rule::Location),
    arg("Locale", "locale", K::ConstString).or_else().held_to(Rule::Locale)};
constexpr Parameter kToKeyValueString[] = {
    arg("Target", "target", K::Map),
    arg("Delimiter", "delimiter", K::ConstString).or_else("\"=\"").held_to(Rule::NotEmpty),
    arg("PairDelimiter", "pair_delimiter", K::ConstString).or_else("\" \"").held_to(Rule::NotEmpty),
    arg("SortOutput", "sort_output", K::ConstBool).or_else("false")};
constexpr Parameter kTrim[] = {arg("Target", "target", K::String),
                               arg("Replacement", "replacement", K::ConstString).or_else("\" \"")};
constexpr Parameter kTruncateTime[] = {arg("Time", "time", K::Time), arg("Duration", "duration", K::Duration)};
constexpr Parameter kURL[] = {arg("URI", "u_r_i", K::String)};
constexpr Parameter kUnix[] = {arg("Seconds", "seconds", K::Int),
                               arg("Nanoseconds", "nanoseconds", K::Int).or_else("0")};
constexpr Parameter kUserAgent[] = {arg("UserAgent", "user_agent", K::String)};
constexpr Parameter kAggregateOnAttributeValue[] = {
    arg("AggregationFunction", "aggregation_function", K::ConstString).of(kSumChoices),
    arg("Attribute", "attribute", K::ConstString), arg("Values", "values", K::ConstString).many(),
    arg("NewValue", "new_value", K::ConstString)};
constexpr Parameter kAggregateOnAttributes[] = {
    arg("AggregationFunction", "aggregation_function", K::ConstString).of(kSumChoices),
    arg("Attributes", "attributes", K::ConstString).many().or_else()};
constexpr Parameter kConvertExponentialHistogramToHistogram[] = {
    arg("DistributionFn", "distribution_fn", K::ConstString).of(kUpperChoices),
    arg("ExplicitBounds", "explicit_bounds", K::ConstDouble).many().held_to(Rule::NotEmpty)};
constexpr Parameter kConvertGaugeToSum[] = {arg("StringAggTemp", "string_agg_temp", K::ConstString).of(kDeltaChoices),
                                            arg("Monotonic", "monotonic", K::ConstBool)};
constexpr Parameter kConvertSummaryCountValToSum[] = {
    arg("StringAggTemp", "string_agg_temp", K::ConstString).of(kDeltaChoices),
    arg("Monotonic", "monotonic", K::ConstBool), arg("Suffix", "suffix", K::ConstString).or_else("\"_count\"")};
constexpr Parameter kConvertSummaryQuantileValToGauge[] = {
    arg("AttributeKey", "attribute_key", K::ConstString).or_else("\"quantile\""),
    arg("Suffix", "suffix", K::ConstString).or_else("\".quantiles\"")};
constexpr Parameter kConvertSummarySumValToSum[] = {
    arg("StringAggTemp", "string_agg_temp", K::ConstString).of(kDeltaChoices),
    arg("Monotonic", "monotonic", K::ConstBool), arg("Suffix", "suffix", K::ConstString).or_else("\"_sum\"")};
constexpr Parameter kCopyMetric[] = {arg("Name", "name", K::String).or_else(),
                                     arg("Description", "description", K::String).or_else(),
                                     arg("Unit", "unit", K::String).or_else()};
constexpr Parameter kExtractCountMetric[] = {arg("Monotonic", "monotonic", K::ConstBool),
                                             arg("Suffix", "suffix", K::ConstString).or_else("\"_count\"")};
constexpr Parameter kExtractPercentileMetric[] = {
    arg("Percentile", "percentile", K::ConstDouble).held_to(Rule::Percentile),
    arg("Suffix", "suffix", K::ConstString).or_else("\"_p\" and the percentile")};
constexpr Parameter kExtractSumMetric[] = {arg("Monotonic", "monotonic", K::ConstBool),
                                           arg("Suffix", "suffix", K::ConstString).or_else("\"_sum\"")};
constexpr Parameter kMergeHistogramBuckets[] = {
    arg("TargetValue", "target_value", K::DoubleLike),
    arg("Method", "method", K::ConstString).or_else("\"remove_explicit_bound\"").of(kRemoveExplicitBoundChoices)};
constexpr Parameter kScaleMetric[] = {arg("Multiplier", "multiplier", K::ConstDouble),
                                      arg("Unit", "unit", K::String).or_else()};
constexpr Parameter kSetSemconvSpanName[] = {
    arg("SemconvVersion", "semconv_version", K::ConstString).held_to(Rule::Semconv),
    arg("OriginalSpanNameAttribute", "original_span_name_attribute", K::ConstString).or_else().held_to(Rule::NotEmpty)};
constexpr Parameter kParseCLF[] = {arg("Target", "target", K::String),
                                   arg("Format", "format", K::ConstString).or_else("\"clf\"").of(kClfChoices)};
constexpr Parameter kHasAttrKeyOnDatapoint[] = {arg("Key", "key", K::ConstString)};
constexpr Parameter kHasAttrOnDatapoint[] = {arg("Key", "key", K::ConstString),
                                             arg("ExpectedVal", "expected_val", K::ConstString)};

constexpr Function kFunctions[] = {
    editor("append", kAppend, "Adds values to the end of a list."),
    editor("delete_index", kDeleteIndex, "Removes elements of a list.").may_fail(),
    editor("delete_key", kDeleteKey, "Removes a key of a map."),
    editor("delete_matching_keys", kDeleteMatchingKeys, "Removes the keys of a map that a regular expression matches."),
    editor("flatten", kFlatten, "Lifts what is in maps and lists of a map to its first level."),
    editor("keep_keys", kKeepKeys, "Removes all keys of a map but these."),
    editor("keep_matching_keys", kDeleteMatchingKeys,
           "Removes the keys of a map that a regular expression does not match."),
    editor("limit", kLimit, "Removes what is beyond a number of keys, but never the ones with priority."),
    editor("merge_maps", kMergeMaps, "Puts the entries of one map into another."),
    editor("replace_all_matches", kReplaceAllMatches, "Replaces the string values of a map that a glob matches.")
        .may_fail(),
    editor("replace_all_patterns", kReplaceAllPatterns,
           "Replaces what a regular expression matches in keys or string values of a map.")
        .may_fail(),
    editor("replace_match", kReplaceMatch, "Replaces a string that a glob matches.").may_fail(),
    editor("replace_pattern", kReplacePattern, "Replaces what a regular expression matches in a string.").may_fail(),
    editor("set", kSet, "Writes a value; nil writes nothing."),
    editor("stringify_all", kStringifyAll, "Turns all values of a map into strings."),
    editor("truncate_all", kTruncateAll, "Cuts the string values of a map to a number of bytes."),
    converter("Base64Decode", kBase64Decode, T::String, "The bytes that a string holds in Base64.").may_fail(),
    converter("Base64Encode", kBase64Encode, T::String, "A string in Base64.").may_fail(),
    converter("Bool", kBool, T::Bool, "A value as a bool.").giving(Gives::ResultOrNil),
    converter("Coalesce", kCoalesce, {}, "The first value that is not nil.").giving(Gives::FirstOfList),
    converter("CommunityID", kCommunityID, T::String, "The Community ID of a network flow.").may_fail(),
    converter("Concat", kConcat, T::String, "Strings put together."),
    converter("ContainsValue", kContainsValue, T::Bool, "Whether a list holds a value."),
    converter("ConvertAttributesToElementsXML", kConvertAttributesToElementsXML, T::String,
              "XML with attributes turned into elements.")
        .may_fail(),
    converter("ConvertCase", kConvertCase, T::String, "A string in another case."),
    converter("ConvertTextToElementsXML", kConvertTextToElementsXML, T::String,
              "XML with texts beside elements turned into elements.")
        .may_fail(),
    converter("Day", kDay, T::Int, "The day of the month."),
    converter("Decode", kDecode, T::String, "A string or bytes decoded.").may_fail(),
    converter("Double", kDouble, T::Double, "A value as a double.").giving(Gives::ResultOrNil),
    converter("Duration", kDuration, T::Duration, "A duration from a string such as `1h5m`.").may_fail(),
    converter("ExtractGrokPatterns", kExtractGrokPatterns, T::Map, "What a Grok pattern finds in a string.").may_fail(),
    converter("ExtractPatterns", kExtractPatterns, T::Map,
              "What a regular expression's named groups match in a string.")
        .may_fail(),
    converter("FNV", kBase64Decode, T::Int, "The 64-bit FNV-1a hash of a string."),
    converter("Format", kFormat, T::String, "Values in the places of a format as Go has it."),
    converter("FormatTime", kFormatTime, T::String, "A time in words.").may_fail(),
    converter("GetXML", kGetXML, T::String, "The parts of XML that an XPath selects.").may_fail(),
    converter("HasPrefix", kHasPrefix, T::Bool, "Whether a string begins with another."),
    converter("HasSuffix", kHasSuffix, T::Bool, "Whether a string ends with another."),
    converter("Hex", kHex, T::String, "Bytes in hex."),
    converter("Hour", kDay, T::Int, "The hour of the day."),
    converter("Hours", kHours, T::Double, "A duration in hours."),
    converter("Index", kIndex, T::Int, "Where a value is in a list or string, -1 if it is not there.").may_fail(),
    converter("InsertXML", kInsertXML, T::String, "XML with other XML put in where an XPath selects.").may_fail(),
    converter("Int", kInt, {T::Nil, T::Int}, "A value as an int; nil for strings that are none."),
    converter("IsBool", kIsBool, T::Bool, "Whether a value is a bool.").asks_type(),
    converter("IsDouble", kIsDouble, T::Bool, "Whether a value is a double.").asks_type(),
    converter("IsInCIDR", kIsInCIDR, T::Bool, "Whether an address is in one of the networks.")
        .may_fail()
        .looking_one_by_one("rt_is_address"),
    converter("IsInt", kIsInt, T::Bool, "Whether a value is an int.").asks_type(),
    converter("IsList", kIsList, T::Bool, "Whether a value is a list."),
    converter("IsMap", kIsMap, T::Bool, "Whether a value is a map.").asks_type(),
    converter("IsMatch", kIsMatch, T::Bool, "Whether a regular expression matches."),
    converter("IsString", kBase64Decode, T::Bool, "Whether a value is a string.").asks_type(),
    converter("IsValidLuhn", kIsValidLuhn, T::Bool, "Whether a number passes the Luhn check.").may_fail(),
    converter("Keys", kIsMap, T::Slice, "The keys of a map."),
    converter("Len", kIsList, T::Int, "The length of a string, list or map.").may_fail(),
    converter("Log", kDouble, T::Double, "The natural logarithm.").may_fail(),
    converter("MD5", kBase64Decode, T::String, "The MD5 hash of a string in hex."),
    converter("Microseconds", kHours, T::Int, "A duration in microseconds."),
    converter("Milliseconds", kHours, T::Int, "A duration in milliseconds."),
    converter("Minute", kDay, T::Int, "The minute of the hour."),
    converter("Minutes", kHours, T::Double, "A duration in minutes."),
    converter("Month", kDay, T::Int, "The month, from 1."),
    converter("Murmur3Hash", kBase64Decode, T::String, "The 32-bit Murmur3 hash of a string in hex."),
    converter("Murmur3Hash128", kBase64Decode, T::String, "The 128-bit Murmur3 hash of a string in hex."),
    converter("Nanosecond", kDay, T::Int, "The nanosecond of the second."),
    converter("Nanoseconds", kHours, T::Int, "A duration in nanoseconds."),
    converter("Now", {}, T::Time, "The time at which it is called.").impure().takes_anything(),
    converter("ParseCSV", kParseCSV, T::Map, "A line of CSV as a map.").may_fail(),
    converter("ParseInt", kParseInt, T::Int, "An int from its digits in a base.").may_fail(),
    converter("ParseJSON", kBase64Decode, {T::Map, T::Slice}, "What a string holds as JSON.").may_fail(),
    converter("ParseKeyValue", kParseKeyValue, T::Map, "Pairs such as `a=1 b=2` as a map.").may_fail(),
    converter("ParseSeverity", kParseSeverity, T::String, "The severity that a mapping gives a value.").may_fail(),
    converter("ParseSimplifiedXML", kBase64Decode, T::Map, "XML as a map of elements and their values.").may_fail(),
    converter("ParseXML", kBase64Decode, T::Map, "XML as a map with tags, attributes and children.").may_fail(),
    converter("ProfileID", kProfileID, T::ProfileId, "A profile id from bytes or hex.").may_fail().id(16),
    converter("RemoveXML", kGetXML, T::String, "XML without what an XPath selects.").may_fail(),
    converter("SHA1", kBase64Decode, T::String, "The SHA-1 hash of a string in hex."),
    converter("SHA256", kBase64Decode, T::String, "The SHA-256 hash of a string in hex."),
    converter("SHA512", kBase64Decode, T::String, "The SHA-512 hash of a string in hex."),
    converter("Second", kDay, T::Int, "The second of the minute."),
    converter("Seconds", kHours, T::Double, "A duration in seconds."),
    converter("SliceToMap", kSliceToMap, T::Map, "A list as a map.").may_fail(),
    converter("Sort", kSort, {T::Slice, T::Array, T::Strings, T::Ints, T::Doubles}, "A list in order.")
        .giving(Gives::Sorted)
        .may_fail(),
    converter("SpanID", kProfileID, T::SpanId, "A span id from bytes or hex.").may_fail().id(8),
    converter("Split", kSplit, T::Strings, "A string in pieces."),
    converter("String", kIsValidLuhn, T::String, "A value as a string.").giving(Gives::ResultOrNil),
    converter("Substring", kSubstring, T::String, "Bytes out of a string.").may_fail(),
    converter("Time", kTime, T::Time, "A time from a string.").may_fail(),
    converter("ToCamelCase", kBase64Decode, T::String, "A string in CamelCase."),
    converter("ToKeyValueString", kToKeyValueString, T::String, "A map as pairs such as `a=1 b=2`."),
    converter("ToLowerCase", kBase64Decode, T::String, "A string in small letters."),
    converter("ToSnakeCase", kBase64Decode, T::String, "A string in snake_case."),
    converter("ToUpperCase", kBase64Decode, T::String, "A string in capitals."),
    converter("TraceID", kProfileID, T::TraceId, "A trace id from bytes or hex.").may_fail().id(16),
    converter("Trim", kTrim, T::String, "A string without these characters at its ends."),
    converter("TrimPrefix", kHasPrefix, T::String, "A string without its beginning."),
    converter("TrimSuffix", kHasSuffix, T::String, "A string without its end."),
    converter("TruncateTime", kTruncateTime, T::Time, "A time rounded down to a multiple of a duration."),
    converter("URL", kURL, T::RawMap, "The parts of a URL.").may_fail(),
    converter("UUID", {}, T::String, "A random UUID.").impure().takes_anything(),
    converter("UUIDv7", {}, T::String, "A UUID that begins with the time.").impure().takes_anything(),
    converter("Unix", kUnix, T::Time, "The time so many seconds after 1970."),
    converter("UnixMicro", kDay, T::Int, "A time in microseconds since 1970."),
    converter("UnixMilli", kDay, T::Int, "A time in milliseconds since 1970."),
    converter("UnixNano", kDay, T::Int, "A time in nanoseconds since 1970."),
    converter("UnixSeconds", kDay, T::Int, "A time in seconds since 1970."),
    converter("UserAgent", kUserAgent, T::RawMap, "What a user agent says of itself."),
    converter("Values", kIsMap, T::Slice, "The values of a map."),
    converter("Weekday", kDay, T::Int, "The day of the week, 0 for Sunday."),
    converter("XXH128", kBase64Decode, T::String, "The 128-bit XXH3 hash of a string in hex."),
    converter("XXH3", kBase64Decode, T::String, "The 64-bit XXH3 hash of a string in hex."),
    converter("Year", kDay, T::Int, "The year."),
    converter("IsRootSpan", {}, T::Bool, "Whether a span has no parent.")
        .of(Library::Standard, kSpans)
        .reading("parent_span_id")
        .takes_anything(),
    editor("aggregate_on_attribute_value", kAggregateOnAttributeValue,
           "Aggregates data points whose attribute has one of the values.")
        .may_fail()
        .of(Library::Transform, kMetrics),
    editor("aggregate_on_attributes", kAggregateOnAttributes, "Aggregates data points over all attributes but these.")
        .may_fail()
        .of(Library::Transform, kMetrics),
    editor("convert_exponential_histogram_to_histogram", kConvertExponentialHistogramToHistogram,
           "Turns an exponential histogram into one with these bounds.")
        .of(Library::Transform, kMetrics),
    editor("convert_gauge_to_sum", kConvertGaugeToSum, "Turns a gauge into a sum.").of(Library::Transform, kMetrics),
    editor("convert_sum_to_gauge", {}, "Turns a sum into a gauge.").of(Library::Transform, kMetrics).takes_anything(),
    editor("convert_summary_count_val_to_sum", kConvertSummaryCountValToSum, "Makes a sum of a summary's counts.")
        .of(Library::Transform, kDataPoints),
    editor("convert_summary_quantile_val_to_gauge", kConvertSummaryQuantileValToGauge,
           "Makes a gauge of a summary's quantiles.")
        .of(Library::Transform, kMetrics),
    editor("convert_summary_sum_val_to_sum", kConvertSummarySumValToSum, "Makes a sum of a summary's sums.")
        .of(Library::Transform, kDataPoints),
    editor("copy_metric", kCopyMetric, "Adds a copy of the metric.").of(Library::Transform, kMetrics),
    editor("extract_count_metric", kExtractCountMetric, "Makes a sum of a histogram's or summary's counts.")
        .may_fail()
        .of(Library::Transform, kMetrics),
    editor("extract_percentile_metric", kExtractPercentileMetric, "Makes a gauge of a percentile of a histogram.")
        .may_fail()
        .of(Library::Transform, kMetrics),
    editor("extract_sum_metric", kExtractSumMetric, "Makes a sum of a histogram's or summary's sums.")
        .may_fail()
        .of(Library::Transform, kMetrics),
    editor("merge_histogram_buckets", kMergeHistogramBuckets, "Joins buckets of a histogram.")
        .may_fail()
        .of(Library::Transform, kDataPoints),
    editor("scale_metric", kScaleMetric, "Multiplies the values of a metric.")
        .may_fail()
        .of(Library::Transform, kMetrics),
    editor("set_semconv_span_name", kSetSemconvSpanName, "Names a span as the semantic conventions do.")
        .of(Library::Transform, kSpans),
    converter("ParseCLF", kParseCLF, T::Map, "A line of a web server's log as a map.")
        .may_fail()
        .of(Library::Transform, kLogs),
    converter("ParseLEEF", kBase64Decode, T::Map, "A LEEF message as a map.").may_fail().of(Library::Transform, kLogs),
    converter("HasAttrKeyOnDatapoint", kHasAttrKeyOnDatapoint, T::Bool, "Whether a data point has an attribute.")
        .may_fail()
        .of(Library::Filter, kMetrics)
        .reading("data_points"),
    converter("HasAttrOnDatapoint", kHasAttrOnDatapoint, T::Bool,
              "Whether the first data point with an attribute has this value.")
        .may_fail()
        .of(Library::Filter, kMetrics)
        .reading("data_points"),
};

// As the reference turns the name of an argument into that of a field: a letter after `_`, after a digit and at the
// beginning becomes a capital, capitals in a row become small but for the first.
std::string field_name(std::string_view name) {
  std::string out;
  bool capital = true, previous = false;
  for (char c : name) {
    bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';
    if (capital && lower) c = static_cast<char>(c - 'a' + 'A');
    else if (!capital && previous && upper) c = static_cast<char>(c - 'A' + 'a');
    previous = upper;
    if (upper || lower || digit) out += c;
    capital = upper || lower ? false : digit ? true : c == '_';
  }
  return out;
}

bool known_in(const Function& f, Context context) {
  if (f.contexts.empty()) return true;
  for (Context c : f.contexts) {
    if (c == context) return true;
  }
  return false;
}

// Whether configs of `library` know `f`, in one context or other.
bool has(Library library, const Function& f) {
  if (library == Library::Filter && f.editor) return false;
  return f.library == Library::Standard || f.library == library;
}

}  // namespace

int Function::required() const {
  int n = 0;
  for (const Parameter& p : parameters) n += p.optional ? 0 : 1;
  return n;
}

std::span<const Function> functions() {
  return kFunctions;
}

const Function* find_function(Library library, Context context, std::string_view name) {
  for (const Function& f : kFunctions) {
    if (f.name == name && has(library, f) && known_in(f, context)) return &f;
  }
  return nullptr;
}

const Function* find_anywhere(Library library, std::string_view name) {
  for (const Function& f : kFunctions) {
    if (f.name == name && has(library, f)) return &f;
  }
  return nullptr;
}

int find_parameter(const Function& function, std::string_view name) {
  std::string field = field_name(name);
  for (size_t i = 0; i < function.parameters.size(); ++i) {
    if (function.parameters[i].field == field) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace whittle::ottl
