// SPDX-License-Identifier: Apache-2.0
// Each rewrite by itself; rewrite.cc has their order, and each one's file what it does.
#pragma once

#include "compiler/record/ir.h"

namespace whittle::ir {

void fuse(Program& program);
void fold(Program& program);
void drop_early(Program& program);
void spare_editors(Program& program);
void share_reads(Program& program);
void collect_texts(Program& program);
void hoist(Program& program);
void drop_dead(Program& program);
void look_up_keys(Program& program);

}  // namespace whittle::ir
