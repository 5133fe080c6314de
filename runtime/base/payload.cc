// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/payload.h"

#include "runtime/base/writer.h"

#include <string.h>
#include <strings.h>

namespace whittle {

Payload Payload::clone() const {
  Payload copy(signal);
  copy.items = items;
  copy.bytes = bytes;
  copy.slices = slices;
  copy.metadata = metadata;
  return copy;
}

std::vector<Metadata::Header> Metadata::named(List<Str> keys) const {
  std::vector<Header> out;
  for (Str key : keys)
    for (const Header& h : headers)
      if (h.name.size() == key.size && strncasecmp(h.name.data(), key.data, key.size) == 0) out.push_back(h);
  return out;
}

void Payload::join(Payload&& other) {
  if (slices.empty()) {
    slices.swap(other.slices);
    metadata.headers.swap(other.metadata.headers);
  } else {  // growing by doubling: a batch is joined from thousands
    for (Slice& s : other.slices) slices.push_back(static_cast<Slice&&>(s));
    if (metadata.headers != other.metadata.headers) metadata.headers.clear();
  }
  metadata.peer = {};
  items += other.items;
  bytes += other.bytes;
  other.clear();
}

void Payload::flatten(Writer& out) const {
  out.room(bytes);
  for (const Slice& s : slices) out.append(s.bytes);
}

// Each walk has a mark of its own, so a buffer knows whether the walk has met it.
static constinit uint32_t last_mark = 0;

uint64_t Payload::held() const {
  const uint32_t mark = ++last_mark;
  uint64_t sum = slices.capacity() * sizeof(Slice) + metadata.headers.capacity() * sizeof(Metadata::Header);
  for (const Slice& s : slices)
    if (s.owner.first_met(mark)) sum += s.owner.held();
  for (const Metadata::Header& h : metadata.headers)
    if (h.owner.first_met(mark)) sum += h.owner.held();
  return sum;
}

namespace {

constexpr size_t kWorthIt = 512;  // buffers below this stay as they are

// What a payload has of one buffer, and where that is copied to when it is little.
struct Share {
  BufferRef owner;
  uint64_t bytes = 0;
  BufferRef copy;
  size_t copied = 0;

  bool little() const { return owner.capacity() >= kWorthIt && bytes < owner.capacity() / 4; }
};

// Slices of one buffer stand near each other, so the share that is looked for is one of the last.
Share& share_of(std::vector<Share>& shares, const BufferRef& owner) {
  size_t steps = 0;
  for (size_t i = shares.size(); i-- > 0 && ++steps <= 8;)
    if (shares[i].owner.same(owner)) return shares[i];
  shares.push_back({owner});
  return shares.back();
}

}  // namespace

void Payload::compact() {
  std::vector<Share> shares;
  for (const Slice& s : slices) share_of(shares, s.owner).bytes += s.bytes.size();
  bool any = false;
  for (Share& share : shares) {
    if (!share.little()) continue;
    share.copy = BufferRef::allocate(share.bytes);
    any = true;
  }
  if (!any) return;
  for (Slice& s : slices) {
    Share& share = share_of(shares, s.owner);
    if (!share.copy || share.copied + s.bytes.size() > share.copy.capacity()) continue;
    uint8_t* to = share.copy.data() + share.copied;
    share.copied += s.bytes.size();
    memcpy(to, s.bytes.data(), s.bytes.size());
    s = {share.copy, {to, s.bytes.size()}};
  }
}

}  // namespace whittle
