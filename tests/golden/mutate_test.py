# SPDX-License-Identifier: Apache-2.0
"""One change to a good task definition that AWS would refuse is found: changes are made of every part of two task definitions, and botocore's
model of RegisterTaskDefinition, or the bounds that the ECS API reference states, says which of them would be refused. At least 95 of 100
must have a finding that the good one has not; what is missed is printed.

usage: mutate_test.py WHITTLE WORK_FOLDER
Exits 77 where botocore is not to be had.
"""
import copy
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
venv = os.path.join(work, "venv")
python = os.path.join(venv, "bin", "python")
if "--inside" not in os.environ.get("WHITTLE_MUTATE", ""):
    if not os.path.exists(os.path.join(venv, ".complete")):
        for command in ([sys.executable, "-m", "venv", venv], [python, "-m", "pip", "install", "-q", "botocore==1.*"]):
            if subprocess.run(command, capture_output=True).returncode != 0:
                print("skipped: botocore is not to be had")
                sys.exit(77)
        open(os.path.join(venv, ".complete"), "w").close()
    sys.exit(subprocess.run([python, *sys.argv], env={**os.environ, "WHITTLE_MUTATE": "--inside"}).returncode)

import botocore.session
from botocore.validate import ParamValidator

SHAPE = botocore.session.get_session().get_service_model("ecs").operation_model("RegisterTaskDefinition").input_shape
FARGATE = {
    "family": "orders", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "512", "memory": "1024",
    "taskRoleArn": "arn:aws:iam::123456789012:role/ordersTask", "executionRoleArn": "arn:aws:iam::123456789012:role/ordersExecution",
    "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}, "pidMode": "task",
    "ephemeralStorage": {"sizeInGiB": 40}, "enableFaultInjection": False,
    "tags": [{"key": "team", "value": "orders"}],
    "volumes": [{"name": "data"}, {"name": "shared", "efsVolumeConfiguration": {
        "fileSystemId": "fs-0123456789abcdef0", "rootDirectory": "/", "transitEncryption": "ENABLED", "transitEncryptionPort": 2049,
        "authorizationConfig": {"accessPointId": "fsap-0123456789abcdef0", "iam": "ENABLED"}}}],
    "containerDefinitions": [
        {"name": "app", "image": "example/orders:4.12.1", "essential": True, "cpu": 256, "memory": 512, "memoryReservation": 256,
         "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp", "name": "web", "appProtocol": "http2"}],
         "restartPolicy": {"enabled": True, "ignoredExitCodes": [0], "restartAttemptPeriod": 180},
         "entryPoint": ["/app"], "command": ["serve"],
         "environment": [{"name": "OTEL_SERVICE_NAME", "value": "orders"}],
         "environmentFiles": [{"value": "arn:aws:s3:::bucket/app.env", "type": "s3"}],
         "mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readOnly": False}, {"sourceVolume": "shared", "containerPath": "/s"}],
         "volumesFrom": [{"sourceContainer": "collector", "readOnly": True}],
         "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]}, "initProcessEnabled": True},
         "secrets": [{"name": "DB", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/orders/db"}],
         "dependsOn": [{"containerName": "collector", "condition": "HEALTHY"}], "startTimeout": 60, "stopTimeout": 60,
         "versionConsistency": "enabled", "user": "1000", "workingDirectory": "/", "readonlyRootFilesystem": True, "interactive": False,
         "pseudoTerminal": False, "dockerLabels": {"a": "b"}, "ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 4096}],
         "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/orders", "awslogs-region": "us-east-1",
                              "awslogs-stream-prefix": "app", "mode": "non-blocking", "max-buffer-size": "4m"}},
         "healthCheck": {"command": ["CMD-SHELL", "true"], "interval": 30, "timeout": 5, "retries": 3, "startPeriod": 10},
         "systemControls": [{"namespace": "net.core.somaxconn", "value": "1024"}],
         "repositoryCredentials": {"credentialsParameter": "arn:aws:secretsmanager:us-east-1:123456789012:secret:registry-AbCdEf"}},
        {"name": "collector", "image": "example/collector:0.1.0-0123456789ab", "essential": False, "readonlyRootFilesystem": True, "user": "4317",
         "healthCheck": {"command": ["CMD", "/collector", "healthcheck"]},
         "logConfiguration": {"logDriver": "awsfirelens", "options": {"Name": "cloudwatch"}, "secretOptions": [
             {"name": "key", "valueFrom": "arn:aws:secretsmanager:us-east-1:123456789012:secret:k-AbCdEf"}]}},
        {"name": "router", "image": "example/fluent-bit:3.1", "essential": False,
         "firelensConfiguration": {"type": "fluentbit", "options": {"enable-ecs-log-metadata": "true"}},
         "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/orders", "awslogs-region": "us-east-1",
                              "awslogs-stream-prefix": "router"}}},
    ],
}
EC2 = {
    "family": "batch", "networkMode": "bridge", "requiresCompatibilities": ["EC2"], "ipcMode": "none", "pidMode": "host",
    "taskRoleArn": "arn:aws:iam::123456789012:role/batchTask", "executionRoleArn": "arn:aws:iam::123456789012:role/batchExecution",
    "placementConstraints": [{"type": "memberOf", "expression": "attribute:ecs.instance-type == m7g.large"}],
    "volumes": [{"name": "host", "host": {"sourcePath": "/var/data"}}, {"name": "docker", "dockerVolumeConfiguration": {
        "scope": "shared", "autoprovision": True, "driver": "local", "driverOpts": {"type": "nfs"}, "labels": {"a": "b"}}},
        {"name": "late", "configuredAtLaunch": True}],
    "containerDefinitions": [
        {"name": "app", "image": "example/batch:4.12.1", "memory": 512, "links": ["collector"], "hostname": "app", "privileged": False,
         "disableNetworking": False, "dnsServers": ["10.0.0.2"], "dnsSearchDomains": ["example.com"],
         "dockerSecurityOptions": ["no-new-privileges"], "extraHosts": [{"hostname": "db", "ipAddress": "10.0.0.3"}],
         "linuxParameters": {"devices": [{"hostPath": "/dev/fuse", "containerPath": "/dev/fuse", "permissions": ["read"]}],
                             "sharedMemorySize": 64, "tmpfs": [{"containerPath": "/tmp", "size": 64, "mountOptions": ["noexec"]}],
                             "maxSwap": 512, "swappiness": 60},
         "resourceRequirements": [{"type": "GPU", "value": "1"}], "portMappings": [{"containerPort": 80, "hostPort": 0}],
         "logConfiguration": {"logDriver": "json-file", "options": {"max-size": "10m"}}},
        {"name": "collector", "image": "example/collector:0.1.0-0123456789ab", "memory": 128, "essential": False,
         "logConfiguration": {"logDriver": "json-file"}},
    ],
}


def places(value, shape, path=()):
    """(path, value, shape, required) of everything below, in the model's terms."""
    if shape.type_name == "structure":
        for name, inner in value.items():
            if name in shape.members:
                yield (*path, name), inner, shape.members[name], name in shape.required_members
                yield from places(inner, shape.members[name], (*path, name))
    elif shape.type_name == "list":
        for i, inner in enumerate(value):
            yield (*path, i), inner, shape.member, False
            yield from places(inner, shape.member, (*path, i))
    elif shape.type_name == "map":
        for key, inner in value.items():
            yield (*path, key), inner, shape.value, False


DELETE = object()


def changed(task, path, value):
    out = copy.deepcopy(task)
    at = out
    for step in path[:-1]:
        at = at[step]
    if value is DELETE:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return out


# What the API reference bounds beyond the model.
BOUNDS = {"containerPort": [0, 65536, 70000], "hostPort": [-1, 65536], "sizeInGiB": [20, 201], "restartAttemptPeriod": [59, 1801], "interval": [4, 301],
          "timeout": [1, 61], "retries": [0, 11], "startPeriod": [-1, 301], "startTimeout": [1, 121], "stopTimeout": [1, 121], "swappiness": [-1, 101],
          "transitEncryptionPort": [0, 65536], "memory": [3], "memoryReservation": [3]}
NAMES = {("family",): ["a/b", "a b", "a" * 256], ("containerDefinitions", 0, "name"): ["a/b", "a b", "collector"]}
SEMANTICS = [  # of FARGATE alone
    (("containerDefinitions", 0, "mountPoints", 0, "sourceVolume"), "dta"), (("containerDefinitions", 0, "volumesFrom", 0, "sourceContainer"), "colector"),
    (("containerDefinitions", 0, "dependsOn", 0, "containerName"), "colector"), (("containerDefinitions", 0, "dependsOn", 0, "containerName"), "app"),
    (("containerDefinitions", 2, "firelensConfiguration"), DELETE), (("containerDefinitions", 1, "healthCheck"), DELETE),
    (("containerDefinitions", 0, "healthCheck", "command"), ["CMD"]), (("cpu",), "500"), (("memory",), "1536"), (("cpu",), DELETE), (("memory",), DELETE),
    (("networkMode",), "bridge"), (("networkMode",), DELETE), (("containerDefinitions", 0, "portMappings", 0, "hostPort"), 80),
    (("containerDefinitions", 0, "ulimits", 0, "softLimit"), 5000), (("containerDefinitions", 0, "cpu"), 1024), (("containerDefinitions", 0, "memory"), 4096),
    (("containerDefinitions", 0, "memory"), 128), (("executionRoleArn",), DELETE), (("taskRoleArn",), "arn:aws:iam::12345:role/x"),
    (("executionRoleArn",), "arn:aws:iam::123456789012:user/x"), (("containerDefinitions", 0, "image"), ""), (("containerDefinitions", 0, "image"), "https://x/y"),
    (("containerDefinitions", 0, "image"), DELETE), (("containerDefinitions", 0, "name"), DELETE), (("containerDefinitions", 0, "privileged"), True),
    (("containerDefinitions", 0, "links"), ["collector"]), (("containerDefinitions", 0, "linuxParameters", "capabilities", "add"), ["NET_ADMIN"]),
    (("containerDefinitions", 0, "logConfiguration", "logDriver"), "syslog"), (("containerDefinitions", 0, "secrets", 0, "name"), "OTEL_SERVICE_NAME"),
    (("containerDefinitions", 0, "logConfiguration", "options", "awslogs-stream-prefix"), DELETE), (("pidMode",), "host"),
    (("containerDefinitions", 0, "logConfiguration", "options", "awslogs-groups"), "x"), (("containerDefinitions", 0, "essential"), False),
]


def mutations(task, name):
    for path, value, shape, required in places(task, SHAPE):
        kind = shape.type_name
        wrong = {"string": [5, True, ["x"], {"a": "b"}], "integer": ["5", 5.5, [5], {"a": 1}], "boolean": ["true", 1, "yes", []],
                 "list": ["x", {"a": "b"}, 7], "structure": ["x", 3, ["x"]], "map": ["x", ["x"], 3]}[kind]
        for w in [*wrong, None]:
            yield path, w
        if required:
            yield path, DELETE
        if kind == "string" and shape.enum:
            for w in ("nonsense", value.swapcase()):
                yield path, w
        if kind == "structure":
            yield (*path, "unheardOf"), "x"
            some = next(iter(value), None)
            if some is not None and some in shape.members:
                yield (*path, some[0].upper() + some[1:] + "s"), value[some]
        for w in BOUNDS.get(path[-1], []) if kind == "integer" else []:
            # On EC2 timeouts are bounded otherwise.
            if task is FARGATE or path[-1] not in ("startTimeout", "stopTimeout"):
                yield path, w
    for path, values in NAMES.items():
        for w in values:
            yield path, w
    if task is FARGATE:
        yield from SEMANTICS
    yield ("unheardOf",), "x"


def findings(task, file):
    with open(file, "w", encoding="utf-8") as f:
        json.dump(task, f, indent=1)
    r = subprocess.run([whittle, "check", "--task-definition", file, "--format", "json"], capture_output=True, text=True)
    if r.returncode not in (0, 1):
        sys.exit(f"whittle ended with {r.returncode} for {file}: {r.stderr}{r.stdout}")
    os.unlink(file)
    return {(d["code"], d["message"]) for d in json.loads(r.stdout)["diagnostics"] if d["severity"] != "note"}


def say(path, value):
    return ".".join(map(str, path)) + (" left out" if value is DELETE else f" = {json.dumps(value)[:60]}")


total, missed = 0, []
for name, task in (("fargate", FARGATE), ("ec2", EC2)):
    assert not ParamValidator().validate(task, SHAPE).has_errors()
    before = findings(task, f"{work}/{name}.json")
    if any(code.startswith("E") for code, _ in before):
        sys.exit(f"the good {name} task definition has errors: {before}")
    all_of_them = list(mutations(task, name))

    def found(item):
        i, (path, value) = item
        return bool(findings(changed(task, path, value), f"{work}/{name}.{i}.json") - before)

    with ThreadPoolExecutor(4) as pool:
        for (path, value), good in zip(all_of_them, pool.map(found, enumerate(all_of_them))):
            total += 1
            if not good:
                missed.append(f"{name}: {say(path, value)}")
print(f"{total} changes, {total - len(missed)} found ({100 * (total - len(missed)) / total:.1f} %)")
for m in missed:
    print("missed", m)
sys.exit(len(missed) * 20 > total)
