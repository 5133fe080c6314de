// SPDX-License-Identifier: Apache-2.0
// Go's profiler: who can see what it shows.
#include "stdlib/common/own_pages.h"

namespace whittle::check {

void check_extension_pprof(Check& check, Instance& instance, schema::SignalSet) {
  tell_open_pages(check, instance);
}

}  // namespace whittle::check
