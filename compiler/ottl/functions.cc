// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/functions.h"

#include <string>

namespace whittle::ottl {

namespace {

using T = Type;
using K = Param;

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

constexpr Context kSpans[] = {Context::Span};
constexpr Context kMetrics[] = {Context::Metric};
constexpr Context kDataPoints[] = {Context::DataPoint};
constexpr Context kLogs[] = {Context::Log};

constexpr Parameter kAppend[] = {
    {.field = "Target", .name = "target", .kind = K::Target},
    {.field = "Value", .name = "value", .kind = K::Value, .optional = true},
    {.field = "Values", .name = "values", .kind = K::Value, .list = true, .optional = true}};
constexpr Parameter kDeleteIndex[] = {
    {.field = "Target", .name = "target", .kind = K::ListTarget},
    {.field = "StartIndex", .name = "start_index", .kind = K::Int},
    {.field = "EndIndex", .name = "end_index", .kind = K::Int, .optional = true, .initial = "start_index + 1"}};
constexpr Parameter kDeleteKey[] = {{.field = "Target", .name = "target", .kind = K::MapTarget},
                                    {.field = "Key", .name = "key", .kind = K::String}};
constexpr Parameter kDeleteMatchingKeys[] = {
    {.field = "Target", .name = "target", .kind = K::MapTarget},
    {.field = "Pattern", .name = "pattern", .kind = K::String, .rule = Rule::Regexp}};
constexpr Parameter kFlatten[] = {
    {.field = "Target", .name = "target", .kind = K::MapTarget},
    {.field = "Prefix", .name = "prefix", .kind = K::ConstString, .optional = true, .initial = ""},
    {.field = "Depth",
     .name = "depth",
     .kind = K::ConstInt,
     .optional = true,
     .rule = Rule::Positive,
     .initial = "no limit"},
    {.field = "ResolveConflicts",
     .name = "resolve_conflicts",
     .kind = K::ConstBool,
     .optional = true,
     .initial = "false"}};
constexpr Parameter kKeepKeys[] = {{.field = "Target", .name = "target", .kind = K::MapTarget},
                                   {.field = "Keys", .name = "keys", .kind = K::String, .list = true}};
constexpr Parameter kLimit[] = {
    {.field = "Target", .name = "target", .kind = K::MapTarget},
    {.field = "Limit", .name = "limit", .kind = K::ConstInt, .rule = Rule::NotNegative},
    {.field = "PriorityKeys", .name = "priority_keys", .kind = K::ConstString, .list = true}};
constexpr Parameter kMergeMaps[] = {
    {.field = "Target", .name = "target", .kind = K::MapTarget},
    {.field = "Source", .name = "source", .kind = K::Map},
    {.field = "Strategy", .name = "strategy", .kind = K::ConstString, .rule = Rule::OneOf, .choices = kInsertChoices}};
constexpr Parameter kReplaceAllMatches[] = {
    {.field = "Target", .name = "target", .kind = K::MapTarget},
    {.field = "Pattern", .name = "pattern", .kind = K::String, .rule = Rule::Glob},
    {.field = "Replacement", .name = "replacement", .kind = K::String},
    {.field = "Function", .name = "function", .kind = K::Function, .optional = true},
    {.field = "ReplacementFormat",
     .name = "replacement_format",
     .kind = K::String,
     .optional = true,
     .rule = Rule::OneVerb}};
constexpr Parameter kReplaceAllPatterns[] = {
    {.field = "Target", .name = "target", .kind = K::MapTarget},
    {.field = "Mode", .name = "mode", .kind = K::ConstString, .rule = Rule::OneOf, .choices = kKeyChoices},
    {.field = "RegexPattern", .name = "regex_pattern", .kind = K::String, .rule = Rule::Regexp},
    {.field = "Replacement", .name = "replacement", .kind = K::String},
    {.field = "Function", .name = "function", .kind = K::Function, .optional = true},
    {.field = "ReplacementFormat",
     .name = "replacement_format",
     .kind = K::String,
     .optional = true,
     .rule = Rule::OneVerb}};
constexpr Parameter kReplaceMatch[] = {{.field = "Target", .name = "target", .kind = K::Target},
                                       {.field = "Pattern", .name = "pattern", .kind = K::String, .rule = Rule::Glob},
                                       {.field = "Replacement", .name = "replacement", .kind = K::String},
                                       {.field = "Function", .name = "function", .kind = K::Function, .optional = true},
                                       {.field = "ReplacementFormat",
                                        .name = "replacement_format",
                                        .kind = K::String,
                                        .optional = true,
                                        .rule = Rule::OneVerb}};
constexpr Parameter kReplacePattern[] = {
    {.field = "Target", .name = "target", .kind = K::Target},
    {.field = "RegexPattern", .name = "regex_pattern", .kind = K::String, .rule = Rule::Regexp},
    {.field = "Replacement", .name = "replacement", .kind = K::String},
    {.field = "Function", .name = "function", .kind = K::Function, .optional = true},
    {.field = "ReplacementFormat",
     .name = "replacement_format",
     .kind = K::String,
     .optional = true,
     .rule = Rule::OneVerb}};
constexpr Parameter kSet[] = {{.field = "Target", .name = "target", .kind = K::Target},
                              {.field = "Value", .name = "value", .kind = K::Value}};
constexpr Parameter kStringifyAll[] = {{.field = "Target", .name = "target", .kind = K::MapTarget}};
constexpr Parameter kTruncateAll[] = {
    {.field = "Target", .name = "target", .kind = K::MapTarget},
    {.field = "Limit", .name = "limit", .kind = K::ConstInt, .rule = Rule::NotNegative},
    {.field = "Utf8Safe", .name = "utf8_safe", .kind = K::ConstBool, .optional = true, .initial = "true"}};
constexpr Parameter kBase64Decode[] = {{.field = "Target", .name = "target", .kind = K::String}};
constexpr Parameter kBase64Encode[] = {{.field = "Target", .name = "target", .kind = K::String},
                                       {.field = "Variant",
                                        .name = "variant",
                                        .kind = K::String,
                                        .optional = true,
                                        .rule = Rule::OneOfWhenRun,
                                        .choices = kBase64Choices,
                                        .initial = "\"base64\""}};
constexpr Parameter kBool[] = {{.field = "Target", .name = "target", .kind = K::BoolLike}};
constexpr Parameter kCoalesce[] = {
    {.field = "Values", .name = "values", .kind = K::Value, .list = true, .rule = Rule::NotEmpty}};
constexpr Parameter kCommunityID[] = {
    {.field = "SourceIP", .name = "source_i_p", .kind = K::String, .rule = Rule::Address},
    {.field = "SourcePort", .name = "source_port", .kind = K::Int, .rule = Rule::Port},
    {.field = "DestinationIP", .name = "destination_i_p", .kind = K::String, .rule = Rule::Address},
    {.field = "DestinationPort", .name = "destination_port", .kind = K::Int, .rule = Rule::Port},
    {.field = "Protocol",
     .name = "protocol",
     .kind = K::String,
     .optional = true,
     .rule = Rule::OneOfWhenRun,
     .choices = kIcmpChoices,
     .initial = "\"TCP\""},
    {.field = "Seed", .name = "seed", .kind = K::Int, .optional = true, .rule = Rule::Port, .initial = "0"}};
constexpr Parameter kConcat[] = {{.field = "Vals", .name = "vals", .kind = K::StringLike, .list = true},
                                 {.field = "Delimiter", .name = "delimiter", .kind = K::String}};
constexpr Parameter kContainsValue[] = {{.field = "Target", .name = "target", .kind = K::List},
                                        {.field = "Item", .name = "item", .kind = K::Value}};
constexpr Parameter kConvertAttributesToElementsXML[] = {{.field = "Target", .name = "target", .kind = K::String},
                                                         {.field = "XPath",
                                                          .name = "x_path",
                                                          .kind = K::ConstString,
                                                          .optional = true,
                                                          .rule = Rule::XPath,
                                                          .initial = "\"//@*\""}};
constexpr Parameter kConvertCase[] = {
    {.field = "Target", .name = "target", .kind = K::String},
    {.field = "ToCase", .name = "to_case", .kind = K::ConstString, .rule = Rule::OneOf, .choices = kLowerChoices}};
constexpr Parameter kConvertTextToElementsXML[] = {
    {.field = "Target", .name = "target", .kind = K::String},
    {.field = "XPath",
     .name = "x_path",
     .kind = K::ConstString,
     .optional = true,
     .rule = Rule::XPath,
     .initial = "\"/\""},
    {.field = "ElementName", .name = "element_name", .kind = K::ConstString, .optional = true, .initial = "\"value\""}};
constexpr Parameter kDay[] = {{.field = "Time", .name = "time", .kind = K::Time}};
constexpr Parameter kDecode[] = {{.field = "Target", .name = "target", .kind = K::Value},
                                 {.field = "Encoding", .name = "encoding", .kind = K::String, .rule = Rule::Encoding}};
constexpr Parameter kDouble[] = {{.field = "Target", .name = "target", .kind = K::DoubleLike}};
constexpr Parameter kDuration[] = {
    {.field = "Duration", .name = "duration", .kind = K::String, .rule = Rule::GoDuration}};
constexpr Parameter kExtractGrokPatterns[] = {
    {.field = "Target", .name = "target", .kind = K::String},
    {.field = "Pattern", .name = "pattern", .kind = K::String, .rule = Rule::Grok},
    {.field = "NamedCapturesOnly",
     .name = "named_captures_only",
     .kind = K::ConstBool,
     .optional = true,
     .initial = "false"},
    {.field = "PatternDefinitions",
     .name = "pattern_definitions",
     .kind = K::ConstString,
     .list = true,
     .optional = true,
     .rule = Rule::GrokPatterns}};
constexpr Parameter kExtractPatterns[] = {
    {.field = "Target", .name = "target", .kind = K::String},
    {.field = "Pattern", .name = "pattern", .kind = K::String, .rule = Rule::Captures}};
constexpr Parameter kFormat[] = {{.field = "Format", .name = "format", .kind = K::ConstString},
                                 {.field = "Vals", .name = "vals", .kind = K::Value, .list = true}};
constexpr Parameter kFormatTime[] = {
    {.field = "Time", .name = "time", .kind = K::Time},
    {.field = "Format", .name = "format", .kind = K::ConstString, .rule = Rule::TimeFormat}};
constexpr Parameter kGetXML[] = {{.field = "Target", .name = "target", .kind = K::String},
                                 {.field = "XPath", .name = "x_path", .kind = K::ConstString, .rule = Rule::XPath}};
constexpr Parameter kHasPrefix[] = {{.field = "Target", .name = "target", .kind = K::String},
                                    {.field = "Prefix", .name = "prefix", .kind = K::String}};
constexpr Parameter kHasSuffix[] = {{.field = "Target", .name = "target", .kind = K::String},
                                    {.field = "Suffix", .name = "suffix", .kind = K::String}};
constexpr Parameter kHex[] = {{.field = "Target", .name = "target", .kind = K::BytesLike}};
constexpr Parameter kHours[] = {{.field = "Duration", .name = "duration", .kind = K::Duration}};
constexpr Parameter kIndex[] = {{.field = "Target", .name = "target", .kind = K::Value},
                                {.field = "Value", .name = "value", .kind = K::Value}};
constexpr Parameter kInsertXML[] = {{.field = "Target", .name = "target", .kind = K::String},
                                    {.field = "XPath", .name = "x_path", .kind = K::ConstString, .rule = Rule::XPath},
                                    {.field = "SubDocument", .name = "sub_document", .kind = K::String}};
constexpr Parameter kInt[] = {{.field = "Target", .name = "target", .kind = K::IntLike}};
constexpr Parameter kIsBool[] = {{.field = "Target", .name = "target", .kind = K::Bool}};
constexpr Parameter kIsDouble[] = {{.field = "Target", .name = "target", .kind = K::Double}};
constexpr Parameter kIsInCIDR[] = {
    {.field = "Target", .name = "target", .kind = K::String},
    {.field = "Networks", .name = "networks", .kind = K::String, .list = true, .rule = Rule::Network}};
constexpr Parameter kIsInt[] = {{.field = "Target", .name = "target", .kind = K::Int}};
constexpr Parameter kIsList[] = {{.field = "Target", .name = "target", .kind = K::Value}};
constexpr Parameter kIsMap[] = {{.field = "Target", .name = "target", .kind = K::Map}};
constexpr Parameter kIsMatch[] = {{.field = "Target", .name = "target", .kind = K::StringLike},
                                  {.field = "Pattern", .name = "pattern", .kind = K::String, .rule = Rule::Regexp}};
constexpr Parameter kIsValidLuhn[] = {{.field = "Target", .name = "target", .kind = K::StringLike}};
constexpr Parameter kParseCSV[] = {{.field = "Target", .name = "target", .kind = K::String},
                                   {.field = "Header", .name = "header", .kind = K::String},
                                   {.field = "Delimiter",
                                    .name = "delimiter",
                                    .kind = K::ConstString,
                                    .optional = true,
                                    .rule = Rule::OneCharacter,
                                    .initial = "\",\""},
                                   {.field = "HeaderDelimiter",
                                    .name = "header_delimiter",
                                    .kind = K::ConstString,
                                    .optional = true,
                                    .rule = Rule::OneCharacter,
                                    .initial = "delimiter"},
                                   {.field = "Mode",
                                    .name = "mode",
                                    .kind = K::ConstString,
                                    .optional = true,
                                    .rule = Rule::OneOf,
                                    .choices = kStrictChoices,
                                    .initial = "\"strict\""}};
constexpr Parameter kParseInt[] = {{.field = "Target", .name = "target", .kind = K::String},
                                   {.field = "Base", .name = "base", .kind = K::Int, .rule = Rule::Base}};
constexpr Parameter kParseKeyValue[] = {{.field = "Target", .name = "target", .kind = K::String},
                                        {.field = "Delimiter",
                                         .name = "delimiter",
                                         .kind = K::ConstString,
                                         .optional = true,
                                         .rule = Rule::NotEmpty,
                                         .initial = "\"=\""},
                                        {.field = "PairDelimiter",
                                         .name = "pair_delimiter",
                                         .kind = K::ConstString,
                                         .optional = true,
                                         .rule = Rule::NotEmpty,
                                         .initial = "\" \""}};
constexpr Parameter kParseSeverity[] = {
    {.field = "Target", .name = "target", .kind = K::Value},
    {.field = "Mapping", .name = "mapping", .kind = K::Map, .rule = Rule::Severities}};
constexpr Parameter kProfileID[] = {{.field = "Target", .name = "target", .kind = K::BytesLike, .rule = Rule::Id}};
constexpr Parameter kSliceToMap[] = {
    {.field = "Target", .name = "target", .kind = K::List},
    {.field = "KeyPath", .name = "key_path", .kind = K::ConstString, .list = true, .optional = true},
    {.field = "ValuePath", .name = "value_path", .kind = K::ConstString, .list = true, .optional = true}};
constexpr Parameter kSort[] = {{.field = "Target", .name = "target", .kind = K::Value},
                               {.field = "Order",
                                .name = "order",
                                .kind = K::ConstString,
                                .optional = true,
                                .rule = Rule::OneOf,
                                .choices = kAscChoices,
                                .initial = "\"asc\""}};
constexpr Parameter kSplit[] = {{.field = "Target", .name = "target", .kind = K::String},
                                {.field = "Delimiter", .name = "delimiter", .kind = K::String}};
constexpr Parameter kSubstring[] = {
    {.field = "Target", .name = "target", .kind = K::String},
    {.field = "Start", .name = "start", .kind = K::Int},
    {.field = "Length", .name = "length", .kind = K::Int},
    {.field = "Utf8Safe", .name = "utf8_safe", .kind = K::ConstBool, .optional = true, .initial = "false"}};
constexpr Parameter kTime[] = {
    {.field = "Time", .name = "time", .kind = K::String},
    {.field = "Format", .name = "format", .kind = K::ConstString, .rule = Rule::TimeFormat},
    {.field = "Location",
     .name = "location",
     .kind = K::ConstString,
     .optional = true,
     .rule = Rule::Location,
     .initial = "where the collector runs"},
    {.field = "Locale", .name = "locale", .kind = K::ConstString, .optional = true, .rule = Rule::Locale}};
constexpr Parameter kToKeyValueString[] = {
    {.field = "Target", .name = "target", .kind = K::Map},
    {.field = "Delimiter",
     .name = "delimiter",
     .kind = K::ConstString,
     .optional = true,
     .rule = Rule::NotEmpty,
     .initial = "\"=\""},
    {.field = "PairDelimiter",
     .name = "pair_delimiter",
     .kind = K::ConstString,
     .optional = true,
     .rule = Rule::NotEmpty,
     .initial = "\" \""},
    {.field = "SortOutput", .name = "sort_output", .kind = K::ConstBool, .optional = true, .initial = "false"}};
constexpr Parameter kTrim[] = {
    {.field = "Target", .name = "target", .kind = K::String},
    {.field = "Replacement", .name = "replacement", .kind = K::ConstString, .optional = true, .initial = "\" \""}};
constexpr Parameter kTruncateTime[] = {{.field = "Time", .name = "time", .kind = K::Time},
                                       {.field = "Duration", .name = "duration", .kind = K::Duration}};
constexpr Parameter kURL[] = {{.field = "URI", .name = "u_r_i", .kind = K::String}};
constexpr Parameter kUnix[] = {
    {.field = "Seconds", .name = "seconds", .kind = K::Int},
    {.field = "Nanoseconds", .name = "nanoseconds", .kind = K::Int, .optional = true, .initial = "0"}};
constexpr Parameter kUserAgent[] = {{.field = "UserAgent", .name = "user_agent", .kind = K::String}};
constexpr Parameter kAggregateOnAttributeValue[] = {
    {.field = "AggregationFunction",
     .name = "aggregation_function",
     .kind = K::ConstString,
     .rule = Rule::OneOf,
     .choices = kSumChoices},
    {.field = "Attribute", .name = "attribute", .kind = K::ConstString},
    {.field = "Values", .name = "values", .kind = K::ConstString, .list = true},
    {.field = "NewValue", .name = "new_value", .kind = K::ConstString}};
constexpr Parameter kAggregateOnAttributes[] = {
    {.field = "AggregationFunction",
     .name = "aggregation_function",
     .kind = K::ConstString,
     .rule = Rule::OneOf,
     .choices = kSumChoices},
    {.field = "Attributes", .name = "attributes", .kind = K::ConstString, .list = true, .optional = true}};
constexpr Parameter kConvertExponentialHistogramToHistogram[] = {{.field = "DistributionFn",
                                                                  .name = "distribution_fn",
                                                                  .kind = K::ConstString,
                                                                  .rule = Rule::OneOf,
                                                                  .choices = kUpperChoices},
                                                                 {.field = "ExplicitBounds",
                                                                  .name = "explicit_bounds",
                                                                  .kind = K::ConstDouble,
                                                                  .list = true,
                                                                  .rule = Rule::NotEmpty}};
constexpr Parameter kConvertGaugeToSum[] = {{.field = "StringAggTemp",
                                             .name = "string_agg_temp",
                                             .kind = K::ConstString,
                                             .rule = Rule::OneOf,
                                             .choices = kDeltaChoices},
                                            {.field = "Monotonic", .name = "monotonic", .kind = K::ConstBool}};
constexpr Parameter kConvertSummaryCountValToSum[] = {
    {.field = "StringAggTemp",
     .name = "string_agg_temp",
     .kind = K::ConstString,
     .rule = Rule::OneOf,
     .choices = kDeltaChoices},
    {.field = "Monotonic", .name = "monotonic", .kind = K::ConstBool},
    {.field = "Suffix", .name = "suffix", .kind = K::ConstString, .optional = true, .initial = "\"_count\""}};
constexpr Parameter kConvertSummaryQuantileValToGauge[] = {
    {.field = "AttributeKey",
     .name = "attribute_key",
     .kind = K::ConstString,
     .optional = true,
     .initial = "\"quantile\""},
    {.field = "Suffix", .name = "suffix", .kind = K::ConstString, .optional = true, .initial = "\".quantiles\""}};
constexpr Parameter kConvertSummarySumValToSum[] = {
    {.field = "StringAggTemp",
     .name = "string_agg_temp",
     .kind = K::ConstString,
     .rule = Rule::OneOf,
     .choices = kDeltaChoices},
    {.field = "Monotonic", .name = "monotonic", .kind = K::ConstBool},
    {.field = "Suffix", .name = "suffix", .kind = K::ConstString, .optional = true, .initial = "\"_sum\""}};
constexpr Parameter kCopyMetric[] = {
    {.field = "Name", .name = "name", .kind = K::String, .optional = true},
    {.field = "Description", .name = "description", .kind = K::String, .optional = true},
    {.field = "Unit", .name = "unit", .kind = K::String, .optional = true}};
constexpr Parameter kExtractCountMetric[] = {
    {.field = "Monotonic", .name = "monotonic", .kind = K::ConstBool},
    {.field = "Suffix", .name = "suffix", .kind = K::ConstString, .optional = true, .initial = "\"_count\""}};
constexpr Parameter kExtractPercentileMetric[] = {
    {.field = "Percentile", .name = "percentile", .kind = K::ConstDouble, .rule = Rule::Percentile},
    {.field = "Suffix",
     .name = "suffix",
     .kind = K::ConstString,
     .optional = true,
     .initial = "\"_p\" and the percentile"}};
constexpr Parameter kExtractSumMetric[] = {
    {.field = "Monotonic", .name = "monotonic", .kind = K::ConstBool},
    {.field = "Suffix", .name = "suffix", .kind = K::ConstString, .optional = true, .initial = "\"_sum\""}};
constexpr Parameter kMergeHistogramBuckets[] = {{.field = "TargetValue", .name = "target_value", .kind = K::DoubleLike},
                                                {.field = "Method",
                                                 .name = "method",
                                                 .kind = K::ConstString,
                                                 .optional = true,
                                                 .rule = Rule::OneOf,
                                                 .choices = kRemoveExplicitBoundChoices,
                                                 .initial = "\"remove_explicit_bound\""}};
constexpr Parameter kScaleMetric[] = {{.field = "Multiplier", .name = "multiplier", .kind = K::ConstDouble},
                                      {.field = "Unit", .name = "unit", .kind = K::String, .optional = true}};
constexpr Parameter kSetSemconvSpanName[] = {
    {.field = "SemconvVersion", .name = "semconv_version", .kind = K::ConstString, .rule = Rule::Semconv},
    {.field = "OriginalSpanNameAttribute",
     .name = "original_span_name_attribute",
     .kind = K::ConstString,
     .optional = true,
     .rule = Rule::NotEmpty}};
constexpr Parameter kParseCLF[] = {{.field = "Target", .name = "target", .kind = K::String},
                                   {.field = "Format",
                                    .name = "format",
                                    .kind = K::ConstString,
                                    .optional = true,
                                    .rule = Rule::OneOf,
                                    .choices = kClfChoices,
                                    .initial = "\"clf\""}};
constexpr Parameter kHasAttrKeyOnDatapoint[] = {{.field = "Key", .name = "key", .kind = K::ConstString}};
constexpr Parameter kHasAttrOnDatapoint[] = {{.field = "Key", .name = "key", .kind = K::ConstString},
                                             {.field = "ExpectedVal", .name = "expected_val", .kind = K::ConstString}};

constexpr Function kFunctions[] = {
    {.name = "append", .editor = true, .parameters = kAppend, .doc = "Adds values to the end of a list."},
    {.name = "delete_index",
     .editor = true,
     .parameters = kDeleteIndex,
     .fails = true,
     .doc = "Removes elements of a list."},
    {.name = "delete_key", .editor = true, .parameters = kDeleteKey, .doc = "Removes a key of a map."},
    {.name = "delete_matching_keys",
     .editor = true,
     .parameters = kDeleteMatchingKeys,
     .doc = "Removes the keys of a map that a regular expression matches."},
    {.name = "flatten",
     .editor = true,
     .parameters = kFlatten,
     .doc = "Lifts what is in maps and lists of a map to its first level."},
    {.name = "keep_keys", .editor = true, .parameters = kKeepKeys, .doc = "Removes all keys of a map but these."},
    {.name = "keep_matching_keys",
     .editor = true,
     .parameters = kDeleteMatchingKeys,
     .doc = "Removes the keys of a map that a regular expression does not match."},
    {.name = "limit",
     .editor = true,
     .parameters = kLimit,
     .doc = "Removes what is beyond a number of keys, but never the ones with priority."},
    {.name = "merge_maps",
     .editor = true,
     .parameters = kMergeMaps,
     .doc = "Puts the entries of one map into another."},
    {.name = "replace_all_matches",
     .editor = true,
     .parameters = kReplaceAllMatches,
     .fails = true,
     .doc = "Replaces the string values of a map that a glob matches."},
    {.name = "replace_all_patterns",
     .editor = true,
     .parameters = kReplaceAllPatterns,
     .fails = true,
     .doc = "Replaces what a regular expression matches in keys or string values of a map."},
    {.name = "replace_match",
     .editor = true,
     .parameters = kReplaceMatch,
     .fails = true,
     .doc = "Replaces a string that a glob matches."},
    {.name = "replace_pattern",
     .editor = true,
     .parameters = kReplacePattern,
     .fails = true,
     .doc = "Replaces what a regular expression matches in a string."},
    {.name = "set", .editor = true, .parameters = kSet, .doc = "Writes a value; nil writes nothing."},
    {.name = "stringify_all",
     .editor = true,
     .parameters = kStringifyAll,
     .doc = "Turns all values of a map into strings."},
    {.name = "truncate_all",
     .editor = true,
     .parameters = kTruncateAll,
     .doc = "Cuts the string values of a map to a number of bytes."},
    {.name = "Base64Decode",
     .parameters = kBase64Decode,
     .result = T::String,
     .fails = true,
     .doc = "The bytes that a string holds in Base64."},
    {.name = "Base64Encode",
     .parameters = kBase64Encode,
     .result = T::String,
     .fails = true,
     .doc = "A string in Base64."},
    {.name = "Bool", .parameters = kBool, .result = T::Bool, .gives = Gives::ResultOrNil, .doc = "A value as a bool."},
    {.name = "Coalesce",
     .parameters = kCoalesce,
     .gives = Gives::FirstOfList,
     .doc = "The first value that is not nil."},
    {.name = "CommunityID",
     .parameters = kCommunityID,
     .result = T::String,
     .fails = true,
     .doc = "The Community ID of a network flow."},
    {.name = "Concat", .parameters = kConcat, .result = T::String, .doc = "Strings put together."},
    {.name = "ContainsValue", .parameters = kContainsValue, .result = T::Bool, .doc = "Whether a list holds a value."},
    {.name = "ConvertAttributesToElementsXML",
     .parameters = kConvertAttributesToElementsXML,
     .result = T::String,
     .fails = true,
     .doc = "XML with attributes turned into elements."},
    {.name = "ConvertCase", .parameters = kConvertCase, .result = T::String, .doc = "A string in another case."},
    {.name = "ConvertTextToElementsXML",
     .parameters = kConvertTextToElementsXML,
     .result = T::String,
     .fails = true,
     .doc = "XML with texts beside elements turned into elements."},
    {.name = "Day", .parameters = kDay, .result = T::Int, .doc = "The day of the month."},
    {.name = "Decode", .parameters = kDecode, .result = T::String, .fails = true, .doc = "A string or bytes decoded."},
    {.name = "Double",
     .parameters = kDouble,
     .result = T::Double,
     .gives = Gives::ResultOrNil,
     .doc = "A value as a double."},
    {.name = "Duration",
     .parameters = kDuration,
     .result = T::Duration,
     .fails = true,
     .doc = "A duration from a string such as `1h5m`."},
    {.name = "ExtractGrokPatterns",
     .parameters = kExtractGrokPatterns,
     .result = T::Map,
     .fails = true,
     .doc = "What a Grok pattern finds in a string."},
    {.name = "ExtractPatterns",
     .parameters = kExtractPatterns,
     .result = T::Map,
     .fails = true,
     .doc = "What a regular expression's named groups match in a string."},
    {.name = "FNV", .parameters = kBase64Decode, .result = T::Int, .doc = "The 64-bit FNV-1a hash of a string."},
    {.name = "Format",
     .parameters = kFormat,
     .result = T::String,
     .doc = "Values in the places of a format as Go has it."},
    {.name = "FormatTime", .parameters = kFormatTime, .result = T::String, .fails = true, .doc = "A time in words."},
    {.name = "GetXML",
     .parameters = kGetXML,
     .result = T::String,
     .fails = true,
     .doc = "The parts of XML that an XPath selects."},
    {.name = "HasPrefix", .parameters = kHasPrefix, .result = T::Bool, .doc = "Whether a string begins with another."},
    {.name = "HasSuffix", .parameters = kHasSuffix, .result = T::Bool, .doc = "Whether a string ends with another."},
    {.name = "Hex", .parameters = kHex, .result = T::String, .doc = "Bytes in hex."},
    {.name = "Hour", .parameters = kDay, .result = T::Int, .doc = "The hour of the day."},
    {.name = "Hours", .parameters = kHours, .result = T::Double, .doc = "A duration in hours."},
    {.name = "Index",
     .parameters = kIndex,
     .result = T::Int,
     .fails = true,
     .doc = "Where a value is in a list or string, -1 if it is not there."},
    {.name = "InsertXML",
     .parameters = kInsertXML,
     .result = T::String,
     .fails = true,
     .doc = "XML with other XML put in where an XPath selects."},
    {.name = "Int",
     .parameters = kInt,
     .result = {T::Nil, T::Int},
     .doc = "A value as an int; nil for strings that are none."},
    {.name = "IsBool", .parameters = kIsBool, .result = T::Bool, .doc = "Whether a value is a bool."},
    {.name = "IsDouble", .parameters = kIsDouble, .result = T::Bool, .doc = "Whether a value is a double."},
    {.name = "IsInCIDR",
     .parameters = kIsInCIDR,
     .result = T::Bool,
     .fails = true,
     .doc = "Whether an address is in one of the networks."},
    {.name = "IsInt", .parameters = kIsInt, .result = T::Bool, .doc = "Whether a value is an int."},
    {.name = "IsList", .parameters = kIsList, .result = T::Bool, .doc = "Whether a value is a list."},
    {.name = "IsMap", .parameters = kIsMap, .result = T::Bool, .doc = "Whether a value is a map."},
    {.name = "IsMatch", .parameters = kIsMatch, .result = T::Bool, .doc = "Whether a regular expression matches."},
    {.name = "IsString", .parameters = kBase64Decode, .result = T::Bool, .doc = "Whether a value is a string."},
    {.name = "IsValidLuhn",
     .parameters = kIsValidLuhn,
     .result = T::Bool,
     .fails = true,
     .doc = "Whether a number passes the Luhn check."},
    {.name = "Keys", .parameters = kIsMap, .result = T::Slice, .doc = "The keys of a map."},
    {.name = "Len",
     .parameters = kIsList,
     .result = T::Int,
     .fails = true,
     .doc = "The length of a string, list or map."},
    {.name = "Log", .parameters = kDouble, .result = T::Double, .fails = true, .doc = "The natural logarithm."},
    {.name = "MD5", .parameters = kBase64Decode, .result = T::String, .doc = "The MD5 hash of a string in hex."},
    {.name = "Microseconds", .parameters = kHours, .result = T::Int, .doc = "A duration in microseconds."},
    {.name = "Milliseconds", .parameters = kHours, .result = T::Int, .doc = "A duration in milliseconds."},
    {.name = "Minute", .parameters = kDay, .result = T::Int, .doc = "The minute of the hour."},
    {.name = "Minutes", .parameters = kHours, .result = T::Double, .doc = "A duration in minutes."},
    {.name = "Month", .parameters = kDay, .result = T::Int, .doc = "The month, from 1."},
    {.name = "Murmur3Hash",
     .parameters = kBase64Decode,
     .result = T::String,
     .doc = "The 32-bit Murmur3 hash of a string in hex."},
    {.name = "Murmur3Hash128",
     .parameters = kBase64Decode,
     .result = T::String,
     .doc = "The 128-bit Murmur3 hash of a string in hex."},
    {.name = "Nanosecond", .parameters = kDay, .result = T::Int, .doc = "The nanosecond of the second."},
    {.name = "Nanoseconds", .parameters = kHours, .result = T::Int, .doc = "A duration in nanoseconds."},
    {.name = "Now", .result = T::Time, .pure = false, .doc = "The time at which it is called.", .any_arguments = true},
    {.name = "ParseCSV", .parameters = kParseCSV, .result = T::Map, .fails = true, .doc = "A line of CSV as a map."},
    {.name = "ParseInt",
     .parameters = kParseInt,
     .result = T::Int,
     .fails = true,
     .doc = "An int from its digits in a base."},
    {.name = "ParseJSON",
     .parameters = kBase64Decode,
     .result = {T::Map, T::Slice},
     .fails = true,
     .doc = "What a string holds as JSON."},
    {.name = "ParseKeyValue",
     .parameters = kParseKeyValue,
     .result = T::Map,
     .fails = true,
     .doc = "Pairs such as `a=1 b=2` as a map."},
    {.name = "ParseSeverity",
     .parameters = kParseSeverity,
     .result = T::String,
     .fails = true,
     .doc = "The severity that a mapping gives a value."},
    {.name = "ParseSimplifiedXML",
     .parameters = kBase64Decode,
     .result = T::Map,
     .fails = true,
     .doc = "XML as a map of elements and their values."},
    {.name = "ParseXML",
     .parameters = kBase64Decode,
     .result = T::Map,
     .fails = true,
     .doc = "XML as a map with tags, attributes and children."},
    {.name = "ProfileID",
     .parameters = kProfileID,
     .result = T::ProfileId,
     .fails = true,
     .doc = "A profile id from bytes or hex.",
     .id_size = 16},
    {.name = "RemoveXML",
     .parameters = kGetXML,
     .result = T::String,
     .fails = true,
     .doc = "XML without what an XPath selects."},
    {.name = "SHA1", .parameters = kBase64Decode, .result = T::String, .doc = "The SHA-1 hash of a string in hex."},
    {.name = "SHA256", .parameters = kBase64Decode, .result = T::String, .doc = "The SHA-256 hash of a string in hex."},
    {.name = "SHA512", .parameters = kBase64Decode, .result = T::String, .doc = "The SHA-512 hash of a string in hex."},
    {.name = "Second", .parameters = kDay, .result = T::Int, .doc = "The second of the minute."},
    {.name = "Seconds", .parameters = kHours, .result = T::Double, .doc = "A duration in seconds."},
    {.name = "SliceToMap", .parameters = kSliceToMap, .result = T::Map, .fails = true, .doc = "A list as a map."},
    {.name = "Sort",
     .parameters = kSort,
     .result = {T::Slice, T::Array, T::Strings, T::Ints, T::Doubles},
     .gives = Gives::Sorted,
     .fails = true,
     .doc = "A list in order."},
    {.name = "SpanID",
     .parameters = kProfileID,
     .result = T::SpanId,
     .fails = true,
     .doc = "A span id from bytes or hex.",
     .id_size = 8},
    {.name = "Split", .parameters = kSplit, .result = T::Strings, .doc = "A string in pieces."},
    {.name = "String",
     .parameters = kIsValidLuhn,
     .result = T::String,
     .gives = Gives::ResultOrNil,
     .doc = "A value as a string."},
    {.name = "Substring",
     .parameters = kSubstring,
     .result = T::String,
     .fails = true,
     .doc = "Bytes out of a string."},
    {.name = "Time", .parameters = kTime, .result = T::Time, .fails = true, .doc = "A time from a string."},
    {.name = "ToCamelCase", .parameters = kBase64Decode, .result = T::String, .doc = "A string in CamelCase."},
    {.name = "ToKeyValueString",
     .parameters = kToKeyValueString,
     .result = T::String,
     .doc = "A map as pairs such as `a=1 b=2`."},
    {.name = "ToLowerCase", .parameters = kBase64Decode, .result = T::String, .doc = "A string in small letters."},
    {.name = "ToSnakeCase", .parameters = kBase64Decode, .result = T::String, .doc = "A string in snake_case."},
    {.name = "ToUpperCase", .parameters = kBase64Decode, .result = T::String, .doc = "A string in capitals."},
    {.name = "TraceID",
     .parameters = kProfileID,
     .result = T::TraceId,
     .fails = true,
     .doc = "A trace id from bytes or hex.",
     .id_size = 16},
    {.name = "Trim", .parameters = kTrim, .result = T::String, .doc = "A string without these characters at its ends."},
    {.name = "TrimPrefix", .parameters = kHasPrefix, .result = T::String, .doc = "A string without its beginning."},
    {.name = "TrimSuffix", .parameters = kHasSuffix, .result = T::String, .doc = "A string without its end."},
    {.name = "TruncateTime",
     .parameters = kTruncateTime,
     .result = T::Time,
     .doc = "A time rounded down to a multiple of a duration."},
    {.name = "URL", .parameters = kURL, .result = T::RawMap, .fails = true, .doc = "The parts of a URL."},
    {.name = "UUID", .result = T::String, .pure = false, .doc = "A random UUID.", .any_arguments = true},
    {.name = "UUIDv7",
     .result = T::String,
     .pure = false,
     .doc = "A UUID that begins with the time.",
     .any_arguments = true},
    {.name = "Unix", .parameters = kUnix, .result = T::Time, .doc = "The time so many seconds after 1970."},
    {.name = "UnixMicro", .parameters = kDay, .result = T::Int, .doc = "A time in microseconds since 1970."},
    {.name = "UnixMilli", .parameters = kDay, .result = T::Int, .doc = "A time in milliseconds since 1970."},
    {.name = "UnixNano", .parameters = kDay, .result = T::Int, .doc = "A time in nanoseconds since 1970."},
    {.name = "UnixSeconds", .parameters = kDay, .result = T::Int, .doc = "A time in seconds since 1970."},
    {.name = "UserAgent", .parameters = kUserAgent, .result = T::RawMap, .doc = "What a user agent says of itself."},
    {.name = "Values", .parameters = kIsMap, .result = T::Slice, .doc = "The values of a map."},
    {.name = "Weekday", .parameters = kDay, .result = T::Int, .doc = "The day of the week, 0 for Sunday."},
    {.name = "XXH128",
     .parameters = kBase64Decode,
     .result = T::String,
     .doc = "The 128-bit XXH3 hash of a string in hex."},
    {.name = "XXH3",
     .parameters = kBase64Decode,
     .result = T::String,
     .doc = "The 64-bit XXH3 hash of a string in hex."},
    {.name = "Year", .parameters = kDay, .result = T::Int, .doc = "The year."},
    {.name = "IsRootSpan",
     .result = T::Bool,
     .contexts = kSpans,
     .doc = "Whether a span has no parent.",
     .any_arguments = true},
    {.name = "aggregate_on_attribute_value",
     .editor = true,
     .parameters = kAggregateOnAttributeValue,
     .fails = true,
     .library = Library::Transform,
     .contexts = kMetrics,
     .doc = "Aggregates data points whose attribute has one of the values."},
    {.name = "aggregate_on_attributes",
     .editor = true,
     .parameters = kAggregateOnAttributes,
     .fails = true,
     .library = Library::Transform,
     .contexts = kMetrics,
     .doc = "Aggregates data points over all attributes but these."},
    {.name = "convert_exponential_histogram_to_histogram",
     .editor = true,
     .parameters = kConvertExponentialHistogramToHistogram,
     .library = Library::Transform,
     .contexts = kMetrics,
     .doc = "Turns an exponential histogram into one with these bounds."},
    {.name = "convert_gauge_to_sum",
     .editor = true,
     .parameters = kConvertGaugeToSum,
     .library = Library::Transform,
     .contexts = kMetrics,
     .doc = "Turns a gauge into a sum."},
    {.name = "convert_sum_to_gauge",
     .editor = true,
     .library = Library::Transform,
     .contexts = kMetrics,
     .doc = "Turns a sum into a gauge.",
     .any_arguments = true},
    {.name = "convert_summary_count_val_to_sum",
     .editor = true,
     .parameters = kConvertSummaryCountValToSum,
     .library = Library::Transform,
     .contexts = kDataPoints,
     .doc = "Makes a sum of a summary's counts."},
    {.name = "convert_summary_quantile_val_to_gauge",
     .editor = true,
     .parameters = kConvertSummaryQuantileValToGauge,
     .library = Library::Transform,
     .contexts = kMetrics,
     .doc = "Makes a gauge of a summary's quantiles."},
    {.name = "convert_summary_sum_val_to_sum",
     .editor = true,
     .parameters = kConvertSummarySumValToSum,
     .library = Library::Transform,
     .contexts = kDataPoints,
     .doc = "Makes a sum of a summary's sums."},
    {.name = "copy_metric",
     .editor = true,
     .parameters = kCopyMetric,
     .library = Library::Transform,
     .contexts = kMetrics,
     .doc = "Adds a copy of the metric."},
    {.name = "extract_count_metric",
     .editor = true,
     .parameters = kExtractCountMetric,
     .fails = true,
     .library = Library::Transform,
     .contexts = kMetrics,
     .doc = "Makes a sum of a histogram's or summary's counts."},
    {.name = "extract_percentile_metric",
     .editor = true,
     .parameters = kExtractPercentileMetric,
     .fails = true,
     .library = Library::Transform,
     .contexts = kMetrics,
     .doc = "Makes a gauge of a percentile of a histogram."},
    {.name = "extract_sum_metric",
     .editor = true,
     .parameters = kExtractSumMetric,
     .fails = true,
     .library = Library::Transform,
     .contexts = kMetrics,
     .doc = "Makes a sum of a histogram's or summary's sums."},
    {.name = "merge_histogram_buckets",
     .editor = true,
     .parameters = kMergeHistogramBuckets,
     .fails = true,
     .library = Library::Transform,
     .contexts = kDataPoints,
     .doc = "Joins buckets of a histogram."},
    {.name = "scale_metric",
     .editor = true,
     .parameters = kScaleMetric,
     .fails = true,
     .library = Library::Transform,
     .contexts = kMetrics,
     .doc = "Multiplies the values of a metric."},
    {.name = "set_semconv_span_name",
     .editor = true,
     .parameters = kSetSemconvSpanName,
     .library = Library::Transform,
     .contexts = kSpans,
     .doc = "Names a span as the semantic conventions do."},
    {.name = "ParseCLF",
     .parameters = kParseCLF,
     .result = T::Map,
     .fails = true,
     .library = Library::Transform,
     .contexts = kLogs,
     .doc = "A line of a web server's log as a map."},
    {.name = "ParseLEEF",
     .parameters = kBase64Decode,
     .result = T::Map,
     .fails = true,
     .library = Library::Transform,
     .contexts = kLogs,
     .doc = "A LEEF message as a map."},
    {.name = "HasAttrKeyOnDatapoint",
     .parameters = kHasAttrKeyOnDatapoint,
     .result = T::Bool,
     .fails = true,
     .library = Library::Filter,
     .contexts = kMetrics,
     .doc = "Whether a data point has an attribute."},
    {.name = "HasAttrOnDatapoint",
     .parameters = kHasAttrOnDatapoint,
     .result = T::Bool,
     .fails = true,
     .library = Library::Filter,
     .contexts = kMetrics,
     .doc = "Whether the first data point with an attribute has this value."},
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
