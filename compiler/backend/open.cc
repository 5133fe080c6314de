// SPDX-License-Identifier: Apache-2.0
// The side of the back end that is linked into whittle itself.
#include "compiler/backend/backend.h"

#include <dlfcn.h>

namespace whittle::backend {

Result compile(const plan::Plan& plan, const Options& options) {
  Result result;
  std::string path = options.library_dir + "/libwhittle_backend.so";
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  auto entry = handle ? reinterpret_cast<CompileFn>(dlsym(handle, kEntry)) : nullptr;
  if (!entry) {
    const char* why = dlerror();
    result.error = std::string("cannot open the back end: ") + (why ? why : path.c_str());
    return result;
  }
  entry(plan, options, result);
  return result;  // the object stays open: its code may have registered things with LLVM
}

}  // namespace whittle::backend
