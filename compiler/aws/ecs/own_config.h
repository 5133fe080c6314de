// SPDX-License-Identifier: Apache-2.0
// The config that a task itself gives its collector: bundled in the image (`--config=/etc/ecs/...`), a variable's value
// (AOT_CONFIG_CONTENT, `--config=env:NAME`), or a parameter whose value stands in the same template or plan. Checked as
// a config on a command line is.
#pragma once

#include "compiler/aws/ecs/collector_image.h"
#include "compiler/aws/ecs/task.h"
#include "compiler/check/front_end.h"

#include <deque>
#include <optional>

namespace whittle::aws::ecs {

// The variable that the stock collector takes its config from, whatever its arguments say (aws-otel-collector,
// pkg/config/config_factory.go).
inline constexpr std::string_view kConfigVariable = "AOT_CONFIG_CONTENT";

// The locations that arguments name, in their order: "/etc/ecs/x.yaml", "env:NAME".
struct ConfigArgument {
  std::string location;  // empty: not known
  source::Span span;     // of the argument
};
std::vector<ConfigArgument> config_arguments(const Container& container);

class OwnConfigs {
public:
  OwnConfigs(const std::vector<TaskFile>& files, source::Sources& sources, diag::Diagnostics& diags)
      : files_(files), sources_(sources), diags_(diags) {}

  // Null when the config cannot be known from the files. What is wrong with it is said, unless the image holds it. The
  // config lives as long as this object.
  const check::Config* of(const Container& collector, const CollectorImage& image);

  // A place within a config that stands in a file, in that file; other places as they are.
  source::Span place(source::Span span) const;

private:
  struct Part {
    source::FileId file;
    source::Span outer;             // none: bundled in the image
    std::vector<uint32_t> offsets;  // empty: somewhere in `outer`
  };
  std::optional<source::FileId> part(const Text& value, const std::string& name);
  std::optional<source::FileId> location(const std::string& location, const Container& collector);
  std::optional<source::FileId> variable(std::string_view name, const Container& collector);
  std::optional<source::FileId> bundled(std::string_view path);

  struct Checked {
    std::vector<source::FileId> files;
    std::optional<schema::Distribution> distribution;
    std::optional<uint16_t> contrib;
    check::CheckResult result;
  };

  const std::vector<TaskFile>& files_;
  source::Sources& sources_;
  diag::Diagnostics& diags_;
  std::vector<Part> parts_;
  std::deque<Checked> checked_;
};

}  // namespace whittle::aws::ecs
