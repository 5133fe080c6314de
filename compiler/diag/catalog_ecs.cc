// SPDX-License-Identifier: Apache-2.0
// The long explanations of mistakes in tasks. Each says what is wrong, why it matters, and shows the mistake or how to
// write it.
#include "compiler/diag/catalog_parts.h"

namespace whittle::diag {

namespace {

// In order of the code's number, as `whittle explain` lists them.
constexpr Explanation kEcs[] = {
    {"E1001", "no task definition in a file",
     R"(The file can be read and is not what its option says. Task definitions in JSON have `containerDefinitions`, CloudFormation
templates have `Resources`, and what `terraform show -json` prints has `planned_values`.

    whittle check collector.yaml --task-definition task.json
    whittle check collector.yaml --cloudformation template.yaml
    whittle check collector.yaml --terraform-plan plan.json
)"},
    {"E1002", "a parameter has the wrong type",
     R"(ECS does not turn numbers into texts or texts into numbers: registering the task definition fails. Values of variables are
texts. Within a container `cpu` and `memory` are numbers, of the whole task they are texts.

    {"name": "PORT", "value": 8080}        # must be "8080"
    "stopTimeout": "60"                    # must be 60
)"},
    {"W1003", "an unknown parameter",
     R"(ECS refuses a task definition with parameters that it does not know, so most of these are misspelt. Capitals count.

    "healthcheck": {...}                   # healthCheck
)"},
    {"E1004", "a text in a plan is not JSON",
     R"(Terraform holds container definitions and policies as texts with JSON in them. This one cannot be read, so neither can AWS.
`jsonencode()` and `aws_iam_policy_document` write such texts without mistakes.
)"},
    {"N1005", "containers that are known only after apply",
     R"(A plan shows nothing of a value that depends on a resource which the same apply makes, and the list of containers is one value:
one unknown part hides all of it.
)"},
    {"E1006", "a template refers to something that is not there",
     R"(`!Ref`, `!GetAtt` and `!Sub` name a parameter or a resource of the same template. CloudFormation refuses the template.
)"},
    {"E1007", "a template defines something by itself",
     R"(A property of a resource depends on itself through `!Ref` or `!GetAtt`. CloudFormation refuses circular dependencies.
)"},
    {"E1010", "the network mode is not `awsvpc`",
     R"(On Fargate each task has a network interface of its own, and no other network mode. Containers of a task then share
`localhost`.

    "networkMode": "awsvpc"
)"},
    {"E1011", "a size that Fargate does not have",
     R"(Fargate offers certain amounts of memory for each amount of CPU:

    256 CPU units     512, 1024 or 2048 MiB
    512               1024 to 4096 MiB in steps of 1024
    1024              2048 to 8192 MiB in steps of 1024
    2048              4096 to 16384 MiB in steps of 1024
    4096              8192 to 30720 MiB in steps of 1024
    8192              16384 to 61440 MiB in steps of 4096
    16384             32768 to 122880 MiB in steps of 8192
)"},
    {"E1012", "a Fargate task has no size",
     R"(`cpu` and `memory` of the task itself must be written for Fargate. Those of containers are shares of them.

    "cpu": "256", "memory": "512"
)"},
    {"E1013", "containers do not fit into the task",
     R"(What containers reserve together must not be more than the task has: `cpu` of each, and `memoryReservation`, or `memory` where
there is none. `memory` is where a container is killed, `memoryReservation` what it is promised, so the former must be more.
)"},
    {"E1014", "a parameter that Fargate does not take",
     R"(Parameters that need access to the host, such as `privileged`, `links` or `extraHosts`, are refused for Fargate. Capabilities can be
dropped, and of all only SYS_PTRACE can be added. With `awsvpc` the host port is the container's port.
)"},
    {"N1015", "nothing says that a task runs on Fargate",
     R"(Neither `requiresCompatibilities` nor a service in the same file says `FARGATE`, so what holds for Fargate alone was not checked.

    "requiresCompatibilities": ["FARGATE"]
)"},
    {"E1016", "a platform version that does not do",
     R"(The task metadata endpoint, version 4, came with platform version 1.4.0. Older ones do not set ECS_CONTAINER_METADATA_URI_V4, from
which `awsecscontainermetrics` reads. Leave the version out, or write `LATEST`.
)"},
    {"W1016", "an old platform version",
     R"(Platform versions before 1.4.0 are retired: AWS starts no new tasks on them. Leave the version out, or write `LATEST`.
)"},
    {"E1017", "the collector is compiled for something else",
     R"(The executable and the task must be of the same processor, and of Linux. The container stops at once otherwise, with
"exec format error" in its reason.

    whittle build --target aarch64 collector.yaml
    "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}
)"},
    {"E1018", "a timeout that Fargate does not have",
     R"(`stopTimeout` and `startTimeout` are 2 to 120 seconds on Fargate.
)"},
    {"W1019", "too short a time to stop",
     R"(When the task stops, the collector sends what it holds, for 25 seconds at most. If `stopTimeout` is shorter it is killed while
it does so, and says nothing of what was lost. 30 seconds are the default.
)"},
    {"W1020", "an image that is not pinned",
     R"(`latest`, no tag (which means `latest`) and tags like `stable` move from one image to another. Tasks of the same task definition
then run different code, and a deployment cannot be taken back. A version, or better a digest, stays the same.

    "image": "app:latest"
    "image": "app:4.12.1"
    "image": "app@sha256:..."
)"},
    {"N1021", "the stock collector",
     R"(The container runs a collector that is published for everybody, and reads its config when it starts. The compiled collector takes
its place: the same ports, and `command` and `AOT_CONFIG_CONTENT` may stay while moving over.
)"},
    {"E1022", "not the name of an image",
     R"(The name of an image is a registry (or none, for Docker Hub), a repository in small letters, and a tag or a digest. It is no URL.
Registries of ECR begin with the twelve digits of an account.

    123456789012.dkr.ecr.us-east-1.amazonaws.com/app:4.12.1
)"},
    {"N1025", "another task definition has the collector",
     R"(No container of this task definition looks like the collector, and another one of the same files has it. What concerns the
collector was checked there. `--container NAME` says which it is where its image and name do not tell.
)"},
    {"W1025", "which container is the collector cannot be told",
     R"(The collector is found by its image (`aws-otel-collector`, `opentelemetry-collector`, or a name that ends with `collector`), by
`AOT_CONFIG_CONTENT`, by `--config` in its command, or by its name. Here nothing of that fits, or several containers fit. What
concerns the collector was not checked.

    whittle check collector.yaml --task-definition task.json --container otel
)"},
    {"E1026", "no such container",
     R"(`--container` names a container that none of the task definitions has.
)"},
    {"E1030", "an ARN that cannot be",
     R"(An ARN has six parts. Roles have no region, and account ids have twelve digits, with their leading zeros.

    arn:aws:iam::123456789012:role/my-task-role
)"},
    {"E1031", "no execution role",
     R"(The execution role is what ECS itself uses before a container starts and while it runs: to pull images from ECR, to write logs,
to read secrets and parameters. `whittle iam CONFIG --role execution` prints the policy that it needs.
)"},
    {"E1032", "no task role",
     R"(The task role is what the collector's calls to AWS are made with. Without one there are no credentials in a Fargate task, each
export fails, and nothing else shows it.
)"},
    {"W1032", "no task role on EC2",
     R"(The task role is what the collector's calls to AWS are made with. On EC2 containers without one use the role of the instance, if
they can reach its metadata, and then share its permissions with everything else there.
)"},
    {"E1040", "a health check that always fails",
     R"(The compiled collector's image holds one file that can be run: `/collector`. It has no shell, which `CMD-SHELL` needs, no curl and
no wget. The collector asks itself:

    "healthCheck": {"command": ["CMD", "/collector", "healthcheck"]}
)"},
    {"E1041", "the stock collector's health check",
     R"(`/healthcheck` is a file of the stock collector's image. The compiled one is asked with its own command:

    "healthCheck": {"command": ["CMD", "/collector", "healthcheck"]}
)"},
    {"W1041", "the stock collector's health check",
     R"(`/healthcheck` is a file of the stock collector's image, which this container still runs. It goes when the image is replaced:

    "healthCheck": {"command": ["CMD", "/collector", "healthcheck"]}
)"},
    {"W1042", "a health check that is not used",
     R"(The config has the `health_check` extension, and the container no `healthCheck`. ECS takes nobody's word but its own health check:
others cannot wait until the collector is `HEALTHY`, and a stuck one is not noticed.

    "healthCheck": {"command": ["CMD", "/collector", "healthcheck"]}
)"},
    {"E1043", "a health check that nobody answers",
     R"(`/collector healthcheck` asks the `health_check` extension of the collector beside it, and the config has none in use.

    extensions:
      health_check:
    service:
      extensions: [health_check]
)"},
    {"W1044", "a health check of unknown form",
     R"(ECS documents that the command of a health check begins with `CMD`, and is run as it is, or with `CMD-SHELL`, and is run by the
container's shell.
)"},
    {"E1045", "a health check's number out of range",
     R"(`interval` is 5 to 300 seconds, `timeout` 2 to 60, `startPeriod` 0 to 300, and `retries` 1 to 10. Registering the task definition
fails otherwise.
)"},
    {"E1050", "an application sends where nobody listens",
     R"(A container is told to send its telemetry to a port of this task on which the collector does not listen. The SDK finds the
connection refused, logs an error each time, and drops what it has.

    OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318
)"},
    {"E1051", "an application speaks another protocol",
     R"(gRPC and HTTP have a port each: 4317 and 4318 unless the config says otherwise. `OTEL_EXPORTER_OTLP_PROTOCOL` and the port of
`OTEL_EXPORTER_OTLP_ENDPOINT` must agree.

    OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317     OTEL_EXPORTER_OTLP_PROTOCOL=grpc
    OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318     OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
)"},
    {"W1051", "an application may speak another protocol",
     R"(The endpoint is one for gRPC, and `OTEL_EXPORTER_OTLP_PROTOCOL` is not written. Most SDKs then speak http/protobuf; some speak grpc.
Write which it is.
)"},
    {"E1052", "one side speaks TLS and the other does not",
     R"(`https` in an endpoint makes the SDK begin with TLS. The receiver speaks it if its settings have `tls`. Within a task nothing leaves
the network interface, so plain `http` to `localhost` is usual.
)"},
    {"E1053", "the collector is not at that host",
     R"(With `awsvpc`, and so on Fargate, the containers of a task share one network and have no names in it: the collector is at
`localhost`. With `bridge` each container has a `localhost` of its own, and reaches others by `links`.
)"},
    {"E1054", "a path that the collector does not have",
     R"(SDKs append `/v1/traces`, `/v1/metrics` and `/v1/logs` to `OTEL_EXPORTER_OTLP_ENDPOINT`, and use the endpoints of one signal as they
are. The collector answers other paths with 404.

    OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://localhost:4318/v1/traces
)"},
    {"E1055", "a signal that no pipeline takes",
     R"(The container sends this signal to the collector on purpose, and no pipeline of the config takes it from that receiver. All of it
is refused.
)"},
    {"W1055", "signals that no pipeline takes",
     R"(An SDK sends traces, metrics and logs to `OTEL_EXPORTER_OTLP_ENDPOINT` unless it is told otherwise. The collector refuses those that no
pipeline takes, and the SDK logs an error each time.

    OTEL_METRICS_EXPORTER=none
    OTEL_LOGS_EXPORTER=none
)"},
    {"W1056", "a variable that no SDK reads",
     R"(The name is nearly that of a variable of the OpenTelemetry specification, or was one before 2021. SDKs say nothing about variables
that they do not know, so the setting is silently without effect.

    OTEL_EXPORTER_OTLP_ENPOINT             # OTEL_EXPORTER_OTLP_ENDPOINT
)"},
    {"W1057", "no such protocol",
     R"(`OTEL_EXPORTER_OTLP_PROTOCOL` is `grpc`, `http/protobuf` or `http/json`. What an SDK does with another value differs: some stop, some
use their default.
)"},
    {"N1058", "an application without a name",
     R"(Traces and metrics are found by `service.name`. An SDK that is not told calls it `unknown_service`.

    OTEL_SERVICE_NAME=orders
    OTEL_RESOURCE_ATTRIBUTES=service.name=orders,deployment.environment.name=production
)"},
    {"W1059", "an endpoint without a scheme",
     R"(Over HTTP an endpoint is a URL. Without `http://` most SDKs refuse it.

    OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318
)"},
    {"W1060", "a port mapping that leads nowhere",
     R"(The collector does not listen on this port, or not with this protocol. Perhaps another receiver listened there before.
)"},
    {"W1061", "a port mapping that nobody gets through",
     R"(The collector listens on `localhost` alone, so nothing outside of the task reaches it. That is the safe choice for a sidecar: its
application shares `localhost` with it and needs no mapping. A receiver on 0.0.0.0 takes telemetry from everybody whom the security
group lets in.
)"},
    {"E1064", "two containers want one port",
     R"(Containers of one network share its ports. The second one to start finds the address in use and ends.
)"},
    {"N1070", "a config is given to a collector that has its own",
     R"(The stock collector reads its config from `--config` or `AOT_CONFIG_CONTENT`. The compiled one has it within; what it is given all the
same it compares, and logs what differs. So both may stay until the move is done, and then go.
)"},
    {"E1071", "a config that fits into no parameter",
     R"(Parameter Store holds 4096 bytes in a standard parameter and 8192 in an advanced one. A config that is compiled in has no such limit.
)"},
    {"W1071", "a config that needs an advanced parameter",
     R"(A standard parameter of Parameter Store holds 4096 bytes; larger ones must be of the advanced tier, which costs. A config that is
compiled in needs no parameter.
)"},
    {"E1072", "an argument that the collector does not know",
     R"(The collector runs without any argument. From task definitions of the stock collector it takes `--config`, `--set` and
`--feature-gates`, and `--on-drift` for what to do when a config that it is given differs. Others end it with exit code 2.
)"},
    {"W1072", "a config from a variable that is not there",
     R"(`--config=env:NAME` names a variable that neither `environment` nor `secrets` has.
)"},
    {"E1073", "an entry point that is not there",
     R"(The compiled collector's image holds one file that can be run, `/collector`, and starts it by itself. Leave `entryPoint` out.
)"},
    {"E1074", "a parameter that is too long",
     R"(Parameter Store holds 4096 bytes in a standard parameter and 8192 in one of the tier `Advanced`. AWS refuses the parameter when the
template is deployed.
)"},
    {"E1080", "a dependency on no container",
     R"(`dependsOn` names containers of the same task definition. Registering it fails otherwise.
)"},
    {"E1081", "a dependency that is never healthy",
     R"(Only a container with a health check becomes `HEALTHY`. Give it one, or wait for `START`.
)"},
    {"E1082", "containers that wait for each other",
     R"(Containers that depend on each other in a circle can never start. Registering the task definition fails.
)"},
    {"E1083", "a dependency that cannot be",
     R"(`START` waits until a container runs, `HEALTHY` until its health check succeeds. `COMPLETE` and `SUCCESS` wait until it ends, which
an essential container must not do, and a collector never does.
)"},
    {"W1084", "the collector is essential",
     R"(When an essential container ends, ECS stops the whole task, and containers are essential unless they say otherwise. A sidecar for
telemetry should not decide whether the application runs.

    "essential": false
)"},
    {"E1085", "no essential container",
     R"(A task lives as long as its essential containers, so ECS wants at least one: the application.
)"},
    {"W1086", "an application does not wait for the collector",
     R"(`dependsOn` does two things. The application starts when the collector is there, and, as containers stop in the reverse order, ECS
tells the collector to stop only after the application has ended. Without it both are told at the same time, and the last
telemetry of the application finds nobody.

    "dependsOn": [{"containerName": "collector", "condition": "HEALTHY"}]
)"},
    {"E1087", "two containers of one name",
     R"(Each container of a task definition has a name of its own. Registering it fails otherwise.
)"},
    {"E1090", "an option of the log driver is missing",
     R"(`awslogs` needs `awslogs-group` and `awslogs-region`, and on Fargate `awslogs-stream-prefix` too.

    "logConfiguration": {"logDriver": "awslogs", "options": {
      "awslogs-group": "/ecs/app", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "collector"}}
)"},
    {"W1091", "nobody reads the collector's logs",
     R"(The collector says on its output what it could not send and why. On Fargate the output goes nowhere without a log driver.
)"},
    {"N1092", "log groups that ECS is to create",
     R"(With `awslogs-create-group` ECS creates a missing log group, with the execution role. The managed policy
`AmazonECSTaskExecutionRolePolicy` does not allow `logs:CreateLogGroup`, so with it alone the task does not start.
)"},
    {"E1093", "a secret from nowhere",
     R"(`valueFrom` is the ARN of a parameter or of a secret, or the name of a parameter of the same region.

    /app/api-key
    arn:aws:ssm:us-east-1:123456789012:parameter/app/api-key
    arn:aws:secretsmanager:us-east-1:123456789012:secret:app-AbCdEf:api_key::
)"},
    {"E1094", "a name that is a variable and a secret",
     R"(`environment` and `secrets` must not have the same name. Registering the task definition fails.
)"},
    {"W1094", "a variable is there twice",
     R"(Of two variables with one name one value is lost, without a word.
)"},
    {"E1095", "a variable that the config needs is missing",
     R"(The config reads this variable when the collector starts, and has no default for it. Without it the collector says so and ends.

    endpoint: ${env:ENDPOINT}                      # must be in `environment` or `secrets`
    endpoint: ${env:ENDPOINT:-https://x.test}      # need not
)"},
    {"W1095", "a variable that only recent agents set",
     R"(Fargate sets AWS_REGION and AWS_DEFAULT_REGION in each container. On EC2 the ECS agent does so only since 2026; with an older one the
collector says that the variable is missing, and ends.

    {"name": "AWS_REGION", "value": "us-east-1"}
)"},
    {"E1096", "a placeholder in a task definition was never filled in",
     R"(`{{name}}` is how templates mark what is to be filled in. ECS takes the text as it is written.
)"},
    {"N1097", "a writable file system",
     R"(The compiled collector writes no files. With a read-only root file system nobody who got into it could leave something there.

    "readonlyRootFilesystem": true
)"},
    {"W1098", "the collector runs as root",
     R"(The compiled collector's image has the user 4317, who owns nothing. `user` in the container definition overrides that.
)"},
    {"E1099", "a log driver that Fargate does not have",
     R"(Fargate has the log drivers `awslogs`, `splunk` and `awsfirelens`.
)"},
};

}  // namespace

std::span<const Explanation> ecs_codes() {
  return kEcs;
}

}  // namespace whittle::diag
