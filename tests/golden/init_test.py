# SPDX-License-Identifier: Apache-2.0
"""Every first config that `whittle init` prints of all three signals has no finding. What `print-config` prints of a config is the same
config: it comes to the same settings, and printing it again changes nothing. And the configs that are known by their path in the AWS
distribution's image come to the same as the distribution's own files, where these are there.

usage: init_test.py WHITTLE BUNDLED_FOLDER CORPUS
"""
import glob
import itertools
import os
import subprocess
import sys
import tempfile

whittle, bundled, corpus = (os.path.abspath(a) for a in sys.argv[1:])
bad = []


def run(*words, given=None, codes=(0,)):
    r = subprocess.run([whittle, *words], input=given, capture_output=True, text=True)
    if r.returncode not in codes:
        sys.exit(f"whittle {' '.join(words)} ended with {r.returncode}\n{r.stdout}{r.stderr}")
    return r.stdout


def settings(file, given=None):
    return run("print-config", "--defaults", file, given=given)


flags = [["--statsd"], ["--xray"], ["--protocol", "grpc"], ["--protocol", "http"], ["--region", "eu-west-1"]]
for n in range(len(flags) + 1):
    for chosen in itertools.combinations(flags, n):
        words = [w for f in chosen for w in f]
        text = run("init", *words)
        said = run("check", "-", given=text, codes=(0, 1))
        if said:
            bad.append(f"init {' '.join(words)}:\n{said}")

for file in sorted(glob.glob(bundled + "/**/*.yaml", recursive=True)):
    printed = run("print-config", file)
    if run("print-config", "-", given=printed) != printed:
        bad.append(f"{file}: printed twice it is another")
    whole = settings(file)
    if settings("-", printed) != whole:
        bad.append(f"{file}: printed it comes to something else")
    path = os.path.relpath(file, bundled)
    own = os.path.join(corpus, "config.yaml" if path == "etc/otel-config.yaml" else path.replace("etc/", "config/", 1))
    if os.path.exists(own) and settings(own) != whole:
        bad.append(f"{file} is not what the distribution has")
print("\n".join(bad) or "ok")
sys.exit(bool(bad))
