// SPDX-License-Identifier: Apache-2.0
// Finds out where the collector runs when it starts, and says so in every resource. Detectors for machines that are no
// tasks of Fargate find nothing there, so there is nothing of them here.
#include "runtime/base/log.h"
#include "runtime/http/client.h"
#include "runtime/loop/loop.h"
#include "runtime/record/attributes.h"
#include "runtime/record/reshape.h"

#include "stdlib/processor/resourcedetection/detect.h"

#include <stdlib.h>

namespace whittle {
namespace {

using namespace record;
using config::ResourcedetectionDetectors;

constexpr Text kSchema = "https://opentelemetry.io/schemas/1.40.0";
constexpr int64_t kAgain = 60'000'000'000;  // after which what failed is tried again
constexpr uint32_t kSchemaUrl = 3;          // of ResourceSpans and its like

class Detection {
public:
  explicit Detection(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::Resourcedetection*>(c.config)),
        retry_(
            *c.runtime->loop, [](void* self) { static_cast<Detection*>(self)->ask_task(); }, this),
        deadline_(
            *c.runtime->loop, [](void* self) { static_cast<Detection*>(self)->give_up(); }, this),
        refresh_(*c.runtime->loop, [](void* self) { static_cast<Detection*>(self)->begin(); }, this) {}

  // Waits until all detectors have answered, as long as `timeout` says. What a detector cannot find out keeps nothing
  // from starting: what the others found counts, and it is tried again.
  bool start() {
    begin();
    context_.runtime->loop->wait_for(settled_);
    deadline_.cancel();
    retry_.cancel();
    return true;
  }

  void drain() { refresh_.cancel(), retry_.cancel(), deadline_.cancel(); }

  Status consume(Payload* payload) {
    const Status status = consume_reshaped(context_.out[static_cast<uint32_t>(payload->signal)], payload,
                                           [&](Bytes g, Writer& out) { return group(g, out); });
    arena_.reset();
    return status;
  }

private:
  Reshaped group(Bytes content, Writer& out) {
    if (found_.empty() && schema_.empty()) return Reshaped::Same;
    Message group(arena_, content), resource(arena_, group.content(kResource));
    for (const auto& [key, value] : found_) {
      ottl::Value there;
      if (!config_.override && get_attribute(resource, 1, key, &there)) continue;
      put_attribute(arena_, resource, 1, key, value);
    }
    const Message before = group;
    Message made(arena_);
    made.add(kResource, resource);
    made.add_all(kScopes, before, kScopes);
    made.set_text(kSchemaUrl, before.text(kSchemaUrl).empty() ? schema_ : before.text(kSchemaUrl));
    out.append(made.bytes());
    return Reshaped::Changed;
  }

  bool asks(ResourcedetectionDetectors which) const {
    for (ResourcedetectionDetectors d : config_.detectors)
      if (d == which) return true;
    return false;
  }

  // ---- finding out

  void begin() {
    settled_ = false;
    pause_ = 1'000'000'000;
    task_.clear(), container_.clear();
    const char* base = getenv("ECS_CONTAINER_METADATA_URI_V4");
    if (!base || !*base) base = getenv("ECS_CONTAINER_METADATA_URI");
    if (!asks(ResourcedetectionDetectors::Ecs) || !base || !*base) return finish();
    base_ = base;
    deadline_.in(config_.timeout > 0 ? config_.timeout : 5'000'000'000);
    ask_task();
  }

  void get(Text path, HttpDone done) {
    Writer url;
    url.append(base_);
    url.append(path);
    HttpRequest request;
    request.method = "GET";
    request.url = url.text();
    request.timeout_ns = config_.timeout > 0 ? config_.timeout : 5'000'000'000;
    context_.runtime->http->send(static_cast<HttpRequest&&>(request), done, this);
  }
  void ask_task() {
    get("/task", [](void* self, const HttpResponse& r) {
      static_cast<Detection*>(self)->answer(r, static_cast<Detection*>(self)->task_, true);
    });
  }
  void answer(const HttpResponse& r, Writer& into, bool more) {
    if (settled_) return;  // too late
    if (r.status != 200) {
      wrong_ = "the task metadata endpoint gave no answer";
      retry_.in(pause_);
      pause_ *= 2;
      return;
    }
    into.clear();
    into.append(r.body);
    if (!more) return finish();
    get("", [](void* self, const HttpResponse& answer) {
      static_cast<Detection*>(self)->answer(answer, static_cast<Detection*>(self)->container_, false);
    });
  }
  void give_up() {
    retry_.cancel();
    finish(wrong_ ? wrong_ : "the task metadata endpoint gave no answer in time");
  }

  // `wrong`: why a detector that asks has found nothing.
  void finish(const char* wrong_so_far = nullptr) {
    wrong_ = wrong_so_far;
    deadline_.cancel();
    Arena& arena = found_arenas_[!current_];
    arena.reset();
    detect::Found found(arena);
    Text schema;
    for (ResourcedetectionDetectors d : config_.detectors) {
      const char* wrong = nullptr;
      switch (d) {
      case ResourcedetectionDetectors::Env: wrong = detect::env(found); break;
      case ResourcedetectionDetectors::System:
        detect::system(config_.system, found);
        schema = kSchema;
        break;
      case ResourcedetectionDetectors::Ecs:
        if (task_.empty() || container_.empty()) break;
        wrong = detect::ecs(config_.ecs, task_.text(), container_.text(), found);
        schema = kSchema;
        break;
      default: break;
      }
      if (wrong) wrong_ = wrong;
    }
    if (!wrong_ || !started_) {
      current_ = !current_;
      found_.clear();
      for (const auto& a : found.all()) found_.push_back({a.key, a.value});
      schema_ = schema;
    }
    settle();
  }

  // What was found before stays where finding out again failed.
  void settle() {
    settled_ = true;
    if (wrong_)
      context_.runtime->log->error("resource detection failed: what is known stays, and it is tried again",
                                   {{"processor", context_.id}, {"error", wrong_}});
    started_ = true;
    if (context_.runtime->draining) return;
    if (wrong_ && (config_.refresh_interval <= 0 || config_.refresh_interval > kAgain)) refresh_.in(kAgain);
    else if (config_.refresh_interval > 0) refresh_.in(config_.refresh_interval);
  }

  struct Attribute {
    Text key;
    ottl::Value value;
  };

  const ComponentContext& context_;
  const config::Resourcedetection& config_;
  Timer retry_, deadline_, refresh_;
  Text base_;
  Writer task_, container_;
  int64_t pause_ = 0;
  const char* wrong_ = nullptr;
  bool settled_ = false, started_ = false, current_ = false;
  std::vector<Attribute> found_;
  Text schema_;
  Arena found_arenas_[2];
  Arena arena_;
};

}  // namespace

extern "C" Status processor_resourcedetection_consume(void* self, Payload* payload) {
  return static_cast<Detection*>(self)->consume(payload);
}

extern "C" const ComponentOps processor_resourcedetection_ops = {
    .create = [](const ComponentContext* context) -> void* { return new Detection(*context); },
    .start = [](void* self) { return static_cast<Detection*>(self)->start(); },
    .drain = [](void* self) { static_cast<Detection*>(self)->drain(); },
};

}  // namespace whittle
