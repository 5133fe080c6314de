// SPDX-License-Identifier: Apache-2.0
// Headers of a request, set in the order of the config: from the config, from files, and from the headers of the
// request that telemetry came with. Another extension may authenticate first.
#include "runtime/base/payload.h"
#include "runtime/file/secret.h"
#include "runtime/http/authenticator.h"
#include "runtime/http/set_header.h"
#include "stdlib/extension/headers_setter/headers_setter_config.h"

#include <memory>

namespace whittle {
namespace {

using config::HeadersSetterHeader;
using Action = config::HeadersSetterHeaderAction;

class HeadersSetter {
public:
  explicit HeadersSetter(const ComponentContext& c)
      : context_(c), runtime_(*c.runtime), config_(*static_cast<const config::HeadersSetter*>(c.config)) {
    for (const HeadersSetterHeader& h : config_.headers)
      files_.push_back(
          h.value_file.size > 0 ? std::make_unique<Secret>(runtime_, view(c.id), Text(), view(h.value_file)) : nullptr);
  }

  bool start() {
    for (auto& file : files_)
      if (file && !file->start()) return false;
    return config_.additional_auth.size == 0 || additional_.find(context_, config_.additional_auth);
  }

  void authenticate(HttpRequest& request, AuthenticatedFn ready, void* context) {
    if (!additional_)
      return authenticate_soon<HeadersSetter>(
          runtime_, *this, [](HeadersSetter& self, HttpRequest& r) { return self.set(r); }, request, ready, context);
    struct Waiting {
      HeadersSetter& self;
      HttpRequest& request;
      AuthenticatedFn ready;
      void* context;
    };
    additional_.authenticate(
        request,
        [](void* w, const char* wrong) {
          auto& of = *static_cast<Waiting*>(w);
          of.ready(of.context, wrong ? wrong : of.self.set(of.request));
          delete &of;
        },
        new Waiting{*this, request, ready, context});
  }

private:
  const char* set(HttpRequest& request) {
    for (uint64_t i = 0; i < config_.headers.size; ++i) {
      const HeadersSetterHeader& h = config_.headers[i];
      const Text key = view(h.key);
      if (h.action == Action::Delete) {
        remove_header(request, key);
        continue;
      }
      Text value;
      if (const char* wrong = value_of(i, request, value)) return wrong;
      const HttpHeader* there = find_header(request, key);
      const bool is = there && !there->value.empty();
      if ((h.action == Action::Insert && is) || (h.action == Action::Update && !is)) continue;
      set_header(request, key, value);
    }
    return nullptr;
  }

  const char* value_of(uint64_t i, const HttpRequest& request, Text& out) {
    const HeadersSetterHeader& h = config_.headers[i];
    if (files_[i]) return out = files_[i]->get(), nullptr;
    if (h.value) return out = view(*h.value), nullptr;
    int found = 0;
    if (request.metadata)
      for (const Metadata::Header& m : request.metadata->headers)
        if (equal_ignoring_case(m.name, view(h.from_context))) out = m.value, ++found;
    if (found > 1) return "headers_setter: the request came with several values of the header";
    if (found == 0 && h.default_value) out = view(*h.default_value);
    return nullptr;
  }

  const ComponentContext& context_;
  Runtime& runtime_;
  const config::HeadersSetter& config_;
  std::vector<std::unique_ptr<Secret>> files_;  // by header; null where there is none
  Authenticator additional_;
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps extension_headers_setter_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::HeadersSetter(*context); },
    .start = [](void* self) { return static_cast<whittle::HeadersSetter*>(self)->start(); },
    .authenticate =
        [](void* self, whittle::HttpRequest* request, whittle::AuthenticatedFn ready, void* context) {
          static_cast<whittle::HeadersSetter*>(self)->authenticate(*request, ready, context);
        },
};
