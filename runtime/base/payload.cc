// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/payload.h"

#include "runtime/base/writer.h"

namespace whittle {

Payload Payload::clone() const {
  Payload copy(signal);
  copy.items = items;
  copy.bytes = bytes;
  copy.slices = slices;
  copy.metadata.headers = metadata.headers;
  return copy;
}

void Payload::join(Payload&& other) {
  items += other.items;
  bytes += other.bytes;
  if (slices.empty()) {
    slices.swap(other.slices);
  } else {
    slices.reserve(slices.size() + other.slices.size());
    for (Slice& s : other.slices) slices.push_back(std::move(s));
  }
  if (metadata.headers.empty()) metadata.headers.swap(other.metadata.headers);
  other.slices.clear();
  other.metadata.headers.clear();
  other.items = other.bytes = 0;
}

void Payload::flatten(Writer& out) const {
  out.room(bytes);
  for (const Slice& s : slices) out.append(s.bytes);
}

}  // namespace whittle
