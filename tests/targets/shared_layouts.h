// SPDX-License-Identifier: Apache-2.0
// Every struct that the compiler makes constants of and the runtime reads, and the value that each of its fields has in
// the test: a number of its own, counted in order.
#pragma once

#include "runtime/abi.h"
#include "runtime/record/program.h"

#include <stdint.h>
#include <tuple>

namespace whittle::layouts {

using Shared =
    std::tuple<Str, List<Str>, Any, Regex, RegexInstruction, Consumer, AwsNeed, ComponentContext, BranchSpec,
               FanOutSpec, Component, LateValue, PipelineEntry, Collector, Opt<double>, Opt<bool>, Opt<Str>, Entry<Any>,
               record::PointField, record::Keys, record::Conditions, record::Pass, record::Program>;

// Of the field that is number `n`, counted from 1 over all structs. No two are alike in their low byte within a struct.
constexpr uint64_t value_of_field(uint64_t n) {
  return n * 0x0101'0101'0101'0101u;
}

}  // namespace whittle::layouts
