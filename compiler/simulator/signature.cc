// SPDX-License-Identifier: Apache-2.0
#include "compiler/simulator/signature.h"

#include "runtime/aws/sigv4.h"
#include "runtime/aws/timestamp.h"

#include <algorithm>
#include <vector>

namespace whittle::simulator {

static std::vector<std::string> split(const std::string& text, char between) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= text.size();) {
    size_t end = std::min(text.find(between, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

bool check_signature(const Request& request, Call& call) {
  std::string authorization = request.header("authorization");
  auto part = [&](const std::string& name) {
    size_t at = authorization.find(name + "=");
    if (at == std::string::npos) return std::string();
    at += name.size() + 1;
    return authorization.substr(at, authorization.find_first_of(", ", at) - at);
  };
  // key, day, region, service, aws4_request
  const std::vector<std::string> scope = split(part("Credential"), '/');
  if (!authorization.starts_with("AWS4-HMAC-SHA256 ") || scope.size() != 5)
    return call.problem = "there is no AWS4-HMAC-SHA256 signature", false;
  call.service = scope[3];
  const Credentials* credentials = nullptr;
  for (const Credentials* c : {&kTaskRole, &kOtherRole})
    if (scope[0] == c->key) credentials = c;
  if (credentials == nullptr)
    return call.problem = "the access key is neither the task role's nor that of a role taken on", false;
  if (request.header("x-amz-security-token") != credentials->token)
    return call.problem = "the session token is missing or wrong", false;

  std::vector<SigningHeader> signed_headers;
  const std::vector<std::string> names = split(part("SignedHeaders"), ';');
  for (const std::string& name : names) {
    if (name.empty()) continue;
    auto it = request.headers.find(name);
    if (it == request.headers.end()) return call.problem = "the signed header `" + name + "` was not sent", false;
    signed_headers.push_back({name, it->second});
  }
  std::string date = request.header("x-amz-date");
  if (date.size() != 16) return call.problem = "x-amz-date is missing", false;
  auto time_ns = parse_timestamp(date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 2) + "T" +
                                 date.substr(9, 2) + ":" + date.substr(11, 2) + ":" + date.substr(13, 2) + "Z");
  if (!time_ns) return call.problem = "x-amz-date is no time", false;
  SigningRequest to_sign;
  to_sign.method = request.method;
  const std::string& target = request.target;
  size_t question = std::min(target.find('?'), target.size());
  to_sign.path = Text(target).substr(0, question);
  to_sign.query = question < target.size() ? Text(target).substr(question + 1) : Text();
  to_sign.headers = signed_headers;
  to_sign.body = as_bytes(Text(request.body));
  to_sign.region = scope[2];
  to_sign.service = scope[3];
  to_sign.time_ns = *time_ns;
  Arena arena;
  Signature signature = sign(to_sign, {scope[0], credentials->secret, credentials->token}, arena);
  if (signature.authorization != Text(authorization)) return call.problem = "the signature does not match", false;
  return call.signature_good = true;
}

}  // namespace whittle::simulator
