/* SPDX-License-Identifier: Apache-2.0 */
/* What changes all the time: the targets, and how each group stands by them. */
#ifndef FAIRLEAD_IPC_SNAPSHOT_BUILD_TARGETS_H
#define FAIRLEAD_IPC_SNAPSHOT_BUILD_TARGETS_H

#include "ipc/snapshot_builder.h"

/* The rosters of the groups, and their targets. */
void snapshot_build_targets(struct snapshot_builder *builder,
                            const struct snapshot_target_source *targets, size_t count);

#endif
