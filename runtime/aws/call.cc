// SPDX-License-Identifier: Apache-2.0
#include "runtime/aws/call.h"

#include "runtime/aws/clock.h"
#include "runtime/aws/sha256.h"
#include "runtime/base/number.h"
#include "runtime/loop/retry_timer.h"

#include <stdlib.h>
#include <string.h>

namespace whittle {

// Of the client's own repetitions: 100 to 200 ms, then twice as long each time, up to 10 to 20 s.
constexpr BackoffSettings kRepetitions{
    .first = 150'000'000, .multiplier = 2, .longest = 15'000'000'000, .spread = 1.0 / 3};

AwsClient::AwsClient(const ComponentContext& exporter, const AwsSettings& settings, Text service, Text service_id)
    : exporter_(exporter), runtime_(*exporter.runtime), settings_(settings), service_(service),
      hash_task_(*runtime_.loop, [](void* self) { static_cast<AwsClient*>(self)->hash(); }, this) {
  region_ = settings.region;
  if (region_.empty()) region_ = environment("AWS_REGION");
  if (region_.empty()) region_ = environment("AWS_DEFAULT_REGION");
  tls_.insecure_skip_verify = settings.no_verify_ssl;
  tls_.include_system_ca_certs_pool = true;
  endpoint_ = aws_endpoint(settings.endpoint, service, service_id, region_, arena_);
}

bool AwsClient::check(Str place) {
  if (!region_.empty()) return true;
  runtime_.log->error("no AWS region: `region` is not set and neither is AWS_REGION",
                      {{"exporter", exporter_.id}, {"config", place}});
  return false;
}

Credentials& AwsClient::credentials() {
  if (!credentials_)
    credentials_ =
        &Credentials::of(runtime_, {settings_.role_arn, settings_.external_id, region_, settings_.proxy, &exporter_});
  return *credentials_;
}

static Text text_member(Bytes body, Text name) {
  // Faults are small JSON objects of texts; finding `"name":"` is enough to name them, and cannot go wrong worse than
  // naming none.
  Text text = as_text(body);
  for (size_t at = text.find(name); at != Text::npos; at = text.find(name, at + 1)) {
    size_t i = at + name.size();
    if (at == 0 || text[at - 1] != '"' || i >= text.size() || text[i] != '"') continue;
    for (++i; i < text.size() && (text[i] == ' ' || text[i] == ':'); ++i) {
    }
    if (i >= text.size() || text[i] != '"') continue;
    size_t end = text.find('"', i + 1);
    return end == Text::npos ? Text() : text.substr(i + 1, end - i - 1);
  }
  return {};
}

// What stands between <name> and </name>: some answer in XML whatever they are asked in.
static Text xml_member(Bytes body, Text open, Text close) {
  Text text = as_text(body);
  size_t at = text.find(open);
  if (at == Text::npos) return {};
  at += open.size();
  size_t end = text.find(close, at);
  return end == Text::npos ? Text() : text.substr(at, end - at);
}

Text aws_error_type(const HttpResponse& response) {
  Text type;
  for (const HttpHeader& h : response.headers)
    if (h.name == "x-amzn-errortype") type = h.value;
  if (type.empty()) type = text_member(response.body, "__type");
  if (type.empty()) type = text_member(response.body, "code");
  if (type.empty()) type = xml_member(response.body, "<Code>", "</Code>");
  type = type.substr(0, type.find(':'));  // "AccessDeniedException:http://..."
  size_t hash = type.rfind('#');          // "com.amazonaws.logs#ResourceNotFoundException"
  return hash == Text::npos ? type : type.substr(hash + 1);
}

Text aws_error_message(const HttpResponse& response) {
  Text message = text_member(response.body, "message");
  if (message.empty()) message = text_member(response.body, "Message");
  if (message.empty()) message = xml_member(response.body, "<Message>", "</Message>");
  return message.empty() ? as_text(response.body).substr(0, 300) : message;
}

void describe_aws_failure(const HttpResponse& r, Writer& out) {
  if (r.status == 0) {
    out.append(r.error_text);
    return;
  }
  out.append(aws_error_type(r));
  out.append(Text(" (HTTP status "));
  append_int(out, r.status);
  out.append(Text("): "));
  out.append(aws_error_message(r));
}

static bool is_expired(Text type) {
  return type == "ExpiredTokenException" || type == "ExpiredToken" || type == "UnrecognizedClientException" ||
         type == "InvalidClientTokenId";
}

// The names that the SDKs take for throttling (aws-sdk-go-v2, aws/retry/standard.go, DefaultThrottleErrorCodes);
// services invent more with "Throttl" in them.
static bool is_throttling(Text type) {
  constexpr Text kNames[] = {"TooManyRequestsException",
                             "ProvisionedThroughputExceededException",
                             "TransactionInProgressException",
                             "RequestLimitExceeded",
                             "BandwidthLimitExceeded",
                             "LimitExceededException",
                             "SlowDown",
                             "PriorRequestNotComplete"};
  for (Text name : kNames)
    if (type == name) return true;
  return type.find("Throttl") != Text::npos;
}

// Faults of the service that some report as the caller's, with a status of 400.
static bool is_passing(Text type) {
  return type == "RequestTimeout" || type == "RequestTimeoutException" || type.starts_with("ServiceUnavailable") ||
         type.starts_with("InternalFailure") || type.starts_with("InternalServer") || type == "InternalError";
}

static bool may_repeat(const HttpResponse& r) {
  if (r.status == 0 || r.status == 429 || r.status >= 500) return true;
  return is_throttling(aws_error_type(r)) || is_passing(aws_error_type(r)) || is_expired(aws_error_type(r));
}

bool may_pass_later(const HttpResponse& r) {
  return may_repeat(r) || is_denial(r.status, aws_error_type(r));
}

// A call on its way, with what is needed to make it again.
struct PendingCall {
  AwsClient& client;
  HttpDone done;
  void* context;
  Arena arena;
  Text name, target, path, content_type, resource;
  Writer own_body;
  Bytes body;
  Digest digest;  // of the body, for all signatures
  int64_t tries = 0;
  int64_t signed_ns = 0;
  bool signed_again = false;  // for the clock: once
  Backoff backoff;
  RetryTimer timer;

  PendingCall(AwsClient& c, AwsCall&& call, HttpDone d, void* ctx)
      : client(c), done(d), context(ctx), name(arena.copy(call.call)), target(arena.copy(call.target)),
        path(arena.copy(call.path)), content_type(arena.copy(call.content_type)), resource(arena.copy(call.resource)),
        own_body(static_cast<Writer&&>(call.body)), body(call.lent_body.empty() ? own_body.bytes() : call.lent_body),
        timer(c.runtime_, [](void* self) { static_cast<PendingCall*>(self)->begin(); }, this) {}

  void begin() {
    ++tries;
    client.credentials().get([](void* self, const AwsKeys* keys) { static_cast<PendingCall*>(self)->send(keys); },
                             this);
  }

  void send(const AwsKeys* keys) {
    if (!keys) {
      HttpResponse none;
      none.error = Errc::Refused;
      none.error_text = "no AWS credentials";
      return answered(none);
    }
    Arena scratch;
    Writer full_path;
    full_path.append(client.endpoint_.prefix);
    full_path.append(path);
    std::vector<SigningHeader> signed_headers{{"host", client.endpoint_.host}, {"content-type", content_type}};
    if (!target.empty()) signed_headers.push_back({"x-amz-target", target});
    if (!keys->session_token.empty()) signed_headers.push_back({"x-amz-security-token", keys->session_token});
    SigningRequest to_sign;
    to_sign.method = "POST";
    to_sign.path = full_path.text();
    to_sign.headers = signed_headers;
    to_sign.body = body;
    to_sign.body_digest = &digest;
    to_sign.region = client.region_;
    to_sign.service = client.service_;
    to_sign.time_ns = signed_ns = aws_now_ns(client.runtime_);
    Signature signature = sign(to_sign, *keys, scratch);

    HttpRequest request;
    Writer url;
    url.append(client.endpoint_.url);
    url.append(path);
    request.url = url.text();
    for (const SigningHeader& h : signed_headers)
      if (h.name != "host") request.headers.push_back({h.name, h.value});
    request.headers.push_back({"X-Amz-Date", signature.date});
    request.headers.push_back({"Authorization", signature.authorization});
    request.slices.push_back({{}, body});  // ours until the answer has come
    request.timeout_ns = client.settings_.timeout_ns;
    request.proxy = client.settings_.proxy;
    request.tls = &client.tls_;
    request.exporter = view(client.exporter_.id);
    request.kind = client.settings_.kind;
    request.call = name;
    request.plain_body = body;
    client.runtime_.http->send(
        static_cast<HttpRequest&&>(request),
        [](void* self, const HttpResponse& r) { static_cast<PendingCall*>(self)->answered(r); }, this);
  }

  void answered(const HttpResponse& response) {
    const bool taken = response.status >= 200 && response.status < 300;
    if (!taken && is_expired(aws_error_type(response))) client.credentials().forget();
    if (!taken && !signed_again && adjust_aws_clock(client.runtime_, response, aws_error_type(response), signed_ns)) {
      signed_again = true;
      --tries;  // this one could not succeed
      timer.in(0);
      return;
    }
    if (!taken && may_repeat(response) && tries <= client.settings_.max_retries) {
      timer.in(*backoff.next(kRepetitions, client.runtime_.loop->clock(), client.runtime_.random32()));
      return;
    }
    if (response.status >= 400 && response.status < 500 && is_denial(response.status, aws_error_type(response)))
      denied(response);
    --client.in_flight_;
    done(context, response);
    delete this;
  }

  void denied(const HttpResponse& response) {
    Denial denial{&client.exporter_,
                  client.service_,
                  name,
                  resource,
                  client.region_,
                  client.settings_.role_arn,
                  aws_error_type(response),
                  aws_error_message(response),
                  {}};
    for (const HttpHeader& h : response.headers)
      if (h.name == "date") denial.date = h.value;
    client.denials_.tell(client.runtime_, denial);
  }
};

void AwsClient::call(AwsCall&& call, HttpDone done, void* context) {
  ++in_flight_;
  unhashed_.push_back(new PendingCall(*this, static_cast<AwsCall&&>(call), done, context));
  hash_task_.post();
}

void AwsClient::hash() {
  // Whoever is called back may make the next call.
  const std::vector<PendingCall*> calls = static_cast<std::vector<PendingCall*>&&>(unhashed_);
  unhashed_.clear();
  std::vector<Bytes> bodies;
  for (const PendingCall* c : calls) bodies.push_back(c->body);
  std::vector<Digest> digests(bodies.size());
  sha256_each(bodies, digests.data());
  for (size_t i = 0; i < calls.size(); ++i) {
    calls[i]->digest = digests[i];
    calls[i]->begin();
  }
}

}  // namespace whittle
