// SPDX-License-Identifier: Apache-2.0
#include "runtime/record/slots.h"

#include "runtime/base/arena.h"
#include "runtime/base/number.h"
#include "runtime/base/regex.h"
#include "runtime/wire/value_text.h"
#include "runtime/wire/wire.h"

#include <string.h>

namespace whittle {

// The content of an AnyValue message; of its alternatives the last one counts.
static SlotValue any_value(Bytes message) {
  SlotValue v{SlotKind::Empty, 0, nullptr, 0};
  for (const uint8_t *p = message.data(), *end = p + message.size(); p < end;) {
    wire::RawField f = wire::next_field(p);
    const uint8_t* at = f.value;
    auto bytes = [&](SlotKind kind) {
      Bytes b = wire::len(at);
      v = {kind, 0, reinterpret_cast<const char*>(b.data()), b.size()};
    };
    switch (f.number()) {
    case 1: bytes(SlotKind::String); break;
    case 2: v = {SlotKind::Bool, wire::varint(at) != 0, nullptr, 0}; break;
    case 3: v = {SlotKind::Int, wire::varint(at), nullptr, 0}; break;
    case 4: v = {SlotKind::Double, wire::i64(at), nullptr, 0}; break;
    case 5: bytes(SlotKind::Array); break;
    case 6: bytes(SlotKind::Map); break;
    case 7: bytes(SlotKind::Bytes); break;
    default: break;
    }
  }
  return v;
}

static SlotValue plain(const wire::RawField& f) {
  const uint8_t* at = f.value;
  if ((f.tag & 7) == wire::kLen) {
    Bytes b = wire::len(at);
    return {SlotKind::String, 0, reinterpret_cast<const char*>(b.data()), b.size()};
  }
  if ((f.tag & 7) == wire::kVarint) return {SlotKind::Int, wire::varint(at), nullptr, 0};
  return {SlotKind::Int, (f.tag & 7) == wire::kI64 ? wire::i64(at) : wire::i32(at), nullptr, 0};
}

void fill_slots(const RecordProgram& program, Place place, Bytes message, SlotValue* slots) {
  for (uint64_t i = 0; i < program.slots.size; ++i)
    if (program.slots[i].place == place) slots[i] = {SlotKind::Absent, 0, nullptr, 0};
  for (const uint8_t *p = message.data(), *end = p + message.size(); p < end;) {
    wire::RawField f = wire::next_field(p);
    for (uint64_t i = 0; i < program.slots.size; ++i) {
      const SlotSpec& spec = program.slots[i];
      if (spec.field != f.number() || spec.place != place) continue;
      if (spec.form == SlotForm::Field) {
        slots[i] = plain(f);
      } else if (spec.form == SlotForm::Value) {
        slots[i] = any_value(f.content());
      } else if (slots[i].kind == SlotKind::Absent) {
        Bytes entry = f.content(), key, value;
        for (const uint8_t *q = entry.data(), *entry_end = q + entry.size(); q < entry_end;) {
          wire::RawField part = wire::next_field(q);
          if (part.number() == 1) key = part.content();
          if (part.number() == 2) value = part.content();
        }
        if (key.size() == spec.key.size && memcmp(key.data(), spec.key.data, key.size()) == 0)
          slots[i] = any_value(value);
      }
    }
  }
}

static constexpr const char* kSpanKinds[] = {"SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER",
                                             "SPAN_KIND_CLIENT",      "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER"};

static bool give(Str* out, Text t) {
  *out = {t.data(), t.size()};
  return true;
}

extern "C" bool rt_slot_text(const SlotValue* slot, TextOf mode, const Str* missing, Arena* scratch, Str* out) {
  if (mode == TextOf::SpanKind) {
    uint64_t kind = slot->kind == SlotKind::Int ? slot->bits : 0;
    return give(out, kind < 6 ? Text(kSpanKinds[kind]) : Text());
  }
  switch (slot->kind) {
  case SlotKind::Absent: *out = *missing; return mode == TextOf::Anything;
  case SlotKind::String: return give(out, {slot->data, static_cast<size_t>(slot->size)});
  case SlotKind::Bool: return give(out, slot->bits ? "true" : "false");
  case SlotKind::Int: {
    auto* room = scratch->array<char>(kNumberRoom);
    return give(out, {room, format_int(room, static_cast<int64_t>(slot->bits))});
  }
  case SlotKind::Double: {
    double d;
    memcpy(&d, &slot->bits, sizeof d);
    Writer text;
    mode == TextOf::Scalar ? append_plain_double(text, d) : append_value_double(text, d);
    return give(out, scratch->copy(text.text()));
  }
  default: {
    if (mode == TextOf::Scalar) return false;
    Writer text;
    append_value_text(text, slot->kind,
                      {reinterpret_cast<const uint8_t*>(slot->data), static_cast<size_t>(slot->size)});
    return give(out, scratch->copy(text.text()));
  }
  }
}

extern "C" bool rt_regex_match(const Regex* regex, const char* data, uint64_t size) {
  return regex_match(*regex, {data, static_cast<size_t>(size)});
}

}  // namespace whittle
