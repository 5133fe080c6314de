// SPDX-License-Identifier: Apache-2.0
// The Collector as others build it. A file of its own, as declc needs the names before there are tables.
#include "compiler/schema/schema.h"

namespace whittle::schema {

std::string_view name_of(Distribution d) {
  static constexpr std::string_view kNames[] = {"adot", "contrib", "core"};
  return kNames[static_cast<int>(d)];
}

std::string_view title_of(Distribution d) {
  static constexpr std::string_view kTitles[] = {"the AWS distribution", "the contrib distribution",
                                                 "the core distribution"};
  return kTitles[static_cast<int>(d)];
}

std::optional<Distribution> distribution_of(std::string_view name) {
  for (int i = 0; i < kDistributions; ++i) {
    if (name_of(static_cast<Distribution>(i)) == name) return static_cast<Distribution>(i);
  }
  return std::nullopt;
}

}  // namespace whittle::schema
