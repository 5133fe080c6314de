# SPDX-License-Identifier: Apache-2.0
"""The language server against a real client from npm, and against bytes that are none of its protocol.

usage: lsp_test.py WHITTLE WORK_FOLDER
Exits 77 where npm or the client is not to be had.
"""
import os
import shutil
import subprocess
import sys

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
here = os.path.dirname(os.path.abspath(__file__))
os.makedirs(work, exist_ok=True)

for given in (b"", b"Content-Length: 5\r\n\r\n{", b"nonsense\r\n\r\n", b"Content-Length: 99999999999\r\n\r\n", b"x" * 10000,
              b"Content-Length: 2\r\n\r\n[]Content-Length: 4\r\n\r\nnullContent-Length: 2\r\n\r\n{}"):
    r = subprocess.run([whittle, "lsp"], input=given, capture_output=True, timeout=30)
    if r.returncode != 1:
        sys.exit(f"{given[:60]}: ended with {r.returncode}")
body = b'{"jsonrpc":"2.0","id":1,"method":"shutdown"}'
leave = b'{"jsonrpc":"2.0","method":"exit"}'
r = subprocess.run([whittle, "lsp"], input=b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(m), m) for m in (body, leave)), capture_output=True, timeout=30)
if r.returncode != 0 or b'"result":null' not in r.stdout:
    sys.exit(f"shutdown and exit: {r}")

if not (shutil.which("npm") and shutil.which("node")):
    print("skipped: npm is not installed")
    sys.exit(77)
if not os.path.exists(os.path.join(work, ".complete")):
    with open(os.path.join(work, "package.json"), "w") as f:
        f.write('{"private": true}')
    if subprocess.run(["npm", "install", "--silent", "vscode-languageserver-protocol@3"], cwd=work, capture_output=True).returncode != 0:
        print("skipped: vscode-languageserver-protocol is not to be had")
        sys.exit(77)
    open(os.path.join(work, ".complete"), "w").close()
shutil.copy(os.path.join(here, "client.mjs"), work)
sys.exit(subprocess.run(["node", "client.mjs", whittle], cwd=work, timeout=60).returncode)
