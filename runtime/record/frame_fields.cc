// SPDX-License-Identifier: Apache-2.0
// Fields of an open message as values, and values as fields.
#include "runtime/record/frame.h"

#include <algorithm>
#include <string.h>

namespace whittle::record {

using ottl::Run;
using ottl::Value;
using ottl::ValueKind;

namespace {

constexpr Text kKindTexts[] = {"Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"};
constexpr Text kKindConstants[] = {"SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER",
                                   "SPAN_KIND_CLIENT",      "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER"};

Text hex_of(Run& run, Bytes id) {
  constexpr char kDigits[] = "0123456789abcdef";
  char* out = run.arena.array<char>(id.size() * 2);
  for (size_t i = 0; i < id.size(); ++i) out[2 * i] = kDigits[id[i] >> 4], out[2 * i + 1] = kDigits[id[i] & 15];
  return {out, id.size() * 2};
}

// An id's bytes, zeros when there are none.
Bytes id_of(const uint8_t* at, size_t size) {
  static constexpr uint8_t kZeros[16] = {};
  if (!at) return {kZeros, size};
  Bytes b = wire::len(at);
  return b.size() == size ? b : Bytes{kZeros, size};
}

bool from_hex(Text t, uint8_t* out, size_t size) {
  if (t.size() != size * 2) return false;
  auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
  };
  for (size_t i = 0; i < size; ++i) {
    int high = digit(t[2 * i]), low = digit(t[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return true;
}

bool all_zero(Bytes b) {
  for (uint8_t x : b)
    if (x) return false;
  return true;
}

// The value of a field whose bytes begin at `at`; null: it is not there.
void decode(Run& run, const uint8_t* at, How how, Value* out) {
  using namespace ottl;
  switch (how) {
  case How::Int32: *out = integer(at ? static_cast<int32_t>(wire::varint(at)) : 0); return;
  case How::UInt32: *out = integer(at ? static_cast<uint32_t>(wire::varint(at)) : 0); return;
  case How::SInt32: *out = integer(at ? wire::zigzag(wire::varint(at)) : 0); return;
  case How::RangedFixed32:
  case How::Fixed32: *out = integer(at ? wire::i32(at) : 0); return;
  case How::Fixed64:
  case How::SFixed64: *out = integer(at ? static_cast<int64_t>(wire::i64(at)) : 0); return;
  case How::Bool: *out = boolean(at && wire::varint(at) != 0); return;
  case How::Double: *out = real(at ? wire::f64(at) : 0); return;
  case How::OptionalDouble: *out = real(at ? wire::f64(at) : 0); return;
  case How::Text: *out = text(at ? whittle::as_text(wire::len(at)) : Text()); return;
  case How::Blob: *out = bytes(at ? wire::len(at) : Bytes()); return;
  case How::Time: *out = time_of(0, at ? static_cast<int64_t>(wire::i64(at)) : 0); return;
  case How::Id16: *out = bytes(id_of(at, 16), ValueKind::TraceId); return;
  case How::Id8: *out = bytes(id_of(at, 8), ValueKind::SpanId); return;
  case How::IdText16:
  case How::IdText8: {
    Bytes id = id_of(at, how == How::IdText16 ? 16 : 8);
    *out = text(hex_of(run, id));
    return;
  }
  case How::KindText:
  case How::KindConstant: {
    uint64_t kind = at ? wire::varint(at) : 0;
    *out = text(kind > 5 ? Text() : how == How::KindText ? kKindTexts[kind] : kKindConstants[kind]);
    return;
  }
  case How::Messages: *out = nil(); return;
  case How::Any: *out = at ? from_any(wire::len(at)) : nil(); return;
  case How::AnyText: {
    Writer w;
    Value v = at ? from_any(wire::len(at)) : nil();
    append_as_string(w, v);
    *out = text(run.arena.copy(w.text()));
    return;
  }
  case How::PackedVarints:
  case How::PackedFixed:
  case How::PackedDoubles: {
    Bytes content = at ? wire::len(at) : Bytes();
    const uint8_t *p = content.data(), *end = p + content.size();
    uint32_t n = 0;
    if (how == How::PackedVarints) {
      for (uint8_t b : content) n += b < 0x80;
    } else {
      n = static_cast<uint32_t>(content.size() / 8);
    }
    auto* items = run.arena.array<Value>(n);
    for (uint32_t i = 0; i < n && p < end; ++i) {
      if (how == How::PackedDoubles) items[i] = real(wire::f64(p));
      else items[i] = integer(static_cast<int64_t>(how == How::PackedFixed ? wire::i64(p) : wire::varint(p)));
    }
    *out = list(items, n, how == How::PackedDoubles ? ValueKind::Doubles : ValueKind::Counts);
    return;
  }
  }
}

// Repeated numbers have a length in front where they are packed; only that form is read.
bool packed(How how) {
  return how == How::PackedVarints || how == How::PackedFixed || how == How::PackedDoubles;
}

// Where an inner message's field stands; null: it is not there.
const uint8_t* inner_field(const uint8_t* message, uint32_t number, How how) {
  if (!message) return nullptr;
  Bytes content = wire::len(message);
  const uint8_t* found = nullptr;
  for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
    wire::RawField f = wire::next_field(p);
    if (f.number() == number && (!packed(how) || (f.tag & 7) == wire::kLen)) found = f.value;
  }
  return found;
}

// Encodes a value as a field of that kind. Nothing is written for a zero, which proto3 leaves out. False: wrong type.
bool encode(Run& run, Writer& out, uint32_t number, How how, const Value& v) {
  auto varint = [&](uint64_t n) {
    if (n) wire::put_tag(out, number, wire::kVarint), wire::put_varint(out, n);
  };
  auto fixed = [&](uint64_t n) {
    if (n) wire::put_tag(out, number, wire::kI64), wire::put_i64(out, n);
  };
  auto content = [&](Bytes b) {
    if (!b.empty()) wire::put_len(out, number, b);
  };
  switch (how) {
  case How::Int32:
    if (!v.is(ValueKind::Int)) return run.fail("the value is not an int");
    varint(static_cast<uint64_t>(int64_t{static_cast<int32_t>(v.integer)}));
    return true;
  case How::UInt32:
    if (!v.is(ValueKind::Int)) return run.fail("the value is not an int");
    varint(static_cast<uint32_t>(v.integer));
    return true;
  case How::SInt32:
    if (!v.is(ValueKind::Int)) return run.fail("the value is not an int");
    {
      const auto n = static_cast<int32_t>(v.integer);  // the field has 32 bits, as Go's conversion leaves them
      varint((static_cast<uint32_t>(n) << 1) ^ static_cast<uint32_t>(n >> 31));
    }
    return true;
  case How::RangedFixed32:
    if (v.is(ValueKind::Int) && (v.integer < 0 || v.integer > UINT32_MAX)) return run.fail("the value is out of range");
    [[fallthrough]];
  case How::Fixed32:
    if (!v.is(ValueKind::Int)) return run.fail("the value is not an int");
    if (static_cast<uint32_t>(v.integer))
      wire::put_tag(out, number, wire::kI32), wire::put_i32(out, static_cast<uint32_t>(v.integer));
    return true;
  case How::Fixed64:
  case How::SFixed64:
    if (!v.is(ValueKind::Int)) return run.fail("the value is not an int");
    fixed(static_cast<uint64_t>(v.integer));
    return true;
  case How::Time:
    if (!v.is(ValueKind::Time)) return run.fail("the value is not a time");
    fixed(static_cast<uint64_t>(ottl::nanoseconds_of(v)));
    return true;
  case How::Bool:
    if (!v.is(ValueKind::Bool)) return run.fail("the value is not a bool");
    varint(static_cast<uint64_t>(v.integer));
    return true;
  case How::Double:
    if (!v.is(ValueKind::Double)) return run.fail("the value is not a double");
    fixed(static_cast<uint64_t>(v.integer));
    return true;
  case How::OptionalDouble:
    if (!v.is(ValueKind::Double)) return run.fail("the value is not a double");
    wire::put_tag(out, number, wire::kI64);
    wire::put_i64(out, static_cast<uint64_t>(v.integer));
    return true;
  case How::Text:
    if (!v.is(ValueKind::String)) return run.fail("the value is not a string");
    content(v.as_bytes());
    return true;
  case How::Blob:
    if (!v.is(ValueKind::Bytes)) return run.fail("the value is not bytes");
    content(v.as_bytes());
    return true;
  case How::Id16:
  case How::Id8:
    if (!v.is(how == How::Id16 ? ValueKind::TraceId : ValueKind::SpanId))
      return run.fail("the value is not such an id");
    if (!all_zero(v.as_bytes())) content(v.as_bytes());
    return true;
  case How::IdText16:
  case How::IdText8: {
    const size_t size = how == How::IdText16 ? 16 : 8;
    uint8_t id[16];
    if (!v.is(ValueKind::String)) return run.fail("the value is not a string");
    if (!from_hex(v.as_text(), id, size)) return run.fail("the text is not such an id in hex");
    if (!all_zero({id, size})) content({id, size});
    return true;
  }
  case How::KindText:
  case How::KindConstant: {
    if (!v.is(ValueKind::String)) return run.fail("the value is not a string");
    const Text* names = how == How::KindText ? kKindTexts : kKindConstants;
    for (uint32_t k = 0; k < 6; ++k) {
      if (v.as_text() != names[k]) continue;
      varint(k);
      return true;
    }
    return run.fail("the text names no span kind");
  }
  case How::Any: {
    if (!ottl::storable(v)) return run.fail("a value of that type cannot be stored");
    size_t start = wire::begin_len(out, number);
    ottl::put_any(out, v);
    wire::end_len(out, start);
    return true;
  }
  case How::AnyText: {
    if (!v.is(ValueKind::String)) return run.fail("the value is not a string");
    size_t start = wire::begin_len(out, number);
    ottl::put_any(out, v);
    wire::end_len(out, start);
    return true;
  }
  case How::PackedVarints:
  case How::PackedFixed:
  case How::PackedDoubles: {
    const bool doubles = how == How::PackedDoubles;
    // Lists of one other type are not looked into (contrib's ctxutil, SetCommonTypedSliceValues).
    const bool typed = v.is(ValueKind::Strings) || v.is(doubles ? ValueKind::Ints : ValueKind::Doubles) ||
                       (doubles && v.is(ValueKind::Counts));
    if (!v.is_list() || typed) return run.fail("the value is no list of such");
    ottl::Items items = ottl::items_of(v, run.arena);
    for (const Value& item : items)
      if (!item.is(doubles ? ValueKind::Double : ValueKind::Int)) return run.fail("an element is not of that type");
    if (items.size == 0) return true;
    size_t start = wire::begin_len(out, number);
    for (const Value& item : items) {
      if (how == How::PackedVarints) wire::put_varint(out, static_cast<uint64_t>(item.integer));
      else wire::put_i64(out, static_cast<uint64_t>(item.integer));
    }
    wire::end_len(out, start);
    return true;
  }
  default: return run.fail("this cannot be written");
  }
}

}  // namespace

namespace {

// What was written to `out`, in the arena.
Bytes keep(Run& run, const Writer& out) {
  auto* copy = run.arena.array<uint8_t>(out.size());
  if (out.size()) memcpy(copy, out.data(), out.size());
  return {copy, out.size()};
}

}  // namespace

extern "C" {

void rt_get(Run* run, const Frame* frame, uint32_t message, uint32_t number, How how, Value* out) {
  const uint8_t* at = message ? inner_field(frame->fields[message], number, how) : frame->fields[number];
  if (!message && packed(how) && !(frame->delimited >> number & 1)) at = nullptr;
  decode(*run, at, how, out);
}

bool rt_set(Run* run, Frame* frame, uint32_t message, uint32_t number, How how, const Value* v) {
  Writer field;
  if (!encode(*run, field, number, how, *v)) return false;
  if (message == 0) {
    replace(*frame, number, keep(*run, field));
    return true;
  }
  // The inner message anew, without the field and with it.
  Writer whole;
  size_t start = wire::begin_len(whole, message);
  Bytes content = frame->fields[message] ? [&] {
    const uint8_t* at = frame->fields[message];
    return wire::len(at);
  }()
                                         : Bytes();
  for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
    wire::RawField f = wire::next_field(p);
    if (f.number() != number) whole.append(f.whole());
  }
  whole.append(field.bytes());
  wire::end_len(whole, start);
  replace(*frame, message, keep(*run, whole));
  return true;
}

static const PointField* point_field(const Frame& frame, const PointField* fields) {
  const auto kind = static_cast<uint32_t>(frame.kind) - static_cast<uint32_t>(Kind::NumberPoint);
  return kind < 4 && fields[kind].number != 0 ? &fields[kind] : nullptr;
}

void rt_get_point(Run* run, const Frame* frame, const PointField* fields, Value* out) {
  const PointField* f = point_field(*frame, fields);
  if (f) rt_get(run, frame, f->message, f->number, f->how, out);
  else *out = ottl::nil();
}

bool rt_set_point(Run* run, Frame* frame, const PointField* fields, const Value* v) {
  const PointField* f = point_field(*frame, fields);
  if (!f) return run->fail("data points of this kind have no such field");
  return rt_set(run, frame, f->message, f->number, f->how, v);
}

void rt_get_messages(Run*, const Frame* frame, uint32_t number, uint32_t kind, Value* out) {
  // One message that may be there once: a status, buckets.
  if (static_cast<ValueKind>(kind) == ValueKind::Status || static_cast<ValueKind>(kind) == ValueKind::Buckets) {
    const uint8_t* at = frame->fields[number];
    *out = ottl::bytes(at ? wire::len(at) : Bytes(), static_cast<ValueKind>(kind));
    return;
  }
  *out = ottl::bytes(frame->content, static_cast<ValueKind>(kind));
  out->detail = static_cast<uint16_t>(number);
  for (const Frame::Fresh& f : frame->fresh)
    if (f.number == number) {
      out->bytes = f.field.data();
      out->size = static_cast<uint32_t>(f.field.size());
    }
}

// `itself`: the value is what the field holds already.
static bool set_messages(Run* run, Frame* frame, uint32_t number, uint32_t kind, const Value* v, bool& itself) {
  if (!v->is(static_cast<ValueKind>(kind))) return run->fail("the value is not of that type");
  Value now;
  rt_get_messages(run, frame, number, kind, &now);
  itself = now.bytes == v->bytes && now.detail == v->detail && v->detail != 0;
  if (itself) return true;
  Writer field;
  if (v->detail == 0) {
    wire::put_len(field, number, v->as_bytes());
  } else {
    for (const uint8_t *p = v->bytes, *end = p + v->size; p < end;) {
      wire::RawField f = wire::next_field(p);
      if (f.number() == v->detail) wire::put_len(field, number, f.content());
    }
  }
  replace(*frame, number, keep(*run, field));
  return true;
}

bool rt_set_messages(Run* run, Frame* frame, uint32_t number, uint32_t kind, const Value* v) {
  bool itself = false;
  if (!set_messages(run, frame, number, kind, v, itself)) return false;
  if (itself) replace(*frame, number, {});  // the reference empties events and links before it looks at the new ones
  return true;
}

void rt_get_point_messages(Run* run, const Frame* frame, const PointField* fields, uint32_t kind, Value* out) {
  const PointField* f = point_field(*frame, fields);
  if (f) rt_get_messages(run, frame, f->number, kind, out);
  else *out = ottl::nil();
}

bool rt_set_point_messages(Run* run, Frame* frame, const PointField* fields, uint32_t kind, const Value* v) {
  const PointField* f = point_field(*frame, fields);
  if (!f) return run->fail("data points of this kind have no such field");
  bool itself;
  return set_messages(run, frame, f->number, kind, v, itself);
}

// ---- the rest
// --------------------------------------------------------------------------------------------------------------

void rt_get_schema(const Frame* frame, Value* out) {
  *out = ottl::text(frame->schema);
}
bool rt_set_schema(Run* run, Frame* frame, const Value* v) {
  if (!v->is(ValueKind::String)) return run->fail("the value is not a string");
  frame->schema = v->as_text();
  frame->schema_written = true;
  return true;
}
// The members of Metric.data and what the reference calls them (pmetric.MetricType).
static constexpr uint32_t kDataMembers[] = {5, 7, 9, 10, 11};
static constexpr int64_t kMetricTypes[] = {1, 2, 3, 4, 5};

static int data_member(const Frame& frame) {
  const uint8_t* last = nullptr;
  int found = -1;
  for (int i = 0; i < 5; ++i)
    if (const uint8_t* at = frame.fields[kDataMembers[i]]; at && (!last || at > last)) last = at, found = i;
  return found;
}

void rt_get_metric_type(const Frame* frame, Value* out) {
  const int member = data_member(*frame);
  *out = ottl::integer(member < 0 ? 0 : kMetricTypes[member]);
}

void rt_get_data_field(Run* run, const Frame* frame, uint32_t members, uint32_t number, How how, Value* out) {
  const int member = data_member(*frame);
  if (member < 0 || !(members >> kDataMembers[member] & 1)) *out = ottl::nil();
  else rt_get(run, frame, kDataMembers[member], number, how, out);
}

bool rt_set_data_field(Run* run, Frame* frame, uint32_t members, uint32_t number, How how, const Value* v) {
  const int member = data_member(*frame);
  if (member < 0 || !(members >> kDataMembers[member] & 1)) {
    if (v->is(how == How::Bool ? ValueKind::Bool : ValueKind::Int)) return true;
    return run->fail("the value is not of that type");
  }
  return rt_set(run, frame, kDataMembers[member], number, how, v);
}

// NumberDataPoint: as_double 4, as_int 6; Exemplar: 3 and 6.
static uint32_t number_field(const Frame& frame, bool as_double) {
  return !as_double ? 6 : frame.kind == Kind::Exemplar ? 3 : 4;
}
static bool has_number(const Frame& frame) {
  return frame.kind == Kind::NumberPoint || frame.kind == Kind::Exemplar;
}

void rt_get_number(Run* run, const Frame* frame, bool as_double, Value* out) {
  if (!has_number(*frame)) *out = ottl::nil();
  else decode(*run, frame->fields[number_field(*frame, as_double)], as_double ? How::Double : How::SFixed64, out);
}

bool rt_set_number(Run* run, Frame* frame, bool as_double, const Value* v) {
  if (!v->is(as_double ? ValueKind::Double : ValueKind::Int)) return run->fail("the value is not of that type");
  if (!has_number(*frame)) return run->fail("data points of this kind have no such field");
  Writer field;
  const uint32_t number = number_field(*frame, as_double);
  wire::put_tag(field, number, wire::kI64);
  wire::put_i64(field, static_cast<uint64_t>(v->integer));
  replace(*frame, number_field(*frame, !as_double), {});
  replace(*frame, number, keep(*run, field));
  return true;
}

bool rt_get_index(Run* run, const Frame*, Value*) {
  // Neither the transform nor the filter processor tells its statements.
  return run->fail("the index of an event is not known");
}

void rt_get_data_points(Run*, const Frame* frame, Value* out) {
  const int member = data_member(*frame);
  *out = ottl::nil();
  if (member < 0) return;
  const uint8_t* at = frame->fields[kDataMembers[member]];
  *out = ottl::bytes(wire::len(at), ValueKind::DataPoints);
  out->detail = static_cast<uint16_t>(kDataMembers[member]);
}
bool rt_set_data_points(Run* run, Frame*, const Value* v) {
  return v->is(ValueKind::DataPoints) || run->fail("the value is not data points");
}

}  // extern "C"

}  // namespace whittle::record
