/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The string pool of a snapshot that is being built: NUL-terminated texts one after another,
 * equal ones once. The empty text lies at offset 0.
 */
#ifndef FAIRLEAD_IPC_STRING_POOL_H
#define FAIRLEAD_IPC_STRING_POOL_H

#include <stddef.h>

#include "ipc/snapshot.h"

struct string_pool_entry;

/* Owned by its snapshot_writer; texts that were added by reference must live until it is
 * cleared. */
struct string_pool {
    enum snapshot_part part;
    char *bytes;
    size_t length;
    size_t capacity;
    struct string_pool_entry *entries; /* by text */
};

void string_pool_open(struct string_pool *pool, enum snapshot_part part);
void string_pool_close(struct string_pool *pool);

/* The place of an equal text, which is remembered by reference; NULL is the empty text. */
struct snapshot_text string_pool_add(struct string_pool *pool, const char *text);

/* The same without looking for an equal one: for texts that differ anyway. */
struct snapshot_text string_pool_add_new(struct string_pool *pool, const char *text);

/* Forgets all texts. */
void string_pool_clear(struct string_pool *pool);

#endif
