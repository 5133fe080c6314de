# SPDX-License-Identifier: Apache-2.0
"""What `whittle iam` prints, read by the tools that it is for.

CloudFormation: cfn-lint. Terraform: an HCL parser, and `terraform fmt -check` and `terraform validate` where they are to be had.
CDK: the TypeScript compiler with aws-cdk-lib, then a synthesised stack, whose template cfn-lint reads again and whose policies
must be those that `--format json` prints.

usage: iam_formats_test.py WHITTLE CONFIGS_DIR WORK_DIR
Exits 77 when neither Python's nor Node's packages can be had.
"""
import json
import os
import shutil
import subprocess
import sys

whittle, configs, work = (os.path.abspath(a) for a in sys.argv[1:4])
CONFIGS = ["collector.yaml", "plain.yaml", "full.yaml", "late.yaml"]
os.makedirs(work, exist_ok=True)
failures = 0


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


def check(what, result):
    global failures
    good = result.returncode == 0
    print("ok  " if good else "FAIL", what)
    if not good:
        failures += 1
        print(result.stdout[-4000:])
    return good


def printed(config, *options):
    r = subprocess.run([whittle, "iam", os.path.join(configs, config), *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if r.returncode != 0:
        print("FAIL whittle iam", config, options)
        sys.exit(1)
    return r.stdout


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)
    return path


def python_tools():
    venv = os.path.join(work, "venv")
    complete = os.path.join(venv, ".complete")
    if not os.path.exists(complete):
        if run([sys.executable, "-m", "venv", venv]).returncode:
            return None
        r = run([os.path.join(venv, "bin", "python"), "-m", "pip", "install", "-q", "cfn-lint>=1.40,<2", "python-hcl2>=4,<9"])
        if r.returncode:
            print(r.stdout[-2000:])
            return None
        open(complete, "w").close()
    return os.path.join(venv, "bin")


def node_tools():
    if not (shutil.which("npm") and shutil.which("node")):
        return None
    node = os.path.join(work, "node")
    complete = os.path.join(node, ".complete")
    if not os.path.exists(complete):
        write(os.path.join(node, "package.json"), json.dumps({
            "name": "whittle-iam-test", "private": True, "license": "Apache-2.0",
            "dependencies": {"aws-cdk-lib": "^2.200.0", "constructs": "^10.0.0", "typescript": "^5.6.0", "@types/node": "^20.0.0"}}))
        r = run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=node)
        if r.returncode:
            print(r.stdout[-2000:])
            return None
        open(complete, "w").close()
    return node


def variants(config):
    yield config, ()
    yield config + " with an account", ("--account", "123456789012", "--region", "us-east-1")
    yield config + ", task role only", ("--role", "task")
    yield config + ", another name", ("--name", "My_telemetry-2", "--secret", "TOKEN=arn:aws:secretsmanager:us-east-1:123456789012:secret:t-AbCdEf")


def statements(document):
    """A policy's statements without what templates fill in."""
    out = []
    for s in document["Statement"]:
        actions = s["Action"] if isinstance(s["Action"], list) else [s["Action"]]
        out.append((s.get("Sid"), tuple(sorted(actions))))
    return sorted(out)


def cloudformation(bin):
    for config in CONFIGS:
        for n, (what, options) in enumerate(variants(config)):
            path = write(os.path.join(work, "cloudformation", "%s-%d.yaml" % (config[:-5], n)),
                         printed(config, "--format", "cloudformation", *options))
            check("cfn-lint: " + what, run([os.path.join(bin, "cfn-lint"), path]))


def terraform(bin):
    tool = shutil.which("terraform")
    for config in CONFIGS:
        for what, options in variants(config):
            path = write(os.path.join(work, "terraform", "main.tf"), printed(config, "--format", "terraform", *options))
            check("HCL: " + what, run([os.path.join(bin, "python"), "-c", "import hcl2, sys; d = hcl2.load(open(sys.argv[1])); assert d['resource']", path]))
            if tool:
                check("terraform fmt: " + what, run([tool, "fmt", "-check", "-diff", path]))
    if not tool:
        print("skipped: terraform is not here, so only an HCL parser has read it")
        return
    folder = os.path.join(work, "terraform")
    if run([tool, "init", "-backend=false", "-input=false"], cwd=folder, timeout=180).returncode:
        print("skipped: terraform's AWS provider cannot be had, so `terraform validate` was not run")
        return
    check("terraform validate", run([tool, "validate"], cwd=folder))


def cdk(node, bin):
    program = ['import { App, Stack } from "aws-cdk-lib";']
    expected = {}
    count = 0
    body = []
    for config in CONFIGS:
        for what, options in variants(config):
            name = "roles%d" % count
            text = printed(config, "--format", "cdk", *options)
            write(os.path.join(node, name + ".ts"), text)
            construct = text.split("export class ")[1].split(" ")[0]
            program.append('import { %s as %s } from "./%s";' % (construct, name, name))
            body.append('new %s(new Stack(app, "S%d"), "Roles");' % (name, count))
            document = json.loads(printed(config, *options))
            roles = [document] if "Statement" in document else [r["PolicyDocument"] for k, r in document.items() if not k.startswith("Assumed")]
            expected["S%d" % count] = sorted(s for r in roles if r["Statement"] for s in statements(r))
            count += 1
    program += ["const app = new App();"] + body + ["const assembly = app.synth();",
                "console.log(JSON.stringify(Object.fromEntries(assembly.stacks.map((s) => [s.stackName, s.template]))));"]
    write(os.path.join(node, "app.ts"), "\n".join(program) + "\n")
    compiled = run([os.path.join(node, "node_modules", ".bin", "tsc"), "--strict", "--noUnusedLocals", "--noUnusedParameters", "--target", "es2022",
                    "--module", "nodenext", "--moduleResolution", "nodenext", "--skipLibCheck", "--types", "node", "app.ts"], cwd=node)
    if not check("the TypeScript compiler", compiled):
        return
    made = subprocess.run(["node", "app.js"], cwd=node, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if made.returncode:
        print("FAIL cdk synth\n" + made.stderr[-3000:])
        sys.exit(1)
    templates = json.loads(made.stdout)
    for stack, want in expected.items():
        got = sorted(s for r in templates[stack]["Resources"].values() if r["Type"] == "AWS::IAM::Policy"
                     for s in statements(r["Properties"]["PolicyDocument"]))
        if got != want:
            global failures
            failures += 1
            print("FAIL the CDK's policies differ:", got, want)
    print("ok   %d CDK stacks hold the statements that JSON prints" % len(expected))
    if bin:
        path = write(os.path.join(work, "cdk", "template.json"), json.dumps(templates["S0"]))
        check("cfn-lint: what the CDK makes", run([os.path.join(bin, "cfn-lint"), path]))


bin = python_tools()
node = node_tools()
if bin is None and node is None:
    skip("neither PyPI nor npm can be reached")
if bin is None:
    print("skipped: cfn-lint and an HCL parser cannot be installed")
else:
    cloudformation(bin)
    terraform(bin)
if node is None:
    print("skipped: the CDK cannot be installed")
else:
    cdk(node, bin)
print("failures:", failures)
sys.exit(1 if failures else 0)
