// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/report.h"

#include "compiler/syntax/places.h"

#include <string>

namespace whittle::ottl {

namespace {

using diag::Diag;
using Words = std::string_view;

constexpr Diag<Words, Words> kVersion{"E1433", "in contrib 0.{}, {}"};
constexpr Diag<Words, Words> kNewer{"N1434", "`{}` came with contrib 0.{}, and what this says is not looked at"};

constexpr Words kFunctionCode = "E0803";  // of a function that is not there

const LaterFunction* later_of(const Problem& p, const Source& source) {
  if (p.code != kFunctionCode || p.place.end > source.text.size()) return nullptr;
  return later_function(source.text.substr(p.place.begin, p.place.end - p.place.begin));
}

}  // namespace

bool is_newer(const Problem& problem, const Source& source, uint16_t version) {
  const LaterFunction* later = later_of(problem, source);
  return later != nullptr && later->since <= version && version <= later->until;
}

void report(const Problem& p, const Source& source, const source::Sources& sources, diag::Diagnostics& diags,
            uint16_t version) {
  if (version < p.since || version > p.until) return;
  source::Span at = syntax::place_within(sources, source.span, source.text, p.place.begin, p.place.end);
  const LaterFunction* later = later_of(p, source);
  if (is_newer(p, source, version)) {
    diags.emit(kNewer, at, later->name, std::to_string(later->since));
    return;
  }
  const bool error = p.code.starts_with('E'), warning = p.code.starts_with('W');
  diag::Diagnostic made;
  made.severity = error ? diag::Severity::Error : warning ? diag::Severity::Warning : diag::Severity::Note;
  made.code = p.code;
  made.message = p.code == kVersionCode ? diag::detail::fill(kVersion.text, version, p.message) : p.message;
  made.span = at;
  diag::Builder d(&made);
  if (later != nullptr) {
    if (later->until == 0xffff) d.note("it came with contrib 0.{}", std::to_string(later->since));
    else d.note("contrib 0.{} to 0.{} have it", std::to_string(later->since), std::to_string(later->until));
  }
  if (!p.near.empty()) d.here("did you mean `{}`?", Words(p.near)).suggest(at, p.near);
  else if (!p.label.empty()) d.here("{}", Words(p.label));
  if (!p.help.empty()) d.help("{}", Words(p.help));
  // Where the whole scalar is marked, the text itself has to be shown.
  bool all = p.place.begin == 0 && p.place.end >= source.text.size();
  if (at == source.span && !all) d.note("in `{}`", source.text);
  diags.take(std::move(made));
}

}  // namespace whittle::ottl
