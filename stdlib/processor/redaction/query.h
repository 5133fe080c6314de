// SPDX-License-Identifier: Apache-2.0
// Queries and commands of databases without the values in them, each `?`, as Datadog's obfuscators make them.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

namespace whittle::redaction {

// SQL: literals, parameters of PostgreSQL and digits within names. `mysql`: double quotes are texts, `#` begins a
// comment.
void append_anonymous_sql(Writer& out, Text query, bool mysql);

// Commands of Redis, one a line: the values of those that write any.
void append_anonymous_redis(Writer& out, Text commands);

// A command of Memcached without what is to be stored.
Text anonymous_memcached(Text command);

// A text of JSON with its keys, without white space. False, and a part is written: it is no JSON.
bool append_anonymous_json(Writer& out, Text json);

}  // namespace whittle::redaction
