// SPDX-License-Identifier: Apache-2.0
// whittle try: the collector in a simulated Fargate task. What it calls is printed, a line a call.
// At the end it is told to stop as ECS would, so that what it still holds is seen too.
#include "compiler/driver/commands.h"
#include "compiler/driver/show.h"
#include "compiler/driver/simulator.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sys/wait.h>
#include <unistd.h>

namespace whittle::driver {
namespace {

volatile sig_atomic_t stop_signal = 0;

struct Tally {
  int good = 0, bad = 0;
};

std::string shortened(const std::string& body, size_t most) {
  if (body.size() <= most) return body;
  return body.substr(0, most) + "... (" + std::to_string(body.size()) + " bytes)";
}

void show(const SimulatedCall& call, size_t most, Tally& tally) {
  ++(call.signature_good ? tally.good : tally.bad);
  const char* verdict = call.signature_good ? "" : "  REFUSED: ";
  printf("%s:%s %d%s%s\n  %s\n", call.service.c_str(), call.action.c_str(), call.status, verdict, call.problem.c_str(),
         shortened(call.body, most).c_str());
  fflush(stdout);
}

}  // namespace

int try_command(const Words& words) {
  std::vector<OptionSpec> specs = {
      {"--seconds", "N", "stop after so long (default: at Ctrl-C)"},
      {"--body", "BYTES", "how much of each call's body to print (default: 400)"},
  };
  specs.insert(specs.end(), check_options().begin(), check_options().end());
  Arguments a;
  CompileOptions options;
  int code;
  if (!begin(words, "try CONFIG... [--seconds N]",
             "Runs the collector inside a simulated Fargate task: a task metadata endpoint, a task role's credentials, "
             "and AWS endpoints that check\n"
             "each signature. Every call that AWS would have got is printed on standard output.",
             specs, a, options, code))
    return code;
  Compiled compiled;
  if (!compile_and_show(options, compiled)) return compiled.exit_code;

  Simulator simulator;
  std::string error;
  if (!simulator.open(error)) return fprintf(stderr, "whittle: %s\n", error.c_str()), 2;
  int fd = memory_file(compiled.bytes);
  if (fd < 0) return fprintf(stderr, "whittle: cannot make a file in memory: %s\n", strerror(errno)), 2;
  pid_t child = fork();
  if (child < 0) return fprintf(stderr, "whittle: cannot start the collector: %s\n", strerror(errno)), 2;
  if (child == 0) {
    for (auto& variable : simulator.environment()) putenv(strdup(variable.c_str()));
    for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
                             "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE",
                             "HOME", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"})
      unsetenv(name);
    const char* argv[] = {"collector", nullptr};
    fexecve(fd, const_cast<char* const*>(argv), environ);
    fprintf(stderr, "whittle: cannot execute the collector: %s\n", strerror(errno));
    _exit(2);
  }
  close(fd);
  fprintf(stderr,
          "a simulated Fargate task: metadata, credentials and AWS on 127.0.0.1:%d; the collector is process %d; "
          "Ctrl-C ends it\n",
          simulator.port(), child);

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
  simulator.serve(ended, [&](const SimulatedCall& call) { show(call, most, tally); });
  fprintf(stderr, "%d calls with a good signature, %d refused\n", tally.good, tally.bad);
  if (WIFSIGNALED(status))
    return fprintf(stderr, "whittle: the collector was killed by signal %d\n", WTERMSIG(status)), 2;
  return WEXITSTATUS(status) != 0 || tally.bad > 0 ? 1 : 0;
}

}  // namespace whittle::driver
