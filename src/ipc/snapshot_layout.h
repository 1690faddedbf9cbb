/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How each part of a snapshot lies in its memory: this header, the tables in the order of
 * SNAPSHOT_TABLES, the string pool. Shared by the writer and the reader only.
 */
#ifndef FAIRLEAD_IPC_SNAPSHOT_LAYOUT_H
#define FAIRLEAD_IPC_SNAPSHOT_LAYOUT_H

#include <fcntl.h>
#include <stdint.h>

#include "ipc/snapshot.h"

#define SNAPSHOT_MAGIC UINT64_C(0x70616e73636c7266) /* "frlcsnap" */
#define SNAPSHOT_ALIGNMENT 8

/* Nothing can change under a reader, nor can the memory shrink away from under its mapping. */
#define SNAPSHOT_SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

enum snapshot_table_id {

#define SNAPSHOT_TABLE_ID(type, table) SNAPSHOT_TABLE_##type,
    SNAPSHOT_TABLES(SNAPSHOT_TABLE_ID)
#undef SNAPSHOT_TABLE_ID
        SNAPSHOT_TABLE_COUNT
};

/* count rows (bytes, for the string pool) from an offset in the snapshot. */
struct snapshot_extent {
    uint64_t offset;
    uint64_t count;
};

struct snapshot_header {
    uint64_t magic;
    uint64_t layout; /* snapshot_layout() of the writer */
    uint64_t part;   /* enum snapshot_part */
    uint64_t base_number;
    uint64_t generation; /* 0 in a base */
    uint64_t size_bytes;
    struct snapshot_settings settings;                   /* in a base */
    struct snapshot_extent tables[SNAPSHOT_TABLE_COUNT]; /* empty where the other part has it */
    struct snapshot_extent strings;
};

/* Bytes of a row in each table. */
extern const uint32_t snapshot_row_bytes[SNAPSHOT_TABLE_COUNT];

/* A number that differs when a row's size does: two builds must not misread each other. */
uint64_t snapshot_layout(void);

#endif
