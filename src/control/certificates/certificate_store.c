/* SPDX-License-Identifier: Apache-2.0 */
#include "control/certificates/certificate_store.h"

#include <stdlib.h>

#include "base/memory.h"

struct certificate_store {
    struct certificate_files files, next_files;
    struct certificate_book *book, *next_book; /* without their keys */
};

struct certificate_store *
certificate_store_new(void)
{
    struct certificate_store *store = memory_take(1, sizeof(*store));

    store->files = store->next_files = CERTIFICATE_FILES_NONE;
    return store;
}

void
certificate_store_free(struct certificate_store **store)
{
    if (*store == NULL)
        return;
    certificate_store_abandon(*store);
    certificate_book_release(&(*store)->book);
    certificate_files_close(&(*store)->files);
    free(*store);
    *store = NULL;
}

void
certificate_store_abandon(struct certificate_store *store)
{
    certificate_book_release(&store->next_book);
    certificate_files_close(&store->next_files);
}

bool
certificate_store_prepare(struct certificate_store *store, struct certificate_files *files,
                          const char **reason)
{
    certificate_store_abandon(store);
    store->next_files = *files;
    *files = CERTIFICATE_FILES_NONE;
    if (certificate_files_are_empty(&store->next_files)) {
        certificate_store_abandon(store);
        return true;
    }
    store->next_book = certificate_book_open(store->next_files.fd, -1, reason);
    if (store->next_book == NULL)
        certificate_store_abandon(store);
    return store->next_book != NULL;
}

bool
certificate_store_commit(struct certificate_store *store)
{
    if (store->next_book == NULL)
        return false;
    certificate_book_release(&store->book);
    certificate_files_close(&store->files);
    store->book = store->next_book;
    store->files = store->next_files;
    store->next_book = NULL;
    store->next_files = CERTIFICATE_FILES_NONE;
    return true;
}

const struct certificate_files *
certificate_store_files(const struct certificate_store *store)
{
    return &store->files;
}

uint64_t
certificate_store_number(const struct certificate_store *store)
{
    return store->book == NULL ? 0 : store->book->number;
}

const struct certificate_book *
certificate_store_book(const struct certificate_store *store)
{
    return store->book;
}

const struct certificate_book *
certificate_store_next(const struct certificate_store *store)
{
    return store->next_book;
}

size_t
certificate_store_count_ending(const struct certificate_store *store, int64_t before_s)
{
    const struct certificate_book *book = store->book;
    size_t count = 0;

    for (uint32_t i = 0; book != NULL && i < book->row_count; i++)
        count += book->certificates[i].facts.not_after_s < before_s ? 1 : 0;
    return count;
}

int64_t
certificate_store_first_end_s(const struct certificate_store *store)
{
    const struct certificate_book *book = store->book;
    int64_t first_s = 0;

    for (uint32_t i = 0; book != NULL && i < book->row_count; i++) {
        int64_t end_s = book->certificates[i].facts.not_after_s;
        if (first_s == 0 || end_s < first_s)
            first_s = end_s;
    }
    return first_s;
}
