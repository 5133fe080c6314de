// SPDX-License-Identifier: Apache-2.0
// Nested messages written anew in one forward pass: what stays as it was is copied in as few pieces as there are
// changes, and nothing is copied before the first of them. The lengths in front get the width that they had, so that
// what follows them is moved only where a message grew or shrank over a power of 128.
#pragma once

#include "runtime/wire/wire.h"

namespace whittle::record {

class Forward {
public:
  // Begins at a field that holds all the others and is about that large. What is written goes behind `head` unset
  // bytes.
  void reset(size_t head, size_t about) {
    Writer().swap(out_);
    head_ = head;
    about_ = about;
    depth_ = 0;
  }
  // Makes room: before the first change, which calls it itself.
  Writer& start() {
    out_.room(head_ + about_ + about_ / 8 + 64);
    out_.advance(head_);
    return out_;
  }
  Writer& out() { return out_; }
  // True when something was changed below the first field.
  bool changed() const { return open_[0].begun; }

  // Goes into the message that a field of the open one is.
  void enter(const wire::RawField& f) {
    const Bytes content = f.content();
    open_[depth_++] = {f.begin, content.data(), f.end, f.number(), 0, {}, false};
  }
  // The part of the open message up to there is written; what comes next goes behind it, and takes the place of the
  // part up to `end`.
  void replace(const uint8_t* begin, const uint8_t* end) {
    Open& now = up_to(begin);
    now.from = end;
  }
  // Leaves the open message; its rest is as it was.
  void leave() {
    Open& now = open_[--depth_];
    if (!now.begun) return;
    if (now.from < now.end) out_.append(Bytes(now.from, now.end));
    wire::end_len(out_, now.length);
    if (depth_ > 0) open_[depth_ - 1].from = now.end;
  }
  // Leaves it, and it is gone.
  void drop() {
    Open& now = open_[--depth_];
    if (now.begun) out_.truncate(now.start);
    if (depth_ == 0) {
      now.begun = true;
      return;
    }
    if (now.begun) open_[depth_ - 1].from = now.end;
    else replace(now.field, now.end);
  }

  // More fields of the open message, behind its own: `f` goes on among them as it did among those.
  template <class F>
  void splice(Bytes fields, F f) {
    Open& now = up_to(open_[depth_ - 1].end);
    const uint8_t* own_end = now.end;
    now.from = fields.data();
    now.end = fields.data() + fields.size();
    f();
    if (now.from < now.end) out_.append(Bytes(now.from, now.end));
    now.from = now.end = own_end;
  }

private:
  struct Open {
    const uint8_t* field;  // its begin, within its parent
    const uint8_t* from;   // up to where it has been written or left out
    const uint8_t* end;
    uint32_t number;
    size_t start;  // in the output, once begun
    wire::Length length;
    bool begun;
  };

  Open& up_to(const uint8_t* to) {
    begin(depth_ - 1);
    Open& now = open_[depth_ - 1];
    if (now.from < to) out_.append(Bytes(now.from, to));
    now.from = to;
    return now;
  }
  void begin(uint32_t level) {
    Open& now = open_[level];
    if (now.begun) return;
    if (level > 0) {
      begin(level - 1);
      Open& parent = open_[level - 1];
      if (parent.from < now.field) out_.append(Bytes(parent.from, now.field));
      parent.from = now.field;
    }
    if (level == 0) start();
    now.start = out_.size();
    now.length = wire::begin_len(out_, now.number, static_cast<size_t>(now.end - now.from));
    now.begun = true;
  }

  static constexpr uint32_t kDeepest = 6;  // group, scope, metric, its data, data point, exemplar
  Writer out_;
  Open open_[kDeepest];
  uint32_t depth_ = 0;
  size_t head_ = 0, about_ = 0;
};

}  // namespace whittle::record
