// SPDX-License-Identifier: Apache-2.0
// Every truncation of a good task definition, template and plan is read and checked cleanly: with an error, or as what
// is left.
//
//   ecs_read_test FOLDER     the folder of the golden tests
#include "compiler/aws/ecs/checks.h"
#include "compiler/aws/ecs/files.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace whittle::aws::ecs {
namespace {

std::filesystem::path folder;

TEST(Read, TruncationsAreRefused) {
  struct {
    const char* name;
    FileKind kind;
  } cases[] = {{"good.json", FileKind::TaskDefinition},
               {"sidecar.yaml", FileKind::CloudFormation},
               {"plan.json", FileKind::Terraform},
               {"module/main.tf", FileKind::Module}};
  for (auto& c : cases) {
    SCOPED_TRACE(c.name);
    std::ifstream in(folder / c.name, std::ios::binary);
    std::string whole{std::istreambuf_iterator<char>(in), {}};
    ASSERT_FALSE(whole.empty());
    for (size_t size = 0; size <= whole.size(); ++size) {
      source::Sources sources;
      diag::Diagnostics diags;
      syntax::Tree tree;
      RoleOptions roles;
      Reading reading{tree, sources, diags, roles.surroundings};
      std::vector<TaskFile> files;
      files.push_back(read_task_text(c.kind, sources.add("t", whole.substr(0, size)), reading));
      check_read_files(files, tree, {}, nullptr, 0, roles, {}, sources, diags);
      // JSON that is cut off is no JSON; YAML may be.
      if (c.kind != FileKind::CloudFormation && c.kind != FileKind::Module && size + 2 < whole.size())
        EXPECT_TRUE(diags.has_errors()) << size;
    }
  }
}

}  // namespace
}  // namespace whittle::aws::ecs

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc > 1) whittle::aws::ecs::folder = argv[1];
  return RUN_ALL_TESTS();
}
