/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an earlier process knew of targets (state file): taken out once, when the same target is
 * registered again.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_TARGET_MEMORIES_H
#define FAIRLEAD_CONTROL_REGISTRY_TARGET_MEMORIES_H

#include <stdbool.h>
#include <stdint.h>

#include "control/registry/registered_target.h"

struct target_memories;

/* Of one target. Texts are copied; task_id NULL: static or by hand. */
struct target_memory {
    uint64_t id;
    const char *group, *address; /* with port */
    const char *source, *task_id;
    uint64_t task_generation;
    struct target_verdict verdict;
    /* Of one that goes on in this very process (an upgrade). */
    bool has_row; /* of its counters, which is kept for it: numbers_keep_target_row */
    uint32_t row;
    uint64_t ejected_ms; /* so long yet; 0: it is not ejected */
    unsigned ejections;  /* in a row */
};

struct target_memories *target_memories_new(void);
void target_memories_free(struct target_memories **memories);

void target_memories_add(struct target_memories *memories, const struct target_memory *memory);

/* What was kept of exactly this target, without texts; false when nothing was. */
bool target_memories_take(struct target_memories *memories,
                          const struct registered_target *target, struct target_memory *memory);

#endif
