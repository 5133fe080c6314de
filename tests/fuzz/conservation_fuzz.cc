// SPDX-License-Identifier: Apache-2.0
// Pipelines, loads and answers out of the fuzzer's bytes, held against the contract of telemetry.
#include "tests/pipeline/conservation.h"

#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto result = whittle::testing::run_conservation({data, size});
  if (result.fault.empty()) return 0;
  fprintf(stderr, "%s\n", result.fault.c_str());
  abort();
}
