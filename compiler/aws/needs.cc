// SPDX-License-Identifier: Apache-2.0
// ARN shapes are those of the Service Authorization Reference; for CloudWatch Logs see "Overview of managing access
// permissions to your CloudWatch Logs resources": a log group's ARN ends in `:*` for all actions but those on its tags.
#include "compiler/aws/needs.h"

#include "compiler/aws/unknown.h"
#include "compiler/check/checks.h"
#include "compiler/check/decode.h"
#include "compiler/check/formats.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace whittle::aws {

using check::Value;

std::string_view partition_of(std::string_view region) {
  struct {
    std::string_view prefix, partition;
  } static constexpr kOthers[] = {{"cn-", "aws-cn"},         {"us-gov-", "aws-us-gov"}, {"us-iso-", "aws-iso"},
                                  {"us-isob-", "aws-iso-b"}, {"eu-isoe-", "aws-iso-e"}, {"us-isof-", "aws-iso-f"},
                                  {"eusc-", "aws-eusc"}};
  for (auto& o : kOthers) {
    if (region.starts_with(o.prefix)) return o.partition;
  }
  return "aws";
}

namespace {

constexpr std::string_view kAny = "*";

// A late-bound text with `*` for each variable: "/shop/*/metrics" of "/shop/${env:STAGE}/metrics". What stands for a
// template's unknown part keeps its name.
std::string known_parts(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    bool variable = text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{';
    if (!variable) {
      if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '$') ++i;
      out += text[i];
      continue;
    }
    int depth = 0;  // a default may hold a variable of its own
    const size_t from = i;
    for (; i < text.size(); ++i) {
      depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
      if (depth == 0 && text[i] == '}') break;
    }
    std::string_view inside = text.substr(from, i - from);
    std::string name = name_of_variable(inside.substr(std::min(inside.find(kUnknownVariable), inside.size())));
    if (!name.empty() || !out.ends_with(kAny)) out += std::string(kAny) + name;
  }
  return out;
}

// A setting's text as part of an ARN: what only the running collector knows becomes `*`.
std::string known_text(const Value* v) {
  if (v == nullptr) return "";
  if (v->wrong) return std::string(kAny);
  if (v->type->kind == schema::TypeKind::Map) {  // as lines, which `header` reads
    std::string out;
    for (size_t i = 0; i < v->items.size(); ++i) out += v->keys[i] + ":" + known_text(&v->items[i]) + "\n";
    return out;
  }
  if (v->late) return known_parts(v->text);
  if (v->type->format != schema::Format::Template) return v->text;
  std::string out;
  for (size_t i = 0; i < v->text.size();) {
    size_t end = v->text[i] == '{' ? v->text.find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      out += v->text[i++];
      continue;
    }
    if (!out.ends_with(kAny)) out += kAny;
    i = end + 1;
  }
  return out;
}

std::string argument(const schema::IamArgument& a, const Value& config) {
  std::string text = known_text(check::setting_at(config, a.path));
  if (!text.empty() || a.otherwise.empty()) return text.empty() ? std::string(kAny) : text;
  std::string out;
  for (size_t i = 0; i < a.otherwise.size();) {
    size_t end = a.otherwise[i] == '{' ? a.otherwise.find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      out += a.otherwise[i++];
      continue;
    }
    std::string_view name = a.otherwise.substr(i + 1, end - i - 1);
    std::string value = known_text(check::setting_at(config, {&name, 1}));
    out += value.empty() ? std::string(kAny) : value;
    i = end + 1;
  }
  return out;
}

// What ARNs are made of, from one instance.
struct Scope {
  std::string partition = "*", region = "*", account = "*";
};

// The parts of an ARN, or nothing when it is none.
struct Arn {
  std::string partition, service, region, account, rest;
};

std::optional<Arn> parse_arn(std::string_view text) {
  if (!text.starts_with("arn:")) return std::nullopt;
  std::string parts[5];
  text.remove_prefix(4);
  for (int i = 0; i < 4; ++i) {
    size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    parts[i] = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  return Arn{parts[0], parts[1], parts[2], parts[3], std::string(text)};
}

// An Amazon Managed Prometheus endpoint names its workspace:
// https://aps-workspaces.<region>.amazonaws.com/workspaces/<id>/... Nothing for an endpoint that is somewhere else.
struct Workspace {
  std::string region, id;
};

std::optional<Workspace> workspace_of(const std::string& endpoint) {
  constexpr std::string_view kHost = "aps-workspaces.", kPath = "/workspaces/";
  // With parts that only AWS knows it is no URL yet.
  if (endpoint.find(kAny) != std::string::npos) {
    size_t host = endpoint.find("://"), path = endpoint.find(kPath);
    if (host == std::string::npos || path == std::string::npos || endpoint.compare(host + 3, kHost.size(), kHost) != 0)
      return std::nullopt;
    std::string rest = endpoint.substr(host + 3 + kHost.size()), id = endpoint.substr(path + kPath.size());
    return Workspace{rest.substr(0, rest.find('.')), id.substr(0, id.find('/'))};
  }
  auto url = check::parse_url(endpoint);
  if (!url) return std::nullopt;
  if (!url->host.starts_with(kHost) || !url->path.starts_with(kPath)) return std::nullopt;
  std::string rest = url->host.substr(kHost.size()), id = url->path.substr(kPath.size());
  return Workspace{rest.substr(0, rest.find('.')), id.substr(0, id.find('/'))};
}

// The region of an endpoint such as https://xray.<region>.amazonaws.com/v1/traces, and nothing for one that is
// somewhere else or that only the running collector knows.
std::optional<std::string> region_at(std::string_view service, std::string_view endpoint) {
  if (size_t scheme = endpoint.find("://"); scheme != endpoint.npos) endpoint.remove_prefix(scheme + 3);
  std::string_view host = endpoint.substr(0, endpoint.find_first_of(":/?#"));
  if (!host.starts_with(service) || !host.substr(service.size()).starts_with('.')) return std::nullopt;
  host.remove_prefix(service.size() + 1);
  size_t dot = host.find('.');
  if (dot == host.npos) return std::nullopt;
  std::string_view domain = host.substr(dot + 1);
  if (domain != kAny && !domain.starts_with("amazonaws.")) return std::nullopt;
  return std::string(host.substr(0, dot));
}

// What a header says, of a map of headers. HTTP's names have no case.
std::string header(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    size_t colon = line.find(':');
    if (colon != name.size()) continue;
    auto same = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b); };
    if (std::equal(name.begin(), name.end(), line.begin(), same) && line.size() > colon + 1)
      return std::string(line.substr(colon + 1));
  }
  return std::string(kAny);
}

// The ARN of a statement's resource: one function a kind of resource, chosen by the word that declarations use.
struct Made {
  std::string arn, region;
};
using MakeFn = std::optional<Made> (*)(const Scope& s, const std::vector<std::string>& arguments);

std::optional<Made> log_group(const Scope& s, const std::vector<std::string>& a) {
  return Made{"arn:" + s.partition + ":logs:" + s.region + ":" + s.account + ":log-group:" + a[0] + ":*", s.region};
}
std::optional<Made> log_group_arn(const Scope& s, const std::vector<std::string>& a) {
  return Made{"arn:" + s.partition + ":logs:" + s.region + ":" + s.account + ":log-group:" + a[0], s.region};
}
std::optional<Made> log_stream(const Scope& s, const std::vector<std::string>& a) {
  return Made{"arn:" + s.partition + ":logs:" + s.region + ":" + s.account + ":log-group:" + a[0] +
                  ":log-stream:" + a[1],
              s.region};
}
std::optional<Made> role(const Scope& s, const std::vector<std::string>& a) {
  return Made{a[0].starts_with("arn:") ? a[0] : "arn:" + s.partition + ":iam::*:role/*", s.region};
}
std::optional<Made> workspace(const Scope& s, const std::vector<std::string>& a) {
  auto w = workspace_of(a[0]);
  bool open = a[0].find(kAny) != std::string::npos;
  if (open && (!w || w->region == kAny || w->id.empty())) {
    std::string id = w && !w->id.empty() ? w->id : std::string(kAny);
    return Made{"arn:" + s.partition + ":aps:" + s.region + ":" + s.account + ":workspace/" + id, s.region};
  }
  if (!w) return std::nullopt;
  return Made{"arn:" + std::string(partition_of(w->region)) + ":aps:" + w->region + ":" + s.account + ":workspace/" +
                  w->id,
              w->region};
}
// The objects of a bucket. Its ARN has no region, and a partition of its own.
std::optional<Made> s3_object(const Scope& s, const std::vector<std::string>& a) {
  const bool known = a[1].find(kAny) == std::string::npos;
  const std::string partition = known ? std::string(partition_of(a[1])) : s.partition;
  return Made{"arn:" + partition + ":s3:::" + a[0] + "/*", known ? a[1] : s.region};
}
// Parts of a cluster of Amazon MSK, whose name and id are not to be seen from its brokers.
std::optional<Made> of_cluster(const Scope& s, const std::string& region, const std::string& what) {
  const bool known = region.find(kAny) == std::string::npos;
  const std::string there = known ? region : s.region,
                    partition = known ? std::string(partition_of(region)) : s.partition;
  return Made{"arn:" + partition + ":kafka:" + there + ":" + s.account + ":" + what, there};
}
std::optional<Made> kafka_cluster(const Scope& s, const std::vector<std::string>& a) {
  return of_cluster(s, a[0], "cluster/*");
}
std::optional<Made> kafka_topic(const Scope& s, const std::vector<std::string>& a) {
  return of_cluster(s, a[0], "topic/*");
}
std::optional<Made> kafka_group(const Scope& s, const std::vector<std::string>& a) {
  return of_cluster(s, a[0], "group/*/*/" + a[1]);
}
// CloudWatch's own OTLP endpoints: calls to them need an action only where an endpoint is one of them.
std::optional<Made> xray_otlp(const Scope&, const std::vector<std::string>& a) {
  auto region = region_at("xray", a[0]);
  return region ? std::optional(Made{std::string(kAny), *region}) : std::nullopt;
}
std::optional<Made> monitoring_otlp(const Scope&, const std::vector<std::string>& a) {
  auto region = region_at("monitoring", a[0]);
  return region ? std::optional(Made{std::string(kAny), *region}) : std::nullopt;
}
std::optional<Made> logs_otlp(const Scope& s, const std::vector<std::string>& a) {
  auto region = region_at("logs", a[0]);
  if (!region) return std::nullopt;
  Scope there = s;
  there.region = *region;
  if (*region != kAny) there.partition = partition_of(*region);
  return log_stream(there, {header(a[1], "x-aws-log-group"), header(a[1], "x-aws-log-stream")});
}

constexpr struct {
  std::string_view kind;
  size_t arguments;
  MakeFn make;
} kResources[] = {{"kafka_cluster", 1, kafka_cluster},
                  {"kafka_group", 2, kafka_group},
                  {"kafka_topic", 1, kafka_topic},
                  {"log_group", 1, log_group},
                  {"log_group_arn", 1, log_group_arn},
                  {"log_stream", 2, log_stream},
                  {"logs_otlp", 2, logs_otlp},
                  {"monitoring_otlp", 1, monitoring_otlp},
                  {"role", 1, role},
                  {"s3_object", 2, s3_object},
                  {"workspace", 1, workspace},
                  {"xray_otlp", 1, xray_otlp}};

std::optional<Made> make(const schema::IamResource& resource, const Scope& scope, const Value& config) {
  if (resource.kind == kAny) return Made{std::string(kAny), scope.region};
  std::vector<std::string> arguments;
  for (const schema::IamArgument& a : resource.arguments) arguments.push_back(argument(a, config));
  for (auto& r : kResources) {
    if (r.kind == resource.kind && r.arguments == arguments.size()) return r.make(scope, arguments);
  }
  return Made{std::string(kAny), scope.region};
}

// Whether a call is only made when a log group is created, and this one is there already. An exporter creates a group
// that it finds missing, and only then sets its retention and its tags.
bool of_made_group(const schema::IamStatement& s, const Made& made, const Surroundings& around) {
  static constexpr std::string_view kCreating[] = {"logs:CreateLogGroup", "logs:PutRetentionPolicy",
                                                   "logs:TagResource"};
  if (std::find(std::begin(kCreating), std::end(kCreating), s.action) == std::end(kCreating)) return false;
  auto arn = parse_arn(made.arn);
  if (!arn || !arn->rest.starts_with("log-group:")) return false;
  std::string group = arn->rest.substr(10);
  if (group.ends_with(":*")) group.resize(group.size() - 2);
  return std::find(around.log_groups.begin(), around.log_groups.end(), group) != around.log_groups.end();
}

constexpr std::string_view kAssumeRole = "sts:AssumeRole";

// The first setting of a format, in the order of the declaration and without what is switched off; null when there is
// none. `deep` looks into sections too.
const Value* first_of(const Value& v, schema::Format format, bool deep) {
  for (const Value& item : v.items) {
    if (item.type->kind == schema::TypeKind::String && item.type->format == format) return &item;
    bool section = item.type->kind == schema::TypeKind::Struct || item.type->kind == schema::TypeKind::Optional;
    if (!deep || !section) continue;
    if (const Value* found = first_of(item, format, deep)) return found;
  }
  return nullptr;
}

// The role that calls of this instance are made as, if not the task's: its own, or that of the extension that signs for
// it.
std::string assumed_role(const check::Config& config, const check::Instance& instance, const Scope& scope,
                         bool follow = true) {
  for (const schema::IamStatement& s : instance.component->iam) {
    if (s.action != kAssumeRole || (s.when != nullptr && check::evaluate(*s.when, instance.config) == Truth::False))
      continue;
    if (auto made = make(s.resource, scope, instance.config))
      return made->arn.ends_with(":role/*") ? std::string(kAny) : made->arn;
  }
  const Value* authenticator = follow ? first_of(instance.config, schema::Format::Authenticator, true) : nullptr;
  if (authenticator == nullptr || authenticator->late || authenticator->wrong) return "";
  for (const check::Instance& i : config.instances) {
    if (i.component->kind == schema::ComponentKind::Extension && i.id == authenticator->text)
      return assumed_role(config, i, scope, false);
  }
  return "";
}

// The external id beside the role that a statement is about.
std::string external_id(const schema::IamStatement& s, const Value& config) {
  if (s.resource.arguments.empty() || s.resource.arguments[0].path.empty()) return "";
  std::vector<std::string_view> path(s.resource.arguments[0].path.begin(), s.resource.arguments[0].path.end());
  path.back() = "external_id";
  return known_text(check::setting_at(config, path));
}

// Log groups are created with their tags.
void give_tags(const schema::IamStatement& s, const Value& config, Need& n) {
  if (s.action != "logs:CreateLogGroup" && s.action != "logs:TagResource") return;
  const Value* tags = config.find("tags");
  if (tags == nullptr || tags->type->kind != schema::TypeKind::Map) {
    n.tags_known = tags == nullptr;
    return;
  }
  n.tags_known = !tags->late && !tags->wrong;
  for (size_t i = 0; i < tags->items.size(); ++i) n.tags.emplace_back(tags->keys[i], known_text(&tags->items[i]));
}

Scope scope_of(const check::Instance& instance, const Surroundings& around) {
  Scope s;
  std::string text = known_text(region_of(instance));
  if (text.empty()) text = around.region;
  if (!text.empty()) s.region = text.find(kAny) == std::string::npos ? text : std::string(kAny);
  if (!around.partition.empty()) s.partition = around.partition;
  else if (s.region != kAny) s.partition = partition_of(s.region);
  if (!around.account.empty()) s.account = around.account;
  return s;
}

}  // namespace

const check::Value* region_of(const check::Instance& instance) {
  return first_of(instance.config, schema::Format::Region, false);
}

std::vector<Need> task_needs(const check::Config& config, const Surroundings& surroundings) {
  std::vector<Need> out;
  for (const check::Instance& instance : config.instances) {
    if (!instance.used || instance.component->iam.empty() || (instance.config.wrong && instance.config.items.empty()))
      continue;
    Scope scope = scope_of(instance, surroundings);
    std::string as = assumed_role(config, instance, scope);
    Scope inside = scope;  // what another role calls lies in that role's account
    if (auto arn = parse_arn(as)) {
      inside.account = arn->account;
      inside.partition = arn->partition;
    } else if (!as.empty()) {
      inside.account = kAny;
    }
    for (const schema::IamStatement& s : instance.component->iam) {
      Truth when = s.when == nullptr ? Truth::True : check::evaluate(*s.when, instance.config);
      if (when == Truth::False) continue;
      bool takes_role = s.action == kAssumeRole;
      auto made = make(s.resource, takes_role ? scope : inside, instance.config);
      if (!made || (as.empty() && of_made_group(s, *made, surroundings))) continue;
      Need n;
      n.action = s.action;
      n.resource = std::move(made->arn);
      n.region = made->region == kAny ? std::string() : made->region;
      n.component = instance.component;
      n.id = instance.id;
      n.who = check::setting_path(instance);
      n.why = s.why;
      if (!takes_role) n.assumed_role = as;
      else n.external_id = external_id(s, instance.config);
      n.sure = when == Truth::True;
      give_tags(s, instance.config, n);
      // The setting that decides, where there is one, is what the reader wants to see.
      n.span = instance.key;
      n.place = instance.place;
      if (s.when != nullptr) {
        for (const schema::SettingExpression* e = s.when; e != nullptr; e = e->right) {
          const schema::SettingExpression* part = e->kind == schema::SettingExpression::Kind::And ? e->right : e;
          for (const schema::SettingExpression* side : {part, part->left}) {
            const Value* v =
                side == nullptr || side->path.empty() ? nullptr : check::setting_at(instance.config, side->path);
            if (v == nullptr || !v->span) continue;
            n.span = v->key ? v->key : v->span;
            n.place = v->place.empty() ? instance.place : v->place;
          }
          if (e->kind != schema::SettingExpression::Kind::And) break;
        }
      }
      out.push_back(std::move(n));
    }
  }
  return out;
}

}  // namespace whittle::aws
