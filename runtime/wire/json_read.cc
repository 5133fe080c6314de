// SPDX-License-Identifier: Apache-2.0
// OTLP/JSON to protobuf. yyjson parses (it does not recurse, so depth costs it nothing); then each object is written as
// the message that the schema says it is, its fields in order of number whatever their order in the text.
//
// The rules are the Collector's. null stands for an empty string, list or message; for numbers, bools, ids and bytes it
// is a mistake. A name that occurs twice: the last value counts, lists and messages merge.
#include "runtime/base/json.h"
#include "runtime/base/json_tree.h"
#include "runtime/base/utf8.h"
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"
#include "runtime/wire/wire.h"

#include <limits.h>
#include <stdlib.h>

namespace whittle::wire {

namespace {

std::unexpected<Error> malformed() {
  return fail(Errc::Malformed);
}

Text text_of(yyjson_val* v) {
  return {yyjson_get_str(v), yyjson_get_len(v)};
}

// An integer in [min, max] as a number or a decimal string.
Result<int64_t> signed_integer(yyjson_val* v, int64_t min, int64_t max) {
  int64_t n;
  if (yyjson_is_str(v)) {
    auto parsed = parse_int(text_of(v));
    if (!parsed) return malformed();
    n = *parsed;
  } else if (yyjson_is_sint(v)) {
    n = yyjson_get_sint(v);
  } else if (yyjson_is_uint(v) && yyjson_get_uint(v) <= INT64_MAX) {
    n = static_cast<int64_t>(yyjson_get_uint(v));
  } else {
    return malformed();
  }
  if (n < min || n > max) return malformed();
  return n;
}

Result<uint64_t> unsigned_integer(yyjson_val* v, uint64_t max) {
  uint64_t n;
  if (yyjson_is_str(v)) {
    auto parsed = parse_uint(text_of(v));
    if (!parsed) return malformed();
    n = *parsed;
  } else if (yyjson_is_uint(v)) {
    n = yyjson_get_uint(v);
  } else {
    return malformed();
  }
  if (n > max) return malformed();
  return n;
}

Result<double> number(yyjson_val* v) {
  if (yyjson_is_str(v)) {
    auto parsed = parse_double(text_of(v));
    if (!parsed) return malformed();
    return *parsed;
  }
  if (!yyjson_is_num(v)) return malformed();
  return yyjson_get_num(v);
}

Result<int64_t> enum_value(yyjson_val* v, const Field& field) {
  if (!yyjson_is_str(v)) return signed_integer(v, INT32_MIN, INT32_MAX);
  Text name = text_of(v);
  for (uint32_t i = 0; i < field.name_count; ++i)
    if (name == field.names[i].name) return field.names[i].value;
  return malformed();
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

Result<void> id(yyjson_val* v, uint32_t size, Writer& out) {
  if (!yyjson_is_str(v)) return malformed();
  Text hex = text_of(v);
  if (hex.empty()) return {};
  if (hex.size() != 2 * size) return malformed();
  for (size_t i = 0; i < hex.size(); i += 2) {
    int a = hex_digit(hex[i]), b = hex_digit(hex[i + 1]);
    if (a < 0 || b < 0) return malformed();
    out.byte(static_cast<uint8_t>(a << 4 | b));
  }
  return {};
}

uint32_t wire_type(FieldKind kind) {
  switch (kind) {
  case FieldKind::Fixed32: return kI32;
  case FieldKind::Fixed64:
  case FieldKind::Sfixed64:
  case FieldKind::Double: return kI64;
  case FieldKind::String:
  case FieldKind::Bytes:
  case FieldKind::Message: return kLen;
  default: return kVarint;
  }
}

// The value of a scalar without its tag. A value that equals the default is written too; whoever wants it left out
// looks at what was written.
Result<void> put_scalar(const Field& field, yyjson_val* v, Writer& out) {
  switch (field.kind) {
  case FieldKind::Bool:
    if (!yyjson_is_bool(v)) return malformed();
    out.byte(yyjson_get_bool(v));
    return {};
  case FieldKind::Int32:
    put_varint(out, static_cast<uint64_t>(TRY(signed_integer(v, INT32_MIN, INT32_MAX))));
    return {};
  case FieldKind::Int64:
    put_varint(out, static_cast<uint64_t>(TRY(signed_integer(v, INT64_MIN, INT64_MAX))));
    return {};
  case FieldKind::Enum: put_varint(out, static_cast<uint64_t>(TRY(enum_value(v, field)))); return {};
  case FieldKind::Sint32: {
    int64_t n = TRY(signed_integer(v, INT32_MIN, INT32_MAX));
    put_varint(out, static_cast<uint32_t>(n << 1 ^ n >> 63));
    return {};
  }
  case FieldKind::Uint32: put_varint(out, TRY(unsigned_integer(v, UINT32_MAX))); return {};
  case FieldKind::Uint64: put_varint(out, TRY(unsigned_integer(v, UINT64_MAX))); return {};
  case FieldKind::Fixed32: put_i32(out, static_cast<uint32_t>(TRY(unsigned_integer(v, UINT32_MAX)))); return {};
  case FieldKind::Fixed64: put_i64(out, TRY(unsigned_integer(v, UINT64_MAX))); return {};
  case FieldKind::Sfixed64:
    put_i64(out, static_cast<uint64_t>(TRY(signed_integer(v, INT64_MIN, INT64_MAX))));
    return {};
  case FieldKind::Double: put_i64(out, std::bit_cast<uint64_t>(TRY(number(v)))); return {};
  case FieldKind::String:
    if (yyjson_is_null(v)) return {};
    if (!yyjson_is_str(v)) return malformed();
    append_valid_utf8(out, as_bytes(text_of(v)));
    return {};
  case FieldKind::Bytes:
    if (field.id_size) return id(v, field.id_size, out);
    if (!yyjson_is_str(v) || !append_decoded_base64(out, text_of(v))) return malformed();
    return {};
  default: return malformed();
  }
}

// Is everything behind the tag at `at` zero bytes? (The default of numbers; of texts and bytes, an empty length.)
bool is_default(const Field& field, Bytes written) {
  const uint8_t* p = written.data();
  varint(p);
  if (field.kind == FieldKind::Double && p + 8 <= written.data() + written.size()) {
    const uint8_t* q = p;
    return f64(q) == 0;
  }
  for (const uint8_t* end = written.data() + written.size(); p < end; ++p)
    if (*p) return false;
  return true;
}

const Field* find_field(const MessageType& type, Text name) {
  for (uint32_t i = 0; i < type.field_count; ++i)
    if (name == type.fields[i].json_name || name == type.fields[i].proto_name) return &type.fields[i];
  return nullptr;
}

struct Transcoder {
  Writer& out;
  bool merged = false;  // a message was put together from two values of the text

  // One element: tag and value.
  Result<void> put_element(const Field& field, yyjson_val* v, int depth) {
    if (field.kind == FieldKind::Message) {
      size_t at = begin_len(out, field.number);
      TRY_VOID(put_object(*field.message, v, depth + 1));
      end_len(out, at);
    } else if (wire_type(field.kind) == kLen) {
      size_t at = begin_len(out, field.number);
      TRY_VOID(put_scalar(field, v, out));
      end_len(out, at);
    } else {
      put_tag(out, field.number, static_cast<WireType>(wire_type(field.kind)));
      TRY_VOID(put_scalar(field, v, out));
    }
    return {};
  }

  Result<void> put_list(const Field& field, yyjson_val* list, int depth) {
    if (yyjson_is_null(list)) return {};
    if (!yyjson_is_arr(list)) return malformed();
    if (yyjson_arr_size(list) == 0) return {};
    size_t i, n;
    yyjson_val* v;
    if (wire_type(field.kind) == kLen) {
      yyjson_arr_foreach(list, i, n, v) TRY_VOID(put_element(field, v, depth));
      return {};
    }
    size_t at = begin_len(out, field.number);
    yyjson_arr_foreach(list, i, n, v) TRY_VOID(put_scalar(field, v, out));
    end_len(out, at);
    return {};
  }

  Result<void> put_object(const MessageType& type, yyjson_val* object, int depth) {
    if (depth > kMaxDepth) return fail(Errc::TooDeep);
    if (yyjson_is_null(object)) return {};
    if (!yyjson_is_obj(object)) return malformed();

    yyjson_val* values[kMaxFieldNumber + 1] = {};
    bool twice = false;
    size_t i, n;
    yyjson_val *key, *value;
    const Field* last_of_oneof = nullptr;
    yyjson_obj_foreach(object, i, n, key, value) {
      const Field* field = find_field(type, text_of(key));
      if (!field) continue;
      if (field->in_oneof) last_of_oneof = field;
      twice |= values[field->number] != nullptr && (field->repeated || field->kind == FieldKind::Message);
      values[field->number] = value;
    }
    for (uint32_t f = 0; f < type.field_count; ++f) {
      const Field& field = type.fields[f];
      if (!values[field.number]) continue;
      if (field.in_oneof && &field != last_of_oneof) continue;
      if (twice && (field.repeated || (field.kind == FieldKind::Message && !field.in_oneof))) {
        size_t at = field.repeated ? 0 : begin_len(out, field.number);
        yyjson_obj_foreach(object, i, n, key, value) {
          if (find_field(type, text_of(key)) != &field) continue;
          merged |= !field.repeated;
          if (field.repeated) TRY_VOID(put_list(field, value, depth));
          else TRY_VOID(put_object(*field.message, value, depth + 1));
        }
        if (!field.repeated) end_len(out, at);
      } else if (field.repeated) {
        TRY_VOID(put_list(field, values[field.number], depth));
      } else {
        size_t at = out.size();
        TRY_VOID(put_element(field, values[field.number], depth));
        bool keep = field.presence || field.kind == FieldKind::Message;
        if (!keep && is_default(field, out.bytes().subspan(at))) out.truncate(at);
      }
    }
    return {};
  }
};

}  // namespace

static Result<bool> transcode(const MessageType& type, Bytes json, Writer& out) {
  JsonTree tree(json);
  if (!tree.root()) return std::unexpected(tree.error());
  size_t at = out.size();
  Transcoder t{out};
  Result<void> done = t.put_object(type, tree.root(), 1);
  if (!done) {
    out.truncate(at);
    return std::unexpected(done.error());
  }
  return t.merged;
}

Result<void> json_to_proto(const MessageType& type, Bytes json, Writer& out) {
  TRY(transcode(type, json, out));
  return {};
}

Result<void> json_to_proto(Signal signal, Bytes json, Writer& out) {
  size_t at = out.size();
  if (!TRY(transcode(request_type(signal), json, out))) return {};
  Writer merged;
  Bytes written = out.bytes().subspan(at);
  Result<Counts> counts = validate(signal, written);
  if (counts && !counts->regular) {
    counts = normalize(signal, written, merged);
    out.truncate(at);
    out.append(merged.bytes());
  }
  if (!counts) return std::unexpected(counts.error());
  return {};
}

}  // namespace whittle::wire
