// SPDX-License-Identifier: Apache-2.0
// The one check that OTLP bytes from a peer pass. What it accepts, the views (wire/otlp_views.h) read without further
// checks.
#pragma once

#include "runtime/base/result.h"
#include "runtime/base/writer.h"
#include "runtime/wire/schema.h"

namespace whittle::wire {

struct Counts {
  uint64_t items = 0;  // spans, data points or log records
  // The bytes are what a Payload's slice may hold, and:
  //  - they hold nothing but field 1 at the top;
  //  - in a resource's and a scope's group the resource or scope comes first and once;
  //  - every singular message occurs at most once in its parent;
  //  - all strings are valid UTF-8;
  //  - nothing stands under the number that scopes had before OTLP 0.19.
  // When false, normalize() makes it so.
  bool regular = true;
};

// Checks an export request: lengths, nesting, wire types of known fields, sizes of ids, varints. Unknown fields are
// fine and are kept. Allocates nothing; stops at the first mistake, with its offset.
Result<Counts> validate(Signal signal, Bytes request);

// For a request that validate() accepted as not regular: the same request in regular form, appended to `out`. Singular
// messages that occur several times become one (as protobuf says they must), invalid UTF-8 becomes U+FFFD, unknown
// fields of the request itself are dropped.
Result<Counts> normalize(Signal signal, Bytes request, Writer& out);

// Checks any other message of the schema, such as an answer: after it, the message's view may read `message`.
Result<void> validate_message(const MessageType& type, Bytes message);

// The message type of a signal's export request.
const MessageType& request_type(Signal signal);

}  // namespace whittle::wire
