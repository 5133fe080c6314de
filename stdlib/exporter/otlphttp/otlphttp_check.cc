// SPDX-License-Identifier: Apache-2.0
// Where requests go: an endpoint for each signal in use, of AWS's own ones the path, the signature, the headers and the
// sizes that they want, and what does not go with what.
#include "compiler/check/formats.h"
#include "stdlib/common/settings.h"
#include "stdlib/exporter/otlphttp/cloudwatch_limits.h"

#include <algorithm>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kNoEndpoint{"E0731", "there is no endpoint to send to"};
constexpr Diag<std::string_view> kNoEndpointFor{"E0731", "there is no endpoint to send {} to"};
constexpr Diag<std::string_view> kInsecure{"W0733", "`tls::insecure` does not turn TLS off for `{}`"};
constexpr Diag<std::string_view> kNoLogHeader{"E1175", "CloudWatch Logs refuses logs without the header `{}`"};
constexpr Diag<std::string_view, std::string_view> kPathTwice{"W1409", "{} go to `{}`"};
constexpr Diag<std::string_view, std::string_view> kOtherSignal{"W1410", "`{}` takes no {}"};
constexpr Diag<std::string_view> kCompressed{"W1424", "bodies in {} are refused here"};
constexpr Diag<std::string_view> kUnsigned{"W1411", "requests to `{}` have no signature"};
constexpr Diag<std::string_view> kGrpcPort{"W1405", "`{}` has the port of OTLP over gRPC"};
constexpr Diag<int64_t, std::string_view> kLargeBatches{"W1401", "batches of {} {} are refused here"};
constexpr Diag<std::string_view, int64_t> kLevel{"E0732", "`{}` has no level {}"};

// CloudWatch Logs takes OTLP into the log group and the stream that two headers name.
void check_log_headers(Check& check, Instance& instance) {
  const Value& c = instance.config;
  const Value& own = c.at("logs_endpoint");
  const Value& url = own.late || own.wrong || !own.text.empty() ? own : c.at("endpoint");
  const Value& headers = c.at("headers");
  constexpr std::string_view kScheme = "https://logs.";
  if (url.wrong || headers.late || headers.wrong || !url.text.starts_with(kScheme) ||
      url.text.find(".amazonaws.") == std::string::npos)
    return;
  for (std::string_view name : {"x-aws-log-group", "x-aws-log-stream"}) {
    auto lower = [](char a) { return a >= 'A' && a <= 'Z' ? static_cast<char>(a + ('a' - 'A')) : a; };
    auto same = [&](const std::string& key) {
      return std::equal(key.begin(), key.end(), name.begin(), name.end(),
                        [&](char a, char b) { return lower(a) == b; });
    };
    if (std::any_of(headers.keys.begin(), headers.keys.end(), same)) continue;
    check.diags()
        .emit(kNoLogHeader, headers.written ? place_of(headers) : instance.key, name)
        .label(url.span, "this is CloudWatch Logs")
        .help("write `headers: {x-aws-log-group: /my/group, x-aws-log-stream: my-stream}`; both must exist");
  }
}

// What goes where: the base with a signal's path behind it, or the signal's own endpoint as it is written.
void check_targets(Check& check, Instance& instance, schema::SignalSet used_for) {
  const Value& c = instance.config;
  constexpr std::string_view kOwn[] = {"traces_endpoint", "metrics_endpoint", "logs_endpoint"};
  constexpr std::string_view kTakes[] = {"X-Ray takes traces", "CloudWatch takes metrics here",
                                         "CloudWatch Logs takes log records"};
  const Value* named = c.at("auth").find("authenticator");
  const Value& headers = c.at("headers");
  auto authorizes = [](const std::string& key) { return small_letters(key) == "authorization"; };
  const bool credentials = named != nullptr || headers.late || headers.wrong ||
                           std::any_of(headers.keys.begin(), headers.keys.end(), authorizes);
  const Value& compression = c.at("compression");
  const bool packed = !compression.late && !compression.wrong && !compression.text.empty() &&
                      compression.text != "none" && compression.text != "gzip";
  bool unsigned_said = false, twice_said = false, packed_said = false;
  for (unsigned s = 0; s < schema::kSignals; ++s) {
    if ((used_for & (1u << s)) == 0) continue;
    const Value& own = c.at(kOwn[s]);
    const bool base = !own.late && !own.wrong && own.text.empty();
    const Value& url = base ? c.at("endpoint") : own;
    if (url.late || url.wrong || url.text.empty()) continue;
    const std::string_view signal = schema::name_of(static_cast<schema::Signal>(s));
    const std::string_view bare = std::string_view(url.text).substr(0, url.text.find_last_not_of('/') + 1);
    for (std::string_view path : {"/v1/traces", "/v1/metrics", "/v1/logs"}) {
      if (!base || twice_said || !bare.ends_with(path)) continue;
      twice_said = true;
      check.diags()
          .emit(kPathTwice, url.span, signal, std::string(bare) + "/v1/" + std::string(signal))
          .here("a path for {} is put behind it", signal)
          .help("write it without `{}`, or as `{}`", path, kOwn[s]);
    }
    const int takes = cloudwatch_signal(url.text);
    if (takes < 0) continue;
    if (takes != static_cast<int>(s))
      check.diags().emit(kOtherSignal, url.span, url.text, signal).here("{}", kTakes[takes]);
    if (packed && !packed_said) {
      packed_said = true;
      check.diags()
          .emit(kCompressed, compression.span, compression.text)
          .here("CloudWatch takes gzip, or none")
          .label(url.span, "this is CloudWatch");
    }
    if (credentials || unsigned_said) continue;
    unsigned_said = true;
    check.diags()
        .emit(kUnsigned, url.span, url.text)
        .here("AWS refuses them")
        .help("define the extension `sigv4auth`, name it in `service::extensions`, and write `auth: {authenticator: "
              "sigv4auth}`");
  }
}

// Collectors that whittle compiles cut requests to what CloudWatch takes; others send what their batches hold.
void check_batches(Check& check, Instance& instance) {
  const Config& config = check.config;
  if (!config.stock) return;
  const auto id = static_cast<InstanceId>(&instance - config.instances.data());
  constexpr std::string_view kOwn[] = {"traces_endpoint", "metrics_endpoint", "logs_endpoint"};
  constexpr std::string_view kItems[] = {"spans", "data points", "log records"};
  for (const Pipeline& p : config.pipelines) {
    if (std::find(p.exporters.begin(), p.exporters.end(), id) == p.exporters.end() || p.processors.empty()) continue;
    const auto s = static_cast<unsigned>(p.signal);
    const Value& own = instance.config.at(kOwn[s]);
    const Value& url = own.late || own.wrong || !own.text.empty() ? own : instance.config.at("endpoint");
    const auto limit = static_cast<int64_t>(cloudwatch_limit(url.text, s).items);
    // What joins last counts. Its own queue may cut batches again.
    const Instance& last = config.instances[p.processors.back()];
    const Value *enough = last.config.find("send_batch_size"), *most = last.config.find("send_batch_max_size");
    const Value* queue = instance.config.find("sending_queue");
    const Value* again = queue == nullptr || queue->wrong ? nullptr : queue->find("batch");
    if (limit == 0 || url.wrong || enough == nullptr || most == nullptr || (again != nullptr && again->present))
      continue;
    if (enough->late || enough->wrong || most->late || most->wrong) continue;
    const Value& size = most->integer > 0 ? *most : *enough;
    if (size.integer <= limit) continue;
    check.diags()
        .emit(kLargeBatches, url.span, size.integer, kItems[s])
        .here("takes {} {} in a request", limit, kItems[s])
        .label(size.written ? size.span : last.key, "`{}` makes them so large", last.id)
        .note("the Collector sends a batch whole, and what CloudWatch refuses is lost")
        .help("write `send_batch_size: {}` and `send_batch_max_size: {}`", limit, limit);
    return;
  }
}

}  // namespace

void check_exporter_otlphttp(Check& check, Instance& instance, schema::SignalSet used_for) {
  const Value& c = instance.config;
  auto given = [&](std::string_view name) { return c.at(name).late || c.at(name).wrong || !c.at(name).text.empty(); };
  constexpr std::string_view kOwn[] = {"traces_endpoint", "metrics_endpoint", "logs_endpoint"};
  if (!given("endpoint")) {
    bool any = given("profiles_endpoint");
    for (std::string_view name : kOwn) any = any || given(name);
    if (!any) {
      check.diags()
          .emit(kNoEndpoint, c.at("endpoint").written ? c.at("endpoint").span : instance.key)
          .help("write `endpoint: https://host:4318`");
    } else {
      for (int s = 0; s < schema::kSignals; ++s) {
        std::string_view signal = schema::name_of(static_cast<schema::Signal>(s));
        if ((used_for & (1u << s)) != 0 && !given(kOwn[s])) {
          check.diags()
              .emit(kNoEndpointFor, instance.key, signal)
              .help("a pipeline of {} sends to it: write `endpoint` or `{}`", signal, kOwn[s]);
        }
      }
    }
  }
  if ((used_for & schema::bit(schema::Signal::Logs)) != 0) check_log_headers(check, instance);
  check_targets(check, instance, used_for);
  if (used_for != 0) check_batches(check, instance);
  for (std::string_view name : {"endpoint", "traces_endpoint", "metrics_endpoint", "logs_endpoint"}) {
    const Value& url = c.at(name);
    const auto parts = url.late || url.wrong ? std::nullopt : parse_url(url.text);
    if (!parts || parts->port != 4317) continue;
    check.diags()
        .emit(kGrpcPort, url.span, url.text)
        .here("`otlphttp` speaks HTTP, which is at port 4318")
        .help("write port 4318, or send with `otlp`");
  }
  const Value* tls = c.find("tls");
  const Value* insecure = tls == nullptr || tls->wrong ? nullptr : tls->find("insecure");
  for (std::string_view name : {"endpoint", "traces_endpoint", "metrics_endpoint", "logs_endpoint"}) {
    const Value& url = c.at(name);
    if (insecure == nullptr || insecure->late || !insecure->boolean || url.late || !url.text.starts_with("https://"))
      continue;
    check.diags()
        .emit(kInsecure, insecure->span, url.text)
        .here("has no effect")
        .label(url.span, "TLS is spoken because of `https`")
        .help("write `http://` for plain HTTP, or `insecure_skip_verify: true` to believe any certificate");
    break;
  }
  const Value& compression = c.at("compression");
  const Value& level = c.at("compression_params").at("level");
  if (!level.late && !level.wrong && !compression.wrong) {
    int64_t n = level.integer;
    std::string_view kind = compression.text;
    bool fits = kind == "gzip" || kind == "zlib" || kind == "deflate"
                    ? n >= -2 && n <= 9
                    : kind == "zstd" || n == 0 || kind.empty() || kind == "none";
    if (!fits) check.diags().emit(kLevel, level.span, kind, n).here("the levels are -2 to 9");
  }
}

}  // namespace whittle::check
