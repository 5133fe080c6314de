// SPDX-License-Identifier: Apache-2.0
#include "stdlib/receiver/jaeger/spans.h"

#include "runtime/base/number.h"
#include "runtime/http/header.h"

#include <algorithm>
#include <string.h>

namespace whittle::jaeger {

namespace {

using wire::AttributeMap;

// opentelemetry/proto/trace/v1/trace.proto
enum Kind : uint64_t { kUnspecified, kInternal, kServer, kClient, kProducer, kConsumer };
enum StatusCode : uint64_t { kUnset, kOk, kError };

constexpr Text kHttpStatusMessage = "http.status_message";
constexpr Text kStatusDescription = "otel.status_description";

uint64_t kind_of(Text kind) {
  if (kind == "client") return kClient;
  if (kind == "server") return kServer;
  if (kind == "producer") return kProducer;
  if (kind == "consumer") return kConsumer;
  return kind == "internal" ? kInternal : kUnspecified;
}

class Translator {
public:
  Translator(const Batch& batch, Writer& out) : batch_(batch), out_(out) {}

  // Spans of one process are one resource, those of one library one scope.
  uint64_t all() {
    std::vector<ScopedSpan> places;
    places.reserve(batch_.spans.size());
    for (size_t i = 0; i < batch_.spans.size(); ++i) {
      const Span& s = batch_.spans[i];
      if (s.blank) continue;
      ScopedSpan p = {s.process, {}, {}, i};
      if (batch_.of_protobuf) read_scope(s, p);
      places.push_back(p);
    }
    std::sort(places.begin(), places.end(), [](const ScopedSpan& a, const ScopedSpan& b) {
      const int scope = order(a, b);
      return scope != 0 ? scope < 0 : a.span < b.span;
    });
    size_t resource = 0, scope = 0;
    for (size_t i = 0; i < places.size(); ++i) {
      const ScopedSpan& p = places[i];
      const bool new_resource = i == 0 || places[i - 1].process != p.process;
      const bool new_scope = new_resource || order(places[i - 1], p) != 0;
      if (new_scope && i > 0) wire::end_len(out_, scope);
      if (new_resource && i > 0) wire::end_len(out_, resource);
      if (new_resource) {
        resource = wire::begin_len(out_, 1);
        put_resource(batch_.processes[p.process]);
      }
      if (new_scope) {
        scope = wire::begin_len(out_, 2);
        const size_t at = wire::begin_len(out_, 1);
        if (!p.name.empty()) wire::put_text(out_, 1, p.name);
        if (!p.version.empty()) wire::put_text(out_, 2, p.version);
        wire::end_len(out_, at);
      }
      put_span(batch_.spans[p.span], p);
    }
    if (!places.empty()) {
      wire::end_len(out_, scope);
      wire::end_len(out_, resource);
    }
    return places.size();
  }

private:
  using Entry = AttributeMap::Entry;
  static constexpr size_t kNone = SIZE_MAX;

  struct ScopedSpan {
    uint32_t process;
    Text name, version;
    size_t span;
    size_t name_tag = kNone, version_tag = kNone;  // tags that say the scope
  };
  static int order(const ScopedSpan& a, const ScopedSpan& b) {
    if (a.process != b.process) return a.process < b.process ? -1 : 1;
    const int name = a.name.compare(b.name);
    return name != 0 ? name : a.version.compare(b.version);
  }

  // The first tags of these names; a version only beside a name.
  void read_scope(const Span& s, ScopedSpan& p) const {
    for (size_t i = s.tags.begin; i < s.tags.end; ++i) {
      const Tag& t = batch_.span_tags[i];
      if (p.name_tag == kNone && t.key == "otel.scope.name") p.name_tag = i, p.name = text_of(t);
      if (p.version_tag == kNone && t.key == "otel.scope.version") p.version_tag = i, p.version = text_of(t);
    }
    if (p.name_tag == kNone) p.version_tag = kNone, p.version = {};
  }
  static Text text_of(const Tag& t) { return t.kind == TagKind::Text ? t.content : Text(); }

  void put_tag(const Tag& t) {
    if (t.kind != TagKind::None) return attributes_.put(t.key, t.kind, t.content, t.bits);
    // The reference's words; thrift's enums have no number in theirs.
    Writer& text = *unknown_.emplace_back(new Writer);
    text.append(Text("<Unknown Jaeger TagType \""));
    if (batch_.of_protobuf) append_int(text, t.type);
    else text.append(Text("<UNSET>"));
    text.append(Text("\">"));
    attributes_.text(t.key, text.text());
  }
  void read_tags(const std::vector<Tag>& tags, Run run, const ScopedSpan* but) {
    attributes_.clear();
    for (Writer* w : unknown_) delete w;
    unknown_.clear();
    for (size_t i = run.begin; i < run.end; ++i)
      if (!but || (i != but->name_tag && i != but->version_tag)) put_tag(tags[i]);
  }
  // An attribute that is used up; false when it is not there.
  bool take(Text key, Text& value) {
    Entry* e = attributes_.find(key);
    if (!e) return false;
    value = e->text();
    attributes_.remove(*e);
    return true;
  }

  void put_resource(const Process& p) {
    const size_t at = wire::begin_len(out_, 1);
    if (!batch_.of_protobuf || p.service != "OTLPResourceNoServiceName") {
      Writer version;
      attributes_.clear();
      if (!p.service.empty()) attributes_.text("service.name", p.service);
      for (size_t i = p.tags.begin; i < p.tags.end; ++i) put_tag(batch_.process_tags[i]);
      if (const Entry* host = attributes_.find("hostname"); host && !attributes_.find("host.name")) {
        attributes_.put("host.name", host->kind, host->content, host->bits);
        attributes_.remove(*attributes_.find("hostname"));
      }
      if (const Entry* client = attributes_.find("jaeger.version");
          client && !attributes_.find("opencensus.exporterversion")) {
        version.append(Text("Jaeger-"));
        version.append(client->text());
        attributes_.text("opencensus.exporterversion", version.text());
        attributes_.remove(*attributes_.find("jaeger.version"));
      }
      attributes_.append_to(out_, 1);
    }
    wire::end_len(out_, at);
  }

  // The parent that is told, else what the span is a child of in its trace, else what it follows from.
  uint64_t parent_of(const Span& s) const {
    if (s.parent != 0) return s.parent;
    const Reference* follows = nullptr;
    for (size_t i = s.references.begin; i < s.references.end; ++i) {
      const Reference& r = batch_.references[i];
      if (r.trace_high != s.trace_high || r.trace_low != s.trace_low) continue;
      if (r.child_of) return r.span;
      if (!follows && r.follows_from) follows = &r;
    }
    return follows ? follows->span : 0;
  }

  void put_span(const Span& s, const ScopedSpan& place) {
    const size_t at = wire::begin_len(out_, 2);
    const uint64_t parent = parent_of(s);
    read_tags(batch_.span_tags, s.tags, &place);
    Text kind_text, state;
    const uint64_t kind = take("span.kind", kind_text) ? kind_of(kind_text) : uint64_t{kUnspecified};
    status_.clear();
    read_status(kind);
    wire::put_trace_id(out_, 1, s.trace_high, s.trace_low);
    wire::put_span_id(out_, 2, s.id);
    if (batch_.of_protobuf && take("w3c.tracestate", state) && !state.empty()) wire::put_text(out_, 3, state);
    wire::put_span_id(out_, 4, parent);
    if (!s.name.empty()) wire::put_text(out_, 5, s.name);
    if (kind != kUnspecified) wire::put_number(out_, 6, kind);
    wire::put_fixed64(out_, 7, s.start);
    wire::put_fixed64(out_, 8, s.end);
    attributes_.append_to(out_, 9);
    for (size_t i = s.logs.begin; i < s.logs.end; ++i) put_event(batch_.logs[i]);
    for (size_t i = s.references.begin; i < s.references.end; ++i) put_link(batch_.references[i], parent);
    wire::put_len(out_, 15, status_.bytes());
    wire::end_len(out_, at);
  }

  // `error` that is true says it before all else, then `otel.status_code`, then the status of HTTP.
  void read_status(uint64_t kind) {
    uint64_t code = kUnset;
    Text message, text;
    bool there = false;
    if (Entry* e = attributes_.find("error"); e && e->boolean()) {
      there = true;
      code = kError;
      attributes_.remove(*e);
      if (!take(kStatusDescription, message))
        if (const Entry* http = attributes_.find(kHttpStatusMessage)) message = http->text();
    }
    if (take("otel.status_code", text)) {
      if (!there) {
        there = true;
        if (equal_ignoring_case(text, "ok")) code = kOk;
        if (equal_ignoring_case(text, "error")) code = kError;
        take(kStatusDescription, message);
      }
    } else if (const Entry* http = attributes_.find("http.status_code"); http && !there) {
      int64_t n = http->integer();
      bool number = http->kind == TagKind::Int;
      if (const auto parsed = parse_int(http->text()); http->kind == TagKind::Text && parsed)
        n = *parsed, number = true;
      if (number) code = http_status(n, kind);
      there = code != kUnset;
      if (const Entry* m = attributes_.find(kHttpStatusMessage)) message = m->text();
    }
    if (!there) return;
    if (!message.empty()) wire::put_text(status_, 2, message);
    if (code != kUnset) wire::put_number(status_, 3, code);
  }
  static uint64_t http_status(int64_t code, uint64_t kind) {
    if (code >= 400 && code < 500 && kind == kServer) return kUnset;
    return code >= 100 && code < 399 ? kUnset : kError;  // 399 as in the reference
  }

  void put_event(const Log& log) {
    const size_t at = wire::begin_len(out_, 11);
    wire::put_fixed64(out_, 1, log.time);
    read_tags(batch_.log_fields, log.fields, nullptr);
    Text name;
    if (take("event", name) && !name.empty()) wire::put_text(out_, 2, name);
    attributes_.append_to(out_, 3);
    wire::end_len(out_, at);
  }

  void put_link(const Reference& r, uint64_t parent) {
    if (r.child_of && r.span == parent) return;
    const size_t at = wire::begin_len(out_, 13);
    wire::put_trace_id(out_, 1, r.trace_high, r.trace_low);
    wire::put_span_id(out_, 2, r.span);
    attributes_.clear();
    attributes_.text("opentracing.ref_type", r.child_of ? Text("child_of") : Text("follows_from"));
    attributes_.append_to(out_, 4);
    wire::end_len(out_, at);
  }

public:
  ~Translator() {
    for (Writer* w : unknown_) delete w;
  }
  Translator(const Translator&) = delete;

private:
  const Batch& batch_;
  Writer& out_;
  AttributeMap attributes_;
  Writer status_;
  std::vector<Writer*> unknown_;  // texts of tags whose type nobody knows
};

}  // namespace

uint64_t translate(const Batch& batch, Writer& out) {
  return Translator(batch, out).all();
}

}  // namespace whittle::jaeger
