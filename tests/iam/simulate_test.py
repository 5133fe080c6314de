# SPDX-License-Identifier: Apache-2.0
"""whittle's policy evaluator against an independent one, @cloud-copilot/iam-simulate of npm: 2,000 policies from a fixed seed, each asked
for several requests that are known whole. Every contradiction must be of a kind that stands below with its reason.

usage: simulate_test.py DECIDE WORK_FOLDER
Exits 77 where npm or the package is not to be had.
"""
import json
import os
import random
import re
import shutil
import subprocess
import sys

decide, work = (os.path.abspath(a) for a in sys.argv[1:])
here = os.path.dirname(os.path.abspath(__file__))
POLICIES, SEED = 2000, 20260101
VERSION = "0.1.173"


def skip(why):
    print("skipped:", why)
    sys.exit(77)


os.makedirs(work, exist_ok=True)
if not (shutil.which("npm") and shutil.which("node")):
    skip("npm is not installed")
if not os.path.exists(os.path.join(work, ".complete")):
    with open(os.path.join(work, "package.json"), "w") as f:
        f.write('{"private": true}')
    if subprocess.run(["npm", "install", "--silent", f"@cloud-copilot/iam-simulate@{VERSION}"], cwd=work, capture_output=True).returncode != 0:
        skip("@cloud-copilot/iam-simulate is not to be had")
    open(os.path.join(work, ".complete"), "w").close()

# Requests that collectors make, and what they carry.
GROUPS = ["/ecs/orders", "/ecs/orders-prod", "/metrics/shop", "/aws/ecs/application/metrics"]
REQUESTS = (
    [("logs:PutLogEvents", f"arn:aws:logs:us-east-1:123456789012:log-group:{g}:log-stream:{s}") for g in GROUPS for s in ("a", "task/x")]
    + [(a, f"arn:aws:logs:us-east-1:123456789012:log-group:{g}") for g in GROUPS for a in ("logs:CreateLogGroup", "logs:PutRetentionPolicy")]
    + [("s3:PutObject", f"arn:aws:s3:::{b}/{k}") for b in ("telemetry", "telemetry-eu") for k in ("a/b.json", "x")]
    + [("xray:PutTraceSegments", "*"), ("aps:RemoteWrite", "arn:aws:aps:us-east-1:123456789012:workspace/ws-1"), ("cloudwatch:PutMetricData", "*"),
       ("sts:AssumeRole", "arn:aws:iam::123456789012:role/other"), ("ssm:GetParameters", "arn:aws:ssm:us-east-1:123456789012:parameter/a/b"),
       ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf")])
CONTEXT = {"aws:RequestedRegion": [["us-east-1"], ["eu-west-1"]], "aws:SecureTransport": [["true"], ["false"]],
           "aws:SourceIp": [["10.1.2.3"], ["203.0.113.9"], None], "aws:CurrentTime": [["2026-03-01T12:00:00Z"]], "aws:EpochTime": [["1772366400"]],
           "aws:SourceVpc": [["vpc-1"], None], "aws:PrincipalTag/team": [["orders"], ["Orders"], ["billing"], None],
           "aws:SourceArn": [["arn:aws:ecs:us-east-1:123456789012:task/a/b"], None]}
TESTS = [
    ("String", "aws:RequestedRegion", ["us-east-1", "us-*", "eu-west-1", "US-EAST-1", "*", "us-east-?"]),
    ("String", "aws:PrincipalTag/team", ["orders", "ORDERS", "o*", "${aws:PrincipalTag/team}", "b?lling"]),
    ("String", "aws:SourceVpc", ["vpc-1", "vpc-*", "vpc-2"]),
    ("Bool", "aws:SecureTransport", ["true", "false"]),
    ("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "203.0.113.0/24", "10.1.2.3", "0.0.0.0/0"]),
    ("Date", "aws:CurrentTime", ["2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-03-01T12:00:00Z"]),
    ("Numeric", "aws:EpochTime", ["1", "1772366400", "9999999999"]),
    ("Arn", "aws:SourceArn", ["arn:aws:ecs:us-east-1:123456789012:task/a/b", "arn:aws:ecs:*:*:task/*", "arn:aws:ecs:us-east-1:123456789012:*", "arn:*:ecs:*:*:*"]),
    ("Null", "aws:SourceVpc", ["true", "false"]), ("Null", "aws:PrincipalTag/team", ["true", "false"]),
]
OPERATORS = {"String": ["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"],
             "Bool": ["Bool"], "IpAddress": ["IpAddress", "NotIpAddress"], "Null": ["Null"],
             "Date": ["DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"],
             "Numeric": ["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals"],
             "Arn": ["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"]}
rng = random.Random(SEED)


def pattern(text):
    """Something that is like the text: itself, a part with a star, a letter that any may stand for."""
    kind = rng.random()
    if kind < 0.35:
        return text
    i, j = sorted((rng.randrange(len(text) + 1), rng.randrange(len(text) + 1)))
    if kind < 0.6:
        return text[:i] + "*"
    if kind < 0.75:
        return text[:i] + "*" + text[j:]
    if kind < 0.85:
        return text[:i] + "?" + text[i + 1:]
    return text[:i] + "*" + text[i:]


def an_action():
    action = rng.choice(REQUESTS)[0]
    service, name = action.split(":")
    return rng.choice([action, action, "*", f"{service}:*", f"{service}:{pattern(name)}", action.upper(), action.lower()])


def a_resource():
    resource = rng.choice(REQUESTS)[1]
    if resource == "*" or rng.random() < 0.25:
        return "*"
    *head, last = resource.split(":", 5)  # stars in the first parts are whole parts
    if head[3] and rng.random() < 0.3:
        head[3] = "*"
    if head[4] and rng.random() < 0.3:
        head[4] = "*"
    return ":".join(head) + ":" + (pattern(last) or "*")


def some(make, most=3):
    items = [make() for _ in range(rng.randint(1, most))]
    return items[0] if len(items) == 1 and rng.random() < 0.5 else items


def condition():
    out = {}
    for _ in range(rng.randint(1, 2)):
        kind, key, values = rng.choice(TESTS)
        operator = rng.choice(OPERATORS[kind])
        if kind not in ("Null",) and rng.random() < 0.25:
            operator += "IfExists"
        if rng.random() < 0.3:
            key = key.replace("aws:", "AWS:") if rng.random() < 0.3 else key.lower()
        chosen = rng.sample(values, rng.randint(1, min(2, len(values))))
        if kind in ("Bool", "Null", "Numeric", "Date"):
            chosen = chosen[:1]
        out.setdefault(operator, {})[key] = chosen[0] if len(chosen) == 1 else chosen
    return out


def statement():
    s = {"Effect": "Deny" if rng.random() < 0.25 else "Allow"}
    s["NotAction" if rng.random() < 0.12 else "Action"] = some(an_action)
    s["NotResource" if rng.random() < 0.12 else "Resource"] = some(a_resource)
    if rng.random() < 0.5:
        s["Condition"] = condition()
    return s


def policy():
    return {"Version": "2012-10-17", "Statement": [statement() for _ in range(rng.randint(1, 4))]}


cases = []
for _ in range(POLICIES):
    policies = [policy()]
    boundary = policy() if rng.random() < 0.15 else None
    for _ in range(5):
        action, resource = rng.choice(REQUESTS)
        context = {key: rng.choice(values) for key, values in CONTEXT.items()}
        cases.append({"policies": policies, "boundary": boundary, "action": action, "resource": resource, "context": context})
file = os.path.join(work, "cases.jsonl")
with open(file, "w") as f:
    f.writelines(json.dumps(c) + "\n" for c in cases)
ours = subprocess.run([decide, file], capture_output=True, text=True, check=True).stdout.splitlines()
shutil.copy(os.path.join(here, "simulate.mjs"), work)
ran = subprocess.run(["node", "simulate.mjs", file], cwd=work, capture_output=True, text=True)
if ran.returncode != 0:
    sys.exit(ran.stderr)
theirs = ran.stdout.splitlines()
assert len(ours) == len(theirs) == len(cases)


def matches(pattern, resource, reading):
    out = ""
    parts = pattern.split(":")
    for i, part in enumerate(parts):
        if reading == "type" and i == 5 and re.search("[*?]", re.split("[/]", part)[0]) and part != "*":
            return False
        for k, c in enumerate(part):
            end = reading == "everywhere" or (reading != "nowhere" and k == len(part) - 1)
            out += (".*" if end else "[^:]*") if c == "*" else ("." if reading == "everywhere" else "[^:]") if c == "?" else re.escape(c)
        out += ":" if i + 1 < len(parts) else ""
    return re.fullmatch(out, resource) is not None


def explained(case, own, other):
    """Why the two may differ, by what AWS documents; None when nothing does."""
    text = json.dumps([case["policies"], case["boundary"]])
    if own.endswith("(malformed)"):
        return "whittle refuses the policy"
    if other.startswith("error"):
        return "iam-simulate does not take the case: " + other[:80]
    if "0.0.0.0/0" in text:
        return "iam-simulate does not take 0.0.0.0/0 for every address"
    if case["resource"] == "*" and "NotResource" in text:
        return "iam-simulate finds a call without a resource in no NotResource; it is beside those that are named there"
    # Wildcards and colons: "only at the end of a part a star goes on behind the colon" (IAM user guide, Resource). Others let stars
    # cross everywhere or nowhere, or want the type of the resource by letter. Only a pattern for which that matters explains anything.
    for resource in re.findall(r'"(arn:[^"]*)"', text):
        if len({matches(resource, case["resource"], reading) for reading in ("documented", "everywhere", "nowhere", "type")}) > 1:
            return "a wildcard beside a colon, which iam-simulate lets cross it elsewhere, or does not take in a resource's type"
    return None


agree, kinds, bad = 0, {}, []
for case, own, other in zip(cases, ours, theirs):
    if own == other:
        agree += 1
        continue
    why = explained(case, own, other)
    if why is None:
        bad.append((own, other, case))
    else:
        kinds[why] = kinds.get(why, 0) + 1
print(f"{len(cases)} decisions, {agree} agree ({100 * agree / len(cases):.2f} %)")
for why, n in sorted(kinds.items(), key=lambda k: -k[1]):
    print(f"  {n}: {why}")
for own, other, case in sorted(bad, key=lambda b: len(json.dumps(b[2])))[:10]:
    print(f"unexplained: whittle says {own}, iam-simulate {other}\n  {json.dumps(case)}")
if bad:
    sys.exit(f"{len(bad)} contradictions are not explained")
if agree * 100 < 95 * len(cases):
    sys.exit("too few agree")
