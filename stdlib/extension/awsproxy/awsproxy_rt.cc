// SPDX-License-Identifier: Apache-2.0
// AWS's calls for applications in the task, signed for them (runtime/aws/proxy.h).
#include "runtime/aws/proxy.h"
#include "runtime/http/configured.h"

#include "stdlib/extension/awsproxy/awsproxy_config.h"

namespace whittle {
namespace {

// The context is copied: it has to live as long as the proxy.
struct Extension {
  ComponentContext context;
  const config::Awsproxy& config;
  AwsProxy proxy;

  explicit Extension(const ComponentContext& c)
      : context(c), config(*static_cast<const config::Awsproxy*>(c.config)),
        proxy(context, "extension", aws_proxy_settings(config, client_tls(config.tls))) {}
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps extension_awsproxy_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::Extension(*context); },
    .start = [](void* self) { return static_cast<whittle::Extension*>(self)->proxy.start(); },
};
