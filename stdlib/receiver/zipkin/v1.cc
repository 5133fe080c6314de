// SPDX-License-Identifier: Apache-2.0
// Version 1: a list of spans in JSON or in thrift's binary protocol (openzipkin/zipkin-api, zipkinCore.thrift). What a
// span is of, and who it is of, stands in its annotations.
#include "runtime/base/arena.h"
#include "runtime/base/json.h"
#include "runtime/base/json_tree.h"
#include "runtime/thrift/reader.h"
#include "stdlib/receiver/zipkin/spans.h"
#include "stdlib/receiver/zipkin/values.h"

#include <algorithm>
#include <vector>

namespace whittle::zipkin {

namespace {

using wire::AttributeMap;

constexpr Text kUnknownService = "unknown-service";

struct Endpoint {
  Text service, ipv4, ipv6;
  int32_t port = 0;
};
struct Annotation {
  int64_t time = 0;  // microseconds, as all times here
  Text value;
  bool has_endpoint = false;
  Endpoint endpoint;
};
struct BinaryAnnotation {
  Text key, value;
  bool has_endpoint = false;
  Text service;
  int64_t type = kString;

  enum Type : int64_t { kBool, kBytes, kI16, kI32, kI64, kDouble, kString };
};
struct Span {
  uint64_t trace_high = 0, trace_low = 0, id = 0, parent = 0;
  Text name;
  bool has_time = false;
  int64_t time = 0, duration = 0;
};

uint64_t nanoseconds(int64_t microseconds) {
  return microseconds <= 0 ? 0 : static_cast<uint64_t>(microseconds) * 1000;
}

// The status of a span from what tags say of it, the best of several.
class Status {
public:
  // True: the tag is no attribute.
  bool take(Text key, const AttributeMap::Entry& v) {
    int32_t code;
    if (key == "census.status_code") {
      if (code_of(v, code)) census_ = code == 0 ? int32_t{kOk} : int32_t{kError}, has_census_ = true;
      return true;
    }
    if (key == "census.status_description" || key == "opencensus.status_description") {
      census_message_ = v.text();
      return true;
    }
    if (key == "otel.status_code") {
      if (code_of(v, code)) status_ = code, has_status_ = true;
      return true;
    }
    if (key == "otel.status_description") {
      status_message_ = v.text();
      return true;
    }
    if (key == "http.status_code" || key == "http.response.status_code") {
      if (code_of(v, code)) http_ = code >= 100 && code < 400 ? int32_t{kUnset} : int32_t{kError}, has_http_ = true;
    }
    if (key == "http.status_message") http_message_ = v.text();
    if (key == "error") has_error_ = true;
    return key == "error";
  }

  void append_to(Writer& out, uint32_t field) const {
    int32_t code = kUnset;
    Text message;
    if (has_census_) code = census_, message = census_message_;
    else if (has_status_) code = status_, message = status_message_;
    else if (has_error_) code = kError, message = census_message_.empty() ? status_message_ : census_message_;
    else if (has_http_) code = http_, message = http_message_;
    const size_t at = wire::begin_len(out, field);
    if (!message.empty()) wire::put_text(out, 2, message);
    if (code != kUnset) wire::put_number(out, 3, static_cast<uint64_t>(int64_t{code}));
    wire::end_len(out, at);
  }

private:
  static bool code_of(const AttributeMap::Entry& v, int32_t& out) {
    int64_t n = v.integer();
    if (v.kind != AttributeMap::Kind::Int && (v.kind != AttributeMap::Kind::Text || !go_int(v.content, n)))
      return false;
    out = static_cast<int32_t>(n);
    return n == out;
  }
  bool has_census_ = false, has_status_ = false, has_http_ = false, has_error_ = false;
  int32_t census_ = 0, status_ = 0, http_ = 0;
  Text census_message_, status_message_, http_message_;
};

// Spans go where others of the same endpoint are, a resource each.
class Translator {
public:
  Translator(bool parse_tags, Arena& texts) : parse_(parse_tags), texts_(texts) {}

  // `now`: the start of a span that has none, where it is to have one; 0 otherwise.
  void span(const Span& s, const std::vector<Annotation>& annotations, const std::vector<BinaryAnnotation>& binary,
            int64_t now) {
    events_.clear();
    Endpoint who;
    bool known = false;
    uint64_t kind = kUnspecified, start = 0, end = 0;
    int64_t earliest = INT64_MAX, latest = INT64_MIN;
    for (const Annotation& a : annotations) {
      if (a.value.empty()) continue;
      const uint64_t says = kind_of(a.value);
      if (!known && says && a.has_endpoint && !a.endpoint.service.empty()) {
        who = a.endpoint;
        known = who.service != kUnknownService;
      }
      if (kind == kUnspecified) kind = says;
      if (a.time < earliest) earliest = a.time, start = nanoseconds(a.time);
      if (a.time > latest) latest = a.time, end = nanoseconds(a.time);
      if (says) continue;
      const size_t event = wire::begin_len(events_, 11);
      wire::put_fixed64(events_, 1, nanoseconds(a.time));
      wire::put_text(events_, 2, a.value);
      wire::end_len(events_, event);
    }
    if (!known) who = {kUnknownService, {}, {}, 0};
    attributes_.clear();
    Status status;
    const Text named = tags(binary, status);
    if (who.service == kUnknownService && !named.empty()) who.service = named;
    if (s.has_time) {
      start = nanoseconds(s.time);
      end = nanoseconds(static_cast<int64_t>(static_cast<uint64_t>(s.time) + static_cast<uint64_t>(s.duration)));
    }
    if (start == 0 && now != 0) {
      start = end = static_cast<uint64_t>(now);
      attributes_.boolean(kStartAbsent, true);
    }

    spans_.push_back({resource_of(who), spans_.size(), written_.size(), 0});
    Writer& out = written_;
    const size_t at = wire::begin_len(out, 2);
    wire::put_trace_id(out, 1, s.trace_high, s.trace_low);
    wire::put_span_id(out, 2, s.id);
    wire::put_span_id(out, 4, s.parent);
    if (!s.name.empty()) wire::put_text(out, 5, s.name);
    if (kind) wire::put_number(out, 6, kind);
    wire::put_fixed64(out, 7, start);
    wire::put_fixed64(out, 8, end);
    attributes_.append_to(out, 9);
    out.append(events_.bytes());
    status.append_to(out, 15);
    wire::end_len(out, at);
    spans_.back().end = out.size();
  }

  size_t held() const { return written_.size() + spans_.size() * sizeof(WrittenSpan); }

  // Appends the request.
  void finish(Writer& out) {
    std::sort(spans_.begin(), spans_.end(), [](const WrittenSpan& a, const WrittenSpan& b) {
      return a.resource != b.resource ? a.resource < b.resource : a.number < b.number;
    });
    for (size_t i = 0; i < spans_.size();) {
      const uint32_t resource = spans_[i].resource;
      const size_t group = wire::begin_len(out, 1);
      put_resource(out, endpoints_[resource]);
      const size_t scope = wire::begin_len(out, 2);
      wire::put_len(out, 1, {});
      for (; i < spans_.size() && spans_[i].resource == resource; ++i)
        out.append(written_.bytes().subspan(spans_[i].begin, spans_[i].end - spans_[i].begin));
      wire::end_len(out, scope);
      wire::end_len(out, group);
    }
  }

private:
  struct WrittenSpan {
    uint32_t resource;
    size_t number, begin, end;
  };

  static uint64_t kind_of(Text value) {
    if (value == "cs" || value == "cr") return kClient;
    if (value == "ms") return kProducer;
    if (value == "mr") return kConsumer;
    if (value == "ss" || value == "sr") return kServer;
    return kUnspecified;
  }

  // The last name of a service in them, or of a component.
  Text tags(const std::vector<BinaryAnnotation>& binary, Status& status) {
    Text service, component;
    for (const BinaryAnnotation& b : binary) {
      if (b.has_endpoint) service = b.service;
      Text key = b.key;
      if (key == "lc") key = "component", component = b.value;
      value_.clear();
      read_value(b);
      AttributeMap::Entry& v = value_.entries()[0];
      if (!status.take(key, v)) attributes_.put(key, v.kind, v.content, v.bits);
    }
    return service.empty() ? component : service;
  }

  void read_value(const BinaryAnnotation& b) {
    const Bytes v = as_bytes(b.value);
    uint64_t bits = 0;
    const size_t size = b.type == BinaryAnnotation::kI16 ? 2 : b.type == BinaryAnnotation::kI32 ? 4 : 8;
    switch (b.type) {
    case BinaryAnnotation::kString: return put_tag(value_, {}, b.value, parse_);
    case BinaryAnnotation::kBool: return value_.boolean({}, v.size() == 1 && v[0] == 1);
    case BinaryAnnotation::kBytes: {
      Writer text;
      append_base64(text, v);
      return value_.text({}, texts_.copy(text.text()));
    }
    case BinaryAnnotation::kI16:
    case BinaryAnnotation::kI32:
    case BinaryAnnotation::kI64:
    case BinaryAnnotation::kDouble:
      if (v.size() < size) return value_.text({}, "<not enough bytes representing the number>");
      for (size_t i = 0; i < size; ++i) bits = bits << 8 | v[i];  // without a sign, as the reference reads them
      return value_.put({}, b.type == BinaryAnnotation::kDouble ? AttributeMap::Kind::Double : AttributeMap::Kind::Int,
                        {}, bits);
    default: {
      Writer text;
      text.append(Text("<unknown zipkin v1 binary annotation type ("));
      append_int(text, b.type);
      text.append(Text(")>"));
      return value_.text({}, texts_.copy(text.text()));
    }
    }
  }

  // Endpoints are the same where what they print is.
  uint32_t resource_of(const Endpoint& e) {
    Writer name;
    name.append(e.service);
    for (const Text part : {e.ipv4, e.ipv6}) {
      name.byte('-');
      name.append(part);
    }
    name.byte('-');
    append_int(name, e.port);
    if (const AttributeMap::Entry* known = known_.find(name.text())) return static_cast<uint32_t>(known->bits);
    known_.integer(texts_.copy(name.text()), static_cast<int64_t>(endpoints_.size()));
    endpoints_.push_back(e);
    return static_cast<uint32_t>(endpoints_.size() - 1);
  }

  void put_resource(Writer& out, const Endpoint& e) {
    const size_t at = wire::begin_len(out, 1);
    attributes_.clear();
    attributes_.text("service.name", e.service);
    if (!e.ipv4.empty()) attributes_.text("ipv4", e.ipv4);
    if (!e.ipv6.empty()) attributes_.text("ipv6", e.ipv6);
    char port[kNumberRoom];
    if (e.port != 0) attributes_.text("port", Text(port, format_int(port, e.port)));
    attributes_.append_to(out, 1);
    wire::end_len(out, at);
  }

  bool parse_;
  Arena& texts_;
  AttributeMap attributes_, value_, known_;
  std::vector<Endpoint> endpoints_;
  std::vector<WrittenSpan> spans_;
  Writer written_, events_;
};

// ---- JSON

class JsonReader {
public:
  JsonReader(bool parse_tags, int64_t now) : translator_(parse_tags, texts_), now_(now) {}

  Translated list(yyjson_val* root, Writer& out) {
    if (yyjson_is_null(root)) return {};
    if (!yyjson_is_arr(root)) return {0, "the body is no list of spans"};
    uint64_t spans = 0;
    yyjson_val* element;
    size_t i, n;
    yyjson_arr_foreach(root, i, n, element) {
      if (yyjson_is_null(element)) continue;
      if (!yyjson_is_obj(element)) return {0, "a span is no object"};
      if (const char* why = span(element)) return {0, why};
      ++spans;
    }
    translator_.finish(out);
    return {spans};
  }

private:
  const char* span(yyjson_val* object) {
    Span s;
    Text trace, id, parent;
    const char* why = nullptr;
    annotations_.clear();
    binary_.clear();
    each_member(object, [&](Text name, yyjson_val* v) {
      auto is = [&](Text known) { return equal_ignoring_case(name, known); };
      if (is("traceId") && !read(v, trace)) why = "a `traceId` is no string";
      if (is("name") && !read(v, s.name)) why = "a `name` is no string";
      if (is("parentId") && !read(v, parent)) why = "a `parentId` is no string";
      if (is("id") && !read(v, id)) why = "an `id` is no string";
      if (is("timestamp") && !read(v, s.time)) why = "a `timestamp` is no whole number";
      if (is("duration") && !read(v, s.duration)) why = "a `duration` is no whole number";
      if (is("debug") && !yyjson_is_bool(v)) why = "`debug` is no bool";
      if (is("annotations"))
        if (const char* wrong = each_element(v, [this](yyjson_val* x) { return annotation(x); })) why = wrong;
      if (is("binaryAnnotations"))
        if (const char* wrong = each_element(v, [this](yyjson_val* x) { return binary(x); })) why = wrong;
    });
    if (why) return why;
    const bool whole = trace.size() == 16 ? hex_number(trace, s.trace_low)
                                          : trace.size() == 32 && hex_number(trace.substr(0, 16), s.trace_high) &&
                                                hex_number(trace.substr(16), s.trace_low);
    if (!whole || (s.trace_high | s.trace_low) == 0) return "a `traceId` is not 16 or 32 hexadecimal digits, or zero";
    if (id.size() != 16 || !hex_number(id, s.id) || s.id == 0) return "an `id` is not 16 hexadecimal digits, or zero";
    if (!parent.empty() && (parent.size() != 16 || !hex_number(parent, s.parent) || s.parent == 0))
      return "a `parentId` is not 16 hexadecimal digits, or zero";
    s.has_time = s.time != 0;
    translator_.span(s, annotations_, binary_, now_);
    return nullptr;
  }

  template <class F>
  static const char* each_element(yyjson_val* list, F f) {
    if (!yyjson_is_arr(list)) return "`annotations` or `binaryAnnotations` is no list";
    const char* why = nullptr;
    yyjson_val* element;
    size_t i, n;
    yyjson_arr_foreach(list, i, n, element) {
      if (yyjson_is_null(element)) continue;
      if (!yyjson_is_obj(element)) return "an annotation is no object";
      if (const char* wrong = f(element)) why = wrong;
    }
    return why;
  }

  const char* annotation(yyjson_val* object) {
    Annotation a;
    const char* why = nullptr;
    each_member(object, [&](Text name, yyjson_val* v) {
      if (equal_ignoring_case(name, "timestamp") && !read(v, a.time))
        why = "an annotation's `timestamp` is no whole number";
      if (equal_ignoring_case(name, "value") && !read(v, a.value)) why = "an annotation's `value` is no string";
      if (equal_ignoring_case(name, "endpoint")) {
        a.has_endpoint = true;
        if (!endpoint(v, a.endpoint)) why = "an `endpoint` is none";
      }
    });
    annotations_.push_back(a);
    return why;
  }
  const char* binary(yyjson_val* object) {
    BinaryAnnotation b;
    const char* why = nullptr;
    each_member(object, [&](Text name, yyjson_val* v) {
      if (equal_ignoring_case(name, "key") && !read(v, b.key)) why = "a binary annotation's `key` is no string";
      if (equal_ignoring_case(name, "value") && !read(v, b.value)) why = "a binary annotation's `value` is no string";
      if (equal_ignoring_case(name, "endpoint")) {
        Endpoint e;
        if (!endpoint(v, e)) why = "an `endpoint` is none";
        b.service = e.service;
        b.has_endpoint = !e.service.empty();
      }
    });
    binary_.push_back(b);
    return why;
  }
  static bool endpoint(yyjson_val* object, Endpoint& e) {
    if (!yyjson_is_obj(object)) return false;
    bool good = true;
    each_member(object, [&](Text name, yyjson_val* v) {
      if (equal_ignoring_case(name, "serviceName")) good &= read(v, e.service);
      if (equal_ignoring_case(name, "ipv4")) good &= read(v, e.ipv4);
      if (equal_ignoring_case(name, "ipv6")) good &= read(v, e.ipv6);
      int64_t port = 0;
      if (!equal_ignoring_case(name, "port")) return;
      good &= read(v, port) && port == static_cast<int32_t>(port);
      e.port = static_cast<int32_t>(port);
    });
    return good;
  }

  Arena texts_;
  Translator translator_;
  int64_t now_;
  std::vector<Annotation> annotations_;
  std::vector<BinaryAnnotation> binary_;
};

// ---- thrift

class ThriftReader {
public:
  explicit ThriftReader(Bytes body)
      : in_(body, thrift::Protocol::Binary), most_(most_memory(body.size())), translator_(false, texts_) {}

  Translated list(Writer& out) {
    thrift::Type element;  // not looked at, as in the reference: spans follow
    uint32_t size = 0;
    in_.begin_list(element, size);
    for (uint32_t i = 0; i < size && !in_.failed(); ++i) {
      span();
      if (translator_.held() > most_) return {0, "the body holds too many spans"};
    }
    if (in_.failed())
      return {0, in_.error().code == Errc::Truncated ? "the body ends within thrift's binary protocol"
                                                     : "the body is no list in thrift's binary protocol"};
    translator_.finish(out);
    return {size};
  }

private:
  using Type = thrift::Type;

  void span() {
    Span s;
    annotations_.clear();
    binary_.clear();
    in_.structure([&](Type type, int16_t id) {
      const bool number = type == Type::I64;
      switch (id) {
      case 1:
        if (number) return void(s.trace_low = static_cast<uint64_t>(in_.integer(type)));
        break;
      case 3:
        if (type == Type::String) return void(s.name = in_.text());
        break;
      case 4:
        if (number) return void(s.id = static_cast<uint64_t>(in_.integer(type)));
        break;
      case 5:
        if (number) return void(s.parent = static_cast<uint64_t>(in_.integer(type)));
        break;
      case 6:
        if (type == Type::List) return void(in_.list(Type::Struct, [this] { annotation(); }));
        break;
      case 8:
        if (type == Type::List) return void(in_.list(Type::Struct, [this] { binary(); }));
        break;
      case 10:
        if (number) return void(s.time = in_.integer(type)), void(s.has_time = true);
        break;
      case 11:
        if (number) return void(s.duration = in_.integer(type));
        break;
      case 12:
        if (number) return void(s.trace_high = static_cast<uint64_t>(in_.integer(type)));
        break;
      default: break;
      }
      in_.skip(type);
    });
    if (!in_.failed()) translator_.span(s, annotations_, binary_, 0);
  }

  void annotation() {
    Annotation a;
    in_.structure([&](Type type, int16_t id) {
      if (id == 1 && type == Type::I64) a.time = in_.integer(type);
      else if (id == 2 && type == Type::String) a.value = in_.text();
      else if (id == 3 && type == Type::Struct) a.has_endpoint = true, a.endpoint = endpoint();
      else in_.skip(type);
    });
    annotations_.push_back(a);
  }
  void binary() {
    BinaryAnnotation b;
    b.type = BinaryAnnotation::kBool;
    in_.structure([&](Type type, int16_t id) {
      if (id == 1 && type == Type::String) b.key = in_.text();
      else if (id == 2 && type == Type::String) b.value = in_.text();
      else if (id == 3 && type == Type::I32) b.type = in_.integer(type);
      else if (id == 4 && type == Type::Struct) b.has_endpoint = true, b.service = endpoint().service;
      else in_.skip(type);
    });
    binary_.push_back(b);
  }
  Endpoint endpoint() {
    Endpoint e;
    uint32_t ipv4 = 0;
    Bytes ipv6;
    in_.structure([&](Type type, int16_t id) {
      if (id == 1 && type == Type::I32) ipv4 = static_cast<uint32_t>(in_.integer(type));
      else if (id == 2 && type == Type::I16) e.port = static_cast<int32_t>(in_.integer(type));
      else if (id == 3 && type == Type::String) e.service = in_.text();
      else if (id == 4 && type == Type::String) ipv6 = in_.bytes();
      else in_.skip(type);
    });
    const uint32_t big = std::byteswap(ipv4);
    if (ipv4 != 0) e.ipv4 = address({reinterpret_cast<const uint8_t*>(&big), 4});
    if (!ipv6.empty()) e.ipv6 = address(ipv6);
    return e;
  }
  Text address(Bytes b) {
    Writer written;
    append_address(written, b);
    return texts_.copy(written.text());
  }

  thrift::Reader in_;
  size_t most_;
  Arena texts_;
  Translator translator_;
  std::vector<Annotation> annotations_;
  std::vector<BinaryAnnotation> binary_;
};

}  // namespace

Translated from_v1_json(Bytes body, bool parse_tags, int64_t now, Writer& out) {
  JsonTree tree(body);
  if (!tree.root())
    return {0, tree.error().code == Errc::TooLarge ? "the body holds too many values" : "the body is no JSON"};
  return JsonReader(parse_tags, now).list(tree.root(), out);
}

Translated from_v1_thrift(Bytes body, Writer& out) {
  return ThriftReader(body).list(out);
}

}  // namespace whittle::zipkin
