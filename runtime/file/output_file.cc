// SPDX-License-Identifier: Apache-2.0
#include "runtime/file/output_file.h"

#include "runtime/file/backup_name.h"

#include <algorithm>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace whittle {

static constexpr int64_t kDay = 86'400ll * 1'000'000'000;

OutputFile::OutputFile(Runtime& runtime, Text exporter, Text path, bool append,
                       const std::optional<FileRotation>& rotation)
    : runtime_(runtime), exporter_(exporter), append_(append), rotation_(rotation) {
  path_.append(path);
  path_.byte(0);
  path_.truncate(path_.size() - 1);
}

OutputFile::~OutputFile() {
  if (!flush())
    runtime_.log->error("what could not be written to a file is lost",
                        {{"exporter", exporter_}, {"file", path()}, {"bytes", buffer_.size()}});
  if (fd_ >= 0) close(fd_);
}

// Logs once until it works again.
bool OutputFile::failed(const char* what) {
  const int error = errno;
  if (!shown_) runtime_.log->error(what, {{"exporter", exporter_}, {"file", path()}, {"error", strerror(error)}});
  shown_ = true;
  return false;
}

bool OutputFile::open() {
  if (fd_ >= 0) return true;
  const char* name = path().data();
  const bool keep = append_ || rotation_;
  if (rotation_) {
    make_folders_of(runtime_, exporter_, path(), 0755);
    clean_up();
  }
  // The library that rotates gives files to their owner alone.
  fd_ = ::open(name, O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND | (keep ? 0 : O_TRUNC), rotation_ ? 0600 : 0644);
  if (fd_ < 0) return failed("cannot open a file to write to");
  struct stat info;
  size_ = fstat(fd_, &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
  size_ += buffer_.size();
  append_ = true;  // what was written by this process stays, whoever closes the file in between
  return true;
}

bool OutputFile::write(const FileRecord& record) {
  const uint64_t n = record.bytes.size();
  const bool opened = open();
  // A record larger than a file has one of its own.
  if (opened && rotation_ && size_ > 0 && size_ + n > rotation_->max_bytes && flush()) rotate();
  if (buffer_.size() + n > kMostWaiting && (!opened || !flush())) {
    runtime_.log->error("a file takes no more, and too much waits already",
                        {{"exporter", exporter_}, {"file", path()}, {"bytes", n}});
    return false;
  }
  buffer_.append(record.bytes);
  size_ += n;
  if (rotation_ || buffer_.size() >= kBuffered) flush();
  return true;
}

bool OutputFile::flush() {
  if (buffer_.empty()) return true;
  if (!open()) return false;
  size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t n = ::write(fd_, buffer_.data() + done, buffer_.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      failed("cannot write to a file; it is tried again");
      break;
    }
    done += static_cast<size_t>(n);
  }
  const bool all = done == buffer_.size();
  if (all) {
    shown_ = false;
    if (buffer_.capacity() > 4 * kBuffered) buffer_ = Writer();
    buffer_.clear();
  } else if (done > 0) {
    memmove(buffer_.data(), buffer_.data() + done, buffer_.size() - done);
    buffer_.truncate(buffer_.size() - done);
  }
  return all;
}

bool OutputFile::rotate() {
  Writer backup;
  append_backup_name(backup, path(), runtime_.now_ns(), rotation_->local_time);
  backup.byte(0);
  if (rename(path().data(), backup.text().data()) != 0) return failed("cannot rename a file that has its size");
  close(fd_);
  fd_ = -1;
  return open();
}

// Deletes files that were renamed, beyond so many of the newest and so many days.
void OutputFile::clean_up() {
  if (rotation_->max_backups <= 0 && rotation_->max_days <= 0) return;
  const size_t slash = path().rfind('/');
  Writer folder;
  folder.append(slash == Text::npos ? Text(".") : slash == 0 ? Text("/") : path().substr(0, slash));
  folder.byte(0);
  DIR* dir = opendir(folder.text().data());
  if (!dir) return;
  struct Backup {
    int64_t time;
    char name[NAME_MAX + 1];
  };
  std::vector<Backup*> found;
  const Text file = slash == Text::npos ? path() : path().substr(slash + 1);
  while (const dirent* entry = readdir(dir)) {
    const auto time = backup_time(entry->d_name, file, rotation_->local_time);
    if (!time) continue;
    auto* backup = new Backup{*time, {}};
    memcpy(backup->name, entry->d_name, strlen(entry->d_name) + 1);
    found.push_back(backup);
  }
  std::sort(found.begin(), found.end(), [](const Backup* a, const Backup* b) { return a->time > b->time; });
  const int64_t oldest = runtime_.now_ns() - rotation_->max_days * kDay;
  int64_t times = 0;  // of one time they count once
  for (size_t i = 0; i < found.size(); ++i) {
    if (i == 0 || found[i]->time != found[i - 1]->time) ++times;
    const bool many = rotation_->max_backups > 0 && times > rotation_->max_backups;
    const bool old = rotation_->max_days > 0 && found[i]->time < oldest;
    if ((many || old) && unlinkat(dirfd(dir), found[i]->name, 0) != 0 && errno != ENOENT)
      runtime_.log->warn("cannot delete an old file",
                         {{"exporter", exporter_}, {"file", found[i]->name}, {"error", strerror(errno)}});
  }
  for (Backup* b : found) delete b;
  closedir(dir);
}

bool make_folders_of(Runtime& runtime, Text exporter, Text path, uint32_t permissions) {
  Writer name;
  name.append(path);
  name.byte(0);
  auto* text = reinterpret_cast<char*>(name.data());
  for (size_t i = 1; i < path.size(); ++i) {
    if (text[i] != '/') continue;
    text[i] = 0;
    if (mkdir(text, permissions) != 0 && errno != EEXIST) {
      runtime.log->error("cannot make a folder",
                         {{"exporter", exporter}, {"folder", text}, {"error", strerror(errno)}});
      return false;
    }
    text[i] = '/';
  }
  return true;
}

}  // namespace whittle
