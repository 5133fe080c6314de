# SPDX-License-Identifier: Apache-2.0
"""Writes managed_policies.cc: the managed policies that collectors' roles often have, with the statements that AWS published. Run by hand
when they are to be those of another day.

usage: managed.py POLICIES_FOLDER DATE
POLICIES_FOLDER holds one JSON file a policy, as github.com/iann0036/iam-dataset has them (aws/managedpolicies), and as it has not
AdministratorAccess and PowerUserAccess; DATE is its commit's.
"""
import json
import os
import sys
import textwrap

folder, date = sys.argv[1:]
NAMES = """
AmazonECSTaskExecutionRolePolicy AWSXrayWriteOnlyAccess AWSXRayDaemonWriteAccess AWSXrayFullAccess AWSXrayReadOnlyAccess
CloudWatchAgentServerPolicy CloudWatchAgentAdminPolicy CloudWatchLogsFullAccess CloudWatchLogsReadOnlyAccess CloudWatchFullAccess
CloudWatchFullAccessV2 CloudWatchReadOnlyAccess AmazonPrometheusRemoteWriteAccess AmazonPrometheusFullAccess AmazonPrometheusQueryAccess
AmazonSSMReadOnlyAccess AmazonSSMFullAccess AmazonSSMManagedInstanceCore SecretsManagerReadWrite AmazonEC2ContainerRegistryReadOnly
AmazonEC2ContainerRegistryPullOnly AmazonS3FullAccess AmazonS3ReadOnlyAccess AdministratorAccess PowerUserAccess
""".split()
# Too long to be held here, so nothing can be told of them.
LONG = ["ReadOnlyAccess", "job-function/ViewOnlyAccess", "SecurityAudit"]
rows = ""
for name in NAMES:
    with open(os.path.join(folder, name + ".json"), encoding="utf-8") as f:
        policy = json.load(f)
    document = {"Version": policy["document"]["Version"], "Statement": policy["document"]["Statement"]}
    text = json.dumps(document, separators=(",", ":"))
    # A line break after a comma between two texts changes nothing.
    lines = textwrap.wrap(text.replace('","', '", "'), 108, break_long_words=False, break_on_hyphens=False)
    path = policy["arn"].split(":policy/")[1]
    body = "\n".join(lines)
    rows += f'    {{"{path}", "{policy["version"]}, {policy["updatedate"][:10]}",\n     R"({body})"}},\n'
for path in LONG:
    rows += f'    {{"{path}", "", ""}},\n'
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "managed_policies.cc"), "w", encoding="utf-8") as f:
    f.write(f"""// SPDX-License-Identifier: Apache-2.0
// The default version of each policy as AWS had published it on {date}. Made by managed.py; do not edit.
#include "compiler/aws/iam/managed.h"

namespace whittle::aws::iam {{

namespace {{

// clang-format off
constexpr ManagedPolicy kManaged[] = {{
{rows}}};
// clang-format on

}}  // namespace

std::span<const ManagedPolicy> managed_policies() {{
  return kManaged;
}}

}}  // namespace whittle::aws::iam
""")
