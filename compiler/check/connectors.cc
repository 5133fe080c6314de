// SPDX-License-Identifier: Apache-2.0
// Connectors: each joins pipelines that end in it with pipelines that begin with it, and the whole has no circle
// (service/internal/graph of the Collector).
#include "compiler/check/checks.h"

#include <algorithm>
#include <optional>
#include <string>

namespace whittle::check {

namespace {

using diag::Diag;
using schema::ComponentKind;

constexpr Diag<std::string_view, std::string_view> kNoBegin{"E0410",
                                                            "nothing takes the {} that the connector `{}` gets"};
constexpr Diag<std::string_view, std::string_view> kNoEnd{"E0411",
                                                          "nothing hands the connector `{}` what `{}` begins with"};
constexpr Diag<std::string_view> kCircle{"E0412", "telemetry of the pipeline `{}` comes back to it"};

bool has(const std::vector<InstanceId>& list, InstanceId id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

// The connector by which one pipeline leads to another; empty when none does.
std::string_view between(const Config& config, const Pipeline& from, const Pipeline& to) {
  for (InstanceId id : from.exporters)
    if (joins(config, id, from, to)) return config.instances[id].id;
  return {};
}

// The way back to `start`, if there is one, after that to `at`: each pipeline is entered once.
std::optional<std::string> way_back(const Config& config, size_t at, size_t start, std::vector<bool>& seen) {
  const Pipeline& here = config.pipelines[at];
  for (size_t next = 0; next < config.pipelines.size(); ++next) {
    std::string_view connector = between(config, here, config.pipelines[next]);
    if (connector.empty() || (next != start && seen[next])) continue;
    std::string step = here.name + " -> " + std::string(connector) + " -> ";
    if (next == start) return step + config.pipelines[start].name;
    seen[next] = true;
    if (auto rest = way_back(config, next, start, seen)) return step + *rest;
  }
  return std::nullopt;
}

}  // namespace

bool joins(const Config& config, InstanceId id, const Pipeline& from, const Pipeline& to) {
  const Instance& i = config.instances[id];
  if (i.component->kind != ComponentKind::Connector || !has(from.exporters, id) || !has(to.receivers, id)) return false;
  return !i.component->same_signal || from.signal == to.signal;
}

void check_connectors(Check& check) {
  const Config& config = check.config;
  for (const Instance& i : config.instances) {
    if (!i.used || i.component->kind != ComponentKind::Connector) continue;
    auto id = static_cast<InstanceId>(&i - config.instances.data());
    for (const Pipeline& p : config.pipelines) {
      auto any = [&](auto&& joined) { return std::any_of(config.pipelines.begin(), config.pipelines.end(), joined); };
      if (has(p.exporters, id) && !any([&](const Pipeline& q) { return joins(config, id, p, q); }))
        check.diags()
            .emit(kNoBegin, i.key, schema::name_of(p.signal), i.id)
            .label(p.key, "`{}` ends in it", p.name)
            .help("name it among the `receivers` of a pipeline as well");
      if (has(p.receivers, id) && !any([&](const Pipeline& q) { return joins(config, id, q, p); }))
        check.diags()
            .emit(kNoEnd, i.key, i.id, p.name)
            .label(p.key, "`{}` begins with it", p.name)
            .help("name it among the `exporters` of a pipeline as well");
    }
  }
  for (size_t p = 0; p < config.pipelines.size(); ++p) {
    std::vector<bool> seen(config.pipelines.size());
    auto circle = way_back(config, p, p, seen);
    if (!circle) continue;
    check.diags()
        .emit(kCircle, config.pipelines[p].key, config.pipelines[p].name)
        .label(config.pipelines[p].key, "{}", *circle)
        .help("connectors must not lead back to a pipeline that telemetry came from");
    break;
  }
}

}  // namespace whittle::check
