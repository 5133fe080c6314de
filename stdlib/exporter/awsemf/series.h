// SPDX-License-Identifier: Apache-2.0
// The last values of cumulative series, from which increases are computed.
#pragma once

#include "runtime/base/bytes.h"

#include <stddef.h>
#include <stdint.h>
#include <vector>

namespace whittle::awsemf {

struct Cumulative {
  double sum = 0;
  uint64_t count = 0;
};

class SeriesTable {
public:
  SeriesTable() = default;
  ~SeriesTable();
  SeriesTable(const SeriesTable&) = delete;

  // The increase since the last value under `key`, which `value` replaces. False when there was none.
  bool increase(Text key, const Cumulative& value, int64_t timestamp_ns, Cumulative& delta);

  // Forgets what is older.
  void expire(int64_t before_ns);

  size_t size() const { return used_; }

private:
  struct Series {
    uint64_t hash;
    int64_t timestamp;
    Cumulative last;
    uint64_t key_size;
    char* key() { return reinterpret_cast<char*>(this + 1); }
  };
  void grow();

  std::vector<Series*> slots_;  // a power of two; open addressing
  size_t used_ = 0;
};

}  // namespace whittle::awsemf
