/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an earlier process knew of targets (state file): taken out once, when the same target is
 * registered again.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_TARGET_MEMORIES_H
#define FAIRLEAD_CONTROL_REGISTRY_TARGET_MEMORIES_H

#include <stdbool.h>
#include <stdint.h>

#include "control/registry/targets.h"

struct target_memories;

struct target_memories *target_memories_new(void);
void target_memories_free(struct target_memories **memories);

void target_memories_add(struct target_memories *memories, const struct target_memory *memory);

/* What was kept of exactly this target, without texts; false when nothing was. */
bool target_memories_take(struct target_memories *memories,
                          const struct registered_target *target, struct target_memory *memory);

#endif
