# SPDX-License-Identifier: Apache-2.0
"""Collectors that hold exactly the policy that `whittle iam` derives, against an AWS emulator that verifies signatures and enforces IAM.

With the whole policy every call is taken. With any one action of it removed, `whittle check --task-role-policy` says so beforehand, and
the emulator denies exactly that action, which the collector names in its log with the statement that is missing.
The emulator is moto's server (iam_aws.py says what it enforces by itself and what is added).

usage: iam_test.py WHITTLE WORK_DIR
Exits 77 when moto cannot be had.
"""
import copy
import datetime
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ACCOUNT = "123456789012"
REGION = "eu-west-1"

whittle, work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
os.makedirs(work, exist_ok=True)


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def prepare():
    venv = os.path.join(work, "venv")
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(os.path.join(venv, ".complete")):
        for command in ([sys.executable, "-m", "venv", venv], [python, "-m", "pip", "install", "-q", "moto[server]==5.2.5"]):
            r = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
            if r.returncode:
                print(r.stdout[-2000:])
                skip("moto cannot be installed")
        open(os.path.join(venv, ".complete"), "w").close()
    if os.environ.get("WHITTLE_IAM_VENV") != "1":
        os.environ["WHITTLE_IAM_VENV"] = "1"
        os.execv(python, [python] + sys.argv)


def free_port():
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]
    s.close()
    return port


def wait_for(what, seconds, text):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = what()
        if got:
            return got
        time.sleep(0.05)
    raise AssertionError("timed out: " + text)


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


processes = []


def start(*args, **more):
    p = subprocess.Popen(*args, **more)
    processes.append(p)
    return p


def end(p):
    if p.poll() is None:
        p.send_signal(signal.SIGTERM)
        try:
            p.wait(10)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()


class Aws:
    """The emulator, with roles that hold what they are given."""

    def __init__(self):
        import boto3
        self.port = free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        self.record = os.path.join(work, "decisions.jsonl")
        open(self.record, "w").close()
        log = open(os.path.join(work, "moto.log"), "w")
        self.process = start([sys.executable, os.path.join(HERE, "iam_aws.py"), str(self.port), self.record], stdout=log, stderr=log,
                             env={**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "1000000", "MOTO_ACCOUNT_ID": ACCOUNT})
        wait_for(lambda: listens(self.port), 60, "the emulator starts")
        keys = dict(aws_access_key_id="AKIAADMIN", aws_secret_access_key="x", region_name=REGION, endpoint_url=self.url)
        self.iam, self.sts = boto3.client("iam", **keys), boto3.client("sts", **keys)

    def post(self, path, body=b""):
        urllib.request.urlopen(urllib.request.Request(self.url + path, body, {"content-type": "text/plain"}, method="POST"), timeout=10).read()

    def enforce(self, on):
        self.post("/moto-api/reset-auth", b"0" if on else b"1000000")

    # A role with one inline policy; its ARN.
    def role(self, name, policy, principal, external_id=None):
        self.enforce(False)
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}]}
        if external_id:
            trust["Statement"][0]["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
        arn = "arn:aws:iam::%s:role/%s" % (ACCOUNT, name)
        try:
            self.iam.delete_role_policy(RoleName=name, PolicyName="p")
            self.iam.delete_role(RoleName=name)
        except self.iam.exceptions.NoSuchEntityException:
            pass
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        self.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
        return arn

    # Keys of a task that runs with the role, as the container credentials endpoint answers.
    def task_keys(self, name):
        self.enforce(False)
        c = self.sts.assume_role(RoleArn="arn:aws:iam::%s:role/%s" % (ACCOUNT, name), RoleSessionName="task")["Credentials"]
        return {"AccessKeyId": c["AccessKeyId"], "SecretAccessKey": c["SecretAccessKey"], "Token": c["SessionToken"],
                "Expiration": (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")}

    def decisions(self):
        with open(self.record) as f:
            return [json.loads(line) for line in f]

    def forget(self):
        self.post("/whittle/forget-logs")
        open(self.record, "w").close()


class Keys:
    """The container credentials endpoint."""

    def __init__(self):
        keys = self
        self.answer = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps(keys.answer).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d/keys" % self.server.server_port


SPAN = {"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "%032x", "spanId": "00f067aa0ba902b7", "name": "GET /", "kind": 2,
                                                      "startTimeUnixNano": "%d", "endTimeUnixNano": "%d"}]}]}]}
METRIC = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "orders", "gauge": {"dataPoints": [{"asInt": "7", "timeUnixNano": "%d"}]}}]}]}]}


def send(port, signal_name):
    now = time.time_ns()
    if signal_name == "traces":
        trace = "%08x%024x" % (now // 10**9, now)
        body = json.dumps(SPAN).replace("%032x", trace).replace("%d", str(now))
    else:
        body = json.dumps(METRIC).replace("%d", str(now))
    request = urllib.request.Request("http://127.0.0.1:%d/v1/%s" % (port, signal_name), body.encode(), {"content-type": "application/json"})
    # Senders wait for what AWS says; what that is the decisions tell.
    def post():
        try:
            urllib.request.urlopen(request, timeout=20).close()
        except OSError:
            pass

    threading.Thread(target=post, daemon=True).start()


def config(exporter, settings, signal_name, port):
    return """receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:%d"}}}
exporters:
  %s: {region: %s, max_retries: 0%s}
service:
  telemetry: {logs: {encoding: json}, metrics: {level: none}}
  pipelines:
    %s: {receivers: [otlp], exporters: [%s]}
""" % (port, exporter, REGION, settings, signal_name, exporter)


CENTRAL = "arn:aws:iam::%s:role/central" % ACCOUNT
# name, exporter, settings, signal, the actions that the policy must hold, those of the role that is taken on
CASES = [
    ("xray", "awsxray", "", "traces", {"xray:PutTraceSegments"}, None),
    ("emf", "awsemf", ", log_group_name: /shop/metrics, log_stream_name: s1", "metrics",
     {"logs:PutLogEvents", "logs:CreateLogStream", "logs:CreateLogGroup"}, None),
    ("emf_all", "awsemf", ", log_group_name: /shop/metrics, log_retention: 14, tags: {team: orders}", "metrics",
     {"logs:PutLogEvents", "logs:CreateLogStream", "logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"}, None),
    ("xray_role", "awsxray", ", role_arn: %s, external_id: shop & co" % CENTRAL, "traces", {"sts:AssumeRole"}, {"xray:PutTraceSegments"}),
    ("emf_role", "awsemf", ", log_group_name: '/shop/{ServiceName}', log_stream_name: s1, log_retention: 30, role_arn: %s" % CENTRAL, "metrics", {"sts:AssumeRole"},
     {"logs:PutLogEvents", "logs:CreateLogStream", "logs:CreateLogGroup", "logs:PutRetentionPolicy"}),
]


def actions(policy):
    out = []
    for i, s in enumerate(policy["Statement"]):
        for a in [s["Action"]] if isinstance(s["Action"], str) else s["Action"]:
            out.append((i, a))
    return out


def without(policy, index, action):
    p = copy.deepcopy(policy)
    s = p["Statement"][index]
    if isinstance(s["Action"], str) or len(s["Action"]) == 1:
        del p["Statement"][index]
    else:
        s["Action"].remove(action)
    if not p["Statement"]:  # IAM refuses a policy without a statement
        p["Statement"].append({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::elsewhere/*"})
    return p


def whittle_says(*args):
    return subprocess.run([whittle, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)


def derived(path, role):
    """The task role's policy, and that of the role which it takes on."""
    r = whittle_says("iam", path, "--format", "json", "--account", ACCOUNT)
    assert r.returncode == 0, r.stderr
    roles = json.loads(r.stdout)
    task = roles["TaskRole"]["PolicyDocument"]
    taken = [v["PolicyDocument"] for k, v in roles.items() if k.startswith("Assumed ")]
    assert len(taken) == (1 if role else 0), r.stdout
    return task, taken[0] if taken else None


class Run:
    """A collector with these roles, from its start until `until` of the emulator's decisions and the collector's log holds."""

    def __init__(self, aws, keys, name, case, task, taken, until, external_id="shop & co", secret=None):
        aws.role("task", task, "*")
        if taken is not None:
            aws.role("central", taken, "arn:aws:sts::%s:assumed-role/task/task" % ACCOUNT, external_id if "external_id" in case[2] else None)
        keys.answer = aws.task_keys("task")
        if secret:
            keys.answer["SecretAccessKey"] = secret
        aws.forget()
        aws.enforce(True)
        self.log_path = os.path.join(work, "collector.log")
        env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_") and "proxy" not in k.lower()}
        env.update(AWS_CONTAINER_CREDENTIALS_FULL_URI=keys.url, AWS_ENDPOINT_URL=aws.url)
        with open(self.log_path, "w") as log:
            collector = start([os.path.join(work, name)], stderr=log, env=env)
        try:
            wait_for(lambda: listens(case[-1]), 10, "the collector listens")
            send(case[-1], case[3])
            wait_for(lambda: until(aws.decisions(), self.log()), 15, name + ": what was to happen\n" + "\n".join(map(str, aws.decisions())) + "\n" + open(self.log_path).read())
            self.decisions, self.lines = aws.decisions(), self.log()
        finally:
            collector.kill()
            collector.wait()

    def log(self):
        out = []
        with open(self.log_path) as f:
            for line in f:
                try:
                    out.append(json.loads(line))
                except ValueError:
                    pass
        return out


def main():
    prepare()
    aws, keys = Aws(), Keys()
    checked = 0
    for case in CASES:
        name, exporter, settings, signal_name, own, others = case
        port = free_port()
        path = os.path.join(work, name + ".yaml")
        with open(path, "w") as f:
            f.write(config(exporter, settings, signal_name, port))
        r = whittle_says("build", path, "-o", os.path.join(work, name))
        assert r.returncode == 0, r.stderr
        task, taken = derived(path, others is not None)
        assert {a for _, a in actions(task)} == own, (name, task)
        assert taken is None or {a for _, a in actions(taken)} == others, (name, taken)
        case = (*case, port)
        last = "xray:PutTraceSegments" if exporter == "awsxray" else "logs:PutLogEvents"

        # Exactly the derived policy: everything is taken.
        every = own | (others or set())

        def delivered(decisions, log):
            seen = [d["action"] for d in decisions if d["allowed"]]
            # A log group is made when the first batch finds it missing, so the last PutLogEvents is the second.
            return set(seen) >= every and (last != "logs:PutLogEvents" or seen.count(last) >= 2)

        run = Run(aws, keys, name, case, task, taken, delivered)
        assert all(d["allowed"] for d in run.decisions), run.decisions
        assert not [x for x in run.lines if x["level"] == "error"], run.lines
        print("%-10s %s" % (name, " ".join(sorted(every))))
        for which, policy in (("task", task), ("taken", taken)):
            if policy:
                r = check_role(which, path, policy)
                assert r.returncode == 0, r.stdout + r.stderr

        # Without any one action: said beforehand, and exactly that call is denied.
        for which, policy in (("task", task), ("taken", taken)):
            for index, action in actions(policy) if policy else []:
                less = without(policy, index, action)
                now = (less, taken) if which == "task" else (task, less)
                r = check_role(which, path, less)
                assert r.returncode == 1 and action in r.stdout + r.stderr, (name, action, r.stdout + r.stderr)

                def denied(decisions, log):
                    return [d for d in decisions if not d["allowed"]] and [x for x in log if x.get("action") == action and "denies" in x["msg"]]

                run = Run(aws, keys, name, case, *now, denied)
                assert {d["action"] for d in run.decisions if not d["allowed"]} == {action}, (action, run.decisions)
                line = [x for x in run.lines if x.get("action") == action][0]
                assert line["exporter"] == exporter and line["config"].startswith(path + ":"), line
                statement = json.loads(line["statement"])
                assert statement["Action"] == action, line
                # What the log says to add is enough.
                r = check_role(which, path, {"Version": "2012-10-17", "Statement": less["Statement"] + [statement]})
                assert r.returncode == 0, (line, r.stdout + r.stderr)
                print("%-10s without %s: %s" % (name, action, line["msg"]))
                checked += 1
        # Without a whole statement that has several actions.
        for index, statement in enumerate(task["Statement"]):
            if isinstance(statement["Action"], str) or len(statement["Action"]) < 2:
                continue
            less = copy.deepcopy(task)
            del less["Statement"][index]
            r = check_role("task", path, less)
            assert r.returncode == 1 and all(a in r.stdout + r.stderr for a in statement["Action"]), r.stdout + r.stderr
            run = Run(aws, keys, name, case, less, taken, lambda decisions, log: [d for d in decisions if not d["allowed"]])
            assert {d["action"] for d in run.decisions if not d["allowed"]} <= set(statement["Action"]), run.decisions
            print("%-10s without the statement of %s" % (name, " ".join(statement["Action"])))

        # What is no matter of policies is not called one.
        def says(text):
            return lambda decisions, log: [x for x in log if text in x["msg"]]

        Run(aws, keys, name, case, task, taken, says("refuses the signature"), secret="wrong")
        if "external_id" in settings:
            Run(aws, keys, name, case, task, taken, says("trust policy"), external_id="another")
    print("%d calls denied as foretold" % checked)


def check_role(which, path, policy):
    file = os.path.join(work, which + ".json")
    with open(file, "w") as f:
        json.dump(policy, f)
    return whittle_says("check", path, "--account", ACCOUNT, "--task-role-policy" if which == "task" else "--assumed-role-policy", file)


try:
    main()
finally:
    for p in processes:
        end(p)
