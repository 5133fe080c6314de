# SPDX-License-Identifier: Apache-2.0
"""whittle in CI: the action's entry point, SARIF held against its schema, action.yml against GitHub's, the hook under pre-commit.

usage: ci_test.py WHITTLE SOURCE_DIR WORK_DIR
Exits 77 when the tools that know the schemas cannot be had from PyPI and npm; what needs none of them has been tested by then.
"""
import glob
import json
import os
import shutil
import subprocess
import sys

whittle, source, work = (os.path.abspath(a) for a in sys.argv[1:])
shutil.rmtree(work, ignore_errors=True)
os.makedirs(work + "/configs/deep")
os.makedirs(work + "/bin")
os.symlink(whittle, work + "/bin/whittle")
GOOD = """receivers: {otlp: {protocols: {grpc: }}}
exporters: {debug: }
service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}, metrics: {receivers: [otlp], exporters: [debug]}, logs: {receivers: [otlp], exporters: [debug]}}}
"""
for name, text in [("a-collector.yaml", GOOD), ("deep/b-collector.yaml", GOOD.replace("debug: ", "debg: ")), ("deep/note.txt", "")]:
    with open(f"{work}/configs/{name}", "w") as f:
        f.write(text)
env = {**os.environ, "INPUT_EXECUTABLE": "whittle", "PATH": work + "/bin:" + os.environ["PATH"]}


def run(command, **more):
    r = subprocess.run(command, capture_output=True, text=True, cwd=work, env={**env, **more.get("env", {})}, timeout=600)
    expected = more.get("code", 0)
    assert r.returncode == expected, (command, r.returncode, r.stdout, r.stderr)
    return r.stdout


# The action: annotations, a SARIF file, a summary, an output.
action = source + "/ci/check-action"
out = run([action], code=1, env={"INPUT_CONFIGS": "configs/**/*.yaml\n", "INPUT_SARIF": "out.sarif", "GITHUB_STEP_SUMMARY": work + "/summary", "GITHUB_OUTPUT": work + "/output"})
assert "::error file=configs/deep/b-collector.yaml,line=2," in out and "2 configs checked: 1 with errors\n" in out, out
assert "E0301" in open(work + "/summary").read()
assert open(work + "/output").read() == "exit-code=1\n"
out = run([action], env={"INPUT_CONFIGS": "configs/a-collector.yaml", "INPUT_STRICT": "true", "INPUT_ARGS": "--stop-timeout\n60s"})
assert out == "", out
run([action], code=2, env={"INPUT_CONFIGS": "configs/none.yaml"})
run([action], code=2, env={"INPUT_CONFIGS": "\n"})
sarif = json.load(open(work + "/out.sarif"))
assert [r["ruleId"] for r in sarif["runs"][0]["results"]] == ["E0301", "E0403", "E0403", "E0403"], sarif


def install(command, what):
    r = subprocess.run(command, capture_output=True, text=True, cwd=work, timeout=600)
    if r.returncode != 0:
        print("skipped:", what, "cannot be had:", (r.stderr or r.stdout)[-300:])
        sys.exit(77)


install([sys.executable, "-m", "venv", "venv"], "a virtual environment")
install(["venv/bin/pip", "install", "-q", "check-jsonschema", "jsonschema", "pre-commit"], "check-jsonschema and pre-commit")
# What the action declares is what GitHub knows.
run(["venv/bin/check-jsonschema", "--builtin-schema", "vendor.github-actions", source + "/action.yml"])
# The hook, as pre-commit runs it.
if not shutil.which("git"):
    print("skipped: git is not there, and pre-commit needs it")
    sys.exit(77)
for command in (["init", "-q"], ["add", "configs"]):
    run(["git", "-c", "core.hooksPath=/dev/null", *command])
hooks = f"{work}/hooks"
os.makedirs(hooks)
shutil.copy(source + "/.pre-commit-hooks.yaml", hooks)
for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "x"]):
    subprocess.run(["git", "-C", hooks, *command], check=True)
out = run(["venv/bin/pre-commit", "try-repo", hooks, "whittle-check-system", "--all-files"], code=1, env={"PRE_COMMIT_HOME": work + "/pre-commit"})
assert "unknown exporter `debg`" in out and "2 configs checked: 1 with errors" in out, out
run(["venv/bin/pre-commit", "validate-manifest", source + "/.pre-commit-hooks.yaml"])

# Not check-jsonschema: it does not take a pattern of the published schema for a regular expression.
VALIDATE = """import json, jsonschema, sys
schema, document = (json.load(open(a)) for a in sys.argv[1:])
errors = [f'{list(e.absolute_path)}: {e.message}' for e in jsonschema.Draft7Validator(schema).iter_errors(document)]
sys.exit('; '.join(errors[:5]) or 0)
"""

# SARIF of every golden config together, and of one without a finding, by the schema.
if not shutil.which("npm"):
    print("skipped: npm is not there, and the schema of SARIF comes from its registry")
    sys.exit(77)
with open(work + "/package.json", "w") as f:
    f.write('{"private": true}')
install(["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "@microsoft/jest-sarif@1.0.0-beta.0"], "the schema of SARIF")
schema = glob.glob(work + "/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0*.json")[0]
for name, configs, code in [("all", sorted(glob.glob(source + "/tests/golden/check/*.yaml")), 1), ("none", [work + "/configs/a-collector.yaml"], 0), ("missing", ["none.yaml"], 2)]:
    with open(f"{work}/{name}.sarif", "w") as f:
        f.write(run([whittle, "check", *configs, "--format", "sarif"], code=code))
    run(["venv/bin/python", "-c", VALIDATE, schema, f"{work}/{name}.sarif"])
print("ok")
