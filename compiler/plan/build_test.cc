// SPDX-License-Identifier: Apache-2.0
// Nothing of a config is left out in silence: a processor that nothing lowers, a component without a runtime half and a
// setting that a lowering does not ask for are faults, and no plan is made.
#include "compiler/check/front_end.h"
#include "compiler/plan/plan.h"

#include <gtest/gtest.h>

namespace whittle::plan {
namespace {

// A filter with settings for spans and for metrics, used for `signals`.
check::CheckResult filter_for(const std::string& signals) {
  std::string pipelines;
  for (size_t from = 0; from < signals.size();) {
    size_t end = std::min(signals.find(' ', from), signals.size());
    pipelines += signals.substr(from, end - from) + ": {receivers: [otlp], processors: [filter], exporters: [debug]}, ";
    from = end + 1;
  }
  auto r = check::check_text("c.yaml",
                             "receivers: {otlp: {protocols: {grpc: }}}\nexporters: {debug: }\nprocessors:\n  filter:\n"
                             "    error_mode: propagate\n"
                             "    spans: {include: {match_type: strict, services: [a], regexp: {cacheenabled: true}}}\n"
                             "    metrics: {exclude: {match_type: strict, resource_attributes: [{key: k, value: v}]}}\n"
                             "service: {pipelines: {" +
                                 pipelines + "}}\n",
                             {});
  EXPECT_TRUE(r.config.has_value());
  return r;
}

// The halves that whittle has, with the filter's lowering replaced.
std::vector<Halves> with_lowering(LowerFn lower) {
  std::vector<Halves> out(component_halves().begin(), component_halves().end());
  for (Halves& h : out)
    if (h.kind == schema::ComponentKind::Processor && h.name == "filter") h.lower = lower;
  return out;
}

std::string fault(const check::CheckResult& r, std::span<const Halves> halves) {
  auto plan = build(*r.config, halves);
  return plan ? "" : plan.error();
}

TEST(Plan, EverySettingIsAskedForByTheRealLowering) {
  for (const char* signals : {"traces", "metrics", "logs", "traces metrics logs"})
    EXPECT_EQ(fault(filter_for(signals), component_halves()), "") << signals;
}

TEST(Plan, AnOverlookedSettingIsAFault) {
  auto asks = [](const check::Value& config, schema::Signal signal) -> std::optional<ir::Program> {
    if (signal == schema::Signal::Traces) config.at("spans").at("include").at("services");
    (void)config.at("error_mode");
    return ir::Program{};
  };
  EXPECT_EQ(fault(filter_for("traces"), with_lowering(asks)),
            "the lowering of the processor `filter` overlooks `processors::filter::spans::include::match_type`");
  // What is written for signals that the processor does not carry here is nothing to ask for.
  EXPECT_EQ(fault(filter_for("logs"), with_lowering(asks)), "");
  EXPECT_EQ(fault(filter_for("metrics"), with_lowering(asks)),
            "the lowering of the processor `filter` overlooks `processors::filter::metrics`");
}

TEST(Plan, SettingsWithinListsAreAskedForOneByOne) {
  auto asks = [](const check::Value& config, schema::Signal) -> std::optional<ir::Program> {
    (void)config.at("error_mode");
    const check::Value& match = config.at("metrics").at("exclude");
    (void)match.at("match_type");
    for (const check::Value& a : match.at("resource_attributes").items) (void)a.at("key");
    return ir::Program{};
  };
  EXPECT_EQ(fault(filter_for("metrics"), with_lowering(asks)),
            "the lowering of the processor `filter` overlooks "
            "`processors::filter::metrics::exclude::resource_attributes::value`");
}

TEST(Plan, AProcessorThatNothingLowersIsAFault) {
  EXPECT_EQ(fault(filter_for("traces"), with_lowering(nullptr)), "nothing lowers the processor `filter`");
}

TEST(Plan, AComponentWithoutARuntimeHalfIsAFault) {
  std::vector<Halves> halves(component_halves().begin(), component_halves().end());
  for (Halves& h : halves)
    if (h.name == "debug") h.runtime = false;
  EXPECT_EQ(fault(filter_for("traces"), halves), "the exporter `debug` has no runtime half");
}

}  // namespace
}  // namespace whittle::plan
