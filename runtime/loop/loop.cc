// SPDX-License-Identifier: Apache-2.0
// epoll, a binary heap of timers and a list of tasks.
//
// A handler may destroy any other handler. So a stopped watch is erased from the batch of events at hand, a cancelled
// timer from the heap, a cancelled task from the list: nothing is called after its owner is gone.
#include "runtime/loop/loop.h"

#include "runtime/base/buffer.h"
#include "runtime/base/check.h"
#include "runtime/base/runtime.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace whittle {

static constexpr int kBatch = 64;
static constexpr int64_t kIdle = 2'000'000'000;

// The watch of the signalfd is the loop's own; it is told apart by this address.
static constexpr char kSignals = 0;

Loop::~Loop() {
  CHECK(heap_.empty() && first_task_ == nullptr);
  if (epoll_ >= 0) close(epoll_);
  if (signals_ >= 0) close(signals_);
  free(scratch_);
}

bool Loop::open() {
  CHECK(epoll_ < 0);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) return false;
  signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  if (sigprocmask(SIG_BLOCK, &set, nullptr) < 0) return false;
  signals_ = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (signals_ < 0) return false;
  epoll_event event = {.events = EPOLLIN, .data = {.ptr = const_cast<char*>(&kSignals)}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, signals_, &event) < 0) return false;
  scratch_ = static_cast<uint8_t*>(malloc(kScratch));
  CHECK(scratch_ != nullptr);
  now_ = monotonic_ns();
  return true;
}

void Loop::on_idle(void (*call)()) {
  for (auto known : idle_calls_)
    if (known == call) return;
  idle_calls_.push_back(call);
}

int64_t Loop::clock() const {
  return clock_held_ ? now_ : monotonic_ns();
}

void Loop::hold_clock(int64_t start) {
  clock_held_ = true;
  now_ = start;
}

void Loop::advance(int64_t to) {
  CHECK(clock_held_);
  for (;;) {
    while (first_task_) run_tasks();
    const int64_t due = next_due();
    if (due > to) break;
    if (due > now_) now_ = due;
    fire_timers();
  }
  if (to > now_) now_ = to;
}

void Loop::wait_for(const bool& done) {
  while (!done && !waiting_signal_) {
    if (!clock_held_) {
      step(INT64_MAX);
      continue;
    }
    while (first_task_ && !done) run_tasks();
    const int64_t due = next_due();
    if (done || due == INT64_MAX) return;
    advance(due);
  }
}

void Loop::run() {
  stopped_ = false;
  while (!stopped_) step(INT64_MAX);
}

void Loop::step(int64_t until) {
  tell_signal();
  const int64_t due = next_due();
  int64_t wake = due < until ? due : until;
  const bool tell_idle = !idle_told_ && wake - now_ > kIdle;
  if (tell_idle) wake = now_ + kIdle;
  int timeout = -1;
  if (first_task_ || clock_held_) {
    timeout = 0;
  } else if (wake != INT64_MAX) {
    // Rounded up: waking before a timer is due would mean going round again.
    const int64_t milliseconds = wake > now_ ? (wake - now_ + 999'999) / 1'000'000 : 0;
    timeout = milliseconds < 86'400'000 ? static_cast<int>(milliseconds) : 86'400'000;
  }

  epoll_event batch[kBatch];
  int n = epoll_wait(epoll_, batch, kBatch, timeout);
  now_ = clock();
  if (n < 0) {
    CHECK(errno == EINTR);
    n = 0;
  }
  if (n > 0) {
    idle_told_ = false;
  } else if (tell_idle && now_ >= wake) {
    buffer_cache_trim();
    for (auto call : idle_calls_) call();
    idle_told_ = true;
  }
  batch_ = batch;
  batch_size_ = n;
  for (int i = 0; i < n; ++i) {
    void* who = batch[i].data.ptr;
    if (who == &kSignals) {
      handle_signals();
    } else if (who != nullptr) {
      auto* watch = static_cast<Watch*>(who);
      watch->ready_(watch->self_, batch[i].events);
    }
  }
  batch_size_ = 0;
  fire_timers();
  run_tasks();
}

void Loop::handle_signals() {
  signalfd_siginfo info;
  while (read(signals_, &info, sizeof info) == sizeof info) waiting_signal_ = static_cast<int>(info.ssi_signo);
  tell_signal();
}

void Loop::tell_signal() {
  if (!waiting_signal_ || !signal_call_) return;
  const int signal = waiting_signal_;
  waiting_signal_ = 0;
  signal_call_(signal_self_, signal);
}

bool Watch::start(int fd, uint32_t events) {
  stop();
  epoll_event event = {.events = events, .data = {.ptr = this}};
  if (epoll_ctl(loop_.epoll_, EPOLL_CTL_ADD, fd, &event) < 0) return false;
  fd_ = fd;
  events_ = events;
  return true;
}

void Watch::wait_for(uint32_t events) {
  if (fd_ < 0 || events == events_) return;
  epoll_event event = {.events = events, .data = {.ptr = this}};
  CHECK(epoll_ctl(loop_.epoll_, EPOLL_CTL_MOD, fd_, &event) == 0);
  events_ = events;
}

void Watch::stop() {
  if (fd_ < 0) return;
  // A descriptor that its library has closed already is no longer in the set.
  epoll_ctl(loop_.epoll_, EPOLL_CTL_DEL, fd_, nullptr);
  fd_ = -1;
  for (int i = 0; i < loop_.batch_size_; ++i)
    if (loop_.batch_[i].data.ptr == this) loop_.batch_[i].data.ptr = nullptr;
}

// Timers: a binary heap by due time; each timer knows its place.

int64_t Loop::next_due() const {
  return heap_.empty() ? INT64_MAX : heap_[0]->due_;
}

void Loop::heap_put(uint32_t index, Timer* timer) {
  heap_[index] = timer;
  timer->index_ = index;
}

void Loop::heap_up(uint32_t index) {
  Timer* timer = heap_[index];
  while (index > 0) {
    const uint32_t parent = (index - 1) / 2;
    if (heap_[parent]->due_ <= timer->due_) break;
    heap_put(index, heap_[parent]);
    index = parent;
  }
  heap_put(index, timer);
}

void Loop::heap_down(uint32_t index) {
  Timer* timer = heap_[index];
  const auto size = static_cast<uint32_t>(heap_.size());
  for (;;) {
    uint32_t child = 2 * index + 1;
    if (child >= size) break;
    if (child + 1 < size && heap_[child + 1]->due_ < heap_[child]->due_) ++child;
    if (timer->due_ <= heap_[child]->due_) break;
    heap_put(index, heap_[child]);
    index = child;
  }
  heap_put(index, timer);
}

void Timer::at(int64_t monotonic) {
  if (index_ == kNone) {
    due_ = monotonic;
    index_ = static_cast<uint32_t>(loop_.heap_.size());
    loop_.heap_.push_back(this);
    loop_.heap_up(index_);
    return;
  }
  const int64_t before = due_;
  due_ = monotonic;
  if (monotonic < before) loop_.heap_up(index_);
  else loop_.heap_down(index_);
}

void Timer::in(int64_t nanoseconds) {
  const int64_t now = loop_.clock();
  at(nanoseconds < INT64_MAX - now ? now + nanoseconds : INT64_MAX);
}

void Timer::cancel() {
  if (index_ == kNone) return;
  const uint32_t index = index_;
  index_ = kNone;
  Timer* last = loop_.heap_.back();
  loop_.heap_.pop_back();
  if (last == this) return;
  loop_.heap_put(index, last);
  loop_.heap_up(index);
  loop_.heap_down(last->index_);
}

void Loop::fire_timers() {
  // A timer that sets itself to a time that has passed waits for the next round.
  const int64_t now = now_;
  for (size_t most = heap_.size(); most > 0 && !heap_.empty() && heap_[0]->due_ <= now; --most) {
    Timer* timer = heap_[0];
    timer->cancel();
    timer->fire_(timer->self_);
  }
}

// Tasks: those posted by tasks wait for the next round, so that sockets get their turn.

void Task::post() {
  if (pending_) return;
  pending_ = true;
  next_ = nullptr;
  previous_ = loop_.last_task_;
  (previous_ ? previous_->next_ : loop_.first_task_) = this;
  loop_.last_task_ = this;
}

void Task::cancel() {
  if (!pending_) return;
  pending_ = false;
  (previous_ ? previous_->next_ : loop_.first_task_) = next_;
  (next_ ? next_->previous_ : loop_.last_task_) = previous_;
}

void Loop::run_tasks() {
  if (!first_task_) return;
  Task marker(*this, nullptr, nullptr);
  marker.post();
  while (first_task_ != &marker) {
    Task* task = first_task_;
    task->cancel();
    task->run_(task->self_);
  }
}

}  // namespace whittle
