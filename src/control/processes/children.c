/*
 * Order on a channel: a snapshot comes before the listeners that it describes, and a close of a
 * target's connections behind the snapshot that no longer offers it.
 */
#include "control/processes/children.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "control/admin/admin.h"

static void
send_counters(struct control *control, struct process *process)
{
    unsigned last = processes_worker_count(control->processes);

    for (uint32_t slot = 0; slot <= last; slot++) {
        bool is_own = process_is_worker(process) && slot == process->slot;
        struct message_counters counters = {.slot = slot, .is_writable = is_own};
        process_send(process, MESSAGE_counters, &counters,
                     is_own ? counter_board_writable_fd(control->board, slot)
                            : counter_board_readable_fd(control->board, slot));
    }
}

static void
send_listener(void *argument, uint32_t listener_id, int fd)
{
    struct message_listener_open message = {.listener_id = listener_id};

    process_send(argument, MESSAGE_listener_open, &message, fd);
}

static void
send_access_channel(struct control *control, struct process *process, unsigned slot)
{
    struct message_access_channel message = {.slot = slot};
    int fd = process_is_worker(process)
                 ? access_channels_writing_fd(control->access_channels, slot)
                 : access_channels_reading_fd(control->access_channels, slot);

    process_send(process, MESSAGE_access_channel, &message, fd);
}

static void
send_snapshot_to(struct control *control, struct process *process)
{
    const struct snapshot_files *files = publisher_files(control->publisher);
    struct message_snapshot_base base = {.number = files->base_number};
    struct message_snapshot message = {.generation = publisher_generation(control->publisher)};

    if (message.generation == 0)
        return;
    if (process->sent_base != base.number)
        process_send(process, MESSAGE_snapshot_base, &base, files->base_fd);
    process->sent_base = base.number;
    process_send(process, MESSAGE_snapshot, &message, files->fd);
}

static void
note_pids(struct control *control)
{
    unsigned count = processes_worker_count(control->processes) + 1;
    pid_t *pids = memory_take(count, sizeof(*pids));

    for (unsigned slot = 0; slot < count; slot++)
        pids[slot] = processes_at(control->processes, slot)->pid;
    run_lock_note_children(control->run_lock, pids, count);
    free(pids);
}

static void
on_start(void *argument, struct process *process)
{
    struct control *control = argument;
    unsigned workers = processes_worker_count(control->processes);
    struct message_hello hello = {
        .slot = process->slot,
        .worker_count = workers,
        .uid = control->privileges.uid,
        .gid = control->privileges.gid,
        .log_level = control->is_verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_NOTICE,
    };

    process_send(process, MESSAGE_hello, &hello, -1);
    send_counters(control, process);
    note_pids(control);
    if (process_is_worker(process)) {
        send_access_channel(control, process, process->slot);
        send_snapshot_to(control, process);
        listener_sockets_each(control->sockets, process->slot, false, send_listener, process);
        return;
    }
    for (unsigned slot = 1; slot <= workers; slot++)
        send_access_channel(control, process, slot);
    children_send_metrics_listener(control);
    children_send_access_file(control);
    send_snapshot_to(control, process);
}

void
children_send_metrics_listener(struct control *control)
{
    struct process *observer = processes_at(control->processes, PROCESS_OBSERVER);
    int fd = observer_fds_metrics(control->observer_fds);

    if (fd != -1)
        process_send(observer, MESSAGE_metrics_listener, &(struct message_metrics_listener){0},
                     fd);
    else
        process_send(observer, MESSAGE_metrics_close, &(struct message_metrics_close){0}, -1);
}

/* Its end comes with the snapshot that has no log any more. */
void
children_send_access_file(struct control *control)
{
    struct process *observer = processes_at(control->processes, PROCESS_OBSERVER);
    int log = observer_fds_log(control->observer_fds);

    if (log != -1)
        process_send(observer, MESSAGE_access_file, &(struct message_access_file){0}, log);
}

void
children_open_listeners(struct control *control)
{
    for (unsigned slot = 1; slot <= processes_worker_count(control->processes); slot++)
        listener_sockets_each(control->sockets, slot, true, send_listener,
                              processes_at(control->processes, slot));
}

void
children_close_listener(void *argument, uint32_t listener_id)
{
    struct control *control = argument;
    struct message_listener_close message = {.listener_id = listener_id};

    processes_send_workers(control->processes, MESSAGE_listener_close, &message, -1);
}

void
children_send_snapshot(struct control *control)
{
    struct pending_close *pending = control->pending_closes;

    /* Workers first: what follows waits for them alone. */
    for (unsigned slot = 1; slot <= processes_worker_count(control->processes); slot++)
        send_snapshot_to(control, processes_at(control->processes, slot));
    send_snapshot_to(control, processes_at(control->processes, PROCESS_OBSERVER));
    control->pending_closes = NULL;
    while (pending != NULL) {
        struct pending_close *next = pending->next;
        struct message_target_close close = {.target_id = pending->target_id,
                                             .is_evicted = pending->is_evicted};
        processes_send_workers(control->processes, MESSAGE_target_close, &close, -1);
        free(pending);
        pending = next;
    }
}

/* The least that the living workers have applied may have grown. */
static void
note_applied(struct control *control)
{
    uint64_t newest = publisher_generation(control->publisher);
    uint64_t applied = processes_applied_generation(control->processes, newest);

    if (applied <= control->applied_generation)
        return;
    control->applied_generation = applied;
    publisher_note_applied(control->publisher, applied);
    drain_note_applied(control->drain, applied);
}

static void
note_health(struct control *control, const struct message_health *message)
{
    struct registered_target *target = targets_find_id(control->targets, message->target_id);
    struct target_verdict verdict = {
        .health = (enum target_health)message->health,
        .reason = (enum target_reason)message->reason,
        .http_code = message->http_code,
        .latency_us = message->latency_us,
    };

    if (target == NULL || message->health > HEALTH_UNAVAILABLE ||
        message->reason >= TARGET_REASON_COUNT)
        return;
    targets_set_health(control->targets, target, &verdict);
    passive_health_note_verdict(control->passive, target);
}

/* Children are not trusted: a message of the other kind of child is not acted on. */
static void
on_message(void *argument, struct process *process, const struct message *message)
{
    struct control *control = argument;
    bool is_worker = process_is_worker(process);

    if (message->type == MESSAGE_applied) {
        note_applied(control);
    } else if (message->type == MESSAGE_target_failures && is_worker) {
        passive_health_note(control->passive, &message->as.target_failures);
    } else if (message->type == MESSAGE_health && !is_worker) {
        note_health(control, &message->as.health);
    } else if (message->type == MESSAGE_metrics_reply && !is_worker) {
        admin_metrics_reply(control->admin, message->as.metrics_reply.query_id, message->fd);
    } else {
        log_warning("%s sent the message %s, which was ignored", process->title,
                    message_text(message->type));
        if (message->fd != -1)
            close(message->fd);
    }
}

static void
on_end(void *argument, struct process *process)
{
    struct control *control = argument;

    if (process == NULL) {
        loop_stop(control->loop);
        return;
    }
    struct counters *own = counter_board_own(control->board);
    event_log_add(control->events, "process", process->title, "%s; started again",
                  process->last_end);
    counter_add(&own->values[process_is_worker(process) ? COUNTER_WORKER_RESTARTS
                                                        : COUNTER_OBSERVER_RESTARTS],
                1);
    if (process_is_worker(process))
        counter_board_clear_gauges(control->board, process->slot);
    note_applied(control);
}

const struct process_callbacks children_callbacks = {on_start, on_message, on_end};
