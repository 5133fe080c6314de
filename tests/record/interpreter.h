// SPDX-License-Identifier: Apache-2.0
// Record programs run as the data that they are (compiler/record/ir.h), instruction by instruction, as a judge of the
// machine code that is made of them: what both share are the runtime's functions for fields, values and the language.
#pragma once

#include "compiler/record/ir.h"
#include "runtime/ottl/value.h"
#include "runtime/record/program.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace whittle {

class Interpreter {
public:
  // `program` must outlive it; it stays where it is.
  explicit Interpreter(const ir::Program& program);
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;

  // Why the program cannot be run, for want of a value or a function that only a collector has; empty: it can.
  const std::string& fault() const { return fault_; }

  // Offers what the program makes of a payload to what comes next, as the contract of runtime/abi.h has it. `runtime`
  // has a clock and a log. Not to be called by two at a time.
  Status run(Runtime& runtime, Payload& payload, Consumer next);

private:
  struct PassData;
  const ir::Program& program_;
  std::vector<std::unique_ptr<PassData>> passes_;
  std::vector<record::Pass> code_;
  record::Program made_{};
  void* instance_ = nullptr;  // lives as long as the process, as a collector's do
  std::string fault_;

  template <size_t N>
  static record::Verdict code(ottl::Run* run, record::Frame* const* frames, uint64_t known);
  template <size_t N>
  static uint64_t outer(ottl::Run* run, record::Frame* const* frames, record::Level level);
  template <size_t... N>
  void add_passes(std::index_sequence<N...>);
  static Interpreter* running_;
};

}  // namespace whittle
