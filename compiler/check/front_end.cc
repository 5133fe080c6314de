// SPDX-License-Identifier: Apache-2.0
// The order of checking: components, pipelines, components' own checks, checks across them.
#include "compiler/check/front_end.h"

#include "compiler/check/checks.h"
#include "compiler/check/component_id.h"
#include "compiler/check/known_components.h"
#include "compiler/check/listeners.h"
#include "compiler/check/secrets.h"
#include "compiler/diag/near.h"
#include "compiler/syntax/load.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace whittle::check {

using diag::Diag;
using schema::ComponentKind;
using source::Span;
using syntax::Entry;
using syntax::Node;
using syntax::NodeId;
using Kind = Node::Kind;

namespace {

constexpr Diag<std::string_view> kUnknownTopKey{"E0201", "a config has no section `{}`"};
constexpr Diag<std::string_view, std::string_view, std::string_view> kWrongType{"E0202", "`{}` takes {}, not {}"};
constexpr Diag<std::string_view, std::string_view> kUnknownComponent{"E0301", "unknown {} `{}`"};
constexpr Diag<std::string_view, std::string_view> kGoneSince{"E1400", "the Collector has no {} `{}` any more"};
constexpr Diag<std::string_view> kDeprecated{"W0211", "`{}` is deprecated"};
constexpr Diag<std::string_view, std::string_view> kNotYet{"E0302", "whittle has no {} `{}` yet"};
constexpr Diag<std::string_view, std::string_view> kBadId{"E0303", "`{}` is not an id: {}"};
constexpr Diag<std::string_view> kTwoIds{"E0304", "`{}` is there twice"};
constexpr Diag<std::string_view, std::string_view> kUnused{"W0305", "the {} `{}` is not used"};
constexpr Diag<> kNoPipelines{"E0401", "there is no pipeline"};
constexpr Diag<std::string_view> kBadSignal{"E0402", "`{}` is not a signal"};
constexpr Diag<std::string_view, std::string_view> kUndefined{"E0403", "the {} `{}` is not defined"};
constexpr Diag<std::string_view, std::string_view> kNothingIn{"E0404", "the pipeline `{}` has no {}"};
constexpr Diag<std::string_view> kTwiceProcessor{"E0405", "the processor `{}` is there twice"};
constexpr Diag<std::string_view, std::string_view> kTwice{"W0406", "the {} `{}` is there twice"};
constexpr Diag<std::string_view, std::string_view, std::string_view> kWrongSignal{"E0407",
                                                                                  "the {} `{}` does not handle {}"};
constexpr Diag<std::string_view> kNoneDefined{"E0408", "the config defines no {}"};
constexpr Diag<> kEmpty{"E0409", "the config is empty"};
constexpr Diag<std::string_view> kNotLate{"E0106", "`{}` must be known when the collector is compiled"};
constexpr Diag<std::string_view> kNotCompiled{"E0810", "{} cannot be compiled yet"};
constexpr Diag<std::string_view> kForOthers{"N0810",
                                            "whittle cannot compile this config yet, so it was checked for {}"};
constexpr Diag<std::string_view, std::string_view> kNotLookedAt{"N0302",
                                                                "the settings of the {} `{}` were not looked at"};
constexpr Diag<std::string_view, std::string_view, std::string_view> kNotShipped{"E0306", "{} has no {} `{}`"};
constexpr Diag<std::string_view> kNoConfig{"E1362", "this is no config, but {}"};
constexpr Diag<std::string_view, std::string_view> kAmbiguous{"E0307", "`{}` is both a connector and a {}"};

constexpr std::string_view kSections[] = {"receivers",  "processors", "exporters",
                                          "extensions", "connectors", "service"};

// A definition in one of the sections, whether or not whittle has such a component.
struct Definition {
  ComponentKind kind = ComponentKind::Receiver;
  ComponentId id;
  std::string text;  // as written
  Span key;
  const schema::Component* component = nullptr;
  std::string_view elsewhere;  // not empty: the Collector has it and whittle has not
  InstanceId instance = 0;     // of the config, with a component
  bool used = false;
};

class FrontEnd {
public:
  FrontEnd(const CheckOptions& options, Meant meant, const syntax::Loaded& loaded, const source::Sources& sources,
           diag::Diagnostics& diags)
      : options_(options), tree_(loaded.tree), root_(loaded.root), sources_(sources), diags_(diags),
        context_{tree_, sources_, diags_, nullptr, meant}, check_{context_, config_, options_} {}

  // Nothing when there is no config to speak of; with errors, as far as it was understood.
  std::optional<Config> run() {
    context_.not_compiled = &config_.not_compiled;
    sections();
    if (nothing_) return std::nullopt;
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
    check_connectors(check_);
    check_authenticators(check_);
    check_hosts(check_);
    check_secrets(check_);
    if (!diags_.has_errors()) {  // what hangs on the shape of pipelines would only repeat their mistakes
      check_unfed_signals(check_);
      check_metric_names(check_);
    }
    not_compiled();
    if (!diags_.has_errors()) canonical();
    return std::move(config_);
  }

private:
  const Node& at(NodeId id) const { return tree_.at(id); }

  void sections() {
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

  // A file that another option is for.
  bool something_else(const Node& root) {
    struct {
      std::string_view key, what, option;
    } static constexpr kOthers[] = {{"Resources", "a CloudFormation template", "--cloudformation"},
                                    {"containerDefinitions", "a task definition", "--task-definition"},
                                    {"taskDefinition", "a task definition", "--task-definition"},
                                    {"planned_values", "a Terraform plan", "--terraform-plan"}};
    for (auto& o : kOthers) {
      const Entry* e = root.find(o.key);
      if (e == nullptr) continue;
      diags_.emit(kNoConfig, e->key_span, o.what)
          .help("give it as `{} {}`", o.option, sources_.at(e->key_span.file).name);
      return true;
    }
    return false;
  }

  // ---- components

  void components() {
    for (auto kind : {ComponentKind::Receiver, ComponentKind::Processor, ComponentKind::Exporter,
                      ComponentKind::Extension, ComponentKind::Connector})
      section(kind);
    for (auto kind : {ComponentKind::Receiver, ComponentKind::Exporter}) {
      bool any =
          std::any_of(definitions_.begin(), definitions_.end(), [&](const Definition& d) { return d.kind == kind; });
      const Entry* e = at(root_).find(schema::plural_of(kind));
      if (!any && !broken_[static_cast<size_t>(kind)])
        diags_.emit(kNoneDefined, e == nullptr ? Span{} : e->key_span, schema::plural_of(kind));
    }
  }

  // Which Collector has all that is defined. The Collector knows the types of what is defined, used or not.
  void distribution() {
    config_.stop_timeout_s = options_.stop_timeout_s;
    if (context_.meant != Meant::Stock) return;
    auto has = [](const Definition& d, schema::Distribution x) {
      if (d.component != nullptr) return (d.component->ships & schema::bit(x)) != 0;
      return d.elsewhere.empty() || x == schema::Distribution::Contrib;  // what nobody has was told already
    };
    if (options_.distribution) {
      config_.stock = options_.distribution;
      for (const Definition& d : definitions_) {
        if (has(d, *config_.stock)) continue;
        auto e = diags_.emit(kNotShipped, d.key, schema::title_of(*config_.stock), schema::name_of(d.kind), d.id.type);
        for (int x = 0; x < schema::kDistributions; ++x) {
          auto other = static_cast<schema::Distribution>(x);
          if (has(d, other)) e.note("{} has it", schema::title_of(other));
        }
      }
      return;
    }
    for (auto x : {schema::Distribution::Adot, schema::Distribution::Contrib}) {
      config_.stock = x;
      if (std::all_of(definitions_.begin(), definitions_.end(), [&](const Definition& d) { return has(d, x); })) return;
    }
  }

  void section(ComponentKind kind) {
    const Entry* section = at(root_).find(schema::plural_of(kind));
    if (section == nullptr) return;
    const Node& map = at(section->value);
    if (map.kind == Kind::Null || map.poisoned) return;
    if (map.kind != Kind::Mapping) {
      broken_[static_cast<size_t>(kind)] = unread_[static_cast<size_t>(kind)] = true;
      wrong_type(map, section->key,
                 map.kind == Kind::Sequence ? "a map of ids to settings" : "a map of ids to settings");
      return;
    }
    for (const Entry& e : map.entries) define(kind, e);
  }

  void wrong_type(const Node& n, std::string_view name, std::string_view expected) {
    if (n.poisoned) return;
    if (n.late) diags_.emit(kNotLate, n.span, name).here("known only when the collector starts");
    else diags_.emit(kWrongType, n.span, name, expected, syntax::describe(n));
  }

  void define(ComponentKind kind, const Entry& e) {
    auto id = parse_id(e.key);
    if (!id) {
      broken_[static_cast<size_t>(kind)] = true;
      bad_id(id.error(), e.key, e.key_span);
      return;
    }
    Definition d;
    d.kind = kind;
    d.id = *id;
    d.text = e.key;
    d.key = e.key_span;
    if (e.key != d.id.text() && at(e.value).kind != Kind::Null) {
      // The Collector trims the id and then looks the settings up by it, so it does not find them.
      diags_.emit(kBadId, e.key_span, e.key, "the settings of an id with spaces around its parts are lost")
          .help("write `{}`", d.id.text())
          .suggest(e.key_span, d.id.text());
    }
    if (const Definition* other = find(kind, d.id)) {
      diags_.emit(kTwoIds, e.key_span, d.id.text())
          .here("again")
          .label(other->key, "first here")
          .note("spaces in an id do not count");
      return;
    }
    if (kind == ComponentKind::Connector) {
      for (auto other : {ComponentKind::Receiver, ComponentKind::Exporter}) {
        if (const Definition* same = find(other, d.id))
          diags_.emit(kAmbiguous, e.key_span, d.id.text(), schema::name_of(other))
              .here("the connector")
              .label(same->key, "the {}", schema::name_of(other))
              .help("give one of them a name: `{}/2`", d.id.type);
      }
    }
    by_id_[std::string(schema::name_of(kind)) + " " + d.id.text()] = definitions_.size();
    d.component = schema::find_component(kind, d.id.type);
    if (d.component == nullptr) {
      auto elsewhere = known_elsewhere(kind);
      auto it = std::find(elsewhere.begin(), elsewhere.end(), d.id.type);
      if (it != elsewhere.end()) d.elsewhere = *it;
      else if (const Gone* g = gone_since(kind, d.id.type, options_.contrib)) gone(d, *g);
      else if (const Gone* g = gone_since(kind, d.id.type, 0xffff)) d.elsewhere = g->type;  // an old Collector is meant
      else unknown(d);
      definitions_.push_back(std::move(d));
      return;
    }
    for (const schema::Alias& alias : d.component->aliases) {
      if (alias.name != d.id.type || alias.deprecated.empty()) continue;
      Span type{d.key.file, d.key.begin, std::min(d.key.end, d.key.begin + static_cast<uint32_t>(alias.name.size()))};
      diags_.emit(kDeprecated, type, alias.name).help("{}", alias.deprecated);
    }
    Instance i;
    i.component = d.component;
    i.id = d.id.text();
    i.key = e.key_span;
    i.place = sources_.place(e.key_span);
    std::string what = std::string(schema::plural_of(kind)) + "::" + i.id;
    // What keeps a component from being compiled is of no account where nothing of it is.
    std::vector<NotCompiled> nothing;
    if (d.component->checked_only) context_.not_compiled = &nothing;
    i.config = decode(context_, *d.component->config, e.value, e.key_span, what);
    context_.not_compiled = &config_.not_compiled;
    d.instance = static_cast<InstanceId>(config_.instances.size());
    config_.instances.push_back(std::move(i));
    definitions_.push_back(std::move(d));
  }

  void bad_id(const IdError& error, const std::string& text, Span span) {
    Span at = span;
    if (sources_.text(span) == text)
      at = {span.file, span.begin + static_cast<uint32_t>(error.begin), span.begin + static_cast<uint32_t>(error.end)};
    diags_.emit(kBadId, at, text, error.problem).help("an id is a type, or a type and a name: `type`, `type/name`");
  }

  void gone(const Definition& d, const Gone& g) {
    Span type{d.key.file, d.key.begin, std::min(d.key.end, d.key.begin + static_cast<uint32_t>(d.id.type.size()))};
    auto e = diags_.emit(kGoneSince, type, schema::name_of(d.kind), d.id.type);
    if (g.last != 0) e.here("contrib had it up to 0.{}", g.last);
    e.note("the Collector stops when it reads the name");
    if (!g.instead.empty()) e.help("{}", g.instead);
  }

  void unknown(const Definition& d) {
    std::vector<std::string_view> names;
    for (const schema::Component* c : schema::components()) {
      if (c->kind != d.kind) continue;
      names.push_back(c->name);
      for (const schema::Alias& a : c->aliases) names.push_back(a.name);
    }
    Span type{d.key.file, d.key.begin, std::min(d.key.end, d.key.begin + static_cast<uint32_t>(d.id.type.size()))};
    auto diagnostic = diags_.emit(kUnknownComponent, type, schema::name_of(d.kind), d.id.type);
    std::string_view near = diag::nearest(d.id.type, names);
    if (!near.empty()) {
      diagnostic.here("did you mean `{}`?", near).suggest(type, near);
      return;
    }
    // Right name, wrong section?
    for (const schema::Component* c : schema::components()) {
      if (c->name == d.id.type) {
        diagnostic.here("this is a {}", schema::name_of(c->kind))
            .help("it belongs under `{}`", schema::plural_of(c->kind));
        return;
      }
    }
    near = diag::nearest(d.id.type, known_elsewhere(d.kind));
    if (!near.empty())
      diagnostic.note("the Collector has a {} `{}`, which whittle has not yet", schema::name_of(d.kind), near);
    diagnostic.help("`whittle components` lists what there is");
  }

  // ---- service

  void service() {
    const Entry* e = at(root_).find("service");
    Node settings;
    settings.kind = Kind::Mapping;
    const Node* service = e == nullptr ? nullptr : &at(e->value);
    if (service != nullptr && service->kind != Kind::Null && service->kind != Kind::Mapping) {
      wrong_type(*service, "service", "a map of settings");
      service = nullptr;
      broken_service_ = unread_pipelines_ = true;
    }
    const Entry* pipelines = service == nullptr ? nullptr : service->find("pipelines");
    const Entry* extensions = service == nullptr ? nullptr : service->find("extensions");
    service_settings(e, service);
    if (extensions != nullptr) extension_list(*extensions);
    bool any = false;
    if (pipelines != nullptr && at(pipelines->value).kind != Kind::Null) {
      const Node& map = at(pipelines->value);
      if (map.kind != Kind::Mapping) {
        wrong_type(map, "pipelines", "a map of pipelines");
        any = unread_pipelines_ = true;
      } else {
        any = !map.entries.empty();
        for (const Entry& p : map.entries) pipeline(p);
      }
    }
    if (!any && !broken_service_) {
      Span where = pipelines != nullptr ? pipelines->key_span : e != nullptr ? e->key_span : Span{};
      diags_.emit(kNoPipelines, where).help("`service::pipelines` says what goes where: `{}`", example_pipeline());
    }
  }

  // A pipeline of what the config defines: `traces: {receivers: [otlp], exporters: [debug]}`.
  std::string example_pipeline() const {
    for (int s = 0; s < schema::kSignals; ++s) {
      auto signal = static_cast<schema::Signal>(s);
      std::string receiver, exporter;
      for (const Definition& d : definitions_) {
        if (d.component == nullptr) continue;
        if (d.kind == ComponentKind::Receiver && receiver.empty() && (d.component->produces & schema::bit(signal)) != 0)
          receiver = d.id.text();
        if (d.kind == ComponentKind::Exporter && exporter.empty() && (d.component->consumes & schema::bit(signal)) != 0)
          exporter = d.id.text();
      }
      if (!receiver.empty() && !exporter.empty())
        return std::string(schema::name_of(signal)) + ": {receivers: [" + receiver + "], exporters: [" + exporter +
               "]}";
    }
    return "traces: {receivers: [...], exporters: [...]}";
  }

  // Everything of `service` but pipelines and extensions, by its declaration.
  void service_settings(const Entry* key, const Node* service) {
    config_.service = default_value(schema::service_type(), {});
    if (service == nullptr || service->kind != Kind::Mapping) return;
    Value& v = config_.service;
    v.written = true;
    v.span = service->span;
    v.key = key->key_span;
    const schema::Struct& fields = *v.type->fields;
    for (const Entry& e : service->entries) {
      if (e.key == "pipelines" || e.key == "extensions") continue;
      int i = fields.find(e.key);
      if (i < 0) {
        static constexpr std::string_view kKnown[] = {"telemetry", "extensions", "pipelines"};
        auto d = diags_.emit(Diag<std::string_view>{"E0201", "`service` has no setting `{}`"}, e.key_span, e.key);
        std::string_view near = diag::nearest(e.key, kKnown);
        if (!near.empty()) d.here("did you mean `{}`?", near).suggest(e.key_span, near);
        else d.help("its settings are `telemetry`, `extensions` and `pipelines`");
        if (near == "pipelines") broken_service_ = true;
        unread_pipelines_ = true;
        continue;
      }
      v.items[static_cast<size_t>(i)] =
          decode(context_, *fields.settings[static_cast<size_t>(i)].type, e.value, e.key_span, "service::" + e.key);
    }
  }

  Definition* find(ComponentKind kind, const ComponentId& id) {
    auto it = by_id_.find(std::string(schema::name_of(kind)) + " " + id.text());
    return it == by_id_.end() ? nullptr : &definitions_[it->second];
  }

  // The ids in a list, each with its place. Texts with commas are no lists here: ids are not texts to the Collector.
  std::vector<std::pair<ComponentId, Span>> ids(const Entry& e) {
    std::vector<std::pair<ComponentId, Span>> out;
    const Node& list = at(e.value);
    if (list.kind == Kind::Null) return out;
    if (list.kind != Kind::Sequence) {
      if (list.kind == Kind::String && !list.late && !list.poisoned)
        diags_.emit(kWrongType, list.span, e.key, "a list of ids", syntax::describe(list))
            .help("write `[{}]`", list.text);
      else wrong_type(list, e.key, "a list of ids");
      broken_list_ = unread_pipelines_ = true;
      return out;
    }
    for (NodeId i : list.items) {
      const Node& n = at(i);
      if (n.kind != Kind::String || n.late) {
        wrong_type(n, e.key, "ids");
        broken_list_ = unread_pipelines_ = true;
        continue;
      }
      auto id = parse_id(n.text);
      if (!id) {
        bad_id(id.error(), n.text, n.span);
        broken_list_ = true;
        continue;
      }
      out.emplace_back(*id, n.span);
    }
    return out;
  }

  // The definition that an id in a list means; says so when there is none.
  Definition* resolve(ComponentKind kind, const ComponentId& id, Span span) {
    if (Definition* d = find(kind, id)) {
      d->used = true;
      not_known(*d, span);
      return d;
    }
    if (kind == ComponentKind::Receiver || kind == ComponentKind::Exporter) {
      if (Definition* d = find(ComponentKind::Connector, id)) {
        d->used = true;
        not_known(*d, span);
        return d;
      }
    }
    if (unread_[static_cast<size_t>(kind)]) return nullptr;  // it may well be there
    auto diagnostic = diags_.emit(kUndefined, span, schema::name_of(kind), id.text());
    std::vector<std::string> texts;
    for (const Definition& d : definitions_) {  // one of an unknown type may itself be the mistake
      if (d.kind == kind && (d.component != nullptr || !d.elsewhere.empty()) && texts.size() < 500)
        texts.push_back(d.id.text());
    }
    std::vector<std::string_view> names(texts.begin(), texts.end());
    std::string_view near = diag::nearest(id.text(), names);
    if (!near.empty()) {
      diagnostic.here("did you mean `{}`?", near).suggest(span, near);
    } else {
      for (const Definition& d : definitions_) {
        if (d.id == id) {
          diagnostic.label(d.key, "this is a{} {}",
                           d.kind == ComponentKind::Exporter || d.kind == ComponentKind::Extension
                               ? std::string_view("n")
                               : std::string_view(""),
                           schema::name_of(d.kind));
          return nullptr;
        }
      }
      diagnostic.help("define it under `{}`", schema::plural_of(kind));
    }
    return nullptr;
  }

  // A component that others have and whittle knows by name alone.
  void not_known(const Definition& d, Span use) {
    if (d.component != nullptr || d.elsewhere.empty()) return;
    config_.unknown_components = true;
    if (context_.meant == Meant::Whittle)
      diags_.emit(kNotYet, d.key, schema::name_of(d.kind), d.elsewhere)
          .here("not compiled yet")
          .label(use, "used here")
          .help("`whittle components` lists what there is; the stock Collector runs the others");
    else
      diags_.emit(kNotLookedAt, d.key, schema::name_of(d.kind), d.elsewhere)
          .here("whittle knows it by name alone")
          .note("everything else is checked");
    std::string what = "the " + std::string(schema::name_of(d.kind)) + " `" + std::string(d.elsewhere) + "`";
    config_.not_compiled.push_back({d.key, sources_.place(d.key), std::move(what), {}});
  }

  void extension_list(const Entry& e) {
    std::vector<std::pair<ComponentId, Span>> seen;
    for (auto& [id, span] : ids(e)) {
      if (auto first = std::find_if(seen.begin(), seen.end(), [&](auto& s) { return s.first == id; });
          first != seen.end()) {
        diags_.emit(kTwice, span, "extension", id.text()).here("again").label(first->second, "first here");
        continue;
      }
      seen.emplace_back(id, span);
      Definition* d = resolve(ComponentKind::Extension, id, span);
      if (d == nullptr || d->component == nullptr) continue;
      config_.instances[d->instance].used = true;
      config_.extensions.push_back(d->instance);
    }
  }

  void pipeline(const Entry& e) {
    Pipeline p;
    p.key = e.key_span;
    p.place = sources_.place(e.key_span);
    auto id = parse_id(e.key);
    if (!id) return bad_id(id.error(), e.key, e.key_span);
    p.name = id->text();
    static constexpr std::string_view kSignalNames[] = {"traces", "metrics", "logs"};
    auto signal = std::find(std::begin(kSignalNames), std::end(kSignalNames), id->type);
    if (signal == std::end(kSignalNames)) {
      Span type{e.key_span.file, e.key_span.begin,
                std::min(e.key_span.end, e.key_span.begin + static_cast<uint32_t>(id->type.size()))};
      auto d = diags_.emit(kBadSignal, type, id->type);
      std::string_view near = id->type == "spans" || id->type == "span" ? std::string_view("traces")
                                                                        : diag::nearest(id->type, kSignalNames);
      if (id->type == "profiles")
        d.note("the Collector knows profiles as an experiment; collectors that whittle compiles do not carry them");
      else if (!near.empty()) d.here("did you mean `{}`?", near).suggest(type, near);
      d.help("a pipeline is named `traces`, `metrics` or `logs`, or one of them with a name: `traces/errors`");
      unread_pipelines_ = true;
      return;
    }
    p.signal = static_cast<schema::Signal>(signal - std::begin(kSignalNames));
    if (auto [first, added] = pipeline_keys_.emplace(p.name, e.key_span); !added) {
      diags_.emit(kTwoIds, e.key_span, p.name).here("again").label(first->second, "first here");
      return;
    }
    const Node& map = at(e.value);
    if (map.kind != Kind::Mapping && map.kind != Kind::Null)
      return wrong_type(map, p.name, "a map of `receivers`, `processors` and `exporters`");
    broken_list_ = false;
    const Entry* parts[3] = {};
    static constexpr std::string_view kParts[] = {"receivers", "processors", "exporters"};
    for (const Entry& x : map.entries) {
      auto part = std::find(std::begin(kParts), std::end(kParts), x.key);
      if (part != std::end(kParts)) {
        parts[part - std::begin(kParts)] = &x;
        continue;
      }
      auto d = diags_.emit(Diag<std::string_view>{"E0201", "a pipeline has no setting `{}`"}, x.key_span, x.key);
      std::string_view near = diag::nearest(x.key, kParts);
      if (!near.empty()) d.here("did you mean `{}`?", near).suggest(x.key_span, near);
      else d.help("its settings are `receivers`, `processors` and `exporters`");
      broken_list_ = unread_pipelines_ = true;
    }
    members(p, ComponentKind::Receiver, parts[0], p.receivers);
    members(p, ComponentKind::Processor, parts[1], p.processors);
    members(p, ComponentKind::Exporter, parts[2], p.exporters);
    config_.pipelines.push_back(std::move(p));
  }

  void members(const Pipeline& p, ComponentKind kind, const Entry* list, std::vector<InstanceId>& out) {
    std::vector<std::pair<ComponentId, Span>> seen;
    if (list != nullptr) {
      for (auto& [id, span] : ids(*list)) {
        if (auto first = std::find_if(seen.begin(), seen.end(), [&](auto& s) { return s.first == id; });
            first != seen.end()) {
          if (kind == ComponentKind::Processor)
            diags_.emit(kTwiceProcessor, span, id.text())
                .here("again")
                .label(first->second, "first here")
                .help("give the second one an id of its own: `{}/2`", id.text());
          else
            diags_.emit(kTwice, span, schema::name_of(kind), id.text())
                .here("again, and counts once")
                .label(first->second, "first here");
          continue;
        }
        seen.emplace_back(id, span);
        Definition* d = resolve(kind, id, span);
        if (d == nullptr || d->component == nullptr) continue;
        schema::SignalSet handles = kind == ComponentKind::Receiver ? d->component->produces : d->component->consumes;
        if ((handles & schema::bit(p.signal)) == 0) {
          auto diagnostic =
              diags_.emit(kWrongSignal, span, schema::name_of(kind), id.text(), schema::name_of(p.signal));
          std::string signals;
          for (int s = 0; s < schema::kSignals; ++s) {
            if ((handles & (1u << s)) != 0)
              signals +=
                  (signals.empty() ? "" : " and ") + std::string(schema::name_of(static_cast<schema::Signal>(s)));
          }
          diagnostic.here("only {}", signals).label(p.key, "a pipeline of {}", schema::name_of(p.signal));
          continue;
        }
        config_.instances[d->instance].used = true;
        used_for_[d->instance] |= schema::bit(p.signal);
        out.push_back(d->instance);
      }
    }
    if (seen.empty() && !broken_list_ && kind != ComponentKind::Processor) {
      auto diagnostic =
          diags_.emit(kNothingIn, list == nullptr ? p.key : list->key_span, p.name, schema::plural_of(kind));
      diagnostic.here(kind == ComponentKind::Receiver ? diag::Text<>("nothing comes in")
                                                      : diag::Text<>("nothing goes out"));
    }
  }

  // ---- the rest

  void unused() {
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

  void own_checks(Instance& i) {
    for (const ComponentCheck& c : component_checks()) {
      if (c.kind != i.component->kind || c.name != i.component->name) continue;
      auto id = static_cast<InstanceId>(&i - config_.instances.data());
      c.check(check_, i, used_for_[id]);
    }
  }

  void not_compiled() {
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

  // What a stateless processor is told decides machine code, so its settings must be known here.
  void late_code(const Value& v, const std::string& name) {
    // A value whose type is free is but a value.
    if (v.late && v.type->kind != schema::TypeKind::Any)
      config_.not_compiled.push_back({v.span, v.place, "an environment variable for `" + name + "`", kDecidesCode});
    for (size_t i = 0; i < v.items.size(); ++i) {
      bool setting = v.type->kind == schema::TypeKind::Struct;
      late_code(v.items[i], setting ? std::string(v.type->fields->settings[i].name) : name);
    }
  }

  void canonical() {
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

  const CheckOptions& options_;
  const syntax::Tree& tree_;
  NodeId root_;
  const source::Sources& sources_;
  diag::Diagnostics& diags_;
  Config config_;
  CheckContext context_;
  Check check_;
  std::vector<Definition> definitions_;
  std::unordered_map<std::string, size_t> by_id_;  // "receiver otlp/2" -> its definition
  std::map<InstanceId, schema::SignalSet> used_for_;
  std::unordered_map<std::string, Span> pipeline_keys_;
  bool broken_[5] = {};
  bool unread_[5] = {};            // a section of this kind is there and could not be read
  bool unread_pipelines_ = false;  // somewhere in `service` ids may stand that were not read
  bool broken_service_ = false, broken_list_ = false, nothing_ = false;
};

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
