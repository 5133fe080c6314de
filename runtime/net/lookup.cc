// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/lookup.h"

#include <arpa/inet.h>
#include <atomic>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace whittle {

// Belongs to the thread and to the Lookup: whoever leaves last frees it.
struct Lookup::Job {
  char* host;
  int event;
  addrinfo* found = nullptr;
  int error = 0;
  std::atomic<int> owners{2};

  void leave() {
    if (owners.fetch_sub(1) != 1) return;
    if (found) freeaddrinfo(found);
    close(event);
    free(host);
    delete this;
  }

  static void* run(void* self) {
    auto* job = static_cast<Job*>(self);
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    job->error = getaddrinfo(job->host, nullptr, &hints, &job->found);
    const uint64_t one = 1;
    (void)!write(job->event, &one, sizeof one);
    job->leave();
    return nullptr;
  }
};

Lookup::Lookup(Loop& loop, Done done, void* context)
    : done_(done), context_(context),
      watch_(loop, [](void* self, uint32_t) { static_cast<Lookup*>(self)->finished(); }, this) {}

Lookup::~Lookup() {
  watch_.stop();
  if (job_) job_->leave();
}

bool Lookup::start(Text host) {
  if (job_) return false;
  const int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event < 0) return false;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  auto* job = new Job{strndup(host.data(), host.size()), event};
  pthread_t thread;
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  const bool good = watch_.start(event, EPOLLIN) && pthread_create(&thread, &detached, Job::run, job) == 0;
  pthread_attr_destroy(&detached);
  if (!good) {
    watch_.stop();
    job->leave();
    job->leave();
    return false;
  }
  job_ = job;
  return true;
}

void Lookup::finished() {
  watch_.stop();
  Job* job = job_;
  job_ = nullptr;
  std::vector<Address> addresses;
  for (const addrinfo* a = job->found; a; a = a->ai_next) {
    char text[INET6_ADDRSTRLEN];
    const void* from = a->ai_family == AF_INET
                           ? static_cast<const void*>(&reinterpret_cast<sockaddr_in*>(a->ai_addr)->sin_addr)
                           : &reinterpret_cast<sockaddr_in6*>(a->ai_addr)->sin6_addr;
    if ((a->ai_family != AF_INET && a->ai_family != AF_INET6) || !inet_ntop(a->ai_family, from, text, sizeof text))
      continue;
    Address address;
    snprintf(address.text, sizeof address.text, a->ai_family == AF_INET ? "%s" : "[%s]", text);
    bool there = false;
    for (const Address& known : addresses) there |= strcmp(known.text, address.text) == 0;
    if (!there) addresses.push_back(address);
  }
  done_(context_, addresses, job->error ? Text(gai_strerror(job->error)) : Text("the name has no addresses"));
  job->leave();
}

bool is_address(Text host) {
  char text[kAddressRoom];
  if (host.size() >= sizeof text) return false;
  in6_addr room;
  const bool bracket = host.starts_with('[') && host.ends_with(']');
  if (bracket) host = host.substr(1, host.size() - 2);
  memcpy(text, host.data(), host.size());
  text[host.size()] = 0;
  return inet_pton(bracket ? AF_INET6 : AF_INET, text, &room) == 1;
}

}  // namespace whittle
