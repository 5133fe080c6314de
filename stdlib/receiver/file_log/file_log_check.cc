// SPDX-License-Identifier: Apache-2.0
// What becomes of files that were read when the collector starts again. A task definition says more of that
// (aws/ecs/check_files_of_others.cc).
#include "compiler/check/checks.h"

namespace whittle::check {

namespace {

constexpr diag::Diag<> kReadAgain{"N1416",
                                  "whenever the collector restarts, files are read from their beginning again"};

}  // namespace

void check_receiver_file_log(Check& check, Instance& instance, schema::SignalSet) {
  const Value& c = instance.config;
  if (c.items.empty() || check.options.in_task) return;
  const Value &start = c.at("start_at"), &storage = c.at("storage");
  if (start.late || start.wrong || start.text != "beginning" || storage.written) return;
  check.diags()
      .emit(kReadAgain, start.span)
      .note(
          "that matters where the files outlive it: in a task of Fargate, if `restartPolicy` restarts its container or "
          "the volume is one of EFS")
      .help("`storage` remembers how far they were read, with the extension `file_storage`");
}

}  // namespace whittle::check
