// SPDX-License-Identifier: Apache-2.0
// Keys for a token that someone else vouches for: one call of STS without a signature (AWS STS API Reference,
// "AssumeRoleWithWebIdentity"; AWS SDKs and Tools Reference Guide, "Assume role credential provider").
#include "runtime/aws/credentials.h"

#include "runtime/aws/timestamp.h"
#include "runtime/aws/xml.h"
#include "runtime/base/number.h"
#include "runtime/http/client.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

namespace whittle {

static constexpr size_t kMostToken = 64 * 1024;
static constexpr int64_t kTimeout = 30'000'000'000;

void append_form_value(Writer& out, Text name, Text value) {
  if (!out.empty()) out.byte('&');
  out.append(name);
  out.byte('=');
  for (char c : value) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                 c == '.' || c == '~';
    if (plain) {
      out.byte(static_cast<uint8_t>(c));
    } else {
      auto b = static_cast<uint8_t>(c);
      out.byte('%');
      out.byte(static_cast<uint8_t>("0123456789ABCDEF"[b >> 4]));
      out.byte(static_cast<uint8_t>("0123456789ABCDEF"[b & 15]));
    }
  }
}

bool Credentials::ask_with_web_identity() {
  const Text file = environment("AWS_WEB_IDENTITY_TOKEN_FILE"), role = environment("AWS_ROLE_ARN");
  if (file.empty() || role.empty()) return false;
  Writer token;
  // Read each time: whoever vouches writes new ones.
  const int fd = open(file.data(), O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    for (ssize_t n; token.size() < kMostToken && (n = read(fd, token.room(16384), 16384)) > 0;)
      token.advance(static_cast<size_t>(n));
    close(fd);
  }
  Text text = token.text();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  if (text.empty()) {
    runtime_.log->error("no AWS credentials: the file that AWS_WEB_IDENTITY_TOKEN_FILE names has no token",
                        {{"file", file}, {"error", fd < 0 ? strerror(errno) : "it is empty"}});
    fail();
    return true;
  }
  Text region = environment("AWS_REGION");
  if (region.empty()) region = environment("AWS_DEFAULT_REGION");
  if (region.empty()) region = "us-east-1";
  const AwsEndpoint sts = aws_endpoint({}, "sts", "STS", region, arena_);
  Writer session, body, url;
  session.append(environment("AWS_ROLE_SESSION_NAME"));
  if (session.empty()) {
    session.append(Text("whittle-"));
    append_int(session, runtime_.now_ns() / 1'000'000);
  }
  append_form_value(body, "Action", "AssumeRoleWithWebIdentity");
  append_form_value(body, "Version", "2011-06-15");
  append_form_value(body, "RoleArn", role);
  append_form_value(body, "RoleSessionName", session.text());
  append_form_value(body, "WebIdentityToken", text);
  url.append(sts.url);
  url.byte('/');
  HttpRequest request;
  request.url = url.text();
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  request.body = static_cast<Writer&&>(body);
  request.timeout_ns = kTimeout;
  fetching_ = true;
  runtime_.http->send(
      static_cast<HttpRequest&&>(request),
      [](void* self, const HttpResponse& r) { static_cast<Credentials*>(self)->web_identity_answered(r); }, this);
  return true;
}

void Credentials::web_identity_answered(const HttpResponse& response) {
  fetching_ = false;
  const Text answer = as_text(response.body);
  Writer access_key, secret_key, session_token, expiration;
  if (response.status == 200 && append_xml_element(access_key, answer, "AccessKeyId") &&
      append_xml_element(secret_key, answer, "SecretAccessKey") &&
      append_xml_element(session_token, answer, "SessionToken") &&
      append_xml_element(expiration, answer, "Expiration") && parse_timestamp(expiration.text()))
    return take({access_key.text(), secret_key.text(), session_token.text(), expiration.text()});
  Writer type, message;
  append_xml_element(type, answer, "Code");
  if (!append_xml_element(message, answer, "Message"))
    message.append(response.status == 0 ? response.error_text : answer.substr(0, 300));
  runtime_.log->error("taking on the role of AWS_ROLE_ARN with a web identity failed",
                      {{"role", environment("AWS_ROLE_ARN")},
                       {"status", response.status},
                       {"type", type.text()},
                       {"message", message.text()}});
  fail();
}

}  // namespace whittle
