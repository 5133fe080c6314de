# SPDX-License-Identifier: Apache-2.0
"""What a collector says of itself: service::telemetry's log fields, outputs and sampling, the resource, and constant labels.

usage: telemetry_test.py WHITTLE WORK_DIR
"""
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(telemetry, name):
    """Runs a collector with that `telemetry`, and returns its metrics, standard error and log file."""
    port, otlp = free_port(), free_port()
    config, log = os.path.join(work, name + ".yaml"), os.path.join(work, name + ".log")
    if os.path.exists(log):
        os.unlink(log)
    with open(config, "w") as f:
        f.write(f"""
receivers: {{otlp: {{protocols: {{grpc: {{endpoint: 'localhost:{otlp}'}}}}}}}}
exporters: {{debug: }}
service:
  telemetry:
{telemetry.format(port=port, log=log)}
  pipelines: {{traces: {{receivers: [otlp], exporters: [debug]}}}}
""")
    binary = os.path.join(work, name)
    r = subprocess.run([whittle, "build", config, "-o", binary, "--strict"], capture_output=True, text=True)
    assert r.returncode == 0, r.stderr
    process = subprocess.Popen([binary], stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(200):
            try:
                metrics = urllib.request.urlopen(f"http://localhost:{port}/metrics", timeout=5).read().decode()
                break
            except OSError:
                time.sleep(0.02)
        else:
            raise AssertionError("no metrics: " + process.stderr.read())
    finally:
        process.send_signal(signal.SIGTERM)
        stderr = process.communicate(timeout=20)[1]
    return metrics, stderr, open(log).read() if os.path.exists(log) else ""


READER = """    metrics: {{readers: [{{pull: {{exporter: {{prometheus: {{host: localhost, port: {port}%s}}}}}}}}]}}
"""


def sample(metrics, name):
    found = re.findall(rf"^(?:{name})(\{{.*\}})? \S+$", metrics, re.M)
    assert found, metrics
    return found[0]


# The resource has a name, a version and a random instance id; no sample repeats them.
metrics, stderr, log = run(READER % "", "plain")
target = sample(metrics, "target_info")
assert re.search(r'service_instance_id="[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"', target), target
assert 'service_name="whittle"' in target and 'service_version="' in target, target
assert "service_name" not in sample(metrics, "otelcol_process_uptime"), metrics
assert "everything is ready" in stderr, stderr

# Attributes are added, replaced and left out.
metrics, _, _ = run(READER % "" + """    resource: {{service.name: mine, service.instance.id: null, team.name: 'a"b'}}
""", "legacy")
target = sample(metrics, "target_info")
assert 'service_name="mine"' in target and 'team_name="a\\"b"' in target and "instance" not in target, target
metrics, _, _ = run(READER % "" + """    resource: {{attributes: [{{name: service.name, value: other}}, {{name: n, value: 7}}]}}
""", "attributes")
target = sample(metrics, "target_info")
assert 'service_name="other"' in target and 'n="7"' in target, target

# Of the resource, the reader's selection becomes labels of every sample.
metrics, _, _ = run(READER % ", with_resource_constant_labels: {{included: [service.name]}}", "included")
assert sample(metrics, "otelcol_process_memory_rss") == '{service_name="whittle"}', metrics
metrics, _, _ = run(READER % ", with_resource_constant_labels: {{excluded: [service.instance.id, service.version]}}", "excluded")
assert sample(metrics, "otelcol_process_memory_rss") == '{service_name="whittle"}', metrics

# The log goes where it should, with its fields.
_, stderr, log = run(READER % "" + """    logs: {{encoding: json, output_paths: ['{log}'], initial_fields: {{app: x, n: 1, none: }}, sampling: {{enabled: false}}}}
""", "log")
assert stderr == "", stderr
assert '"msg":"everything is ready","app":"x","n":1,"none":null,' in log, log
print("ok")
