// SPDX-License-Identifier: Apache-2.0
// CPU and memory: the pairs that Fargate has, and what the containers take of them (ECS API reference,
// RegisterTaskDefinition: `memory`).
#include "compiler/aws/ecs/checks.h"

#include "compiler/check/checks.h"
#include "compiler/check/decode.h"

#include <algorithm>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<int64_t, int64_t> kPair{"E1011", "Fargate has no size with {} CPU units and {} MiB"};
constexpr Diag<std::string_view> kMissing{"E1012", "a Fargate task needs {}"};
constexpr Diag<int64_t, int64_t> kCpuSum{"E1013", "the containers reserve {} CPU units together, and the task has {}"};
constexpr Diag<int64_t, int64_t> kMemorySum{"E1013", "the containers reserve {} MiB together, and the task has {}"};
constexpr Diag<int64_t, int64_t> kMemoryOne{"E1013", "the container may have {} MiB, and the whole task has {}"};
constexpr Diag<int64_t, int64_t> kHardBelowSoft{"E1013",
                                                "`memory` ({} MiB) must be more than `memoryReservation` ({} MiB)"};

constexpr Diag<std::string_view, int64_t, std::string_view, int64_t> kCapTooHigh{
    "W1403", "`{}` lets the collector take {} MiB, and the {} has {}"};

struct Size {
  int64_t cpu, first, last, step;  // MiB
};
constexpr Size kSizes[] = {{256, 512, 2048, 512},       {512, 1024, 4096, 1024},   {1024, 2048, 8192, 1024},
                           {2048, 4096, 16384, 1024},   {4096, 8192, 30720, 1024}, {8192, 16384, 61440, 4096},
                           {16384, 32768, 122880, 8192}};

// 256 CPU units come with 512, 1024 and 2048 MiB: not with 1536.
bool has(const Size& s, int64_t memory) {
  if (memory < s.first || memory > s.last) return false;
  return s.cpu == 256 ? memory == 512 || memory == 1024 || memory == 2048 : (memory - s.first) % s.step == 0;
}

std::string range(const Size& s) {
  if (s.cpu == 256) return "512, 1024 or 2048 MiB";
  return std::to_string(s.first) + " to " + std::to_string(s.last) + " MiB in steps of " + std::to_string(s.step);
}

constexpr const Size& kLargest = kSizes[std::size(kSizes) - 1];

void pair(TaskCheck& c) {
  const TaskDefinition& t = c.task;
  if (!t.cpu.written || !t.memory.written) {
    std::string_view what = t.cpu.written ? "`memory`" : t.memory.written ? "`cpu`" : "`cpu` and `memory`";
    c.diags.emit(kMissing, t.span, what)
        .note("of the task itself; what its containers reserve does not count")
        .help("the smallest is `\"cpu\": \"256\", \"memory\": \"512\"`");
    return;
  }
  if (!t.cpu.known || !t.memory.known) return;
  const Size* row = nullptr;
  for (const Size& s : kSizes) {
    if (s.cpu == t.cpu.value) row = &s;
  }
  if (row != nullptr && has(*row, t.memory.value)) return;
  auto [cpu, memory] = fargate_size(t.cpu.value, t.memory.value).value_or(std::pair(kLargest.cpu, kLargest.last));
  auto d = c.diags.emit(kPair, row == nullptr ? t.cpu.span : t.memory.span, t.cpu.value, t.memory.value);
  if (row == nullptr) d.here("256, 512, 1024, 2048, 4096, 8192 or 16384").label(t.memory.span, "with this much memory");
  else d.here("{} CPU units come with {}", row->cpu, range(*row)).label(t.cpu.span, "with this many");
  d.help("the smallest size that gives both is {} CPU units with {} MiB", cpu, memory);
  if (cpu != t.cpu.value) d.suggest(t.cpu.span, c.as_written(t.cpu.span, std::to_string(cpu)));
  if (memory != t.memory.value) d.suggest(t.memory.span, c.as_written(t.memory.span, std::to_string(memory)));
}

}  // namespace

std::optional<std::pair<int64_t, int64_t>> fargate_size(int64_t cpu, int64_t memory) {
  for (const Size& s : kSizes) {
    if (s.cpu < cpu || s.last < memory) continue;
    for (int64_t m = s.first; m <= s.last; m += s.step) {
      if (m >= memory && has(s, m)) return std::pair(s.cpu, m);
    }
  }
  return std::nullopt;
}

void check_size(TaskCheck& c) {
  const TaskDefinition& t = c.task;
  if (c.fargate) pair(c);
  int64_t cpu = 0, memory = 0;
  for (const Container& x : t.containers) {
    if (x.cpu.known) cpu += x.cpu.value;
    const Number& reserved = x.memory_reservation.known ? x.memory_reservation : x.memory;
    if (reserved.known) memory += reserved.value;
    if (x.memory.known && x.memory_reservation.known && x.memory.value <= x.memory_reservation.value)
      c.diags.emit(kHardBelowSoft, x.memory.span, x.memory.value, x.memory_reservation.value)
          .here("the container is killed beyond this")
          .label(x.memory_reservation.span, "and is promised this");
    else if (x.memory.known && t.memory.known && x.memory.value > t.memory.value)
      c.diags.emit(kMemoryOne, x.memory.span, x.memory.value, t.memory.value)
          .here("too much")
          .label(t.memory.span, "the task's");
  }
  auto sum = [&](auto& diag, int64_t reserved, const Number& whole, auto&& of) {
    if (!whole.known || reserved <= whole.value) return;
    auto d = c.diags.emit(diag, whole.span, reserved, whole.value);
    d.here("less than the sum");
    for (const Container& x : t.containers) {
      const Number& n = of(x);
      if (n.known && n.value != 0) d.label(n.span, "{} of {}", n.value, x.shown());
    }
    d.note("registering the task definition fails");
  };
  sum(kCpuSum, cpu, t.cpu, [](const Container& x) -> const Number& { return x.cpu; });
  // One container that is too large for the task has been said.
  bool one = std::any_of(t.containers.begin(), t.containers.end(), [&](const Container& x) {
    return x.memory.known && t.memory.known && x.memory.value > t.memory.value;
  });
  if (!one)
    sum(kMemorySum, memory, t.memory, [](const Container& x) -> const Number& {
      return x.memory_reservation.known ? x.memory_reservation : x.memory;
    });
}

// What looks after the collector's memory acts too late where it would allow more than the container has.
void check_memory_caps(TaskCheck& c) {
  if (c.config == nullptr || c.collector == nullptr) return;
  const Number& own = c.collector->memory;
  const Number& has = own.known && own.value > 0 ? own : c.task.memory;
  if (!has.known || has.value <= 0 || (own.written && !own.known)) return;
  for (const check::Instance& i : c.config->instances) {
    const check::Value* cap =
        i.used && !i.component->caps.empty() ? check::setting_at(i.config, i.component->caps) : nullptr;
    if (cap == nullptr || cap->late || cap->wrong || cap->integer < has.value) continue;
    const bool whole = &has == &c.task.memory;
    auto d = c.diags.emit(kCapTooHigh, has.span, check::setting_path(i), cap->integer,
                          std::string_view(whole ? "task" : "container"), has.value);
    d.here("the collector is killed beyond this");
    if (cap->span) d.label(cap->span, "and told to refuse telemetry beyond this");
    d.note("it never refuses anything, and all that it holds is lost when it is killed");
    d.help("write `limit_mib: {}` or less", has.value * 4 / 5);
  }
}

}  // namespace whittle::aws::ecs
