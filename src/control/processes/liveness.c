/* SPDX-License-Identifier: Apache-2.0 */
/* A look at every child a few times a second. */
#include "control/processes/liveness.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

#define LOOK_MS 250
/* What one look may add to a silence: more has passed only while control stood still, too. */
#define ADDED_MAX_MS (2 * LOOK_MS)
/* A child that starts maps and checks a snapshot first; the logger may wait for a slow disk. */
#define START_FACTOR 3
#define LOGGER_FACTOR 6

struct liveness {
    struct liveness_parts parts;
    void (*on_hung)(void *argument, struct process *process);
    void *argument;
    unsigned limit_ms; /* 0: not set yet, nobody is looked at */
    uint64_t looked_ms;
    const struct process *replaced; /* ended last, while its successor starts; NULL: none */
    unsigned replacing_ms;
    struct timer timer;
};

static uint64_t
heartbeat_of(const struct liveness *liveness, const struct process *process)
{
    unsigned slot = process->role == PROCESS_IS_OBSERVER
                        ? counter_board_observer_slot(liveness->parts.board)
                        : process->slot;

    return counter_read(&counter_board_slot(liveness->parts.board, slot)->heartbeat);
}

static void
note_beat(struct process *process, uint64_t heartbeat)
{
    if (process->is_hung)
        log_notice("%s: process %ld shows signs of life again", process->title,
                   (long)process->pid);
    process->heartbeat = heartbeat;
    process->silent_ms = 0;
    process->is_hung = false;
    if (process->role == PROCESS_IS_LOGGER)
        process->state = PROCESS_RUNNING; /* it gets no snapshots */
}

static unsigned
limit_of(const struct liveness *liveness, const struct process *process)
{
    if (process->role == PROCESS_IS_LOGGER)
        return liveness->limit_ms * LOGGER_FACTOR;
    return liveness->limit_ms * (process->state == PROCESS_STARTING ? START_FACTOR : 1);
}

static void
note_silence(struct liveness *liveness, struct process *process, unsigned added_ms)
{
    process->silent_ms += added_ms;
    if (process->is_hung || process->silent_ms < limit_of(liveness, process))
        return;
    process->is_hung = true;
    log_warning("%s: process %ld has shown no sign of life for %u ms: it is not waited for any "
                "more and will be replaced",
                process->title, (long)process->pid, process->silent_ms);
    liveness->on_hung(liveness->argument, process);
}

/* The successor works, or had its time: the next one may be replaced. */
static void
follow_replacement(struct liveness *liveness, unsigned added_ms)
{
    const struct process *replaced = liveness->replaced;

    if (replaced == NULL)
        return;
    liveness->replacing_ms += added_ms;
    if (liveness->replacing_ms >= liveness->limit_ms ||
        (process_is_alive(replaced) && replaced->state == PROCESS_RUNNING))
        liveness->replaced = NULL;
}

static void
look_at(struct liveness *liveness, struct process *process, unsigned added_ms)
{
    uint64_t heartbeat = heartbeat_of(liveness, process);

    if (!process_is_alive(process))
        return;
    if (heartbeat != process->heartbeat)
        note_beat(process, heartbeat);
    else
        note_silence(liveness, process, added_ms);
    if (!process->is_hung || liveness->replaced != NULL)
        return;
    liveness->replaced = process;
    liveness->replacing_ms = 0;
    process_replace(process, "it showed no sign of life");
}

static void
on_look_time(void *argument)
{
    struct liveness *liveness = argument;
    struct processes *processes = liveness->parts.processes;
    uint64_t passed_ms = clock_ms() - liveness->looked_ms;
    unsigned added_ms = passed_ms < ADDED_MAX_MS ? (unsigned)passed_ms : ADDED_MAX_MS;

    liveness->looked_ms = clock_ms();
    timer_set(&liveness->timer, liveness->parts.loop, LOOK_MS);
    if (liveness->limit_ms == 0 || processes_are_stopping(processes))
        return;
    follow_replacement(liveness, added_ms);
    for (unsigned slot = 0; slot < processes_count(processes); slot++)
        look_at(liveness, processes_at(processes, slot), added_ms);
}

struct liveness *
liveness_new(const struct liveness_parts *parts,
             void (*on_hung)(void *argument, struct process *process), void *argument)
{
    struct liveness *liveness = memory_take(1, sizeof(*liveness));

    liveness->parts = *parts;
    liveness->on_hung = on_hung;
    liveness->argument = argument;
    liveness->looked_ms = clock_ms();
    timer_init(&liveness->timer, on_look_time, liveness);
    timer_set(&liveness->timer, parts->loop, LOOK_MS);
    return liveness;
}

void
liveness_free(struct liveness **liveness)
{
    if (*liveness == NULL)
        return;
    timer_close(&(*liveness)->timer, (*liveness)->parts.loop);
    free(*liveness);
    *liveness = NULL;
}

void
liveness_set_limit(struct liveness *liveness, unsigned limit_ms)
{
    liveness->limit_ms = limit_ms;
}
