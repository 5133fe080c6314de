// SPDX-License-Identifier: Apache-2.0
// Tokens of the client credentials grant (RFC 6749, section 4.4), as golang.org/x/oauth2 asks for them: the client
// first shows itself in a header, and in the body where the server does not take that.
//
// One request for a token is under way at a time; whoever needs a token meanwhile waits for its answer.
#include "runtime/base/json.h"
#include "runtime/file/secret.h"
#include "runtime/http/configured.h"
#include "runtime/http/set_header.h"
#include "stdlib/extension/oauth2client/oauth2client_config.h"

#include <yyjson.h>

#include <stdlib.h>

namespace whittle {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kLeast = 10 * kSecond;  // a token that ends sooner is none

// As url.QueryEscape.
void append_query(Writer& out, Text t) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : t) {
    const auto b = static_cast<uint8_t>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) out.byte(b);
    else if (c == ' ') out.byte('+');
    else
      out.byte('%'), out.byte(static_cast<uint8_t>(kDigits[b >> 4])), out.byte(static_cast<uint8_t>(kDigits[b & 15]));
  }
}

void append_scalar(Writer& out, const Any& value) {
  switch (value.kind) {
  case AnyKind::Bool: append_query(out, value.bits ? "true" : "false"); break;
  case AnyKind::Int: append_int(out, static_cast<int64_t>(value.bits)); break;
  case AnyKind::Double: {
    char text[40];
    snprintf(text, sizeof text, "%.17g", __builtin_bit_cast(double, value.bits));
    append_query(out, text);
    break;
  }
  default: append_query(out, view(value.text));
  }
}

class Oauth2Client {
public:
  explicit Oauth2Client(const ComponentContext& c)
      : context_(c), runtime_(*c.runtime), config_(*static_cast<const config::Oauth2client*>(c.config)),
        id_(runtime_, view(c.id), view(config_.client_id), view(config_.client_id_file)),
        secret_(runtime_, view(c.id), view(config_.client_secret), view(config_.client_secret_file)),
        tls_(client_tls(config_.tls)),
        ready_(*c.runtime->loop, [](void* self) { static_cast<Oauth2Client*>(self)->serve(nullptr); }, this) {}

  void authenticate(HttpRequest& request, AuthenticatedFn ready, void* context) {
    waiting_.push_back({&request, ready, context});
    if (valid()) ready_.post();
    else if (!asking_) ask();
  }

private:
  struct Waiting {
    HttpRequest* request;
    AuthenticatedFn ready;
    void* context;
  };

  // A token is replaced early enough that no request is under way when it ends.
  bool valid() const {
    if (authorization_.empty()) return false;
    if (ends_ == 0) return true;
    const int64_t left = ends_ - runtime_.loop->now();
    return left > kLeast && left > config_.expiry_buffer;
  }

  // Gives everyone who waits the token, or says why there is none.
  void serve(const char* wrong) {
    if (asking_) return;
    // Whoever is served may come again at once.
    std::vector<Waiting> now = static_cast<std::vector<Waiting>&&>(waiting_);
    waiting_.clear();
    for (const Waiting& w : now) {
      if (!wrong) set_header(*w.request, "Authorization", authorization_.text());
      w.ready(w.context, wrong);
    }
  }

  void ask() {
    asking_ = true;
    if (!read_) read_ = id_.start() && secret_.start();
    if (!read_) {
      failed_ = "the id or the secret of the client cannot be read";
      return fail_later();
    }
    HttpRequest request;
    request.url = view(config_.token_url);
    request.tls = &tls_;
    request.timeout_ns = config_.timeout;
    request.kind = "extension";
    request.exporter = view(context_.id);
    request.call = path_of_url(request.url);
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    Writer header;
    write_body(request.body);
    if (!in_body_) {
      Writer pair;
      append_query(pair, id_.get());
      pair.byte(':');
      append_query(pair, secret_.get());
      header.append(Text("Basic "));
      append_base64(header, pair.bytes());
      request.headers.push_back({"Authorization", header.text()});
    }
    runtime_.http->send(
        static_cast<HttpRequest&&>(request),
        [](void* self, const HttpResponse& r) { static_cast<Oauth2Client*>(self)->answered(r); }, this);
  }

  // The same as an answer of a server, from the loop.
  void fail_later() { failing_.post(); }

  void write_body(Writer& out) {
    out.append(Text("grant_type=client_credentials"));
    auto field = [&](Text name) {
      out.byte('&');
      append_query(out, name);
      out.byte('=');
    };
    if (config_.scopes.size > 0) {
      field("scope");
      for (uint64_t i = 0; i < config_.scopes.size; ++i) {
        if (i > 0) out.byte('+');
        append_query(out, view(config_.scopes[i]));
      }
    }
    for (const Entry<Any>& e : config_.endpoint_params) {
      field(view(e.key));
      append_scalar(out, e.value);
    }
    if (!in_body_) return;
    field("client_id");
    append_query(out, id_.get());
    if (const Text secret = secret_.get(); !secret.empty()) {
      field("client_secret");
      append_query(out, secret);
    }
  }

  void answered(const HttpResponse& r) {
    const char* wrong = read(r);
    // Some servers know clients only by the body.
    if (wrong && r.status != 0 && !in_body_ && !known_) {
      in_body_ = true;
      return ask();
    }
    asking_ = false;
    if (!wrong) {
      known_ = true;
      return serve(nullptr);
    }
    if (!known_) in_body_ = false;
    runtime_.log->error("there is no token", {{"extension", context_.id},
                                              {"endpoint", config_.token_url},
                                              {"status", static_cast<int64_t>(r.status)},
                                              {"error", r.status == 0 ? r.error_text : Text(wrong)}});
    serve(wrong);
  }

  // Takes the token out of an answer; gives what is wrong with it.
  const char* read(const HttpResponse& r) {
    if (r.status == 0) return "oauth2client: the token server cannot be reached";
    if (r.status < 200 || r.status > 299) return "oauth2client: the token server gives no token";
    yyjson_doc* doc = yyjson_read(reinterpret_cast<const char*>(r.body.data()), r.body.size(), 0);
    yyjson_val* root = yyjson_doc_get_root(doc);
    auto text = [&](const char* name) {
      yyjson_val* v = yyjson_obj_get(root, name);
      return yyjson_is_str(v) ? Text(yyjson_get_str(v), yyjson_get_len(v)) : Text();
    };
    const Text token = text("access_token");
    const char* wrong = nullptr;
    if (!yyjson_is_obj(root)) wrong = "oauth2client: the token server's answer is no JSON object";
    else if (!text("error").empty()) wrong = "oauth2client: the token server gives no token";
    else if (token.empty()) wrong = "oauth2client: the token server's answer has no access_token";
    for (const char c : token)
      if (static_cast<uint8_t>(c) < ' ' || c == 0x7F) wrong = "oauth2client: the token is no text for a header";
    if (!wrong) {
      const Text type = text("token_type");
      authorization_.clear();
      if (type.empty() || equal_ignoring_case(type, "bearer")) authorization_.append(Text("Bearer"));
      else if (equal_ignoring_case(type, "mac")) authorization_.append(Text("MAC"));
      else if (equal_ignoring_case(type, "basic")) authorization_.append(Text("Basic"));
      else wrong = "oauth2client: the token is of a type that is not known";
      authorization_.byte(' ');
      authorization_.append(token);
      yyjson_val* life = yyjson_obj_get(root, "expires_in");
      int64_t seconds = yyjson_is_str(life)   ? strtoll(yyjson_get_str(life), nullptr, 10)
                        : yyjson_is_num(life) ? static_cast<int64_t>(yyjson_get_num(life))
                                              : 0;
      constexpr int64_t kMost = 10LL * 366 * 86400;
      if (seconds > kMost) seconds = kMost;
      ends_ = seconds > 0 ? runtime_.loop->now() + seconds * kSecond : 0;
    }
    if (wrong) authorization_.clear();
    yyjson_doc_free(doc);
    return wrong;
  }

  const ComponentContext& context_;
  Runtime& runtime_;
  const config::Oauth2client& config_;
  Secret id_, secret_;
  ClientTls tls_;
  Task ready_;
  Task failing_{*runtime_.loop,
                [](void* s) {
                  auto& self = *static_cast<Oauth2Client*>(s);
                  self.asking_ = false;
                  self.serve(self.failed_);
                },
                this};
  std::vector<Waiting> waiting_;
  Writer authorization_;  // "Bearer TOKEN"
  int64_t ends_ = 0;      // on the loop's clock; 0: never
  const char* failed_ = nullptr;
  bool read_ = false;
  bool asking_ = false;
  bool in_body_ = false, known_ = false;  // where the server wants to see the client, and whether that is known
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps extension_oauth2client_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::Oauth2Client(*context); },
    .authenticate =
        [](void* self, whittle::HttpRequest* request, whittle::AuthenticatedFn ready, void* context) {
          static_cast<whittle::Oauth2Client*>(self)->authenticate(*request, ready, context);
        },
};
