// SPDX-License-Identifier: Apache-2.0
// What becomes of a request that was taken, for senders that wait for its delivery: where a config has no queue in
// front of sending, or one with `wait_for_result`.
//
// A receiver names the receipt of a request while it offers it (`Receipt::Scope`). Whoever keeps part of it for later
// keeps the receipt with that, and an exporter that says how sending ended keeps it until then. When nobody keeps it
// any more, the receiver hears of it. What collects telemetry of many senders answers each of them at once (`Scope` of
// null): what comes out of it belongs to nobody in particular.
#pragma once

#include "runtime/base/runtime.h"
#include "runtime/base/writer.h"
#include "runtime/loop/loop.h"

namespace whittle {

class Receipt {
public:
  // `ended` is called once, from the loop and not from inside a call of this, after nobody keeps the receipt any more;
  // it may delete the receipt. Not called unless wait() was.
  using Ended = void (*)(void* context);
  Receipt(Loop& loop, Ended ended, void* context) : task_(loop, ended, context) {}
  Receipt(const Receipt&) = delete;

  // The request was not delivered: Refused (another time it may be) or Invalid (never). The worst that is said stands,
  // and of the worst the first. `code`: what gRPC says of it, 0 where nothing is known.
  void tell(Status status, uint32_t code, Text why) {
    if (status <= status_) return;
    status_ = status;
    code_ = code;
    why_.clear();
    why_.append(why.substr(0, kMostText));
  }
  Status status() const { return status_; }
  uint32_t code() const { return code_; }
  Text why() const { return why_.text(); }

  // False when nobody keeps it: what is said now is the answer. True: ended() is going to be called.
  bool wait() {
    waits_ = keepers_ > 0;
    return waits_;
  }
  // The sender has gone: what has not been sent may be forgotten.
  void leave() { left_ = true; }
  bool left() const { return left_; }

  // While this lives, what is offered belongs to the receipt; null: to nobody who waits.
  class Scope {
  public:
    Scope(Runtime& runtime, Receipt* receipt) : runtime_(runtime), before_(runtime.receipt) {
      runtime.receipt = receipt;
    }
    ~Scope() { runtime_.receipt = before_; }
    Scope(const Scope&) = delete;

  private:
    Runtime& runtime_;
    Receipt* before_;
  };

private:
  friend class KeptReceipt;
  static constexpr size_t kMostText = 1000;

  Task task_;
  uint32_t keepers_ = 0;
  bool waits_ = false, left_ = false;
  Status status_ = Status::Ok;
  uint32_t code_ = 0;
  Writer why_;
};

// A receipt that is kept, or none.
class KeptReceipt {
public:
  KeptReceipt() = default;
  explicit KeptReceipt(Receipt* receipt) : receipt_(receipt) {
    if (receipt_) ++receipt_->keepers_;
  }
  KeptReceipt(const KeptReceipt& o) : KeptReceipt(o.receipt_) {}
  KeptReceipt(KeptReceipt&& o) noexcept : receipt_(o.receipt_) { o.receipt_ = nullptr; }
  KeptReceipt& operator=(KeptReceipt o) noexcept {
    Receipt* r = receipt_;
    receipt_ = o.receipt_;
    o.receipt_ = r;
    return *this;
  }
  ~KeptReceipt() {
    if (receipt_ && --receipt_->keepers_ == 0 && receipt_->waits_) receipt_->task_.post();
  }

  Receipt* get() const { return receipt_; }
  explicit operator bool() const { return receipt_ != nullptr; }
  Receipt* operator->() const { return receipt_; }

private:
  Receipt* receipt_ = nullptr;
};

}  // namespace whittle
