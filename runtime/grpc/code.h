// SPDX-License-Identifier: Apache-2.0
// How a gRPC call ended.
#pragma once

#include "runtime/base/bytes.h"

#include <iterator>
#include <stdint.h>

namespace whittle {

enum class GrpcCode : uint32_t {
  Ok = 0,
  Cancelled = 1,
  Unknown = 2,
  InvalidArgument = 3,
  DeadlineExceeded = 4,
  PermissionDenied = 7,
  ResourceExhausted = 8,
  Aborted = 10,
  OutOfRange = 11,
  Unimplemented = 12,
  Internal = 13,
  Unavailable = 14,
  DataLoss = 15,
  Unauthenticated = 16,
};

inline constexpr Text kGrpcCodeNames[] = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

// The number of a code by its name; UNKNOWN's for others.
inline uint32_t grpc_code_of(Text name) {
  for (uint32_t i = 0; i < std::size(kGrpcCodeNames); ++i)
    if (kGrpcCodeNames[i] == name) return i;
  return static_cast<uint32_t>(GrpcCode::Unknown);
}

}  // namespace whittle
