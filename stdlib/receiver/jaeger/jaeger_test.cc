// SPDX-License-Identifier: Apache-2.0
// Jaeger's batches in thrift's two protocols and in protobuf: what becomes of their spans, and what is refused.
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"
#include "stdlib/receiver/jaeger/spans.h"

#include <gtest/gtest.h>
#include <string>

using namespace whittle;
using thrift::Protocol;
using thrift::Type;

namespace {

// A struct of thrift while it is written, in either protocol.
class Struct {
public:
  explicit Struct(Protocol p) : compact_(p == Protocol::Compact) {}

  Struct& number(int id, Type type, int64_t v) {
    head(id, type);
    if (compact_) varint(static_cast<uint64_t>(v) << 1 ^ static_cast<uint64_t>(v >> 63));
    else fixed(static_cast<uint64_t>(v), type == Type::I16 ? 2 : type == Type::I32 ? 4 : 8);
    return *this;
  }
  Struct& boolean(int id, bool v) {
    head(id, Type::Bool, v);
    if (!compact_) out_ += static_cast<char>(v);
    return *this;
  }
  Struct& real(int id, double v) {
    head(id, Type::Double);
    uint64_t bits = std::bit_cast<uint64_t>(v);
    fixed(compact_ ? std::byteswap(bits) : bits, 8);
    return *this;
  }
  Struct& text(int id, const std::string& v) {
    head(id, Type::String);
    size(v.size());
    out_ += v;
    return *this;
  }
  Struct& structure(int id, const Struct& v) {
    head(id, Type::Struct);
    out_ += v.bytes();
    return *this;
  }
  Struct& list(int id, const std::vector<Struct>& all) {
    head(id, Type::List);
    if (compact_ && all.size() < 15) {
      out_ += static_cast<char>(all.size() << 4 | 12);
    } else if (compact_) {
      out_ += '\xfc';
      varint(all.size());
    } else {
      out_ += '\x0c';
      fixed(all.size(), 4);
    }
    for (const Struct& s : all) out_ += s.bytes();
    return *this;
  }
  std::string bytes() const { return out_ + std::string(1, '\0'); }

private:
  void head(int id, Type type, bool value = false) {
    if (!compact_) {
      out_ += static_cast<char>(type);
      fixed(static_cast<uint64_t>(id), 2);
      return;
    }
    const int code = type == Type::Bool     ? (value ? 1 : 2)
                     : type == Type::I16    ? 4
                     : type == Type::I32    ? 5
                     : type == Type::I64    ? 6
                     : type == Type::Double ? 7
                     : type == Type::String ? 8
                     : type == Type::List   ? 9
                                            : 12;
    out_ += static_cast<char>((id - last_) << 4 | code);
    last_ = id;
  }
  void varint(uint64_t v) {
    for (; v >= 128; v >>= 7) out_ += static_cast<char>(v | 128);
    out_ += static_cast<char>(v);
  }
  void fixed(uint64_t v, int bytes) {
    while (bytes-- > 0) out_ += static_cast<char>(v >> 8 * bytes);
  }
  void size(size_t n) {
    if (compact_) varint(n);
    else fixed(n, 4);
  }
  bool compact_;
  int last_ = 0;
  std::string out_;
};

std::string as_json(const jaeger::Translated& done, const Writer& out) {
  if (done.wrong) {
    EXPECT_TRUE(out.empty());
    return std::string("! ") + done.wrong;
  }
  const auto counts = wire::validate(Signal::Traces, out.bytes());
  EXPECT_TRUE(counts && counts->regular && counts->items == done.spans);
  Writer json;
  wire::proto_to_json(Signal::Traces, out.bytes(), json);
  return std::string(json.text());
}
std::string posted(Text batch) {
  Writer out;
  const auto done = jaeger::from_thrift(as_bytes(batch), out);
  return as_json(done, out);
}
std::string sent(Text message, Protocol p) {
  Writer out;
  const auto done = jaeger::from_datagram(as_bytes(message), p, out);
  return as_json(done, out);
}
std::string called(Text request) {
  Writer out;
  const auto done = jaeger::from_protobuf(as_bytes(request), out);
  return as_json(done, out);
}

struct Make {
  Protocol p;

  Struct s() const { return Struct(p); }
  Struct text_tag(const char* key, const char* v) const { return s().text(1, key).number(2, Type::I32, 0).text(3, v); }
  Struct int_tag(const char* key, int64_t v) const {
    return s().text(1, key).number(2, Type::I32, 3).number(6, Type::I64, v);
  }
  Struct bool_tag(const char* key, bool v) const { return s().text(1, key).number(2, Type::I32, 2).boolean(5, v); }
  // A span that lists follow.
  Struct span(int64_t parent = 0) const {
    return s()
        .number(1, Type::I64, 1)
        .number(2, Type::I64, 0)
        .number(3, Type::I64, 2)
        .number(4, Type::I64, parent)
        .text(5, "n");
  }
  Struct& times(Struct& span) const {
    return span.number(7, Type::I32, 1).number(8, Type::I64, 3).number(9, Type::I64, 4);
  }
  Struct span_of(const std::vector<Struct>& tags) const {
    Struct x = span();
    return times(x).list(10, tags);
  }
  Struct batch(const std::vector<Struct>& spans, const std::vector<Struct>& tags = {}) const {
    return s().structure(1, s().text(1, "svc").list(2, tags)).list(2, spans);
  }
  std::string message(const Struct& batch) const {
    const std::string call = s().structure(1, batch).bytes();
    if (p == Protocol::Compact)
      return std::string("\x82\x81\x05\x09"
                         "emitBatch") +
             call;
    return std::string("\x80\x01\x00\x04\x00\x00\x00\x09"
                       "emitBatch\x00\x00\x00\x01",
                       21) +
           call;
  }
};
constexpr Make kBinary = {Protocol::Binary}, kCompact = {Protocol::Compact};

TEST(Jaeger, BothProtocolsSayTheSame) {
  std::string all[2];
  for (const Make& m : {kBinary, kCompact}) {
    Struct span = m.span();
    span.list(6,
              {m.s().number(1, Type::I32, 1).number(2, Type::I64, 7).number(3, Type::I64, 8).number(4, Type::I64, 9)});
    m.times(span);
    std::vector<Struct> tags = {m.text_tag("s", "x"),
                                m.int_tag("i", -5),
                                m.bool_tag("t", true),
                                m.bool_tag("f", false),
                                m.s().text(1, "d").number(2, Type::I32, 1).real(4, 0.5),
                                m.s().text(1, "b").number(2, Type::I32, 4).text(7, "\xff"),
                                m.s().text(1, "u").number(2, Type::I32, 9)};
    for (int i = 0; i < 20; ++i) tags.push_back(m.int_tag(("k" + std::to_string(i)).c_str(), i));
    span.list(10, tags);
    span.list(11, {m.s().number(1, Type::I64, 5).list(2, {m.text_tag("event", "e"), m.int_tag("n", 1)})});
    const std::string is = sent(m.message(m.batch({span}, {m.text_tag("hostname", "h")})), m.p);
    all[m.p == Protocol::Compact] = is;
    for (
        const char* part :
        {R"([{"key":"service.name","value":{"stringValue":"svc"}},{"key":"host.name","value":{"stringValue":"h"}}])",
         R"("traceId":"00000000000000000000000000000001","spanId":"0000000000000002")", R"("name":"n")",
         R"("startTimeUnixNano":"3000","endTimeUnixNano":"7000")", R"({"key":"i","value":{"intValue":"-5"}})",
         R"({"key":"f","value":{"boolValue":false}})", R"({"key":"d","value":{"doubleValue":0.5}})",
         R"({"key":"b","value":{"bytesValue":"/w=="}})", R"(<Unknown Jaeger TagType \"<UNSET>\">)",
         R"({"key":"k19","value":{"intValue":"19"}})",
         R"("events":[{"timeUnixNano":"5000","name":"e","attributes":[{"key":"n","value":{"intValue":"1"}}]}])",
         R"("links":[{"traceId":"00000000000000080000000000000007","spanId":"0000000000000009","attributes":[{"key":"opentracing.ref_type","value":{"stringValue":"follows_from"}}]}])"})
      EXPECT_NE(is.find(part), std::string::npos) << part << "\n" << is;
  }
  EXPECT_EQ(all[0], all[1]);
}

struct Tagged {
  std::vector<Struct> tags;
  const char* has;
  const char* has_not = nullptr;
};
TEST(Jaeger, Status) {
  const Make m = kBinary;
  const Tagged all[] = {
      {{m.bool_tag("error", true)}, R"("status":{"code":2})", "\"error\""},
      {{m.bool_tag("error", false)}, R"({"key":"error","value":{"boolValue":false}})", "\"code\""},
      {{m.text_tag("error", "true")}, R"({"key":"error","value":{"stringValue":"true"}})", "\"code\""},
      {{m.bool_tag("error", true), m.text_tag("otel.status_code", "OK"), m.text_tag("otel.status_description", "d")},
       R"("status":{"message":"d","code":2})",
       "otel.status"},
      {{m.bool_tag("error", true), m.text_tag("http.status_message", "m")}, R"("status":{"message":"m","code":2})"},
      {{m.text_tag("otel.status_code", "Ok"), m.text_tag("otel.status_description", "d")},
       R"("status":{"message":"d","code":1})"},
      {{m.text_tag("otel.status_code", "none"), m.int_tag("http.status_code", 500)}, R"("status":{})"},
      {{m.int_tag("http.status_code", 404), m.text_tag("span.kind", "server")}, R"("status":{})", "span.kind"},
      {{m.int_tag("http.status_code", 404), m.text_tag("span.kind", "client")}, R"("status":{"code":2})"},
      {{m.text_tag("http.status_code", "503"), m.text_tag("http.status_message", "m")},
       R"("status":{"message":"m","code":2})"},
      {{m.text_tag("http.status_code", "x")}, R"("status":{})"},
      {{m.int_tag("http.status_code", 200), m.text_tag("http.status_message", "m")}, R"("status":{})"},
  };
  for (const Tagged& c : all) {
    const std::string is = posted(m.batch({m.span_of(c.tags)}).bytes());
    EXPECT_NE(is.find(c.has), std::string::npos) << c.has << "\n" << is;
    if (c.has_not) EXPECT_EQ(is.find(c.has_not), std::string::npos) << c.has_not << "\n" << is;
  }
}

// The parent is told, or what the span is a child of in its own trace, or what it follows from.
TEST(Jaeger, Parents) {
  const Make m = kCompact;
  auto reference = [&](int kind, int64_t trace, int64_t span) {
    return m.s()
        .number(1, Type::I32, kind)
        .number(2, Type::I64, trace)
        .number(3, Type::I64, 0)
        .number(4, Type::I64, span);
  };
  struct Case {
    int64_t parent;
    std::vector<Struct> references;
    const char* is;
    size_t links;
  };
  const Case all[] = {{5, {}, "0000000000000005", 0},
                      {0, {reference(1, 1, 6), reference(0, 1, 7)}, "0000000000000007", 1},
                      {0, {reference(0, 2, 8), reference(1, 1, 6)}, "0000000000000006", 2},
                      {5, {reference(0, 9, 5)}, "0000000000000005", 0}};
  for (const Case& c : all) {
    Struct span = m.span(c.parent);
    if (!c.references.empty()) span.list(6, c.references);
    const std::string is = sent(m.message(m.batch({m.times(span)})), m.p);
    EXPECT_NE(is.find(std::string(R"("parentSpanId":")") + c.is), std::string::npos) << is;
    size_t links = 0;
    for (size_t at = 0; (at = is.find("ref_type", at)) != std::string::npos; ++at) ++links;
    EXPECT_EQ(links, c.links) << is;
  }
}

TEST(Jaeger, ProcessTags) {
  const Make m = kBinary;
  auto resource = [&](const std::vector<Struct>& tags) { return posted(m.batch({m.span_of({})}, tags).bytes()); };
  std::string is = resource({m.text_tag("hostname", "a"), m.text_tag("host.name", "b")});
  EXPECT_NE(is.find("\"hostname\""), std::string::npos);
  is = resource({m.text_tag("jaeger.version", "Go-2")});
  EXPECT_NE(is.find(R"({"key":"opencensus.exporterversion","value":{"stringValue":"Jaeger-Go-2"}})"),
            std::string::npos);
  EXPECT_EQ(is.find("jaeger.version"), std::string::npos);
  is = resource({m.text_tag("jaeger.version", "a"), m.text_tag("opencensus.exporterversion", "b")});
  EXPECT_NE(is.find("jaeger.version"), std::string::npos);
}

TEST(Jaeger, WrongBatches) {
  const Make m = kBinary;
  const Struct process = m.s().text(1, "svc");
  EXPECT_EQ(posted(m.s().structure(1, process).bytes()), "! a required field is missing");
  EXPECT_EQ(posted(m.s().structure(1, process).list(2, {m.span()}).bytes()), "! a required field is missing");
  EXPECT_EQ(posted(m.batch({m.span_of({m.s().text(1, "k")})}).bytes()), "! a required field is missing");
  EXPECT_EQ(posted(""), "! it ends within thrift's protocol");
  EXPECT_EQ(posted("{}"), "! it ends within thrift's protocol");
  EXPECT_EQ(posted(std::string("\x0f\x00\x02\x0c\x7f\xff\xff\xff", 8)), "! it ends within thrift's protocol");
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += std::string("\x0c\x00\x09", 3);
  EXPECT_EQ(posted(deep), "! it is none of thrift's protocol");
  const std::string zipkin = std::string("\x80\x01\x00\x04\x00\x00\x00\x0f"
                                         "emitZipkinBatch\x00\x00\x00\x01\x00",
                                         28);
  EXPECT_EQ(sent(zipkin, Protocol::Binary), "! it holds spans of Zipkin, which Jaeger's agent took");
  EXPECT_EQ(sent(std::string("\x82\x81\x00\x01x\x00", 6), Protocol::Compact),
            "! it calls another function than `emitBatch`");
  EXPECT_EQ(sent("\x82\x82", Protocol::Compact), "! it is none of thrift's protocol");
}

TEST(Jaeger, EveryTruncationIsRefused) {
  for (const Make& m : {kBinary, kCompact}) {
    const std::string whole = m.message(m.batch({m.span_of({m.text_tag("a", "b"), m.bool_tag("c", true)})}));
    EXPECT_FALSE(sent(whole, m.p).starts_with('!'));
    for (size_t n = 0; n < whole.size(); ++n) EXPECT_TRUE(sent(Text(whole).substr(0, n), m.p).starts_with('!')) << n;
  }
}

// ---- protobuf

std::string field(int number, const std::string& content) {
  std::string out(1, static_cast<char>(number << 3 | 2));
  for (size_t n = content.size();; n >>= 7) {
    out += static_cast<char>((n & 127) | (n > 127 ? 128 : 0));
    if (n <= 127) return out + content;
  }
}
std::string number(int field, uint64_t v) {
  std::string out(1, static_cast<char>(field << 3));
  for (; v > 127; v >>= 7) out += static_cast<char>(v | 128);
  return out + static_cast<char>(v);
}
std::string id(uint64_t v) {
  std::string out;
  for (int i = 7; i >= 0; --i) out += static_cast<char>(v >> 8 * i);
  return out;
}
std::string tag(const char* key, const char* value) {
  return field(1, key) + field(3, value);
}
const std::string kIds = field(1, id(0) + id(1)) + field(2, id(2));
std::string request(const std::string& batch) {
  return field(1, batch);
}

struct Called {
  const char* what;
  std::string request;
  const char* has;
};
TEST(Jaeger, Calls) {
  const std::string late = field(6, number(1, 253'402'300'800u));
  const Called all[] = {
      {"nothing", "", "{}"},
      {"a short trace id", request(field(1, field(1, id(1)) + field(2, id(2)))),
       R"("traceId":"00000000000000000000000000000001")"},
      {"no start is the year 1", request(field(1, kIds)), R"("startTimeUnixNano":"11651379494838206464")"},
      {"times", request(field(1, kIds + field(6, number(1, 5) + number(2, 6)) + field(7, number(2, 1)))),
       R"("startTimeUnixNano":"5000000006","endTimeUnixNano":"5000000007")"},
      {"a scope",
       request(field(1, kIds + field(8, tag("otel.scope.name", "n")) + field(8, tag("otel.scope.version", "v")))),
       R"("scope":{"name":"n","version":"v"})"},
      {"a version alone is a tag", request(field(1, kIds + field(8, tag("otel.scope.version", "v")))),
       R"({"key":"otel.scope.version","value":{"stringValue":"v"}})"},
      {"the state of a trace", request(field(1, kIds + field(8, tag("w3c.tracestate", "a=b")))),
       R"("traceState":"a=b")"},
      {"an unknown type", request(field(1, kIds + field(8, field(1, "k") + number(2, 9)))),
       R"(<Unknown Jaeger TagType \"9\">)"},
      {"a process of a span", request(field(1, kIds + field(10, field(1, "own"))) + field(2, field(1, "batch"))),
       R"("stringValue":"own")"},
      {"no service", request(field(1, kIds) + field(2, field(1, "OTLPResourceNoServiceName"))), R"("resource":{})"},
      {"no UTF-8", request(field(1, kIds + field(3, "\xff"))), "\"name\":\"\xef\xbf\xbd\""},
      {"an id of two bytes", request(field(1, field(2, "ab"))), "! a span's id has not 8 bytes"},
      {"a trace id of two bytes", request(field(1, field(1, "ab"))), "! a trace id has neither 8 nor 16 bytes"},
      {"a late time", request(field(1, kIds + late)), "! a time is outside of the years 1 to 9999"},
      {"a duration of two signs", request(field(1, kIds + field(7, number(1, 1) + number(2, UINT64_MAX)))),
       "! a duration is none"},
      {"cut", "\x0a\xff", "! it is cut short, or no protobuf"},
  };
  for (const Called& c : all) {
    const std::string is = called(c.request);
    EXPECT_NE(is.find(c.has), std::string::npos) << c.what << "\n" << is;
  }
  EXPECT_EQ(called(request(field(1, ""))), "{}") << "a blank span is none";
}

TEST(Jaeger, ProcessesThatAreAlikeAreOneResource) {
  std::string batch;
  for (const char* service : {"a", "b", "a"}) batch += field(1, kIds + field(10, field(1, service)));
  const std::string is = called(request(batch));
  size_t resources = 0;
  for (size_t at = 0; (at = is.find("\"resource\"", at)) != std::string::npos; ++at) ++resources;
  EXPECT_EQ(resources, 2u) << is;
}

// What takes two bytes in a request and many in memory is bounded.
TEST(Jaeger, AnEmptyNameOfAProcessIsNone) {
  const std::string is = called(request(field(1, kIds) + field(1, kIds + field(10, field(1, "")))));
  EXPECT_EQ(is.find("scopeSpans"), is.rfind("scopeSpans")) << is;
}

TEST(Jaeger, RequestsOfNothingAreRefused) {
  std::string spans;
  for (int i = 0; i < 2'000'000; ++i) spans += std::string("\x0a\x00", 2);
  EXPECT_EQ(called(request(spans)), "! it holds too many values");
}

}  // namespace
