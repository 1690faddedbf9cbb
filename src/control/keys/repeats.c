/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of digests, which are also listed by the minute in which they may be forgotten. A
 * call without a nonce has two: of its signature, since when it is known, and of the signature
 * with the invocation id.
 */
#include "control/keys/repeats.h"

#include <stdlib.h>
#include <sys/queue.h>

#include <uthash.h>

#include "base/clock.h"
#include "base/memory.h"
#include "net/digest.h"

#define US_PER_SECOND 1000000
#define SECONDS_PER_MINUTE 60
/* No signature is valid for that long. */
#define MINUTES 64

struct sight {
    uint8_t digest[DIGEST_BYTES];
    uint64_t first_us;
    unsigned alike; /* calls that have this signature */
    UT_hash_handle hh;
    SLIST_ENTRY(sight) link;
};

SLIST_HEAD(sight_list, sight);

struct repeats {
    struct sight *table;
    struct sight_list minutes[MINUTES];
    uint64_t oldest_minute; /* all that ended before it is forgotten */
};

struct repeats *
repeats_new(void)
{
    struct repeats *repeats = memory_take(1, sizeof(*repeats));

    for (size_t i = 0; i < MINUTES; i++)
        SLIST_INIT(&repeats->minutes[i]);
    return repeats;
}

/* NOLINTBEGIN(readability-function-size, clang-analyzer-*): uthash's macros are long, and the
 * analyzer loses its way in them. */
static struct sight *
find(struct repeats *repeats, const uint8_t digest[DIGEST_BYTES])
{
    struct sight *sight;

    HASH_FIND(hh, repeats->table, digest, DIGEST_BYTES, sight);
    return sight;
}

static struct sight *
add(struct repeats *repeats, const uint8_t digest[DIGEST_BYTES], uint64_t until_s)
{
    struct sight *sight = memory_take(1, sizeof(*sight));
    uint64_t minute = until_s / SECONDS_PER_MINUTE;

    memcpy(sight->digest, digest, DIGEST_BYTES);
    sight->first_us = clock_us();
    HASH_ADD(hh, repeats->table, digest, DIGEST_BYTES, sight);
    SLIST_INSERT_HEAD(&repeats->minutes[minute % MINUTES], sight, link);
    return sight;
}

static void
forget_minute(struct repeats *repeats, struct sight_list *minute)
{
    struct sight *sight;

    while ((sight = SLIST_FIRST(minute)) != NULL) {
        SLIST_REMOVE_HEAD(minute, link);
        HASH_DEL(repeats->table, sight);
        free(sight);
    }
}

/* NOLINTEND(readability-function-size, clang-analyzer-*) */

void
repeats_free(struct repeats **repeats)
{
    if (*repeats == NULL)
        return;
    for (size_t i = 0; i < MINUTES; i++)
        forget_minute(*repeats, &(*repeats)->minutes[i]);
    free(*repeats);
    *repeats = NULL;
}

static void
forget_what_is_over(struct repeats *repeats)
{
    uint64_t minute = clock_wall_us() / US_PER_SECOND / SECONDS_PER_MINUTE;

    for (size_t i = 0; i < MINUTES && repeats->oldest_minute < minute; i++)
        forget_minute(repeats, &repeats->minutes[repeats->oldest_minute++ % MINUTES]);
    if (repeats->oldest_minute < minute)
        repeats->oldest_minute = minute;
}

/* The parts have no byte 0, so that no two lists of parts are one text. */
static void
digest_parts(const struct slice *parts, size_t count, uint8_t digest[DIGEST_BYTES])
{
    size_t length = 0, at = 0;

    for (size_t i = 0; i < count; i++)
        length += parts[i].length + 1;
    char *text = memory_take(length, 1);
    for (size_t i = 0; i < count; i++) {
        if (parts[i].length > 0)
            memcpy(text + at, parts[i].at, parts[i].length);
        at += parts[i].length + 1;
    }
    digest_sha256(slice_make(text, length), digest);
    free(text);
}

static enum repeats_verdict
note_nonce(struct repeats *repeats, const struct repeats_call *call)
{
    const struct slice parts[] = {SLICE_LITERAL("nonce"), call->key_id, call->nonce};
    uint8_t digest[DIGEST_BYTES];

    digest_parts(parts, 3, digest);
    if (find(repeats, digest) != NULL)
        return REPEATS_AGAIN;
    if (repeats_count(repeats) >= REPEATS_MAX)
        return REPEATS_FULL;
    add(repeats, digest, call->valid_until_s);
    return REPEATS_FIRST;
}

static enum repeats_verdict
note_signature(struct repeats *repeats, const struct repeats_call *call)
{
    const struct slice parts[] = {SLICE_LITERAL("signature"), call->key_id, call->signature,
                                  call->invocation_id};
    uint8_t digest[DIGEST_BYTES], whole[DIGEST_BYTES];

    digest_parts(parts, 3, digest);
    digest_parts(parts, 4, whole);
    struct sight *first = find(repeats, digest);
    bool is_again = first != NULL && (find(repeats, whole) != NULL ||
                                      clock_us() - first->first_us > REPEATS_ALIKE_US ||
                                      first->alike >= REPEATS_ALIKE_MAX);

    if (is_again)
        return REPEATS_AGAIN;
    if (repeats_count(repeats) + 2 > REPEATS_MAX)
        return REPEATS_FULL;
    if (first == NULL)
        first = add(repeats, digest, call->valid_until_s);
    first->alike++;
    add(repeats, whole, call->valid_until_s);
    return REPEATS_FIRST;
}

enum repeats_verdict
repeats_note(struct repeats *repeats, const struct repeats_call *call)
{
    forget_what_is_over(repeats);
    return call->nonce.at != NULL ? note_nonce(repeats, call) : note_signature(repeats, call);
}

size_t
repeats_count(const struct repeats *repeats)
{
    return HASH_COUNT(repeats->table);
}
