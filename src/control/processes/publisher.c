/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One alarm, set to when the changes so far may go out: at once or a little later, but only
 * when the workers have taken in the generation before, and then have had as long for their own
 * work.
 */
#include "control/processes/publisher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

#define GATHER_US 2000
#define RETRY_US 1000000
/* A worker that needs longer does not hold up the others. */
#define PATIENCE_US 100000

struct publisher {
    struct publisher_callbacks callbacks;
    void *argument;
    struct alarm_clock alarm;
    uint64_t changed_us; /* when the first change came that no snapshot tells of; 0: none */
    bool is_urgent;      /* one of those changes is */
    uint64_t generation;
    struct snapshot_files files;
    /* The one before stays open until the next: whoever closes a snapshot last gives its pages
     * back to the system, which workers must not wait for. */
    struct snapshot_files older_files;
    /* Of the newest generation: its first change, when it was made, whether workers have it. */
    uint64_t told_change_us, published_us;
    bool is_awaited;
    uint64_t rest_ends_us;
    struct publisher_times times;
};

static void
on_time(void *argument)
{
    publisher_publish(argument);
}

struct publisher *
publisher_new(struct loop *loop, const struct publisher_callbacks *callbacks, void *argument)
{
    struct publisher *publisher = memory_take(1, sizeof(*publisher));

    publisher->callbacks = *callbacks;
    publisher->argument = argument;
    publisher->files = publisher->older_files = (struct snapshot_files){0, -1, -1};
    alarm_clock_open(&publisher->alarm, loop, on_time, publisher);
    return publisher;
}

void
publisher_free(struct publisher **publisher)
{
    if (*publisher == NULL)
        return;
    alarm_clock_close(&(*publisher)->alarm);
    snapshot_files_close(&(*publisher)->files);
    snapshot_files_close(&(*publisher)->older_files);
    free(*publisher);
    *publisher = NULL;
}

void
publisher_go_on(struct publisher *publisher, uint64_t generation)
{
    publisher->generation = generation;
}

static uint64_t
later_of(uint64_t one, uint64_t other)
{
    return one > other ? one : other;
}

static void
plan(struct publisher *publisher)
{
    uint64_t now_us = clock_us();
    uint64_t wanted_us = publisher->changed_us + (publisher->is_urgent ? 0 : GATHER_US);
    uint64_t allowed_us =
        publisher->is_awaited ? publisher->published_us + PATIENCE_US : publisher->rest_ends_us;
    uint64_t due_us = later_of(now_us, later_of(wanted_us, allowed_us));

    alarm_clock_set(&publisher->alarm, due_us - now_us);
}

void
publisher_request(struct publisher *publisher, bool is_urgent)
{
    bool is_first = publisher->changed_us == 0;

    if (!is_first && (publisher->is_urgent || !is_urgent))
        return;
    if (is_first)
        publisher->changed_us = clock_us();
    publisher->is_urgent = is_urgent;
    plan(publisher);
}

static void
note_published(struct publisher *publisher, uint64_t began_us)
{
    publisher->told_change_us = publisher->changed_us == 0 ? began_us : publisher->changed_us;
    publisher->published_us = began_us;
    publisher->is_awaited = true;
    publisher->changed_us = 0;
    publisher->is_urgent = false;
    publisher->times.build_us = clock_precise_us() - began_us;
}

void
publisher_publish(struct publisher *publisher)
{
    uint64_t began_us = clock_precise_us();

    alarm_clock_stop(&publisher->alarm);
    struct snapshot_files files;
    if (!publisher->callbacks.build(publisher->argument, publisher->generation + 1, &files)) {
        log_error("snapshot %llu: cannot be built: %s; the one before stays, trying again",
                  (unsigned long long)publisher->generation + 1, strerror(errno));
        alarm_clock_set(&publisher->alarm, RETRY_US);
        return;
    }
    struct snapshot_files oldest_files = publisher->older_files;
    publisher->older_files = publisher->files;
    publisher->files = files;
    publisher->generation++;
    note_published(publisher, began_us);
    publisher->callbacks.on_published(publisher->argument, publisher->generation);
    snapshot_files_close(&oldest_files);
}

void
publisher_note_applied(struct publisher *publisher, uint64_t generation)
{
    uint64_t now_us = clock_precise_us();

    if (generation != publisher->generation || !publisher->is_awaited)
        return;
    publisher->is_awaited = false;
    uint64_t took_us = now_us - publisher->published_us;
    publisher->rest_ends_us = now_us + (took_us < PATIENCE_US ? took_us : PATIENCE_US);
    publisher->times.applied_us = now_us - publisher->told_change_us;
    log_debug("snapshot %llu: built in %llu us, applied %llu us after its first change",
              (unsigned long long)generation, (unsigned long long)publisher->times.build_us,
              (unsigned long long)publisher->times.applied_us);
    if (publisher->changed_us != 0)
        plan(publisher);
}

struct publisher_times
publisher_times(const struct publisher *publisher)
{
    return publisher->times;
}

uint64_t
publisher_generation(const struct publisher *publisher)
{
    return publisher->generation;
}

const struct snapshot_files *
publisher_files(const struct publisher *publisher)
{
    return &publisher->files;
}
