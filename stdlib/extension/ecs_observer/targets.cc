// SPDX-License-Identifier: Apache-2.0
#include "stdlib/extension/ecs_observer/targets.h"

#include "runtime/base/json.h"
#include "runtime/base/number.h"
#include "runtime/base/regex.h"

#include <algorithm>

namespace whittle::ecs {

namespace {

Text text_of(yyjson_val* v) {
  return yyjson_is_str(v) ? Text(yyjson_get_str(v), yyjson_get_len(v)) : Text();
}
Text member(yyjson_val* object, const char* name) {
  return text_of(yyjson_obj_get(object, name));
}
int64_t number(yyjson_val* object, const char* name) {
  return yyjson_get_sint(yyjson_obj_get(object, name));
}

template <class F>
void each(yyjson_val* list, F f) {
  yyjson_val* element;
  size_t i, n;
  yyjson_arr_foreach(list, i, n, element) f(element);
}

// A document, for as long as it is read.
class Document {
public:
  explicit Document(Text t) : doc_(yyjson_read(t.data(), t.size(), 0)) {}
  ~Document() {
    if (doc_) yyjson_doc_free(doc_);
  }
  Document(const Document&) = delete;
  yyjson_val* root() const { return yyjson_doc_get_root(doc_); }

private:
  yyjson_doc* doc_;
};

// The address of the task's own network interface.
Text address_of(yyjson_val* task) {
  Text address;
  each(yyjson_obj_get(task, "attachments"), [&](yyjson_val* attachment) {
    if (member(attachment, "type") != "ElasticNetworkInterface" || !address.empty()) return;
    each(yyjson_obj_get(attachment, "details"), [&](yyjson_val* detail) {
      if (member(detail, "name") == "privateIPv4Address" && address.empty()) address = member(detail, "value");
    });
  });
  return address;
}

// An empty pattern is none.
bool matches(const Regex& pattern, Text t) {
  return pattern.pattern.size == 0 || regex_match(pattern, t);
}

struct Target {
  int64_t port;
  Text path, job;
};

// Of one container: a port and path that is known already stays what it is.
void add(std::vector<Target>& to, const Target& t) {
  for (const Target& known : to)
    if (known.port == t.port && known.path == t.path) return;
  to.push_back(t);
}

template <class Config>
void add_ports(std::vector<Target>& to, const Container& c, const Config& config) {
  if (!matches(config.container_name_pattern, c.name)) return;
  for (const auto& [port, host] : c.ports)
    for (const int64_t wanted : config.metrics_ports)
      if (wanted == port) add(to, {port, view(config.metrics_path), view(config.job_name)});
}

const Pair* find(const std::vector<Pair>& pairs, Text key) {
  for (const Pair& p : pairs)
    if (p.key == key) return &p;
  return nullptr;
}

std::vector<Target> targets_of(const Task& task, const Container& c, const config::EcsObserver& config,
                               Skipped& skipped) {
  std::vector<Target> found;
  for (const config::EcsService& s : config.services)
    if (!task.service.empty() && regex_match(s.name_pattern, task.service)) add_ports(found, c, s);
  for (const config::EcsTaskDefinition& d : config.task_definitions)
    if (regex_match(d.arn_pattern, task.definition_arn)) add_ports(found, c, d);
  for (const config::EcsDockerLabel& d : config.docker_labels) {
    const Pair* label = find(c.labels, view(d.port_label));
    if (!label) continue;
    const auto port = parse_int(label->value);
    if (!port || *port > INT32_MAX || *port < INT32_MIN) {
      ++skipped.bad_ports;
      continue;
    }
    bool there = false;
    for (const auto& [own, host] : c.ports) there |= own == *port;
    if (!there) continue;
    Target t = {*port, {}, {}};
    if (const Pair* path = find(c.labels, view(d.metrics_path_label))) t.path = path->value;
    if (const Pair* job = find(c.labels, view(d.job_name_label))) t.job = job->value;
    if (d.job_name.size > 0) t.job = view(d.job_name);
    add(found, t);
  }
  return found;
}

// Labels of a target, each once, in the order of their names.
class Labels {
public:
  explicit Labels(Arena& texts) : texts_(texts) {}
  void put(Text name, Text value) { all_.push_back({name, value, all_.size()}); }
  // "__meta_ecs_task_tags_team": what no label's name has becomes `_`.
  void put_tags(Text prefix, const std::vector<Pair>& tags) {
    for (const Pair& tag : tags) {
      Writer name;
      name.append(prefix);
      name.byte('_');
      for (const char c : tag.key) {
        const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        // A character is one `_`, however many bytes it has.
        if (!good && (static_cast<uint8_t>(c) & 0xC0) == 0x80) continue;
        name.byte(static_cast<uint8_t>(good ? c : '_'));
      }
      put(texts_.copy(name.text()), tag.value);
    }
  }
  void append_to(Writer& out) {
    std::sort(all_.begin(), all_.end(), [](const Label& a, const Label& b) {
      const int order = a.name.compare(b.name);
      return order != 0 ? order < 0 : a.place < b.place;
    });
    for (size_t i = 0; i < all_.size(); ++i) {
      if (i + 1 < all_.size() && all_[i + 1].name == all_[i].name) continue;
      out.append(Text("    "));
      append_json_text(out, all_[i].name);
      out.append(Text(": "));
      append_json_text(out, all_[i].value);
      out.byte('\n');
    }
  }

private:
  struct Label {
    Text name, value;
    size_t place;
  };
  Arena& texts_;
  std::vector<Label> all_;
};

}  // namespace

bool read_tasks(Text answer, Cluster& to) {
  Document doc(answer);
  if (!yyjson_is_arr(yyjson_obj_get(doc.root(), "tasks"))) return false;
  each(yyjson_obj_get(doc.root(), "tasks"), [&](yyjson_val* v) {
    auto copy = [&](const char* name) { return to.texts.copy(member(v, name)); };
    Task t;
    t.arn = copy("taskArn");
    t.definition_arn = copy("taskDefinitionArn");
    t.address = to.texts.copy(address_of(v));
    t.started_by = copy("startedBy");
    t.launch_type = copy("launchType");
    t.group = copy("group");
    t.health = copy("healthStatus");
    each(yyjson_obj_get(v, "tags"), [&](yyjson_val* tag) {
      t.tags.push_back({to.texts.copy(member(tag, "key")), to.texts.copy(member(tag, "value"))});
    });
    if (!t.definition_arn.empty()) to.tasks.push_back(static_cast<Task&&>(t));
  });
  return true;
}

bool read_definition(Text answer, Definition& to) {
  Document doc(answer);
  yyjson_val* d = yyjson_obj_get(doc.root(), "taskDefinition");
  if (!yyjson_is_obj(d)) return false;
  to.family = to.texts.copy(member(d, "family"));
  to.network_mode = to.texts.copy(member(d, "networkMode"));
  to.revision = number(d, "revision");
  each(yyjson_obj_get(d, "containerDefinitions"), [&](yyjson_val* v) {
    Container c;
    c.name = to.texts.copy(member(v, "name"));
    yyjson_val *key, *value;
    size_t i, n;
    yyjson_obj_foreach(yyjson_obj_get(v, "dockerLabels"), i, n, key, value)
        c.labels.push_back({to.texts.copy(text_of(key)), to.texts.copy(text_of(value))});
    each(yyjson_obj_get(v, "portMappings"), [&](yyjson_val* port) {
      const int64_t own = number(port, "containerPort"), host = number(port, "hostPort");
      c.ports.emplace_back(own, host ? host : own);
    });
    to.containers.push_back(static_cast<Container&&>(c));
  });
  return true;
}

bool read_services(Text answer, const config::EcsObserver& config, Cluster& to) {
  Document doc(answer);
  yyjson_val* arns = yyjson_obj_get(doc.root(), "serviceArns");
  if (!yyjson_is_arr(arns)) return false;
  each(arns, [&](yyjson_val* v) {
    const Text arn = text_of(v), name = arn.substr(arn.rfind('/') + 1);
    bool wanted = false;
    for (const config::EcsService& s : config.services) wanted |= regex_match(s.name_pattern, name);
    if (wanted) to.services.push_back(to.texts.copy(arn));
  });
  return true;
}

bool read_deployments(Text answer, Cluster& to) {
  Document doc(answer);
  yyjson_val* services = yyjson_obj_get(doc.root(), "services");
  if (!yyjson_is_arr(services)) return false;
  each(services, [&](yyjson_val* v) {
    const Text name = to.texts.copy(member(v, "serviceName"));
    // While a deployment takes the place of another, tasks of both run.
    each(yyjson_obj_get(v, "deployments"), [&](yyjson_val* d) {
      const Text status = member(d, "status");
      if (status == "ACTIVE" || status == "PRIMARY") to.deployments.push_back({to.texts.copy(member(d, "id")), name});
    });
  });
  return true;
}

size_t write_targets(Cluster& cluster, const config::EcsObserver& config, Skipped& skipped, Writer& out) {
  size_t count = 0;
  const size_t before = out.size();
  for (Task& task : cluster.tasks) {
    if (!task.definition) continue;
    if (const Pair* d = task.started_by.empty() ? nullptr : find(cluster.deployments, task.started_by))
      task.service = d->value;
    bool told = false;
    for (const Container& c : task.definition->containers) {
      for (const Target& t : targets_of(task, c, config, skipped)) {
        if (task.definition->network_mode != "awsvpc" || task.address.empty()) {
          skipped.without_address += !told;
          told = true;
          continue;
        }
        int64_t port = t.port;
        for (const auto& [own, host] : c.ports)
          if (own == t.port) port = host;
        Writer address;
        address.append(task.address);
        address.byte(':');
        append_int(address, port);
        out.append(Text("- targets:\n  - "));
        append_json_text(out, address.text());
        out.append(Text("\n  labels:\n"));
        char revision[kNumberRoom];
        Labels labels(cluster.texts);
        labels.put("__meta_ecs_source", task.arn);
        labels.put("__metrics_path__", t.path.empty() ? Text("/metrics") : t.path);
        if (!t.job.empty()) labels.put(view(config.job_label_name), t.job);
        labels.put("__meta_ecs_cluster_name", view(config.cluster_name));
        if (!task.service.empty()) labels.put("__meta_ecs_service_name", task.service);
        labels.put("__meta_ecs_task_definition_family", task.definition->family);
        labels.put("__meta_ecs_task_definition_revision",
                   Text(revision, format_int(revision, task.definition->revision)));
        labels.put("__meta_ecs_task_started_by", task.started_by);
        labels.put("__meta_ecs_task_launch_type", task.launch_type);
        labels.put("__meta_ecs_task_group", task.group);
        labels.put("__meta_ecs_container_name", c.name);
        labels.put("__meta_ecs_health_status", task.health);
        labels.put_tags("__meta_ecs_task_tags", task.tags);
        labels.put_tags("__meta_ecs_container_labels", c.labels);
        labels.append_to(out);
        ++count;
      }
    }
  }
  if (out.size() == before) out.append(Text("[]\n"));
  return count;
}

}  // namespace whittle::ecs
