// SPDX-License-Identifier: Apache-2.0
// A server on this machine that passes requests on to an AWS service, signed: how X-Ray SDKs fetch their sampling rules
// (internal/aws/proxy of the reference).
#pragma once

#include "runtime/aws/credentials.h"
#include "runtime/http/client.h"
#include "runtime/http/server.h"

namespace whittle {

struct AwsProxySettings {
  Text endpoint;  // to listen on
  Text region, role_arn, aws_endpoint, proxy_address;
  Text service;  // empty: xray
  ClientTls tls;
};

template <class Config>
AwsProxySettings aws_proxy_settings(const Config& c, const ClientTls& tls) {
  return {view(c.endpoint),
          view(c.region),
          view(c.role_arn),
          view(c.aws_endpoint),
          view(c.proxy_address),
          view(c.service_name),
          tls};
}

class AwsProxy {
public:
  // `kind`: of the component, "receiver" or "extension". `context` and the settings' texts must outlive this.
  AwsProxy(const ComponentContext& context, Text kind, const AwsProxySettings& settings);
  ~AwsProxy();
  AwsProxy(const AwsProxy&) = delete;

  // False, with the reason logged, when it cannot listen or does not know its region.
  bool start();
  void drain();
  bool idle() const;

private:
  friend struct Passing;
  static void whole(void* self, ServerRequest& request, ServerReply& reply);

  const ComponentContext& context_;
  Runtime& runtime_;
  Text kind_;
  AwsProxySettings settings_;
  Text service_, region_;
  Arena arena_;
  AwsEndpoint endpoint_;
  Credentials* credentials_ = nullptr;
  Denials denials_;
  HttpServer server_;
  uint32_t passing_ = 0;
};

}  // namespace whittle
