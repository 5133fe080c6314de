// SPDX-License-Identifier: Apache-2.0
// The user and the password of a client, as RFC 7617 has them. Both may stand in files.
#include "runtime/base/json.h"
#include "runtime/file/secret.h"
#include "runtime/http/set_header.h"
#include "stdlib/extension/basicauth/basicauth_config.h"

namespace whittle {
namespace {

class BasicAuth {
public:
  explicit BasicAuth(const ComponentContext& c)
      : runtime_(*c.runtime), config_(*static_cast<const config::Basicauth*>(c.config)->client_auth),
        user_(runtime_, view(c.id), view(config_.username), view(config_.username_file)),
        password_(runtime_, view(c.id), view(config_.password), view(config_.password_file)) {}

  bool start() { return user_.start() && password_.start(); }

  void authenticate(HttpRequest& request, AuthenticatedFn ready, void* context) {
    authenticate_soon<BasicAuth>(
        runtime_, *this, [](BasicAuth& self, HttpRequest& r) { return self.set(r); }, request, ready, context);
  }

private:
  const char* set(HttpRequest& request) {
    Writer pair;
    pair.append(user_.get());
    pair.byte(':');
    pair.append(password_.get());
    value_.clear();
    value_.append(Text("Basic "));
    append_base64(value_, pair.bytes());
    set_header(request, "Authorization", value_.text());
    return nullptr;
  }

  Runtime& runtime_;
  const config::BasicauthClientAuth& config_;
  Secret user_, password_;
  Writer value_;
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps extension_basicauth_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::BasicAuth(*context); },
    .start = [](void* self) { return static_cast<whittle::BasicAuth*>(self)->start(); },
    .authenticate =
        [](void* self, whittle::HttpRequest* request, whittle::AuthenticatedFn ready, void* context) {
          static_cast<whittle::BasicAuth*>(self)->authenticate(*request, ready, context);
        },
};
