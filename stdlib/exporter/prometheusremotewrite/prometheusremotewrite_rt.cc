// SPDX-License-Identifier: Apache-2.0
// Prometheus' remote write 1.0 (prometheus.io/docs/specs/prw/remote_write_spec): snappy-compressed WriteRequests over
// HTTP POST.
//
// One payload at a time is under way, so that the samples of a series arrive in the order in which they were taken. Its
// series are divided among requests of at most `max_batch_size_bytes`, and several of those are sent at once: no series
// is in two. What fails in a way that may pass is sent again, and nothing else of the payload is: network errors, 5xx,
// and 429, which Amazon Managed Service for Prometheus answers with when a workspace's rate is reached.
#include "runtime/base/log.h"
#include "runtime/base/number.h"
#include "runtime/codec/compress.h"
#include "runtime/export/queue.h"
#include "runtime/http/authenticator.h"
#include "runtime/http/configured.h"
#include "runtime/http/date.h"

#include "stdlib/exporter/prometheusremotewrite/translate.h"

#include <algorithm>

namespace whittle {
namespace {

using namespace remote_write;

struct Prometheusremotewrite;
struct Sending;

// One request of a payload.
struct Part {
  Sending& sending;
  Slice body;  // compressed
  uint64_t points;
  enum class State : uint8_t { Waiting, Sent, Done } state = State::Waiting;
  HttpRequest request = {};  // until it is signed
};

struct Sending {
  Prometheusremotewrite& exporter;
  Outgoing& item;
  std::vector<Part> parts = {};
  uint32_t in_flight = 0;
  uint64_t lost = 0;    // points that will not be taken
  bool failed = false;  // something has to be sent again
  int64_t after = 0;    // ns that the backend asked to wait
  Writer why = {}, why_lost = {};
};

struct Prometheusremotewrite {
  const ComponentContext& context;
  const config::Prometheusremotewrite& config;
  Runtime& runtime;
  Translator translator;
  ClientTls tls;
  Authenticator authenticator;
  config::Queue settings;
  ExportQueue queue;
  Sending* sending = nullptr;  // the queue gives one at a time
  Task pump_task;

  static config::Queue queue_of(const config::Prometheusremotewrite& c) {
    config::Queue q{};
    q.queue_size = c.remote_write_queue.enabled ? c.remote_write_queue.queue_size : 1000;
    q.num_consumers = 1;
    q.wait_for_result = !c.remote_write_queue.enabled;
    q.sizer = config::QueueSizer::Requests;
    return q;
  }

  explicit Prometheusremotewrite(const ComponentContext& c)
      : context(c), config(*static_cast<const config::Prometheusremotewrite*>(c.config)), runtime(*c.runtime),
        translator(config), tls(client_tls(config.tls)), settings(queue_of(config)),
        queue(
            c, &settings, &config.retry_on_failure,
            [](void* self, Outgoing& item) { static_cast<Prometheusremotewrite*>(self)->begin(item); }, this),
        pump_task(*runtime.loop, [](void* self) { static_cast<Prometheusremotewrite*>(self)->pump(); }, this) {}

  bool start() {
    return !config.auth || config.auth->authenticator.size == 0 ||
           authenticator.find(context, config.auth->authenticator);
  }

  uint32_t parallel() const {
    const int64_t n = config.max_batch_request_parallelism ? *config.max_batch_request_parallelism
                                                           : config.remote_write_queue.num_consumers;
    return static_cast<uint32_t>(std::clamp<int64_t>(n, 1, 1000));
  }

  // Called again for what failed.
  void begin(Outgoing& item) {
    sending = static_cast<Sending*>(item.user);
    if (!sending) {
      item.user = sending = new Sending{*this, item};
      item.discard = [](void* s) { delete static_cast<Sending*>(s); };
      translate(*sending);
    }
    sending->failed = false;
    sending->after = 0;
    // The queue must not hear of the end of an item from within its own call.
    pump_task.post();
  }

  void translate(Sending& s) {
    Losses losses;
    {
      Arena arena;
      SeriesSet series(arena);
      for (const Slice& slice : s.item.payload.slices) translator.add(slice.bytes, series, arena, losses);
      const auto most = static_cast<size_t>(config.max_batch_size_bytes > 0 ? config.max_batch_size_bytes : 3'000'000);
      Writer body;
      uint64_t points = 0;
      for (Series* one : series.all()) {
        const size_t before = body.size();
        append_series(body, *one);
        if (body.size() >= most && before > 0) {
          add_part(s, body.bytes().first(before), points);
          const size_t size = body.size() - before;
          memmove(body.data(), body.data() + before, size);
          body.truncate(size);
          points = 0;
        }
        points += one->points;
      }
      if (!body.empty()) add_part(s, body.bytes(), points);
      if (config.send_metadata && !series.all().empty()) add_metadata(s, most);
    }
    s.lost = losses.points;
    s.why_lost = static_cast<Writer&&>(losses.why);
    // The requests are all that is needed from here on.
    s.item.payload.slices.clear();
    uint64_t held = 0;
    for (const Part& p : s.parts) held += p.body.owner.held() + sizeof p;
    queue.holds(s.item, held);
  }

  void add_metadata(Sending& s, size_t most) {
    Writer body;
    std::vector<size_t> ends;
    for (const Slice& slice : s.item.payload.slices) translator.append_metadata(slice.bytes, body, ends);
    size_t begin = 0, end = 0;
    for (const size_t next : ends) {
      if (next - begin >= most && end > begin) {
        add_part(s, body.bytes().subspan(begin, end - begin), 0);
        begin = end;
      }
      end = next;
    }
    if (end > begin) add_part(s, body.bytes().subspan(begin, end - begin), 0);
  }

  void add_part(Sending& s, Bytes plain, uint64_t points) {
    Writer compressed;
    compress_snappy(plain, compressed);
    Slice body{BufferRef::copy(compressed.bytes()), {}};
    body.bytes = {body.owner.data(), compressed.size()};
    s.parts.push_back({s, static_cast<Slice&&>(body), points});
  }

  void pump() {
    if (!sending) return;
    Sending& s = *sending;
    for (Part& p : s.parts) {
      if (p.state != Part::State::Waiting) continue;
      // A request that has failed is not overtaken by later ones of its try.
      if (s.failed || s.in_flight >= parallel()) break;
      send(p);
    }
    if (s.in_flight > 0) return;
    sending = nullptr;
    Outgoing& item = s.item;
    if (s.failed) {
      uint64_t open = 0;
      for (const Part& p : s.parts)
        if (p.state == Part::State::Waiting) open += p.points;
      // Should the rest be given up, this much of it has been taken.
      item.taken = item.payload.items - std::min(item.payload.items, s.lost + open);
      Writer why = static_cast<Writer&&>(s.why);
      return queue.again(item, why.text(), s.after);
    }
    const uint64_t lost = s.lost;
    Writer why = static_cast<Writer&&>(s.why_lost);
    if (lost >= item.payload.items && lost > 0) queue.failed(item, why.text());
    else queue.sent_in_part(item, lost, why.text());
  }

  void send(Part& p) {
    p.state = Part::State::Sent;
    ++p.sending.in_flight;
    HttpRequest& r = p.request;
    r = HttpRequest();
    r.url = view(config.endpoint);
    r.slices.push_back(p.body);
    r.headers.push_back({"Content-Encoding", "snappy"});
    r.headers.push_back({"Content-Type", "application/x-protobuf"});
    r.headers.push_back({"X-Prometheus-Remote-Write-Version", "0.1.0"});
    configure_request(r, config, tls);
    r.exporter = view(context.id);
    r.call = path_of_url(r.url);
    if (!authenticator) return post(p);
    authenticator.authenticate(
        r,
        [](void* part, const char* wrong) {
          auto& signed_part = *static_cast<Part*>(part);
          Prometheusremotewrite& self = signed_part.sending.exporter;
          if (!wrong) return self.post(signed_part);
          signed_part.request = HttpRequest();
          self.again(signed_part, wrong, 0);
        },
        &p);
  }

  void post(Part& p) {
    runtime.http->send(
        static_cast<HttpRequest&&>(p.request),
        [](void* part, const HttpResponse& r) {
          auto& answered_part = *static_cast<Part*>(part);
          answered_part.sending.exporter.answered(answered_part, r);
        },
        &p);
  }

  void again(Part& p, Text why, int64_t after) {
    p.state = Part::State::Waiting;
    p.sending.failed = true;
    p.sending.after = std::max(p.sending.after, after);
    p.sending.why.clear();
    p.sending.why.append(why);
    --p.sending.in_flight;
    pump_task.post();
  }

  void answered(Part& p, const HttpResponse& r) {
    if (r.status == 0) return again(p, r.error_text, 0);
    Writer why;
    if (r.status < 200 || r.status >= 300) {
      why.append(Text("HTTP status "));
      append_int(why, r.status);
      if (!r.body.empty()) {
        why.append(Text(": "));
        why.append(as_text(r.body).substr(0, 300));
      }
      if (r.status >= 500 || r.status == 429) {
        int64_t after = 0;
        for (const HttpHeader& h : r.headers)
          if (h.name == "retry-after") after = parse_retry_after(h.value, runtime.now_ns());
        return again(p, why.text(), after);
      }
      p.sending.lost += p.points;
      p.sending.why_lost = static_cast<Writer&&>(why);
      if (p.points == 0)
        runtime.log->error("metadata were not taken", {{"exporter", context.id}, {"error", p.sending.why_lost.text()}});
    }
    p.state = Part::State::Done;
    p.body = Slice();
    --p.sending.in_flight;
    pump_task.post();
  }
};

void* create(const ComponentContext* context) {
  return new Prometheusremotewrite(*context);
}
bool start(void* self) {
  return static_cast<Prometheusremotewrite*>(self)->start();
}
void drain(void* self) {
  static_cast<Prometheusremotewrite*>(self)->queue.drain();
}
bool idle(void* self) {
  return static_cast<Prometheusremotewrite*>(self)->queue.idle();
}

}  // namespace

extern "C" Status exporter_prometheusremotewrite_consume(void* self, Payload* payload) {
  return static_cast<Prometheusremotewrite*>(self)->queue.offer(*payload);
}
extern "C" const ComponentOps exporter_prometheusremotewrite_ops = {create, start, drain, idle, nullptr, nullptr};

}  // namespace whittle
