// SPDX-License-Identifier: Apache-2.0
#include "stdlib/common/log_group_tags.h"

#include <algorithm>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr diag::Diag<std::string_view> kLogName{"W1413", "CloudWatch Logs refuses the name `{}`"};
constexpr Diag<std::string_view, std::string_view> kTag{"E0721", "the tag `{}` {}"};
constexpr Diag<size_t> kManyTags{"E0721", "{} tags, and a log group has at most 50"};

// [\p{L}\p{Z}\p{N}_.:/=+\-@]: what tags are made of. Letters beyond ASCII are taken as given.
bool is_tag_text(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) {
    bool alnum = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    return alnum || static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view(" _.:/=+-@").find(c) != std::string_view::npos;
  });
}

// Where the first character stands that `takes` refuses, outside of braces; npos for none.
template <class Takes>
size_t first_refused(std::string_view text, Takes takes) {
  bool filled_in = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') filled_in = text.find('}', i) != std::string_view::npos;
    if (!filled_in && !takes(text[i])) return i;
    if (text[i] == '}') filled_in = false;
  }
  return std::string_view::npos;
}

}  // namespace

void check_log_names(Check& check, const Value& group, const Value& stream) {
  auto in_groups = [](char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           std::string_view("._-/#{}").find(c) != std::string_view::npos;
  };
  auto in_streams = [](char c) { return c != ':' && c != '*'; };
  if (!group.late && !group.wrong && group.written) {
    if (size_t at = first_refused(group.text, in_groups); at != std::string_view::npos)
      check.diags()
          .emit(kLogName, group.span, group.text)
          .here("`{}` is not allowed", group.text.substr(at, 1))
          .help("names of log groups have letters, digits and `. _ - / #`");
  }
  if (!stream.late && !stream.wrong && stream.written) {
    if (size_t at = first_refused(stream.text, in_streams); at != std::string_view::npos)
      check.diags()
          .emit(kLogName, stream.span, stream.text)
          .here("`{}` is not allowed", stream.text.substr(at, 1))
          .help("names of log streams have neither `:` nor `*`");
  }
}

void check_log_group_tags(Check& check, const Value& map) {
  if (map.items.size() > 50) check.diags().emit(kManyTags, map.key, map.items.size());
  for (size_t i = 0; i < map.items.size(); ++i) {
    const Value& v = map.items[i];
    const std::string& key = map.keys[i];
    if (key.empty() || key.size() > 128) check.diags().emit(kTag, v.key, key, "must have 1 to 128 bytes in its key");
    else if (!is_tag_text(key))
      check.diags()
          .emit(kTag, v.key, key, "has a character that no tag may have")
          .help("letters, digits, spaces and `_ . : / = + - @` are allowed");
    if (v.late || v.wrong) continue;
    if (v.text.empty() || v.text.size() > 256)
      check.diags().emit(kTag, v.span, key, "must have 1 to 256 bytes in its value");
    else if (!is_tag_text(v.text))
      check.diags()
          .emit(kTag, v.span, key, "has a character in its value that no tag may have")
          .help("letters, digits, spaces and `_ . : / = + - @` are allowed");
  }
}

}  // namespace whittle::check
