// SPDX-License-Identifier: Apache-2.0
// A filter is a BPF program over the number and the arguments of a system call. The calls of every request stand first:
// the program is gone through from the top.
#include "runtime/main/sandbox.h"

#include "runtime/abi.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace whittle {
namespace {

// The kernel's side of it (its linux/filter.h, linux/bpf_common.h and linux/seccomp.h, which the C library does not
// have).
struct Instruction {
  uint16_t code;
  uint8_t yes, no;  // how many to leave out next
  uint32_t k;
};
struct Instructions {
  uint16_t size;
  Instruction* code;
};
struct Called {
  int32_t number;
  uint32_t architecture;
  uint64_t place, arguments[6];
};
constexpr uint16_t kLoad = 0x20, kIfEqual = 0x15, kIfAny = 0x45, kAnswer = 0x06;
constexpr uint32_t kAllow = 0x7fff0000, kKill = 0x80000000, kFail = 0x00050000;
constexpr unsigned kSetFilter = 1, kAllThreads = 1;

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = 0xc000003e;  // AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = 0xc00000b7;  // AUDIT_ARCH_AARCH64
#endif

// Always: time, memory, sockets, reading files, threads that resolve names.
constexpr uint16_t kAlways[] = {
    // for every request
    SYS_epoll_pwait,
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_recvmsg,
    SYS_sendmsg,
    SYS_recvfrom,
    SYS_sendto,
    SYS_epoll_ctl,
    SYS_timerfd_settime,
    SYS_clock_gettime,
    SYS_futex,
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_close,
    SYS_accept4,
    SYS_connect,
    SYS_getsockopt,
    SYS_setsockopt,
    SYS_fcntl,
    SYS_brk,
    SYS_getrandom,
    // sockets
    SYS_bind,
    SYS_shutdown,
    SYS_getsockname,
    SYS_getpeername,
    SYS_socketpair,
    SYS_sendmmsg,
    SYS_recvmmsg,
    SYS_ppoll,
    SYS_pselect6,
    SYS_epoll_create1,
    SYS_eventfd2,
    SYS_pipe2,
    SYS_ioctl,
    SYS_accept,
    // files
    SYS_lseek,
    SYS_pread64,
    SYS_preadv,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_getdents64,
    SYS_faccessat,
    SYS_readlinkat,
    SYS_statfs,
    SYS_getcwd,
    // threads, signals, and the end
    SYS_set_robust_list,
    SYS_set_tid_address,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_tkill,
    SYS_tgkill,
    SYS_gettid,
    SYS_getpid,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_membarrier,
    SYS_rseq,
    SYS_restart_syscall,
    SYS_exit,
    SYS_exit_group,
    SYS_signalfd4,
    // time, and what one is and has
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_gettimeofday,
    SYS_clock_getres,
    SYS_timerfd_create,
    SYS_timerfd_gettime,
    SYS_getrusage,
    SYS_prlimit64,
    SYS_uname,
    SYS_sysinfo,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
#ifdef __x86_64__
    // what newer architectures have under other names
    SYS_epoll_wait,
    SYS_poll,
    SYS_select,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_pipe,
    SYS_time,
    SYS_getrlimit,
    SYS_getdents,
#endif
};
constexpr uint16_t kRemoveFiles[] = {
    SYS_unlinkat,
#ifdef __x86_64__
    SYS_unlink,
#endif
};
constexpr uint16_t kWriteFiles[] = {
    SYS_renameat,  SYS_renameat2, SYS_unlinkat, SYS_mkdirat,  SYS_fsync,     SYS_fdatasync,
    SYS_ftruncate, SYS_fallocate, SYS_fchmod,   SYS_fchmodat, SYS_utimensat, SYS_pwrite64,
#ifdef __x86_64__
    SYS_rename,    SYS_unlink,    SYS_mkdir,    SYS_chmod,
#endif
};

class Filter {
public:
  explicit Filter(uint32_t may) {
    add(kLoad, offsetof(Called, architecture));
    skip_unless_equal(kArchitecture, 1, 0);
    add(kAnswer, kKill);
    add(kLoad, offsetof(Called, number));
    for (uint16_t call : kAlways) allow(call);
    if (may & kMayWriteFiles)
      for (uint16_t call : kWriteFiles) allow(call);
    if (may & kMayUnixSockets)
      for (uint16_t call : kRemoveFiles) allow(call);

    // Memory: not to be executed.
    allow_without(SYS_mmap, 2, PROT_EXEC);
    allow_without(SYS_mprotect, 2, PROT_EXEC);
    // Files: to be read.
    const uint32_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
    if (may & kMayWriteFiles) allow(SYS_openat);
    else allow_without(SYS_openat, 2, writing);
#ifdef __x86_64__
    if (may & kMayWriteFiles) allow(SYS_open);
    else allow_without(SYS_open, 1, writing);
#endif
    // Threads, not processes; the C library tries the older call where the newer one is not there.
    allow_with(SYS_clone, 0, CLONE_THREAD);
    skip_unless_equal(SYS_clone3, 0, 1);
    add(kAnswer, kFail | ENOSYS);
    // Sockets of the Internet and of this machine, and those by which the C library asks for network interfaces.
    skip_unless_equal(SYS_socket, 0, 7);
    add(kLoad, argument(0));
    skip_unless_equal(AF_INET, 4, 0);
    skip_unless_equal(AF_INET6, 3, 0);
    skip_unless_equal(AF_UNIX, 2, 0);
    skip_unless_equal(AF_NETLINK, 1, 0);
    add(kAnswer, kKill);
    add(kAnswer, kAllow);
    // All others.
    add(kAnswer, kKill);
  }

  Instructions program() { return {size_, code_}; }

private:
  static constexpr uint32_t argument(size_t n) {
    return static_cast<uint32_t>(offsetof(Called, arguments) + 8 * n);  // its lower half
  }
  void add(uint16_t code, uint32_t k, uint8_t yes = 0, uint8_t no = 0) { code_[size_++] = {code, yes, no, k}; }
  void skip_unless_equal(uint32_t value, uint8_t yes, uint8_t no) { add(kIfEqual, value, yes, no); }
  void allow(uint32_t call) {
    skip_unless_equal(call, 0, 1);
    add(kAnswer, kAllow);
  }
  // The call when none of `bits` are in its argument `n`; else the end.
  void allow_without(uint32_t call, size_t n, uint32_t bits) {
    skip_unless_equal(call, 0, 4);
    add(kLoad, argument(n));
    add(kIfAny, bits, 1, 0);
    add(kAnswer, kAllow);
    add(kAnswer, kKill);
  }
  void allow_with(uint32_t call, size_t n, uint32_t bits) {
    skip_unless_equal(call, 0, 4);
    add(kLoad, argument(n));
    add(kIfAny, bits, 0, 1);
    add(kAnswer, kAllow);
    add(kAnswer, kKill);
  }

  Instruction code_[320];
  uint16_t size_ = 0;
};

}  // namespace

const char* enter_sandbox(uint32_t may) {
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no_new_privs";
  Filter filter(may);
  Instructions program = filter.program();
  if (syscall(SYS_seccomp, kSetFilter, kAllThreads, &program) != 0) return "seccomp";
  return nullptr;
}

}  // namespace whittle
