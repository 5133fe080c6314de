// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/budget.h"

#include "runtime/base/number.h"

#include <fcntl.h>
#include <unistd.h>

namespace whittle {

constinit uint64_t memory_budget = UINT64_MAX;

static Text without_blanks(Text t) {
  while (t.starts_with(' ') || t.starts_with('\t')) t.remove_prefix(1);
  return t;
}

// The number that a file begins with; 0 where there is no such file, or no number ("max").
static uint64_t number_in(const char* path, Text behind = {}) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char text[256];
  const ssize_t n = read(fd, text, sizeof text);
  close(fd);
  Text t(text, n > 0 ? static_cast<size_t>(n) : 0);
  if (!t.starts_with(behind)) return 0;
  t = without_blanks(t.substr(behind.size()));
  size_t digits = 0;
  while (digits < t.size() && t[digits] >= '0' && t[digits] <= '9') ++digits;
  return parse_uint(t.substr(0, digits)).value_or(0);
}

uint64_t total_memory() {
  const uint64_t machine = number_in("/proc/meminfo", "MemTotal:") * 1024;
  uint64_t container = number_in("/sys/fs/cgroup/memory.max");
  if (container == 0) container = number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes");
  return container == 0 || (machine != 0 && machine < container) ? machine : container;
}

bool set_memory_budget(Text given, uint64_t built_for) {
  uint64_t total = 0;
  if (given.empty()) {
    total = total_memory();
    if (built_for > 0 && (total == 0 || built_for < total)) total = built_for;
  } else {
    size_t digits = 0;
    while (digits < given.size() && given[digits] >= '0' && given[digits] <= '9') ++digits;
    const Text unit = without_blanks(given.substr(digits));
    const auto number = parse_uint(given.substr(0, digits));
    const uint64_t factor = unit.empty() ? 1 : unit == "MiB" ? 1 << 20 : unit == "GiB" ? 1 << 30 : 0;
    if (!number || *number == 0 || factor == 0 || *number > UINT64_MAX / factor) return false;
    total = *number * factor;
  }
  if (total > 0) memory_budget = total / 8 * 5;
  return true;
}

}  // namespace whittle
