/* SPDX-License-Identifier: Apache-2.0 */
/* Texts once each: a byte array, and a hash of what is in it. */
#include "ipc/string_pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"

#define uthash_malloc(size) memory_take(1, size)
#define uthash_fatal(message) CHECK_UNREACHABLE()
#include <uthash.h>

struct string_pool_entry {
    const char *text; /* the caller's */
    struct snapshot_text place;
    UT_hash_handle hh;
};

static bool
is_empty(const char *text)
{
    return text == NULL || *text == '\0';
}

/* Makes room for bytes more. */
static void
reserve(struct string_pool *pool, size_t size)
{
    /* Offsets have 31 bits; no configuration that was accepted comes near. */
    CHECK(pool->length + size <= INT32_MAX);
    if (pool->length + size <= pool->capacity)
        return;
    pool->capacity = pool->capacity * 2 + size + 4096;
    pool->bytes = memory_resize(pool->bytes, pool->capacity, 1);
}

void
string_pool_open(struct string_pool *pool, enum snapshot_part part)
{
    *pool = (struct string_pool){.part = part};
    reserve(pool, 1);
    pool->bytes[pool->length++] = '\0';
}

void
string_pool_clear(struct string_pool *pool)
{
    struct string_pool_entry *entry = pool->entries;

    /* The entries stay linked in order when the table goes: none is looked up to be freed. */
    HASH_CLEAR(hh, pool->entries);
    while (entry != NULL) {
        struct string_pool_entry *next = entry->hh.next;
        free(entry);
        entry = next;
    }
    pool->length = 1;
}

void
string_pool_close(struct string_pool *pool)
{
    string_pool_clear(pool);
    free(pool->bytes);
    *pool = (struct string_pool){0};
}

/* NOLINTBEGIN(readability-function-size): uthash's macros are long. */
static struct string_pool_entry *
find_entry(const struct string_pool *pool, const char *text, size_t length)
{
    struct string_pool_entry *entry;

    HASH_FIND(hh, pool->entries, text, length, entry);
    return entry;
}

static void
remember(struct string_pool *pool, const char *text, struct snapshot_text place)
{
    struct string_pool_entry *entry = memory_take(1, sizeof(*entry));

    entry->text = text;
    entry->place = place;
    HASH_ADD_KEYPTR(hh, pool->entries, entry->text, place.length, entry);
}

/* NOLINTEND(readability-function-size) */

struct snapshot_text
string_pool_add(struct string_pool *pool, const char *text)
{
    if (is_empty(text))
        return (struct snapshot_text){0};
    const struct string_pool_entry *known = find_entry(pool, text, strlen(text));
    if (known != NULL)
        return known->place;
    struct snapshot_text place = string_pool_add_new(pool, text);
    remember(pool, text, place);
    return place;
}

struct snapshot_text
string_pool_add_new(struct string_pool *pool, const char *text)
{
    if (is_empty(text))
        return (struct snapshot_text){0};
    size_t size = strlen(text) + 1;

    reserve(pool, size);
    struct snapshot_text place = {
        .part = pool->part,
        .offset = (uint32_t)pool->length,
        .length = (uint32_t)(size - 1),
    };
    memcpy(pool->bytes + pool->length, text, size);
    pool->length += size;
    return place;
}
