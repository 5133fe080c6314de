// SPDX-License-Identifier: Apache-2.0
// A record becomes one line and one write(2), so that lines of several processes on one terminal do not mix.
//
//   2026-03-02T08:44:30.125Z warn export failed exporter=awsxray status=503
//   {"ts":"2026-03-02T08:44:30.125Z","level":"warn","msg":"export failed","exporter":"awsxray","status":503}
#include "runtime/base/log.h"

#include "base/json.h"
#include "runtime/base/runtime.h"

#include <algorithm>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

namespace whittle {

static Text level_name(LogLevel level) {
  switch (level) {
  case LogLevel::Debug: return "debug";
  case LogLevel::Info: return "info";
  case LogLevel::Warn: return "warn";
  case LogLevel::Error: return "error";
  }
  return "error";
}

// As JSON escapes it. What a terminal takes for a command (DEL) is no control character to JSON.
static void write_escaped(Writer& out, Text text) {
  while (!text.empty()) {
    JsonEscape escape = json_escape(text);
    if (text[0] == 0x7f) out.append(Text("\\u007f"));
    else if (escape.size == 0) out.byte(static_cast<uint8_t>(text[0]));
    else out.append(Text(escape.text, escape.size));
    text.remove_prefix(escape.taken);
  }
}

static void write_quoted(Writer& out, Text text) {
  out.byte('"');
  write_escaped(out, text);
  out.byte('"');
}

static bool needs_quotes(Text text) {
  if (text.empty()) return true;
  for (char c : text)
    if (c == ' ' || c == '"' || c == '=' || c == '\\' || static_cast<uint8_t>(c) < 0x20 || c == 0x7f) return true;
  return false;
}

static void write_value(Writer& out, const LogField& field, bool json) {
  char number[40];
  switch (field.kind) {
  case LogField::Kind::Text:
    if (json || needs_quotes(field.text)) return write_quoted(out, field.text);
    return out.append(field.text);
  case LogField::Kind::Bool: return out.append(Text(field.number ? "true" : "false"));
  case LogField::Kind::Int:
    snprintf(number, sizeof number, "%lld", static_cast<long long>(field.number));
    return out.append(Text(number));
  case LogField::Kind::Double:
    snprintf(number, sizeof number, "%.6g", field.real);
    if (json && !isfinite(field.real)) return write_quoted(out, number);
    return out.append(Text(number));
  }
}

static void write_time(Writer& out) {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  tm parts;
  gmtime_r(&now.tv_sec, &parts);
  char text[64];
  int n = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                   parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<int>(now.tv_nsec / 1'000'000));
  out.append(Text(text, static_cast<size_t>(n)));
}

static void write_field(Writer& line, const LogField& field, bool json) {
  line.append(Text(json ? ",\"" : " "));
  write_escaped(line, field.name);
  line.append(Text(json ? "\":" : "="));
  write_value(line, field, json);
}

void Logger::add_field(const LogField& field) {
  write_field(fields_, field, json);
}

void Logger::add_null_field(Text name) {
  fields_.append(Text(json ? ",\"" : " "));
  write_escaped(fields_, name);
  fields_.append(Text(json ? "\":null" : "=null"));
}

// Writes what `fd` takes now; how much that was.
static size_t write_some(int fd, Bytes bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    // A pipe that can be written to takes this much at once without waiting (pipe(7)); files always do.
    const size_t n = std::min<size_t>(bytes.size() - done, PIPE_BUF);
    pollfd ready = {fd, POLLOUT, 0};
    const int polled = poll(&ready, 1, 0);
    if (polled < 0 && errno == EINTR) continue;
    if (polled == 0) return done;
    const ssize_t written = polled < 0 ? -1 : ::write(fd, bytes.data() + done, n);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return done;
    if (written <= 0) return bytes.size();  // nobody is there to tell
    done += static_cast<size_t>(written);
  }
  return done;
}

bool Logger::drain(Output& o) {
  if (!o.pending.empty()) {
    const size_t n = write_some(o.fd, o.pending.bytes());
    if (n < o.pending.size()) {
      Writer rest;
      rest.append(o.pending.bytes().subspan(n));
      o.pending.swap(rest);
      return false;
    }
    Writer().swap(o.pending);
  }
  return true;
}

bool Logger::drain() {
  bool all = true;
  for (uint32_t i = 0; i < (output_count_ == 0 ? 1 : output_count_); ++i) all = drain(outputs_[i]) && all;
  return all;
}

void Logger::put(Bytes bytes) {
  for (uint32_t i = 0; i < (output_count_ == 0 ? 1 : output_count_); ++i) {
    Output& o = outputs_[i];
    size_t done = 0;
    const bool drained = drain(o);
    if (drained) {
      if (o.left_out > 0) {
        Writer line;
        const uint64_t left_out = o.left_out;
        o.left_out = 0;
        render(line, LogLevel::Warn, "nobody read the log in time: lines were left out", {{"lines", left_out}}, 0);
        const size_t n = write_some(o.fd, line.bytes());
        o.pending.append(line.bytes().subspan(n));
      }
      if (o.pending.empty()) done = write_some(o.fd, bytes);
    }
    if (done == bytes.size()) continue;
    // What was left out is told before what comes after it.
    if (done == 0 && ((o.left_out > 0 && !drained) || o.pending.size() + bytes.size() > kMostPending)) {
      ++o.left_out;
      continue;
    }
    o.pending.append(bytes.subspan(done));
    if (stuck) stuck(stuck_context);
  }
}

void Logger::write_line(LogLevel level, Text message, std::initializer_list<LogField> fields, uint64_t dropped) {
  Writer line;
  render(line, level, message, fields, dropped);
  put(line.bytes());
}

void Logger::render(Writer& line, LogLevel level, Text message, std::initializer_list<LogField> fields,
                    uint64_t dropped) const {
  if (json) {
    line.append(Text("{\"ts\":\""));
    write_time(line);
    line.append(Text("\",\"level\":\""));
    line.append(level_name(level));
    line.append(Text("\",\"msg\":"));
    write_quoted(line, message);
  } else {
    write_time(line);
    line.byte(' ');
    line.append(level_name(level));
    line.byte(' ');
    line.append(message);
  }
  line.append(fields_.text());
  for (const LogField& field : fields) write_field(line, field, json);
  if (dropped > 0) write_field(line, LogField("dropped_before", dropped), json);
  line.append(Text(json ? "}\n" : "\n"));
}

void Logger::write(LogLevel at, const char* message, std::initializer_list<LogField> fields) {
  if (at < level) return;
  if (tick_ns <= 0) return write_line(at, message, fields, 0);
  // Literals differ in their address; the low bits carry little.
  const auto address = reinterpret_cast<uintptr_t>(message);
  Repeated& one = repeated_[((address >> 3) ^ (address >> 9)) % (sizeof repeated_ / sizeof *repeated_)];
  const int64_t now = monotonic_ns();
  if (one.message != message) {
    if (one.dropped > 0) write_line(LogLevel::Warn, one.message, {}, one.dropped);
    one = {message, now, 0, 0};
  }
  if (now - one.window_start > tick_ns) {
    one.window_start = now;
    one.seen = 0;
  }
  ++one.seen;
  if (one.seen > initial && (thereafter == 0 || (one.seen - initial) % thereafter != 0)) {
    ++one.dropped;
    return;
  }
  write_line(at, message, fields, one.dropped);
  one.dropped = 0;
}

void Logger::write_each(LogLevel at, Text message, std::initializer_list<LogField> fields) {
  if (at >= level) write_line(at, message, fields, 0);
}

void Logger::flush() {
  for (Repeated& one : repeated_) {
    if (one.dropped > 0) write_line(LogLevel::Warn, one.message, {}, one.dropped);
    one.dropped = 0;
  }
  constexpr int kWaits = 100, kWait = 10;  // milliseconds
  for (int i = 0; i < kWaits && !drain(); ++i) poll(nullptr, 0, kWait);
  put({});  // how many lines were left out
}

}  // namespace whittle
