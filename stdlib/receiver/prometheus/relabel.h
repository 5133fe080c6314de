// SPDX-License-Identifier: Apache-2.0
// Steps on labels: those of targets before they are asked, and those of what they say (model/relabel).
#pragma once

#include "runtime/base/captures.h"
#include "runtime/prometheus/labels.h"

#include <memory>
#include <vector>

namespace whittle::prometheus {

enum class RelabelAction : uint8_t {
  Replace,
  Keep,
  Drop,
  KeepEqual,
  DropEqual,
  HashMod,
  LabelMap,
  LabelDrop,
  LabelKeep,
  Lowercase,
  Uppercase
};

// A step as the config has it; everything is borrowed.
struct RelabelStep {
  RelabelAction action = RelabelAction::Replace;
  List<Str> sources{};
  Text separator = ";", target, replacement = "$1";
  uint64_t modulus = 0;
  const Regex* pattern = nullptr;  // of the whole text, with places
  bool any_text = true;            // the pattern is `(.*)`
};

class Relabel {
public:
  // `legacy`: a label's name has letters, digits and underscores.
  Relabel(std::vector<RelabelStep> steps, bool legacy);

  bool empty() const { return steps_.empty(); }
  // Takes all steps; false: what has these labels is dropped. New texts are in the arena.
  bool apply(Labels& labels, Arena& arena);

private:
  struct Step {
    RelabelStep config;
    bool target_varies, replacement_varies;
    std::unique_ptr<Captures> captures;
  };
  bool apply(Step& step, Labels& labels, Arena& arena);
  void replace(Step& step, Text value, Labels& labels, Arena& arena);
  bool matches(const Step& step, Text text) const;
  Text joined(const Step& step, const Labels& labels, Arena& arena);

  std::vector<Step> steps_;
  bool legacy_;
  Arena captures_;
  Writer scratch_, made_;
};

}  // namespace whittle::prometheus
