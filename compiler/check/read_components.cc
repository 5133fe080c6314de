// SPDX-License-Identifier: Apache-2.0
// The sections of components: which component each id names, and its settings.
#include "compiler/check/front_end_parts.h"

#include "compiler/diag/near.h"

#include <algorithm>

namespace whittle::check {

namespace {

constexpr Diag<std::string_view, std::string_view> kUnknownComponent{"E0301", "unknown {} `{}`"};
constexpr Diag<std::string_view, std::string_view> kGoneSince{"E1400", "the Collector has no {} `{}` any more"};
constexpr Diag<std::string_view, std::string_view, std::string_view, std::string_view> kNotNamedYet{
    "E1419", "in contrib 0.{}, the {} `{}` is called `{}`"};
constexpr Diag<std::string_view> kDeprecated{"W0211", "`{}` is deprecated"};
constexpr Diag<std::string_view, std::string_view> kBadId{"E0303", "`{}` is not an id: {}"};
constexpr Diag<std::string_view> kNoneDefined{"E0408", "the config defines no {}"};
constexpr Diag<std::string_view> kNotLate{"E0106", "`{}` must be known when the collector is compiled"};
constexpr Diag<std::string_view, std::string_view, std::string_view> kNotShipped{"E0306", "{} has no {} `{}`"};
constexpr Diag<std::string_view> kSource{"E0101", "`{}` is not a source of values"};
constexpr Diag<> kNested{"E0103", "a reference inside of a reference"};
constexpr Diag<std::string_view, std::string_view> kAmbiguous{"E0307", "`{}` is both a connector and a {}"};

// Sources of values beside those that every collector has, by the modules that distributions are built with.
struct Source {
  std::string_view scheme, what;
  schema::DistributionSet ships;
};
constexpr schema::DistributionSet kAdot = schema::bit(schema::Distribution::Adot),
                                  kContrib = schema::bit(schema::Distribution::Contrib),
                                  kCore = schema::bit(schema::Distribution::Core);
constexpr Source kSources[] = {{"http", "values that are fetched over HTTP", kAdot | kContrib | kCore},
                               {"https", "values that are fetched over HTTPS", kAdot | kContrib | kCore},
                               {"s3", "values from S3", kAdot | kContrib},
                               {"secretsmanager", "values from Secrets Manager", kContrib},
                               {"googlesecretmanager", "values from Google's Secret Manager", kContrib},
                               {"aes", "encrypted values", kContrib}};

const Source* source_of(std::string_view scheme) {
  auto it = std::find_if(std::begin(kSources), std::end(kSources), [&](const Source& s) { return s.scheme == scheme; });
  return it == std::end(kSources) ? nullptr : it;
}

bool resolves(const syntax::Foreign& f, schema::Distribution d) {
  const Source* s = source_of(f.scheme);
  return f.scheme.empty() || s == nullptr || (s->ships & schema::bit(d)) != 0;  // what nobody has was told already
}

}  // namespace

void FrontEnd::references() {
  constexpr std::string_view kInstead =
      "write `${env:NAME}`, which the task definition's `environment` or `secrets` fill in";
  for (const syntax::Foreign& f : foreign_) {
    const Source* source = source_of(f.scheme);
    if (!f.scheme.empty() && (source == nullptr || context_.meant == Meant::Whittle)) {
      auto d = diags_.emit(kSource, f.span, f.scheme);
      if (source != nullptr) d.note("a compiled collector fetches no config when it starts");
      d.help("`env`, `file` and `yaml` are the sources: `${env:NAME}`, `${env:NAME:-default}`");
    } else if (context_.meant == Meant::Whittle) {
      diags_.emit(kNested, f.span)
          .here("inside of another `${...}`")
          .note("which variable is read must be known when the collector is compiled");
    } else {
      config_.not_compiled.push_back(
          {f.span, sources_.place(f.span),
           source != nullptr ? std::string(source->what) : "a reference inside of a reference", kInstead});
    }
  }
}

void FrontEnd::components() {
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

void FrontEnd::distribution() {
  config_.stop_timeout_s = options_.stop_timeout_s;
  if (context_.meant != Meant::Stock) return;
  config_.contrib = options_.contrib;
  auto has = [](const Definition& d, schema::Distribution x) {
    if (d.component != nullptr) return (d.component->ships & schema::bit(x)) != 0;
    return d.elsewhere.empty() || x == schema::Distribution::Contrib;  // what nobody has was told already
  };
  if (options_.distribution) {
    config_.stock = options_.distribution;
    for (const syntax::Foreign& f : foreign_) {
      if (resolves(f, *config_.stock)) continue;
      auto e = diags_.emit(kSource, f.span, f.scheme);
      for (int x = 0; x < schema::kDistributions; ++x) {
        auto other = static_cast<schema::Distribution>(x);
        if (resolves(f, other)) e.note("{} has it", schema::title_of(other));
      }
    }
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
    if (std::all_of(definitions_.begin(), definitions_.end(), [&](const Definition& d) { return has(d, x); }) &&
        std::all_of(foreign_.begin(), foreign_.end(), [&](const syntax::Foreign& f) { return resolves(f, x); }))
      return;
  }
}

void FrontEnd::section(ComponentKind kind) {
  const Entry* section = at(root_).find(schema::plural_of(kind));
  if (section == nullptr) return;
  const Node& map = at(section->value);
  if (map.kind == Kind::Null || map.poisoned) return;
  if (map.kind != Kind::Mapping) {
    broken_[static_cast<size_t>(kind)] = unread_[static_cast<size_t>(kind)] = true;
    wrong_type(map, section->key, map.kind == Kind::Sequence ? "a map of ids to settings" : "a map of ids to settings");
    return;
  }
  for (const Entry& e : map.entries) define(kind, e);
}

void FrontEnd::wrong_type(const Node& n, std::string_view name, std::string_view expected) {
  if (n.poisoned) return;
  if (n.late) late(n, name);
  else diags_.emit(kWrongType, n.span, name, expected, syntax::describe(n));
}

void FrontEnd::late(const Node& n, std::string_view name) {
  config_.open = unread_pipelines_ = true;
  if (context_.meant == Meant::Whittle)
    diags_.emit(kNotLate, n.span, name).here("known only when the collector starts");
  else
    config_.not_compiled.push_back({n.span, sources_.place(n.span),
                                    "an environment variable for `" + std::string(name) + "`",
                                    "write the ids themselves: they decide what the collector is made of"});
}

void FrontEnd::define(ComponentKind kind, const Entry& e) {
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
  std::string_view before;
  if (const Renamed* r = renamed(kind, d.id.type)) {
    before = r->before;
    if (options_.contrib < r->since) not_named_yet(d, *r);
    if (d.component == nullptr) d.component = schema::find_component(kind, before);
  }
  if (d.component == nullptr) {
    auto elsewhere = known_elsewhere(kind);
    auto it = std::find(elsewhere.begin(), elsewhere.end(), d.id.type);
    if (it == elsewhere.end() && !before.empty()) it = std::find(elsewhere.begin(), elsewhere.end(), before);
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

void FrontEnd::bad_id(const IdError& error, const std::string& text, Span span) {
  Span at = span;
  if (sources_.text(span) == text)
    at = {span.file, span.begin + static_cast<uint32_t>(error.begin), span.begin + static_cast<uint32_t>(error.end)};
  diags_.emit(kBadId, at, text, error.problem).help("an id is a type, or a type and a name: `type`, `type/name`");
}

void FrontEnd::not_named_yet(const Definition& d, const Renamed& r) {
  Span type{d.key.file, d.key.begin, std::min(d.key.end, d.key.begin + static_cast<uint32_t>(d.id.type.size()))};
  diags_.emit(kNotNamedYet, type, std::to_string(options_.contrib), schema::name_of(d.kind), r.type, r.before)
      .here("so from 0.{} on", std::to_string(r.since))
      .help("write `{}`, which later versions know, too; and so where pipelines name it", r.before);
}

void FrontEnd::gone(const Definition& d, const Gone& g) {
  Span type{d.key.file, d.key.begin, std::min(d.key.end, d.key.begin + static_cast<uint32_t>(d.id.type.size()))};
  auto e = diags_.emit(kGoneSince, type, schema::name_of(d.kind), d.id.type);
  if (g.last != 0) e.here("contrib had it up to 0.{}", g.last);
  e.note("the Collector stops when it reads the name");
  if (!g.instead.empty()) e.help("{}", g.instead);
}

void FrontEnd::unknown(const Definition& d) {
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

}  // namespace whittle::check
