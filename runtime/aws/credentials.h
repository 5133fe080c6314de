// SPDX-License-Identifier: Apache-2.0
// Where a collector's AWS keys come from: the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), else the
// container credentials endpoint that ECS names in AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or AWS_CONTAINER_CREDENTIALS_FULL_URI (AWS SDKs
// and Tools Reference Guide, "Container credential provider"). Keys that expire are fetched again five minutes before.
#pragma once

#include "runtime/aws/sigv4.h"
#include "runtime/base/runtime.h"
#include "runtime/base/writer.h"
#include "runtime/loop/loop.h"

#include <vector>

namespace whittle {

struct HttpResponse;

class Credentials {
public:
  explicit Credentials(Runtime& runtime);
  Credentials(const Credentials&) = delete;

  // The process's credentials, made when first asked for.
  static Credentials& of(Runtime& runtime);

  // Calls `ready(context, keys)` with keys that are valid now, or null when there are none: at once where they are at hand, else when
  // the endpoint has answered. The keys are borrowed for the call.
  using Ready = void (*)(void* context, const AwsKeys* keys);
  void get(Ready ready, void* context);

  // A service has said that the keys are expired or unknown: they are fetched again before they are used once more.
  void forget();

private:
  struct Waiting {
    Ready ready;
    void* context;
  };
  void fetch();
  void answered(const HttpResponse& response);
  void tell(const AwsKeys* keys);

  Runtime& runtime_;
  AwsKeys keys_;
  Writer text_;            // what keys_ borrows from, when fetched
  bool from_environment_ = false;
  bool fetching_ = false;
  int64_t expires_ns_ = 0;  // wall clock; 0: never
  std::vector<Waiting> waiting_;
};

}  // namespace whittle
