// SPDX-License-Identifier: Apache-2.0
// The long explanations of what roles lack and have for nothing. Each says what is wrong, why it matters, and shows the
// mistake or how to write it.
#include "compiler/diag/catalog_parts.h"

namespace whittle::diag {

namespace {

// In order of the code's number, as `whittle explain` lists them.
constexpr Explanation kIam[] = {
    {"E0901", "not a policy document",
     R"(An IAM policy is a map with `Version` and `Statement`. A list, a text or a statement by itself is not one, and the AWS API
refuses it with MalformedPolicyDocument. What the AWS CLI prints around a document (`PolicyDocument`, `PolicyVersion`) is looked
through.

    {"Effect": "Allow", "Action": "xray:PutTraceSegments", "Resource": "*"}        # a statement only

    {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": "xray:PutTraceSegments", "Resource": "*"}
    ]}
)"},
    {"W0901", "a policy in the language of 2008",
     R"(`Version` names the policy language, not a revision of the policy. Without it AWS reads the language of 2008-10-17, which
knows no policy variables: `${aws:PrincipalAccount}` is then plain text that matches nothing, and nobody is told.

    {"Version": "2012-10-17", "Statement": [...]}
)"},
    {"E0902", "an unknown element of a policy",
     R"(A policy has `Version`, `Id` and `Statement`; a statement has `Sid`, `Effect`, `Principal`, `NotPrincipal`, `Action`,
`NotAction`, `Resource`, `NotResource` and `Condition`. They are written exactly so, capital letters included. There is no room
for comments: a `Sid` may say what a statement is for.

    {"Effect": "Allow", "Actions": ["logs:PutLogEvents"], "Resource": "*"}         # Action
)"},
    {"W0902", "an action that there is not",
     R"(IAM takes any name for an action and matches it against the calls that are made, so a misspelt action grants nothing and
nobody is told, until the call is refused.

    "Action": "logs:PutLogEvent"           # logs:PutLogEvents
)"},
    {"E0903", "an element of a policy is missing",
     R"(A policy needs at least one statement. Every statement needs `Effect`, `Action` or `NotAction`, and in identity policies
`Resource` or `NotResource`; in trust policies it needs `Principal`. None of them has a default.
)"},
    {"W0903", "a condition key that there is not",
     R"(Keys that begin with `aws:` are the same for all services, and AWS has a list of them. Any other such key is never part of
a request: the condition never holds, or, when it is a negated one, always.

    "StringEquals": {"aws:RequestRegion": "us-east-1"}        # aws:RequestedRegion
)"},
    {"E0904", "elements of a policy that do not go together",
     R"(A statement has either `Action` or `NotAction`, and either `Resource` or `NotResource`. Policies that are attached to a role
name no `Principal`: it is the role. Trust policies name no `Resource`: it is the role, too. IAM refuses such documents.
)"},
    {"E0905", "a wrong value in a policy",
     R"(`Effect` is `Allow` or `Deny`, `Version` is a date that names the language, a `Sid` has letters and digits only and is there
once, and lists are not empty. IAM refuses a document that says otherwise.

    {"Sid": "write metrics", "Effect": "allow", ...}          # WriteMetrics, Allow
)"},
    {"E0906", "not an action",
     R"(An action is a service's prefix, a colon and a name. The name may have wildcards, the prefix may not; `*` alone is every
action of every service.

    "Action": ["logs.PutLogEvents"]        # logs:PutLogEvents
    "Action": ["log*:Put*"]                # logs:Put*
)"},
    {"E0907", "not a resource",
     R"(A resource is an ARN or `*`. An ARN has six parts, `arn:partition:service:region:account:resource`; partition, region, account
and resource may have wildcards, and some services leave region or account empty. Account ids have twelve digits.

    "Resource": "log-group:/ecs/app"
    "Resource": "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/app:*"
)"},
    {"E0908", "a malformed condition",
     R"(A condition maps operators to keys to values. Operators are those of the IAM user guide, with `ForAllValues:` or
`ForAnyValue:` before them and `IfExists` behind them where wanted; the values must be what the operator compares.

    "Condition": {"aws:RequestedRegion": "us-east-1"}
    "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
)"},
    {"E0909", "a malformed principal",
     R"(A trust policy says who may take a role: `*`, or a map from the kind of principal to its names. Services are called
`name.amazonaws.com`.

    "Principal": "ecs-tasks.amazonaws.com"
    "Principal": {"Service": "ecs-tasks.amazonaws.com"}
)"},
    {"E0911", "a role does not allow what is needed",
     R"(The config, or the task definition, makes a call that no statement of the role allows. The place is what needs it; where a
statement comes near, allowing the action on another resource or under a condition that does not hold, that is shown as well.

A call that the task role does not allow is refused with 403 while the collector runs; the task stays up and telemetry is lost.
Without what the execution role needs the task does not start.

`*` in a resource stands for what is known only when the collector runs: a policy has to allow all that it may become. An account
that is not told is taken to be the one that the policies name.
)"},
    {"N0911", "it cannot be told whether a role allows a call",
     R"(The answer depends on something that is known only at run time or only to AWS: a condition on the network that a request comes
from, a part of a resource's name, a value that a template leaves open, a managed policy whose statements are not known here, or
policies that are attached elsewhere. `--account` and `--region` say where a task runs.
)"},
    {"W0911", "a role allows what nothing calls",
     R"(Nothing in this config makes these calls, so the role is better off without them: whoever gets hold of its credentials can do
what it allows. `whittle check --fix` takes them out; `whittle iam` prints a policy with just what is needed.

Give `--task-role-policy` only for roles that no other container's code uses: what the application calls is not known here.
)"},
    {"E0912", "a role is denied what is needed",
     R"(A statement with `"Effect": "Deny"` matches a call that is needed. An explicit deny wins over every allow, in whichever policy
it stands, and no other statement can undo it. Except the call from the deny: with `NotAction`, `NotResource` or a condition.
)"},
    {"N0912", "a managed policy allows more than is needed",
     R"(AWS's managed policies are made for many uses. They do work; a policy of your own can be narrower. The version that was compared
is named, and AWS may have changed the policy since.

    whittle iam collector.yaml --role task > task-role-policy.json
)"},
    {"W0912", "a role allows a call on more than is needed",
     R"(The calls are needed, on fewer resources. The narrower statements are shown, and `whittle check --fix` puts them in place. A
partition or an account that a policy leaves open does not count as too wide, and neither does a whole log group where a stream
would do.

    "Resource": "*"
    "Resource": "arn:aws:logs:us-east-1:*:log-group:/metrics/App:*"
)"},
    {"E0913", "a permissions boundary does not allow what is needed",
     R"(A role may do what its policies and its boundary both allow. The policies allow this call and the boundary does not, so it is
refused. A boundary grants nothing by itself.
)"},
    {"N0913", "permission to pull images that nothing needs",
     R"(Images of public registries, and those of other registries with credentials of their own, are pulled without any action of ECR.
The permission is left alone, since the image that `whittle build --image` makes is usually kept in ECR.
)"},
    {"W0913", "a role allows actions by wildcard",
     R"(A wildcard takes in whatever AWS adds to a service. The actions that are called are known, so they can be named.

    "Action": "logs:*"
    "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
)"},
    {"N0914", "policies name different accounts",
     R"(Without `--account` the account of the task is taken to be the one that its policies name. These name several, so each call is
held to be allowed when it would be in any of them.
)"},
    {"W0914", "a role does not allow what may be needed",
     R"(Whether the call is made depends on a value that is filled in when the collector starts, such as `log_retention: ${env:DAYS}`.
If it may turn out so, the role should allow it.
)"},
    {"E0915", "ECS tasks cannot take a role",
     R"(The trust policy of a role says who may take it. For a task role and for an execution role that is the service of ECS tasks,
which is neither ECS itself (`ecs.amazonaws.com`) nor EC2. Conditions on `aws:SourceAccount` and `aws:SourceArn` must fit the account
and the region of the task.

    {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
)"},
    {"N0915", "it cannot be told whether ECS tasks can take a role",
     R"(A condition of the trust policy depends on where the task runs. `--account` and `--region` say so.
)"},
    {"W0916", "everybody may take a role",
     R"(A trust policy with the principal `*` and no condition lets every principal of every AWS account take the role. Name the
service that needs it.

    "Principal": {"Service": "ecs-tasks.amazonaws.com"}
)"},
};

}  // namespace

std::span<const Explanation> iam_codes() {
  return kIam;
}

}  // namespace whittle::diag
