// SPDX-License-Identifier: Apache-2.0
#include "stdlib/exporter/file/group_path.h"

namespace whittle::file_exporter {

void append_clean_path(Writer& out, Text path) {
  const size_t begin = out.size();
  const bool rooted = path.starts_with('/');
  if (rooted) out.byte('/');
  const size_t root = out.size();
  size_t kept = root;  // what `..` does not take away ends here
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const Text part = path.substr(0, slash);
    path = slash == Text::npos ? Text() : path.substr(slash + 1);
    if (part.empty() || part == ".") continue;
    if (part != ".." || (!rooted && out.size() == kept)) {
      if (out.size() > root) out.byte('/');
      out.append(part);
      if (part == "..") kept = out.size();
      continue;
    }
    if (out.size() == kept) continue;  // above the root there is nothing
    size_t to = out.size();
    while (to > kept && out.data()[to - 1] != '/') --to;
    out.truncate(to > kept ? to - 1 : to);
    if (out.size() < kept) out.truncate(kept);
  }
  if (out.size() == begin) out.byte('.');
}

void append_group_path(Writer& out, Text pattern, Text group) {
  const size_t star = pattern.find('*'), begin = out.size();
  const Text before = pattern.substr(0, star), after = pattern.substr(star + 1);
  Writer prefix, joined;
  append_clean_path(prefix, before);
  if (before.ends_with('/') && !prefix.text().ends_with('/')) prefix.byte('/');
  if (group.starts_with("./")) group.remove_prefix(1);
  else if (group.starts_with("../")) group.remove_prefix(2);
  for (Text part : {prefix.text(), group, after}) joined.append(part);
  append_clean_path(out, joined.text());
  if (out.text().substr(begin).starts_with(prefix.text())) return;
  // It would leave the folder: as if that were the root.
  out.truncate(begin);
  joined.clear();
  for (Text part : {Text("/"), group, after}) joined.append(part);
  Writer inside, whole;
  append_clean_path(inside, joined.text());
  for (Text part : {prefix.text(), Text("/"), inside.text()}) whole.append(part);
  append_clean_path(out, whole.text());
}

}  // namespace whittle::file_exporter
