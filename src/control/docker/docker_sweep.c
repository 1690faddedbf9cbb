/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list, inspects of what it shows as changed, and then the full set. Start reading at
 * docker_roster_sweep.
 */
#include "control/docker/docker_sweep.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "control/docker/docker_entry.h"

#define LIST_TIMEOUT_MS 30000
/* What a sweep finds before the event about it has come is not a missed event yet. */
#define GRACE_MS 500

static bool
needs_reading(const struct docker_entry *entry, const struct docker_listed *listed,
              enum docker_sweep kind)
{
    return kind != DOCKER_SWEEP_CHANGED || listed->is_young || entry->has_failed ||
           docker_stop_sign_holds(&entry->stop) || entry->fingerprint != listed->fingerprint;
}

static void
sweep_entry(struct docker_entry *entry)
{
    if (entry->is_swept)
        return;
    entry->is_swept = true;
    entry->tries = 0;
    entry->roster->swept_left++;
    docker_entry_read(entry);
}

/* Listed ones that changed, and known ones that are not listed: only a reading says why. */
static void
compare(struct docker_roster *roster, const struct docker_listed *listed, size_t count)
{
    struct docker_entry *entry, *next;

    roster->sweep++;
    for (size_t i = 0; i < count; i++) {
        if ((entry = docker_entry_find_or_add(roster, listed[i].id)) == NULL)
            continue;
        entry->is_oversized = entry->is_oversized || listed[i].is_cut;
        entry->sweep = roster->sweep;
        entry->fingerprint_listed = listed[i].fingerprint;
        if (needs_reading(entry, &listed[i], roster->kind))
            sweep_entry(entry);
    }
    HASH_ITER (hh, roster->entries, entry, next) {
        if (entry->sweep != roster->sweep)
            sweep_entry(entry);
    }
}

static void
on_list_bytes(void *argument, const char *bytes, size_t length)
{
    struct docker_roster *roster = argument;
    size_t room = sizeof(roster->refusal) - 1 - roster->refusal_length;

    CHECK_TAG(roster, DOCKER_ROSTER_TAG);
    memcpy(roster->refusal + roster->refusal_length, bytes, length < room ? length : room);
    roster->refusal_length += length < room ? length : room;
    docker_list_feed(&roster->listed, bytes, length);
}

static void
on_listed(void *argument, const struct api_answer *answer)
{
    struct docker_roster *roster = argument;
    struct docker_list *list = &roster->listed;
    struct api_answer refused = *answer;
    char *error = NULL;

    CHECK_TAG(roster, DOCKER_ROSTER_TAG);
    roster->list = NULL;
    roster->refusal[roster->refusal_length] = '\0';
    if (answer->status == 200)
        error = docker_list_finish(list);
    if (answer->status != 200 || error != NULL) {
        roster->is_sweeping = false;
        refused.body = roster->refusal;
        refused.body_length = roster->refusal_length;
        if (error != NULL)
            refused = (struct api_answer){.error = error};
        roster->owner->on_sweep_failed(roster->owner->argument, &refused);
        free(error);
        docker_list_clear(list);
        return;
    }
    docker_roster_tell_full(roster, list->left_out > 0);
    compare(roster, list->rows, list->count);
    docker_list_clear(list);
    docker_sweep_end_if_done(roster);
}

static void
hand_over(struct docker_roster *roster)
{
    const struct discovery_sink *sink = roster->sink;
    struct task **tasks = memory_take(HASH_COUNT(roster->entries), sizeof(struct task *));
    size_t count = 0;
    struct docker_entry *entry, *next;

    HASH_ITER (hh, roster->entries, entry, next) {
        if (entry->task != NULL)
            tasks[count++] = task_copy(entry->task);
    }
    roster->is_sweeping = false;
    unsigned missed = sink->on_full_set(sink->argument, roster->place->source, tasks, count);
    roster->owner->on_swept(roster->owner->argument, missed);
}

void
docker_sweep_on_grace_end(void *argument)
{
    struct docker_roster *roster = argument;

    CHECK_TAG(roster, DOCKER_ROSTER_TAG);
    roster->has_surprise = false;
    docker_sweep_end_if_done(roster);
}

void
docker_sweep_end_if_done(struct docker_roster *roster)
{
    if (!roster->is_sweeping || roster->list != NULL || roster->swept_left > 0 ||
        timer_is_set(&roster->grace))
        return;
    if (roster->has_surprise && roster->kind != DOCKER_SWEEP_FIRST)
        timer_set(&roster->grace, roster->loop, GRACE_MS);
    else
        hand_over(roster);
}

void
docker_roster_sweep(struct docker_roster *roster, enum docker_sweep sweep)
{
    static const struct api_callbacks callbacks = {.on_bytes = on_list_bytes,
                                                   .on_done = on_listed};

    if (roster->is_sweeping)
        return;
    roster->kind = sweep;
    roster->is_sweeping = true;
    roster->has_surprise = false;
    roster->refusal_length = 0;
    docker_list_clear(&roster->listed);
    /* all=0: running ones, with those paused or between two starts. */
    roster->list = docker_engine_get(roster->engine, "/containers/json?all=0", LIST_TIMEOUT_MS,
                                     &callbacks, roster);
}
