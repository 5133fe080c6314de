// SPDX-License-Identifier: Apache-2.0
// Taking on a role: one call of STS, signed with the process's own keys (AWS STS API Reference, "AssumeRole"). A query
// API: the request is a form, the answer XML.
#include "runtime/aws/clock.h"
#include "runtime/aws/credentials.h"

#include "runtime/aws/timestamp.h"
#include "runtime/aws/xml.h"
#include "runtime/base/number.h"
#include "runtime/http/client.h"

namespace whittle {

// As long as the SDK's own provider asks for, so that no role's maximum session duration is in the way.
static constexpr Text kDurationSeconds = "900";
static constexpr int64_t kTimeout = 30'000'000'000;

extern "C" void rt_ask_sts(Credentials& c, const AwsKeys* keys) {
  if (!keys) {
    c.fetching_ = false;
    return c.fail();  // why has been said
  }
  Writer session, body;
  session.append(c.role_.session_name);
  if (session.empty()) {
    session.append(Text("whittle-"));
    append_int(session, c.runtime_.now_ns() / 1'000'000);
  }
  append_form_value(body, "Action", "AssumeRole");
  append_form_value(body, "Version", "2011-06-15");
  append_form_value(body, "RoleArn", c.role_.role_arn);
  append_form_value(body, "RoleSessionName", session.text());
  append_form_value(body, "DurationSeconds", kDurationSeconds);
  if (!c.role_.external_id.empty()) append_form_value(body, "ExternalId", c.role_.external_id);

  std::vector<SigningHeader> headers{{"host", c.sts_.host}, {"content-type", "application/x-www-form-urlencoded"}};
  if (!keys->session_token.empty()) headers.push_back({"x-amz-security-token", keys->session_token});
  Writer path, url;
  path.append(c.sts_.prefix);
  path.byte('/');
  url.append(c.sts_.url);
  url.byte('/');
  SigningRequest to_sign;
  to_sign.method = "POST";
  to_sign.path = path.text();
  to_sign.headers = headers;
  to_sign.body = body.bytes();
  to_sign.region = c.role_.region;
  to_sign.service = "sts";
  to_sign.time_ns = c.signed_ns_ = aws_now_ns(c.runtime_);
  Arena scratch;
  Signature signature = sign(to_sign, *keys, scratch);

  HttpRequest request;
  request.url = url.text();
  for (const SigningHeader& h : headers)
    if (h.name != "host") request.headers.push_back({h.name, h.value});
  request.headers.push_back({"X-Amz-Date", signature.date});
  request.headers.push_back({"Authorization", signature.authorization});
  request.body = static_cast<Writer&&>(body);
  request.timeout_ns = kTimeout;
  request.proxy = c.role_.proxy;
  request.exporter = view(c.role_.component->id);
  request.call = "/";
  c.runtime_.http->send(
      static_cast<HttpRequest&&>(request),
      [](void* self, const HttpResponse& r) { static_cast<Credentials*>(self)->sts_answered(r); }, &c);
}

void Credentials::sts_answered(const HttpResponse& response) {
  fetching_ = false;
  Text answer = as_text(response.body);
  if (response.status != 200) {
    Writer type, message;
    append_xml_element(type, answer, "Code");
    if (!append_xml_element(message, answer, "Message"))
      message.append(response.status == 0 ? response.error_text : answer.substr(0, 300));
    Text t = type.text();
    // Not signed again here: whoever needs the role asks soon again.
    adjust_aws_clock(runtime_, response, t, signed_ns_);
    if (t.starts_with("ExpiredToken") || t == "InvalidClientTokenId") of(runtime_).forget();
    if (response.status >= 400 && response.status < 500 && is_denial(response.status, t)) {
      Denial denial{role_.component, "sts", "AssumeRole", role_.role_arn, role_.region, {}, t, message.text(), {}};
      denials_.tell(runtime_, denial);
    } else if (!failed_) {
      runtime_.log->error("taking on a role failed", {{"exporter", role_.component->id},
                                                      {"role", role_.role_arn},
                                                      {"endpoint", sts_.url},
                                                      {"status", response.status},
                                                      {"type", t},
                                                      {"message", message.text()},
                                                      {"config", role_.component->place}});
    }
    failed_ = true;
    return fail();
  }
  Writer access_key, secret_key, token, expiration;
  if (!append_xml_element(access_key, answer, "AccessKeyId") ||
      !append_xml_element(secret_key, answer, "SecretAccessKey") ||
      !append_xml_element(token, answer, "SessionToken") || !append_xml_element(expiration, answer, "Expiration") ||
      !parse_timestamp(expiration.text())) {
    if (!failed_)
      runtime_.log->error("taking on a role failed: the answer of STS holds no keys",
                          {{"exporter", role_.component->id}, {"role", role_.role_arn}, {"endpoint", sts_.url}});
    failed_ = true;
    return fail();
  }
  if (failed_)
    runtime_.log->info("the role could be taken on again",
                       {{"exporter", role_.component->id}, {"role", role_.role_arn}});
  take({access_key.text(), secret_key.text(), token.text(), expiration.text()});
}

}  // namespace whittle
