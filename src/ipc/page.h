/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text that travels as a descriptor: a memory file, sealed by who wrote it. Its reader does
 * not trust the writer: what is not sealed, or too large, is refused, and nothing is mapped.
 */
#ifndef FAIRLEAD_IPC_PAGE_H
#define FAIRLEAD_IPC_PAGE_H

#include <stddef.h>

#include "base/slice.h"

/* Some 100,000 targets' metrics. */
#define PAGE_BYTES_MAX (128 * 1024 * 1024)

/* A new descriptor, the caller's; -1 with errno. */
int page_create(struct slice text);

/* The text of at most that many bytes, the caller's to free; NULL when the descriptor is no
 * such page, with why. */
char *page_read(int fd, size_t most, size_t *length, const char **error);

#endif
