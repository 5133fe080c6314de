// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/words.h"

namespace whittle::check {

using schema::Format;
using schema::TypeKind;

namespace {

std::string many(const schema::Type& t) {
  switch (t.kind) {
  case TypeKind::Bool: return "booleans";
  case TypeKind::Int: return "whole numbers";
  case TypeKind::Double: return "numbers";
  case TypeKind::String: return "strings";
  case TypeKind::Duration: return "durations";
  case TypeKind::Enum: return "names";
  case TypeKind::Regexp: return "regular expressions";
  case TypeKind::Any: return "values";
  case TypeKind::List: return "lists";
  case TypeKind::Map:
  case TypeKind::Struct: return "maps";
  case TypeKind::Optional: return many(*t.element);
  }
  return {};
}

}  // namespace

std::string article_of(const schema::Type& t) {
  switch (t.kind) {
  case TypeKind::Bool: return "`true` or `false`";
  case TypeKind::Int: return "a whole number";
  case TypeKind::Double: return "a number";
  case TypeKind::String:
    if (t.format == Format::Endpoint) return "an address";
    if (t.format == Format::Url || t.format == Format::ProxyUrl) return "a URL";
    if (t.format == Format::Path || t.format == Format::WrittenPath) return "the path of a file";
    if (t.format == Format::ReadPattern) return "a pattern of files";
    return "a string";
  case TypeKind::Duration: return "a duration";
  case TypeKind::Enum: return "a name";
  case TypeKind::Regexp: return "a regular expression";
  case TypeKind::Any: return "a string, a number or a boolean";
  case TypeKind::List: return "a list of " + many(*t.element);
  case TypeKind::Map: return "a map of " + many(*t.element);
  case TypeKind::Struct: return "a map of settings";
  case TypeKind::Optional: return article_of(*t.element);
  }
  return {};
}

std::string short_name_of(const schema::Type& t) {
  switch (t.kind) {
  case TypeKind::Struct: return "settings";
  case TypeKind::List: return "a list";
  case TypeKind::Map: return "a map";
  case TypeKind::Optional: return short_name_of(*t.element);
  default: return article_of(t);
  }
}

std::string last_part(const std::string& path) {
  size_t at = path.rfind("::");
  return at == std::string::npos ? path : path.substr(at + 2);
}

}  // namespace whittle::check
