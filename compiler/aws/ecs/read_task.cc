// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/ecs/read_task.h"

#include "compiler/aws/ecs/parameters.h"
#include "compiler/source/letters.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace whittle::aws::ecs {

using diag::Diag;
using source::Span;
using syntax::Entry;
using syntax::Node;
using syntax::NodeId;
using Kind = syntax::Node::Kind;

namespace {

constexpr Diag<std::string_view, std::string_view, std::string_view> kWrongType{"E1002", "`{}` must be {}, not {}"};

// ECS developer guide, "Amazon ECS task definition differences for Fargate".
constexpr std::string_view kNotOnFargate[] = {
    "disableNetworking", "dnsSearchDomains", "dnsServers", "dockerSecurityOptions",
    "extraHosts",        "hostname",         "links",      "privileged"};
constexpr std::string_view kLinuxNotOnFargate[] = {"devices", "sharedMemorySize", "tmpfs", "maxSwap", "swappiness"};

// Whether a value says anything: describe-task-definition prints empty lists for what is not set.
bool says_something(const Node& n) {
  switch (n.kind) {
  case Kind::Null: return false;
  case Kind::Bool: return n.boolean;
  case Kind::Sequence: return !n.items.empty();
  case Kind::Mapping: return !n.entries.empty();
  default: return !n.text.empty();
  }
}

bool is_placeholder(std::string_view text) {
  return text.find(kUnknownPart) != std::string_view::npos || text.find("{{") != std::string_view::npos;
}

// "0.5 vCPU" with unit "vcpu" and factor 1024 is 512.
Number amount(const Node& n, std::string_view unit, int64_t factor) {
  Number out;
  out.written = true;
  out.text = n.text;
  out.span = n.span;
  std::string_view t = source::trimmed(n.text);
  double real = 0;
  auto [end, error] = std::from_chars(t.data(), t.data() + t.size(), real);
  if (error != std::errc() || !std::isfinite(real) || real < 0 || real > 1e9) return out;
  const std::string rest = source::small_letters(source::trimmed(t.substr(static_cast<size_t>(end - t.data()))));
  if (rest == unit) real *= static_cast<double>(factor);
  else if (!rest.empty()) return out;
  if (real != std::floor(real)) return out;
  out.known = true;
  out.value = static_cast<int64_t>(real);
  return out;
}

}  // namespace

bool is_unknown(const Node& node) {
  return node.kind == Kind::String && wholly_unknown(node.text);
}

std::string TaskReader::spelt(std::string_view name) const {
  return ecs::spelt(name, style_);
}

const Entry* TaskReader::find(NodeId map, std::string_view name) const {
  if (map == syntax::kNoNode || at(map).kind != Kind::Mapping) return nullptr;
  const Entry* e = at(map).find(spelt(name));
  return e == nullptr || at(e->value).kind == Kind::Null ? nullptr : e;
}

void TaskReader::wrong(NodeId node, std::string_view what, std::string_view wanted) {
  if (at(node).poisoned) return;
  diags_.emit(kWrongType, at(node).span, spelt(what), wanted, syntax::describe(at(node)));
}

bool TaskReader::is_map(NodeId node, std::string_view what) {
  if (at(node).kind == Kind::Mapping) return true;
  if (!is_unknown(at(node))) wrong(node, what, "an object");
  return false;
}

bool TaskReader::is_list(NodeId node, std::string_view what) {
  if (at(node).kind == Kind::Sequence) return true;
  if (!is_unknown(at(node))) wrong(node, what, "a list");
  return false;
}

Text TaskReader::text(NodeId node, Span key, std::string_view what, bool strict) {
  const Node& n = at(node);
  Text out;
  out.key = key;
  out.span = n.span;
  if (n.kind == Kind::Null) return out;
  if (!n.is_scalar()) {
    wrong(node, what, "a text");
    return out;
  }
  out.written = true;
  out.text = n.text;
  if (strict && style_ == Style::Json && n.kind != Kind::String) {
    diags_.emit(kWrongType, n.span, spelt(what), "a text", syntax::describe(n))
        .here("write it in quotes")
        .suggest(n.span, "\"" + n.text + "\"")
        .note("ECS does not turn numbers and booleans into texts: it refuses the task definition");
  }
  return out;
}

Texts TaskReader::texts(NodeId node, std::string_view what) {
  const Node& n = at(node);
  Texts out;
  out.written = n.kind != Kind::Null;
  out.span = n.span;
  if (n.kind == Kind::Sequence) {
    for (NodeId i : n.items) {
      Text t = text(i, {}, what);
      if (!t.written) continue;
      out.known = out.known && t.text.find(kUnknownPart) == std::string::npos;
      out.items.push_back(std::move(t));
    }
  } else if (is_unknown(n)) {
    out.known = false;
  } else if (n.kind == Kind::String && style_ == Style::CloudFormation) {
    // CloudFormation takes one text for a list of one.
    out.items.push_back(text(node, {}, what));
  } else if (n.kind != Kind::Null) {
    wrong(node, what, "a list of texts");
    out.known = false;
  }
  return out;
}

Number TaskReader::number(NodeId node, std::string_view what) {
  const Node& n = at(node);
  Number out;
  if (n.kind == Kind::Null) return out;
  if (n.is_scalar() && is_placeholder(n.text)) {
    out.written = true;
    out.span = n.span;
    out.text = n.text;
    return out;
  }
  if (!n.is_scalar()) {
    wrong(node, what, "a whole number");
    return out;
  }
  out = amount(n, "", 1);
  if (!out.known) {
    wrong(node, what, "a whole number");
  } else if (style_ == Style::Json && n.kind == Kind::String) {
    diags_.emit(kWrongType, n.span, spelt(what), "a number", syntax::describe(n))
        .here("write it without quotes")
        .note("in a container definition ECS takes numbers only; the `cpu` and `memory` of the whole task are texts");
  }
  return out;
}

Number TaskReader::cpu(NodeId node) {
  const Node& n = at(node);
  if (n.kind == Kind::Null) return {};
  Number out = n.is_scalar() ? amount(n, "vcpu", 1024) : Number{true, false, 0, "", n.span};
  if (!out.known && !is_placeholder(n.text)) wrong(node, "cpu", "CPU units (\"256\") or vCPUs (\"0.25 vCPU\")");
  return out;
}

Number TaskReader::memory(NodeId node) {
  const Node& n = at(node);
  if (n.kind == Kind::Null) return {};
  Number out = n.is_scalar() ? amount(n, "gb", 1024) : Number{true, false, 0, "", n.span};
  if (!out.known && !is_placeholder(n.text)) wrong(node, "memory", "MiB (\"512\") or GB (\"0.5 GB\")");
  return out;
}

Flag TaskReader::flag(NodeId node, std::string_view what) {
  const Node& n = at(node);
  Flag out;
  out.span = n.span;
  if (n.kind == Kind::Null) return out;
  out.written = true;
  if (n.kind == Kind::Bool) {
    out.known = true;
    out.value = n.boolean;
  } else if (n.kind == Kind::String && style_ == Style::CloudFormation &&
             (n.text == "true" || n.text == "false" || n.text == "True" || n.text == "False")) {
    out.known = true;
    out.value = n.text[0] == 't' || n.text[0] == 'T';
  } else if (!n.is_scalar() || !is_placeholder(n.text)) {
    wrong(node, what, "true or false");
  }
  return out;
}

std::vector<Variable> TaskReader::variables(NodeId list, std::string_view value, std::string_view what, bool& known) {
  std::vector<Variable> out;
  if (at(list).kind == Kind::Null) return out;
  if (!is_list(list, what)) {
    known = false;
    return out;
  }
  for (NodeId i : at(list).items) {
    if (!is_map(i, what)) {
      known = false;
      continue;
    }
    Variable v;
    v.span = at(i).span;
    if (const Entry* e = find(i, "name")) v.name = text(e->value, e->key_span, "name", true);
    if (const Entry* e = find(i, value)) v.value = text(e->value, e->key_span, value, true);
    if (const Entry* e = find(i, value); e != nullptr && resource_of_) v.refers_to = resource_of_(e->value);
    if (v.name.text.find(kUnknownPart) != std::string::npos) known = false;
    out.push_back(std::move(v));
  }
  return out;
}

void TaskReader::options(NodeId node, LogConfiguration& log) {
  if (const Entry* e = find(node, "logDriver")) log.driver = text(e->value, e->key_span, "logDriver");
  if (const Entry* e = find(node, "options"); e != nullptr) {
    if (is_unknown(at(e->value))) {
      log.known = false;
    } else if (is_map(e->value, "options")) {
      for (const Entry& o : at(e->value).entries) {
        if (at(o.value).kind == Kind::Null) continue;
        log.options.push_back({o.key, o.key_span, text(o.value, o.key_span, o.key)});
      }
    }
  }
  if (const Entry* e = find(node, "secretOptions"))
    log.secret_options = variables(e->value, "valueFrom", "secretOptions", log.known);
}

void TaskReader::linux_parameters(NodeId node, Container& c) {
  for (std::string_view name : kLinuxNotOnFargate) {
    const Entry* e = find(node, name);
    if (e != nullptr && says_something(at(e->value)) && !is_unknown(at(e->value)))
      c.restricted.push_back({"linuxParameters." + std::string(name), e->key_span});
  }
  const Entry* capabilities = find(node, "capabilities");
  if (capabilities == nullptr || !is_map(capabilities->value, "capabilities")) return;
  if (const Entry* e = find(capabilities->value, "add")) c.add_capabilities = texts(e->value, "add");
  if (const Entry* e = find(capabilities->value, "drop")) c.drop_capabilities = texts(e->value, "drop");
}

void TaskReader::environment_files(NodeId node, Container& c) {
  if (says_something(at(node))) c.environment_known = false;
  if (at(node).kind != Kind::Sequence) return;
  for (NodeId i : at(node).items) {
    const Entry* x = at(i).kind == Kind::Mapping ? find(i, "value") : nullptr;
    if (x != nullptr) c.environment_files.push_back(text(x->value, x->key_span, "value"));
  }
}

void TaskReader::ports(NodeId node, Container& c) {
  if (!is_list(node, "portMappings")) return;
  for (NodeId i : at(node).items) {
    if (!is_map(i, "portMappings")) continue;
    PortMapping p;
    p.span = at(i).span;
    if (const Entry* x = find(i, "containerPort")) p.container_port = number(x->value, "containerPort");
    if (const Entry* x = find(i, "hostPort")) p.host_port = number(x->value, "hostPort");
    if (const Entry* x = find(i, "protocol")) p.protocol = text(x->value, x->key_span, "protocol");
    if (const Entry* x = find(i, "containerPortRange")) p.range = text(x->value, x->key_span, "containerPortRange");
    c.ports.push_back(std::move(p));
  }
}

void TaskReader::health(NodeId node, Container& c) {
  if (is_unknown(at(node))) {
    c.health_known = false;
    return;
  }
  if (!is_map(node, "healthCheck")) return;
  HealthCheck h;
  h.span = at(node).span;
  if (const Entry* x = find(node, "command")) h.command = texts(x->value, "command");
  if (const Entry* x = find(node, "interval")) h.interval = number(x->value, "interval");
  if (const Entry* x = find(node, "timeout")) h.timeout = number(x->value, "timeout");
  if (const Entry* x = find(node, "retries")) h.retries = number(x->value, "retries");
  if (const Entry* x = find(node, "startPeriod")) h.start_period = number(x->value, "startPeriod");
  c.health = std::move(h);
}

void TaskReader::mounts(NodeId node, Container& c) {
  if (at(node).kind != Kind::Sequence) {
    c.mounts_known = false;
    return;
  }
  for (NodeId i : at(node).items) {
    Mount m;
    if (const Entry* x = at(i).kind == Kind::Mapping ? find(i, "containerPath") : nullptr)
      m.path = text(x->value, x->key_span, "containerPath");
    if (const Entry* x = at(i).kind == Kind::Mapping ? find(i, "sourceVolume") : nullptr)
      m.volume = text(x->value, x->key_span, "sourceVolume");
    if (!m.path.has_text()) c.mounts_known = false;
    if (const Entry* x = at(i).kind == Kind::Mapping ? find(i, "readOnly") : nullptr)
      m.read_only = flag(x->value, "readOnly");
    c.mounts.push_back(std::move(m));
  }
}

void TaskReader::volumes_from(NodeId node, Container& c) {
  if (says_something(at(node))) c.mounts_known = false;
  if (at(node).kind != Kind::Sequence) return;
  for (NodeId i : at(node).items) {
    const Entry* x = at(i).kind == Kind::Mapping ? find(i, "sourceContainer") : nullptr;
    if (x != nullptr) c.volumes_from.push_back(text(x->value, x->key_span, "sourceContainer"));
  }
}

void TaskReader::dependencies(NodeId node, Container& c) {
  if (!is_list(node, "dependsOn")) return;
  for (NodeId i : at(node).items) {
    if (!is_map(i, "dependsOn")) continue;
    Dependency d;
    d.span = at(i).span;
    if (const Entry* x = find(i, "containerName")) d.container = text(x->value, x->key_span, "containerName");
    if (const Entry* x = find(i, "condition")) d.condition = text(x->value, x->key_span, "condition");
    c.depends_on.push_back(std::move(d));
  }
}

void TaskReader::log(const Entry& e, Container& c) {
  if (is_unknown(at(e.value))) {
    c.log_known = false;
    return;
  }
  if (!is_map(e.value, "logConfiguration")) return;
  LogConfiguration log;
  log.span = e.key_span;
  options(e.value, log);
  c.log = std::move(log);
}

Container TaskReader::container(NodeId node) {
  Container c;
  c.span = at(node).span;
  auto each = [&](std::string_view name, auto&& use) {
    if (const Entry* e = find(node, name)) use(*e);
  };
  each("name", [&](const Entry& e) {
    c.name = text(e.value, e.key_span, "name", true);
    c.span = at(e.value).span;
  });
  each("image", [&](const Entry& e) { c.image = text(e.value, e.key_span, "image", true); });
  each("user", [&](const Entry& e) { c.user = text(e.value, e.key_span, "user", true); });
  each("cpu", [&](const Entry& e) { c.cpu = number(e.value, "cpu"); });
  each("memory", [&](const Entry& e) { c.memory = number(e.value, "memory"); });
  each("memoryReservation", [&](const Entry& e) { c.memory_reservation = number(e.value, "memoryReservation"); });
  each("stopTimeout", [&](const Entry& e) { c.stop_timeout = number(e.value, "stopTimeout"); });
  each("startTimeout", [&](const Entry& e) { c.start_timeout = number(e.value, "startTimeout"); });
  each("essential", [&](const Entry& e) { c.essential = flag(e.value, "essential"); });
  each("readonlyRootFilesystem", [&](const Entry& e) { c.readonly_root = flag(e.value, "readonlyRootFilesystem"); });
  each("restartPolicy", [&](const Entry& e) {
    const Entry* x = at(e.value).kind == Kind::Mapping ? find(e.value, "enabled") : nullptr;
    if (x != nullptr) c.restarts = flag(x->value, "enabled");
  });
  each("command", [&](const Entry& e) { c.command = texts(e.value, "command"); });
  each("entryPoint", [&](const Entry& e) { c.entry_point = texts(e.value, "entryPoint"); });
  each("links", [&](const Entry& e) { c.links = texts(e.value, "links"); });
  each("environment", [&](const Entry& e) {
    c.environment_key = e.key_span;
    c.environment = variables(e.value, "value", "environment", c.environment_known);
  });
  each("environmentFiles", [&](const Entry& e) { environment_files(e.value, c); });
  each("secrets", [&](const Entry& e) {
    c.secrets_key = e.key_span;
    c.secrets = variables(e.value, "valueFrom", "secrets", c.secrets_known);
    c.environment_known = c.environment_known && c.secrets_known;
  });
  each("portMappings", [&](const Entry& e) {
    c.ports_key = e.key_span;
    ports(e.value, c);
  });
  each("healthCheck", [&](const Entry& e) {
    c.health_key = e.key_span;
    health(e.value, c);
  });
  each("mountPoints", [&](const Entry& e) { mounts(e.value, c); });
  each("volumesFrom", [&](const Entry& e) { volumes_from(e.value, c); });
  each("dependsOn", [&](const Entry& e) { dependencies(e.value, c); });
  each("logConfiguration", [&](const Entry& e) { log(e, c); });
  each("linuxParameters", [&](const Entry& e) {
    if (is_map(e.value, "linuxParameters")) linux_parameters(e.value, c);
  });
  each("repositoryCredentials", [&](const Entry& e) {
    if (!is_map(e.value, "repositoryCredentials")) return;
    if (const Entry* x = find(e.value, "credentialsParameter"))
      c.repository_credentials = text(x->value, x->key_span, "credentialsParameter");
  });
  each("firelensConfiguration", [&](const Entry& e) {
    c.firelens = says_something(at(e.value));
    c.firelens_key = e.key_span;
  });
  for (std::string_view name : kNotOnFargate) {
    each(name, [&](const Entry& e) {
      if (says_something(at(e.value)) && !is_unknown(at(e.value)))
        c.restricted.push_back({std::string(name), e.key_span});
    });
  }
  return c;
}

void TaskReader::containers(NodeId list, TaskDefinition& task) {
  if (!is_list(list, "containerDefinitions")) {
    task.containers_known = false;
    return;
  }
  for (NodeId i : at(list).items) {
    if (is_unknown(at(i))) {
      task.containers_known = false;
      continue;
    }
    if (!is_map(i, "containerDefinitions")) continue;
    task.containers.push_back(container(i));
  }
  if (style_ == Style::Terraform || task.parts_only) check_container_parameters(tree_, list, style_, diags_);
}

TaskDefinition TaskReader::task(NodeId node, Span span) {
  TaskDefinition t;
  t.span = span;
  auto each = [&](std::string_view name, auto&& use) {
    if (const Entry* e = find(node, name)) use(*e);
  };
  auto plain = [&](std::string_view name, Text& out) {
    each(name, [&](const Entry& e) { out = text(e.value, e.key_span, name); });
  };
  plain("family", t.family);
  plain("networkMode", t.network_mode);
  plain("taskRoleArn", t.task_role);
  plain("executionRoleArn", t.execution_role);
  plain("pidMode", t.pid_mode);
  each("cpu", [&](const Entry& e) { t.cpu = cpu(e.value); });
  each("memory", [&](const Entry& e) { t.memory = memory(e.value); });
  each("requiresCompatibilities",
       [&](const Entry& e) { t.compatibilities = texts(e.value, "requiresCompatibilities"); });
  each("runtimePlatform", [&](const Entry& e) {
    if (!is_map(e.value, "runtimePlatform")) return;
    if (const Entry* x = find(e.value, "cpuArchitecture"))
      t.cpu_architecture = text(x->value, x->key_span, "cpuArchitecture");
    if (const Entry* x = find(e.value, "operatingSystemFamily"))
      t.operating_system = text(x->value, x->key_span, "operatingSystemFamily");
  });
  for (std::string_view name : {"ipcMode", "placementConstraints", "inferenceAccelerators"}) {
    each(name, [&](const Entry& e) {
      if (says_something(at(e.value)) && !is_unknown(at(e.value)))
        t.restricted.push_back({std::string(name), e.key_span});
    });
  }
  each("volumes", [&](const Entry& e) {
    volumes(e.value, t);
    if (at(e.value).kind != Kind::Sequence) return;
    for (NodeId i : at(e.value).items) {
      if (const Entry* x = find(i, "dockerVolumeConfiguration"))
        t.restricted.push_back({"volumes.dockerVolumeConfiguration", x->key_span});
      const Entry* host = find(i, "host");
      if (host == nullptr) continue;
      if (const Entry* x = find(host->value, "sourcePath"); x != nullptr && says_something(at(x->value)))
        t.restricted.push_back({"volumes.host.sourcePath", x->key_span});
    }
  });
  if (const Entry* e = find(node, "containerDefinitions")) containers(e->value, t);
  if (t.family.has_text()) t.name = t.family.text;
  check_task_parameters(tree_, node, style_, diags_);
  return t;
}

void TaskReader::volumes(NodeId list, TaskDefinition& task) {
  if (at(list).kind != Kind::Sequence) {
    task.volumes_known = task.volumes_known && !is_unknown(at(list));
    return;
  }
  for (NodeId i : at(list).items) {
    const Entry* x = find(i, "name");
    Text name = x == nullptr || !at(x->value).is_scalar() ? Text() : text(x->value, x->key_span, "name");
    if (!name.known()) {
      task.volumes_known = false;
      continue;
    }
    bool outlives = false;
    auto says = [&](NodeId of, std::string_view what) {
      const Entry* e = at(of).kind == Kind::Mapping ? find(of, what) : nullptr;
      return e != nullptr && says_something(at(e->value));
    };
    for (std::string_view kind : {"efsVolumeConfiguration", "fsxWindowsFileServerVolumeConfiguration", "hostPath"})
      outlives |= says(i, kind);
    if (const Entry* host = find(i, "host")) outlives |= says(host->value, "sourcePath");
    task.volumes.push_back({std::move(name), outlives});
  }
}

}  // namespace whittle::aws::ecs
