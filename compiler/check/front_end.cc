// SPDX-License-Identifier: Apache-2.0
// The order of checking: components, pipelines, components' own checks, checks across them.
#include "compiler/check/front_end.h"

#include "compiler/check/exposed.h"
#include "compiler/check/front_end_parts.h"
#include "compiler/check/listeners.h"
#include "compiler/check/secrets.h"
#include "compiler/diag/near.h"
#include "compiler/syntax/load.h"

#include <algorithm>

namespace whittle::check {

namespace {

constexpr Diag<std::string_view> kUnknownTopKey{"E0201", "a config has no section `{}`"};
constexpr Diag<std::string_view, std::string_view> kUnused{"W0305", "the {} `{}` is not used"};
constexpr Diag<> kEmpty{"E0409", "the config is empty"};
constexpr Diag<std::string_view> kNotCompiled{"E0810", "{} cannot be compiled yet"};
constexpr Diag<std::string_view> kForOthers{"N0810",
                                            "whittle cannot compile this config yet, so it was checked for {}"};
constexpr Diag<std::string_view> kNoConfig{"E1362", "this is no config, but {}"};
constexpr std::string_view kSections[] = {"receivers",  "processors", "exporters",
                                          "extensions", "connectors", "service"};

}  // namespace

std::optional<Config> FrontEnd::run() {
  context_.not_compiled = &config_.not_compiled;
  sections();
  if (nothing_) return std::nullopt;
  references();
  components();  // every definition is resolved, every setting typed
  distribution();
  service();  // every pipeline names what is defined
  unused();

  for (Instance& i : config_.instances) own_checks(i);
  check_ports(check_);
  for (const Listener& l : listeners(config_))
    if (l.instance != nullptr && l.instance->component->kind == ComponentKind::Receiver)
      config_.linger_ns = options_.linger_ns;
  check_stop_time(check_);
  check_loops(check_);
  if (!config_.open) check_connectors(check_);
  check_authenticators(check_);
  check_hosts(check_);
  check_secrets(check_);
  check_exposed(check_);
  // What hangs on the shape of pipelines would only repeat their mistakes.
  if (!diags_.has_errors() && !config_.open) {
    check_unfed_signals(check_);
    check_metric_names(check_);
  }
  not_compiled();
  if (!diags_.has_errors()) canonical();
  return std::move(config_);
}

void FrontEnd::sections() {
  const Node& root = at(root_);
  bool any = false;
  if (something_else(root)) {
    nothing_ = true;
    return;
  }
  for (const Entry& e : root.entries) {
    if (std::find(std::begin(kSections), std::end(kSections), e.key) == std::end(kSections)) {
      auto d = diags_.emit(kUnknownTopKey, e.key_span, e.key);
      std::string_view near = diag::nearest(e.key, kSections);
      if (!near.empty()) {
        d.here("did you mean `{}`?", near).suggest(e.key_span, near);
        for (size_t k = 0; k < std::size(unread_); ++k)
          if (near == schema::plural_of(static_cast<ComponentKind>(k))) broken_[k] = unread_[k] = true;
        if (near == "service") broken_service_ = unread_pipelines_ = true;
      } else
        d.help("the sections are `receivers`, `processors`, `exporters`, `extensions`, `connectors` and `service`");
      continue;
    }
    any = any || (e.key != "service" && at(e.value).kind == Kind::Mapping && !at(e.value).entries.empty());
  }
  if (!any) {
    nothing_ = true;
    if (diags_.has_errors()) return;
    diags_.emit(kEmpty, root.entries.empty() ? Span{} : root.entries[0].key_span)
        .help("a config has at least a receiver, an exporter and a pipeline that joins them; `whittle components` "
              "lists what there is");
  }
}

bool FrontEnd::something_else(const Node& root) {
  struct {
    std::string_view key, what, option;
  } static constexpr kOthers[] = {{"Resources", "a CloudFormation template", "--cloudformation"},
                                  {"containerDefinitions", "a task definition", "--task-definition"},
                                  {"taskDefinition", "a task definition", "--task-definition"},
                                  {"planned_values", "a Terraform plan", "--terraform-plan"}};
  for (auto& o : kOthers) {
    const Entry* e = root.find(o.key);
    if (e == nullptr) continue;
    diags_.remove([](const diag::Diagnostic&) { return true; });  // of its references: it has others than configs
    diags_.emit(kNoConfig, e->key_span, o.what)
        .help("give it as `{} {}`", o.option, sources_.at(e->key_span.file).name);
    return true;
  }
  return false;
}

void FrontEnd::unused() {
  if (unread_pipelines_) return;  // what could not be read may name it
  for (const Definition& d : definitions_) {
    if (d.used || (d.component == nullptr && d.elsewhere.empty())) continue;  // of unknown ones enough was said
    auto diagnostic = diags_.emit(kUnused, d.key, schema::name_of(d.kind), d.id.text());
    if (d.kind == ComponentKind::Extension) diagnostic.here("`service::extensions` does not name it");
    else diagnostic.here("no pipeline names it");
    if (!d.elsewhere.empty())
      diagnostic.note("whittle has no {} `{}` yet, so its settings were not checked", schema::name_of(d.kind),
                      d.id.type);
    else if (d.component != nullptr) diagnostic.note("its settings were checked; it is not compiled");
  }
}

void FrontEnd::own_checks(Instance& i) {
  for (const ComponentCheck& c : component_checks()) {
    if (c.kind != i.component->kind || c.name != i.component->name) continue;
    auto id = static_cast<InstanceId>(&i - config_.instances.data());
    c.check(check_, i, used_for_[id]);
  }
}

void FrontEnd::not_compiled() {
  for (const Instance& i : config_.instances) {
    bool said = context_.meant == Meant::Whittle && i.used && lacks_host(i);
    if (i.used && i.component->checked_only && !said)
      check_.not_compiled(i.key, "the " + std::string(schema::name_of(i.component->kind)) + " `" +
                                     std::string(i.component->name) + "`");
    else if (i.used && i.component->stateless) late_code(i.config, "");
  }
  if (config_.not_compiled.empty() || options_.distribution) return;
  if (context_.meant == Meant::Whittle) {
    for (const NotCompiled& n : config_.not_compiled) {
      auto d = diags_.emit(kNotCompiled, n.span, n.what);
      if (!n.help.empty()) d.help("{}", n.help);
    }
    return;
  }
  if (!config_.stock) return;
  const NotCompiled& first = config_.not_compiled[0];
  auto d = diags_.emit(kForOthers, first.span, schema::title_of(*config_.stock));
  d.here("not compiled yet: {}", first.what);
  constexpr size_t kMost = 8;
  for (size_t n = 1; n < std::min(kMost, config_.not_compiled.size()); ++n)
    d.label(config_.not_compiled[n].span, "nor {}", config_.not_compiled[n].what);
  if (config_.not_compiled.size() > kMost) d.note("{} more are not", config_.not_compiled.size() - kMost);
  d.note("`build`, `run` and `replay` refuse it; `--for` says which collector is meant");
}

void FrontEnd::late_code(const Value& v, const std::string& name) {
  // A value whose type is free is but a value.
  if (v.late && v.type->kind != schema::TypeKind::Any)
    config_.not_compiled.push_back({v.span, v.place, "an environment variable for `" + name + "`", kDecidesCode});
  for (size_t i = 0; i < v.items.size(); ++i) {
    bool setting = v.type->kind == schema::TypeKind::Struct;
    late_code(v.items[i], setting ? std::string(v.type->fields->settings[i].name) : name);
  }
}

void FrontEnd::canonical() {
  // What is not compiled does not count, and neither do ids' places or the order of the text.
  std::map<std::string, std::string> lines;
  for (const Instance& i : config_.instances) {
    if (i.used) lines[setting_path(i)] = canonical_text(i.config);
  }
  for (const Pipeline& p : config_.pipelines) {
    auto names = [&](std::vector<InstanceId> list, bool sorted) {
      std::vector<std::string> ids;
      for (InstanceId i : list) ids.push_back(config_.instances[i].id);
      if (sorted) std::sort(ids.begin(), ids.end());
      std::string out;
      for (const std::string& id : ids) out += id + " ";
      return out;
    };
    lines["service::pipelines::" + p.name] =
        names(p.receivers, true) + "-> " + names(p.processors, false) + "-> " + names(p.exporters, true);
  }
  std::string extensions;
  for (InstanceId i : config_.extensions) extensions += config_.instances[i].id + " ";
  lines["service::extensions"] = extensions;
  lines["service"] = canonical_text(config_.service);
  for (auto& [name, text] : lines) config_.canonical += name + " = " + text + "\n";
}

namespace {

CheckResult finish(CheckResult result, const syntax::Loaded& loaded, const source::Sources& sources,
                   const CheckOptions& options) {
  result.could_not_run = loaded.unreadable;
  if (loaded.root != syntax::kNoNode) {
    diag::Diagnostics before = result.diagnostics;
    Meant meant = options.to_compile ? Meant::Whittle : options.distribution ? Meant::Stock : Meant::Best;
    result.config = FrontEnd(options, meant, loaded, sources, result.diagnostics).run();
    if (meant == Meant::Best && result.config && !result.config->not_compiled.empty()) {
      result.diagnostics = std::move(before);
      result.config = FrontEnd(options, Meant::Stock, loaded, sources, result.diagnostics).run();
    }
  }
  if (options.strict) result.diagnostics.make_strict();
  if (result.diagnostics.has_errors()) {
    result.partial = std::move(result.config);
    if (result.partial) result.partial->incomplete = true;
    result.config.reset();
  }
  result.diagnostics.sort();
  return result;
}

}  // namespace

std::string setting_path(const Instance& instance) {
  return std::string(schema::plural_of(instance.component->kind)) + "::" + instance.id;
}

CheckResult check_files(const CheckOptions& options) {
  CheckResult result;
  result.sources = std::make_unique<source::Sources>();
  source::Sources& sources = *result.sources;
  syntax::Loaded loaded = syntax::load_config(options.files, sources, result.diagnostics);
  return finish(std::move(result), loaded, sources, options);
}

CheckResult check_text(std::string name, std::string text, const CheckOptions& options) {
  CheckResult result;
  result.sources = std::make_unique<source::Sources>();
  source::Sources& sources = *result.sources;
  syntax::Loaded loaded = syntax::load_text(std::move(name), std::move(text), sources, result.diagnostics);
  return finish(std::move(result), loaded, sources, options);
}

CheckResult check_sources(std::span<const source::FileId> files, source::Sources& sources,
                          const CheckOptions& options) {
  CheckResult result;
  syntax::Loaded loaded = syntax::load_sources(files, sources, result.diagnostics);
  return finish(std::move(result), loaded, sources, options);
}

}  // namespace whittle::check
