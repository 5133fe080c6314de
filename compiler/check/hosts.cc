// SPDX-License-Identifier: Apache-2.0
// Components that want of their host what a task on Fargate has not, as their declarations say (`needs host`).
#include "compiler/check/checks.h"
#include "compiler/check/rules.h"

#include <algorithm>

namespace whittle::check {

namespace {

constexpr diag::Diag<std::string_view> kNotHere{"W0506", "`{}` does not work in a task on Fargate"};
constexpr diag::Diag<std::string_view> kRefused{"E0811", "`{}` is not compiled: it does not work in a task on Fargate"};

bool lacks(const schema::NeedsHost& needs, const Instance& i) {
  return needs.when == nullptr || evaluate(*needs.when, i.config) == Truth::True;
}

}  // namespace

bool lacks_host(const Instance& i) {
  return std::any_of(i.component->host.begin(), i.component->host.end(),
                     [&](const schema::NeedsHost& needs) { return lacks(needs, i); });
}

void tell_host(diag::Diagnostics& diags, source::Span at, std::string_view id, std::string_view reason) {
  diags.emit(kNotHere, at, id).help("{}", reason);
}

void check_hosts(Check& check) {
  bool compiling = check.context.meant == Meant::Whittle;
  for (const Instance& i : check.config.instances) {
    if (!i.used) continue;
    for (const schema::NeedsHost& needs : i.component->host) {
      if (!lacks(needs, i)) continue;
      if (compiling && i.component->checked_only) check.diags().emit(kRefused, i.key, i.id).help("{}", needs.reason);
      else tell_host(check.diags(), i.key, i.id, needs.reason);
    }
  }
}

}  // namespace whittle::check
