// SPDX-License-Identifier: Apache-2.0
// What detectors find. Each attribute may be switched off, or on where it is off by default.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/ottl/value.h"

#include "stdlib/processor/resourcedetection/resourcedetection_config.h"

#include <vector>

namespace whittle::detect {

using Switches = List<Entry<config::DetectedAttribute>>;

// Attributes in the order in which they were found; keys differ.
class Found {
public:
  explicit Found(Arena& arena) : arena_(arena) {}
  // Of an attribute that is there already the first value stays.
  void put(Text key, const ottl::Value& v);
  void put(Text key, Text text) { put(key, ottl::text(arena_.copy(text))); }
  void put(Text key, const std::vector<Text>& texts);
  // The same, where the config does not say otherwise.
  template <class V>
  void put(const Switches& switches, bool by_default, Text key, const V& v) {
    if (enabled(switches, by_default, key)) put(key, v);
  }
  static bool enabled(const Switches& switches, bool by_default, Text key);

  struct Attribute {
    Text key;
    ottl::Value value;
  };
  const std::vector<Attribute>& all() const { return all_; }
  Arena& arena() { return arena_; }

private:
  Arena& arena_;
  std::vector<Attribute> all_;
};

// `key=value,...` of OTEL_RESOURCE_ATTRIBUTES or, where that is empty, OTEL_RESOURCE. Null, or why it is none.
const char* env(Found& found);
// This machine, or what a container sees of it.
void system(const config::ResourcedetectionSystem& config, Found& found);
// What the task metadata endpoint says: answers of `/task` and of the container itself. Null, or why not.
const char* ecs(const config::ResourcedetectionEcs& config, Text task, Text container, Found& found);

}  // namespace whittle::detect
