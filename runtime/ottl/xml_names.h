// SPDX-License-Identifier: Apache-2.0
// Which characters names of XML are made of (XML 1.0, section 2.3).
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace whittle::ottl {

// Whether a name of XML may begin with a character, and whether it may stand behind the first. A colon may do both.
bool begins_xml_name(uint32_t code_point);
bool in_xml_name(uint32_t code_point);

}  // namespace whittle::ottl
