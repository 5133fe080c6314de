// SPDX-License-Identifier: Apache-2.0
// AWS Signature Version 4 (docs: "Authenticating Requests: AWS Signature Version 4", IAM user guide).
#pragma once

#include "base/sha256.h"
#include "runtime/base/arena.h"
#include "runtime/base/bytes.h"

#include <span>
#include <stdint.h>

namespace whittle {

struct AwsKeys {
  Text access_key, secret_key, session_token;  // the token is empty for long-lived keys
};

struct SigningHeader {
  Text name, value;  // any case; the value as it is sent
};

struct SigningRequest {
  Text method;
  Text path = "/";  // as it is sent, percent-encoded once; services other than S3 sign it encoded again
  Text query;       // as it is sent, without the question mark
  std::span<const SigningHeader> headers;  // all that are to be signed, `host` among them
  Bytes body;
  const Digest* body_digest = nullptr;  // SHA-256 of the body, where it is known already
  Text region, service;
  int64_t time_ns;             // since the epoch
  bool normalise_path = true;  // remove dot segments and doubled slashes, as all services but S3 want
};

// What to send beside the request's own headers. Texts live in the arena.
struct Signature {
  Text date;               // x-amz-date
  Text authorization;      // authorization
  Text canonical_request;  // for tests and for the log when a service says that the signature does not match
};

// Signs. When `keys` has a session token, the caller has put it among the headers (x-amz-security-token).
// The header x-amz-date is signed too, whether or not it is in `headers`.
Signature sign(const SigningRequest& request, const AwsKeys& keys, Arena& arena);

}  // namespace whittle
