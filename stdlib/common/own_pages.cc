// SPDX-License-Identifier: Apache-2.0
#include "stdlib/common/own_pages.h"

#include "compiler/check/listeners.h"

namespace whittle::check {

constexpr diag::Diag<std::string_view> kOpen{"W1445", "`{}` is open to everybody in the network"};

void tell_open_pages(Check& check, const Instance& instance) {
  if (!instance.used) return;
  for (const Listener& l : listeners(check.config)) {
    if (l.instance != &instance || l.loopback() || l.port == 0) continue;
    check.diags()
        .emit(kOpen, l.span, instance.id)
        .note("it asks nobody for a password, and shows what the collector does")
        .help("write `localhost:{}`: the task's own containers reach it there", l.port);
  }
}

}  // namespace whittle::check
