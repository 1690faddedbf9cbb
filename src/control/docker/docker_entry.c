/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One inspect an id at a time: answers cannot overtake each other, and hints that come
 * meanwhile ask for exactly one more. Start reading at on_inspected.
 */
#include "control/docker/docker_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/log.h"
#include "base/memory.h"

/* An inspect answer holds all labels of a container, and what else was set for it. */
#define INSPECT_MOST_BYTES ((size_t)8 * 1024 * 1024)
#define INSPECTS_AT_ONCE 4
#define INSPECT_TIMEOUT_MS 10000
/* A reading that failed is tried again after this time; a sweep waits for so many tries. */
#define RETRY_MS 1000
#define TRIES_MOST 3

static void start_inspects(struct docker_roster *roster);
static void on_hold_end(void *argument);

/* NOLINTBEGIN(readability-function-size): uthash's macros are long. */

struct docker_entry *
docker_entry_find(struct docker_roster *roster, const char *id)
{
    struct docker_entry *entry;

    HASH_FIND_STR(roster->entries, id, entry);
    return entry;
}

/* What is left out is told for as long as a sweep finds that something is. */
void
docker_roster_tell_full(struct docker_roster *roster, bool is_full)
{
    const struct discovery_sink *sink = roster->sink;

    if (roster->is_full == is_full)
        return;
    roster->is_full = is_full;
    char *reason = is_full ? memory_print("there are more than %d: the rest is left out; label "
                                          "those that take no traffic fairlead.enable=false",
                                          DOCKER_LISTED_MOST)
                           : NULL;
    sink->on_problem(sink->argument, roster->place->source, "containers", reason);
    free(reason);
}

struct docker_entry *
docker_entry_find_or_add(struct docker_roster *roster, const char *id)
{
    struct docker_entry *entry = docker_entry_find(roster, id);

    if (entry != NULL)
        return entry;
    if (HASH_COUNT(roster->entries) >= DOCKER_LISTED_MOST) {
        docker_roster_tell_full(roster, true);
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
    struct docker_entry *entry = object;

    task_free(&entry->task);
    free(entry->problem);
    free(entry);
}

static void
leave_queue(struct docker_entry *entry)
{
    if (entry->is_queued)
        TAILQ_REMOVE(&entry->roster->queue, entry, queue_entry);
    entry->is_queued = false;
}

void
docker_entry_drop(struct docker_entry *entry)
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
void
docker_entry_read(struct docker_entry *entry)
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

void
docker_entry_hint(struct docker_entry *entry)
{
    entry->is_hinted = true;
    docker_entry_read(entry);
}

static void
on_hold_end(void *argument)
{
    docker_entry_hint(argument);
}

/* Quarantine: reason NULL lifts it. */
void
docker_entry_set_problem(struct docker_entry *entry, const char *name, const char *reason)
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
void
docker_entry_judge_stop(struct docker_entry *entry)
{
    if (entry->task != NULL && docker_stop_sign_holds(&entry->stop))
        entry->task->desired_status = TASK_STOPPED;
}

static bool
differs(const struct docker_entry *entry, const struct task *task)
{
    if (entry->task == NULL || task == NULL)
        return entry->task != task;
    return entry->task->generation != task->generation || task_differs(entry->task, task);
}

/* Whatever the reading says now; what an event told of is reported at once, the rest by the
 * sweep's full set. */
static void
report(struct docker_entry *entry, struct docker_container *container)
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
    if (old == NULL || old->generation != container->generation)
        docker_end_begin(&entry->end);
    docker_entry_judge_stop(entry);
    if (!is_told && differs(entry, old))
        roster->has_surprise = true;
    if (is_told && entry->task != NULL)
        sink->on_task(sink->argument, roster->place->source, task_copy(entry->task));
    /* Generation 0, whichever: the reading is newer than all that was reported. A sweep may
     * have dropped the entry just before the event came, so what was known does not matter. */
    if (is_told && entry->task == NULL)
        sink->on_task_gone(sink->argument, roster->place->source, entry->id, 0);
}

static void
tell_end(struct docker_entry *entry, const struct docker_container *container)
{
    const struct discovery_sink *sink = entry->roster->sink;
    char text[DOCKER_END_TEXT_SIZE];

    if (entry->task != NULL &&
        docker_end_see(&entry->end, container->exit_code, container->is_oom, text))
        sink->on_end(sink->argument, entry->roster->place->source, entry->id, text);
}

static void
end_container(struct docker_entry *entry)
{
    struct docker_container none = {.verdict = DOCKER_NOT_RUNNING};

    docker_entry_set_problem(entry, NULL, NULL);
    report(entry, &none);
    docker_container_clear(&none);
    /* A removal that no event told of is told by the full set, so the entry is not needed. */
    docker_entry_drop(entry);
}

static void
apply(struct docker_entry *entry, const struct api_answer *answer)
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
        tell_end(entry, &container);
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
        docker_entry_set_problem(entry, container.name, container.reason);
        report(entry, &container);
        break;
    }
    docker_container_clear(&container);
}

void
docker_roster_retry(void *argument)
{
    struct docker_roster *roster = argument;
    struct docker_entry *entry, *next;

    CHECK_TAG(roster, DOCKER_ROSTER_TAG);
    HASH_ITER (hh, roster->entries, entry, next) {
        if (entry->has_failed)
            docker_entry_read(entry);
    }
}

static void
leave_sweep(struct docker_entry *entry)
{
    if (entry->is_swept)
        entry->roster->swept_left--;
    entry->is_swept = false;
}

/* No reading: keep what is known and try again. */
static void
fail(struct docker_entry *entry, const struct api_answer *answer)
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
refuse_oversized(struct docker_entry *entry)
{
    struct docker_container container = {
        .verdict = DOCKER_BROKEN,
        .reason = memory_copy_text("the engine's answer about it is longer than 8 MiB: shorten "
                                   "its labels")};

    leave_sweep(entry);
    entry->fingerprint = entry->fingerprint_listed;
    docker_entry_set_problem(entry, NULL, container.reason);
    report(entry, &container);
    docker_container_clear(&container);
    entry->is_hinted = entry->is_wanted_again = false;
}

static void
on_inspected(void *argument, const struct api_answer *answer)
{
    struct docker_entry *entry = argument;
    struct docker_roster *roster = entry->roster;

    CHECK_TAG(roster, DOCKER_ROSTER_TAG);
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
        /* 404 is an end like any other: it was removed between the hint and the reading. */
        if (answer->status == 200)
            apply(entry, answer);
        else
            end_container(entry);
        entry->is_hinted = is_wanted_again;
        /* The id may have been dropped, and the hint come from a later start. */
        if (is_wanted_again && (entry = docker_entry_find_or_add(roster, entry->id)) != NULL)
            docker_entry_hint(entry);
    }
    start_inspects(roster);
    roster->on_read(roster);
}

static void
start_inspects(struct docker_roster *roster)
{
    static const struct api_callbacks callbacks = {.on_done = on_inspected};
    struct docker_entry *entry;

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

void
docker_entry_suspend(struct docker_entry *entry)
{
    leave_queue(entry);
    leave_sweep(entry);
    api_request_cancel(&entry->request);
    entry->is_hinted = entry->is_wanted_again = entry->has_failed = false;
    entry->fingerprint = 0;
}
