// SPDX-License-Identifier: Apache-2.0
// The `http` part: what the old and the stable HTTP conventions say, and a URL put together from its parts.
#include "stdlib/exporter/awsxray/segment.h"

namespace whittle::awsxray {

static bool is_ipv4(Text t) {
  int octets = 0;
  for (;;) {
    int value = 0;
    size_t digits = 0;
    while (digits < t.size() && t[digits] >= '0' && t[digits] <= '9') {
      if (digits > 0 && t[0] == '0') return false;
      value = value * 10 + (t[digits++] - '0');
      if (value > 255) return false;
    }
    if (digits == 0) return false;
    ++octets;
    t.remove_prefix(digits);
    if (octets == 4) return t.empty();
    if (t.empty() || t[0] != '.') return false;
    t.remove_prefix(1);
  }
}

static bool is_ipv6(Text t) {
  int groups = 0;
  bool gap = false;
  if (t.starts_with("::")) {
    gap = true;
    t.remove_prefix(2);
    if (t.empty()) return true;
  }
  while (groups < 8) {
    size_t digits = 0;
    while (digits < t.size() &&
           ((t[digits] >= '0' && t[digits] <= '9') || ((t[digits] | 0x20) >= 'a' && (t[digits] | 0x20) <= 'f')))
      if (++digits > 4) break;
    if (digits == 0) return false;
    if (digits < t.size() && t[digits] == '.') {
      // The last 32 bits may be written as IPv4.
      if (!gap && groups != 6) return false;
      if (groups > 6) return false;
      if (!is_ipv4(t)) return false;
      groups += 2;
      t = {};
      break;
    }
    if (digits > 4) return false;
    ++groups;
    t.remove_prefix(digits);
    if (t.empty()) break;
    if (t[0] != ':' || t.size() == 1) return false;
    t.remove_prefix(1);
    if (t[0] == ':') {
      if (gap) return false;
      gap = true;
      t.remove_prefix(1);
      if (t.empty()) break;
    }
  }
  if (!t.empty()) return false;
  return gap ? groups < 8 : groups == 8;
}

bool is_ip_address(Text t) {
  for (char c : t) {
    if (c == '.') return is_ipv4(t);
    if (c == ':') return is_ipv6(t);
  }
  return false;
}

Http read_http(const SpanAttributes& attributes) {
  Http h;
  auto part = [](const SpanAttribute& a) { return UrlPart{true, string_of(a.value)}; };
  auto port = [](const SpanAttribute& a) {
    UrlPart p{true, string_of(a.value)};
    if (p.text.empty()) p.is_number = true, p.number = int_of(a.value);
    return p;
  };
  // In order: of two names for one thing the later counts, and an address from the connection only fills a gap.
  for (const SpanAttribute& a : attributes) {
    switch (a.key) {
    case Key::HttpMethod: h.method = string_of(a.value), h.any = true; break;
    case Key::HttpClientIp: h.client_ip = string_of(a.value), h.any = true; break;
    case Key::HttpUserAgent: h.user_agent = string_of(a.value), h.any = true; break;
    case Key::HttpStatusCode:
    case Key::HttpResponseStatusCode: h.status = int_of(a.value), h.has_status = h.any = true; break;
    case Key::HttpUrl: h.url = part(a), h.any = h.any_url_part = true; break;
    case Key::HttpScheme: h.scheme = part(a), h.any = true; break;
    case Key::HttpHost: h.host = part(a), h.any = h.any_url_part = true; break;
    case Key::HttpTarget: h.target = part(a), h.any = true; break;
    case Key::HttpServerName: h.server_name = part(a), h.any = h.any_url_part = true; break;
    case Key::NetHostPort: h.net_host_port = port(a), h.any = true; break;
    case Key::HostName: h.host_name = part(a), h.any_url_part = true; break;
    case Key::NetHostName: h.net_host_name = part(a), h.any_url_part = true; break;
    case Key::NetPeerName: h.net_peer_name = part(a), h.any_url_part = true; break;
    case Key::NetPeerPort: h.net_peer_port = port(a); break;
    case Key::NetPeerIp:
      if (h.client_ip.empty()) h.client_ip = string_of(a.value);
      h.net_peer_ip = part(a);
      h.any_url_part = h.peer_known = true;
      break;
    case Key::NetworkPeerAddress:
      if (is_ip_address(string_of(a.value))) {
        if (h.client_ip.empty()) h.client_ip = string_of(a.value);
        h.any_url_part = h.peer_known = true;
      }
      break;
    case Key::ClientAddress:
      if (is_ip_address(string_of(a.value))) h.client_ip = string_of(a.value);
      break;
    case Key::UrlPath: h.path = part(a), h.any = true; break;
    case Key::UrlQuery: h.query = part(a), h.any = true; break;
    case Key::ServerAddress: h.server_address = part(a), h.any_url_part = true; break;
    case Key::ServerPort: h.server_port = port(a); break;
    default: break;
    }
  }
  return h;
}

static void write_url(NestedJson& json, const Http& h, bool server) {
  Writer& out = json.out;
  auto add = [&](Text t) { append_nested_escaped(out, t); };
  if (h.url.present) {
    add(h.url.text);
    return;
  }
  Text scheme = h.scheme.present ? h.scheme.text : Text("http");
  add(scheme);
  add("://");
  UrlPart none, port;
  if (h.host.present) {
    add(h.host.text);
  } else {
    auto first = [&](std::initializer_list<const UrlPart*> parts) -> const UrlPart& {
      for (const UrlPart* p : parts)
        if (p->present) return *p;
      return none;
    };
    if (server) {
      add(first({&h.server_name, &h.net_host_name, &h.host_name, &h.server_address}).text);
      port = first({&h.net_host_port, &h.server_port});
    } else {
      add(first({&h.net_peer_name, &h.net_peer_ip}).text);
      port = h.net_peer_port;
    }
  }
  if (port.present && !port.empty()) {
    char digits[kNumberRoom];
    Text text = port.is_number ? Text(digits, format_int(digits, port.number)) : port.text;
    bool usual = (scheme == "http" && text == "80") || (scheme == "https" && text == "443");
    if (!usual) {
      out.byte(':');
      add(text);
    }
  }
  if (h.target.present) {
    add(h.target.text);
    return;
  }
  if (h.path.present) add(h.path.text);
  else out.byte('/');
  if (h.query.present) {
    if (!h.query.text.starts_with('?')) out.byte('?');
    add(h.query.text);
  }
}

static int64_t response_size(const views::Span& span, const SpanAttributes& attributes) {
  if (attributes.string(Key::MessageType) == "RECEIVED")
    if (const SpanAttribute* size = attributes.find(Key::MessagePayloadSize))
      if (int64_t n = int_of(size->value)) return n;
  for (views::SpanEvent event : span.events) {
    auto type = find_attribute(event.attributes, "message.type");
    if (!type || string_of(*type) != "RECEIVED") continue;
    auto size = find_attribute(event.attributes, "messaging.message_payload_size_bytes");
    if (size && int_of(*size)) return int_of(*size);
  }
  return 0;
}

void write_http(NestedJson& json, const Http& h, const views::Span& span, const SpanAttributes& attributes) {
  json.put<"'http':{'request':{">();
  if (!h.peer_known && !h.client_ip.empty()) json.put<"'x_forwarded_for':true,">();
  member<"'method':">(json, h.method);
  if (h.any_url_part) {
    size_t at = json.out.size();
    json.put<"'url':'">();
    size_t begin = json.out.size();
    write_url(json, h, span.kind == views::SPAN_KIND_SERVER);
    if (json.out.size() == begin) json.out.truncate(at);
    else json.put<"',">();
  }
  member<"'user_agent':">(json, h.user_agent);
  member<"'client_ip':">(json, h.client_ip);
  json.close('}');
  json.put<",'response':{">();
  if (h.has_status) {
    json.put<"'status':">();
    json.integer(h.status);
    json.comma();
  }
  json.put<"'content_length':">();
  json.integer(response_size(span, attributes));
  json.put<"}},">();
}

// `:` and digits, or nothing.
static bool is_port(Text t) {
  if (t.empty()) return true;
  if (t[0] != ':') return false;
  for (char c : t.substr(1))
    if (c < '0' || c > '9') return false;
  return true;
}

Text url_host(Text url) {
  for (char c : url)
    if (static_cast<uint8_t>(c) < 0x20 || c == 0x7F) return {};
  if (size_t hash = url.find('#'); hash != Text::npos) url = url.substr(0, hash);
  // scheme ":" rest
  size_t n = 0;
  auto letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
  while (n < url.size() && (letter(url[n]) || (n > 0 && ((url[n] >= '0' && url[n] <= '9') || url[n] == '+' ||
                                                         url[n] == '-' || url[n] == '.'))))
    ++n;
  if (n < url.size() && url[n] == ':') {
    if (n == 0) return {};
    url.remove_prefix(n + 1);
  }
  if (size_t query = url.find('?'); query != Text::npos) url = url.substr(0, query);
  if (!url.starts_with("//")) return {};
  url.remove_prefix(2);
  Text authority = url.substr(0, url.find('/'));
  if (size_t at = authority.rfind('@'); at != Text::npos) {
    constexpr Text kUserCharacters = "-._:~!$&'()*+,;=%@";
    for (char c : authority.substr(0, at))
      if (!letter(c) && !(c >= '0' && c <= '9') && kUserCharacters.find(c) == Text::npos) return {};
    authority.remove_prefix(at + 1);
  }
  if (authority.starts_with('[')) {
    size_t end = authority.rfind(']');
    if (end == Text::npos || !is_port(authority.substr(end + 1))) return {};
    return authority.substr(1, end - 1);
  }
  size_t colon = authority.rfind(':');
  if (colon != Text::npos) {
    if (!is_port(authority.substr(colon))) return {};
    authority = authority.substr(0, colon);
  }
  constexpr Text kHostCharacters = "-._~!$&'()*+,;=:[]<>\"";
  for (char c : authority)
    if (!letter(c) && !(c >= '0' && c <= '9') && static_cast<uint8_t>(c) < 0x80 &&
        kHostCharacters.find(c) == Text::npos)
      return {};
  return authority;
}

}  // namespace whittle::awsxray
