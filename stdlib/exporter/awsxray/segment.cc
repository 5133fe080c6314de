// SPDX-License-Identifier: Apache-2.0
// One span to one or two documents.
//
// Attributes that a part of the document takes (http, aws, sql) are not repeated as metadata; those that a setting
// indexes become annotations, whether taken or not.
#include "stdlib/exporter/awsxray/segment.h"

#include "runtime/base/hash.h"
#include "runtime/base/json_memory.h"
#include "runtime/base/letters.h"
#include "runtime/base/utf8.h"

#include <algorithm>
#include <bit>
#include <string.h>

namespace whittle::awsxray {

static constexpr size_t kMaxNameSize = 200;

uint64_t IdSource::next() {
  // SplitMix64: ids have to differ, not to be secret.
  for (;;) {
    uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    z ^= z >> 31;
    if (z) return z;
  }
}

void write_id(NestedJson& json, uint64_t id) {
  uint8_t bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<uint8_t>(id >> (56 - 8 * i));
  append_hex(json.out, bytes);
}

// Most sets have few names, all of them different: one of 64 bits says so for most, and a look at each for the rest.
static uint64_t bit_of(Text name) {
  if (name.empty()) return 1;
  return uint64_t{1} << ((name.size() * 5 + static_cast<uint8_t>(name.front()) +
                          3u * static_cast<uint8_t>(name.back()) + 7u * static_cast<uint8_t>(name[name.size() / 2])) &
                         63);
}

void NameSet::reset() {
  names_.clear();
  seen_ = 0;
}

void NameSet::index(uint32_t at) {
  const size_t mask = slots_.size() - 1;
  size_t i = hash_text(names_[at]) & mask;
  while (slots_[i] != 0) i = (i + 1) & mask;
  slots_[i] = at + 1;
}

bool NameSet::add(Text name) {
  if (has(name)) return false;
  seen_ |= bit_of(name);
  names_.push_back(name);
  if (names_.size() <= kFew) return true;
  if (names_.size() != kFew + 1 && names_.size() * 2 <= slots_.size()) {
    index(static_cast<uint32_t>(names_.size() - 1));
    return true;
  }
  slots_.assign(4 * std::bit_ceil(names_.size()), 0);
  for (uint32_t i = 0; i < names_.size(); ++i) index(i);
  return true;
}

bool NameSet::has(Text name) const {
  if (!(seen_ & bit_of(name))) return false;
  if (names_.size() <= kFew) return std::find(names_.begin(), names_.end(), name) != names_.end();
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash_text(name) & mask; slots_[i] != 0; i = (i + 1) & mask)
    if (names_[slots_[i] - 1] == name) return true;
  return false;
}

static bool is_zero(Bytes id) {
  for (uint8_t b : id)
    if (b) return false;
  return true;
}

// "1-" epoch "-" the rest, all in hex.
static void write_trace_id(NestedJson& json, Bytes id) {
  static constexpr uint8_t kZero[16] = {};
  if (id.empty()) id = kZero;
  json.put<"1-">();
  append_hex(json.out, id.first(4));
  json.put<"-">();
  append_hex(json.out, id.subspan(4));
}

static double seconds(uint64_t ns) {
  return static_cast<double>(ns) / 1e9;
}

static bool allowed_in_name(uint32_t c) {
  if (c < 0x80)
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c != 0 && strchr(" _.:/%&#=+-@", static_cast<int>(c)));
  return is_letter(c);
}

// The span's name without what X-Ray does not allow, cut to its limit; "span" if nothing is left.
static void write_fixed_name(NestedJson& json, Text name) {
  Writer& out = json.out;
  size_t at = out.size();
  const uint8_t* p = reinterpret_cast<const uint8_t*>(name.data());
  const uint8_t* end = p + name.size();
  while (p < end && out.size() - at < kMaxNameSize) {
    uint32_t c = *p;
    size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;  // the text is valid UTF-8
    if (n == 2) c = (c & 0x1F) << 6 | (p[1] & 0x3Fu);
    if (n == 3) c = (c & 0x0F) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    if (n == 4) c = (c & 0x07) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
    if (allowed_in_name(c)) out.append(Bytes(p, n));
    p += n;
  }
  if (out.size() == at) out.append(Text("span"));
  if (out.size() - at <= kMaxNameSize) return;
  // Cut within a character: each byte that is left of it becomes U+FFFD.
  out.truncate(at + kMaxNameSize);
  Writer valid;
  append_valid_utf8(valid, out.bytes().subspan(at));
  out.truncate(at);
  out.append(valid.bytes());
}

static bool is_sql(Text system) {
  for (Text known :
       {"db2", "derby", "hive", "mariadb", "mssql", "mysql", "oracle", "postgresql", "sqlite", "teradata", "other_sql"})
    if (system == known) return true;
  return false;
}

// What a document of a span is: most spans have one of the first kind.
enum class Role : uint8_t {
  Plain,
  LocalRoot,   // a service's own entry: always a segment
  Dependency,  // of a local root that calls another service: the call, below the service
  Service,     // and the service
};

struct Encoder::State {
  Options options;
  uint64_t last_token = 0, prepared = 0;
  ResourceParts resource{};
  SpanAttributes attributes{};
  NameSet names{};
  NameSet listed{};  // the span's own list of annotations
  Writer joined{};
  Arena arena{};  // of one span

  void span(const views::Span& span, const Sink& sink, IdSource& ids);
  void document(const views::Span& span, Role role, uint64_t service_id, bool in_progress, const Sink& sink,
                IdSource& ids);
  bool write_name(NestedJson& json, const views::Span& span, Role role);
  void write_aws(NestedJson& json, Role role);
  void write_sql(NestedJson& json, const views::Span& span);
  void write_links(NestedJson& json, const views::Span& span);
  void write_attributes(NestedJson& json, Role role, bool store_resource, bool sql, bool status_text);
  void write_metadata(NestedJson& json, Role role, bool store_resource, bool sql, bool status_text);
  void write_unlisted_resource(NestedJson& json);
  void write_namespaces(NestedJson& json, Role role, bool sql, bool status_text);

  bool aws_sdk() const { return attributes.string(Key::RpcSystem) == "aws-api"; }
  Text without_sdk_prefix(Text name) const {
    if (!aws_sdk()) return name;
    for (Text prefix : {"AWS.SDK.", "AWS::"})
      if (name.starts_with(prefix)) return name.substr(prefix.size());
    return name;
  }
  bool is_annotation(Text name) const {
    return options.index_all_attributes || is_listed(options.indexed_attributes, name) || listed.has(name);
  }
  // Is the resource's attribute in the span's own list?
  bool is_listed_by_span(Text name) {
    joined.clear();
    joined.append(kResourcePrefix);
    joined.append(name);
    return listed.has(joined.text());
  }
  // Does the attribute stand under annotations or metadata?
  bool kept(const SpanAttribute& a, bool sql, bool status_text) const {
    if (a.key == Key::Other) return true;
    if (a.key == Key::EnduserId) return false;
    if (a.key == Key::Annotations && a.value.value_case == ValueCase::ArrayValue) return false;
    bool taken = (a.key >= Key::HttpMethod && a.key <= Key::LastHttp) ||
                 (a.key >= Key::RpcMethod && a.key <= Key::LastAws) ||
                 (sql && a.key >= Key::DbConnectionString && a.key <= Key::LastSql) ||
                 (status_text && a.key == Key::HttpStatusText);
    return !taken || is_listed(options.indexed_attributes, a.name);
  }
};

Encoder::Encoder(const Options& options) : state_(new State{.options = options}) {}

Encoder::~Encoder() {
  delete state_;
}

// The next span is on its way from memory while this one is written. Most are shorter than this.
static void fetch_ahead(const uint8_t* at, const uint8_t* end) {
  constexpr ptrdiff_t kLine = 64, kAhead = 10 * kLine;
  const uint8_t* last = end - at < kAhead ? end : at + kAhead;
  for (; at < last; at += kLine) __builtin_prefetch(at);
}

bool SpanWalk::next(views::Span& span) {
  constexpr uint32_t kGroups = 1, kScopes = 2, kSpans = 2;  // fields of what they are in
  Bytes content;
  for (;;) {
    if (spans_.next(kSpans, content)) {
      fetch_ahead(spans_.at, spans_.end);
      span = views::Span(content);
      return true;
    }
    if (scopes_.next(kScopes, content)) {
      spans_ = Rest(content);
    } else if (groups_.next(kGroups, content)) {
      scopes_ = Rest(content);
      resource_ = views::ResourceSpans(content).resource.bytes;
      resource_token_ = 0;
    } else if (slice_ < slices_.size()) {
      groups_ = Rest(slices_[slice_++].bytes);
    } else {
      return false;
    }
  }
}

bool Encoder::next(SpanWalk& walk, const Sink& sink) {
  views::Span span;
  if (!walk.next(span)) return false;
  // Several walks may be under way: what is prepared may belong to another.
  if (walk.resource_token_ == 0) walk.resource_token_ = ++state_->last_token;
  if (walk.resource_token_ != state_->prepared) {
    state_->resource.fill(views::Resource(walk.resource_), state_->options);
    state_->prepared = walk.resource_token_;
  }
  state_->span(span, sink, walk.ids_);
  return true;
}

void Encoder::State::span(const views::Span& span, const Sink& sink, IdSource& ids) {
  arena.recycle();
  attributes.fill(span.attributes);
  bool in_progress = false;
  if (const SpanAttribute* a = attributes.find(Key::InProgress); a && a->value.value_case == ValueCase::BoolValue) {
    in_progress = a->value.bool_value;
    attributes.remove(Key::InProgress);
  }

  if (attributes.string(Key::AwsSpanKind) != "LOCAL_ROOT") {
    document(span, Role::Plain, 0, in_progress, sink, ids);
  } else if (span.kind == views::SPAN_KIND_SERVER || span.kind == views::SPAN_KIND_INTERNAL) {
    document(span, Role::LocalRoot, 0, in_progress, sink, ids);
  } else {
    uint64_t service = ids.next();
    document(span, Role::Dependency, service, in_progress, sink, ids);
    document(span, Role::Service, service, in_progress, sink, ids);
  }
}

// Writes the value of 'name'. Returns whether the namespace is "aws".
bool Encoder::State::write_name(NestedJson& json, const views::Span& span, Role role) {
  bool aws = aws_sdk();
  bool local = span.kind == views::SPAN_KIND_SERVER ||
               (span.kind == views::SPAN_KIND_INTERNAL && attributes.string(Key::AwsSpanKind) == "LOCAL_ROOT");
  bool remote = span.kind == views::SPAN_KIND_CLIENT || span.kind == views::SPAN_KIND_PRODUCER ||
                span.kind == views::SPAN_KIND_CONSUMER;
  Text name;
  if (local) name = attributes.string(Key::AwsLocalService);
  if (remote) name = without_sdk_prefix(attributes.string(Key::AwsRemoteService));
  if (name.empty()) name = attributes.string(Key::PeerService);
  if (name.empty() && attributes.has(Key::AwsService)) {
    name = attributes.string(Key::AwsService);
    aws = true;
  }
  Text host;
  if (name.empty() && attributes.has(Key::DbName)) {
    name = attributes.string(Key::DbName);
    if (attributes.has(Key::DbConnectionString)) {
      Text url = attributes.string(Key::DbConnectionString);
      if (url.starts_with("jdbc:")) url.remove_prefix(5);
      host = url_host(url);
    }
  }
  if (name.empty() && host.empty()) {
    if (span.kind == views::SPAN_KIND_SERVER) name = resource.service_name;
    for (Key key : {Key::RpcService, Key::HttpHost, Key::NetPeerName})
      if (name.empty()) name = attributes.string(key);
  }
  // The documents of a local root that calls another service take both names from attributes made for that.
  if (role == Role::Dependency && attributes.has(Key::AwsRemoteService)) {
    name = without_sdk_prefix(attributes.string(Key::AwsRemoteService));
    host = {};
    member_or_null<"">(json, name);
    return aws;
  }
  if (role == Role::Service && (attributes.has(Key::AwsLocalService) || resource.has_service_name)) {
    name = attributes.has(Key::AwsLocalService) ? attributes.string(Key::AwsLocalService) : resource.service_name;
    member_or_null<"">(json, name);
    return aws;
  }
  json.put<"'">();
  if (name.empty() && host.empty()) {
    write_fixed_name(json, span.name);
  } else {
    append_nested_escaped(json.out, name);
    if (!host.empty()) {
      json.put<"@">();
      append_nested_escaped(json.out, host);
    }
  }
  json.put<"',">();
  return aws;
}

void Encoder::State::write_aws(NestedJson& json, Role role) {
  if (!resource.is_aws) return;
  json.put<"'aws':{">();
  json.out.append(resource.aws());
  if (role != Role::Service) {
    const SpanAttribute* account = attributes.find(Key::AwsAccountId);
    bool own = account && account->value.value_case != ValueCase::None;
    member<"'account_id':">(json, own ? string_of(account->value) : resource.account);
    member<"'operation':">(json,
                           attributes.string(attributes.has(Key::AwsOperation) ? Key::AwsOperation : Key::RpcMethod));
    member<"'region':">(json, attributes.string(Key::AwsRegion));
    member<"'request_id':">(json, attributes.string(Key::AwsRequestId));
    member<"'queue_url':">(json,
                           attributes.string(attributes.has(Key::MessagingUrl) ? Key::MessagingUrl : Key::AwsQueueUrl));
    Text table = attributes.string(Key::AwsTableName);
    if (const SpanAttribute* a = attributes.find(Key::DynamoTableNames)) {
      if (a->value.value_case == ValueCase::StringValue) {
        table = a->value.string_value;
      } else if (a->value.value_case == ValueCase::ArrayValue) {
        views::ArrayValue list(a->value.array_value);
        if (list.values.size() == 1) {
          table = string_of(*list.values.begin());
        } else if (list.values.size() > 1) {
          table = {};
          json.put<"'table_names':[">();
          for (views::AnyValue v : list.values) {
            json.text(string_of(v));
            json.comma();
          }
          json.close(']');
          json.comma();
        }
      }
    }
    member<"'table_name':">(json, table);
  }
  json.close('}');
  json.comma();
}

void Encoder::State::write_sql(NestedJson& json, const views::Span& span) {
  json.put<"'sql':{'connection_string':'">();
  Text connection = attributes.string(Key::DbConnectionString);
  append_nested_escaped(json.out, connection.empty() ? Text("localhost") : connection);
  json.out.byte('/');
  append_nested_escaped(json.out, attributes.string(Key::DbName));
  json.put<"',">();
  member<"'url':">(json, span.name);
  member<"'sanitized_query':">(json, attributes.string(Key::DbStatement));
  member<"'database_type':">(json, attributes.string(Key::DbSystem));
  member<"'user':">(json, attributes.string(Key::DbUser));
  json.close('}');
  json.comma();
}

void Encoder::State::write_links(NestedJson& json, const views::Span& span) {
  if (span.links.empty()) return;
  json.put<"'links':[">();
  for (views::SpanLink link : span.links) {
    json.put<"{'trace_id':'">();
    write_trace_id(json, link.trace_id);
    json.put<"','id':'">();
    if (!is_zero(link.span_id)) append_hex(json.out, link.span_id);
    json.put<"'">();
    if (!link.attributes.empty()) {
      json.put<",'attributes':{">();
      names.reset();
      for (views::KeyValue kv : link.attributes) {
        if (!names.add(kv.key)) continue;
        json.text(kv.key);
        json.put<":">();
        nested_value(json, kv.value.get());
        json.comma();
      }
      json.close('}');
    }
    json.put<"},">();
  }
  json.close(']');
  json.comma();
}

void Encoder::State::document(const views::Span& span, Role role, uint64_t service_id, bool in_progress,
                              const Sink& sink, IdSource& ids) {
  NestedJson json(sink.out);
  size_t begin = sink.out.size();
  bool has_parent = role == Role::Dependency || !is_zero(span.parent_span_id);
  bool subsegment = span.kind != views::SPAN_KIND_SERVER && span.kind != views::SPAN_KIND_CONSUMER && has_parent;
  bool store_resource = !subsegment;
  if (role == Role::Service)
    for (Key key : {Key::AwsRemoteService, Key::AwsRemoteOperation, Key::RemoteTarget, Key::RemoteNamespace})
      attributes.remove(key);

  sink.out.byte('"');
  json.put<"{'name':">();
  bool aws_namespace = write_name(json, span, role);

  json.put<"'id':">();
  if (role == Role::Service) {
    json.put<"'">();
    write_id(json, service_id);
    json.put<"',">();
  } else if (is_zero(span.span_id)) {
    json.put<"null,">();
  } else {
    json.put<"'">();
    append_hex(json.out, span.span_id);
    json.put<"',">();
  }
  json.put<"'trace_id':'">();
  write_trace_id(json, span.trace_id);
  json.put<"','start_time':">();
  json.real(seconds(span.start_time_unix_nano));
  if (in_progress) {
    json.put<",'in_progress':true,">();
  } else {
    json.put<",'end_time':">();
    json.real(seconds(span.end_time_unix_nano));
    json.comma();
  }

  views::Status status = span.status.get();
  bool exceptions = has_exceptions(span, attributes);
  Outcome outcome = outcome_of(span, status, exceptions, attributes);
  json.put<"'fault':">();
  json.boolean(outcome.fault);
  json.put<",'error':">();
  json.boolean(outcome.error);
  json.put<",'throttle':">();
  json.boolean(outcome.throttle);
  json.comma();
  write_cause(json, span, status, exceptions, resource.language, attributes, ids);

  json.out.append(resource.head());
  bool consumer = span.kind == views::SPAN_KIND_CONSUMER;
  if (!(role == Role::Dependency && consumer) && !(role == Role::Service && !consumer)) write_links(json, span);
  member<"'user':">(json, attributes.string(Key::EnduserId));
  if (role != Role::Service) {
    Http http = read_http(attributes);
    if (http.any) write_http(json, http, span, attributes);
  }
  write_aws(json, role);
  bool sql = attributes.has(Key::DbSystem) && is_sql(attributes.string(Key::DbSystem));
  if (sql) write_sql(json, span);
  write_attributes(json, role, store_resource, sql, outcome.uses_status_text);

  if (role == Role::Dependency) {
    json.put<"'parent_id':'">();
    write_id(json, service_id);
    json.put<"',">();
  } else if (has_parent) {
    json.put<"'parent_id':'">();
    append_hex(json.out, span.parent_span_id);
    json.put<"',">();
  }

  bool client = span.kind == views::SPAN_KIND_CLIENT || span.kind == views::SPAN_KIND_PRODUCER;
  if (role == Role::Plain || role == Role::Dependency) {
    bool remote =
        client || role == Role::Dependency || (subsegment && consumer && attributes.has(Key::AwsRemoteService));
    if (aws_namespace) json.put<"'namespace':'aws',">();
    else if (remote) json.put<"'namespace':'remote',">();
    if (subsegment || role == Role::Dependency) json.put<"'type':'subsegment',">();
  }
  json.close('}');
  sink.out.byte('"');
  sink.done(sink.context, begin, sink.out.size());
}

void Encoder::State::write_attributes(NestedJson& json, Role role, bool store_resource, bool sql, bool status_text) {
  Writer& out = json.out;
  listed.reset();
  if (const SpanAttribute* a = attributes.find(Key::Annotations); a && a->value.value_case == ValueCase::ArrayValue)
    for (views::AnyValue v : views::ArrayValue(a->value.array_value).values)
      if (v.value_case == ValueCase::StringValue) listed.add(v.string_value);

  if (options.index_all_attributes || options.indexed_attributes.size > 0 || !listed.empty()) {
    size_t before = out.size();
    json.put<"'annotations':{">();
    size_t empty = out.size();
    if (store_resource) {
      out.append(resource.annotations());
      // Asked for by the span itself; those that the config indexes are written already.
      if (!options.index_all_attributes && !listed.empty())
        for (views::KeyValue kv : resource.attributes) {
          views::AnyValue v = kv.value.get();
          if (!is_scalar(v) || is_listed(options.indexed_attributes, kResourcePrefix, kv.key) ||
              !is_listed_by_span(kv.key))
            continue;
          json.put<"'otel.resource.">();
          write_annotation_name(out, kv.key);
          json.put<"':">();
          nested_value(json, v);
          json.comma();
        }
    }
    names.reset();
    for (const SpanAttribute& a : attributes) {
      if (!kept(a, sql, status_text) || !is_scalar(a.value) || !is_annotation(a.name)) continue;
      size_t name_at = out.size();
      json.put<"'">();
      size_t name_begin = out.size();
      write_annotation_name(out, a.name);
      if (!names.add(arena.copy(out.text().substr(name_begin)))) {  // different names may become the same one
        out.truncate(name_at);
        continue;
      }
      json.put<"':">();
      nested_value(json, a.value);
      json.comma();
    }
    if (out.size() == empty) {
      out.truncate(before);
    } else {
      json.close('}');
      json.comma();
    }
  }
  write_metadata(json, role, store_resource, sql, status_text);
}

// The members of an object in JSON text, without its braces. False when the text is no object.
static bool object_members(Text json, Arena& arena, Text& members, bool& is_null) {
  yyjson_doc* doc = read_json(json, arena);
  if (!doc) return false;
  yyjson_val* root = yyjson_doc_get_root(doc);
  const bool object = yyjson_is_obj(root);
  is_null = yyjson_is_null(root);
  members = {};
  if (object && yyjson_obj_size(root) > 0) {
    size_t open = json.find('{'), close = json.rfind('}');
    members = json.substr(open + 1, close - open - 1);
  }
  return object || is_null;
}

static bool is_default_namespace(Text name) {
  constexpr Text kDefault = "default";
  if (name.size() != kDefault.size()) return false;
  for (size_t i = 0; i < name.size(); ++i)
    if ((name[i] | 0x20) != kDefault[i]) return false;
  return true;
}

// Of the resource what the span does not list as an annotation.
void Encoder::State::write_unlisted_resource(NestedJson& json) {
  for (views::KeyValue kv : resource.attributes) {
    views::AnyValue v = kv.value.get();
    if (v.value_case == ValueCase::None) continue;
    if (is_scalar(v) && (is_listed(options.indexed_attributes, kResourcePrefix, kv.key) || is_listed_by_span(kv.key)))
      continue;
    json.put<"'otel.resource.">();
    append_nested_escaped(json.out, kv.key);
    json.put<"':">();
    nested_value(json, v);
    json.comma();
  }
}

// Objects whose attribute names a namespace other than the default one.
void Encoder::State::write_namespaces(NestedJson& json, Role role, bool sql, bool status_text) {
  names.reset();
  for (const SpanAttribute& a : attributes) {
    if (a.key != Key::MetadataPrefix || a.value.value_case != ValueCase::StringValue || !kept(a, sql, status_text))
      continue;
    Text members, space = a.name.substr(kMetadataPrefix.size());
    bool is_null;
    if (is_annotation(a.name) || is_default_namespace(space) || !names.add(space)) continue;
    if (!object_members(a.value.string_value, arena, members, is_null)) continue;
    json.text(space);
    if (is_null) {
      json.put<":null,">();
      continue;
    }
    json.put<":{">();
    if (role != Role::Service) append_json_escaped(json.out, members);
    json.put<"},">();
  }
}

void Encoder::State::write_metadata(NestedJson& json, Role role, bool store_resource, bool sql, bool status_text) {
  Writer& out = json.out;
  size_t before = out.size();
  json.put<"'metadata':{">();
  size_t no_namespace = out.size();
  json.put<"'default':{">();
  size_t empty = out.size();
  bool any = false;
  if (store_resource) {
    if (listed.empty() || options.index_all_attributes) {
      out.append(resource.metadata());
    } else {
      write_unlisted_resource(json);
    }
    any = out.size() != empty;
  }
  bool namespaces = false;
  if (!options.index_all_attributes) {
    names.reset();
    for (const SpanAttribute& a : attributes) {
      if (!kept(a, sql, status_text) || a.value.value_case == ValueCase::None) continue;
      if (is_annotation(a.name) || !names.add(a.name)) continue;
      if (a.key == Key::MetadataPrefix && a.value.value_case == ValueCase::StringValue) {
        Text members;
        bool is_null;
        if (object_members(a.value.string_value, arena, members, is_null)) {
          if (!is_default_namespace(a.name.substr(kMetadataPrefix.size()))) {
            namespaces = true;
          } else if (!members.empty()) {
            any = true;
            if (role == Role::Service) continue;
            append_json_escaped(out, members);
            json.comma();
          }
          continue;
        }
      }
      any = true;
      if (role == Role::Service && !a.name.starts_with(kResourcePrefix))
        continue;  // of a service what its resource says
      json.text(a.name);
      json.put<":">();
      nested_value(json, a.value);
      json.comma();
    }
  }
  if (any) {
    json.close('}');
    json.comma();
  } else {
    out.truncate(no_namespace);
  }
  if (namespaces) write_namespaces(json, role, sql, status_text);
  if (out.size() == no_namespace) {
    out.truncate(before);
  } else {
    json.close('}');
    json.comma();
  }
}

}  // namespace whittle::awsxray
