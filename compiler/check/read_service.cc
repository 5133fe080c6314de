// SPDX-License-Identifier: Apache-2.0
// `service:`: which components it names, what of them a pipeline can be made of, and its own settings.
#include "compiler/check/front_end_parts.h"

#include "compiler/diag/near.h"

#include <algorithm>
#include <set>

namespace whittle::check {

namespace {

constexpr Diag<std::string_view, std::string_view> kNotYet{"E0302", "whittle has no {} `{}` yet"};
constexpr Diag<> kNoPipelines{"E0401", "there is no pipeline"};
constexpr Diag<std::string_view> kBadSignal{"E0402", "`{}` is not a signal"};
constexpr Diag<std::string_view, std::string_view> kUndefined{"E0403", "the {} `{}` is not defined"};
constexpr Diag<std::string_view, std::string_view> kNothingIn{"E0404", "the pipeline `{}` has no {}"};
constexpr Diag<std::string_view> kTwiceProcessor{"E0405", "the processor `{}` is there twice"};
constexpr Diag<std::string_view, std::string_view> kTwice{"W0406", "the {} `{}` is there twice"};
constexpr Diag<std::string_view, std::string_view, std::string_view> kWrongSignal{"E0407",
                                                                                  "the {} `{}` does not handle {}"};
constexpr Diag<std::string_view, std::string_view> kNotLookedAt{"N0302",
                                                                "the settings of the {} `{}` were not looked at"};

}  // namespace

void FrontEnd::service() {
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

std::string FrontEnd::example_pipeline() const {
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
      return std::string(schema::name_of(signal)) + ": {receivers: [" + receiver + "], exporters: [" + exporter + "]}";
  }
  return "traces: {receivers: [...], exporters: [...]}";
}

void FrontEnd::service_settings(const Entry* key, const Node* service) {
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

Definition* FrontEnd::find(ComponentKind kind, const ComponentId& id) {
  auto it = by_id_.find(std::string(schema::name_of(kind)) + " " + id.text());
  return it == by_id_.end() ? nullptr : &definitions_[it->second];
}

std::vector<std::pair<ComponentId, Span>> FrontEnd::ids(const Entry& e) {
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

Definition* FrontEnd::resolve(ComponentKind kind, const ComponentId& id, Span span) {
  if (Definition* d = find(kind, id)) {
    if (!d->used) not_known(*d, span);
    d->used = true;
    return d;
  }
  if (kind == ComponentKind::Receiver || kind == ComponentKind::Exporter) {
    if (Definition* d = find(ComponentKind::Connector, id)) {
      if (!d->used) not_known(*d, span);
      d->used = true;
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
                         d.kind == ComponentKind::Exporter || d.kind == ComponentKind::Extension ? std::string_view("n")
                                                                                                 : std::string_view(""),
                         schema::name_of(d.kind));
        return nullptr;
      }
    }
    const bool connects = (kind == ComponentKind::Receiver || kind == ComponentKind::Exporter) &&
                          schema::find_component(kind, id.type) == nullptr &&
                          schema::find_component(ComponentKind::Connector, id.type) != nullptr;
    if (connects)
      diagnostic.help(
          "define it under `connectors`, and name it among the `exporters` of one pipeline and the `receivers` "
          "of another");
    else diagnostic.help("define it under `{}`", schema::plural_of(kind));
  }
  return nullptr;
}

void FrontEnd::not_known(const Definition& d, Span use) {
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
  const std::string_view lacks = lacks_host(d.kind, d.elsewhere);
  if (context_.meant != Meant::Whittle && !lacks.empty()) tell_host(diags_, d.key, d.text, lacks);
  std::string what = "the " + std::string(schema::name_of(d.kind)) + " `" + std::string(d.elsewhere) + "`";
  config_.not_compiled.push_back({d.key, sources_.place(d.key), std::move(what), {}});
}

void FrontEnd::extension_list(const Entry& e) {
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

void FrontEnd::pipeline(const Entry& e) {
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
    std::string_view near =
        id->type == "spans" || id->type == "span" ? std::string_view("traces") : diag::nearest(id->type, kSignalNames);
    if (id->type == "profiles")
      d.note(
          "profiles are an experiment of the Collector, behind the feature gate `service.profilesSupport`, and whittle "
          "knows nothing of them");
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

void FrontEnd::members(const Pipeline& p, ComponentKind kind, const Entry* list, std::vector<InstanceId>& out) {
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
        auto diagnostic = diags_.emit(kWrongSignal, span, schema::name_of(kind), id.text(), schema::name_of(p.signal));
        std::string signals;
        for (int s = 0; s < schema::kSignals; ++s) {
          if ((handles & (1u << s)) != 0)
            signals += (signals.empty() ? "" : " and ") + std::string(schema::name_of(static_cast<schema::Signal>(s)));
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

}  // namespace whittle::check
