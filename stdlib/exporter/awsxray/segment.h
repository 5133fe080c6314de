// SPDX-License-Identifier: Apache-2.0
// The parts of a segment document, each written by a file of its own: http.cc, cause.cc, resource.cc; segment.cc puts
// them together.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/nested_json.h"
#include "stdlib/exporter/awsxray/awsxray_encode.h"
#include "stdlib/exporter/awsxray/span_attributes.h"

#include <vector>

namespace whittle::awsxray {

// Writes a member whose value is a string, unless the string is empty.
template <NestedLiteral kName>
void member(NestedJson& json, Text value) {
  if (value.empty()) return;
  json.put<kName>();
  json.text(value);
  json.comma();
}

// The same, but an empty string is written as null.
template <NestedLiteral kName>
void member_or_null(NestedJson& json, Text value) {
  json.put<kName>();
  if (value.empty()) json.put<"null,">();
  else json.text(value), json.comma();
}

// Sixteen hex digits.
void write_id(NestedJson& json, uint64_t id);

// The parts of a URL that attributes give; an attribute that is there with another type counts as an empty string.
struct UrlPart {
  bool present = false;
  Text text;
  int64_t number = 0;  // stands for the text when `is_number`
  bool is_number = false;

  bool empty() const { return !is_number && text.empty(); }
};

// What a span says of an HTTP request.
struct Http {
  bool any = false;
  bool any_url_part = false;
  bool peer_known = false;
  Text method, client_ip, user_agent;
  bool has_status = false;
  int64_t status = 0;
  UrlPart url, scheme, host, target, server_name, net_host_port, host_name, net_host_name, net_peer_name, net_peer_port,
      net_peer_ip, path, query, server_address, server_port;
};
Http read_http(const SpanAttributes& attributes);
// Writes `'http':{...},`.
void write_http(NestedJson& json, const Http& http, const views::Span& span, const SpanAttributes& attributes);

// True for the text of an IPv4 or IPv6 address, as Go's net.ParseIP has it.
bool is_ip_address(Text t);

// The host of a URL as Go's net/url finds it (without port and brackets); empty when there is none or it is no URL.
Text url_host(Text url);

// What the status, the events and the HTTP status say of success.
struct Outcome {
  bool error = false, fault = false, throttle = false;
  bool uses_status_text = false;  // "http.status_text" was taken for the message
};
Outcome outcome_of(const views::Span& span, const views::Status& status, bool has_exceptions,
                   const SpanAttributes& attributes);
// True when the span has events that tell of exceptions.
bool has_exceptions(const views::Span& span, const SpanAttributes& attributes);
// Writes `'cause':{...},` if there is one.
void write_cause(NestedJson& json, const views::Span& span, const views::Status& status, bool has_exceptions,
                 Text language, const SpanAttributes& attributes, IdSource& ids);

// A set of names, to write each only once.
class NameSet {
public:
  void reset();
  // False when it is in already.
  bool add(Text name);
  bool has(Text name) const;
  bool empty() const { return names_.empty(); }

private:
  static constexpr size_t kFew = 32;  // names that are compared one by one
  void index(uint32_t at);

  std::vector<Text> names_;
  uint64_t seen_ = 0;            // bits of the names
  std::vector<uint32_t> slots_;  // index + 1, of more than a few
};

// What a resource says, as pieces of documents.
class ResourceParts {
public:
  void fill(const views::Resource& resource, const Options& options);

  Text service_name;
  bool has_service_name = false;
  Text language;
  bool is_aws = true;  // no other cloud provider is named
  Text account;
  Text head() const { return head_.text(); }          // `'origin':...,'service':...,`
  Text aws() const { return aws_.text(); }            // members of 'aws'
  Text metadata() const { return metadata_.text(); }  // members of the default namespace
  Text annotations() const { return annotations_.text(); }
  bool empty() const { return attributes.empty(); }
  Attributes attributes;

private:
  void fill_aws(const Options& options);
  Writer head_, aws_, metadata_, annotations_;
};

constexpr Text kResourcePrefix = "otel.resource.";

bool is_scalar(const views::AnyValue& v);
bool is_listed(const List<Str>& list, Text name);
bool is_listed(const List<Str>& list, Text prefix, Text name);

// Writes the name of an annotation: what is neither letter, digit nor dot becomes an underscore.
void write_annotation_name(Writer& out, Text name);

}  // namespace whittle::awsxray
