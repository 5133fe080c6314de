// SPDX-License-Identifier: Apache-2.0
// Filter expressions: read by the compiler, run over one metric's data points.
#include "runtime/ottl/value.h"
#include "runtime/wire/wire.h"
#include "stdlib/processor/filter/expression_shared.h"

#include <gtest/gtest.h>
#include <string>

namespace whittle::ottl {
extern "C" bool rt_metric_expression(ottl::Run* run, const Value* args, Value* out);
namespace {

// Two points of a gauge, with the labels pod=a and pod=b, idle=yes.
std::string points() {
  auto label = [](std::string key, std::string value) {
    const std::string any = "\x0a" + std::string(1, static_cast<char>(value.size())) + value;
    const std::string pair = "\x0a" + std::string(1, static_cast<char>(key.size())) + key + "\x12" +
                             std::string(1, static_cast<char>(any.size())) + any;
    return "\x3a" + std::string(1, static_cast<char>(pair.size())) + pair;
  };
  const std::string first = label("pod", "a"), second = label("pod", "b") + label("idle", "yes");
  return "\x0a" + std::string(1, static_cast<char>(first.size())) + first + "\x0a" +
         std::string(1, static_cast<char>(second.size())) + second;
}

std::string run(std::string_view expression) {
  auto made = check::read_expression(expression);
  if (!made) return (made.error().unknown ? "unknown: " : "wrong: ") + made.error().message;
  Arena arena;
  ottl::Run run{arena, nullptr};
  const std::string bytes_of = points();
  Value data = bytes(as_bytes(Text(bytes_of)), ValueKind::DataPoints);
  data.detail = 5;
  std::vector<Value> args{data, text("mem.used"), integer(1), text(made->code)};
  for (auto& c : made->constants) {
    if (auto* s = std::get_if<std::string>(&c.value)) args.push_back(text(*s));
    else if (auto* d = std::get_if<double>(&c.value)) args.push_back(real(*d));
    else if (auto* b = std::get_if<bool>(&c.value)) args.push_back(boolean(*b));
    else args.push_back(nil());
  }
  Value out;
  EXPECT_TRUE(rt_metric_expression(&run, args.data(), &out));
  return out.integer ? "yes" : "no";
}

struct Case {
  const char *expression, *result;
};
constexpr Case kCases[] = {
    {"MetricName == \"mem.used\"", "yes"},
    {"MetricName == 'mem.used' && HasLabel(\"idle\")", "yes"},
    {"Label(\"pod\") == \"a\" && HasLabel(\"idle\")", "no"},  // of one point
    {"Label('pod') == 'a' or false and true", "yes"},
    {"not HasLabel('idle')", "yes"},
    {"!(HasLabel('idle') || HasLabel('pod'))", "no"},
    {"MetricType == 'Gauge'", "yes"},
    {"MetricName startsWith 'mem' and MetricName endsWith `used` and MetricName contains '.'", "yes"},
    {"MetricName not startsWith 'mem'", "no"},
    {"Label('pod') in ['x', 'b']", "yes"},
    {"Label('pod') not in ['a', 'b']", "no"},
    {"MetricName in []", "no"},
    {"HasLabel('idle') ? Label('idle') == 'yes' : Label('pod') == 'q'", "yes"},
    {"len(MetricName) == 8 and len(Label('gone')) < 1", "yes"},
    {"upper(Label('pod')) + lower('X') == 'Bx'", "yes"},
    {"hasPrefix(MetricName, 'mem') == hasSuffix(trim(' x '), 'x')", "yes"},
    {"Label('pod') > 'a'", "yes"},
    {"MetricName == 5", "no"},
    {"MetricName != nil", "yes"},
    {"true", "yes"},
    {"MetricName ==", "wrong: it ends where a value should be"},
    {"(true", "wrong: `)` is missing"},
    {"true true", "wrong: `true` is not expected here"},
    {"MetricName", "wrong: an expression gives a truth value, and this gives a text"},
    {"Label('a') && true", "wrong: `&&` takes a truth value, and this is a text"},
    {"HasLabel(5)", "wrong: `HasLabel` takes a text, and this is a number"},
    {"'a", "wrong: a text has no closing quote"},
    {"MetricName matches '['", "wrong: the pattern is no regular expression: missing closing ]: `[`"},
    {"Foo == 1", "unknown: `Foo`"},
    {"len(MetricName) % 2 == 0", "unknown: `%`"},
    {"any([1], # > 1)", "unknown: `any`"},
};

TEST(Expression, Metrics) {
  for (const Case& c : kCases) EXPECT_EQ(run(c.expression), c.result) << c.expression;
  EXPECT_EQ(run(std::string(100, '(')), "wrong: it is nested too deep");
}

}  // namespace
}  // namespace whittle::ottl
