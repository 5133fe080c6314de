# SPDX-License-Identifier: Apache-2.0
"""A compiled collector that is given a config, as a stock task definition gives it: what it logs, and what --on-drift does.

usage: drift_test.py WHITTLE WORK_DIR
"""
import json
import os
import signal
import socket
import subprocess
import sys
import time

whittle, work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
os.makedirs(work, exist_ok=True)


def free_port():
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]
    s.close()
    return port


PORT = free_port()
CONFIG = """# compiled
receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:%d"}}}
processors:
  batch: {timeout: 60s}
exporters:
  otlphttp: {endpoint: "https://${env:DRIFT_HOST:-a.example}", headers: {api-key: s3cret}}
service:
  telemetry: {logs: {encoding: json}, metrics: {level: none}}
  pipelines:
    traces: {receivers: [otlp], processors: [batch], exporters: [otlphttp]}
""" % PORT
SAME = """service:
  pipelines: {traces: {exporters: [otlphttp], processors: [batch], receivers: [otlp]}}
  telemetry: {metrics: {level: none}, logs: {encoding: json}}
exporters: {otlphttp: {headers: {api-key: "s3cret"}, endpoint: "https://${env:DRIFT_HOST:-a.example}"}, debug: }
processors: {batch: {timeout: 1m0s, send_batch_size: 8192}}
receivers: {otlp: {protocols: {http: {endpoint: 127.0.0.1:%d}}}}
""" % PORT
OTHER = SAME.replace("1m0s", "10s").replace('"s3cret"', "t0psecret")
DIFFERENCES = ["processors::batch::timeout: compiled 1m, given 10s", "exporters::otlphttp::headers::api-key: compiled (hidden), given (hidden)"]
AGREES = "the config that was given is the one that this collector was compiled from"
DIFFERS = "the config that was given differs from the compiled one, which is what runs; compile it again, or take it out of the task definition"
UNREADABLE = "the config that was given cannot be compared with the compiled one"


def file(name, text):
    path = os.path.join(work, name)
    with open(path, "w") as f:
        f.write(text)
    return path


collector = os.path.join(work, "collector")
built = subprocess.run([whittle, "build", file("c.yaml", CONFIG), "-o", collector], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
assert built.returncode == 0, built.stdout
same, other, under, over = file("same.yaml", SAME), file("other.yaml", OTHER), file("under.yaml", OTHER), file("over.yaml", "processors: {batch: {timeout: 60s}}\n")

file("other_timeout.yaml", SAME.replace("1m0s", "10s"))


def run(*args, **environment):
    """The log, and the exit code when the collector ended by itself."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("AOT_")}
    env.update(environment)
    p = subprocess.Popen([collector, *args], stderr=subprocess.PIPE, env=env)
    lines, ready = [], False
    started = time.monotonic()
    code = None
    os.set_blocking(p.stderr.fileno(), False)
    text = b""
    try:
        while time.monotonic() - started < 20:
            text += p.stderr.read() or b""
            code = p.poll()
            messages = [json.loads(l)["msg"] for l in text.decode().splitlines() if l.startswith("{") and l.endswith("}")]
            ready = "everything is ready" in messages
            if code is not None or (ready and (not (args or environment) or {AGREES, DIFFERS, UNREADABLE} & set(messages))):
                break
            time.sleep(0.02)
        else:
            raise AssertionError("timed out: " + text.decode())
        if code is None:
            p.send_signal(signal.SIGTERM)
            assert p.wait(20) == 0
        else:
            text += p.stderr.read() or b""
    finally:
        if p.poll() is None:
            p.kill()
            p.wait()
    for l in text.decode().splitlines():
        if l.startswith("{"):
            lines.append(json.loads(l))
    return lines, code, text.decode()


def said(lines, level):
    return [l["msg"] for l in lines if l["level"] == level]


def one(lines, message):
    found = [l for l in lines if l["msg"] == message]
    assert len(found) == 1, lines
    return found[0]


def agrees(lines, given):
    assert one(lines, AGREES)["given"] == given, lines
    assert not said(lines, "warn") and not said(lines, "error"), lines


lines, _, _ = run()
assert not [l for l in lines if "given" in l["msg"]], lines

agrees(run("--config=" + same)[0], same)
agrees(run("--config", "file:" + same)[0], "file:" + same)
agrees(run("--config", same, "--on-drift=fail")[0], same)
agrees(run("--config=env:GIVEN", GIVEN=SAME)[0], "env:GIVEN")
agrees(run(AOT_CONFIG_CONTENT=SAME)[0], "env:AOT_CONFIG_CONTENT")
agrees(run("--config=/etc/ecs/ecs-default-config.yaml", AOT_CONFIG_CONTENT=SAME)[0], "env:AOT_CONFIG_CONTENT")
agrees(run("--config=" + same, "--config=yaml:processors::batch::timeout: 1m")[0], same + ", yaml:...")
agrees(run(AOT_CONFIG_CONTENT=SAME.replace("${env:DRIFT_HOST:-a.example}", "b.example"), DRIFT_HOST="b.example")[0], "env:AOT_CONFIG_CONTENT")

agrees(run("--config=" + same.replace("same", "other_timeout"), "--set=processors.batch.timeout=60s")[0], same.replace("same", "other_timeout") + ", --set")
lines, code, _ = run("--config=" + same, "--set", "processors.batch.timeout=2s")
assert said(lines, "warn") == ["processors::batch::timeout: compiled 1m, given 2s", DIFFERS], lines
lines, code, _ = run("--set=processors.batch.timeout=2s", "--on-drift=fail")
assert code == 1 and lines[0]["why"] == "there is no --config that they are laid over", lines

for lines, code, text in (run("--config=" + other), run("--on-drift", "warn", AOT_CONFIG_CONTENT=OTHER)):
    assert code is None
    assert sorted(m for m in said(lines, "warn") if m != DIFFERS) == sorted(DIFFERENCES), lines
    assert one(lines, DIFFERS)["differences"] == 2
    assert "s3cret" not in text and "t0psecret" not in text
lines, code, _ = run("--config=" + under, "--config=" + over)  # merged
assert said(lines, "warn") == [DIFFERENCES[1], DIFFERS], lines

# fail: everything is said, and nothing listens.
lines, code, text = run("--config=" + other, "--on-drift=fail")
assert code == 1 and sorted(said(lines, "error")) == sorted([*DIFFERENCES, DIFFERS]), (code, text)
assert "everything is ready" not in text and "OTLP over HTTP" not in text, text

for args, environment, why in ((["--config=/does/not/exist.yaml"], {}, "No such file or directory"), (["--config=env:NOPE"], {}, "the variable is not set"),
                               (["--config=" + file("bad.yaml", "a: [")], {}, "line 2: "), (["--config=" + work], {}, "Is a directory"),
                               ([], {"AOT_CONFIG_CONTENT": "5"}, "it is no map"), (["--config=https://a.example/c.yaml"], {}, "only configs in files"),
                               (["--config=" + file("large.yaml", "#" * (1 << 20) + "\na: 1\n")], {}, "it is larger than 1 MiB")):
    lines, code, _ = run(*args, **environment)
    line = one(lines, UNREADABLE)
    assert code is None and line["level"] == "warn" and why in line["why"], (line, why)
    lines, code, text = run(*args, "--on-drift=fail", **environment)
    line = one(lines, UNREADABLE)
    assert code == 1 and line["level"] == "error" and "everything is ready" not in text, text

for args in (["--on-drift=perhaps"], ["--config"], ["--wat"]):
    assert run(*args)[1] == 2
print("ok")
