// SPDX-License-Identifier: Apache-2.0
// The collector's own log: one line a record on standard error, as text or JSON, rate-limited for each message.
#pragma once

#include "runtime/base/bytes.h"

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

  // Writes one record. `message` must be a literal: repetition is counted by its address, and after a burst of ten
  // within ten seconds further ones are dropped and their number is told with the next that is let through.
  void write(LogLevel level, const char* message, std::initializer_list<LogField> fields = {});

  void debug(const char* m, std::initializer_list<LogField> f = {}) { if (level <= LogLevel::Debug) write(LogLevel::Debug, m, f); }
  void info(const char* m, std::initializer_list<LogField> f = {}) { if (level <= LogLevel::Info) write(LogLevel::Info, m, f); }
  void warn(const char* m, std::initializer_list<LogField> f = {}) { if (level <= LogLevel::Warn) write(LogLevel::Warn, m, f); }
  void error(const char* m, std::initializer_list<LogField> f = {}) { write(LogLevel::Error, m, f); }

  // Writes one record whatever else there is: `message` may be any text. For lists that end.
  void write_each(LogLevel level, Text message, std::initializer_list<LogField> fields = {});

  // Tells what has been dropped and not yet told; for the end of the process.
  void flush();

private:
  struct Repeated {
    const char* message;
    int64_t window_start;  // monotonic ns
    uint32_t written;
    uint32_t dropped;
  };
  Repeated repeated_[64] = {};
};

}  // namespace whittle
