// SPDX-License-Identifier: Apache-2.0
// Messages of Fluentd's forward protocol (fluentd/wiki, Forward Protocol Specification v1) as log records:
//
//   message         [tag, time, record, options]
//   forward         [tag, [[time, record], ...], options]
//   packed forward  [tag, "entries as above, one after the other", options], the entries compressed or not
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

#include <stddef.h>

namespace whittle::fluent {

// So large may the entries of a message be when they are unpacked.
constexpr size_t kMostUnpacked = 32 << 20;

struct Message {
  size_t records = 0;
  Text chunk;                   // wants to be acknowledged when not empty; in the message
  const char* wrong = nullptr;  // what is wrong with it; then nothing was written
  bool cut = false;             // the last of its packed entries is not whole, and left out
};

// `message` is one whole value of MessagePack. Appends its records, as a ScopeLogs holds them, to `records`.
Message read(Bytes message, Writer& records);

// Appends the request, regular OTLP (wire/validate.h), of the records of any number of messages.
void finish(const Writer& records, Writer& out);

}  // namespace whittle::fluent
