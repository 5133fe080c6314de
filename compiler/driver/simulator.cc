// SPDX-License-Identifier: Apache-2.0
#include "compiler/driver/simulator.h"

#include "runtime/aws/sigv4.h"
#include "runtime/aws/timestamp.h"
#include "runtime/codec/decompress.h"
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace whittle {
bool append_replayed_remote_write(Writer& out, Bytes compressed);  // runtime/replay/remote_write_replay.cc
}

namespace whittle::driver {
namespace {

constexpr const char* kAccessKey = "ASIAWHITTLETRYEXAMPL";
constexpr const char* kSecretKey = "whittle/try/knows/this/secret/and/nobody";
constexpr const char* kToken = "whittle-try-session-token";
// Of a role that was taken on.
constexpr const char* kRoleAccessKey = "ASIAWHITTLETRYROLEXA";
constexpr const char* kRoleSecretKey = "whittle/try/role/knows/this/and/nobody";
constexpr const char* kRoleToken = "whittle-try-role-session-token";
constexpr size_t kLargest = 8 << 20;

std::string lower(std::string s) {
  for (char& c : s) c = static_cast<char>(tolower(static_cast<unsigned char>(c)));
  return s;
}

std::string response(int status, const std::string& body, const std::string& type = "application/json") {
  const char* reason = status == 200   ? "OK"
                       : status == 400 ? "Bad Request"
                       : status == 403 ? "Forbidden"
                       : status == 404 ? "Not Found"
                                       : "Error";
  return "HTTP/1.1 " + std::to_string(status) + " " + reason + "\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string fault(const std::string& type, const std::string& message) {
  return "{\"__type\":\"" + type + "\",\"message\":\"" + message + "\"}";
}

// The text of a member of a flat JSON object; enough for requests that our own exporters wrote.
std::string member(const std::string& body, const std::string& name) {
  size_t at = body.find("\"" + name + "\":\"");
  if (at == std::string::npos) return "";
  at += name.size() + 4;
  return body.substr(at, body.find('"', at) - at);
}

// The value of a field of a form.
std::string form_field(const std::string& body, const std::string& name) {
  for (size_t at = 0; at < body.size();) {
    size_t end = std::min(body.find('&', at), body.size());
    std::string field = body.substr(at, end - at), out;
    at = end + 1;
    if (!field.starts_with(name + "=")) continue;
    for (size_t i = name.size() + 1; i < field.size(); ++i) {
      if (field[i] == '%' && i + 2 < field.size()) {
        out += static_cast<char>(strtol(field.substr(i + 1, 2).c_str(), nullptr, 16));
        i += 2;
      } else {
        out += field[i] == '+' ? ' ' : field[i];
      }
    }
    return out;
  }
  return "";
}

std::string sts_fault(const std::string& type, const std::string& message) {
  return "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>" + type +
         "</Code><Message>" + message +
         "</Message></Error><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>";
}

std::string rfc3339(time_t seconds) {
  char text[32];
  struct tm utc;
  gmtime_r(&seconds, &utc);
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

bool is_otlp(const std::string& target) {
  return target.ends_with("/v1/traces") || target.ends_with("/v1/metrics") || target.ends_with("/v1/logs");
}

// A body for people: without its encoding, and what is protobuf as JSON. What cannot be read stays as it is.
std::string readable(const std::string& target, const std::map<std::string, std::string>& headers,
                     const std::string& body) {
  auto header = [&](const char* name) {
    auto it = headers.find(name);
    return it == headers.end() ? std::string() : it->second;
  };
  Writer out;
  if (header("content-encoding") == "snappy" && !is_otlp(target))  // remote write
    return append_replayed_remote_write(out, as_bytes(Text(body))) ? std::string(out.text()) : body;
  const std::string encoding = header("content-encoding");
  const Coding coding = encoding == "gzip"                            ? Coding::Gzip
                        : encoding == "zstd"                          ? Coding::Zstd
                        : encoding == "zlib" || encoding == "deflate" ? Coding::Zlib
                                                                      : Coding::Identity;
  std::string plain = body;
  if (coding != Coding::Identity) {
    auto got = decompress(coding, as_bytes(Text(body)), 64 << 20);
    if (!got) return body;
    plain.assign(reinterpret_cast<const char*>(got->buffer.data()), got->size);
  }
  if (!is_otlp(target) || header("content-type") != "application/x-protobuf") return plain;
  const Signal signal = target.ends_with("traces")    ? Signal::Traces
                        : target.ends_with("metrics") ? Signal::Metrics
                                                      : Signal::Logs;
  if (!wire::validate(signal, as_bytes(Text(plain)))) return plain;
  wire::proto_to_json(signal, as_bytes(Text(plain)), out);
  return std::string(out.text());
}

// Asks a server of this machine for what it serves; empty when there is none.
std::string ask(const std::string& host, const std::string& target) {
  const size_t colon = host.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(colon == std::string::npos ? 80 : atoi(host.c_str() + colon + 1)));
  const std::string name = host.substr(0, colon);
  if (name != "localhost" && !name.starts_with("127.")) return "";
  if (inet_pton(AF_INET, name == "localhost" ? "127.0.0.1" : name.c_str(), &address.sin_addr) != 1) return "";
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{2, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const std::string request = "GET " + target + " HTTP/1.0\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
  std::string answer;
  if (fd >= 0 && connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
      write(fd, request.data(), request.size()) == static_cast<ssize_t>(request.size())) {
    char buffer[65536];
    for (ssize_t n; answer.size() < kLargest && (n = read(fd, buffer, sizeof buffer)) > 0;)
      answer.append(buffer, static_cast<size_t>(n));
  }
  if (fd >= 0) close(fd);
  const size_t head = answer.find("\r\n\r\n");
  return answer.starts_with("HTTP/1.") && answer.find(" 200 ") < 16 && head != std::string::npos
             ? answer.substr(head + 4)
             : "";
}

}  // namespace

Simulator::Simulator() = default;
Simulator::~Simulator() {
  for (auto& c : connections_) close(c.fd);
  if (listener_ >= 0) close(listener_);
}

bool Simulator::open(std::string& error) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 64) != 0 || getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    error = std::string("cannot listen on loopback: ") + strerror(errno);
    return false;
  }
  port_ = ntohs(address.sin_port);
  return true;
}

std::vector<std::string> Simulator::environment() const {
  std::string base = "http://127.0.0.1:" + std::to_string(port_);
  return {"ECS_CONTAINER_METADATA_URI_V4=" + base + "/v4/158d1c8083dd49d6b527399fd6414f5c",
          "AWS_CONTAINER_CREDENTIALS_FULL_URI=" + base + "/v2/credentials/try", "AWS_ENDPOINT_URL=" + base,
          "AWS_REGION=us-east-1", "AWS_EXECUTION_ENV=AWS_ECS_FARGATE"};
}

void Simulator::serve(const std::function<bool()>& until, const std::function<void(const SimulatedCall&)>& called) {
  while (!until()) {
    std::vector<pollfd> fds{{listener_, POLLIN, 0}};
    for (auto& c : connections_) fds.push_back({c.fd, static_cast<short>(c.out.empty() ? POLLIN : POLLOUT), 0});
    if (poll(fds.data(), fds.size(), 50) < 0 && errno != EINTR) return;
    for (size_t i = connections_.size(); i-- > 0;) {
      Connection& c = connections_[i];
      if (!fds[i + 1].revents) continue;
      bool alive = true;
      if (!c.out.empty()) {
        ssize_t n = write(c.fd, c.out.data(), c.out.size());
        if (n > 0) c.out.erase(0, static_cast<size_t>(n));
        alive = n > 0 || errno == EAGAIN;
        if (c.out.empty() && c.close_after) alive = false;
      } else {
        char buffer[65536];
        ssize_t n = read(c.fd, buffer, sizeof buffer);
        if (n > 0) c.in.append(buffer, static_cast<size_t>(n));
        alive = (n > 0 || (n < 0 && errno == EAGAIN)) && c.in.size() < kLargest && take_requests(c, called);
      }
      if (!alive) {
        close(c.fd);
        connections_.erase(connections_.begin() + static_cast<ptrdiff_t>(i));
      }
    }
    if (fds[0].revents & POLLIN) {
      int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd >= 0) connections_.push_back({fd, "", ""});
    }
  }
}

// Answers every whole request in `c.in`; false for what is no HTTP/1.1.
bool Simulator::take_requests(Connection& c, const std::function<void(const SimulatedCall&)>& called) {
  for (;;) {
    size_t end = c.in.find("\r\n\r\n");
    if (end == std::string::npos) return true;
    std::map<std::string, std::string> headers;
    size_t line_end = c.in.find("\r\n");
    std::string first = c.in.substr(0, line_end);
    for (size_t at = line_end + 2; at < end + 2;) {
      size_t next = c.in.find("\r\n", at);
      std::string line = c.in.substr(at, next - at);
      size_t colon = line.find(':');
      if (colon == std::string::npos) return false;
      size_t value = line.find_first_not_of(' ', colon + 1);
      headers[lower(line.substr(0, colon))] = value == std::string::npos ? "" : line.substr(value);
      at = next + 2;
    }
    size_t length = headers.count("content-length") ? strtoul(headers["content-length"].c_str(), nullptr, 10) : 0;
    if (c.in.size() < end + 4 + length) {
      if (headers.count("expect") && c.out.empty()) c.out = "HTTP/1.1 100 Continue\r\n\r\n";
      return true;
    }
    size_t space = first.find(' '), second = first.find(' ', space + 1);
    if (space == std::string::npos || second == std::string::npos) return false;
    std::string body = c.in.substr(end + 4, length);
    c.in.erase(0, end + 4 + length);
    c.out += answer(first.substr(0, space), first.substr(space + 1, second - space - 1), headers, body, called);
  }
}

std::string Simulator::answer(const std::string& method, const std::string& whole,
                              const std::map<std::string, std::string>& headers, const std::string& body,
                              const std::function<void(const SimulatedCall&)>& called) {
  // As a proxy: "POST http://host/path".
  std::string host, target = whole;
  if (whole.starts_with("http://")) {
    const size_t slash = std::min(whole.find('/', 7), whole.size());
    host = whole.substr(7, slash - 7);
    target = slash < whole.size() ? whole.substr(slash) : "/";
  }
  if (method == "GET" && !host.empty()) return scraped(host, target);
  if (target.starts_with("/v4/")) {
    if (target.ends_with("/task/stats")) return response(200, stats());
    if (target.ends_with("/task")) return response(200, task());
    if (target.find('/', 4) == std::string::npos) return response(200, container());
    return response(404, "{}");
  }
  if (target.starts_with("/v2/credentials/"))
    return response(200, std::string("{\"RoleArn\":\"arn:aws:iam::123456789012:role/try\",\"AccessKeyId\":\"") +
                             kAccessKey + "\",\"SecretAccessKey\":\"" + kSecretKey + "\",\"Token\":\"" + kToken +
                             "\",\"Expiration\":\"" + rfc3339(time(nullptr) + 6 * 3600) + "\"}");
  SimulatedCall call;
  call.body = readable(target, headers, body);
  const bool signed_by_aws = headers.count("authorization") && headers.at("authorization").starts_with("AWS4-");
  const bool of_aws = signed_by_aws || headers.count("x-amz-target") || host.ends_with(".amazonaws.com") ||
                      (host.empty() && !is_otlp(target));
  std::string out =
      of_aws ? aws(method, target, headers, body, call) : others(method, host, target, headers, body, call);
  call.status = atoi(out.c_str() + 9);
  called(call);
  return out;
}

bool Simulator::check_signature(const std::string& method, const std::string& target,
                                const std::map<std::string, std::string>& headers, const std::string& body,
                                SimulatedCall& call) {
  auto header = [&](const char* name) {
    auto it = headers.find(name);
    return it == headers.end() ? std::string() : it->second;
  };
  std::string authorization = header("authorization");
  auto part = [&](const std::string& name) {
    size_t at = authorization.find(name + "=");
    if (at == std::string::npos) return std::string();
    at += name.size() + 1;
    return authorization.substr(at, authorization.find_first_of(", ", at) - at);
  };
  std::vector<std::string> scope;  // key, day, region, service, aws4_request
  std::string credential = part("Credential");
  for (size_t at = 0; at <= credential.size();) {
    size_t slash = std::min(credential.find('/', at), credential.size());
    scope.push_back(credential.substr(at, slash - at));
    at = slash + 1;
  }
  if (!authorization.starts_with("AWS4-HMAC-SHA256 ") || scope.size() != 5)
    return call.problem = "there is no AWS4-HMAC-SHA256 signature", false;
  call.service = scope[3];
  bool role = scope[0] == kRoleAccessKey;
  if (!role && scope[0] != kAccessKey)
    return call.problem = "the access key is neither the task role's nor that of a role taken on", false;
  const char *secret = role ? kRoleSecretKey : kSecretKey, *token = role ? kRoleToken : kToken;
  if (header("x-amz-security-token") != token) return call.problem = "the session token is missing or wrong", false;

  std::vector<SigningHeader> signed_headers;
  std::string names = part("SignedHeaders");
  std::vector<std::string> keep;
  for (size_t at = 0; at < names.size();) {
    size_t semicolon = std::min(names.find(';', at), names.size());
    keep.push_back(names.substr(at, semicolon - at));
    at = semicolon + 1;
  }
  for (auto& name : keep) {
    auto it = headers.find(name);
    if (it == headers.end()) return call.problem = "the signed header `" + name + "` was not sent", false;
    signed_headers.push_back({name, it->second});
  }
  std::string date = header("x-amz-date");
  if (date.size() != 16) return call.problem = "x-amz-date is missing", false;
  auto time_ns = parse_timestamp(date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 2) + "T" +
                                 date.substr(9, 2) + ":" + date.substr(11, 2) + ":" + date.substr(13, 2) + "Z");
  if (!time_ns) return call.problem = "x-amz-date is no time", false;
  SigningRequest request;
  request.method = method;
  size_t question = std::min(target.find('?'), target.size());
  request.path = Text(target).substr(0, question);
  request.query = question < target.size() ? Text(target).substr(question + 1) : Text();
  request.headers = signed_headers;
  request.body = as_bytes(Text(body));
  request.region = scope[2];
  request.service = scope[3];
  request.time_ns = *time_ns;
  Arena arena;
  Signature signature = sign(request, {scope[0], secret, token}, arena);
  if (signature.authorization != Text(authorization)) return call.problem = "the signature does not match", false;
  return call.signature_good = true;
}

std::string Simulator::aws(const std::string& method, const std::string& target,
                           const std::map<std::string, std::string>& headers, const std::string& body,
                           SimulatedCall& call) {
  auto it = headers.find("x-amz-target");
  if (it != headers.end()) call.action = it->second.substr(it->second.rfind('.') + 1);
  if (target == "/TraceSegments") call.action = "PutTraceSegments";
  if (call.action.empty()) call.action = form_field(body, "Action");
  if (call.action.empty()) call.action = method + " " + target;
  bool good = check_signature(method, target, headers, body, call);
  if (call.service == "sts") return sts(body, good, call);
  if (!good) return response(403, fault("InvalidSignatureException", call.problem));

  std::string group = member(body, "logGroupName"), stream = member(body, "logStreamName"), key = group + "\n" + stream;
  if (call.action == "PutTraceSegments") return response(200, "{\"UnprocessedTraceSegments\":[]}");
  if (call.action == "CreateLogGroup")
    return groups_.insert(group).second
               ? response(200, "")
               : response(400, fault("ResourceAlreadyExistsException", "The specified log group already exists"));
  if (call.action == "CreateLogStream") {
    if (!groups_.count(group))
      return response(400, fault("ResourceNotFoundException", "The specified log group does not exist."));
    return streams_.insert(key).second
               ? response(200, "")
               : response(400, fault("ResourceAlreadyExistsException", "The specified log stream already exists"));
  }
  if (call.action == "PutLogEvents") {
    if (!groups_.count(group))
      return response(400, fault("ResourceNotFoundException", "The specified log group does not exist."));
    if (!streams_.count(key))
      return response(400, fault("ResourceNotFoundException", "The specified log stream does not exist."));
    return response(200, "{\"nextSequenceToken\":\"1\"}");
  }
  if (call.action == "PutRetentionPolicy" || call.action == "TagResource") return response(200, "");
  // CloudWatch's OTLP endpoints, and remote write.
  if (is_otlp(target) || headers.count("content-encoding")) return response(200, "", "application/x-protobuf");
  return response(400, fault("UnknownOperationException", "whittle try does not simulate " + call.action));
}

// Backends that are not AWS take all.
std::string Simulator::others(const std::string& method, const std::string& host, const std::string& target,
                              const std::map<std::string, std::string>& headers, const std::string& body,
                              SimulatedCall& call) {
  call.others = true;
  call.service = host.empty() ? "this machine" : host;
  call.action = method + " " + target;
  if (target.starts_with("/grpc/")) {
    call.service = "grpc";
    call.action = target.substr(target.rfind('/') + 1);
  }
  auto type = headers.find("content-type");
  const std::string kind = type == headers.end() ? "" : type->second;
  // Who asks for a token gets one.
  if (kind.starts_with("application/x-www-form-urlencoded") && body.find("grant_type=") != std::string::npos)
    return response(200, "{\"access_token\":\"try\",\"token_type\":\"Bearer\",\"expires_in\":3600}");
  return kind == "application/json" ? response(200, "{}") : response(200, "", kind.empty() ? "text/plain" : kind);
}

// What a scrape gets: what a server of this machine says, or an exposition whose counters grow.
std::string Simulator::scraped(const std::string& host, const std::string& target) {
  std::string body = ask(host, target);
  if (body.empty()) body = exposition_;
  const int n = ++scrapes_;
  if (body.empty())
    body = "# HELP http_requests_total Requests that were served.\n# TYPE http_requests_total counter\n"
           "http_requests_total{method=\"get\",code=\"200\"} " +
           std::to_string(12 * n) + "\nhttp_requests_total{method=\"post\",code=\"500\"} " + std::to_string(n) +
           "\n# TYPE queue_length gauge\nqueue_length 3\n";
  return response(200, body, "text/plain; version=0.0.4");
}

// STS knows every role and trusts the task with it.
std::string Simulator::sts(const std::string& body, bool good, SimulatedCall& call) {
  auto answer = [](int status, const std::string& xml) { return response(status, xml, "text/xml"); };
  if (!good) return answer(403, sts_fault("SignatureDoesNotMatch", call.problem));
  if (call.action != "AssumeRole")
    return answer(400, sts_fault("InvalidAction", "whittle try does not simulate " + call.action));
  std::string role = form_field(body, "RoleArn"), session = form_field(body, "RoleSessionName");
  if (role.empty() || session.size() < 2 || session.size() > 64)
    return answer(400, sts_fault("ValidationError", "RoleArn or RoleSessionName is missing"));
  size_t colon = role.find(":role/");
  std::string assumed =
      colon == std::string::npos ? role : role.substr(0, colon) + ":assumed-role/" + role.substr(colon + 6);
  if (size_t iam = assumed.find(":iam:"); iam != std::string::npos) assumed.replace(iam, 5, ":sts:");
  return answer(200, std::string("<AssumeRoleResponse "
                                 "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/"
                                 "\"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROAWHITTLETRYEXAMPL:") +
                         session + "</AssumedRoleId><Arn>" + assumed + "/" + session +
                         "</Arn></AssumedRoleUser><Credentials><AccessKeyId>" + kRoleAccessKey +
                         "</AccessKeyId><SecretAccessKey>" + kRoleSecretKey + "</SecretAccessKey><SessionToken>" +
                         kRoleToken + "</SessionToken><Expiration>" + rfc3339(time(nullptr) + 900) +
                         "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>");
}

// The collector's own container as the endpoint shows it.
std::string Simulator::container() const {
  return R"({"DockerId":"158d1c8083dd49d6b527399fd6414f5c-3311200417","Name":"collector","DockerName":"collector",)"
         R"("Image":"123456789012.dkr.ecr.us-east-1.amazonaws.com/collector:1",)"
         R"("ImageID":"sha256:25f3695bedfb454a50f12d127839a68ad3caf91e451c1da073db34c542c4d2cb",)"
         R"("DesiredStatus":"RUNNING","KnownStatus":"RUNNING","Limits":{"CPU":2},"Type":"NORMAL","LogDriver":"awslogs",)"
         R"("LogOptions":{"awslogs-group":"/ecs/collector","awslogs-region":"us-east-1",)"
         R"("awslogs-stream":"ecs/collector/158d1c8083dd49d6b527399fd6414f5c"},)"
         R"("ContainerARN":"arn:aws:ecs:us-east-1:123456789012:container/try/158d1c8083dd49d6b527399fd6414f5c/)"
         R"(0206b271-b33f-47ab-86c6-a0ba208a70a9"})";
}

// A task of two containers as the task metadata endpoint v4 shows it (ECS Developer Guide, "Task metadata endpoint
// version 4").
std::string Simulator::task() const {
  std::string started = rfc3339(time(nullptr) - 60);
  auto container = [&](const char* name, const char* id, const char* image, const char* limits) {
    return std::string("{\"DockerId\":\"") + id + "\",\"Name\":\"" + name + "\",\"DockerName\":\"" + name +
           "\",\"Image\":\"" + image +
           "\",\"ImageID\":\"sha256:25f3695bedfb454a50f12d127839a68ad3caf91e451c1da073db34c542c4d2cb\","
           "\"DesiredStatus\":\"RUNNING\",\"KnownStatus\":\"RUNNING\",\"Limits\":" +
           limits + ",\"CreatedAt\":\"" + started + "\",\"StartedAt\":\"" + started +
           "\",\"Type\":\"NORMAL\",\"Networks\":[{\"NetworkMode\":\"awsvpc\",\"IPv4Addresses\":[\"10.0.0.61\"]}]}";
  };
  return "{\"Cluster\":\"arn:aws:ecs:us-east-1:123456789012:cluster/"
         "try\",\"TaskARN\":\"arn:aws:ecs:us-east-1:123456789012:task/try/158d1c8083dd49d6b527399fd6414f5c\","
         "\"Family\":\"orders\",\"ServiceName\":\"orders\",\"Revision\":\"1\",\"DesiredStatus\":\"RUNNING\","
         "\"KnownStatus\":\"RUNNING\",\"Limits\":{\"CPU\":0.5,\"Memory\":1024},"
         "\"PullStartedAt\":\"" +
         started + "\",\"PullStoppedAt\":\"" + started +
         "\",\"AvailabilityZone\":\"us-east-1d\",\"LaunchType\":\"FARGATE\","
         "\"EphemeralStorageMetrics\":{\"Utilized\":261,\"Reserved\":20496},\"Containers\":[" +
         container("app", "158d1c8083dd49d6b527399fd6414f5c-2495160603",
                   "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:4.12.1", "{\"CPU\":256,\"Memory\":512}") +
         "," +
         container("collector", "158d1c8083dd49d6b527399fd6414f5c-3311200417",
                   "123456789012.dkr.ecr.us-east-1.amazonaws.com/collector:1", "{\"CPU\":2}") +
         "]}";
}

// Counters that grow with each poll, so that rates are not zero.
std::string Simulator::stats() {
  long n = ++polls_;
  auto container = [&](const char* id, long memory) {
    auto cpu = [&](long k) {
      return "{\"cpu_usage\":{\"total_usage\":" + std::to_string(800000000 * k) + ",\"percpu_usage\":[" +
             std::to_string(400000000 * k) + "," + std::to_string(400000000 * k) +
             "],\"usage_in_kernelmode\":" + std::to_string(120000000 * k) +
             ",\"usage_in_usermode\":" + std::to_string(680000000 * k) +
             "},\"system_cpu_usage\":" + std::to_string(9372210000000 + 20000000000 * k) + ",\"online_cpus\":2}";
    };
    return std::string("\"") + id + "\":{\"read\":\"" + rfc3339(time(nullptr)) + "\",\"cpu_stats\":" + cpu(n + 1) +
           ",\"precpu_stats\":" + cpu(n) + ",\"memory_stats\":{\"usage\":" + std::to_string(memory) +
           ",\"max_usage\":" + std::to_string(memory + (8 << 20)) +
           ",\"limit\":536870912,\"stats\":{\"cache\":10752000}},\"networks\":{\"eth1\":{\"rx_bytes\":" +
           std::to_string(564655 * n) + ",\"rx_packets\":" + std::to_string(3842 * n) +
           ",\"rx_errors\":0,\"rx_dropped\":0,\"tx_bytes\":" + std::to_string(301212 * n) +
           ",\"tx_packets\":" + std::to_string(2973 * n) +
           ",\"tx_errors\":0,\"tx_dropped\":0}},\"network_rate_stats\":{\"rx_bytes_per_sec\":1412.5,\"tx_bytes_per_"
           "sec\":803.25},\"id\":\"" +
           id + "\"}";
  };
  return "{" + container("158d1c8083dd49d6b527399fd6414f5c-2495160603", 93917184) + "," +
         container("158d1c8083dd49d6b527399fd6414f5c-3311200417", 2621440) + "}";
}

}  // namespace whittle::driver
