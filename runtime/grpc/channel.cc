// SPDX-License-Identifier: Apache-2.0
#include "runtime/grpc/channel.h"

#include "runtime/base/json.h"
#include "runtime/base/log.h"
#include "runtime/base/number.h"
#include "runtime/wire/rpc_status.h"

#include <algorithm>
#include <stdlib.h>

namespace whittle {

static constexpr size_t kPrefix = 5;  // of a message: whether it is compressed, and its length
static constexpr int64_t kLookUpAgain = 60'000'000'000;
static constexpr int64_t kFirstWait = 1'000'000'000, kLongestWait = 120'000'000'000;  // grpc-go's backoff
static constexpr size_t kMostAnswer = 4 << 20;

struct GrpcChannel::Call {
  GrpcChannel& channel;
  const int64_t timeout_ns, begun;
  Done done;
  void* context;
  std::vector<Slice> body;
  Writer joined;  // the message, where it is shown
  Writer url, deadline;
  size_t method_at = 0;  // in the URL
  Signal signal = Signal::Traces;
  const Metadata* metadata = nullptr;
  int32_t peer = -1;
  Address address{};
  uint32_t tried = 0;  // addresses
  bool over = false;
  Timer again;
  HttpRequest http;

  Call(GrpcChannel& c, int64_t timeout, Done d, void* x)
      : channel(c), timeout_ns(timeout), begun(c.runtime_.loop->now()), done(d), context(x),
        again(*c.runtime_.loop, [](void* self) { static_cast<Call*>(self)->resume(); }, this) {}

  void resume() {
    if (over) return channel.end(*this, {GrpcCode::DeadlineExceeded, "no connection in time", {}, {}});
    tried = 0;
    channel.send(*this);
  }
};

GrpcSettings grpc_settings(const config::GrpcClient& config) {
  GrpcSettings s;
  s.endpoint = view(config.endpoint);
  s.authority = view(config.authority);
  s.user_agent = view(config.user_agent);
  s.tls = client_tls(config.tls);
  s.insecure = config.tls.insecure;
  switch (config.compression) {
  case config::GrpcClientCompression::Gzip: s.coding = Coding::Gzip; break;
  case config::GrpcClientCompression::Zstd: s.coding = Coding::Zstd; break;
  default: break;  // the others are refused when the config is checked
  }
  s.take_turns = config.balancer_name != config::GrpcClientBalancerName::PickFirst &&
                 config.balancer_name != config::GrpcClientBalancerName::Empty;
  s.wait_for_ready = config.wait_for_ready;
  if (config.keepalive) {
    s.keepalive_ns = config.keepalive->time;
    s.lost_after_ns = config.keepalive->timeout;
  }
  s.headers = config.headers;
  if (config.auth) s.authenticator = config.auth->authenticator;
  return s;
}

static bool has_proxy() {
  for (const char* name : {"https_proxy", "HTTPS_PROXY"})
    if (const char* value = getenv(name); value && *value) return true;
  return false;
}

GrpcChannel::GrpcChannel(const ComponentContext& component, const GrpcSettings& settings)
    : component_(component), runtime_(*component.runtime), settings_(settings),
      lookup_(
          *runtime_.loop,
          [](void* self, const std::vector<Address>& found, Text why) {
            static_cast<GrpcChannel*>(self)->looked_up(found, why);
          },
          this) {
  Text address = settings.endpoint;
  const bool http = address.starts_with("http://"), https = address.starts_with("https://");
  if (address.starts_with("unix://")) {
    unix_socket_ = address.substr(7);
    address = "localhost";
  } else if (http || https) {
    address.remove_prefix(http ? 7 : 8);
  } else if (const size_t scheme = address.find("://"); scheme != Text::npos) {
    address.remove_prefix(scheme + 3);
    if (const size_t slash = address.find('/'); slash != Text::npos) address.remove_prefix(slash + 1);
  }
  const bool plain =
      http || (!https && settings.insecure && settings.tls.ca_file.empty() && settings.tls.ca_pem.empty());
  Writer url;
  url.append(plain ? Text("http://") : Text("https://"));
  url.append(address);
  url_ = arena_.copy(url.text());
  host_ = address.substr(0, address.rfind(':'));
  if (!settings_.authority.empty() && settings_.tls.server_name_override.empty()) {
    const size_t colon = settings_.authority.rfind(':');
    settings_.tls.server_name_override = arena_.copy(settings_.authority.substr(0, colon));
  }
  if (settings_.user_agent.empty() && runtime_.collector) {
    Writer name;
    for (Text t : {view(runtime_.collector->name), Text("/"), view(runtime_.collector->version)}) name.append(t);
    settings_.user_agent = arena_.copy(name.text());
  }
  for (const Entry<Str>& h : settings.headers) {
    Text value = view(h.value);
    Writer name;
    for (char c : view(h.key)) name.byte(static_cast<uint8_t>(lower_case(c)));
    if (name.text().ends_with("-bin")) {
      Writer encoded;
      append_base64(encoded, as_bytes(value));
      while (encoded.text().ends_with('=')) encoded.truncate(encoded.size() - 1);
      value = arena_.copy(encoded.text());
    }
    metadata_.push_back({arena_.copy(name.text()), value});
  }
  by_name_ = runtime_.offline || !unix_socket_.empty() || is_address(host_) || has_proxy();
}

bool GrpcChannel::check() {
  return settings_.authenticator.size == 0 || authenticator_.find(component_, settings_.authenticator);
}

static void put_length(uint8_t* prefix, size_t n) {
  for (int i = 0; i < 4; ++i) prefix[1 + i] = static_cast<uint8_t>(n >> (24 - 8 * i));
}

// What a request becomes on the wire: prefixed, and compressed.
uint64_t GrpcChannel::encode(GrpcRequest& request, std::vector<Slice>& body) const {
  const bool compressed = settings_.coding != Coding::Identity;
  Writer made;
  made.append(Text("\0\0\0\0\0", kPrefix));
  made.data()[0] = compressed;
  if (compressed && request.slices.empty()) compress(settings_.coding, settings_.level, request.message, made);
  else if (compressed) compress(settings_.coding, settings_.level, request.slices, made);
  else if (request.slices.empty()) made.append(request.message);
  size_t n = made.size() - kPrefix;
  if (!compressed)
    for (const Slice& s : request.slices) n += s.bytes.size();
  put_length(made.data(), n);
  Slice first{BufferRef::copy(made.bytes()), {}};
  first.bytes = {first.owner.data(), made.size()};
  const uint64_t held = first.owner.held();
  body.push_back(static_cast<Slice&&>(first));
  if (!compressed)
    for (const Slice& s : request.slices) body.push_back(s);
  return held;
}

uint64_t GrpcChannel::call(GrpcRequest&& request, Done done, void* context) {
  auto* c = new Call(*this, request.timeout_ns, done, context);
  const uint64_t held = encode(request, c->body);
  c->url.append(url_);
  c->url.append(request.method);
  c->method_at = url_.size();
  c->signal = request.otlp_signal;
  c->metadata = request.metadata;
  if (runtime_.offline) {
    // To be shown.
    c->joined.append(request.message);
    for (const Slice& s : request.slices) c->joined.append(s.bytes);
  }
  if (!by_name_) {
    const bool old = looked_up_at_ == 0 || runtime_.loop->now() - looked_up_at_ > kLookUpAgain;
    if (old && !lookup_.running()) look_up();
    if (peers_.empty() && lookup_.running()) {
      waiting_.push_back(c);
      return held;
    }
  }
  send(*c);
  return held;
}

void GrpcChannel::look_up() {
  // Without a thread the HTTP client does it, and takes the first address.
  if (!lookup_.start(host_)) looked_up_at_ = runtime_.loop->now();
}

void GrpcChannel::looked_up(const std::vector<Address>& addresses, Text why) {
  looked_up_at_ = runtime_.loop->now();
  if (addresses.empty()) {
    runtime_.log->warn("the name of a gRPC server was not found",
                       {{"component", component_.id}, {"name", host_}, {"error", why}});
    if (peers_.empty()) looked_up_at_ = 0;
  } else {
    std::vector<Peer> now;
    for (const Address& a : addresses) {
      Peer peer{a};
      for (const Peer& known : peers_)
        if (Text(known.address.text) == a.text) peer = known;
      now.push_back(peer);
    }
    peers_ = static_cast<std::vector<Peer>&&>(now);
  }
  std::vector<Call*> waited;
  waited.swap(waiting_);
  for (Call* c : waited) send(*c);
}

// The address whose turn it is, of those that did not fail just now; -1: by the name.
int32_t GrpcChannel::choose() {
  if (peers_.empty()) return -1;
  const int64_t now = runtime_.loop->now();
  const auto n = static_cast<uint32_t>(peers_.size());
  uint32_t best = n;
  for (uint32_t i = 0; i < n; ++i) {
    const uint32_t at = settings_.take_turns ? (turn_ + i) % n : i;
    if (peers_[at].failed_until <= now) {
      best = at;
      break;
    }
    // All have failed: the one that may be tried first.
    if (best == n || peers_[at].failed_until < peers_[best].failed_until) best = at;
  }
  if (settings_.take_turns) turn_ = best + 1;
  return static_cast<int32_t>(best);
}

// "4999m": at most eight digits and a unit.
static void append_timeout(Writer& out, int64_t ns) {
  struct Unit {
    char letter;
    int64_t size;
  };
  constexpr Unit kUnits[] = {{'n', 1}, {'u', 1'000}, {'m', 1'000'000}, {'S', 1'000'000'000}, {'M', 60'000'000'000}};
  for (const Unit& u : kUnits) {
    const int64_t n = (ns + u.size - 1) / u.size;
    if (n > 99'999'999) continue;
    append_int(out, n);
    return out.byte(static_cast<uint8_t>(u.letter));
  }
  out.append(Text("99999999H"));
}

static Text coding_of_grpc(Coding coding) {
  return coding == Coding::Zstd ? Text("zstd") : Text("gzip");
}

void GrpcChannel::send(Call& call) {
  HttpRequest& http = call.http;
  http = HttpRequest();
  http.url = call.url.text();
  http.slices = call.body;
  if (call.timeout_ns > 0) {
    const int64_t left = call.timeout_ns - (runtime_.loop->now() - call.begun);
    if (left <= 0) return fail_later(call);
    call.deadline.clear();
    append_timeout(call.deadline, left);
    http.headers.push_back({"grpc-timeout", call.deadline.text()});
    http.timeout_ns = left;
  } else {
    http.timeout_ns = 0;
  }
  http.headers.push_back({"content-type", "application/grpc"});
  http.headers.push_back({"te", "trailers"});
  http.headers.push_back({"user-agent", settings_.user_agent});
  if (settings_.coding != Coding::Identity) http.headers.push_back({"grpc-encoding", coding_of_grpc(settings_.coding)});
  http.headers.push_back({"grpc-accept-encoding", "gzip"});
  if (!settings_.authority.empty()) http.headers.push_back({"Host", settings_.authority});
  for (const HttpHeader& h : metadata_) http.headers.push_back(h);
  call.peer = choose();
  if (call.peer >= 0) {
    call.address = peers_[static_cast<size_t>(call.peer)].address;
    http.address = call.address.text;
  }
  http.grpc = true;
  http.idle_timeout_ns = 0;
  http.keepalive_ns = settings_.keepalive_ns;
  http.lost_after_ns = settings_.lost_after_ns;
  http.tls = &settings_.tls;
  http.unix_socket = unix_socket_;
  http.exporter = view(component_.id);
  http.call = call.url.text().substr(call.method_at);
  http.plain_body = call.joined.bytes();
  http.plain_is_otlp = true;
  http.otlp_signal = call.signal;
  http.metadata = call.metadata;
  if (!authenticator_) return post(call);
  authenticator_.authenticate(
      http,
      [](void* c, const char* wrong) {
        auto& of = *static_cast<Call*>(c);
        if (wrong) of.channel.end(of, {GrpcCode::Unavailable, wrong, {}, {}});
        else of.channel.post(of);
      },
      &call);
}

void GrpcChannel::post(Call& call) {
  runtime_.http->send(
      static_cast<HttpRequest&&>(call.http),
      [](void* c, const HttpResponse& r) {
        auto& of = *static_cast<Call*>(c);
        of.channel.answered(of, r);
      },
      &call);
}

// Its time was over before it could be sent.
void GrpcChannel::fail_later(Call& call) {
  call.over = true;
  call.again.in(0);
}

static Text header_of(const HttpResponse& r, Text name) {
  Text found;
  for (const HttpHeader& h : r.headers)
    if (h.name == name) found = h.value;  // of two the trailer
  return found;
}

// What the HTTP status says where there is no other.
static GrpcCode code_of_http(int status) {
  switch (status) {
  case 400: return GrpcCode::Internal;
  case 401: return GrpcCode::Unauthenticated;
  case 403: return GrpcCode::PermissionDenied;
  case 404: return GrpcCode::Unimplemented;
  case 429:
  case 502:
  case 503:
  case 504: return GrpcCode::Unavailable;
  default: return GrpcCode::Unknown;
  }
}

void append_percent_decoded(Writer& out, Text text) {
  auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out.byte(static_cast<uint8_t>(digit(text[i + 1]) << 4 | digit(text[i + 2])));
      i += 2;
    } else {
      out.byte(static_cast<uint8_t>(text[i]));
    }
  }
}

static std::optional<int64_t> retry_delay_of(const HttpResponse& r) {
  Text details = header_of(r, "grpc-status-details-bin");
  if (details.empty()) return std::nullopt;
  while (details.ends_with('=')) details.remove_suffix(1);
  Writer padded, status;
  padded.append(details);
  while (padded.size() % 4 != 0) padded.byte('=');
  if (!append_decoded_base64(status, padded.text())) return std::nullopt;
  return wire::retry_delay_ns(status.bytes());
}

// The one message of an answer, or nothing when it is none.
static std::optional<Bytes> message_of(const HttpResponse& r, Decompressed& room) {
  Bytes body = r.body;
  if (body.empty()) return body;
  if (body.size() < kPrefix) return std::nullopt;
  size_t n = 0;
  for (size_t i = 1; i < kPrefix; ++i) n = n << 8 | body[i];
  const bool compressed = body[0] == 1;
  body = body.subspan(kPrefix);
  if (n != body.size()) return std::nullopt;
  if (!compressed) return body;
  if (header_of(r, "grpc-encoding") != "gzip") return std::nullopt;
  auto plain = decompress(Coding::Gzip, body, kMostAnswer);
  if (!plain) return std::nullopt;
  room = static_cast<Decompressed&&>(*plain);
  return Bytes{room.buffer.data(), room.size};
}

void GrpcChannel::peer_ended(const Call& call, bool reached) {
  for (Peer& p : peers_) {
    if (Text(p.address.text) != call.address.text) continue;
    p.wait = reached ? 0 : p.wait == 0 ? kFirstWait : std::min(p.wait * 8 / 5, kLongestWait);
    p.failed_until = reached ? 0 : runtime_.loop->now() + p.wait;
  }
}

void GrpcChannel::answered(Call& call, const HttpResponse& r) {
  if (call.peer >= 0 && (r.status > 0 || r.unsent)) peer_ended(call, r.status > 0);
  if (r.status == 0) {
    // Nothing has been sent: another address may do.
    if (r.unsent && ++call.tried < peers_.size()) return send(call);
    if (r.unsent && settings_.wait_for_ready && call.timeout_ns > 0) return call.again.in(kFirstWait);
    const bool late = r.error == Errc::Timeout;
    return end(call, {late ? GrpcCode::DeadlineExceeded : GrpcCode::Unavailable, r.error_text, {}, {}});
  }
  Writer why;
  const Text status = header_of(r, "grpc-status");
  const auto number = parse_int(status);
  if (!number || *number < 0) {
    why.append(Text("HTTP status "));
    append_int(why, r.status);
    why.append(Text(", and no status of gRPC"));
    return end(call, {code_of_http(r.status), why.text(), {}, {}});
  }
  if (*number != 0) {
    append_percent_decoded(why, header_of(r, "grpc-message"));
    return end(call, {static_cast<GrpcCode>(*number), why.text(), {}, retry_delay_of(r)});
  }
  Decompressed room;
  const auto message = message_of(r, room);
  if (!message) return end(call, {GrpcCode::Internal, "the answer is no message of gRPC", {}, {}});
  end(call, {GrpcCode::Ok, {}, *message, {}});
}

void GrpcChannel::end(Call& call, const GrpcReply& reply) {
  call.done(call.context, reply);
  delete &call;
}

}  // namespace whittle
