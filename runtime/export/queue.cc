// SPDX-License-Identifier: Apache-2.0
#include "runtime/export/queue.h"

#include "runtime/base/json.h"
#include "runtime/base/log.h"
#include "runtime/base/number.h"
#include "runtime/record/items.h"

#include <algorithm>

namespace whittle {

static constexpr int64_t kStoreAgain = 1'000'000'000;
static constexpr Text kAbandoned = "its sender no longer waits for it";

constinit const config::Queue ExportQueue::kFew = []() consteval {
  config::Queue few{};
  few.sizer = config::QueueSizer::Requests;
  few.queue_size = few.num_consumers = kDirect;
  few.wait_for_result = true;
  return few;
}();

Outgoing::Outgoing(ExportQueue& q, Counted&& c)
    : queue(q), payload(static_cast<Payload&&>(c.payload)), size(c.size), held(c.held), taken_at(c.taken),
      shares(static_cast<std::vector<Share>&&>(c.shares)), timer(
                                                               q.runtime_,
                                                               [](void* self) {
                                                                 auto& item = *static_cast<Outgoing*>(self);
                                                                 item.queue.attempt(item);
                                                               },
                                                               this) {}

ExportQueue::ExportQueue(const ComponentContext& context, const config::Queue* settings, const config::Retry* retry,
                         Send send, void* self, uint64_t most_bytes, Text name)
    : context_(context), runtime_(*context.runtime), settings_(settings), retry_(retry), send_(send), self_(self),
      capacity_(settings ? static_cast<uint64_t>(settings->queue_size) : kDirect), most_bytes_(most_bytes),
      name_(name.empty() ? view(context.id) : name), flush_timer_(
                                                         *runtime_.loop,
                                                         [](void* queue) {
                                                           for (uint32_t s = 0; s < 3; ++s)
                                                             static_cast<ExportQueue*>(queue)->cut_batches(s, true);
                                                         },
                                                         this),
      awaited_(!settings || settings->wait_for_result), refill_task_(
                                                            *runtime_.loop,
                                                            [](void* queue) {
                                                              static_cast<ExportQueue*>(queue)->refill();
                                                              static_cast<ExportQueue*>(queue)->pump();
                                                            },
                                                            this),
      store_timer_(*runtime_.loop, [](void* queue) { static_cast<ExportQueue*>(queue)->room_.made(); }, this) {
  if (awaited_) runtime_.senders_wait = true;
  for (uint32_t s = 0; s < 3; ++s) {
    collecting_[s].payload.signal = static_cast<Signal>(s);
    counters_[s] = export_counters(*runtime_.metrics, view(context.id), static_cast<Signal>(s));
  }
  for (uint32_t i = 0; i < kLosses; ++i)
    losses_[i] = lost_items(*runtime_.metrics, view(context.id), static_cast<Loss>(i));
  next_ = runtime_.first_queue;
  runtime_.first_queue = this;
  runtime_.tell_exports = tell;
  runtime_.delivery = delivery;
  runtime_.metrics->observe_gauge(
      {"otelcol_exporter_oldest_unsent_age", "How long the oldest of what is not sent has been here.", "s",
       "go.opentelemetry.io/collector/exporter/exporterhelper"},
      {{"exporter", view(context.id)}},
      [](void* of) {
        const auto& exporter = *static_cast<const ComponentContext*>(of);
        int64_t oldest = 0;
        for (const ExportQueue* q = exporter.runtime->first_queue; q; q = q->next_)
          if (const int64_t taken = &q->context_ == &exporter ? q->oldest() : 0; taken && (!oldest || taken < oldest))
            oldest = taken;
        return oldest ? static_cast<double>(exporter.runtime->loop->now() - oldest) / 1e9 : 0.0;
      },
      const_cast<ComponentContext*>(&context));
  constexpr Text kScope = "go.opentelemetry.io/collector/exporter/exporterhelper";
  MetricLabel label{"exporter", view(context.id)};
  queue_size_ = runtime_.metrics->gauge(
      {"otelcol_exporter_queue_size", "Current size of the retry queue (in batches).", "{batch}", kScope}, {label});
  *runtime_.metrics->gauge(
      {"otelcol_exporter_queue_capacity", "Fixed capacity of the retry queue (in batches).", "{batch}", kScope},
      {label}) = static_cast<int64_t>(capacity_);
}

ExportQueue::~ExportQueue() {
  ExportQueue** at = &runtime_.first_queue;
  while (*at != this) at = &(*at)->next_;
  *at = next_;
}

void ExportQueue::tell_size() {
  *queue_size_ += static_cast<int64_t>(size_) - told_size_;
  told_size_ = static_cast<int64_t>(size_);
}

uint64_t ExportQueue::size_of(const Payload& p) const {
  if (!settings_ || settings_->sizer == config::QueueSizer::Requests) return 1;
  return settings_->sizer == config::QueueSizer::Items ? p.items : p.bytes;
}

bool ExportQueue::has_room(uint64_t size, uint64_t held) const {
  const bool waited_for = awaited_ && runtime_.receipt;
  const bool queues = settings_ && settings_ != &kFew;
  const uint64_t capacity = !queues && waited_for ? kDirectAwaited : capacity_;
  // One payload larger than a whole bound still passes when there is nothing else: refusing it would be for ever.
  return size_ == 0 || (size_ + size <= capacity && (store_ || held_ + held <= most_bytes_));
}

bool ExportQueue::has_room(const Payload& payload) const {
  return has_room(size_of(payload), payload.held());
}

Status ExportQueue::refuse() {
  runtime_.log->warn("the sending queue is full", {{"exporter", name_}, {"size", size_}, {"bytes", held()}});
  return room_.refuse(runtime_, settings_ && settings_->block_on_overflow);
}

Status ExportQueue::offer(Payload& payload) {
  if (payload.items == 0) {
    payload.clear();
    return Status::Ok;
  }
  const uint64_t size = size_of(payload), held = payload.held();
  if (!has_room(size, held)) return refuse();
  Receipt* receipt = awaited_ ? runtime_.receipt : nullptr;
  StoredRef stored;
  if (store_) {
    const uint64_t id = store_->put(payload, runtime_.now_ns());
    if (id == 0) {
      if (!store_timer_.pending()) store_timer_.in(kStoreAgain);
      return room_.refuse(runtime_, settings_->block_on_overflow);
    }
    // In its turn, when there is room.
    if (store_->next(from_disk_).id != id || held_ + held > most_bytes_ / 2) {
      size_ += size;
      items_ += payload.items;
      payload.clear();
      refill_task_.post();
      tell_size();
      return Status::Ok;
    }
    from_disk_ = id + 1;
    stored = StoredRef(*store_, id);
  }
  size_ += size;
  held_ += held;
  items_ += payload.items;
  Counted taken{static_cast<Payload&&>(payload), size, held, runtime_.loop->now(), {}};
  // In a batch items to which nothing is bound have their place among the others.
  if (receipt || store_ || (awaited_ && settings_ && settings_->batch))
    taken.shares.push_back({KeptReceipt(receipt), static_cast<StoredRef&&>(stored), taken.payload.items});
  if (settings_ && settings_->batch) collect(static_cast<Counted&&>(taken));
  else push(static_cast<Counted&&>(taken));
  pump();
  return Status::Ok;
}

bool ExportQueue::start() {
  // Of a replay nothing is to be left.
  if (!settings_ || !settings_->storage || runtime_.offline) return true;
  const Str id = *settings_->storage;
  for (const Component& c : runtime_.program->components) {
    if (c.kind != ComponentKind::Extension || view(c.context.id) != view(id)) continue;
    if (!c.ops->open_store) break;
    store_ = c.ops->open_store(*c.instance, &context_);
    if (!store_) return false;
    runtime_.queues_on_disk = true;
    for (StoredPayload p = store_->next(0); p.id != 0; p = store_->next(p.id + 1)) {
      size_ += size_of(p);
      items_ += p.items;
    }
    refill_task_.post();
    return true;
  }
  runtime_.log->error("the extension keeps no queues", {{"exporter", context_.id}, {"extension", id}});
  return false;
}

uint64_t ExportQueue::size_of(const StoredPayload& p) const {
  if (settings_->sizer == config::QueueSizer::Requests) return 1;
  return settings_->sizer == config::QueueSizer::Items ? p.items : p.bytes;
}

// Takes up what is on the disk alone, as long as there is room in memory and it is needed there.
void ExportQueue::refill() {
  if (!store_ || refilling_) return;
  refilling_ = true;
  while (held_ < most_bytes_ / 2 && waiting_.size() - first_ < static_cast<size_t>(settings_->num_consumers)) {
    const StoredPayload next = store_->next(from_disk_);
    if (next.id == 0) break;
    from_disk_ = next.id + 1;
    load(next);
  }
  refilling_ = false;
}

void ExportQueue::load(const StoredPayload& next) {
  StoredRef stored(*store_, next.id);
  Payload payload;
  int64_t taken_ns = 0;
  size_ -= size_of(next);
  items_ -= next.items;
  if (!store_->get(next.id, payload, taken_ns)) {
    return lost(next.signal, next.items, Loss::Unreadable);
  }
  const int64_t now = runtime_.loop->now(), age = std::max<int64_t>(0, runtime_.now_ns() - taken_ns);
  Counted taken{static_cast<Payload&&>(payload), 0, 0, std::max<int64_t>(1, now - age), {}};
  taken.size = size_of(taken.payload);
  taken.held = taken.payload.held();
  taken.shares.push_back({{}, static_cast<StoredRef&&>(stored), taken.payload.items});
  size_ += taken.size;
  held_ += taken.held;
  items_ += taken.payload.items;
  // What a process has ended with goes by itself: others are not to be suspected with it.
  if (settings_->batch && store_->died(next.id) == 0) collect(static_cast<Counted&&>(taken));
  else push(static_cast<Counted&&>(taken));
}

void ExportQueue::collect(Counted&& c) {
  const auto signal = static_cast<uint32_t>(c.payload.signal);
  Counted& collected = collecting_[signal];
  if (collected.payload.items == 0 && !flush_timer_.pending()) flush_timer_.in(settings_->batch->flush_timeout);
  if (collected.payload.items == 0) collected.taken = c.taken;
  collected.payload.join(static_cast<Payload&&>(c.payload));
  collected.size += c.size;
  collected.held += c.held;
  for (Share& a : c.shares) collected.shares.push_back(static_cast<Share&&>(a));
  cut_batches(signal, runtime_.draining);
}

// Moves the shares of the first `items`; of one that is divided both parts have all that is bound to it.
static void take_shares(std::vector<Share>& from, uint64_t items, std::vector<Share>& to) {
  size_t whole = 0;
  for (; whole < from.size() && items >= from[whole].items; ++whole) {
    items -= from[whole].items;
    to.push_back(static_cast<Share&&>(from[whole]));
  }
  if (items > 0 && whole < from.size()) {
    to.push_back({from[whole].receipt, from[whole].stored, items});
    from[whole].items -= items;
  }
  from.erase(from.begin(), from.begin() + static_cast<ptrdiff_t>(whole));
}

// Moves the first `n` items, of more; requests that are divided count for their share of each part.
Counted ExportQueue::cut(Counted& from, uint64_t n) {
  const bool by_requests = !settings_ || settings_->sizer == config::QueueSizer::Requests;
  const uint64_t items = from.payload.items;
  Counted part{Payload(from.payload.signal), from.size, from.held, from.taken, {}};
  size_ -= from.size;
  held_ -= from.held;
  take_items(from.payload, n, part.payload);
  part.payload.metadata = from.payload.metadata;
  part.payload.compact();
  part.size = by_requests ? from.size * part.payload.items / items : size_of(part.payload);
  part.held = part.payload.held();
  from.size = by_requests ? from.size - part.size : size_of(from.payload);
  from.held = from.payload.held();
  take_shares(from.shares, part.payload.items, part.shares);
  size_ += part.size + from.size;
  held_ += part.held + from.held;
  return part;
}

// Moves full batches, and the rest when `all`, from what is collected to what waits.
void ExportQueue::cut_batches(uint32_t signal, bool all) {
  const config::QueueBatch& b = *settings_->batch;
  Counted& from = collecting_[signal];
  const bool by_items = b.sizer != config::QueueBatchSizer::Bytes;
  while (from.payload.items > 0 &&
         (all || (by_items ? from.payload.items : from.payload.bytes) >= static_cast<uint64_t>(b.min_size))) {
    const uint64_t items = from.payload.items, most = static_cast<uint64_t>(b.max_size);
    uint64_t n = items;
    // A size in bytes is met by the average item's.
    if (most > 0) n = by_items ? most : std::max<uint64_t>(1, most * items / from.payload.bytes);
    if (n < items) {
      push(cut(from, n));
      continue;
    }
    Counted batch{Payload(from.payload.signal), from.size, from.held, from.taken, {}};
    batch.payload = static_cast<Payload&&>(from.payload);
    batch.shares = static_cast<std::vector<Share>&&>(from.shares);
    from.size = from.held = 0;
    push(static_cast<Counted&&>(batch));
  }
  pump();
}

void ExportQueue::push(Counted&& c) {
  const RequestLimit& limit = limits_[static_cast<uint32_t>(c.payload.signal)];
  while (limit.exceeded(c.payload)) {
    const uint64_t items = c.payload.items;
    uint64_t n = limit.items > 0 ? std::min(limit.items, items - 1) : items - 1;
    if (limit.bytes > 0 && c.payload.bytes > limit.bytes) n = std::min(n, limit.bytes * items / c.payload.bytes);
    push(cut(c, std::max<uint64_t>(n, 1)));
  }
  if (first_ > 64 && first_ * 2 > waiting_.size()) {
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<ptrdiff_t>(first_));
    first_ = 0;
  }
  waiting_.push_back(static_cast<Counted&&>(c));
}

void ExportQueue::pump() {
  const uint32_t most = settings_ ? static_cast<uint32_t>(settings_->num_consumers) : kDirectInFlight;
  while (first_ < waiting_.size() && in_flight_ < most) {
    Counted next = static_cast<Counted&&>(waiting_[first_++]);
    if (first_ == waiting_.size()) {
      waiting_.clear();
      first_ = 0;
    }
    ++in_flight_;
    auto* item = new Outgoing(*this, static_cast<Counted&&>(next));
    item->next = on_their_way_;
    on_their_way_ = item;
    attempt(*item);
  }
  tell_size();
}

void ExportQueue::attempt(Outgoing& item) {
  if (item.since == 0) {
    item.since = runtime_.loop->now();
    item.interval = retry_ ? retry_->initial_interval : 0;
  } else if (abandoned(item)) {
    return give_up(item, kAbandoned, Loss::Abandoned);
  }
  item.attempted = runtime_.loop->now();
  if (!store_) return send_(self_, item);
  // Of what ends the process while a request is made of it, the next process hears.
  for (const Share& s : item.shares)
    if (s.stored.id() != 0) store_->begin(s.stored.id());
  send_(self_, item);
  for (const Share& s : item.shares)
    if (s.stored.id() != 0) store_->end(s.stored.id());
}

// True when everyone who waits for it has gone.
bool ExportQueue::abandoned(const Outgoing& item) {
  return !item.shares.empty() && std::all_of(item.shares.begin(), item.shares.end(),
                                             [](const Share& a) { return a.receipt && a.receipt->left(); });
}

void ExportQueue::tell(Outgoing& item, Status status, Text why) {
  for (Share& a : item.shares)
    if (a.receipt) a.receipt->tell(status, item.code, why);
}

void ExportQueue::holds(Outgoing& item, uint64_t bytes) {
  held_ -= item.held;
  held_ += bytes;
  item.held = bytes;
}

void ExportQueue::end(Outgoing& item) {
  size_ -= item.size;
  held_ -= item.held;
  items_ -= item.payload.items;
  --in_flight_;
  Outgoing** at = &on_their_way_;
  while (*at != &item) at = &(*at)->next;
  *at = item.next;
  delete &item;
  refill();
  pump();
  room_.made();
}

void ExportQueue::delivered() {
  last_success_ = runtime_.loop->now();
  failing_since_ = 0;
  failures_ = 0;
}

void ExportQueue::failed_once() {
  if (failures_++ == 0) failing_since_ = runtime_.loop->now();
}

void ExportQueue::sent(Outgoing& item) {
  delivered();
  *counters_[static_cast<uint32_t>(item.payload.signal)].sent += static_cast<int64_t>(item.payload.items);
  end(item);
}

void ExportQueue::sent_in_part(Outgoing& item, uint64_t count, Text why, Loss loss) {
  if (count == 0) return sent(item);
  count = std::min(count, item.payload.items);
  if (count == item.payload.items) tell(item, Status::Invalid, why);
  if (count < item.payload.items) delivered();
  else failed_once();
  *counters_[static_cast<uint32_t>(item.payload.signal)].sent += static_cast<int64_t>(item.payload.items - count);
  lost(item.payload.signal, count, loss);
  runtime_.log->error("exporting failed in part; the items are lost",
                      {{"exporter", name_}, {"items", count}, {"of", item.payload.items}, {"error", why}});
  end(item);
}

void ExportQueue::failed(Outgoing& item, Text why, bool may_pass) {
  give_up(item, why, may_pass ? Loss::GivenUp : Loss::Refused);
}

void ExportQueue::lost(Signal signal, uint64_t items, Loss loss) {
  *counters_[static_cast<uint32_t>(signal)].failed += static_cast<int64_t>(items);
  *losses_[static_cast<uint32_t>(loss)] += static_cast<int64_t>(items);
}

void ExportQueue::give_up(Outgoing& item, Text why, Loss loss) {
  if (item.taken > 0)
    return sent_in_part(item, item.payload.items - std::min(item.taken, item.payload.items), why, loss);
  tell(item, loss == Loss::Refused ? Status::Invalid : Status::Refused, why);
  failed_once();
  lost(item.payload.signal, item.payload.items, loss);
  runtime_.log->error("exporting failed; the items are lost",
                      {{"exporter", name_}, {"items", item.payload.items}, {"error", why}});
  end(item);
}

void ExportQueue::again(Outgoing& item, Text why, int64_t after) {
  if (!retry_ || !retry_->enabled) {
    return give_up(item, why, Loss::GivenUp);
  }
  double spread = retry_->randomization_factor;
  uint32_t random;
  runtime_.random(&random, sizeof random);
  double factor = 1 - spread + 2 * spread * (static_cast<double>(random) / 4294967295.0);
  int64_t wait = static_cast<int64_t>(static_cast<double>(item.interval) * factor);
  wait = RetryTimer::kept(runtime_, std::max(wait, after));
  int64_t elapsed = runtime_.loop->now() - item.since;
  if (retry_->max_elapsed_time > 0 && wait > retry_->max_elapsed_time - elapsed) {
    return give_up(item, why, Loss::GivenUp);
  }
  failed_once();
  item.interval = static_cast<int64_t>(std::min(static_cast<double>(item.interval) * std::max(retry_->multiplier, 1.0),
                                                static_cast<double>(retry_->max_interval)));
  runtime_.log->info("exporting failed; it is tried again", {{"exporter", name_},
                                                             {"items", item.payload.items},
                                                             {"error", why},
                                                             {"seconds", static_cast<double>(wait) / 1e9}});
  item.timer.in(wait);
}

void ExportQueue::hurry() {
  for (Outgoing* o = on_their_way_; o; o = o->next)
    if (o->timer.pending()) o->timer.in(0);
}

void ExportQueue::drain() {
  if (settings_ && settings_->batch)
    for (uint32_t s = 0; s < 3; ++s) cut_batches(s, true);
}

int64_t ExportQueue::losses(Writer& reasons) const {
  int64_t all = 0;
  for (uint32_t i = 0; i < kLosses; ++i) {
    if (*losses_[i] == 0) continue;
    all += *losses_[i];
    if (!reasons.empty()) reasons.append(Text(", "));
    append_int(reasons, *losses_[i]);
    reasons.byte(' ');
    reasons.append(loss_name(static_cast<Loss>(i)));
  }
  if (all == 0) reasons.append(Text("none"));
  return all;
}

bool ExportQueue::tell(Runtime& runtime, bool stopped) {
  bool kept = true;
  for (ExportQueue* q = runtime.first_queue; q; q = q->next_) {
    int64_t sent = 0;
    for (const ExportCounters& c : q->counters_) sent += *c.sent;
    if (!stopped) {
      q->sent_before_ = sent;
      continue;
    }
    const uint64_t left = q->items_;
    const int64_t oldest = left > 0 ? q->oldest() : 0;
    const double age = oldest ? static_cast<double>(runtime.loop->now() - oldest) / 1e9 : 0;
    Writer reasons;
    q->losses(reasons);
    if (q->store_) q->store_->settle();
    kept = kept && (left == 0 || q->store_);
    runtime.log->write_each(left > 0 && !q->store_ ? LogLevel::Error : LogLevel::Info, "what was sent while stopping",
                            {{"exporter", q->name_},
                             {"sent", sent - q->sent_before_},
                             {"left", left},
                             {"on_disk", q->store_ ? left : 0},
                             {"oldest_seconds", age},
                             {"lost_since_start", reasons.text()}});
  }
  return kept;
}

int64_t ExportQueue::oldest() const {
  int64_t oldest = 0;
  auto look = [&](int64_t taken) {
    if (oldest == 0 || taken < oldest) oldest = taken;
  };
  for (const Counted& c : collecting_)
    if (c.payload.items > 0) look(c.taken);
  if (first_ < waiting_.size()) look(waiting_[first_].taken);
  for (const Outgoing* o = on_their_way_; o; o = o->next) look(o->taken_at);
  return oldest;
}

bool ExportQueue::delivery(Runtime& runtime, Writer& out) {
  bool all = true;
  Writer list;
  const int64_t now = runtime.loop->now();
  for (ExportQueue* q = runtime.first_queue; q; q = q->next_) {
    int64_t sent = 0, lost = 0;
    for (const ExportCounters& c : q->counters_) sent += *c.sent, lost += *c.failed;
    const bool good = q->failures_ == 0 || now - q->failing_since_ < kGivenUp;
    all = all && good;
    list.append(Text(list.empty() ? "{\"exporter\":" : ",{\"exporter\":"));
    append_json_text(list, q->name_);
    list.append(Text(good ? ",\"delivering\":true" : ",\"delivering\":false"));
    auto number = [&](Text name, int64_t n) {
      list.append(Text(",\""));
      list.append(name);
      list.append(Text("\":"));
      append_int(list, n);
    };
    const int64_t oldest = q->oldest();
    if (q->last_success_ == 0) list.append(Text(",\"lastSuccessSeconds\":null"));
    else number("lastSuccessSeconds", (now - q->last_success_) / 1'000'000'000);
    number("consecutiveFailures", static_cast<int64_t>(q->failures_));
    number("failingSeconds", q->failures_ ? (now - q->failing_since_) / 1'000'000'000 : 0);
    number("oldestUnsentSeconds", oldest ? (now - oldest) / 1'000'000'000 : 0);
    number("unsentItems", static_cast<int64_t>(q->items_));
    number("unsentBytes", static_cast<int64_t>(q->held()));
    number("sentItems", sent);
    number("lostItems", lost);
    list.append(Text(",\"lost\":{"));
    bool first = true;
    for (uint32_t r = 0; r < kLosses; ++r) {
      if (*q->losses_[r] == 0) continue;
      list.append(Text(first ? "\"" : ",\""));
      first = false;
      list.append(loss_name(static_cast<Loss>(r)));
      list.append(Text("\":"));
      append_int(list, *q->losses_[r]);
    }
    list.byte('}');
    list.byte('}');
  }
  out.append(Text(all ? "{\"delivering\":true,\"exporters\":[" : "{\"delivering\":false,\"exporters\":["));
  out.append(list.bytes());
  out.append(Text("]}"));
  return all;
}

bool ExportQueue::idle() const {
  for (const Counted& c : collecting_)
    if (c.payload.items > 0) return false;
  if (store_ && store_->next(from_disk_).id != 0) return false;
  return in_flight_ == 0 && first_ == waiting_.size();
}

}  // namespace whittle
