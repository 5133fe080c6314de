// SPDX-License-Identifier: Apache-2.0
// "2026-11-22T15:06:40Z".
#pragma once

#include <ctime>
#include <string>

namespace whittle::simulator {

inline std::string rfc3339(time_t seconds) {
  char text[32];
  struct tm utc;
  gmtime_r(&seconds, &utc);
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace whittle::simulator
