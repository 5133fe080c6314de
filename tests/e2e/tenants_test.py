# SPDX-License-Identifier: Apache-2.0
"""Requests of several tenants, whose header goes on by `headers_setter`: whatever joins requests on their way, nothing arrives under the
name of another tenant, and what `metadata_keys` tell apart arrives under its own.

usage: tenants_test.py WHITTLE WORK_DIR
"""
import os
import sys
import urllib.request

from numbered import Collector, backend, build, free_port, request, span_numbers

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
arrived = []
behind = backend(lambda headers, body: arrived.append((headers.get("x-scope"), sorted(span_numbers(body)))))
port = free_port()
SENT = "aabcbaac"  # the tenant of each span
BATCH = "batch: {min_size: 1000, flush_timeout: 20s"


def run(name, processor, queue):
    del arrived[:]
    binary = build(whittle, work, name, f"""receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{port}", include_metadata: true}}}}}}}}
processors: {{{processor}}}
extensions: {{headers_setter: {{headers: [{{key: x-scope, from_context: X-Tenant, default_value: nobody}}]}}}}
exporters: {{otlphttp: {{endpoint: "http://127.0.0.1:{behind.server_port}", compression: none, auth: {{authenticator: headers_setter}}{queue}}}}}
service:
  extensions: [headers_setter]
  telemetry: {{metrics: {{level: none}}}}
  pipelines: {{traces: {{receivers: [otlp], processors: [{processor.split(":")[0]}], exporters: [otlphttp]}}}}
""", "--linger", "0s")
    with Collector(binary) as collector:
        for n, tenant in enumerate(SENT):
            ask = urllib.request.Request(f"http://127.0.0.1:{port}/v1/traces", request(n, 1), {"content-type": "application/x-protobuf", "x-tenant": tenant})
            with urllib.request.urlopen(ask) as answer:
                assert answer.status == 200
        assert collector.stop() == 0, collector.log()
    return sorted(arrived)


apart = [("a", [0, 1, 5, 6]), ("b", [2, 4]), ("c", [3, 7])]
whole = [("nobody", list(range(len(SENT))))]
for name, processor, queue, wanted in (
        ("alone", "", "", sorted((t, [n]) for n, t in enumerate(SENT))),
        ("batch_apart", "batch: {timeout: 20s, metadata_keys: [X-TENANT]}", "", apart),
        ("batch_whole", "batch: {timeout: 20s}", "", whole),
        ("queue_whole", "", f", sending_queue: {{{BATCH}}}}}", whole),
        ("queue_apart", "", f", sending_queue: {{{BATCH}, partition: {{metadata_keys: [X-Tenant]}}}}}}", apart)):
    got = run(name, processor, queue)
    assert got == wanted, (name, got)
print("ok")
