// SPDX-License-Identifier: Apache-2.0
// Names from the Service Authorization Reference and the IAM user guide ("AWS global condition context keys"). The
// tables of actions need not be whole: a name that is not in them is told only when it is hardly different from one
// that is.
#include "compiler/aws/iam/names.h"

#include "compiler/aws/iam/glob.h"
#include "compiler/diag/near.h"
#include "compiler/source/letters.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace whittle::aws::iam {

namespace {

constexpr std::string_view kActions[] = {
    "aps:CreateWorkspace",
    "aps:DescribeWorkspace",
    "aps:GetLabels",
    "aps:GetMetricMetadata",
    "aps:GetSeries",
    "aps:ListWorkspaces",
    "aps:QueryMetrics",
    "aps:RemoteWrite",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics",
    "cloudwatch:ListMetrics",
    "cloudwatch:PutDashboard",
    "cloudwatch:PutMetricAlarm",
    "cloudwatch:PutMetricData",
    "cloudwatch:PutMetricStream",
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchDeleteImage",
    "ecr:BatchGetImage",
    "ecr:BatchImportUpstreamImage",
    "ecr:CompleteLayerUpload",
    "ecr:CreateRepository",
    "ecr:DescribeImages",
    "ecr:DescribeRepositories",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "ecr:GetRepositoryPolicy",
    "ecr:InitiateLayerUpload",
    "ecr:ListImages",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateMac",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "logs:AssociateKmsKey",
    "logs:CreateDelivery",
    "logs:CreateExportTask",
    "logs:CreateLogDelivery",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DeleteLogDelivery",
    "logs:DeleteLogGroup",
    "logs:DeleteLogStream",
    "logs:DeleteRetentionPolicy",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:DescribeMetricFilters",
    "logs:DescribeResourcePolicies",
    "logs:DescribeSubscriptionFilters",
    "logs:FilterLogEvents",
    "logs:GetLogDelivery",
    "logs:GetLogEvents",
    "logs:GetLogGroupFields",
    "logs:GetLogRecord",
    "logs:ListLogDeliveries",
    "logs:ListTagsForResource",
    "logs:ListTagsLogGroup",
    "logs:PutLogEvents",
    "logs:PutMetricFilter",
    "logs:PutResourcePolicy",
    "logs:PutRetentionPolicy",
    "logs:PutSubscriptionFilter",
    "logs:StartQuery",
    "logs:StopQuery",
    "logs:TagLogGroup",
    "logs:TagResource",
    "logs:UntagLogGroup",
    "logs:UntagResource",
    "logs:UpdateLogDelivery",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:CreateSecret",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetRandomPassword",
    "secretsmanager:GetResourcePolicy",
    "secretsmanager:GetSecretValue",
    "secretsmanager:ListSecrets",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecret",
    "ssm:DescribeParameters",
    "ssm:GetParameter",
    "ssm:GetParameterHistory",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "ssm:PutParameter",
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoot",
    "sts:GetCallerIdentity",
    "sts:GetFederationToken",
    "sts:GetServiceBearerToken",
    "sts:GetSessionToken",
    "sts:SetContext",
    "sts:SetSourceIdentity",
    "sts:TagSession",
    "xray:BatchGetTraces",
    "xray:GetGroup",
    "xray:GetGroups",
    "xray:GetSamplingRules",
    "xray:GetSamplingStatisticSummaries",
    "xray:GetSamplingTargets",
    "xray:GetServiceGraph",
    "xray:GetTraceGraph",
    "xray:GetTraceSegmentDestination",
    "xray:GetTraceSummaries",
    "xray:PutEncryptionConfig",
    "xray:PutResourcePolicy",
    "xray:PutSpans",
    "xray:PutSpansForIndexing",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
};

constexpr std::string_view kKeys[] = {
    "aws:AssumedRoot",
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:ChatbotSourceArn",
    "aws:CurrentTime",
    "aws:Ec2InstanceSourceVpc",
    "aws:Ec2InstanceSourcePrivateIPv4",
    "aws:EpochTime",
    "aws:FederatedProvider",
    "aws:IsMcpServiceAction",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:PrincipalType",
    "aws:referer",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:TagKeys",
    "aws:TokenIssueTime",
    "aws:userid",
    "aws:username",
    "aws:UserAgent",
    "aws:ViaAWSService",
    "aws:ViaAWSMCPService",
    "aws:CalledViaAWSMCP",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:VpcSourceIp",
};

}  // namespace

std::string near_action(std::string_view action, bool& nothing_matches) {
  nothing_matches = false;
  size_t colon = action.find(':');
  if (colon == std::string_view::npos) return {};
  std::string prefix = source::small_letters(action.substr(0, colon + 1));
  Glob pattern = Glob::wild(source::small_letters(action));
  bool wild = !pattern.is_literal();
  std::string_view best;
  int least = 3;  // so many edits make it another word
  bool service = false;
  for (std::string_view known : kActions) {
    if (!known.starts_with(prefix)) continue;
    service = true;
    if (matches(pattern, source::small_letters(known))) return {};
    if (wild) continue;
    int distance = diag::edit_distance(source::small_letters(action.substr(colon + 1)),
                                       source::small_letters(known.substr(colon + 1)));
    if (distance >= least) continue;
    least = distance;
    best = known;
  }
  nothing_matches = service && !best.empty();
  return std::string(best);
}

std::string_view near_key(std::string_view key, bool& known) {
  std::string small = source::small_letters(key);
  known = std::any_of(std::begin(kKeys), std::end(kKeys),
                      [&](std::string_view k) { return source::small_letters(k) == small; });
  for (std::string_view open : {"aws:principaltag/", "aws:requesttag/", "aws:resourcetag/"})
    known = known || small.starts_with(open);
  if (known) return {};
  return diag::nearest(key, kKeys);
}

}  // namespace whittle::aws::iam
