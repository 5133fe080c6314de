// SPDX-License-Identifier: Apache-2.0
// The network, replaced by standard output: each request that a collector would send becomes one line of JSON, and is
// answered with 200 from the loop.
#include "runtime/http/client.h"

#include "runtime/base/json.h"
#include "runtime/grpc/code.h"
#include "runtime/loop/loop.h"
#include "runtime/replay/canned.h"
#include "runtime/wire/json.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <vector>
#include <yyjson.h>

namespace whittle {

namespace {

// What a request gets, from an `answers` line.
struct Scripted {
  Text key;  // "GET http://host/path", or a path alone
  yyjson_val* list;
  size_t used;
};
std::vector<Scripted>& scripted() {
  static auto* list = new std::vector<Scripted>;
  return *list;
}

// The answer to a request; null: the usual one.
yyjson_val* answer_of(Text method, Text url) {
  const size_t scheme = url.find("://"), slash = scheme == Text::npos ? 0 : url.find('/', scheme + 3);
  const Text path = slash == Text::npos ? Text("/") : url.substr(slash);
  for (Scripted& s : scripted()) {
    const bool whole = s.key.size() == method.size() + 1 + url.size() && s.key.starts_with(method) &&
                       s.key.substr(method.size() + 1) == url;
    if (!whole && s.key != path && s.key.substr(s.key.find(' ') + 1) != path) continue;
    if (!yyjson_is_arr(s.list)) return s.list;
    const size_t n = yyjson_arr_size(s.list);
    if (n == 0) return nullptr;
    return yyjson_arr_get(s.list, s.used + 1 < n ? s.used++ : n - 1);
  }
  return nullptr;
}

// Log groups that have been created: CloudWatch Logs in a replay has none at first.
std::vector<char*>& log_groups() {
  static auto* list = new std::vector<char*>;
  return *list;
}

// True: a stream is asked for in a group that does not exist.
bool lacks_log_group(Text call, Bytes body) {
  if (call != "CreateLogStream" && call != "CreateLogGroup") return false;
  yyjson_doc* doc = yyjson_read(as_text(body).data(), body.size(), 0);
  const char* name = yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(doc), "logGroupName"));
  bool there = false;
  for (const char* group : log_groups()) there |= name && strcmp(group, name) == 0;
  if (call == "CreateLogGroup" && name && !there) log_groups().push_back(strdup(name));
  yyjson_doc_free(doc);
  return call == "CreateLogStream" && !there;
}

}  // namespace

// Newer lines come before older ones. They stay for the life of the process.
void replay_answers(yyjson_val* answers) {
  yyjson_mut_doc* doc = yyjson_mut_doc_new(nullptr);
  yyjson_mut_doc_set_root(doc, yyjson_val_mut_copy(doc, answers));
  yyjson_doc* kept = yyjson_mut_doc_imut_copy(doc, nullptr);
  yyjson_mut_doc_free(doc);
  yyjson_val *key, *value;
  size_t i, n;
  yyjson_obj_foreach(yyjson_doc_get_root(kept), i, n, key, value) {
    scripted().insert(scripted().begin(), {Text(yyjson_get_str(key), yyjson_get_len(key)), value, 0});
  }
}

static const Canned* next_canned = nullptr;
void replay_answer_with(const Canned* canned) {
  next_canned = canned;
}

void append_replayed_body(Writer& out, Bytes body);
bool append_replayed_remote_write(Writer& out, Bytes compressed);

static bool is_remote_write(const HttpRequest& request) {
  for (const HttpHeader& h : request.headers)
    if (h.name == "X-Prometheus-Remote-Write-Version") return true;
  return false;
}

// By their names in lower case.
static void append_headers(Writer& line, const std::vector<HttpHeader>& headers) {
  line.append(Text(",\"headers\":{"));
  for (const HttpHeader& h : headers) {
    if (&h != headers.data()) line.byte(',');
    Writer name;
    for (const char c : h.name) name.byte(static_cast<uint8_t>(lower_case(c)));
    append_json_text(line, name.text());
    line.byte(':');
    append_json_text(line, h.value);
  }
  line.byte('}');
}

// Fields of a form as an object of texts.
static void append_form(Writer& out, Text form) {
  char before = '{';
  while (!form.empty()) {
    const Text field = form.substr(0, form.find('&'));
    form.remove_prefix(field.size() < form.size() ? field.size() + 1 : field.size());
    const size_t equals = field.find('=') == Text::npos ? field.size() : field.find('=');
    Writer value;
    for (size_t i = equals + 1; i < field.size(); ++i) {
      if (field[i] == '%' && i + 2 < field.size()) {
        char digits[3] = {field[i + 1], field[i + 2], 0};
        value.byte(static_cast<uint8_t>(strtoul(digits, nullptr, 16)));
        i += 2;
      } else {
        value.byte(static_cast<uint8_t>(field[i] == '+' ? ' ' : field[i]));
      }
    }
    out.byte(static_cast<uint8_t>(before));
    before = ',';
    append_json_text(out, field.substr(0, equals));
    out.byte(':');
    append_json_text(out, value.text());
  }
  out.append(Text(before == '{' ? "{}" : "}"));
}

static bool is_form(const HttpRequest& request) {
  for (const HttpHeader& h : request.headers)
    if (h.name == "content-type") return h.value.starts_with("application/x-www-form-urlencoded");
  return false;
}

// What STS says where no line does: it knows every role.
static constexpr Text kRole =
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAREPLAY</AccessKeyId><SecretAccessKey>replay"
    "</SecretAccessKey><SessionToken>replay</SessionToken><Expiration>9999-12-31T23:59:59Z</Expiration></Credentials>"
    "</AssumeRoleResult></AssumeRoleResponse>";

struct ClientImpl {
  struct Answer {
    HttpDone done;
    void* context;
    yyjson_val* scripted;
    bool no_log_group;
    bool grpc, of_sts;
    const Canned* canned;
  };
  HttpClient& client;
  std::vector<Answer> answers;
  Task task;

  ClientImpl(HttpClient& c, Loop& loop)
      : client(c), task(loop, [](void* self) { static_cast<ClientImpl*>(self)->answer(); }, this) {}

  // As a line says it. Gives what has to be freed.
  static char* fill(HttpResponse& response, yyjson_val* from) {
    if (yyjson_obj_get(from, "error")) {
      response.status = 0;
      response.error_text = "the connection was closed";
      response.body = {};
      return nullptr;
    }
    if (yyjson_val* status = yyjson_obj_get(from, "status")) response.status = static_cast<int>(yyjson_get_int(status));
    yyjson_val *headers = yyjson_obj_get(from, "headers"), *key, *value, *body = yyjson_obj_get(from, "body");
    size_t i, n;
    yyjson_obj_foreach(headers, i, n, key, value) {
      char* small = strdup(yyjson_get_str(key));  // lives as long as the process, as replays are short
      for (char* c = small; *c; ++c)
        if (*c >= 'A' && *c <= 'Z') *c |= 32;
      response.headers.push_back({Text(small), Text(yyjson_get_str(value), yyjson_get_len(value))});
    }
    response.body = {};
    if (yyjson_is_str(body)) {
      response.body = as_bytes(Text(yyjson_get_str(body), yyjson_get_len(body)));
      return nullptr;
    }
    if (!body) return nullptr;
    size_t size;
    char* text = yyjson_val_write(body, 0, &size);
    response.body = as_bytes(Text(text, size));
    return text;
  }

  // As the service would have answered: {"code": "UNAVAILABLE", "message": TEXT}.
  static void fill_grpc(HttpResponse& response, yyjson_val* from) {
    if (yyjson_obj_get(from, "error")) {
      fill(response, from);
      return;
    }
    static constexpr char kNothing[5] = {};  // an empty message
    static char number[4];
    yyjson_val *code = yyjson_obj_get(from, "code"), *message = yyjson_obj_get(from, "message");
    const uint32_t n = yyjson_is_str(code) ? grpc_code_of(Text(yyjson_get_str(code), yyjson_get_len(code))) : 0;
    snprintf(number, sizeof number, "%u", n);
    response.headers.push_back({"content-type", "application/grpc"});
    response.headers.push_back({"grpc-status", number});
    if (message) response.headers.push_back({"grpc-message", Text(yyjson_get_str(message), yyjson_get_len(message))});
    response.body = n == 0 ? as_bytes(Text(kNothing, sizeof kNothing)) : Bytes();
  }

  void answer() {
    std::vector<Answer> now = static_cast<std::vector<Answer>&&>(answers);
    answers.clear();
    for (const Answer& a : now) {
      HttpResponse response;
      response.status = 200;
      response.body = as_bytes("{}");
      if (a.of_sts) response.body = as_bytes(kRole);
      if (a.no_log_group && !a.scripted) {
        response.status = 400;
        response.body = as_bytes("{\"__type\":\"ResourceNotFoundException\"}");
      }
      if (a.grpc) {
        fill_grpc(response, a.scripted);
        --client.in_flight_;
        a.done(a.context, response);
        continue;
      }
      char* body = a.scripted ? fill(response, a.scripted) : nullptr;
      if (a.canned) {
        response.status = a.canned->failed ? 0 : a.canned->status;
        response.error_text = a.canned->failed ? "the connection was closed" : "";
        response.body = a.canned->body;
        if (!a.canned->content_type.empty()) response.headers.push_back({"content-type", a.canned->content_type});
      }
      --client.in_flight_;
      a.done(a.context, response);
      free(body);
    }
  }
};

HttpClient::HttpClient(Runtime& runtime) : impl_(new ClientImpl(*this, *runtime.loop)) {}
HttpClient::~HttpClient() {
  delete impl_;
}

// As it stands in an `answers` line.
static Text method_of(const HttpRequest& request) {
  return request.grpc ? Text("GRPC") : request.method;
}

void replay_write(Bytes line) {
  while (!line.empty()) {
    ssize_t n = write(STDOUT_FILENO, line.data(), line.size());
    if (n <= 0) _exit(2);
    line = line.subspan(static_cast<size_t>(n));
  }
}

void HttpClient::send(HttpRequest&& request, HttpDone done, void* context) {
  ++in_flight_;
  if (!request.call.empty()) {
    Writer line;
    line.append(Text("{"));
    append_json_text(line, request.kind);
    line.append(Text(":"));
    append_json_text(line, request.exporter);
    line.append(Text(",\"call\":"));
    append_json_text(line, request.call);
    const Text method = method_of(request);
    if (method != "POST") {
      line.append(Text(",\"method\":"));
      append_json_text(line, request.grpc ? Text("gRPC") : method);
    }
    append_headers(line, request.headers);
    Writer joined;
    if (request.plain_body.empty()) {
      joined.append(request.slices.empty() && is_form(request) ? request.body.bytes() : Bytes());
      for (const Slice& s : request.slices) joined.append(s.bytes);
      request.plain_body = joined.bytes();
    }
    if (!request.plain_body.empty() || request.plain_is_otlp) line.append(Text(",\"body\":"));
    if (is_form(request)) append_form(line, as_text(request.plain_body));
    else if (is_remote_write(request) && append_replayed_remote_write(line, request.plain_body)) {
    } else if (request.plain_is_otlp) wire::proto_to_json(request.otlp_signal, request.plain_body, line);
    else if (!request.plain_body.empty()) append_replayed_body(line, request.plain_body);
    line.append(Text("}\n"));
    replay_write(line.bytes());
  }
  const bool no_log_group = lacks_log_group(request.call, request.plain_body);
  const Canned* canned = request.kind == "receiver" ? next_canned : nullptr;
  impl_->answers.push_back({done, context, canned ? nullptr : answer_of(method_of(request), request.url), no_log_group,
                            request.grpc, Text(request.url).starts_with("https://sts."), canned});
  impl_->task.post();
}

}  // namespace whittle
