// SPDX-License-Identifier: Apache-2.0
// Sends spans to X-Ray: fifty documents a call (PutTraceSegments), `num_workers` calls at a time.
//
// A payload is encoded piece by piece as calls find room, so that what waits is its OTLP bytes and not its documents. A
// piece that X-Ray did not take is encoded again from its place in the payload: all of it when the call failed in a way
// that may pass, the documents that the answer names as unprocessed otherwise.
#include "runtime/aws/call.h"
#include "runtime/base/log.h"
#include "runtime/base/self_metrics.h"
#include "runtime/export/queue.h"
#include "runtime/loop/retry_timer.h"

#include "stdlib/exporter/awsxray/awsxray_config.h"
#include "stdlib/exporter/awsxray/awsxray_encode.h"
#include "stdlib/exporter/awsxray/segment.h"

#include <optional>
#include <string.h>
#include <vector>
#include <yyjson.h>

namespace whittle {
namespace {

constexpr uint32_t kMaxDocuments = 50;
constexpr size_t kMaxDocumentSize = 64 << 10;
constexpr Text kOpen = R"({"TraceSegmentDocuments":[)";
constexpr uint32_t kMaxTries = 6;  // of documents that X-Ray names as unprocessed

// Whether a document that X-Ray names as unprocessed, with this code, is wrong in itself: it will be so again.
bool is_documents_fault(Text code) {
  constexpr Text kFaults[] = {"Invalid", "Missing", "Parse", "Malformed", "Unsupported", "Validation", "TooLarge"};
  for (Text fault : kFaults)
    if (code.starts_with(fault)) return true;
  return code.ends_with("TooLarge") || code.ends_with("TooLong");
}

struct Awsxray;

struct SegmentId {
  char hex[16];
  bool operator==(const SegmentId& o) const { return memcmp(hex, o.hex, sizeof hex) == 0; }
};

// A payload of which documents are being sent.
struct Sending {
  Awsxray& exporter;
  Outgoing& item;
  awsxray::SpanWalk walk;
  bool exhausted = false;
  uint32_t pieces = 0;          // under way
  uint64_t sent = 0, lost = 0;  // documents
  Writer why;                   // of the last loss
  bool for_good = false;        // some of what is lost X-Ray would never take
};

// The documents of one call.
struct Piece {
  Sending& sending;
  awsxray::SpanWalk from;
  uint32_t spans = 0;
  uint32_t documents = 0;
  uint64_t encoded = 0;  // bytes of the call under way
  uint32_t tries = 0;
  Backoff backoff;
  std::vector<SegmentId> only;  // when not empty: of the piece's documents just these
  RetryTimer timer;

  explicit Piece(Sending& s);
};

// What is done with a document once it is written.
struct Filter {
  Awsxray& exporter;
  Writer& body;
  const std::vector<SegmentId>& only;
  uint32_t documents = 0;
  uint32_t too_large = 0;
};

struct Awsxray {
  const ComponentContext& context;
  const config::Awsxray& config;
  Runtime& runtime;
  awsxray::Encoder encoder;
  AwsClient client;
  ExportQueue queue;
  std::vector<Sending*> sending;
  Task pump_task;
  size_t usual_size = 4096;  // of a call's body

  explicit Awsxray(const ComponentContext& c)
      : context(c), config(*static_cast<const config::Awsxray*>(c.config)), runtime(*c.runtime),
        encoder({config.indexed_attributes, config.index_all_attributes, config.aws_log_groups}),
        client(c, aws_settings(config), "xray", "XRAY"),
        // Trying again is this file's business, a piece at a time. There is no setting for it, and none for a queue:
        // senders wait for the result, as they do in the Collector.
        queue(
            c, &ExportQueue::kFew, nullptr,
            [](void* self, Outgoing& item) { static_cast<Awsxray*>(self)->begin(item); }, this),
        pump_task(*runtime.loop, [](void* self) { static_cast<Awsxray*>(self)->pump(); }, this) {}

  void begin(Outgoing& item) {
    uint64_t seed;
    runtime.random(&seed, sizeof seed);
    sending.push_back(new Sending{
        *this, item, awsxray::SpanWalk(item.payload.slices, awsxray::IdSource(seed)), false, 0, 0, 0, {}, false});
    feed();
    // The queue must not hear of the end of an item from within its own call.
    pump_task.post();
  }

  // Fills free calls with the next pieces, the oldest payload first.
  void feed() {
    for (size_t i = 0; i < sending.size(); ++i)
      while (!sending[i]->exhausted && has_room()) next_piece(*sending[i]);
  }
  bool has_room() const { return client.in_flight() < static_cast<uint32_t>(config.num_workers); }

  void pump() {
    feed();
    for (size_t i = 0; i < sending.size();) {
      if (sending[i]->exhausted && sending[i]->pieces == 0) finish(*sending[i], i);
      else ++i;
    }
  }

  void next_piece(Sending& s) {
    auto* piece = new Piece(s);
    ++s.pieces;
    if (!send(*piece, true)) end(*piece);
  }

  static void document_done(void* context, size_t begin, size_t) {
    Filter& f = *static_cast<Filter*>(context);
    Text document = f.body.text().substr(begin);
    bool wanted = f.only.empty();
    if (!wanted) {
      SegmentId id = id_of(document);
      for (const SegmentId& o : f.only) wanted |= o == id;
    }
    if (wanted && document.size() > kMaxDocumentSize && nested_size(document) > kMaxDocumentSize) {
      f.exporter.runtime.log->error("a segment is larger than the 64 KiB that X-Ray takes; it is lost",
                                    {{"exporter", f.exporter.context.id},
                                     {"segment", Text(id_of(document).hex, 16)},
                                     {"bytes", nested_size(document)}});
      ++f.too_large;
      wanted = false;
    }
    if (!wanted) {
      f.body.truncate(begin);
      return;
    }
    ++f.documents;
    f.body.byte(',');
  }

  // The segment id in an encoded document: behind the name, in which every quote has three backslashes.
  static SegmentId id_of(Text document) {
    constexpr Text kId = R"(,\"id\":\")";
    SegmentId id{};
    size_t at = document.find(kId);
    if (at != Text::npos && at + kId.size() + sizeof id.hex <= document.size())
      memcpy(id.hex, document.data() + at + kId.size(), sizeof id.hex);
    return id;
  }

  // Encodes a piece and sends it. `fresh`: it begins where its payload has come to, and moves that on. False when there
  // is nothing to send.
  bool send(Piece& piece, bool fresh) {
    Sending& s = piece.sending;
    AwsCall call;
    call.body.room(usual_size);  // at once: growing would copy it several times
    call.body.append(kOpen);
    Filter filter{*this, call.body, piece.only};
    awsxray::Sink sink{call.body, document_done, &filter};
    awsxray::SpanWalk walk = piece.from;
    uint32_t spans = 0;
    while (fresh ? filter.documents < kMaxDocuments : spans < piece.spans) {
      // A span may become two documents: then the last place stays empty.
      size_t size = call.body.size();
      uint32_t too_large = filter.too_large;
      std::optional<awsxray::SpanWalk> before;
      if (filter.documents + 1 == kMaxDocuments) before = walk;
      if (!encoder.next(walk, sink)) {
        if (fresh) s.exhausted = true;
        break;
      }
      if (filter.documents > kMaxDocuments) {
        call.body.truncate(size);
        filter.documents = kMaxDocuments - 1;
        filter.too_large = too_large;
        walk = *before;
        break;
      }
      ++spans;
    }
    if (fresh) {
      s.walk = walk;
      piece.spans = spans;
      s.lost += filter.too_large;
      if (filter.too_large) {
        s.for_good = true;
        s.why.clear();
        s.why.append(Text("segments larger than X-Ray takes"));
      }
    }
    if (filter.documents == 0) return false;
    piece.documents = filter.documents;
    call.body.truncate(call.body.size() - 1);
    call.body.append(Text("]}"));
    piece.encoded = call.body.capacity();
    queue.holds(s.item, s.item.held + piece.encoded);
    usual_size = (usual_size * 7 + call.body.size() * 9 / 8) / 8;
    call.call = "PutTraceSegments";
    call.path = "/TraceSegments";
    call.content_type = "application/json";
    client.call(
        static_cast<AwsCall&&>(call),
        [](void* p, const HttpResponse& r) {
          auto& answered = *static_cast<Piece*>(p);
          answered.sending.exporter.answered(answered, r);
        },
        &piece);
    return true;
  }

  void answered(Piece& piece, const HttpResponse& r) {
    queue.holds(piece.sending.item, piece.sending.item.held - piece.encoded);
    piece.encoded = 0;
    if (r.status >= 200 && r.status < 300) {
      take_unprocessed(piece, r.body);
    } else {
      Writer why;
      describe_aws_failure(r, why);
      if (may_pass_later(r)) {
        later(piece, why.text());
      } else {
        piece.sending.for_good = true;
        lose(piece, why.text());
      }
    }
    pump_task.post();
  }

  // {"UnprocessedTraceSegments": [{"Id", "ErrorCode", "Message"}]}
  void take_unprocessed(Piece& piece, Bytes body) {
    std::vector<SegmentId> ids;
    Writer why, fault;
    uint32_t faulty = 0;
    if (yyjson_doc* doc = yyjson_read(as_text(body).data(), body.size(), 0)) {
      yyjson_val* list = yyjson_obj_get(yyjson_doc_get_root(doc), "UnprocessedTraceSegments");
      size_t i, n;
      yyjson_val* one;
      yyjson_arr_foreach(list, i, n, one) {
        auto text = [&](const char* name) {
          yyjson_val* v = yyjson_obj_get(one, name);
          return yyjson_is_str(v) ? Text(yyjson_get_str(v), yyjson_get_len(v)) : Text();
        };
        if (is_documents_fault(text("ErrorCode"))) {
          ++faulty;
          if (fault.empty()) {
            fault.append(text("ErrorCode"));
            fault.append(Text(": "));
            fault.append(text("Message"));
          }
          continue;
        }
        SegmentId id{};
        Text hex = text("Id");
        if (hex.size() == sizeof id.hex) memcpy(id.hex, hex.data(), sizeof id.hex);
        ids.push_back(id);
        if (why.empty()) {
          why.append(text("ErrorCode"));
          why.append(Text(": "));
          why.append(text("Message"));
        }
      }
      yyjson_doc_free(doc);
    }
    if (faulty > piece.documents) faulty = piece.documents;
    if (faulty > 0) {
      runtime.log->error("X-Ray found fault with segments; they are lost",
                         {{"exporter", context.id}, {"documents", faulty}, {"error", fault.text()}});
      piece.documents -= faulty;
      piece.sending.lost += faulty;
      piece.sending.for_good = true;
      piece.sending.why.clear();
      piece.sending.why.append(fault.text());
    }
    uint32_t unprocessed = static_cast<uint32_t>(ids.size());
    if (unprocessed > piece.documents) unprocessed = piece.documents;
    piece.sending.sent += piece.documents - unprocessed;
    if (unprocessed == 0) return end(piece);
    piece.only = static_cast<std::vector<SegmentId>&&>(ids);
    piece.documents = unprocessed;
    if (++piece.tries >= kMaxTries) return lose(piece, why.text());
    later(piece, why.text());
  }

  void later(Piece& piece, Text why) {
    std::optional<int64_t> wait = piece.backoff.next(kAwsBackoff, runtime.loop->clock(), runtime.random32());
    if (!wait) return lose(piece, why);
    runtime.log->warn("segments were not taken; they are sent again", {{"exporter", context.id},
                                                                       {"documents", piece.documents},
                                                                       {"error", why},
                                                                       {"seconds", static_cast<double>(*wait) / 1e9}});
    piece.timer.in(*wait);
  }

  void again(Piece& piece) {
    if (!has_room()) {
      piece.timer.in(100'000'000);
    } else if (!send(piece, false)) {
      lose(piece, "X-Ray named segments that were not sent");
      pump_task.post();
    }
  }

  void lose(Piece& piece, Text why) {
    piece.sending.lost += piece.documents;
    piece.sending.why.clear();
    piece.sending.why.append(why);
    end(piece);
  }

  void end(Piece& piece) {
    --piece.sending.pieces;
    delete &piece;
  }

  void finish(Sending& s, size_t at) {
    sending.erase(sending.begin() + static_cast<ptrdiff_t>(at));
    Outgoing& item = s.item;
    if (s.lost > 0 && s.sent > 0) {
      // Spans are counted, documents are lost: a span may have made two.
      queue.sent_in_part(item, s.lost < item.payload.items ? s.lost : item.payload.items - 1, s.why.text());
    } else if (s.lost > 0) {
      queue.failed(item, s.why.text(), !s.for_good);
    } else {
      queue.sent(item);
    }
    delete &s;
  }
};

Piece::Piece(Sending& s)
    : sending(s), from(s.walk), timer(
                                    s.exporter.runtime,
                                    [](void* p) {
                                      auto& piece = *static_cast<Piece*>(p);
                                      piece.sending.exporter.again(piece);
                                    },
                                    this) {}

void* create(const ComponentContext* context) {
  return new Awsxray(*context);
}
bool start(void* self) {
  auto& x = *static_cast<Awsxray*>(self);
  return x.client.check(x.context.place);
}
void drain(void* self) {
  static_cast<Awsxray*>(self)->queue.drain();
}
bool idle(void* self) {
  return static_cast<Awsxray*>(self)->queue.idle();
}

}  // namespace

extern "C" Status exporter_awsxray_consume(void* self, Payload* payload) {
  return static_cast<Awsxray*>(self)->queue.offer(*payload);
}
extern "C" const ComponentOps exporter_awsxray_ops = {create, start, drain, idle};

}  // namespace whittle
