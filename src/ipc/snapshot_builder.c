/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/snapshot_builder.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

static int
by_name(const void *one, const void *other)
{
    const struct snapshot_group_name *a = one, *b = other;

    return strcmp(a->name, b->name);
}

void
snapshot_builder_sort_groups(struct snapshot_builder *builder)
{
    if (builder->group_count != 0)
        qsort(builder->group_names, builder->group_count, sizeof(*builder->group_names),
              by_name);
}

uint32_t
snapshot_builder_find_group(const struct snapshot_builder *builder, const char *name)
{
    const struct snapshot_group_name wanted = {.name = name};
    const struct snapshot_group_name *found =
        builder->group_count == 0 ? NULL
                                  : bsearch(&wanted, builder->group_names, builder->group_count,
                                            sizeof(wanted), by_name);

    return found == NULL ? SNAPSHOT_NO_INDEX : found->index;
}

struct snapshot_rows
snapshot_builder_sources(struct snapshot_builder *builder, const struct config_value *values,
                         size_t count)
{
    struct snapshot_rows rows = {snapshot_written_source_count(&builder->base),
                                 (uint32_t)count};

    for (size_t i = 0; i < count; i++) {
        struct snapshot_source row;
        CHECK(address_source_parse(&row.block, values[i].value));
        snapshot_add_source(&builder->base, &row);
    }
    return rows;
}
