// SPDX-License-Identifier: Apache-2.0
// What is needed, merged into statements, checked against the very policy that is derived from it, and against that
// policy with any one statement gone.
#include "compiler/aws/iam/fix.h"
#include "compiler/aws/iam/grant.h"
#include "compiler/aws/iam/role.h"
#include "compiler/check/front_end.h"
#include "compiler/syntax/document.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace whittle::aws {
namespace {

struct Checked {
  source::Sources sources;
  diag::Diagnostics diags;

  std::string text() const {
    std::string out;
    for (const diag::Diagnostic& d : diags.all()) out += d.code + " " + d.message + "\n";
    return out;
  }
};

void check(Checked& c, const std::string& policy, const std::vector<Need>& needs, const Surroundings& around = {},
           RoleKind kind = RoleKind::Task) {
  syntax::Tree tree;
  syntax::NodeId root =
      syntax::read_document(c.sources.add("p.json", policy), syntax::DocumentForm::Json, c.sources, tree, c.diags);
  ASSERT_NE(root, syntax::kNoNode) << policy;
  RoleDocuments role;
  role.kind = kind;
  role.name = "the role";
  role.policies.push_back(root);
  check_role(role, tree, needs, {around}, c.sources, c.diags);
}

constexpr const char* kConfigs[] = {
    R"(
receivers: {otlp: {protocols: {grpc: }}}
exporters:
  awsemf: {region: us-east-1, namespace: A/B, log_retention: 30, tags: {team: a}}
  awsemf/two: {region: eu-west-1, log_group_name: '/ecs/{ClusterName}/x', log_stream_name: '{TaskId}'}
  awsxray: {region: us-east-1}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [awsemf, awsemf/two]}, traces: {receivers: [otlp], exporters: [awsxray]}}}
)",
    R"(
receivers: {otlp: {protocols: {grpc: }}}
exporters:
  awsemf: {region: cn-north-1, log_group_name: '${env:GROUP}', log_retention: '${env:DAYS}'}
  awsxray: {role_arn: 'arn:aws:iam::210987654321:role/x', region: us-gov-west-1}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [awsemf]}, traces: {receivers: [otlp], exporters: [awsxray]}}}
)"};

std::vector<Need> own(const std::string& config, const Surroundings& around) {
  check::CheckResult r = check::check_text("c.yaml", config, {});
  EXPECT_NE(r.known(), nullptr);
  std::vector<Need> out;
  for (Need& n : task_needs(*r.known(), around)) {
    n.span = {};  // of sources that are gone
    if (n.assumed_role.empty()) out.push_back(std::move(n));
  }
  return out;
}

TEST(Role, TheDerivedPolicyIsEnoughAndNotTooMuch) {
  for (const char* config : kConfigs) {
    for (const Surroundings& around : {Surroundings{}, Surroundings{"", "", "123456789012"}}) {
      std::vector<Need> needs = own(config, around);
      ASSERT_FALSE(needs.empty());
      Checked c;
      check(c, iam::policy_json(iam::merge(needs)), needs, around);
      EXPECT_EQ(c.text(), "");
    }
  }
}

TEST(Role, EachMissingStatementIsTold) {
  for (const char* config : kConfigs) {
    std::vector<Need> needs = own(config, {});
    std::vector<iam::Grant> grants = iam::merge(needs);
    for (size_t i = 0; i < grants.size(); ++i) {
      std::vector<iam::Grant> rest = grants;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
      Checked c;
      check(c, iam::policy_json(rest), needs);
      // What is gone, and nothing else.
      std::string told = c.text();
      for (const iam::Grant& g : grants) {
        for (const std::string& a : g.actions) {
          bool elsewhere = std::any_of(rest.begin(), rest.end(), [&](const iam::Grant& r) {
            return std::find(r.actions.begin(), r.actions.end(), a) != r.actions.end();
          });
          bool gone = &g == &grants[i];
          EXPECT_EQ(told.find("`" + a + "`") != std::string::npos,
                    gone || (elsewhere && told.find(a) != std::string::npos))
              << a << "\n"
              << told;
        }
      }
      EXPECT_NE(told, "");
    }
  }
}

TEST(Role, StatementsDoNotDependOnTheOrderOfNeeds) {
  std::vector<Need> needs = own(kConfigs[0], {});
  std::vector<iam::Grant> first = iam::merge(needs);
  for (size_t i = 0; i < needs.size(); ++i) {
    std::rotate(needs.begin(), needs.begin() + 1, needs.end());
    EXPECT_EQ(iam::merge(needs), first);
  }
  std::set<std::string> sids;
  for (const iam::Grant& g : first) {
    EXPECT_TRUE(sids.insert(g.sid).second) << g.sid;
    EXPECT_EQ(g.sid.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
              std::string::npos)
        << g.sid;
  }
}

// A policy that allows everything of the collector's services becomes the derived one.
TEST(Role, FixComesToRest) {
  std::vector<Need> needs = own(kConfigs[0], {});
  std::string policy =
      R"({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["logs:*", "xray:*"], "Resource": "*"}]})";
  for (int round = 0; round < 3; ++round) {
    Checked c;
    check(c, policy, needs);
    std::vector<iam::Fixed> fixed = iam::fix(c.diags, c.sources, {"p.json"});
    if (fixed.empty()) break;
    policy = fixed[0].text;
  }
  Checked c;
  check(c, policy, needs);
  EXPECT_EQ(c.text(), "") << policy;
}

TEST(Role, FixKeepsLineEnds) {
  Checked c;
  check(c,
        "{\r\n  \"Version\": \"2012-10-17\",\r\n  \"Statement\": [\r\n    {\"Effect\": \"Allow\", \"Action\": "
        "\"logs:*\", "
        "\"Resource\": \"*\"}\r\n  ]\r\n}\r\n",
        own(kConfigs[0], {}));
  std::vector<iam::Fixed> fixed = iam::fix(c.diags, c.sources, {"p.json"});
  ASSERT_EQ(fixed.size(), 1u);
  for (size_t i = 0; i < fixed[0].text.size(); ++i) {
    if (fixed[0].text[i] == '\n') EXPECT_TRUE(i > 0 && fixed[0].text[i - 1] == '\r') << i;
  }
}

// A policy that is cut off anywhere is told of, never trusted.
TEST(Role, EveryTruncation) {
  std::vector<Need> needs = own(kConfigs[0], {});
  std::string policy = iam::policy_json(iam::merge(needs));
  for (size_t i = 0; i < policy.size(); ++i) {
    Checked c;
    syntax::Tree tree;
    syntax::NodeId root = syntax::read_document(c.sources.add("p.json", policy.substr(0, i)),
                                                syntax::DocumentForm::Json, c.sources, tree, c.diags);
    if (root != syntax::kNoNode) {
      RoleDocuments role;
      role.name = "the role";
      role.policies.push_back(root);
      check_role(role, tree, needs, {}, c.sources, c.diags);
    }
    EXPECT_TRUE(c.diags.has_errors()) << i;
  }
}

TEST(Role, AnAssumedRolesCallsAreNotTheTaskRoles) {
  check::CheckResult r = check::check_text("c.yaml", kConfigs[1], {});
  std::vector<Need> needs = task_needs(*r.known(), {});
  for (Need& n : needs) n.span = {};
  EXPECT_TRUE(std::any_of(needs.begin(), needs.end(), [](const Need& n) {
    return n.action == "xray:PutTraceSegments" && !n.assumed_role.empty();
  }));
  Checked c;
  check(c, iam::policy_json(iam::merge(own(kConfigs[1], {}))), needs);
  EXPECT_EQ(c.text(), "");
}

TEST(Role, MorePoliciesThanAreSeen) {
  std::vector<Need> needs = own(kConfigs[0], {});
  syntax::Tree tree;
  Checked c;
  RoleDocuments role;
  role.name = "the role";
  role.complete = false;
  check_role(role, tree, needs, {}, c.sources, c.diags);
  EXPECT_FALSE(c.diags.has_errors());
  EXPECT_NE(c.text().find("N0911"), std::string::npos);
}

std::string shown(const ExecutionUse& use, const Surroundings& around) {
  std::string out;
  for (const Need& n : execution_needs(use, around)) out += n.action + " " + n.resource + "\n";
  return out;
}

TEST(ExecutionNeeds, Images) {
  struct {
    const char *image, *repository;
  } cases[] = {
      {"123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1.2", "arn:aws:ecr:us-east-1:123456789012:repository/app"},
      {"123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app@sha256:abc",
       "arn:aws:ecr:us-east-1:123456789012:repository/team/app"},
      {"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app", "arn:aws-cn:ecr:cn-north-1:123456789012:repository/app"},
      {"123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/app:1",
       "arn:aws-us-gov:ecr:us-gov-west-1:123456789012:repository/app"},
      {"123456789012.dkr-ecr.eu-west-1.on.aws/app:1", "arn:aws:ecr:eu-west-1:123456789012:repository/app"},
      {"public.ecr.aws/aws-observability/aws-otel-collector:latest", ""},
      {"nginx", ""},
      {"registry.example/library/nginx:1", ""},
      {"localhost:5000/app", ""},
  };
  for (auto& c : cases) {
    ExecutionUse use;
    use.images.push_back({c.image, {}, "container `a`"});
    std::string r = c.repository;
    std::string expected = r.empty() ? ""
                                     : "ecr:GetAuthorizationToken *\necr:BatchCheckLayerAvailability " + r +
                                           "\necr:GetDownloadUrlForLayer " + r + "\necr:BatchGetImage " + r + "\n";
    EXPECT_EQ(shown(use, {}), expected) << c.image;
  }
}

TEST(ExecutionNeeds, LogsAndSecrets) {
  ExecutionUse use;
  use.log_groups = {{"awslogs", "/ecs/a", "", true, {}, "a"}, {"awsfirelens", "", "", false, {}, "b"}};
  use.secrets = {
      {"A", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf:password::", "", {}, "a"},
      {"B",
       "arn:aws:secretsmanager:us-east-1:123456789012:secret:db",
       "arn:aws:kms:us-east-1:123456789012:key/k",
       {},
       "a"},
      {"C", "/app/token", "", {}, "a"},
      {"D", "token", "", {}, "a"},
      {"E", "arn:aws:ssm:us-west-2:123456789012:parameter/app/x", "", {}, "a"},
      {"F", "/aws/reference/secretsmanager/db", "", {}, "a"},
  };
  use.repository_credentials = {{"", "arn:aws:secretsmanager:us-east-1:123456789012:secret:hub-AbCdEf", "", {}, "a"}};
  EXPECT_EQ(shown(use, {"", "us-east-1", "123456789012"}),
            R"(secretsmanager:GetSecretValue arn:aws:secretsmanager:us-east-1:123456789012:secret:hub-AbCdEf
logs:CreateLogGroup arn:aws:logs:us-east-1:123456789012:log-group:/ecs/a:*
logs:CreateLogStream arn:aws:logs:us-east-1:123456789012:log-group:/ecs/a:log-stream:*
logs:PutLogEvents arn:aws:logs:us-east-1:123456789012:log-group:/ecs/a:log-stream:*
secretsmanager:GetSecretValue arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf
secretsmanager:GetSecretValue arn:aws:secretsmanager:us-east-1:123456789012:secret:db-??????
kms:Decrypt arn:aws:kms:us-east-1:123456789012:key/k
ssm:GetParameters arn:aws:ssm:us-east-1:123456789012:parameter/app/token
ssm:GetParameters arn:aws:ssm:us-east-1:123456789012:parameter/token
ssm:GetParameters arn:aws:ssm:us-west-2:123456789012:parameter/app/x
ssm:GetParameters arn:aws:ssm:us-east-1:123456789012:parameter/aws/reference/secretsmanager/db
secretsmanager:GetSecretValue arn:aws:secretsmanager:us-east-1:123456789012:secret:db-??????
)");
}

// Keys that are reached through another service: ECS asks Secrets Manager, and that asks KMS.
TEST(ExecutionNeeds, ConditionsOnTheServiceInBetween) {
  ExecutionUse use;
  use.secrets = {{"A",
                  "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf",
                  "arn:aws:kms:us-east-1:123456789012:key/k",
                  {},
                  "a"}};
  std::vector<Need> needs = execution_needs(use, {});
  for (const char* via : {"secretsmanager", "ssm"}) {
    Checked c;
    check(c,
          std::string(R"({"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-*"},
      {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:us-east-1:123456789012:key/k",
       "Condition": {"StringEquals": {"kms:ViaService": ")") +
              via + R"(.us-east-1.amazonaws.com"}}}]})",
          needs, {}, RoleKind::Execution);
    EXPECT_EQ(c.text().find("E0911 the role does not allow `kms:Decrypt`") == std::string::npos,
              via == std::string("secretsmanager"))
        << c.text();
  }
}

}  // namespace
}  // namespace whittle::aws
