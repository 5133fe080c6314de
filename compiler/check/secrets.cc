// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/secrets.h"

#include <algorithm>

namespace whittle::check {

namespace {

constexpr diag::Diag<std::string_view> kPlain{"W1370", "`{}` is a secret, and stands here in plain text"};

// Headers that carry credentials; others, such as a tenant's name, are none although they are never printed.
bool carries_credentials(std::string_view header) {
  std::string name(header);
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '_' ? '-' : c;
  return name == "authorization" || name == "proxy-authorization" || name == "cookie" || name.ends_with("api-key") ||
         name.ends_with("apikey") || name.ends_with("token") || name.ends_with("secret");
}

bool has_variable(const Value& v) {
  return v.late || v.text.find("${") != std::string::npos;
}

void look(Check& check, const Value& v, const std::string& setting, bool header_map) {
  if (v.type == nullptr || v.wrong || has_variable(v)) return;
  using schema::TypeKind;
  if (v.type->kind == TypeKind::String) {
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
  for (size_t i = 0; i < v.items.size(); ++i) {
    if (v.type->kind == TypeKind::Struct) {
      look(check, v.items[i], std::string(v.type->fields->settings[i].name), false);
    } else if (v.type->kind == TypeKind::Map) {
      bool opaque = v.type->element != nullptr && v.type->element->format == schema::Format::Opaque;
      look(check, v.items[i], v.keys[i], opaque && !carries_credentials(v.keys[i]));
    } else {
      look(check, v.items[i], setting, false);
    }
  }
}

}  // namespace

void check_secrets(Check& check) {
  for (const Instance& i : check.config.instances) look(check, i.config, i.id, false);
}

}  // namespace whittle::check
