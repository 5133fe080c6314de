// SPDX-License-Identifier: Apache-2.0
// One pass over the text, which is written over from its beginning: `kept` is how much of it stands, and behind it, up
// to `read`, stands the segment that is looked at.
#include "stdlib/processor/redaction/cluster_url.h"

#include <math.h>

namespace whittle::redaction {

namespace {

constexpr int kMaxSegments = 10;

int letter(uint8_t c) {
  if (c == ' ') return 26;
  c |= 0x20;
  return c >= 'a' && c <= 'z' ? c - 'a' : -1;
}

bool fits_in_word(uint8_t c) {
  return letter(c) >= 0 || c == '-' || c == '_' || c == '.';
}

// Whether letters follow each other as they do in English.
bool is_word(Bytes segment) {
  double sum = 0;
  int pairs = 0, before = -1;
  for (const uint8_t c : segment) {
    const int now = letter(c);
    if (now < 0) continue;
    if (before >= 0) sum += kLetterPairs[before][now], ++pairs;
    before = now;
  }
  return exp(sum / (pairs > 0 ? pairs : 1)) > kLeastLikely;
}

}  // namespace

void append_cluster_url(Writer& out, Text path) {
  const size_t begin = out.size();
  out.append(path);
  uint8_t* p = out.data() + begin;
  size_t kept = 0, read = 0, size = path.size();
  bool skip = false, grace = true;
  int segments = 0;
  for (size_t i = 0; i < path.size(); ++i) {
    const uint8_t c = p[i];
    if (c == '?' || c == '&' || c == '#') {
      if (skip) p[kept++] = '*';
      else if (read > kept) kept = read;
      size = kept;
      break;
    }
    if (c == '/') {
      ++segments;
      if (skip) p[kept++] = '*';
      else if (read > kept && is_word({p + kept, read - kept})) kept = read;
      else if (read > kept) p[kept++] = '*';
      if (segments >= kMaxSegments) break;
      p[kept++] = c;
      read = kept;
      skip = false, grace = true;
    } else if (!skip) {
      p[read++] = c;
      if (fits_in_word(c)) continue;
      // A second character may be anything, as in `v1`.
      if (grace && read - kept == 2) grace = false;
      else skip = true;
    }
  }
  if (skip) {
    if (kept < size) p[kept++] = '*';
  } else if (read > kept) {
    if (is_word({p + kept, read - kept})) kept = read;
    else if (kept < size) p[kept++] = '*';
  }
  out.truncate(begin + kept);
}

}  // namespace whittle::redaction
