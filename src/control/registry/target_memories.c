/* SPDX-License-Identifier: Apache-2.0 */
/* A hash by everything that makes a target the same one. */
#include "control/registry/target_memories.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct kept_memory {
    char *key;
    struct target_memory memory; /* without texts: they are the key */
    UT_hash_handle hh;
};

struct target_memories {
    struct kept_memory *by_key;
};

static char *
make_key(const char *group, const char *address, const char *source, const char *task_id,
         uint64_t generation)
{
    return memory_print("%s %s %s %s %" PRIu64, group, address, source == NULL ? "" : source,
                        task_id == NULL ? "" : task_id, generation);
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
static void
forget(struct target_memories *memories, struct kept_memory *kept)
{
    HASH_DEL(memories->by_key, kept);
    free(kept->key);
    free(kept);
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

struct target_memories *
target_memories_new(void)
{
    return memory_take(1, sizeof(struct target_memories));
}

void
target_memories_free(struct target_memories **memories)
{
    struct kept_memory *kept, *next;

    HASH_ITER (hh, (*memories)->by_key, kept, next)
        forget(*memories, kept);
    free(*memories);
    *memories = NULL;
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
void
target_memories_add(struct target_memories *memories, const struct target_memory *memory)
{
    struct kept_memory *kept, *old;
    char *key = make_key(memory->group, memory->address, memory->source, memory->task_id,
                         memory->task_generation);

    HASH_FIND_STR(memories->by_key, key, old);
    if (old != NULL)
        forget(memories, old);
    kept = memory_take(1, sizeof(*kept));
    kept->key = key;
    kept->memory = *memory;
    kept->memory.group = kept->memory.address = NULL;
    kept->memory.source = kept->memory.task_id = NULL;
    HASH_ADD_KEYPTR(hh, memories->by_key, kept->key, strlen(kept->key), kept);
}

bool
target_memories_take(struct target_memories *memories, const struct registered_target *target,
                     struct target_memory *memory)
{
    struct kept_memory *kept;

    if (memories->by_key == NULL)
        return false;
    char *key = make_key(target->group, target->name, target->source, target->task_id,
                         target->task_generation);
    HASH_FIND_STR(memories->by_key, key, kept);
    free(key);
    if (kept == NULL)
        return false;
    *memory = kept->memory;
    forget(memories, kept);
    return true;
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */
