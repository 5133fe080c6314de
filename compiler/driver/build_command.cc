// SPDX-License-Identifier: Apache-2.0
// build, run and replay: compile, then keep the result or execute it.
#include "compiler/driver/commands.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/show.h"
#include "compiler/image/image.h"
#include "compiler/sbom/sbom.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace whittle::driver {
namespace {

bool write_output(const std::string& path, const std::string& bytes, int mode) {
  if (path == "-") return fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() && fflush(stdout) == 0;
  // Renamed when whole, so that a running collector keeps its file. What is no file (/dev/null, a pipe) stays what it
  // is.
  struct stat there;
  const bool is_file = stat(path.c_str(), &there) != 0 || S_ISREG(there.st_mode);
  const std::string fresh = is_file ? path + ".tmp" : path;
  int fd = open(fresh.c_str(), O_WRONLY | O_CLOEXEC | (is_file ? O_CREAT | O_TRUNC : 0), mode);
  if (fd < 0) return false;
  size_t done = 0;
  while (done < bytes.size()) {
    ssize_t n = write(fd, bytes.data() + done, bytes.size() - done);
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  bool good = (!is_file || fchmod(fd, static_cast<mode_t>(mode)) == 0) && done == bytes.size();
  good = close(fd) == 0 && good;
  if (!is_file) return good;
  if (good && rename(fresh.c_str(), path.c_str()) == 0) return true;
  unlink(fresh.c_str());
  return false;
}

int fail(const std::string& why) {
  fprintf(stderr, "whittle: %s\n", why.c_str());
  return 2;
}

std::string ca_roots() {
  for (const char* path : {getenv("SSL_CERT_FILE"), static_cast<char*>(nullptr)}) {
    if (!path) continue;
    std::ifstream in(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (!text.empty()) return text;
  }
  std::ifstream in("/etc/ssl/certs/ca-certificates.crt", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// "64MiB" in bytes.
bool read_size(const std::string& text, uint64_t& bytes) {
  uint64_t number = 0;
  const auto [unit, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view named(unit, text.data() + text.size());
  if (error != std::errc() || (named != "MiB" && named != "GiB") || number > (uint64_t{1} << 20)) return false;
  bytes = number << (named == "MiB" ? 20 : 30);
  return bytes >= uint64_t{8} << 20;
}

}  // namespace

namespace {

OptionSpec optimise_option() {
  return {"--optimise", "0|1|2", "0: as it is written; 1: record programs rewritten; 2: and machine code (default)",
          'O'};
}

const std::string& rewrites_help() {
  static const std::string text = [] {
    std::string list = "only these rewrites of record programs, joined by commas; none for none:";
    for (const ir::Rewrite& r : ir::rewrites())
      list += "\n" + std::string(32, ' ') + std::string(r.name) + ": " + std::string(r.what);
    return list;
  }();
  return text;
}

// `--optimise` and `--rewrites`. False with a message in `error`.
bool read_optimise(const Arguments& a, CompileOptions& options, std::string& error) {
  const std::string level = a.get("--optimise", "2");
  options.optimise = level == "2";
  if (level == "0") options.rewrites.clear();
  if (!a.has("--rewrites")) return true;
  options.rewrites.clear();
  const std::string given = a.get("--rewrites");
  if (given == "none") return true;
  for (size_t at = 0; at <= given.size();) {
    const size_t comma = std::min(given.find(',', at), given.size());
    const std::string name = given.substr(at, comma - at);
    at = comma + 1;
    auto found = std::ranges::find(ir::rewrites(), name, &ir::Rewrite::name);
    if (found == ir::rewrites().end()) return error = "there is no rewrite `" + name + "`", false;
    options.rewrites.push_back(&*found);
  }
  return true;
}

}  // namespace

// All files that are named make one config, in their order.
bool fill_options(const Arguments& a, CompileOptions& options, std::string& error) {
  if (!report::read_config_options(a, options.check, error)) return false;
  options.check.files.insert(options.check.files.begin(), a.files.begin(), a.files.end());
  if (options.check.files.empty()) return error = "no config given", false;
  return true;
}

// Reads the words; true when the command goes on, else `code` is its exit code.
bool begin(const Words& words, const char* usage, const char* about, const std::vector<OptionSpec>& specs, Arguments& a,
           CompileOptions& options, int& code) {
  std::string error;
  bool good = report::read_command_line(words, specs, a, error);
  if (a.has("--help")) {
    fputs(report::help_text(usage, about, specs).c_str(), stdout);
    code = 0;
    return false;
  }
  if (!good || !fill_options(a, options, error)) {
    fprintf(stderr, "whittle: %s\nusage: whittle %s\n", error.c_str(), usage);
    code = 2;
    return false;
  }
  return true;
}

bool compile_and_show(const CompileOptions& options, Compiled& compiled) {
  compiled = compile(options);
  show_diagnostics(compiled.checked);
  if (!compiled.error.empty()) fail(compiled.error);
  return compiled.exit_code == 0;
}

const std::vector<OptionSpec>& check_options() {
  static const std::vector<OptionSpec> specs = report::with_config_options({});
  return specs;
}

// What the collector is made of. False, with a message, when the list of what the libraries were built from is not
// there.
static bool materials(const Compiled& compiled, const std::string& target, sbom::Document& d) {
  const std::string path = library_dir() + "/" + target + "/sources.txt";
  std::ifstream in(path, std::ios::binary);
  const std::string sources(std::istreambuf_iterator<char>(in), {});
  if (sources.empty()) return fail("cannot read " + path), false;
  d.version = version();
  d.config_hash = compiled.config_hash;
  d.target = target;
  d.executable = compiled.bytes;
  d.libraries = sbom::libraries_of(sources, compiled.archives);
  return true;
}

int sbom_command(const Words& words) {
  auto specs = report::with_config_options({
      {"--output", "FILE", "where to (default: standard output)", 'o'},
      {"--format", "cyclonedx|spdx", "CycloneDX 1.5 or SPDX 2.3, in JSON (default: cyclonedx)"},
      {"--target", "x86_64|aarch64", "the machine that it runs on (default: x86_64)"},
  });
  Arguments a;
  CompileOptions options;
  int code;
  if (!begin(
          words, "sbom CONFIG... [--format cyclonedx|spdx] [--target x86_64|aarch64]",
          "Prints what the collector that `build` makes of the config is made of: each library that is in it, with the "
          "hash of its sources.",
          specs, a, options, code))
    return code;
  options.target = a.get("--target", "x86_64");
  options.say_archives = true;
  Compiled compiled;
  if (!compile_and_show(options, compiled)) return compiled.exit_code;
  sbom::Document d;
  if (!materials(compiled, options.target, d)) return 2;
  const std::string path = a.get("--output", "-");
  if (!write_output(path, a.get("--format") == "spdx" ? sbom::spdx(d) : sbom::cyclonedx(d), 0644))
    return fail("cannot write " + path + ": " + strerror(errno));
  return 0;
}

int build_command(const Words& words) {
  auto specs = report::with_config_options({
      {"--output", "FILE", "the executable (default: collector); `-` is standard output", 'o'},
      {"--image", "FILE.tar", "a scratch image for `docker load` and OCI tools; no executable then unless -o is given"},
      {"--name", "NAME:TAG", "the image's name (default: whittle/collector:latest)"},
      {"--target", "x86_64|aarch64", "the machine that it runs on (default: x86_64)"},
      {"--emit", "plan|ir|asm|obj|elf", "an earlier stage, to standard output unless -o is given"},
      {"--memory", "SIZE", "the memory of its container (found out when it starts; no more than that)"},
      optimise_option(),
      {"--rewrites", "LIST", rewrites_help()},
  });
  Arguments a;
  CompileOptions options;
  int code;
  if (!begin(words,
             "build CONFIG... [-o FILE] [--image FILE.tar] [--target x86_64|aarch64] [--emit plan|ir|asm|obj|elf]",
             "Compiles a config to a collector that does what it says and nothing else.", specs, a, options, code))
    return code;
  options.target = a.get("--target", "x86_64");
  options.emit = a.get("--emit", "elf");
  std::string wrong;
  if (!read_optimise(a, options, wrong)) return fail(wrong);
  if (a.has("--memory") && !read_size(a.get("--memory"), options.memory))
    return fail("`--memory` takes 8MiB or more, such as 64MiB, not `" + a.get("--memory") + "`");
  std::string image_file = a.get("--image");
  if (!image_file.empty() && options.emit != "elf") return fail("`--image` and `--emit` do not go together");

  options.say_archives = !image_file.empty();
  Compiled compiled;
  if (!compile_and_show(options, compiled)) return compiled.exit_code;
  if (options.memory > 0 && options.memory >> 20 < static_cast<uint64_t>(compiled.memory.mib))
    fprintf(stderr, "note: at most %lld MiB are needed; with %s senders are told to come again before that\n",
            static_cast<long long>(compiled.memory.mib), a.get("--memory").c_str());
  bool executable = options.emit == "elf";
  bool wants_file = a.has("--output") || (executable && image_file.empty());
  if (wants_file || !executable) {
    std::string path = a.get("--output", executable ? "collector" : "-");
    if (!write_output(path, compiled.bytes, executable ? 0755 : 0644))
      return fail("cannot write " + path + ": " + strerror(errno));
    if (executable && path != "-")
      fprintf(stderr, "wrote %s: %.2f MB for %s\n", path.c_str(), static_cast<double>(compiled.bytes.size()) / 1e6,
              options.target.c_str());
  }
  if (!image_file.empty()) {
    image::Spec spec;
    spec.target = options.target;
    spec.executable = compiled.bytes;
    if (compiled.needs_roots && (spec.ca_roots = ca_roots()).empty())
      return fail("an endpoint uses TLS and this machine has no CA roots for the image: install ca-certificates or set "
                  "SSL_CERT_FILE");
    // What only this container can reach is nothing to publish.
    for (const check::Listener& l : compiled.listeners)
      if (l.port != 0 && !l.loopback()) spec.ports.push_back(l.port);
    spec.folders = compiled.folders;
    spec.labels["dev.whittle.config"] = compiled.config_hash;
    spec.labels["dev.whittle.version"] = version();
    spec.labels["org.opencontainers.image.title"] = "collector";
    sbom::Document made;
    if (!materials(compiled, options.target, made)) return 2;
    spec.labels["dev.whittle.sbom"] = sbom::cyclonedx(made);
    spec.name = a.get("--name", "whittle/collector:latest");
    if (spec.name.find(':') == std::string::npos) spec.name += ":latest";
    image::Image image = image::build(spec);
    if (!write_output(image_file, image.tar, 0644)) return fail("cannot write " + image_file + ": " + strerror(errno));
    fprintf(stderr, "wrote %s: %s, %.2f MB\n%s\n", image_file.c_str(), spec.name.c_str(),
            static_cast<double>(image.tar.size()) / 1e6, image.manifest_digest.c_str());
  }
  return 0;
}

// Writes the executable where it can be executed: memory, so that nothing stays behind.
int memory_file(const std::string& bytes) {
  int fd = memfd_create("collector", MFD_CLOEXEC);
  if (fd < 0) return -1;
  size_t done = 0;
  while (done < bytes.size()) {
    ssize_t n = write(fd, bytes.data() + done, bytes.size() - done);
    if (n <= 0) return close(fd), -1;
    done += static_cast<size_t>(n);
  }
  return fd;
}

static int execute(const std::string& bytes, std::vector<const char*> argv) {
  int fd = memory_file(bytes);
  if (fd < 0) return fail(std::string("cannot make a file in memory: ") + strerror(errno));
  argv.push_back(nullptr);
  fflush(stdout);
  fflush(stderr);
  fexecve(fd, const_cast<char* const*>(argv.data()), environ);
  return fail(std::string("cannot execute the collector: ") + strerror(errno));
}

int run_command(const Words& words) {
  Arguments a;
  CompileOptions options;
  int code;
  if (!begin(words, "run CONFIG...", "Compiles a config and runs the collector until it is stopped.", check_options(),
             a, options, code))
    return code;
  Compiled compiled;
  if (!compile_and_show(options, compiled)) return compiled.exit_code;
  return execute(compiled.bytes, {"collector"});
}

int replay_command(const Words& words) {
  auto specs = report::with_config_options({
      {"--clock", "SECONDS", "the time that it is, in seconds since the epoch; it stands still"},
      {"--target", "x86_64|aarch64", "the machine to compile for; aarch64 runs under qemu-aarch64"},
      optimise_option(),
  });
  Arguments a;
  CompileOptions options;
  int code;
  if (!begin(words, "replay CONFIG... --clock SECONDS < requests.jsonl > calls.jsonl",
             "Runs the config's own machine code with the network replaced by standard input and output.\n"
             "A line in:  {\"signal\": \"traces\"|\"metrics\"|\"logs\", \"body\": <OTLP/JSON request>}\n"
             "A line out: {\"exporter\": <id>, \"call\": <name of the call>, \"body\": <request body>}, or "
             "{\"error\": ...}",
             specs, a, options, code))
    return code;
  options.replay = true;
  options.target = a.get("--target", "x86_64");
  std::string wrong;
  if (!read_optimise(a, options, wrong)) return fail(wrong);
  Compiled compiled;
  if (!compile_and_show(options, compiled)) return compiled.exit_code;
  std::string clock = a.get("--clock");
  std::vector<const char*> argv{"collector"};
  if (!clock.empty()) {
    argv.push_back("--clock");
    argv.push_back(clock.c_str());
  }
  if (options.target != "aarch64") return execute(compiled.bytes, argv);

  // Another machine's code: by qemu's user mode emulation, which wants a file with a name.
  std::string path = "/tmp/whittle-replay-XXXXXX";
  int fd = mkstemp(path.data());
  if (fd < 0) return fail(std::string("cannot make a temporary file: ") + strerror(errno));
  close(fd);
  if (!write_output(path, compiled.bytes, 0755)) return fail("cannot write " + path);
  argv[0] = path.c_str();
  argv.insert(argv.begin(), "qemu-aarch64-static");
  argv.push_back(nullptr);
  pid_t child = fork();
  if (child == 0) {
    execvp(argv[0], const_cast<char* const*>(argv.data()));
    fail(std::string("cannot execute qemu-aarch64-static: ") + strerror(errno));
    _exit(2);
  }
  int status = 0;
  waitpid(child, &status, 0);
  unlink(path.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

}  // namespace whittle::driver
