// SPDX-License-Identifier: Apache-2.0
// Takes in what X-Ray SDKs send to the X-Ray daemon: a header and a segment document in a datagram.
#include "runtime/aws/proxy.h"
#include "runtime/base/json_memory.h"
#include "runtime/base/log.h"
#include "runtime/base/payload.h"
#include "runtime/base/self_metrics.h"
#include "runtime/http/configured.h"
#include "runtime/http/header.h"
#include "runtime/loop/loop.h"
#include "runtime/net/inlet.h"

#include "stdlib/receiver/awsxray/awsxray_config.h"
#include "stdlib/receiver/awsxray/spans.h"

namespace whittle {
namespace {

constexpr Text kScope = "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/awsxrayreceiver";
constexpr int64_t kAskLost = 60'000'000'000;

// {"format": "json", "version": 1}, as encoding/json reads it into a struct.
bool is_header(Text t, Arena& arena) {
  yyjson_doc* doc = read_json(t, arena);
  yyjson_val *root = yyjson_doc_get_root(doc), *key, *value;
  bool good = yyjson_is_obj(root), json = false, first = false;
  size_t i, n;
  yyjson_obj_foreach(root, i, n, key, value) {
    const Text name(yyjson_get_str(key), yyjson_get_len(key));
    if (yyjson_is_null(value)) continue;
    if (equal_ignoring_case(name, "format")) {
      good &= yyjson_is_str(value);
      json = good && equal_ignoring_case(Text(yyjson_get_str(value), yyjson_get_len(value)), "json");
    }
    if (equal_ignoring_case(name, "version")) {
      good &= yyjson_is_int(value);
      first = yyjson_get_sint(value) == 1;
    }
  }
  return good && json && first;
}

class XRay {
public:
  explicit XRay(const ComponentContext& context)
      : context_(context), runtime_(*context.runtime), config_(*static_cast<const config::Awsxray*>(context.config)),
        inlet_(runtime_, {.component = view(context.id), .endpoint = view(config_.endpoint), .transport = "udp"},
               arrived, this),
        timer_(*runtime_.loop, [](void* self) { static_cast<XRay*>(self)->ask_lost(); }, this) {
    auto counter = [&](Text name, Text help, Text unit) {
      return runtime_.metrics->counter({name, help, unit, kScope},
                                       {{"receiver", view(context_.id)}, {"transport", "udp"}});
    };
    accepted_ =
        counter("otelcol_receiver_accepted_spans", "Number of items successfully pushed into the pipeline.", "{span}");
    refused_ = counter("otelcol_receiver_refused_spans", "Number of items that could not be pushed into the pipeline.",
                       "{span}");
    if (config_.proxy_server)
      proxy_ = new AwsProxy(context_, "receiver",
                            aws_proxy_settings(*config_.proxy_server, client_tls(config_.proxy_server->tls)));
    lost_ = runtime_.metrics->counter({"whittle_receiver_lost_datagrams",
                                       "Datagrams that the system threw away because they came too fast.", "{datagram}",
                                       kScope},
                                      {{"receiver", view(context_.id)}});
  }

  bool start() {
    if (!inlet_.open()) return false;
    runtime_.log->info("X-Ray segments", {{"component", context_.id}, {"endpoint", config_.endpoint}});
    timer_.in(kAskLost);
    return !proxy_ || proxy_->start();
  }

  void drain() {
    timer_.cancel();
    inlet_.close();
    tell_lost();
    if (proxy_) proxy_->drain();
  }
  bool idle() const { return !proxy_ || proxy_->idle(); }

private:
  static bool arrived(void* self, Peer&, Bytes content) {
    static_cast<XRay*>(self)->datagram(as_text(content));
    return true;
  }

  void datagram(Text t) {
    memory_.recycle();
    const size_t end = t.find('\n');
    if (end == Text::npos || !is_header(t.substr(0, end), memory_))
      return refuse("a datagram does not begin with a line {\"format\": \"json\", \"version\": 1}", {}, 1);
    const Text document = t.substr(end + 1);
    if (document.empty()) return refuse("a datagram holds no segment", {}, 1);
    spans_.clear();
    const xray::Translated done = xray::translate(document, memory_, spans_);
    if (done.wrong) return refuse(done.wrong, done.member ? Text(done.member) : Text(), done.spans);
    Payload payload(Signal::Traces);
    payload.items = done.spans;
    BufferRef buffer = BufferRef::copy(spans_.bytes());
    const Bytes bytes = {buffer.data(), spans_.size()};
    payload.add({static_cast<BufferRef&&>(buffer), bytes});
    const Consumer& next = context_.out[static_cast<uint32_t>(Signal::Traces)];
    if (next.consume && next.consume(next.self, &payload) == Status::Ok) {
      *accepted_ += static_cast<int64_t>(done.spans);
      return;
    }
    *refused_ += static_cast<int64_t>(done.spans);
    runtime_.log->warn("the pipeline is full: a segment is lost", {{"component", context_.id}, {"spans", done.spans}});
  }

  void refuse(const char* why, Text member, uint64_t spans) {
    *refused_ += static_cast<int64_t>(spans);
    runtime_.log->warn("a segment document is not taken in",
                       {{"component", context_.id}, {"reason", why}, {"member", member}, {"spans", spans}});
  }

  void ask_lost() {
    tell_lost();
    timer_.in(kAskLost);
  }
  void tell_lost() {
    const uint64_t lost = inlet_.lost();
    if (lost == 0) return;
    *lost_ += static_cast<int64_t>(lost);
    runtime_.log->warn("segments came faster than they were taken in, and are lost",
                       {{"component", context_.id}, {"datagrams", lost}});
  }

  ComponentContext context_;
  Runtime& runtime_;
  const config::Awsxray& config_;
  Inlet inlet_;
  AwsProxy* proxy_ = nullptr;  // as long as the process
  Timer timer_;
  Arena memory_;  // of the datagram at hand
  Writer spans_;
  int64_t *accepted_, *refused_, *lost_;
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps receiver_awsxray_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::XRay(*context); },
    .start = [](void* self) { return static_cast<whittle::XRay*>(self)->start(); },
    .drain = [](void* self) { static_cast<whittle::XRay*>(self)->drain(); },
    .idle = [](void* self) { return static_cast<whittle::XRay*>(self)->idle(); },
};
