// SPDX-License-Identifier: Apache-2.0
// HTTP/2 on a connection, by nghttp2: it keeps the frames, HPACK, flow control and the defences against floods and
// rapid resets; here are the streams' requests and answers, and the keepalive rules that gRPC servers follow.
#include "runtime/base/check.h"
#include "runtime/http/connection.h"
#include "runtime/http/http1.h"

#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <string.h>

namespace whittle {

static constexpr int32_t kStreamWindow = 1024 * 1024;
static constexpr int32_t kConnectionWindow = 8 * 1024 * 1024;
static constexpr uint32_t kFrameSize = 16 * 1024;
static constexpr size_t kPooledStreams = 16;
static constexpr size_t kKeptBody = 16 * 1024;
static constexpr uint32_t kCutStreams = 32;
static constexpr size_t kMostSeenOfHeads = 4 * kMostHeadBytes;  // what is less is answered with 431
static constexpr int kMostPingStrikes = 2;
static constexpr int64_t kPingWithoutStreams = int64_t{7200} * 1'000'000'000;
static constexpr int64_t kDrainPingWait = 1'000'000'000;

namespace {

struct Stream {
  int32_t id = 0;
  ServerRequest request;
  ServerReply reply;
  size_t sent = 0;  // of the reply's body
  size_t header_bytes = 0;
  int64_t begun = 0;        // when its first byte came
  int64_t answered_at = 0;  // when the answer began to wait for the client
  bool head_complete = false;
  bool overdue = false;  // and reset for that
  bool too_many_headers = false;
  bool answered = false;
  bool request_ended = false;
  bool peer_reset = false;
  Stream* next = nullptr;  // in the pool, or of the live ones
  Stream* previous = nullptr;
};

class Http2Session : public Session {
public:
  explicit Http2Session(Connection& connection)
      : connection_(connection), ping_timer_(
                                     loop(), [](void* s) { static_cast<Http2Session*>(s)->ping_due(); }, this),
        age_timer_(
            loop(), [](void* s) { static_cast<Http2Session*>(s)->age_due(); }, this),
        stream_timer_(loop(), [](void* s) { static_cast<Http2Session*>(s)->stream_due(); }, this) {
    nghttp2_session_callbacks* calls = nullptr;
    nghttp2_option* option = nullptr;
    CHECK(nghttp2_session_callbacks_new(&calls) == 0 && nghttp2_option_new(&option) == 0);
    nghttp2_session_callbacks_set_on_begin_frame_callback(calls, on_begin_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(calls, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(calls, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(calls, on_frame_recv);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(calls, on_invalid_frame_recv);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(calls, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(calls, on_stream_close);
    nghttp2_session_callbacks_set_on_frame_send_callback(calls, on_frame_send);
    nghttp2_option_set_no_closed_streams(option, 1);  // nothing is remembered of closed streams
    nghttp2_option_set_max_deflate_dynamic_table_size(option, 4096);
    CHECK(nghttp2_session_server_new2(&h2_, calls, this, option) == 0);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(calls);

    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options().max_concurrent_streams},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
        {NGHTTP2_SETTINGS_MAX_FRAME_SIZE, kFrameSize},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kMostHeadBytes},
    };
    CHECK(nghttp2_submit_settings(h2_, NGHTTP2_FLAG_NONE, settings, sizeof settings / sizeof *settings) == 0);
    CHECK(nghttp2_session_set_local_window_size(h2_, NGHTTP2_FLAG_NONE, 0, kConnectionWindow) == 0);
    heard_ = loop().now();
    if (options().grpc && options().ping_time > 0) ping_timer_.in(options().ping_time);
    if (options().max_connection_age > 0) {
      // Spread over a tenth to either side, so that clients that came together do not return together.
      uint32_t random;
      connection_.server().runtime().random(&random, sizeof random);
      const double spread = 0.9 + 0.2 * (random / 4294967296.0);
      age_timer_.in(static_cast<int64_t>(static_cast<double>(options().max_connection_age) * spread));
    }
    arm_idle();
  }

  ~Http2Session() override {
    nghttp2_session_del(h2_);
    while (live_) {
      Stream* next = live_->next;
      if (live_->reply.later) live_->reply.later->gone();
      delete live_;
      live_ = next;
    }
    while (pool_) {
      Stream* next = pool_->next;
      delete pool_;
      pool_ = next;
    }
  }

  void take(Bytes in) override {
    heard_ = loop().now();
    while (!in.empty() && !connection_.finishing() && feed(in.first(up_to_data(in)))) in = in.subspan(fed_);
    end_if_over();
  }

  void produce() override {
    Writer& out = connection_.output();
    while (connection_.unsent() < Connection::kMuchOutput) {
      const uint8_t* data;
      const nghttp2_ssize n = nghttp2_session_mem_send2(h2_, &data);
      if (n < 0) {
        connection_.abort();
        return;
      }
      if (n == 0) break;
      out.append(Bytes(data, static_cast<size_t>(n)));
    }
  }

  void sent() override { end_if_over(); }

  void peer_ended() override { connection_.abort(); }

  // First a GOAWAY that announces the end while streams may still come, then, when the client has seen it, the one that
  // names the last stream (RFC 9113 section 6.8).
  void drain() override {
    if (draining_) return;
    draining_ = true;
    nghttp2_submit_shutdown_notice(h2_);
    nghttp2_submit_ping(h2_, NGHTTP2_FLAG_NONE, kDrainPing);
    age_timer_.in(kDrainPingWait);
  }

  // Idle for too long.
  void deadline() override {
    if (live_) return;
    drain();
  }

private:
  static constexpr uint8_t kDrainPing[8] = {'g', 'o', 'o', 'd', ' ', 'b', 'y', 'e'};

  bool feed(Bytes in) {
    fed_ = in.size();
    const nghttp2_ssize n = nghttp2_session_mem_recv2(h2_, in.data(), in.size());
    if (n >= 0) return true;
    if (n == NGHTTP2_ERR_FLOODED || n == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS) tell_flood();
    produce();
    connection_.finish();
    return false;
  }

  void tell_flood() {
    if (connection_.finishing()) return;
    connection_.server().runtime().log->warn("a client floods its HTTP/2 connection, which is closed",
                                             {{"component", options().component}});
  }

  // Follows the frames of what comes in, which nghttp2 does not tell of when it ignores them. How much of `in` goes up
  // to the last byte of the head of a DATA frame: when nghttp2 has had that, it is known whether the frame's stream is
  // over.
  size_t up_to_data(Bytes in) {
    size_t at = 0;
    if (data_of_ != 0) {
      late(data_of_);
      data_of_ = 0;
      frame_begins();
      at = 1;
    }
    while (at < in.size()) {
      if (skip_ > 0) {
        const size_t n = skip_ < in.size() - at ? skip_ : in.size() - at;
        skip_ -= static_cast<uint32_t>(n);
        at += n;
        continue;
      }
      head_[head_size_++] = in[at];
      if (head_size_ == sizeof head_) {
        const int32_t id = (head_[5] & 0x7f) << 24 | head_[6] << 16 | head_[7] << 8 | head_[8];
        if (head_[3] == NGHTTP2_DATA && id != 0) {
          data_of_ = id;
          return at;
        }
        frame_begins();
      }
      ++at;
    }
    return at;
  }
  // Its head is known: its payload follows.
  void frame_begins() {
    skip_ = static_cast<uint32_t>(head_[0]) << 16 | static_cast<uint32_t>(head_[1]) << 8 | head_[2];
    head_size_ = 0;
  }

  // nghttp2 drops frames of closed streams. They are an error of the peer (RFC 9113 section 5.1) unless we were the
  // ones who closed the stream, when such frames may have been on their way.
  void late(int32_t id) {
    if (id % 2 == 0 || id > highest_ || stream_of(h2_, id) || cut_count_ > kCutStreams) return;
    for (uint32_t i = 0; i < cut_count_; ++i)
      if (cut_[i] == id) return;
    nghttp2_session_terminate_session(h2_, NGHTTP2_STREAM_CLOSED);
  }

  void cut(int32_t id) {
    if (cut_count_ < kCutStreams) cut_[cut_count_] = id;
    if (cut_count_ <= kCutStreams) ++cut_count_;
  }

  Loop& loop() { return connection_.server().loop(); }
  const ServerOptions& options() { return connection_.server().options(); }
  const ServerHandler& handler() { return connection_.server().handler(); }

  void end_if_over() {
    if (connection_.finishing()) return;
    if (!nghttp2_session_want_read(h2_) && !nghttp2_session_want_write(h2_)) connection_.finish(true);
    else if (draining_ && said_last_ && !live_ && !nghttp2_session_want_write(h2_)) connection_.finish();
  }

  void say_last() {
    if (said_last_) return;
    said_last_ = true;
    nghttp2_submit_goaway(h2_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(h2_), NGHTTP2_NO_ERROR,
                          nullptr, 0);
    if (options().max_connection_age > 0 && options().max_connection_age_grace > 0)
      age_timer_.in(options().max_connection_age_grace);
    else age_timer_.cancel();
  }

  void arm_idle() {
    const ServerOptions& o = options();
    const int64_t idle = o.grpc ? o.max_connection_idle : o.idle_timeout > 0 ? o.idle_timeout : o.read_timeout;
    if (idle > 0 && !live_) connection_.deadline().in(idle);
    else connection_.deadline().cancel();
  }

  // When the client is to have done its part: to end a head, to end the request, to take the answer. 0: it may take its
  // time.
  int64_t due_of(const Stream& s) {
    const ServerOptions& o = options();
    if (s.overdue) return 0;
    if (s.answered) return o.write_timeout > 0 ? s.answered_at + o.write_timeout : 0;
    if (!s.head_complete) return s.begun + o.until_first_head();
    return !s.request_ended && o.read_timeout > 0 ? s.begun + o.read_timeout : 0;
  }

  void watch(const Stream& s) {
    const int64_t due = due_of(s);
    if (due > 0 && (!stream_timer_.pending() || due < stream_timer_.due())) stream_timer_.at(due);
  }

  // As Go's server: the stream is reset. Where that would not reach the client, or nothing may come between the pieces
  // of a head that has no end, the connection ends.
  void stream_due() {
    const int64_t now = loop().now();
    for (Stream* s = live_; s; s = s->next) {
      const int64_t due = due_of(*s);
      if (due == 0 || due > now) continue;
      if (!s->head_complete || connection_.unsent() > 0) {
        connection_.abort();
        break;
      }
      s->overdue = true;
      nghttp2_submit_rst_stream(h2_, NGHTTP2_FLAG_NONE, s->id, s->answered ? NGHTTP2_INTERNAL_ERROR : NGHTTP2_CANCEL);
    }
    for (Stream* s = live_; s; s = s->next) watch(*s);
    connection_.settle();
  }

  void age_due() {
    if (!draining_) drain();
    else if (!said_last_) say_last();
    else connection_.abort();  // the grace is over
    connection_.settle();
  }

  void ping_due() {
    const int64_t now = loop().now();
    if (ping_out_ && heard_ < ping_sent_) {
      connection_.server().runtime().log->info("a client does not answer and is disconnected",
                                               {{"component", options().component}});
      connection_.abort();
      connection_.settle();
      return;
    }
    ping_out_ = false;
    const int64_t due = heard_ + options().ping_time;
    if (now < due) {
      ping_timer_.at(due);
      return;
    }
    nghttp2_submit_ping(h2_, NGHTTP2_FLAG_NONE, nullptr);
    ping_out_ = true;
    ping_sent_ = now;
    ping_timer_.in(options().ping_timeout);
    connection_.settle();
  }

  // A client that pings more often than the rules allow is told to calm down (grpc-go's enforcement).
  void pinged() {
    if (!options().grpc || connection_.finishing()) return;
    const int64_t now = loop().now();
    if (forgive_pings_) {
      forgive_pings_ = false;
      ping_strikes_ = 0;
      last_ping_ = now;
      return;
    }
    const int64_t least = !live_ && !options().ping_without_stream ? kPingWithoutStreams : options().ping_min_time;
    if (last_ping_ != 0 && now < last_ping_ + least) ++ping_strikes_;
    last_ping_ = now;
    if (ping_strikes_ <= kMostPingStrikes) return;
    static constexpr Text kWhy = "too_many_pings";
    connection_.server().runtime().log->warn("a client pings too often and is disconnected",
                                             {{"component", options().component}});
    nghttp2_submit_goaway(h2_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(h2_),
                          NGHTTP2_ENHANCE_YOUR_CALM, as_bytes(kWhy).data(), kWhy.size());
    produce();
    connection_.finish();
  }

  Stream* open(int32_t id) {
    Stream* s = pool_;
    if (s) {
      pool_ = s->next;
      --pooled_;
    } else {
      s = new Stream();
    }
    s->id = id;
    s->begun = loop().now();
    s->previous = nullptr;
    s->next = live_;
    if (live_) live_->previous = s;
    if (!live_) connection_.deadline().cancel();
    live_ = s;
    watch(*s);
    return s;
  }

  void close(Stream* s) {
    if (s->reply.later) s->reply.later->gone();
    (s->previous ? s->previous->next : live_) = s->next;
    if (s->next) s->next->previous = s->previous;
    if (pooled_ >= kPooledStreams) {
      delete s;
    } else {
      s->request.clear();
      s->reply.clear();
      if (s->reply.body.size() > kKeptBody) Writer().swap(s->reply.body);
      s->id = 0;
      s->sent = s->header_bytes = 0;
      s->too_many_headers = s->answered = s->request_ended = s->peer_reset = false;
      s->head_complete = s->overdue = false;
      s->next = pool_;
      pool_ = s;
      ++pooled_;
    }
    if (!live_) arm_idle();
  }

  void head_complete(Stream& s) {
    s.head_complete = true;
    watch(s);
    ServerRequest& r = s.request;
    r.http2 = true;
    r.arrived = loop().now();
    r.peer = &connection_.peer();
    const size_t question = r.path.find('?');
    if (question != Text::npos) {
      r.query = r.path.substr(question + 1);
      r.path = r.path.substr(0, question);
    }
    if (r.authority.empty()) r.authority = r.header("host");
    const Text length = r.header("content-length");
    if (!length.empty() && length.size() <= 18) {
      for (char c : length)
        r.length = r.length * 10 + static_cast<uint64_t>(c - '0');  // nghttp2 has seen to the digits
    }
    if (s.too_many_headers) {
      s.reply.status = 431;
      return answer(s);
    }
    if (!handler().head(handler().self, r, s.reply)) return answer(s);
    if (r.length > r.body.limit()) {
      handler().too_large(handler().self, r, s.reply);
      answer(s);
    }
  }

  void request_complete(Stream& s) {
    s.request_ended = true;
    if (s.answered) return;
    handler().whole(handler().self, s.request, s.reply);
    if (s.reply.later) s.reply.later->wait(s.reply, &s.reply.later, answered_later, this, &s);
    else answer(s);
  }

  static void answered_later(void* self, void* stream) {
    auto& session = *static_cast<Http2Session*>(self);
    session.answer(*static_cast<Stream*>(stream));
    session.connection_.settle();
  }

  void answer(Stream& s) {
    s.answered = true;
    s.answered_at = loop().now();
    watch(s);
    auto* fields = s.request.arena.array<nghttp2_nv>(s.reply.headers.size() + 3);
    size_t n = 0;
    auto add = [&](Text name, Text value) {
      fields[n++] = {const_cast<uint8_t*>(as_bytes(name).data()), const_cast<uint8_t*>(as_bytes(value).data()),
                     name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
    };
    char status[8], length[24];
    const int status_size = snprintf(status, sizeof status, "%d", s.reply.status);
    add(":status", Text(status, static_cast<size_t>(status_size)));
    if (!options().grpc) {
      add("date", connection_.server().date());
      if (s.reply.status != 204) {
        const int length_size = snprintf(length, sizeof length, "%zu", s.reply.body.size());
        add("content-length", Text(length, static_cast<size_t>(length_size)));
      }
    }
    for (const HttpHeader& h : s.reply.headers) add(h.name, h.value);
    if (s.request.method == "HEAD") s.reply.body.clear();
    nghttp2_data_provider2 provider = {.source = {.ptr = &s}, .read_callback = read_body};
    const bool has_more = !s.reply.body.empty() || !s.reply.trailers.empty();
    // Fails when the stream is gone, and then nobody waits for the answer.
    nghttp2_submit_response2(h2_, s.id, fields, n, has_more ? &provider : nullptr);
    forgive_pings_ = true;
  }

  static nghttp2_ssize read_body(nghttp2_session* h2, int32_t id, uint8_t* to, size_t size, uint32_t* flags,
                                 nghttp2_data_source* source, void*) {
    auto& s = *static_cast<Stream*>(source->ptr);
    const size_t left = s.reply.body.size() - s.sent;
    const size_t n = left < size ? left : size;
    if (n > 0) memcpy(to, s.reply.body.data() + s.sent, n);
    s.sent += n;
    if (n < left) return static_cast<nghttp2_ssize>(n);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!s.reply.trailers.empty()) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      static constexpr size_t kMost = 16;
      nghttp2_nv fields[kMost];
      size_t count = 0;
      CHECK(s.reply.trailers.size() <= kMost);
      for (const HttpHeader& h : s.reply.trailers)
        fields[count++] = {const_cast<uint8_t*>(as_bytes(h.name).data()),
                           const_cast<uint8_t*>(as_bytes(h.value).data()), h.name.size(), h.value.size(),
                           NGHTTP2_NV_FLAG_NONE};
      nghttp2_submit_trailer(h2, id, fields, count);
    }
    return static_cast<nghttp2_ssize>(n);
  }

  static Stream* stream_of(nghttp2_session* h2, int32_t id) {
    return static_cast<Stream*>(nghttp2_session_get_stream_user_data(h2, id));
  }

  static int on_begin_frame(nghttp2_session*, const nghttp2_frame_hd* frame, void* me) {
    if (frame->type == NGHTTP2_HEADERS) static_cast<Http2Session*>(me)->late(frame->stream_id);
    return 0;
  }

  static int on_begin_headers(nghttp2_session* h2, const nghttp2_frame* frame, void* me) {
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    auto& self = *static_cast<Http2Session*>(me);
    self.highest_ = frame->hd.stream_id;
    Stream* s = self.open(frame->hd.stream_id);
    nghttp2_session_set_stream_user_data(h2, frame->hd.stream_id, s);
    return 0;
  }

  static int on_header(nghttp2_session* h2, const nghttp2_frame* frame, const uint8_t* name, size_t name_size,
                       const uint8_t* value, size_t value_size, uint8_t, void*) {
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    Stream* s = stream_of(h2, frame->hd.stream_id);
    if (!s) return 0;
    s->header_bytes += name_size + value_size + 32;
    // One byte can stand for 4 KiB. nghttp2 resets the stream, and looks at the rest of the fields no more.
    if (s->header_bytes > kMostSeenOfHeads) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    if (s->header_bytes > kMostHeadBytes || s->request.headers.size() >= kMostHeaders) {
      s->too_many_headers = true;
      return 0;
    }
    ServerRequest& r = s->request;
    const Text n = as_text({name, name_size});
    const Text v = r.arena.copy(as_text({value, value_size}));
    if (n.starts_with(':')) {
      if (n == ":method") r.method = v;
      if (n == ":path") r.path = v;
      if (n == ":authority") r.authority = v;
      return 0;
    }
    r.headers.push_back({r.arena.copy(n), v});
    return 0;
  }

  static int on_frame_recv(nghttp2_session* h2, const nghttp2_frame* frame, void* me) {
    auto& self = *static_cast<Http2Session*>(me);
    switch (frame->hd.type) {
    case NGHTTP2_HEADERS:
    case NGHTTP2_DATA: {
      Stream* s = stream_of(h2, frame->hd.stream_id);
      if (!s) return 0;
      if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        if (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) s->request_ended = true;
        self.head_complete(*s);
      }
      if (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) self.request_complete(*s);
      return 0;
    }
    case NGHTTP2_RST_STREAM:
      if (Stream* s = stream_of(h2, frame->hd.stream_id)) s->peer_reset = true;
      return 0;
    case NGHTTP2_PING:
      if (!(frame->hd.flags & NGHTTP2_FLAG_ACK)) self.pinged();
      else if (self.draining_ && memcmp(frame->ping.opaque_data, kDrainPing, sizeof kDrainPing) == 0) self.say_last();
      return 0;
    default: return 0;
    }
  }

  // A stream above the limit is refused before on_begin_headers, and its body may be on its way.
  static int on_invalid_frame_recv(nghttp2_session*, const nghttp2_frame* frame, int error, void* me) {
    if (frame->hd.type == NGHTTP2_HEADERS && error == NGHTTP2_ERR_REFUSED_STREAM)
      static_cast<Http2Session*>(me)->cut(frame->hd.stream_id);
    return 0;
  }

  static int on_data(nghttp2_session* h2, uint8_t, int32_t id, const uint8_t* data, size_t size, void* me) {
    auto& self = *static_cast<Http2Session*>(me);
    Stream* s = stream_of(h2, id);
    if (!s || s->answered) return 0;
    if (s->request.body.append({data, size})) return 0;
    if (s->request.body.busy()) self.connection_.server().no_memory();
    self.handler().too_large(self.handler().self, s->request, s->reply);
    self.answer(*s);
    s->request.body.clear();
    return 0;
  }

  // A request that was answered before its end: the rest of it is not wanted (RFC 9113 section 8.1). A GOAWAY of our
  // own with INTERNAL_ERROR is nghttp2's for more resets than it lets pass.
  static int on_frame_send(nghttp2_session* h2, const nghttp2_frame* frame, void* me) {
    if (frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.error_code == NGHTTP2_INTERNAL_ERROR)
      static_cast<Http2Session*>(me)->tell_flood();
    if ((frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) ||
        !(frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
      return 0;
    Stream* s = stream_of(h2, frame->hd.stream_id);
    if (s && !s->request_ended) nghttp2_submit_rst_stream(h2, NGHTTP2_FLAG_NONE, s->id, NGHTTP2_NO_ERROR);
    return 0;
  }

  static int on_stream_close(nghttp2_session* h2, int32_t id, uint32_t, void* me) {
    Stream* s = stream_of(h2, id);
    if (!s) return 0;
    nghttp2_session_set_stream_user_data(h2, id, nullptr);
    auto& self = *static_cast<Http2Session*>(me);
    if (!s->request_ended && !s->peer_reset) self.cut(id);
    self.close(s);
    return 0;
  }

  Connection& connection_;
  nghttp2_session* h2_ = nullptr;
  Stream* live_ = nullptr;
  Stream* pool_ = nullptr;
  size_t pooled_ = 0;
  Timer ping_timer_;
  Timer age_timer_;
  Timer stream_timer_;
  int64_t heard_ = 0;
  int64_t ping_sent_ = 0;
  int64_t last_ping_ = 0;
  int ping_strikes_ = 0;
  bool ping_out_ = false;
  bool forgive_pings_ = false;
  bool draining_ = false;
  bool said_last_ = false;
  size_t fed_ = 0;   // bytes that nghttp2 was given last
  uint8_t head_[9];  // of the frame that comes in, as far as it is there
  uint8_t head_size_ = 0;
  uint32_t skip_ = 24;        // bytes until the next frame; the client's preface stands before the first
  int32_t data_of_ = 0;       // the stream of the DATA frame whose head lacks one byte yet; 0: none
  int32_t highest_ = 0;       // id of a stream
  int32_t cut_[kCutStreams];  // ids of streams that we closed before their requests had ended
  uint32_t cut_count_ = 0;    // more than kCutStreams: no longer told apart
};

}  // namespace

Session* make_http2_session(Connection& connection) {
  return new Http2Session(connection);
}

}  // namespace whittle
