// SPDX-License-Identifier: Apache-2.0
// What the collector's container runs: the collector that whittle compiled, one that is published for everybody, or an
// image of which nobody can tell. What is said of its health check, its arguments and its user depends on that.
#pragma once

#include "compiler/aws/ecs/task.h"
#include "compiler/schema/schema.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace whittle::aws::ecs {

// An image reference in its parts: "public.ecr.aws/nginx/nginx:1.27@sha256:..".
struct ImageReference {
  std::string registry;    // "public.ecr.aws"; empty: Docker Hub
  std::string repository;  // "nginx/nginx"
  std::string tag, digest;
  std::string last() const { return repository.substr(repository.rfind('/') + 1); }
};
ImageReference parse_image(std::string_view text);

struct CollectorImage {
  enum class Runs : uint8_t { Unknown, Compiled, Stock };
  Runs runs = Runs::Unknown;
  // Stock: which one. Images of all of them hold no shell and nothing but what stands here.
  std::optional<schema::Distribution> distribution;
  std::optional<uint16_t> contrib;  // what its tag says: the minor version of contrib that it is made of
  std::string_view entry_point;     // "/collector"
  std::string_view asks;            // the program that asks it how it is; empty: there is none
  bool published = false;           // Stock: it is pulled from where it is published, so nobody has added files to it

  bool compiled() const { return runs == Runs::Compiled; }
  bool stock() const { return runs == Runs::Stock; }
  // "the compiled collector", "the stock collector", "the collector".
  std::string_view shown() const;
};

// `compiled`: whoever asks says that it is the compiled one. A published image is one all the same.
CollectorImage collector_image(const Container& container, bool compiled);

// The program in a stock image that asks its collector how it is; empty: there is none.
std::string_view asks(schema::Distribution d);
inline constexpr uint16_t kAskedPort = 13133;  // unless it is told, by `-port` (cmd/healthcheck)

// One of the collectors that are published for everybody, which read their config when they start.
bool is_stock_collector(const ImageReference& image);

// A config that a stock image holds (stdlib/bundled), by its path there.
struct BundledConfig {
  std::string_view path;  // "/etc/ecs/ecs-default-config.yaml"
  std::string_view text;  // that means the same
};
std::span<const BundledConfig> bundled_configs();
// Null: that image has none there.
const BundledConfig* bundled_config(std::string_view path);
// What the stock image is started with when nobody says anything else.
inline constexpr std::string_view kDefaultConfig = "/etc/otel-config.yaml";

}  // namespace whittle::aws::ecs
