// SPDX-License-Identifier: Apache-2.0
// A queue's payloads in files of a folder: NAME.00000001.queue and on, each at most kFile and a record long. The newest
// is added to; the oldest goes when nothing of it is left, and where too little of it is left, that is copied into the
// newest. Of what is in the files only places are in memory: 40 bytes a payload.
//
// Nothing here ends the process. What cannot be written is refused; what cannot be read is set aside under another
// name, told, and not in the way again.
#pragma once

#include "runtime/base/runtime.h"
#include "runtime/export/store.h"
#include "runtime/loop/loop.h"
#include "stdlib/extension/file_storage/attempts.h"
#include "stdlib/extension/file_storage/segment.h"

#include <vector>

namespace whittle::file_storage {

struct JournalSettings {
  Text folder;           // without a slash at its end
  uint64_t most = 0;     // bytes of files; 0: as many as the disk takes
  int64_t timeout = 0;   // ns that the lock is waited for
  bool fsync = false;    // a payload is on the disk, and not only with the system, before it counts as kept
  bool compact = false;  // at the start
};

class Journal : public Store {
public:
  static constexpr uint64_t kFile = 8 << 20;
  static constexpr size_t kMostPayloads = 65'536;
  // A payload that so many processes ended with is set aside.
  static constexpr uint32_t kMostDied = 3;

  // `name` becomes part of the files' names, whatever is in it. All but `settings` must outlive the journal.
  Journal(Runtime& runtime, Text owner, Text name, const JournalSettings& settings);
  ~Journal() override;

  // Takes the folder's lock of this name and reads what is there. False, with the reason logged, when that cannot be.
  bool open();

  uint64_t put(const Payload& payload, int64_t taken_ns) override;
  StoredPayload next(uint64_t id) const override;
  bool get(uint64_t id, Payload& payload, int64_t& taken_ns) override;
  void remove(uint64_t id) override;
  void begin(uint64_t id) override { attempts_.begin(id); }
  void end(uint64_t id) override { attempts_.end(id); }
  uint32_t died(uint64_t id) const override { return attempts_.died(id); }
  void settle() override;

  // Bytes of all files.
  uint64_t size() const { return size_; }
  size_t files() const { return files_.size(); }

private:
  struct File {
    uint32_t number, salt;
    uint64_t size = 0, live = 0;  // bytes, and those of records that are needed
    uint32_t payloads = 0;        // that are needed
    bool damaged = false;
  };
  // A payload; `file` 0: gone.
  struct Stored {
    uint64_t id;
    uint32_t file, offset, length, items;
    Signal signal;
  };
  // Whose end is known, and the file that it stands in.
  struct Removed {
    uint64_t id;
    uint32_t file;
  };
  struct Recovery;

  void path_of(Writer& out, Text ending) const;
  void path_of(Writer& out, uint32_t number, Text ending) const;
  bool lock();
  void recover();
  void recover(uint32_t number, Recovery& found);
  void set_aside(uint32_t number, Text ending, const char* why);
  void set_aside(const Stored& place, Bytes content);
  bool begin_file();
  bool append(List<Bytes> pieces);
  bool write_record(const Record& record, List<Bytes> content);
  void added(const Record& record);
  bool read(const Stored& place, BufferRef& owner, Record& record);
  uint64_t file_size() const;
  bool wasteful() const;
  bool cannot(const char* what);
  void can();
  File* file(uint32_t number);
  Stored* find(uint64_t id);
  void drop(Stored& place);
  void clean_up();
  void compact();
  void sync_folder();

  Runtime& runtime_;
  Attempts attempts_;
  const Text owner_;
  Writer name_;  // safe for files
  const JournalSettings settings_;
  Task settle_task_, compact_task_;
  Timer again_;
  int lock_ = -1, out_ = -1, in_ = -1;
  uint32_t in_number_ = 0;
  std::vector<File> files_;     // oldest first; the last is added to while out_ is open
  std::vector<Stored> places_;  // by id, from first_ on
  size_t first_ = 0;
  uint64_t next_id_ = 1, size_ = 0, live_ = 0;
  uint32_t next_number_ = 1;
  std::vector<Removed> removed_;  // and not written down yet
  bool failing_ = false;          // told that the disk takes nothing
};

}  // namespace whittle::file_storage
