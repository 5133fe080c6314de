// SPDX-License-Identifier: Apache-2.0
// What a component may use of the process it lives in. One of these exists, in main; nothing else is global.
#pragma once

#include "runtime/base/log.h"

#include <stdint.h>

namespace whittle {

class Loop;         // runtime/loop/loop.h
class HttpClient;   // runtime/http/client.h
class SelfMetrics;  // runtime/base/self_metrics.h
class Room;         // runtime/pipeline/room.h
class RetryTimer;   // runtime/loop/retry_timer.h
class ExportQueue;  // runtime/export/queue.h
class Receipt;      // runtime/pipeline/receipt.h

struct Runtime {
  const Collector* collector = nullptr;
  Logger* log = nullptr;
  Loop* loop = nullptr;
  HttpClient* http = nullptr;
  SelfMetrics* metrics = nullptr;
  int64_t fixed_clock_ns = 0;                              // replay: the time that does not move by itself; 0 otherwise
  const int64_t* moving_clock_ns = nullptr;                // replay: the time, where lines of the input move it
  bool offline = false;                                    // replay: no call leaves the process
  bool draining = false;                                   // SIGTERM has come
  RetryTimer* first_retry = nullptr;                       // who waits to try again
  ExportQueue* first_queue = nullptr;                      // of the exporters
  bool (*tell_exports)(Runtime&, bool stopped) = nullptr;  // once there is a queue; ExportQueue::tell
  bool (*delivery)(Runtime&, Writer& json) = nullptr;      // likewise: how exporters fare; false: one only fails
  Room* refused_at = nullptr;                              // where the last Refused came from; null when it did not say
  bool queues_on_disk = false;                             // what an exporter does not send may outlive the process
  bool senders_wait = false;                               // an exporter tells senders how sending ended
  Receipt* receipt = nullptr;                              // of the request that is being offered; null: nobody waits

  // Wall-clock time in nanoseconds since the epoch.
  int64_t now_ns() const;
  // Uniform random bytes: getrandom(2).
  void random(void* out, size_t n) const;
  uint32_t random32() const {
    uint32_t bits;
    random(&bits, sizeof bits);
    return bits;
  }
  // A pointer that all who know `key` share, null at first: for what components have in common and main knows nothing
  // of. A key is the address of something static.
  void*& shared(const void* key);
  // A random UUID (RFC 9562, version 4) with a NUL behind it.
  void uuid(char out[37]) const;

  struct Shared {
    const void* key;
    void* value;
    Shared* next;
  };
  Shared* first_shared = nullptr;  // as long as the process
};

// Time that never jumps, in nanoseconds.
int64_t monotonic_ns();

}  // namespace whittle
