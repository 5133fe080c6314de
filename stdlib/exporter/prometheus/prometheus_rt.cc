// SPDX-License-Identifier: Apache-2.0
// Keeps the newest points and shows them to who asks for /metrics.
#include "runtime/base/hash.h"
#include "runtime/base/log.h"
#include "runtime/base/payload.h"
#include "runtime/codec/gzip_stream.h"
#include "runtime/http/configured.h"
#include "runtime/loop/loop.h"
#include "runtime/pipeline/item_counters.h"
#include "stdlib/exporter/prometheus/buckets.h"
#include "stdlib/exporter/prometheus/exposition.h"

#include <algorithm>

namespace whittle {
namespace {

using namespace prometheus_exporter;

constexpr size_t kPiece = 64 << 10;  // that is compressed at a time
constexpr Text kTargetInfo = "target_info", kTargetHelp = "Target metadata";

// What a name has been shown as: the first that had it says of what type it is, as long as it is there.
struct Family {
  Key key;
  Family* next = nullptr;
  Writer name, help;
  FamilyType type;
  int64_t seen_ns;
};

struct Shown {
  Family* family;
  const Series* series;
};

class Prometheus {
public:
  explicit Prometheus(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::Prometheus*>(c.config)), runtime_(*c.runtime),
        http_(config_.as_http_server()), store_(config_),
        front_(*runtime_.loop, http_, {this, head, whole, nullptr}, refuse),
        server_(runtime_, server_options(http_, view(c.id), tls_), front_.handler()),
        timer_(
            *runtime_.loop, [](void* self) { static_cast<Prometheus*>(self)->expire(); }, this),
        counters_(export_counters(*runtime_.metrics, view(c.id), Signal::Metrics)) {
    if (config_.namespace_.size > 0) {
      const bool utf8 =
          config_.translation_strategy == config::PrometheusTranslationStrategy::NoUTF8EscapingWithSuffixes ||
          config_.translation_strategy == config::PrometheusTranslationStrategy::NoTranslation;
      if (append_label(target_info_, {.utf8 = utf8}, view(config_.namespace_))) target_info_.byte('_');
    }
    target_info_.append(kTargetInfo);
  }

  bool start() { return server_.start(); }
  void drain() {
    timer_.cancel();
    server_.drain();
  }
  bool idle() const { return server_.idle(); }

  void consume(Payload& payload) {
    Losses l{};
    for (const Slice& s : payload.slices) {
      const Losses of = store_.add(s.bytes, runtime_.now_ns());
      l.delta += of.delta, l.unnamed += of.unnamed, l.no_room += of.no_room, l.apart += of.apart;
    }
    const uint64_t lost = std::min(l.all(), payload.items);
    *counters_.sent += static_cast<int64_t>(payload.items - lost);
    *counters_.failed += static_cast<int64_t>(lost);
    if (lost > 0) tell(l);
    payload.clear();
    if (config_.metric_expiration > 0 && store_.size() > 0 && !timer_.pending() && !runtime_.draining)
      timer_.in(config_.metric_expiration);
  }

private:
  void tell(const Losses& l) {
    Logger& log = *runtime_.log;
    if (l.delta > 0)
      log.warn("sums are not shown that may fall and say only by how much, or that do not say what they say",
               {{"exporter", context_.id}, {"points", l.delta}});
    if (l.unnamed > 0)
      log.warn("series are not shown that have no name in Prometheus, or a label twice",
               {{"exporter", context_.id}, {"series", l.unnamed}});
    if (l.no_room > 0)
      log.error(
          "there is no room for more series",
          {{"exporter", context_.id}, {"points", l.no_room}, {"series", store_.size()}, {"bytes", store_.held()}});
    if (l.apart > 0)
      log.warn("points of histograms are lost that begin before the last one ended",
               {{"exporter", context_.id}, {"points", l.apart}});
  }

  void expire() {
    const int64_t now = runtime_.now_ns();
    store_.expire(now);
    expire_families(now);
    if (store_.size() > 0) timer_.in(config_.metric_expiration);
  }
  void expire_families(int64_t now) {
    families_.take_out([&](Family& f) {
      if (f.seen_ns >= now - config_.metric_expiration) return false;
      delete &f;
      return true;
    });
  }

  // Null when the name is another type's.
  Family* family_of(const Series& s, int64_t now) {
    const Key key{hash_text(s.shape->name), hash_text(s.shape->name, 1)};
    Family* f = families_.find(key);
    if (!f) {
      f = new Family{.key = key, .type = s.type(), .seen_ns = now};
      f->name.append(s.shape->name);
      f->help.append(s.shape->help);
      families_.add(f);
    }
    if (f->type != s.type()) return nullptr;
    f->seen_ns = now;
    return f;
  }

  // Of one family: fewer labels first, then by their values, then by time.
  static int compare(const Series& a, const Series& b) {
    if (a.label_count() != b.label_count()) return a.label_count() < b.label_count() ? -1 : 1;
    for (uint32_t i = 0; i < a.label_count(); ++i)
      if (const int c = a.label_value(i).compare(b.label_value(i))) return c;
    return 0;
  }
  static bool same(const Shown& a, const Shown& b, bool timestamps) {
    if (a.family != b.family || compare(*a.series, *b.series) != 0) return false;
    if (a.series->shape->labels != b.series->shape->labels) return false;
    return !timestamps || a.series->time_ns / 1'000'000 == b.series->time_ns / 1'000'000;
  }

  // `written` is called now and then, when something has been written.
  template <class F>
  void show(Exposition& out, F written) {
    const int64_t now = runtime_.now_ns();
    store_.expire(now);
    std::vector<Shown> shown;
    std::vector<const Resource*> targets;
    shown.reserve(store_.size());
    uint64_t conflicts = 0, twice = 0, broken = 0;
    store_.each([&](const Series& s) {
      if (s.resource->shown) targets.push_back(s.resource);
      if (!s.shape) return;
      if (s.kind == views::Metric::DataCase::ExponentialHistogram && !is_native(*s.more)) {
        ++broken;
        return;
      }
      Family* f = family_of(s, now);
      if (f) shown.push_back({f, &s});
      else ++conflicts;
    });
    std::sort(shown.begin(), shown.end(), [](const Shown& a, const Shown& b) {
      if (a.family != b.family) return a.family->name.text() < b.family->name.text();
      const int c = compare(*a.series, *b.series);
      return c != 0 ? c < 0 : a.series->time_ns < b.series->time_ns;
    });
    // Who the series are of, each once.
    std::sort(targets.begin(), targets.end(), [](const Resource* a, const Resource* b) {
      if (const int c = a->job.compare(b->job)) return c < 0;
      if (const int c = a->instance.compare(b->instance)) return c < 0;
      return a->key.a < b->key.a;
    });
    targets.erase(std::unique(targets.begin(), targets.end(),
                              [](const Resource* a, const Resource* b) {
                                return a->job == b->job && a->instance == b->instance;
                              }),
                  targets.end());
    bool told = targets.empty();
    auto tell_targets = [&] {
      told = true;
      out.family(target_info_.text(), kTargetHelp, FamilyType::Gauge);
      for (const Resource* r : targets) out.sample(r->labels, 1);
    };
    for (size_t i = 0; i < shown.size(); ++i) {
      const bool first = i == 0 || shown[i].family != shown[i - 1].family;
      const Text name = shown[i].family->name.text();
      if (first && !told && target_info_.text() <= name) tell_targets();
      if (name == target_info_.text() && !targets.empty()) continue;  // somebody's own
      if (first) out.family(name, shown[i].family->help.text(), shown[i].family->type);
      else if (same(shown[i], shown[i - 1], config_.send_timestamps)) {
        ++twice;
        continue;
      }
      out.series(*shown[i].series);
      written();
    }
    if (!told) tell_targets();
    out.end();
    expire_families(now);
    auto complain = [&](const char* what, uint64_t n) {
      if (n > 0) runtime_.log->warn(what, {{"exporter", context_.id}, {"series", n}});
    };
    complain("series are not shown whose name is another type's", conflicts);
    complain("series are not shown that have the name and the labels of another", twice);
    complain("exponential histograms are not shown that are coarser than native ones, or whose buckets do not add up",
             broken);
  }

  static bool head(void* self, ServerRequest& request, ServerReply& reply) {
    if (request.path == "/metrics") return true;
    refuse(self, request, reply, 404, "404 page not found\n");
    return false;
  }

  static void refuse(void*, ServerRequest&, ServerReply& reply, int status, Text message) {
    reply.status = status;
    reply.header("content-type", "text/plain; charset=utf-8");
    reply.body.append(message);
  }

  static bool takes_gzip(Text accepted) {
    while (!accepted.empty()) {
      const size_t comma = accepted.find(',');
      const Text part = accepted.substr(0, comma);
      accepted = comma == Text::npos ? Text() : accepted.substr(comma + 1);
      const size_t semicolon = part.find(';');
      if (trim_blanks(part.substr(0, semicolon)) != "gzip") continue;
      if (semicolon == Text::npos) return true;
      const Text q = trim_blanks(part.substr(semicolon + 1));
      return !(q.starts_with("q=0") && q.find_first_not_of("0.", 2) == Text::npos);
    }
    return false;
  }

  static void whole(void* me, ServerRequest& request, ServerReply& reply) {
    auto& self = *static_cast<Prometheus*>(me);
    const Wanted wanted = negotiate(request.header("accept"), self.config_.enable_open_metrics);
    Writer type;
    append_content_type(type, wanted);
    reply.header("content-type", request.arena.copy(type.text()));
    const bool gzip = takes_gzip(request.header("accept-encoding"));
    if (!gzip) {
      Exposition out(reply.body, wanted, self.config_.send_timestamps);
      return self.show(out, [] {});
    }
    reply.header("content-encoding", "gzip");
    Writer plain;
    GzipStream stream;
    Exposition out(plain, wanted, self.config_.send_timestamps);
    self.show(out, [&] {
      if (plain.size() < kPiece) return;
      stream.add(plain.bytes(), reply.body);
      plain.clear();
    });
    stream.add(plain.bytes(), reply.body);
    stream.finish(reply.body);
  }

  const ComponentContext& context_;
  const config::Prometheus& config_;
  Runtime& runtime_;
  config::HttpServer http_;
  TlsServerOptions tls_;
  prometheus_exporter::Store store_;
  HttpFront front_;
  HttpServer server_;
  Timer timer_;
  ExportCounters counters_;
  KeyTable<Family> families_;
  Writer target_info_;
};

void* create(const ComponentContext* context) {
  return new Prometheus(*context);
}
bool start(void* self) {
  return static_cast<Prometheus*>(self)->start();
}
void drain(void* self) {
  static_cast<Prometheus*>(self)->drain();
}
bool idle(void* self) {
  return static_cast<Prometheus*>(self)->idle();
}

}  // namespace

extern "C" Status exporter_prometheus_consume(void* self, Payload* payload) {
  static_cast<Prometheus*>(self)->consume(*payload);
  return Status::Ok;
}
extern "C" const ComponentOps exporter_prometheus_ops = {create, start, drain, idle, nullptr, nullptr};

}  // namespace whittle
