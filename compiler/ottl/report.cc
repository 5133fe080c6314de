// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/report.h"

#include "compiler/syntax/places.h"

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
  case Problem::Kind::Fails: break;
  }
  return kFails;
}

}  // namespace

void report(const Problem& p, const Source& source, const source::Sources& sources, diag::Diagnostics& diags) {
  source::Span at = syntax::place_within(sources, source.span, source.text, p.place.begin, p.place.end);
  auto d = diags.emit(kind_of(p.kind), at, p.message);
  if (!p.near.empty()) d.here("did you mean `{}`?", Words(p.near)).suggest(at, p.near);
  else if (!p.label.empty()) d.here("{}", Words(p.label));
  if (!p.help.empty()) d.help("{}", Words(p.help));
  if (!(at == source.span)) return;
  // The whole scalar is marked, so the text itself has to be shown.
  bool all = p.place.begin == 0 && p.place.end >= source.text.size();
  if (!all) d.note("in `{}`", source.text);
}

}  // namespace whittle::ottl
