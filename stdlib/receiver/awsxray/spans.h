// SPDX-License-Identifier: Apache-2.0
// A segment document as spans (receiver/awsxrayreceiver/internal/translator): one for the segment and one for each
// subsegment, all of one resource.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

namespace whittle::xray {

struct Translated {
  const char* wrong = nullptr;   // why there are no spans
  const char* member = nullptr;  // the member of the document that is wrong, where that is the reason
  uint64_t spans = 1;            // how many there are, or are lost
};

// Appends a field with number 1 of an ExportTraceServiceRequest. What is needed meanwhile is taken from `arena`.
Translated translate(Text document, Arena& arena, Writer& out);

}  // namespace whittle::xray
