# SPDX-License-Identifier: Apache-2.0
"""What no diff shows, refused:

  names of files   a README or ARCHITECTURE.md that names a file or folder which does not exist
  folder cycles    among the folders of compiler/ and among those of runtime/, by their includes
  component names  in compiler/ and cmake/: what a component is stands in its folder
  second copies    of what is written once, known by a line that every copy of it would have
  golden mistakes  a `fail_` golden file that finds errors of several kinds, without a line `# several: WHY` at its head
  bare messages    a diagnostic whose message is nothing but a hole: its sentence is to stand where it is declared
  long functions   of more than LONGEST_FUNCTION lines
  no idea          a C++ file that does not open with a comment on what it is, and whose header or source neither does

usage: house.py SOURCE_DIR
Exits 77 where git does not know the files. The rules are tried first on a small tree that breaks each of them.
"""
import os
import re
import subprocess
import sys
import tempfile

# Places that break a rule and are to be mended. An entry that no longer breaks it is refused too, so this only shrinks.
KNOWN_CYCLES = set()
KNOWN_COMPONENT_NAMES = set()

# Data and texts that are about components on purpose, and literals that only look like one's name.
MAY_NAME_COMPONENTS = {
    "compiler/check/known_components.cc": "the components of others",
}
NOT_A_COMPONENT = {
    ("compiler/aws/ecs/check_endpoints.cc", "otlp"): "what OTEL_TRACES_EXPORTER says",
    ("compiler/aws/ecs/check_files_of_others.cc", "file_storage"): "help for collectors of others, which read files",
    ("compiler/aws/ecs/check_logs.cc", "syslog"): "a log driver of Docker",
    ("compiler/aws/ecs/check_otel_values.cc", "jaeger"): "a propagator of SDKs",
    ("compiler/aws/ecs/parameters.cc", "syslog"): "a log driver of Docker",
    ("compiler/aws/needs.cc", "kafka"): "a service in ARNs",
    ("compiler/report/init_command.cc", "statsd"): "a protocol, and a word of the template",
    ("compiler/regex/grok_patterns.cc", "syslog"): "fields of Grok patterns",
}
ORDINARY_WORDS = {"otlp", "batch", "filter", "debug", "transform", "redaction"}  # components' names only where they are a whole literal or a part of a path
PLAIN_WORDS = {"attributes", "resource", "span", "interval", "count", "file", "forward"}  # the data model's and other files' words too: components' names only in paths

# What a copy of it could not do without, and the files that may hold it.
ONE_COPY = {
    "SHA-256": (r"0x428a2f98", {"base/sha256.h"}),
    "what JSON escapes": (r"u2028|'u', '2', '0', '2'", {"base/json.h"}),
    "YAML's words": (r'"\.NAN"', {"base/yaml_scalar.cc"}),
    "waits between attempts": (r"4294967295\.0", {"runtime/base/backoff.cc", "runtime/export/queue_attempts.cc"}),
    "what AWS calls a fault": (r"\(HTTP status ", {"runtime/aws/call.cc"}),
}


class Tree:
    """The files that git knows, by their path below `root`."""

    def __init__(self, root, files):
        self.root = root
        self.files = set(files)
        self.folders = {folder for file in files for folder in parents(file)}

    def read(self, file):
        with open(os.path.join(self.root, file), encoding="utf-8", errors="replace") as opened:
            return opened.read()

    def matching(self, start, suffixes):
        return sorted(file for file in self.files if file.startswith(start) and file.endswith(suffixes))


def parents(path):
    while path := os.path.dirname(path):
        yield path


# -- names of files

SOURCE = r"(?:\.cc|\.h|\.py|\.cmake|\.wtl|\.g4|\.sh|\.md|CMakeLists\.txt|versions\.txt)"
NOT_OURS = re.compile(r"^build|^lib/whittle|^~|^\.\w+$|_config\.h$|_decl\.(cc|h)$")  # made by the build, a user's, an ending alone


def names_in(text, tops):
    """(line, name) of each file or folder that the Markdown names: targets of links, and what is in backticks and looks like a path."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        fenced ^= line.startswith("```")
        if fenced or line.startswith("    "):
            continue
        for target in re.findall(r"\]\(([^)#\s]+)", line):
            if "://" not in target:
                yield number, target
        for name in re.findall(r"`([^`\s]+)`", line):
            top = name.split("/")[0]
            if re.fullmatch(r"[\w./<>*-]+", name) and (re.search(SOURCE + "$", name) or ("/" in name and top in tops)):
                yield number, name


def missing_names(tree):
    tops = {file.split("/")[0] for file in tree.files}
    for document in sorted(tree.files):
        if os.path.basename(document) not in ("README.md", "ARCHITECTURE.md"):
            continue
        folder = os.path.dirname(document)
        for line, name in names_in(tree.read(document), tops):
            if NOT_OURS.search(name):
                continue
            wanted = os.path.normpath(name)
            pattern = re.sub(r"<\w+>|\\\*\\\*|\\\*", ".*", re.escape(wanted).replace(r"\<", "<").replace(r"\>", ">"))
            # From the root, or below the document's folder.
            places = f"({re.escape(folder)}/(.*/)?)?" if folder else "(.*/)?"
            if not any(re.fullmatch(places + pattern, path) for path in tree.files | tree.folders):
                yield f"{document}:{line}: names `{name}`, which does not exist"


# -- folder cycles

def includes(tree, top):
    """{folder: {folder it includes from: "file includes header"}}"""
    out = {}
    for file in tree.matching(f"{top}/", (".cc", ".h")):
        folder = os.path.dirname(file)
        out.setdefault(folder, {})
        if file.endswith("_test.cc"):
            continue
        for header in re.findall(rf'^#include "({top}/[^"]+)"', tree.read(file), re.MULTILINE):
            other = os.path.dirname(header)
            if other != folder:
                out[folder].setdefault(other, f"{file} includes {header}")
    return out


def cycles(graph):
    """A shortest cycle through each folder that is on one, each cycle once."""
    found = {}
    for start in sorted(graph):
        paths = [[start]]
        seen = {start}
        while paths and (path := paths.pop(0)):
            for after in sorted(graph.get(path[-1], {})):
                if after == start:
                    found.setdefault(frozenset(path), path)
                    paths = []
                    break
                if after not in seen:
                    seen.add(after)
                    paths.append(path + [after])
    return sorted(found.values())


def folder_cycles(tree, known=KNOWN_CYCLES):
    left = set(known)
    for top in ["compiler", "runtime"]:
        graph = includes(tree, top)
        for cycle in cycles(graph):
            name = " -> ".join(cycle)
            if name in known:
                left.discard(name)
                continue
            steps = "".join(f"\n    {graph[a][b]}" for a, b in zip(cycle, cycle[1:] + cycle[:1]))
            yield f"folder cycle: {name} -> {cycle[0]}{steps}"
    for name in sorted(left):
        yield f"folder cycle: {name} is no more: take it out of KNOWN_CYCLES"


# -- component names

def without_comments(file, text):
    """The text with its comments blanked, so that lines stay where they are."""
    if file.endswith((".cc", ".h")):
        pattern = r'R"\w*\((?:.|\n)*?\)\w*"|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|(?P<comment>//[^\n]*|/\*(?:.|\n)*?\*/)'
    else:
        pattern = r'"(?:[^"\\]|\\.)*"|(?P<comment>#[^\n]*)'
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m[0]) if m["comment"] else m[0], text)


def component_names(tree, known=KNOWN_COMPONENT_NAMES):
    names = re.findall(r"^component\(\w+ (\w+)", tree.read("stdlib/CMakeLists.txt"), re.MULTILINE)
    def any_of(words):
        return "|".join([name for name in names if name in words] + ["(?!)"])

    special = any_of(set(names) - ORDINARY_WORDS - PLAIN_WORDS)
    pattern = re.compile(rf'\b({special})\b|"({any_of(ORDINARY_WORDS)})"|/({any_of(ORDINARY_WORDS | PLAIN_WORDS)})/')
    left = set(known)
    for file in tree.matching("compiler/", (".cc", ".h", "CMakeLists.txt")) + tree.matching("cmake/", (".cmake", ".sh", ".py", ".txt")):
        if file.endswith("_test.cc") or file.startswith(tuple(MAY_NAME_COMPONENTS)):
            continue
        for number, line in enumerate(without_comments(file, tree.read(file)).splitlines(), 1):
            for match in pattern.finditer(line):
                name = next(filter(None, match.groups()))
                left.discard((file, name))
                if (file, name) not in known and (file, name) not in NOT_A_COMPONENT:
                    yield f"{file}:{number}: names the component `{name}`; its declaration or its line in stdlib/CMakeLists.txt is the place"
    for file, name in sorted(left):
        yield f"{file}: does not name `{name}` any more: take it out of KNOWN_COMPONENT_NAMES"


# -- second copies

def second_copies(tree, once=ONE_COPY):
    for what, (sign, homes) in once.items():
        holders = {file for top in ("base/", "compiler/", "runtime/", "stdlib/") for file in tree.matching(top, (".cc", ".h"))
                   if not file.endswith("_test.cc") and re.search(sign, without_comments(file, tree.read(file)))}
        for file in sorted(holders - homes):
            yield f"{file}: a second copy of {what}, which is in {' and '.join(sorted(homes))}"
        for file in sorted(homes - holders):
            yield f"{file}: no longer holds {what}: take it out of ONE_COPY"


# -- golden mistakes

def golden_mistakes(tree):
    for source in tree.matching("tests/golden/", (".yaml", ".cmd")):
        printed = re.sub(r"\.(yaml|cmd)$", lambda end: {"yaml": ".stderr", "cmd": ".out"}[end[1]], source)
        if not os.path.basename(source).startswith("fail_") or printed not in tree.files:
            continue
        kinds = set(re.findall(r"^error\[(\w+)\]", tree.read(printed), re.MULTILINE))
        several = any(re.match(r"# several: \S", line) for line in tree.read(source).splitlines()[:2])
        if len(kinds) > 1 and not several:
            yield f"{source}: holds mistakes of {len(kinds)} kinds ({', '.join(sorted(kinds))}): one a file, or `# several: WHY` at its head"
        if several and len(kinds) < 2:
            yield f"{source}: says that it holds several mistakes, and holds those of one kind"


# -- bare messages

MAY_BE_BARE = {"compiler/check/rules.cc"}  # the sentences of rules between settings stand in the declarations


def bare_messages(tree):
    for file in tree.matching("compiler/", (".cc", ".h")) + tree.matching("stdlib/", (".cc", ".h")):
        text = without_comments(file, tree.read(file))
        for match in re.finditer(r'\bDiag<[^;{]*>\s*\w+\s*\{\s*"([EWN]\d{4})",\s*"\{\}"\s*\}', text):
            if file not in MAY_BE_BARE:
                yield f"{file}:{text.count(chr(10), 0, match.start()) + 1}: the message of {match[1]} is nothing but a hole"


# -- long functions

LONGEST_FUNCTION = 90  # lines, where a screen has sixty
MAY_BE_LONG = {
    ("compiler/lower/program_code.cc", "instruction"): "a case for each operation",
    ("compiler/syntax/antlr/wtl_reader.cc", "member"): "a branch for each kind of member",
    ("runtime/record/frame_fields.cc", "encode"): "a case for each form of a field",
    ("runtime/wire/validate.cc", "message"): "runs for every byte of telemetry, its state in registers",
    ("stdlib/exporter/awsxray/span_attributes.cc", "classify"): "a case for each length of a name",
}


def functions(text):
    """(line, name, lines) of each function that is defined in a file which is formatted; of a lambda's, the function that it is in."""
    blank = lambda m: re.sub(r"[^\n]", " ", m[0])
    text = re.sub(r'R"(\w*)\((?:.|\n)*?\)\1"|"(?:[^"\\\n]|\\.)*"|(?<![0-9a-fA-F])\'(?:[^\'\\\n]|\\.)*\'|//[^\n]*|/\*(?:.|\n)*?\*/', blank, text)
    text = re.sub(r"^\s*#(?:.*\\\n)*.*$|^[A-Z]\w+\(.*\)$", blank, text, flags=re.MULTILINE)  # macros
    open_blocks, begun, start = [], None, 0  # whether each is a namespace or a class, the outermost other one, where its head begins
    for at in re.finditer(r"[{};]", text):
        if at[0] == "{":
            head = text[start:at.start()].strip()
            plain = re.sub(r"operator\s*(\(\)|\W+?)\s*\(", "operator(", head)
            while plain != (plain := re.sub(r"\([^()]*\)", "\0", plain)):  # what is in parentheses
                pass
            named = re.search(r"\b(namespace|struct|class|union|enum|extern)\b", plain) is not None
            scope = named and "=" not in plain and ("\0" not in re.sub(r"(alignas|__attribute__)\0", "", plain) or " : " in plain)
            if begun is None and not scope:
                begun = (at.start(), len(open_blocks), plain)
            open_blocks.append(scope)
        elif at[0] == "}" and open_blocks:
            open_blocks.pop()
            if begun is not None and begun[1] == len(open_blocks):
                name = re.search(r"(~?\w+)\s*\0", begun[2])
                if name and "=" not in begun[2]:
                    yield text.count("\n", 0, begun[0]) + 1, name[1], text.count("\n", begun[0], at.start()) + 1
                begun = None
        if begun is None:
            start = at.end()


def long_functions(tree, longest=LONGEST_FUNCTION, may=MAY_BE_LONG):
    left = set(may)
    for top in ("base/", "compiler/", "runtime/", "stdlib/"):
        for file in tree.matching(top, (".cc", ".h")):
            if file.endswith("_test.cc"):
                continue
            for line, name, lines in functions(tree.read(file)):
                if lines <= longest:
                    continue
                left.discard((file, name))
                if (file, name) not in may:
                    yield f"{file}:{line}: `{name}` has {lines} lines: take it apart along what it does"
    for file, name in sorted(left):
        yield f"{file}: `{name}` is not longer than {longest} lines any more: take it out of MAY_BE_LONG"


# -- no idea

# A short file that is a function of the language has its name, and what it does stands in the reference's documents.
NAMED_FUNCTIONS, SHORT = ("runtime/ottl/functions/", "runtime/record/edits/"), 60


def no_idea(tree):
    def opens(file):
        lines = [line for line in tree.read(file).splitlines() if line and not line.startswith("// SPDX")]
        return bool(lines) and lines[0].startswith("//")

    for top in ("base/", "compiler/", "runtime/", "stdlib/"):
        for file in tree.matching(top, (".cc", ".h")):
            stem, kind = os.path.splitext(file)
            other = stem + (".h" if kind == ".cc" else ".cc")
            short = file.startswith(NAMED_FUNCTIONS) and len(tree.read(file).splitlines()) < SHORT
            if not (file.endswith("_test.cc") or short or opens(file) or (other in tree.files and opens(other))):
                yield f"{file}: opens without a comment that says what it is and how it does it"


# -- the rules themselves

def try_rules():
    files = {
        "README.md": "See `compiler/a/gone.cc`, `compiler/a/one.cc`, `one.cc`, [b](compiler/b), [c](compiler/c), `tests/x y`,\n`compiler/*/<name>.cc`, `gone.py`.\n```\n`gone.h`\n```\n",
        "compiler/a/README.md": "`one.cc` `two.h` `compiler/b/two.h` `stdlib/receiver/`\n",
        "compiler/a/one.h": '#include "compiler/b/two.h"\n',
        "compiler/a/one.cc": '// SPDX-License-Identifier: Apache-2.0\n// One.\n#include "compiler/a/one.h"\n// awsxyz\nint x = f("awsxyz: 1", "batch of", "//", "batch"); /* awsxyz */\n',
        "compiler/b/two.h": '#include "compiler/c/three.h"\n',
        "compiler/c/three.h": '#include "compiler/a/one.h"\n#include "compiler/d/four.h"\n',
        "compiler/d/four.h": "",
        "compiler/d/four_test.cc": '#include "compiler/c/three.h"\nauto x = "awsxyz";\n',
        "cmake/x.cmake": 'set(A "/batch/")  # awsxyz\nset(B "/batches/")\n',
        "compiler/d/five.cc": 'constexpr Diag<Words> kA{"E0001", "{}"};\nconstexpr diag::Diag<Words> kB{"E0002",\n  "a {}"};\n',
        "tests/golden/x/fail_two.yaml": "a: 1\n",
        "tests/golden/x/fail_two.stderr": "error[E0001]: a\n\nerror[E0002]: b\n",
        "tests/golden/x/fail_meant.cmd": "# check\n# several: places\n",
        "tests/golden/x/fail_meant.out": "error[E0001]: a\n\nerror[E0002]: b\n",
        "tests/golden/x/fail_one.yaml": "# several: no\n",
        "tests/golden/x/fail_one.stderr": "error[E0001]: a\n\nerror[E0001]: b\n",
        "tests/golden/x/fine.yaml": "",
        "base/long.h": "namespace a {\nint kData[] = {\n1,\n2,\n3,\n};\nstruct B : C<int()> {\n  B(int x = 1) : y_{x} {}\n  bool operator==(const B& b) const {\n"
                       "    return \"{\" == b || 1'000 == '{';  // {\n  }\n};\nvoid f() {\n  auto g = [] {\n    g();\n  };\n}\n"
                       "SOME_MACRO(x)\ntemplate <class T>\nauto g(T (*t)(int) = nullptr) -> decltype(t(1)) {\n  return 1;\n}\n}\n",
        "stdlib/CMakeLists.txt": "component(exporter awsxyz)\ncomponent(processor batch TEST a.cc)\n",
    }
    with tempfile.TemporaryDirectory(prefix="whittle-house-") as root:
        for file, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, file)), exist_ok=True)
            with open(os.path.join(root, file), "w") as out:
                out.write(text)
        tree = Tree(root, files)
        found = list(missing_names(tree))
        assert found == ["README.md:1: names `compiler/a/gone.cc`, which does not exist", "README.md:2: names `gone.py`, which does not exist",
                         "compiler/a/README.md:1: names `two.h`, which does not exist",
                         "compiler/a/README.md:1: names `stdlib/receiver/`, which does not exist"], found
        found = list(folder_cycles(tree, set()))
        assert found == ["folder cycle: compiler/a -> compiler/b -> compiler/c -> compiler/a\n    compiler/a/one.h includes compiler/b/two.h\n"
                         "    compiler/b/two.h includes compiler/c/three.h\n    compiler/c/three.h includes compiler/a/one.h"], found
        cycle = "compiler/a -> compiler/b -> compiler/c"
        assert list(folder_cycles(tree, {cycle})) == []
        assert list(folder_cycles(tree, {cycle, "x"})) == ["folder cycle: x is no more: take it out of KNOWN_CYCLES"]
        found = [text.split("; ")[0] for text in component_names(tree, set())]
        assert found == ["compiler/a/one.cc:5: names the component `awsxyz`", "compiler/a/one.cc:5: names the component `batch`",
                         "cmake/x.cmake:1: names the component `batch`"], found
        known = {("compiler/a/one.cc", "awsxyz"), ("compiler/a/one.cc", "batch"), ("cmake/x.cmake", "batch")}
        assert list(component_names(tree, known)) == []
        assert len(list(component_names(tree, known | {("cmake/x.cmake", "awsxyz")}))) == 1
        found = list(second_copies(tree, {"x": ("batch of", {"compiler/d/four.h"}), "y": ("/. awsxyz", set())}))
        assert found == ["compiler/a/one.cc: a second copy of x, which is in compiler/d/four.h",
                         "compiler/d/four.h: no longer holds x: take it out of ONE_COPY"], found
        found = [text.split(":")[0] for text in golden_mistakes(tree)]
        assert found == ["tests/golden/x/fail_one.yaml", "tests/golden/x/fail_two.yaml"], found
        found = list(functions(tree.read("base/long.h")))
        assert found == [(8, "B", 1), (9, "operator", 3), (13, "f", 5), (20, "g", 3)], found
        found = [text.split(" has")[0] for text in long_functions(tree, 4, {("base/long.h", "g"): ""})]
        assert found == ["base/long.h:13: `f`", "base/long.h: `g` is not longer than 4 lines any more: take it out of MAY_BE_LONG"], found
        found = [text.split(":")[0] for text in no_idea(tree)]
        assert found == ["base/long.h", "compiler/b/two.h", "compiler/c/three.h", "compiler/d/five.cc", "compiler/d/four.h"], found
        assert list(bare_messages(tree)) == ["compiler/d/five.cc:1: the message of E0001 is nothing but a hole"]


def main():
    try_rules()
    root = os.path.abspath(sys.argv[1])
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, text=True) if os.path.exists(f"{root}/.git") else None
    if listed is None or listed.returncode != 0:
        print("skipped: not a clone, or git is not there to say which files belong to it")
        return 77
    tree = Tree(root, [file for file in listed.stdout.split("\0") if file and os.path.isfile(os.path.join(root, file))])
    found = [*missing_names(tree), *folder_cycles(tree), *component_names(tree), *second_copies(tree), *golden_mistakes(tree), *bare_messages(tree), *long_functions(tree), *no_idea(tree)]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
