// SPDX-License-Identifier: Apache-2.0
// A checked config: every component resolved, every setting typed, every default filled in. What the plan and all after
// it are made from.
//
// The tree has the shape of the declarations, not of the text: a struct has one value for each setting of its
// declaration, in that order, written or not. So whoever writes constants of the generated config structs walks `type`
// and `items` in step.
#pragma once

#include "compiler/schema/schema.h"
#include "compiler/source/span.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::check {

enum class AnyKind : uint8_t { Null, Bool, Int, Double, String, Date, List, Map };

struct Value {
  const schema::Type* type = nullptr;
  source::Span span;     // of the value as written; none for a default
  source::Span key;      // of its key as written; none for a default or a list element
  std::string place;     // "collector.yaml:12:3" of the value; empty for a default
  bool written = false;  // the config says something about it, if only null
  bool present = true;   // Optional: items[0] is the value; otherwise there are no items
  bool wrong = false;    // a mistake in here has been said; it stands for any value, and no Config is returned
  bool late = false;     // filled in when the collector starts: `text` is what was written, references unresolved
  bool boolean = false;  // Bool
  int64_t integer = 0;   // Int; Duration in nanoseconds; Enum: the index of its value
  double real = 0;       // Double
  AnyKind any = AnyKind::Null;    // Any: which of boolean, integer, real, text (Date: as written) and items it is
  std::string text;               // String of all formats, Regexp, Enum's name; late: "https://${env:HOST}/x"
  std::vector<Value> items;       // List; Map; Struct, one a setting; Optional, one or none; Any, of lists and maps
  std::vector<std::string> keys;  // Map, in the order of the config (sorted for `pairs` maps)
  mutable bool used = false;      // somebody has asked for it by name: how the plan knows that nothing was overlooked

  // Struct: the value of a setting, seeing through Optionals that are present. `name` must be declared.
  const Value& at(std::string_view name) const;
  // Struct: the value of a setting; Optional: of the struct inside; null when not declared or not present.
  const Value* find(std::string_view name) const;
};

using InstanceId = uint32_t;  // index in Config::instances

// A component that the config defines.
struct Instance {
  const schema::Component* component = nullptr;
  std::string id;     // as written: "otlp/2"
  source::Span key;   // of the id where it is defined
  std::string place;  // "collector.yaml:12:3"
  Value config;       // of type component->config
  bool used = false;  // by a pipeline or by service::extensions; only used ones are compiled
};

struct Pipeline {
  std::string name;  // "traces/2"
  schema::Signal signal = schema::Signal::Traces;
  source::Span key;
  std::string place;
  std::vector<InstanceId> receivers;   // each once, in the order of the config
  std::vector<InstanceId> processors;  // in the order in which data passes
  std::vector<InstanceId> exporters;   // each once
};

// Something that `check` accepts and that cannot be compiled yet. Commands that compile report these as errors.
struct NotCompiled {
  source::Span span;
  std::string place;
  std::string what;
  std::string_view help{};  // what to do about it; empty for nothing
};
inline constexpr std::string_view kDecidesCode =
    "write the value itself: it decides which code the collector is made of";

struct Config {
  std::vector<Instance> instances;     // sorted by kind, then by place in the text
  std::vector<Pipeline> pipelines;     // in the order of the text
  std::vector<InstanceId> extensions;  // as service::extensions orders them, each once
  Value service;                       // of type schema::service_type()
  std::vector<NotCompiled> not_compiled;
  std::optional<schema::Distribution>
      stock;                        // the Collector that it was checked for; none: the one that whittle compiles
  uint16_t contrib = 156;           // what that one is made of: 156 of 0.156
  int64_t stop_timeout_s = 30;      // what the task has to stop
  int64_t linger_ns = 0;            // how long receivers go on taking after SIGTERM; 0 where none listens
  bool unknown_components = false;  // there are some whose settings were not looked at
  bool open = false;                // some components or members of pipelines are known only when the collector starts
  bool incomplete = false;          // it has mistakes: CheckResult::partial
  std::string canonical;            // the same for configs that mean the same: hash it for Collector::config_hash
};

}  // namespace whittle::check
