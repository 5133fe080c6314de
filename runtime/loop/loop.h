// SPDX-License-Identifier: Apache-2.0
// The event loop: one thread waits in epoll_wait and calls whoever is concerned. What waits is a member of its owner
// (Watch, Timer, Task), so nothing is allocated for an event, and destroying an owner takes its waits with it.
#pragma once

#include <stdint.h>
#include <sys/epoll.h>
#include <vector>

namespace whittle {

class Loop;

// Calls `ready(self, events)` while the file descriptor is ready, level-triggered. Does not own the descriptor: stop()
// before closing it.
class Watch {
public:
  using Ready = void (*)(void* self, uint32_t events);

  Watch(Loop& loop, Ready ready, void* self) : loop_(loop), ready_(ready), self_(self) {}
  ~Watch() { stop(); }
  Watch(const Watch&) = delete;

  // Waits for `events` (EPOLLIN, EPOLLOUT) of `fd`, instead of what was waited for before. Returns false, with errno,
  // when the system refuses.
  bool start(int fd, uint32_t events);
  // Changes what is waited for; nothing happens when it is the same.
  void wait_for(uint32_t events);
  void stop();
  int fd() const { return fd_; }

private:
  friend class Loop;
  Loop& loop_;
  Ready ready_;
  void* self_;
  int fd_ = -1;
  uint32_t events_ = 0;
};

// Calls `fire(self)` once at a time, which may set it again.
class Timer {
public:
  using Fire = void (*)(void* self);

  Timer(Loop& loop, Fire fire, void* self) : loop_(loop), fire_(fire), self_(self) {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;

  // The loop's clock in nanoseconds; in the past: as soon as possible. Setting a set timer moves it.
  void at(int64_t monotonic);
  void in(int64_t nanoseconds);
  void cancel();
  bool pending() const { return index_ != kNone; }
  int64_t due() const { return due_; }

private:
  friend class Loop;
  static constexpr uint32_t kNone = ~0u;
  Loop& loop_;
  Fire fire_;
  void* self_;
  int64_t due_ = 0;
  uint32_t index_ = kNone;  // in the heap
};

// Calls `run(self)` after the events at hand have been handled. Posting a posted task does nothing.
class Task {
public:
  using Run = void (*)(void* self);

  Task(Loop& loop, Run run, void* self) : loop_(loop), run_(run), self_(self) {}
  ~Task() { cancel(); }
  Task(const Task&) = delete;

  void post();
  void cancel();
  bool pending() const { return pending_; }

private:
  friend class Loop;
  Loop& loop_;
  Run run_;
  void* self_;
  Task* next_ = nullptr;
  Task* previous_ = nullptr;
  bool pending_ = false;
};

class Loop {
public:
  Loop() = default;
  ~Loop();
  Loop(const Loop&) = delete;

  // Opens epoll, takes SIGTERM and SIGINT over from the process and ignores SIGPIPE; call it before any thread is made.
  // Returns false, with errno, when the system refuses.
  bool open();

  // Called for each SIGTERM or SIGINT, also for one that came before.
  void on_signal(void (*call)(void* self, int signal), void* self) {
    signal_call_ = call;
    signal_self_ = self;
  }

  // Called when nothing has happened for two seconds, the first ones or after something did: the time to give memory
  // back. The same function may be named several times and is called once.
  void on_idle(void (*call)());

  // Handles events until stop().
  void run();
  void stop() { stopped_ = true; }
  // Waits for events until the monotonic time `until` at most (0: does not wait) and handles them once.
  void step(int64_t until);

  // Monotonic time in nanoseconds, as of when the events at hand came.
  const int64_t& now() const { return now_; }
  // Monotonic time in nanoseconds, as of this moment.
  int64_t clock() const;

  // For tests and replay: from now on the clock stands at `start` and is moved by advance() alone.
  void hold_clock(int64_t start);
  // Moves a held clock to `to`. Whatever is due until then fires in the order of its time, and sees its own time as the
  // clock; tasks run in between.
  void advance(int64_t to);

  // Handles events until `done`, until a signal waits for who takes it, or until nothing more will ever happen (a held
  // clock without timers): for what has to be known before a component starts.
  void wait_for(const bool& done);
  // When the next timer is due; INT64_MAX: there is none.
  int64_t next_due() const;

  // Memory that everything on the loop may use while it handles one event: what a socket is read into.
  uint8_t* scratch() { return scratch_; }
  static constexpr uint32_t kScratch = 128 * 1024;

private:
  friend class Watch;
  friend class Timer;
  friend class Task;

  void fire_timers();
  void run_tasks();
  void handle_signals();
  void tell_signal();
  void heap_up(uint32_t index);
  void heap_down(uint32_t index);
  void heap_put(uint32_t index, Timer* timer);

  int epoll_ = -1;
  int signals_ = -1;
  bool stopped_ = false;
  bool idle_told_ = false;
  bool clock_held_ = false;
  int64_t now_ = 0;
  uint8_t* scratch_ = nullptr;
  void (*signal_call_)(void*, int) = nullptr;
  void* signal_self_ = nullptr;
  int waiting_signal_ = 0;
  epoll_event* batch_ = nullptr;  // the events at hand; an entry whose watch stopped is nulled
  int batch_size_ = 0;
  std::vector<void (*)()> idle_calls_;
  std::vector<Timer*> heap_;  // the earliest in front
  Task* first_task_ = nullptr;
  Task* last_task_ = nullptr;
};

}  // namespace whittle
