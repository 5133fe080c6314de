// SPDX-License-Identifier: Apache-2.0
// Asks conditions (program.h) of messages that a component goes through by itself. The component says at which message
// of each level it is, from the outside inwards; a message is opened when something is asked that may look at it.
#pragma once

#include "runtime/record/frame.h"

namespace whittle::record {

enum class Answer : uint32_t {
  No = static_cast<uint32_t>(Verdict::Keep),
  Yes = static_cast<uint32_t>(Verdict::Drop),
  Failed = static_cast<uint32_t>(Verdict::Fail),
};

class Asker {
public:
  // `metadata` is what came with the request; null: nothing is known of it.
  explicit Asker(const Runtime& runtime, const Metadata* metadata = nullptr) : run_{arena_, &runtime, metadata} {}

  // Contents of the messages. All must live until the next of that level, or of one around it.
  void at_resource(Bytes resource_x) { at(Level::Resource, Kind::Resource, resource_x); }
  void at_scope(Bytes scope_x) { at(Level::Scope, Kind::Scope, scope_x); }
  void at_record(Kind kind, Bytes record) { at(Level::Record, kind, record); }
  // An event or a data point, and its place among its siblings.
  void at_inner(Kind kind, Bytes inner, uint32_t index) { at(Level::Inner, kind, inner, index); }

  Answer ask(const Conditions& conditions);

private:
  struct At {
    Kind kind;
    Bytes content;
    uint32_t index;
    bool open, with_attributes;
  };
  void at(Level level, Kind kind, Bytes content, uint32_t index = 0) {
    at_[static_cast<uint32_t>(level)] = {kind, content, index, false, false};
  }

  Arena arena_;
  ottl::Run run_;
  At at_[kLevels] = {};
  Frame frames_[kLevels];
};

}  // namespace whittle::record
