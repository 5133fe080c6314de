// SPDX-License-Identifier: Apache-2.0
#include "runtime/aws/credentials.h"

#include "runtime/aws/shared_file.h"
#include "runtime/aws/timestamp.h"
#include "runtime/base/check.h"
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
constexpr int64_t kInHurry = 60 * kSecond;         // keys that end sooner are waited for
constexpr int64_t kAskAgain = 10 * kSecond;        // between attempts while there are keys
constexpr Text kEcsHost = "http://169.254.170.2";  // where AWS_CONTAINER_CREDENTIALS_RELATIVE_URI leads

Credentials::Credentials(Runtime& runtime) : runtime_(runtime) {
  keys_.access_key = environment("AWS_ACCESS_KEY_ID");
  if (keys_.access_key.empty()) keys_.access_key = environment("AWS_ACCESS_KEY");
  keys_.secret_key = environment("AWS_SECRET_ACCESS_KEY");
  if (keys_.secret_key.empty()) keys_.secret_key = environment("AWS_SECRET_KEY");
  keys_.session_token = environment("AWS_SESSION_TOKEN");
  from_environment_ = !keys_.access_key.empty() && !keys_.secret_key.empty();
}

Credentials::Credentials(Runtime& runtime, const RoleToTake& role) : runtime_(runtime), role_(role) {
  sts_ = aws_endpoint({}, "sts", "STS", role.region, arena_);
}

Credentials& Credentials::of(Runtime& runtime, const RoleToTake& role) {
  Credentials* last = &of(runtime);
  if (role.role_arn.empty()) return *last;
  for (; last->next_; last = last->next_) {
    const RoleToTake& r = last->next_->role_;
    if (r.role_arn == role.role_arn && r.external_id == role.external_id && r.region == role.region &&
        r.proxy == role.proxy && r.session_name == role.session_name)
      return *last->next_;
  }
  return *(last->next_ = new Credentials(runtime, role));
}

Credentials& Credentials::of(Runtime& runtime) {
  static const char kKey = 0;
  void*& own = runtime.shared(&kKey);
  if (!own) own = new Credentials(runtime);
  return *static_cast<Credentials*>(own);
}

void Credentials::get(Ready ready, void* context) {
  const int64_t now = runtime_.now_ns();
  if (from_environment_ || (!keys_.access_key.empty() && (expires_ns_ == 0 || now + kInHurry < expires_ns_))) {
    ready(context, &keys_);
    // Ahead of their end, and nobody waits for it.
    if (from_environment_ || expires_ns_ == 0 || now + kRefreshBefore < expires_ns_ || fetching_ ||
        now - asked_ns_ < kAskAgain)
      return;
    asked_ns_ = now;
    return fetch();
  }
  waiting_.push_back({ready, context});
  if (!fetching_) fetch();
}

void Credentials::forget() {
  if (!from_environment_) keys_ = {};
}

void Credentials::fetch() {
  if (!role_.role_arn.empty()) {
    CHECK(rt_ask_sts != nullptr);
    fetching_ = true;
    return of(runtime_).get([](void* self, const AwsKeys* keys) { rt_ask_sts(*static_cast<Credentials*>(self), keys); },
                            this);
  }
  if (ask_with_web_identity() || read_shared_file()) return;
  Text relative = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
       full = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  Writer url;
  if (!relative.empty()) {
    url.append(kEcsHost);
    url.append(relative);
  } else if (!full.empty() && !may_give_keys(full)) {
    runtime_.log->error(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an address of this machine, and is not asked "
        "for keys",
        {{"url", full}});
    return tell(nullptr);
  } else if (!full.empty()) {
    url.append(full);
  } else {
    runtime_.log->error("no AWS credentials: neither AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY nor "
                        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set; "
                        "on ECS, give the task definition a task role");
    return tell(nullptr);
  }
  HttpRequest request;
  request.method = "GET";
  request.url = url.text();
  request.timeout_ns = 5 * kSecond;
  request.environment_proxy = !is_of_this_machine(url.text());
  Writer token;
  Text file = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (!file.empty()) {
    int fd = open(file.data(), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
      ssize_t n = read(fd, token.room(16384), 16384);
      if (n > 0) token.advance(static_cast<size_t>(n));
      close(fd);
    } else {
      runtime_.log->warn("cannot read AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                         {{"file", file}, {"error", strerror(errno)}});
    }
  } else {
    token.append(environment("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
  }
  while (!token.empty() && (token.text().back() == '\n' || token.text().back() == '\r'))
    token.truncate(token.size() - 1);
  if (!token.empty()) request.headers.push_back({"Authorization", token.text()});
  fetching_ = true;
  runtime_.http->send(
      static_cast<HttpRequest&&>(request),
      [](void* self, const HttpResponse& r) { static_cast<Credentials*>(self)->answered(r); }, this);
}

bool Credentials::read_shared_file() {
  Writer path;
  const Text named = environment("AWS_SHARED_CREDENTIALS_FILE"), home = environment("HOME");
  Text profile = environment("AWS_PROFILE");
  const bool asked_for = !named.empty() || !profile.empty();
  if (!named.empty()) {
    path.append(named);
  } else if (!home.empty()) {
    path.append(home);
    path.append(Text("/.aws/credentials"));
  }
  if (profile.empty()) profile = "default";
  path.byte(0);
  Writer text;
  const int fd = path.size() > 1 ? open(reinterpret_cast<const char*>(path.data()), O_RDONLY | O_CLOEXEC) : -1;
  if (fd >= 0) {
    constexpr size_t kMost = 1 << 20;
    for (ssize_t n; text.size() < kMost && (n = read(fd, text.room(16384), 16384)) > 0;)
      text.advance(static_cast<size_t>(n));
    close(fd);
  }
  const SharedKeys keys = shared_keys(text.text(), profile);
  if (!keys.access_key.empty() && !keys.secret_key.empty()) {
    take({keys.access_key, keys.secret_key, keys.session_token, {}});
    return true;
  }
  if (!asked_for) return false;
  runtime_.log->error("no AWS credentials: the shared file has no keys of the profile",
                      {{"file", path.text().substr(0, path.size() - 1)}, {"profile", profile}});
  tell(nullptr);
  return true;
}

void Credentials::answered(const HttpResponse& response) {
  fetching_ = false;
  if (response.status != 200) {
    runtime_.log->error("the container credentials endpoint gave no keys",
                        {{"status", response.status},
                         {"error", response.error_text},
                         {"answer", as_text(response.body).substr(0, 300)}});
    return fail();
  }
  yyjson_doc* doc = yyjson_read(reinterpret_cast<const char*>(response.body.data()), response.body.size(), 0);
  yyjson_val* root = yyjson_doc_get_root(doc);
  auto member = [&](const char* name) {
    yyjson_val* v = yyjson_obj_get(root, name);
    return yyjson_is_str(v) ? Text(yyjson_get_str(v), yyjson_get_len(v)) : Text();
  };
  Fetched fetched{member("AccessKeyId"), member("SecretAccessKey"), member("Token"), member("Expiration")};
  if (fetched.access_key.empty() || fetched.secret_key.empty()) {
    runtime_.log->error("the container credentials endpoint's answer holds no keys");
    fail();
  } else {
    take(fetched);
  }
  yyjson_doc_free(doc);
}

void Credentials::take(const Fetched& fetched) {
  Writer fresh;
  fresh.append(fetched.access_key);
  fresh.append(fetched.secret_key);
  fresh.append(fetched.session_token);
  int64_t expires = parse_timestamp(fetched.expiration).value_or(0);
  text_ = static_cast<Writer&&>(fresh);
  Text all = text_.text();
  size_t secret = fetched.access_key.size(), token = secret + fetched.secret_key.size();
  keys_ = {all.substr(0, secret), all.substr(secret, token - secret), all.substr(token)};
  expires_ns_ = expires;
  failed_ = false;
  tell(&keys_);
}

// Keys that are near their end are still good.
void Credentials::fail() {
  tell(!keys_.access_key.empty() && runtime_.now_ns() < expires_ns_ ? &keys_ : nullptr);
}

void Credentials::tell(const AwsKeys* keys) {
  std::vector<Waiting> waiting = static_cast<std::vector<Waiting>&&>(waiting_);
  waiting_.clear();
  for (const Waiting& w : waiting) w.ready(w.context, keys);
}

}  // namespace whittle
