// SPDX-License-Identifier: Apache-2.0
// Where a collector writes files, from the settings that the declarations call `written_path`; one that is named
// `directory` is a folder. And where it reads what others write: `read_pattern`. The checks of task definitions,
// `whittle taskdef` and the image ask here: the collector has no file system of its own to write to.
#pragma once

#include "compiler/check/config.h"

#include <string>
#include <vector>

namespace whittle::check {

struct WrittenFolder {
  const Instance* instance = nullptr;
  std::string setting;  // "exporters::file::path"
  std::string path;     // of the file, as written
  std::string folder;   // "/data": that the file, or all that the path stands for, is in
  source::Span span;    // of the path
};

// Of all components in use, in the order of the config. What is known only when the collector starts, or begins at no
// root, is left out.
std::vector<WrittenFolder> written_folders(const Config& config);

struct ReadFiles {
  const Instance* instance = nullptr;
  std::string pattern;          // as written
  std::string folder;           // "/var/log": that all of them are in
  source::Span span;            // of the pattern
  bool remembered = false;      // how far they were read outlives the collector, or may: `storage`
  bool from_beginning = false;  // what was not read before is read whole: `start_at: beginning`
};

// The same of components that read files.
std::vector<ReadFiles> read_files(const Config& config);

// Whether some component may write files, also where which ones is known only at start.
bool writes_files(const Config& config);

// Whether `folder` is `place` or within it.
bool is_within(std::string_view folder, std::string_view place);

}  // namespace whittle::check
