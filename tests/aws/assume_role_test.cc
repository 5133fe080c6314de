// SPDX-License-Identifier: Apache-2.0
// Roles that exporters take on: when STS is asked, what its answers do.
#include "runtime/aws/call.h"
#include "runtime/aws/shared_file.h"
#include "tests/support/scripted_client.h"

#include <stdio.h>
#include <unistd.h>

namespace whittle {
namespace {

constexpr const char* kRole = "arn:aws:iam::123456789012:role/central";

std::string granted(const char* expiration, const char* key = "ASIAROLE") {
  return std::string("<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>") + key +
         "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t+/=</SessionToken><Expiration>" +
         expiration + "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
}

struct Fixture {
  Script own;
  Loop loop;
  Logger log;
  Runtime runtime;
  ComponentContext context{};
  HttpClient* http;
  std::string keys;  // "ASIAROLE/t+/=" of the last that were told, "none"
  int told = 0;

  Fixture() {
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    script = &own;
    EXPECT_TRUE(loop.open());
    runtime.loop = &loop;
    runtime.log = &log;
    runtime.fixed_clock_ns = 1'795'360'000'000'000'000;  // 2026-11-22T15:06:40Z
    http = new HttpClient(runtime);
    runtime.http = http;
    context.runtime = &runtime;
    context.id = {"awsxray", 7};
  }
  ~Fixture() { delete http; }

  RoleToTake role(const char* external_id = "") { return {kRole, external_id, "eu-west-1", {}, &context}; }
  void get(const RoleToTake& r) {
    Credentials::of(runtime, r)
        .get(
            [](void* self, const AwsKeys* k) {
              auto& f = *static_cast<Fixture*>(self);
              ++f.told;
              f.keys = k ? std::string(k->access_key) + "/" + std::string(k->session_token) : "none";
            },
            this);
  }
  void settle() {
    for (int i = 0; i < 20; ++i) loop.step(0);
  }
};

TEST(AssumeRole, AsksOnceAndKeepsTheKeys) {
  Fixture f;
  f.own.answer = [](const Recorded&) { return Script::Answer{200, granted("2026-11-22T15:21:40Z")}; };
  f.get(f.role());
  f.get(f.role());
  f.settle();
  EXPECT_EQ(f.told, 2);
  EXPECT_EQ(f.keys, "ASIAROLE/t+/=");
  ASSERT_EQ(f.own.requests.size(), 1u);
  EXPECT_EQ(f.own.requests[0].call, "/");
  EXPECT_EQ(f.own.requests[0].body, "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%"
                                    "3Arole%2Fcentral&RoleSessionName=whittle-1795360000000&DurationSeconds=900");
  f.get(f.role());
  EXPECT_EQ(f.told, 3);
  EXPECT_EQ(f.own.requests.size(), 1u);
  f.get(f.role("shop & co"));  // another external id, another session
  f.settle();
  ASSERT_EQ(f.own.requests.size(), 2u);
  EXPECT_TRUE(f.own.requests[1].body.ends_with("&ExternalId=shop%20%26%20co"));
}

TEST(AssumeRole, RefreshesBeforeTheEnd) {
  Fixture f;
  f.own.answer = [](const Recorded&) { return Script::Answer{200, granted("2026-11-22T15:21:40Z")}; };
  f.get(f.role());
  f.settle();
  f.runtime.fixed_clock_ns += 599'000'000'000;
  f.get(f.role());
  EXPECT_EQ(f.told, 2);
  EXPECT_EQ(f.own.requests.size(), 1u);
  f.runtime.fixed_clock_ns += 2'000'000'000;
  f.own.answer = [](const Recorded&) { return Script::Answer{500, ""}; };
  f.get(f.role());
  f.settle();
  EXPECT_EQ(f.own.requests.size(), 2u);
  EXPECT_EQ(f.keys, "ASIAROLE/t+/=");  // STS failed, and the keys are still good
  f.runtime.fixed_clock_ns += 600'000'000'000;
  f.get(f.role());
  f.settle();
  EXPECT_EQ(f.keys, "none");
  f.own.answer = [](const Recorded&) { return Script::Answer{200, granted("2026-11-22T16:00:00Z", "ASIANEW")}; };
  f.get(f.role());
  f.settle();
  EXPECT_EQ(f.keys, "ASIANEW/t+/=");
}

TEST(AssumeRole, AnswersThatAreNone) {
  Fixture f;
  int n = 0;
  for (const std::string& body :
       {std::string(), std::string("{}"), granted("soon"), granted("2026-11-22T15:21:40Z").substr(0, 150)}) {
    f.own.answer = [&](const Recorded&) { return Script::Answer{200, body}; };
    f.get(f.role());
    f.settle();
    EXPECT_EQ(f.told, ++n);
    EXPECT_EQ(f.keys, "none") << body;
  }
  f.own.answer = [&](const Recorded&) {
    return Script::Answer{
        403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"};
  };
  f.get(f.role());
  f.settle();
  EXPECT_EQ(f.keys, "none");
}

// A variable of the environment, for a while.
struct Variable {
  const char* name;
  Variable(const char* n, const std::string& value) : name(n) { setenv(n, value.c_str(), 1); }
  ~Variable() { unsetenv(name); }
};

struct Chain : Fixture {
  Chain() {
    unsetenv("AWS_ACCESS_KEY_ID");
    unsetenv("AWS_SECRET_ACCESS_KEY");
  }
  void own_keys() { get({}); }
};

constexpr const char* kGiven =
    R"({"AccessKeyId":"ASIATASK","SecretAccessKey":"s","Token":"t","Expiration":"2026-11-22T15:10:40Z"})";  // in 4
                                                                                                            // minutes

TEST(Chain, WhoMayGiveKeys) {
  for (const char* url :
       {"http://127.0.0.1:9/x", "http://localhost/x", "http://169.254.170.2/v2", "http://169.254.170.23/v1",
        "http://[::1]:80/", "http://[fd00:ec2::23]/v1", "http://[fe80::1]/", "https://example.com/keys"})
    EXPECT_TRUE(may_give_keys(url)) << url;
  for (const char* url :
       {"http://example.com/x", "http://10.0.0.1/", "http://127.0.0.1.example.com/", "http://localhost@evil.com/",
        "http://[2001:db8::1]/", "ftp://127.0.0.1/", "", "http://", "http://[", "127.0.0.1/x"})
    EXPECT_FALSE(may_give_keys(url)) << url;
  Chain c;
  Variable full("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/keys");
  c.own_keys();
  c.settle();
  EXPECT_EQ(c.keys, "none");
  EXPECT_TRUE(c.own.requests.empty());
}

TEST(Chain, KeysAreRefreshedWhileTheOldOnesAreUsed) {
  Chain c;
  Variable relative("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x"), home("HOME", "/nonexistent");
  c.own.answer = [](const Recorded&) { return Script::Answer{200, kGiven}; };
  c.own_keys();
  c.settle();
  EXPECT_EQ(c.keys, "ASIATASK/t");
  ASSERT_EQ(c.own.requests.size(), 1u);
  c.own.answer = [](const Recorded&) { return Script::Answer{500, "away"}; };
  for (int i = 0; i < 3; ++i) {  // within the last five minutes of the old ones; the endpoint is away
    c.keys.clear();
    c.own_keys();
    EXPECT_EQ(c.keys, "ASIATASK/t") << "at once";
    c.settle();
  }
  EXPECT_EQ(c.own.requests.size(), 2u) << "asked again, and not for each call";
  c.runtime.fixed_clock_ns += 200'000'000'000;  // they end within the minute: who asks waits, and what is left is used
  c.keys.clear();
  c.own_keys();
  EXPECT_EQ(c.keys, "");
  c.settle();
  EXPECT_EQ(c.keys, "ASIATASK/t");
}

TEST(Chain, SharedFile) {
  const std::string path = testing::TempDir() + "credentials-" + std::to_string(getpid());
  FILE* file = fopen(path.c_str(), "w");
  fputs("# mine\n[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key=s1\n"
        "[ build ]\nregion=x\nAWS_ACCESS_KEY_ID=AKIABUILD\r\naws_secret_access_key = s=2\naws_session_token = tt\n"
        "s3 =\n  aws_access_key_id = nested\n[empty]\n",
        file);
  fclose(file);
  Variable named("AWS_SHARED_CREDENTIALS_FILE", path);
  for (auto& [profile, expected] :
       {std::pair{"", "AKIADEFAULT/"}, {"build", "AKIABUILD/tt"}, {"empty", "none"}, {"no", "none"}}) {
    Chain c;
    std::optional<Variable> own;
    if (*profile) own.emplace("AWS_PROFILE", profile);
    c.own_keys();
    EXPECT_EQ(c.keys, expected) << profile;
    EXPECT_TRUE(c.own.requests.empty());
  }
  unlink(path.c_str());
}

TEST(WebIdentity, TakesARoleOnWithTheTokenOfAFile) {
  Fixture f;
  unsetenv("AWS_ACCESS_KEY_ID");
  unsetenv("AWS_SECRET_ACCESS_KEY");
  const std::string file = testing::TempDir() + "web_identity-" + std::to_string(getpid());
  setenv("AWS_WEB_IDENTITY_TOKEN_FILE", file.c_str(), 1);
  setenv("AWS_ROLE_ARN", kRole, 1);
  setenv("AWS_ROLE_SESSION_NAME", "shop", 1);
  setenv("AWS_REGION", "eu-west-1", 1);
  int answers = 0;
  f.own.answer = [&](const Recorded&) {
    ++answers;
    return answers == 1 ? Script::Answer{403, "<ErrorResponse><Error><Code>ExpiredTokenException</Code>"
                                              "<Message>no</Message></Error></ErrorResponse>"}
                        : Script::Answer{200, granted("2026-11-22T15:21:40Z", "ASIAWEB")};
  };
  unlink(file.c_str());
  f.get({});
  f.settle();
  EXPECT_EQ(f.keys, "none") << "there is no file";
  EXPECT_EQ(answers, 0);
  FILE* out = fopen(file.c_str(), "w");
  fputs("a.b+c\n", out);
  fclose(out);
  f.get({});
  f.settle();
  EXPECT_EQ(f.keys, "none") << "STS says no";
  f.get({});
  f.settle();
  EXPECT_EQ(f.keys, "ASIAWEB/t+/=");
  ASSERT_EQ(f.own.requests.size(), 2u);
  EXPECT_EQ(f.own.requests[1].body,
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%"
            "2Fcentral&RoleSessionName=shop&WebIdentityToken=a.b%2Bc");
  EXPECT_EQ(f.own.requests[1].headers.find("Authorization"), std::string::npos) << "it is not signed";
  unlink(file.c_str());
  for (const char* name : {"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_REGION"})
    unsetenv(name);
}

}  // namespace
}  // namespace whittle
