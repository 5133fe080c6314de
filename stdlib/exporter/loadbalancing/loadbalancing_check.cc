// SPDX-License-Identifier: Apache-2.0
// What the reference says only when it makes the exporter: which keys a signal can be routed by, and that there is one
// resolver.
#include "stdlib/common/settings.h"

#include <algorithm>
#include <iterator>

namespace whittle::check {

namespace {

using diag::Diag;
using schema::Signal;

constexpr Diag<std::string_view, std::string_view> kNoKey{"E1460", "{} are not routed by `{}`"};
constexpr Diag<> kNoAttributes{"E1461", "there are no `routing_attributes` to route by"};
constexpr Diag<> kIdleAttributes{"E1461", "`routing_attributes` are for `routing_key: attributes`"};
constexpr Diag<> kTwoResolvers{"E1462", "there is more than one resolver"};

struct Keys {
  Signal signal;
  std::string_view name;
  std::initializer_list<std::string_view> keys;
  std::string_view help;
};
constexpr Keys kKeys[] = {
    {Signal::Traces,
     "traces",
     {"", "traceID", "service", "attributes"},
     "traces go by `traceID`, `service` or `attributes`"},
    {Signal::Metrics,
     "metrics",
     {"", "service", "resource", "metric", "streamID", "attributes"},
     "metrics go by `service`, `resource`, `metric`, `streamID` or `attributes`"},
    {Signal::Logs,
     "logs",
     {"", "service", "traceID", "resource", "attributes"},
     "logs go by `service`, `traceID`, `resource` or `attributes`"},
};

void check_key(Check& check, const Value& c, schema::SignalSet used_for) {
  const Value &key = c.at("routing_key"), &attributes = c.at("routing_attributes");
  if (key.late || key.wrong || attributes.wrong) return;
  for (const Keys& k : kKeys)
    if ((used_for & schema::bit(k.signal)) != 0 && std::find(k.keys.begin(), k.keys.end(), key.text) == k.keys.end())
      check.diags().emit(kNoKey, key.span, k.name, key.text).help("{}", k.help);
  if (key.text == "attributes" && attributes.items.empty())
    check.diags().emit(kNoAttributes, key.span).help("list them: `routing_attributes: [service.name]`");
  if (key.text != "attributes" && !attributes.items.empty())
    check.diags().emit(kIdleAttributes, place_of(attributes)).help("write `routing_key: attributes`");
}

}  // namespace

void check_exporter_loadbalancing(Check& check, Instance& instance, schema::SignalSet used_for) {
  const Value& c = instance.config;
  if (c.items.empty()) return;
  check_key(check, c, used_for);
  const Value* first = nullptr;
  for (std::string_view name : {"static", "dns", "k8s", "aws_cloud_map"}) {
    const Value* resolver = c.at("resolver").find(name);
    if (resolver == nullptr || !resolver->present) continue;
    if (first != nullptr)
      check.diags().emit(kTwoResolvers, resolver->key).here("again").label(first->key, "first here");
    else first = resolver;
  }
  for (const Value* queue : {c.at("protocol").at("otlp").find("sending_queue"), c.find("sending_queue")}) {
    const Value* storage = queue == nullptr ? nullptr : queue->find("storage");
    if (storage != nullptr && storage->present)
      check.not_compiled(storage->span, "a queue on disk for each of several servers");
  }
}

}  // namespace whittle::check
