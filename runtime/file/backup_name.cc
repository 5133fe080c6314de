// SPDX-License-Identifier: Apache-2.0
#include "runtime/file/backup_name.h"

#include "runtime/aws/timestamp.h"

#include <stdio.h>
#include <time.h>

namespace whittle {

namespace {

// Where the extension begins in a path or a name: at the last dot of the last part, or at the end.
size_t extension_of(Text path) {
  const size_t slash = path.rfind('/'), dot = path.rfind('.');
  if (dot == Text::npos || (slash != Text::npos && dot < slash)) return path.size();
  return dot;
}

}  // namespace

void append_backup_name(Writer& out, Text path, int64_t now_ns, bool local_time) {
  const size_t extension = extension_of(path);
  const time_t seconds = static_cast<time_t>(now_ns / 1'000'000'000);
  struct tm t;
  if (local_time) localtime_r(&seconds, &t);
  else gmtime_r(&seconds, &t);
  char text[64];
  const int n = snprintf(text, sizeof text, "-%04d-%02d-%02dT%02d-%02d-%02d.%03d-size", t.tm_year + 1900, t.tm_mon + 1,
                         t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, static_cast<int>(now_ns / 1'000'000 % 1000));
  out.append(path.substr(0, extension));
  out.append(Text(text, static_cast<size_t>(n)));
  out.append(path.substr(extension));
}

std::optional<int64_t> backup_time(Text name, Text file, bool local_time) {
  const size_t extension = extension_of(file);
  const Text stem = file.substr(0, extension), ending = file.substr(extension);
  if (!name.starts_with(stem) || name.size() <= stem.size() + ending.size() || name[stem.size()] != '-' ||
      !name.ends_with(ending))
    return std::nullopt;
  Text rest = name.substr(stem.size() + 1, name.size() - stem.size() - 1 - ending.size());
  const size_t reason = rest.rfind('-');
  if (reason == Text::npos) return std::nullopt;
  rest = rest.substr(0, reason);
  constexpr Text kShape = "0000-00-00T00-00-00.000";
  if (rest.size() != kShape.size()) return std::nullopt;
  int part[7] = {};
  size_t p = 0;
  for (size_t i = 0; i < rest.size(); ++i) {
    if (kShape[i] != '0') {
      if (rest[i] != kShape[i]) return std::nullopt;
      ++p;
    } else {
      if (rest[i] < '0' || rest[i] > '9') return std::nullopt;
      part[p] = part[p] * 10 + (rest[i] - '0');
    }
  }
  const auto [year, month, day, hour, minute, second, milli] = part;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  int64_t seconds;
  if (local_time) {
    struct tm t = {};
    t.tm_year = year - 1900, t.tm_mon = month - 1, t.tm_mday = day;
    t.tm_hour = hour, t.tm_min = minute, t.tm_sec = second, t.tm_isdst = -1;
    seconds = mktime(&t);
  } else {
    seconds = days_from_civil(year, month, day) * 86'400 + hour * 3600 + minute * 60 + second;
  }
  return seconds * 1'000'000'000 + milli * 1'000'000;
}

}  // namespace whittle
