// SPDX-License-Identifier: Apache-2.0
// Log events as exporters hand them to the sender: one at a time, when a batch has room.
#pragma once

#include "runtime/base/writer.h"

#include <vector>

namespace whittle {

// What stands beside a log event's message.
struct LogEvent {
  int64_t timestamp_ms;
  Text log_group, log_stream;
};

// Where the log events of a payload come from, one at a time: those of a stream together and in the order of their
// times. Their messages are made when a batch has room for them, so that what waits is not the messages.
class LogEvents {
public:
  virtual ~LogEvents() = default;
  // Goes on to the next event. False at the end.
  virtual bool next(LogEvent& event) = 0;
  // Appends the event's message as a JSON string, quoted and escaped. Returns the message's size in UTF-8; 0 and
  // nothing appended when there is none to send after all, which is told and counted by whoever makes them.
  virtual size_t write(Writer& out) = 0;
  // Of the memory of batches so much more is held for these events; less, when negative.
  virtual void held(int64_t more) = 0;

protected:
  LogEvents() = default;
  LogEvents(const LogEvents&) = delete;
};

// Events whose messages stand in a writer already, each as a JSON string.
class ListedLogEvents final : public LogEvents {
public:
  struct Listed {
    LogEvent event;
    size_t begin, end;  // in `messages`
    size_t size;        // of the message in UTF-8
  };
  std::vector<Listed> list;
  Writer messages;

  // Brings the list into the order in which events are sent.
  void sort();
  bool next(LogEvent& event) override;
  size_t write(Writer& out) override;
  void held(int64_t) override {}

private:
  size_t at_ = 0;  // behind the event at hand
};

// Whether `a` is sent before `b`; neither when they may go in any order.
bool sent_before(const LogEvent& a, const LogEvent& b);

}  // namespace whittle
