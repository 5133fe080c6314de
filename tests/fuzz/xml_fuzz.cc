// SPDX-License-Identifier: Apache-2.0
// What is found lies within the document and is never longer than it.
#include "runtime/aws/xml.h"
#include "runtime/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace whittle;
  Text document(reinterpret_cast<const char*>(data), size);
  for (Text name : {Text("Code"), Text("Message"), Text("a")}) {
    Writer out;
    bool found = append_xml_element(out, document, name);
    CHECK(out.size() <= size);
    CHECK(found || out.empty());
  }
  return 0;
}
