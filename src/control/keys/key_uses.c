/* SPDX-License-Identifier: Apache-2.0 */
#include "control/keys/key_uses.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

struct key_uses {
    struct key_use at[ACCESS_KEYS_MAX];
    size_t count;
    key_uses_callback *on_news;
    void *argument;
};

struct key_uses *
key_uses_new(key_uses_callback *on_news, void *argument)
{
    struct key_uses *uses = memory_take(1, sizeof(*uses));

    uses->on_news = on_news;
    uses->argument = argument;
    return uses;
}

void
key_uses_free(struct key_uses **uses)
{
    free(*uses);
    *uses = NULL;
}

/* Its place; the count where it has none. */
static size_t
place_of(const struct key_uses *uses, const char *key_id)
{
    size_t place = 0;

    while (place < uses->count && strcmp(uses->at[place].key_id, key_id) != 0)
        place++;
    return place;
}

static size_t
quietest(const struct key_uses *uses)
{
    size_t place = 0;

    for (size_t i = 1; i < uses->count; i++)
        if (uses->at[i].wall_us < uses->at[place].wall_us)
            place = i;
    return place;
}

void
key_uses_put(struct key_uses *uses, const char *key_id, uint64_t wall_us)
{
    size_t place = place_of(uses, key_id);

    if (strlen(key_id) != ACCESS_KEY_ID_LENGTH)
        return;
    if (place == ACCESS_KEYS_MAX)
        place = quietest(uses);
    else if (place == uses->count)
        uses->count++;
    memcpy(uses->at[place].key_id, key_id, ACCESS_KEY_ID_LENGTH + 1);
    uses->at[place].wall_us = wall_us;
}

void
key_uses_note(struct key_uses *uses, const char *key_id)
{
    uint64_t now = clock_wall_us(), last = key_uses_last(uses, key_id);

    /* A clock that was set back is believed. */
    if (last != 0 && now >= last && now - last < KEY_USES_STEP_US)
        return;
    key_uses_put(uses, key_id, now);
    if (uses->on_news != NULL)
        uses->on_news(uses->argument);
}

void
key_uses_forget(struct key_uses *uses, const char *key_id)
{
    size_t place = place_of(uses, key_id);

    if (place < uses->count)
        uses->at[place] = uses->at[--uses->count];
}

uint64_t
key_uses_last(const struct key_uses *uses, const char *key_id)
{
    size_t place = place_of(uses, key_id);

    return place < uses->count ? uses->at[place].wall_us : 0;
}

const struct key_use *
key_uses_at(const struct key_uses *uses, size_t n)
{
    return n < uses->count ? &uses->at[n] : NULL;
}
