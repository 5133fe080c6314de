// SPDX-License-Identifier: Apache-2.0
// A value that stands in the config or in a file, which is read again when it has changed: secrets are rotated while
// collectors run.
#pragma once

#include "runtime/base/runtime.h"
#include "runtime/base/writer.h"

namespace whittle {

class Secret {
public:
  static constexpr size_t kMost = 64 * 1024;  // bytes of a file

  // A file counts, where there is one. `who` is for the log. Everything is borrowed.
  Secret(Runtime& runtime, Text who, Text value, Text file) : runtime_(runtime), who_(who), file_(file) {
    if (file.empty()) value_.append(value);
  }

  // False, with the reason logged, when there is a file and it cannot be read. Call it from `start`.
  bool start();
  // Valid until the next call. Looks at the file at most once a second; what was read stays when it cannot be read any
  // more, which is logged.
  Text get();
  // How many values there have been.
  uint64_t version() const { return version_; }

private:
  struct State {
    int64_t changed_s = 0, changed_ns = 0, size = 0;
    uint64_t inode = 0, device = 0;
    bool operator==(const State&) const = default;
  };

  bool state(State& out) const;
  bool read();

  Runtime& runtime_;
  const Text who_, file_;
  Writer value_;
  State state_;
  int64_t looked_at_ = 0;  // monotonic
  uint64_t version_ = 0;
};

}  // namespace whittle
