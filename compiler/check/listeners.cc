// SPDX-License-Identifier: Apache-2.0
// A walk over the values of every component in use: each struct whose declaration has a `listens` statement listens
// once, with paths that begin there. declc has made sure that no address of a component is without one.
#include "compiler/check/listeners.h"

#include "compiler/check/checks.h"
#include "compiler/check/formats.h"

#include <algorithm>

namespace whittle::check {

using schema::TypeKind;

namespace {

const Value* inside(const Value* v) {
  while (v != nullptr && v->type->kind == TypeKind::Optional)
    v = v->present && !v->items.empty() ? &v->items[0] : nullptr;
  return v;
}

// Where a path of a declaration leads.
struct FoundSetting {
  const Value* scope = nullptr;  // the struct that has the setting; null: there is none
  const schema::Setting* declaration = nullptr;
  const Value* value = nullptr;  // null: not written, and without a default
  std::string section;           // of the scope
  source::Span key;              // of the innermost section that is written
};

// Of a list the first element counts in which the rest of the path leads somewhere.
FoundSetting follow(const Value& from, schema::Path path, const std::string& section, source::Span key) {
  const Value* v = inside(&from);
  if (v == nullptr || v->wrong || path.empty()) return {};
  if (from.key) key = from.key;
  if (v->type->kind == TypeKind::List) {
    for (size_t i = 0; i < v->items.size(); ++i) {
      FoundSetting found = follow(v->items[i], path, section + "::" + std::to_string(i), key);
      if (found.scope != nullptr) return found;
    }
    return {};
  }
  int i = v->type->kind == TypeKind::Struct ? v->type->fields->find(path[0]) : -1;
  if (i < 0) return {};
  const Value& setting = v->items[static_cast<size_t>(i)];
  if (path.size() > 1) return follow(setting, path.subspan(1), section + "::" + std::string(path[0]), key);
  return {v, &v->type->fields->settings[static_cast<size_t>(i)], inside(&setting), section, key};
}

// The signals that pipelines take from a receiver.
schema::SignalSet taken(const Config& config, const Instance& instance) {
  auto id = static_cast<InstanceId>(&instance - config.instances.data());
  schema::SignalSet out = 0;
  for (const Pipeline& p : config.pipelines) {
    if (std::find(p.receivers.begin(), p.receivers.end(), id) != p.receivers.end()) out |= schema::bit(p.signal);
  }
  return out;
}

class Finder {
public:
  Finder(const Config& config, const Instance* instance, source::Span key, std::vector<Listener>& out)
      : instance_(instance), key_(key), out_(out) {
    if (instance != nullptr && instance->component->kind == schema::ComponentKind::Receiver)
      signals_ = taken(config, *instance);
  }

  void walk(const Value& v, const std::string& section) {
    if (v.wrong && v.items.empty()) return;
    if (v.type->kind == TypeKind::Struct) {
      for (const schema::ListensAt& at : v.type->fields->listens) listens(at, v, section);
    }
    for (size_t i = 0; i < v.items.size(); ++i) {
      switch (v.type->kind) {
      case TypeKind::Struct: walk(v.items[i], section + "::" + std::string(v.type->fields->settings[i].name)); break;
      case TypeKind::Map: walk(v.items[i], section + "::" + v.keys[i]); break;
      case TypeKind::List: walk(v.items[i], section + "::" + std::to_string(i)); break;
      default: walk(v.items[i], section); break;
      }
    }
  }

private:
  void listens(const schema::ListensAt& at, const Value& v, const std::string& section) {
    if (at.when != nullptr && evaluate(*at.when, v) == Truth::False) return;
    FoundSetting address = follow(v, at.address, section, key_);
    if (address.scope == nullptr || (address.value != nullptr && address.value->wrong)) return;
    Listener l;
    l.instance = instance_;
    l.setting = address.section + "::" + std::string(at.address.back());
    l.section = address.section;
    l.signals = signals_;
    for (std::string_view p : at.protocols) {
      l.udp = p.starts_with("udp/");
      l.protocols.emplace_back(l.udp ? p.substr(4) : p);
    }
    if (at.port.empty()) {
      one_setting(l, address);
    } else {
      l.setting = l.section = section;  // neither setting alone is the address
      two_settings(l, at, address, follow(v, at.port, section, key_));
    }
    if (!l.span) l.span = address.key;
    if (!at.tls.empty()) l.tls = follow(v, at.tls, section, key_).value != nullptr;
    for (schema::Path p : at.url_paths) {
      const Value* path = follow(v, p, section, key_).value;
      l.paths.push_back(path == nullptr || path->late || path->wrong ? std::string() : path->text);
    }
    out_.push_back(std::move(l));
  }

  static void one_setting(Listener& l, const FoundSetting& address) {
    const Value& v = *address.value;
    l.address = v.text;
    l.written = v.written;
    l.span = v.span;
    if (v.late) return;
    if (is_socket(*address.declaration, *address.scope)) {
      l.socket = v.text;
    } else if (auto parts = parse_address(v.text)) {
      l.host = parts->host;
      l.port = parts->port;
    }
  }

  static void two_settings(Listener& l, const schema::ListensAt& at, const FoundSetting& host,
                           const FoundSetting& port) {
    auto usual = parse_address(at.otherwise);
    l.host = host.value != nullptr ? host.value->text : usual ? usual->host : std::string();
    if (port.value == nullptr) l.port = usual ? usual->port : 0;
    else if (!port.value->late && port.value->integer > 0 && port.value->integer <= 65535)
      l.port = static_cast<uint16_t>(port.value->integer);
    l.address = l.host + ":" + std::to_string(l.port);
    for (const Value* v : {port.value, host.value}) {
      if (v == nullptr || !v->span || l.span) continue;
      l.span = v->span;
      l.written = v->written;
    }
  }

  const Instance* instance_;
  source::Span key_;
  std::vector<Listener>& out_;
  schema::SignalSet signals_ = 0;
};

}  // namespace

bool Listener::loopback() const {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool Listener::understands(std::string_view protocol) const {
  return std::find(protocols.begin(), protocols.end(), protocol) != protocols.end();
}

std::vector<Listener> listeners(const Config& config) {
  std::vector<Listener> out;
  for (const Instance& i : config.instances) {
    if (i.used) Finder(config, &i, i.key, out).walk(i.config, setting_path(i));
  }
  if (config.service.type != nullptr) Finder(config, nullptr, {}, out).walk(config.service, "service");
  return out;
}

}  // namespace whittle::check
