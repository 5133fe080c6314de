// SPDX-License-Identifier: Apache-2.0
// Where a collector's AWS keys come from: the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
// AWS_SESSION_TOKEN), else a web identity (AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME), else the
// shared file (AWS_SHARED_CREDENTIALS_FILE, or ~/.aws/credentials; AWS_PROFILE), else the
// container credentials endpoint that ECS names in AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or
// AWS_CONTAINER_CREDENTIALS_FULL_URI (AWS SDKs and Tools Reference Guide, "Container credential provider"). The
// instance metadata service is never asked: on Fargate there is none. With `role_arn` these keys take on another role
// (STS AssumeRole), whose keys are used in their place. Keys that expire are fetched again from five minutes before,
// while those there are go on being used.
#pragma once

#include "runtime/aws/denied.h"
#include "runtime/aws/endpoint.h"

#include "runtime/aws/sigv4.h"
#include "runtime/base/runtime.h"
#include "runtime/base/writer.h"
#include "runtime/loop/loop.h"

#include <vector>

namespace whittle {

struct HttpResponse;

// A role to take on. Texts live as long as the process.
struct RoleToTake {
  Text role_arn, external_id;
  Text region, proxy;                           // how STS is reached
  const ComponentContext* component = nullptr;  // for the log
  Text session_name = {};                       // empty: one that tells the time
};

class Credentials;
// Asks STS for the role's keys with those of the process (null: there are none). Only collectors whose config names a
// role hold it: the reference is weak, and the compiler asks for the symbol.
extern "C" __attribute__((weak)) void rt_ask_sts(Credentials& role, const AwsKeys* keys);

class Credentials {
public:
  explicit Credentials(Runtime& runtime);
  Credentials(const Credentials&) = delete;

  // The process's own credentials, made when first asked for.
  static Credentials& of(Runtime& runtime);
  // Those of a role; the same for all who ask for the same role in the same way.
  static Credentials& of(Runtime& runtime, const RoleToTake& role);

  // Calls `ready(context, keys)` with keys that are valid now, or null when there are none: at once where they are at
  // hand, else when the endpoint has answered. The keys are borrowed for the call.
  using Ready = void (*)(void* context, const AwsKeys* keys);
  void get(Ready ready, void* context);

  // A service has said that the keys are expired or unknown: they are fetched again before they are used once more.
  void forget();

private:
  struct Waiting {
    Ready ready;
    void* context;
  };
  struct Fetched {
    Text access_key, secret_key, session_token, expiration;
  };
  Credentials(Runtime& runtime, const RoleToTake& role);
  void fetch();
  // From the shared file. True when that settles it, with or without keys.
  bool read_shared_file();
  void answered(const HttpResponse& response);
  // Asks STS with the token of a web identity. False when the environment names none.
  bool ask_with_web_identity();
  void web_identity_answered(const HttpResponse& response);
  friend void rt_ask_sts(Credentials& role, const AwsKeys* keys);
  void sts_answered(const HttpResponse& response);
  void take(const Fetched& fetched);
  void fail();
  void tell(const AwsKeys* keys);

  Runtime& runtime_;
  RoleToTake role_;  // role_arn is empty: the process's own
  Credentials* next_ = nullptr;
  AwsKeys keys_;
  Writer text_;  // what keys_ borrows from, when fetched
  bool from_environment_ = false;
  bool fetching_ = false;
  bool failed_ = false;     // the last attempt did, and the log has it
  int64_t expires_ns_ = 0;  // wall clock; 0: never
  int64_t asked_ns_ = 0;    // wall clock: when keys that were still good were last asked for anew
  int64_t signed_ns_ = 0;   // when the role was last asked for, by AWS's clock
  std::vector<Waiting> waiting_;
  // Of a role.
  Arena arena_;
  AwsEndpoint sts_;
  Denials denials_;
};

// What a service wants in the body of AssumeRole: names and values in the form of an HTML form.
void append_form_value(Writer& out, Text name, Text value);

}  // namespace whittle
