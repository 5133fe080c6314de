// SPDX-License-Identifier: Apache-2.0
// A WriteRequest of Prometheus' remote write 1.0 as JSON, with the field names of prompb/types.proto.
#include "runtime/base/json.h"
#include "runtime/base/number.h"
#include "runtime/codec/decompress.h"
#include "runtime/wire/wire.h"

#include <bit>

namespace whittle {

namespace {

constexpr uint64_t kStale = 0x7ff0000000000002;

void append_number(Writer& out, double v) {
  if (std::bit_cast<uint64_t>(v) == kStale) return out.append(Text("\"STALE\""));
  if (v != v) return out.append(Text("\"NaN\""));
  if (v - v != 0) return out.append(v > 0 ? Text("\"+Inf\"") : Text("\"-Inf\""));
  append_double(out, v);
}

// Calls `f` with each field of a message that this process has written.
template <class F>
void each_field(Bytes message, F f) {
  for (const uint8_t* p = message.data(); p < message.data() + message.size();) f(wire::next_field(p));
}

struct Object {
  Writer& out;
  char before = '{';

  explicit Object(Writer& o) : out(o) {}
  Writer& key(Text name) {
    out.byte(static_cast<uint8_t>(before));
    before = ',';
    append_json_text(out, name);
    out.byte(':');
    return out;
  }
  void end() {
    if (before == '{') out.byte('{');
    out.byte('}');
  }
};

// The fields `number` of a message, as an array that `f` writes the items of. Nothing when there are none, unless
// `always`.
template <class F>
void array(Object& object, Text name, Bytes message, uint32_t number, F f, bool always = false) {
  bool any = false;
  each_field(message, [&](const wire::RawField& field) {
    if (field.number() != number) return;
    if (any) object.out.byte(',');
    else object.key(name).byte('[');
    any = true;
    f(field);
  });
  if (!any && always) object.key(name).byte('[');
  if (any || always) object.out.byte(']');
}

Text text_field(Bytes message, uint32_t number) {
  Text found;
  each_field(message, [&](const wire::RawField& f) {
    if (f.number() == number) found = as_text(f.content());
  });
  return found;
}

void labels(Object& object, Bytes message) {
  Object set(object.key("labels"));
  each_field(message, [&](const wire::RawField& f) {
    if (f.number() == 1) append_json_text(set.key(text_field(f.content(), 1)), text_field(f.content(), 2));
  });
  set.end();
}

// `value` and `timestamp` under these numbers.
void value_at_time(Object& object, Bytes message, uint32_t value_field, uint32_t time_field) {
  double value = 0;
  int64_t time = 0;
  each_field(message, [&](const wire::RawField& f) {
    const uint8_t* p = f.value;
    if (f.number() == value_field) value = wire::f64(p);
    if (f.number() == time_field) time = static_cast<int64_t>(wire::varint(p));
  });
  append_number(object.key("value"), value);
  append_int(object.key("timestamp"), time);
}

void histogram(Writer& out, Bytes message) {
  Object object(out);
  each_field(message, [&](const wire::RawField& f) {
    const uint8_t* p = f.value;
    switch (f.number()) {
    case 1: {
      const uint64_t count = wire::varint(p);
      if (count == kStale) append_json_text(object.key("count"), "STALE");
      else append_uint(object.key("count"), count);
      break;
    }
    case 3: append_number(object.key("sum"), wire::f64(p)); break;
    case 4: append_int(object.key("schema"), wire::zigzag(wire::varint(p))); break;
    case 5: append_number(object.key("zero_threshold"), wire::f64(p)); break;
    case 6: append_uint(object.key("zero_count"), wire::varint(p)); break;
    case 15: append_int(object.key("timestamp"), static_cast<int64_t>(wire::varint(p))); break;
    default: break;
    }
  });
  for (const bool positive : {false, true}) {
    array(object, positive ? "positive_spans" : "negative_spans", message, positive ? 11 : 8,
          [&](const wire::RawField& f) {
            int64_t offset = 0;
            uint64_t length = 0;
            each_field(f.content(), [&](const wire::RawField& part) {
              const uint8_t* p = part.value;
              if (part.number() == 1) offset = wire::zigzag(wire::varint(p));
              if (part.number() == 2) length = wire::varint(p);
            });
            Object span(out);
            append_int(span.key("offset"), offset);
            append_uint(span.key("length"), length);
            span.end();
          });
    each_field(message, [&](const wire::RawField& f) {
      if (f.number() != (positive ? 12u : 9u)) return;
      object.key(positive ? "positive_deltas" : "negative_deltas").byte('[');
      const Bytes packed = f.content();
      for (const uint8_t* p = packed.data(); p < packed.data() + packed.size();) {
        if (p > packed.data()) out.byte(',');
        append_int(out, wire::zigzag(wire::varint(p)));
      }
      out.byte(']');
    });
  }
  object.end();
}

}  // namespace

// False when it is no such request.
bool append_replayed_remote_write(Writer& out, Bytes compressed) {
  constexpr size_t kMost = 1 << 30;
  auto plain = decompress_snappy(compressed, kMost);
  if (!plain) return false;
  const Bytes request(plain->buffer.data(), plain->size);
  Object whole(out);
  array(
      whole, "timeseries", request, 1,
      [&](const wire::RawField& f) {
        const Bytes series = f.content();
        Object one(out);
        labels(one, series);
        array(one, "samples", series, 2, [&](const wire::RawField& sample) {
          Object object(out);
          value_at_time(object, sample.content(), 1, 2);
          object.end();
        });
        array(one, "exemplars", series, 3, [&](const wire::RawField& exemplar) {
          Object object(out);
          labels(object, exemplar.content());
          value_at_time(object, exemplar.content(), 2, 3);
          object.end();
        });
        array(one, "histograms", series, 4, [&](const wire::RawField& h) { histogram(out, h.content()); });
        one.end();
      },
      true);
  array(whole, "metadata", request, 3, [&](const wire::RawField& f) {
    constexpr Text kTypes[] = {"UNKNOWN",        "COUNTER", "GAUGE", "HISTOGRAM",
                               "GAUGEHISTOGRAM", "SUMMARY", "INFO",  "STATESET"};
    uint64_t type = 0;
    each_field(f.content(), [&](const wire::RawField& part) {
      const uint8_t* p = part.value;
      if (part.number() == 1) type = wire::varint(p);
    });
    Object one(out);
    append_json_text(one.key("type"), kTypes[type < std::size(kTypes) ? type : 0]);
    append_json_text(one.key("metric_family_name"), text_field(f.content(), 2));
    append_json_text(one.key("help"), text_field(f.content(), 4));
    append_json_text(one.key("unit"), text_field(f.content(), 5));
    one.end();
  });
  whole.end();
  return true;
}

}  // namespace whittle
