// SPDX-License-Identifier: Apache-2.0
// From a record's bytes to slots, and from a slot to the text that a comparison looks at.
#pragma once

#include "runtime/base/bytes.h"

namespace whittle {

// Sets the program's slots of `place` from a message that validate() has accepted: the Resource, the
// InstrumentationScope, or the record. Slots that the message does not fill become Absent. An attribute's first entry
// counts, a field's last.
void fill_slots(const RecordProgram& program, Place place, Bytes message, SlotValue* slots);

}  // namespace whittle
