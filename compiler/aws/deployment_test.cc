// SPDX-License-Identifier: Apache-2.0
// Late-bound variables and what a deployment makes ECS fetch, by tables.
#include "compiler/aws/deployment.h"
#include "compiler/check/front_end.h"

#include <gtest/gtest.h>

namespace whittle::aws {
namespace {

check::CheckResult checked(const std::string& exporter) {
  check::CheckResult r =
      check::check_text("c.yaml",
                        "receivers: {otlp: {protocols: {grpc: }}}\nexporters:\n" + exporter +
                            "service: {pipelines: {traces: {receivers: [otlp], exporters: [otlphttp]}}}\n",
                        {});
  EXPECT_NE(r.known(), nullptr) << exporter;
  return r;
}

TEST(Deployment, FindsLateVariables) {
  struct {
    const char *settings, *found;
  } cases[] = {
      {"endpoint: https://x.test", ""},
      {"endpoint: '${env:A}'", "A exporters::otlphttp::endpoint\n"},
      {"endpoint: '${A}'", "A exporters::otlphttp::endpoint\n"},
      {"endpoint: '${env:A:-https://x.test}'", "A? exporters::otlphttp::endpoint\n"},
      {"endpoint: 'https://${env:HOST}:${env:PORT:-443}/'",
       "HOST exporters::otlphttp::endpoint\nPORT? exporters::otlphttp::endpoint\n"},
      {"endpoint: 'https://$${env:NOT}'", ""},
      {"endpoint: '${env:A}', headers: {x: '${env:A:-y}'}",
       "A! exporters::otlphttp::endpoint exporters::otlphttp::headers::x\n"},
      {"endpoint: https://x.test, headers: {x: 'Bearer ${env:WORD}'}", "WORD! exporters::otlphttp::headers::x\n"},
      {"endpoint: 'https://${env:API_KEY}.test'", "API_KEY! exporters::otlphttp::endpoint\n"},
      {"endpoint: 'https://${env:MONKEY}.test'", "MONKEY exporters::otlphttp::endpoint\n"},
      {"endpoint: https://x.test, timeout: '${env:T}'", "T exporters::otlphttp::timeout\n"},
  };
  for (auto& c : cases) {
    SCOPED_TRACE(c.settings);
    check::CheckResult r = checked("  otlphttp: {" + std::string(c.settings) + "}\n");
    std::string found;
    for (const LateVariable& l : late_variables(*r.known())) {
      found += l.name + (l.has_default ? "?" : "") + (l.secret ? "!" : "");
      for (const std::string& s : l.settings) found += " " + s;
      found += "\n";
      EXPECT_TRUE(l.span);
    }
    EXPECT_EQ(found, c.found);
  }
}

TEST(Deployment, UnusedComponentsDoNotCount) {
  check::CheckResult r =
      checked("  otlphttp: {endpoint: 'https://x.test'}\n  otlphttp/unused: {endpoint: '${env:A}'}\n");
  EXPECT_TRUE(late_variables(*r.known()).empty());
}

TEST(Deployment, MakesEcsFetch) {
  check::CheckResult r =
      checked("  otlphttp: {endpoint: '${env:A}', headers: {x: '${env:API_TOKEN}', y: '${env:OTHER_TOKEN}'}}\n");
  Deployment d;
  d.surroundings = {"", "eu-west-1", "123456789012"};
  d.secrets = {{"OTHER_TOKEN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x"}};
  ExecutionUse use = execution_use(*r.known(), d);
  ASSERT_EQ(use.images.size(), 1u);
  EXPECT_EQ(use.images[0].reference, "123456789012.dkr.ecr.eu-west-1.amazonaws.com/collector");
  ASSERT_EQ(use.log_groups.size(), 1u);
  EXPECT_EQ(use.log_groups[0].group, "/ecs/collector");
  EXPECT_FALSE(use.log_groups[0].create);
  ASSERT_EQ(use.secrets.size(), 2u);
  EXPECT_EQ(use.secrets[0].name, "OTHER_TOKEN");
  EXPECT_EQ(use.secrets[1].value_from, "/collector/API_TOKEN");
  d.kms_keys = {"k1", "k2"};
  d.image = "example/x:1";
  d.name = "otel";
  use = execution_use(*r.known(), d);
  EXPECT_EQ(use.secrets.size(), 4u);
  EXPECT_EQ(use.images[0].reference, "example/x:1");
  EXPECT_EQ(use.log_groups[0].group, "/ecs/otel");
}

TEST(Deployment, UnknownPlacesAreStars) {
  check::CheckResult r = checked("  otlphttp: {endpoint: 'https://x.test'}\n");
  EXPECT_EQ(settled(*r.known(), {}).image, "*.dkr.ecr.*.amazonaws.com/collector");
  Deployment china;
  china.surroundings.region = "cn-north-1";
  EXPECT_EQ(settled(*r.known(), china).image, "*.dkr.ecr.cn-north-1.amazonaws.com.cn/collector");
}

}  // namespace
}  // namespace whittle::aws
