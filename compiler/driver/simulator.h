// SPDX-License-Identifier: Apache-2.0
// A Fargate task without AWS: a task metadata endpoint with credentials, and AWS endpoints that check signatures,
// remember what was called and answer as the services do. As a proxy it stands in for other backends too, which take
// whatever they get, and for what is scraped. One thread, HTTP/1.1 on loopback, for as long as the object
// lives.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace whittle::driver {

struct SimulatedCall {
  std::string service;  // "logs", "xray", from the signature's scope; of others their host
  std::string action;   // "PutLogEvents", "PutTraceSegments", "POST /v1/traces"
  std::string body;     // as text: OTLP and remote write as JSON
  bool others = false;  // no call of AWS: nothing has to sign it
  bool signature_good = false;
  std::string problem;  // when not good
  int status = 0;       // what was answered
};

class Simulator {
public:
  Simulator();
  ~Simulator();
  Simulator(const Simulator&) = delete;

  // Listens on a free port of 127.0.0.1. False with a message in `error`.
  bool open(std::string& error);
  int port() const { return port_; }

  // What is served to whoever scrapes something that is not there.
  void serve_metrics(std::string exposition) { exposition_ = std::move(exposition); }

  // What a container in the task would see, for its environment.
  std::vector<std::string> environment() const;

  // Serves whoever comes until `until` returns true; it is asked at least every 50 ms. `called` is told each AWS call.
  void serve(const std::function<bool()>& until, const std::function<void(const SimulatedCall&)>& called);

private:
  struct Connection {
    int fd;
    std::string in, out;
    bool close_after = false;
  };
  bool take_requests(Connection& c, const std::function<void(const SimulatedCall&)>& called);
  std::string answer(const std::string& method, const std::string& target,
                     const std::map<std::string, std::string>& headers, const std::string& body,
                     const std::function<void(const SimulatedCall&)>& called);
  std::string aws(const std::string& method, const std::string& target,
                  const std::map<std::string, std::string>& headers, const std::string& body, SimulatedCall& call);
  std::string others(const std::string& method, const std::string& host, const std::string& target,
                     const std::map<std::string, std::string>& headers, const std::string& body, SimulatedCall& call);
  std::string scraped(const std::string& host, const std::string& target);
  std::string sts(const std::string& body, bool good, SimulatedCall& call);
  bool check_signature(const std::string& method, const std::string& target,
                       const std::map<std::string, std::string>& headers, const std::string& body, SimulatedCall& call);
  std::string task() const;
  std::string container() const;
  std::string stats();

  int listener_ = -1;
  int port_ = 0;
  std::vector<Connection> connections_;
  std::set<std::string> groups_, streams_;
  int polls_ = 0, scrapes_ = 0;
  std::string exposition_;
};

}  // namespace whittle::driver
