// SPDX-License-Identifier: Apache-2.0
// What the sidecar's container must be, from the config: its ports, how long it needs to stop, what it reads when it
// starts, and how much memory it takes at most.
#include "compiler/aws/ecs/taskdef.h"

#include "compiler/aws/ecs/collector_image.h"
#include "compiler/check/checks.h"
#include "compiler/check/listeners.h"
#include "compiler/check/worst_case.h"
#include "compiler/check/written.h"
#include "compiler/source/sha256.h"

#include <algorithm>

namespace whittle::aws::ecs {

using check::Config;
using check::Instance;
using check::Value;
using schema::ComponentKind;

namespace {

// After SIGTERM the collector sends for 25 seconds at most (runtime/main/main_serve.cc); what is left of 30 is for its
// end.
constexpr int64_t kDrainSeconds = 30, kMostSeconds = 120;

int64_t longest_batch(const Config& config) {
  int64_t longest = 0;
  for (const Instance& i : config.instances) {
    const Value* delay =
        i.used && !i.component->delays.empty() ? check::setting_at(i.config, i.component->delays) : nullptr;
    if (delay != nullptr && !delay->late) longest = std::max(longest, (delay->integer + 999'999'999) / 1'000'000'000);
  }
  return longest;
}

bool listens(const schema::Struct& s, std::string_view protocol) {
  for (const schema::ListensAt& l : s.listens) {
    if (std::find(l.protocols.begin(), l.protocols.end(), protocol) != l.protocols.end()) return true;
  }
  return false;
}

// Says of each file that the collector reads that it is not in the image.
void read_files(const Value& v, const std::string& setting, std::vector<std::string>& notes) {
  if (v.type == nullptr || v.wrong || v.late) return;
  if (v.type->kind == schema::TypeKind::String) {
    if (v.type->format == schema::Format::Path && v.written && v.text.starts_with('/'))
      notes.push_back("`" + setting + "` reads `" + v.text +
                      "`, which the image does not hold: mount a volume that has it, or put it into the image");
    return;
  }
  const bool is_struct = v.type->kind == schema::TypeKind::Struct;
  for (size_t i = 0; i < v.items.size(); ++i)
    read_files(v.items[i], is_struct ? setting + "::" + std::string(v.type->fields->settings[i].name) : setting, notes);
}

bool given(const std::vector<std::pair<std::string, std::string>>& list, const std::string& name) {
  return std::any_of(list.begin(), list.end(), [&](const auto& p) { return p.first == name; });
}

}  // namespace

std::string_view health_extension() {
  for (const schema::Component* c : schema::components()) {
    if (c->kind == ComponentKind::Extension && !c->checked_only && listens(*c->config->fields, "health"))
      return c->name;
  }
  return {};
}

static void name_image(Sidecar& s, const Config& config, const Deployment& deployment, const TaskdefOptions& options) {
  const Deployment& d = s.deployment;
  if (config.stock) {
    s.image = d.image;
    return;
  }
  const bool image_given = !deployment.image.empty();
  std::string tag = options.version + "-" + source::sha256_hex(config.canonical).substr(0, 12);
  if (image_given) s.image = deployment.image;
  else if (options.format == TaskFormat::Compose) s.image = d.name + ":" + tag;
  else
    s.image = s.account + ".dkr.ecr." + s.region +
              (d.surroundings.partition == "aws-cn" ? ".amazonaws.com.cn/" : ".amazonaws.com/") + d.name + ":" + tag;
  if (!image_given) s.own_tag = tag;
  if (!image_given)
    s.notes.push_back("the image's tag is whittle's version and the config's hash: `whittle build` makes the image, "
                      "`docker push` puts it there, and `--image` names another");
}

// Ports, where the application sends to, and which signals nobody takes.
static void take(Sidecar& s, const std::vector<check::Listener>& listening) {
  schema::SignalSet taken = 0;
  for (const check::Listener& l : listening) {
    if (l.signals == 0 || l.port == 0 || l.protocols.empty()) continue;
    const Sidecar::Port port{l.port, l.udp};
    if (!l.loopback() && std::find(s.ports.begin(), s.ports.end(), port) == s.ports.end()) s.ports.push_back(port);
    taken |= l.signals;
    const std::string& protocol = l.protocols.front();
    bool http = protocol.starts_with("http/");
    // Most SDKs speak http/protobuf unless told.
    if ((http || protocol == "grpc") && !l.tls && (s.endpoint.empty() || (http && s.protocol == "grpc"))) {
      const bool six = l.host == "::1" || l.host == "[::1]";  // `localhost` is 127.0.0.1 first
      s.endpoint = (six ? "http://[::1]:" : "http://localhost:") + std::to_string(l.port);
      s.protocol = protocol;
    }
  }
  static constexpr std::string_view kOff[] = {"OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER"};
  for (int i = 0; i < schema::kSignals; ++i) {
    if ((taken & (1u << i)) == 0) s.signals_off.emplace_back(kOff[i]);
  }
}

static void tell_health(Sidecar& s, const Config& config, const std::vector<check::Listener>& listening) {
  const check::Listener* answers = nullptr;
  for (const check::Listener& l : listening) {
    if (answers == nullptr && l.understands("health")) answers = &l;
  }
  s.health = answers != nullptr;
  if (s.health && s.stock) {
    const std::string_view program = asks(*config.stock);
    s.health_command = {"CMD", std::string(program)};
    if (answers->port != kAskedPort) {
      s.health_command.emplace_back("-port");
      s.health_command.push_back(std::to_string(answers->port));
    }
    s.health = !program.empty() && answers->port != 0;
    if (program.empty()) s.notes.push_back("no healthCheck: the image holds no program that asks");
    else if (!s.health) s.notes.push_back("no healthCheck: the port where the config answers is not known");
  } else if (!s.health)
    s.notes.push_back(
        "no healthCheck: the config has no `" + std::string(health_extension()) +
        "` extension in use that would answer, and ECS notices only that the process ends, not that it is stuck");
}

// Folders that are written to, and those of sockets, which are shared with whoever sends there.
static void mount(Sidecar& s, const Config& config, const std::vector<check::Listener>& listening) {
  for (const check::WrittenFolder& w : check::written_folders(config)) {
    if (w.folder == "/" || std::find(s.folders.begin(), s.folders.end(), w.folder) != s.folders.end()) continue;
    s.folders.push_back(w.folder);
    s.notes.push_back("`" + w.setting + "` writes to `" + w.folder + "`, where the task's volume `" +
                      volume_name(s.folders.size() - 1) +
                      "` is mounted: files end with the task unless it is one of EFS");
  }

  for (const check::Listener& l : listening) {
    size_t slash = l.socket.rfind('/');
    if (!l.socket.starts_with('/') || slash == 0) continue;
    std::string folder = l.socket.substr(0, slash);
    auto known = std::find(s.folders.begin(), s.folders.end(), folder);
    if (known == s.folders.end()) known = s.folders.insert(s.folders.end(), folder);
    size_t i = static_cast<size_t>(known - s.folders.begin());
    if (std::find(s.shared.begin(), s.shared.end(), i) == s.shared.end()) s.shared.push_back(i);
    s.notes.push_back("`" + l.setting + "` is the socket `" + l.socket + "`: whoever sends there mounts the volume `" +
                      volume_name(i) + "` at `" + folder + "` too");
  }
}

// What a stock collector is given: a quarter of a CPU and half a gigabyte, or more where the config lets it take more.
static void size_stock(Sidecar& s, const Config& config) {
  int64_t cap = 0;
  for (const Instance& i : config.instances) {
    const Value* v = i.used && !i.component->caps.empty() ? check::setting_at(i.config, i.component->caps) : nullptr;
    if (v != nullptr && !v->late && !v->wrong) cap = std::max(cap, v->integer);
  }
  const Deployment& d = s.deployment;
  s.cpu = d.cpu > 0 ? d.cpu : 256;
  s.memory = d.memory > 0 ? d.memory : std::max<int64_t>(512, (cap * 5 / 4 + 63) / 64 * 64);
  if (d.memory == 0)
    s.notes.push_back("memory " + std::to_string(s.memory) + ": " +
                      (s.memory > 512 ? "a quarter more than the config lets it take"
                                      : "what stock collectors are usually given; how much one takes is not known"));
}

static void size(Sidecar& s, const Config& config) {
  const Deployment& d = s.deployment;
  int64_t batch = longest_batch(config);
  s.stop_timeout = std::min(batch + kDrainSeconds, kMostSeconds);
  if (s.stop_timeout > kDrainSeconds || batch > 0)
    s.notes.push_back("stopTimeout " + std::to_string(s.stop_timeout) + ": " + std::to_string(batch) +
                      " s that a batch may wait and " + std::to_string(kDrainSeconds) + " s to send what is held" +
                      (batch + kDrainSeconds > kMostSeconds
                           ? ", and Fargate gives " + std::to_string(kMostSeconds) + " at most"
                           : ""));

  if (s.stock) return size_stock(s, config);
  const check::Memory memory = check::most_memory(config);
  s.cpu = d.cpu > 0 ? d.cpu : 32;
  s.memory = d.memory > 0 ? d.memory : (memory.mib + 15) / 16 * 16;
  std::string terms;
  for (const std::string& t : memory.terms) terms += "\n  " + t;
  s.notes.push_back("memory " + std::to_string(s.memory) + ": at most " + std::to_string(memory.mib) +
                    " MiB are needed, which only an outage of the backends brings about" + terms);
  if (d.memory > 0 && d.memory < memory.mib)
    s.notes.push_back("`--memory " + std::to_string(d.memory) +
                      "` is less than that: the container may be killed during an outage");
  if (d.cpu == 0) s.notes.push_back("cpu 32: a share of the task's CPU when containers compete, no limit");
}

static void fill_environment(Sidecar& s, const Config& config, const Deployment& deployment,
                             const TaskdefOptions& options) {
  const Deployment& d = s.deployment;
  for (const LateVariable& l : late_variables(config)) {
    if (given(d.secrets, l.name)) continue;
    auto own =
        std::find_if(d.environment.begin(), d.environment.end(), [&](const auto& p) { return p.first == l.name; });
    if (own != d.environment.end()) continue;  // below, in the order that they were given
    if (l.has_default || set_by_fargate(l.name)) {
      if (l.has_default)
        s.notes.push_back("`" + l.name + "` keeps the config's default; `--env " + l.name + "=VALUE` sets it");
      continue;
    }
    s.environment.emplace_back(l.name, reference("env:" + l.name));
    if (options.format == TaskFormat::Json)
      s.notes.push_back("`" + l.name + "` is to be filled in: `--env " + l.name + "=VALUE`, or `--secret " + l.name +
                        "=ARN`");
  }
  for (const auto& [name, value] : d.environment) s.environment.emplace_back(name, value);
  for (const auto& [name, from] : d.secrets) {
    s.secrets.emplace_back(name, from);
    if (config.stock && name == config_variable(*config.stock) && options.format == TaskFormat::Compose) {
      s.notes.push_back("the config itself comes from the environment: `" + name +
                        "=\"$(cat collector.yaml)\" docker compose up`");
    } else if (config.stock && name == config_variable(*config.stock)) {
      s.notes.push_back("the config itself comes from `" + from + "`: `aws ssm put-parameter --type String --name " +
                        from + " --value file://collector.yaml`, with `--tier Advanced` beyond 4 KB");
    } else if (!given(deployment.secrets, name))
      s.notes.push_back("`" + name + "` comes from the parameter `" + from + "`; `--secret " + name +
                        "=ARN` names another, or a secret");
  }
}

static void tell_what_is_to_be_filled_in(Sidecar& s, const TaskdefOptions& options) {
  const Deployment& d = s.deployment;
  bool account = has_reference(s.image) && s.image.find(reference("account")) != std::string::npos;
  if ((account || (options.whole_task && has_reference(s.account))))
    s.notes.push_back("`{{account}}` is to be filled in: `--account ID`");
  if (has_reference(s.region)) s.notes.push_back("`{{region}}` is to be filled in: `--region REGION`");
  if (options.whole_task && options.app_image.empty())
    s.notes.push_back("`{{app_image}}` is to be filled in: `--app IMAGE`");
  s.notes.push_back("the log group `" + d.log_group +
                    "` must exist before the task starts: `aws logs create-log-group --log-group-name " + d.log_group +
                    "`");
}

Sidecar sidecar(const Config& config, const Deployment& deployment, const TaskdefOptions& options) {
  Sidecar s;
  s.deployment = settled(config, deployment);
  s.stock = config.stock.has_value();
  const Deployment& d = s.deployment;
  if (s.stock && !config.not_compiled.empty())
    s.notes.push_back("whittle cannot compile this config yet (" + config.not_compiled[0].what +
                      "), so this is the container of " + std::string(schema::title_of(*config.stock)) +
                      "'s own collector");
  if (s.stock && *config.stock != schema::Distribution::Adot)
    s.command = {"--config=env:" + std::string(config_variable(*config.stock))};
  s.region = d.surroundings.region.empty() ? reference("region") : d.surroundings.region;
  s.account = d.surroundings.account.empty() ? reference("account") : d.surroundings.account;
  if (deployment.surroundings.region.empty() && !d.surroundings.region.empty())
    s.notes.push_back("the region " + d.surroundings.region + " is the config's; `--region` says otherwise");
  name_image(s, config, deployment, options);

  const std::vector<check::Listener> listening = check::listeners(config);
  take(s, listening);
  tell_health(s, config, listening);
  for (const Instance& i : config.instances)
    s.needs_metadata = s.needs_metadata || (i.used && !i.component->needs.empty());
  s.calls_aws = !task_needs(config, d.surroundings).empty();
  mount(s, config, listening);
  for (const Instance& i : config.instances) {
    if (i.used) read_files(i.config, check::setting_path(i), s.notes);
  }
  size(s, config);
  fill_environment(s, config, deployment, options);
  if (options.format == TaskFormat::Json) tell_what_is_to_be_filled_in(s, options);
  return s;
}

static Shape variables(const std::vector<std::pair<std::string, std::string>>& list, const char* value) {
  Shape out = Shape::list();
  for (const auto& [name, v] : list) out.items.push_back(Shape::map({{"name", name}, {value, v}}));
  return out;
}

Shape words(const std::vector<std::string>& texts) {
  Shape out = Shape::list();
  for (const std::string& t : texts) out.items.push_back(t);
  return out;
}

std::string volume_name(size_t i) {
  return i == 0 ? "telemetry" : "telemetry" + std::to_string(i + 1);
}

Shape container_of(const Sidecar& s) {
  Shape c = Shape::map();
  c.add("name", s.deployment.name).add("image", s.image).add("essential", false);
  c.add("cpu", s.cpu).add("memory", s.memory);
  if (!s.stock) {
    c.add("user", "4317").add("readonlyRootFilesystem", true);
    Shape drop = Shape::list({"ALL"});
    c.add("linuxParameters", Shape::map({{"capabilities", Shape::map({{"drop", drop}})}}));
  }
  if (!s.command.empty()) c.add("command", words(s.command));
  if (!s.ports.empty()) {
    Shape ports = Shape::list();
    for (const Sidecar::Port& p : s.ports)
      ports.items.push_back(
          Shape::map({{"containerPort", static_cast<int64_t>(p.number)}, {"protocol", std::string(p.protocol())}}));
    c.add("portMappings", ports);
  }
  if (s.health) {
    Shape health = Shape::map({{"command", words(s.health_command)}});
    health.add("interval", int64_t{10})
        .add("timeout", int64_t{5})
        .add("retries", int64_t{3})
        .add("startPeriod", int64_t{5});
    c.add("healthCheck", health);
  }
  if (!s.folders.empty()) {
    Shape mounts = Shape::list();
    for (size_t i = 0; i < s.folders.size(); ++i)
      mounts.items.push_back(Shape::map({{"sourceVolume", volume_name(i)}, {"containerPath", s.folders[i]}}));
    c.add("mountPoints", mounts);
  }
  c.add("stopTimeout", s.stop_timeout);
  if (!s.environment.empty()) c.add("environment", variables(s.environment, "value"));
  if (!s.secrets.empty()) c.add("secrets", variables(s.secrets, "valueFrom"));
  Shape log = Shape::map({{"awslogs-group", s.deployment.log_group},
                          {"awslogs-region", s.region},
                          {"awslogs-stream-prefix", s.deployment.name}});
  c.add("logConfiguration", Shape::map({{"logDriver", "awslogs"}, {"options", log}}));
  return c;
}

}  // namespace whittle::aws::ecs
