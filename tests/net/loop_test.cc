// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/runtime.h"
#include "runtime/loop/loop.h"

#include <gtest/gtest.h>
#include <memory>
#include <signal.h>
#include <unistd.h>

using namespace whittle;

namespace {

struct Fixture : testing::Test {
  Loop loop;
  void SetUp() override { ASSERT_TRUE(loop.open()); }
  void steps(int n) {
    for (int i = 0; i < n; ++i) loop.step(0);
  }
};
using LoopTest = Fixture;

TEST_F(LoopTest, TimersFireInOrder) {
  struct One {
    std::vector<int>* fired;
    int number;
    std::unique_ptr<Timer> timer;
  };
  std::vector<int> fired;
  std::vector<std::unique_ptr<One>> all;
  for (int i = 0; i < 100; ++i) {
    auto one = std::make_unique<One>();
    one->fired = &fired;
    one->number = i * 37 % 100;
    one->timer = std::make_unique<Timer>(
        loop, [](void* s) { static_cast<One*>(s)->fired->push_back(static_cast<One*>(s)->number); }, one.get());
    one->timer->at(1000 + one->number);  // long ago
    all.push_back(std::move(one));
  }
  for (int i = 0; i < 100; i += 3) all[static_cast<size_t>(i)]->timer->cancel();
  for (int i = 0; i < 100; i += 5) all[static_cast<size_t>(i)]->timer->at(1000 + all[static_cast<size_t>(i)]->number);
  steps(1);
  EXPECT_TRUE(std::is_sorted(fired.begin(), fired.end()));
  size_t expected = 0;
  for (int i = 0; i < 100; ++i) expected += i % 3 != 0 || i % 5 == 0;
  EXPECT_EQ(fired.size(), expected);
}

TEST_F(LoopTest, TimerMayDestroyOthersAndItself) {
  struct Pair {
    std::unique_ptr<Timer> a, b;
    int fired = 0;
  } pair;
  auto fire = [](void* s) {
    auto* p = static_cast<Pair*>(s);
    ++p->fired;
    p->a.reset();
    p->b.reset();
  };
  pair.a = std::make_unique<Timer>(loop, fire, &pair);
  pair.b = std::make_unique<Timer>(loop, fire, &pair);
  pair.a->at(1);
  pair.b->at(2);
  steps(3);
  EXPECT_EQ(pair.fired, 1);
}

TEST_F(LoopTest, TimerThatSetsItselfToThePastWaitsForTheNextRound) {
  struct Again {
    Timer timer;
    int fired = 0;
    explicit Again(Loop& l)
        : timer(
              l,
              [](void* s) {
                ++static_cast<Again*>(s)->fired;
                static_cast<Again*>(s)->timer.at(1);
              },
              this) {}
  } again(loop);
  again.timer.at(1);
  steps(5);
  EXPECT_EQ(again.fired, 5);
}

TEST_F(LoopTest, TasksRunOnceEachAndLaterOnesNextRound) {
  struct Chain {
    Task first, second;
    int a = 0, b = 0;
    explicit Chain(Loop& l)
        : first(
              l,
              [](void* s) {
                ++static_cast<Chain*>(s)->a;
                static_cast<Chain*>(s)->second.post();
                static_cast<Chain*>(s)->first.post();
              },
              this),
          second(l, [](void* s) { ++static_cast<Chain*>(s)->b; }, this) {}
  } chain(loop);
  chain.first.post();
  chain.first.post();
  steps(1);
  EXPECT_EQ(chain.a, 1);
  EXPECT_EQ(chain.b, 0);
  steps(1);
  EXPECT_EQ(chain.a, 2);
  EXPECT_EQ(chain.b, 1);
  chain.first.cancel();
  chain.second.cancel();
  steps(2);
  EXPECT_EQ(chain.a, 2);
}

TEST_F(LoopTest, WatchStoppedByAnotherIsNotCalled) {
  struct Both {
    std::unique_ptr<Watch> watches[2];
    int called = 0;
  } both;
  int pipes[2][2];
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(pipe(pipes[i]), 0);
    both.watches[i] = std::make_unique<Watch>(
        loop,
        [](void* s, uint32_t) {
          auto* b = static_cast<Both*>(s);
          ++b->called;
          b->watches[0].reset();
          b->watches[1].reset();
        },
        &both);
    ASSERT_TRUE(both.watches[i]->start(pipes[i][0], EPOLLIN));
    ASSERT_EQ(write(pipes[i][1], "x", 1), 1);
  }
  steps(3);
  EXPECT_EQ(both.called, 1);
  for (auto& p : pipes) close(p[0]), close(p[1]);
}

TEST_F(LoopTest, SignalsComeAsCalls) {
  int got = 0;
  loop.on_signal([](void* s, int signal) { *static_cast<int*>(s) = signal; }, &got);
  kill(getpid(), SIGTERM);
  steps(2);
  EXPECT_EQ(got, SIGTERM);
}

// One that comes while components start: it ends their waiting, and is told to who takes signals later.
TEST_F(LoopTest, ASignalWaitsForWhoTakesIt) {
  kill(getpid(), SIGTERM);
  const bool never = false;
  loop.wait_for(never);
  int got = 0;
  loop.on_signal([](void* s, int signal) { *static_cast<int*>(s) += signal; }, &got);
  steps(2);
  EXPECT_EQ(got, SIGTERM);
}

}  // namespace
