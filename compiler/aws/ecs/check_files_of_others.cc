// SPDX-License-Identifier: Apache-2.0
// Files that the collector reads and others write: that they are where it looks, and what becomes of them when it
// starts again. In a task of Fargate they end with the task, so that forgetting how far they were read does harm only
// where the container is restarted within its task, or where the volume is there before and after it.
#include "compiler/aws/ecs/checks.h"
#include "compiler/check/written.h"

#include <algorithm>
#include <set>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view, std::string_view> kReadAgain{"W1416",
                                                              "{} sends what `{}` holds again when it restarts"};
constexpr Diag<std::string_view, std::string_view> kLeftOut{"W1416",
                                                            "{} leaves out what is written to `{}` while it restarts"};
constexpr Diag<std::string_view, std::string_view> kNoVolume{"W1417", "{} sees no files of others at `{}`"};

constexpr std::string_view kRemember =
    "`storage` remembers how far files were read, with the extension `file_storage` and a volume for its folder";

bool outlives(const TaskDefinition& task, const Mount& m) {
  return m.volume.has_text() && std::any_of(task.volumes.begin(), task.volumes.end(), [&](const Volume& v) {
           return v.outlives && v.name.text == m.volume.text;
         });
}

}  // namespace

void check_files_of_others(TaskCheck& c) {
  if (c.collector == nullptr || c.config == nullptr) return;
  const Container& x = *c.collector;
  std::set<std::string> said;
  for (const check::ReadFiles& r : check::read_files(*c.config)) {
    const Mount* mount = nullptr;
    bool within = false;
    for (const Mount& m : x.mounts) {
      const bool nearer = mount == nullptr || m.path.text.size() > mount->path.text.size();
      if (m.path.has_text() && check::is_within(r.folder, m.path.text) && nearer) mount = &m;
      within |= m.path.has_text() && check::is_within(m.path.text, r.folder);
    }
    if (mount == nullptr) {
      if (!within && x.mounts_known && said.insert(r.folder).second)
        c.diags.emit(kNoVolume, x.span, x.shown(), r.folder)
            .here("no volume is mounted there")
            .label(r.span, "read here")
            .note("containers share no files but those of volumes")
            .help("mount the volume that the application writes to: `mountPoints` with the `containerPath` `{}`",
                  r.folder);
      continue;
    }
    if (r.remembered) continue;
    const bool restarts = x.restarts.known && x.restarts.value, stays = outlives(c.task, *mount);
    if (r.from_beginning && (restarts || stays))
      c.diags.emit(kReadAgain, restarts ? x.restarts.span : mount->volume.span, x.shown(), r.pattern)
          .here(restarts ? diag::Text<>("the files are still there then")
                         : diag::Text<>("its files outlive the task, and so the collector"))
          .label(r.span, "read from its beginning")
          .help(kRemember);
    else if (restarts)
      c.diags.emit(kLeftOut, x.restarts.span, x.shown(), r.pattern)
          .here("the files are still there then")
          .label(r.span, "read from where it ends when the collector starts")
          .help(kRemember);
  }
}

}  // namespace whittle::aws::ecs
