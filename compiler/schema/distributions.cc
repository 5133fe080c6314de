// SPDX-License-Identifier: Apache-2.0
// The Collector as others build it. A file of its own, as declc needs the names before there are tables.
#include "compiler/schema/schema.h"

#include <algorithm>
#include <string>

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

namespace {

// go.mod of aws-otel-collector at each tag; where patches differ, of the last.
struct MadeOf {
  uint16_t adot, contrib;
};
constexpr MadeOf kMadeOf[] = {{31, 80},  {32, 82},  {33, 84},  {34, 86},  {35, 90},  {36, 90},  {37, 94},
                              {38, 94},  {39, 98},  {40, 102}, {41, 109}, {42, 115}, {43, 117}, {44, 130},
                              {45, 131}, {46, 141}, {47, 143}, {48, 151}, {49, 156}};

}  // namespace

std::string_view image_of(Distribution d) {
  static constexpr std::string_view kImages[] = {"public.ecr.aws/aws-observability/aws-otel-collector",
                                                 "otel/opentelemetry-collector-contrib",
                                                 "otel/opentelemetry-collector"};
  return kImages[static_cast<int>(d)];
}

std::string version_of(Distribution d, uint16_t contrib) {
  if (d != Distribution::Adot) return "0." + std::to_string(contrib) + ".0";
  uint16_t found = kMadeOf[0].adot;
  for (const MadeOf& m : kMadeOf) {
    if (m.contrib <= contrib) found = m.adot;
  }
  return "v0." + std::to_string(found) + ".0";
}

std::optional<uint16_t> contrib_of(Distribution d, std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  if (!version.starts_with("0.")) return std::nullopt;
  version.remove_prefix(2);
  size_t end = std::min(version.find_first_not_of("0123456789"), version.size());
  bool more = end < version.size() && version[end] != '.' && version[end] != '-' && version[end] != '@';
  if (end == 0 || end > 3 || more) return std::nullopt;
  uint16_t minor = 0;
  for (char c : version.substr(0, end)) minor = static_cast<uint16_t>(minor * 10 + (c - '0'));
  if (d != Distribution::Adot) return minor >= 80 ? std::optional(minor) : std::nullopt;
  for (const MadeOf& m : kMadeOf) {
    if (m.adot == minor) return m.contrib;
  }
  return std::nullopt;
}

}  // namespace whittle::schema
