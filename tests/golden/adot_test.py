# SPDX-License-Identifier: Apache-2.0
"""The AWS distribution's own task definitions and CloudFormation template, checked where they lie: what is said of each, by place
and code, is adot.txt. Every line of it was held against the file: no false finding may come in.

usage: adot_test.py WHITTLE CORPUS [--bless]
CORPUS is a folder with the distribution's `deployment-template`, `examples` and `config` folders. Exits 77 without one.
"""
import json
import os
import subprocess
import sys

whittle, corpus = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
golden = os.path.join(os.path.dirname(os.path.abspath(__file__)), "adot.txt")
if not os.path.isdir(os.path.join(corpus, "deployment-template")):
    print("skipped: the AWS distribution's files are not there")
    sys.exit(77)
os.chdir(corpus)

DEFAULT = "config/ecs/ecs-default-config.yaml"
GUIDE = os.path.join(os.path.dirname(golden), "ecs", "guide", "collector.yaml")  # whose components are all known
FILES = [
    # No config is named: the one in the image counts.
    (None, "--cloudformation", "deployment-template/ecs/aws-otel-fargate-sidecar-deployment-cfn.yaml"),
    (GUIDE, "--cloudformation", "deployment-template/ecs/aws-otel-fargate-sidecar-deployment-cfn.yaml"),
    (DEFAULT, "--cloudformation", "deployment-template/ecs/aws-otel-fargate-sidecar-deployment-cfn.yaml"),
    (DEFAULT, "--task-definition", "examples/ec2/aws-cloudwatch/ecs-fargate-sidecar.json"),
    (DEFAULT, "--task-definition", "examples/ecs/aws-cloudwatch/ecs-fargate-sidecar.json"),
    (DEFAULT, "--task-definition", "examples/ecs/aws-cloudwatch/ecs-ec2-sidecar.json"),
    (DEFAULT, "--task-definition", "examples/ecs/aws-cloudwatch/ecs-ec2-instance-daemon.json"),
    ("config/ecs/ecs-amp-prometheus.yaml", "--task-definition", "examples/ecs/aws-prometheus/ecs-fargate-task-def.json"),
    ("config/ecs/ecs-amp-prometheus.yaml", "--task-definition", "examples/ecs/aws-prometheus/ecs-ec2-task-def.json"),
]
out = ""
for config, option, path in FILES:
    named = [] if config is None else ["--config", config]
    r = subprocess.run([whittle, "check", *named, option, path, "--format", "json"], capture_output=True, text=True)
    if r.returncode not in (0, 1):
        print(r.stdout, r.stderr)
        sys.exit(1)
    out += f"{path} with {'the guide' if config == GUIDE else config or 'its own'}\n"
    for d in json.loads(r.stdout)["diagnostics"]:
        # What is wrong with the config is another test's business.
        if d.get("file") == path:
            out += f"  {d['line']}:{d['column']} {d['code']} {d['message']}\n"
if "--bless" in sys.argv:
    open(golden, "w").write(out)
if open(golden).read() != out:
    print("what is said of the AWS distribution's files has changed; --bless accepts it")
    sys.stdout.flush()
    subprocess.run(["diff", "-u", golden, "-"], input=out, text=True)
    sys.exit(1)
