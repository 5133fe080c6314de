// SPDX-License-Identifier: Apache-2.0
// Batches of log events on their way to CloudWatch Logs (PutLogEvents). A stream that does not exist is created, its
// group too, when the first batch finds it missing; the batch then goes again. Or all streams are made before their
// first batch goes.
#pragma once

#include "runtime/aws/call.h"
#include "runtime/aws/log_events.h"
#include "runtime/loop/loop.h"

#include <optional>
#include <vector>

namespace whittle {

// What PutLogEvents takes at a time.
constexpr size_t kMaxLogBatchBytes = 1 << 20;  // messages in UTF-8, and kLogEventOverhead each
constexpr uint32_t kMaxLogBatchEvents = 10'000;
constexpr int64_t kMaxLogBatchSpanMs = 24 * 3'600'000;
constexpr size_t kLogEventOverhead = 26;

// How log groups are made that do not exist.
struct LogGroupSettings {
  int64_t retention_days = 0;  // 0: for ever
  List<Entry<Str>> tags{};
};

struct LogSenderSettings {
  LogGroupSettings groups;
  uint32_t workers = 1;                                  // calls in flight at a time
  bool create_first = false;                             // streams are made before anything is written to them
  std::optional<BackoffSettings> backoff = kAwsBackoff;  // nothing: a batch that failed is lost
};

// What became of a payload's events.
struct LogOutcome {
  uint64_t taken = 0, lost = 0;
  Text why;               // of one that was lost
  bool may_pass = false;  // all that were lost another time may be taken
};

class LogSender {
public:
  // Called once, from the loop, when the last event's end is known.
  using Done = void (*)(void* context, const LogOutcome& outcome);

  // `exporter` and the texts in the settings must outlive the sender.
  LogSender(const ComponentContext& exporter, const AwsSettings& settings, const LogSenderSettings& sending);
  LogSender(const LogSender&) = delete;

  bool check(Str place) { return client_.check(place); }

  // Sends events in as few batches as the limits allow. Batches are made when they can go; `events` must be there until
  // `done`.
  void send(LogEvents& events, Done done, void* context);

private:
  struct Feed;
  struct Batch;
  struct Creation;
  enum class Step : uint8_t { Stream, Group, Retention, StreamAgain };

  void pump();
  Batch* next_batch();
  void put(Batch& batch);
  void answered(Batch& batch, const HttpResponse& response);
  void later(Batch& batch, Text why);
  void hold_tightly(Batch& batch);
  void holds(Batch& batch, int64_t more);
  void end(Batch& batch, uint32_t lost, Text why, bool may_pass = false);
  void end(Feed& feed);
  bool known(const Batch& batch) const;
  void create(Batch& batch);
  void step(Creation& creation, Step step);
  void created(Creation& creation, const HttpResponse& response);
  void end(Creation& creation, bool done, Text why);
  uint32_t rejected(Bytes answer, const Batch& batch, Writer& why);

  Runtime& runtime_;
  AwsClient client_;
  const LogSenderSettings settings_;
  Text exporter_;
  uint32_t in_flight_ = 0;
  size_t held_ = 0;            // bytes of all batches
  size_t waiting_ = 0;         // bytes of those that were not taken and wait to go again
  bool many_ = false;          // events, in the last batch
  Writer spare_;               // a body's memory, while there is more to send
  std::vector<Feed*> feeds_;   // those that have more events, a queue
  std::vector<Batch*> ready_;  // made and not on their way, a queue
  std::vector<Creation*> creations_;
  std::vector<uint64_t> made_;  // hashes of streams that are there, where they are made first
  Task pump_task_;
};

}  // namespace whittle
