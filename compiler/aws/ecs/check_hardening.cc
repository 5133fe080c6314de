// SPDX-License-Identifier: Apache-2.0
// What the collector's container may do beyond what it needs: it writes no files but those of its config, and needs no
// capability. And what it may not do although the config needs it.
#include "compiler/aws/ecs/checks.h"
#include "compiler/check/written.h"

#include <set>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kWritable{"N1097", "{} could write to its file system"};
constexpr Diag<std::string_view, std::string_view> kReadOnly{"E1224", "{} cannot write to `{}`"};
constexpr Diag<std::string_view, std::string_view> kNoVolume{"W1225", "what {} writes to `{}` ends with the task"};
constexpr Diag<std::string_view> kRoot{"W1098", "{} runs as root"};

// Where the config writes files there must be a volume that takes them. True when there is none that is known.
bool check_written(TaskCheck& c) {
  if (c.config == nullptr) return false;
  const Container& x = *c.collector;
  bool without = false;
  std::set<std::string> said;
  for (const check::WrittenFolder& w : check::written_folders(*c.config)) {
    const Mount* mount = nullptr;
    for (const Mount& m : x.mounts) {
      const bool nearer = mount == nullptr || m.path.text.size() > mount->path.text.size();
      if (m.path.has_text() && check::is_within(w.folder, m.path.text) && nearer) mount = &m;
    }
    without |= mount == nullptr;
    if (!x.mounts_known || !said.insert(w.folder).second) continue;
    if (mount != nullptr) {
      if (mount->read_only.known && mount->read_only.value)
        c.diags.emit(kReadOnly, mount->read_only.span, x.shown(), w.folder)
            .here("this volume is only to be read")
            .label(w.span, "`{}` writes there", w.setting)
            .help("leave `readOnly` out");
      continue;
    }
    const bool read_only = x.readonly_root.written && x.readonly_root.known && x.readonly_root.value;
    if (read_only)
      c.diags.emit(kReadOnly, x.readonly_root.span, x.shown(), w.folder)
          .here("and no volume is mounted there")
          .label(w.span, "`{}` writes there", w.setting)
          .help("mount one: `mountPoints` with the `containerPath` `{}`", w.folder);
    else if (!x.readonly_root.written || x.readonly_root.known)
      c.diags.emit(kNoVolume, x.span, x.shown(), w.folder)
          .here("no volume is mounted there")
          .label(w.span, "`{}` writes there", w.setting)
          .help("mount one: `mountPoints` with the `containerPath` `{}`", w.folder);
  }
  return without;
}

}  // namespace

void check_hardening(TaskCheck& c) {
  if (c.collector == nullptr) return;
  const Container& x = *c.collector;
  const bool writes = check_written(c);
  if (!c.image.compiled()) return;  // what others write, and as whom, is theirs
  if (!writes && (!x.readonly_root.written || (x.readonly_root.known && !x.readonly_root.value))) {
    auto d = c.diags.emit(kWritable, x.readonly_root.written ? x.readonly_root.span : x.span, x.shown());
    d.note("the compiled collector writes no file there, so nothing is lost by forbidding it");
    if (x.readonly_root.written) d.suggest(x.readonly_root.span, "true");
    else d.help("`\"readonlyRootFilesystem\": true`");
  }
  std::string user = x.user.known() ? x.user.text.substr(0, x.user.text.find(':')) : "";
  if (user == "0" || user == "root")
    c.diags.emit(kRoot, x.user.span, x.shown())
        .here("the compiled collector's image has the user 4317")
        .note("it reads and writes no files of root, and needs no capability")
        .suggest(x.user.span, c.as_written(x.user.span, "4317"));
}

}  // namespace whittle::aws::ecs
