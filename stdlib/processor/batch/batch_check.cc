// SPDX-License-Identifier: Apache-2.0
// Metadata keys that are there twice, and batches that no queue behind them has room for.
#include "compiler/check/checks.h"
#include "stdlib/common/metadata.h"
#include "stdlib/common/settings.h"

#include <algorithm>
#include <map>
#include <set>

namespace whittle::check {

namespace {

constexpr diag::Diag<std::string_view> kKeyTwice{"E0711", "the metadata key `{}` is there twice"};
constexpr diag::Diag<int64_t> kSmallQueue{"E0713", "batches of {} items never fit into the queue"};

// What an exporter's queue takes must be more than a batch is: what is too large is refused however empty the queue is.
void check_queues(Check& check, const Instance& instance) {
  const Value& most = instance.config.at("send_batch_max_size");
  const Value& enough = instance.config.at("send_batch_size");
  if (most.late || most.wrong || enough.late || enough.wrong) return;
  const Value& timeout = instance.config.at("timeout");
  if (most.integer == 0 && (timeout.late || timeout.wrong || timeout.integer == 0)) return;  // nothing is made larger
  const Value& size = most.integer > 0 ? most : enough;
  const auto id = static_cast<InstanceId>(&instance - check.config.instances.data());
  std::set<InstanceId> seen;
  for (const Pipeline& p : check.config.pipelines) {
    if (std::find(p.processors.begin(), p.processors.end(), id) == p.processors.end()) continue;
    for (InstanceId e : p.exporters) {
      const Value* queue = check.config.instances[e].config.find("sending_queue");
      if (queue == nullptr || queue->wrong || !seen.insert(e).second) continue;
      const Value *sizer = queue->find("sizer"), *room = queue->find("queue_size");
      if (sizer == nullptr || room == nullptr || sizer->text != "items" || sizer->late || room->late || room->wrong ||
          room->integer >= size.integer)
        continue;
      check.diags()
          .emit(kSmallQueue, room->written ? room->span : sizer->span, size.integer)
          .here("room for {} items", room->integer)
          .label(size.written ? size.span : instance.key, "batches have {}", size.integer)
          .help("several batches should fit: write `queue_size: {}` or more, or make the batches smaller",
                size.integer * 10);
    }
  }
}

}  // namespace

void check_processor_batch(Check& check, Instance& instance, schema::SignalSet used_for) {
  const Value& keys = instance.config.at("metadata_keys");
  std::map<std::string, source::Span> seen;
  for (const Value& key : keys.items) {
    if (key.late || key.wrong) continue;
    auto [first, added] = seen.emplace(small_letters(key.text), key.span);
    if (!added)
      check.diags()
          .emit(kKeyTwice, key.span, key.text)
          .here("again")
          .label(first->second, "first here")
          .note("capitals and small letters are the same in header names");
  }
  if (used_for != 0) check_queues(check, instance);
  if (keys.items.empty() || used_for == 0) return;
  check_metadata(check, instance, keys, "metadata_keys");
}

}  // namespace whittle::check
