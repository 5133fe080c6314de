// SPDX-License-Identifier: Apache-2.0
// Protobuf to OTLP/JSON, as the Collector's marshaler writes it: fields that hold their default are left out, but a
// singular message that no oneof holds is always there ("status":{}).
#include "runtime/base/json.h"
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"
#include "runtime/wire/wire.h"

namespace whittle::wire {

namespace {

struct JsonWriter {
  Writer& out;

  void quoted_int(int64_t v) {
    out.byte('"');
    append_int(out, v);
    out.byte('"');
  }
  void quoted_uint(uint64_t v) {
    out.byte('"');
    append_uint(out, v);
    out.byte('"');
  }
  void real(double v) {
    if (v != v) out.append(Text("\"NaN\""));
    else if (v - v != 0) out.append(v > 0 ? Text("\"Infinity\"") : Text("\"-Infinity\""));
    else append_double(out, v);
  }

  // Writes the value that `p` stands at and moves behind it.
  void value(const Field& field, const uint8_t*& p) {
    switch (field.kind) {
    case FieldKind::Bool: out.append(varint(p) ? Text("true") : Text("false")); break;
    case FieldKind::Int32:
    case FieldKind::Enum: append_int(out, static_cast<int32_t>(varint(p))); break;
    case FieldKind::Sint32: append_int(out, zigzag(static_cast<uint32_t>(varint(p)))); break;
    case FieldKind::Uint32: append_uint(out, static_cast<uint32_t>(varint(p))); break;
    case FieldKind::Fixed32: append_uint(out, i32(p)); break;
    case FieldKind::Int64: quoted_int(static_cast<int64_t>(varint(p))); break;
    case FieldKind::Uint64: quoted_uint(varint(p)); break;
    case FieldKind::Fixed64: quoted_uint(i64(p)); break;
    case FieldKind::Sfixed64: quoted_int(static_cast<int64_t>(i64(p))); break;
    case FieldKind::Double: real(f64(p)); break;
    case FieldKind::String: append_json_text(out, as_text(len(p))); break;
    case FieldKind::Bytes:
      out.byte('"');
      if (field.id_size) append_hex(out, len(p));
      else append_base64(out, len(p));
      out.byte('"');
      break;
    case FieldKind::Message: message(*field.message, len(p)); break;
    case FieldKind::Unknown: break;
    }
  }

  static bool is_default(const Field& field, const RawField& f) {
    const uint8_t* p = f.value;
    switch (f.tag & 7) {
    case kVarint: {
      uint64_t v = varint(p);
      bool narrow = field.kind == FieldKind::Int32 || field.kind == FieldKind::Enum ||
                    field.kind == FieldKind::Uint32 || field.kind == FieldKind::Sint32;
      return narrow ? static_cast<uint32_t>(v) == 0 : v == 0;
    }
    case kI64: return field.kind == FieldKind::Double ? f64(p) == 0 : i64(p) == 0;
    case kI32: return i32(p) == 0;
    default: {
      Bytes content = len(p);
      if (field.id_size)
        for (uint8_t b : content)
          if (b) return false;
      return field.id_size != 0 || content.empty();
    }
    }
  }

  void name(const Field& field, bool& first) {
    if (!first) out.byte(',');
    first = false;
    out.byte('"');
    out.append(Text(field.json_name));
    out.append(Text("\":"));
  }

  // Elements of one repeated field, from its first occurrence to the end of the message.
  void list(const Field& field, const uint8_t* p, const uint8_t* end) {
    bool first = true;
    auto separate = [&] {
      if (!first) out.byte(',');
      first = false;
    };
    out.byte('[');
    bool counted =
        field.kind == FieldKind::String || field.kind == FieldKind::Bytes || field.kind == FieldKind::Message;
    while (p < end) {
      RawField f = next_field(p);
      if (f.number() != field.number) continue;
      const uint8_t* q = f.value;
      if (!counted && (f.tag & 7) == kLen) {
        Bytes packed = len(q);
        for (q = packed.data(); q < packed.data() + packed.size();) {
          separate();
          value(field, q);
        }
      } else {
        separate();
        value(field, q);
      }
    }
    out.byte(']');
  }

  void message(const MessageType& type, Bytes content) {
    const uint8_t* begin = content.data();
    const uint8_t* end = begin + content.size();
    RawField at[kMaxFieldNumber + 1] = {};  // of a repeated field the first, of others the last
    uint32_t present = 0;
    uint32_t oneof = 0;
    for (const uint8_t* p = begin; p < end;) {
      RawField f = next_field(p);
      if (f.number() > kMaxFieldNumber) continue;
      WireField known = type.by_number[f.number()];
      if (known.kind == FieldKind::Unknown) continue;
      const Field& field = type.fields[known.index];
      if (known.repeated) {
        if ((present >> f.number() & 1) || (f.tag & 7) != kLen || known.kind == FieldKind::Message ||
            known.kind == FieldKind::String || !f.content().empty()) {
          if (!(present >> f.number() & 1)) at[f.number()] = f;
          present |= 1u << f.number();
        }
        continue;
      }
      if (field.in_oneof) {
        present &= ~(1u << oneof);
        oneof = f.number();
      }
      at[f.number()] = f;
      present |= 1u << f.number();
    }
    out.byte('{');
    bool first = true;
    for (uint32_t i = 0; i < type.field_count; ++i) {
      const Field& field = type.fields[i];
      RawField f = at[field.number];
      bool there = present >> field.number & 1;
      if (field.repeated) {
        if (!there) continue;
        name(field, first);
        list(field, f.begin, end);
      } else if (field.kind == FieldKind::Message && !field.in_oneof) {
        name(field, first);
        message(*field.message, there ? f.content() : Bytes{});
      } else if (there && (field.presence || !is_default(field, f))) {
        name(field, first);
        const uint8_t* p = f.value;
        value(field, p);
      }
    }
    out.byte('}');
  }
};

}  // namespace

void proto_to_json(const MessageType& type, Bytes content, Writer& out) {
  JsonWriter{out}.message(type, content);
}

void proto_to_json(Signal signal, Bytes request, Writer& out) {
  proto_to_json(request_type(signal), request, out);
}

}  // namespace whittle::wire
