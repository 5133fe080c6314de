// SPDX-License-Identifier: Apache-2.0
// What a collector that someone has got into may still ask of the system: nothing that this config does not need.
#pragma once

#include <stdint.h>

namespace whittle {

// From now on, in every thread: no new privileges, no core files (keys would stand in them), and a seccomp filter that
// ends the process at any system call that it does not need, such as execve, fork, ptrace, listen, memory that can be
// executed, or opening a file for writing; `may` (bits of Collector::may) adds what the config asks for. Returns null,
// or what could not be had: then what could be had holds. See seccomp(2).
const char* enter_sandbox(uint32_t may);

}  // namespace whittle
