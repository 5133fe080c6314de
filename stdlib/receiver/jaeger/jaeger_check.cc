// SPDX-License-Identifier: Apache-2.0
// Ports that the reference refuses, and packets of which none is small enough.
#include "compiler/check/checks.h"

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kNoPort{"E1200", "the receiver `jaeger` takes no port that the system chooses"};
constexpr Diag<> kNoPacket{"W1200", "no packet is as small as this"};

}  // namespace

void check_receiver_jaeger(Check& check, Instance& instance, schema::SignalSet) {
  if (instance.config.items.empty()) return;
  for (const char* name : {"grpc", "thrift_http", "thrift_binary", "thrift_compact"}) {
    const Value* protocol = instance.config.at("protocols").find(name);
    if (!protocol || !protocol->present || protocol->wrong) continue;
    if (const Value* endpoint = protocol->find("endpoint");
        endpoint && endpoint->written && !endpoint->late && !endpoint->wrong && endpoint->text.ends_with(":0"))
      check.diags()
          .emit(kNoPort, endpoint->span)
          .help("clients send to {} unless told otherwise", name == std::string_view("grpc")            ? "14250"
                                                            : name == std::string_view("thrift_http")   ? "14268"
                                                            : name == std::string_view("thrift_binary") ? "6832"
                                                                                                        : "6831");
    if (const Value* most = protocol->find("max_packet_size");
        most && most->written && !most->late && !most->wrong && most->integer < 1)
      check.diags().emit(kNoPacket, most->span).here("everything that comes is refused");
  }
}

}  // namespace whittle::check
