# SPDX-License-Identifier: Apache-2.0
"""gRPC's own interoperability cases, as far as they are for a server of unary calls, by a client that is not ours (grpcio): empty, large,
compressed and many calls, metadata, statuses, what is not implemented, deadlines, calls that are given up, connections that grow old.

usage: grpc_interop_test.py WHITTLE WORK_DIR
Exits 77 when grpcio cannot be had.
"""
import os
import re
import socket
import subprocess
import sys
import threading

whittle, work = (os.path.abspath(a) for a in sys.argv[1:3])
os.makedirs(work, exist_ok=True)
venv = os.path.join(work, "venv")
python = os.path.join(venv, "bin", "python")
if len(sys.argv) == 3:
    if not os.path.exists(os.path.join(venv, ".complete")):
        for command in ([sys.executable, "-m", "venv", venv], [python, "-m", "pip", "install", "-q", "grpcio==1.*"]):
            if subprocess.run(command, capture_output=True).returncode != 0:
                print("skipped: grpcio cannot be installed")
                sys.exit(77)
        open(os.path.join(venv, ".complete"), "w").close()
    sys.exit(subprocess.run([python, __file__, whittle, work, "run"]).returncode)

import grpc  # noqa: E402

from numbered import Collector, build, free_port, request  # noqa: E402

TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
DONE = (b"", b"\x0a\x00")  # nothing of it was refused
plain, aging, silent, held = (free_port() for _ in range(4))
CONFIG = f"""receivers:
  otlp: {{protocols: {{grpc: {{endpoint: "127.0.0.1:{plain}"}}}}}}
  otlp/aging: {{protocols: {{grpc: {{endpoint: "127.0.0.1:{aging}", keepalive: {{server_parameters: {{max_connection_age: 50ms, max_connection_age_grace: 5s}}}}}}}}}}
  otlp/held: {{protocols: {{grpc: {{endpoint: "127.0.0.1:{held}"}}}}}}
exporters:
  debug: {{}}
  otlphttp: {{endpoint: "http://127.0.0.1:{silent}", timeout: 30s, sending_queue: {{wait_for_result: true}}, retry_on_failure: {{enabled: false}}}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines:
    traces: {{receivers: [otlp, otlp/aging], exporters: [debug]}}
    traces/held: {{receivers: [otlp/held], exporters: [otlphttp]}}
"""


def channel(port, **options):
    return grpc.insecure_channel(f"127.0.0.1:{port}", **options)


def call(on, method=TRACES):
    return on.unary_unary(method, request_serializer=None, response_deserializer=None)


def status(future):
    try:
        future.result()
        return grpc.StatusCode.OK, ""
    except grpc.RpcError as e:
        return e.code(), e.details()
    except grpc.FutureCancelledError:
        return grpc.StatusCode.CANCELLED, ""


def cases(collector):
    with channel(plain) as one:
        export = call(one)
        assert export(b"") in DONE, "empty_unary"
        for n in (271828, 3_000_000):
            assert export(request(1, 1, b"x" * n)) in DONE, "large_unary"
        code, why = status(export.future(request(1, 1, b"x" * 5_000_000)))
        assert code == grpc.StatusCode.RESOURCE_EXHAUSTED and re.search(r"larger than max \(50\d+ vs. 4194304\)", why), (code, why)
        for compression in (grpc.Compression.Gzip, grpc.Compression.NoCompression):
            assert export(request(1, 10, b"x" * 1000), compression=compression) in DONE, "client_compressed_unary"
        # One message of the compressed channel is not.
        with channel(plain, compression=grpc.Compression.Gzip) as packed:
            assert call(packed)(request(1, 10), compression=grpc.Compression.NoCompression) in DONE
            assert call(packed)(request(1, 10)) in DONE
        metadata = (("x-grpc-test-echo-initial", "test_initial_metadata_value"), ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab"))
        assert export(b"", metadata=metadata) in DONE, "custom_metadata"
        code, why = status(export.future(b"\xff\xff"))
        assert code == grpc.StatusCode.INTERNAL and "error unmarshalling request" in why, ("status_code_and_message", code, why)
        code, why = status(call(one, "/opentelemetry.proto.collector.trace.v1.TraceService/Unknown").future(b""))
        assert code == grpc.StatusCode.UNIMPLEMENTED and "unknown method Unknown" in why, ("unimplemented_method", code, why)
        code, why = status(call(one, "/grpc.testing.UnimplementedService/UnimplementedCall").future(b""))
        assert code == grpc.StatusCode.UNIMPLEMENTED and "unknown service" in why, ("unimplemented_service", code, why)
        for n in range(1000):
            assert export(request(n, 1)) in DONE, "rpc_soak"
        calls = [export.future(request(n, 1)) for n in range(1000)]
        assert {status(f)[0] for f in calls} == {grpc.StatusCode.OK}, "many calls at a time"
    for n in range(100):
        with channel(plain, options=(("grpc.use_local_subchannel_pool", 1),)) as one:
            assert call(one)(request(n, 1)) in DONE, "channel_soak"

    # Connections that end behind the client's back cost no call.
    with channel(aging) as one:
        failed = []

        def sends():
            export = call(one)
            for n in range(500):
                code, why = status(export.future(request(n, 1)))
                if code != grpc.StatusCode.OK:
                    failed.append((n, code, why))
        threads = [threading.Thread(target=sends) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert not failed, failed[:3]

    # Whose answer waits for a backend that gives none.
    with channel(held) as one:
        code, why = status(call(one).future(request(1, 1), timeout=0.3))
        assert code == grpc.StatusCode.DEADLINE_EXCEEDED, ("timeout_on_sleeping_server", code, why)
        waiting = [call(one).future(request(n, 1)) for n in range(50)]
        for f in waiting:
            f.cancel()
        assert {status(f)[0] for f in waiting} == {grpc.StatusCode.CANCELLED}, "cancel_after_begin"
    with channel(plain) as one:
        assert call(one)(request(1, 1)) in DONE
    # Those that were given up are held, as what anybody sent is.
    assert collector.stop() == 1 and "exporter=otlphttp sent=0 left=51" in collector.log(), collector.log()


# Takes connections in and says nothing.
with socket.create_server(("127.0.0.1", silent), backlog=64):
    binary = build(whittle, work, "interop", CONFIG, "--linger", "0s", "--stop-timeout", "7s")
    with Collector(binary, stdout=subprocess.DEVNULL) as collector:
        cases(collector)
print("ok")
