#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds whittle's .proto files against the official descriptors.

usage: official_schema.py PROTO_FOLDER VENV_FOLDER

The official descriptors come with PyPI's opentelemetry-proto, in an environment of their own that is made on first use.
Exit code 77 (skipped) when it cannot be made.
"""
import os
import subprocess
import sys
import tempfile

PACKAGE = "opentelemetry-proto==1.45.2"
SKIPPED = 77


def compare(proto_folder):
    from google.protobuf import descriptor_pb2
    import opentelemetry.proto.collector.logs.v1.logs_service_pb2 as logs
    import opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 as metrics
    import opentelemetry.proto.collector.trace.v1.trace_service_pb2 as traces

    official = {}

    def gather(file):
        if file.name in official:
            return
        official[file.name] = descriptor_pb2.FileDescriptorProto()
        file.CopyToProto(official[file.name])
        for dependency in file.dependencies:
            gather(dependency)

    for service in (logs, metrics, traces):
        gather(service.DESCRIPTOR)

    with tempfile.NamedTemporaryFile(suffix=".pb") as out:
        subprocess.run(["protoc", "-I", proto_folder, "--descriptor_set_out", out.name, "--include_imports"]
                       + [os.path.join(proto_folder, name) for name in sorted(official)], check=True)
        with open(out.name, "rb") as f:
            ours = {f.name: f for f in descriptor_pb2.FileDescriptorSet.FromString(f.read()).file}

    def field(f):
        return (f.name, f.number, f.label, f.type, f.type_name, f.proto3_optional)

    def message(m):
        oneofs = {o.name: sorted(f.name for f in m.field if f.HasField("oneof_index") and f.oneof_index == i)
                  for i, o in enumerate(m.oneof_decl)}
        return {"fields": sorted(map(field, m.field)), "oneofs": oneofs,
                "messages": {n.name: message(n) for n in m.nested_type},
                "enums": {e.name: sorted((v.name, v.number) for v in e.value) for e in m.enum_type}}

    def shape(f):
        return {"package": f.package, "messages": {m.name: message(m) for m in f.message_type},
                "enums": {e.name: sorted((v.name, v.number) for v in e.value) for e in f.enum_type},
                "services": {s.name: sorted((m.name, m.input_type, m.output_type) for m in s.method)
                             for s in f.service}}

    wrong = 0
    for name in sorted(official):
        if name not in ours:
            print(f"{name}: missing")
            wrong += 1
        elif (a := shape(official[name])) != (b := shape(ours[name])):
            wrong += 1
            print(f"{name}: official\n  {a}\nours\n  {b}")
        else:
            print(f"{name}: same")
    return 1 if wrong else 0


def main():
    proto_folder, venv = sys.argv[1], sys.argv[2]
    python = os.path.join(venv, "bin", "python")
    if sys.executable == python or os.environ.get("IN_VENV"):
        return compare(proto_folder)
    if not os.path.exists(os.path.join(venv, ".complete")):
        try:
            subprocess.run([sys.executable, "-m", "venv", venv], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE],
                           check=True, timeout=120)
        except (OSError, subprocess.SubprocessError) as e:
            print(f"skipped: no environment with {PACKAGE}: {e}")
            return SKIPPED
        open(os.path.join(venv, ".complete"), "w").close()
    return subprocess.run([python, __file__, proto_folder, venv], env={**os.environ, "IN_VENV": "1"}).returncode


if __name__ == "__main__":
    sys.exit(main())
