// SPDX-License-Identifier: Apache-2.0
// Signs requests of exporters with the task role's keys, or those of another role.
#include "runtime/aws/credentials.h"
#include "runtime/base/log.h"
#include "runtime/http/client.h"
#include "runtime/http/header.h"
#include "runtime/loop/loop.h"

#include "stdlib/extension/sigv4auth/host.h"
#include "stdlib/extension/sigv4auth/sigv4auth_config.h"

namespace whittle {
namespace {

class Signer {
public:
  explicit Signer(const ComponentContext& context)
      : context_(context), runtime_(*context.runtime), config_(*static_cast<const config::Sigv4auth*>(context.config)) {
  }

  bool start() {
    Text region = view(config_.assume_role.sts_region);
    if (region.empty()) region = view(config_.region);
    if (region.empty()) region = environment("AWS_REGION");
    credentials_ = &Credentials::of(runtime_, {view(config_.assume_role.arn),
                                               view(config_.assume_role.external_id),
                                               region,
                                               {},
                                               &context_,
                                               view(config_.assume_role.session_name)});
    return true;
  }

  void authenticate(HttpRequest& request, AuthenticatedFn ready, void* context) {
    (new Signing(*this, request, ready, context))->task.post();
  }

private:
  struct Signing {
    Signer& signer;
    HttpRequest& request;
    AuthenticatedFn ready;
    void* context;
    Task task;

    Signing(Signer& s, HttpRequest& r, AuthenticatedFn f, void* c)
        : signer(s), request(r), ready(f), context(c),
          task(
              *s.runtime_.loop,
              [](void* self) {
                static_cast<Signing*>(self)->signer.credentials_->get(
                    [](void* of, const AwsKeys* keys) { static_cast<Signing*>(of)->sign_with(keys); }, self);
              },
              this) {}

    void sign_with(const AwsKeys* keys) {
      const char* wrong = keys ? signer.sign(request, *keys) : "no AWS credentials";
      ready(context, wrong);
      delete this;
    }
  };

  const char* sign(HttpRequest& request, const AwsKeys& keys) {
    const Text host = sigv4::host_of(request.url);
    const sigv4::Scope said = sigv4::scope_of(host);
    SigningRequest to_sign;
    to_sign.service = config_.service.size > 0 ? view(config_.service) : said.service;
    to_sign.region = config_.region.size > 0 ? view(config_.region) : said.region;
    if (to_sign.service.empty() || to_sign.region.empty())
      return "the host does not say what service and region to sign for, and neither does sigv4auth";
    Arena arena;
    Writer joined;
    for (const Slice& s : request.slices) joined.append(s.bytes);
    to_sign.body = request.slices.empty() ? request.body.bytes() : joined.bytes();
    to_sign.method = request.method;
    Text target = Text(request.url).substr(static_cast<size_t>(host.data() + host.size() - request.url.data()));
    target = target.substr(0, target.find('#'));
    const size_t question = target.find('?');
    to_sign.path = question == 0 || target.empty() ? Text("/") : target.substr(0, question);
    if (question != Text::npos) to_sign.query = target.substr(question + 1);
    std::vector<SigningHeader> headers{{"host", without_own_port(request.url, host)}};
    for (const HttpHeader& h : request.headers)
      if (!equal_ignoring_case(h.name, "host") && !equal_ignoring_case(h.name, "authorization"))
        headers.push_back({h.name, h.value});
    if (!keys.session_token.empty()) headers.push_back({"x-amz-security-token", keys.session_token});
    to_sign.headers = headers;
    to_sign.time_ns = runtime_.now_ns();
    const Signature signature = whittle::sign(to_sign, keys, arena);
    // The texts have to outlive the arena: the request keeps them as one.
    kept_.clear();
    auto keep = [&](Text t) {
      const size_t at = kept_.size();
      kept_.append(t);
      return at;
    };
    const size_t date = keep(signature.date), authorization = keep(signature.authorization),
                 token = keep(keys.session_token), end = kept_.size();
    const Text all = kept_.text();
    request.headers.push_back({"X-Amz-Date", all.substr(date, authorization - date)});
    request.headers.push_back({"Authorization", all.substr(authorization, token - authorization)});
    if (token < end) request.headers.push_back({"X-Amz-Security-Token", all.substr(token)});
    return nullptr;
  }

  // As curl sends it: without the port that the scheme has anyway.
  static Text without_own_port(Text url, Text host) {
    const Text own = url.starts_with("https:") ? ":443" : ":80";
    return host.ends_with(own) ? host.substr(0, host.size() - own.size()) : host;
  }

  ComponentContext context_;
  Runtime& runtime_;
  const config::Sigv4auth& config_;
  Credentials* credentials_ = nullptr;
  Writer kept_;  // of the request that is signed now; whoever asked sends it before the next one is
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps extension_sigv4auth_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::Signer(*context); },
    .start = [](void* self) { return static_cast<whittle::Signer*>(self)->start(); },
    .authenticate = [](void* self, whittle::HttpRequest* request, whittle::AuthenticatedFn ready,
                       void* context) { static_cast<whittle::Signer*>(self)->authenticate(*request, ready, context); },
};
