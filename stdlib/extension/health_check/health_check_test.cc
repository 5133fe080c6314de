// SPDX-License-Identifier: Apache-2.0
#include "stdlib/extension/health_check/ask.h"
#include "stdlib/extension/health_check/health_check_config.h"
#include "tests/net/test_peer.h"

#include <regex>
#include <thread>

using namespace whittle;

extern "C" const ComponentOps extension_health_check_ops;

namespace {

Str str(const char* t) {
  return {t, strlen(t)};
}

struct HealthTest : testing::Test {
  TestProcess process;
  config::HealthCheck settings = {};
  std::string path =
      testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name() + std::to_string(getpid());

  void start() {
    settings.endpoint = str(path.c_str());
    settings.transport = config::ListenAddressTransport::Unix;
    if (settings.path.size == 0) settings.path = str("/");
    ComponentContext context = {};
    context.runtime = &process.runtime;
    context.id = str("health_check");
    context.config = &settings;
    void* extension = extension_health_check_ops.create(&context);
    static auto& kept = *new std::vector<void*>();  // components live as long as their process
    kept.push_back(extension);
    ASSERT_TRUE(extension_health_check_ops.start(extension));
  }
  void TearDown() override { unlink(path.c_str()); }
  std::string get(const std::string& target) {
    TestClient client(path);
    client.send("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(process.until([&] { return client.closed(); })) << "keep-alive is off";
    return client.received();
  }
};

TEST_F(HealthTest, TellsWhetherItIsUp) {
  start();
  const std::string up = get("/anything");
  EXPECT_TRUE(std::regex_search(up, std::regex("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")));
  EXPECT_TRUE(std::regex_search(
      up,
      std::regex(
          R"re(\{"status":"Server available","upSince":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?Z","uptime":"(\d+h)?(\d+m)?\d+(\.\d+)?(s|ms|µs|ns)"\}$)re")))
      << up;
  process.runtime.draining = true;
  const std::string draining = get("/");
  EXPECT_NE(draining.find("503 Service Unavailable"), std::string::npos);
  EXPECT_NE(draining.find(R"({"status":"Server not available","upSince":"0001-01-01T00:00:00Z","uptime":""})"),
            std::string::npos);
}

TEST_F(HealthTest, OwnPathAndBodies) {
  settings.path = str("/health");
  settings.response_body.present = true;
  settings.response_body.value = {str("fine"), str("ill")};
  start();
  EXPECT_NE(get("/health?x").find("\r\n\r\nfine"), std::string::npos);
  EXPECT_NE(get("/healthy").find("404 Not Found"), std::string::npos);
  process.runtime.draining = true;
  EXPECT_NE(get("/health").find("\r\n\r\nill"), std::string::npos);
}

TEST_F(HealthTest, AskedByTheBinaryItself) {
  start();
  for (int expected : {0, 1}) {
    process.runtime.draining = expected == 1;
    int code = -1;
    Writer told;
    std::thread asks([&] { code = ask_health(path, true, false, "/", 5'000'000'000, told); });
    EXPECT_TRUE(process.until([&] { return code >= 0; }));
    asks.join();
    EXPECT_EQ(code, expected);
    EXPECT_NE(told.text().find("Server"), Text::npos);
  }
  Writer told;
  EXPECT_EQ(ask_health(path + ".none", true, false, "/", 1'000'000'000, told), 1);
  EXPECT_NE(told.text().find("nothing answers at"), Text::npos);
  EXPECT_EQ(ask_health("nonsense", false, false, "/", 1'000'000'000, told), 1);
}

}  // namespace
