// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/result.h"

namespace whittle {

const char* errc_text(Errc code) {
  switch (code) {
  case Errc::Truncated: return "truncated";
  case Errc::Malformed: return "malformed";
  case Errc::TooDeep: return "nested too deep";
  case Errc::TooLarge: return "too large";
  case Errc::BadUtf8: return "not valid UTF-8";
  case Errc::Unsupported: return "unsupported";
  case Errc::System: return "system call failed";
  case Errc::Network: return "network failure";
  case Errc::Timeout: return "timed out";
  case Errc::Refused: return "refused";
  }
  return "unknown error";
}

}  // namespace whittle
