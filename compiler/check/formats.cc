// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/formats.h"

#include "compiler/diag/near.h"

#include <algorithm>
#include <unistd.h>

namespace whittle::check {

using diag::Diag;
using schema::Format;
using schema::TypeKind;
using source::Span;

namespace {

constexpr Diag<> kNoAddress{"E0601", "the address to listen on is empty"};
constexpr Diag<std::string_view> kBadAddress{"E0601", "`{}` is not an address to listen on"};
constexpr Diag<std::string_view> kNoFile{"W0602", "the file `{}` is not here"};
constexpr Diag<std::string_view> kRelativePath{"W0602", "`{}` is a relative path"};
constexpr Diag<std::string_view> kBadUrl{"E0603", "`{}` is not a URL to send to"};
constexpr Diag<std::string_view> kUnknownRegion{"W0604", "`{}` is not an AWS region that whittle knows"};
constexpr Diag<std::string_view> kBadArn{"E0605", "`{}` is not an ARN"};
constexpr Diag<std::string_view> kOddArn{"W0605", "`{}` is not an ARN"};
constexpr Diag<> kAnyPort{"W0606", "port 0 lets the system choose a port"};
constexpr Diag<std::string_view> kBadHeader{"E0607", "`{}` cannot be the name of a header"};
constexpr Diag<std::string_view> kUnknownPlaceholder{"W0608", "`{}` is not replaced"};
constexpr Diag<std::string_view> kBadPath{"E0751", "`{}` is not a URL path"};
constexpr Diag<> kSocketPath{"E0609", "a unix socket needs a path"};

struct Service {
  std::string_view name;
  uint16_t port;
};
// The ones that Go resolves where there is no /etc/services, as in a scratch image.
constexpr Service kServices[] = {{"domain", 53}, {"ftp", 21},    {"ftps", 990},  {"gopher", 70},       {"http", 80},
                                 {"https", 443}, {"imap2", 143}, {"imap3", 220}, {"imaps", 993},       {"pop3", 110},
                                 {"pop3s", 995}, {"smtp", 25},   {"ssh", 22},    {"submissions", 465}, {"telnet", 23}};

constexpr std::string_view kRegions[] = {
    "af-south-1",     "ap-east-1",      "ap-east-2",      "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-south-1",     "ap-south-2",     "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
    "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1",   "ca-west-1",      "cn-north-1",
    "cn-northwest-1", "eu-central-1",   "eu-central-2",   "eu-north-1",     "eu-south-1",     "eu-south-2",
    "eu-west-1",      "eu-west-2",      "eu-west-3",      "eusc-de-east-1", "il-central-1",   "me-central-1",
    "me-south-1",     "mx-central-1",   "sa-east-1",      "us-east-1",      "us-east-2",      "us-gov-east-1",
    "us-gov-west-1",  "us-iso-east-1",  "us-iso-west-1",  "us-isob-east-1", "us-west-1",      "us-west-2"};

constexpr std::string_view kPlaceholders[] = {"ClusterName",
                                              "TaskId",
                                              "NodeName",
                                              "ContainerInstanceId",
                                              "TaskDefinitionFamily",
                                              "InstanceId",
                                              "PodName",
                                              "ServiceName",
                                              "FaasName",
                                              "FaasVersion",
                                              "AwsRegion"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool all_digits(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), is_digit);
}
bool is_alnum(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

std::optional<uint16_t> port_of(std::string_view s) {
  if (all_digits(s)) {
    if (s.size() > 5) return std::nullopt;
    int n = 0;
    for (char c : s) n = n * 10 + (c - '0');
    if (n > 65535) return std::nullopt;
    return static_cast<uint16_t>(n);
  }
  for (const Service& x : kServices) {
    if (x.name == s) return x.port;
  }
  return std::nullopt;
}

bool is_host(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) {
    return is_alnum(c) || c == '-' || c == '.' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  });
}

bool is_ipv6(std::string_view s) {
  size_t zone = s.find('%');
  s = s.substr(0, zone);
  return s.find(':') != std::string_view::npos && std::all_of(s.begin(), s.end(), [](char c) {
           return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') || c == ':' || c == '.';
         });
}

// Bytes [begin, end) of a value's text, where the text stands in the file as it is.
Span part(CheckContext& c, const Value& v, size_t begin, size_t end) {
  if (c.sources.text(v.span) != v.text) return v.span;
  return {v.span.file, v.span.begin + static_cast<uint32_t>(begin), v.span.begin + static_cast<uint32_t>(end)};
}

// `usual` is the default of this setting, whose port is the one that is meant when none is written.
void check_address(CheckContext& c, Value& v, std::string_view usual) {
  const std::string& t = v.text;
  if (auto address = parse_address(t)) {
    size_t colon = t.rfind(':');
    if (address->port == 0) {
      c.diags.emit(kAnyPort, part(c, v, colon + 1, t.size()))
          .here("nobody knows which")
          .help("write the port that clients send to");
    } else if (!all_digits(std::string_view(t).substr(colon + 1))) {
      v.text = t.substr(0, colon + 1) + std::to_string(address->port);
    }
    return;
  }
  v.wrong = true;
  if (t.empty()) {
    c.diags.emit(kNoAddress, v.span).help("write `host:port`, for example `0.0.0.0:4317`");
    return;
  }
  size_t scheme = t.find("://");
  if (scheme != std::string::npos) {
    std::string rest = t.substr(scheme + 3, t.find('/', scheme + 3) - scheme - 3);
    auto d = c.diags.emit(kBadAddress, part(c, v, 0, scheme + 3), t);
    d.here("an address has no scheme").help("write `{}`", rest).suggest(v.span, rest);
    return;
  }
  size_t colon = t.rfind(':');
  bool bracket = t[0] == '[';
  if (colon == std::string::npos || (bracket && t.back() == ']')) {
    if (all_digits(t))
      c.diags.emit(kBadAddress, v.span, t)
          .here("this looks like a port alone")
          .help("write `0.0.0.0:{}`", t)
          .suggest(v.span, "0.0.0.0:" + t);
    else {
      auto d = c.diags.emit(kBadAddress, v.span, t);
      d.here("the port is missing");
      if (auto known = parse_address(usual)) d.help("write `{}:{}`", t, known->port);
    }
    return;
  }
  if (!bracket && t.find(':') != colon) {
    c.diags.emit(kBadAddress, v.span, t)
        .here("too many colons")
        .help("an IPv6 address stands in brackets: `[::1]:4317`");
    return;
  }
  std::string_view port = std::string_view(t).substr(colon + 1);
  if (all_digits(port) && !port_of(port)) {
    c.diags.emit(kBadAddress, part(c, v, colon + 1, t.size()), t).here("ports end at 65535");
  } else if (port.empty()) {
    c.diags.emit(kBadAddress, v.span, t).here("the port is missing");
  } else if (!port_of(port)) {
    c.diags.emit(kBadAddress, part(c, v, colon + 1, t.size()), t)
        .here("no port has this name")
        .help("write the port's number");
  } else {
    c.diags.emit(kBadAddress, part(c, v, 0, colon), t).here("no host can be named so");
  }
}

void check_url(CheckContext& c, Value& v) {
  const std::string& t = v.text;
  if (t.empty()) return;
  auto url = parse_url(t);
  bool proxy = v.type->format == Format::ProxyUrl;
  bool scheme_known =
      url && (url->scheme == "http" || url->scheme == "https" || (proxy && url->scheme.starts_with("socks5")));
  if (scheme_known) return;
  v.wrong = true;
  size_t scheme = t.find("://");
  if (t.find("{{") != std::string::npos) {
    c.diags.emit(kBadUrl, v.span, t).here("a placeholder that was never filled in");
  } else if (scheme == std::string::npos) {
    bool local = t.starts_with("localhost") || t.starts_with("127.") || t.starts_with("[::1]");
    std::string with = (local ? "http://" : "https://") + t;
    c.diags.emit(kBadUrl, v.span, t).here("the scheme is missing").help("write `{}`", with).suggest(v.span, with);
  } else if (!url) {
    c.diags.emit(kBadUrl, v.span, t).here("no host and port can be read from it");
  } else {
    c.diags.emit(kBadUrl, part(c, v, 0, scheme), t).here("`{}` is neither `http` nor `https`", url->scheme);
  }
}

void check_region(CheckContext& c, Value& v) {
  if (v.text.empty()) return;
  if (std::find(std::begin(kRegions), std::end(kRegions), v.text) != std::end(kRegions)) return;
  auto d = c.diags.emit(kUnknownRegion, v.span, v.text);
  std::string_view near = diag::nearest(v.text, kRegions);
  if (!near.empty()) d.here("did you mean `{}`?", near).suggest(v.span, near);
  else if (v.text.size() > 3 && std::find(std::begin(kRegions), std::end(kRegions),
                                          v.text.substr(0, v.text.size() - 1)) != std::end(kRegions))
    d.here("this looks like an availability zone").help("leave the last letter out");
  else d.note("regions look like `us-east-1`");
}

void check_arn(CheckContext& c, Value& v) {
  const std::string& t = v.text;
  if (t.empty()) return;
  std::vector<std::string> parts(1);
  for (char ch : t) {
    if (ch == ':' && parts.size() < 6) parts.emplace_back();
    else parts.back() += ch;
  }
  bool role = v.type->format == Format::RoleArn;
  std::string_view problem;
  if (parts.size() != 6 || parts[0] != "arn") problem = "an ARN is `arn:aws:service:region:account:resource`";
  else if (!parts[1].starts_with("aws")) problem = "the partition is `aws`, `aws-cn` or `aws-us-gov`";
  else if (role && parts[2] != "iam") problem = "a role is of the service `iam`";
  else if (role && !parts[5].starts_with("role/")) problem = "a role's resource begins with `role/`";
  else if (role && (parts[4].size() != 12 || !all_digits(parts[4]))) problem = "an account id has twelve digits";
  if (problem.empty()) return;
  // The Collector never looks at it; AWS refuses the account alone.
  bool account = role && parts.size() == 6 && parts[0] == "arn" && parts[2] == "iam" && parts[5].starts_with("role/");
  v.wrong = role && !account;
  auto d = v.wrong ? c.diags.emit(kBadArn, v.span, t) : c.diags.emit(kOddArn, v.span, t);
  d.here("{}", problem);
  if (role) d.help("it looks like `arn:aws:iam::123456789012:role/Name`");
}

// "C:\data": whole paths of containers with Windows, which are not looked for here.
bool with_drive(std::string_view path) {
  return path.size() > 2 && is_alnum(path[0]) && path[1] == ':' && (path[2] == '\\' || path[2] == '/');
}

void check_path(CheckContext& c, Value& v) {
  if (v.text.empty() || with_drive(v.text)) return;
  if (v.text[0] != '/') {
    c.diags.emit(kRelativePath, v.span, v.text)
        .here("relative to what?")
        .note("the collector runs in a container of its own, where the working folder is `/`")
        .help("write the whole path, as it will be in the container");
  } else if (access(v.text.c_str(), F_OK) != 0) {
    c.diags.emit(kNoFile, v.span, v.text)
        .note("the image holds the collector and nothing else: a volume of the task has to bring the file");
  }
}

void check_written_path(CheckContext& c, Value& v) {
  if (!v.text.empty() && v.text[0] != '/' && !with_drive(v.text))
    c.diags.emit(kRelativePath, v.span, v.text)
        .here("relative to what?")
        .note("the collector runs in a container of its own, where the working folder is `/`")
        .help("write the whole path, as it will be in the container");
}

void check_header(CheckContext& c, Value& v) {
  if (v.text == "*") return;
  for (size_t i = 0; i < v.text.size(); ++i) {
    char ch = v.text[i];
    if (is_alnum(ch) || std::string_view("!#$%&'*+-.^_`|~").find(ch) != std::string_view::npos) continue;
    v.wrong = true;
    c.diags.emit(kBadHeader, part(c, v, i, i + 1), v.text).here("not in a name");
    return;
  }
  if (v.text.empty()) {
    v.wrong = true;
    c.diags.emit(kBadHeader, v.span, v.text).here("empty");
  }
}

// As Go parses it: escapes must be whole, and what follows the path is dropped.
void check_url_path(CheckContext& c, Value& v) {
  auto is_hex = [](char ch) { return is_digit(ch) || ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'f'); };
  for (size_t i = 0; i < v.text.size(); ++i) {
    bool control = static_cast<unsigned char>(v.text[i]) < 0x20 || v.text[i] == 0x7f;
    bool escape = v.text[i] == '%' && (i + 2 >= v.text.size() || !is_hex(v.text[i + 1]) || !is_hex(v.text[i + 2]));
    if (!control && !escape) continue;
    v.wrong = true;
    c.diags.emit(kBadPath, part(c, v, i, std::min(i + (escape ? 3 : 1), v.text.size())), v.text)
        .here(escape ? diag::Text<>("`%` begins two hexadecimal digits") : diag::Text<>("no URL holds this character"));
    return;
  }
  v.text = v.text.substr(0, v.text.find_first_of("?#"));
  if (!v.text.starts_with('/')) v.text = "/" + v.text;
}

void check_template(CheckContext& c, Value& v) {
  const std::string& t = v.text;
  for (size_t open = t.find('{'); open != std::string::npos; open = t.find('{', open + 1)) {
    size_t close = t.find('}', open);
    if (close == std::string::npos) return;
    std::string name = t.substr(open + 1, close - open - 1);
    if (name.empty() || name.find('{') != std::string::npos || (open > 0 && t[open - 1] == '{')) continue;
    if (std::find(std::begin(kPlaceholders), std::end(kPlaceholders), name) != std::end(kPlaceholders)) continue;
    auto d = c.diags.emit(kUnknownPlaceholder, part(c, v, open, close + 1), t.substr(open, close + 1 - open));
    std::string_view near = diag::nearest(name, kPlaceholders);
    if (!near.empty()) d.here("did you mean `{{}}`?", near).suggest(part(c, v, open + 1, close), near);
    else d.here("stays as it is written");
  }
}

}  // namespace

std::optional<Address> parse_address(std::string_view t) {
  Address a;
  std::string_view host, port;
  if (t.starts_with('[')) {
    size_t end = t.find(']');
    if (end == std::string_view::npos || end + 1 >= t.size() || t[end + 1] != ':') return std::nullopt;
    host = t.substr(1, end - 1);
    port = t.substr(end + 2);
    if (!is_ipv6(host)) return std::nullopt;
  } else {
    size_t colon = t.rfind(':');
    if (colon == std::string_view::npos || t.find(':') != colon) return std::nullopt;
    host = t.substr(0, colon);
    port = t.substr(colon + 1);
    if (!is_host(host)) return std::nullopt;
  }
  auto number = port_of(port);
  if (!number) return std::nullopt;
  a.host = host;
  a.port = *number;
  return a;
}

std::optional<Url> parse_url(std::string_view t) {
  Url u;
  size_t scheme = t.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return std::nullopt;
  for (char c : t.substr(0, scheme)) u.scheme += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  std::string_view rest = t.substr(scheme + 3);
  size_t slash = rest.find_first_of("/?#");
  std::string_view authority = rest.substr(0, slash);
  if (slash != std::string_view::npos) u.path = rest.substr(slash);
  if (size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  u.port = u.scheme == "https" ? 443 : 80;
  size_t colon = authority.rfind(':');
  bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  std::string_view host = has_port ? authority.substr(0, colon) : authority;
  if (has_port) {
    std::string_view port = authority.substr(colon + 1);
    if (!all_digits(port) || !port_of(port)) return std::nullopt;
    u.port = *port_of(port);
  }
  if (host.starts_with('[')) {
    if (!host.ends_with(']') || !is_ipv6(host.substr(1, host.size() - 2))) return std::nullopt;
  } else if (host.empty() || !is_host(host)) {
    return std::nullopt;
  }
  u.host = host;
  for (char c : t) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return std::nullopt;
  }
  return u;
}

void check_format(CheckContext& c, Value& v) {
  if (v.late || v.wrong) return;
  switch (v.type->format) {
  case Format::Url:
  case Format::ProxyUrl: check_url(c, v); return;
  case Format::Path: check_path(c, v); return;
  case Format::WrittenPath: check_written_path(c, v); return;
  case Format::UrlPath: check_url_path(c, v); return;
  case Format::HeaderName: check_header(c, v); return;
  case Format::Template: check_template(c, v); return;
  case Format::Arn:
  case Format::RoleArn: check_arn(c, v); return;
  case Format::Region: check_region(c, v); return;
  default: return;  // endpoints: check_addresses
  }
}

std::vector<std::string> other_forms(const Value& v) {
  std::vector<std::string> out;
  if (v.type->format == schema::Format::UrlPath && v.text.size() > 1 && v.text.starts_with('/'))
    out.push_back(v.text.substr(1));
  size_t colon = v.text.rfind(':');
  if (v.type->format != schema::Format::Endpoint || colon == std::string::npos) return out;
  for (const Service& s : kServices) {
    if (v.text.substr(colon + 1) == std::to_string(s.port))
      out.push_back(v.text.substr(0, colon + 1) + std::string(s.name));
  }
  return out;
}

bool is_socket(const schema::Setting& endpoint, const Value& scope) {
  return endpoint.socket != nullptr && evaluate(*endpoint.socket, scope) == Truth::True;
}

void check_addresses(CheckContext& c, Value& v) {
  if (v.type->kind != TypeKind::Struct) return;
  for (size_t i = 0; i < v.items.size(); ++i) {
    Value& x = v.items[i];
    const schema::Setting& setting = v.type->fields->settings[i];
    if (x.type->kind != TypeKind::String || x.type->format != Format::Endpoint || x.late || x.wrong) continue;
    if (!is_socket(setting, v)) {
      if (x.written) check_address(c, x, setting.initial.text);
    } else if (!x.written || x.text.empty()) {
      x.wrong = true;
      c.diags.emit(kSocketPath, x.written ? x.span
                                : v.key   ? v.key
                                          : v.span)
          .help("`endpoint` is the path of the socket, for example `/run/collector.sock`");
    } else if (x.text.starts_with("unix:") && v.find("transport") != nullptr) {  // else the scheme says what it is
      x.wrong = true;
      const size_t path = x.text.find_first_not_of('/', 5);
      auto d = c.diags.emit(kSocketPath, x.span);
      d.here("`unix:` is no part of a path, and there is no such folder");
      if (path != std::string::npos)
        d.help("write `/{}`", x.text.substr(path)).suggest(x.span, "/" + x.text.substr(path));
    } else if (x.text.size() > 107) {
      x.wrong = true;
      c.diags.emit(kSocketPath, x.span).here("the path of a socket has at most 107 bytes");
    }
    v.wrong = v.wrong || x.wrong;
  }
}

}  // namespace whittle::check
