// SPDX-License-Identifier: Apache-2.0
// One pass over a request with the schema's tables. Nearly all fields of real telemetry are attributes with short keys
// and scalar values, so these have a path of their own that looks at five known bytes and two strings; everything it
// does not recognise at once takes the general path.
#include "runtime/wire/validate.h"

#include "runtime/base/utf8.h"
#include "runtime/wire/otlp_schema.h"
#include "runtime/wire/wire.h"

namespace whittle::wire {

namespace {

struct Validator {
  const uint8_t* start;
  uint64_t items = 0;
  bool regular = true;
  Error error{};

  const uint8_t* bad(Errc code, const uint8_t* at) {
    error = {code, static_cast<uint64_t>(at - start)};
    return nullptr;
  }

  void text(const uint8_t* p, size_t n) {
    if (!is_ascii(p, n) && utf8_valid_prefix({p, n}) != n) regular = false;
  }

  // Every function here returns where it stopped, or null for an error that is set.

  const uint8_t* varint(const uint8_t* p, const uint8_t* end, uint64_t& value) {
    const uint8_t* at = p;
    if (!read_varint(at, end, value)) [[unlikely]]
      return bad(end - p < 10 ? Errc::Truncated : Errc::Malformed, p);
    return at;
  }

  const uint8_t* length(const uint8_t* p, const uint8_t* end, uint64_t& n) {
    const uint8_t* at = varint(p, end, n);
    if (!at) return nullptr;
    if (n > static_cast<uint64_t>(end - at)) [[unlikely]]
      return bad(Errc::Truncated, p);
    return at;
  }

  // The value of a field with no entry in the tables.
  const uint8_t* unknown(const uint8_t* p, const uint8_t* end, uint32_t tag, int depth) {
    uint64_t n;
    switch (tag & 7) {
    case kVarint: return varint(p, end, n);
    case kI64: return end - p < 8 ? bad(Errc::Truncated, p) : p + 8;
    case kI32: return end - p < 4 ? bad(Errc::Truncated, p) : p + 4;
    case kLen: p = length(p, end, n); return p ? p + n : nullptr;
    case kStartGroup: return group(p, end, tag >> 3, depth + 1);
    default: return bad(Errc::Malformed, p);
    }
  }

  const uint8_t* group(const uint8_t* p, const uint8_t* end, uint32_t number, int depth) {
    if (depth > kMaxDepth) return bad(Errc::TooDeep, p);
    for (;;) {
      if (p == end) return bad(Errc::Truncated, p);
      uint64_t tag;
      const uint8_t* at = varint(p, end, tag);
      if (!at) return nullptr;
      if (tag > UINT32_MAX || tag < 8) return bad(Errc::Malformed, p);
      if ((tag & 7) == kEndGroup) return tag >> 3 == number ? at : bad(Errc::Malformed, p);
      p = unknown(at, end, static_cast<uint32_t>(tag), depth);
      if (!p) return nullptr;
    }
  }

  // A KeyValue that is nothing but a key below 128 bytes and a string, bool, int or double below 128 bytes. False: it
  // is something else (or broken), which the general path will tell.
  bool plain_attribute(const uint8_t* p, size_t size) {
    if (size < 6) return false;
    if (p[0] != tag_of(1, kLen)) return false;
    size_t key = p[1];
    if (key + 6 > size || key >= 0x80) return false;  // room for both tags, both lengths and the value's tag and a byte
    const uint8_t* v = p + 2 + key;
    if (v[0] != tag_of(2, kLen) || v[1] != size - key - 4 || v[1] >= 0x80) return false;
    size_t left = v[1];
    v += 2;
    if (v[0] == tag_of(1, kLen)) {
      if (v[1] != left - 2) return false;
      return is_ascii(p + 2, key) && is_ascii(v + 2, left - 2);
    }
    if (v[0] == tag_of(3, kVarint) || v[0] == tag_of(2, kVarint)) {
      if (left > 10) return false;
      for (size_t i = 1; i + 1 < left; ++i)
        if (v[i] < 0x80) return false;
      return v[left - 1] < 0x80 && is_ascii(p + 2, key);
    }
    return v[0] == tag_of(4, kI64) && left == 9 && is_ascii(p + 2, key);
  }

  const uint8_t* packed_varints(const uint8_t* p, const uint8_t* end) {
    uint64_t ignored;
    while (p && p < end) p = varint(p, end, ignored);
    return p;
  }

  const uint8_t* message(const MessageType& type, const uint8_t* p, const uint8_t* end, int depth) {
    if (depth > kMaxDepth) return bad(Errc::TooDeep, p);
    uint32_t seen = 0;  // singular messages
    bool repeated_seen = false;
    uint64_t n;
    while (p < end) {
      const uint8_t* field = p;
      uint64_t tag = *p++;
      if (tag >= 0x80) [[unlikely]] {
        p = varint(field, end, tag);
        if (!p) return nullptr;
        if (tag > UINT32_MAX) return bad(Errc::Malformed, field);
      }
      if (tag < 8) return bad(Errc::Malformed, field);
      uint32_t number = static_cast<uint32_t>(tag >> 3);
      uint32_t wire = tag & 7;
      WireField known = number <= kMaxFieldNumber ? type.by_number[number] : WireField{};
      switch (known.kind) {
      case FieldKind::Message: {
        if (wire != kLen) return bad(Errc::Malformed, field);
        p = length(p, end, n);
        if (!p) return nullptr;
        const MessageType& sub = *type.fields[known.index].message;
        if (known.repeated) {
          repeated_seen = true;
          if (&sub == &kKeyValue && plain_attribute(p, n)) [[likely]] {
            p += n;
            continue;
          }
          items += sub.item;
        } else {
          regular &= !(seen >> number & 1) & !(type.container & repeated_seen);
          seen |= 1u << number;
        }
        p = message(sub, p, p + n, depth + 1);
        if (!p) return nullptr;
        break;
      }
      case FieldKind::String:
        if (wire != kLen) return bad(Errc::Malformed, field);
        p = length(p, end, n);
        if (!p) return nullptr;
        text(p, n);
        p += n;
        break;
      case FieldKind::Bytes:
        if (wire != kLen) return bad(Errc::Malformed, field);
        p = length(p, end, n);
        if (!p) return nullptr;
        if (known.id_size && n != 0 && n != known.id_size) return bad(Errc::Malformed, field);
        p += n;
        break;
      case FieldKind::Double:
      case FieldKind::Fixed64:
      case FieldKind::Sfixed64:
        if (wire == kI64) {
          if (end - p < 8) return bad(Errc::Truncated, p);
          p += 8;
        } else {
          if (wire != kLen || !known.repeated) return bad(Errc::Malformed, field);
          p = length(p, end, n);
          if (!p) return nullptr;
          if (n % 8) return bad(Errc::Malformed, field);
          p += n;
        }
        break;
      case FieldKind::Fixed32:
        if (wire != kI32) return bad(Errc::Malformed, field);
        if (end - p < 4) return bad(Errc::Truncated, p);
        p += 4;
        break;
      case FieldKind::Unknown:
        if (number == 1000 && type.deprecated_1000_is) {
          // Read as what it once was, so that normalize() may rename it.
          if (wire != kLen) return bad(Errc::Malformed, field);
          p = length(p, end, n);
          if (!p) return nullptr;
          p = message(*type.fields[type.by_number[type.deprecated_1000_is].index].message, p, p + n, depth + 1);
          regular = false;
        } else {
          p = unknown(p, end, static_cast<uint32_t>(tag), depth);
          if (depth == 1) regular = false;
        }
        if (!p) return nullptr;
        break;
      default:  // varints
        if (wire == kLen && known.repeated) {
          p = length(p, end, n);
          if (!p) return nullptr;
          p = packed_varints(p, p + n);
        } else {
          if (wire != kVarint) return bad(Errc::Malformed, field);
          p = varint(p, end, n);
        }
        if (!p) return nullptr;
      }
    }
    return p;
  }
};

}  // namespace

const MessageType& request_type(Signal signal) {
  switch (signal) {
  case Signal::Traces: return kExportTraceServiceRequest;
  case Signal::Metrics: return kExportMetricsServiceRequest;
  case Signal::Logs: break;
  }
  return kExportLogsServiceRequest;
}

Result<Counts> validate(Signal signal, Bytes request) {
  Validator v{request.data()};
  if (!request.empty() && !v.message(request_type(signal), request.data(), request.data() + request.size(), 1))
    return std::unexpected(v.error);
  return Counts{v.items, v.regular};
}

Result<void> validate_message(const MessageType& type, Bytes message) {
  Validator v{message.data()};
  if (!message.empty() && !v.message(type, message.data(), message.data() + message.size(), 2))
    return std::unexpected(v.error);
  return {};
}

}  // namespace whittle::wire
