// SPDX-License-Identifier: Apache-2.0
#include "runtime/grpc/service.h"

#include "runtime/base/budget.h"
#include "runtime/codec/decompress.h"
#include "runtime/wire/rpc_status.h"

#include <stdio.h>
#include <string.h>

namespace whittle {

static constexpr size_t kPrefix = 5;
static constexpr Text kNoMemory = "there is no memory for the request now";
static constexpr int64_t kRetryAfter = 1'000'000'000;

static Text joined(ServerRequest& request, std::initializer_list<Text> parts) {
  size_t size = 0;
  for (Text p : parts) size += p.size();
  char* text = request.arena.array<char>(size);
  char* at = text;
  for (Text p : parts) {
    if (!p.empty()) memcpy(at, p.data(), p.size());
    at += p.size();
  }
  return {text, size};
}

static Text decimal(ServerRequest& request, uint64_t value) {
  char text[24];
  const int n = snprintf(text, sizeof text, "%llu", static_cast<unsigned long long>(value));
  return joined(request, {Text(text, static_cast<size_t>(n))});
}

// grpc-message: printable ASCII, everything else and the percent sign as %XX.
static Text percent_encoded(ServerRequest& request, Text message) {
  size_t size = 0;
  auto plain = [](char c) { return c >= ' ' && c <= '~' && c != '%'; };
  for (char c : message) size += plain(c) ? 1 : 3;
  if (size == message.size()) return message;
  static constexpr char kHex[] = "0123456789ABCDEF";
  char* text = request.arena.array<char>(size);
  char* at = text;
  for (char c : message) {
    if (plain(c)) {
      *at++ = c;
      continue;
    }
    *at++ = '%';
    *at++ = kHex[static_cast<uint8_t>(c) >> 4];
    *at++ = kHex[static_cast<uint8_t>(c) & 15];
  }
  return {text, size};
}

static Text base64_unpadded(ServerRequest& request, Bytes in) {
  static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char* text = request.arena.array<char>(in.size() / 3 * 4 + 4);
  char* at = text;
  for (size_t i = 0; i < in.size(); i += 3) {
    const size_t n = in.size() - i < 3 ? in.size() - i : 3;
    uint32_t bits = uint32_t{in[i]} << 16;
    if (n > 1) bits |= uint32_t{in[i + 1]} << 8;
    if (n > 2) bits |= in[i + 2];
    for (size_t k = 0; k <= n; ++k) *at++ = kLetters[bits >> (18 - 6 * k) & 63];
  }
  return {text, static_cast<size_t>(at - text)};
}

// Answers without a message: everything stands in one header block.
static void refuse(ServerRequest& request, ServerReply& reply, const GrpcStatus& status, int http_status = 200) {
  reply.clear();
  reply.status = http_status;
  reply.header("content-type", "application/grpc");
  reply.header("grpc-status", decimal(request, static_cast<uint32_t>(status.code)));
  reply.header("grpc-message", percent_encoded(request, status.message));
  if (status.retry_after_ns > 0) {
    Writer details;
    wire::put_rpc_status(details, static_cast<int32_t>(status.code), status.message, status.retry_after_ns);
    reply.header("grpc-status-details-bin", base64_unpadded(request, details.bytes()));
  }
}

// A message's prefix, its length to be filled in by end_message().
static void begin_message(ServerReply& reply) {
  memset(reply.body.room(kPrefix), 0, kPrefix);
  reply.body.advance(kPrefix);
}

static void end_message(ServerReply& reply) {
  const size_t size = reply.body.size() - kPrefix;
  uint8_t* prefix = reply.body.data();
  for (int i = 0; i < 4; ++i) prefix[1 + i] = static_cast<uint8_t>(size >> (24 - 8 * i));
  reply.header("content-type", "application/grpc");
  reply.trailers.push_back({"grpc-status", "0"});
  reply.trailers.push_back({"grpc-message", ""});
}

bool parse_grpc_timeout(Text text, int64_t& nanoseconds) {
  if (text.size() < 2 || text.size() > 9) return false;
  int64_t value = 0;
  for (char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  int64_t unit;
  switch (text.back()) {
  case 'H': unit = 3'600'000'000'000; break;
  case 'M': unit = 60'000'000'000; break;
  case 'S': unit = 1'000'000'000; break;
  case 'm': unit = 1'000'000; break;
  case 'u': unit = 1'000; break;
  case 'n': unit = 1; break;
  default: return false;
  }
  nanoseconds = value > INT64_MAX / unit ? INT64_MAX : value * unit;
  return true;
}

GrpcService::GrpcService(Loop& loop, uint64_t max_message) : loop_(loop), max_message_(max_message) {
  loop.on_idle(decompress_trim);
}

ServerHandler GrpcService::handler() {
  return {
      .self = this,
      .head = [](void* self, ServerRequest& q, ServerReply& a) { return static_cast<GrpcService*>(self)->head(q, a); },
      .whole = [](void* self, ServerRequest& q, ServerReply& a) { static_cast<GrpcService*>(self)->whole(q, a); },
      .too_large = [](void* self, ServerRequest& q,
                      ServerReply& a) { static_cast<GrpcService*>(self)->too_large(q, a); },
  };
}

const GrpcMethod* GrpcService::find(Text path, ServerRequest& request, GrpcStatus& status) const {
  status.code = GrpcCode::Unimplemented;
  const size_t slash = path.rfind('/');
  if (!path.starts_with('/') || slash == 0) {
    status.message = joined(request, {"malformed method name: \"", path, "\""});
    return nullptr;
  }
  const Text service = path.substr(1, slash - 1), name = path.substr(slash + 1);
  bool known = false;
  for (const GrpcMethod& m : methods_) {
    if (m.service != service) continue;
    known = true;
    if (m.name == name) return &m;
  }
  status.message = known ? joined(request, {"unknown method ", name, " for service ", service})
                         : joined(request, {"unknown service ", service});
  return nullptr;
}

bool GrpcService::head(ServerRequest& request, ServerReply& reply) {
  const Text type = request.header("content-type");
  static constexpr Text kGrpc = "application/grpc";
  const bool is_grpc = type.size() >= kGrpc.size() && equal_ignoring_case(type.substr(0, kGrpc.size()), kGrpc) &&
                       (type.size() == kGrpc.size() || type[kGrpc.size()] == '+' || type[kGrpc.size()] == ';');
  if (!is_grpc) {
    refuse(request, reply,
           {GrpcCode::InvalidArgument, joined(request, {"invalid gRPC request content-type \"", type, "\""})}, 415);
    return false;
  }
  if (request.method != "POST") {
    refuse(request, reply,
           {GrpcCode::Internal,
            joined(request, {"Received a HEADERS frame with :method \"", request.method, "\" which should be POST"})},
           405);
    return false;
  }
  int64_t timeout;
  if (request.has_header("grpc-timeout") && !parse_grpc_timeout(request.header("grpc-timeout"), timeout)) {
    refuse(request, reply,
           {GrpcCode::Internal, joined(request, {"malformed grpc-timeout: ", request.header("grpc-timeout")})}, 400);
    return false;
  }
  GrpcStatus status;
  if (!find(request.path, request, status)) {
    refuse(request, reply, status);
    return false;
  }
  request.length = 0;  // the messages' own prefixes say it
  request.body.expect_grpc(max_message_ + kPrefix);
  return true;
}

void GrpcService::too_large(ServerRequest& request, ServerReply& reply) {
  if (request.body.busy()) return refuse(request, reply, {GrpcCode::ResourceExhausted, kNoMemory, kRetryAfter});
  if (request.body.refused_length() == 0)
    return refuse(request, reply, {GrpcCode::Internal, "more than one message in a unary call"});
  refuse(request, reply,
         {GrpcCode::ResourceExhausted,
          joined(request, {"grpc: received message larger than max (", decimal(request, request.body.refused_length()),
                           " vs. ", decimal(request, max_message_), ")"})});
}

static bool coding_of(Text name, Coding& coding) {
  if (name == "gzip") coding = Coding::Gzip;
  else if (name == "zstd") coding = Coding::Zstd;
  else if (name == "snappy") coding = Coding::Snappy;
  else if (name == "deflate") coding = Coding::Zlib;
  else return false;
  return true;
}

void GrpcService::whole(ServerRequest& request, ServerReply& reply) {
  GrpcStatus status;
  const GrpcMethod* method = find(request.path, request, status);
  const Bytes body = request.body.bytes();
  if (body.empty()) return refuse(request, reply, {GrpcCode::Internal, "no message in a unary call"});
  if (body.size() < kPrefix) return refuse(request, reply, {GrpcCode::Internal, "the message's prefix is cut short"});
  const uint64_t length = uint64_t{body[1]} << 24 | uint64_t{body[2]} << 16 | uint64_t{body[3]} << 8 | body[4];
  if (length > max_message_) {
    return refuse(request, reply,
                  {GrpcCode::ResourceExhausted,
                   joined(request, {"grpc: received message larger than max (", decimal(request, length), " vs. ",
                                    decimal(request, max_message_), ")"})});
  }
  if (body.size() - kPrefix < length) return refuse(request, reply, {GrpcCode::Internal, "the message is cut short"});
  if (body.size() - kPrefix > length)
    return refuse(request, reply, {GrpcCode::Internal, "more than one message in a unary call"});
  int64_t timeout;
  if (request.has_header("grpc-timeout") && parse_grpc_timeout(request.header("grpc-timeout"), timeout) &&
      loop_.now() - request.arrived > timeout)
    return refuse(request, reply, {GrpcCode::DeadlineExceeded, "context deadline exceeded"});

  BufferRef owner = request.body.owner();
  Bytes message = body.subspan(kPrefix);
  if (body[0] == 1) {
    const Text encoding = request.header("grpc-encoding");
    Coding coding;
    if (encoding.empty() || encoding == "identity")
      return refuse(request, reply, {GrpcCode::Internal, "grpc: compressed flag set with identity or empty encoding"});
    if (!coding_of(encoding, coding)) {
      refuse(request, reply,
             {GrpcCode::Unimplemented,
              joined(request, {"grpc: Decompressor is not installed for grpc-encoding \"", encoding, "\""})});
      reply.header("grpc-accept-encoding", "gzip,zstd,snappy,deflate");
      return;
    }
    const uint64_t left = budget_left() / 2;  // while it grows it is there twice
    auto plain = decompress(coding, message, left < max_message_ ? left : max_message_);
    if (!plain) {
      if (plain.error().code == Errc::TooLarge && left < max_message_)
        return refuse(request, reply, {GrpcCode::ResourceExhausted, kNoMemory, kRetryAfter});
      if (plain.error().code == Errc::TooLarge)
        return refuse(request, reply,
                      {GrpcCode::ResourceExhausted,
                       joined(request, {"grpc: received message after decompression larger than max ",
                                        decimal(request, max_message_)})});
      return refuse(request, reply,
                    {GrpcCode::Internal, joined(request, {"grpc: failed to decompress the received message: ",
                                                          errc_text(plain.error().code)})});
    }
    owner = plain->buffer;
    message = {owner.data(), plain->size};
  } else if (body[0] != 0) {
    return refuse(request, reply,
                  {GrpcCode::Internal,
                   joined(request, {"grpc: received unexpected payload format ", decimal(request, body[0])})});
  }

  begin_message(reply);
  status = method->call(method->self, request, owner, message, reply.body);
  if (status.later) {
    reply.clear();
    reply.later = status.later;
    return;
  }
  if (status.code != GrpcCode::Ok) return refuse(request, reply, status);
  end_message(reply);
}

void GrpcService::finish(ServerRequest& request, ServerReply& reply, const GrpcStatus& status, Bytes answer) {
  if (status.code != GrpcCode::Ok) return refuse(request, reply, status);
  begin_message(reply);
  reply.body.append(answer);
  end_message(reply);
}

}  // namespace whittle
