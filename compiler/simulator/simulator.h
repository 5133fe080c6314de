// SPDX-License-Identifier: Apache-2.0
// A Fargate task without AWS: a task metadata endpoint with credentials, and AWS endpoints that check signatures,
// remember what was called and answer as the services do. As a proxy it stands in for other backends too, which take
// whatever they get, and for what is scraped. One thread, HTTP/1.1 on loopback, for as long as the object
// lives.
#pragma once

#include "compiler/simulator/aws.h"
#include "compiler/simulator/others.h"
#include "compiler/simulator/task.h"

#include <functional>
#include <string>
#include <vector>

namespace whittle::simulator {

class Simulator {
public:
  Simulator();
  ~Simulator();
  Simulator(const Simulator&) = delete;

  // Listens on a free port of 127.0.0.1. False with a message in `error`.
  bool open(std::string& error);
  int port() const { return port_; }

  // What is served to whoever scrapes something that is not there.
  void serve_metrics(std::string exposition) { scraped_.exposition = std::move(exposition); }

  // What a container in the task would see, for its environment.
  std::vector<std::string> environment() const {
    return Task::environment("http://127.0.0.1:" + std::to_string(port_));
  }

  // Serves whoever comes until `until` returns true; it is asked at least every 50 ms. `called` is told each AWS call.
  void serve(const std::function<bool()>& until, const std::function<void(const Call&)>& called);

private:
  struct Connection {
    int fd;
    std::string in, out;
    bool close_after = false;
  };
  bool take_requests(Connection& c, const std::function<void(const Call&)>& called);
  std::string answer(const Request& request, const std::function<void(const Call&)>& called);

  int listener_ = -1;
  int port_ = 0;
  std::vector<Connection> connections_;
  Aws aws_;
  Task task_;
  Scraped scraped_;
};

}  // namespace whittle::simulator
