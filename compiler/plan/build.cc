// SPDX-License-Identifier: Apache-2.0
// From a config to its plan. Every setting that was written must reach the collector: what has an instance takes its
// whole struct along, and a lowering is held to have asked for each of its settings.
#include "compiler/plan/plan.h"

#include "compiler/check/checks.h"
#include "compiler/check/ottl.h"
#include "compiler/check/written.h"
#include "compiler/plan/drift_table.h"
#include "compiler/source/sha256.h"

#include <algorithm>
#include <map>

namespace whittle::plan {
namespace {

bool is_default(const check::Value& v, const schema::Setting& setting) {
  return check::canonical_text(v) == check::canonical_text(check::default_value(*setting.type, setting.initial));
}

// The settings that say something, count for `signals`, and were not asked for; paths as the config has them.
void overlooked(const check::Value& v, const std::string& path, schema::SignalSet signals,
                std::vector<std::string>& out) {
  using schema::TypeKind;
  for (size_t i = 0; i < v.items.size(); ++i) {
    const check::Value& item = v.items[i];
    if (v.type->kind != TypeKind::Struct) {
      overlooked(item, path, signals, out);
      continue;
    }
    const schema::Setting& setting = v.type->fields->settings[i];
    bool counts = setting.inert.empty() && (setting.signals == 0 || (setting.signals & signals) != 0);
    if (!item.written || !counts || is_default(item, setting)) continue;
    std::string name = path + "::" + std::string(setting.name);
    if (!item.used) out.push_back(name);
    else overlooked(item, name, signals, out);
  }
}

void forget_uses(const check::Value& v) {
  v.used = false;
  for (const check::Value& item : v.items) forget_uses(item);
}

class Builder {
public:
  Builder(const check::Config& config, std::span<const Halves> halves) : halves_(halves) { plan_.config = &config; }

  std::expected<Plan, std::string> run() {
    const check::Config& config = *plan_.config;
    for (const check::Instance& i : config.instances) forget_uses(i.config);
    plan_.pipelines.resize(config.pipelines.size());
    for (size_t i = 0; i < config.pipelines.size(); ++i) add_pipeline(static_cast<PipelineId>(i));
    for (size_t i = 0; i < config.pipelines.size(); ++i)
      for (auto r : config.pipelines[i].receivers) {
        if (!is_connector(r)) plan_.pipelines[i].receivers.push_back(shared(r));
        else add_sources(r, plan_.pipelines[i]);
      }
    for (auto e : config.extensions) plan_.extensions.push_back(shared(e));
    complete();
    if (!fault_.empty()) return std::unexpected(fault_);
    for (auto& stage : plan_.stages) facts(stage.instance->config);
    for (const check::Instance& i : config.instances)
      if (has_instance(i)) conditions(i.config);
    for (const schema::Component* c : schema::components()) stand_ins(*c->config->fields);
    plan_.listeners = check::listeners(config);
    plan_.writes_files = check::writes_files(config);
    plan_.needs = aws::task_needs(config, {});
    plan_.drift = drift_table(config);
    plan_.config_hash = source::sha256_hex(config.canonical);
    return std::move(plan_);
  }

private:
  bool is_connector(check::InstanceId id) const {
    return plan_.config->instances[id].component->kind == schema::ComponentKind::Connector;
  }

  // A pipeline, after those that its connectors lead to (the check has refused circles).
  void add_pipeline(PipelineId id) {
    const check::Config& config = *plan_.config;
    if (plan_.pipelines[id].source != nullptr) return;
    const check::Pipeline& source = config.pipelines[id];
    plan_.pipelines[id].source = &source;
    for (auto e : source.exporters) {
      for (size_t next = 0; is_connector(e) && next < config.pipelines.size(); ++next)
        if (check::joins(config, e, source, config.pipelines[next])) add_pipeline(static_cast<PipelineId>(next));
    }
    for (auto e : source.exporters)
      plan_.pipelines[id].exporters.push_back(is_connector(e) ? shared(e, source.signal) : shared(e));
    // From the last to the first, so that consumers come first.
    std::vector<StageId> processors;
    for (size_t i = source.processors.size(); i-- > 0;) {
      const check::Instance& instance = config.instances[source.processors[i]];
      std::optional<ir::Program> program;
      if (instance.component->stateless) {
        program = lowered(instance, source.signal);
        if (!program) continue;  // does nothing to this signal
      }
      Stage stage;
      stage.instance = &instance;
      stage.pipeline = id;
      stage.program = std::move(program);
      plan_.stages.push_back(std::move(stage));
      processors.insert(processors.begin(), static_cast<StageId>(plan_.stages.size() - 1));
    }
    plan_.pipelines[id].processors = std::move(processors);
  }

  // The stages of a connector that what they make goes on to `to` from.
  void add_sources(check::InstanceId connector, Pipeline& to) {
    for (const check::Pipeline& from : plan_.config->pipelines) {
      if (!check::joins(*plan_.config, connector, from, *to.source)) continue;
      StageId stage = shared(connector, from.signal);
      if (std::find(to.receivers.begin(), to.receivers.end(), stage) == to.receivers.end())
        to.receivers.push_back(stage);
    }
  }

  static std::string named(const check::Instance& i) {
    return std::string(schema::name_of(i.component->kind)) + " `" + i.id + "`";
  }

  const Halves* halves_of(const schema::Component& component) const {
    for (const Halves& h : halves_) {
      if (h.kind == component.kind && h.name == component.name) return &h;
    }
    return nullptr;
  }

  std::optional<ir::Program> lowered(const check::Instance& instance, schema::Signal signal) {
    const Halves* halves = halves_of(*instance.component);
    if (halves == nullptr || halves->lower == nullptr) {
      fault_ = "nothing lowers the " + named(instance);
      return std::nullopt;
    }
    lowered_[&instance] |= schema::bit(signal);
    return halves->lower(instance.config, signal);
  }

  std::vector<Route> routed(const check::Instance& instance, schema::Signal signal) {
    const Halves* halves = halves_of(*instance.component);
    if (halves == nullptr || halves->routes == nullptr) {
      fault_ = "nothing lowers the " + named(instance);
      return {};
    }
    lowered_[&instance] |= schema::bit(signal);
    return halves->routes(instance.config, signal);
  }

  // Nothing of what the config says may be left out in silence.
  void complete() {
    for (const Stage& stage : plan_.stages) {
      const Halves* halves = halves_of(stage.component());
      if (!stage.stateless() && (halves == nullptr || !halves->runtime))
        fault_ = "the " + named(*stage.instance) + " has no runtime half";
    }
    for (auto& [instance, signals] : lowered_) {
      std::vector<std::string> settings;
      overlooked(instance->config, check::setting_path(*instance), signals, settings);
      if (!settings.empty()) fault_ = "the lowering of the " + named(*instance) + " overlooks `" + settings[0] + "`";
    }
  }

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
    auto may_hold = [&](const schema::SettingExpression* when) {
      return when == nullptr || check::evaluate(*when, v) != Truth::False;
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

  bool has_instance(const check::Instance& i) const {
    return std::any_of(plan_.stages.begin(), plan_.stages.end(),
                       [&](const Stage& s) { return s.instance == &i && !s.stateless(); });
  }

  static schema::Signal signal_of(ottl::Context context) {
    switch (context) {
    case ottl::Context::Metric:
    case ottl::Context::DataPoint:
    case ottl::Context::Exemplar: return schema::Signal::Metrics;
    case ottl::Context::Log: return schema::Signal::Logs;
    default: return schema::Signal::Traces;
    }
  }

  // Settings that hold conditions become code.
  void conditions(const check::Value& v) {
    for (const check::Value& item : v.items) {
      conditions(item);
      if (v.type->kind != schema::TypeKind::Struct || item.type->conditions_on.empty()) continue;
      std::vector<ottl::TextProblem> problems;  // said when the config is checked
      std::vector<std::string> missing;
      auto group = check::conditions_in(v, item, problems);
      if (!group) continue;
      Conditions made{&item, {}};
      made.program.signal = signal_of(group->context);
      ir::add_group(made.program, *group, true, item.place, missing);
      plan_.conditions.push_back(std::move(made));
    }
  }

  // The one stage of an instance, or that of a connector for a signal.
  StageId shared(check::InstanceId id, std::optional<schema::Signal> takes = std::nullopt) {
    auto [it, added] = shared_.emplace(std::pair(id, takes), static_cast<StageId>(plan_.stages.size()));
    if (added) {
      Stage stage;
      stage.instance = &plan_.config->instances[id];
      stage.takes = takes;
      if (takes && stage.component().stateless) stage.routes = routed(*stage.instance, *takes);
      plan_.stages.push_back(std::move(stage));
    }
    return it->second;
  }

  std::span<const Halves> halves_;
  Plan plan_;
  std::map<std::pair<check::InstanceId, std::optional<schema::Signal>>, StageId> shared_;
  std::map<const check::Instance*, schema::SignalSet> lowered_;
  std::string fault_;
};

}  // namespace

std::expected<Plan, std::string> build(const check::Config& config, std::span<const Halves> halves) {
  return Builder(config, halves).run();
}

}  // namespace whittle::plan
