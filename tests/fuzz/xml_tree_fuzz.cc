// SPDX-License-Identifier: Apache-2.0
// A path, and behind the first line a document: what is found in it is written again and read again, and so is what
// functions make of it.
#include "runtime/base/check.h"
#include "runtime/ottl/xpath.h"

extern "C" bool rt_ottl_ParseXML(whittle::ottl::Run* run, const whittle::ottl::Value* args, whittle::ottl::Value* out);
extern "C" bool rt_ottl_ParseSimplifiedXML(whittle::ottl::Run* run, const whittle::ottl::Value* args,
                                           whittle::ottl::Value* out);
extern "C" bool rt_ottl_GetXML(whittle::ottl::Run* run, const whittle::ottl::Value* args, whittle::ottl::Value* out);
extern "C" bool rt_ottl_RemoveXML(whittle::ottl::Run* run, const whittle::ottl::Value* args, whittle::ottl::Value* out);
extern "C" bool rt_ottl_InsertXML(whittle::ottl::Run* run, const whittle::ottl::Value* args, whittle::ottl::Value* out);
extern "C" bool rt_ottl_ConvertAttributesToElementsXML(whittle::ottl::Run* run, const whittle::ottl::Value* args,
                                                       whittle::ottl::Value* out);
extern "C" bool rt_ottl_ConvertTextToElementsXML(whittle::ottl::Run* run, const whittle::ottl::Value* args,
                                                 whittle::ottl::Value* out);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace whittle;
  using namespace whittle::ottl;
  const Text input(reinterpret_cast<const char*>(data), size);
  const size_t line = input.find('\n');
  const Text path = input.substr(0, line), document = line == Text::npos ? input : input.substr(line + 1);
  Arena arena;
  ottl::Run run{arena, nullptr};
  const Value args[] = {text(document), text(path), text("<x>1</x>")};
  Value out;
  for (auto f : {rt_ottl_ParseXML, rt_ottl_ParseSimplifiedXML, rt_ottl_GetXML, rt_ottl_RemoveXML, rt_ottl_InsertXML,
                 rt_ottl_ConvertAttributesToElementsXML}) {
    run.error = nullptr;
    if (!f(&run, args, &out)) CHECK(run.error != nullptr);
  }
  const Value named[] = {text(document), {ValueKind::Absent}, {ValueKind::Absent}};
  if (!rt_ottl_ConvertTextToElementsXML(&run, named, &out)) return 0;
  // What was written is a document again, but for names that prefixes were taken from.
  if (!document.contains(':') && !document.contains("<!") && !document.contains("<?"))
    CHECK(parse_xml(run, out.as_text()) != nullptr);
  return 0;
}
