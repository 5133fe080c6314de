// SPDX-License-Identifier: Apache-2.0
// Waiting for a place that was full. Whoever answers Refused says where room will be made (`refuse`), and whoever keeps
// what was refused waits there: nobody asks again on a timer, and nobody spins.
#pragma once

#include "runtime/base/runtime.h"
#include "runtime/loop/loop.h"

namespace whittle {

class Room;

// One who waits for room. Waits at one place at a time; its task runs from the loop, never from inside made().
class Waiter {
public:
  Waiter(Loop& loop, Task::Run run, void* self) : task_(loop, run, self), timer_(loop, run, self) {}
  ~Waiter() { cancel(); }
  Waiter(const Waiter&) = delete;

  // Waits for room where the call that has just answered Refused was refused.
  void wait(Runtime& runtime);
  void cancel();

private:
  friend class Room;
  Task task_;
  Timer timer_;  // where whoever refused did not say
  Room* at_ = nullptr;
  Waiter *next_ = nullptr, *previous_ = nullptr;
};

// A place that may be full. A member of whoever refuses.
class Room {
public:
  Room() = default;
  ~Room();
  Room(const Room&) = delete;

  // The answer of a consumer that has no room now. `blocks`: senders are to wait for it, whatever else has room
  // (`block_on_overflow`). `awaited`: what it takes is answered when it was delivered, so what is kept for it has a
  // sender who waits (pipeline/receipt.h); false where a queue or a batch answers at once.
  Status refuse(Runtime& runtime, bool blocks = false, bool awaited = true) {
    blocks_ = blocks;
    awaited_ = awaited;
    runtime.refused_at = this;
    return Status::Refused;
  }
  // There is room again: everyone who waits here tries once more.
  void made();
  bool blocks() const { return blocks_; }
  bool awaited() const { return awaited_; }

private:
  friend class Waiter;
  Waiter* first_ = nullptr;
  bool blocks_ = false, awaited_ = true;
};

// Offers a payload to what comes next. After Refused, a Waiter may wait where it was refused.
inline Status offer(Runtime& runtime, const Consumer& to, Payload& payload) {
  runtime.refused_at = nullptr;
  return to.consume(to.self, &payload);
}

}  // namespace whittle
