// SPDX-License-Identifier: Apache-2.0
#include "stdlib/receiver/awsxray/spans.h"

#include "runtime/base/json.h"
#include "runtime/base/json_memory.h"
#include "runtime/base/utf8.h"
#include "runtime/http/header.h"
#include "runtime/wire/wire.h"

#include "stdlib/receiver/awsxray/document.h"

#include <algorithm>
#include <vector>

namespace whittle::xray {

namespace {

// opentelemetry/proto/trace/v1/trace.proto
enum Kind : uint64_t { kInternal = 1, kServer = 2, kClient = 3 };
constexpr uint64_t kError = 2;

void put_text(Writer& out, uint32_t field, Text t) {
  wire::put_len(out, field, as_bytes(t));
}
void put_number(Writer& out, uint32_t field, uint64_t v) {
  wire::put_tag(out, field, wire::kVarint);
  wire::put_varint(out, v);
}

// Attributes, each once: a later value of a name takes the place of the earlier one.
class Attributes {
public:
  void text(Text key, Text v) {
    begin(key);
    put_text(out_, 1, v);
    end();
  }
  void boolean(Text key, bool v) {
    begin(key);
    put_number(out_, 2, v);
    end();
  }
  void integer(Text key, int64_t v) {
    begin(key);
    put_number(out_, 3, static_cast<uint64_t>(v));
    end();
  }
  void real(Text key, double v) {
    begin(key);
    wire::put_tag(out_, 4, wire::kI64);
    wire::put_i64(out_, std::bit_cast<uint64_t>(v));
    end();
  }
  void texts(Text key, const std::vector<Text>& all) {
    begin(key);
    const size_t list = wire::begin_len(out_, 5);
    for (const Text t : all) {
      const size_t value = wire::begin_len(out_, 1);
      put_text(out_, 1, t);
      wire::end_len(out_, value);
    }
    wire::end_len(out_, list);
    end();
  }

  // Members of documents; nothing where there is none.
  void text(const Object* o, uint32_t member, Text key) {
    if (o && o->has(member)) text(key, text_of(o->value(member)));
  }
  void boolean(const Object* o, uint32_t member, Text key) {
    if (o && o->has(member)) boolean(key, yyjson_get_bool(o->value(member)));
  }
  void integer(const Object* o, uint32_t member, Text key) {
    if (o && o->has(member)) integer(key, yyjson_get_sint(o->value(member)));
  }

  void append_to(Writer& out, uint32_t field) const {
    for (const Entry& e : entries_) wire::put_len(out, field, out_.bytes().subspan(e.from, e.size));
  }

private:
  struct Entry {
    Text key;
    size_t from, size;
  };
  void begin(Text key) {
    at_ = entries_.size();
    for (size_t i = 0; i < entries_.size(); ++i)
      if (entries_[i].key == key) at_ = i;
    if (at_ == entries_.size()) entries_.push_back({key, 0, 0});
    from_ = out_.size();
    put_text(out_, 1, key);
    value_ = wire::begin_len(out_, 2);
  }
  void end() {
    wire::end_len(out_, value_);
    entries_[at_].from = from_, entries_[at_].size = out_.size() - from_;
  }
  Writer out_;
  std::vector<Entry> entries_;
  size_t at_ = 0, from_ = 0, value_ = 0;
};

int hex_digit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}
bool decode_hex(Text t, uint8_t* out) {
  for (size_t i = 0; i + 1 < t.size(); i += 2) {
    const int high = hex_digit(t[i]), low = hex_digit(t[i + 1]);
    if (high < 0 || low < 0) return false;
    out[i / 2] = static_cast<uint8_t>(high * 16 + low);
  }
  return true;
}
// "1-5f84c7a1-e7d1852db8c4fd35d88bf49a"
bool decode_trace_id(Text t, uint8_t (&out)[16]) {
  return t.size() == 35 && decode_hex(t.substr(2, 8), out) && decode_hex(t.substr(11), out + 4);
}
bool decode_span_id(Text t, uint8_t (&out)[8]) {
  return t.size() == 16 && decode_hex(t, out);
}

// As Go reads a number into a double: a "-0" is negative.
double number_of(yyjson_val* v) {
  return yyjson_is_sint(v) && yyjson_get_sint(v) == 0 ? -0.0 : yyjson_get_num(v);
}

// Seconds as a time in nanoseconds, as Go converts a double on amd64.
uint64_t nanoseconds(yyjson_val* seconds) {
  const double ns = yyjson_get_num(seconds) * 1e9;
  if (ns >= -0x1p63 && ns < 0x1p63) return static_cast<uint64_t>(static_cast<int64_t>(ns));
  return ns >= 0x1p63 && ns < 0x1p64 ? static_cast<uint64_t>(ns) : uint64_t{1} << 63;
}

// JSON as Go writes what it has read into an `any`: keys sorted, each once, and all numbers doubles.
void append_value(Writer& out, yyjson_val* v) {
  switch (yyjson_get_type(v)) {
  case YYJSON_TYPE_BOOL: out.append(Text(yyjson_get_bool(v) ? "true" : "false")); return;
  case YYJSON_TYPE_NUM: append_double(out, number_of(v)); return;
  case YYJSON_TYPE_STR: append_json_html(out, text_of(v)); return;
  case YYJSON_TYPE_ARR: {
    yyjson_val* element;
    size_t i, n;
    out.byte('[');
    yyjson_arr_foreach(v, i, n, element) {
      if (i > 0) out.byte(',');
      append_value(out, element);
    }
    out.byte(']');
    return;
  }
  case YYJSON_TYPE_OBJ: {
    struct Pair {
      Text key;
      yyjson_val* value;
      size_t place;
    };
    std::vector<Pair> pairs;
    yyjson_val *key, *value;
    size_t i, n;
    yyjson_obj_foreach(v, i, n, key, value) pairs.push_back({text_of(key), value, i});
    std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
      const int by_key = a.key.compare(b.key);
      return by_key != 0 ? by_key < 0 : a.place < b.place;
    });
    out.byte('{');
    bool first = true;
    for (size_t k = 0; k < pairs.size(); ++k) {
      if (k + 1 < pairs.size() && pairs[k + 1].key == pairs[k].key) continue;
      if (!first) out.byte(',');
      first = false;
      append_json_html(out, pairs[k].key);
      out.byte(':');
      append_value(out, pairs[k].value);
    }
    out.byte('}');
    return;
  }
  default: out.append(Text("null"));
  }
}

// "jdbc:postgresql://host:5432/ebdb?x" as the server and the database. As the pattern
// ^([^/]+:(?://[^/]+/)?)([^\?]+)\??.*$ splits it.
bool split_sql_url(Text url, Text& server, Text& database) {
  const size_t question = url.find('?');
  if (question != Text::npos && url.find('\n', question) != Text::npos) return false;
  const Text path = url.substr(0, question);
  const size_t run = std::min(url.find('/'), url.size());
  for (size_t colon = run; colon-- > 1;) {
    if (url[colon] != ':') continue;
    size_t end = colon + 1;
    if (url.substr(end).starts_with("//")) {
      const size_t slash = url.find('/', end + 2);
      if (slash != Text::npos && slash > end + 2 && slash + 1 < path.size()) end = slash + 1;
    }
    if (end >= path.size()) continue;
    server = url.substr(0, end);
    while (server.ends_with('/')) server.remove_suffix(1);
    database = path.substr(end);
    return true;
  }
  return false;
}

class Document {
public:
  Document(Arena& arena, Writer& out) : arena_(arena), out_(out) {}

  Translated whole(yyjson_val* root) {
    Object s;
    if (const char* member = read(root, arena_, s))
      return {*member ? "a member has a wrong type" : "it is no object", *member ? member : nullptr};
    const uint64_t count = count_of(s);
    const char* missing = !s.has(segment::Name)        ? "name"
                          : !s.has(segment::Id)        ? "id"
                          : !s.has(segment::StartTime) ? "start_time"
                          : !s.has(segment::TraceId)   ? "trace_id"
                                                       : nullptr;
    if (missing) return {"a member is missing", missing, count};
    const size_t before = out_.size(), group = wire::begin_len(out_, 1);
    resource(s);
    const size_t scope = wire::begin_len(out_, 2);
    wire::put_len(out_, 1, {});
    const Text type = s.has(segment::Type) ? text_of(s.value(segment::Type)) : Text();
    const bool part = s.has(segment::ParentId) && equal_ignoring_case(type, "subsegment");
    if (!spans(s, text_of(s.value(segment::TraceId)), {}, part)) {
      out_.truncate(before);
      return {wrong_, member_, count};
    }
    wire::end_len(out_, scope);
    wire::end_len(out_, group);
    return {nullptr, nullptr, count};
  }

private:
  uint64_t count_of(const Object& s) {
    uint64_t n = 1;
    for (const Object& part : s.list(segment::Subsegments)) n += count_of(part);
    return n;
  }

  bool fail(const char* wrong, const char* member) {
    wrong_ = wrong, member_ = member;
    return false;
  }

  void resource(const Object& s) {
    Attributes a;
    a.text(&s, segment::Name, "service.name");
    const Object* on = s.object(segment::Aws);
    a.text("cloud.provider", on ? "aws" : "unknown");
    if (on) place(*on, a);
    if (const Object* used = on ? on->object(aws::XRay) : nullptr) {
      a.text(used, sdk::Version, "telemetry.sdk.version");
      if (used->has(sdk::Name)) {
        const Text name = text_of(used->value(sdk::Name));
        a.text("telemetry.sdk.name", name);
        const size_t language = name.find("for ");
        if (has_exceptions(s)) a.text("telemetry.sdk.language", "java");
        else if (language != Text::npos) a.text("telemetry.sdk.language", name.substr(language + 4));
      }
    }
    a.text(s.object(segment::Service), service::Version, "service.version");
    a.text(&s, segment::ResourceArn, "aws.xray.resource_arn");
    const size_t resource = wire::begin_len(out_, 1);
    a.append_to(out_, 1);
    wire::end_len(out_, resource);
  }

  void place(const Object& on, Attributes& a) {
    a.text(&on, aws::AccountId, "cloud.account.id");
    if (on.has(aws::Logs)) {
      std::vector<Text> arns, groups;
      for (const Object& l : on.list(aws::Logs)) {
        if (l.has(logs::Arn)) arns.push_back(text_of(l.value(logs::Arn)));
        if (l.has(logs::Group)) groups.push_back(text_of(l.value(logs::Group)));
      }
      if (!arns.empty()) a.texts("aws.log.group.arns", arns);
      if (!groups.empty()) a.texts("aws.log.group.names", groups);
    }
    const Object* o = on.object(aws::Ec2);
    a.text(o, ec2::AvailabilityZone, "cloud.availability_zone");
    a.text(o, ec2::Instance, "host.id");
    a.text(o, ec2::Size, "host.type");
    a.text(o, ec2::Image, "host.image.id");
    o = on.object(aws::Ecs);
    a.text(o, ecs::Container, "container.name");
    a.text(o, ecs::AvailabilityZone, "cloud.availability_zone");
    a.text(o, ecs::ContainerId, "container.id");
    o = on.object(aws::Beanstalk);
    a.text(o, beanstalk::Environment, "service.namespace");
    if (o && o->has(beanstalk::Deployment)) {
      char digits[kNumberRoom];
      a.text("service.instance.id", {digits, format_int(digits, yyjson_get_sint(o->value(beanstalk::Deployment)))});
    }
    a.text(o, beanstalk::Version, "service.version");
    o = on.object(aws::Eks);
    a.text(o, eks::Container, "container.id");
    a.text(o, eks::Cluster, "k8s.cluster.name");
    a.text(o, eks::Pod, "k8s.pod.name");
  }

  static bool has_exceptions(const Object& s) {
    return yyjson_is_obj(s.value(segment::Cause)) && s.object(segment::Cause)->list(cause::Exceptions).size > 0;
  }

  // A segment, and all that is in it.
  bool spans(const Object& s, Text trace, Text parent, bool part) {
    if (!span(s, trace, parent, part)) return false;
    for (const Object& inner : s.list(segment::Subsegments))
      if (!spans(inner, trace, text_of(s.value(segment::Id)), true)) return false;
    return true;
  }

  bool span(const Object& s, Text trace, Text parent, bool part) {
    if (!s.has(segment::Name)) return fail("a subsegment lacks a member", "name");
    if (!s.has(segment::StartTime)) return fail("a subsegment lacks a member", "start_time");
    Attributes a;
    uint64_t kind = 0;
    const Object* call = s.object(segment::Http);
    const Object* asked = call ? call->object(http::Request) : nullptr;
    if (asked && asked->has(request::ClientIp)) kind = kServer;
    const Text space = s.has(segment::Namespace) ? text_of(s.value(segment::Namespace)) : Text("local");
    if (space == "local") kind = kind ? kind : kInternal;
    else if (space == "aws" || space == "remote") kind = kClient;
    else return fail("it is neither `aws`, `remote` nor `local`", "namespace");
    if (space == "aws") a.text(&s, segment::Name, "aws.service");
    if (!part) kind = kServer;

    uint8_t trace_id[16], span_id[8], parent_id[8] = {};
    if (!decode_trace_id(s.has(segment::TraceId) ? text_of(s.value(segment::TraceId)) : trace, trace_id))
      return fail("it is no trace ID of X-Ray", "trace_id");
    if (parent.empty() && s.has(segment::ParentId)) {
      if (!decode_span_id(text_of(s.value(segment::ParentId)), parent_id))
        return fail("it is no ID of a segment", "parent_id");
    } else if (!parent.empty()) {
      decode_span_id(parent, parent_id);
    }
    if (!s.has(segment::Id) || !decode_span_id(text_of(s.value(segment::Id)), span_id))
      return fail("it is no ID of a segment", "id");

    a.boolean(&s, segment::InProgress, "aws.xray.inprogress");
    a.text(&s, segment::User, "enduser.id");
    uint64_t status = 0;
    if (call) http_of(*call, asked, a, status);
    const bool failed = s.has(segment::Cause);
    if (failed) status = kError;
    aws_of(s.object(segment::Aws), a);
    if (!sql_of(s.object(segment::Sql), a)) return fail("it names no database", "url");
    a.boolean(&s, segment::Traced, "aws.xray.traced");
    annotations(s.value(segment::Annotations), a);
    metadata(s.value(segment::Metadata), a);

    const size_t begin = wire::begin_len(out_, 2);
    wire::put_len(out_, 1, Bytes(trace_id, sizeof trace_id));
    wire::put_len(out_, 2, Bytes(span_id, sizeof span_id));
    constexpr uint8_t kNone[8] = {};
    if (memcmp(parent_id, kNone, sizeof kNone) != 0) wire::put_len(out_, 4, Bytes(parent_id, sizeof parent_id));
    put_text(out_, 5, text_of(s.value(segment::Name)));
    put_number(out_, 6, kind);
    time(7, s.value(segment::StartTime));
    if (s.has(segment::EndTime)) time(8, s.value(segment::EndTime));
    a.append_to(out_, 9);
    if (has_exceptions(s))
      for (const Object& e : s.object(segment::Cause)->list(cause::Exceptions)) event(e);
    const size_t outcome = wire::begin_len(out_, 15);
    if (failed && yyjson_is_str(s.value(segment::Cause))) put_text(out_, 2, text_of(s.value(segment::Cause)));
    if (status) put_number(out_, 3, status);
    wire::end_len(out_, outcome);
    wire::end_len(out_, begin);
    return true;
  }

  void time(uint32_t field, yyjson_val* seconds) {
    wire::put_tag(out_, field, wire::kI64);
    wire::put_i64(out_, nanoseconds(seconds));
  }

  static void http_of(const Object& call, const Object* asked, Attributes& a, uint64_t& status) {
    a.text(asked, request::Method, "http.method");
    a.text(asked, request::ClientIp, "http.client_ip");
    a.text(asked, request::UserAgent, "http.user_agent");
    a.text(asked, request::Url, "http.url");
    a.boolean(asked, request::XForwardedFor, "aws.xray.x_forwarded_for");
    const Object* answer = call.object(http::Response);
    if (!answer) return;
    if (answer->has(response::Status)) {
      const int64_t code = yyjson_get_sint(answer->value(response::Status));
      status = code >= 100 && code < 399 ? 0 : kError;
      a.integer("http.status_code", code);
    }
    yyjson_val* length = answer->value(response::ContentLength);
    if (yyjson_is_str(length)) a.text("http.response_content_length", text_of(length));
    if (!yyjson_is_num(length)) return;
    const double v = yyjson_get_num(length);
    a.integer("http.response_content_length", v >= -0x1p63 && v < 0x1p63 ? static_cast<int64_t>(v) : INT64_MIN);
  }

  static void aws_of(const Object* on, Attributes& a) {
    a.text(on, aws::AccountId, "aws.account_id");
    a.text(on, aws::Operation, "aws.operation");
    a.text(on, aws::Region, "aws.region");
    a.text(on, aws::RequestId, "aws.request_id");
    a.text(on, aws::QueueUrl, "aws.queue_url");
    a.text(on, aws::TableName, "aws.table_name");
    a.integer(on, aws::Retries, "aws.xray.retries");
  }

  static bool sql_of(const Object* query, Attributes& a) {
    if (!query) return true;
    if (query->has(sql::Url)) {
      Text server, database;
      if (!split_sql_url(text_of(query->value(sql::Url)), server, database)) return false;
      a.text("db.connection_string", server);
      a.text("db.name", database);
    }
    a.text(query, sql::Type, "db.system");
    a.text(query, sql::Query, "db.statement");
    a.text(query, sql::User, "db.user");
    return true;
  }

  static void annotations(yyjson_val* all, Attributes& a) {
    if (yyjson_obj_size(all) == 0) return;
    std::vector<Text> keys;
    std::vector<yyjson_val*> values;
    yyjson_val *key, *value;
    size_t i, n;
    yyjson_obj_foreach(all, i, n, key, value) {
      const size_t at = static_cast<size_t>(std::find(keys.begin(), keys.end(), text_of(key)) - keys.begin());
      if (at == keys.size()) keys.push_back(text_of(key)), values.push_back(value);
      values[at] = value;
    }
    a.texts("aws.xray.annotations", keys);
    for (size_t k = 0; k < keys.size(); ++k) {
      if (yyjson_is_str(values[k])) a.text(keys[k], text_of(values[k]));
      if (yyjson_is_bool(values[k])) a.boolean(keys[k], yyjson_get_bool(values[k]));
      if (yyjson_is_num(values[k])) a.real(keys[k], number_of(values[k]));
    }
  }

  void metadata(yyjson_val* all, Attributes& a) {
    if (yyjson_obj_size(all) == 0) return;
    yyjson_val *key, *value;
    size_t i, n;
    yyjson_obj_foreach(all, i, n, key, value) {
      Writer name, json;
      name.append(Text("aws.xray.metadata."));
      name.append(text_of(key));
      append_value(json, value);
      a.text(arena_.copy(name.text()), json.text());
    }
  }

  void event(const Object& e) {
    Attributes a;
    a.text(&e, exception::Id, "aws.xray.exception.id");
    a.text(&e, exception::Message, "exception.message");
    a.text(&e, exception::Type, "exception.type");
    a.boolean(&e, exception::Remote, "aws.xray.exception.remote");
    a.integer(&e, exception::Truncated, "aws.xray.exception.truncated");
    a.integer(&e, exception::Skipped, "aws.xray.exception.skipped");
    a.text(&e, exception::Cause, "aws.xray.exception.cause");
    if (e.list(exception::Stack).size > 0) {
      Writer trace;
      if (e.has(exception::Type)) trace.append(text_of(e.value(exception::Type)));
      trace.append(Text(": "));
      if (e.has(exception::Message)) trace.append(text_of(e.value(exception::Message)));
      trace.append(Text("\n"));
      for (const Object& f : e.list(exception::Stack)) {
        trace.append(Text("\tat "));
        if (f.has(frame::Label)) trace.append(text_of(f.value(frame::Label)));
        trace.append(Text("("));
        if (f.has(frame::Path)) trace.append(text_of(f.value(frame::Path)));
        trace.append(Text(": "));
        if (f.has(frame::Line)) append_int(trace, yyjson_get_sint(f.value(frame::Line)));
        else trace.append(Text("<unknown>"));
        trace.append(Text(")\n"));
      }
      a.text("exception.stacktrace", trace.text());
    }
    const size_t event = wire::begin_len(out_, 11);
    put_text(out_, 2, "exception");
    a.append_to(out_, 3);
    wire::end_len(out_, event);
  }

  Arena& arena_;
  Writer& out_;
  const char* wrong_ = nullptr;
  const char* member_ = nullptr;
};

}  // namespace

Translated translate(Text document, Arena& arena, Writer& out) {
  Writer valid;
  if (!is_utf8(as_bytes(document))) {
    append_valid_utf8(valid, as_bytes(document));
    document = valid.text();
  }
  if (too_deep(document)) return {"it is nested too deeply"};
  yyjson_doc* doc = read_json(document, arena);
  if (!doc) return {"it is not JSON"};
  return Document(arena, out).whole(yyjson_doc_get_root(doc));
}

}  // namespace whittle::xray
