// SPDX-License-Identifier: Apache-2.0
// Pieces of JSON text, for encoders that write their documents straight into a send buffer.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/bytes.h"
#include "runtime/base/number.h"
#include "runtime/base/writer.h"

namespace whittle {

// Appends `t`, which is valid UTF-8, as a JSON string with its quotes.
void append_json_text(Writer& out, Text t);

// The same without the quotes, for a string that is put together from parts.
void append_json_escaped(Writer& out, Text t);

// Appends `t`, which may be any bytes, as Go's encoding/json writes a string: what HTML would take for its own
// ("<", ">" and "&") is escaped too, and each byte that is no UTF-8 is an escaped U+FFFD.
void append_json_html(Writer& out, Text t);

// Appends the bytes in base64 (with padding), or in lower-case hex; neither adds quotes.
void append_base64(Writer& out, Bytes b);
void append_hex(Writer& out, Bytes b);

// Appends the content of standard base64 text (line ends are skipped, padding is required). False when it is none.
bool append_decoded_base64(Writer& out, Text t);

// JSON text in which U+FFFD is escaped wherever half of a surrogate pair is escaped alone; the very text where there is
// none.
Text with_whole_surrogates(Text json, Arena& arena);

}  // namespace whittle
