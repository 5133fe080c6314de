// SPDX-License-Identifier: Apache-2.0
// Asks the ECS task metadata endpoint every collection_interval: first /task, then /task/stats.
#include "runtime/base/payload.h"
#include "runtime/base/self_metrics.h"
#include "runtime/http/client.h"
#include "runtime/loop/loop.h"
#include "stdlib/receiver/awsecscontainermetrics/awsecscontainermetrics_config.h"
#include "stdlib/receiver/awsecscontainermetrics/task_metrics.h"

#include <stdlib.h>
#include <string.h>

namespace whittle {
namespace {

constexpr const char* kVariable = "ECS_CONTAINER_METADATA_URI_V4";
constexpr int64_t kTimeout = 10'000'000'000;

class EcsReceiver {
public:
  explicit EcsReceiver(const ComponentContext& context)
      : context_(context), runtime_(*context.runtime),
        interval_(static_cast<const config::Awsecscontainermetrics*>(context.config)->collection_interval),
        timer_(*runtime_.loop, [](void* self) { static_cast<EcsReceiver*>(self)->tick(); }, this) {
    static constexpr Text kScope =
        "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/awsecscontainermetricsreceiver";
    auto counter = [&](Text name, Text help) {
      return runtime_.metrics->counter({name, help, "{datapoint}", kScope},
                                       {{"receiver", view(context_.id)}, {"transport", "http"}});
    };
    accepted_ =
        counter("otelcol_receiver_accepted_metric_points", "Number of items successfully pushed into the pipeline.");
    refused_ = counter("otelcol_receiver_refused_metric_points",
                       "Number of items that could not be pushed into the pipeline.");
  }

  bool start() {
    const char* value = getenv(kVariable);
    if (!value && runtime_.offline) return true;
    Text base = value ? trim_blanks(value) : Text();
    while (base.ends_with('/')) base.remove_suffix(1);
    if (base.find("://") == Text::npos || base.size() > 1024) {
      runtime_.log->error("the task metadata endpoint is not known: the environment variable is not set to a URL; ECS "
                          "sets it in every task on "
                          "Fargate platform 1.4.0 or later",
                          {{"component", context_.id}, {"variable", kVariable}, {"config", context_.place}});
      return false;
    }
    base_ = base;
    timer_.in(interval_);
    return true;
  }

  void drain() { timer_.cancel(); }
  bool idle() const { return !asking_; }

private:
  void tick() {
    timer_.in(interval_);
    if (asking_) {
      runtime_.log->warn("the task metadata endpoint takes longer than collection_interval; a reading is left out",
                         {{"component", context_.id}});
      return;
    }
    asking_ = true;
    ask("/task", [](void* self, const HttpResponse& r) { static_cast<EcsReceiver*>(self)->got_task(r); });
  }

  void ask(Text path, HttpDone done) {
    char url[1100];
    memcpy(url, base_.data(), base_.size());
    memcpy(url + base_.size(), path.data(), path.size());
    HttpRequest request;
    request.method = "GET";
    request.url = Text(url, base_.size() + path.size());
    request.headers.push_back({"content-type", "application/json"});
    request.timeout_ns = kTimeout;
    runtime_.http->send(static_cast<HttpRequest&&>(request), done, this);
  }

  bool usable(const HttpResponse& response, Text path) {
    if (response.status == 200) return true;
    asking_ = false;
    runtime_.log->error("cannot read the task metadata endpoint",
                        {{"component", context_.id},
                         {"path", path},
                         {"status", response.status},
                         {"reason", response.status == 0 ? response.error_text : Text("unexpected status")}});
    return false;
  }

  void got_task(const HttpResponse& response) {
    if (!usable(response, "/task")) return;
    task_.clear();
    task_.append(response.body);
    ask("/task/stats", [](void* self, const HttpResponse& r) { static_cast<EcsReceiver*>(self)->got_stats(r); });
  }

  void got_stats(const HttpResponse& response) {
    if (!usable(response, "/task/stats")) return;
    asking_ = false;
    Writer metrics;
    const auto points = build_task_metrics(task_.bytes(), response.body, runtime_.now_ns(), metrics);
    Writer().swap(task_);
    if (!points) {
      runtime_.log->error("the task metadata endpoint's answer is not what ECS documents",
                          {{"component", context_.id}});
      return;
    }
    Payload payload(Signal::Metrics);
    payload.items = *points;
    BufferRef buffer = BufferRef::copy(metrics.bytes());
    const Bytes bytes = {buffer.data(), metrics.size()};
    payload.add({static_cast<BufferRef&&>(buffer), bytes});
    const Consumer& out = context_.out[static_cast<uint32_t>(Signal::Metrics)];
    if (!out.consume) return;
    if (out.consume(out.self, &payload) == Status::Ok) {
      *accepted_ += static_cast<int64_t>(*points);
      return;
    }
    *refused_ += static_cast<int64_t>(*points);
    runtime_.log->warn("the pipeline is full; a reading of the task's metrics is lost",
                       {{"component", context_.id}, {"data_points", *points}});
  }

  ComponentContext context_;
  Runtime& runtime_;
  int64_t interval_;
  Timer timer_;
  Text base_;
  Writer task_;
  bool asking_ = false;
  int64_t* accepted_;
  int64_t* refused_;
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps receiver_awsecscontainermetrics_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::EcsReceiver(*context); },
    .start = [](void* self) { return static_cast<whittle::EcsReceiver*>(self)->start(); },
    .drain = [](void* self) { static_cast<whittle::EcsReceiver*>(self)->drain(); },
    .idle = [](void* self) { return static_cast<whittle::EcsReceiver*>(self)->idle(); },
};
