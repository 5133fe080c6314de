// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/listeners.h"

#include "compiler/check/checks.h"
#include "compiler/check/formats.h"

namespace whittle::aws {

using check::Value;
using schema::TypeKind;

namespace {

const Value* inside(const Value* v) {
  while (v != nullptr && v->type->kind == TypeKind::Optional)
    v = v->present && !v->items.empty() ? &v->items[0] : nullptr;
  return v;
}

// The signals that pipelines take from a receiver.
schema::SignalSet taken(const check::Config& config, const check::Instance& instance) {
  auto id = static_cast<check::InstanceId>(&instance - config.instances.data());
  schema::SignalSet out = 0;
  for (const check::Pipeline& p : config.pipelines) {
    for (check::InstanceId r : p.receivers) {
      if (r == id) out |= schema::bit(p.signal);
    }
  }
  return out;
}

void declared(const check::Config& config, const check::Instance& instance, std::vector<Listener>& out) {
  for (const schema::ListensAt& at : instance.component->listens) {
    const Value* scope = &instance.config;
    const Value* v = scope;
    std::string name = check::setting_path(instance);
    for (std::string_view part : at.path) {
      v = inside(v);
      if (v == nullptr || v->wrong) break;
      scope = v;
      v = v->find(part);
      (name += "::") += part;
    }
    v = inside(v);
    if (v == nullptr || v->wrong) continue;
    Listener l;
    l.instance = &instance;
    l.setting = std::move(name);
    l.address = v->text;
    for (std::string_view p : at.protocols) l.protocols.emplace_back(p);
    if (instance.component->kind == schema::ComponentKind::Receiver) l.signals = taken(config, instance);
    const Value* transport = scope->find("transport");
    bool socket = transport != nullptr && transport->text.starts_with("unix");
    if (!v->late && !socket) {
      if (auto address = check::parse_address(v->text)) {
        l.host = address->host;
        l.port = address->port;
      }
    }
    l.tls = inside(scope->find("tls")) != nullptr;
    l.span = v->span ? v->span : scope->key ? scope->key : instance.key;
    out.push_back(std::move(l));
  }
}

// The collector's own metrics.
void own_metrics(const check::Config& config, std::vector<Listener>& out) {
  const Value* telemetry = config.service.type == nullptr ? nullptr : config.service.find("telemetry");
  const Value* metrics = telemetry == nullptr ? nullptr : telemetry->find("metrics");
  if (metrics == nullptr || metrics->wrong || metrics->at("level").text == "none") return;
  for (const Value& reader : metrics->at("readers").items) {
    const Value* v = &reader;
    for (std::string_view part : {"pull", "exporter", "prometheus"}) {
      v = inside(v);
      v = v == nullptr ? nullptr : v->find(part);
    }
    v = inside(v);
    if (v == nullptr || v->wrong) continue;
    const Value* host = inside(v->find("host"));
    const Value* port = inside(v->find("port"));
    Listener l;
    l.setting = "service::telemetry::metrics";
    l.host = host == nullptr ? "localhost" : host->text;
    if (port == nullptr) l.port = 8888;
    else if (!port->late && port->integer > 0 && port->integer <= 65535) l.port = static_cast<uint16_t>(port->integer);
    l.address = l.host + ":" + std::to_string(l.port);
    l.protocols = {"prometheus"};
    l.span = port != nullptr && port->span ? port->span : metrics->key;
    out.push_back(std::move(l));
    return;  // the collector serves the first
  }
}

}  // namespace

bool Listener::loopback() const {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::vector<Listener> listeners(const check::Config& config) {
  std::vector<Listener> out;
  for (const check::Instance& i : config.instances) {
    if (i.used && !(i.config.wrong && i.config.items.empty())) declared(config, i, out);
  }
  own_metrics(config, out);
  return out;
}

}  // namespace whittle::aws
