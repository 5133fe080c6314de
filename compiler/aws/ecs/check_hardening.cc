// SPDX-License-Identifier: Apache-2.0
// What the collector's container may do beyond what it needs: it writes no files and needs no capability.
#include "compiler/aws/ecs/checks.h"

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kWritable{"N1097", "{} could write to its file system"};
constexpr Diag<std::string_view> kRoot{"W1098", "{} runs as root"};

}  // namespace

void check_hardening(TaskCheck& c) {
  if (c.collector == nullptr) return;
  const Container& x = *c.collector;
  if (!x.readonly_root.written || (x.readonly_root.known && !x.readonly_root.value)) {
    auto d = c.diags.emit(kWritable, x.readonly_root.written ? x.readonly_root.span : x.span, x.shown());
    d.note("the compiled collector writes no file, so nothing is lost by forbidding it");
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
