# SPDX-License-Identifier: Apache-2.0
"""cmake/third_party/fetch.py against mirrors that each test makes, whole or broken in one way, of a library `tiny`.

Debian's patches are seen in tiny.h: upstream's says `upstream`, the one of revision R says `patched by R`.
usage: fetch_test.py SOURCE_DIR [unittest's arguments]
"""
import functools
import hashlib
import http.server
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import unittest

source = os.path.abspath(sys.argv.pop(1))
FETCH = f"{source}/cmake/third_party/fetch.py"
POOL = "pool/main/t/tiny"


def archive(top, mode, **files):
    """A tar archive of {path: text}, the same bytes every time."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, **({"compresslevel": 1} if mode == "w:bz2" else {})) as tar:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{top}/{path}")
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


def sums(files):
    """The fields of a .dsc and of an index that list files."""
    out = ""
    for field, algorithm in [("Files", "md5"), ("Checksums-Sha256", "sha256")]:
        out += f"{field}:\n" + "".join(f" {hashlib.new(algorithm, content).hexdigest()} {len(content)} {name}\n" for name, content in files.items())
    return out


def orig(version="1.0"):
    return archive(f"tiny-{version}", "w:bz2", **{"tiny.h": "upstream\n", "VERSION": version + "\n"})


class Mirror:
    """A mirror of Debian below `root`, with the revisions in its index and their files in its pool."""

    def __init__(self, root, label="Debian"):
        self.root = root
        self.label = label
        self.stanzas = []
        os.makedirs(f"{root}/{POOL}")
        os.makedirs(f"{root}/dists/trixie/main/source")

    def put(self, name, content):
        with open(f"{self.root}/{POOL}/{name}", "wb") as file:
            file.write(content)

    def remove(self, name):
        os.remove(f"{self.root}/{POOL}/{name}")

    def add(self, revision, before="upstream"):
        """Adds a revision, whose patch is for a tiny.h that says `before`."""
        version = revision.rpartition("-")[0]
        patch = f"--- a/tiny.h\n+++ b/tiny.h\n@@ -1 +1 @@\n-{before}\n+patched by {revision}\n"
        files = {
            f"tiny_{version}.orig.tar.bz2": orig(version),
            f"tiny_{version}.orig.tar.bz2.asc": b"-----BEGIN PGP SIGNATURE-----\n",
            f"tiny_{revision}.debian.tar.xz": archive("debian", "w:xz", **{
                "source/format": "3.0 (quilt)\n", "patches/series": "tiny.patch\n", "patches/tiny.patch": patch,
                "changelog": f"tiny ({revision}) trixie; urgency=low\n\n  * A revision.\n\n -- T <t@example.org>  Mon, 01 Jan 2024 00:00:00 +0000\n"})}
        about = f"Format: 3.0 (quilt)\nBinary: tiny\nArchitecture: any\nVersion: {revision}\nMaintainer: T <t@example.org>\n"
        files[f"tiny_{revision}.dsc"] = (f"Source: tiny\n{about}" + sums(files)).encode()
        for name, content in files.items():
            self.put(name, content)
        self.stanzas.append(f"Package: tiny\n{about}{sums(files)}Directory: {POOL}\n")
        self.write_index()

    def sign(self, home):
        """Signs the index with a new key, which is left as a keyring."""
        os.makedirs(home, mode=0o700)
        gpg = ["gpg", "--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
        folder = f"{self.root}/dists/trixie"
        try:
            for command in [["--quick-generate-key", "t@example.org", "rsa3072", "sign", "never"], ["--output", f"{home}/key.gpg", "--export"],
                            ["--output", f"{folder}/InRelease", "--clear-sign", f"{folder}/Release"]]:
                subprocess.run([*gpg, *command], check=True, capture_output=True, timeout=60)
        finally:
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "gpg-agent"], capture_output=True, timeout=60)
        return f"{home}/key.gpg"

    def write_index(self):
        index = ("Package: other\nVersion: 1\nDirectory: pool/main/o/other\n\n" + "\n".join(self.stanzas)).encode()
        with open(f"{self.root}/dists/trixie/main/source/Sources", "wb") as file:
            file.write(index)
        with open(f"{self.root}/dists/trixie/Release", "w") as file:
            file.write(f"Origin: Debian\nLabel: {self.label}\nSuite: stable\nCodename: trixie\nDate: Mon, 01 Jan 2024 00:00:00 UTC\nComponents: main\n"
                       f"SHA256:\n {hashlib.sha256(index).hexdigest()} {len(index)} main/source/Sources\n")


class Fetch(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="whittle-fetch-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.out = f"{self.folder}/out"
        self.mirror = Mirror(f"{self.folder}/debian")
        self.pin("1.0", orig())
        # What the machine itself is configured with must make no difference.
        with open(f"{self.folder}/apt.conf", "w") as file:
            file.write(f'Dir::Etc::SourceList "{self.folder}/machine.list";\nDir::Etc::SourceParts "/dev/null";\nDir::State::Lists "{self.folder}/lists";\n'
                       'Acquire::Retries::Delay "false";\n')

    def pin(self, version, content):
        self.sha256 = hashlib.sha256(content).hexdigest()
        with open(f"{self.folder}/versions.txt", "w") as file:
            file.write(f"# a comment\ntiny {version} VERSION libtiny.a tiny_{version}.orig.tar.bz2 {self.sha256} MIT OR Zlib\n")

    def start(self, mirror):
        environment = {name: value for name, value in os.environ.items() if name != "WHITTLE_MIRROR"}
        environment["APT_CONFIG"] = f"{self.folder}/apt.conf"
        if mirror:
            environment["WHITTLE_MIRROR"] = mirror
        return subprocess.Popen([sys.executable, FETCH, self.out, "--versions", f"{self.folder}/versions.txt"], env=environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def fetch(self, mirror=None, code=0):
        """What a run says."""
        with self.start(mirror) as running:
            stdout, stderr = running.communicate(timeout=120)
        self.assertEqual((running.returncode, stdout), (code, ""), stderr)
        self.assertNotRegex(stderr, "(?m)^(tar|dpkg-source|Traceback)")
        return stderr

    def fetch_trusted(self, code=0):
        return self.fetch(f"[trusted=yes] file:{self.mirror.root}", code)

    def assert_taken(self, revision):
        with open(f"{self.out}/tiny/tiny.h") as file:
            self.assertEqual(file.read(), "upstream\n" if revision == "pristine" else f"patched by {revision}\n")
        with open(f"{self.out}/sources.txt") as file:
            self.assertEqual(file.read().splitlines()[1:], [f"tiny 1.0 {revision} tiny_1.0.orig.tar.bz2 {self.sha256} MIT OR Zlib"])
        self.assertEqual(sorted(os.listdir(self.out)), ["lock", "sources.txt", "tiny"])

    def assert_refused(self, said, *reasons):
        """One error, which names the package, each thing tried, and what can be done."""
        self.assertIn("error: the sources of tiny 1.0 (Debian's source package `tiny`) could not be had. Tried:\n", said)
        self.assertEqual([line.strip() for line in said.splitlines() if line.startswith("    ")], list(reasons))
        self.assertIn("WHITTLE_MIRROR=URI", said)
        self.assertIn("-DWHITTLE_SOURCES=DIR", said)
        self.assertFalse(os.path.exists(f"{self.out}/tiny"))

    def uri(self, name):
        return f"file:{self.mirror.root}/{POOL}/{name}"

    def absent(self, name):
        return f"{self.uri(name)}: File not found - {self.mirror.root}/{POOL}/{name} (2: No such file or directory)"

    def two_revisions(self):
        self.mirror.add("1.0-9")
        self.mirror.add("1.0-10")  # the newer one, though no dictionary would say so

    def test_newest_revision(self):
        self.two_revisions()
        self.assertEqual(self.fetch_trusted(), "fetch.py: tiny 1.0: Debian 1.0-10\n")
        self.assert_taken("1.0-10")

    def test_what_is_there_needs_no_mirror(self):
        self.two_revisions()
        self.fetch_trusted()
        self.assertEqual(self.fetch(f"file:{self.folder}/nowhere"), "")
        self.assert_taken("1.0-10")

    def test_missing_description(self):
        self.two_revisions()
        self.mirror.remove("tiny_1.0-10.dsc")
        self.assertEqual(self.fetch_trusted(), f"fetch.py: tiny 1.0: Debian 1.0-9\n    not 1.0-10: {self.absent('tiny_1.0-10.dsc')}\n")
        self.assert_taken("1.0-9")

    def test_missing_patches(self):
        self.two_revisions()
        self.mirror.remove("tiny_1.0-10.debian.tar.xz")
        self.assertIn(f"    not 1.0-10: {self.absent('tiny_1.0-10.debian.tar.xz')}\n", self.fetch_trusted())
        self.assert_taken("1.0-9")

    def test_truncated_patches(self):
        self.two_revisions()
        os.truncate(f"{self.mirror.root}/{POOL}/tiny_1.0-10.debian.tar.xz", 50)
        self.assertIn(f"    not 1.0-10: {self.uri('tiny_1.0-10.debian.tar.xz')}: 50 bytes came instead of ", self.fetch_trusted())
        self.assert_taken("1.0-9")

    def test_patches_that_do_not_apply(self):
        self.mirror.add("1.0-9")
        self.mirror.add("1.0-10", before="something else")
        self.assertIn("    not 1.0-10: tiny_1.0-10.dsc could not be unpacked: dpkg-source said: ", self.fetch_trusted())
        self.assert_taken("1.0-9")

    def test_no_patches_at_all(self):
        self.two_revisions()
        self.mirror.remove("tiny_1.0-9.dsc")
        self.mirror.remove("tiny_1.0-10.debian.tar.xz")
        said = self.fetch_trusted()
        self.assertIn("fetch.py: tiny 1.0: the archive alone\n    not 1.0-10: ", said)
        self.assertIn("    not 1.0-9: ", said)
        self.assert_taken("pristine")

    def test_index_newer_than_the_pool(self):
        """The index lists what the pool does not have yet; what the pool has, the index lists no more."""
        self.two_revisions()
        del self.mirror.stanzas[0]
        self.mirror.write_index()
        self.mirror.remove("tiny_1.0-10.dsc")
        self.mirror.remove("tiny_1.0-10.debian.tar.xz")
        self.fetch_trusted()
        self.assert_taken("pristine")

    def test_index_of_another_upstream_version(self):
        self.mirror.add("1.1-1")
        other = "1.1-1: it is not of tiny_1.0.orig.tar.bz2, which versions.txt pins"
        self.assert_refused(self.fetch_trusted(2), other, f"pristine: {self.absent('tiny_1.0.orig.tar.bz2')}")
        self.mirror.put("tiny_1.0.orig.tar.bz2", orig())
        self.assertEqual(self.fetch_trusted(), f"fetch.py: tiny 1.0: the archive alone\n    not {other}\n")
        self.assert_taken("pristine")

    def test_wrong_hash(self):
        self.two_revisions()
        wrong = bytearray(orig())
        wrong[-1] ^= 1
        self.mirror.put("tiny_1.0.orig.tar.bz2", bytes(wrong))
        why = f"{self.uri('tiny_1.0.orig.tar.bz2')}: what came has the SHA-256 {hashlib.sha256(wrong).hexdigest()}, not {self.sha256}"
        self.assert_refused(self.fetch_trusted(2), f"1.0-10: {why}", f"1.0-9: {why}", f"pristine: {why}")

    def test_index_with_another_hash(self):
        """The pin decides, not a signed index."""
        self.mirror.add("1.0-1")
        listed = self.sha256
        self.pin("1.0", b"another archive")
        self.assert_refused(self.fetch_trusted(2), f"1.0-1: the index gives tiny_1.0.orig.tar.bz2 the SHA-256 {listed}, versions.txt {self.sha256}",
                            f"pristine: {self.uri('tiny_1.0.orig.tar.bz2')}: what came has the SHA-256 {listed}, not {self.sha256}")

    def test_truncated_archive(self):
        self.mirror.add("1.0-1")
        os.truncate(f"{self.mirror.root}/{POOL}/tiny_1.0.orig.tar.bz2", 100)
        why = f"{self.uri('tiny_1.0.orig.tar.bz2')}: 100 bytes came instead of {len(orig())}"
        self.assert_refused(self.fetch_trusted(2), f"1.0-1: {why}", f"pristine: {why}")

    def test_index_that_nobody_signed(self):
        self.mirror.add("1.0-1")
        said = self.fetch(f"file:{self.mirror.root}")
        self.assertRegex(said, "fetch.py: tiny 1.0: the archive alone\n    not Debian's revisions of tiny: .* is not signed")
        self.assert_taken("pristine")

    @unittest.skipUnless(shutil.which("gpg") and shutil.which("gpg-agent"), "no gpg to sign with")
    def test_index_that_someone_signed(self):
        """Whose key counts is said with the mirror: nobody's but Debian's if it is not."""
        self.mirror.add("1.0-1")
        key = self.mirror.sign(f"{self.folder}/gpg")
        self.assertIn("fetch.py: tiny 1.0: the archive alone\n    not Debian's revisions of tiny: ", self.fetch(f"file:{self.mirror.root}"))
        self.assert_taken("pristine")
        shutil.rmtree(self.out)
        self.assertEqual(self.fetch(f"[signed-by={key}] file:{self.mirror.root}"), "fetch.py: tiny 1.0: Debian 1.0-1\n")
        self.assert_taken("1.0-1")
        # What was changed after it was signed is not read.
        shutil.rmtree(self.out)
        with open(f"{self.mirror.root}/dists/trixie/main/source/Sources", "a") as file:
            file.write("\n")
        self.assertIn("fetch.py: tiny 1.0: the archive alone\n    not Debian's revisions of tiny: ", self.fetch(f"[signed-by={key}] file:{self.mirror.root}"))
        self.assert_taken("pristine")

    def test_no_index(self):
        self.mirror.put("tiny_1.0.orig.tar.bz2", orig())
        self.assertIn("    not Debian's revisions of tiny: ", self.fetch_trusted())
        self.assert_taken("pristine")

    def test_mirror_that_is_not_there(self):
        shutil.rmtree(self.mirror.root)
        said = self.fetch_trusted(2)
        self.assertRegex(said, "\n    Debian's revisions of tiny: \S.*\n")
        self.assertIn(f"\n    pristine: {self.absent('tiny_1.0.orig.tar.bz2')}\n", said)

    def test_mirror_that_does_not_answer(self):
        self.assertRegex(self.fetch("http://127.0.0.1:1/debian", 2), "\n    Debian's revisions of tiny: Failed to fetch .* Connection refused.*\n    pristine: .* Connection refused")

    def test_machine_without_a_mirror(self):
        with open(f"{self.folder}/machine.list", "w") as file:
            file.write("deb https://packages.example.org/tools stable main\n")
        said = self.fetch(code=2)
        self.assertRegex(said, "^fetch.py: error: no mirror to have the sources of tiny 1.0 from: .*\n.*WHITTLE_MIRROR=URI.*-DWHITTLE_SOURCES=DIR")

    def test_mirrors_of_the_machine_over_http(self):
        """The machine's mirrors of Debian and of its security updates are asked; neither index is signed by Debian, so the archive is had alone."""
        asked = []

        class Handler(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_):
                asked.append(self.path)

        self.mirror.put("tiny_1.0.orig.tar.bz2", orig())
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=self.folder)) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.addCleanup(server.shutdown)
            here = f"http://127.0.0.1:{server.server_port}"
            with open(f"{self.folder}/machine.list", "w") as file:
                file.write(f"deb {here}/tools stable main\ndeb [arch=all] {here}/debian-security bookworm-security main\ndeb {here}/debian/ bookworm main\n")
            said = self.fetch()
        self.assertIn("fetch.py: tiny 1.0: the archive alone\n", said)
        self.assert_taken("pristine")
        self.assertIn("/debian/dists/trixie/InRelease", asked)
        self.assertIn("/debian-security/dists/trixie-security/InRelease", asked)
        self.assertIn(f"/debian/{POOL}/tiny_1.0.orig.tar.bz2", asked)
        self.assertFalse([path for path in asked if path.startswith("/tools")])

    def test_mirrors_of_the_machine_by_what_they_call_themselves(self):
        """A repository of someone else's may well end in /debian, and a mirror of Debian in something else."""
        other, remote = Mirror(f"{self.folder}/other/debian", "Other"), Mirror(f"{self.folder}/remote")
        for mirror in [other, remote]:
            mirror.write_index()
            mirror.put("tiny_1.0.orig.tar.bz2", b"")
        with open(f"{self.folder}/machine.list", "w") as file:
            file.writelines(f"deb-src [trusted=yes] file:{mirror.root} trixie main\n" for mirror in [other, remote])
        os.makedirs(f"{self.folder}/lists/partial")
        subprocess.run(["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "update"], env={**os.environ, "APT_CONFIG": f"{self.folder}/apt.conf"}, check=True, timeout=60)
        said = self.fetch(code=2)
        self.assertIn(f"    pristine: file:{remote.root}/{POOL}/tiny_1.0.orig.tar.bz2: what came has", said)
        self.assertNotIn("/other/", said)

    def test_mirror_behind_a_list(self):
        with open(f"{self.folder}/debian.list", "w") as file:
            file.write(f"# near ones\nfile:{self.mirror.root}/ priority:1\n")
        with open(f"{self.folder}/machine.list", "w") as file:
            file.write(f"deb mirror+file:{self.folder}/debian.list bookworm main\n")
        self.mirror.put("tiny_1.0.orig.tar.bz2", orig())
        self.fetch()
        self.assert_taken("pristine")

    def test_another_pin(self):
        self.mirror.add("1.0-1")
        self.fetch_trusted()
        self.mirror.add("1.1-1")
        self.pin("1.1", orig("1.1"))
        self.assertEqual(self.fetch_trusted(), "fetch.py: tiny 1.1: Debian 1.1-1\n")
        with open(f"{self.out}/sources.txt") as file:
            self.assertIn("tiny 1.1 1.1-1 ", file.read())

    def test_two_at_a_time(self):
        self.two_revisions()
        running = [self.start(f"[trusted=yes] file:{self.mirror.root}") for _ in range(3)]
        said = [process.communicate(timeout=120)[1] for process in running]
        self.assertEqual([process.returncode for process in running], [0, 0, 0], said)
        self.assertEqual(sorted(said), ["", "", "fetch.py: tiny 1.0: Debian 1.0-10\n"])
        self.assert_taken("1.0-10")

    def test_what_an_interrupted_run_left(self):
        self.mirror.add("1.0-1")
        for path in ["work/lists", "work/files", "tiny"]:
            os.makedirs(f"{self.out}/{path}")
        self.fetch_trusted()
        self.assert_taken("1.0-1")


class Build(unittest.TestCase):
    def test_sources_of_another_version(self):
        """build.sh refuses unpacked sources that are not those that versions.txt pins."""
        with tempfile.TemporaryDirectory(prefix="whittle-build-") as folder:
            os.makedirs(f"{folder}/sources/curl/include/curl")
            with open(f"{folder}/sources/curl/include/curl/curlver.h", "w") as file:
                file.write('#define LIBCURL_VERSION "8.14.10"\n')
            done = subprocess.run([f"{source}/cmake/third_party/build.sh", "host", f"{folder}/sources", f"{folder}/out", "/nowhere"],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2, done)
            self.assertRegex(done.stderr, r"^build.sh: .*/sources/curl is not curl 8\.14\.1, which versions.txt pins")
            self.assertEqual(os.listdir(folder + "/sources"), ["curl"])
            self.assertNotIn("out", os.listdir(folder))


if __name__ == "__main__":
    unittest.main()
