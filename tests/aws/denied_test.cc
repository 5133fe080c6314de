// SPDX-License-Identifier: Apache-2.0
// What the log says of a 403.
#include "runtime/aws/denied.h"
#include "runtime/aws/endpoint.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

namespace whittle {
namespace {

constexpr AwsNeed kNeeds[] = {
    {{"logs:PutLogEvents", 17}, {"arn:aws:logs:*:*:log-group:/shop:*", 34}, {"collector.yaml:31:5", 19}},
    {{"logs:TagResource", 16}, {"arn:aws:logs:*:*:log-group:/shop", 32}, {"collector.yaml:40:7", 19}},
    {{"xray:PutTraceSegments", 21}, {"*", 1}, {"collector.yaml:29:3", 19}},
};

// What is written to standard error meanwhile.
template <class F>
std::string said(F f) {
  int pipe_fds[2];
  EXPECT_EQ(pipe2(pipe_fds, O_CLOEXEC), 0);
  int kept = dup(2);
  dup2(pipe_fds[1], 2);
  close(pipe_fds[1]);
  f();
  dup2(kept, 2);
  close(kept);
  std::string out(65536, 0);
  ssize_t n = read(pipe_fds[0], out.data(), out.size());
  close(pipe_fds[0]);
  out.resize(n > 0 ? static_cast<size_t>(n) : 0);
  return out;
}

struct Case {
  const char* name;
  const char *service, *call, *resource, *type, *message;
  std::vector<const char*> there;
};

TEST(Denied, Says) {
  const std::vector<Case> cases = {
      {"as AWS words it",
       "logs",
       "PutLogEvents",
       "arn:aws:logs:us-east-1:*:log-group:/shop:log-stream:s1",
       "AccessDeniedException",
       "User: arn:aws:sts::123456789012:assumed-role/task/5f2 is not authorized to perform: logs:PutLogEvents on "
       "resource: "
       "arn:aws:logs:us-east-1:123456789012:log-group:/shop:log-stream:s1 because no identity-based policy allows the "
       "logs:PutLogEvents action",
       {"AWS denies a call: the task role lacks the permission", R"("action":"logs:PutLogEvents")",
        R"("resource":"arn:aws:logs:us-east-1:123456789012:log-group:/shop:log-stream:s1")",
        R"("config":"collector.yaml:31:5")",
        R"({\"Effect\":\"Allow\",\"Action\":\"logs:PutLogEvents\",\"Resource\":\"arn:aws:logs:us-east-1:123456789012:log-group:/shop:*\"})"}},
      {"another action than the call's",
       "logs",
       "CreateLogGroup",
       "arn:aws:logs:us-east-1:*:log-group:/shop:*",
       "AccessDeniedException",
       "User: arn:aws:iam::123456789012:user/x is not authorized to perform: logs:TagResource on resource: "
       "arn:aws:logs:us-east-1:123456789012:log-group:/shop",
       {R"("action":"logs:TagResource")", R"("config":"collector.yaml:40:7")",
        R"(\"Resource\":\"arn:aws:logs:us-east-1:123456789012:log-group:/shop\")"}},
      {"tags of a log group",
       "logs",
       "CreateLogGroup",
       "arn:aws:logs:us-east-1:*:log-group:/shop:*",
       "AccessDeniedException",
       "User with accountId: 123456789012 is not authorized to perform CreateLogGroup with Tags",
       {R"("action":"logs:TagResource")", R"(\"Resource\":\"arn:aws:logs:us-east-1:123456789012:log-group:/shop\")"}},
      {"without a message",
       "xray",
       "PutTraceSegments",
       "",
       "",
       "",
       {R"("action":"xray:PutTraceSegments")", R"("config":"collector.yaml:29:3")", R"(\"Resource\":\"*\")"}},
      {"a need that nobody declared",
       "logs",
       "CreateLogStream",
       "arn:aws:logs:us-east-1:*:log-group:/x:log-stream:y",
       "AccessDenied",
       "no",
       {R"("config":"collector.yaml:2:3")", R"(\"Resource\":\"arn:aws:logs:us-east-1:*:log-group:/x:log-stream:y\")"}},
      {"forbidden",
       "xray",
       "PutTraceSegments",
       "",
       "AccessDeniedException",
       "User: arn:aws:iam::123456789012:user/x is not authorized to perform: xray:PutTraceSegments with an explicit "
       "deny in an identity-based policy",
       {"forbids it in so many words"}},
      {"a boundary",
       "xray",
       "PutTraceSegments",
       "",
       "AccessDeniedException",
       "User: arn:aws:iam::123456789012:user/x is not authorized to perform: xray:PutTraceSegments because no "
       "permissions boundary allows the xray:PutTraceSegments action",
       {"a policy that limits the role"}},
      {"taking on a role",
       "sts",
       "AssumeRole",
       "arn:aws:iam::210987654321:role/central",
       "AccessDenied",
       "User: arn:aws:sts::123456789012:assumed-role/task/5f2 is not authorized to perform: sts:AssumeRole on "
       "resource: arn:aws:iam::210987654321:role/central",
       {"trust policy", R"("caller":"arn:aws:sts::123456789012:assumed-role/task/5f2")",
        R"(\"Resource\":\"arn:aws:iam::210987654321:role/central\")"}},
      {"a signature",
       "logs",
       "PutLogEvents",
       "",
       "InvalidSignatureException",
       "The request signature we calculated does not match",
       {"refuses the signature"}},
      {"a clock",
       "logs",
       "PutLogEvents",
       "",
       "InvalidSignatureException",
       "Signature expired: 20260302T084430Z is now earlier than 20260302T090000Z",
       {"clock is wrong", "Mon, 02 Mar 2026"}},
      {"another clock", "xray", "PutTraceSegments", "", "RequestTimeTooSkewed", "", {"clock is wrong"}},
      {"old keys",
       "logs",
       "PutLogEvents",
       "",
       "ExpiredTokenException",
       "The security token included in the request is expired",
       {"expired or are no longer known"}},
      {"unknown keys",
       "logs",
       "PutLogEvents",
       "",
       "UnrecognizedClientException",
       "",
       {"expired or are no longer known"}},
  };
  for (const Case& c : cases) {
    Logger log;
    log.json = true;
    Runtime runtime;
    runtime.log = &log;
    ComponentContext component{};
    component.id = {"awsemf", 6};
    component.place = {"collector.yaml:2:3", 18};
    component.needs = {kNeeds, 3};
    Denials denials;
    Denial d{
        &component, c.service, c.call, c.resource, "us-east-1", {}, c.type, c.message, "Mon, 02 Mar 2026 09:00:00 GMT"};
    std::string first = said([&] { denials.tell(runtime, d); });
    for (const char* part : c.there)
      EXPECT_NE(first.find(part), std::string::npos) << c.name << ": " << part << "\n" << first;
    EXPECT_EQ(said([&] { denials.tell(runtime, d); }), "") << c.name << ": said twice";
  }
}

// Ever new actions, as no service of AWS would name them: told up to a limit, and the limit is told.
TEST(Denied, KindsAreBounded) {
  Logger log;
  log.tick_ns = 0;
  Runtime runtime;
  runtime.log = &log;
  ComponentContext component{};
  component.id = {"awsemf", 6};
  component.place = {"collector.yaml:2:3", 18};
  Denials denials;
  size_t lines = 0;
  std::string last;
  for (int i = 0; i < 200; ++i) {
    std::string message = "User: x is not authorized to perform: logs:Action" + std::to_string(i) + " on resource: y";
    Denial d{&component, "logs", "PutLogEvents", "", "us-east-1", {}, "AccessDeniedException", message.c_str(), ""};
    std::string out = said([&] { denials.tell(runtime, d); });
    for (char c : out) lines += c == '\n';
    if (!out.empty()) last = out;
  }
  EXPECT_EQ(lines, 65u);
  EXPECT_NE(last.find("further kinds of denied calls are not told"), std::string::npos) << last;
}

TEST(Denied, WhatIsADenial) {
  EXPECT_TRUE(is_denial(403, ""));
  EXPECT_TRUE(is_denial(400, "AccessDeniedException"));
  EXPECT_TRUE(is_denial(400, "UnrecognizedClientException"));
  EXPECT_TRUE(is_denial(400, "InvalidSignatureException"));
  EXPECT_FALSE(is_denial(400, "ResourceNotFoundException"));
  EXPECT_FALSE(is_denial(400, ""));
}

TEST(Denied, CompletedArns) {
  auto completed = [](Text pattern, Text region, Text account) {
    Writer out;
    append_completed_arn(out, pattern, region, account);
    return std::string(out.text());
  };
  EXPECT_EQ(completed("arn:aws:logs:*:*:log-group:*:*", "eu-west-1", "123456789012"),
            "arn:aws:logs:eu-west-1:123456789012:log-group:*:*");
  EXPECT_EQ(completed("arn:*:logs:*:*:log-group:x", "cn-north-1", ""), "arn:aws-cn:logs:cn-north-1:*:log-group:x");
  EXPECT_EQ(completed("arn:aws:logs:*:*:log-group:*:*", "", ""), "arn:aws:logs:*:*:log-group:*:*");
  EXPECT_EQ(completed("arn:aws:logs:us-east-1:1:log-group:x", "eu-west-1", "2"),
            "arn:aws:logs:us-east-1:1:log-group:x");
  EXPECT_EQ(completed("*", "eu-west-1", "2"), "*");
  EXPECT_EQ(completed("arn:aws", "eu-west-1", "2"), "arn:aws");
}

TEST(Endpoint, OfTheRegionsPartition) {
  unsetenv("AWS_ENDPOINT_URL");
  unsetenv("AWS_ENDPOINT_URL_STS");
  Arena arena;
  EXPECT_EQ(aws_endpoint({}, "sts", "STS", "us-east-1", arena).url, "https://sts.us-east-1.amazonaws.com");
  EXPECT_EQ(aws_endpoint({}, "sts", "STS", "cn-north-1", arena).url, "https://sts.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(aws_endpoint({}, "sts", "STS", "us-gov-west-1", arena).host, "sts.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(aws_endpoint({}, "logs", "X", "us-isob-east-1", arena).host, "logs.us-isob-east-1.sc2s.sgov.gov");

  // What the environment asks for of the region's own endpoints, as botocore's rule sets have it.
  struct Asked {
    const char *fips, *dual, *service, *region, *host;
  };
  static constexpr Asked kAsked[] = {
      {"true", "", "xray", "us-east-1", "xray-fips.us-east-1.amazonaws.com"},
      {"TRUE", "false", "logs", "us-west-2", "logs-fips.us-west-2.amazonaws.com"},
      {"", "true", "logs", "eu-west-1", "logs.eu-west-1.api.aws"},
      {"true", "true", "sts", "eu-west-1", "sts-fips.eu-west-1.api.aws"},
      {"false", "True", "xray", "cn-north-1", "xray.cn-north-1.api.amazonwebservices.com.cn"},
      {"true", "", "logs", "us-gov-west-1", "logs.us-gov-west-1.amazonaws.com"},
      {"true", "", "sts", "us-gov-east-1", "sts.us-gov-east-1.amazonaws.com"},
      {"true", "", "xray", "us-gov-west-1", "xray-fips.us-gov-west-1.amazonaws.com"},
      {"true", "true", "logs", "us-gov-west-1", "logs-fips.us-gov-west-1.api.aws"},
      {"true", "true", "ecs", "us-iso-east-1", "ecs-fips.us-iso-east-1.c2s.ic.gov"},
      {"1", "yes", "ecs", "us-east-2", "ecs.us-east-2.amazonaws.com"},
  };
  for (const Asked& a : kAsked) {
    setenv("AWS_USE_FIPS_ENDPOINT", a.fips, 1);
    setenv("AWS_USE_DUALSTACK_ENDPOINT", a.dual, 1);
    EXPECT_EQ(aws_endpoint({}, a.service, "X", a.region, arena).host, a.host);
  }
  EXPECT_EQ(aws_endpoint("vpce.example", "sts", "STS", "us-east-1", arena).host, "vpce.example") << "as it is given";
  unsetenv("AWS_USE_FIPS_ENDPOINT");
  unsetenv("AWS_USE_DUALSTACK_ENDPOINT");
  setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:80/all/", 1);
  AwsEndpoint e = aws_endpoint({}, "sts", "STS", "us-east-1", arena);
  EXPECT_EQ(e.url, "http://127.0.0.1:80/all");
  EXPECT_EQ(e.host, "127.0.0.1");
  EXPECT_EQ(e.prefix, "/all");
  setenv("AWS_ENDPOINT_URL_STS", "https://sts.example:8443", 1);
  EXPECT_EQ(aws_endpoint({}, "sts", "STS", "us-east-1", arena).host, "sts.example:8443");
  EXPECT_EQ(aws_endpoint("vpce.example", "sts", "STS", "us-east-1", arena).url, "https://vpce.example");
  for (const char* odd : {"://", "/", "https://", "https:///x", ":"})
    aws_endpoint(odd, "sts", "STS", "us-east-1", arena);  // no matter what
  unsetenv("AWS_ENDPOINT_URL");
  unsetenv("AWS_ENDPOINT_URL_STS");
}

}  // namespace
}  // namespace whittle
