// SPDX-License-Identifier: Apache-2.0
// A body for people: without its encoding, and what is protobuf as JSON. What cannot be read stays as it is.
#pragma once

#include "compiler/simulator/http.h"

namespace whittle::simulator {

std::string readable(const Request& request);

}  // namespace whittle::simulator
