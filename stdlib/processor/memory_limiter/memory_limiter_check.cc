// SPDX-License-Identifier: Apache-2.0
// Where the limiter stands: whom it refuses should be able to send again.
#include "compiler/check/checks.h"

namespace whittle::check {

namespace {

constexpr diag::Diag<std::string_view, std::string_view> kAfterCollecting{"N1404",
                                                                          "`{}` refuses what `{}` has taken already"};

}  // namespace

void check_processor_memory_limiter(Check& check, Instance& instance, schema::SignalSet) {
  for (const Pipeline& p : check.config.pipelines) {
    const Instance* collects = nullptr;
    for (InstanceId id : p.processors) {
      const Instance& i = check.config.instances[id];
      if (!i.component->delays.empty()) collects = &i;
      if (&i != &instance || collects == nullptr) continue;
      check.diags()
          .emit(kAfterCollecting, instance.key, instance.id, collects->id)
          .label(collects->key, "comes first in `{}`", p.name)
          .note("senders were told that all is well; the Collector's `{}` drops what is refused behind it",
                collects->id)
          .help("put `{}` first: senders that are refused come again", instance.id);
      return;
    }
  }
}

}  // namespace whittle::check
