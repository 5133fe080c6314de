// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/iam/fix.h"

#include "compiler/syntax/document.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

namespace whittle::aws::iam {

namespace {

bool is_json(const std::string& text) {
  source::Sources sources;
  syntax::Tree tree;
  diag::Diagnostics diags;
  return syntax::read_document(sources.add("", text), syntax::DocumentForm::Json, sources, tree, diags) !=
             syntax::kNoNode &&
         !diags.has_errors();
}

// Line ends as the file has them.
std::string lines_like(const std::string& file, const std::string& text) {
  if (file.find("\r\n") == std::string::npos) return text;
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
    out += text[i];
  }
  return out;
}

struct Edit {
  source::Span span;
  const std::string* replacement;
  const diag::Diagnostic* because;
};

}  // namespace

std::vector<Fixed> fix(const diag::Diagnostics& diags, const source::Sources& sources,
                       const std::vector<std::string>& paths) {
  std::map<source::FileId, std::vector<Edit>> edits;
  for (const diag::Diagnostic& d : diags.all()) {
    if (d.code.substr(1, 2) != "09") continue;
    for (const diag::Suggestion& s : d.suggestions) {
      const std::string& name = sources.at(s.span.file).name;
      if (std::find(paths.begin(), paths.end(), name) != paths.end())
        edits[s.span.file].push_back({s.span, &s.replacement, &d});
    }
  }
  std::vector<Fixed> out;
  for (auto& [file, list] : edits) {
    std::sort(list.begin(), list.end(), [](const Edit& a, const Edit& b) {
      uint32_t x = a.span.end - a.span.begin, y = b.span.end - b.span.begin;
      return std::tie(y, a.span.begin) < std::tie(x, b.span.begin);
    });
    std::vector<const Edit*> taken;
    Fixed f;
    f.path = sources.at(file).name;
    for (const Edit& e : list) {
      const Edit* with = nullptr;
      for (const Edit* t : taken) {
        if (e.span.begin < t->span.end && t->span.begin < e.span.end) with = t;
      }
      // The same change asked for twice is one change; a part of a larger one is done with it.
      bool same = with != nullptr && with->span.begin <= e.span.begin && e.span.end <= with->span.end;
      if (with == nullptr) taken.push_back(&e);
      if (with == nullptr || same) {
        std::string what = sources.place(e.because->span) + ": " + e.because->message + " [" + e.because->code + "]";
        if (std::find(f.what.begin(), f.what.end(), what) == f.what.end()) f.what.push_back(std::move(what));
      }
    }
    std::sort(taken.begin(), taken.end(), [](const Edit* a, const Edit* b) { return a->span.begin < b->span.begin; });
    const std::string& text = sources.at(file).text;
    uint32_t at = 0;
    for (const Edit* e : taken) {
      f.text += text.substr(at, e->span.begin - at) + lines_like(text, *e->replacement);
      at = e->span.end;
    }
    f.text += text.substr(at);
    if (is_json(text) && is_json(f.text) && f.text != text) out.push_back(std::move(f));
  }
  return out;
}

bool write_file(const std::string& path, const std::string& text, std::string& error) {
  struct stat st{};
  // A link stays one: what it points at is replaced.
  char* resolved = realpath(path.c_str(), nullptr);
  if (resolved == nullptr || stat(resolved, &st) != 0) {
    error = path + ": " + strerror(errno);
    free(resolved);
    return false;
  }
  std::string target = resolved, temporary = target + ".XXXXXX";
  free(resolved);
  int fd = mkstemp(temporary.data());
  if (fd < 0) {
    error = path + ": " + strerror(errno);
    return false;
  }
  size_t done = 0;
  bool good = fchmod(fd, st.st_mode & 07777) == 0;
  while (good && done < text.size()) {
    ssize_t n = write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    good = n > 0;
    if (good) done += static_cast<size_t>(n);
  }
  good = good && fsync(fd) == 0;
  int failure = errno;
  if (close(fd) != 0 && good) {
    good = false;
    failure = errno;
  }
  if (good && rename(temporary.c_str(), target.c_str()) != 0) {
    good = false;
    failure = errno;
  }
  if (good) return true;
  unlink(temporary.c_str());
  error = path + ": " + strerror(failure);
  return false;
}

}  // namespace whittle::aws::iam
