// SPDX-License-Identifier: Apache-2.0
// jaeger.thrift and agent.thrift (jaegertracing/jaeger-idl). Fields of another type than theirs are skipped, as code
// that thrift generates does; a message without a required field is refused.
#include "stdlib/receiver/jaeger/spans.h"

namespace whittle::jaeger {

namespace {

using thrift::Type;

constexpr const char* kTruncated = "it ends within thrift's protocol";
constexpr const char* kMissing = "a required field is missing";

// Which of the required fields have come.
class Required {
public:
  explicit Required(uint32_t bits) : missing_(bits) {}
  void came(int16_t id) { missing_ &= ~(1u << id); }
  bool all() const { return missing_ == 0; }

private:
  uint32_t missing_;
};
constexpr uint32_t fields(std::initializer_list<int> ids) {
  uint32_t bits = 0;
  for (const int id : ids) bits |= 1u << id;
  return bits;
}

// Microseconds wrap around as the reference's do.
uint64_t nanoseconds(uint64_t microseconds) {
  return microseconds * 1000;
}

class Reader {
public:
  Reader(Bytes in, thrift::Protocol protocol, Batch& to) : in_(in, protocol), to_(to), size_(in.size()) {}

  const char* batch() {
    struct_batch();
    return wrong();
  }

  // emitBatch(1: Batch batch)
  const char* message() {
    const Text name = in_.message();
    if (in_.failed()) return wrong();
    if (name == "emitZipkinBatch") return "it holds spans of Zipkin, which Jaeger's agent took";
    if (name != "emitBatch") return "it calls another function than `emitBatch`";
    in_.structure([&](Type type, int16_t id) {
      if (id == 1 && type == Type::Struct) struct_batch();
      else in_.skip(type);
    });
    return wrong();
  }

private:
  const char* wrong() const {
    if (too_large_) return "it holds too many values";
    if (missing_) return kMissing;
    if (!in_.failed()) return nullptr;
    return in_.error().code == Errc::Truncated ? kTruncated : "it is none of thrift's protocol";
  }
  void require(const Required& r) {
    if (r.all() || in_.failed()) return;
    missing_ = true;
    in_.wrong(Errc::Malformed);
  }
  // Of a list of the same kind that came before, nothing is left.
  template <class T, class F>
  void list(Run& run, const std::vector<T>& of, F f) {
    run.begin = of.size();
    in_.list(Type::Struct, [&] {
      f();
      if (to_.too_large(size_)) too_large_ = true, in_.wrong(Errc::TooLarge);
    });
    run.end = of.size();
  }

  void struct_batch() {
    Required required(fields({1, 2}));
    to_.processes.assign(1, {});
    to_.spans.clear();
    in_.structure([&](Type type, int16_t id) {
      if (id == 1 && type == Type::Struct) {
        required.came(id);
        process();
      } else if (id == 2 && type == Type::List) {
        required.came(id);
        Run run;
        list(run, to_.spans, [this] { span(); });
      } else {
        in_.skip(type);
      }
    });
    require(required);
  }

  void process() {
    Required required(fields({1}));
    Process& p = to_.processes[0];
    p = {};
    in_.structure([&](Type type, int16_t id) {
      if (id == 1 && type == Type::String) required.came(id), p.service = in_.text();
      else if (id == 2 && type == Type::List) list(p.tags, to_.process_tags, [this] { tag(to_.process_tags); });
      else in_.skip(type);
    });
    require(required);
  }

  void span() {
    Required required(fields({1, 2, 3, 4, 5, 7, 8, 9}));
    Span s;
    uint64_t start = 0, duration = 0;
    bool lists = false, flags = false;
    in_.structure([&](Type type, int16_t id) {
      uint64_t* number = id == 1   ? &s.trace_low
                         : id == 2 ? &s.trace_high
                         : id == 3 ? &s.id
                         : id == 4 ? &s.parent
                         : id == 8 ? &start
                         : id == 9 ? &duration
                                   : nullptr;
      if (number && type == Type::I64) {
        required.came(id);
        *number = static_cast<uint64_t>(in_.integer(type));
      } else if (id == 5 && type == Type::String) {
        required.came(id);
        s.name = in_.text();
      } else if (id == 7 && type == Type::I32) {
        required.came(id);
        flags = in_.integer(type) != 0;
      } else if (id == 6 && type == Type::List) {
        lists = true;
        list(s.references, to_.references, [this] { reference(); });
      } else if (id == 10 && type == Type::List) {
        lists = true;
        list(s.tags, to_.span_tags, [this] { tag(to_.span_tags); });
      } else if (id == 11 && type == Type::List) {
        lists = true;
        list(s.logs, to_.logs, [this] { log(); });
      } else {
        in_.skip(type);
      }
    });
    require(required);
    s.start = nanoseconds(start);
    s.end = nanoseconds(start + duration);
    s.blank =
        !lists && !flags && s.name.empty() && (s.trace_low | s.trace_high | s.id | s.parent | start | duration) == 0;
    to_.spans.push_back(s);
  }

  void reference() {
    Required required(fields({1, 2, 3, 4}));
    Reference r;
    in_.structure([&](Type type, int16_t id) {
      uint64_t* number = id == 2 ? &r.trace_low : id == 3 ? &r.trace_high : id == 4 ? &r.span : nullptr;
      if (number && type == Type::I64) {
        required.came(id);
        *number = static_cast<uint64_t>(in_.integer(type));
      } else if (id == 1 && type == Type::I32) {
        required.came(id);
        const int64_t kind = in_.integer(type);
        r.child_of = kind == 0, r.follows_from = kind == 1;
      } else {
        in_.skip(type);
      }
    });
    require(required);
    to_.references.push_back(r);
  }

  void log() {
    Required required(fields({1, 2}));
    Log l;
    in_.structure([&](Type type, int16_t id) {
      if (id == 1 && type == Type::I64)
        required.came(id), l.time = nanoseconds(static_cast<uint64_t>(in_.integer(type)));
      else if (id == 2 && type == Type::List)
        required.came(id), list(l.fields, to_.log_fields, [this] { tag(to_.log_fields); });
      else in_.skip(type);
    });
    require(required);
    to_.logs.push_back(l);
  }

  void tag(std::vector<Tag>& to) {
    Required required(fields({1, 2}));
    Tag t;
    Text text, binary;
    uint64_t real = 0, boolean = 0, number = 0;
    in_.structure([&](Type type, int16_t id) {
      if (id == 1 && type == Type::String) required.came(id), t.key = in_.text();
      else if (id == 2 && type == Type::I32) required.came(id), t.type = static_cast<int32_t>(in_.integer(type));
      else if (id == 3 && type == Type::String) text = in_.text();
      else if (id == 4 && type == Type::Double) real = std::bit_cast<uint64_t>(in_.real());
      else if (id == 5 && type == Type::Bool) boolean = in_.boolean();
      else if (id == 6 && type == Type::I64) number = static_cast<uint64_t>(in_.integer(type));
      else if (id == 7 && type == Type::String) binary = in_.text();
      else in_.skip(type);
    });
    require(required);
    switch (t.type) {
    case 0: t.content = text; break;
    case 1: t.kind = TagKind::Double, t.bits = real; break;
    case 2: t.kind = TagKind::Bool, t.bits = boolean; break;
    case 3: t.kind = TagKind::Int, t.bits = number; break;
    case 4: t.kind = TagKind::Bytes, t.content = binary; break;
    default: t.kind = TagKind::None;
    }
    to.push_back(t);
  }

  thrift::Reader in_;
  Batch& to_;
  size_t size_;
  bool missing_ = false, too_large_ = false;
};

}  // namespace

Translated from_thrift(Bytes body, Writer& out) {
  Batch batch;
  if (const char* why = Reader(body, thrift::Protocol::Binary, batch).batch()) return {0, why};
  return {translate(batch, out)};
}

Translated from_datagram(Bytes message, thrift::Protocol protocol, Writer& out) {
  Batch batch;
  if (const char* why = Reader(message, protocol, batch).message()) return {0, why};
  return {translate(batch, out)};
}

}  // namespace whittle::jaeger
