// SPDX-License-Identifier: Apache-2.0
// What a queue on disk has after a crash at any byte, after damage at any byte, and when the disk is full.
#include "stdlib/extension/file_storage/journal.h"

#include "runtime/base/log.h"
#include "runtime/base/self_metrics.h"
#include "runtime/export/queue.h"
#include "runtime/wire/wire.h"

#include <dirent.h>
#include <fstream>
#include <gtest/gtest.h>
#include <optional>
#include <set>
#include <signal.h>
#include <sstream>
#include <stdlib.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace whittle::file_storage {
namespace {

Payload spans(uint64_t items, size_t filler = 10) {
  Writer out;
  const size_t group = wire::begin_len(out, 1), scope = wire::begin_len(out, 2);
  for (uint64_t i = 0; i < items; ++i) {
    const size_t span = wire::begin_len(out, 2), name = wire::begin_len(out, 5);
    for (size_t n = 0; n < filler; ++n) out.byte('x');
    wire::end_len(out, name);
    wire::end_len(out, span);
  }
  wire::end_len(out, scope);
  wire::end_len(out, group);
  Payload p(Signal::Traces);
  p.items = items;
  const BufferRef owner = BufferRef::copy(out.bytes());
  p.add({owner, {owner.data(), out.size()}});
  return p;
}

struct Folder {
  std::string path = testing::TempDir() + "file_storage_" + std::to_string(getpid()) + "_" +
                     testing::UnitTest::GetInstance()->current_test_info()->name();
  Logger log;
  Loop loop;
  Runtime runtime;
  Writer said;

  Folder() {
    (void)system(("rm -rf '" + path + "' && mkdir '" + path + "'").c_str());
    EXPECT_TRUE(loop.open());
    runtime.log = &log;
    runtime.loop = &loop;
    log.level = LogLevel::Error;
    signal(SIGXFSZ, SIG_IGN);
  }
  ~Folder() { (void)system(("rm -rf '" + path + "'").c_str()); }

  JournalSettings settings() const { return {.folder = path}; }
  std::set<std::string> names() const {
    std::set<std::string> out;
    DIR* dir = opendir(path.c_str());
    while (const dirent* e = readdir(dir))
      if (e->d_name[0] != '.') out.emplace(e->d_name);
    closedir(dir);
    return out;
  }
  std::string content(const std::string& name) const {
    std::ostringstream s;
    s << std::ifstream(path + "/" + name).rdbuf();
    return s.str();
  }
  void write(const std::string& name, const std::string& bytes) const { std::ofstream(path + "/" + name) << bytes; }
};

struct Queue {
  Journal journal;
  Queue(Folder& f, const JournalSettings& s) : journal(f.runtime, "otlphttp", "exporter_otlphttp", s) {
    EXPECT_TRUE(journal.open());
  }
  explicit Queue(Folder& f) : Queue(f, f.settings()) {}

  // Items of all that is there; 0 stands for what cannot be read.
  std::vector<uint64_t> all() {
    std::vector<uint64_t> out;
    for (StoredPayload p = journal.next(0); p.id; p = journal.next(p.id + 1)) {
      Payload payload;
      int64_t taken;
      out.push_back(journal.get(p.id, payload, taken) ? payload.items : 0);
    }
    return out;
  }
};

using Items = std::vector<uint64_t>;
const char* kFirst = "exporter_otlphttp.00000001.queue";

TEST(Journal, HasWhatIsNotDone) {
  Folder f;
  {
    Queue q(f);
    for (uint64_t i = 1; i <= 5; ++i) EXPECT_EQ(q.journal.put(spans(i), 100), i);
    q.journal.remove(1);
    q.journal.remove(4);
    EXPECT_EQ(q.all(), (Items{2, 3, 5}));
    q.journal.settle();
    q.journal.remove(5);  // not written down: it comes again
  }
  Queue q(f);
  EXPECT_EQ(q.all(), (Items{2, 3, 5}));
  EXPECT_EQ(q.journal.put(spans(6), 100), 6u);
  EXPECT_EQ(q.all(), (Items{2, 3, 5, 6}));
}

TEST(Journal, KeepsHeadersAndTheTime) {
  Folder f;
  {
    Queue q(f);
    Payload p = spans(1);
    p.metadata.headers.push_back({{}, "x-tenant", "a"});
    p.metadata.headers.push_back({{}, "x-empty", ""});
    q.journal.put(p, 1234);
  }
  Queue q(f);
  Payload p;
  int64_t taken = 0;
  ASSERT_TRUE(q.journal.get(1, p, taken));
  EXPECT_EQ(taken, 1234);
  ASSERT_EQ(p.metadata.headers.size(), 2u);
  EXPECT_EQ(p.metadata.headers[0].name, "x-tenant");
  EXPECT_EQ(p.metadata.headers[0].value, "a");
  EXPECT_EQ(p.metadata.headers[1].value, "");
}

// A crash leaves the beginning of what was being written.
TEST(Journal, CutAnywhere) {
  Folder f;
  std::vector<size_t> ends;
  {
    Queue q(f);
    for (uint64_t i = 1; i <= 4; ++i) {
      q.journal.put(spans(i), 100);
      ends.push_back(f.content(kFirst).size());
    }
  }
  const std::string whole = f.content(kFirst);
  for (size_t n = 0; n <= whole.size(); ++n) {
    (void)system(("rm '" + f.path + "'/*").c_str());
    f.write(kFirst, whole.substr(0, n));
    Queue q(f);
    Items expected;
    for (size_t i = 0; i < ends.size(); ++i)
      if (n >= ends[i]) expected.push_back(i + 1);
    ASSERT_EQ(q.all(), expected) << n;
    ASSERT_NE(q.journal.put(spans(9), 100), 0u) << n;
  }
}

TEST(Journal, DamageCostsWhatItIsIn) {
  Folder f;
  std::vector<size_t> ends;
  {
    Queue q(f);
    for (uint64_t i = 1; i <= 4; ++i) {
      q.journal.put(spans(i), 100);
      ends.push_back(f.content(kFirst).size());
    }
  }
  const std::string whole = f.content(kFirst);
  for (size_t at = kFileHead; at < whole.size(); ++at) {
    (void)system(("rm '" + f.path + "'/*").c_str());
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    f.write(kFirst, damaged);
    size_t hit = 0;
    while (at >= ends[hit]) ++hit;
    Items expected;
    for (size_t i = 0; i < ends.size(); ++i)
      if (i != hit) expected.push_back(i + 1);
    Queue q(f);
    ASSERT_EQ(q.all(), expected) << at;
  }
}

TEST(Journal, SetsAsideWhatItDoesNotKnow) {
  Folder f;
  {
    Queue q(f);
    q.journal.put(spans(1), 100);
  }
  std::string later = f.content(kFirst);
  later[8] = 2;
  f.write(kFirst, later);
  f.write("exporter_otlphttp.00000002.queue", "something else altogether");
  f.write("exporter_otlphttp.00000003.queue", "whit");
  f.write("exporter_otlphttp_2.00000001.queue", "another's");
  Queue q(f);
  EXPECT_EQ(q.all(), Items{});
  EXPECT_EQ(f.content("exporter_otlphttp.00000001.unknown"), later);
  EXPECT_EQ(f.content("exporter_otlphttp.00000002.damaged"), "something else altogether");
  EXPECT_EQ(f.names().count("exporter_otlphttp.00000003.queue"), 0u);
  EXPECT_EQ(f.content("exporter_otlphttp_2.00000001.queue"), "another's");
  EXPECT_NE(q.journal.put(spans(1), 100), 0u);
}

TEST(Journal, TelemetryThatLooksLikeARecordIsNone) {
  Folder f;
  Writer forged;
  put_record_head(forged, 0, {.kind = Kind::Done, .id = 1}, {});
  {
    Queue q(f);
    q.journal.put(spans(1), 100);
    Payload p = spans(2);
    p.metadata.headers.push_back({{}, "x", forged.text()});
    q.journal.put(p, 100);
  }
  std::string cut = f.content(kFirst);
  cut.resize(cut.size() - 1);
  f.write(kFirst, cut);
  Queue q(f);
  EXPECT_EQ(q.all(), Items{1});
}

TEST(Journal, FilesGoWhenNothingOfThemIsNeeded) {
  Folder f;
  Queue q(f);
  uint64_t first = 0, last = 0;
  for (int i = 0; i < 40; ++i) {
    last = q.journal.put(spans(1, 1 << 20), 100);
    if (!first) first = last;
  }
  EXPECT_GT(q.journal.files(), 4u);
  for (uint64_t id = first; id < last; ++id) q.journal.remove(id);
  q.journal.settle();
  EXPECT_EQ(q.journal.files(), 1u);
  EXPECT_EQ(q.all(), Items{1});
  q.journal.remove(last);
  q.journal.settle();
  EXPECT_LT(q.journal.size(), 1000u);
}

TEST(Journal, OneThatIsStuckDoesNotHoldTheOthersFiles) {
  Folder f;
  Queue q(f);
  EXPECT_EQ(q.journal.put(spans(7), 100), 1u);
  for (int i = 0; i < 200; ++i) {
    const uint64_t id = q.journal.put(spans(1, 1 << 20), 100);
    ASSERT_NE(id, 0u);
    q.journal.remove(id);
    f.loop.step(0);
  }
  for (int i = 0; i < 10; ++i) f.loop.step(0);
  EXPECT_LT(q.journal.size(), 40u << 20);
  EXPECT_EQ(q.all(), Items{7});
}

TEST(Journal, ASizeIsNotExceeded) {
  Folder f;
  JournalSettings s = f.settings();
  s.most = 4 << 20;
  Queue q(f, s);
  uint64_t taken = 0, id = 0;
  while ((id = q.journal.put(spans(1, 100'000), 100)) != 0) ++taken;
  EXPECT_GT(taken, 35u);
  EXPECT_LE(q.journal.size(), s.most);
  // What has been sent makes room.
  for (uint64_t i = 1; i <= 20; ++i) q.journal.remove(i);
  q.journal.settle();
  taken = 0;
  while (q.journal.put(spans(1, 100'000), 100) != 0) ++taken;
  EXPECT_GT(taken, 10u);
  EXPECT_LE(q.journal.size(), s.most);
}

// The disk takes no byte beyond some place: nothing of what is refused is there, and everything of what is taken.
TEST(Journal, ADiskThatIsFull) {
  for (rlim_t limit = 10; limit < 400; limit += 7) {
    Folder f;
    const pid_t child = fork();
    if (child == 0) {
      signal(SIGXFSZ, SIG_IGN);
      const rlimit r = {limit, limit};
      setrlimit(RLIMIT_FSIZE, &r);
      Queue q(f);
      uint64_t taken = 0;
      for (int i = 0; i < 3; ++i)
        if (q.journal.put(spans(1), 100) != 0) ++taken;
      if (taken > 0) q.journal.remove(1);
      q.journal.settle();
      _exit(static_cast<int>(taken));
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status)) << limit;
    const auto taken = static_cast<size_t>(WEXITSTATUS(status));
    Queue q(f);
    const Items all = q.all();
    EXPECT_LE(all.size(), taken) << limit;
    EXPECT_GE(all.size() + 1, taken) << limit;
    for (uint64_t i : all) EXPECT_EQ(i, 1u) << limit;
  }
}

TEST(Journal, OneCollectorAtATime) {
  Folder f;
  Queue q(f);
  const pid_t child = fork();
  if (child == 0) {
    Journal other(f.runtime, "otlphttp", "exporter_otlphttp", f.settings());
    _exit(other.open() ? 1 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// A queue that is kept in a folder, in a process of its own. `send` gets each payload; what it returns is sent.
struct Exporter {
  Folder& folder;
  SelfMetrics metrics;
  Collector collector{};
  ComponentOps ops{};
  void* extension = nullptr;
  Component component{};
  ComponentContext context{};
  config::Queue settings{};
  config::Retry retry{};
  std::optional<ExportQueue> queue;
  bool (*send)(const Payload&);
  uint64_t sent = 0;
  std::vector<Outgoing*> ended;

  Exporter(Folder& f, bool (*s)(const Payload&)) : folder(f), send(s) {
    ops.open_store = [](void* self, const ComponentContext*) -> Store* {
      Folder& of = *static_cast<Folder*>(self);
      auto* journal = new Journal(of.runtime, "otlphttp", "exporter_otlphttp", of.settings());
      return journal->open() ? journal : nullptr;
    };
    extension = &folder;
    component = {&ops, &extension, ComponentKind::Extension, {}};
    component.context.id = {"file_storage", 12};
    collector.components = {&component, 1};
    folder.runtime.collector = &collector;
    folder.runtime.metrics = &metrics;
    context.runtime = &folder.runtime;
    context.id = {"otlphttp", 8};
    settings.queue_size = 1000;
    settings.num_consumers = 10;
    settings.storage = {true, {"file_storage", 12}};
    queue.emplace(
        context, &settings, &retry,
        [](void* self, Outgoing& item) {
          auto& e = *static_cast<Exporter*>(self);
          if (e.send(item.payload)) e.ended.push_back(&item);
        },
        this);
    if (!queue->start()) _exit(99);
  }
  void run() {
    for (int i = 0; i < 20; ++i) {
      folder.loop.step(monotonic_ns() + 1'000'000);
      while (!ended.empty()) {
        sent += ended.back()->payload.items;
        queue->sent(*ended.back());
        ended.pop_back();
      }
    }
  }
};

// Runs `what` in a process and says how that ended.
int in_a_process(void (*what)(Folder&), Folder& f) {
  const pid_t child = fork();
  if (child == 0) {
    what(f);
    _exit(98);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

bool ends_with_13(const Payload& p) {
  if (p.items == 13) raise(SIGSEGV);
  return true;
}

TEST(Attempts, APayloadThatEndsTheCollectorIsSetAside) {
  Folder f;
  f.log.level = LogLevel::Error;
  auto first = [](Folder& folder) {
    Exporter e(folder, ends_with_13);
    for (uint64_t items : {5, 7, 13}) {
      Payload p = spans(items);
      if (e.queue->offer(p) != Status::Ok) _exit(97);
    }
  };
  auto next = [](Folder& folder) {
    Exporter e(folder, ends_with_13);
    e.run();
    // All that is left is gone when what was lost is counted.
    Writer metrics;
    e.metrics.write(metrics);
    const bool counted =
        metrics.text().find("otelcol_exporter_send_failed_spans{exporter=\"otlphttp\"} 13\n") != Text::npos;
    _exit(e.queue->idle() && counted ? static_cast<int>(e.sent) : 96);
  };
  int status = in_a_process(first, f);
  EXPECT_TRUE(WIFSIGNALED(status)) << status;
  uint64_t sent = 0;
  int ended = 1;
  while (WIFSIGNALED(status = in_a_process(next, f)) && ended < 10) ++ended;
  ASSERT_TRUE(WIFEXITED(status)) << status;
  sent = static_cast<uint64_t>(WEXITSTATUS(status));
  EXPECT_EQ(ended, static_cast<int>(Journal::kMostDied));
  EXPECT_LE(sent, 12u);  // those before it may have been sent by a process that then ended
  bool kept = false;
  for (const std::string& name : f.names()) kept = kept || name.ends_with(".fatal");
  EXPECT_TRUE(kept);
  status = in_a_process(
      [](Folder& folder) {
        Exporter e(folder, ends_with_13);
        e.run();
        _exit(static_cast<int>(e.sent));
      },
      f);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

// A task that is killed while its backend is silent says nothing of what it had.
TEST(Attempts, KilledWhileWaiting) {
  Folder f;
  auto killed = [](Folder& folder) {
    Exporter e(folder, [](const Payload&) { return false; });
    Payload p = spans(13);
    if (!folder.names().contains("exporter_otlphttp.00000001.queue") && e.queue->offer(p) != Status::Ok) _exit(97);
    e.run();
    raise(SIGKILL);
  };
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(WIFSIGNALED(in_a_process(killed, f)));
  const int status = in_a_process(
      [](Folder& folder) {
        Exporter e(folder, [](const Payload&) { return true; });
        e.run();
        _exit(static_cast<int>(e.sent));
      },
      f);
  EXPECT_TRUE(WIFEXITED(status)) << status;
  EXPECT_EQ(WEXITSTATUS(status), 13);
}

// Whatever stands in the file of another time.
TEST(Attempts, OfNoUseAreForgotten) {
  Folder f;
  for (size_t n : {0u, 1u, 7u, 4095u, 4096u, 9000u}) {
    f.write("a.attempts", std::string(n, '\xff'));
    Attempts a;
    ASSERT_TRUE(a.open((f.path + "/a.attempts").c_str())) << n;
    for (uint64_t id = 1; id < 1000; ++id) a.begin(id), a.end(id);
    EXPECT_EQ(a.died(UINT64_MAX), 0u);
    a.begin(1);
    for (uint64_t id = 1000; id < 2000; ++id) a.begin(id);  // more than it has room for
  }
  Attempts a;
  ASSERT_TRUE(a.open((f.path + "/a.attempts").c_str()));
  EXPECT_EQ(a.died(1), 1u);
  a.forget(1);
  EXPECT_EQ(a.died(1), 0u);
}

}  // namespace
}  // namespace whittle::file_storage
