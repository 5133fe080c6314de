// SPDX-License-Identifier: Apache-2.0
// Values as the text that pcommon.Value.AsString (pdata/pcommon/value.go) makes of them, and numbers as Go prints them.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

namespace whittle {

// An array, map, bytes or empty value (its content as it stands in the AnyValue) as text: JSON with sorted keys and
// nothing escaped for HTML; bytes in base64; nothing for an empty value, nor where JSON has no word for a number
// inside.
void append_value_text(Writer& out, SlotKind kind, Bytes content);

// An AnyValue, and the list of attributes in field `field` of a message, as encoding/json writes what AsRaw makes of
// them: keys sorted, of two equal keys the last, and <, > and & escaped; null for an empty value. False, with `out` as
// far as it came, where JSON has no word for a number inside.
bool append_json_raw(Writer& out, Bytes any);
bool append_json_raw_attributes(Writer& out, Bytes message, uint32_t field);

// A double as AsString has it: encoding/json's form, and NaN, Infinity, -Infinity.
void append_value_double(Writer& out, double d);

// A double without an exponent, shortest digits: strconv.FormatFloat(d, 'f', -1, 64).
void append_plain_double(Writer& out, double d);

}  // namespace whittle
