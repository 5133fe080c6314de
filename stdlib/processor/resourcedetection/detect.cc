// SPDX-License-Identifier: Apache-2.0
#include "stdlib/processor/resourcedetection/detect.h"

#include "runtime/base/number.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yyjson.h>

namespace whittle::detect {

namespace {

Text trimmed(Text t) {
  auto white = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!t.empty() && white(t.front())) t.remove_prefix(1);
  while (!t.empty() && white(t.back())) t.remove_suffix(1);
  return t;
}

int hex(char c) {
  return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

// Go's url.QueryUnescape. False: an escape is none.
bool unescape(Text t, Writer& out) {
  for (size_t i = 0; i < t.size(); ++i) {
    if (t[i] == '%') {
      if (i + 2 >= t.size() || hex(t[i + 1]) < 0 || hex(t[i + 2]) < 0) return false;
      out.byte(static_cast<uint8_t>(hex(t[i + 1]) << 4 | hex(t[i + 2])));
      i += 2;
    } else {
      out.byte(static_cast<uint8_t>(t[i] == '+' ? ' ' : t[i]));
    }
  }
  return true;
}

Text file(const char* path, Arena& arena) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  char room[8192];
  const ssize_t n = read(fd, room, sizeof room);
  close(fd);
  return n > 0 ? arena.copy(Text(room, static_cast<size_t>(n))) : Text();
}

}  // namespace

void Found::put(Text key, const ottl::Value& v) {
  for (const Attribute& a : all_)
    if (a.key == key) return;
  all_.push_back({arena_.copy(key), v});
}

void Found::put(Text key, const std::vector<Text>& texts) {
  auto* items = arena_.array<ottl::Value>(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) items[i] = ottl::text(arena_.copy(texts[i]));
  put(key, ottl::list(items, texts.size(), ottl::ValueKind::Slice));
}

bool Found::enabled(const Switches& switches, bool by_default, Text key) {
  for (const auto& e : switches)
    if (view(e.key) == key) return e.value.enabled;
  return by_default;
}

const char* env(Found& found) {
  Text all;
  for (const char* name : {"OTEL_RESOURCE_ATTRIBUTES", "OTEL_RESOURCE"})
    if (const char* value = getenv(name); value && all.empty()) all = trimmed(value);
  // Of a key that is there twice the last one counts.
  std::vector<std::pair<Text, Text>> pairs;
  while (!all.empty()) {
    const size_t end = all.find(',');
    const Text pair = all.substr(0, end);
    all.remove_prefix(end == Text::npos ? all.size() : end + 1);
    const size_t equals = pair.find('=');
    const Text key = trimmed(pair.substr(0, equals));
    if (equals == Text::npos || key.empty()) return "OTEL_RESOURCE_ATTRIBUTES is not of the form key=value,...";
    for (char c : pair)
      if (static_cast<uint8_t>(c) >= 0x80) return "OTEL_RESOURCE_ATTRIBUTES holds characters that are not ASCII";
    Writer value;
    if (!unescape(trimmed(pair.substr(equals + 1)), value)) return "an escape in OTEL_RESOURCE_ATTRIBUTES is none";
    const Text text = found.arena().copy(value.text());
    bool there = false;
    for (auto& [k, v] : pairs)
      if (k == key) v = text, there = true;
    if (!there) pairs.push_back({key, text});
  }
  for (const auto& [key, value] : pairs) found.put(key, value);
  return nullptr;
}

namespace {

// The host's name with its domain, where /etc/hosts knows it.
Text full_name(Text host, Arena& arena) {
  if (host.contains('.')) return host;
  for (Text all = file("/etc/hosts", arena); !all.empty();) {
    const size_t end = all.find('\n');
    Text line = all.substr(0, end);
    all.remove_prefix(end == Text::npos ? all.size() : end + 1);
    line = line.substr(0, line.find('#'));
    while (!(line = trimmed(line)).empty()) {
      size_t n = 0;
      while (n < line.size() && line[n] != ' ' && line[n] != '\t') ++n;
      const Text word = line.substr(0, n);
      if (word.size() > host.size() && word.starts_with(host) && word[host.size()] == '.') return word;
      line.remove_prefix(n);
    }
  }
  return host;
}

void network(const Switches& on, Found& found) {
  if (!Found::enabled(on, false, "host.ip") && !Found::enabled(on, false, "host.mac") &&
      !Found::enabled(on, false, "host.interface"))
    return;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return;
  std::vector<Text> addresses, hardware, names;
  for (const ifaddrs* i = list; i; i = i->ifa_next) {
    if (!i->ifa_addr || !(i->ifa_flags & IFF_UP)) continue;
    char room[INET6_ADDRSTRLEN];
    const int family = i->ifa_addr->sa_family;
    if (family == AF_PACKET) {
      const Text name = found.arena().copy(i->ifa_name);
      names.push_back(name);
      const auto* link = reinterpret_cast<const sockaddr_ll*>(i->ifa_addr);
      if (link->sll_halen != 6 || (i->ifa_flags & IFF_LOOPBACK)) continue;
      const uint8_t* b = link->sll_addr;
      const int n = snprintf(room, sizeof room, "%02X-%02X-%02X-%02X-%02X-%02X", b[0], b[1], b[2], b[3], b[4], b[5]);
      hardware.push_back(found.arena().copy(Text(room, static_cast<size_t>(n))));
    } else if ((family == AF_INET || family == AF_INET6) && !(i->ifa_flags & IFF_LOOPBACK)) {
      const void* at = family == AF_INET
                           ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(i->ifa_addr)->sin_addr)
                           : static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(i->ifa_addr)->sin6_addr);
      if (inet_ntop(family, at, room, sizeof room)) addresses.push_back(found.arena().copy(room));
    }
  }
  freeifaddrs(list);
  found.put(on, false, "host.ip", addresses);
  found.put(on, false, "host.mac", hardware);
  found.put(on, false, "host.interface", names);
}

// The value of a line of /proc/cpuinfo.
Text line_of(Text all, Text name) {
  const size_t at = all.find(name);
  if (at == Text::npos) return {};
  Text line = all.substr(at);
  line = line.substr(0, line.find('\n'));
  const size_t colon = line.find(':');
  return colon == Text::npos ? Text() : trimmed(line.substr(colon + 1));
}

void processor(const Switches& on, Found& found) {
  const Text all = file("/proc/cpuinfo", found.arena());
  found.put(on, false, "host.cpu.vendor.id", line_of(all, "vendor_id"));
  found.put(on, false, "host.cpu.family", line_of(all, "cpu family"));
  found.put(on, false, "host.cpu.model.id", line_of(all, "model\t"));
  found.put(on, false, "host.cpu.model.name", line_of(all, "model name"));
  const Text stepping = line_of(all, "stepping");
  found.put(on, false, "host.cpu.stepping", stepping.empty() ? Text("0") : stepping);
  Text cache = line_of(all, "cache size");
  cache = cache.substr(0, cache.find(' '));
  found.put(on, false, "host.cpu.cache.l2.size", ottl::integer(parse_int(cache).value_or(0)));
}

}  // namespace

void system(const config::ResourcedetectionSystem& config, Found& found) {
  const Switches& on = config.resource_attributes;
  char room[256];
  if (gethostname(room, sizeof room) != 0) room[0] = 0;
  room[sizeof room - 1] = 0;
  const bool os_only = config.hostname_sources.size > 0 &&
                       config.hostname_sources[0] == config::ResourcedetectionSystemHostnameSources::Os;
  const Text host = room;
  found.put(on, true, "host.name", os_only ? host : full_name(host, found.arena()));
  found.put(on, true, "os.type", Text("linux"));
#ifdef __aarch64__
  found.put(on, false, "host.arch", Text("arm64"));
#else
  found.put(on, false, "host.arch", Text("amd64"));
#endif
  network(on, found);
  processor(on, found);
}

namespace {

Text text_of(yyjson_val* object, const char* key) {
  yyjson_val* v = yyjson_obj_get(object, key);
  return yyjson_is_str(v) ? Text(yyjson_get_str(v), yyjson_get_len(v)) : Text();
}

// The n-th part between colons; false: there are not so many.
bool part(Text t, int n, Text& out) {
  for (; n > 0; --n) {
    const size_t colon = t.find(':');
    if (colon == Text::npos) return false;
    t.remove_prefix(colon + 1);
  }
  out = t.substr(0, t.find(':'));
  return true;
}

Text joined(Arena& arena, std::initializer_list<Text> parts) {
  Writer w;
  for (Text p : parts) w.append(p);
  return arena.copy(w.text());
}

// Logs of the task's containers but for this one: those that awslogs ships.
void logs(const Switches& on, yyjson_val* task, Text self, Text account, Found& found) {
  std::vector<Text> groups, group_arns, streams, stream_arns;
  yyjson_val* container;
  size_t i, n;
  yyjson_arr_foreach(yyjson_obj_get(task, "Containers"), i, n, container) {
    yyjson_val* options = yyjson_obj_get(container, "LogOptions");
    const Text group = text_of(options, "awslogs-group"), region = text_of(options, "awslogs-region"),
               stream = text_of(options, "awslogs-stream");
    if (text_of(container, "Type") != "NORMAL" || text_of(container, "KnownStatus") != "RUNNING" ||
        text_of(container, "LogDriver") != "awslogs" || text_of(container, "DockerId") == self ||
        (group.empty() && region.empty() && stream.empty()))
      continue;
    const Text arn = joined(found.arena(), {"arn:aws:logs:", region, ":", account, ":log-group:", group});
    groups.push_back(group);
    group_arns.push_back(arn);
    streams.push_back(stream);
    stream_arns.push_back(joined(found.arena(), {arn, ":log-stream:", stream}));
  }
  if (groups.empty()) return;
  found.put(on, true, "aws.log.group.names", groups);
  found.put(on, true, "aws.log.group.arns", group_arns);
  found.put(on, true, "aws.log.stream.names", streams);
  found.put(on, true, "aws.log.stream.arns", stream_arns);
}

}  // namespace

const char* ecs(const config::ResourcedetectionEcs& config, Text task_json, Text container_json, Found& found) {
  const Switches& on = config.resource_attributes;
  yyjson_doc *task_doc = yyjson_read(task_json.data(), task_json.size(), 0),
             *self_doc = yyjson_read(container_json.data(), container_json.size(), 0);
  yyjson_val *task = yyjson_doc_get_root(task_doc), *self = yyjson_doc_get_root(self_doc);
  const char* wrong = nullptr;
  if (!yyjson_is_obj(task) || !yyjson_is_obj(self)) {
    wrong = "the task metadata endpoint's answer is no object of JSON";
  } else {
    found.put(on, true, "cloud.provider", Text("aws"));
    found.put(on, true, "cloud.platform", Text("aws_ecs"));
    const Text arn = text_of(task, "TaskARN");
    found.put(on, true, "aws.ecs.task.arn", arn);
    found.put(on, true, "aws.ecs.task.family", text_of(task, "Family"));
    found.put(on, true, "aws.ecs.task.revision", text_of(task, "Revision"));
    Text region, account, id;
    if (part(arn, 4, account) && part(arn, 3, region) && part(arn, 5, id)) id = id.substr(id.rfind('/') + 1);
    if (!account.empty()) found.put(on, true, "cloud.account.id", account);
    if (!region.empty()) found.put(on, true, "cloud.region", region);
    if (!id.empty()) found.put(on, true, "aws.ecs.task.id", id);
    const Text cluster = text_of(task, "Cluster");
    found.put(on, true, "aws.ecs.cluster.arn",
              cluster.contains(':')
                  ? cluster
                  : joined(found.arena(), {"arn:aws:ecs:", region, ":", account, ":cluster/", cluster}));
    if (const Text zone = text_of(task, "AvailabilityZone"); !zone.empty())
      found.put(on, true, "cloud.availability_zone", zone);
    Writer launch;
    for (char c : text_of(task, "LaunchType")) launch.byte(static_cast<uint8_t>(c >= 'A' && c <= 'Z' ? c | 32 : c));
    if (launch.text() == "ec2" || launch.text() == "fargate") found.put(on, true, "aws.ecs.launchtype", launch.text());
    logs(on, task, text_of(self, "DockerId"), account, found);
  }
  yyjson_doc_free(task_doc);
  yyjson_doc_free(self_doc);
  return wrong;
}

}  // namespace whittle::detect
