// SPDX-License-Identifier: Apache-2.0
// Each deed is done by a process of its own that has entered the sandbox: it ends well, or by SIGSYS.
#include "runtime/main/sandbox.h"

#include "runtime/abi.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <functional>
#include <gtest/gtest.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace whittle;

namespace {

enum class End { Well, Badly, Killed };

End end_of(uint32_t may, const std::function<bool()>& deed) {
  const pid_t child = fork();
  if (child == 0) {
    if (enter_sandbox(may)) _exit(2);
    _exit(deed() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) return End::Killed;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? End::Well : End::Badly;
}

std::string temporary() {
  return testing::TempDir() + "sandbox-" + std::to_string(getpid());
}

struct Deed {
  const char* name;
  std::function<bool()> does;
};

TEST(Sandbox, WhatCollectorsDo) {
  const Deed deeds[] = {
      {"nothing", [] { return true; }},
      {"reads a file", [] { return open("/etc/hostname", O_RDONLY | O_CLOEXEC) >= 0; }},
      {"allocates", [] { return memset(malloc(64 << 20), 1, 64 << 20) != nullptr; }},
      {"connects",
       [] {
         const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
         sockaddr_in a{};
         a.sin_family = AF_INET, a.sin_port = htons(9), a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
         connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a);
         return fd >= 0 && socket(AF_INET6, SOCK_DGRAM, 0) >= 0 && socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
       }},
      {"makes a thread",
       [] {
         pthread_t thread;
         return pthread_create(
                    &thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr) == 0 &&
                pthread_join(thread, nullptr) == 0;
       }},
      {"is without privileges and core files",
       [] {
         rlimit core{};
         return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0;
       }},
  };
  for (const Deed& d : deeds) EXPECT_EQ(end_of(0, d.does), End::Well) << d.name;
}

TEST(Sandbox, WhatIntrudersDo) {
  const Deed deeds[] = {
      {"executes", [] { return execl("/bin/true", "true", nullptr) != 0; }},
      {"forks", [] { return fork() >= 0; }},
      {"traces", [] { return ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0; }},
      {"makes memory that can be executed",
       [] { return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED; }},
      {"makes memory executable",
       [] {
         void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
         return mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
       }},
      {"writes a file", [] { return open(temporary().c_str(), O_WRONLY | O_CREAT, 0600) >= 0; }},
      {"removes a file", [] { return unlink(temporary().c_str()) == 0; }},
      {"listens", [] { return listen(socket(AF_INET, SOCK_STREAM, 0), 1) == 0; }},
      {"sniffs", [] { return socket(AF_PACKET, SOCK_RAW, 0) >= 0; }},
      {"signals another process", [] { return kill(getppid(), 0) == 0; }},
      {"changes its user", [] { return setuid(65534) == 0; }},
      {"changes its root", [] { return chroot("/") == 0; }},
      {"reads another process's memory", [] { return syscall(SYS_process_vm_readv, getppid(), 0, 0, 0, 0, 0) == 0; }},
  };
  for (const Deed& d : deeds) EXPECT_EQ(end_of(0, d.does), End::Killed) << d.name;
}

TEST(Sandbox, WhatTheConfigAsksFor) {
  const auto writes = [] {
    const std::string name = temporary(), other = name + ".old";
    const int fd = open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return fd >= 0 && write(fd, "x", 1) == 1 && fsync(fd) == 0 && rename(name.c_str(), other.c_str()) == 0 &&
           unlink(other.c_str()) == 0;
  };
  EXPECT_EQ(end_of(kMayWriteFiles, writes), End::Well);
  EXPECT_EQ(end_of(kMayUnixSockets, writes), End::Killed);
  const auto removes = [] { return unlink(temporary().c_str()) != 0 && errno == ENOENT; };
  EXPECT_EQ(end_of(kMayUnixSockets, removes), End::Well);
}

}  // namespace
