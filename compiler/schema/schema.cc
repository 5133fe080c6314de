// SPDX-License-Identifier: Apache-2.0
#include "compiler/schema/schema.h"

namespace whittle::schema {

std::string_view name_of(ComponentKind kind) {
  static constexpr std::string_view kNames[] = {"receiver", "processor", "exporter", "extension", "connector"};
  return kNames[static_cast<int>(kind)];
}

std::string_view plural_of(ComponentKind kind) {
  static constexpr std::string_view kNames[] = {"receivers", "processors", "exporters", "extensions", "connectors"};
  return kNames[static_cast<int>(kind)];
}

std::string_view name_of(Signal signal) {
  static constexpr std::string_view kNames[] = {"traces", "metrics", "logs"};
  return kNames[static_cast<int>(signal)];
}

int Struct::find(std::string_view setting) const {
  for (size_t i = 0; i < settings.size(); ++i) {
    if (settings[i].name == setting) return static_cast<int>(i);
  }
  return -1;
}

const Component* find_component(ComponentKind kind, std::string_view name) {
  for (const Component* c : components()) {
    if (c->kind != kind) continue;
    if (c->name == name) return c;
    for (const Alias& a : c->aliases) {
      if (a.name == name) return c;
    }
  }
  return nullptr;
}

}  // namespace whittle::schema
