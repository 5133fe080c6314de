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
    {"Base64Decode", 0, 160, "`Decode(value, \"base64\")`"},
    {"Base64Encode", 147, kNever},
    {"Bool", 143, kNever},
    {"Coalesce", 150, kNever},
    {"CommunityID", 141, kNever},
    {"ContainsValue", 129, kNever},
    {"ConvertAttributesToElementsXML", 112, kNever},
    {"ConvertTextToElementsXML", 112, kNever},
    {"Day", 102, kNever},
    {"Decode", 109, kNever},
    {"ExtractGrokPatterns", 107, kNever},
    {"Format", 106, kNever},
    {"FormatTime", 118, kNever},
    {"GetXML", 111, kNever},
    {"HasPrefix", 126, kNever},
    {"HasSuffix", 126, kNever},
    {"Hex", 104, kNever},
    {"Index", 134, kNever},
    {"InsertXML", 111, kNever},
    {"IsInCIDR", 146, kNever},
    {"IsValidLuhn", 122, kNever},
    {"Keys", 130, kNever},
    {"MD5", 107, kNever},
    {"Minute", 102, kNever},
    {"Month", 102, kNever},
    {"Murmur3Hash", 122, kNever},
    {"Murmur3Hash128", 122, kNever},
    {"Nanosecond", 118, kNever},
    {"ParseInt", 130, kNever},
    {"ParseSeverity", 141, kNever},
    {"ParseSimplifiedXML", 112, kNever},
    {"ProfileID", 126, 161},
    {"RemoveXML", 111, kNever},
    {"SHA512", 107, kNever},
    {"Second", 118, kNever},
    {"SliceToMap", 113, kNever},
    {"Sort", 109, kNever},
    {"ToCamelCase", 120, kNever},
    {"ToKeyValueString", 111, kNever},
    {"ToLowerCase", 120, kNever},
    {"ToSnakeCase", 120, kNever},
    {"ToUpperCase", 120, kNever},
    {"Trim", 117, kNever},
    {"TrimPrefix", 141, kNever},
    {"TrimSuffix", 141, kNever},
    {"URL", 103, kNever},
    {"UUIDv7", 132, kNever},
    {"UserAgent", 108, kNever},
    {"Values", 131, kNever},
    {"Weekday", 121, kNever},
    {"XXH128", 139, kNever},
    {"XXH3", 138, kNever},
    {"Year", 102, kNever},
    {"append", 103, kNever},
    {"delete_index", 145, kNever},
    {"keep_matching_keys", 103, kNever},
    {"stringify_all", 155, kNever},
};

constexpr LaterFunction kLater[] = {
    {"All", 157, 161},     {"Any", 157, 161},     {"Filter", 157, 161}, {"Find", 157, 161}, {"IsEmpty", 157, kNever},
    {"MapEach", 157, 161}, {"MapKeys", 157, 161}, {"Reduce", 157, 161}, {"When", 157, 161}, {"clear", 160, kNever},
};

// When arguments came that may be left out, and since when others may be what is known only when the statement runs.
struct Since {
  std::string_view function, parameter;
  uint16_t since;
};
constexpr Since kArguments[] = {
    {"Time", "location", 101},          {"Time", "locale", 110},         {"flatten", "resolve_conflicts", 122},
    {"truncate_all", "utf8_safe", 148}, {"Substring", "utf8_safe", 154},
};
constexpr Since kValues[] = {
    {"Concat", "delimiter", 139},
    {"Decode", "encoding", 139},
    {"ExtractGrokPatterns", "pattern", 139},
    {"ExtractPatterns", "pattern", 139},
    {"HasPrefix", "prefix", 139},
    {"HasSuffix", "suffix", 139},
    {"IsMatch", "pattern", 139},
    {"Split", "delimiter", 139},
    {"delete_key", "key", 139},
    {"delete_matching_keys", "pattern", 139},
    {"keep_matching_keys", "pattern", 139},
    {"replace_all_matches", "pattern", 139},
    {"replace_all_patterns", "regex_pattern", 139},
    {"replace_match", "pattern", 139},
    {"replace_pattern", "regex_pattern", 139},
};

constexpr uint16_t kStrictCommas = 160;  // `[1 2]` and `[, 1]` are lists before
constexpr uint16_t kSigns = 144;         // a sign stands before numbers only, before

std::string version(uint16_t v) {
  return "0." + std::to_string(v);
}

using diag::Diag;

constexpr Diag<std::string_view, std::string_view> kFunctionGone{"N1433", "`{}` is gone from {} on"};
constexpr Diag<std::string_view> kListRefused{"N1433", "from {} on this list is refused"};

class Teller {
public:
  Teller(const Tree& tree, std::vector<Problem>& problems) : tree_(tree), problems_(problems) {}

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

  void call(const Node& n) {
    const Function& f = *n.function;
    std::string name = "`" + std::string(f.name) + "`";
    auto life =
        std::find_if(std::begin(kFunctions), std::end(kFunctions), [&](const Life& l) { return l.name == f.name; });
    if (life != std::end(kFunctions)) {
      if (life->since > kOldestVersion)
        say(lacking(n.name_place, "there is no function " + name), 0, life->since - 1).label =
            "it came with " + version(life->since);
      if (life->until != kNever) {
        uint16_t gone = life->until + 1;
        std::string help = life->instead.empty() ? "" : "write " + std::string(life->instead);
        say(lacking(n.name_place, "there is no function " + name), gone, kNever).help = help;
        problems_.back().label = "it is gone from " + version(gone) + " on";
        say(problem_of(kFunctionGone, n.name_place, f.name, version(gone)), 0, life->until).help = help;
      }
    }
    std::span<const NodeId> given = tree_.children(n);
    for (size_t i = 0; i < given.size() && i < f.parameters.size(); ++i) {
      if (given[i] == kNoNode) continue;
      const Node& a = tree_.at(given[i]);
      auto is = [&](const Since& s) { return s.function == f.name && s.parameter == f.parameters[i].name; };
      std::string what = name + " has no argument `" + std::string(f.parameters[i].name) + "`";
      if (auto s = std::find_if(std::begin(kArguments), std::end(kArguments), is); s != std::end(kArguments))
        say(lacking(a.place, what), 0, s->since - 1).label = "it came with " + version(s->since);
      if (a.literal) continue;
      if (auto s = std::find_if(std::begin(kValues), std::end(kValues), is); s != std::end(kValues))
        say(lacking(a.place,
                    "`" + std::string(f.parameters[i].name) + "` of " + name + " is a text that is written out"),
            0, s->since - 1)
            .label = "what is known only when it runs is taken from " + version(s->since) + " on";
    }
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
  std::vector<Problem>& problems_;
};

}  // namespace

void tell_versions(const Tree& tree, std::vector<Problem>& problems) {
  Teller(tree, problems).run();
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

}  // namespace whittle::ottl
