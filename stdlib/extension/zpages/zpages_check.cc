// SPDX-License-Identifier: Apache-2.0
// Pages about pipelines and spans: who can see them.
#include "stdlib/common/own_pages.h"

namespace whittle::check {

void check_extension_zpages(Check& check, Instance& instance, schema::SignalSet) {
  tell_open_pages(check, instance);
}

}  // namespace whittle::check
