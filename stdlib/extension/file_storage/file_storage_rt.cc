// SPDX-License-Identifier: Apache-2.0
// The folder in which queues keep what they took: made and held to what the config says when the collector starts, and
// one store in it for each queue that asks.
#include "runtime/base/log.h"
#include "stdlib/extension/file_storage/file_storage_config.h"
#include "stdlib/extension/file_storage/journal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

namespace whittle {
namespace {

struct FileStorage {
  const ComponentContext& context;
  const config::FileStorage& config;
  Runtime& runtime;
  Writer folder;  // without a slash at its end, with a NUL behind it

  explicit FileStorage(const ComponentContext& c)
      : context(c), config(*static_cast<const config::FileStorage*>(c.config)), runtime(*c.runtime) {}

  bool start() {
    if (runtime.offline) return true;
    // A file that may not grow is an error of its write and not the end of the process.
    signal(SIGXFSZ, SIG_IGN);
    Text path = view(config.directory);
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    folder.append(path);
    folder.byte(0);
    folder.truncate(path.size());
    const char* name = folder.text().data();
    struct stat info{};
    if (stat(name, &info) != 0 && errno == ENOENT && config.create_directory) make_folder();
    if (stat(name, &info) != 0) return cannot(strerror(errno));
    if (!S_ISDIR(info.st_mode)) return cannot("it is no folder");
    return true;
  }

  bool cannot(const char* why) {
    runtime.log->error(
        "the folder of queues cannot be used",
        {{"extension", context.id}, {"folder", folder.text()}, {"error", why}, {"config", context.place}});
    return false;
  }

  // With the folders that it is in.
  void make_folder() {
    const auto mode = static_cast<mode_t>(strtoul(config.directory_permissions.data, nullptr, 8));
    for (size_t at = 1; at <= folder.size(); ++at) {
      if (at < folder.size() && folder.data()[at] != '/') continue;
      const uint8_t was = folder.data()[at];
      folder.data()[at] = 0;
      mkdir(reinterpret_cast<const char*>(folder.data()), mode);
      folder.data()[at] = was;
    }
  }

  Store* open(const ComponentContext& owner) {
    Writer name;
    name.append(Text("exporter_"));
    name.append(view(owner.id));
    auto* journal = new file_storage::Journal(runtime, view(owner.id), name.text(),
                                              {.folder = folder.text(),
                                               .most = static_cast<uint64_t>(config.max_size),
                                               .timeout = config.timeout,
                                               .fsync = config.fsync,
                                               .compact = config.compaction.on_start});
    if (journal->open()) return journal;
    delete journal;
    return nullptr;
  }
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps extension_file_storage_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::FileStorage(*context); },
    .start = [](void* self) { return static_cast<whittle::FileStorage*>(self)->start(); },
    .open_store = [](void* self, const whittle::ComponentContext* owner) -> whittle::Store* {
      return static_cast<whittle::FileStorage*>(self)->open(*owner);
    },
};
