// SPDX-License-Identifier: Apache-2.0
// main() of a collector.
//
//   collector                 runs until SIGTERM or SIGINT, then sends what it holds
//   collector healthcheck     asks the collector that runs here how it is: exit code 0 or 1
//   collector healthcheck --delivering
//                             asks whether what it takes arrives: how each exporter fares, and 1 when one has only
//                             failed for a minute. For people and dashboards: a backend that is away is no reason to
//                             stop a task
//   collector --version
//
// WHITTLE_MEMORY, such as 64MiB, says how much memory there is. Without it that is what the collector was built for
// (`build --memory`), or the container's limit where that is less.
//
// A stock task definition starts the collector with --config or AOT_CONFIG_CONTENT. This one's config is compiled in;
// what it is given is compared with that, and --on-drift=warn|fail says what follows from a difference.
#include "runtime/base/budget.h"
#include "runtime/base/number.h"
#include "runtime/base/self_metrics.h"
#include "runtime/drift/drift.h"
#include "runtime/http/client.h"
#include "runtime/http/metrics_endpoint.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/retry_timer.h"
#include "runtime/main/collector.h"
#include "runtime/main/sandbox.h"

#include "stdlib/service/service_config.h"

#include <algorithm>
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// The linker's: where the file begins in memory.
extern "C" const Elf64_Ehdr __ehdr_start;

namespace whittle {
namespace {

// What has run at the start, or for the last load, is unmapped when nothing happens. It is the file's and comes back
// where it is needed; until then the system may use the memory for others, which it does not while pages are mapped.
// Only whole pages of segments that nobody writes to: between segments the system may have put memory of ours.
void unmap_code() {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto base = reinterpret_cast<uintptr_t>(&__ehdr_start);
  const auto* segments = reinterpret_cast<const Elf64_Phdr*>(base + __ehdr_start.e_phoff);
  for (uint32_t i = 0; i < __ehdr_start.e_phnum; ++i) {
    const Elf64_Phdr& s = segments[i];
    if (s.p_type != PT_LOAD || (s.p_flags & PF_W)) continue;
    const uintptr_t begin = (base + s.p_vaddr + page - 1) & ~(page - 1),
                    end = (base + s.p_vaddr + s.p_filesz) & ~(page - 1);
    if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
}

// What has not been sent is reported while there is still time: five seconds before the task is killed, or half way.
int64_t time_to_drain(int64_t stop) {
  constexpr int64_t kToReport = 5'000'000'000;
  return stop > 2 * kToReport ? stop - kToReport : stop / 2;
}

constexpr int64_t kLogAgain = 50'000'000;

struct Serving {
  Runtime& runtime;
  const Collector& collector;
  Timer check;  // while draining
  int64_t deadline = 0;
  int64_t closes = 0;  // until then receivers go on taking; 0: they were told to stop
  int exit_code = 0;

  explicit Serving(Runtime& r)
      : runtime(r), collector(*r.collector),
        check(*r.loop, [](void* self) { static_cast<Serving*>(self)->look(); }, this) {}

  void signalled(int signal) {
    if (deadline != 0) {
      runtime.log->warn("a second signal: stopping at once", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
      exit_code = 1;
      return runtime.loop->stop();
    }
    runtime.log->info("stopping: sending what is held", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
    runtime.draining = true;
    const int64_t now = monotonic_ns(), whole = time_to_drain(collector.stop_ns);
    deadline = now + whole;
    // All containers of a task are told to stop at once, and an application sends its last telemetry when it is. A
    // person at the terminal does not wait for that.
    const int64_t linger = signal == SIGTERM ? std::min(collector.linger_ns, whole / 2) : 0;
    closes = linger > 0 ? now + linger : 0;
    if (runtime.tell_exports) runtime.tell_exports(runtime, false);
    if (closes == 0) drain_components(collector);
    RetryTimer::hurry(runtime);
    look();
  }

  bool only_queues_hold() const {
    for (const Component& c : collector.components) {
      const bool between = c.kind != ComponentKind::Exporter && c.kind != ComponentKind::Receiver;
      if (between && c.ops->idle && !c.ops->idle(*c.instance)) return false;
    }
    return true;
  }

  void look() {
    if (closes != 0) {
      if (monotonic_ns() < closes) return check.in(10'000'000);
      closes = 0;
      drain_components(collector);
    }
    // What receivers were in the middle of may have come in since: hand it on too.
    for (uint64_t i = collector.components.size; i-- > 0;) {
      const Component& c = collector.components[i];
      if (c.kind == ComponentKind::Processor && c.ops->drain && c.ops->idle && !c.ops->idle(*c.instance))
        c.ops->drain(*c.instance);
    }
    if (components_idle(collector)) {
      if (runtime.tell_exports) runtime.tell_exports(runtime, true);
      runtime.log->info("stopped: everything was sent");
      return runtime.loop->stop();
    }
    if (monotonic_ns() >= deadline) {
      const bool kept = !runtime.tell_exports || runtime.tell_exports(runtime, true);
      if (kept && runtime.queues_on_disk && only_queues_hold()) {
        runtime.log->info("stopped: what was not sent is on the disk");
        return runtime.loop->stop();
      }
      runtime.log->error("stopped before everything was sent",
                         {{"seconds", static_cast<double>(time_to_drain(collector.stop_ns)) / 1e9}});
      exit_code = 1;
      return runtime.loop->stop();
    }
    check.in(10'000'000);
  }
};

// The Prometheus reader of service::telemetry::metrics; null when there is none.
const config::TelemetryPrometheus* prometheus(const config::Service& service) {
  if (service.telemetry.metrics.level == config::ServiceTelemetryMetricsLevel::None) return nullptr;
  for (const config::TelemetryReader& reader : service.telemetry.metrics.readers)
    if (reader.pull && reader.pull->exporter.prometheus) return &*reader.pull->exporter.prometheus;
  return nullptr;
}

// Reads the arguments. False, with a message, for one that means nothing.
bool read_arguments(int argc, char** argv, GivenConfig& given) {
  constexpr Text kConfig = "--config", kOnDrift = "--on-drift", kSet = "--set";
  for (int i = 1; i < argc; ++i) {
    Text argument = argv[i];
    size_t equals = argument.find('=');
    Text name = argument.substr(0, equals);
    if (name == kConfig || name == kOnDrift || name == kSet) {
      if (equals == Text::npos && i + 1 == argc) {
        dprintf(STDERR_FILENO, "collector: `%s` needs a value\n", argv[i]);
        return false;
      }
      Text value = equals == Text::npos ? Text(argv[++i]) : argument.substr(equals + 1);
      if (name == kConfig) {
        given.sources.push_back(value);
        continue;
      }
      if (name == kSet) {
        given.settings.push_back(value);
        continue;
      }
      given.fail = value == "fail";
      if (given.fail || value == "warn") continue;
      dprintf(STDERR_FILENO, "collector: `--on-drift` is `warn` or `fail`, not `%.*s`\n",
              static_cast<int>(value.size()), value.data());
      return false;
    }
    if (argument.starts_with("--feature-gates")) continue;
    dprintf(STDERR_FILENO,
            "collector: unknown argument `%s`\nusage: collector [healthcheck [--delivering] | --version] "
            "[--config=...] [--set=...] "
            "[--on-drift=warn|fail]\n",
            argv[i]);
    return false;
  }
  return true;
}

int ask_health(bool delivering) {
  Logger log;
  if (!resolve_late_values(whittle_collector, log)) return 1;
  for (const Component& c : whittle_collector.components)
    if (c.ops->ask_health) return c.ops->ask_health(&c.context, delivering);
  dprintf(STDERR_FILENO,
          "collector: this collector was compiled without the health_check extension, so there is nothing to ask\n");
  return 1;
}

int serve(const GivenConfig& given) {
  const Collector& collector = whittle_collector;
  Logger log;
  if (!configure_log(collector, log)) return 1;
  Runtime runtime;
  runtime.collector = &collector;
  runtime.log = &log;
  if (!resolve_late_values(collector, log)) return 1;
  const char* memory = getenv("WHITTLE_MEMORY");
  if (!set_memory_budget(memory ? Text(memory) : Text(), whittle_memory)) {
    log.error("WHITTLE_MEMORY is no size, such as 64MiB", {{"value", memory}});
    return 1;
  }
  if (const uint64_t there_is = memory ? 0 : total_memory(); there_is > 0 && there_is < whittle_memory)
    log.warn("the container has less memory than the collector was built for",
             {{"bytes", there_is}, {"built_for", whittle_memory}});
  if (given.fail && given.any() && !compare_given_config(collector, given, log)) return 1;
  Loop loop;
  if (!loop.open()) {
    log.error("cannot open the event loop", {{"error", strerror(errno)}});
    return 1;
  }
  runtime.loop = &loop;
  // Whoever reads the log may be slow: what could not be written is tried again.
  struct Retried {
    Logger& log;
    Timer timer;
  } retried = {log, Timer(
                        loop,
                        [](void* r) {
                          auto& self = *static_cast<Retried*>(r);
                          if (!self.log.drain()) self.timer.in(kLogAgain);
                        },
                        &retried)};
  log.stuck_context = &retried;
  log.stuck = [](void* r) {
    auto& self = *static_cast<Retried*>(r);
    if (!self.timer.pending()) self.timer.in(kLogAgain);
  };
  SelfMetrics metrics;
  runtime.metrics = &metrics;
  HttpClient http(runtime);
  runtime.http = &http;

  const auto& service = *static_cast<const config::Service*>(collector.service);
  describe_self(collector, runtime, prometheus(service));
  metrics.observe_process();
  // From here on nothing is torn down: components have timers and calls, and the process ends.
  if (!create_components(collector, runtime) || !start_components(collector)) _exit(1);
  MetricsEndpoint* endpoint = nullptr;
  Writer address;
  if (const config::TelemetryPrometheus* p = prometheus(service)) {
    Text host = p->host ? view(*p->host) : Text("localhost");
    address.append(host);
    address.byte(':');
    append_int(address, p->port ? *p->port : 8888);
    MetricStyle style;
    if (p->without_units) style.without_units = *p->without_units;
    if (p->without_type_suffix) style.without_type_suffix = *p->without_type_suffix;
    if (p->without_scope_info) style.without_scope_info = *p->without_scope_info;
    endpoint = new MetricsEndpoint(runtime, address.text(), style);
    if (!endpoint->start()) _exit(1);
  }

  if (const char* without = enter_sandbox(collector.may))
    log.warn("the system offers no protection of this kind; the collector runs without it", {{"without", without}});
  Serving serving(runtime);
  loop.on_signal([](void* self, int signal) { static_cast<Serving*>(self)->signalled(signal); }, &serving);
  loop.on_idle(unmap_code);
  log.info("everything is ready", {{"version", collector.version}, {"config", collector.config_hash}});
  if (!given.fail && given.any()) compare_given_config(collector, given, log);
  loop.run();
  log.flush();
  _exit(serving.exit_code);
}

}  // namespace
}  // namespace whittle

int main(int argc, char** argv) {
  using namespace whittle;
  if (argc > 1 && strcmp(argv[1], "--version") == 0) {
    dprintf(STDOUT_FILENO, "%s %s, config %s\n", whittle_collector.name.data, whittle_collector.version.data,
            whittle_collector.config_hash.data);
    return 0;
  }
  if (argc > 1 && strcmp(argv[1], "healthcheck") == 0) {
    const bool delivering = argc > 2 && strcmp(argv[2], "--delivering") == 0;
    if (argc > 2 + delivering) {
      dprintf(STDERR_FILENO, "collector: unknown argument `%s`\nusage: collector healthcheck [--delivering]\n",
              argv[2 + delivering]);
      return 2;
    }
    return ask_health(delivering);
  }
  GivenConfig given;
  if (!read_arguments(argc, argv, given)) return 2;
  _exit(serve(given));
}
