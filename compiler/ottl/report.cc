// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/report.h"

#include "compiler/syntax/places.h"

#include <string>

namespace whittle::ottl {

namespace {

using diag::Diag;
using Words = std::string_view;

constexpr Diag<Words> kSyntax{"E0801", "this cannot be read: {}"};
constexpr Diag<Words> kPath{"E0802", "{}"};
constexpr Diag<Words> kFunction{"E0803", "{}"};
constexpr Diag<Words> kArguments{"E0804", "{}"};
constexpr Diag<Words> kContext{"E0805", "{}"};
constexpr Diag<Words> kEnum{"E0806", "{}"};
constexpr Diag<Words> kType{"E0807", "{}"};
constexpr Diag<Words> kLiteral{"E0808", "{}"};
constexpr Diag<Words> kNever{"W0811", "{}"};
constexpr Diag<Words> kNothing{"W0812", "{}"};
constexpr Diag<Words> kFails{"W0813", "{}"};

constexpr Diag<Words, Words> kVersion{"E1433", "in contrib 0.{}, {}"};
constexpr Diag<Words> kLater{"N1433", "{}"};
constexpr Diag<Words, Words> kNewer{"N1434", "`{}` came with contrib 0.{}, and what this says is not looked at"};

const Diag<Words>& kind_of(Problem::Kind kind) {
  switch (kind) {
  case Problem::Kind::Syntax: return kSyntax;
  case Problem::Kind::Path: return kPath;
  case Problem::Kind::Function: return kFunction;
  case Problem::Kind::Arguments: return kArguments;
  case Problem::Kind::Context: return kContext;
  case Problem::Kind::Enum: return kEnum;
  case Problem::Kind::Type: return kType;
  case Problem::Kind::Literal: return kLiteral;
  case Problem::Kind::Never: return kNever;
  case Problem::Kind::Nothing: return kNothing;
  case Problem::Kind::Later: return kLater;
  case Problem::Kind::Version:
  case Problem::Kind::Fails: break;
  }
  return kFails;
}

const LaterFunction* later_of(const Problem& p, const Source& source) {
  if (p.kind != Problem::Kind::Function || p.place.end > source.text.size()) return nullptr;
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
  auto d = p.kind == Problem::Kind::Version ? diags.emit(kVersion, at, std::to_string(version), p.message)
                                            : diags.emit(kind_of(p.kind), at, p.message);
  if (later != nullptr) {
    if (later->until == 0xffff) d.note("it came with contrib 0.{}", std::to_string(later->since));
    else d.note("contrib 0.{} to 0.{} have it", std::to_string(later->since), std::to_string(later->until));
  }
  if (!p.near.empty()) d.here("did you mean `{}`?", Words(p.near)).suggest(at, p.near);
  else if (!p.label.empty()) d.here("{}", Words(p.label));
  if (!p.help.empty()) d.help("{}", Words(p.help));
  if (!(at == source.span)) return;
  // The whole scalar is marked, so the text itself has to be shown.
  bool all = p.place.begin == 0 && p.place.end >= source.text.size();
  if (!all) d.note("in `{}`", source.text);
}

}  // namespace whittle::ottl
