// SPDX-License-Identifier: Apache-2.0
#include "stdlib/receiver/fluent_forward/message.h"

#include "runtime/base/arena.h"
#include "runtime/base/number.h"
#include "runtime/codec/decompress.h"
#include "runtime/msgpack/reader.h"
#include "runtime/wire/attribute_map.h"

namespace whittle::fluent {

namespace {

using msgpack::Kind;
using msgpack::Value;

// A record's values within values. OTLP that is received may be nested by 100 messages, and each of these is three.
constexpr int kMaxDepth = 24;
constexpr size_t kMostWritten = 64 << 20;
constexpr Text kTag = "fluent.tag";

constexpr const char* kShort = "a message ends too early";
constexpr const char* kNoTime = "an entry begins with no time";
constexpr const char* kNoEntry = "an entry is no list of a time and a record";

class Translator {
public:
  Translator(Bytes message, Writer& out) : in_(message), out_(out), before_(out.size()) {}

  const char* message(Message& to) {
    Value list, tag, second;
    if (!next(list) || list.kind != Kind::List || !next(tag) || tag.kind != Kind::String)
      return "a message is no list that begins with a tag";
    tag_ = tag.text();
    const size_t at = at_;
    if (list.count < 2 || !next(second)) return kShort;
    uint32_t most = 3;
    switch (second.kind) {
    case Kind::Int:
    case Kind::Uint:
    case Kind::Extension:
      most = 4;
      if (list.count < 3) return "a message has a time and no record";
      at_ = at;
      if (!record(true)) return wrong_;
      break;
    case Kind::List:
      for (uint32_t i = 0; i < second.count; ++i)
        if (!entry()) return wrong_;
      break;
    case Kind::String:
    case Kind::Binary: packed_ = second.content; break;
    default: return "the second element of a message is neither a time nor entries";
    }
    if (list.count > most) return "a message has too many elements";
    Text compressed;
    if (list.count == most && !options(to.chunk, compressed)) return wrong_;
    if (!packed_.empty() && !unpack(compressed, to.cut)) return wrong_;
    to.records = records_;
    return nullptr;
  }

private:
  bool fail(const char* why) {
    if (!wrong_) wrong_ = why;
    return false;
  }
  bool next(Value& v) { return msgpack::read(in_, at_, v) == msgpack::Read::Ok || fail(kShort); }

  bool entry() {
    Value list;
    if (!next(list)) return false;
    if (list.kind != Kind::List || list.count != 2) return fail(kNoEntry);
    return record(false);
  }

  // A time and a map. In a message of its own the record's attributes come over the tag, in others the tag over them,
  // as in the reference.
  bool record(bool alone) {
    Value time, map;
    uint64_t nanoseconds;
    if (!next(time)) return false;
    if (!read_time(time, nanoseconds)) return fail(kNoTime);
    if (!next(map)) return false;
    if (map.kind != Kind::Map) return fail("a record is no map");
    attributes_.clear();
    values_.reset();
    body_.clear();
    if (alone) attributes_.text(kTag, tag_);
    for (uint32_t i = 0; i < map.count; ++i) {
      Value key;
      if (!next(key)) return false;
      if (key.kind != Kind::String && key.kind != Kind::Binary) return fail("a key in a record is no string");
      const Text name = key.text();
      value_.clear();
      if (!put_value(value_, 0)) return false;
      // Fluentd says `message`, Fluent Bit `log`. Where both are there, nil says nothing.
      if (name != "message" && name != "log") attributes_.any(name, values_.copy(value_.text()));
      else if (!value_.empty()) body_.swap(value_);
    }
    if (!alone) attributes_.text(kTag, tag_);
    // The tag of a message stands in each of its records.
    if (out_.size() - before_ > kMostWritten) return fail("the records of a message take too much memory");
    const size_t at = wire::begin_len(out_, 2);
    wire::put_fixed64(out_, 1, nanoseconds);
    if (!body_.empty()) wire::put_len(out_, 5, body_.bytes());
    attributes_.append_to(out_, 6);
    wire::end_len(out_, at);
    ++records_;
    return true;
  }

  // Seconds, or an EventTime: extension 0 of seconds and nanoseconds.
  static bool read_time(const Value& v, uint64_t& out) {
    if (v.kind == Kind::Int || v.kind == Kind::Uint) {
      out = v.bits * 1'000'000'000;
      return true;
    }
    if (v.kind != Kind::Extension || v.extension != 0 || v.content.size() != 8) return false;
    out = number(v.content.first(4)) * 1'000'000'000 + number(v.content.subspan(4));
    return true;
  }
  static uint64_t number(Bytes b) {
    uint64_t v = 0;
    for (const uint8_t byte : b) v = v << 8 | byte;
    return v;
  }

  // Of pairs with the same key in a map the last one stays. Only the first keys of a large one are compared: all of
  // them could be made to take long.
  struct Pairs {
    static constexpr size_t kMost = 32;
    struct Pair {
      Text key;
      size_t begin, size;
    };
    Pair known[kMost];
    size_t count = 0;

    // A pair has been written from `begin` on.
    void put(Text key, size_t begin, Writer& out) {
      for (size_t i = 0; i < count; ++i) {
        if (known[i].key != key) continue;
        const Pair gone = known[i];
        out.erase(gone.begin, gone.size);
        begin -= gone.size;
        for (size_t k = i + 1; k < count; ++k) known[k - 1] = {known[k].key, known[k].begin - gone.size, known[k].size};
        --count;
        break;
      }
      if (count < kMost) known[count++] = {key, begin, out.size() - begin};
    }
  };

  // Appends the content of an AnyValue.
  bool put_value(Writer& out, int depth) {
    if (depth > kMaxDepth) return fail("a record is nested too deeply");
    Value v;
    if (!next(v)) return false;
    switch (v.kind) {
    case Kind::Nil: return true;
    case Kind::Bool: wire::put_number(out, 2, v.bits); return true;
    case Kind::Uint:
      if (v.bits > INT64_MAX) {
        char digits[kNumberRoom];
        wire::put_text(out, 1, Text(digits, format_uint(digits, v.bits)));
        return true;
      }
      [[fallthrough]];
    case Kind::Int: wire::put_number(out, 3, v.bits); return true;
    case Kind::Float:
    case Kind::Double: wire::put_fixed64(out, 4, std::bit_cast<uint64_t>(v.real())); return true;
    case Kind::String:
    case Kind::Binary: wire::put_text(out, 1, v.text()); return true;
    case Kind::List: {
      const size_t list = wire::begin_len(out, 5);
      for (uint32_t i = 0; i < v.count; ++i) {
        const size_t element = wire::begin_len(out, 1);
        if (!put_value(out, depth + 1)) return false;
        wire::end_len(out, element);
      }
      wire::end_len(out, list);
      return true;
    }
    case Kind::Map: {
      const size_t map = wire::begin_len(out, 6);
      Pairs pairs;
      for (uint32_t i = 0; i < v.count; ++i) {
        Value key;
        if (!next(key)) return false;
        if (key.kind != Kind::String && key.kind != Kind::Binary) return fail("a key in a record is no string");
        const size_t begin = out.size();
        const size_t pair = wire::begin_len(out, 1);
        wire::put_text(out, 1, key.text());
        const size_t value = wire::begin_len(out, 2);
        if (!put_value(out, depth + 1)) return false;
        wire::end_len(out, value);
        wire::end_len(out, pair);
        pairs.put(key.text(), begin, out);
      }
      wire::end_len(out, map);
      return true;
    }
    case Kind::Extension: put_extension(out, v); return true;
    }
    return fail(kShort);
  }

  // A time as seconds with nine digits behind the point; of others the reference's text: "&{[1 2] 5}".
  static void put_extension(Writer& out, const Value& v) {
    Writer text;
    if (v.extension == 0 && v.content.size() == 8) {
      append_uint(text, number(v.content.first(4)));
      text.byte('.');
      char digits[kNumberRoom];
      const size_t n = format_uint(digits, 1'000'000'000 + number(v.content.subspan(4)) % 1'000'000'000);
      text.append(Text(digits + 1, n - 1));
    } else {
      text.append(Text("&{["));
      for (size_t i = 0; i < v.content.size(); ++i) {
        if (i > 0) text.byte(' ');
        append_uint(text, v.content[i]);
      }
      text.append(Text("] "));
      append_int(text, v.extension);
      text.byte('}');
    }
    wire::put_text(out, 1, text.text());
  }

  bool options(Text& chunk, Text& compressed) {
    Value map;
    if (!next(map)) return false;
    if (map.kind == Kind::Nil) return true;
    if (map.kind != Kind::Map) return fail("the options of a message are no map");
    for (uint32_t i = 0; i < map.count; ++i) {
      Value key, value;
      if (!next(key)) return false;
      if (key.kind != Kind::String) return fail("the name of an option is no string");
      const size_t at = at_;
      if (!next(value)) return false;
      if (value.kind == Kind::String && key.text() == "chunk") chunk = value.text();
      if (value.kind == Kind::String && key.text() == "compressed") compressed = value.text();
      at_ = at;
      if (!skip()) return false;
    }
    return true;
  }
  bool skip() {
    msgpack::Scan scan;
    if (scan.go(in_.subspan(at_)) != msgpack::Read::Ok) return fail(kShort);
    at_ += scan.end();
    return true;
  }

  bool unpack(Text compressed, bool& cut) {
    Decompressed plain;
    in_ = packed_;
    at_ = 0;
    if (compressed == "gzip" || compressed == "zstd") {
      auto unpacked = decompress(compressed == "gzip" ? Coding::Gzip : Coding::Zstd, packed_, kMostUnpacked);
      if (!unpacked)
        return fail(unpacked.error().code == Errc::TooLarge ? "the entries of a message are too large"
                                                            : "the entries of a message cannot be decompressed");
      plain = static_cast<Decompressed&&>(*unpacked);
      in_ = {plain.buffer.data(), plain.size};
    }
    while (at_ < in_.size()) {
      const size_t before = out_.size();
      if (entry()) continue;
      // The others are whole: what the sender cut off is lost with it.
      if (wrong_ != kShort) return false;
      out_.truncate(before);
      cut = true;
      wrong_ = nullptr;
      return true;
    }
    return true;
  }

  Bytes in_;
  size_t at_ = 0;
  Writer& out_;
  Text tag_;
  Bytes packed_;
  size_t before_, records_ = 0;
  wire::AttributeMap attributes_;
  Arena values_;
  Writer body_, value_;
  const char* wrong_ = nullptr;
};

}  // namespace

Message read(Bytes message, Writer& records) {
  Message to;
  const size_t before = records.size();
  to.wrong = Translator(message, records).message(to);
  if (to.wrong) records.truncate(before);
  return to;
}

// All records are of one resource without attributes, as in the reference.
void finish(const Writer& records, Writer& out) {
  if (records.empty()) return;
  const size_t resource = wire::begin_len(out, 1);
  wire::put_len(out, 1, {});
  const size_t scope = wire::begin_len(out, 2);
  wire::put_len(out, 1, {});
  out.append(records.bytes());
  wire::end_len(out, scope);
  wire::end_len(out, resource);
}

}  // namespace whittle::fluent
