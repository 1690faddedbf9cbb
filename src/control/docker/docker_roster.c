/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An entry lives from the first hint or list line about its container until a reading says that
 * it is gone. One inspect an id at a time: answers cannot overtake each other, and hints that
 * come meanwhile ask for exactly one more. Start reading at on_inspected.
 */
#include "control/docker/docker_roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include <uthash.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "control/docker/docker_end.h"
#include "control/docker/docker_stop_sign.h"

#define ROSTER_TAG 0x726f7374
#define CONTAINERS_MOST DOCKER_LISTED_MOST
/* An inspect answer holds all labels of a container, and what else was set for it. */
#define INSPECT_MOST_BYTES ((size_t)8 * 1024 * 1024)
#define REFUSAL_BYTES 512
#define INSPECTS_AT_ONCE 4
#define INSPECT_TIMEOUT_MS 10000
#define LIST_TIMEOUT_MS 30000
/* A reading that failed is tried again after this time; a sweep waits for so many tries. */
#define RETRY_MS 1000
#define TRIES_MOST 3
/* What a sweep finds before the event about it has come is not a missed event yet. */
#define GRACE_MS 500

struct entry {
    char id[DOCKER_ID_SIZE];
    UT_hash_handle hh;
    TAILQ_ENTRY(entry) queue_entry;
    struct docker_roster *roster;
    struct api_request *request; /* the inspect under way */
    struct timer hold;           /* how long a stop sign counts; then it is read again */
    /* as last read */
    struct task *task; /* NULL: nothing that may be reported */
    struct docker_stop_sign stop;
    struct docker_end end;
    char *problem; /* its name under which a problem was reported */
    uint64_t fingerprint;
    /* what is to be done */
    uint64_t fingerprint_listed; /* becomes fingerprint with the next reading */
    unsigned sweep;              /* the last sweep whose list held it */
    unsigned tries;
    bool is_oversized; /* an event or list line of it was too long */
    bool is_queued, is_hinted, is_swept, is_wanted_again, has_failed;
};

TAILQ_HEAD(entry_queue, entry);

struct docker_roster {
    uint32_t tag;
    struct loop *loop;
    struct docker_engine *engine;
    const struct docker_place *place;
    const struct discovery_sink *sink;
    const struct docker_roster_owner *owner;
    struct entry *entries; /* hash by id */
    struct entry_queue queue;
    unsigned inspects;
    struct timer retry;
    /* the sweep under way */
    struct api_request *list;
    enum docker_sweep kind;
    bool is_sweeping, has_surprise;
    unsigned sweep, swept_left;
    struct timer grace;
    struct docker_list listed;   /* as it comes */
    char refusal[REFUSAL_BYTES]; /* the beginning of what came instead */
    size_t refusal_length;
    bool is_full; /* told so */
};

static void start_inspects(struct docker_roster *roster);
static void end_sweep_if_done(struct docker_roster *roster);
static void on_hold_end(void *argument);

/* NOLINTBEGIN(readability-function-size): uthash's macros are long. */

static struct entry *
find(struct docker_roster *roster, const char *id)
{
    struct entry *entry;

    HASH_FIND_STR(roster->entries, id, entry);
    return entry;
}

/* What is left out is told for as long as a sweep finds that something is. */
static void
tell_full(struct docker_roster *roster, bool is_full)
{
    const struct discovery_sink *sink = roster->sink;

    if (roster->is_full == is_full)
        return;
    roster->is_full = is_full;
    char *reason = is_full ? memory_print("there are more than %d: the rest is left out; label "
                                          "those that take no traffic fairlead.enable=false",
                                          CONTAINERS_MOST)
                           : NULL;
    sink->on_problem(sink->argument, roster->place->source, "containers", reason);
    free(reason);
}

static struct entry *
find_or_add(struct docker_roster *roster, const char *id)
{
    struct entry *entry = find(roster, id);

    if (entry != NULL)
        return entry;
    if (HASH_COUNT(roster->entries) >= CONTAINERS_MOST) {
        tell_full(roster, true);
        return NULL;
    }
    entry = memory_take(1, sizeof(*entry));
    snprintf(entry->id, sizeof(entry->id), "%s", id);
    entry->roster = roster;
    timer_init(&entry->hold, on_hold_end, entry);
    HASH_ADD_STR(roster->entries, id, entry);
    return entry;
}

static void
release_entry(void *object)
{
    struct entry *entry = object;

    task_free(&entry->task);
    free(entry->problem);
    free(entry);
}

static void
leave_queue(struct entry *entry)
{
    if (entry->is_queued)
        TAILQ_REMOVE(&entry->roster->queue, entry, queue_entry);
    entry->is_queued = false;
}

static void
drop(struct entry *entry)
{
    struct docker_roster *roster = entry->roster;

    leave_queue(entry);
    if (entry->request != NULL)
        roster->inspects--;
    api_request_cancel(&entry->request);
    timer_close(&entry->hold, roster->loop);
    HASH_DEL(roster->entries, entry);
    loop_free_later(roster->loop, entry, release_entry);
}

/* NOLINTEND(readability-function-size) */

/* Asks for a reading; those that an event told of go first. */
static void
want_reading(struct entry *entry)
{
    struct docker_roster *roster = entry->roster;

    if (entry->request != NULL) {
        entry->is_wanted_again = true;
        return;
    }
    leave_queue(entry);
    entry->has_failed = false;
    entry->is_queued = true;
    if (entry->is_hinted)
        TAILQ_INSERT_HEAD(&roster->queue, entry, queue_entry);
    else
        TAILQ_INSERT_TAIL(&roster->queue, entry, queue_entry);
    start_inspects(roster);
}

static void
take_hint(struct entry *entry)
{
    entry->is_hinted = true;
    want_reading(entry);
}

static void
on_hold_end(void *argument)
{
    take_hint(argument);
}

/* Quarantine: reason NULL lifts it. */
static void
set_problem(struct entry *entry, const char *name, const char *reason)
{
    const struct discovery_sink *sink = entry->roster->sink;
    const char *source = entry->roster->place->source;

    char *object = reason == NULL ? NULL
                                  : memory_print("%s (%.12s)",
                                                 name == NULL ? "container" : name, entry->id);

    /* Another name is another object. */
    if (entry->problem != NULL && (object == NULL || strcmp(object, entry->problem) != 0))
        sink->on_problem(sink->argument, source, entry->problem, NULL);
    free(entry->problem);
    entry->problem = object;
    if (object != NULL)
        sink->on_problem(sink->argument, source, object, reason);
}

/* While the sign holds every reading says so, whatever the engine still says. */
static void
judge_stop(struct entry *entry)
{
    if (entry->task != NULL && docker_stop_sign_holds(&entry->stop))
        entry->task->desired_status = TASK_STOPPED;
}

static bool
differs(const struct entry *entry, const struct task *task)
{
    if (entry->task == NULL || task == NULL)
        return entry->task != task;
    return entry->task->generation != task->generation || task_differs(entry->task, task);
}

/* Whatever the reading says now; what an event told of is reported at once, the rest by the
 * sweep's full set. */
static void
report(struct entry *entry, struct docker_container *container)
{
    struct docker_roster *roster = entry->roster;
    const struct discovery_sink *sink = roster->sink;
    bool is_told = entry->is_hinted;
    struct task *old = entry->task;

    entry->stop.generation = container->generation;
    entry->stop.stop_signal = container->stop_signal;
    entry->stop.stop_timeout_seconds = container->stop_timeout_seconds;
    entry->task = container->task;
    container->task = old;
    judge_stop(entry);
    if (!is_told && differs(entry, old))
        roster->has_surprise = true;
    if (is_told && entry->task != NULL)
        sink->on_task(sink->argument, roster->place->source, task_copy(entry->task));
    /* Generation 0, whichever: the reading is newer than all that was reported. A sweep may
     * have dropped the entry just before the event came, so what was known does not matter. */
    if (is_told && entry->task == NULL)
        sink->on_task_gone(sink->argument, roster->place->source, entry->id, 0);
}

/* 404 is an end like any other: the container was removed between the hint and the reading. */
static void
end_container(struct entry *entry)
{
    struct docker_container none = {.verdict = DOCKER_NOT_RUNNING};

    set_problem(entry, NULL, NULL);
    report(entry, &none);
    docker_container_clear(&none);
    /* A removal that no event told of is told by the full set, so the entry is not needed. */
    drop(entry);
}

static void
apply(struct entry *entry, const struct api_answer *answer)
{
    struct docker_roster *roster = entry->roster;
    struct docker_container container;

    docker_container_read(&container, answer->body, answer->body_length, roster->place);
    if (entry->is_oversized && container.reason == NULL)
        container.reason =
            memory_copy_text("what the engine tells of it is longer than 1 MiB: "
                             "it is read without its events; shorten its labels");
    switch (container.verdict) {
    case DOCKER_NOT_RUNNING:
        end_container(entry);
        break;
    case DOCKER_NOT_OURS:
        if (container.reason == NULL) {
            end_container(entry);
            break;
        }
        /* fall through */
    case DOCKER_BROKEN:
    case DOCKER_RUNNING:
        entry->fingerprint = entry->fingerprint_listed;
        set_problem(entry, container.name, container.reason);
        report(entry, &container);
        break;
    }
    docker_container_clear(&container);
}

static void
on_retry(void *argument)
{
    struct docker_roster *roster = argument;
    struct entry *entry, *next;

    CHECK_TAG(roster, ROSTER_TAG);
    HASH_ITER (hh, roster->entries, entry, next) {
        if (entry->has_failed)
            want_reading(entry);
    }
}

static void
leave_sweep(struct entry *entry)
{
    if (entry->is_swept)
        entry->roster->swept_left--;
    entry->is_swept = false;
}

/* No reading: keep what is known and try again. */
static void
fail(struct entry *entry, const struct api_answer *answer)
{
    struct docker_roster *roster = entry->roster;
    char *error = docker_engine_read_error(answer);

    if (entry->tries++ == 0)
        log_warning("provider %s: container %.12s cannot be read, trying again: %s",
                    roster->place->source, entry->id, error);
    free(error);
    entry->has_failed = true;
    if (entry->tries >= TRIES_MOST)
        leave_sweep(entry);
    timer_set(&roster->retry, roster->loop, RETRY_MS);
}

/* Trying again would only fetch it again. */
static void
refuse_oversized(struct entry *entry)
{
    struct docker_container container = {
        .verdict = DOCKER_BROKEN,
        .reason = memory_copy_text("the engine's answer about it is longer than 8 MiB: shorten "
                                   "its labels")};

    leave_sweep(entry);
    entry->fingerprint = entry->fingerprint_listed;
    set_problem(entry, NULL, container.reason);
    report(entry, &container);
    docker_container_clear(&container);
    entry->is_hinted = entry->is_wanted_again = false;
}

static void
on_inspected(void *argument, const struct api_answer *answer)
{
    struct entry *entry = argument;
    struct docker_roster *roster = entry->roster;

    CHECK_TAG(roster, ROSTER_TAG);
    entry->request = NULL;
    roster->inspects--;
    if (answer->is_too_long) {
        refuse_oversized(entry);
    } else if (answer->status != 200 && answer->status != 404) {
        fail(entry, answer);
    } else {
        bool is_wanted_again = entry->is_wanted_again;
        leave_sweep(entry);
        entry->is_wanted_again = false;
        entry->tries = 0;
        if (answer->status == 200)
            apply(entry, answer);
        else
            end_container(entry);
        entry->is_hinted = is_wanted_again;
        /* The id may have been dropped, and the hint come from a later start. */
        if (is_wanted_again && (entry = find_or_add(roster, entry->id)) != NULL)
            take_hint(entry);
    }
    start_inspects(roster);
    end_sweep_if_done(roster);
}

static void
start_inspects(struct docker_roster *roster)
{
    static const struct api_callbacks callbacks = {.on_done = on_inspected};
    struct entry *entry;

    while (roster->inspects < INSPECTS_AT_ONCE &&
           (entry = TAILQ_FIRST(&roster->queue)) != NULL) {
        char path[DOCKER_ID_SIZE + 32];
        leave_queue(entry);
        snprintf(path, sizeof(path), "/containers/%s/json", entry->id);
        entry->request = docker_engine_get_bounded(
            roster->engine,
            &(struct api_call){"GET", path, NULL, INSPECT_TIMEOUT_MS, INSPECT_MOST_BYTES},
            &callbacks, entry);
        roster->inspects++;
    }
}

/* Acts on a kill before anything is read again. */
static void
take_kill(struct entry *entry, const struct docker_event *event)
{
    const struct discovery_sink *sink = entry->roster->sink;
    uint64_t time_ns = event->time_ns != 0 ? event->time_ns : clock_wall_us() * 1000;
    bool was_known = docker_stop_sign_holds(&entry->stop);
    char sign[32];

    if (!docker_stop_sign_take(&entry->stop, event->signal, time_ns))
        return;
    timer_set(&entry->hold, entry->roster->loop, docker_stop_sign_left_ms(&entry->stop));
    if (entry->task == NULL || was_known)
        return;
    judge_stop(entry);
    snprintf(sign, sizeof(sign), "kill with signal %d", event->signal);
    sink->on_stop_sign(sink->argument, entry->roster->place->source, entry->id, sign);
}

/* Podman reports each probe: a value that is known already is no news. */
static bool
is_known_health(const struct entry *entry, const struct docker_event *event)
{
    if (entry->task == NULL || event->health == NULL || entry->is_hinted)
        return false;
    return strcasecmp(task_health_text(entry->task->health_status), event->health) == 0;
}

void
docker_roster_take_event(struct docker_roster *roster, const struct docker_event *event,
                         bool is_podman)
{
    const struct discovery_sink *sink = roster->sink;
    struct entry *entry = find(roster, event->container_id);
    char end[DOCKER_END_TEXT_SIZE];

    if (*event->container_id == '\0') {
        log_warning("provider %s: an event is longer than 1 MiB and was passed over",
                    roster->place->source);
        docker_roster_sweep(roster, DOCKER_SWEEP_CHANGED);
        return;
    }
    if (entry == NULL && (event->is_ours || is_podman))
        entry = find_or_add(roster, event->container_id);
    if (entry == NULL)
        return;
    if (event->kind == DOCKER_EVENT_CUT)
        entry->is_oversized = true;
    if (docker_end_take(&entry->end, event, end))
        sink->on_end(sink->argument, roster->place->source, entry->id, end);
    if (event->kind == DOCKER_EVENT_OOM)
        return;
    if (event->kind == DOCKER_EVENT_KILL)
        take_kill(entry, event);
    if (event->kind == DOCKER_EVENT_HEALTH && is_known_health(entry, event))
        return;
    take_hint(entry);
}

static bool
needs_reading(const struct entry *entry, const struct docker_listed *listed,
              enum docker_sweep kind)
{
    return kind != DOCKER_SWEEP_CHANGED || listed->is_young || entry->has_failed ||
           docker_stop_sign_holds(&entry->stop) || entry->fingerprint != listed->fingerprint;
}

static void
sweep_entry(struct entry *entry)
{
    if (entry->is_swept)
        return;
    entry->is_swept = true;
    entry->tries = 0;
    entry->roster->swept_left++;
    want_reading(entry);
}

/* Listed ones that changed, and known ones that are not listed: only a reading says why. */
static void
compare(struct docker_roster *roster, const struct docker_listed *listed, size_t count)
{
    struct entry *entry, *next;

    roster->sweep++;
    for (size_t i = 0; i < count; i++) {
        if ((entry = find_or_add(roster, listed[i].id)) == NULL)
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

    CHECK_TAG(roster, ROSTER_TAG);
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

    CHECK_TAG(roster, ROSTER_TAG);
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
    tell_full(roster, list->left_out > 0);
    compare(roster, list->rows, list->count);
    docker_list_clear(list);
    end_sweep_if_done(roster);
}

static void
hand_over(struct docker_roster *roster)
{
    const struct discovery_sink *sink = roster->sink;
    struct task **tasks = memory_take(HASH_COUNT(roster->entries), sizeof(struct task *));
    size_t count = 0;
    struct entry *entry, *next;

    HASH_ITER (hh, roster->entries, entry, next) {
        if (entry->task != NULL)
            tasks[count++] = task_copy(entry->task);
    }
    roster->is_sweeping = false;
    unsigned missed = sink->on_full_set(sink->argument, roster->place->source, tasks, count);
    roster->owner->on_swept(roster->owner->argument, missed);
}

static void
on_grace_end(void *argument)
{
    struct docker_roster *roster = argument;

    CHECK_TAG(roster, ROSTER_TAG);
    roster->has_surprise = false;
    end_sweep_if_done(roster);
}

static void
end_sweep_if_done(struct docker_roster *roster)
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

void
docker_roster_suspend(struct docker_roster *roster)
{
    struct entry *entry, *next;

    api_request_cancel(&roster->list);
    docker_list_clear(&roster->listed);
    roster->is_sweeping = false;
    timer_stop(&roster->grace);
    timer_stop(&roster->retry);
    HASH_ITER (hh, roster->entries, entry, next) {
        leave_queue(entry);
        leave_sweep(entry);
        api_request_cancel(&entry->request);
        entry->is_hinted = entry->is_wanted_again = entry->has_failed = false;
        entry->fingerprint = 0;
    }
    roster->inspects = 0;
}

void
docker_roster_expect_stop(struct docker_roster *roster, const char *id,
                          unsigned timeout_seconds)
{
    struct entry *entry = find(roster, id);

    if (entry == NULL)
        return;
    entry->stop.expected_seconds = timeout_seconds;
    entry->end.is_by_fairlead = true;
}

struct docker_roster *
docker_roster_new(struct loop *loop, struct docker_engine *engine,
                  const struct docker_place *place, const struct discovery_sink *sink,
                  const struct docker_roster_owner *owner)
{
    struct docker_roster *roster = memory_take(1, sizeof(*roster));

    roster->tag = ROSTER_TAG;
    roster->loop = loop;
    roster->engine = engine;
    roster->place = place;
    roster->sink = sink;
    roster->owner = owner;
    TAILQ_INIT(&roster->queue);
    timer_init(&roster->retry, on_retry, roster);
    timer_init(&roster->grace, on_grace_end, roster);
    return roster;
}

void
docker_roster_free(struct docker_roster **roster)
{
    struct docker_roster *closed = *roster;
    struct entry *entry, *next;

    *roster = NULL;
    if (closed == NULL)
        return;
    docker_roster_suspend(closed);
    HASH_ITER (hh, closed->entries, entry, next) {
        set_problem(entry, NULL, NULL);
        drop(entry);
    }
    timer_close(&closed->retry, closed->loop);
    timer_close(&closed->grace, closed->loop);
    loop_free_later(closed->loop, closed, NULL);
}
