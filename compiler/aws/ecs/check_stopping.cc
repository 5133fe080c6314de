// SPDX-License-Identifier: Apache-2.0
// How long the collector has to send what it holds when the task stops.
#include "compiler/aws/ecs/checks.h"

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kRange{"E1018", "`{}` is 2 to 120 seconds on Fargate"};
constexpr Diag<int64_t> kTooShort{"W1019", "{} seconds may not be enough to send what the collector holds"};

// What the collector takes at most once it is told to stop (runtime/main/main_serve.cc), and what ECS gives by default.
constexpr int64_t kDrainSeconds = 25, kDefault = 30;

}  // namespace

void check_stopping(TaskCheck& c) {
  for (const Container& x : c.task.containers) {
    for (auto& [number, name] : {std::pair<const Number&, std::string_view>{x.stop_timeout, "stopTimeout"},
                                 {x.start_timeout, "startTimeout"}}) {
      if (c.fargate && number.known && (number.value < 2 || number.value > 120))
        c.diags.emit(kRange, number.span, name)
            .here("registering the task definition fails")
            .suggest(number.span, c.as_written(number.span, number.value < 2 ? "2" : "120"));
    }
  }
  if (c.collector == nullptr || !c.image.compiled()) return;
  const Number& stop = c.collector->stop_timeout;
  if (stop.known && stop.value >= 2 && stop.value <= kDrainSeconds)
    c.diags.emit(kTooShort, stop.span, stop.value)
        .here("the container is killed after this")
        .note("built without `--stop-timeout`, the collector tries for {} seconds, then says what it could not send "
              "and ends",
              kDrainSeconds)
        .help("or build it for that time: `whittle build --stop-timeout {}s`", stop.value)
        .suggest(stop.span, c.as_written(stop.span, std::to_string(kDefault)));
}

}  // namespace whittle::aws::ecs
