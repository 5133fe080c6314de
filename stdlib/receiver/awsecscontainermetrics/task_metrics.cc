// SPDX-License-Identifier: Apache-2.0
// Each metric stands in a scope of its own and has one data point, as the Collector's receiver writes them.
//
// Differences are never negative: a container's counter that starts again, or a cache larger than the usage, gives 0
// where unsigned arithmetic would give a number near 2^64.
#include "stdlib/receiver/awsecscontainermetrics/task_metrics.h"

#include "runtime/wire/wire.h"

#include <string.h>
#include <yyjson.h>

namespace whittle {

using namespace wire;

namespace {

constexpr Text kSchema = "https://opentelemetry.io/schemas/1.40.0";
constexpr double kCpusInVcpu = 1024;
constexpr uint64_t kMiB = 1024 * 1024;

struct Document {
  yyjson_doc* doc;
  explicit Document(Bytes json)
      : doc(yyjson_read_opts(reinterpret_cast<char*>(const_cast<uint8_t*>(json.data())), json.size(),
                             YYJSON_READ_NOFLAG, nullptr, nullptr)) {}
  ~Document() { yyjson_doc_free(doc); }
  Document(const Document&) = delete;
};

// Reads fields as a typed decoder does: absent and null leave the zero value, another type spoils the document.
struct Fields {
  yyjson_val* object;
  bool& ok;

  yyjson_val* get(const char* key) const {
    yyjson_val* v = yyjson_obj_get(object, key);
    return v && !yyjson_is_null(v) ? v : nullptr;
  }
  Text text(const char* key) const {
    yyjson_val* v = get(key);
    if (!v) return {};
    ok &= yyjson_is_str(v);
    return yyjson_is_str(v) ? Text(yyjson_get_str(v), yyjson_get_len(v)) : Text();
  }
  bool has_u64(const char* key, uint64_t& out) const {
    yyjson_val* v = get(key);
    if (!v) return false;
    const bool fits = yyjson_is_uint(v) || (yyjson_is_sint(v) && yyjson_get_sint(v) >= 0);
    ok &= fits;
    out = fits ? yyjson_get_uint(v) : 0;
    return true;
  }
  uint64_t u64(const char* key) const {
    uint64_t v = 0;
    has_u64(key, v);
    return v;
  }
  bool has_i64(const char* key, int64_t& out) const {
    yyjson_val* v = get(key);
    if (!v) return false;
    const bool fits = yyjson_is_sint(v) || (yyjson_is_uint(v) && yyjson_get_uint(v) <= INT64_MAX);
    ok &= fits;
    out = fits ? yyjson_get_sint(v) : 0;
    return true;
  }
  int64_t i64(const char* key) const {
    int64_t v = 0;
    has_i64(key, v);
    return v;
  }
  bool has_number(const char* key, double& out) const {
    yyjson_val* v = get(key);
    if (!v) return false;
    ok &= yyjson_is_num(v);
    out = yyjson_get_num(v);
    return true;
  }
  double number(const char* key) const {
    double v = 0;
    has_number(key, v);
    return v;
  }
  // An object or nothing.
  Fields fields(const char* key) const {
    yyjson_val* v = get(key);
    ok &= !v || yyjson_is_obj(v);
    return {yyjson_is_obj(v) ? v : nullptr, ok};
  }
  yyjson_val* list(const char* key) const {
    yyjson_val* v = get(key);
    ok &= !v || yyjson_is_arr(v);
    return yyjson_is_arr(v) ? v : nullptr;
  }
  explicit operator bool() const { return object != nullptr; }
};

struct Figures {
  uint64_t memory_usage = 0, memory_max = 0, memory_limit = 0, memory_utilized = 0, memory_reserved = 0;
  uint64_t cpu_total = 0, cpu_kernel = 0, cpu_user = 0, cpu_online = 0, cpu_system = 0, cpu_cores = 0;
  double cpu_reserved = 0, cpu_utilized = 0, cpu_vcpu = 0;
  double rate_rx = 0, rate_tx = 0;
  uint64_t network[8] = {};  // rx bytes, packets, errors, dropped; the same of tx
  uint64_t storage_read = 0, storage_write = 0;
  int64_t ephemeral_utilized = 0, ephemeral_reserved = 0;

  void add(const Figures& c) {
    memory_usage += c.memory_usage, memory_max += c.memory_max, memory_limit += c.memory_limit;
    memory_utilized += c.memory_utilized, memory_reserved += c.memory_reserved;
    cpu_total += c.cpu_total, cpu_kernel += c.cpu_kernel, cpu_user += c.cpu_user, cpu_online += c.cpu_online;
    cpu_system += c.cpu_system, cpu_cores += c.cpu_cores;
    cpu_reserved += c.cpu_reserved, cpu_vcpu += c.cpu_vcpu;
    rate_rx += c.rate_rx, rate_tx += c.rate_tx;
    for (int i = 0; i < 8; ++i) network[i] += c.network[i];
    storage_read += c.storage_read, storage_write += c.storage_write;
  }
};

class MetricsWriter {
public:
  MetricsWriter(Writer& out, int64_t now_ns) : out_(out), now_(static_cast<uint64_t>(now_ns)) {}

  void begin_resource() {
    group_ = begin_len(out_, 1);
    resource_ = begin_len(out_, 1);
  }
  void attribute(Text name, Text value) {
    const size_t pair = begin_len(out_, 1);
    put_len(out_, 1, as_bytes(name));
    const size_t any = begin_len(out_, 2);
    put_len(out_, 1, as_bytes(value));
    end_len(out_, any);
    end_len(out_, pair);
  }
  void attribute(Text name, int64_t value) {
    const size_t pair = begin_len(out_, 1);
    put_len(out_, 1, as_bytes(name));
    const size_t any = begin_len(out_, 2);
    put_tag(out_, 3, kVarint);
    put_varint(out_, static_cast<uint64_t>(value));
    end_len(out_, any);
    end_len(out_, pair);
  }
  void end_attributes() { end_len(out_, resource_); }
  void end_resource(Text schema) {
    if (!schema.empty()) put_len(out_, 3, as_bytes(schema));
    end_len(out_, group_);
  }

  void gauge(Text prefix, Text name, Text unit, uint64_t value) {
    begin_metric(prefix, name, unit, 5);
    integer(value);
    end_metric();
  }
  void gauge(Text prefix, Text name, Text unit, double value) {
    begin_metric(prefix, name, unit, 5);
    const size_t point = begin_point();
    put_tag(out_, 4, kI64);
    put_i64(out_, std::bit_cast<uint64_t>(value));
    end_len(out_, point);
    end_metric();
  }
  void sum(Text prefix, Text name, Text unit, uint64_t value) {
    begin_metric(prefix, name, unit, 7);
    integer(value);
    put_tag(out_, 2, kVarint);
    put_varint(out_, 2);  // cumulative
    end_metric();
  }
  uint64_t points() const { return points_; }

private:
  void begin_metric(Text prefix, Text name, Text unit, uint32_t kind) {
    scope_ = begin_len(out_, 2);
    put_len(out_, 1, {});
    metric_ = begin_len(out_, 2);
    const size_t full_name = begin_len(out_, 1);
    out_.append(prefix);
    out_.append(name);
    end_len(out_, full_name);
    put_len(out_, 3, as_bytes(unit));
    kind_ = begin_len(out_, kind);
  }
  size_t begin_point() {
    ++points_;
    const size_t point = begin_len(out_, 1);
    put_tag(out_, 3, kI64);
    put_i64(out_, now_);
    return point;
  }
  void integer(uint64_t value) {
    const size_t point = begin_point();
    put_tag(out_, 6, kI64);
    put_i64(out_, value);
    end_len(out_, point);
  }
  void end_metric() {
    end_len(out_, kind_);
    end_len(out_, metric_);
    end_len(out_, scope_);
  }

  Writer& out_;
  uint64_t now_;
  uint64_t points_ = 0;
  size_t group_ = 0, resource_ = 0, scope_ = 0, metric_ = 0, kind_ = 0;
};

void write_figures(MetricsWriter& w, Text prefix, const Figures& f, bool task) {
  static constexpr Text kBytes = "Bytes", kMebibytes = "MiB", kNanoseconds = "Nanoseconds", kCount = "Count",
                        kNone = "None", kRate = "Bytes/Second";
  w.gauge(prefix, "memory.usage", kBytes, f.memory_usage);
  w.gauge(prefix, "memory.usage.max", kBytes, f.memory_max);
  w.gauge(prefix, "memory.usage.limit", kBytes, f.memory_limit);
  w.gauge(prefix, "memory.utilized", kMebibytes, f.memory_utilized);
  w.gauge(prefix, "memory.reserved", kMebibytes, f.memory_reserved);
  w.sum(prefix, "cpu.usage.total", kNanoseconds, f.cpu_total);
  w.sum(prefix, "cpu.usage.kernelmode", kNanoseconds, f.cpu_kernel);
  w.sum(prefix, "cpu.usage.usermode", kNanoseconds, f.cpu_user);
  w.gauge(prefix, "cpu.cores", kCount, f.cpu_cores);
  w.gauge(prefix, "cpu.onlines", kCount, f.cpu_online);
  w.sum(prefix, "cpu.usage.system", kNanoseconds, f.cpu_system);
  w.gauge(prefix, "cpu.utilized", kNone, f.cpu_utilized);
  w.gauge(prefix, "cpu.reserved", kNone, f.cpu_reserved);
  w.gauge(prefix, "cpu.usage.vcpu", "vCPU", f.cpu_vcpu);
  w.gauge(prefix, "network.rate.rx", kRate, f.rate_rx);
  w.gauge(prefix, "network.rate.tx", kRate, f.rate_tx);
  static constexpr Text kNetwork[] = {"rx_bytes", "rx_packets", "rx_errors", "rx_dropped",
                                      "tx_bytes", "tx_packets", "tx_errors", "tx_dropped"};
  char name[64] = "network.io.usage.";
  const size_t stem = strlen(name);
  for (int i = 0; i < 8; ++i) {
    memcpy(name + stem, kNetwork[i].data(), kNetwork[i].size());
    w.sum(prefix, Text(name, stem + kNetwork[i].size()), i % 4 == 0 ? kBytes : kCount, f.network[i]);
  }
  w.sum(prefix, "storage.read_bytes", kBytes, f.storage_read);
  w.sum(prefix, "storage.write_bytes", kBytes, f.storage_write);
  if (!task) return;
  w.gauge(prefix, "ephemeral_storage.utilized", kMebibytes, static_cast<uint64_t>(f.ephemeral_utilized));
  w.gauge(prefix, "ephemeral_storage.reserved", kMebibytes, static_cast<uint64_t>(f.ephemeral_reserved));
}

uint64_t less(uint64_t a, uint64_t b) {
  return a > b ? a - b : 0;
}

constexpr __int128 kNoTime = __int128{-62'135'596'800} * 1'000'000'000;  // year 1: a time that was not given

__int128 time_of(const Fields& f, const char* key) {
  const Text text = f.text(key);
  if (!f.get(key)) return kNoTime;
  __int128 t = 0;
  f.ok &= parse_rfc3339(text, t);
  return t;
}

Figures container_figures(const Fields& stats) {
  Figures f;
  if (const Fields memory = stats.fields("memory_stats")) {
    f.memory_usage = memory.u64("usage");
    f.memory_max = memory.u64("max_usage");
    f.memory_limit = memory.u64("limit");
    if (const Fields detail = memory.fields("stats")) {
      size_t i, n;
      yyjson_val *key, *value;
      yyjson_obj_foreach(detail.object, i, n, key, value) detail.ok &=
          yyjson_is_null(value) || yyjson_is_uint(value) || (yyjson_is_sint(value) && yyjson_get_sint(value) >= 0);
      f.memory_utilized = less(f.memory_usage, detail.u64("cache")) / kMiB;
    }
  }
  const Fields cpu = stats.fields("cpu_stats"), before = stats.fields("precpu_stats");
  const Fields usage = cpu.fields("cpu_usage"), usage_before = before.fields("cpu_usage");
  const __int128 read = time_of(stats, "read"), read_before = time_of(stats, "preread");
  if (usage && usage_before) {
    __int128 elapsed = read - read_before;
    if (elapsed > INT64_MAX) elapsed = INT64_MAX;
    f.cpu_total = usage.u64("total_usage");
    f.cpu_kernel = usage.u64("usage_in_kernelmode");
    f.cpu_user = usage.u64("usage_in_usermode");
    if (yyjson_val* each = usage.list("percpu_usage")) f.cpu_cores = yyjson_arr_size(each);
    f.cpu_online = cpu.u64("online_cpus");
    f.cpu_system = cpu.u64("system_cpu_usage");
    if (elapsed > 0)
      f.cpu_vcpu = static_cast<double>(less(f.cpu_total, usage_before.u64("total_usage"))) /
                   static_cast<double>(static_cast<int64_t>(elapsed));
    f.cpu_utilized = f.cpu_vcpu * 100;
  }
  if (const Fields rate = stats.fields("network_rate_stats")) {
    f.rate_rx = rate.number("rx_bytes_per_sec");
    f.rate_tx = rate.number("tx_bytes_per_sec");
  }
  if (const Fields networks = stats.fields("networks")) {
    static constexpr const char* kKeys[8] = {"rx_bytes", "rx_packets", "rx_errors", "rx_dropped",
                                             "tx_bytes", "tx_packets", "tx_errors", "tx_dropped"};
    size_t i, n;
    yyjson_val *key, *value;
    yyjson_obj_foreach(networks.object, i, n, key, value) {
      stats.ok &= yyjson_is_obj(value) || yyjson_is_null(value);
      const Fields one = {yyjson_is_obj(value) ? value : nullptr, stats.ok};
      for (int k = 0; k < 8; ++k) f.network[k] += one.u64(kKeys[k]);
    }
  }
  if (yyjson_val* operations = stats.fields("blkio_stats").list("io_service_bytes_recursive")) {
    size_t i, n;
    yyjson_val* value;
    yyjson_arr_foreach(operations, i, n, value) {
      stats.ok &= yyjson_is_obj(value) || yyjson_is_null(value);
      const Fields one = {yyjson_is_obj(value) ? value : nullptr, stats.ok};
      const Text op = one.text("op");
      if (op == "Read") f.storage_read += one.u64("value");
      if (op == "Write") f.storage_write += one.u64("value");
    }
  }
  return f;
}

// What the text between the n-th and the next colon is.
Text colon_part(Text t, int n) {
  for (; n > 0; --n) {
    const size_t colon = t.find(':');
    if (colon == Text::npos) return {};
    t.remove_prefix(colon + 1);
  }
  return t.substr(0, t.find(':'));
}

Text after_last_slash(Text t) {
  const size_t slash = t.rfind('/');
  return slash == Text::npos ? t : t.substr(slash + 1);
}

void task_attributes(MetricsWriter& w, const Fields& task) {
  const Text arn = task.text("TaskARN"), cluster = task.text("Cluster"), launch = task.text("LaunchType");
  const bool is_arn = arn.starts_with("arn:aws:ecs");
  const Text front = arn.substr(0, arn.find('/'));
  w.attribute("aws.ecs.cluster.name", cluster.starts_with("arn:aws") ? after_last_slash(cluster) : cluster);
  w.attribute("aws.ecs.task.arn", arn);
  w.attribute("aws.ecs.task.id", is_arn ? after_last_slash(arn) : Text());
  w.attribute("aws.ecs.task.family", task.text("Family"));
  w.attribute("aws.ecs.task.version", task.text("Revision"));
  w.attribute("aws.ecs.task.revision", task.text("Revision"));
  w.attribute("aws.ecs.service.name", task.text("ServiceName"));
  w.attribute("cloud.availability_zone", task.text("AvailabilityZone"));
  w.attribute("aws.ecs.task.pull_started_at", task.text("PullStartedAt"));
  w.attribute("aws.ecs.task.pull_stopped_at", task.text("PullStoppedAt"));
  w.attribute("aws.ecs.task.known_status", task.text("KnownStatus"));
  w.attribute("aws.ecs.task.launch_type", launch);
  auto is = [launch](Text name) {
    if (launch.size() != name.size()) return false;
    for (size_t i = 0; i < name.size(); ++i)
      if ((launch[i] | 0x20) != name[i] && launch[i] != name[i]) return false;
    return true;
  };
  if (is("ec2")) w.attribute("aws.ecs.launchtype", "ec2");
  if (is("fargate")) w.attribute("aws.ecs.launchtype", "fargate");
  w.attribute("cloud.region", is_arn ? colon_part(front, 3) : Text());
  w.attribute("cloud.account.id", is_arn ? colon_part(front, 4) : Text());
}

void container_attributes(MetricsWriter& w, const Fields& c) {
  const ImageName image = parse_image_name(c.text("Image"));
  w.attribute("container.name", c.text("Name"));
  w.attribute("container.id", c.text("DockerId"));
  w.attribute("aws.ecs.docker.name", c.text("DockerName"));
  w.attribute("container.image.name", image.repository);
  w.attribute("aws.ecs.container.image.id", c.text("ImageID"));
  w.attribute("container.image.tag", image.tag);
  w.attribute("aws.ecs.container.created_at", c.text("CreatedAt"));
  w.attribute("aws.ecs.container.started_at", c.text("StartedAt"));
  if (const Text finished = c.text("FinishedAt"); !finished.empty())
    w.attribute("aws.ecs.container.finished_at", finished);
  w.attribute("aws.ecs.container.know_status", c.text("KnownStatus"));  // the reference's spelling
  int64_t exit_code;
  if (c.has_i64("ExitCode", exit_code)) w.attribute("aws.ecs.container.exit_code", exit_code);
}

}  // namespace

bool parse_rfc3339(Text text, __int128& nanoseconds) {
  auto digits = [&](size_t at, size_t n, int64_t& value) {
    if (text.size() < at + n) return false;
    value = 0;
    for (size_t i = at; i < at + n; ++i) {
      if (text[i] < '0' || text[i] > '9') return false;
      value = value * 10 + (text[i] - '0');
    }
    return true;
  };
  int64_t year, month, day, hour, minute, second;
  if (!digits(0, 4, year) || !digits(5, 2, month) || !digits(8, 2, day) || !digits(11, 2, hour) ||
      !digits(14, 2, minute) || !digits(17, 2, second))
    return false;
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return false;
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (day < 1 || day > kDays[month - 1] + (month == 2 && leap)) return false;
  size_t at = 19;
  int64_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    int n = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++n)
      if (n < 9) fraction = fraction * 10 + (text[at] - '0');
    if (n == 0) return false;
    for (; n < 9; ++n) fraction *= 10;
  }
  int64_t offset = 0;
  const Text zone = text.substr(at);
  if (zone != "Z") {
    int64_t hours, minutes;
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':' || !digits(at + 1, 2, hours) ||
        !digits(at + 4, 2, minutes) || hours > 23 || minutes > 59)
      return false;
    offset = (hours * 60 + minutes) * (zone[0] == '-' ? -60 : 60);
  }
  // Days since the epoch, by years that begin in March.
  const int64_t y = month <= 2 ? year - 1 : year;
  const int64_t era = (y >= 0 ? y : y - 399) / 400;
  const int64_t in_era = y - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t days = era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + day_of_year - 719468;
  const int64_t seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset;
  nanoseconds = static_cast<__int128>(seconds) * 1'000'000'000 + fraction;
  return true;
}

Result<uint64_t> build_task_metrics(Bytes task_json, Bytes stats_json, int64_t now_ns, Writer& out) {
  const Document task_doc(task_json), stats_doc(stats_json);
  if (!task_doc.doc || !stats_doc.doc) return fail(Errc::Malformed);
  const size_t before = out.size();
  bool ok = true;
  yyjson_val* task_root = yyjson_doc_get_root(task_doc.doc);
  yyjson_val* stats_root = yyjson_doc_get_root(stats_doc.doc);
  if (!yyjson_is_obj(task_root) || !(yyjson_is_obj(stats_root) || yyjson_is_null(stats_root)))
    return fail(Errc::Malformed);
  const Fields task = {task_root, ok};
  const Fields all_stats = {yyjson_is_obj(stats_root) ? stats_root : nullptr, ok};

  MetricsWriter w(out, now_ns);
  Figures total;
  if (yyjson_val* containers = task.list("Containers")) {
    size_t i, n;
    yyjson_val* value;
    yyjson_arr_foreach(containers, i, n, value) {
      ok &= yyjson_is_obj(value);
      const Fields c = {yyjson_is_obj(value) ? value : nullptr, ok};
      const Text id = c.text("DockerId");
      yyjson_val* found =
          all_stats ? yyjson_obj_getn(all_stats.object, id.data() ? id.data() : "", id.size()) : nullptr;
      ok &= !found || yyjson_is_obj(found) || yyjson_is_null(found);
      const Fields stats = {yyjson_is_obj(found) ? found : nullptr, ok};
      const bool running = stats && !stats.text("id").empty();
      const Text started = c.text("StartedAt"), finished = c.text("FinishedAt");
      if (!running && (started.empty() || finished.empty())) continue;
      w.begin_resource();
      container_attributes(w, c);
      task_attributes(w, task);
      w.end_attributes();
      if (running) {
        Figures f = container_figures(stats);
        const Fields limits = c.fields("Limits");
        limits.has_u64("Memory", f.memory_reserved);
        limits.has_number("CPU", f.cpu_reserved);
        if (f.cpu_reserved > 0) f.cpu_utilized /= f.cpu_reserved;
        write_figures(w, "container.", f, false);
        w.end_resource(kSchema);
        total.add(f);
      } else {
        __int128 from, to;
        const bool timed = parse_rfc3339(started, from) && parse_rfc3339(finished, to);
        w.gauge("container.", "duration", "Seconds",
                timed ? static_cast<double>(static_cast<int64_t>(to - from)) / 1e9 : 0.0);
        w.end_resource({});
      }
    }
  }
  const Fields limits = task.fields("Limits");
  limits.has_u64("Memory", total.memory_reserved);
  double cpu;
  if (limits.has_number("CPU", cpu)) total.cpu_reserved = cpu * kCpusInVcpu;
  if (total.cpu_reserved > 0) total.cpu_utilized = total.cpu_vcpu * kCpusInVcpu;
  if (const Fields storage = task.fields("EphemeralStorageMetrics")) {
    total.ephemeral_utilized = storage.i64("Utilized");
    total.ephemeral_reserved = storage.i64("Reserved");
  }
  w.begin_resource();
  task_attributes(w, task);
  w.end_attributes();
  write_figures(w, "ecs.task.", total, true);
  w.end_resource(kSchema);
  if (!ok) {
    out.truncate(before);
    return fail(Errc::Malformed);
  }
  return w.points();
}

}  // namespace whittle
