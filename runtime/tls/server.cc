// SPDX-License-Identifier: Apache-2.0
// TLS 1.2 and 1.3 for servers, by mbedTLS. A server holds one Identity (certificates, key, client CAs and the settings
// made of them), counted by its sessions: when files are read again a new Identity takes the place of the old one,
// which lives on until its last session ends.
#include "runtime/base/check.h"
#include "runtime/base/runtime.h"
#include "runtime/http/transport.h"
#include "stdlib/common/common_config.h"

#include <errno.h>
#include <mbedtls/error.h>
#include <mbedtls/pk.h>
extern "C" {  // which this header lacks
#include <mbedtls/psa_util.h>
}
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <vector>

namespace whittle {

static constexpr const char* kBoth[] = {"h2", "http/1.1", nullptr};
static constexpr const char* kHttp2[] = {"h2", nullptr};

struct Identity {
  uint32_t references = 1;
  mbedtls_x509_crt chain;
  mbedtls_pk_context key;
  mbedtls_x509_crt client_cas;
  mbedtls_ssl_config config;
  std::vector<int> suites;
  std::vector<uint16_t> groups;

  Identity() {
    mbedtls_x509_crt_init(&chain);
    mbedtls_pk_init(&key);
    mbedtls_x509_crt_init(&client_cas);
    mbedtls_ssl_config_init(&config);
  }
  ~Identity() {
    mbedtls_ssl_config_free(&config);
    mbedtls_x509_crt_free(&client_cas);
    mbedtls_pk_free(&key);
    mbedtls_x509_crt_free(&chain);
  }
};

static void drop(Identity* identity) {
  if (identity && --identity->references == 0) delete identity;
}

struct Server {
  Runtime* runtime;
  const config::TlsServer& config;
  bool http1;
  Text component;
  Identity* identity = nullptr;
  int64_t next_reload = 0;  // monotonic
  int64_t next_ca_look = 0;
  int64_t ca_modified = 0;
};

struct Session {
  mbedtls_ssl_context ssl;
  Identity* identity;
  int fd;
  bool handshaken;
  bool wants_write;
  bool failed;
  size_t unsent;  // of a write that the socket did not take: mbedTLS holds it encrypted and must be asked for just as
                  // much again
};

static void report(Server& server, const char* message, Text what, int code) {
  char text[128];
  mbedtls_strerror(code, text, sizeof text);
  server.runtime->log->error(
      message, {{"component", server.component}, {"what", what}, {"reason", static_cast<const char*>(text)}});
}

// The library wants text with its NUL: strings of a config have one, views into others may not.
static int parse_certificates(mbedtls_x509_crt* chain, Text file, Text pem) {
  if (!file.empty()) return mbedtls_x509_crt_parse_file(chain, file.data());
  std::vector<unsigned char> copy(pem.begin(), pem.end());
  copy.push_back(0);
  return mbedtls_x509_crt_parse(chain, copy.data(), copy.size());
}

static int parse_key(mbedtls_pk_context* key, Text file, Text pem) {
  if (!file.empty())
    return mbedtls_pk_parse_keyfile(key, file.data(), nullptr, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
  std::vector<unsigned char> copy(pem.begin(), pem.end());
  copy.push_back(0);
  return mbedtls_pk_parse_key(key, copy.data(), copy.size(), nullptr, 0, mbedtls_psa_get_random,
                              MBEDTLS_PSA_RANDOM_STATE);
}

static mbedtls_ssl_protocol_version lowest_version(const config::TlsServer& config) {
  return config.min_version == config::TlsCommonMinVersion::V13 ? MBEDTLS_SSL_VERSION_TLS1_3
                                                                : MBEDTLS_SSL_VERSION_TLS1_2;
}

static mbedtls_ssl_protocol_version highest_version(const config::TlsServer& config) {
  const auto highest = config.max_version;
  const bool newest = highest == config::TlsCommonMaxVersion::Empty || highest == config::TlsCommonMaxVersion::V13;
  return newest ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2;
}

// The config names suites as Go does, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; mbedTLS writes dashes.
static bool choose_suites(Server& server, Identity& identity) {
  for (const Str& wanted : server.config.cipher_suites) {
    char name[96];
    const Text text = view(wanted);
    size_t n = 0;
    for (; n < text.size() && n + 1 < sizeof name; ++n) name[n] = text[n] == '_' ? '-' : text[n];
    name[n] = 0;
    const int id = mbedtls_ssl_get_ciphersuite_id(name);
    if (id == 0)
      server.runtime->log->warn("TLS cipher suite is not supported and is left out",
                                {{"component", server.component}, {"cipher_suite", text}});
    else identity.suites.push_back(id);
  }
  if (server.config.cipher_suites.size == 0) return true;
  const bool only12 = highest_version(server.config) == MBEDTLS_SSL_VERSION_TLS1_2;
  if (identity.suites.empty() && only12) {
    server.runtime->log->error("no TLS cipher suite of the config is supported", {{"component", server.component}});
    return false;
  }
  // As in Go the list is about TLS 1.2; the suites of TLS 1.3 are not chosen.
  for (int id :
       {MBEDTLS_TLS1_3_AES_128_GCM_SHA256, MBEDTLS_TLS1_3_AES_256_GCM_SHA384, MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256})
    identity.suites.push_back(id);
  identity.suites.push_back(0);
  mbedtls_ssl_conf_ciphersuites(&identity.config, identity.suites.data());
  return true;
}

static bool choose_groups(Server& server, Identity& identity) {
  if (server.config.curve_preferences.size == 0) return true;
  for (config::TlsCommonCurvePreferences wanted : server.config.curve_preferences) {
    switch (wanted) {
    case config::TlsCommonCurvePreferences::X25519: identity.groups.push_back(MBEDTLS_SSL_IANA_TLS_GROUP_X25519); break;
    case config::TlsCommonCurvePreferences::P256:
      identity.groups.push_back(MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1);
      break;
    case config::TlsCommonCurvePreferences::P384:
      identity.groups.push_back(MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1);
      break;
    case config::TlsCommonCurvePreferences::P521:
      identity.groups.push_back(MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1);
      break;
    case config::TlsCommonCurvePreferences::X25519MLKEM768:
      server.runtime->log->warn("TLS curve is not supported and is left out",
                                {{"component", server.component}, {"curve", "X25519MLKEM768"}});
      break;
    }
  }
  if (identity.groups.empty()) {
    server.runtime->log->error("no TLS curve of the config is supported", {{"component", server.component}});
    return false;
  }
  identity.groups.push_back(MBEDTLS_SSL_IANA_TLS_GROUP_NONE);
  mbedtls_ssl_conf_groups(&identity.config, identity.groups.data());
  return true;
}

// Reads the files. Null, with the reason logged, when that fails.
static Identity* make_identity(Server& server) {
  const config::TlsServer& o = server.config;
  const Text cert_file = view(o.cert_file), key_file = view(o.key_file), client_ca_file = view(o.client_ca_file);
  auto* identity = new Identity();
  bool ok = false;
  do {
    int code = parse_certificates(&identity->chain, cert_file, view(o.cert_pem));
    if (code != 0) {
      report(server, "cannot read the TLS certificate", cert_file.empty() ? Text("cert_pem") : cert_file, code);
      break;
    }
    code = parse_key(&identity->key, key_file, view(o.key_pem));
    if (code != 0) {
      report(server, "cannot read the TLS key", key_file.empty() ? Text("key_pem") : key_file, code);
      break;
    }
    code = mbedtls_pk_check_pair(&identity->chain.pk, &identity->key, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
    if (code != 0) {
      report(server, "the TLS key does not belong to the certificate", cert_file.empty() ? Text("cert_pem") : cert_file,
             code);
      break;
    }
    code = mbedtls_ssl_config_defaults(&identity->config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM,
                                       MBEDTLS_SSL_PRESET_DEFAULT);
    if (code != 0) {
      report(server, "cannot set TLS up", "defaults", code);
      break;
    }
    mbedtls_ssl_conf_rng(&identity->config, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
    mbedtls_ssl_conf_min_tls_version(&identity->config, lowest_version(o));
    mbedtls_ssl_conf_max_tls_version(&identity->config, highest_version(o));
    mbedtls_ssl_conf_alpn_protocols(&identity->config, const_cast<const char**>(server.http1 ? kBoth : kHttp2));
    code = mbedtls_ssl_conf_own_cert(&identity->config, &identity->chain, &identity->key);
    if (code != 0) {
      report(server, "cannot use the TLS certificate", "certificate", code);
      break;
    }
    if (!client_ca_file.empty()) {
      code = mbedtls_x509_crt_parse_file(&identity->client_cas, client_ca_file.data());
      if (code != 0) {
        report(server, "cannot read the CAs of TLS clients", client_ca_file, code);
        break;
      }
      mbedtls_ssl_conf_ca_chain(&identity->config, &identity->client_cas, nullptr);
      mbedtls_ssl_conf_authmode(&identity->config, MBEDTLS_SSL_VERIFY_REQUIRED);
    } else {
      mbedtls_ssl_conf_authmode(&identity->config, MBEDTLS_SSL_VERIFY_NONE);
    }
    ok = choose_suites(server, *identity) && choose_groups(server, *identity);
  } while (false);
  if (ok) return identity;
  drop(identity);
  return nullptr;
}

static int64_t modified(Text file) {
  struct stat s;
  if (file.empty() || stat(file.data(), &s) < 0) return 0;
  return s.st_mtim.tv_sec * int64_t{1'000'000'000} + s.st_mtim.tv_nsec;
}

static void* create(Runtime& runtime, const TlsServerOptions& options, Text component) {
  if (psa_crypto_init() != PSA_SUCCESS) {
    runtime.log->error("cannot set cryptography up", {{"component", component}});
    return nullptr;
  }
  const config::TlsServer& config = *options.config;
  using Min = config::TlsCommonMinVersion;
  using Max = config::TlsCommonMaxVersion;
  if (config.min_version == Min::V10 || config.min_version == Min::V11 || config.max_version == Max::V10 ||
      config.max_version == Max::V11)
    runtime.log->warn("TLS before 1.2 is not spoken; 1.2 is used instead", {{"component", component}});
  auto* server = new Server{&runtime, config, options.http1, component};
  server->identity = make_identity(*server);
  if (!server->identity) {
    delete server;
    return nullptr;
  }
  server->next_reload = monotonic_ns() + config.reload_interval;
  server->ca_modified = modified(view(config.client_ca_file));
  return server;
}

static void destroy(void* self) {
  auto* server = static_cast<Server*>(self);
  drop(server->identity);
  delete server;
}

// Reads certificates again when it is time to. When that fails the old ones stay and the log has the reason.
static void refresh(Server& server) {
  const int64_t now = monotonic_ns();
  bool due = false;
  if (server.config.reload_interval > 0 && now >= server.next_reload) {
    due = true;
    server.next_reload = now + server.config.reload_interval;
  }
  if (server.config.client_ca_file_reload && now >= server.next_ca_look) {
    server.next_ca_look = now + 1'000'000'000;
    const int64_t at = modified(view(server.config.client_ca_file));
    due |= at != 0 && at != server.ca_modified;
    if (at != 0) server.ca_modified = at;
  }
  if (!due) return;
  if (Identity* fresh = make_identity(server)) {
    drop(server.identity);
    server.identity = fresh;
  }
}

static int send_bytes(void* self, const unsigned char* data, size_t size) {
  auto* session = static_cast<Session*>(self);
  for (;;) {
    const ssize_t n = send(session->fd, data, size, MSG_NOSIGNAL);
    if (n >= 0) return static_cast<int>(n);
    if (errno == EINTR) continue;
    return errno == EAGAIN || errno == EWOULDBLOCK ? MBEDTLS_ERR_SSL_WANT_WRITE : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
  }
}

static int receive_bytes(void* self, unsigned char* data, size_t size) {
  auto* session = static_cast<Session*>(self);
  for (;;) {
    const ssize_t n = recv(session->fd, data, size, 0);
    if (n > 0) return static_cast<int>(n);
    if (n == 0) return MBEDTLS_ERR_SSL_CONN_EOF;
    if (errno == EINTR) continue;
    return errno == EAGAIN || errno == EWOULDBLOCK ? MBEDTLS_ERR_SSL_WANT_READ : MBEDTLS_ERR_SSL_CONN_EOF;
  }
}

static void* accept(void* self, int fd) {
  auto* server = static_cast<Server*>(self);
  refresh(*server);
  auto* session = new Session();
  session->identity = server->identity;
  ++session->identity->references;
  session->fd = fd;
  mbedtls_ssl_init(&session->ssl);
  session->failed = mbedtls_ssl_setup(&session->ssl, &session->identity->config) != 0;
  mbedtls_ssl_set_bio(&session->ssl, session, send_bytes, receive_bytes, nullptr);
  return session;
}

// Goes on with the handshake; returns 1 when it is done, else what read() and write() return.
static ptrdiff_t shake_hands(Session& session) {
  if (session.failed) return Transport::kFailed;
  if (session.handshaken) return 1;
  session.wants_write = false;
  const int code = mbedtls_ssl_handshake(&session.ssl);
  if (code == 0) {
    session.handshaken = true;
    return 1;
  }
  if (code == MBEDTLS_ERR_SSL_WANT_READ) return Transport::kWouldBlock;
  if (code == MBEDTLS_ERR_SSL_WANT_WRITE) {
    session.wants_write = true;
    return Transport::kWouldBlock;
  }
  session.failed = true;
  return Transport::kFailed;
}

static ptrdiff_t read(void* self, uint8_t* to, size_t size) {
  auto& session = *static_cast<Session*>(self);
  if (ptrdiff_t ready = shake_hands(session); ready != 1) return ready;
  session.wants_write = false;
  size_t got = 0;
  while (got < size) {
    const int code = mbedtls_ssl_read(&session.ssl, to + got, size - got);
    if (code > 0) {
      got += static_cast<size_t>(code);
      continue;
    }
    if (got > 0 && (code == 0 || code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || code == MBEDTLS_ERR_SSL_CONN_EOF))
      break;  // told again
    if (code == 0 || code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || code == MBEDTLS_ERR_SSL_CONN_EOF)
      return Transport::kEnd;
    if (code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) break;
    if (code == MBEDTLS_ERR_SSL_WANT_WRITE) {
      session.wants_write = true;
      break;
    }
    session.failed = true;
    return Transport::kFailed;
  }
  return got > 0 ? static_cast<ptrdiff_t>(got) : Transport::kWouldBlock;
}

static ptrdiff_t write(void* self, Bytes from) {
  auto& session = *static_cast<Session*>(self);
  if (ptrdiff_t ready = shake_hands(session); ready != 1) return ready;
  static constexpr size_t kRecord = 16 * 1024;
  size_t size = session.unsent;
  if (size == 0) size = from.size() < kRecord ? from.size() : kRecord;
  CHECK(size <= from.size());
  const int code = mbedtls_ssl_write(&session.ssl, from.data(), size);
  if (code > 0) {
    session.unsent = 0;
    return code;
  }
  if (code == MBEDTLS_ERR_SSL_WANT_WRITE || code == MBEDTLS_ERR_SSL_WANT_READ) {
    session.unsent = size;
    return Transport::kWouldBlock;
  }
  session.failed = true;
  return Transport::kFailed;
}

static void close(void* self) {
  auto* session = static_cast<Session*>(self);
  if (session->handshaken && !session->failed) mbedtls_ssl_close_notify(&session->ssl);
  mbedtls_ssl_free(&session->ssl);
  drop(session->identity);
  delete session;
}

}  // namespace whittle

extern "C" const whittle::TlsServerOps rt_tls_server = {
    .create = whittle::create,
    .destroy = whittle::destroy,
    .accept = whittle::accept,
    .read = whittle::read,
    .write = whittle::write,
    .handshaken = [](void* s) { return static_cast<whittle::Session*>(s)->handshaken; },
    .wants_write = [](void* s) { return static_cast<whittle::Session*>(s)->wants_write; },
    .alpn =
        [](void* s) {
          const char* name = mbedtls_ssl_get_alpn_protocol(&static_cast<whittle::Session*>(s)->ssl);
          return name ? whittle::Text(name) : whittle::Text();
        },
    .close = whittle::close,
};
