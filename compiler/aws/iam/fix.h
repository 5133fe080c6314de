// SPDX-License-Identifier: Apache-2.0
// `whittle check --fix`: puts the suggestions of diagnostics about policies into the policies' files.
#pragma once

#include "compiler/diag/diagnostics.h"
#include "compiler/source/sources.h"

#include <string>
#include <vector>

namespace whittle::aws::iam {

struct Fixed {
  std::string path;
  std::string text;  // the whole file, changed
  std::vector<std::string>
      what;  // "task-role-policy.json:7:9: the task role allows ... [W0911]", one an applied diagnostic
};

// The files among `paths` that a suggestion changes. Of suggestions that overlap the one that replaces more is taken;
// another round finds what is left. Only diagnostics about policies count, and only files that are JSON before and
// after are changed.
std::vector<Fixed> fix(const diag::Diagnostics& diags, const source::Sources& sources,
                       const std::vector<std::string>& paths);

// Replaces a file's contents as one step: a reader sees the old or the new text. False with the reason in `error`.
bool write_file(const std::string& path, const std::string& text, std::string& error);

}  // namespace whittle::aws::iam
