// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/expression.h"

#include "runtime/base/regex.h"
#include "runtime/base/utf8.h"
#include "runtime/ottl/cases.h"
#include "runtime/ottl/sequence.h"
#include "runtime/wire/wire.h"

namespace whittle::record {

using namespace ottl;

namespace {

constexpr Text kTypes[] = {"Empty", "Gauge", "Sum", "Histogram", "ExponentialHistogram", "Summary"};

// One data point: whether the expression holds.
bool holds(Run& run, const Value* args, const Value& attributes) {
  const Text code = args[3].as_text();
  const Value* constants = args + 4;
  Value stack[kExpressionDepth];
  uint32_t top = 0;  // how many there are
  auto push = [&](const Value& v) { stack[top++] = v; };
  auto pop = [&] { return stack[--top]; };
  auto made = [&](const Writer& w) { push(made_text(run, w)); };
  for (size_t at = 0; at + 3 <= code.size();) {
    const auto act = static_cast<Act>(code[at]);
    const auto operand =
        static_cast<uint32_t>(static_cast<uint8_t>(code[at + 1]) | static_cast<uint8_t>(code[at + 2]) << 8);
    at += 3;
    Value found;
    Writer w;
    switch (act) {
    case Act::Constant: push(constants[operand]); break;
    case Act::Name: push(args[1]); break;
    case Act::Type: push(text(kTypes[args[2].integer])); break;
    case Act::HasLabel: push(boolean(find(attributes, pop().as_text(), &found))); break;
    case Act::Label: {
      const bool there = find(attributes, pop().as_text(), &found) && found.is(ValueKind::String);
      push(there ? found : text({}));
      break;
    }
    case Act::Compare: {
      const Value b = pop(), a = pop();
      push(boolean(compare(a, b, static_cast<Comparison>(operand), run.arena)));
      break;
    }
    case Act::In: {
      bool among = false;
      top -= operand;
      const Value v = pop();
      for (uint32_t i = 1; i <= operand; ++i) among |= compare(v, stack[top + i], Comparison::Equal, run.arena);
      push(boolean(among));
      break;
    }
    case Act::Not: push(boolean(pop().integer == 0)); break;
    case Act::Matches: push(boolean(regex_match(*constants[operand].pattern, pop().as_text()))); break;
    case Act::Contains:
    case Act::StartsWith:
    case Act::EndsWith: {
      const Text b = pop().as_text(), a = pop().as_text();
      push(boolean(act == Act::Contains ? a.contains(b) : act == Act::StartsWith ? a.starts_with(b) : a.ends_with(b)));
      break;
    }
    case Act::Join: {
      const Text b = pop().as_text();
      w.append(pop().as_text());
      w.append(b);
      made(w);
      break;
    }
    case Act::Length: {
      const Text t = pop().as_text();
      int64_t n = 0;
      for (size_t i = 0, width; i < t.size(); i += width, ++n) code_point_at(t, i, width);
      push(integer(n));
      break;
    }
    case Act::Lower:
      to_lower(w, pop().as_text());
      made(w);
      break;
    case Act::Upper:
      to_upper(w, pop().as_text());
      made(w);
      break;
    case Act::Trim: push(text(trim_space(pop().as_text()))); break;
    case Act::Pop: --top; break;
    case Act::Jump: at = operand; break;
    case Act::JumpIfFalse:
      if (stack[top - 1].integer == 0) at = operand;
      break;
    case Act::JumpIfTrue:
      if (stack[top - 1].integer != 0) at = operand;
      break;
    }
  }
  return top == 1 && stack[0].integer != 0;
}

}  // namespace

// Whether an expression holds for any data point of a metric: its points, its name, its type, the code, constants.
extern "C" bool rt_metric_expression(Run* run, const Value* args, Value* out) {
  const Value& points = args[0];
  *out = boolean(false);
  if (!points.is(ValueKind::DataPoints)) return true;
  const uint32_t attributes = points.detail == 9 ? 9 : points.detail == 10 ? 1 : 7;
  for (const uint8_t *p = points.bytes, *end = p + points.size; p < end;) {
    const wire::RawField point = wire::next_field(p);
    if (point.number() != 1 || !holds(*run, args, wire_map(point.content(), attributes))) continue;
    *out = boolean(true);
    break;
  }
  return true;
}

}  // namespace whittle::record
