// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/plan.h"

#include "compiler/check/decode.h"

#include <algorithm>
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
    for (auto& stage : plan_.stages) facts(stage.instance->config);
    for (const schema::Component* c : schema::components()) stand_ins(*c->config->fields);
    plan_.listeners = check::listeners(config);
    return std::move(plan_);
  }

private:
  void stand_ins(const schema::Struct& s) {
    auto has = [](const auto& list, std::string_view name) {
      return std::find(list.begin(), list.end(), name) != list.end();
    };
    for (const schema::Link& link : s.links) {
      if (!link.otherwise.empty() && !has(plan_.parts, link.part) && !has(plan_.stand_ins, link.otherwise))
        plan_.stand_ins.emplace_back(link.otherwise);
    }
    for (const schema::Setting& setting : s.settings) {
      const schema::Type* t = setting.type;
      while (t->element != nullptr) t = t->element;
      if (t->fields != nullptr) stand_ins(*t->fields);
    }
  }

  // What the settings in use demand of the executable and of the image: `links` and `needs roots` statements, and URLs.
  void facts(const check::Value& v) {
    using schema::TypeKind;
    auto may_hold = [&](const schema::Expression* when) {
      return when == nullptr || check::evaluate(*when, v) != check::Truth::False;
    };
    if (v.type->kind == TypeKind::String) {
      bool url = v.type->format == schema::Format::Url || v.type->format == schema::Format::ProxyUrl;
      plan_.needs_roots = plan_.needs_roots || (url && (v.late || v.text.starts_with("https://")));
    }
    if (v.type->kind == TypeKind::Struct) {
      for (const schema::Link& link : v.type->fields->links) {
        std::string part(link.part);
        if (may_hold(link.when) && std::find(plan_.parts.begin(), plan_.parts.end(), part) == plan_.parts.end())
          plan_.parts.push_back(part);
      }
      for (const schema::NeedsRoots& roots : v.type->fields->roots)
        plan_.needs_roots = plan_.needs_roots || may_hold(roots.when);
    }
    for (const check::Value& item : v.items) facts(item);
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
