// SPDX-License-Identifier: Apache-2.0
// Conditions in the OpenTelemetry Transformation Language: are they ones that the Collector takes? Syntax, paths,
// functions and their arguments are checked; what comes of evaluating them is not this file's business.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace whittle::ottl {

enum class Context : uint8_t { Resource, Scope, Metric, DataPoint, Span, SpanEvent, Log };

// "metric", as paths name it.
std::string_view name_of(Context context);

struct Problem {
  enum class Kind : uint8_t { Syntax, Path, Function, Arguments, EnumValue };
  Kind kind = Kind::Syntax;
  size_t begin = 0, end = 0;  // of the condition's text
  std::string message;
  std::string near;  // what may have been meant, may be empty
};

// Deepest nesting of parentheses, brackets and calls.
inline constexpr int kMaxNesting = 100;

// The first thing wrong with `condition` in `context`. `qualified`: paths name their context (`metric.name`), as they
// do where the context is inferred; otherwise they do not (`name`), though they may.
std::optional<Problem> check_condition(std::string_view condition, Context context, bool qualified);

// The innermost context that the paths of `conditions` name, out of `candidates`, ordered from outer to inner: where
// the Collector evaluates a group of conditions that states no context. Nothing when no path names one of them.
std::optional<Context> infer_context(std::span<const std::string_view> conditions, std::span<const Context> candidates);

}  // namespace whittle::ottl
