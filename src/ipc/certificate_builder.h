/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate book that grows in memory; for its writers in src/ipc only. */
#ifndef FAIRLEAD_IPC_CERTIFICATE_BUILDER_H
#define FAIRLEAD_IPC_CERTIFICATE_BUILDER_H

#include "ipc/certificate_book.h"

struct known_bytes;

struct growing {
    char *bytes;
    size_t length, capacity;
};

struct certificate_builder {
    struct growing bytes, keys;
#define BUILDER_TABLE(type, table) struct growing table;
    CERTIFICATE_TABLES(BUILDER_TABLE)
#undef BUILDER_TABLE
    struct known_bytes *known;
};

#define ROW_COUNT(growing, type) ((uint32_t)((growing).length / sizeof(struct type)))

/* So many bytes more, which the caller fills. */
void *growing_take(struct growing *growing, size_t size);

/* Equal bytes stand there once: most chains end with the same few certificates. */
struct certificate_bytes certificate_builder_bytes(struct certificate_builder *builder,
                                                   struct slice bytes);

#endif
