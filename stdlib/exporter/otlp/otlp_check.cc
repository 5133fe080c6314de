// SPDX-License-Identifier: Apache-2.0
// Whom it calls, and what AWS does not take over gRPC.
#include "stdlib/common/grpc_target.h"

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<std::string_view> kHttpPort{"W1405", "`{}` has the port of OTLP over HTTP"};
constexpr Diag<std::string_view> kHttpOnly{"E1222", "`{}` takes OTLP over HTTP, and no gRPC"};
constexpr Diag<std::string_view> kNotSigned{"E1223", "`{}` signs no gRPC calls"};
constexpr Diag<std::string_view> kInTheOpen{"E1255", "`{}` shows nothing without TLS"};

// Extensions whose headers are secrets: the Collector does not start with one of them over plain text.
bool keeps_secrets(std::string_view id) {
  const std::string_view type = id.substr(0, id.find('/'));
  return type == "basicauth" || type == "bearertokenauth" || type == "oauth2client";
}

// CloudWatch's OTLP endpoints.
bool is_cloudwatch(std::string_view endpoint) {
  if (const size_t scheme = endpoint.find("://"); scheme != endpoint.npos) endpoint.remove_prefix(scheme + 3);
  if (endpoint.find(".amazonaws.com") == endpoint.npos) return false;
  for (std::string_view host : {"xray.", "logs.", "monitoring."})
    if (endpoint.starts_with(host)) return true;
  return false;
}

}  // namespace

void check_exporter_otlp(Check& check, Instance& instance, schema::SignalSet) {
  if (instance.config.items.empty()) return;
  check_grpc_target(check, instance.config, true);
  const Value& endpoint = instance.config.at("endpoint");
  if (!endpoint.late && !endpoint.wrong && is_cloudwatch(endpoint.text))
    check.diags().emit(kHttpOnly, endpoint.span, endpoint.text).help("send with `otlphttp`, and sign with `sigv4auth`");
  else if (!endpoint.late && !endpoint.wrong && endpoint.text.ends_with(":4318"))
    check.diags()
        .emit(kHttpPort, endpoint.span, endpoint.text)
        .here("`otlp` speaks gRPC, which is at port 4317")
        .help("write port 4317, or send with `otlphttp`");
  const Value* named = instance.config.at("auth").find("authenticator");
  if (named != nullptr && !named->late && (named->text == "sigv4auth" || named->text.starts_with("sigv4auth/")))
    check.diags()
        .emit(kNotSigned, named->span, named->text)
        .note("in the Collector calls go without a signature")
        .help("send with `otlphttp`, whose requests it signs");
  const Value* insecure = instance.config.at("tls").find("insecure");
  if (named != nullptr && !named->late && keeps_secrets(named->text) && insecure != nullptr && insecure->boolean)
    check.diags()
        .emit(kInTheOpen, named->span, named->text)
        .label(insecure->span, "this is without TLS")
        .note("the Collector does not start: gRPC sends such headers over TLS only");
}

}  // namespace whittle::check
