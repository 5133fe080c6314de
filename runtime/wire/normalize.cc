// SPDX-License-Identifier: Apache-2.0
// The rare request that is legal protobuf but not in the shape that the rest of the runtime counts on. It is rewritten
// message by message: fields in ascending order of number for singular messages, the others as they came.
#include "runtime/base/utf8.h"
#include "runtime/wire/validate.h"
#include "runtime/wire/wire.h"

namespace whittle::wire {

static void rewrite(const MessageType& type, Bytes message, Writer& out, bool top);

// The contents of all occurrences of singular message field `number`, joined, which is how protobuf merges; or the last
// one alone.
static Bytes joined(Bytes message, uint32_t number, bool last_only, Writer& scratch) {
  size_t occurrences = 0;
  Bytes last;
  scratch.clear();
  for (const uint8_t *p = message.data(), *end = p + message.size(); p < end;) {
    RawField f = next_field(p);
    if (f.tag != tag_of(number, kLen)) continue;
    if (occurrences++ > 0) {
      if (occurrences == 2) scratch.append(last);
      scratch.append(f.content());
    }
    last = f.content();
  }
  return occurrences > 1 && !last_only ? scratch.bytes() : last;
}

static void put_message(const MessageType& type, uint32_t number, Bytes content, Writer& out) {
  size_t at = begin_len(out, number);
  rewrite(type, content, out, false);
  end_len(out, at);
}

static void rewrite(const MessageType& type, Bytes message, Writer& out, bool top) {
  bool current_name_used = false;  // scopes under their own number hide those under the old one
  uint32_t singular = 0;
  uint32_t oneof_last = 0;  // the member that counts: the last
  for (const uint8_t *p = message.data(), *end = p + message.size(); p < end;) {
    RawField f = next_field(p);
    if (f.number() > kMaxFieldNumber) continue;
    WireField known = type.by_number[f.number()];
    if (known.kind == FieldKind::Unknown) continue;
    const Field& field = type.fields[known.index];
    if (field.in_oneof) oneof_last = f.number();
    if (known.kind == FieldKind::Message && !known.repeated) singular |= 1u << f.number();
    current_name_used |= f.number() == type.deprecated_1000_is;
  }
  Writer scratch;
  for (uint32_t i = 0; i < type.field_count; ++i) {
    const Field& field = type.fields[i];
    if (!(singular >> field.number & 1)) continue;
    if (field.in_oneof && field.number != oneof_last) continue;
    // A oneof's member replaces what was there before; elsewhere occurrences merge.
    put_message(*field.message, field.number, joined(message, field.number, field.in_oneof, scratch), out);
  }
  for (const uint8_t *p = message.data(), *end = p + message.size(); p < end;) {
    RawField f = next_field(p);
    WireField known = f.number() <= kMaxFieldNumber ? type.by_number[f.number()] : WireField{};
    if (known.kind == FieldKind::Unknown) {
      if (f.number() == 1000 && type.deprecated_1000_is) {
        if (!current_name_used)
          put_message(*type.fields[type.by_number[type.deprecated_1000_is].index].message, type.deprecated_1000_is,
                      f.content(), out);
      } else if (!top) {
        out.append(f.whole());
      }
      continue;
    }
    const Field& field = type.fields[known.index];
    if (field.in_oneof && f.number() != oneof_last) continue;
    if (known.kind == FieldKind::Message) {
      if (known.repeated) put_message(*field.message, f.number(), f.content(), out);
    } else if (known.kind == FieldKind::String) {
      size_t at = begin_len(out, f.number());
      append_valid_utf8(out, f.content());
      end_len(out, at);
    } else {
      out.append(f.whole());
    }
  }
}

Result<Counts> normalize(Signal signal, Bytes request, Writer& out) {
  size_t at = out.size();
  rewrite(request_type(signal), request, out, true);
  return validate(signal, out.bytes().subspan(at));
}

}  // namespace whittle::wire
