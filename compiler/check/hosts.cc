// SPDX-License-Identifier: Apache-2.0
// Components that want of their host what a task on Fargate has not, as their declarations say (`needs host`).
#include "compiler/check/checks.h"
#include "compiler/check/rules.h"

namespace whittle::check {

namespace {

constexpr diag::Diag<std::string_view> kNotHere{"W0506", "`{}` does not work in a task on Fargate"};

}  // namespace

void check_hosts(Check& check) {
  for (const Instance& i : check.config.instances) {
    if (!i.used) continue;
    for (const schema::NeedsHost& needs : i.component->host) {
      if (needs.when != nullptr && evaluate(*needs.when, i.config) != Truth::True) continue;
      check.diags().emit(kNotHere, i.key, i.id).help("{}", needs.reason);
    }
  }
}

}  // namespace whittle::check
