// SPDX-License-Identifier: Apache-2.0
// One signed call of an AWS API: credentials, signature, the request, and repetition of what may be repeated.
#pragma once

#include "runtime/aws/credentials.h"
#include "runtime/base/backoff.h"
#include "runtime/http/client.h"
#include "runtime/loop/loop.h"

namespace whittle {

// The settings that every exporter to AWS has (stdlib/common/aws.wtl).
struct AwsSettings {
  Text region, endpoint, proxy, role_arn, external_id;
  bool no_verify_ssl = false;
  int64_t timeout_ns = 30'000'000'000;
  int64_t max_retries = 2;
  Text kind = "exporter";  // what calls: as in HttpRequest
};

template <class Config>
AwsSettings aws_settings(const Config& c) {
  AwsSettings s;
  s.region = view(c.region);
  s.endpoint = view(c.endpoint);
  s.proxy = view(c.proxy_address);
  s.role_arn = view(c.role_arn);
  s.external_id = view(c.external_id);
  s.no_verify_ssl = c.no_verify_ssl;
  s.timeout_ns = c.request_timeout_seconds * 1'000'000'000;
  s.max_retries = c.max_retries;
  return s;
}

struct AwsCall {
  Text call;    // "PutTraceSegments": what replay and the log call it
  Text target;  // X-Amz-Target, empty for REST APIs
  Text path = "/";
  Text content_type = "application/x-amz-json-1.1";
  Writer body;  // JSON
  // In place of `body`: what the caller keeps until `done` is called.
  Bytes lent_body{};
  Text resource;  // what the call is made on: an ARN in which `*` stands for what is not known; empty: see the needs
};

struct PendingCall;

class AwsClient {
public:
  // `service` is the name that is signed and the host's first label ("xray", "logs"); `service_id` the SDKs' name, of
  // which the environment variable AWS_ENDPOINT_URL_<ID> is made ("XRAY", "CLOUDWATCH_LOGS"). All texts and `exporter`
  // must outlive the client.
  AwsClient(const ComponentContext& exporter, const AwsSettings& settings, Text service, Text service_id);

  // False, with a logged reason, when the client cannot work: no region. Call it from `start`.
  bool check(Str place);

  // Makes the call, repeating it after throttling, faults of the service and failures of the network, max_retries
  // times. `done` is called once, from the loop, with the last answer. Everything that `call` borrows is copied.
  void call(AwsCall&& call, HttpDone done, void* context);

  uint32_t in_flight() const { return in_flight_; }
  Text region() const { return region_; }

private:
  friend struct PendingCall;
  Credentials& credentials();
  void hash();

  const ComponentContext& exporter_;
  Runtime& runtime_;
  AwsSettings settings_;
  Text service_;
  Text region_;
  Arena arena_;
  AwsEndpoint endpoint_;
  ClientTls tls_;
  Credentials* credentials_ = nullptr;
  uint32_t in_flight_ = 0;
  std::vector<PendingCall*> unhashed_;
  Task hash_task_;  // hashes the bodies of all calls that were made in one turn of the loop, side by side
  Denials denials_;
};

// The service's own name for a fault ("ThrottlingException"), from the body's `__type` or the header x-amzn-errortype;
// empty when the answer names none. Borrowed from the response.
Text aws_error_type(const HttpResponse& response);
// The fault's message, or the beginning of the body. Borrowed from the response.
Text aws_error_message(const HttpResponse& response);
// Appends what went wrong, in one line: "ThrottlingException (HTTP status 400): ...", "connection refused".
void describe_aws_failure(const HttpResponse& response, Writer& out);

// Whether what the client gave up on may succeed in a few minutes: throttling, faults of the service or of the network,
// and denials, for a role can be mended and credentials are renewed.
bool may_pass_later(const HttpResponse& response);

// For who tries again by itself after that.
inline constexpr BackoffSettings kAwsBackoff{.give_up_after = 300'000'000'000};

}  // namespace whittle
