// SPDX-License-Identifier: Apache-2.0
// Unary gRPC calls to a server, or to the several that a name stands for, over the HTTP client. What grpc-go does with
// a call that fails is done here: which codes stand for what HTTP and the network say, and the next address when one
// cannot be reached.
//
// A name is looked up when there is a call and what is known is older than a minute, so that servers that were added
// are found; calls go on with what is known meanwhile.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/codec/compress.h"
#include "runtime/grpc/code.h"
#include "runtime/http/authenticator.h"
#include "runtime/http/client.h"
#include "runtime/http/configured.h"
#include "runtime/net/lookup.h"

#include <optional>

namespace whittle {

// As the settings of `grpc_client` say. Borrowed from the config.
struct GrpcSettings {
  Text endpoint;               // "host:port", "http://host:port", "dns:///host:port", "unix:///path"
  Text authority, user_agent;  // empty: the server's address, and whittle's own name
  ClientTls tls;
  bool insecure = false;
  Coding coding = Coding::Identity;
  int level = 0;
  bool take_turns = true;  // false: the first address that answers
  bool wait_for_ready = false;
  int64_t keepalive_ns = 0, lost_after_ns = 20'000'000'000;
  List<Entry<Str>> headers{};
  Str authenticator{};
};

GrpcSettings grpc_settings(const config::GrpcClient& config);

struct GrpcReply {
  GrpcCode code = GrpcCode::Ok;
  Text message;                        // why it failed
  Bytes answer;                        // of a call that did not
  std::optional<int64_t> retry_delay;  // of a RetryInfo
};

struct GrpcRequest {
  Text method;                          // "/package.Service/Method"; a literal
  Bytes message;                        // or:
  std::vector<Slice> slices;            // the message in pieces: sent as they are, where nothing compresses them
  int64_t timeout_ns = 0;               // 0: none
  Signal otlp_signal = Signal::Traces;  // shown by replay
  const Metadata* metadata = nullptr;   // as HttpRequest's; outlives the call
};

class GrpcChannel {
public:
  // Called once for each call, from the loop, never from inside call().
  using Done = void (*)(void* context, const GrpcReply& reply);

  // `component` and what the settings borrow must outlive the channel.
  GrpcChannel(const ComponentContext& component, const GrpcSettings& settings);
  GrpcChannel(const GrpcChannel&) = delete;

  // False, with the reason logged, when the authenticator is none. Call it from `start`.
  bool check();

  // Gives the bytes that the call holds.
  uint64_t call(GrpcRequest&& request, Done done, void* context);

private:
  struct Call;
  struct Peer {
    Address address;
    int64_t failed_until = 0;  // monotonic
    int64_t wait = 0;
  };

  void look_up();
  void looked_up(const std::vector<Address>& addresses, Text why);
  uint64_t encode(GrpcRequest& request, std::vector<Slice>& body) const;
  void send(Call& call);
  void post(Call& call);
  void fail_later(Call& call);
  void peer_ended(const Call& call, bool reached);
  void answered(Call& call, const HttpResponse& response);
  void end(Call& call, const GrpcReply& reply);
  int32_t choose();

  const ComponentContext& component_;
  Runtime& runtime_;
  GrpcSettings settings_;
  Arena arena_;
  Text url_;  // of the server, without a path
  Text host_, unix_socket_;
  std::vector<HttpHeader> metadata_;
  bool by_name_;  // the HTTP client looks up by itself
  Authenticator authenticator_;
  Lookup lookup_;
  int64_t looked_up_at_ = 0;
  std::vector<Peer> peers_;
  uint32_t turn_ = 0;
  std::vector<Call*> waiting_;  // for the first look-up
};

// Of an answer's trailers: "%E2%9C%93" and the like as what they stand for.
void append_percent_decoded(Writer& out, Text text);

}  // namespace whittle
