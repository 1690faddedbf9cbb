/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pieces of the builder share: the sources, the rows so far, and groups by name.
 */
#ifndef FAIRLEAD_IPC_SNAPSHOT_BUILDER_H
#define FAIRLEAD_IPC_SNAPSHOT_BUILDER_H

#include "ipc/snapshot_sources.h"
#include "ipc/snapshot_writer.h"

struct snapshot_group_name {
    const char *name;
    uint32_t index; /* of the group's row */
};

struct snapshot_builder {
    struct snapshot_sources sources;
    uint64_t base_number;
    int base_fd;                 /* -1: not sealed yet */
    struct snapshot_writer base; /* empty once it is sealed */
    struct snapshot_writer current;
    struct snapshot_group_name *group_names; /* sorted */
    size_t group_count;
    char *renamed_fields; /* while listeners are added */
};

/* By name, when the last group is there; the next asks for that order. */
void snapshot_builder_sort_groups(struct snapshot_builder *builder);

/* The row of the group with that name, or SNAPSHOT_NO_INDEX. */
uint32_t snapshot_builder_find_group(const struct snapshot_builder *builder, const char *name);

/* A text of the base. */
static inline struct snapshot_text
snapshot_builder_text(struct snapshot_builder *builder, const char *text)
{
    return string_pool_add(&builder->base.strings, text);
}

/* The blocks of a list of sources. */
struct snapshot_rows snapshot_builder_sources(struct snapshot_builder *builder,
                                              const struct config_value *values, size_t count);

#endif
