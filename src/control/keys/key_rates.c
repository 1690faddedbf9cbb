/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bucket a key, in thousandths of a call: a call takes a thousand of them, and each
 * millisecond brings as many as there may be calls in a second. There are as many buckets as
 * there can be keys; those of keys that are gone make room for others.
 */
#include "control/keys/key_rates.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/keys/access_key.h"

#define CALL 1000
#define MS_PER_SECOND 1000
/* One for calls without a key. */
#define BUCKETS_MAX (ACCESS_KEYS_MAX + 1)

struct bucket {
    char key_id[ACCESS_KEY_ID_LENGTH + 1]; /* "": without a key */
    uint64_t level;                        /* at filled_ms */
    uint64_t filled_ms;
    UT_hash_handle hh;
};

struct key_rates {
    struct bucket *table; /* the one that was made first, first */
    unsigned calls_per_second;
};

struct key_rates *
key_rates_new(void)
{
    return memory_take(1, sizeof(struct key_rates));
}

static uint64_t
capacity(const struct key_rates *rates)
{
    return (uint64_t)rates->calls_per_second * KEY_RATES_BURST_SECONDS * CALL;
}

/* NOLINTBEGIN(readability-function-size, clang-analyzer-*): uthash's macros are long, and the
 * analyzer loses its way in them. */
static struct bucket *
find(struct key_rates *rates, const char *key_id)
{
    struct bucket *bucket;

    HASH_FIND_STR(rates->table, key_id, bucket);
    return bucket;
}

static void
forget(struct key_rates *rates, struct bucket *bucket)
{
    HASH_DEL(rates->table, bucket);
    free(bucket);
}

static struct bucket *
add(struct key_rates *rates, const char *key_id)
{
    struct bucket *bucket = memory_take(1, sizeof(*bucket));

    strncpy(bucket->key_id, key_id, ACCESS_KEY_ID_LENGTH);
    bucket->level = capacity(rates);
    bucket->filled_ms = clock_ms();
    HASH_ADD_STR(rates->table, key_id, bucket);
    return bucket;
}

/* NOLINTEND(readability-function-size, clang-analyzer-*) */

void
key_rates_free(struct key_rates **rates)
{
    if (*rates == NULL)
        return;
    while ((*rates)->table != NULL)
        forget(*rates, (*rates)->table);
    free(*rates);
    *rates = NULL;
}

void
key_rates_set(struct key_rates *rates, unsigned calls_per_second)
{
    rates->calls_per_second = calls_per_second;
}

static struct bucket *
quietest(struct key_rates *rates)
{
    struct bucket *found = rates->table;

    for (struct bucket *bucket = found; bucket != NULL; bucket = bucket->hh.next)
        if (bucket->filled_ms < found->filled_ms)
            found = bucket;
    return found;
}

static void
fill(const struct key_rates *rates, struct bucket *bucket)
{
    uint64_t most = capacity(rates);
    uint64_t ms = clock_ms() - bucket->filled_ms;
    bool is_full = ms >= (uint64_t)KEY_RATES_BURST_SECONDS * MS_PER_SECOND;

    bucket->level = is_full ? most : bucket->level + ms * rates->calls_per_second;
    bucket->level = bucket->level < most ? bucket->level : most;
    bucket->filled_ms = clock_ms();
}

bool
key_rates_take(struct key_rates *rates, const char *key_id)
{
    const char *id = key_id == NULL ? "" : key_id;
    struct bucket *bucket = find(rates, id);

    if (rates->calls_per_second == 0)
        return true;
    if (bucket == NULL) {
        if (HASH_COUNT(rates->table) >= BUCKETS_MAX)
            forget(rates, quietest(rates));
        bucket = add(rates, id);
    }
    fill(rates, bucket);
    if (bucket->level < CALL)
        return false;
    bucket->level -= CALL;
    return true;
}
