// SPDX-License-Identifier: Apache-2.0
// A file that records are added to, and the files that it becomes in turn: when it has its size it is renamed by the
// time ("out-2026-11-26T18-00-00.000-size.json"), and old ones are deleted, as the Collector's library timberjack does.
// Two implementations are linked by name, never both: output_file.cc, and replay/output_file_replay.cc, which prints
// what would have been written.
//
// What cannot be written stays and is tried again, up to kMostWaiting bytes, so a full disk that is emptied costs
// nothing, and a file never holds a part of a record but at its very end.
#pragma once

#include "runtime/base/runtime.h"
#include "runtime/base/writer.h"

#include <optional>

namespace whittle {

struct FileRotation {
  uint64_t max_bytes;
  int64_t max_days = 0;     // 0: none is deleted for its age
  int64_t max_backups = 0;  // 0: as many as there are
  bool local_time = false;
};

struct FileRecord {
  Bytes bytes;  // as they stand in the file, with what ends or begins a record
  // Shown by replay.
  Signal signal;
  Bytes request;  // OTLP protobuf
  bool proto = false;
};

class OutputFile {
public:
  static constexpr size_t kMostWaiting = 1 << 20;  // and one record
  static constexpr size_t kBuffered = 64 << 10;

  // `exporter` must outlive it. `append`: what is in the file stays. With `rotation` it always does, and nothing is
  // buffered.
  OutputFile(Runtime& runtime, Text exporter, Text path, bool append, const std::optional<FileRotation>& rotation);
  ~OutputFile();  // writes what is buffered
  OutputFile(const OutputFile&) = delete;

  // False, with the reason logged, when the file cannot be opened. Otherwise it is opened by the first write.
  bool open();
  // Takes a record, or, with the reason logged, does not: the disk takes nothing, and enough waits already.
  bool write(const FileRecord& record);
  // Writes what is buffered. False, with the reason logged, when something is left.
  bool flush();
  bool waits() const { return !buffer_.empty(); }
  Text path() const { return path_.text(); }

private:
  bool failed(const char* what);
  bool rotate();
  void clean_up();

  Runtime& runtime_;
  Text exporter_;
  Writer path_;  // with a NUL behind it
  bool append_;
  std::optional<FileRotation> rotation_;
  int fd_ = -1;
  uint64_t size_ = 0;  // of the file, with what is buffered
  Writer buffer_;
  bool shown_ = false;  // that writing fails
};

// Makes the folders that `path` is in. False, with the reason logged, when it cannot.
bool make_folders_of(Runtime& runtime, Text exporter, Text path, uint32_t permissions);

}  // namespace whittle
