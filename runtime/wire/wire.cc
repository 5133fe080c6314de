// SPDX-License-Identifier: Apache-2.0
// The rare paths of the wire format: groups, and lengths that outgrow one byte.
#include "runtime/wire/wire.h"

namespace whittle::wire {

void skip_value(const uint8_t*& p, uint32_t tag) {
  if ((tag & 7) != kStartGroup) return;  // validate() has refused everything else
  for (uint32_t depth = 1; depth > 0;) {
    uint32_t inner = static_cast<uint32_t>(varint(p));
    switch (inner & 7) {
    case kStartGroup: ++depth; break;
    case kEndGroup: --depth; break;
    default: skip(p, inner);
    }
  }
}

void end_len(Writer& out, size_t content_at) {
  uint64_t n = out.size() - content_at;
  uint32_t width = varint_size(n);
  if (width > 1) out.insert(content_at, width - 1);
  put_varint(out.data() + content_at - 1, n);
}

void end_len(Writer& out, Length l) {
  const uint64_t n = out.size() - l.content;
  const uint32_t needed = varint_size(n);
  if (needed > l.width) out.insert(l.content, needed - l.width);
  else if (needed < l.width) out.erase(l.content - (l.width - needed), l.width - needed);
  put_varint(out.data() + l.content - l.width, n);
}

}  // namespace whittle::wire
