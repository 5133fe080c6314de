#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Unpacks the sources of the third-party libraries that versions.txt pins, from Debian's source packages.

    fetch.py OUT [--versions FILE]

Mirrors lag behind their own index, and revisions of a package come and go, while upstream's archive in them stays the same. So for each
library these are tried in turn, and the first that can be had whole is taken:

  1. Debian's package with Debian's patches: each revision that the index lists of the pinned archive, the newest first;
  2. the pinned archive alone, without patches ("pristine"), where the index says that it lies, or where Debian's pool keeps such files.

What is trusted: the archive because its SHA-256 is the pinned one, wherever it comes from; Debian's patches because their SHA-256 stands in
the index, and the index because apt has verified its signature with Debian's archive keys. An index that apt does not trust is not read.

The mirrors are those that this machine's apt configuration names for Debian and for Debian's security updates. WHITTLE_MIRROR names another
one instead, as a line of sources.list would: `URI`, or `[OPTIONS] URI` for one that is signed by someone else (`[signed-by=FILE] URI`) or by
nobody (`[trusted=yes] file:/srv/debian`). Package lists are kept in a folder of our own, so nothing of the machine changes and no root is needed.

OUT gets a folder for each library and sources.txt, which says what was taken. What OUT already holds of the pinned archives is kept;
two runs at a time take turns. The exit code is 0, or 2 after one message that says what was tried and what can be done.
"""
import argparse
import dataclasses
import fcntl
import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys

SUITE = "trixie"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
APT_HELPER = "/usr/lib/apt/apt-helper"
HERE = os.path.dirname(os.path.abspath(__file__))


@dataclasses.dataclass(frozen=True)
class Library:
    """A line of versions.txt."""

    name: str
    version: str
    archive: str
    sha256: str
    licence: str

    @property
    def package(self):
        return self.archive.split("_")[0]

    @property
    def pool(self):
        """Where Debian's pool keeps the package's files."""
        prefix = self.package[: 4 if self.package.startswith("lib") else 1]
        return f"pool/main/{prefix}/{self.package}"


@dataclasses.dataclass(frozen=True)
class Revision:
    """A source package that an index lists."""

    package: str
    version: str
    folder: str  # a URI
    files: dict  # name -> (SHA-256, size)


class Failure(Exception):
    """Something could not be had; the text says what, and what came instead."""


def read_versions(path):
    with open(path) as file:
        lines = [line.split(maxsplit=6) for line in file if line.strip() and not line.startswith("#")]
    return [Library(name, version, archive, sha256, licence.strip()) for name, version, _, _, archive, sha256, licence in lines]


def say(text):
    print(f"fetch.py: {text}", file=sys.stderr, flush=True)


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout


def mirrors_of_this_machine():
    """`[OPTIONS] URI SUITE` of each source to read."""
    given = os.environ.get("WHITTLE_MIRROR")
    if given:
        return [f"{given} {SUITE}" if given.startswith("[") else f"[signed-by={KEYRING}] {given} {SUITE}"]
    # What a repository calls itself is known once apt has had its index; until then, what its address ends in.
    labels = dict(line.split(" ", 1) for line in output("apt-get", "indextargets", "--format", "$(SITE) $(LABEL)").splitlines())
    configured = re.findall(r"^'(\S+)/dists/\S+?/main/", output("apt-get", "update", "--print-uris"), re.MULTILINE)
    found = []
    for label, path, suite in [("Debian", "/debian", SUITE), ("Debian-Security", "/debian-security", f"{SUITE}-security")]:
        for uri in dict.fromkeys(configured):
            if labels.get(uri, label) == label and (uri in labels or uri.endswith(path) or uri.endswith(f"{path}.list")):
                found += [f"[signed-by={KEYRING}] {real} {suite}" for real in real_uris(uri)]
    return found


def real_uris(uri):
    """The mirrors that are behind an address that is itself a list of them, as in Debian's images for clouds."""
    if not uri.startswith("mirror+file:"):
        return [uri]
    with open(uri.removeprefix("mirror+file:")) as file:
        return [line.split()[0].rstrip("/") for line in file if line.strip() and not line.startswith("#")]


class Apt:
    """apt with lists of its own below `folder`, and with the machine's proxies, certificates and time-outs."""

    def __init__(self, folder, mirrors, packages):
        self.folder = folder
        self.packages = packages
        self.uris = [re.sub(r"^\[[^]]*\] *", "", mirror).split()[0].rstrip("/") for mirror in mirrors]
        self.refused = {}  # (URI, SHA-256) -> why it could not be had
        for needed in ["lists/partial", "cache/archives/partial", "files"]:
            os.makedirs(f"{folder}/{needed}")
        with open(f"{folder}/sources.list", "w") as file:
            file.writelines(f"deb-src {mirror} main\n" for mirror in mirrors)
        with open(f"{folder}/apt.conf", "w") as file:
            file.write(
                f"""Dir::Etc::SourceList "{folder}/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "{folder}/lists";
Dir::Cache "{folder}/cache";
APT::Sandbox::User "root";
Acquire::Retries "3";
Acquire::Languages "none";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
""")

    def run(self, program, *arguments):
        return subprocess.run([program, "-qq", "-c", f"{self.folder}/apt.conf", *arguments], capture_output=True, text=True,
                              env={**os.environ, "LC_ALL": "C"})

    @functools.cached_property
    def index(self):
        """What the trusted indexes list of the packages, and why that may be nothing."""
        updated = self.run("apt-get", "update")
        complaints = [" ".join(text.split()) for text in re.findall(r"^[EW]: (.*)", updated.stderr, re.MULTILINE)]
        complaints.sort(key=lambda text: not text.startswith(("Failed to fetch", "The repository")))
        listed = self.run("apt-get", "indextargets", "--format", "$(TRUSTED) $(REPO_URI) $(FILENAME)", "Created-By: Sources")
        revisions = []
        for trusted, uri, file in (line.split(maxsplit=2) for line in listed.stdout.splitlines()):
            if trusted == "yes":
                revisions += self.read_index(uri.rstrip("/"), file)
        return revisions, complaints[0] if complaints else "the index lists none"

    def read_index(self, uri, file):
        with subprocess.Popen([APT_HELPER, "cat-file", file], stdout=subprocess.PIPE, encoding="utf-8") as reading:
            stanza = []
            for line in reading.stdout:
                if line != "\n":
                    stanza.append(line.rstrip("\n"))
                    continue
                yield from self.read_stanza(uri, stanza)
                stanza = []
            yield from self.read_stanza(uri, stanza)

    def read_stanza(self, uri, lines):
        if not lines or lines[0].removeprefix("Package: ") not in self.packages:
            return
        fields, name = {}, ""
        for line in lines:
            if line[0] != " ":
                name, _, value = line.partition(":")
                fields[name] = [value.strip()]
            else:
                fields[name].append(line)
        files = {}
        for line in fields.get("Checksums-Sha256", [""])[1:]:
            sha256, size, file = line.split()
            files[file] = (sha256, int(size))
        yield Revision(fields["Package"][0], fields["Version"][0], f"{uri}/{fields['Directory'][0]}", files)

    def download(self, uri, sha256, size=None):
        """The path of the file, which has that SHA-256."""
        path = f"{self.folder}/files/{sha256}"
        if not os.path.exists(path):
            if (uri, sha256) not in self.refused:
                self.refused[uri, sha256] = self.try_download(uri, sha256, size, path)
            if self.refused[uri, sha256]:
                raise Failure(self.refused[uri, sha256])
        return path

    def try_download(self, uri, sha256, size, path):
        """Why the file is not there now; nothing if it is."""
        part = f"{path}.part"
        if os.path.lexists(part):
            os.remove(part)
        got = self.run(APT_HELPER, "download-file", uri, part)  # of a `file:` it only makes a link
        if got.returncode != 0 or not os.path.exists(part):
            why = re.findall(r"^E: (?:Failed to fetch \S+ +)?(.*?)(?: *\[IP: .*)?$", got.stderr, re.MULTILINE) or ["apt does not say why"]
            return f"{uri}: {' '.join(why[0].split())}"
        with open(part, "rb") as file:
            content = file.read()
        if size is not None and len(content) != size:
            return f"{uri}: {len(content)} bytes came instead of {size}"
        came = hashlib.sha256(content).hexdigest()
        if came != sha256:
            return f"{uri}: what came has the SHA-256 {came}, not {sha256}"
        with open(path, "wb") as file:
            file.write(content)
        return ""


def newest_first(revisions):
    def compare(a, b):
        return -1 if subprocess.run(["dpkg", "--compare-versions", a.version, "gt", b.version]).returncode == 0 else 1

    return sorted(revisions, key=functools.cmp_to_key(compare))


def unpack(command, what, folder):
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    if done.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        last = (done.stderr.strip() or "nothing").splitlines()[-1]
        raise Failure(f"{what} could not be unpacked: {command[0]} said: {last}")


def take_revision(apt, library, revision, folder):
    pinned = revision.files.get(library.archive)
    if pinned is None:
        raise Failure(f"it is not of {library.archive}, which versions.txt pins")
    if pinned[0] != library.sha256:
        raise Failure(f"the index gives {library.archive} the SHA-256 {pinned[0]}, versions.txt {library.sha256}")
    package = f"{folder}.package"
    shutil.rmtree(package, ignore_errors=True)
    os.makedirs(package)
    # The small files first: they are what a mirror lacks.
    for name, (sha256, size) in sorted(revision.files.items(), key=lambda file: file[1][1]):
        os.link(apt.download(f"{revision.folder}/{name}", sha256, size), f"{package}/{name}")
    [description] = [name for name in revision.files if name.endswith(".dsc")]
    unpack(["dpkg-source", "-q", "-x", f"{package}/{description}", folder], description, folder)


def take_archive(apt, library, uri, size, folder):
    archive = apt.download(f"{uri}/{library.archive}", library.sha256, size)
    os.makedirs(folder)
    unpack(["tar", "-xf", archive, "-C", folder, "--strip-components=1", "--no-same-owner"], library.archive, folder)


def take(apt, library, folder):
    """Unpacks the library into `folder`. The revision that was had, and for each one that was not, why."""
    listed, complaint = apt.index
    revisions = newest_first([revision for revision in listed if revision.package == library.package])
    tried = []
    if not revisions:
        tried.append(f"Debian's revisions of {library.package}: {complaint}")
    for revision in revisions:
        try:
            take_revision(apt, library, revision, folder)
            return revision.version, tried
        except Failure as failure:
            tried.append(f"{revision.version}: {failure}")
    sizes = {revision.folder: revision.files[library.archive][1] for revision in revisions if library.archive in revision.files}
    for uri in dict.fromkeys([*sizes, *(f"{uri}/{library.pool}" for uri in apt.uris)]):
        try:
            take_archive(apt, library, uri, sizes.get(uri), folder)
            return "pristine", tried
        except Failure as failure:
            tried.append(f"pristine: {failure}")
    raise Failure(f"the sources of {library.name} {library.version} (Debian's source package `{library.package}`) could not be had. Tried:\n"
                  + "".join(f"    {line}\n" for line in tried)
                  + "  Try again later, name another mirror of Debian (WHITTLE_MIRROR=URI), or give unpacked sources of all libraries\n"
                  "  (cmake -DWHITTLE_SOURCES=DIR).")


def fetch(libraries, out):
    """Completes `out`; whoever calls it holds the lock."""
    had = {}  # name -> revision
    for library in libraries:
        if os.path.exists(f"{out}/{library.name}/.complete"):
            with open(f"{out}/{library.name}/.complete") as file:
                sha256, revision = file.read().split()
            if sha256 == library.sha256:
                had[library.name] = revision
    missing = [library for library in libraries if library.name not in had]
    if missing:
        for program in ["apt-get", "dpkg-source"]:
            if not shutil.which(program):
                raise Failure(f"`{program}` is needed to have the sources of {missing[0].name}; it comes with Debian's packages apt and dpkg-dev.\n"
                              "  Without it, give unpacked sources of all libraries (cmake -DWHITTLE_SOURCES=DIR).")
        mirrors = mirrors_of_this_machine()
        if not mirrors:
            raise Failure(f"no mirror to have the sources of {missing[0].name} {missing[0].version} from: this machine's apt configuration names none of\n"
                          "  Debian's. Name one (WHITTLE_MIRROR=URI), or give unpacked sources of all libraries (cmake -DWHITTLE_SOURCES=DIR).")
        work = f"{out}/work"
        shutil.rmtree(work, ignore_errors=True)
        apt = Apt(work, mirrors, {library.package for library in missing})
        for library in missing:
            folder = f"{work}/{library.name}"
            revision, tried = take(apt, library, folder)
            say(f"{library.name} {library.version}: {'the archive alone' if revision == 'pristine' else f'Debian {revision}'}"
                + "".join(f"\n    not {line}" for line in tried))
            had[library.name] = revision
            with open(f"{folder}/.complete", "w") as file:
                file.write(f"{library.sha256} {revision}\n")
            shutil.rmtree(f"{out}/{library.name}", ignore_errors=True)
            os.rename(folder, f"{out}/{library.name}")
        shutil.rmtree(work)
    with open(f"{out}/sources.txt.part", "w") as file:
        file.write("# name version revision source SHA-256 licence\n")
        file.writelines(f"{l.name} {l.version} {had[l.name]} {l.archive} {l.sha256} {l.licence}\n" for l in libraries)
    os.rename(f"{out}/sources.txt.part", f"{out}/sources.txt")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("out", type=os.path.abspath)
    parser.add_argument("--versions", default=f"{HERE}/versions.txt")
    arguments = parser.parse_args()
    os.makedirs(arguments.out, exist_ok=True)
    with open(f"{arguments.out}/lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            fetch(read_versions(arguments.versions), arguments.out)
        except Failure as failure:
            print(f"fetch.py: error: {failure}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
