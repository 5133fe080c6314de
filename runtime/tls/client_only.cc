// SPDX-License-Identifier: Apache-2.0
// mbedTLS's handshake names its server half, which most collectors never use. Linked before mbedTLS, these stand for
// it, and 20 KB stay out of the executable. A collector with a TLS server is linked without them.
#include <mbedtls/ssl.h>

extern "C" int mbedtls_ssl_handshake_server_step(mbedtls_ssl_context*) {
  return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
}
extern "C" int mbedtls_ssl_tls13_handshake_server_step(mbedtls_ssl_context*) {
  return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
}
