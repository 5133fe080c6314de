// SPDX-License-Identifier: Apache-2.0
// api_v2/collector.proto and api_v2/model.proto (jaegertracing/jaeger-idl).
#include "runtime/base/hash.h"
#include "runtime/wire/fields.h"
#include "stdlib/receiver/jaeger/spans.h"

namespace whittle::jaeger {

namespace {

using wire::Field;
constexpr int64_t kSecond = 1'000'000'000;
// A time that is not told is that of Go's zero time.Time: the year 1.
constexpr int64_t kNoTime = -62'135'596'800;

bool is(const Field& f, uint32_t number, wire::WireType type) {
  return f.number == number && f.type == type;
}

class Reader {
public:
  Reader(Batch& to, size_t size) : to_(to), size_(size) {}

  const char* request(Bytes message) {
    each(message, [&](const Field& f) {
      if (is(f, 1, wire::kLen)) batch(f.content);
    });
    return wrong_;
  }

private:
  void fail(const char* why) {
    if (!wrong_) wrong_ = why;
  }
  template <class F>
  void each(Bytes message, F f) {
    const bool whole = wire::each_field(message, [&](const Field& x) {
      if (!wrong_) f(x);
    });
    if (!whole) fail("it is cut short, or no protobuf");
    if (to_.too_large(size_)) fail("it holds too many values");
  }

  void batch(Bytes message) {
    Bytes own;
    each(message, [&](const Field& f) {
      if (is(f, 2, wire::kLen)) own = f.content;
    });
    const uint32_t process = process_of(own);
    each(message, [&](const Field& f) {
      if (is(f, 1, wire::kLen)) span(f.content, process);
    });
  }

  // Processes that are written alike are one.
  uint32_t process_of(Bytes message) {
    if (as_text(message) == Text("\n\0", 2)) message = {};  // a name that is empty may be left out
    const uint64_t hash = hash_text(as_text(message));
    for (uint32_t i = 0; i < written_.size(); ++i)
      if (written_[i].hash == hash && as_text(written_[i].message) == as_text(message)) return i;
    // With this many, most are new: each further one is its own.
    if (written_.size() < kCompared) written_.push_back({hash, message});
    Process p;
    p.tags.begin = to_.process_tags.size();
    each(message, [&](const Field& f) {
      if (is(f, 1, wire::kLen)) p.service = f.text();
      if (is(f, 2, wire::kLen)) tag(f.content, to_.process_tags);
    });
    p.tags.end = to_.process_tags.size();
    to_.processes.push_back(p);
    return static_cast<uint32_t>(to_.processes.size() - 1);
  }
  static constexpr size_t kCompared = 256;

  void trace_id(Bytes b, uint64_t& high, uint64_t& low) {
    if (b.size() != 8 && b.size() != 16) return fail("a trace id has neither 8 nor 16 bytes");
    low = number(b.subspan(b.size() - 8));
    high = b.size() == 16 ? number(b) : 0;
  }
  void span_id(Bytes b, uint64_t& id) {
    if (b.size() != 8) return fail("a span's id has not 8 bytes");
    id = number(b);
  }
  static uint64_t number(Bytes b) { return std::byteswap(wire::load<uint64_t>(b.data())); }

  // Seconds and nanoseconds, of google.protobuf.Timestamp or Duration.
  void seconds(Bytes message, int64_t& whole, int64_t& rest) {
    uint64_t s = 0, n = 0;
    each(message, [&](const Field& f) {
      if (is(f, 1, wire::kVarint)) s = f.scalar;
      if (is(f, 2, wire::kVarint)) n = f.scalar;
    });
    whole = static_cast<int64_t>(s), rest = static_cast<int32_t>(n);
  }
  uint64_t time(Bytes message) {
    int64_t s, n;
    seconds(message, s, n);
    if (s < kNoTime || s >= 253'402'300'800 || n < 0 || n >= kSecond) fail("a time is outside of the years 1 to 9999");
    return nanoseconds(s, n);
  }
  uint64_t duration(Bytes message) {
    int64_t s, n, all;
    seconds(message, s, n);
    if (n <= -kSecond || n >= kSecond || (s < 0 && n > 0) || (s > 0 && n < 0) ||
        __builtin_mul_overflow(s, kSecond, &all) || __builtin_add_overflow(all, n, &all))
      fail("a duration is none");
    return nanoseconds(s, n);
  }
  static uint64_t nanoseconds(int64_t s, int64_t n) {
    return static_cast<uint64_t>(s) * static_cast<uint64_t>(kSecond) + static_cast<uint64_t>(n);
  }

  void span(Bytes message, uint32_t process) {
    Span s;
    s.process = process;
    s.start = nanoseconds(kNoTime, 0);
    s.blank = true;
    s.references.begin = to_.references.size();
    s.tags.begin = to_.span_tags.size();
    s.logs.begin = to_.logs.size();
    uint64_t took = 0;
    Bytes own;
    bool has_own = false;
    each(message, [&](const Field& f) {
      const bool bytes = f.type == wire::kLen;
      s.blank = false;
      switch (f.number) {
      case 1:
        if (bytes) trace_id(f.content, s.trace_high, s.trace_low);
        return;
      case 2:
        if (bytes) span_id(f.content, s.id);
        return;
      case 3:
        if (bytes) s.name = f.text();
        return;
      case 4:
        if (bytes) reference(f.content);
        return;
      case 6:
        if (bytes) s.start = time(f.content);
        return;
      case 7:
        if (bytes) took = duration(f.content);
        return;
      case 8:
        if (bytes) tag(f.content, to_.span_tags);
        return;
      case 9:
        if (bytes) log(f.content);
        return;
      case 10:
        if (bytes) own = f.content, has_own = true;
        return;
      default: return;
      }
    });
    s.references.end = to_.references.size();
    s.tags.end = to_.span_tags.size();
    s.logs.end = to_.logs.size();
    s.end = s.start + took;
    if (has_own && !wrong_) s.process = process_of(own);
    to_.spans.push_back(s);
  }

  void reference(Bytes message) {
    Reference r;
    uint64_t kind = 0;
    each(message, [&](const Field& f) {
      if (is(f, 1, wire::kLen)) trace_id(f.content, r.trace_high, r.trace_low);
      if (is(f, 2, wire::kLen)) span_id(f.content, r.span);
      if (is(f, 3, wire::kVarint)) kind = f.scalar;
    });
    r.child_of = kind == 0, r.follows_from = kind == 1;
    to_.references.push_back(r);
  }

  void log(Bytes message) {
    Log l;
    l.time = nanoseconds(kNoTime, 0);
    l.fields.begin = to_.log_fields.size();
    each(message, [&](const Field& f) {
      if (is(f, 1, wire::kLen)) l.time = time(f.content);
      if (is(f, 2, wire::kLen)) tag(f.content, to_.log_fields);
    });
    l.fields.end = to_.log_fields.size();
    to_.logs.push_back(l);
  }

  void tag(Bytes message, std::vector<Tag>& to) {
    Tag t;
    Text text, binary;
    uint64_t boolean = 0, integer = 0, real = 0;
    each(message, [&](const Field& f) {
      if (is(f, 1, wire::kLen)) t.key = f.text();
      if (is(f, 2, wire::kVarint)) t.type = static_cast<int32_t>(f.scalar);
      if (is(f, 3, wire::kLen)) text = f.text();
      if (is(f, 4, wire::kVarint)) boolean = f.scalar != 0;
      if (is(f, 5, wire::kVarint)) integer = f.scalar;
      if (is(f, 6, wire::kI64)) real = f.scalar;
      if (is(f, 7, wire::kLen)) binary = f.text();
    });
    switch (t.type) {
    case 0: t.content = text; break;
    case 1: t.kind = TagKind::Bool, t.bits = boolean; break;
    case 2: t.kind = TagKind::Int, t.bits = integer; break;
    case 3: t.kind = TagKind::Double, t.bits = real; break;
    case 4: t.kind = TagKind::Bytes, t.content = binary; break;
    default: t.kind = TagKind::None;
    }
    to.push_back(t);
  }

  Batch& to_;
  size_t size_;
  struct Written {
    uint64_t hash;
    Bytes message;
  };
  std::vector<Written> written_;
  const char* wrong_ = nullptr;
};

}  // namespace

Translated from_protobuf(Bytes request, Writer& out) {
  Batch batch;
  batch.of_protobuf = true;
  if (const char* why = Reader(batch, request.size()).request(request)) return {0, why};
  return {translate(batch, out)};
}

}  // namespace whittle::jaeger
