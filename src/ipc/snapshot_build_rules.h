/* SPDX-License-Identifier: Apache-2.0 */
/* Listeners and their rules, as rows of the base. */
#ifndef FAIRLEAD_IPC_SNAPSHOT_BUILD_RULES_H
#define FAIRLEAD_IPC_SNAPSHOT_BUILD_RULES_H

#include "ipc/snapshot_builder.h"

/* After the groups: rules mark those that they name as used. */
void snapshot_build_rules(struct snapshot_builder *builder);

#endif
