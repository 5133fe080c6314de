// SPDX-License-Identifier: Apache-2.0
// Where a part of a scalar's text stands in the file: through quotes, escapes, folded lines and indentation.
#pragma once

#include "compiler/source/sources.h"

#include <string_view>

namespace whittle::syntax {

// The place of bytes [begin, end) of `text`, which is what the scalar at `scalar` means (with `$$` as `$`, or not). The
// whole scalar when the text is not what stands there: it came through a reference, or from elsewhere.
source::Span place_within(const source::Sources& sources, source::Span scalar, std::string_view text, size_t begin,
                          size_t end);

}  // namespace whittle::syntax
