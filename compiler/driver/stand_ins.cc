// SPDX-License-Identifier: Apache-2.0
#include "compiler/driver/stand_ins.h"

#include "compiler/aws/deployment.h"
#include "compiler/check/formats.h"

#include <cstdlib>

namespace whittle::driver {

using check::Value;
using schema::ComponentKind;
using schema::TypeKind;

namespace {

constexpr std::string_view kSecure = "https://", kPlain = "http://";

bool is_url(const Value& v) {
  return v.type != nullptr && v.type->kind == TypeKind::String && v.type->format == schema::Format::Url;
}

Value* setting(Value& v, std::string_view name) {
  return const_cast<Value*>(v.find(name));
}

// A struct with the settings of a gRPC client, or of an HTTP client that may go through a proxy of its own.
bool is_grpc_client(const Value& v) {
  return v.type != nullptr && v.type->kind == TypeKind::Struct && v.find("balancer_name") && v.find("endpoint");
}
bool is_scrape(const Value& v) {
  return v.type != nullptr && v.type->kind == TypeKind::Struct && v.find("proxy_url") && v.find("metrics_path");
}

// Calls with each value, whatever it is part of.
template <class V, class F>
void each_value(V& v, F f) {
  f(v);
  for (auto& item : v.items) each_value(item, f);
}

void put(Value& v, std::string text) {
  v.text = std::move(text);
  v.late = false;
  v.written = true;
}

bool of_this_machine(const std::string& host) {
  return host == "localhost" || host.starts_with("127.") || host == "[::1]";
}

std::string without_tls(const std::string& url) {
  return url.starts_with(kSecure) ? std::string(kPlain) + url.substr(kSecure.size()) : url;
}

void turn_url(Value& v, const std::string& proxy) {
  if (v.text.empty()) return;
  v.text = without_tls(v.text);
  const auto url = v.late ? std::nullopt : check::parse_url(v.text);
  if (!url || !of_this_machine(url->host)) return;
  const size_t path = v.text.find('/', kPlain.size());
  v.text = std::string(kPlain) + proxy + (path == std::string::npos ? "" : v.text.substr(path));
}

}  // namespace

bool calls_grpc(const check::Config& config) {
  bool any = false;
  for (const check::Instance& i : config.instances)
    if (i.used && i.component->kind == ComponentKind::Exporter)
      each_value(i.config, [&](const Value& v) { any = any || is_grpc_client(v); });
  return any;
}

void turn_to(check::Config& config, const StandIns& to) {
  for (check::Instance& i : config.instances) {
    const bool sends = i.component->kind == ComponentKind::Exporter || i.component->kind == ComponentKind::Extension;
    each_value(i.config, [&](Value& v) {
      if (sends && is_url(v)) turn_url(v, to.proxy);
      if (sends && is_grpc_client(v)) put(*setting(v, "endpoint"), std::string(kPlain) + to.grpc);
      if (!is_scrape(v)) return;
      if (setting(v, "proxy_url")->text.empty()) put(*setting(v, "proxy_url"), std::string(kPlain) + to.proxy);
      if (Value* scheme = setting(v, "scheme"); scheme && scheme->text == "https") put(*scheme, "http");
    });
  }
}

std::vector<std::pair<std::string, std::string>> variables(const check::Config& config,
                                                           std::vector<std::string>& said) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const aws::LateVariable& l : aws::late_variables(config)) {
    // What is called, and by which service of AWS, if it is one.
    bool url = false;
    std::string_view service;
    for (const check::Instance& i : config.instances)
      each_value(i.config, [&](const Value& v) {
        if (!v.late || !is_url(v) || v.text.find(l.name) == std::string::npos) return;
        url = true;
        if (!i.component->iam.empty())
          service = i.component->iam[0].action.substr(0, i.component->iam[0].action.find(':'));
      });
    if (const char* set = getenv(l.name.c_str())) {
      if (url) out.emplace_back(l.name, without_tls(set));
      continue;
    }
    if (l.has_default || aws::set_by_fargate(l.name)) continue;
    std::string value = "try.example:8080";
    if (url && service.empty()) value = "http://backend.example";
    else if (url && service == "aps")
      value = "http://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-try/api/v1/remote_write";
    else if (url) value = "http://" + std::string(service) + ".us-east-1.amazonaws.com";
    said.push_back("`" + l.name + "` is not set; it is taken to be `" + value + "`");
    out.emplace_back(l.name, value);
  }
  return out;
}

}  // namespace whittle::driver
