// SPDX-License-Identifier: Apache-2.0
// Where a queue keeps what it took so that it outlives the process: an extension's business. A queue asks for one
// store, writes each payload before its sender is answered, and removes it when its end is known.
#pragma once

#include "runtime/base/payload.h"

namespace whittle {

// A payload in a store.
struct StoredPayload {
  uint64_t id;  // counts up
  Signal signal;
  uint64_t items, bytes;  // of the payload
};

class Store {
public:
  virtual ~Store() = default;

  // Writes a payload. Its id, or 0, with the reason logged, when it cannot be kept now: then nothing of it is there.
  virtual uint64_t put(const Payload& payload, int64_t taken_ns) = 0;
  // The first that is still there, of those with this id or a higher one; an id of 0 when there is none.
  virtual StoredPayload next(uint64_t id) const = 0;
  // Reads a payload, and the wall-clock time of when it was taken. False, with the reason logged, when it is damaged.
  virtual bool get(uint64_t id, Payload& payload, int64_t& taken_ns) = 0;
  // Its end is known: it is not there any more.
  virtual void remove(uint64_t id) = 0;
  // An exporter makes a request of it, from one to the other: of a process that ends in between the next one hears.
  virtual void begin(uint64_t id) = 0;
  virtual void end(uint64_t id) = 0;
  // How many processes have ended in between. get() does not give one back that ended too many.
  virtual uint32_t died(uint64_t id) const = 0;
  // Writes down what has been removed.
  virtual void settle() = 0;
};

// A payload that is to stay in its store while one of these is there; of the last one's end it is removed.
class StoredRef {
public:
  StoredRef() = default;
  StoredRef(Store& store, uint64_t id) : shared_(new Shared{store, id, 1}) {}
  StoredRef(const StoredRef& o) : shared_(o.shared_) {
    if (shared_) ++shared_->references;
  }
  StoredRef(StoredRef&& o) noexcept : shared_(o.shared_) { o.shared_ = nullptr; }
  StoredRef& operator=(StoredRef o) noexcept {
    Shared* s = shared_;
    shared_ = o.shared_;
    o.shared_ = s;
    return *this;
  }
  ~StoredRef() {
    if (!shared_ || --shared_->references > 0) return;
    shared_->store.remove(shared_->id);
    delete shared_;
  }

  // 0: it is in no store.
  uint64_t id() const { return shared_ ? shared_->id : 0; }

private:
  struct Shared {
    Store& store;
    uint64_t id;
    uint32_t references;
  };
  Shared* shared_ = nullptr;
};

}  // namespace whittle
