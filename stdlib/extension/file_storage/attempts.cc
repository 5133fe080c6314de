// SPDX-License-Identifier: Apache-2.0
#include "stdlib/extension/file_storage/attempts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

namespace whittle::file_storage {

static constexpr uint64_t kMagic = 0x0173747061'6c7477;  // "wtlapts", version 1

Attempts::~Attempts() {
  if (page_) munmap(page_, sizeof *page_);
}

bool Attempts::open(const char* path) {
  const int fd = ::open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  Page page{};
  const ssize_t n = pread(fd, &page, sizeof page, 0);
  if (n != static_cast<ssize_t>(sizeof page) || page.magic != kMagic) page = {kMagic, 0, {}};
  for (Slot& s : page.slots) {
    s.died += s.open != 0;
    s.open = 0;
    if (s.died == 0) s.id = 0;
  }
  // Written before it is mapped: a page that the disk has no room for would end the process when it is touched.
  errno = ENOSPC;
  bool good = pwrite(fd, &page, sizeof page, 0) == static_cast<ssize_t>(sizeof page);
  if (good) {
    void* at = mmap(nullptr, sizeof page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    good = at != MAP_FAILED;
    if (good) page_ = static_cast<Page*>(at);
  }
  const int error = errno;
  close(fd);
  errno = error;
  return good;
}

Attempts::Slot* Attempts::find(uint64_t id) const {
  for (size_t i = 0; page_ && i < kSlots; ++i)
    if (page_->slots[i].id == id) return &page_->slots[i];
  return nullptr;
}

void Attempts::begin(uint64_t id) {
  Slot* s = find(id);
  if (!s) s = find(0);
  if (!s) return;
  s->id = id;
  __atomic_store_n(&s->open, 1, __ATOMIC_RELEASE);
}

void Attempts::end(uint64_t id) {
  Slot* s = find(id);
  if (!s) return;
  __atomic_store_n(&s->open, 0, __ATOMIC_RELEASE);
  if (s->died == 0) s->id = 0;
}

uint32_t Attempts::died(uint64_t id) const {
  const Slot* s = find(id);
  return s ? s->died : 0;
}

void Attempts::forget(uint64_t id) {
  if (Slot* s = find(id)) *s = {};
}

}  // namespace whittle::file_storage
