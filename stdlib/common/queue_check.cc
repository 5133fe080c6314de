// SPDX-License-Identifier: Apache-2.0
// Sending queues: what spans the queue and the batches that are made from it, beyond what their declaration says. A
// queue that states its sizer also lends it to its batches.
#include "compiler/check/decode.h"

#include <map>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kBatchSizer{"E0210", "batches are measured in `items` or `bytes`"};
constexpr Diag<> kBatchTooLarge{"E0210", "`min_size` of batches must not be more than `queue_size`"};
constexpr Diag<> kWaitsForDisk{"E1300", "`wait_for_result` is not for a queue with `storage`"};
constexpr Diag<std::string_view> kKeyTwice{"E0711", "the metadata key `{}` is there twice"};

std::string small(std::string s) {
  for (char& c : s) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return s;
}

}  // namespace

void check_struct_queue(CheckContext& context, Value& queue) {
  const Value& waits = queue.at("wait_for_result");
  const Value* storage = queue.find("storage");
  if (storage != nullptr && storage->present && !waits.late && waits.boolean) {
    context.diags.emit(kWaitsForDisk, waits.span)
        .label(storage->span, "what is here counts as taken")
        .help("leave one of them out");
    queue.wrong = true;
  }
  Value* batch = const_cast<Value*>(queue.find("batch"));
  if (batch == nullptr || !batch->present || batch->items.empty() || batch->wrong) return;
  const Value& sizer = queue.at("sizer");
  Value& own = const_cast<Value&>(batch->at("sizer"));
  // A queue that states its sizer lends it to batches that are written and do not.
  bool lent = sizer.written && !own.written && batch->items[0].written;
  if (lent) {
    own.integer = sizer.integer;
    own.text = sizer.text;
  }
  if (own.text == "requests") {
    auto d = context.diags.emit(kBatchSizer, lent ? sizer.span : own.span);
    if (lent) d.here("batches take this over").label(batch->key, "unless they have a `sizer` of their own");
    queue.wrong = true;
  }
  const Value& size = queue.at("queue_size");
  const Value& least = batch->at("min_size");
  if (own.text == sizer.text && !size.late && !least.late && least.integer > size.integer) {
    source::Span at = least.written ? least.span : size.written ? size.span : batch->key;
    auto d = context.diags.emit(kBatchTooLarge, at);
    d.note("`min_size` is {} and `queue_size` {}, both in {}", least.integer, size.integer, sizer.text);
    queue.wrong = true;
  }
  std::map<std::string, source::Span> seen;
  for (const Value& key : batch->at("partition").at("metadata_keys").items) {
    auto [first, added] = seen.emplace(small(key.text), key.span);
    if (added) continue;
    context.diags.emit(kKeyTwice, key.span, key.text)
        .here("again")
        .label(first->second, "first here")
        .note("capitals and small letters are the same in header names");
    queue.wrong = true;
  }
}

}  // namespace whittle::check
