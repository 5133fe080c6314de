# SPDX-License-Identifier: Apache-2.0
"""The bill of materials says what is in this collector and nothing else: its hash, the libraries with the hashes of their sources.

usage: sbom_test.py WHITTLE VERSIONS_TXT WORK_DIR
"""
import hashlib
import json
import os
import subprocess
import sys
import tarfile

whittle, versions, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
pinned = {}
for line in open(versions):
    if line.strip() and not line.startswith("#"):
        name, version, _, _, archive, sha256, licence = line.split(None, 6)
        pinned[name] = (version, archive, sha256, licence.strip())


def config(name, exporter):
    path = os.path.join(work, name + ".yaml")
    with open(path, "w") as f:
        f.write("receivers: {statsd: }\nexporters: " + exporter + "\nservice: {pipelines: {metrics: {receivers: [statsd], exporters: [x]}}}\n"
                .replace("[x]", "[" + exporter.split(":")[0].strip("{") + "]"))
    return path


def run(*args):
    return subprocess.run([whittle, *args], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


debug, gzip = config("debug", "{debug: }"), config("gzip", '{otlphttp: {endpoint: "http://127.0.0.1:4318"}}')
for path in (debug, gzip):
    out = path[:-5]
    run("build", path, "-o", out, "--image", out + ".tar")
    digest = hashlib.sha256(open(out, "rb").read()).hexdigest()
    text = run("sbom", path)
    assert text == run("sbom", path), "not the same twice"
    cyclonedx, spdx = json.loads(text), json.loads(run("sbom", path, "--format", "spdx"))
    assert cyclonedx["bomFormat"] == "CycloneDX" and cyclonedx["specVersion"] == "1.5"
    assert cyclonedx["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": digest}], "another executable"
    assert spdx["packages"][0]["checksums"][0]["checksumValue"] == digest
    names = [c["name"] for c in cyclonedx["components"]]
    assert names == [p["name"] for p in spdx["packages"][1:]]
    assert cyclonedx["dependencies"][0]["dependsOn"] == names
    assert len(spdx["relationships"]) == len(names) + 1
    assert ("isal" in names) == (path == gzip), names  # what compresses is in it where something is compressed
    assert {"musl", "libc++"} <= set(names)
    for c, p in zip(cyclonedx["components"], spdx["packages"][1:]):
        if c["name"] not in pinned:
            continue
        version, archive, sha256, licence = pinned[c["name"]]
        assert version in c["version"] and c["version"] == p["versionInfo"], c
        assert c["licenses"] == [{"expression": licence}] and p["licenseDeclared"] == licence
        assert c["externalReferences"][0]["hashes"] == [{"alg": "SHA-256", "content": sha256}], c
        assert p["checksums"] == [{"algorithm": "SHA256", "checksumValue": sha256}]
        assert c["purl"] == p["externalRefs"][0]["referenceLocator"] and c["purl"].startswith("pkg:"), c
    with tarfile.open(out + ".tar") as tar:
        manifest = json.load(tar.extractfile("manifest.json"))[0]
        labels = json.load(tar.extractfile(manifest["Config"]))["config"]["Labels"]
    assert json.loads(labels["dev.whittle.sbom"]) == cyclonedx
print("ok")
