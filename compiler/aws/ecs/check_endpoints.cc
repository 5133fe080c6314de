// SPDX-License-Identifier: Apache-2.0
// Where the SDKs of a task's containers send to, against where the collector listens (OpenTelemetry specification,
// "OTLP Exporter"): the base endpoint gets /v1/<signal> appended, endpoints of one signal are used as they are, and
// without OTEL_EXPORTER_OTLP_PROTOCOL most SDKs speak http/protobuf.
#include "compiler/aws/ecs/checks.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace whittle::aws::ecs {

using diag::Diag;
using source::Span;

namespace {

constexpr Diag<int64_t> kNothingThere{"E1050", "the collector does not listen on port {}"};
constexpr Diag<int64_t, std::string_view> kOtherProtocol{"E1051", "port {} does not understand {}"};
constexpr Diag<int64_t> kOtherProtocolByDefault{
    "W1051", "port {} understands grpc alone, and most SDKs speak http/protobuf unless told"};
constexpr Diag<int64_t> kNoTls{"E1052", "port {} speaks no TLS, so `https` fails there"};
constexpr Diag<int64_t> kTls{"E1052", "port {} speaks TLS, so `http` fails there"};
constexpr Diag<std::string_view> kHostName{"E1053",
                                           "`{}` is not found: containers of this task have no names in the network"};
constexpr Diag<> kLocalhost{"E1053", "`localhost` is the container itself in the network mode `bridge`"};
constexpr Diag<std::string_view, std::string_view> kPathTwice{
    "E1054", "SDKs append `{}` to this endpoint, which has a path: they send to `{}`"};
constexpr Diag<std::string_view> kNoPath{"E1054", "an endpoint of one signal is used as it is: `{}` is missing"};
constexpr Diag<std::string_view, std::string_view> kNotTaken{"E1055", "no pipeline takes the {} that {} sends"};
constexpr Diag<std::string_view, std::string_view> kNotTakenByDefault{"W1055",
                                                                      "no pipeline takes the {} that {} sends"};
constexpr Diag<std::string_view> kProtocolName{"W1057", "there is no OTLP protocol `{}`"};
constexpr Diag<> kNoScheme{"W1059", "this endpoint has no scheme"};

constexpr std::string_view kSignals[] = {"TRACES", "METRICS", "LOGS"};  // by schema::Signal

struct Endpoint {
  std::string scheme, host, path;
  int64_t port = 0;
};

// "http://localhost:4318/x" and "localhost:4317".
std::optional<Endpoint> parse_endpoint(std::string_view text) {
  Endpoint e;
  if (size_t at = text.find("://"); at != std::string_view::npos) {
    e.scheme = text.substr(0, at);
    text.remove_prefix(at + 3);
  }
  size_t slash = text.find('/');
  if (slash != std::string_view::npos) e.path = text.substr(slash);
  std::string_view authority = text.substr(0, slash);
  size_t colon = authority.rfind(':');
  if (authority.ends_with(']')) colon = std::string_view::npos;
  e.host = authority.substr(0, colon);
  if (colon == std::string_view::npos) {
    e.port = e.scheme == "https" ? 443 : e.scheme == "http" ? 80 : 0;
  } else {
    std::string_view digits = authority.substr(colon + 1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), e.port);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  }
  if (e.host.empty() || e.port <= 0 || e.port > 65535) return std::nullopt;
  return e;
}

bool is_localhost(std::string_view h) {
  return h == "localhost" || h == "127.0.0.1" || h == "[::1]" || h == "0.0.0.0";
}

std::string in_words(schema::SignalSet signals) {
  std::string out;
  for (int s = 0; s < schema::kSignals; ++s) {
    if ((signals & (1u << s)) != 0)
      out += (out.empty() ? "" : " and ") + std::string(schema::name_of(static_cast<schema::Signal>(s)));
  }
  return out;
}

class EndpointCheck {
public:
  EndpointCheck(TaskCheck& c, const Container& x) : c_(c), x_(x) {}

  void run() {
    std::string generic = "OTEL_EXPORTER_OTLP_ENDPOINT";
    schema::SignalSet rest = 0;
    for (int s = 0; s < schema::kSignals; ++s) {
      std::string name = "OTEL_EXPORTER_OTLP_" + std::string(kSignals[s]) + "_ENDPOINT";
      auto signal = static_cast<schema::Signal>(s);
      if (!exports(signal)) continue;
      const Variable* own = x_.variable(name);
      if (own == nullptr && x_.secret(name) == nullptr) rest |= schema::bit(signal);
      if (own != nullptr) check(*own, schema::bit(signal), true);
    }
    if (const Variable* v = x_.variable(generic); v != nullptr && rest != 0) check(*v, rest, false);
    for (std::string_view part : {"", "TRACES_", "METRICS_", "LOGS_"}) {
      const Variable* v = x_.variable("OTEL_EXPORTER_OTLP_" + std::string(part) + "PROTOCOL");
      if (v == nullptr || !v->value.has_text()) continue;
      const std::string& p = v->value.text;
      if (p == "grpc" || p == "http/protobuf" || p == "http/json") continue;
      auto d = c_.diags.emit(kProtocolName, v->value.span, p);
      d.here("`grpc`, `http/protobuf` or `http/json`");
      if (p == "http" || p == "protobuf" || p == "http/proto")
        d.suggest(v->value.span, c_.as_written(v->value.span, "http/protobuf"));
    }
  }

private:
  // Whether the SDK sends a signal over OTLP at all: OTEL_TRACES_EXPORTER is otlp unless it is written.
  bool exports(schema::Signal s) const {
    const Variable* v = x_.variable("OTEL_" + std::string(kSignals[static_cast<size_t>(s)]) + "_EXPORTER");
    if (v == nullptr || !v->value.has_text()) return true;
    return v->value.text.find("otlp") != std::string::npos;
  }

  // The protocol for an endpoint, and where it is written.
  const Variable* protocol(schema::SignalSet signals, bool one) const {
    if (one) {
      for (int s = 0; s < schema::kSignals; ++s) {
        if ((signals & (1u << s)) == 0) continue;
        if (const Variable* v = x_.variable("OTEL_EXPORTER_OTLP_" + std::string(kSignals[s]) + "_PROTOCOL")) return v;
      }
    }
    return x_.variable("OTEL_EXPORTER_OTLP_PROTOCOL");
  }

  // The names of listeners that receive OTLP, for suggestions: "port 4317 (grpc) and 4318 (http/protobuf)".
  std::string receivers() const {
    std::string out;
    for (const Listener& l : c_.listeners) {
      if (l.signals == 0 || l.port == 0 || l.protocols.empty()) continue;
      out += (out.empty() ? "" : ", ") + std::to_string(l.port) + " (" + l.protocols.front() + ")";
    }
    return out;
  }

  // The path on which a receiver takes a signal.
  static std::string path_of(const Listener& l, schema::Signal s) {
    auto i = static_cast<size_t>(s);
    bool own = i < l.paths.size() && !l.paths[i].empty();
    return own ? l.paths[i] : "/v1/" + std::string(schema::name_of(s));
  }

  bool host_is_right(const Variable& v, const Endpoint& e) {
    bool name = e.host == c_.collector->name.text;
    if (c_.one_network()) {
      if (is_localhost(e.host)) return true;
      if (name)
        c_.diags.emit(kHostName, v.value.span, e.host)
            .here("the collector is at `localhost`")
            .note("they share one network, in which each port is there once");
      return false;
    }
    if (c_.network_unknown()) return is_localhost(e.host) || name;
    if (c_.task.network_mode.known() && c_.task.network_mode.text != "bridge") return false;
    if (is_localhost(e.host) && &x_ != c_.collector)
      c_.diags.emit(kLocalhost, v.value.span)
          .here("the collector is another container")
          .help("`\"links\": [\"{}\"]`, and its name as the host; or the network mode `awsvpc`",
                c_.collector->name.text);
    return name;
  }

  void check(const Variable& v, schema::SignalSet signals, bool one) {
    if (!v.value.has_text()) return;
    auto e = parse_endpoint(v.value.text);
    if (!e || !host_is_right(v, *e)) return;
    const Variable* p = protocol(signals, one);
    bool protocol_known = p == nullptr ? x_.secret("OTEL_EXPORTER_OTLP_PROTOCOL") == nullptr : p->value.has_text();
    std::string speaks = p == nullptr ? "http/protobuf" : p->value.text;
    std::vector<const Listener*> there;
    for (const Listener& l : c_.listeners) {
      if (l.port == 0) return;  // it may be there
      if (l.port == e->port) there.push_back(&l);
    }
    if (there.empty()) {
      auto d = c_.diags.emit(kNothingThere, v.value.span, e->port);
      d.here("the SDK finds the connection refused");
      std::string ports = receivers();
      if (!ports.empty()) d.help("it receives on port {}", ports);
      return;
    }
    const Listener& l = *there.front();
    bool otlp = l.understands("grpc") || l.understands("http/protobuf");
    if (!otlp) {
      c_.diags.emit(kOtherProtocol, v.value.span, e->port, "OTLP")
          .here("this is where `{}` listens", l.setting)
          .label(l.span, "here")
          .help("it receives on port {}", receivers());
      return;
    }
    if (protocol_known && !l.understands(speaks)) {
      if (p == nullptr) {
        c_.diags.emit(kOtherProtocolByDefault, v.value.span, e->port)
            .here("`{}` listens here", l.setting)
            .label(l.span, "grpc")
            .note("the SDK of .NET speaks grpc by itself")
            .help("write `OTEL_EXPORTER_OTLP_PROTOCOL=grpc` if the SDK can do that, or send to port {}",
                  other_port(l, "http/protobuf"));
      } else if (speaks == "grpc" || speaks.starts_with("http/")) {
        auto d = c_.diags.emit(kOtherProtocol, v.value.span, e->port, speaks);
        d.here("`{}` listens here", l.setting)
            .label(p->value.span, "the SDK speaks {}", speaks)
            .label(l.span, "{}", l.protocols.front());
        if (std::string port = other_port(l, speaks); !port.empty()) d.help("{} is spoken on port {}", speaks, port);
      }
      return;
    }
    if (e->scheme == "https" && !l.tls) {
      auto d = c_.diags.emit(kNoTls, v.value.span, e->port);
      d.here("within a task no TLS is needed").label(l.span, "no `tls` here");
      size_t at = v.value.text.find("https://");
      if (at == 0) d.suggest(v.value.span, c_.as_written(v.value.span, "http" + v.value.text.substr(5)));
    } else if (e->scheme == "http" && l.tls) {
      c_.diags.emit(kTls, v.value.span, e->port).label(l.span, "with `tls`");
    } else if (e->scheme.empty() && speaks != "grpc") {
      c_.diags.emit(kNoScheme, v.value.span)
          .here("most SDKs want a URL")
          .suggest(v.value.span, c_.as_written(v.value.span, "http://" + v.value.text));
    }
    if (protocol_known && speaks != "grpc") paths(v, *e, l, signals, one);
    taken(v, l, signals, one);
  }

  // Some port of the collector that understands a protocol.
  std::string other_port(const Listener& than, std::string_view protocol) const {
    for (const Listener& l : c_.listeners) {
      if (&l == &than || l.port == 0) continue;
      if (l.understands(protocol)) return std::to_string(l.port);
    }
    return {};
  }

  void paths(const Variable& v, const Endpoint& e, const Listener& l, schema::SignalSet signals, bool one) {
    for (int s = 0; s < schema::kSignals; ++s) {
      if ((signals & (1u << s)) == 0) continue;
      auto signal = static_cast<schema::Signal>(s);
      std::string wanted = path_of(l, signal), usual = "/v1/" + std::string(schema::name_of(signal));
      std::string base = e.path;
      while (!base.empty() && base.back() == '/') base.pop_back();
      if (one) {
        if (base == wanted || e.path == wanted) continue;
        c_.diags.emit(kNoPath, v.value.span, wanted)
            .here("the collector answers 404")
            .suggest(v.value.span,
                     c_.as_written(v.value.span, v.value.text.substr(0, v.value.text.size() - e.path.size()) + wanted));
      } else if (base + usual != wanted) {
        c_.diags.emit(kPathTwice, v.value.span, usual, base + usual)
            .here("the collector answers 404")
            .label(l.span, "`{}` takes {} at `{}`", l.setting, schema::name_of(signal), wanted)
            .suggest(v.value.span,
                     c_.as_written(v.value.span, v.value.text.substr(0, v.value.text.size() - e.path.size())));
        return;  // the same holds for the others
      }
    }
  }

  void taken(const Variable& v, const Listener& l, schema::SignalSet signals, bool one) {
    auto missing = static_cast<schema::SignalSet>(signals & ~l.signals);
    if (missing == 0 || l.signals == 0) return;
    std::string words = in_words(missing);
    auto d = one ? c_.diags.emit(kNotTaken, v.value.span, words, x_.shown())
                 : c_.diags.emit(kNotTakenByDefault, v.value.span, words, x_.shown());
    std::string answer = l.protocols.front() == "grpc" ? "UNIMPLEMENTED" : "404";
    d.here("they are answered with {}", answer).label(l.span, "`{}` takes only {}", l.setting, in_words(l.signals));
    std::string off;
    for (int s = 0; s < schema::kSignals; ++s) {
      if ((missing & (1u << s)) != 0)
        off += (off.empty() ? "`OTEL_" : " and `OTEL_") + std::string(kSignals[s]) + "_EXPORTER=none`";
    }
    if (!one) d.note("SDKs send all that they have unless told otherwise, and log an error each time");
    d.help("set {} in the container, or give the config pipelines for them", off);
  }

  TaskCheck& c_;
  const Container& x_;
};

}  // namespace

void check_endpoints(TaskCheck& c) {
  if (c.collector == nullptr || c.config == nullptr || c.listeners.empty()) return;
  for (const Container& x : c.task.containers) {
    if (&x != c.collector) EndpointCheck(c, x).run();
  }
}

}  // namespace whittle::aws::ecs
