// SPDX-License-Identifier: Apache-2.0
// Environment variables and secrets: there twice, of a shape that cannot be, or missing for the config.
#include "compiler/aws/ecs/checks.h"
#include "compiler/aws/ecs/own_config.h"

#include <algorithm>
#include <map>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view, std::string_view> kFrom{"E1093", "no secret can come from `{}`: {}"};
constexpr Diag<std::string_view> kBoth{"E1094", "`{}` is a variable and a secret"};
constexpr Diag<std::string_view> kTwice{"W1094", "`{}` is there twice"};
constexpr Diag<std::string_view, std::string_view> kMissing{
    "E1095", "{} does not have `{}`, which the config reads when the collector starts"};
constexpr Diag<std::string_view, std::string_view> kOldAgent{
    "W1095", "{} may not have `{}`, which the config reads when the collector starts"};
constexpr Diag<std::string_view, std::string_view> kEmpty{
    "W1323", "{} does not have `{}`, which the config reads when the collector starts"};
constexpr Diag<std::string_view> kPlaceholder{"E1096", "the placeholder `{}` was never filled in"};

// Why `valueFrom` cannot be right. A name without an ARN is a parameter of the task's own region.
std::string problem_of(const std::string& text) {
  auto unknown = [](const std::string& s) {
    return s.find(kUnknownPart) != std::string::npos || s.find("{{") != std::string::npos;
  };
  if (text.empty()) return "it is empty";
  if (text.starts_with("arn:")) {
    auto arn = parse_arn(text);
    if (!arn) return "it has too few parts";
    if (std::string why = arn_problem(*arn); !why.empty()) return why;
    if (unknown(arn->service)) return {};
    if (arn->service == "ssm") {
      if (!unknown(arn->resource) && !arn->resource.starts_with("parameter/")) return "`parameter/NAME` must come last";
      if (arn->resource.starts_with("parameter//"))
        return "the slash that begins the parameter's name is not repeated: `parameter/" + arn->resource.substr(11) +
               "`";
    } else if (arn->service == "secretsmanager") {
      if (!unknown(arn->resource) && !arn->resource.starts_with("secret:"))
        return "`secret:NAME-SUFFIX` must come last";
    } else {
      return "it comes from `ssm` or `secretsmanager`, not from `" + arn->service + "`";
    }
    if (arn->region.empty()) return "the region is missing";
    return {};
  }
  if (unknown(text)) return {};
  // Systems Manager user guide, "About parameter name requirements".
  auto good = [](char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '.' || c == '-' ||
           c == '/';
  };
  if (!std::all_of(text.begin(), text.end(), good))
    return "names of parameters have letters, digits, `_`, `.`, `-` and `/`";
  if (text[0] != '/' && text.find('/') != std::string::npos)
    return "a parameter's name with a path begins with a slash";
  return {};
}

void sources_of(TaskCheck& c, const std::vector<Variable>& list) {
  for (const Variable& v : list) {
    if (!v.value.written || wholly_unknown(v.value.text) || v.value.text.starts_with("{{")) continue;
    std::string why = problem_of(v.value.text);
    if (why.empty()) continue;
    c.diags.emit(kFrom, v.value.span, v.value.text, why).here("the task stops before a container starts");
  }
}

void twice(TaskCheck& c, const Container& x) {
  std::map<std::string_view, const Variable*> seen;
  for (const Variable& v : x.environment) {
    if (!v.name.has_text()) continue;
    auto [first, added] = seen.emplace(v.name.text, &v);
    if (added) continue;
    auto d = c.diags.emit(kTwice, v.name.span, v.name.text);
    d.here("again").label(first->second->name.span, "first here").note("one of the two values is lost without a word");
  }
  for (const Variable& v : x.secrets) {
    if (!v.name.has_text()) continue;
    if (auto first = seen.find(v.name.text); first != seen.end())
      c.diags.emit(kBoth, v.name.span, v.name.text)
          .here("as a secret")
          .label(first->second->name.span, "as a variable")
          .note("registering the task definition fails");
  }
}

void missing(TaskCheck& c) {
  const Container& x = *c.collector;
  if (!x.environment_known) return;
  for (const LateVariable& l : late_variables(*c.config)) {
    if (l.name.starts_with(kUnknownVariable)) continue;
    if (l.has_default || (c.fargate && set_by_fargate(l.name)) || l.name.starts_with("ECS_CONTAINER_METADATA_URI"))
      continue;
    if (x.variable(l.name) != nullptr || x.secret(l.name) != nullptr) continue;
    source::Span at = l.secret && x.secrets_key ? x.secrets_key : x.environment_key ? x.environment_key : x.span;
    if (l.name == "AWS_REGION" || l.name == "AWS_DEFAULT_REGION") {
      // Fargate always did; ECS agents do since April 2026 (amazon-ecs-agent, "inject AWS_REGION and
      // AWS_DEFAULT_REGION").
      c.diags.emit(kOldAgent, at, x.shown(), l.name)
          .label(l.span, "`{}` needs it", l.settings.front())
          .note("on EC2 only ECS agents from 2026 on set it")
          .help("under `environment`: `{\"name\": \"{}\", \"value\": \"...\"}`", l.name);
      continue;
    }
    auto d = c.image.compiled() ? c.diags.emit(kMissing, at, x.shown(), l.name)
                                : c.diags.emit(kEmpty, at, x.shown(), l.name);
    d.label(l.span, "`{}` needs it", l.settings.front());
    if (c.image.compiled()) d.note("the collector says which variable is missing, and ends");
    else d.note("the stock collector takes an empty text for it, and the compiled one ends");
    if (l.secret) d.help("under `secrets`: `{\"name\": \"{}\", \"valueFrom\": \"/collector/{}\"}`", l.name, l.name);
    else d.help("under `environment`: `{\"name\": \"{}\", \"value\": \"...\"}`", l.name);
  }
}

// Calls `use` for each text of a container.
template <class Use>
void texts(const Container& x, Use&& use) {
  for (const Text* t : {&x.name, &x.image, &x.user, &x.repository_credentials}) use(*t);
  for (const Texts* list : {&x.command, &x.entry_point, &x.links}) {
    for (const Text& t : list->items) use(t);
  }
  for (const auto* list : {&x.environment, &x.secrets}) {
    for (const Variable& v : *list) {
      use(v.name);
      use(v.value);
    }
  }
  if (x.health) {
    for (const Text& t : x.health->command.items) use(t);
  }
  for (const Dependency& d : x.depends_on) use(d.container);
  if (x.log) {
    use(x.log->driver);
    for (const Option& o : x.log->options) use(o.value);
  }
}

}  // namespace

void check_environment(TaskCheck& c) {
  for (const Container& x : c.task.containers) {
    twice(c, x);
    sources_of(c, x.secrets);
    if (x.log) sources_of(c, x.log->secret_options);
  }
  if (c.collector != nullptr && c.config != nullptr) missing(c);
}

void check_placeholders(const TaskFile& file, diag::Diagnostics& diags) {
  struct Use {
    std::string text;
    std::vector<source::Span> spans;
  };
  std::vector<Use> all;
  auto use = [&](const Text& t) {
    size_t begin = t.text.find("{{");
    size_t end = begin == std::string::npos ? begin : t.text.find("}}", begin);
    // Go templates of commands (`docker --format '{{.State}}'`) are no placeholders.
    if (end == std::string::npos || t.text[begin + 2] == '.') return;
    std::string name = t.text.substr(begin, end + 2 - begin);
    auto known = std::find_if(all.begin(), all.end(), [&](const Use& u) { return u.text == name; });
    if (known == all.end()) known = all.insert(all.end(), {name, {}});
    known->spans.push_back(t.span);
  };
  for (const TaskDefinition& t : file.tasks) {
    for (const Text* x : {&t.family, &t.task_role, &t.execution_role, &t.network_mode}) use(*x);
    for (const Container& x : t.containers) texts(x, use);
  }
  for (const Use& u : all) {
    auto d = diags.emit(kPlaceholder, u.spans.front(), u.text);
    d.here("ECS takes it as it is written");
    if (u.spans.size() == 2) d.label(u.spans[1], "and here");
    else if (u.spans.size() > 2) d.note("it stands in {} places of this file", u.spans.size());
  }
}

}  // namespace whittle::aws::ecs
