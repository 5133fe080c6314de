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

void check_hosts(Check& check) {
  bool compiling = check.context.meant == Meant::Whittle;
  for (const Instance& i : check.config.instances) {
    if (!i.used) continue;
    for (const schema::NeedsHost& needs : i.component->host) {
      if (!lacks(needs, i)) continue;
      const auto& what = compiling && i.component->checked_only ? kRefused : kNotHere;
      check.diags().emit(what, i.key, i.id).help("{}", needs.reason);
    }
  }
}

}  // namespace whittle::check
