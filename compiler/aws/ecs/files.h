// SPDX-License-Identifier: Apache-2.0
// The files that task definitions are found in, each read into the task model.
#pragma once

#include "compiler/aws/ecs/task.h"
#include "compiler/diag/diagnostics.h"
#include "compiler/source/sources.h"
#include "compiler/syntax/yaml.h"

#include <string>
#include <vector>

namespace whittle::aws::ecs {

// What all readers need. Nodes of every file go into one tree.
struct Reading {
  syntax::Tree& tree;
  source::Sources& sources;
  diag::Diagnostics& diags;
  const Surroundings& surroundings;
  bool unreadable = false;  // a file could not be read at all
};

enum class FileKind : uint8_t { TaskDefinition, CloudFormation, Terraform, Module };

// Reads a file of that kind.
TaskFile read_task_file(FileKind kind, const std::string& path, Reading& reading);
// The same of a text that is a source already.
TaskFile read_task_text(FileKind kind, source::FileId file, Reading& reading);

// The readers behind both, given the root of the document.

// A task definition as the CLI takes it and prints it: {"taskDefinition": {...}} too.
TaskFile read_task_definition(syntax::NodeId root, const std::string& path, Reading& reading);

// A template with its task definitions, services, roles and policies, tied to each other; loops are taken apart.
TaskFile read_cloudformation(syntax::NodeId written, const std::string& path, Reading& reading);

// The same of what `terraform show -json` prints of a plan or a state. `written`: the tree is that of a module's text
// (hcl.h), in which some values are unknown.
TaskFile read_terraform(syntax::NodeId root, const std::string& path, Reading& reading, bool written = false);

// The files of a module's folder, or the one file; none, with the reason said, when they cannot be read.
std::vector<source::FileId> module_files(const std::string& path, Reading& reading);
// A module's folder, or one of its files.
TaskFile read_module(const std::string& path, Reading& reading);

}  // namespace whittle::aws::ecs
