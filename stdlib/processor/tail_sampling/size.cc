// SPDX-License-Identifier: Apache-2.0
// How large a trace is: as many bytes as the reference would write it with. It keeps messages as structs and knows no
// other size, so what is counted is what would be left of the bytes that came: without defaults that a sender wrote and
// fields that the reference has not got, with messages that it always writes.
#include "runtime/record/reshape.h"

#include "stdlib/processor/tail_sampling/policy.h"

#include <bit>

namespace whittle::sampling {
namespace {

struct Shape;
struct Inner {
  uint32_t number;
  const Shape* shape;
};
// How the reference writes a message; bits are fields by number.
struct Shape {
  uint32_t known;   // the others it does not keep
  uint32_t always;  // are there even when they are empty
  uint32_t kept;    // are there whenever they come, also with the value that is the default
  Inner inner[4];
};
consteval uint32_t bits(uint32_t first, uint32_t last) {
  uint32_t out = 0;
  for (uint32_t n = first; n <= last; ++n) out |= 1u << n;
  return out;
}

extern const Shape kKeyValue;
extern const Shape kAnyValue;
constexpr Shape kArray{bits(1, 1), 0, 0, {{1, &kAnyValue}}};
constexpr Shape kMap{bits(1, 1), 0, 0, {{1, &kKeyValue}}};
constexpr Shape kAnyValue{bits(1, 7), 0, bits(1, 7), {{5, &kArray}, {6, &kMap}}};
constexpr Shape kKeyValue{bits(1, 2), bits(2, 2), 0, {{2, &kAnyValue}}};
constexpr Shape kStatus{bits(2, 3), 0, 0, {}};
constexpr Shape kEvent{bits(1, 4), 0, 0, {{3, &kKeyValue}}};
constexpr Shape kLink{bits(1, 6), bits(1, 2), 0, {{4, &kKeyValue}}};
constexpr Shape kSpan{bits(1, 16),
                      bits(1, 2) | bits(4, 4) | bits(15, 15),
                      0,
                      {{9, &kKeyValue}, {11, &kEvent}, {13, &kLink}, {15, &kStatus}}};
constexpr Shape kScopeOfSpans{bits(1, 4), 0, 0, {{3, &kKeyValue}}};
constexpr Shape kScopeSpans{bits(1, 2), bits(1, 1), 0, {{1, &kScopeOfSpans}, {2, &kSpan}}};
constexpr Shape kResourceOfSpans{bits(1, 3), 0, bits(3, 3), {{1, &kKeyValue}}};
// Without the schemas' addresses, which the reference loses when it groups spans.
constexpr Shape kResourceSpans{bits(1, 2), bits(1, 1), 0, {{1, &kResourceOfSpans}, {2, &kScopeSpans}}};

// Also of an id, one of zeros.
bool is_default(const wire::RawField& f, bool id) {
  if ((f.tag & 7) == 0) {
    const uint8_t* p = f.value;
    return wire::varint(p) == 0;
  }
  const Bytes content = (f.tag & 7) == 2 ? f.content() : Bytes(f.value, f.end);
  if ((f.tag & 7) == 2 && !id) return content.empty();
  for (uint8_t b : content)
    if (b != 0) return false;
  return true;
}

uint64_t size_of(Bytes message, const Shape& shape) {
  uint64_t size = 0;
  uint32_t seen = 0;
  for (const uint8_t *p = message.data(), *end = p + message.size(); p < end;) {
    const wire::RawField f = wire::next_field(p);
    if (f.number() > 31 || !(shape.known >> f.number() & 1)) continue;
    const uint32_t bit = 1u << f.number();
    const Shape* inner = nullptr;
    for (const Inner& i : shape.inner)
      if (i.number == f.number()) inner = i.shape;
    if (inner) {
      const uint64_t length = size_of(f.content(), *inner);
      size += 1 + wire::varint_size(length) + length;
    } else {
      if (!(shape.kept & bit) && is_default(f, shape.always & bit)) continue;
      size += f.whole().size();
    }
    seen |= bit;
  }
  return size + 2 * static_cast<uint64_t>(std::popcount(shape.always & ~seen));
}

template <class F>
void each_group(const Payload& spans, F f) {
  for (const Slice& slice : spans.slices)
    for (const uint8_t *p = slice.bytes.data(), *end = p + slice.bytes.size(); p < end;)
      if (const wire::RawField field = wire::next_field(p); field.number() == 1)
        f(size_of(field.content(), kResourceSpans));
}

}  // namespace

uint64_t size_of_groups(const Payload& spans) {
  uint64_t size = 0;
  each_group(spans, [&](uint64_t n) { size += n; });
  return size;
}
uint64_t size_of_trace(const Payload& spans) {
  uint64_t size = 0;
  each_group(spans, [&](uint64_t n) { size += 1 + wire::varint_size(n) + n; });
  return size;
}

}  // namespace whittle::sampling
