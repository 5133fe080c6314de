// SPDX-License-Identifier: Apache-2.0
#include "stdlib/receiver/prometheus/discovery.h"

#include "runtime/base/number.h"
#include "runtime/net/dns.h"
#include "runtime/yaml/read.h"
#include "stdlib/receiver/prometheus/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>
#include <yyjson.h>

namespace whittle::prometheus {

namespace {

constexpr size_t kMostListed = 8 * 1024 * 1024;  // bytes of a list
constexpr size_t kMostTargets = 20'000;

// One target of a group; its own labels are its address alone.
bool add_target(TargetList& out, Text address, const std::vector<Label>& group) {
  if (out.targets.size() >= kMostTargets) return false;
  std::vector<Label> labels{{"__address__", out.arena.copy(address)}};
  for (const Label& l : group)
    if (l.name != "__address__") labels.push_back(l);
  out.targets.push_back(static_cast<std::vector<Label>&&>(labels));
  return true;
}

Text text_of(yyjson_val* v) {
  return {yyjson_get_str(v), yyjson_get_len(v)};
}

bool read_json(Text text, Text own_label, Text own_value, TargetList& out) {
  yyjson_doc* doc = yyjson_read(text.data(), text.size(), 0);
  yyjson_val* root = yyjson_doc_get_root(doc);
  bool good = yyjson_is_arr(root);
  size_t i, n, j, m;
  yyjson_val *group, *key, *value;
  yyjson_arr_foreach(root, i, n, group) {
    if (!good || !yyjson_is_obj(group)) {
      good = false;
      break;
    }
    std::vector<Label> labels;
    yyjson_val *targets = yyjson_obj_get(group, "targets"), *own = yyjson_obj_get(group, "labels");
    yyjson_obj_foreach(own, j, m, key, value) {
      good &= yyjson_is_str(value);
      if (good) labels.push_back({out.arena.copy(text_of(key)), out.arena.copy(text_of(value))});
    }
    labels.push_back({own_label, out.arena.copy(own_value)});
    yyjson_arr_foreach(targets, j, m, value) good =
        good && yyjson_is_str(value) && add_target(out, text_of(value), labels);
  }
  if (doc) yyjson_doc_free(doc);
  return good;
}

bool read_yaml(Text text, Text own_label, Text own_value, TargetList& out) {
  Arena arena;
  Writer why;
  const yaml::Node* root = yaml::read(text, arena, why);
  if (!root) return text.find_first_not_of(" \t\r\n") == Text::npos;
  if (root->kind() == yaml::Kind::Null) return true;
  if (root->kind() != yaml::Kind::Sequence) return false;
  for (const yaml::Entry* g = root->first; g; g = g->next) {
    if (g->value->kind() != yaml::Kind::Mapping) return false;
    std::vector<Label> labels;
    const yaml::Node *targets = g->value->find("targets"), *own = g->value->find("labels");
    for (const yaml::Entry* l = own ? own->first : nullptr; l; l = l->next) {
      if (!l->value->is_scalar()) return false;
      labels.push_back({out.arena.copy(l->key), out.arena.copy(l->value->text)});
    }
    labels.push_back({own_label, out.arena.copy(own_value)});
    for (const yaml::Entry* t = targets ? targets->first : nullptr; t; t = t->next)
      if (!t->value->is_scalar() || !add_target(out, t->value->text, labels)) return false;
  }
  return true;
}

// nullopt, with the reason logged.
std::optional<int64_t> refresh_ns(Job& job, const Any& any) {
  Arena arena;
  const auto ms = parse_prometheus_duration(prometheus::text_of(any, arena));
  if (ms && *ms > 0) return *ms * 1'000'000;
  job.owner.runtime->log->error("refresh_interval is no duration",
                                {{"component", job.owner.id}, {"job", job.config.job_name}});
  return std::nullopt;
}

class FileDiscovery final : public Discovery {
public:
  FileDiscovery(Job& job, size_t at, const config::FileTargets& config, int64_t every)
      : job_(job), at_(at), config_(config), every_(every),
        timer_(*job.owner.runtime->loop, [](void* self) { static_cast<FileDiscovery*>(self)->refresh(); }, this) {}

  void start() override { refresh(); }
  void drain() override { timer_.cancel(); }

private:
  void refresh() {
    timer_.in(every_);
    auto list = std::make_unique<TargetList>();
    bool good = true;
    for (const Str pattern : config_.files) {
      glob_t found{};
      if (glob(pattern.data, 0, nullptr, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; ++i) good &= read_file(found.gl_pathv[i], *list);
      globfree(&found);
    }
    // A file that is being written is whole the next time; until then what there was stands.
    if (good) job_.found(at_, static_cast<std::unique_ptr<TargetList>&&>(list));
    else if (!again_) again_ = true, timer_.in(every_ < kAgain ? every_ : kAgain);
    if (good) again_ = false;
  }

  bool read_file(const char* path, TargetList& list) {
    Writer text;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : 1;
    while (n > 0 && text.size() <= kMostListed) {
      n = read(fd, text.room(65536), 65536);
      if (n > 0) text.advance(static_cast<size_t>(n));
    }
    const int error = errno;
    if (fd >= 0) close(fd);
    const Text name = path;
    const bool yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    if (n == 0 && read_groups(text.text(), yaml, "__meta_filepath", name, list)) return true;
    job_.owner.runtime->log->error("a file with targets cannot be read, and those that it listed before stay",
                                   {{"component", job_.owner.id},
                                    {"job", job_.config.job_name},
                                    {"file", name},
                                    {"reason", n < 0 ? Text(strerror(error)) : Text("it is no list of targets")}});
    return false;
  }

  static constexpr int64_t kAgain = 5'000'000'000;
  Job& job_;
  size_t at_;
  const config::FileTargets& config_;
  int64_t every_;
  Timer timer_;
  bool again_ = false;
};

class HttpDiscovery final : public Discovery {
public:
  HttpDiscovery(Job& job, size_t at, const config::HttpTargets& config, int64_t every)
      : job_(job), at_(at), config_(config), client_(config.as_scrape_client()), every_(every),
        timer_(*job.owner.runtime->loop, [](void* self) { static_cast<HttpDiscovery*>(self)->refresh(); }, this) {}

  void start() override { refresh(); }
  void drain() override { timer_.cancel(); }

private:
  void refresh() {
    timer_.in(every_);
    if (asking_) return;
    HttpRequest request;
    Arena arena;
    request.method = "GET";
    request.url = view(config_.url);
    Writer seconds;
    append_double(seconds, static_cast<double>(every_) / 1e9);
    request.headers.push_back({"Accept", "application/json"});
    request.headers.push_back({"User-Agent", job_.owner.user_agent});
    request.headers.push_back({"X-Prometheus-Refresh-Interval-Seconds", seconds.text()});
    request.timeout_ns = every_;
    request.most_body = kMostListed;
    request.exporter = view(job_.owner.id);
    request.kind = "receiver";
    request.call = request.url;
    Text why;
    if (!client_.prepare(request, arena, why)) return complain("a file with a secret cannot be read", why);
    asking_ = true;
    job_.owner.runtime->http->send(
        static_cast<HttpRequest&&>(request),
        [](void* self, const HttpResponse& r) { static_cast<HttpDiscovery*>(self)->answered(r); }, this);
  }

  void answered(const HttpResponse& r) {
    asking_ = false;
    if (r.status != 200) return complain(r.status == 0 ? r.error_text : Text("the status is not 200"), {});
    auto list = std::make_unique<TargetList>();
    if (r.cut || !read_groups(as_text(r.body), false, "__meta_url", view(config_.url), *list))
      return complain("the answer is no list of targets", {});
    job_.found(at_, static_cast<std::unique_ptr<TargetList>&&>(list));
  }
  void complain(Text reason, Text file) {
    job_.owner.runtime->log->error("targets cannot be asked for, and those that there were stay",
                                   {{"component", job_.owner.id},
                                    {"job", job_.config.job_name},
                                    {"url", config_.url},
                                    {"reason", reason},
                                    {"file", file}});
  }

  Job& job_;
  size_t at_;
  const config::HttpTargets& config_;
  ScrapeClient client_;
  int64_t every_;
  Timer timer_;
  bool asking_ = false;
};

class DnsDiscovery final : public Discovery {
public:
  DnsDiscovery(Job& job, size_t at, const config::DnsTargets& config, int64_t every)
      : job_(job), at_(at), config_(config), every_(every),
        timer_(*job.owner.runtime->loop, [](void* self) { static_cast<DnsDiscovery*>(self)->refresh(); }, this) {
    for (const Str n : config.names) names_.push_back(std::make_unique<Name>(*this, view(n)));
  }

  void start() override {
    if (!job_.owner.runtime->offline) refresh();
  }
  void drain() override {
    timer_.cancel();
    for (const auto& n : names_) n->lookup.cancel();
  }

private:
  struct Name {
    Name(DnsDiscovery& o, Text n)
        : of(o), name(n), lookup(
                              *o.job_.owner.runtime,
                              [](void* self, const std::vector<DnsRecord>* records) {
                                auto* name = static_cast<Name*>(self);
                                name->of.answered(*name, records);
                              },
                              this) {}
    DnsDiscovery& of;
    Text name;
    DnsLookup lookup;
    Arena texts;
    std::vector<DnsRecord> records;  // of the last answer
  };

  void refresh() {
    static constexpr DnsType kTypes[] = {DnsType::Srv, DnsType::A, DnsType::Aaaa, DnsType::Mx, DnsType::Ns};
    timer_.in(every_);
    for (const auto& n : names_)
      if (!n->lookup.asking()) n->lookup.ask(n->name, kTypes[static_cast<uint32_t>(config_.type)]);
  }

  void answered(Name& name, const std::vector<DnsRecord>* records) {
    if (!records) {
      job_.owner.runtime->log->error(
          "no name server says where targets are, and those that there were stay",
          {{"component", job_.owner.id}, {"job", job_.config.job_name}, {"name", name.name}});
      return;
    }
    name.texts.reset();
    name.records.clear();
    for (const DnsRecord& r : *records)
      name.records.push_back({name.texts.copy(r.name), r.port, name.texts.copy(r.address)});
    auto list = std::make_unique<TargetList>();
    for (const auto& n : names_)
      for (const DnsRecord& r : n->records) add(*list, *n, r);
    job_.found(at_, static_cast<std::unique_ptr<TargetList>&&>(list));
  }

  void add(TargetList& list, const Name& name, const DnsRecord& r) {
    Text host = r.address.empty() ? r.name : r.address;
    while (host.ends_with('.')) host.remove_suffix(1);
    const bool brackets = host.find(':') != Text::npos;
    Writer address, port;
    append_int(port, config_.type == config::DnsTargetsType::Srv ? r.port : config_.port);
    if (brackets) address.byte('[');
    address.append(host);
    if (brackets) address.byte(']');
    address.byte(':');
    address.append(port.text());
    std::vector<Label> labels{{"__meta_dns_name", name.name}};
    const Text target = list.arena.copy(r.name);
    switch (config_.type) {
    case config::DnsTargetsType::Srv:
      labels.push_back({"__meta_dns_srv_record_target", target});
      labels.push_back({"__meta_dns_srv_record_port", list.arena.copy(port.text())});
      break;
    case config::DnsTargetsType::Mx: labels.push_back({"__meta_dns_mx_record_target", target}); break;
    case config::DnsTargetsType::Ns: labels.push_back({"__meta_dns_ns_record_target", target}); break;
    default: break;
    }
    add_target(list, address.text(), labels);
  }

  Job& job_;
  size_t at_;
  const config::DnsTargets& config_;
  int64_t every_;
  Timer timer_;
  std::vector<std::unique_ptr<Name>> names_;
};

}  // namespace

bool read_groups(Text text, bool yaml, Text own_label, Text own_value, TargetList& out) {
  return yaml ? read_yaml(text, own_label, own_value, out) : read_json(text, own_label, own_value, out);
}

std::unique_ptr<Discovery> discover_files(Job& job, size_t at, const config::FileTargets& config) {
  const auto every = refresh_ns(job, config.refresh_interval);
  if (!every) return nullptr;
  return std::make_unique<FileDiscovery>(job, at, config, *every);
}
std::unique_ptr<Discovery> discover_by_http(Job& job, size_t at, const config::HttpTargets& config) {
  const auto every = refresh_ns(job, config.refresh_interval);
  if (!every) return nullptr;
  return std::make_unique<HttpDiscovery>(job, at, config, *every);
}

std::unique_ptr<Discovery> discover_by_dns(Job& job, size_t at, const config::DnsTargets& config) {
  const auto every = refresh_ns(job, config.refresh_interval);
  if (!every) return nullptr;
  return std::make_unique<DnsDiscovery>(job, at, config, *every);
}

}  // namespace whittle::prometheus
