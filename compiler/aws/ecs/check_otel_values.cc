// SPDX-License-Identifier: Apache-2.0
// What SDKs' environment variables hold, where every SDK makes nothing of it or stops: pairs, and names of propagators,
// samplers and compressions (OpenTelemetry specification, "Environment Variable Specification"). Names that an
// extension may bring are told only where a known one was meant.
#include "compiler/aws/ecs/checks.h"
#include "compiler/diag/near.h"
#include "compiler/source/letters.h"

#include <algorithm>
#include <cstdlib>
#include <span>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view, std::string_view> kNoPair{"W1420", "`{}` in `{}` is no `name=value`"};
constexpr Diag<std::string_view> kSemicolon{"W1420", "`;` does not part what `{}` holds"};
constexpr Diag<std::string_view, std::string_view> kNoSuch{"W1420", "SDKs know no {} `{}`"};
constexpr Diag<std::string_view> kNoShare{"W1420", "`{}` is no share of traces"};

constexpr std::string_view kPropagators[] = {"tracecontext", "baggage", "b3",          "b3multi",
                                             "jaeger",       "xray",    "xray-lambda", "ottrace"};
constexpr std::string_view kSamplers[] = {"always_on",
                                          "always_off",
                                          "traceidratio",
                                          "parentbased_always_on",
                                          "parentbased_always_off",
                                          "parentbased_traceidratio",
                                          "parentbased_jaeger_remote",
                                          "jaeger_remote",
                                          "xray"};
constexpr std::string_view kCompressions[] = {"gzip", "none", "deflate"};

std::string letters(std::string_view s) {
  std::string out;
  for (char c : s) {
    if (c != '_' && c != '-') out += source::small_letter(c);
  }
  return out;
}

// The known name that is meant; empty: it is one of them, or none is like it.
std::string_view meant(std::string_view name, std::span<const std::string_view> known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return {};
  if (name == "w3c") name = "tracecontext";  // what it is called in other places
  for (std::string_view k : known) {
    if (letters(k) == letters(name)) return k;
  }
  return diag::nearest(name, known);
}

// "a=b,c=d".
void pairs(TaskCheck& c, const Variable& v) {
  std::string_view rest = v.value.text;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view part = source::trimmed(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (part.empty()) continue;
    const size_t equals = part.find('='), semicolon = part.find(';');
    if (equals == std::string_view::npos) {
      c.diags.emit(kNoPair, v.value.span, part, v.name.text)
          .note("SDKs leave it out, and some of them all of the variable")
          .help("pairs look like `name=value`, with commas between them");
      return;
    }
    if (semicolon != std::string_view::npos && part.find('=', semicolon) != std::string_view::npos) {
      std::string as = v.value.text;
      std::replace(as.begin(), as.end(), ';', ',');
      c.diags.emit(kSemicolon, v.value.span, v.name.text)
          .here("commas do")
          .note("all behind the first `=` is one value")
          .suggest(v.value.span, c.as_written(v.value.span, as));
      return;
    }
  }
}

void name(TaskCheck& c, const Variable& v, std::string_view what, std::string_view one,
          std::span<const std::string_view> known) {
  const std::string_view near = meant(one, known);
  if (near.empty()) return;
  auto d = c.diags.emit(kNoSuch, v.value.span, what, one);
  d.here("did you mean `{}`?", near);
  if (v.value.text == one) d.suggest(v.value.span, c.as_written(v.value.span, near));
}

// What the samplers by trace id take.
void share(TaskCheck& c, const Container& x, const Variable& v) {
  const Variable* sampler = x.variable("OTEL_TRACES_SAMPLER");
  if (sampler == nullptr || !sampler->value.text.ends_with("traceidratio")) return;
  const std::string& text = v.value.text;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  const bool number = end == text.c_str() + text.size();
  if (number && value >= 0 && value <= 1) return;
  c.diags.emit(kNoShare, v.value.span, text).here("a number from 0 to 1").help("a tenth of all traces is `0.1`");
}

}  // namespace

void check_otel_values(TaskCheck& c) {
  for (const Container& x : c.task.containers) {
    if (&x == c.collector) continue;
    for (const Variable& v : x.environment) {
      if (!v.name.has_text() || !v.value.has_text()) continue;
      const std::string& n = v.name.text;
      if (n == "OTEL_RESOURCE_ATTRIBUTES" || (n.starts_with("OTEL_EXPORTER_OTLP_") && n.ends_with("HEADERS"))) {
        pairs(c, v);
      } else if (n == "OTEL_TRACES_SAMPLER_ARG") {
        share(c, x, v);
      } else if (n == "OTEL_TRACES_SAMPLER") {
        name(c, v, "sampler", v.value.text, kSamplers);
      } else if (n.starts_with("OTEL_EXPORTER_OTLP_") && n.ends_with("COMPRESSION")) {
        name(c, v, "compression", v.value.text, kCompressions);
      } else if (n == "OTEL_PROPAGATORS") {
        for (std::string_view rest = v.value.text; !rest.empty();) {
          const size_t comma = std::min(rest.find(','), rest.size());
          name(c, v, "propagator", source::trimmed(rest.substr(0, comma)), kPropagators);
          rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
      }
    }
  }
}

}  // namespace whittle::aws::ecs
