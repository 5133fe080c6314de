// SPDX-License-Identifier: Apache-2.0
#include "runtime/file/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whittle {

constexpr int64_t kSecond = 1'000'000'000;

static bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool Secret::state(State& out) const {
  struct stat s;
  if (stat(file_.data(), &s) != 0) return false;
  out = {s.st_mtim.tv_sec, s.st_mtim.tv_nsec, s.st_size, s.st_ino, s.st_dev};
  return true;
}

// The file's text without what is blank around it.
bool Secret::read() {
  const int fd = open(file_.data(), O_RDONLY | O_CLOEXEC);
  const char* wrong = fd < 0 ? strerror(errno) : nullptr;
  Writer read;
  while (!wrong) {
    const ssize_t n = ::read(fd, read.room(4096), 4096);
    if (n == 0) break;
    if (n < 0) wrong = strerror(errno);
    else read.advance(static_cast<size_t>(n));
    if (read.size() > kMost) wrong = "it is too large";
  }
  if (fd >= 0) close(fd);
  if (wrong) {
    runtime_.log->error("the file cannot be read", {{"component", who_}, {"file", file_}, {"error", wrong}});
    return false;
  }
  Text text = read.text();
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  if (version_ > 0 && text == value_.text()) return true;
  value_.clear();
  value_.append(text);
  ++version_;
  return true;
}

bool Secret::start() {
  if (file_.empty()) return true;
  (void)state(state_);
  looked_at_ = monotonic_ns();
  return read();
}

Text Secret::get() {
  if (file_.empty()) return value_.text();
  if (const int64_t now = monotonic_ns(); now - looked_at_ >= kSecond) {
    looked_at_ = now;
    State is;
    if (!state(is)) is = {};
    if (!(is == state_)) {
      state_ = is;
      if (read() && version_ > 1) runtime_.log->info("the file is read again", {{"component", who_}, {"file", file_}});
    }
  }
  return value_.text();
}

}  // namespace whittle
