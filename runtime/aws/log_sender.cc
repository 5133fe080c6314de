// SPDX-License-Identifier: Apache-2.0
// PutLogEvents and the calls that make groups and streams. After the client's own repetitions a batch that may still
// succeed waits, longer each time, for up to five minutes in all.
#include "runtime/aws/log_sender.h"

#include "runtime/base/hash.h"
#include "runtime/base/json.h"
#include "runtime/base/log.h"
#include "runtime/loop/retry_timer.h"

#include <algorithm>
#include <yyjson.h>

namespace whittle {

static constexpr uint32_t kMaxCreations = 3;  // of one batch's stream
static constexpr size_t kMostKnown = 1024;    // streams
// While batches that can go hold this much no more are made, and while all of them hold that much: one that was not
// taken and waits keeps others back only when there are many of its kind.
static constexpr size_t kMostReady = 2 << 20, kMostHeld = 8 << 20;

// A payload's events, those that are in batches and those that are to come.
struct LogSender::Feed {
  LogEvents& events;
  Done done;
  void* context;
  LogOutcome outcome{};
  Writer why{};
  uint32_t batches = 0;  // whose end is not known
  bool at_end = false;
  // The event at hand, whose message is empty once it is in a batch.
  LogEvent event{};
  Writer message{};
  size_t size = 0;  // of the message in UTF-8

  // Whether there is an event at hand.
  bool more() {
    while (message.empty() && !at_end) {
      if (events.next(event)) size = events.write(message);
      else at_end = true;
    }
    return !at_end;
  }
  void count(uint64_t taken, uint64_t lost, Text reason, bool may_pass) {
    outcome.taken += taken;
    if (lost == 0) return;
    outcome.may_pass = may_pass && (outcome.lost == 0 || outcome.may_pass);
    outcome.lost += lost;
    why.clear();
    why.append(reason);
  }
};

struct LogSender::Batch {
  LogSender& sender;
  Feed& feed;
  Arena arena;
  Text log_group, log_stream;
  Writer body;
  uint32_t events = 0;
  uint32_t creations = 0;
  Backoff backoff;
  RetryTimer timer;

  Batch(LogSender& s, Feed& f, const LogEvent& first)
      : sender(s), feed(f), log_group(arena.copy(first.log_group)), log_stream(arena.copy(first.log_stream)),
        body(static_cast<Writer&&>(s.spare_)), timer(
                                                   s.runtime_,
                                                   [](void* b) {
                                                     auto& batch = *static_cast<Batch*>(b);
                                                     batch.sender.waiting_ -= batch.body.capacity();
                                                     batch.sender.ready_.push_back(&batch);
                                                     batch.sender.pump();
                                                   },
                                                   this) {
    body.clear();
    body.append(Text("{\"logGroupName\":"));
    append_json_text(body, log_group);
    body.append(Text(",\"logStreamName\":"));
    append_json_text(body, log_stream);
    body.append(Text(",\"logEvents\":["));
  }

  void add(int64_t timestamp_ms, Text message) {
    if (events++ > 0) body.byte(',');
    body.append(Text("{\"timestamp\":"));
    append_int(body, timestamp_ms);
    body.append(Text(",\"message\":"));
    body.append(message);
    body.byte('}');
  }
};

struct LogSender::Creation {
  LogSender& sender;
  Text log_group, log_stream;  // of the first waiting batch
  Step at = Step::Stream;
  std::vector<Batch*> waiting;
};

LogSender::LogSender(const ComponentContext& exporter, const AwsSettings& settings, const LogSenderSettings& sending)
    : runtime_(*exporter.runtime), client_(exporter, settings, "logs", "CLOUDWATCH_LOGS"), settings_(sending),
      exporter_(view(exporter.id)),
      pump_task_(*runtime_.loop, [](void* self) { static_cast<LogSender*>(self)->pump(); }, this) {}

void LogSender::send(LogEvents& events, Done done, void* context) {
  feeds_.push_back(new Feed{events, done, context});
  pump_task_.post();
}

void LogSender::pump() {
  while (in_flight_ < settings_.workers) {
    if (!ready_.empty()) {
      Batch* next = ready_.front();
      ready_.erase(ready_.begin());
      put(*next);
    } else if (!feeds_.empty() && held_ - waiting_ < kMostReady && held_ < kMostHeld) {
      Batch* next = next_batch();
      if (!next) continue;
      if (settings_.create_first && !known(*next)) create(*next);
      else put(*next);
    } else {
      return;
    }
  }
}

// The next batch of the first payload that has events left. Null when that one has none after all.
LogSender::Batch* LogSender::next_batch() {
  Feed& feed = *feeds_.front();
  Batch* batch = nullptr;
  size_t bytes = 0;
  int64_t first_ms = 0;
  for (; feed.more(); feed.message.clear()) {
    const LogEvent& e = feed.event;
    const bool fits = batch && batch->events < kMaxLogBatchEvents && e.log_group == batch->log_group &&
                      e.log_stream == batch->log_stream && e.timestamp_ms - first_ms <= kMaxLogBatchSpanMs &&
                      bytes + feed.size + kLogEventOverhead <= kMaxLogBatchBytes;
    if (batch && !fits) break;
    if (!batch) {
      batch = new Batch(*this, feed, e);
      // At once: growing would copy it.
      if (many_) batch->body.room(kMaxLogBatchBytes / 2 * 3);
      first_ms = e.timestamp_ms;
    }
    batch->add(e.timestamp_ms, feed.message.text());
    bytes += feed.size + kLogEventOverhead;
  }
  if (batch) {
    batch->body.append(Text("]}"));
    holds(*batch, static_cast<int64_t>(batch->body.capacity()));
    many_ = batch->body.size() > kMaxLogBatchBytes / 2;
    ++feed.batches;
  }
  if (feed.at_end) {
    feeds_.erase(feeds_.begin());
    if (feed.batches == 0) end(feed);
  }
  return batch;
}

// arn:aws:logs:REGION:*:log-group:NAME, and what is within it.
static void append_log_arn(Writer& out, Text region, Text group, Text within) {
  for (Text part :
       {Text("arn:"), aws_partition(region).name, Text(":logs:"), region, Text(":*:log-group:"), group, within})
    out.append(part);
}

void LogSender::put(Batch& batch) {
  ++in_flight_;
  AwsCall call;
  Writer resource;
  append_log_arn(resource, client_.region(), batch.log_group, ":log-stream:");
  resource.append(batch.log_stream);
  call.resource = resource.text();
  call.call = "PutLogEvents";
  call.target = "Logs_20140328.PutLogEvents";
  call.lent_body = batch.body.bytes();
  client_.call(
      static_cast<AwsCall&&>(call),
      [](void* b, const HttpResponse& r) {
        auto& answered = *static_cast<Batch*>(b);
        answered.sender.answered(answered, r);
      },
      &batch);
}

static bool ok(const HttpResponse& r) {
  return r.status >= 200 && r.status < 300;
}

void LogSender::answered(Batch& batch, const HttpResponse& r) {
  --in_flight_;
  pump_task_.post();
  Text type = ok(r) ? Text() : aws_error_type(r);
  if (ok(r) || type == "DataAlreadyAcceptedException") {
    Writer why;
    const uint32_t lost = ok(r) ? rejected(r.body, batch, why) : 0;
    return end(batch, lost, why.text());
  }
  if (type == "ResourceNotFoundException" && batch.creations < kMaxCreations) {
    ++batch.creations;
    return create(batch);
  }
  Writer why;
  describe_aws_failure(r, why);
  bool may_pass = may_pass_later(r) || type == "ResourceNotFoundException" || type == "OperationAbortedException" ||
                  type == "InvalidSequenceTokenException";
  if (may_pass) later(batch, why.text());
  else end(batch, batch.events, why.text());
}

void LogSender::later(Batch& batch, Text why) {
  std::optional<int64_t> wait;
  if (settings_.backoff) wait = batch.backoff.next(*settings_.backoff, runtime_.loop->clock(), runtime_.random32());
  if (!wait) return end(batch, batch.events, why, true);
  runtime_.log->warn("log events were not taken; they are sent again", {{"exporter", exporter_},
                                                                        {"log_group", batch.log_group},
                                                                        {"log_stream", batch.log_stream},
                                                                        {"events", batch.events},
                                                                        {"error", why},
                                                                        {"seconds", static_cast<double>(*wait) / 1e9}});
  batch.creations = 0;
  hold_tightly(batch);
  waiting_ += batch.body.capacity();
  batch.timer.in(*wait);
}

void LogSender::holds(Batch& batch, int64_t more) {
  held_ = static_cast<size_t>(static_cast<int64_t>(held_) + more);
  batch.feed.events.held(more);
}

// What waits for long takes no more memory than it needs.
void LogSender::hold_tightly(Batch& batch) {
  if (batch.body.capacity() < 2 * batch.body.size()) return;
  Writer tight;
  tight.append(batch.body.bytes());
  holds(batch, static_cast<int64_t>(tight.capacity()) - static_cast<int64_t>(batch.body.capacity()));
  spare_.swap(batch.body);
  batch.body.swap(tight);
}

void LogSender::end(Batch& batch, uint32_t lost, Text why, bool may_pass) {
  Feed& feed = batch.feed;
  feed.count(batch.events - lost, lost, why, may_pass);
  holds(batch, -static_cast<int64_t>(batch.body.capacity()));
  if (feeds_.empty() && held_ == 0) Writer().swap(spare_);
  else spare_.swap(batch.body);
  delete &batch;
  if (--feed.batches == 0 && feed.at_end) end(feed);
  pump_task_.post();
}

void LogSender::end(Feed& feed) {
  feed.outcome.why = feed.why.text();
  feed.done(feed.context, feed.outcome);
  delete &feed;
}

// {"rejectedLogEventsInfo": {"tooOldLogEventEndIndex", "tooNewLogEventStartIndex", "expiredLogEventEndIndex"}}: of
// events in order of time the oldest and the newest were not taken, up to the one index and from the other on.
uint32_t LogSender::rejected(Bytes answer, const Batch& batch, Writer& why) {
  yyjson_doc* doc = yyjson_read(as_text(answer).data(), answer.size(), 0);
  if (!doc) return 0;
  yyjson_val* info = yyjson_obj_get(yyjson_doc_get_root(doc), "rejectedLogEventsInfo");
  const int64_t events = batch.events;
  auto index = [&](const char* name, int64_t none) {
    yyjson_val* v = yyjson_obj_get(info, name);
    return yyjson_is_int(v) ? std::clamp<int64_t>(yyjson_get_sint(v), 0, events) : none;
  };
  const int64_t expired = index("expiredLogEventEndIndex", 0);
  const int64_t old = std::max(index("tooOldLogEventEndIndex", 0), expired);
  const int64_t fresh = events - index("tooNewLogEventStartIndex", events);
  yyjson_doc_free(doc);
  const int64_t lost = std::min(old + fresh, events);
  if (lost == 0) return 0;
  why.append(Text("CloudWatch Logs did not take events for their time"));
  runtime_.log->error("CloudWatch Logs did not take events for their time; they are lost",
                      {{"exporter", exporter_},
                       {"log_group", batch.log_group},
                       {"too_old", old - expired},
                       {"expired", expired},
                       {"too_new", fresh}});
  return static_cast<uint32_t>(lost);
}

static uint64_t hash_of(Text group, Text stream) {
  return hash_text(stream, hash_text(group));
}

bool LogSender::known(const Batch& batch) const {
  const uint64_t hash = hash_of(batch.log_group, batch.log_stream);
  return std::find(made_.begin(), made_.end(), hash) != made_.end();
}

void LogSender::create(Batch& batch) {
  for (Creation* c : creations_)
    if (c->log_group == batch.log_group && c->log_stream == batch.log_stream) {
      c->waiting.push_back(&batch);
      return;
    }
  auto* c = new Creation{*this, batch.log_group, batch.log_stream, Step::Stream, {&batch}};
  creations_.push_back(c);
  step(*c, Step::Stream);
}

void LogSender::step(Creation& c, Step at) {
  c.at = at;
  AwsCall call;
  Writer resource;
  append_log_arn(resource, client_.region(), c.log_group,
                 at == Step::Group || at == Step::Retention ? Text(":*") : Text(":log-stream:"));
  if (at == Step::Stream || at == Step::StreamAgain) resource.append(c.log_stream);
  call.resource = resource.text();
  Writer& body = call.body;
  body.append(Text("{\"logGroupName\":"));
  append_json_text(body, c.log_group);
  switch (at) {
  case Step::Stream:
  case Step::StreamAgain:
    call.call = "CreateLogStream";
    call.target = "Logs_20140328.CreateLogStream";
    body.append(Text(",\"logStreamName\":"));
    append_json_text(body, c.log_stream);
    break;
  case Step::Group:
    call.call = "CreateLogGroup";
    call.target = "Logs_20140328.CreateLogGroup";
    if (settings_.groups.tags.size > 0) {
      body.append(Text(",\"tags\":{"));
      for (uint64_t i = 0; i < settings_.groups.tags.size; ++i) {
        if (i > 0) body.byte(',');
        append_json_text(body, view(settings_.groups.tags[i].key));
        body.byte(':');
        append_json_text(body, view(settings_.groups.tags[i].value));
      }
      body.byte('}');
    }
    break;
  case Step::Retention:
    call.call = "PutRetentionPolicy";
    call.target = "Logs_20140328.PutRetentionPolicy";
    body.append(Text(",\"retentionInDays\":"));
    append_int(body, settings_.groups.retention_days);
    break;
  }
  body.byte('}');
  client_.call(
      static_cast<AwsCall&&>(call),
      [](void* p, const HttpResponse& r) {
        auto& answered = *static_cast<Creation*>(p);
        answered.sender.created(answered, r);
      },
      &c);
}

void LogSender::created(Creation& c, const HttpResponse& r) {
  Text type = ok(r) ? Text() : aws_error_type(r);
  bool there = ok(r) || type == "ResourceAlreadyExistsException";
  Writer why;
  if (!there) describe_aws_failure(r, why);
  switch (c.at) {
  case Step::Stream:
    if (type == "ResourceNotFoundException") return step(c, Step::Group);
    [[fallthrough]];
  case Step::StreamAgain: return end(c, there, why.text());
  case Step::Group:
    if (!there) return end(c, false, why.text());
    if (ok(r)) runtime_.log->info("log group created", {{"exporter", exporter_}, {"log_group", c.log_group}});
    return step(c, ok(r) && settings_.groups.retention_days > 0 ? Step::Retention : Step::StreamAgain);
  case Step::Retention:
    // Without its retention a group still takes logs.
    if (!there)
      runtime_.log->error("setting the retention of a log group failed",
                          {{"exporter", exporter_}, {"log_group", c.log_group}, {"error", why.text()}});
    return step(c, Step::StreamAgain);
  }
}

void LogSender::end(Creation& c, bool done, Text why) {
  if (done && settings_.create_first && !known(*c.waiting.front())) {
    if (made_.size() == kMostKnown) made_.clear();
    made_.push_back(hash_of(c.log_group, c.log_stream));
  }
  creations_.erase(std::find(creations_.begin(), creations_.end(), &c));
  for (Batch* b : c.waiting) {
    if (done) ready_.push_back(b);
    else later(*b, why);
  }
  delete &c;
  pump_task_.post();
}

}  // namespace whittle
