// SPDX-License-Identifier: Apache-2.0
// Documents that are no configs: IAM policies, task definitions, CloudFormation templates, Terraform plans. The same
// tree with places as configs have.
#pragma once

#include "compiler/syntax/yaml.h"

namespace whittle::syntax {

enum class DocumentForm : uint8_t {
  Json,   // RFC 8259 and nothing more
  Yaml,   // YAML 1.2 with tags, which stay in Node::tag ("!Sub")
  Either  // JSON when the first character is a brace or a bracket
};

// Reads a file into `tree` and returns its root; kNoNode with errors in `diags` (`unreadable` is set when the file
// could not be read at all). Deeper nesting, larger files and duplicate keys are errors as they are for configs.
NodeId read_document(const std::string& path, DocumentForm form, source::Sources& sources, Tree& tree,
                     diag::Diagnostics& diags, bool& unreadable);

// The same for a text that is a source already.
NodeId read_document(source::FileId file, DocumentForm form, const source::Sources& sources, Tree& tree,
                     diag::Diagnostics& diags);

}  // namespace whittle::syntax
