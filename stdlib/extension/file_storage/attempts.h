// SPDX-License-Identifier: Apache-2.0
// Which payloads of a queue a process was sending when it ended, so that one that ends every process is found out and
// set aside, in place of ending the next.
//
// A page of a file is shared with the system: what is noted there costs no call, and outlives the process however it
// ends. Only the time that an exporter takes to make a request of a payload is noted, so that a task that is killed
// while it waits for a backend says nothing of what it had.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace whittle::file_storage {

class Attempts {
public:
  Attempts() = default;
  ~Attempts();
  Attempts(const Attempts&) = delete;

  // Opens or makes the file. What another process had begun there and not ended counts from now on. Where it cannot be
  // had, errno says why, and nothing is noted.
  bool open(const char* path);

  void begin(uint64_t id);
  void end(uint64_t id);
  // How many processes have ended while they made a request of it.
  uint32_t died(uint64_t id) const;
  void forget(uint64_t id);
  // Forgets those of which keep(id) is false.
  template <class F>
  void keep_only(F keep) {
    for (size_t i = 0; page_ && i < kSlots; ++i)
      if (page_->slots[i].id != 0 && !keep(page_->slots[i].id)) page_->slots[i] = {};
  }

private:
  struct Slot {
    uint64_t id;  // 0: free
    uint32_t open, died;
  };
  static constexpr size_t kSlots = 255;
  struct Page {
    uint64_t magic;
    uint64_t unused;
    Slot slots[kSlots];
  };
  static_assert(sizeof(Page) == 4096);

  Slot* find(uint64_t id) const;

  Page* page_ = nullptr;
};

}  // namespace whittle::file_storage
