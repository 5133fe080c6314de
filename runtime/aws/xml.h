// SPDX-License-Identifier: Apache-2.0
// The little of XML that the answers of AWS's query services (STS) need: the text of an element, found by its name.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

namespace whittle {

// Appends the text of the first element with this name, whatever its namespace prefix, with entities and character
// references replaced. False, and nothing appended, when there is no such element, it holds other elements, or the
// document ends in it. The document may be anything: what is no XML has no elements.
bool append_xml_element(Writer& out, Text document, Text name);

}  // namespace whittle
