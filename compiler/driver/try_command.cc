// SPDX-License-Identifier: Apache-2.0
// whittle try: the collector in a simulated Fargate task. What it calls is printed, a line a call.
// At the end it is told to stop as ECS would, so that what it still holds is seen too.
#include "compiler/driver/commands.h"
#include "compiler/driver/show.h"
#include "compiler/driver/try_grpc.h"
#include "compiler/simulator/simulator.h"

#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace whittle::driver {
namespace {

volatile sig_atomic_t stop_signal = 0;

struct Tally {
  int good = 0, bad = 0, others = 0;
};

std::string shortened(const std::string& body, size_t most) {
  if (body.size() <= most) return body;
  return body.substr(0, most) + "... (" + std::to_string(body.size()) + " bytes)";
}

void show(const simulator::Call& call, size_t most, Tally& tally) {
  ++(call.others ? tally.others : call.signature_good ? tally.good : tally.bad);
  const char* verdict = call.others || call.signature_good ? "" : "  REFUSED: ";
  printf("%s:%s %d%s%s\n  %s\n", call.service.c_str(), call.action.c_str(), call.status, verdict, call.problem.c_str(),
         shortened(call.body, most).c_str());
  fflush(stdout);
}

// Runs a collector with these variables, and none that would lead it elsewhere. Negative, with a message, when it
// cannot.
pid_t execute(const std::string& bytes, const std::vector<std::string>& environment) {
  const int fd = memory_file(bytes);
  if (fd < 0) return fprintf(stderr, "whittle: cannot make a file in memory: %s\n", strerror(errno)), -1;
  const pid_t child = fork();
  if (child < 0) fprintf(stderr, "whittle: cannot start the collector: %s\n", strerror(errno));
  if (child == 0) {
    for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
                             "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE",
                             "HOME", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"})
      unsetenv(name);
    for (const std::string& variable : environment) putenv(strdup(variable.c_str()));
    const char* argv[] = {"collector", nullptr};
    fexecve(fd, const_cast<char* const*>(argv), environ);
    fprintf(stderr, "whittle: cannot execute the collector: %s\n", strerror(errno));
    _exit(2);
  }
  close(fd);
  return child;
}

int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    address.sin_port = 0;
  if (fd >= 0) close(fd);
  return ntohs(address.sin_port);
}

// What stands in for gRPC servers is a collector too: it hands on as JSON what it gets.
pid_t serve_grpc(int port, const std::string& to) {
  std::string text = kTryGrpc;
  for (const auto& [name, value] : {std::pair<std::string, std::string>{"{{port}}", std::to_string(port)},
                                    std::pair<std::string, std::string>{"{{to}}", "http://" + to + "/grpc"}})
    text.replace(text.rfind(name), name.size(), value);
  char path[] = "/tmp/whittle-try-XXXXXX.yaml";
  const int fd = mkstemps(path, 5);
  const bool written = fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (fd >= 0) close(fd);
  CompileOptions options;
  options.check.files = {path};
  Compiled compiled;
  const bool good = written && compile_and_show(options, compiled);
  if (fd >= 0) unlink(path);
  return good ? execute(compiled.bytes, {}) : -1;
}

}  // namespace

int try_command(const Words& words) {
  std::vector<OptionSpec> specs = {
      {"--seconds", "N", "stop after so long (default: at Ctrl-C)"},
      {"--body", "BYTES", "how much of each call's body to print (default: 400)"},
      {"--metrics", "FILE", "what scrapes get where nothing is to be scraped (default: a few metrics)"},
  };
  specs.insert(specs.end(), check_options().begin(), check_options().end());
  Arguments a;
  CompileOptions options;
  int code;
  if (!begin(
          words, "try CONFIG... [--seconds N]",
          "Runs the collector inside a simulated Fargate task: a task metadata endpoint, a task role's credentials, "
          "and AWS endpoints that check\n"
          "each signature. Every call that AWS or another backend would have got is printed on standard output; none "
          "of them leaves this machine.",
          specs, a, options, code))
    return code;
  simulator::Simulator task;
  std::string error;
  if (!task.open(error)) return fprintf(stderr, "whittle: %s\n", error.c_str()), 2;
  if (a.has("--metrics")) {
    std::ifstream file(a.get("--metrics"), std::ios::binary);
    if (!file) return fprintf(stderr, "whittle: cannot read %s\n", a.get("--metrics").c_str()), 2;
    task.serve_metrics(std::string(std::istreambuf_iterator<char>(file), {}));
  }
  const std::string own = "127.0.0.1:" + std::to_string(task.port());
  const int grpc_port = free_port();
  options.stand_ins = {own, "127.0.0.1:" + std::to_string(grpc_port)};
  Compiled compiled;
  if (!compile_and_show(options, compiled)) return compiled.exit_code;

  pid_t grpc = 0;
  if (calls_grpc(*compiled.checked.config) && (grpc = serve_grpc(grpc_port, own)) < 0) return 2;
  std::vector<std::string> said, environment = task.environment();
  environment.push_back("HTTP_PROXY=http://" + own);
  for (const auto& [name, value] : variables(*compiled.checked.config, said)) environment.push_back(name + "=" + value);
  for (const std::string& line : said) fprintf(stderr, "%s\n", line.c_str());
  const pid_t child = execute(compiled.bytes, environment);
  if (child < 0) return 2;
  fprintf(stderr,
          "a simulated Fargate task: metadata, credentials and AWS on 127.0.0.1:%d; the collector is process %d; "
          "Ctrl-C ends it\n",
          task.port(), child);

  struct sigaction action{};
  action.sa_handler = [](int signal) { stop_signal = signal; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  Tally tally;
  size_t most = strtoul(a.get("--body", "400").c_str(), nullptr, 10);
  double seconds = strtod(a.get("--seconds", "0").c_str(), nullptr);
  time_t begun = time(nullptr);
  bool told = false;
  int status = 0;
  auto ended = [&] {
    if (!told && (stop_signal || (seconds > 0 && difftime(time(nullptr), begun) >= seconds))) {
      kill(child, SIGINT);  // it does not linger for an application that is told to stop with it; it sends what it
                            // holds; the endpoints stay up for that
      told = true;
    }
    return waitpid(child, &status, WNOHANG) == child;
  };
  task.serve(ended, [&](const simulator::Call& call) { show(call, most, tally); });
  if (grpc > 0) {
    kill(grpc, SIGKILL);
    waitpid(grpc, nullptr, 0);
  }
  fprintf(stderr, "%d calls with a good signature, %d refused", tally.good, tally.bad);
  if (tally.others > 0) fprintf(stderr, ", %d to others than AWS", tally.others);
  fprintf(stderr, "\n");
  if (WIFSIGNALED(status))
    return fprintf(stderr, "whittle: the collector was killed by signal %d\n", WTERMSIG(status)), 2;
  return WEXITSTATUS(status) != 0 || tally.bad > 0 ? 1 : 0;
}

}  // namespace whittle::driver
