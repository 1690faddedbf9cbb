/* SPDX-License-Identifier: Apache-2.0 */
/* The sizes of rows, from the table of tables. */
#include "ipc/snapshot_layout.h"

const uint32_t snapshot_row_bytes[SNAPSHOT_TABLE_COUNT] = {
#define ROW_BYTES(type, table) sizeof(struct snapshot_##type),
    SNAPSHOT_TABLES(ROW_BYTES)
#undef ROW_BYTES
};

uint64_t
snapshot_layout(void)
{
    uint64_t hash = SLICE_HASH_START ^ sizeof(struct snapshot_header);

    return slice_hash(hash,
                      slice_make((const char *)snapshot_row_bytes, sizeof(snapshot_row_bytes)));
}
