// SPDX-License-Identifier: Apache-2.0
// Status {code, message, details}: a detail is an Any {type_url, value}, RetryInfo's value is a Duration in field 1.
#include "runtime/wire/rpc_status.h"

#include "runtime/base/json.h"
#include "runtime/base/utf8.h"
#include "runtime/wire/otlp_schema.h"
#include "runtime/wire/otlp_views.h"
#include "runtime/wire/validate.h"
#include "runtime/wire/wire.h"

namespace whittle::wire {

static constexpr Text kRetryInfo = "type.googleapis.com/google.rpc.RetryInfo";
static constexpr int64_t kSecond = 1'000'000'000;

void put_rpc_status(Writer& out, int32_t code, Text message, int64_t retry_after_ns) {
  if (code) {
    put_tag(out, 1, kVarint);
    put_varint(out, static_cast<uint64_t>(static_cast<int64_t>(code)));
  }
  if (!message.empty()) {
    size_t at = begin_len(out, 2);
    append_valid_utf8(out, as_bytes(message));
    end_len(out, at);
  }
  if (retry_after_ns <= 0) return;
  size_t detail = begin_len(out, 3);
  put_len(out, 1, as_bytes(kRetryInfo));
  size_t info = begin_len(out, 2);
  size_t duration = begin_len(out, 1);
  if (int64_t seconds = retry_after_ns / kSecond) {
    put_tag(out, 1, kVarint);
    put_varint(out, static_cast<uint64_t>(seconds));
  }
  if (int64_t nanos = retry_after_ns % kSecond) {
    put_tag(out, 2, kVarint);
    put_varint(out, static_cast<uint64_t>(nanos));
  }
  end_len(out, duration);
  end_len(out, info);
  end_len(out, detail);
}

void put_rpc_status_json(Writer& out, int32_t code, Text message, int64_t retry_after_ns) {
  out.append(Text("{\"code\":"));
  append_int(out, code);
  out.append(Text(",\"message\":\""));
  Writer valid;
  append_valid_utf8(valid, as_bytes(message));
  append_json_escaped(out, valid.text());
  out.byte('"');
  if (retry_after_ns > 0) {
    out.append(Text(",\"details\":[{\"@type\":\""));
    out.append(kRetryInfo);
    out.append(Text("\",\"retryDelay\":\""));
    append_double(out, static_cast<double>(retry_after_ns) / kSecond);
    out.append(Text("s\"}]"));
  }
  out.byte('}');
}

std::optional<int64_t> retry_delay_ns(Bytes status) {
  if (!validate_message(kRpcStatus, status)) return std::nullopt;
  for (views::ProtobufAny detail : views::RpcStatus(status).details) {
    if (detail.type_url != kRetryInfo || !validate_message(kRpcRetryInfo, detail.value)) continue;
    views::ProtobufDuration delay = views::RpcRetryInfo(detail.value).retry_delay.get();
    if (delay.seconds < 0 || delay.seconds > 315'576'000'000 || delay.nanos < 0 || delay.nanos >= kSecond) continue;
    if (delay.seconds > INT64_MAX / kSecond - 1) return INT64_MAX;
    return delay.seconds * kSecond + delay.nanos;
  }
  return std::nullopt;
}

}  // namespace whittle::wire
