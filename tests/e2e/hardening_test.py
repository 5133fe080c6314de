# SPDX-License-Identifier: Apache-2.0
"""What protects a collector from whoever gets into it, read from the executable and from the process.

usage: hardening_test.py WHITTLE LLVM_BIN CONFIG WORK_DIR
"""
import os
import re
import signal
import subprocess
import sys
import time

whittle, llvm, config, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
for target in ("x86_64", "aarch64"):
    binary = os.path.join(work, target)
    built = subprocess.run([whittle, "build", config, "-o", binary, "--target", target], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if built.returncode:
        assert target == "aarch64" and "aarch64" in built.stdout, built.stdout
        print("aarch64: not among this build's targets")
        continue
    elf = subprocess.run([llvm + "/llvm-readelf", "-hldSW", binary], check=True, stdout=subprocess.PIPE, text=True).stdout
    code = subprocess.run([llvm + "/llvm-objdump", "-d", "--no-show-raw-insn", binary], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert re.search(r"Type:\s+DYN", elf) and re.search(r"FLAGS_1.*PIE", elf), "not position-independent"
    assert "(NEEDED)" not in elf and "INTERP" not in elf, "not static"
    assert "GNU_RELRO" in elf and re.search(r"FLAGS\).*BIND_NOW|FLAGS .*BIND_NOW", elf), "tables of pointers can be written"
    for kind, flags in re.findall(r"^\s+(\w+)\s+(?:0x\w+\s+){5}([RWE ]{3})", elf, re.M):
        assert not ("W" in flags and "E" in flags), (kind, flags)
    assert re.search(r"GNU_STACK .* RW ", elf), "the stack can be executed"
    landing = len(re.findall(r"\tendbr64|\tbti\t", code)) + len(re.findall(r"\tpaciasp", code))
    assert landing > 1000, f"{landing} functions say where jumps may land"
    if target == "x86_64":
        guarded = len(re.findall(r"%fs:0x28", code))
    else:  # the guard is a variable like others there; the C library's way out writes to address zero
        failed = re.search(r"([0-9a-f]+):\s+bti\s+c\n.*mov\s+(x\d+), xzr\n.*strb\s+wzr, \[\2\]", code)
        guarded = len(re.findall(rf"\tbl\t0x{failed[1]}\b", code)) if failed else 0
    assert guarded > 200, f"{guarded} looks at the stack's guard"
    print(target, landing, "landing places,", guarded, "looks at the stack's guard")

log = open(os.path.join(work, "log"), "w+")
p = subprocess.Popen([os.path.join(work, "x86_64")], stderr=log, env={
    "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "ECS_CONTAINER_METADATA_URI_V4": "http://127.0.0.1:9/v4/x"})
try:
    deadline = time.time() + 10
    while "everything is ready" not in open(log.name).read():
        assert p.poll() is None and time.time() < deadline, open(log.name).read()
        time.sleep(0.05)
    status = open(f"/proc/{p.pid}/status").read()
    assert re.search(r"NoNewPrivs:\s+1", status), status
    assert re.search(r"Seccomp:\s+2", status), status
    assert re.search(r"Max core file size\s+0\s+0", open(f"/proc/{p.pid}/limits").read())
    try:
        for line in open(f"/proc/{p.pid}/maps"):
            assert not ("w" in line.split()[1] and "x" in line.split()[1]), line
    except PermissionError:
        assert os.geteuid() != 0
        print("its memory is hidden from all but root, so that its map was not looked at")
    p.send_signal(signal.SIGINT)
    assert p.wait(10) == 0
finally:
    p.kill()
print("ok")
