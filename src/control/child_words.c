/* SPDX-License-Identifier: Apache-2.0 */
#include "control/child_words.h"

#include <stdlib.h>

#include "base/memory.h"
#include "control/parts.h"

static void
on_applied(void *argument, uint64_t generation)
{
    struct parts *parts = argument;

    publisher_note_applied(parts->publisher, generation);
    numbers_note_applied(parts->numbers, generation);
    drain_note_applied(parts->drain, generation);
    supervisor_note_served(parts->supervisor);
    finishing_retire(parts->finishing);
}

/* What the observer says is not trusted: a verdict that no table has is not taken. */
static void
on_health(void *argument, const struct message_health *message)
{
    struct parts *parts = argument;
    struct registered_target *target = targets_find_id(parts->targets, message->target_id);
    struct target_verdict verdict = {
        .health = (enum target_health)message->health,
        .reason = (enum target_reason)message->reason,
        .cause = (enum probe_outcome)message->cause,
        .http_code = message->http_code,
        .last_check = {.outcome = (enum probe_outcome)message->last_outcome,
                       .http_code = message->last_http_code,
                       .timeout_ms = message->timeout_ms,
                       .latency_us = message->latency_us,
                       .wall_us = message->wall_us},
    };

    if (target == NULL || message->health > HEALTH_UNAVAILABLE ||
        message->reason >= TARGET_REASON_COUNT || message->cause >= PROBE_OUTCOME_COUNT ||
        message->last_outcome >= PROBE_OUTCOME_COUNT)
        return;
    targets_set_health(parts->targets, target, &verdict);
    if (verdict.last_check.outcome == PROBE_NOT_CONNECTED ||
        verdict.last_check.outcome == PROBE_UNREACHABLE)
        dials_doubt(parts->dials, target);
    counter_board_note_check(parts->board, target->counter_row, target->id,
                             message->wall_us / 1000000);
    passive_health_note_verdict(parts->passive, target);
    providers_note_verdict(parts->providers, target);
    vacancies_note_verdict(parts->vacancies, target);
}

static void
on_failures(void *argument, const struct message_target_failures *message)
{
    struct parts *parts = argument;

    struct registered_target *target = targets_find_id(parts->targets, message->target_id);

    passive_health_note(parts->passive, message);
    if (target == NULL || message->connect_failures == 0)
        return;
    vacancies_note_refusal(parts->vacancies, target);
    /* A check tells whether only the way to it fails; and of an end that nobody else tells. */
    if (target->dial.family != ADDRESS_NONE || providers_is_away(parts->providers, target))
        children_check_target(parts->children, target->id);
}

static void
on_metrics(void *argument, uint64_t query_id, int fd)
{
    struct parts *parts = argument;

    admin_metrics_reply(parts->admin, query_id, fd);
}

static bool
on_api_call(void *argument, uint64_t call_id, int fd)
{
    struct parts *parts = argument;

    return admin_api_call(parts->admin, call_id, fd);
}

static void
on_api_cancel(void *argument, uint64_t call_id)
{
    struct parts *parts = argument;

    admin_api_cancel(parts->admin, call_id);
}

/* The numbers of the children, for a control that may have to follow this one. */
static void
on_child_start(void *argument, const struct process *process)
{
    struct parts *parts = argument;
    struct processes *processes = children_processes(parts->children);
    unsigned count = processes_count(processes);
    size_t finishing = finishing_count(parts->finishing);
    pid_t *pids = memory_take(count + finishing, sizeof(*pids));

    for (unsigned slot = 0; slot < count; slot++)
        pids[slot] = processes_at(processes, slot)->pid;
    for (size_t i = 0; i < finishing; i++)
        pids[count + i] = finishing_at(parts->finishing, i, NULL);
    run_lock_note_children(parts->run_lock, pids, count + finishing);
    free(pids);
    /* It numbers its calls as the one before it did. */
    if (process->role == PROCESS_IS_API)
        admin_api_forget(parts->admin);
}

static void
on_child_death(void *argument, const struct process *process)
{
    struct parts *parts = argument;

    static const enum counter restarts[] = {
        [PROCESS_IS_OBSERVER] = COUNTER_OBSERVER_RESTARTS,
        [PROCESS_IS_WORKER] = COUNTER_WORKER_RESTARTS,
        [PROCESS_IS_LOGGER] = COUNTER_LOGGER_RESTARTS,
        [PROCESS_IS_API] = COUNTER_API_RESTARTS,
    };
    struct counters *own = counter_board_own(parts->board);

    event_log_add(parts->events, EVENT_PROCESS_DIED, process->title, "%s; started again",
                  process->last_end);
    counter_add(&own->values[restarts[process->role]], 1);
}

static void
on_child_hung(void *argument, const struct process *process)
{
    struct parts *parts = argument;

    event_log_add(parts->events, EVENT_PROCESS_HUNG, process->title, "shows no sign of life");
}

static void
on_children_end(void *argument)
{
    struct parts *parts = argument;

    if (finishing_count(parts->finishing) == 0)
        loop_stop(parts->loop);
}

const struct children_callbacks child_words = {
    on_applied,    on_health,      on_failures,    on_metrics,    on_api_call,
    on_api_cancel, on_child_start, on_child_death, on_child_hung, on_children_end,
};
