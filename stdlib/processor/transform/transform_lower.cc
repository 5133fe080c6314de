// SPDX-License-Identifier: Apache-2.0
// Groups of statements as passes, one a group, in their order.
#include "compiler/check/ottl.h"
#include "compiler/plan/plan.h"

namespace whittle::plan {

namespace {

constexpr std::string_view kParts[] = {"trace_statements", "metric_statements", "log_statements"};  // by Signal

std::vector<std::string_view> texts(const check::Value& list) {
  std::vector<std::string_view> out;
  for (const check::Value& item : list.items) out.push_back(item.text);
  return out;
}

}  // namespace

std::optional<ir::Program> lower_processor_transform(const check::Value& config, schema::Signal signal) {
  ir::Program program;
  program.signal = signal;
  config.find("profile_statements");
  config.find("flatten_data");
  const std::string_view whole = config.at("error_mode").text;
  std::vector<std::string> missing;  // said when the config is checked
  for (const check::Value& g : config.at(kParts[static_cast<int>(signal)]).items) {
    if (g.items.empty()) continue;
    ottl::GroupTexts group{{}, texts(g.at("conditions")), texts(g.at("statements"))};
    if (const std::string& context = g.at("context").text; !context.empty())
      group.stated = ottl::context_named(context);
    const std::string& own = g.at("error_mode").text;
    std::vector<ottl::TextProblem> problems;
    auto read = ottl::read_group(group, check::contexts_of(signal), problems);
    if (!read || read->statements.empty()) continue;
    read->errors = ottl::error_mode_named(own.empty() ? whole : std::string_view(own));
    ir::add_group(program, *read, false, g.place, missing);
  }
  if (program.passes.empty()) return std::nullopt;
  return program;
}

}  // namespace whittle::plan
