# SPDX-License-Identifier: Apache-2.0
"""What `whittle taskdef` prints, read by the tools that it is for.

CloudFormation by cfn-lint, Terraform by an HCL parser (and by `terraform fmt -check` where there is a terraform), CDK by the
TypeScript compiler with aws-cdk-lib, which also synthesises templates that whittle's own check accepts, compose by docker compose
where there is one.

usage: taskdef_formats_test.py WHITTLE WORK_DIR
Exits 77 when the tools cannot be had (no registry).
"""
import json
import os
import shutil
import subprocess
import sys

whittle, work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
os.makedirs(work, exist_ok=True)

CONFIGS = {
    "all": """
extensions: {health_check: }
receivers: {otlp: {protocols: {grpc: {endpoint: '0.0.0.0:4317'}, http: {endpoint: '0.0.0.0:4318'}}}, awsecscontainermetrics: }
processors: {batch: {timeout: 60s}}
exporters: {awsxray: {region: us-east-1}, awsemf: {region: us-east-1, namespace: N}}
service: {extensions: [health_check], pipelines: {traces: {receivers: [otlp], processors: [batch], exporters: [awsxray]},
  metrics: {receivers: [otlp, awsecscontainermetrics], exporters: [awsemf]}}}
""",
    "late": """
receivers: {otlp: {protocols: {grpc: }}}
exporters:
  otlphttp: {endpoint: '${env:ENDPOINT}', headers: {authorization: 'Bearer ${env:API_TOKEN}', x: '${env:STAGE_NAME:-dev}', second: '${env:SECOND_KEY}'}}
service: {pipelines: {logs: {receivers: [otlp], exporters: [otlphttp]}}}
""",
}
# Values that need escaping in one format or another.
ODD = ["--env", "ENDPOINT=https://x.example.com/${a}/%{b}?`c`=\"d\"&e='f'\\g", "--secret",
       "SECOND_KEY=arn:aws:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf"]


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def quiet(command, **more):
    r = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if r.returncode:
        print(r.stdout[-6000:])
    return r.returncode == 0


venv = os.path.join(work, "venv")
python = os.path.join(venv, "bin", "python")
if not os.path.exists(os.path.join(venv, ".complete")):
    if not quiet([sys.executable, "-m", "venv", venv]) or not quiet(
            [python, "-m", "pip", "install", "-q", "cfn-lint", "python-hcl2", "pyyaml", "jsonschema"]):
        skip("cfn-lint and an HCL parser cannot be installed")
    open(os.path.join(venv, ".complete"), "w").close()
if os.environ.get("WHITTLE_FORMATS_VENV") != "1":
    os.environ["WHITTLE_FORMATS_VENV"] = "1"
    os.execv(python, [python] + sys.argv)

import hcl2  # noqa: E402
import yaml  # noqa: E402

failed = []


def check(what, good):
    print("ok" if good else "FAILED", what)
    if not good:
        failed.append(what)


def taskdef(config, *arguments):
    r = subprocess.run([whittle, "taskdef", config, *arguments], capture_output=True, text=True)
    if r.returncode != 0:
        print(r.stderr)
        sys.exit(1)
    return r.stdout


def write(name, text):
    path = os.path.join(work, name)
    with open(path, "w") as f:
        f.write(text)
    return path


def terraform(name, text):
    folder = os.path.join(work, "terraform_" + name)
    os.makedirs(folder, exist_ok=True)
    path = write(os.path.join(folder, "main.tf"), text)
    tree = hcl2.loads(text)
    check(f"{name}: an HCL parser reads the Terraform", "locals" in tree and "resource" in tree)
    if shutil.which("terraform"):
        check(f"{name}: terraform fmt has nothing to change", quiet(["terraform", "fmt", "-check", "-diff", path]))
    else:
        print("note: no terraform here, so `terraform fmt -check` was not run")


def compose(name, text):
    service = yaml.safe_load(text)["services"]["collector"]
    check(f"{name}: compose is YAML with the image and the user", service["user"] == "4317" and ":" in service["image"])
    if shutil.which("docker") and subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0:
        path = write(name + ".compose.yaml", text)
        environment = dict(os.environ, **{k: "x" for k in service.get("environment", {})})
        check(f"{name}: docker compose reads it", quiet(["docker", "compose", "-f", path, "config", "-q"], env=environment))


for name, text in CONFIGS.items():
    config = write(name + ".yaml", text)
    for variant, more in (("", []), ("_given", (ODD if name == "late" else []) + ["--app", "example/app:1.0", "--target", "aarch64"])):
        case = name + variant
        template = write(case + ".template.yaml", taskdef(config, "--format", "cloudformation", *more))
        check(f"{case}: cfn-lint accepts the CloudFormation template", quiet([os.path.join(venv, "bin", "cfn-lint"), "--include-checks", "W", "--", template]))
        terraform(case, taskdef(config, "--format", "terraform", *more))
        terraform(case + "_task", taskdef(config, "--format", "terraform", "--task", *more))
        task = json.loads(taskdef(config, "--task", *more))
        check(f"{case}: the JSON is a task definition", len(task["containerDefinitions"]) == 2)
        compose(case, taskdef(config, "--format", "compose", *more))

# ---- CDK

node = os.path.join(work, "node")
os.makedirs(node, exist_ok=True)
have_node = bool(shutil.which("npm") and shutil.which("node"))
if have_node and not os.path.exists(os.path.join(node, ".complete")):
    write(os.path.join(node, "package.json"), '{"private": true, "dependencies": {"aws-cdk-lib": "^2.170.0", "constructs": "^10.4.0", "typescript": "~5.6.0", "@types/node": "^20.0.0"}}\n')
    have_node = quiet(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=node)
    if have_node:
        open(os.path.join(node, ".complete"), "w").close()
if have_node:
    app = ['import { App, Stack, aws_ecs as ecs } from "aws-cdk-lib";']
    for name in CONFIGS:
        for variant, more in (("", []), ("Given", (ODD if name == "late" else []) + ["--image", "example/collector:1.0.0"])):
            write(os.path.join(node, f"{name}{variant}.ts"), taskdef(os.path.join(work, name + ".yaml"), "--format", "cdk", *more))
            app.append(f'import {{ addCollector as {name}{variant} }} from "./{name}{variant}";')
            values = ', { endpoint: "https://x.example.com" }' if name == "late" and not variant else ""
            app.append(f"""{{
  const app = new App({{ outdir: "out/{name}{variant}" }});
  const stack = new Stack(app, "stack", {{ env: {{ account: "123456789012", region: "us-east-1" }} }});
  const task = new ecs.FargateTaskDefinition(stack, "Task", {{ cpu: 256, memoryLimitMiB: 512 }});
  const collector = {name}{variant}(task{values});
  const container = task.addContainer("App", {{ containerName: "app", image: ecs.ContainerImage.fromRegistry("example/app:1.0") }});
  container.addContainerDependencies({{ container: collector, condition: {"ecs.ContainerDependencyCondition.HEALTHY" if name == "all" else "ecs.ContainerDependencyCondition.START"} }});
  app.synth();
}}""")
    imports = [line for line in app if line.startswith("import")]
    write(os.path.join(node, "app.ts"), "\n".join(imports + [line for line in app if not line.startswith("import")]) + "\n")
    compiled = quiet(["node", "node_modules/typescript/bin/tsc", "--strict", "--target", "es2022", "--module", "commonjs", "--moduleResolution", "node",
                      "--skipLibCheck", "--outDir", "js", "app.ts"], cwd=node)
    check("the TypeScript compiler accepts the CDK functions", compiled)
    if compiled:
        check("CDK synthesises templates of them", quiet(["node", "js/app.js"], cwd=node))
        for name in CONFIGS:
            for variant in ("", "Given"):
                template = os.path.join(node, "out", name + variant, "stack.template.json")
                # CDK grants the execution role more than it needs, which is told and is not the point here.
                r = subprocess.run([whittle, "check", "--config", os.path.join(work, name + ".yaml"), "--cloudformation", template, "--format", "json"], capture_output=True, text=True)
                said = json.loads(r.stdout)["diagnostics"]
                found = [d for d in said if d["code"][1:3] == "10" and d["severity"] != "note"]
                # The stack gives the task role no policy, and the check follows the template that far.
                missing = any(d["code"] == "E0911" for d in said)
                if found:
                    print(json.dumps(found, indent=1)[:4000])
                check(f"whittle finds nothing wrong with the task of {name}{variant}", not found)
                check(f"whittle tells whether the task role of {name}{variant} lacks something", missing == (name == "all"))
else:
    print("note: TypeScript and aws-cdk-lib cannot be had, so the CDK functions were not compiled")

sys.exit(1 if failed else 0)
