// SPDX-License-Identifier: Apache-2.0
// Writes what comes: a summary of each request to the log or to `output_paths`, and with it, as `verbosity` asks, the
// records.
#include "runtime/base/log.h"
#include "runtime/base/number.h"
#include "runtime/base/payload.h"
#include "runtime/base/runtime.h"
#include "stdlib/exporter/debug/debug_config.h"
#include "stdlib/exporter/debug/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

namespace whittle {
namespace {

class Debug {
public:
  explicit Debug(const ComponentContext& context)
      : context_(context), runtime_(*context.runtime), config_(*static_cast<const config::Debug*>(context.config)) {}

  bool start() {
    if (config_.use_internal_logger) return true;
    if (!config_.output_paths) {
      files_.push_back(STDOUT_FILENO);
      return true;
    }
    for (Str path : *config_.output_paths) {
      int fd = view(path) == "stdout"   ? STDOUT_FILENO
               : view(path) == "stderr" ? STDERR_FILENO
                                        : open(path.data, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
      if (fd < 0) {
        runtime_.log->error("cannot open a file of output_paths",
                            {{"exporter", context_.id}, {"file", path}, {"error", strerror(errno)}});
        return false;
      }
      files_.push_back(fd);
    }
    return true;
  }

  Status consume(const Payload& payload) {
    if (!sampled()) return Status::Ok;
    Writer request;
    payload.flatten(request);
    DebugCounts counts = debug_counts(payload.signal, request.bytes());
    Writer text;
    if (config_.verbosity == config::DebugVerbosity::Normal) write_normal(payload.signal, request.bytes(), text);
    if (config_.verbosity == config::DebugVerbosity::Detailed) write_detailed(payload.signal, request.bytes(), text);
    if (config_.use_internal_logger) {
      Logger& log = *runtime_.log;
      switch (payload.signal) {
      case Signal::Traces:
        log.info("Traces", {{"exporter", context_.id}, {"resource_spans", counts.resources}, {"spans", payload.items}});
        break;
      case Signal::Metrics:
        log.info("Metrics", {{"exporter", context_.id},
                             {"resource_metrics", counts.resources},
                             {"metrics", counts.metrics},
                             {"data_points", payload.items}});
        break;
      case Signal::Logs:
        log.info("Logs",
                 {{"exporter", context_.id}, {"resource_logs", counts.resources}, {"log_records", payload.items}});
        break;
      }
      if (log.level <= LogLevel::Info) log.put(text.bytes());
      return Status::Ok;
    }
    static constexpr Text kNames[] = {"Traces", "Metrics", "Logs"}, kResources[] = {"spans", "metrics", "logs"},
                          kItems[] = {"spans", "data points", "log records"};
    auto s = static_cast<uint32_t>(payload.signal);
    Writer out;
    for (Text t : {kNames[s], Text("\t{\"resource "), kResources[s], Text("\": ")}) out.append(t);
    append_uint(out, counts.resources);
    if (payload.signal == Signal::Metrics) {
      out.append(Text(", \"metrics\": "));
      append_uint(out, counts.metrics);
    }
    for (Text t : {Text(", \""), kItems[s], Text("\": ")}) out.append(t);
    append_uint(out, payload.items);
    out.append(Text("}\n"));
    out.append(text.bytes());
    for (int fd : files_) put(fd, out.bytes());
    return Status::Ok;
  }

private:
  // The first `sampling_initial` requests of a second, then one in `sampling_thereafter`.
  bool sampled() {
    int64_t second = monotonic_ns() / 1'000'000'000;
    if (second != second_) second_ = second, seen_ = 0;
    int64_t n = seen_++;
    if (n < config_.sampling_initial) return true;
    return config_.sampling_thereafter > 0 && (n - config_.sampling_initial + 1) % config_.sampling_thereafter == 0;
  }

  void put(int fd, Bytes bytes) {
    while (!bytes.empty()) {
      ssize_t n = write(fd, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        runtime_.log->error("cannot write", {{"exporter", context_.id}, {"error", strerror(errno)}});
        return;
      }
      bytes = bytes.subspan(static_cast<size_t>(n));
    }
  }

  const ComponentContext& context_;
  Runtime& runtime_;
  const config::Debug& config_;
  std::vector<int> files_;
  int64_t second_ = -1, seen_ = 0;
};

void* create(const ComponentContext* context) {
  return new Debug(*context);
}
bool start(void* self) {
  return static_cast<Debug*>(self)->start();
}

}  // namespace

extern "C" Status exporter_debug_consume(void* self, Payload* payload) {
  const Status status = static_cast<Debug*>(self)->consume(*payload);
  payload->clear();
  return status;
}
extern "C" const ComponentOps exporter_debug_ops = {create, start, nullptr, nullptr, nullptr};

}  // namespace whittle
