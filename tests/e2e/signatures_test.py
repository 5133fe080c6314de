# SPDX-License-Identifier: Apache-2.0
"""Every way in which a collector signs requests, held against botocore's own signer: the exporters for CloudWatch and X-Ray,
sigv4auth before OTLP/HTTP (compressed or not, a query in the URL, headers of one's own) and remote write, the X-Ray proxy, and keys of
a role that was taken on.

usage: signatures_test.py WHITTLE WORK_DIR
"""
import gzip
import http.server
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)


def skip(why):
    print("skipped:", why)
    sys.exit(77)


venv = os.path.join(work, "venv")
python = os.path.join(venv, "bin", "python")
if not os.path.exists(os.path.join(venv, ".complete")):
    for command in ([sys.executable, "-m", "venv", venv], [python, "-m", "pip", "install", "-q", "botocore==1.*"]):
        if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            skip("botocore cannot be installed")
    open(os.path.join(venv, ".complete"), "w").close()
if os.environ.get("WHITTLE_SIGNATURES_VENV") != "1":
    os.environ["WHITTLE_SIGNATURES_VENV"] = "1"
    os.execv(python, [python] + sys.argv)

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEYS = {"AKIDEXAMPLE": ("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "IQoJb3JpZ2lu/session+token=="), "ASIAROLE": ("roleSecret/with+chars", "roleToken==")}
ASSUMED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>
<SecretAccessKey>roleSecret/with+chars</SecretAccessKey><SessionToken>roleToken==</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>"""
requests, wrong = [], []


def verify(method, target, headers, body):
    """What of a request's signature is not as botocore makes it; None: it is right."""
    h = {k.lower(): v for k, v in headers}
    found = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})",
                         h.get("authorization", ""))
    if not found:
        return "not signed: " + h.get("authorization", "nothing")
    key, day, region, service, names, signature = found.groups()
    secret, token = KEYS[key]
    if not h["x-amz-date"].startswith(day):
        return "the day of its scope is not that of its date"
    if h.get("x-amz-security-token") != token:
        return "the session's token is not sent"
    names = names.split(";")
    for needed in ("host", "x-amz-date", "x-amz-security-token"):
        if needed not in names:
            return f"{needed} is not signed"
    if names != sorted(names):
        return "the signed headers are not in order"
    auth = SigV4Auth(Credentials(key, secret, token), service, region)
    request = AWSRequest(method, f"http://{h['host']}{target}", {n: h[n] for n in names if n != "host"}, body)
    request.context["timestamp"] = h["x-amz-date"]
    request.headers["host"] = h["host"]
    text = auth.string_to_sign(request, auth.canonical_request(request))
    mine = auth.signature(text, request)
    return None if mine == signature else f"{signature} and not {mine}, over\n{auth.canonical_request(request)}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        target = self.headers.get("x-amz-target", "")
        requests.append((self.path, target, dict(self.headers)))
        problem = verify("POST", self.path, self.headers.items(), body)
        if problem:
            wrong.append((self.path, target, problem))
        out = b"{}"
        if self.path.startswith("/TraceSegments"):
            out = b'{"UnprocessedTraceSegments":[]}'
        if b"Action=AssumeRole" in body:
            out = ASSUMED.encode()
        self.send_response(200)
        self.send_header("content-length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
backend = f"http://127.0.0.1:{server.server_port}"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


otlp, proxy = free_port(), free_port()
config = os.path.join(work, "config.yaml")
with open(config, "w") as f:
    f.write(f"""receivers:
  otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{otlp}"}}}}}}
extensions:
  awsproxy: {{endpoint: "127.0.0.1:{proxy}", aws_endpoint: "{backend}", region: eu-west-1}}
  sigv4auth/xray: {{region: us-east-1, service: xray}}
  sigv4auth/aps: {{region: eu-central-1, service: aps}}
  sigv4auth/role: {{region: us-east-1, service: logs, assume_role: {{arn: "arn:aws:iam::123456789012:role/other", sts_region: us-east-1}}}}
exporters:
  awsxray: {{endpoint: "{backend}", region: us-east-1}}
  awsemf: {{endpoint: "{backend}", region: us-west-2, namespace: N, log_group_name: /g, log_stream_name: s}}
  awscloudwatchlogs: {{endpoint: "{backend}", region: us-east-1, log_group_name: /g, log_stream_name: s}}
  otlphttp/plain: {{traces_endpoint: "{backend}/v1/traces?b=2&a=1&empty=&sp=a%20b", compression: none, auth: {{authenticator: sigv4auth/xray}}}}
  otlphttp/gzip: {{logs_endpoint: "{backend}/v1/logs", headers: {{x-aws-log-group: "/g", x-aws-log-stream: "  two   spaces ", x-other: "a,b"}}, auth: {{authenticator: sigv4auth/role}}}}
  prometheusremotewrite: {{endpoint: "{backend}/workspaces/ws-1/api/v1/remote_write", auth: {{authenticator: sigv4auth/aps}}}}
service:
  telemetry: {{metrics: {{level: none}}}}
  extensions: [awsproxy, sigv4auth/xray, sigv4auth/aps, sigv4auth/role]
  pipelines:
    traces: {{receivers: [otlp], exporters: [awsxray, otlphttp/plain]}}
    metrics: {{receivers: [otlp], exporters: [awsemf, prometheusremotewrite]}}
    logs: {{receivers: [otlp], exporters: [awscloudwatchlogs, otlphttp/gzip]}}
""")
binary = os.path.join(work, "collector")
built = subprocess.run([whittle, "build", config, "-o", binary], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
assert built.returncode == 0, built.stdout
log = open(os.path.join(work, "log"), "w+")
secret, token = KEYS["AKIDEXAMPLE"]
collector = subprocess.Popen([binary], stderr=log, env={"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token,
                                                        "AWS_ENDPOINT_URL_STS": backend, "AWS_REGION": "us-east-1"})


def post(port, path, body, headers):
    q = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), headers)
    return urllib.request.urlopen(q, timeout=20).status


try:
    end = time.monotonic() + 20
    while "everything is ready" not in open(log.name).read():
        assert collector.poll() is None and time.monotonic() < end, open(log.name).read()
        time.sleep(0.05)
    now = str(time.time_ns())
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "s"}}]}
    jsons = {"content-type": "application/json"}
    post(otlp, "/v1/traces", {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [{"traceId": "%08x" % int(time.time()) + "5" * 24, "spanId": "1" * 16, "name": "a",
                                                                                                  "kind": 2, "startTimeUnixNano": now, "endTimeUnixNano": now}]}]}]}, jsons)
    post(otlp, "/v1/metrics", {"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [{"name": "m", "gauge": {"dataPoints": [{"timeUnixNano": now, "asInt": "3"}]}}]}]}]}, jsons)
    post(otlp, "/v1/logs", {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [{"timeUnixNano": now, "body": {"stringValue": "line"}}]}]}]}, jsons)
    post(proxy, "/GetSamplingRules", {}, jsons)
    post(proxy, "/SamplingTargets", {"SamplingStatisticsDocuments": []}, jsons)

    def seen():
        return {p for p, _, _ in requests} | {t for _, t, _ in requests}

    wanted = {"/TraceSegments", "Logs_20140328.PutLogEvents", "/v1/traces?b=2&a=1&empty=&sp=a%20b", "/v1/logs", "/workspaces/ws-1/api/v1/remote_write",
              "/GetSamplingRules", "/SamplingTargets"}
    end = time.monotonic() + 30
    while not wanted <= seen():
        assert time.monotonic() < end, (wanted - seen(), wrong, open(log.name).read())
        time.sleep(0.1)
    time.sleep(0.5)
    assert not wrong, "\n".join(f"{p} {t}: {w}" for p, t, w in wrong)
    by = {p: h for p, _, h in requests}
    keys = {p: re.search("Credential=([^/]+)", {k.lower(): v for k, v in h.items()}["authorization"])[1] for p, h in by.items()}
    assert keys["/v1/logs"] == "ASIAROLE" and keys["/TraceSegments"] == "AKIDEXAMPLE", keys
    assert any(t.endswith(":") or p == "/" for p, t, _ in requests)
finally:
    collector.send_signal(signal.SIGINT)
    try:
        collector.wait(20)
    except subprocess.TimeoutExpired:
        collector.kill()
print(len(requests), "requests, each signed as botocore signs")
