// SPDX-License-Identifier: Apache-2.0
// Late-bound variables of a config, and what a deployment of it makes ECS fetch before the container starts.
#include "compiler/aws/deployment.h"

#include "compiler/check/checks.h"
#include "compiler/syntax/references.h"

#include <algorithm>
#include <iterator>

namespace whittle::aws {

using check::Config;
using check::Instance;
using check::Value;
using schema::TypeKind;

namespace {

// Whether one of a name's words says that the value is not for everybody: "API_KEY", "DB_PASSWORD".
bool sounds_secret(std::string_view name) {
  static constexpr std::string_view kWords[] = {"TOKEN", "PASSWORD", "PASSWD",     "SECRET",
                                                "KEY",   "APIKEY",   "CREDENTIAL", "CREDENTIALS"};
  std::string word;
  for (size_t i = 0; i <= name.size(); ++i) {
    if (i < name.size() && name[i] != '_') {
      word += static_cast<char>(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
      continue;
    }
    if (std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords)) return true;
    word.clear();
  }
  return false;
}

struct Finder {
  std::vector<LateVariable>& out;

  // A late text and each reference in it.
  void text(const Value& v, const std::string& setting, bool secret) {
    for (size_t at = 0; at < v.text.size();) {
      syntax::FoundReference found = syntax::find_reference(v.text, at);
      if (!found.reference) break;
      at = found.reference->end;
      std::string_view inside = found.reference->inside;
      if (inside.starts_with("env:")) inside.remove_prefix(4);
      size_t fallback = inside.find(":-");
      if (inside.substr(0, fallback).find(':') != std::string_view::npos) continue;  // from elsewhere
      add(std::string(inside.substr(0, fallback)), fallback != std::string_view::npos, secret, setting, v.span);
    }
  }

  void add(std::string name, bool has_default, bool secret, const std::string& setting, source::Span span) {
    secret = secret || sounds_secret(name);
    auto known = std::find_if(out.begin(), out.end(), [&](const LateVariable& l) { return l.name == name; });
    if (known == out.end()) {
      out.push_back({std::move(name), has_default, secret, {setting}, span});
      return;
    }
    known->has_default = known->has_default && has_default;
    known->secret = known->secret || secret;
    if (std::find(known->settings.begin(), known->settings.end(), setting) == known->settings.end())
      known->settings.push_back(setting);
    if (span.file < known->span.file || (span.file == known->span.file && span.begin < known->span.begin))
      known->span = span;
  }

  void walk(const Value& v, const std::string& setting, bool secret) {
    if (v.wrong || v.type == nullptr) return;
    secret = secret || (v.type->kind == TypeKind::String && v.type->format == schema::Format::Opaque);
    if (v.late)
      return text(v, setting,
                  secret || (v.type->element != nullptr && v.type->element->format == schema::Format::Opaque));
    for (size_t i = 0; i < v.items.size(); ++i) {
      switch (v.type->kind) {
      case TypeKind::Struct:
        walk(v.items[i], setting + "::" + std::string(v.type->fields->settings[i].name), secret);
        break;
      case TypeKind::Map: walk(v.items[i], setting + "::" + v.keys[i], secret); break;
      default:  // an element of a list goes by the list's name
        walk(v.items[i], setting, secret);
        break;
      }
    }
  }
};

bool has(const std::vector<std::pair<std::string, std::string>>& list, std::string_view name) {
  return std::any_of(list.begin(), list.end(), [&](const auto& p) { return p.first == name; });
}

// The region that every used AWS component names, or nothing.
std::string common_region(const Config& config) {
  std::string region;
  for (const Instance& i : config.instances) {
    if (!i.used) continue;
    const Value* v = region_of(i);
    if (v == nullptr || v->late || v->wrong || v->text.empty()) continue;
    if (!region.empty() && region != v->text) return {};
    region = v->text;
  }
  return region;
}

}  // namespace

std::vector<LateVariable> late_variables(const Config& config) {
  std::vector<LateVariable> out;
  Finder finder{out};
  for (const Instance& i : config.instances) {
    if (i.used) finder.walk(i.config, check::setting_path(i), false);
  }
  finder.walk(config.service, "service", false);
  std::sort(out.begin(), out.end(), [](const LateVariable& a, const LateVariable& b) {
    return a.span.file != b.span.file ? a.span.file < b.span.file : a.span.begin < b.span.begin;
  });
  return out;
}

// ECS developer guide, "Environment variables available to Fargate containers" and "Amazon ECS task metadata endpoint
// version 4".
bool set_by_fargate(std::string_view variable) {
  static constexpr std::string_view kSet[] = {"AWS_REGION",
                                              "AWS_DEFAULT_REGION",
                                              "AWS_EXECUTION_ENV",
                                              "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                                              "ECS_AGENT_URI",
                                              "ECS_CONTAINER_METADATA_URI",
                                              "ECS_CONTAINER_METADATA_URI_V4"};
  return std::find(std::begin(kSet), std::end(kSet), variable) != std::end(kSet);
}

std::string_view config_variable(schema::Distribution d) {
  return d == schema::Distribution::Adot ? "AOT_CONFIG_CONTENT" : "COLLECTOR_CONFIG";
}

Deployment settled(const Config& config, Deployment d) {
  if (d.name.empty()) d.name = "collector";
  if (d.log_group.empty()) d.log_group = "/ecs/" + d.name;
  if (d.surroundings.region.empty()) d.surroundings.region = common_region(config);
  if (d.surroundings.partition.empty() && !d.surroundings.region.empty())
    d.surroundings.partition = partition_of(d.surroundings.region);
  if (config.stock) {
    const std::string variable(config_variable(*config.stock));
    if (d.image.empty())
      d.image = std::string(schema::image_of(*config.stock)) + ":" + schema::version_of(*config.stock, config.contrib);
    if (!has(d.environment, variable) && !has(d.secrets, variable))
      d.secrets.emplace_back(variable, "/" + d.name + "/config");
  }
  if (d.image.empty()) {
    auto known = [](const std::string& s) { return s.empty() ? std::string("*") : s; };
    d.image = known(d.surroundings.account) + ".dkr.ecr." + known(d.surroundings.region) +
              (d.surroundings.partition == "aws-cn" ? ".amazonaws.com.cn/" : ".amazonaws.com/") + d.name;
  }
  for (const LateVariable& l : late_variables(config)) {
    if (!l.secret || l.has_default || set_by_fargate(l.name)) continue;
    if (has(d.environment, l.name) || has(d.secrets, l.name)) continue;
    d.secrets.emplace_back(l.name, "/" + d.name + "/" + l.name);
  }
  return d;
}

ExecutionUse execution_use(const Config& config, const Deployment& deployment) {
  Deployment d = settled(config, deployment);
  std::string who = "container `" + d.name + "`";
  ExecutionUse use;
  use.images.push_back({d.image, {}, who});
  use.log_groups.push_back({"awslogs", d.log_group, d.surroundings.region, false, {}, who});
  std::vector<LateVariable> late = late_variables(config);
  for (const auto& [name, from] : d.secrets) {
    auto variable = std::find_if(late.begin(), late.end(), [&](const LateVariable& l) { return l.name == name; });
    source::Span span = variable == late.end() ? source::Span{} : variable->span;
    // Nobody says which key is whose: each may be needed for each.
    if (d.kms_keys.empty()) use.secrets.push_back({name, from, "", span, who});
    for (const std::string& key : d.kms_keys) use.secrets.push_back({name, from, key, span, who});
  }
  return use;
}

}  // namespace whittle::aws
