// SPDX-License-Identifier: Apache-2.0
// What a comparison tells: each difference with its path, both sides as a person would recognise them, and no secrets.
// The walk over the table keeps the path and, where it only reads past something, the silence.
#pragma once

#include "runtime/drift/compare.h"

namespace whittle::drift {

constexpr size_t kLongestShown = 200;
constexpr Text kNotSet = "(not set)", kSet = "(set)", kHiddenText = "(hidden)";

class Differences {
public:
  Differences(Tell tell, void* context) : tell_(tell), context_(context) {}

  void differ(Text compiled, Text given);
  // `tag` (table.h) says whether either may be shown; `otherwise` stands for what was not given.
  void differ(uint8_t tag, Text compiled, const yaml::Node* given, Text otherwise = kNotSet);
  // Nothing is given, and the default, `initial`, is not what was compiled.
  void by_default(uint8_t tag, Text compiled, Text initial);
  void not_compiled(Text key);

  bool silent() const { return silent_; }
  uint32_t count() const { return count_; }

private:
  friend class Step;
  friend class Silence;

  Tell tell_;
  void* context_;
  Writer path_;
  uint32_t count_ = 0;
  bool silent_ = false;
};

// Appends "::key" to the path for as long as it lives.
class Step {
public:
  Step(Differences& differences, Text key);
  Step(Differences& differences, uint64_t index);
  ~Step() { differences_.path_.truncate(before_); }

private:
  Differences& differences_;
  size_t before_;
};

// Nothing is told for as long as it lives: the table is read past.
class Silence {
public:
  explicit Silence(Differences& differences, bool silent = true)
      : differences_(differences), before_(differences.silent_) {
    differences_.silent_ |= silent;
  }
  ~Silence() { differences_.silent_ = before_; }

private:
  Differences& differences_;
  bool before_;
};

}  // namespace whittle::drift
