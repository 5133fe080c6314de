// SPDX-License-Identifier: Apache-2.0
// What configs need of AWS, by tables.
#include "compiler/aws/needs.h"
#include "compiler/check/front_end.h"
#include "compiler/check/listeners.h"

#include <gtest/gtest.h>

namespace whittle::aws {
namespace {

check::CheckResult checked(const std::string& text) {
  check::CheckResult r = check::check_text("c.yaml", text, {});
  EXPECT_NE(r.known(), nullptr) << text;
  return r;
}

std::string exporter(const std::string& name, const std::string& settings) {
  return "receivers: {otlp: {protocols: {grpc: }}}\nexporters:\n  " + name + ": {" + settings +
         "}\nservice: {pipelines: {" + (name == "awsemf" ? "metrics" : "traces") +
         ": {receivers: [otlp], exporters: [" + name + "]}}}\n";
}

std::string shown(const check::Config& config, const Surroundings& around = {}) {
  std::string out;
  for (const Need& n : task_needs(config, around)) {
    out += n.action + (n.sure ? "" : "?") + " " + n.resource + (n.assumed_role.empty() ? "" : " as " + n.assumed_role) +
           "\n";
  }
  return out;
}

TEST(Needs, ComeFromTheSettings) {
  const std::string kPlain =
      "logs:CreateLogGroup arn:aws:logs:eu-west-1:*:log-group:/metrics/*:*\n"
      "logs:CreateLogStream arn:aws:logs:eu-west-1:*:log-group:/metrics/*:log-stream:otel-stream-*\n"
      "logs:PutLogEvents arn:aws:logs:eu-west-1:*:log-group:/metrics/*:log-stream:otel-stream-*\n";
  struct {
    std::string name, settings, needs;
  } cases[] = {
      {"awsemf", "region: eu-west-1", kPlain},
      {"awsemf", "region: eu-west-1, namespace: A/B",
       "logs:CreateLogGroup arn:aws:logs:eu-west-1:*:log-group:/metrics/A/B:*\n"
       "logs:CreateLogStream arn:aws:logs:eu-west-1:*:log-group:/metrics/A/B:log-stream:otel-stream-*\n"
       "logs:PutLogEvents arn:aws:logs:eu-west-1:*:log-group:/metrics/A/B:log-stream:otel-stream-*\n"},
      {"awsemf",
       "region: cn-north-1, log_group_name: '/ecs/{ClusterName}/x', log_stream_name: '{TaskId}', log_retention: 7, "
       "tags: {a: b}",
       "logs:CreateLogGroup arn:aws-cn:logs:cn-north-1:*:log-group:/ecs/*/x:*\n"
       "logs:CreateLogStream arn:aws-cn:logs:cn-north-1:*:log-group:/ecs/*/x:log-stream:*\n"
       "logs:PutLogEvents arn:aws-cn:logs:cn-north-1:*:log-group:/ecs/*/x:log-stream:*\n"
       "logs:PutRetentionPolicy arn:aws-cn:logs:cn-north-1:*:log-group:/ecs/*/x:*\n"
       "logs:TagResource arn:aws-cn:logs:cn-north-1:*:log-group:/ecs/*/x\n"},
      {"awsemf", "output_destination: stdout", ""},
      {"awsemf", "log_group_name: '${env:GROUP}', log_stream_name: s, log_retention: '${env:DAYS}'",
       "logs:CreateLogGroup arn:*:logs:*:*:log-group:*:*\n"
       "logs:CreateLogStream arn:*:logs:*:*:log-group:*:log-stream:s\n"
       "logs:PutLogEvents arn:*:logs:*:*:log-group:*:log-stream:s\n"
       "logs:PutRetentionPolicy? arn:*:logs:*:*:log-group:*:*\n"},
      {"awsxray", "region: us-gov-west-1", "xray:PutTraceSegments *\n"},
      {"awsxray", "role_arn: 'arn:aws:iam::123456789012:role/x'",
       "xray:PutTraceSegments * as arn:aws:iam::123456789012:role/x\nsts:AssumeRole "
       "arn:aws:iam::123456789012:role/x\n"},
      {"awsxray", "role_arn: '${env:ROLE}'", "xray:PutTraceSegments * as *\nsts:AssumeRole? arn:*:iam::*:role/*\n"},
      {"awsemf", "region: us-east-1, namespace: N, role_arn: 'arn:aws:iam::210987654321:role/x'",
       "logs:CreateLogGroup arn:aws:logs:us-east-1:210987654321:log-group:/metrics/N:* as "
       "arn:aws:iam::210987654321:role/x\n"
       "logs:CreateLogStream arn:aws:logs:us-east-1:210987654321:log-group:/metrics/N:log-stream:otel-stream-* as "
       "arn:aws:iam::210987654321:role/x\n"
       "logs:PutLogEvents arn:aws:logs:us-east-1:210987654321:log-group:/metrics/N:log-stream:otel-stream-* as "
       "arn:aws:iam::210987654321:role/x\n"
       "sts:AssumeRole arn:aws:iam::210987654321:role/x\n"},
  };
  for (auto& c : cases) {
    auto r = checked(exporter(c.name, c.settings));
    EXPECT_EQ(shown(*r.known()), c.needs) << c.settings;
  }
}

// CloudWatch takes OTLP itself: what a call needs follows from the host, and the log group from the headers.
TEST(Needs, OtlpEndpointsOfCloudWatch) {
  struct {
    std::string settings, needs;
  } cases[] = {
      {"endpoint: 'https://xray.us-west-2.amazonaws.com', auth: {authenticator: sigv4auth}",
       "xray:PutTraceSegments *\nxray:PutSpans *\n"},
      {"traces_endpoint: 'https://xray.${env:AWS_REGION}.amazonaws.com/v1/traces', metrics_endpoint: "
       "'https://monitoring.us-west-2.amazonaws.com:443/v1/metrics', auth: {authenticator: sigv4auth}",
       "xray:PutTraceSegments *\nxray:PutSpans *\ncloudwatch:PutMetricData *\n"},
      {"logs_endpoint: 'https://logs.cn-north-1.amazonaws.com.cn/v1/logs', traces_endpoint: 'http://localhost:4318', "
       "headers: {X-Aws-Log-Group: /a/b, x-aws-log-stream: '${env:HOSTNAME}'}, auth: {authenticator: sigv4auth}",
       "logs:PutLogEvents arn:aws-cn:logs:cn-north-1:*:log-group:/a/b:log-stream:*\n"},
      {"endpoint: 'https://xray.us-west-2.amazonaws.com'", ""},
      {"endpoint: 'https://xray.us-west-2.example.com', auth: {authenticator: sigv4auth}", ""},
      {"endpoint: 'https://xrays.us-west-2.amazonaws.com', auth: {authenticator: sigv4auth}", ""},
      {"endpoint: '${env:ENDPOINT}', auth: {authenticator: sigv4auth}", ""},
  };
  for (auto& c : cases) {
    auto r = checked("receivers: {otlp: {protocols: {grpc: }}}\nextensions: {sigv4auth: {region: us-west-2, service: "
                     "xray}}\nexporters: {otlphttp: {" +
                     c.settings +
                     "}}\nservice: {extensions: [sigv4auth], pipelines: {traces: {receivers: [otlp], exporters: "
                     "[otlphttp]}}}\n");
    EXPECT_EQ(shown(*r.known()), c.needs) << c.settings;
  }
}

// What signs for an exporter takes its role on for it, and a workspace lies in its endpoint's region.
TEST(Needs, RemoteWriteAndTheProxy) {
  auto config = [](std::string endpoint, std::string role) {
    return "receivers: {otlp: {protocols: {grpc: }}}\nextensions: {sigv4auth: {region: us-east-1" + role +
           "}, awsproxy: }\nexporters: {prometheusremotewrite: {endpoint: '" + endpoint +
           "', auth: {authenticator: sigv4auth}}}\n"
           "service: {extensions: [sigv4auth, awsproxy], pipelines: {metrics: {receivers: [otlp], exporters: "
           "[prometheusremotewrite]}}}\n";
  };
  const std::string kProxy = "xray:GetSamplingRules *\nxray:GetSamplingTargets *\n";
  struct {
    std::string endpoint, role, needs;
  } cases[] = {
      {"https://aps-workspaces.us-west-2.amazonaws.com/workspaces/ws-1/api/v1/remote_write", "",
       "aps:RemoteWrite arn:aws:aps:us-west-2:*:workspace/ws-1\n" + kProxy},
      {"https://aps-workspaces.cn-north-1.amazonaws.com.cn/workspaces/ws-1/api/v1/remote_write", "",
       "aps:RemoteWrite arn:aws-cn:aps:cn-north-1:*:workspace/ws-1\n" + kProxy},
      {"${env:AMP}", "", "aps:RemoteWrite arn:*:aps:*:*:workspace/*\n" + kProxy},
      {"https://prometheus.example/push", "", kProxy},
      {"https://aps-workspaces.us-west-2.amazonaws.com/workspaces/ws-1/api/v1/remote_write",
       ", assume_role: {arn: 'arn:aws:iam::123456789012:role/w'}",
       "aps:RemoteWrite arn:aws:aps:us-west-2:123456789012:workspace/ws-1 as arn:aws:iam::123456789012:role/w\n"
       "sts:AssumeRole arn:aws:iam::123456789012:role/w\n" +
           kProxy},
  };
  for (auto& c : cases) {
    auto r = checked(config(c.endpoint, c.role));
    EXPECT_EQ(shown(*r.known()), c.needs) << c.endpoint;
  }
}

TEST(Needs, SurroundingsFillInWhatTheConfigLeavesOpen) {
  auto r = checked(exporter("awsemf", "namespace: N, log_stream_name: s"));
  EXPECT_EQ(shown(*r.known(), {"", "cn-northwest-1", "123456789012"}),
            "logs:CreateLogGroup arn:aws-cn:logs:cn-northwest-1:123456789012:log-group:/metrics/N:*\n"
            "logs:CreateLogStream arn:aws-cn:logs:cn-northwest-1:123456789012:log-group:/metrics/N:log-stream:s\n"
            "logs:PutLogEvents arn:aws-cn:logs:cn-northwest-1:123456789012:log-group:/metrics/N:log-stream:s\n");
}

TEST(Needs, PointAtTheSettingThatDecides) {
  auto r = checked(exporter("awsemf", "region: us-east-1, log_retention: 7"));
  for (const Need& n : task_needs(*r.known(), {})) {
    std::string_view text = r.sources->text(n.span);
    EXPECT_EQ(text, n.action == "logs:PutRetentionPolicy" ? "log_retention" : "awsemf") << n.action;
  }
}

TEST(Needs, OnlyOfWhatIsUsed) {
  auto r = checked("receivers: {otlp: {protocols: {grpc: }}}\nexporters: {awsxray: , debug: }\n"
                   "service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}\n");
  EXPECT_EQ(shown(*r.known()), "");
}

TEST(Needs, OfAConfigWithErrors) {
  auto r = checked(exporter("awsxray", "no_such_setting: 1"));
  EXPECT_TRUE(r.diagnostics.has_errors());
  shown(*r.known());
  auto other = checked("receivers: {otlp: 5}\nexporters: {awsxray: , awsemf: [1]}\nservice: {pipelines: {traces: "
                       "{receivers: [otlp], exporters: [awsxray, awsemf]}}}\n");
  shown(*other.known());
  check::listeners(*other.known());
}

}  // namespace
}  // namespace whittle::aws
