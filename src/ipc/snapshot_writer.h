/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A part of a snapshot under construction: tables that grow and a string pool, written into a
 * sealed memfd at the end. Rows are added in order, so ranges of rows come out contiguous.
 */
#ifndef FAIRLEAD_IPC_SNAPSHOT_WRITER_H
#define FAIRLEAD_IPC_SNAPSHOT_WRITER_H

#include <stdint.h>

#include "ipc/snapshot.h"
#include "ipc/snapshot_layout.h"
#include "ipc/string_pool.h"

struct snapshot_writer {
    struct {
        char *rows;
        uint32_t count, capacity;
    } tables[SNAPSHOT_TABLE_COUNT];
    struct string_pool strings;
    struct snapshot_settings settings; /* of a base */
};

void snapshot_writer_open(struct snapshot_writer *writer, enum snapshot_part part);
void snapshot_writer_close(struct snapshot_writer *writer);

/* Appends count zeroed rows and returns the first one's index. */
uint32_t snapshot_writer_extend(struct snapshot_writer *writer, enum snapshot_table_id table,
                                uint32_t count);

/* Takes out all rows and texts; their memory stays for the next ones. */
void snapshot_writer_clear(struct snapshot_writer *writer);

/*
 * For each table: snapshot_written_rule(writer, index), valid until the next row of that table,
 * and snapshot_add_rule(writer, &row), which returns the index.
 */
#define SNAPSHOT_WRITER_FUNCTIONS(type, table)                                                 \
    static inline struct snapshot_##type *snapshot_written_##type(                             \
        const struct snapshot_writer *writer, uint32_t index)                                  \
    {                                                                                          \
        return (struct snapshot_##type *)(void *)writer->tables[SNAPSHOT_TABLE_##type].rows +  \
               index;                                                                          \
    }                                                                                          \
    static inline uint32_t snapshot_add_##type(struct snapshot_writer *writer,                 \
                                               const struct snapshot_##type *row)              \
    {                                                                                          \
        uint32_t index = snapshot_writer_extend(writer, SNAPSHOT_TABLE_##type, 1);             \
        *snapshot_written_##type(writer, index) = *row;                                        \
        return index;                                                                          \
    }                                                                                          \
    static inline uint32_t snapshot_written_##type##_count(                                    \
        const struct snapshot_writer *writer)                                                  \
    {                                                                                          \
        return writer->tables[SNAPSHOT_TABLE_##type].count;                                    \
    }
SNAPSHOT_TABLES(SNAPSHOT_WRITER_FUNCTIONS)
#undef SNAPSHOT_WRITER_FUNCTIONS

/* Writes everything into a new sealed memfd, the caller's; -1 with errno. */
int snapshot_writer_seal(const struct snapshot_writer *writer, uint64_t base_number,
                         uint64_t generation);

#endif
