// SPDX-License-Identifier: Apache-2.0
// Version 2: a list of spans in JSON (https://zipkin.io/zipkin-api/#/default/post_spans) or in protobuf
// (openzipkin/zipkin-api, zipkin.proto). Both are read into the same spans; what these become is below.
#include "runtime/base/arena.h"
#include "runtime/base/json_tree.h"
#include "runtime/base/utf8.h"
#include "runtime/wire/fields.h"
#include "stdlib/receiver/zipkin/spans.h"
#include "stdlib/receiver/zipkin/values.h"

#include <algorithm>
#include <arpa/inet.h>
#include <math.h>
#include <vector>

namespace whittle::zipkin {

namespace {

constexpr const char* kNoJson = "the body is no JSON";

struct Endpoint {
  bool there = false;
  Text service;
  Text ipv4, ipv6;  // as text
  uint64_t port = 0;
};
struct Tag {
  Text key, value;
};
struct Annotation {
  uint64_t time = 0;  // nanoseconds, as all times here; they wrap around as the reference's do
  Text value;
};
// Tags and annotations are runs in the lists that all spans share.
struct Span {
  uint64_t trace_high = 0, trace_low = 0, id = 0, parent = 0;
  bool has_parent = false, has_start = false;
  Text name, kind;
  uint64_t start = 0, duration = 0;
  Endpoint local, remote;
  size_t tags = 0, tags_end = 0, annotations = 0, annotations_end = 0;
};

struct Request {
  std::vector<Span> spans;
  std::vector<Tag> tags;
  std::vector<Annotation> annotations;
  Arena texts;
};

// ---- JSON

class JsonReader {
public:
  explicit JsonReader(Request& request) : to_(request) {}

  const char* list(yyjson_val* root) {
    if (yyjson_is_null(root)) return nullptr;
    if (!yyjson_is_arr(root)) return "the body is no list of spans";
    to_.spans.reserve(yyjson_arr_size(root));
    yyjson_val* element;
    size_t i, n;
    yyjson_arr_foreach(root, i, n, element) {
      if (yyjson_is_null(element)) continue;
      if (!yyjson_is_obj(element)) return "a span is no object";
      if (const char* why = span(element)) return why;
    }
    return nullptr;
  }

private:
  const char* span(yyjson_val* object) {
    Span s;
    const char* why = nullptr;
    uint64_t start = 0, duration = 0;
    yyjson_val *tags = nullptr, *annotations = nullptr, *key, *value;
    size_t i, n;
    yyjson_obj_foreach(object, i, n, key, value) {
      const Text name = text_of(key);
      auto is = [&](Text known) { return equal_ignoring_case(name, known); };
      if (is("traceId")) {
        if (!trace_id(value, s)) why = "a `traceId` is no hexadecimal number of at most 32 digits";
      } else if (is("id")) {
        if (!yyjson_is_str(value) || (yyjson_get_len(value) > 0 && !hex_number(text_of(value), s.id)))
          why = "an `id` is no hexadecimal number of at most 16 digits";
      } else if (yyjson_is_null(value)) {
        continue;
      } else if (is("parentId")) {
        s.has_parent = true;
        if (!is_no_id(value) &&
            (!yyjson_is_str(value) || (yyjson_get_len(value) > 0 && !hex_number(text_of(value), s.parent))))
          why = "a `parentId` is no hexadecimal number of at most 16 digits";
      } else if (is("name")) {
        if (!read(value, s.name)) why = "a `name` is no string";
      } else if (is("kind")) {
        if (!read(value, s.kind)) why = "a `kind` is no string";
      } else if (is("timestamp")) {
        if (!read(value, start)) why = "a `timestamp` is no whole number of microseconds";
      } else if (is("duration")) {
        if (!read(value, duration)) why = "a `duration` is no whole number of microseconds";
      } else if (is("debug") || is("shared")) {
        if (!yyjson_is_bool(value)) why = "`debug` or `shared` is no bool";
      } else if (is("localEndpoint")) {
        if (const char* wrong = endpoint(value, s.local)) why = wrong;
      } else if (is("remoteEndpoint")) {
        if (const char* wrong = endpoint(value, s.remote)) why = wrong;
      } else if (is("annotations")) {
        annotations = value;
      } else if (is("tags")) {
        tags = value;
      }
    }
    s.tags = s.tags_end = to_.tags.size();
    s.annotations = s.annotations_end = to_.annotations.size();
    if (tags) {
      if (!yyjson_is_obj(tags)) return "`tags` is no object";
      yyjson_obj_foreach(tags, i, n, key, value) {
        if (!yyjson_is_str(value) && !yyjson_is_null(value)) why = "a tag is no string";
        to_.tags.push_back({text_of(key), yyjson_is_str(value) ? text_of(value) : Text()});
      }
      s.tags_end = to_.tags.size();
    }
    if (annotations) {
      if (!yyjson_is_arr(annotations)) return "`annotations` is no list";
      yyjson_arr_foreach(annotations, i, n, value) {
        if (const char* wrong = annotation(value)) why = wrong;
      }
      s.annotations_end = to_.annotations.size();
    }
    if (why) return why;
    if (s.id == 0) return "a span has no `id`";
    s.has_start = start > 0;
    s.start = start * 1000, s.duration = duration * 1000;
    to_.spans.push_back(s);
    return nullptr;
  }

  // What the reference takes for no id: a value that is written with less than three characters, whatever it is.
  static bool is_no_id(yyjson_val* v) {
    if (yyjson_is_uint(v)) return yyjson_get_uint(v) < 100;
    if (yyjson_is_sint(v)) return yyjson_get_sint(v) > -10;
    return (yyjson_is_obj(v) || yyjson_is_arr(v)) && yyjson_get_len(v) == 0;
  }

  static bool trace_id(yyjson_val* v, Span& s) {
    if (!yyjson_is_str(v)) return false;
    const Text t = text_of(v);
    if (t.size() <= 16) return hex_number(t, s.trace_low);
    return hex_number(t.substr(0, t.size() - 16), s.trace_high) && hex_number(t.substr(t.size() - 16), s.trace_low);
  }

  const char* annotation(yyjson_val* v) {
    if (!yyjson_is_obj(v)) return "an annotation is no object";
    Annotation a;
    const char* why = nullptr;
    each_member(v, [&](Text name, yyjson_val* value) {
      if (equal_ignoring_case(name, "timestamp") && !read(value, a.time))
        why = "an annotation's `timestamp` is no whole number of microseconds";
      if (equal_ignoring_case(name, "value") && !read(value, a.value)) why = "an annotation's `value` is no string";
    });
    if (!why && a.time == 0) why = "an annotation has no `timestamp`";
    a.time *= 1000;
    to_.annotations.push_back(a);
    return why;
  }

  const char* endpoint(yyjson_val* v, Endpoint& e) {
    if (!yyjson_is_obj(v)) return "an endpoint is no object";
    const char* why = nullptr;
    each_member(v, [&](Text name, yyjson_val* value) {
      if (equal_ignoring_case(name, "serviceName") && !read(value, e.service)) why = "a `serviceName` is no string";
      if (equal_ignoring_case(name, "ipv4") && !address(value, e.ipv4)) why = "an `ipv4` is no address";
      if (equal_ignoring_case(name, "ipv6") && !address(value, e.ipv6)) why = "an `ipv6` is no address";
      if (equal_ignoring_case(name, "port") && (!read(value, e.port) || e.port > UINT16_MAX))
        why = "a `port` is no number up to 65535";
    });
    e.there = !e.service.empty() || e.port != 0 || !e.ipv4.empty() || !e.ipv6.empty();
    return why;
  }

  // Either member may be of either kind, as it is for the reference.
  bool address(yyjson_val* v, Text& out) {
    Text t;
    if (!read(v, t)) return false;
    out = {};
    if (t.empty()) return true;
    char text[INET6_ADDRSTRLEN + 1] = {};
    uint8_t bytes[16];
    if (t.size() >= sizeof text) return false;
    memcpy(text, t.data(), t.size());
    const bool six = t.find(':') != Text::npos;
    if (strlen(text) != t.size() || inet_pton(six ? AF_INET6 : AF_INET, text, bytes) != 1) return false;
    Writer written;
    append_address(written, {bytes, six ? size_t{16} : size_t{4}});
    out = to_.texts.copy(written.text());
    return true;
  }

  Request& to_;
};

// ---- protobuf

class ProtobufReader {
public:
  explicit ProtobufReader(Request& request) : to_(request) {}

  const char* list(Bytes body) {
    const char* why = nullptr;
    most_ = most_memory(body.size());
    const bool whole = wire::each_field(body, [&](const wire::Field& f) {
      if (f.number != 1 || f.type != wire::kLen || why) return;
      why = span(f.content);
      if (!why && !room()) why = "the body holds too many values";
    });
    return why ? why : whole ? nullptr : kNoProtobuf;
  }

private:
  static constexpr const char* kNoProtobuf = "the body is no protobuf";

  bool room() const {
    return to_.spans.size() * sizeof(Span) + to_.tags.size() * sizeof(Tag) +
               to_.annotations.size() * sizeof(Annotation) <
           most_;
  }

  static uint64_t id(Bytes b) { return std::byteswap(wire::load<uint64_t>(b.data())); }

  const char* span(Bytes message) {
    Span s;
    Bytes trace, parent, own;
    s.has_start = true;
    s.tags = to_.tags.size(), s.annotations = to_.annotations.size();
    bool good = true;
    good &= wire::each_field(message, [&](const wire::Field& f) {
      const bool bytes = f.type == wire::kLen;
      switch (f.number) {
      case 1:
        if (bytes) trace = f.content;
        return;
      case 2:
        if (bytes) parent = f.content;
        return;
      case 3:
        if (bytes) own = f.content;
        return;
      case 4:
        if (f.type == wire::kVarint) s.kind = kind_name(f.scalar);
        return;
      case 5:
        if (bytes) good &= text(f, s.name);
        return;
      case 6:
        if (f.type == wire::kI64) s.start = f.scalar * 1000;
        return;
      case 7:
        if (f.type == wire::kVarint) s.duration = f.scalar * 1000;
        return;
      case 8:
        if (bytes) good &= endpoint(f.content, s.local);
        return;
      case 9:
        if (bytes) good &= endpoint(f.content, s.remote);
        return;
      case 10:
        if (bytes) good = good && room() && annotation(f.content);
        return;
      case 11:
        if (bytes) good = good && room() && tag(f.content);
        return;
      default: return;
      }
    });
    s.tags_end = to_.tags.size(), s.annotations_end = to_.annotations.size();
    if (!room()) return "the body holds too many values";
    if (!good) return kNoProtobuf;
    if (trace.size() != 16) return "a trace id has not 16 bytes";
    if (!parent.empty() && parent.size() != 8) return "a parent's id has not 8 bytes";
    if (own.size() != 8) return "a span's id has not 8 bytes";
    s.trace_high = id(trace), s.trace_low = id(trace.subspan(8));
    s.id = id(own);
    if (!parent.empty()) s.has_parent = true, s.parent = id(parent);
    to_.spans.push_back(s);
    return nullptr;
  }

  static Text kind_name(uint64_t kind) {
    static constexpr Text kNames[] = {"", "CLIENT", "SERVER", "PRODUCER", "CONSUMER"};
    const auto n = static_cast<uint32_t>(kind);
    return n < std::size(kNames) ? kNames[n] : Text();
  }
  static bool text(const wire::Field& f, Text& out) {
    out = f.text();
    return is_utf8(f.content);
  }
  Text address(Bytes b) {
    if (b.empty()) return {};
    Writer written;
    append_address(written, b);
    return to_.texts.copy(written.text());
  }
  bool endpoint(Bytes message, Endpoint& e) {
    e.there = true;
    bool good = true;
    good &= wire::each_field(message, [&](const wire::Field& f) {
      if (f.number == 1 && f.type == wire::kLen) good &= text(f, e.service);
      if (f.number == 2 && f.type == wire::kLen) e.ipv4 = address(f.content);
      if (f.number == 3 && f.type == wire::kLen) e.ipv6 = address(f.content);
      if (f.number == 4 && f.type == wire::kVarint) e.port = f.scalar & UINT16_MAX;
    });
    return good;
  }
  bool annotation(Bytes message) {
    Annotation a;
    bool good = true;
    good &= wire::each_field(message, [&](const wire::Field& f) {
      if (f.number == 1 && f.type == wire::kI64) a.time = f.scalar * 1000;
      if (f.number == 2 && f.type == wire::kLen) good &= text(f, a.value);
    });
    to_.annotations.push_back(a);
    return good;
  }
  bool tag(Bytes message) {
    Tag t;
    bool good = true;
    good &= wire::each_field(message, [&](const wire::Field& f) {
      if (f.number == 1 && f.type == wire::kLen) good &= text(f, t.key);
      if (f.number == 2 && f.type == wire::kLen) good &= text(f, t.value);
    });
    to_.tags.push_back(t);
    return good;
  }

  Request& to_;
  size_t most_ = 0;
};

// ---- what they become

constexpr Text kLibraryName = "otel.library.name", kLibraryVersion = "otel.library.version";
constexpr Text kScopeName = "otel.scope.name", kScopeVersion = "otel.scope.version";
constexpr Text kNameSource = "otlp.service.name.source";

// Tags that are no attributes of a span; those of a resource's first span are the resource's. Sorted.
constexpr Text kNoAttributes[] = {
    "aws.ecs.cluster.arn",
    "aws.ecs.container.arn",
    "aws.ecs.launchtype",
    "aws.ecs.task.arn",
    "aws.ecs.task.family",
    "aws.ecs.task.revision",
    "aws.eks.cluster.arn",
    "aws.log.group.arns",
    "aws.log.group.names",
    "aws.log.stream.arns",
    "aws.log.stream.names",
    "cloud.account.id",
    "cloud.availability_zone",
    "cloud.platform",
    "cloud.provider",
    "cloud.region",
    "cloud.resource_id",
    "container.id",
    "container.image.name",
    "container.image.tag",
    "container.name",
    "container.runtime",
    "deployment.environment",
    "device.id",
    "device.manufacturer",
    "device.model.identifier",
    "device.model.name",
    "faas.id",
    "faas.instance",
    "faas.max_memory",
    "faas.name",
    "faas.version",
    "host.arch",
    "host.id",
    "host.image.id",
    "host.image.name",
    "host.image.version",
    "host.name",
    "host.type",
    "k8s.cluster.name",
    "k8s.container.name",
    "k8s.container.restart_count",
    "k8s.cronjob.name",
    "k8s.cronjob.uid",
    "k8s.daemonset.name",
    "k8s.daemonset.uid",
    "k8s.deployment.name",
    "k8s.deployment.uid",
    "k8s.job.name",
    "k8s.job.uid",
    "k8s.namespace.name",
    "k8s.node.name",
    "k8s.node.uid",
    "k8s.pod.name",
    "k8s.pod.uid",
    "k8s.replicaset.name",
    "k8s.replicaset.uid",
    "k8s.statefulset.name",
    "k8s.statefulset.uid",
    "opencensus.exporterversion",
    "opencensus.resourcetype",
    "opencensus.starttime",
    "os.description",
    "os.name",
    "os.type",
    "os.version",
    "otel.library.name",
    "otel.library.version",
    "otel.scope.name",
    "otel.scope.version",
    "otlp.service.name.source",
    "process.command",
    "process.command_args",
    "process.command_line",
    "process.executable.name",
    "process.executable.path",
    "process.owner",
    "process.pid",
    "process.runtime.description",
    "process.runtime.name",
    "process.runtime.version",
    "service.instance.id",
    "service.name",
    "service.namespace",
    "service.version",
    "telemetry.auto.version",
    "telemetry.sdk.language",
    "telemetry.sdk.name",
    "telemetry.sdk.version",
    "webengine.description",
    "webengine.name",
    "webengine.version",
};
consteval bool sorted() {
  for (size_t i = 1; i < std::size(kNoAttributes); ++i)
    if (!(kNoAttributes[i - 1] < kNoAttributes[i])) return false;
  return true;
}
static_assert(sorted());

bool no_attribute(Text key) {
  return std::binary_search(std::begin(kNoAttributes), std::end(kNoAttributes), key);
}
bool of_a_scope(Text key) {
  return key == kLibraryName || key == kLibraryVersion || key == kScopeName || key == kScopeVersion;
}

class Translator {
public:
  Translator(const Request& request, bool parse_tags, Writer& out) : request_(request), parse_(parse_tags), out_(out) {}

  const char* all() {
    // A resource a service, a scope a library, and what came last comes first, since the reference's order of equals
    // turns them around; so the last span of a service says what its resource is.
    struct Grouped {
      Text service, library;
      size_t span;
    };
    std::vector<Grouped> grouped;
    grouped.reserve(request_.spans.size());
    for (size_t i = 0; i < request_.spans.size(); ++i) {
      const Span& s = request_.spans[i];
      Text service = s.local.there ? s.local.service : Text();
      if (service.empty()) service = kNoService;
      grouped.push_back({service, library_of(s), i});
    }
    std::sort(grouped.begin(), grouped.end(), [](const Grouped& a, const Grouped& b) {
      int order = a.service.compare(b.service);
      if (order == 0) order = a.library.compare(b.library);
      return order != 0 ? order < 0 : a.span > b.span;
    });
    size_t resource = 0, scope = 0;
    for (size_t i = 0; i < grouped.size(); ++i) {
      const Grouped& p = grouped[i];
      const bool new_resource = i == 0 || grouped[i - 1].service != p.service;
      const bool new_scope = new_resource || grouped[i - 1].library != p.library;
      if (new_scope && i > 0) wire::end_len(out_, scope);
      if (new_resource && i > 0) wire::end_len(out_, resource);
      const Span& s = request_.spans[p.span];
      read_tags(s);
      if (new_resource) {
        resource = wire::begin_len(out_, 1);
        put_resource(p.service);
      }
      if (new_scope) {
        scope = wire::begin_len(out_, 2);
        put_scope(p.library);
      }
      if (const char* why = put_span(s)) return why;
    }
    if (!grouped.empty()) {
      wire::end_len(out_, scope);
      wire::end_len(out_, resource);
    }
    return nullptr;
  }

private:
  static constexpr Text kNoService = "OTLPResourceNoServiceName";
  using Entry = wire::AttributeMap::Entry;

  Text library_of(const Span& s) const {
    Text scope, library;
    bool has_scope = false;
    for (size_t i = s.tags; i < s.tags_end; ++i) {
      const Tag& t = request_.tags[i];
      if (t.key == kScopeName) scope = t.value, has_scope = true;
      if (t.key == kLibraryName) library = t.value;
    }
    return has_scope ? scope : library;
  }

  void read_tags(const Span& s) {
    tags_.clear();
    for (size_t i = s.tags; i < s.tags_end; ++i) tags_.text(request_.tags[i].key, request_.tags[i].value);
  }
  // A tag that is used up.
  bool take(Text key, Text& value) {
    Entry* e = tags_.find(key);
    if (!e) return false;
    value = e->content;
    tags_.remove(*e);
    return true;
  }

  void put_resource(Text service) {
    const size_t at = wire::begin_len(out_, 1);
    resource_.clear();
    if (service != kNoService) {
      const Entry* source = tags_.find(kNameSource);
      resource_.text(source && !source->content.empty() ? source->content : Text("service.name"), service);
      for (const Entry& e : tags_.entries())
        if (no_attribute(e.key) && !of_a_scope(e.key) && e.key != kNameSource) resource_.text(e.key, e.content);
      resource_.append_to(out_, 1);
    }
    wire::end_len(out_, at);
  }

  void put_scope(Text library) {
    const size_t at = wire::begin_len(out_, 1);
    if (!library.empty()) {
      Text name, version;
      for (const Text key : {kLibraryName, kScopeName})
        if (const Entry* e = tags_.find(key)) name = e->content;
      for (const Text key : {kLibraryVersion, kScopeVersion})
        if (const Entry* e = tags_.find(key)) version = e->content;
      if (!name.empty()) wire::put_text(out_, 1, name);
      if (!version.empty()) wire::put_text(out_, 2, version);
    }
    wire::end_len(out_, at);
  }

  const char* put_span(const Span& s) {
    const size_t at = wire::begin_len(out_, 2);
    wire::put_trace_id(out_, 1, s.trace_high, s.trace_low);
    wire::put_span_id(out_, 2, s.id);
    Text state;
    if (take("w3c.tracestate", state)) wire::put_text(out_, 3, state);
    if (s.has_parent && s.parent != s.id) wire::put_span_id(out_, 4, s.parent);
    if (!s.name.empty()) wire::put_text(out_, 5, s.name);
    if (const uint64_t kind = kind_of(s)) wire::put_number(out_, 6, kind);
    const uint64_t start = s.has_start ? s.start : 0;
    wire::put_fixed64(out_, 7, start);
    wire::put_fixed64(out_, 8, start + s.duration);
    status_.clear();
    read_status();
    links_.clear();
    if (const char* why = read_links()) return why;
    put_attributes(s);
    if (const char* why = put_events(s)) return why;
    out_.append(links_.bytes());
    wire::put_len(out_, 15, status_.bytes());
    wire::end_len(out_, at);
    return nullptr;
  }

  uint64_t kind_of(const Span& s) {
    if (s.kind == "CLIENT") return kClient;
    if (s.kind == "SERVER") return kServer;
    if (s.kind == "PRODUCER") return kProducer;
    if (s.kind == "CONSUMER") return kConsumer;
    Text kind;
    return take("span.kind", kind) && kind == "internal" ? kInternal : kUnspecified;
  }

  void read_status() {
    uint64_t code = kUnset;
    Text text, message;
    if (take("otel.status_code", text)) {
      if (text == "STATUS_CODE_OK" || text == "Ok") code = kOk;
      if (text == "STATUS_CODE_ERROR" || text == "Error") code = kError;
      take("otel.status_description", message);
    }
    if (Entry* e = tags_.find("error")) {
      code = kError;
      if (e->content == "true") tags_.remove(*e);
    }
    if (!message.empty()) wire::put_text(status_, 2, message);
    if (code != kUnset) wire::put_number(status_, 3, code);
  }

  // "otlp.link.0": "TRACE_ID|SPAN_ID|STATE|{attributes}|DROPPED", as the Collector's exporter writes links.
  const char* read_links() {
    for (int i = 0; i < 128; ++i) {
      char key[16] = "otlp.link.";
      Text value;
      if (!take(Text(key, 10 + format_uint_small(key + 10, i)), value)) return nullptr;
      const size_t trace_end = value.find('|'), span_end = find_after(value, trace_end);
      const size_t state_end = find_after(value, span_end), last = value.rfind('|');
      if (state_end == Text::npos || last <= state_end) continue;
      const size_t link = wire::begin_len(links_, 13);
      if (!put_id(1, value.substr(0, trace_end), 16)) return "the trace id of an `otlp.link` is none";
      if (!put_id(2, value.substr(trace_end + 1, span_end - trace_end - 1), 8))
        return "the span id of an `otlp.link` is none";
      if (span_end + 1 < state_end) wire::put_text(links_, 3, value.substr(span_end + 1, state_end - span_end - 1));
      if (!put_json_attributes(links_, 4, value.substr(state_end + 1, last - state_end - 1)))
        return "the attributes of an `otlp.link` are no JSON object";
      uint32_t dropped;
      if (!go_uint32(value.substr(last + 1), dropped)) return "an `otlp.link` does not end in a number";
      if (dropped > 0) wire::put_number(links_, 5, dropped);
      wire::end_len(links_, link);
    }
    return nullptr;
  }
  static size_t format_uint_small(char* out, int v) {
    size_t n = 0;
    if (v >= 100) out[n++] = static_cast<char>('0' + v / 100);
    if (v >= 10) out[n++] = static_cast<char>('0' + v / 10 % 10);
    out[n++] = static_cast<char>('0' + v % 10);
    return n;
  }
  static size_t find_after(Text t, size_t bar) { return bar == Text::npos ? bar : t.find('|', bar + 1); }

  // An id in hex, in quotes or not; an empty one is none.
  bool put_id(uint32_t field, Text t, size_t size) {
    if (t.size() >= 2 && t.front() == '"' && t.back() == '"') t = t.substr(1, t.size() - 2);
    if (t.empty()) return true;
    if (t.size() != 2 * size) return false;
    uint64_t high = 0, low = 0;
    if (size == 8) {
      if (!hex_number(t, low)) return false;
      wire::put_span_id(links_, field, low);
      return true;
    }
    if (!hex_number(t.substr(0, 16), high) || !hex_number(t.substr(16), low)) return false;
    wire::put_trace_id(links_, field, high, low);
    return true;
  }

  // Strings, numbers and bools of a JSON object; what else it holds is left out.
  static bool put_json_attributes(Writer& out, uint32_t field, Text json) {
    JsonTree tree(as_bytes(json));
    yyjson_val* root = tree.root();
    if (yyjson_is_null(root)) return true;
    if (!yyjson_is_obj(root)) return false;
    wire::AttributeMap attributes;
    each_member(root, [&](Text key, yyjson_val* v) {
      if (yyjson_is_str(v)) attributes.text(key, text_of(v));
      if (yyjson_is_bool(v)) attributes.boolean(key, yyjson_get_bool(v));
      if (!yyjson_is_num(v)) return;
      const double number = yyjson_get_num(v);
      if (number != floor(number)) attributes.real(key, number);
      // As Go converts a double on amd64.
      else attributes.integer(key, number >= -0x1p63 && number < 0x1p63 ? static_cast<int64_t>(number) : INT64_MIN);
    });
    attributes.append_to(out, field);
    return true;
  }

  void put_attributes(const Span& s) {
    for (Entry& e : tags_.entries()) {
      if (e.kind == wire::AttributeMap::Kind::None) continue;
      if (no_attribute(e.key)) tags_.remove(e);
      else if (parse_) put_tag(tags_, e.key, e.content, true);
    }
    if (s.local.there) {
      if (!s.local.ipv4.empty()) tags_.text("network.local.address", s.local.ipv4);
      if (!s.local.ipv6.empty()) tags_.text("network.local.address", s.local.ipv6);
      if (s.local.port > 0) tags_.integer("net.host.port", static_cast<int64_t>(s.local.port));
    }
    if (s.remote.there) {
      if (!s.remote.service.empty()) tags_.text("service.peer.name", s.remote.service);
      if (!s.remote.ipv4.empty()) tags_.text("network.peer.address", s.remote.ipv4);
      if (!s.remote.ipv6.empty()) tags_.text("network.peer.address", s.remote.ipv6);
      if (s.remote.port > 0) tags_.integer("net.peer.port", static_cast<int64_t>(s.remote.port));
    }
    if (!s.has_start) tags_.boolean(kStartAbsent, true);
    tags_.append_to(out_, 9);
  }

  // "NAME|{attributes}|DROPPED", as the Collector's exporter writes events.
  const char* put_events(const Span& s) {
    for (size_t i = s.annotations; i < s.annotations_end; ++i) {
      const Annotation& a = request_.annotations[i];
      const size_t event = wire::begin_len(out_, 11);
      wire::put_fixed64(out_, 1, a.time);
      const size_t first = a.value.find('|'), last = a.value.rfind('|');
      if (first != 0 && !a.value.empty()) wire::put_text(out_, 2, a.value.substr(0, first));
      if (first != last) {
        if (!put_json_attributes(out_, 3, a.value.substr(first + 1, last - first - 1)))
          return "the attributes in an annotation are no JSON object";
        uint32_t dropped;
        if (!go_uint32(a.value.substr(last + 1), dropped))
          return "an annotation with attributes does not end in a number";
        if (dropped > 0) wire::put_number(out_, 4, dropped);
      }
      wire::end_len(out_, event);
    }
    return nullptr;
  }

  const Request& request_;
  bool parse_;
  Writer& out_;
  wire::AttributeMap tags_, resource_;
  Writer status_, links_;
};

Translated translate(const Request& request, bool parse_tags, Writer& out) {
  const size_t before = out.size();
  if (const char* why = Translator(request, parse_tags, out).all()) {
    out.truncate(before);
    return {0, why};
  }
  return {request.spans.size()};
}

}  // namespace

Translated from_v2_json(Bytes body, bool parse_tags, Writer& out) {
  JsonTree tree(body);
  if (!tree.root()) return {0, tree.error().code == Errc::TooLarge ? "the body holds too many values" : kNoJson};
  Request request;
  if (const char* why = JsonReader(request).list(tree.root())) return {0, why};
  return translate(request, parse_tags, out);
}

Translated from_v2_protobuf(Bytes body, bool parse_tags, Writer& out) {
  Request request;
  if (const char* why = ProtobufReader(request).list(body)) return {0, why};
  return translate(request, parse_tags, out);
}

}  // namespace whittle::zipkin
