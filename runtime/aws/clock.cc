// SPDX-License-Identifier: Apache-2.0
#include "runtime/aws/clock.h"

#include "runtime/http/date.h"

namespace whittle {

// AWS takes what was signed up to five minutes ago. What differs by less was not refused for its time.
static constexpr int64_t kTolerated = 240'000'000'000;

static int64_t& offset_of(Runtime& runtime) {
  static const char key = 0;
  void*& place = runtime.shared(&key);
  if (!place) place = new int64_t(0);
  return *static_cast<int64_t*>(place);
}

int64_t aws_now_ns(Runtime& runtime) {
  return runtime.now_ns() + offset_of(runtime);
}

bool adjust_aws_clock(Runtime& runtime, const HttpResponse& refusal, Text type, int64_t signed_ns) {
  if (refusal.status < 400 || refusal.status >= 500) return false;
  // The latter two are other faults, too: then the times agree.
  constexpr Text kTypes[] = {"RequestTimeTooSkewed", "RequestExpired",        "RequestInTheFuture",
                             "InvalidSignature",     "SignatureDoesNotMatch", "AuthFailure"};
  bool suspect = false;
  for (Text t : kTypes) suspect |= type.starts_with(t);
  if (!suspect) return false;
  for (const HttpHeader& h : refusal.headers) {
    if (h.name != "date") continue;
    std::optional<int64_t> seconds = parse_http_date(h.value);
    if (!seconds) continue;
    const int64_t there = *seconds * 1'000'000'000, wrong = there - signed_ns;
    if (wrong <= kTolerated && wrong >= -kTolerated) return false;
    int64_t& offset = offset_of(runtime);
    offset = there - runtime.now_ns();
    runtime.log->warn("this machine's clock is wrong; calls of AWS are signed with the time of its answers",
                      {{"seconds_behind", offset / 1'000'000'000}, {"date", h.value}});
    return true;
  }
  return false;
}

}  // namespace whittle
