// SPDX-License-Identifier: Apache-2.0
// The collector's own log: one line a record, as text or JSON, sampled by message (service::telemetry::logs).
//
// Nobody waits for who reads it: what does not fit where it goes is kept, up to kMostPending bytes for each output, and
// written when there is room; what is beyond is left out, and how many lines that were is told in their place.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

#include <concepts>
#include <initializer_list>

namespace whittle {

enum class LogLevel : uint32_t { Debug = 0, Info = 1, Warn = 2, Error = 3 };

// A named value of a record: LogField{"exporter", "awsxray"}, LogField{"items", 12}.
struct LogField {
  enum class Kind : uint8_t { Text, Int, Double, Bool } kind;
  Text name;
  Text text = {};
  int64_t number = 0;
  double real = 0;

  LogField(Text n, Text v) : kind(Kind::Text), name(n), text(v) {}
  LogField(Text n, const char* v) : kind(Kind::Text), name(n), text(v) {}
  LogField(Text n, Str v) : kind(Kind::Text), name(n), text(view(v)) {}
  LogField(Text n, std::integral auto v) : kind(Kind::Int), name(n), number(static_cast<int64_t>(v)) {}
  LogField(Text n, bool v) : kind(Kind::Bool), name(n), number(v) {}
  LogField(Text n, std::floating_point auto v) : kind(Kind::Double), name(n), real(v) {}
};

class Logger {
public:
  LogLevel level = LogLevel::Info;
  bool json = false;

  // Of records with one message, a period of `tick_ns` lets the first `initial` through and then one in `thereafter`
  // (0: none), as zap's sampler does (go.uber.org/zap, zapcore/sampler.go). 0 for `tick_ns`: all of them.
  int64_t tick_ns = 10'000'000'000;
  uint64_t initial = 10, thereafter = 100;

  // Adds a field to all records from now on. Copies it. Call it after `json` is set.
  void add_field(const LogField& field);
  void add_null_field(Text name);
  // From now on lines go to these and not to standard error. Descriptors stay the caller's.
  void to(int fd) {
    if (output_count_ < kMostOutputs) outputs_[output_count_++].fd = fd;
  }
  static constexpr uint32_t kMostOutputs = 8;
  static constexpr size_t kMostPending = 64 * 1024;

  // Called when something had to be kept: drain() is to be tried later. Null: nobody tries but the next record.
  void (*stuck)(void* context) = nullptr;
  void* stuck_context = nullptr;
  // Writes what is kept as far as there is room. True when nothing is left.
  bool drain();

  // Bytes beside the records, as they are.
  void put(Bytes bytes);

  // Writes one record. `message` must be a literal: repetition is counted by its address, and how many were left out is
  // told with the next that is let through.
  void write(LogLevel level, const char* message, std::initializer_list<LogField> fields = {});

  void debug(const char* m, std::initializer_list<LogField> f = {}) {
    if (level <= LogLevel::Debug) write(LogLevel::Debug, m, f);
  }
  void info(const char* m, std::initializer_list<LogField> f = {}) {
    if (level <= LogLevel::Info) write(LogLevel::Info, m, f);
  }
  void warn(const char* m, std::initializer_list<LogField> f = {}) {
    if (level <= LogLevel::Warn) write(LogLevel::Warn, m, f);
  }
  void error(const char* m, std::initializer_list<LogField> f = {}) { write(LogLevel::Error, m, f); }

  // Writes one record whatever else there is: `message` may be any text. For lists that end.
  void write_each(LogLevel level, Text message, std::initializer_list<LogField> fields = {});

  // Tells what has been dropped and not yet told, and waits for up to a second for whoever reads; for the end of the
  // process.
  void flush();

private:
  struct Repeated {
    const char* message;
    int64_t window_start;  // monotonic ns
    uint64_t seen;
    uint64_t dropped;
  };
  void write_line(LogLevel level, Text message, std::initializer_list<LogField> fields, uint64_t dropped);
  void render(Writer& line, LogLevel level, Text message, std::initializer_list<LogField> fields,
              uint64_t dropped) const;

  Repeated repeated_[64] = {};
  Writer fields_;  // of all records, rendered
  struct Output {
    int fd = 2;  // standard error
    Writer pending;
    uint64_t left_out = 0;  // lines since the last that was kept
  };
  bool drain(Output& output);
  Output outputs_[kMostOutputs];
  uint32_t output_count_ = 0;
};

}  // namespace whittle
