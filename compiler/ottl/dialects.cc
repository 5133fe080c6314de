// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/dialects.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace whittle::ottl {

namespace {

constexpr uint16_t kNever = 0xffff;

// When functions came and went; those that are not here are in every version.
struct Life {
  std::string_view name;
  uint16_t since, until;
  std::string_view instead{};  // of one that went
};
constexpr Life kFunctions[] = {
    {"Base64Decode", 97, 160, "`Decode(value, \"base64\")`"},
    {"Base64Encode", 147, kNever},
    {"Bool", 143, kNever},
    {"Coalesce", 150, kNever},
    {"CommunityID", 141, kNever},
    {"ContainsValue", 129, kNever},
    {"ConvertAttributesToElementsXML", 112, kNever},
    {"ConvertTextToElementsXML", 112, kNever},
    {"Day", 102, kNever},
    {"Decode", 109, kNever},
    {"Double", 88, kNever},
    {"Duration", 82, kNever},
    {"ExtractGrokPatterns", 107, kNever},
    {"ExtractPatterns", 84, kNever},
    {"Format", 106, kNever},
    {"FormatTime", 118, kNever},
    {"GetXML", 111, kNever},
    {"HasPrefix", 126, kNever},
    {"HasSuffix", 126, kNever},
    {"Hex", 104, kNever},
    {"Hour", 92, kNever},
    {"Hours", 84, kNever},
    {"Index", 134, kNever},
    {"InsertXML", 111, kNever},
    {"IsBool", 89, kNever},
    {"IsDouble", 90, kNever},
    {"IsInCIDR", 146, kNever},
    {"IsInt", 96, kNever},
    {"IsList", 99, kNever},
    {"IsRootSpan", 104, kNever},
    {"IsValidLuhn", 122, kNever},
    {"Keys", 130, kNever},
    {"Len", 82, kNever},
    {"MD5", 107, kNever},
    {"Microseconds", 84, kNever},
    {"Milliseconds", 84, kNever},
    {"Minute", 102, kNever},
    {"Minutes", 84, kNever},
    {"Month", 102, kNever},
    {"Murmur3Hash", 122, kNever},
    {"Murmur3Hash128", 122, kNever},
    {"Nanosecond", 118, kNever},
    {"Nanoseconds", 84, kNever},
    {"Now", 86, kNever},
    {"ParseCLF", 155, kNever},
    {"ParseCSV", 95, kNever},
    {"ParseInt", 130, kNever},
    {"ParseKeyValue", 95, kNever},
    {"ParseLEEF", 155, kNever},
    {"ParseSeverity", 141, kNever},
    {"ParseSimplifiedXML", 112, kNever},
    {"ParseXML", 97, kNever},
    {"ProfileID", 126, 161},
    {"RemoveXML", 111, kNever},
    {"SHA512", 107, kNever},
    {"Second", 118, kNever},
    {"Seconds", 84, kNever},
    {"SliceToMap", 113, kNever},
    {"Sort", 109, kNever},
    {"String", 98, kNever},
    {"Time", 81, kNever},
    {"ToCamelCase", 120, kNever},
    {"ToKeyValueString", 111, kNever},
    {"ToLowerCase", 120, kNever},
    {"ToSnakeCase", 120, kNever},
    {"ToUpperCase", 120, kNever},
    {"Trim", 117, kNever},
    {"TrimPrefix", 141, kNever},
    {"TrimSuffix", 141, kNever},
    {"TruncateTime", 86, kNever},
    {"URL", 103, kNever},
    {"UUIDv7", 132, kNever},
    {"Unix", 98, kNever},
    {"UnixMicro", 85, kNever},
    {"UnixMilli", 85, kNever},
    {"UnixNano", 85, kNever},
    {"UnixSeconds", 85, kNever},
    {"UserAgent", 108, kNever},
    {"Values", 131, kNever},
    {"Weekday", 121, kNever},
    {"XXH128", 139, kNever},
    {"XXH3", 138, kNever},
    {"Year", 102, kNever},
    {"aggregate_on_attribute_value", 109, kNever},
    {"aggregate_on_attributes", 106, kNever},
    {"append", 103, kNever},
    {"convert_exponential_histogram_to_histogram", 110, kNever},
    {"convert_gauge_to_sum", 106, kNever},
    {"convert_sum_to_gauge", 106, kNever},
    {"convert_summary_quantile_val_to_gauge", 131, kNever},
    {"copy_metric", 94, kNever},
    {"delete_index", 145, kNever},
    {"extract_count_metric", 82, kNever},
    {"extract_percentile_metric", 151, kNever},
    {"extract_sum_metric", 82, kNever},
    {"flatten", 93, kNever},
    {"keep_matching_keys", 103, kNever},
    {"merge_histogram_buckets", 133, kNever},
    {"scale_metric", 106, kNever},
    {"set_semconv_span_name", 142, kNever},
    {"stringify_all", 155, kNever},
};

constexpr LaterFunction kLater[] = {
    {"All", 157, 161},
    {"Any", 157, 161},
    {"Filter", 157, 161},
    {"Find", 157, 161},
    {"IsEmpty", 157, kNever},
    {"MapEach", 157, 161},
    {"MapKeys", 157, 161},
    {"ParseCEF", 157, kNever},
    {"ParseELF", 158, kNever},
    {"Reduce", 157, 161},
    {"When", 157, 161},
    {"clear", 160, kNever},
    {"extract_avg_metric", 162, kNever},
};

// Functions that moved from one context to another: the last version with them in the first.
struct Moved {
  std::string_view name;
  Context from;
  uint16_t until;
};
constexpr Moved kMoved[] = {{"convert_gauge_to_sum", Context::DataPoint, 105},
                            {"convert_sum_to_gauge", Context::DataPoint, 105}};

// When arguments came that may be left out, and since when others may be what is known only when the statement runs.
struct Since {
  std::string_view function, parameter;
  uint16_t since;
};
constexpr Since kArguments[] = {
    {"Substring", "utf8_safe", 154},
    {"Time", "locale", 110},
    {"Time", "location", 101},
    {"convert_summary_count_val_to_sum", "suffix", 129},
    {"convert_summary_sum_val_to_sum", "suffix", 129},
    {"extract_count_metric", "suffix", 129},
    {"extract_sum_metric", "suffix", 129},
    {"flatten", "resolve_conflicts", 122},
    {"merge_histogram_buckets", "method", 154},
    {"replace_all_matches", "function", 88},
    {"replace_all_matches", "replacement_format", 94},
    {"replace_all_patterns", "function", 88},
    {"replace_all_patterns", "replacement_format", 94},
    {"replace_match", "function", 88},
    {"replace_match", "replacement_format", 94},
    {"replace_pattern", "function", 88},
    {"replace_pattern", "replacement_format", 94},
    {"truncate_all", "utf8_safe", 148},
};
constexpr Since kLaterArguments[] = {{"truncate_all", "truncation_marker", 157}};
constexpr Since kValues[] = {
    {"Concat", "delimiter", 139},
    {"Decode", "encoding", 139},
    {"ExtractGrokPatterns", "pattern", 139},
    {"ExtractPatterns", "pattern", 139},
    {"HasPrefix", "prefix", 139},
    {"HasSuffix", "suffix", 139},
    {"IsMatch", "pattern", 139},
    {"Split", "delimiter", 139},
    {"Substring", "length", 84},
    {"Substring", "start", 84},
    {"delete_key", "key", 139},
    {"delete_matching_keys", "pattern", 139},
    {"keep_keys", "keys", 139},
    {"keep_matching_keys", "pattern", 139},
    {"replace_all_matches", "pattern", 139},
    {"replace_all_patterns", "regex_pattern", 139},
    {"replace_match", "pattern", 139},
    {"replace_pattern", "regex_pattern", 139},
};

// Ids were made of bytes only, and of a text in hex from then on.
constexpr std::string_view kIds[] = {"ProfileID", "SpanID", "TraceID"};
constexpr uint16_t kIdTexts = 142;

// When paths came: those of a context whose names begin so.
struct PathSince {
  Context context;
  std::string_view name;
  uint16_t since;
};
constexpr PathSince kPaths[] = {
    {Context::DataPoint, "start_time", 86},
    {Context::DataPoint, "time", 86},
    {Context::Exemplar, "", 154},
    {Context::Log, "event_name", 128},
    {Context::Log, "observed_time", 86},
    {Context::Log, "time", 86},
    {Context::Metric, "metadata", 128},
    {Context::OtelCol, "", 147},
    {Context::Resource, "schema_url", 104},
    {Context::Scope, "schema_url", 104},
    {Context::Span, "end_time", 86},
    {Context::Span, "flags", 145},
    {Context::Span, "kind.deprecated_string", 92},
    {Context::Span, "kind.string", 92},
    {Context::Span, "start_time", 86},
    {Context::SpanEvent, "event_index", 121},
    {Context::SpanEvent, "time", 86},
};

constexpr uint16_t kStrictCommas = 160;  // `[1 2]` and `[, 1]` are lists before
constexpr uint16_t kSigns = 144;         // a sign stands before numbers only, before
constexpr uint16_t kMapLiterals = 107;   // `{"a": 1}`
constexpr uint16_t kNamedArguments = 86;
constexpr uint16_t kKeysFromValues = 118;  // `attributes[log.body]`
constexpr uint16_t kScopes = 122;          // `scope.name` where they run for something else; before, the older name

std::string version(uint16_t v) {
  return "0." + std::to_string(v);
}

using diag::Diag;

constexpr Diag<std::string_view, std::string_view> kFunctionGone{"N1433", "`{}` is gone from {} on"};
constexpr Diag<std::string_view> kListRefused{"N1433", "from {} on this list is refused"};

class Teller {
public:
  Teller(const Tree& tree, uint16_t names, std::vector<Problem>& problems)
      : tree_(tree), names_(names), problems_(problems) {}

  void run() {
    for (NodeId id : {tree_.editor, tree_.where, tree_.value}) walk(id);
  }

private:
  void walk(NodeId id) {
    if (id == kNoNode) return;
    const Node& n = tree_.at(id);
    if (n.kind == Kind::Call && n.function != nullptr) call(n);
    if (n.kind == Kind::List && n.boolean) list(n);
    if (n.kind == Kind::Negate) sign(n);
    if (n.kind == Kind::Map) came(n.place, "there are no maps as literals", kMapLiterals);
    if (n.kind == Kind::Path && n.path != nullptr) path(n);
    for (NodeId child : tree_.children(n)) walk(child);
    for (NodeId key : tree_.keys(n)) walk(key);
  }

  // Of the versions from `since` to `until`.
  Problem& say(Problem p, uint16_t since, uint16_t until) {
    p.since = since;
    p.until = until;
    return problems_.emplace_back(std::move(p));
  }
  // What one of them has not got: report.h says of which.
  static Problem lacking(Place place, std::string what) { return {kVersionCode, place, std::move(what)}; }

  void came(Place place, std::string what, uint16_t since, uint16_t first = 0) {
    say(lacking(place, std::move(what)), first, since - 1).label = "it came with " + version(since);
  }

  void path(const Node& n) {
    const std::string written = tree_.text.substr(n.name_place.begin, n.name_place.end - n.name_place.begin);
    const Segment& first = tree_.segments[n.names.first];
    const bool own = n.path->context == tree_.context;
    for (const PathSince& p : kPaths) {
      if (p.context != n.path->context || (!p.name.empty() && p.name != n.path->name)) continue;
      if (p.name.empty() && !own) return came(first.place, "there is no context `" + first.name + "`", p.since);
      if (p.name.empty()) return;  // said where the context is stated
      return came(n.name_place, "there is no path `" + written + "`", p.since);
    }
    for (NodeId key : tree_.children(n)) {
      const Node& k = tree_.at(key);
      if (k.kind != Kind::String && k.kind != Kind::Int) came(k.place, "a key is a literal", kKeysFromValues);
    }
    // Whether the path says a context at all: its own parts are those of the table's name.
    const auto parts = 1 + std::count(n.path->name.begin(), n.path->name.end(), '.');
    if (n.names.count <= parts) return;
    if (own && names_ > 0) {
      say(lacking(first.place, "paths do not say the context that they run in"), 0, names_ - 1).help =
          "write `" + written.substr(first.name.size() + 1) + "`, which later versions take too";
      problems_.back().label = "from " + version(names_) + " on they may";
    } else if (!own && first.name == name_of(Context::Scope)) {
      say(lacking(first.place, "there is no context `scope` here"), 0, kScopes - 1).help =
          "write `instrumentation_scope`, which later versions take too";
    }
  }

  void call(const Node& n) {
    const Function& f = *n.function;
    std::string name = "`" + std::string(f.name) + "`";
    uint16_t first = 0;  // of its arguments something is to be said from then on
    auto life =
        std::find_if(std::begin(kFunctions), std::end(kFunctions), [&](const Life& l) { return l.name == f.name; });
    if (life != std::end(kFunctions)) {
      first = life->since;
      if (life->since > kOldestVersion) came(n.name_place, "there is no function " + name, life->since);
      if (life->until != kNever) {
        uint16_t gone = life->until + 1;
        std::string help = life->instead.empty() ? "" : "write " + std::string(life->instead);
        say(lacking(n.name_place, "there is no function " + name), gone, kNever).help = help;
        problems_.back().label = "it is gone from " + version(gone) + " on";
        say(problem_of(kFunctionGone, n.name_place, f.name, version(gone)), 0, life->until).help = help;
      }
    }
    for (const Word& w : tree_.words_of(n)) {
      if (w.text.empty()) continue;
      came(w.place, "arguments have no names", kNamedArguments, first);
      break;
    }
    std::span<const NodeId> given = tree_.children(n);
    for (size_t i = 0; i < given.size() && i < f.parameters.size(); ++i) {
      if (given[i] != kNoNode) argument(f, f.parameters[i], tree_.at(given[i]), first);
    }
  }

  void argument(const Function& f, const Parameter& p, const Node& given, uint16_t first) {
    const std::string name = "`" + std::string(f.name) + "`", of = "`" + std::string(p.name) + "` of " + name;
    auto is = [&](const Since& s) { return s.function == f.name && s.parameter == p.name; };
    if (auto s = std::find_if(std::begin(kArguments), std::end(kArguments), is); s != std::end(kArguments))
      came(given.place, name + " has no argument `" + std::string(p.name) + "`", s->since, first);
    const bool id = std::find(std::begin(kIds), std::end(kIds), f.name) != std::end(kIds);
    if (id && !(given.literal && given.kind == Kind::Bytes))
      say(lacking(given.place, name + " takes bytes as a literal, such as `0x01`"), first, kIdTexts - 1);
    auto s = std::find_if(std::begin(kValues), std::end(kValues), is);
    if (s == std::end(kValues)) return;
    auto literal = [&](const Node& value) {
      if (value.literal) return;
      say(lacking(value.place, of + (p.list ? " are literals" : " is a literal")), first, s->since - 1).label =
          "what is known only when it runs is taken from " + version(s->since) + " on";
    };
    if (!p.list) return literal(given);
    for (NodeId element : tree_.children(given)) literal(tree_.at(element));
  }

  void list(const Node& n) {
    constexpr std::string_view kHelp = "write one comma between each two elements";
    say(problem_of(kListRefused, n.place, version(kStrictCommas)), 0, kStrictCommas - 1).help = kHelp;
    problems_.back().label = "its commas are not between its elements";
    say(lacking(n.place, "the commas of a list stand between its elements"), kStrictCommas, kNever).help = kHelp;
  }

  void sign(const Node& n) {
    std::span<const NodeId> of = tree_.children(n);
    if (of.empty()) return;
    const Node& inner = tree_.at(of[0]);
    if (inner.kind == Kind::Int || inner.kind == Kind::Double) return;
    say(lacking(n.place, "a sign stands before numbers only"), 0, kSigns - 1).label =
        "before anything else from " + version(kSigns) + " on";
  }

  const Tree& tree_;
  uint16_t names_;
  std::vector<Problem>& problems_;
};

}  // namespace

void tell_versions(const Tree& tree, uint16_t names, std::vector<Problem>& problems) {
  Teller(tree, names, problems).run();
}

std::string versions_of(std::string_view function) {
  auto life =
      std::find_if(std::begin(kFunctions), std::end(kFunctions), [&](const Life& l) { return l.name == function; });
  if (life == std::end(kFunctions)) return {};
  std::string out = life->since > kOldestVersion ? "from " + version(life->since) + " on" : std::string();
  if (life->until != kNever)
    out = (out.empty() ? "" : "from " + version(life->since) + " ") + ("up to " + version(life->until));
  return out;
}

const LaterFunction* later_function(std::string_view name) {
  auto found =
      std::find_if(std::begin(kLater), std::end(kLater), [&](const LaterFunction& l) { return l.name == name; });
  return found == std::end(kLater) ? nullptr : &*found;
}

uint16_t later_argument(std::string_view function, std::string_view name) {
  for (const Since& s : kLaterArguments) {
    if (s.function == function && (name.empty() || s.parameter == name)) return s.since;
  }
  return 0;
}

uint16_t known_elsewhere_until(std::string_view function, Context context) {
  for (const Moved& m : kMoved) {
    if (m.name == function && m.from == context) return m.until;
  }
  return 0;
}

}  // namespace whittle::ottl
