// SPDX-License-Identifier: Apache-2.0
// A token in a header. Of several the first one is sent; in a text or a file that is the first word of the first line
// that has one.
#include "runtime/file/secret.h"
#include "runtime/http/set_header.h"
#include "stdlib/extension/bearertokenauth/bearertokenauth_config.h"

namespace whittle {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

class BearerToken {
public:
  explicit BearerToken(const ComponentContext& c)
      : runtime_(*c.runtime), config_(*static_cast<const config::Bearertokenauth*>(c.config)),
        token_(runtime_, view(c.id), view(config_.token), config_.tokens.size > 0 ? Text() : view(config_.filename)) {}

  bool start() { return token_.start(); }

  void authenticate(HttpRequest& request, AuthenticatedFn ready, void* context) {
    authenticate_soon<BearerToken>(
        runtime_, *this, [](BearerToken& self, HttpRequest& r) { return self.set(r); }, request, ready, context);
  }

private:
  Text token() {
    if (config_.tokens.size > 0) return view(config_.tokens[0]);
    Text t = token_.get();
    size_t begin = 0;
    while (begin < t.size() && is_space(t[begin])) ++begin;
    size_t end = begin;
    while (end < t.size() && !is_space(t[end])) ++end;
    return t.substr(begin, end - begin);
  }

  const char* set(HttpRequest& request) {
    value_.clear();
    // As the reference has it: without a token not even the scheme is said.
    if (const Text t = token(); !t.empty()) {
      if (config_.scheme.size > 0) {
        value_.append(view(config_.scheme));
        value_.byte(' ');
      }
      value_.append(t);
    }
    set_header(request, view(config_.header), value_.text());
    return nullptr;
  }

  Runtime& runtime_;
  const config::Bearertokenauth& config_;
  Secret token_;
  Writer value_;
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps extension_bearertokenauth_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::BearerToken(*context); },
    .start = [](void* self) { return static_cast<whittle::BearerToken*>(self)->start(); },
    .authenticate =
        [](void* self, whittle::HttpRequest* request, whittle::AuthenticatedFn ready, void* context) {
          static_cast<whittle::BearerToken*>(self)->authenticate(*request, ready, context);
        },
};
