// SPDX-License-Identifier: Apache-2.0
#include "runtime/aws/proxy.h"

#include "runtime/aws/call.h"
#include "runtime/aws/clock.h"
#include "runtime/base/log.h"
#include "runtime/base/payload.h"

namespace whittle {

namespace {

constexpr uint64_t kMostBody = 8 * 1024 * 1024;
constexpr uint32_t kMostPassing = 128;  // requests at once
constexpr int64_t kHeadTimeout = 20'000'000'000;
constexpr int64_t kTimeout = 60'000'000'000;

// What belongs to one connection (RFC 9110, section 7.6.1), and what is made anew.
bool stays_here(Text name) {
  static constexpr Text kNames[] = {"connection",
                                    "keep-alive",
                                    "proxy-authenticate",
                                    "proxy-authorization",
                                    "proxy-connection",
                                    "te",
                                    "trailer",
                                    "transfer-encoding",
                                    "upgrade",
                                    "host",
                                    "content-length",
                                    "expect",
                                    "authorization",
                                    "x-amz-date",
                                    "x-amz-security-token",
                                    "date"};
  for (const Text n : kNames)
    if (n == name) return true;
  return false;
}

// The operations that have paths of their own (X-Ray API reference).
Text operation(Text path) {
  if (path == "/SamplingTargets") return "GetSamplingTargets";
  return path.starts_with('/') ? path.substr(1) : path;
}

void plain(ServerReply& reply, int status, Text text) {
  reply.status = status;
  reply.header("content-type", "text/plain; charset=utf-8");
  reply.body.append(text);
}

}  // namespace

// A request on its way.
struct Passing {
  AwsProxy& proxy;
  Arena arena;
  Text method, path, target;  // target: the path with its query
  Text query;
  std::vector<HttpHeader> headers;
  Writer body;
  Later later;
  Task begin;  // when the session waits

  Passing(AwsProxy& p, const ServerRequest& request)
      : proxy(p), method(arena.copy(request.method)), path(arena.copy(request.path)), query(arena.copy(request.query)),
        begin(
            *p.runtime_.loop,
            [](void* self) {
              static_cast<Passing*>(self)->proxy.credentials_->get(
                  [](void* of, const AwsKeys* keys) { static_cast<Passing*>(of)->send(keys); }, self);
            },
            this) {
    Writer whole;
    whole.append(request.path);
    if (!request.query.empty()) whole.byte('?'), whole.append(request.query);
    target = arena.copy(whole.text());
    for (const HttpHeader& h : request.headers)
      if (!stays_here(h.name)) headers.push_back({arena.copy(h.name), arena.copy(h.value)});
    body.append(request.body.bytes());
    ++proxy.passing_;
  }
  ~Passing() { --proxy.passing_; }

  void send(const AwsKeys* keys) {
    if (!keys) return end(502, "no AWS credentials");
    std::vector<SigningHeader> to_be_signed{{"host", proxy.endpoint_.host}};
    for (const HttpHeader& h : headers)
      if (h.name == "content-type" || h.name.starts_with("x-amz-")) to_be_signed.push_back({h.name, h.value});
    if (!keys->session_token.empty()) to_be_signed.push_back({"x-amz-security-token", keys->session_token});
    SigningRequest to_sign;
    to_sign.method = method;
    to_sign.path = path;
    to_sign.query = query;
    to_sign.headers = to_be_signed;
    to_sign.body = body.bytes();
    to_sign.region = proxy.region_;
    to_sign.service = proxy.service_;
    to_sign.time_ns = aws_now_ns(proxy.runtime_);
    const Signature signature = sign(to_sign, *keys, arena);

    HttpRequest request;
    request.method = method;
    Writer url;
    url.append(proxy.endpoint_.url.substr(0, proxy.endpoint_.url.size() - proxy.endpoint_.prefix.size()));
    url.append(target);
    request.url = url.text();
    request.headers = headers;
    if (!keys->session_token.empty()) request.headers.push_back({"X-Amz-Security-Token", keys->session_token});
    request.headers.push_back({"X-Amz-Date", signature.date});
    request.headers.push_back({"Authorization", signature.authorization});
    request.plain_body = body.bytes();
    request.slices.push_back({{}, body.bytes()});  // ours until the answer has come
    request.timeout_ns = kTimeout;
    request.proxy = proxy.settings_.proxy_address;
    request.tls = &proxy.settings_.tls;
    request.exporter = view(proxy.context_.id);
    request.kind = proxy.kind_;
    request.call = target;
    proxy.runtime_.http->send(
        static_cast<HttpRequest&&>(request),
        [](void* self, const HttpResponse& r) { static_cast<Passing*>(self)->answered(r); }, this);
  }

  void answered(const HttpResponse& response) {
    Runtime& runtime = proxy.runtime_;
    if (response.status == 0) {
      runtime.log->warn("a request could not be passed on to AWS", {{"component", proxy.context_.id},
                                                                    {"path", path},
                                                                    {"host", proxy.endpoint_.host},
                                                                    {"reason", response.error_text}});
      return end(502, {});
    }
    const Text type = aws_error_type(response);
    if (response.status >= 400 && response.status < 500 && is_denial(response.status, type)) {
      Denial denial{&proxy.context_,
                    proxy.service_,
                    operation(path),
                    {},
                    proxy.region_,
                    proxy.settings_.role_arn,
                    type,
                    aws_error_message(response),
                    {}};
      for (const HttpHeader& h : response.headers)
        if (h.name == "date") denial.date = h.value;
      proxy.denials_.tell(runtime, denial);
    }
    if (ServerReply* reply = later.reply()) {
      reply->status = response.status;
      for (const HttpHeader& h : response.headers)
        if (!stays_here(h.name)) reply->header(h.name, h.value);
      reply->body.append(response.body);
    }
    later.done();
    delete this;
  }

  void end(int status, Text why) {
    if (ServerReply* reply = later.reply()) {
      if (why.empty()) reply->status = status;
      else plain(*reply, status, why);
    }
    later.done();
    delete this;
  }
};

AwsProxy::AwsProxy(const ComponentContext& context, Text kind, const AwsProxySettings& settings)
    : context_(context), runtime_(*context.runtime), kind_(kind), settings_(settings),
      service_(settings.service.empty() ? Text("xray") : settings.service),
      server_(runtime_,
              {.component = view(context.id), .endpoint = settings.endpoint, .read_header_timeout = kHeadTimeout},
              {.self = this,
               .head =
                   [](void*, ServerRequest& request, ServerReply&) {
                     request.body.expect(request.length, kMostBody);
                     return true;
                   },
               .whole = whole,
               .too_large = [](void*, ServerRequest&,
                               ServerReply& reply) { plain(reply, 413, "the request is too large"); }}) {}

AwsProxy::~AwsProxy() = default;

bool AwsProxy::start() {
  region_ = settings_.region;
  if (region_.empty()) region_ = environment("AWS_REGION");
  if (region_.empty()) region_ = environment("AWS_DEFAULT_REGION");
  if (region_.empty()) {
    runtime_.log->error("no AWS region: `region` is not set and neither is AWS_REGION",
                        {{kind_, context_.id}, {"config", context_.place}});
    return false;
  }
  // The variable's name has underscores where the service's has hyphens.
  char* id = arena_.array<char>(service_.size());
  for (size_t i = 0; i < service_.size(); ++i) {
    const char c = service_[i];
    id[i] = c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c == '-' ? '_' : c;
  }
  endpoint_ = aws_endpoint(settings_.aws_endpoint, service_, {id, service_.size()}, region_, arena_);
  credentials_ = &Credentials::of(runtime_, {settings_.role_arn, {}, region_, settings_.proxy_address, &context_});
  if (!server_.start()) return false;
  runtime_.log->info(
      "AWS proxy",
      {{"component", context_.id}, {"endpoint", settings_.endpoint}, {"service", service_}, {"host", endpoint_.host}});
  return true;
}

void AwsProxy::drain() {
  server_.drain();
}

bool AwsProxy::idle() const {
  return passing_ == 0 && server_.idle();
}

void AwsProxy::whole(void* self, ServerRequest& request, ServerReply& reply) {
  auto& proxy = *static_cast<AwsProxy*>(self);
  if (proxy.passing_ >= kMostPassing) {
    proxy.runtime_.log->warn("a request is not passed on to AWS: too many are on their way",
                             {{"component", proxy.context_.id}, {"requests", proxy.passing_}});
    return plain(reply, 503, "too many requests are on their way");
  }
  auto* passing = new Passing(proxy, request);
  reply.later = &passing->later;
  passing->begin.post();
}

}  // namespace whittle
