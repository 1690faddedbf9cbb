/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for a row. */
#include "ipc/snapshot.h"

#include <unistd.h>

void
snapshot_files_close(struct snapshot_files *files)
{
    if (files->base_fd != -1)
        close(files->base_fd);
    if (files->fd != -1)
        close(files->fd);
    *files = (struct snapshot_files){.base_fd = -1, .fd = -1};
}

uint32_t
snapshot_find_target(const struct snapshot *snapshot, uint32_t group, uint64_t target_id)
{
    struct snapshot_rows rows = snapshot_targets_of(snapshot, group);
    uint32_t low = rows.first;
    uint32_t end = low + rows.count;
    uint32_t high = end;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (snapshot->target_rows[middle].id < target_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && snapshot->target_rows[low].id == target_id ? low : SNAPSHOT_NO_INDEX;
}

bool
snapshot_has_source(const struct snapshot *snapshot, struct snapshot_rows sources,
                    const struct address *address)
{
    for (uint32_t i = 0; i < sources.count; i++)
        if (address_block_contains(&snapshot_source(snapshot, sources.first + i)->block,
                                   address))
            return true;
    return false;
}
