// SPDX-License-Identifier: Apache-2.0
#include "runtime/aws/credentials.h"

#include "runtime/aws/timestamp.h"
#include "runtime/http/client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yyjson.h>

namespace whittle {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kRefreshBefore = 300 * kSecond;
constexpr Text kEcsHost = "http://169.254.170.2";  // where AWS_CONTAINER_CREDENTIALS_RELATIVE_URI leads

static Text environment(const char* name) {
  const char* value = getenv(name);
  return value ? Text(value) : Text();
}

Credentials::Credentials(Runtime& runtime) : runtime_(runtime) {
  keys_.access_key = environment("AWS_ACCESS_KEY_ID");
  if (keys_.access_key.empty()) keys_.access_key = environment("AWS_ACCESS_KEY");
  keys_.secret_key = environment("AWS_SECRET_ACCESS_KEY");
  if (keys_.secret_key.empty()) keys_.secret_key = environment("AWS_SECRET_KEY");
  keys_.session_token = environment("AWS_SESSION_TOKEN");
  from_environment_ = !keys_.access_key.empty() && !keys_.secret_key.empty();
}

Credentials& Credentials::of(Runtime& runtime) {
  if (!runtime.credentials) runtime.credentials = new Credentials(runtime);
  return *runtime.credentials;
}

void Credentials::get(Ready ready, void* context) {
  if (from_environment_ || (!keys_.access_key.empty() && (expires_ns_ == 0 || runtime_.now_ns() + kRefreshBefore < expires_ns_)))
    return ready(context, &keys_);
  waiting_.push_back({ready, context});
  if (!fetching_) fetch();
}

void Credentials::forget() {
  if (!from_environment_) keys_ = {};
}

void Credentials::fetch() {
  Text relative = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"), full = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  Writer url;
  if (!relative.empty()) {
    url.append(kEcsHost);
    url.append(relative);
  } else if (!full.empty()) {
    url.append(full);
  } else {
    runtime_.log->error("no AWS credentials: neither AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY nor AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set; "
                        "on ECS, give the task definition a task role");
    return tell(nullptr);
  }
  HttpRequest request;
  request.method = "GET";
  request.url = url.text();
  request.timeout_ns = 5 * kSecond;
  Writer token;
  Text file = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (!file.empty()) {
    int fd = open(file.data(), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
      ssize_t n = read(fd, token.room(16384), 16384);
      if (n > 0) token.advance(static_cast<size_t>(n));
      close(fd);
    } else {
      runtime_.log->warn("cannot read AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", {{"file", file}, {"error", strerror(errno)}});
    }
  } else {
    token.append(environment("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
  }
  while (!token.empty() && (token.text().back() == '\n' || token.text().back() == '\r')) token.truncate(token.size() - 1);
  if (!token.empty()) request.headers.push_back({"Authorization", token.text()});
  fetching_ = true;
  runtime_.http->send(static_cast<HttpRequest&&>(request), [](void* self, const HttpResponse& r) { static_cast<Credentials*>(self)->answered(r); }, this);
}

void Credentials::answered(const HttpResponse& response) {
  fetching_ = false;
  if (response.status != 200) {
    runtime_.log->error("the container credentials endpoint gave no keys", {{"status", response.status}, {"error", response.error_text}, {"answer", as_text(response.body).substr(0, 300)}});
    return tell(!keys_.access_key.empty() && runtime_.now_ns() < expires_ns_ ? &keys_ : nullptr);
  }
  yyjson_doc* doc = yyjson_read(reinterpret_cast<const char*>(response.body.data()), response.body.size(), 0);
  yyjson_val* root = yyjson_doc_get_root(doc);
  Writer fresh;
  size_t ends[3] = {};
  static constexpr const char* kNames[] = {"AccessKeyId", "SecretAccessKey", "Token"};
  for (int i = 0; i < 3; ++i) {
    yyjson_val* v = yyjson_obj_get(root, kNames[i]);
    if (yyjson_is_str(v)) fresh.append(Text(yyjson_get_str(v), yyjson_get_len(v)));
    ends[i] = fresh.size();
  }
  yyjson_val* expiration = yyjson_obj_get(root, "Expiration");
  int64_t expires = yyjson_is_str(expiration) ? parse_timestamp({yyjson_get_str(expiration), yyjson_get_len(expiration)}).value_or(0) : 0;
  yyjson_doc_free(doc);
  if (ends[0] == 0 || ends[1] == ends[0]) {
    runtime_.log->error("the container credentials endpoint's answer holds no keys");
    return tell(nullptr);
  }
  text_ = static_cast<Writer&&>(fresh);
  Text all = text_.text();
  keys_ = {all.substr(0, ends[0]), all.substr(ends[0], ends[1] - ends[0]), all.substr(ends[1])};
  expires_ns_ = expires;
  tell(&keys_);
}

void Credentials::tell(const AwsKeys* keys) {
  std::vector<Waiting> waiting = static_cast<std::vector<Waiting>&&>(waiting_);
  waiting_.clear();
  for (const Waiting& w : waiting) w.ready(w.context, keys);
}

}  // namespace whittle
