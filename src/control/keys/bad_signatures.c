/* SPDX-License-Identifier: Apache-2.0 */
#include "control/keys/bad_signatures.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <uthash.h>

#include "base/clock.h"
#include "base/memory.h"
#include "net/digest.h"

#define TOLD_MAX 20 /* within BAD_SIGNATURES_MS */

/* A number of things within a time that begins with the first of them. */
struct window {
    uint64_t since_ms;
    unsigned count;
};

struct sender {
    uint8_t digest[DIGEST_BYTES]; /* of client and key id */
    struct window window;
    UT_hash_handle hh;
    TAILQ_ENTRY(sender) link;
};

struct bad_signatures {
    struct sender *table;
    TAILQ_HEAD(, sender) by_time; /* of the last bad signature, the oldest first */
    struct window told;
};

struct bad_signatures *
bad_signatures_new(void)
{
    struct bad_signatures *bad = memory_take(1, sizeof(*bad));

    TAILQ_INIT(&bad->by_time);
    return bad;
}

/* NOLINTBEGIN(readability-function-size, clang-analyzer-*): uthash's macros are long, and the
 * analyzer loses its way in them. */
static struct sender *
find(struct bad_signatures *bad, const uint8_t digest[DIGEST_BYTES])
{
    struct sender *sender;

    HASH_FIND(hh, bad->table, digest, DIGEST_BYTES, sender);
    return sender;
}

static struct sender *
add(struct bad_signatures *bad, const uint8_t digest[DIGEST_BYTES])
{
    struct sender *sender = memory_take(1, sizeof(*sender));

    memcpy(sender->digest, digest, DIGEST_BYTES);
    HASH_ADD(hh, bad->table, digest, DIGEST_BYTES, sender);
    TAILQ_INSERT_TAIL(&bad->by_time, sender, link);
    return sender;
}

static void
forget_oldest(struct bad_signatures *bad)
{
    struct sender *sender = TAILQ_FIRST(&bad->by_time);

    HASH_DEL(bad->table, sender);
    TAILQ_REMOVE(&bad->by_time, sender, link);
    free(sender);
}

/* NOLINTEND(readability-function-size, clang-analyzer-*) */

void
bad_signatures_free(struct bad_signatures **bad)
{
    if (*bad == NULL)
        return;
    while (!TAILQ_EMPTY(&(*bad)->by_time))
        forget_oldest(*bad);
    free(*bad);
    *bad = NULL;
}

static bool
is_over(const struct window *window)
{
    return window->count == 0 || clock_ms() - window->since_ms >= BAD_SIGNATURES_MS;
}

static unsigned
count_one(struct window *window)
{
    if (is_over(window))
        *window = (struct window){.since_ms = clock_ms()};
    return ++window->count;
}

/* A client's text has no line feed that could be another's end. */
static void
digest_sender(struct slice client, struct slice key_id, uint8_t digest[DIGEST_BYTES])
{
    char *text = memory_print("%.*s\n%.*s", SLICE_PRINT(key_id), SLICE_PRINT(client));

    digest_sha256(slice_of(text), digest);
    free(text);
}

bool
bad_signatures_are_too_many(struct bad_signatures *bad, struct slice client,
                            struct slice key_id)
{
    uint8_t digest[DIGEST_BYTES];

    digest_sender(client, key_id, digest);
    const struct sender *sender = find(bad, digest);
    return sender != NULL && !is_over(&sender->window) &&
           sender->window.count >= BAD_SIGNATURES_MAX;
}

/* Who is then the last that was heard of. */
static struct sender *
find_or_add(struct bad_signatures *bad, const uint8_t digest[DIGEST_BYTES])
{
    struct sender *sender = find(bad, digest);

    if (sender == NULL) {
        if (HASH_COUNT(bad->table) >= BAD_SIGNATURES_CLIENTS)
            forget_oldest(bad);
        return add(bad, digest);
    }
    TAILQ_REMOVE(&bad->by_time, sender, link);
    TAILQ_INSERT_TAIL(&bad->by_time, sender, link);
    return sender;
}

bool
bad_signatures_note(struct bad_signatures *bad, struct slice client, struct slice key_id)
{
    uint8_t digest[DIGEST_BYTES];

    digest_sender(client, key_id, digest);
    unsigned count = count_one(&find_or_add(bad, digest)->window);
    return (count == 1 || count == BAD_SIGNATURES_MAX) && count_one(&bad->told) <= TOLD_MAX;
}
