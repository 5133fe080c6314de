// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/secrets.h"

#include <algorithm>

namespace whittle::check {

namespace {

constexpr diag::Diag<std::string_view> kPlain{"W1370", "`{}` is a secret, and stands here in plain text"};

constexpr diag::Diag<std::string_view> kInUrl{"W1370", "the URL in `{}` has a password in plain text"};

// Headers that carry credentials; others, such as a tenant's name, are none although they are never printed.
bool carries_credentials(std::string_view header) {
  std::string name(header);
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '_' ? '-' : c;
  return name == "authorization" || name == "proxy-authorization" || name == "cookie" || name.ends_with("api-key") ||
         name.ends_with("apikey") || name.ends_with("license-key") || name.ends_with("ingestion-key") ||
         name.ends_with("access-key") || name == "x-honeycomb-team" || name.ends_with("token") ||
         name.ends_with("secret");
}

bool has_variable(const Value& v) {
  return v.late || v.text.find("${") != std::string::npos;
}

void look(Check& check, const Value& v, const std::string& setting, bool header_map) {
  if (v.type == nullptr || v.wrong || has_variable(v)) return;
  using schema::TypeKind;
  if (v.type->kind == TypeKind::String) {
    if (v.written && (v.type->format == schema::Format::Url || v.type->format == schema::Format::ProxyUrl) &&
        has_password(v.text))
      check.diags()
          .emit(kInUrl, v.span, setting)
          .note("whoever sees this file has it")
          .help("take it from the environment: `${env:NAME}`, which a secret of the task fills in");
    // PEM of certificates is public, and an empty text is no secret.
    if (v.type->format != schema::Format::Opaque || !v.written || v.text.empty() || header_map ||
        v.text.find("-----BEGIN CERTIFICATE") != std::string::npos)
      return;
    check.diags()
        .emit(kPlain, v.key ? v.key : v.span, setting)
        .note("whoever sees this file has it")
        .help("take it from the environment: `${env:NAME}`, which a secret of the task fills in");
    return;
  }
  // A header by its name and its value.
  const Value* key = v.type->kind == TypeKind::Struct ? v.find("key") : nullptr;
  const bool plain_header = key != nullptr && key->type != nullptr && key->type->kind == TypeKind::String &&
                            key->type->format != schema::Format::Opaque && !key->late && !key->text.empty() &&
                            !carries_credentials(key->text);
  for (size_t i = 0; i < v.items.size(); ++i) {
    if (v.type->kind == TypeKind::Struct) {
      look(check, v.items[i], std::string(v.type->fields->settings[i].name), plain_header);
    } else if (v.type->kind == TypeKind::Map) {
      bool opaque = v.type->element != nullptr && v.type->element->format == schema::Format::Opaque;
      look(check, v.items[i], v.keys[i], opaque && !carries_credentials(v.keys[i]));
    } else {
      look(check, v.items[i], setting, header_map);
    }
  }
}

}  // namespace

bool has_password(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view host = url.substr(scheme + 3, url.find_first_of("/?#", scheme + 3) - scheme - 3);
  const size_t at = host.rfind('@'), colon = host.find(':');
  return at != std::string_view::npos && colon < at && colon + 1 < at;
}

void check_secrets(Check& check) {
  for (const Instance& i : check.config.instances) look(check, i.config, i.id, false);
}

}  // namespace whittle::check
