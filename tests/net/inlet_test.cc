// SPDX-License-Identifier: Apache-2.0
// Inlets over sockets: connections that begin, are held, answered and end, and what has come when an inlet closes.
#include "runtime/net/inlet.h"
#include "tests/net/test_peer.h"

#include <string>
#include <vector>

using namespace whittle;

namespace {

struct Taker {
  std::string got;
  std::vector<Peer*> peers;
  int ended = 0;
  size_t hold_after = SIZE_MAX;
  Inlet* inlet = nullptr;

  static void began(void* self, Peer& peer) { static_cast<Taker*>(self)->peers.push_back(&peer); }
  static void ended_one(void* self, Peer& peer) {
    auto& taker = *static_cast<Taker*>(self);
    std::erase(taker.peers, &peer);
    ++taker.ended;
  }
  static bool arrived(void* self, Peer& peer, Bytes content) {
    auto& taker = *static_cast<Taker*>(self);
    taker.got += as_text(content);
    if (taker.got.size() >= taker.hold_after) taker.inlet->hold(peer);
    return as_text(content) != "end";
  }
};

struct InletTest : testing::Test {
  TestProcess process;
  Taker taker;
  std::string path = testing::TempDir() + "inlet_" + std::to_string(getpid());

  InletSettings stream() {
    return {.component = "c", .endpoint = path, .transport = "unix", .began = Taker::began, .ended = Taker::ended_one};
  }
  int connect_to_path() {
    sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = {}};
    memcpy(to.sun_path, path.data(), path.size());
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    return fd;
  }
  static void send_text(int fd, Text t) {
    EXPECT_EQ(send(fd, t.data(), t.size(), MSG_NOSIGNAL), static_cast<ssize_t>(t.size()));
  }
};

TEST_F(InletTest, AnswersAndEnds) {
  Inlet inlet(process.runtime, stream(), Taker::arrived, &taker);
  taker.inlet = &inlet;
  ASSERT_TRUE(inlet.open());
  const int fd = connect_to_path();
  send_text(fd, "hello");
  ASSERT_TRUE(process.until([&] { return taker.got == "hello"; }));
  ASSERT_EQ(taker.peers.size(), 1u);
  EXPECT_EQ(taker.peers[0]->address, path);
  EXPECT_TRUE(inlet.reply(*taker.peers[0], as_bytes("ack")));
  char answer[8];
  EXPECT_EQ(recv(fd, answer, sizeof answer, 0), 3);
  // An answer that its peer does not read is refused, not kept.
  const std::string much(1 << 20, 'x');
  bool taken = true;
  for (int i = 0; i < 64 && taken; ++i) taken = inlet.reply(*taker.peers[0], as_bytes(much));
  EXPECT_FALSE(taken);
  send_text(fd, "end");
  EXPECT_TRUE(process.until([&] { return taker.ended == 1; }));
  close(fd);
}

TEST_F(InletTest, HeldConnectionsAreNotRead) {
  Inlet inlet(process.runtime, stream(), Taker::arrived, &taker);
  taker.inlet = &inlet;
  taker.hold_after = 3;
  ASSERT_TRUE(inlet.open());
  const int held = connect_to_path(), other = connect_to_path();
  send_text(held, "abc");
  ASSERT_TRUE(process.until([&] { return taker.got == "abc"; }));
  Peer& peer = *taker.peers[0];
  taker.hold_after = SIZE_MAX;
  send_text(held, "later");
  send_text(other, "now");
  ASSERT_TRUE(process.until([&] { return taker.got == "abcnow"; }));
  inlet.go_on(peer);
  EXPECT_TRUE(process.until([&] { return taker.got == "abcnowlater"; }));
  inlet.end(peer);
  EXPECT_EQ(taker.ended, 1);
  close(held);
  close(other);
}

TEST_F(InletTest, ClosingReadsWhatHasCome) {
  Inlet inlet(process.runtime, stream(), Taker::arrived, &taker);
  taker.inlet = &inlet;
  ASSERT_TRUE(inlet.open());
  const int fd = connect_to_path();
  send_text(fd, "first");
  ASSERT_TRUE(process.until([&] { return taker.got == "first"; }));
  send_text(fd, "last");
  inlet.close();
  EXPECT_EQ(taker.got, "firstlast");
  EXPECT_EQ(taker.ended, 1);
  EXPECT_NE(access(path.c_str(), F_OK), 0) << "the socket stays behind";
  close(fd);
}

TEST_F(InletTest, DatagramsAreAnswered) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in here = {.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&here), sizeof here), 0);
  socklen_t size = sizeof here;
  getsockname(fd, reinterpret_cast<sockaddr*>(&here), &size);
  close(fd);
  const std::string endpoint = "127.0.0.1:" + std::to_string(ntohs(here.sin_port));
  Inlet* inlet = nullptr;
  Inlet made(
      process.runtime, {.component = "c", .endpoint = endpoint, .transport = "udp"},
      [](void* self, Peer& peer, Bytes content) { return (*static_cast<Inlet**>(self))->reply(peer, content); },
      &inlet);
  inlet = &made;
  ASSERT_TRUE(made.open());
  const int client = socket(AF_INET, SOCK_DGRAM, 0);
  ASSERT_EQ(sendto(client, "x", 1, 0, reinterpret_cast<sockaddr*>(&here), sizeof here), 1);
  char answer = 0;
  EXPECT_TRUE(process.until([&] { return recv(client, &answer, 1, MSG_DONTWAIT) == 1; }));
  EXPECT_EQ(answer, 'x');
  close(client);
}

}  // namespace
