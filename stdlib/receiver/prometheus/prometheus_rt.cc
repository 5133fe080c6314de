// SPDX-License-Identifier: Apache-2.0
// Scrapes targets as Prometheus does, and hands on what they say as OTLP.
#include "stdlib/receiver/prometheus/job.h"
#include "stdlib/receiver/prometheus/settings.h"

#include "runtime/base/hash.h"
#include "runtime/base/payload.h"
#include "runtime/base/self_metrics.h"
#include "runtime/prometheus/scraper.h"

#include <stdlib.h>
#include <unistd.h>

namespace whittle {
namespace {

class PrometheusReceiver {
public:
  explicit PrometheusReceiver(const ComponentContext& context) : context_(context), runtime_(*context.runtime) {
    static constexpr Text kScope =
        "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver";
    auto counter = [&](Text name, Text help) {
      return runtime_.metrics->counter({name, help, "{datapoint}", kScope},
                                       {{"receiver", view(context_.id)}, {"transport", "http"}});
    };
    accepted_ =
        counter("otelcol_receiver_accepted_metric_points", "Number of items successfully pushed into the pipeline.");
    refused_ = counter("otelcol_receiver_refused_metric_points",
                       "Number of items that could not be pushed into the pipeline.");
    owner_.runtime = &runtime_;
    owner_.id = context_.id;
    owner_.config = static_cast<const config::Prometheus*>(context_.config);
    owner_.version = view(runtime_.collector->version);
    Writer agent;
    agent.append(view(runtime_.collector->name));
    agent.byte('/');
    agent.append(owner_.version);
    owner_.user_agent = texts_.copy(agent.text());
    owner_.emit = [](void* self, Writer& piece, uint64_t points) {
      static_cast<PrometheusReceiver*>(self)->hand_on(piece, points);
    };
    owner_.self = this;
  }

  bool start() {
    for (const Entry<Any>& l : owner_.config->config.global.external_labels)
      owner_.external.push_back({view(l.key), prometheus::text_of(l.value, texts_)});
    // Collectors that scrape the same targets do so at different times.
    char host[256] = {};
    gethostname(host, sizeof host - 1);
    owner_.seed = hash_text(host);
    for (const prometheus::Label& l : owner_.external) owner_.seed = hash_text(l.value, hash_text(l.name, owner_.seed));
    for (const config::ScrapeConfig& c : owner_.config->config.scrape_configs) {
      auto job = prometheus::Job::make(owner_, c);
      if (!job) return false;
      jobs_.push_back(static_cast<std::unique_ptr<prometheus::Job>&&>(job));
    }
    for (const auto& job : jobs_) job->start();
    if (&rt_replay_scraper) {
      rt_replay_scraper({[](void* self, Text address, Text path) {
                           bool any = false;
                           for (const auto& job : static_cast<PrometheusReceiver*>(self)->jobs_)
                             any |= job->scrape_now(address, path);
                           return any;
                         },
                         this});
    }
    return true;
  }

  void drain() {
    for (const auto& job : jobs_) job->drain();
  }
  bool idle() const {
    for (const auto& job : jobs_)
      if (!job->idle()) return false;
    return true;
  }

private:
  void hand_on(Writer& piece, uint64_t points) {
    Payload payload(Signal::Metrics);
    payload.items = points;
    BufferRef buffer = BufferRef::copy(piece.bytes());
    const Bytes bytes = {buffer.data(), piece.size()};
    payload.add({static_cast<BufferRef&&>(buffer), bytes});
    const Consumer& next = context_.out[static_cast<uint32_t>(Signal::Metrics)];
    if (next.consume && next.consume(next.self, &payload) == Status::Ok) {
      *accepted_ += static_cast<int64_t>(points);
      return;
    }
    *refused_ += static_cast<int64_t>(points);
    runtime_.log->warn("the pipeline is full: what a target said is lost",
                       {{"component", context_.id}, {"data_points", points}});
  }

  ComponentContext context_;
  Runtime& runtime_;
  Arena texts_;
  prometheus::JobOwner owner_;
  std::vector<std::unique_ptr<prometheus::Job>> jobs_;
  int64_t *accepted_, *refused_;
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps receiver_prometheus_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* {
      return new whittle::PrometheusReceiver(*context);
    },
    .start = [](void* self) { return static_cast<whittle::PrometheusReceiver*>(self)->start(); },
    .drain = [](void* self) { static_cast<whittle::PrometheusReceiver*>(self)->drain(); },
    .idle = [](void* self) { return static_cast<whittle::PrometheusReceiver*>(self)->idle(); },
};
