// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/plan.h"

#include <cstdlib>
#include <map>

namespace whittle::plan {
namespace {

std::optional<RecordProgram> lowered(const schema::Component& component, const check::Value& config,
                                     schema::Signal signal, bool& stateless) {
  for (const Lowering& l : lowerings()) {
    if (l.kind != component.kind || l.name != component.name) continue;
    stateless = true;
    return l.lower(config, signal);
  }
  return std::nullopt;
}

class Builder {
public:
  explicit Builder(const check::Config& config) { plan_.config = &config; }

  Plan run() {
    const check::Config& config = *plan_.config;
    for (auto& source : config.pipelines) {
      auto id = static_cast<PipelineId>(plan_.pipelines.size());
      Pipeline p;
      p.source = &source;
      for (auto e : source.exporters) p.exporters.push_back(shared(e));
      plan_.pipelines.push_back(std::move(p));
      // From the last to the first, so that consumers come first.
      std::vector<StageId> processors;
      for (size_t i = source.processors.size(); i-- > 0;) {
        const check::Instance& instance = config.instances[source.processors[i]];
        bool stateless = false;
        auto program = lowered(*instance.component, instance.config, source.signal, stateless);
        if (stateless && !program) continue;  // does nothing to this signal
        Stage stage;
        stage.instance = &instance;
        stage.pipeline = id;
        stage.program = std::move(program);
        plan_.stages.push_back(std::move(stage));
        processors.insert(processors.begin(), static_cast<StageId>(plan_.stages.size() - 1));
      }
      plan_.pipelines[id].processors = std::move(processors);
    }
    for (size_t i = 0; i < config.pipelines.size(); ++i)
      for (auto r : config.pipelines[i].receivers) plan_.pipelines[i].receivers.push_back(shared(r));
    for (auto e : config.extensions) plan_.extensions.push_back(shared(e));
    for (auto& stage : plan_.stages)
      facts(stage.instance->config, std::string(schema::plural_of(stage.component().kind)) + "::" + stage.instance->id,
            stage.component().kind);
    return std::move(plan_);
  }

private:
  // Where the collector listens and whether it calls with TLS, read from the formats of its settings.
  void facts(const check::Value& v, const std::string& path, schema::ComponentKind kind) {
    using schema::TypeKind;
    if (v.type->kind == TypeKind::Optional && v.present)
      for (auto& item : v.items) facts(item, path, kind);
    if (v.type->kind == TypeKind::String && v.type->format == schema::Format::Endpoint &&
        kind != schema::ComponentKind::Exporter && !v.text.empty()) {
      for (auto& p : plan_.ports)
        if (p.address == v.text) return;
      size_t colon = v.text.rfind(':');
      long number = colon == std::string::npos ? 0 : strtol(v.text.c_str() + colon + 1, nullptr, 10);
      plan_.ports.push_back({v.text, static_cast<uint16_t>(number > 0 && number < 65536 ? number : 0), path});
    }
    if (kind == schema::ComponentKind::Exporter && v.type->kind == TypeKind::String &&
        v.type->format == schema::Format::Url && (v.text.starts_with("https://") || v.late))
      plan_.uses_tls = true;
    if (v.type->kind != TypeKind::Struct) return;
    auto settings = v.type->fields->settings;
    for (size_t i = 0; i < v.items.size(); ++i) {
      // An AWS exporter without an endpoint calls the region's, with TLS.
      if (kind == schema::ComponentKind::Exporter && settings[i].name == "region" && v.find("endpoint") &&
          v.at("endpoint").text.empty())
        plan_.uses_tls = true;
      facts(v.items[i], path + "::" + std::string(settings[i].name), kind);
    }
  }

  StageId shared(check::InstanceId id) {
    auto [it, added] = shared_.emplace(id, static_cast<StageId>(plan_.stages.size()));
    if (added) {
      Stage stage;
      stage.instance = &plan_.config->instances[id];
      plan_.stages.push_back(std::move(stage));
    }
    return it->second;
  }

  Plan plan_;
  std::map<check::InstanceId, StageId> shared_;
};

}  // namespace

Plan build(const check::Config& config) {
  return Builder(config).run();
}

}  // namespace whittle::plan
