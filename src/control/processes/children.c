/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Order on a channel: certificates come before the snapshot whose listeners have them, a
 * snapshot comes before the listeners that it describes, and a close of a target's connections
 * behind the snapshot that no longer offers it.
 */
#include "control/processes/children.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"
#include "control/processes/liveness.h"

/* One child a look, so that many workers with many listeners cost no more. */
#define MEND_MS 250

/* Answers that the api role has not taken: it has at most 64 calls, and few streams. */
#define API_BACKLOG_MAX 256

/* Connections to a target, to be closed in every worker once the next snapshot is out. */
struct pending_close {
    uint64_t target_id;
    bool is_evicted;
    struct pending_close *next;
};

struct children {
    struct children_parts parts;
    const struct children_callbacks *callbacks;
    void *argument;
    struct processes *processes;
    struct liveness *liveness;
    struct timer mend_timer;
    unsigned mended_slot; /* looked at last */
    struct privileges privileges;
    bool api_is_secure;
    uint64_t applied_generation; /* every living worker has it */
    /* how the logger writes */
    struct message_log_file log_files[LOG_COUNT];
    struct pending_close *pending_closes;
};

static void
send_counters(struct children *children, struct process *process)
{
    unsigned count = processes_count(children->processes);

    for (uint32_t slot = 0; slot < count; slot++) {
        bool is_own = process->role != PROCESS_IS_OBSERVER && slot == process->slot;
        if (process->role == PROCESS_IS_LOGGER && !is_own)
            continue;
        struct message_counters counters = {.slot = slot, .is_writable = is_own};
        process_send(process, MESSAGE_counters, &counters,
                     is_own ? counter_board_writable_fd(children->parts.board, slot)
                            : counter_board_readable_fd(children->parts.board, slot));
    }
    if (process->role == PROCESS_IS_LOGGER)
        return;
    for (uint32_t slot = counter_board_observer_slot(children->parts.board) + 1;
         slot < counter_board_slot_count(children->parts.board); slot++)
        process_send(process, MESSAGE_counters, &(struct message_counters){.slot = slot},
                     counter_board_readable_fd(children->parts.board, slot));
    if (process->role != PROCESS_IS_OBSERVER)
        return;
    struct message_counters own = {counter_board_observer_slot(children->parts.board), true};
    process_send(process, MESSAGE_counters, &own,
                 counter_board_writable_fd(children->parts.board, own.slot));
}

static void
send_listener(void *argument, uint32_t listener_id, int fd)
{
    struct message_listener_open message = {.listener_id = listener_id};

    process_send(argument, MESSAGE_listener_open, &message, fd);
}

static struct access_channels *
channels_of(const struct children *children, bool is_of_failures)
{
    return is_of_failures ? children->parts.failure_channels : children->parts.access_channels;
}

static void
send_access_channel(struct children *children, struct process *process, unsigned slot,
                    bool is_of_failures)
{
    struct message_access_channel message = {.slot = slot, .is_of_failures = is_of_failures};
    const struct access_channels *channels = channels_of(children, is_of_failures);
    int fd = process_is_worker(process) ? access_channels_writing_fd(channels, slot)
                                        : access_channels_reading_fd(channels, slot);

    process_send(process, MESSAGE_access_channel, &message, fd);
}

static void
send_snapshot_to(struct children *children, struct process *process)
{
    const struct snapshot_files *files = publisher_files(children->parts.publisher);
    struct message_snapshot_base base = {.number = files->base_number};
    struct message_snapshot message = {.generation =
                                           publisher_generation(children->parts.publisher)};

    if (message.generation == 0 || files->fd == -1)
        return;
    if (process->sent_base != base.number)
        process_send(process, MESSAGE_snapshot_base, &base, files->base_fd);
    process->sent_base = base.number;
    process_send(process, MESSAGE_snapshot, &message, files->fd);
}

/* Workers only: nobody else has to do with private keys. */
static void
send_certificates_to(struct children *children, struct process *process)
{
    const struct certificate_files *files =
        certificate_store_files(children->parts.certificates);
    uint64_t number = certificate_store_number(children->parts.certificates);
    struct message_certificates certificates = {.number = number};
    struct message_private_keys keys = {.number = number};

    if (number == 0 || (!process_is_worker(process) && process->role != PROCESS_IS_OBSERVER))
        return;
    process_send(process, MESSAGE_certificates, &certificates, files->fd);
    if (process_is_worker(process))
        process_send(process, MESSAGE_private_keys, &keys, files->keys_fd);
}

static void
send_ticket_keys_to(struct children *children, struct process *process)
{
    struct message_ticket_keys message = {0};
    int fd = ticket_keys_fd(children->parts.ticket_keys);

    if (fd != -1 && process_is_worker(process))
        process_send(process, MESSAGE_ticket_keys, &message, fd);
}

static void
send_listeners(struct children *children, struct process *process)
{
    if (process_is_worker(process))
        listener_sockets_each(children->parts.sockets, process->slot, false, send_listener,
                              process);
}

/* A worker has its own two, logger and api role theirs of all. */
static void
send_access_channels(struct children *children, struct process *process)
{
    unsigned workers = processes_worker_count(children->processes);
    bool is_api = process->role == PROCESS_IS_API;

    if (process_is_worker(process)) {
        send_access_channel(children, process, process->slot, false);
        send_access_channel(children, process, process->slot, true);
    }
    if (process->role != PROCESS_IS_LOGGER && !is_api)
        return;
    for (unsigned slot = 1; slot <= workers; slot++)
        send_access_channel(children, process, slot, is_api);
}

static void
send_metrics_listener(struct children *children, struct process *process)
{
    int fd = observer_fds_metrics(children->parts.observer_fds);

    if (process->role != PROCESS_IS_OBSERVER)
        return;
    if (fd != -1)
        process_send(process, MESSAGE_metrics_listener, &(struct message_metrics_listener){0},
                     fd);
    else
        process_send(process, MESSAGE_metrics_close, &(struct message_metrics_close){0}, -1);
}

/* Before a listener that needs it. */
static void
send_api_pair(struct children *children, struct process *process)
{
    const struct certificate_files *files =
        certificate_store_files(children->parts.certificates);

    if (process->role == PROCESS_IS_API && children->api_is_secure && files->api_fd != -1)
        process_send(process, MESSAGE_api_pair, &(struct message_api_pair){0}, files->api_fd);
}

static void
send_api_listener(struct children *children, struct process *process)
{
    int fd = observer_fds_api(children->parts.observer_fds);
    struct message_api_listener listener = {
        .is_unix = observer_fds_api_is_unix(children->parts.observer_fds),
        .is_secure = children->api_is_secure};

    if (process->role != PROCESS_IS_API)
        return;
    send_api_pair(children, process);
    if (fd != -1)
        process_send(process, MESSAGE_api_listener, &listener, fd);
    else
        process_send(process, MESSAGE_api_close, &(struct message_api_close){0}, -1);
}

static void
send_log_files(struct children *children, struct process *process)
{
    if (process->role != PROCESS_IS_LOGGER)
        return;
    for (int which = 0; which < LOG_COUNT; which++) {
        int log = observer_fds_log(children->parts.observer_fds, (enum config_log)which);
        if (log != -1)
            process_send(process, MESSAGE_log_file, &children->log_files[which], log);
    }
}

/* What tells the same as a message whose descriptor did not come. */
static void
on_lacking(void *argument, struct process *process, uint32_t types)
{
    static const struct {
        enum message_type type;
        void (*send)(struct children *children, struct process *process);
    } rows[] = {
        {MESSAGE_counters, send_counters},
        {MESSAGE_access_channel, send_access_channels},
        {MESSAGE_metrics_listener, send_metrics_listener},
        {MESSAGE_api_listener, send_api_listener},
        {MESSAGE_api_pair, send_api_pair},
        {MESSAGE_log_file, send_log_files},
        {MESSAGE_certificates, send_certificates_to},
        {MESSAGE_private_keys, send_certificates_to},
        {MESSAGE_ticket_keys, send_ticket_keys_to},
        {MESSAGE_snapshot, send_snapshot_to},
        {MESSAGE_listener_open, send_listeners},
    };

    if ((types & UINT32_C(1) << MESSAGE_snapshot_base) != 0) {
        process->sent_base = 0;
        types |= UINT32_C(1) << MESSAGE_snapshot;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if ((types & UINT32_C(1) << rows[i].type) != 0)
            rows[i].send(argument, process);
}

static void
on_start(void *argument, struct process *process)
{
    struct children *children = argument;
    struct message_hello hello = {
        .slot = process->slot,
        .worker_count = processes_worker_count(children->processes),
        .uid = children->privileges.uid,
        .gid = children->privileges.gid,
        .log_level = children->parts.log_level,
        .log_form = children->parts.log_form,
    };

    process_send(process, MESSAGE_hello, &hello, -1);
    send_counters(children, process);
    children->callbacks->on_start(children->argument, process);
    /* The files first: records that come without one are dropped. */
    send_log_files(children, process);
    send_access_channels(children, process);
    send_metrics_listener(children, process);
    send_api_listener(children, process);
    send_certificates_to(children, process);
    send_ticket_keys_to(children, process);
    if (process->role != PROCESS_IS_LOGGER)
        send_snapshot_to(children, process);
    send_listeners(children, process);
}

void
children_send_metrics_listener(struct children *children)
{
    send_metrics_listener(children, processes_at(children->processes, PROCESS_OBSERVER));
}

void
children_send_api_listener(struct children *children)
{
    struct process *api = processes_api(children->processes);

    send_api_listener(children, api);
    process_set_wanted(api, observer_fds_api(children->parts.observer_fds) != -1, 0);
}

bool
children_set_api_security(struct children *children, bool is_secure)
{
    bool has_changed = children->api_is_secure != is_secure;

    children->api_is_secure = is_secure;
    return has_changed;
}

void
children_answer_api(struct children *children, const struct message_api_answer *answer, int fd)
{
    struct process *api = processes_api(children->processes);

    if (process_is_alive(api) && channel_backlog(api->channel) >= API_BACKLOG_MAX)
        process_replace(api, "it does not take its answers");
    process_send(api, MESSAGE_api_answer, answer, fd);
}

void
children_set_logs(struct children *children, const struct config *config)
{
    const enum config_log_format formats[LOG_COUNT] = {
        [LOG_OF_REQUESTS] = config->access_log_format,
        [LOG_OF_CONNECTIONS] = config->connection_log_format,
    };

    for (uint32_t which = 0; which < LOG_COUNT; which++) {
        struct message_log_file *file = &children->log_files[which];
        *file = (struct message_log_file){.which = which, .format = formats[which]};
        snprintf(file->load_balancer, sizeof(file->load_balancer), "%s",
                 config->load_balancer_name);
    }
    children_reopen_logs(children);
}

void
children_reopen_logs(struct children *children)
{
    struct process *logger = processes_logger(children->processes);
    bool is_wanted = observer_fds_has_log(children->parts.observer_fds);

    if (!is_wanted || !logger->is_wanted) {
        process_set_wanted(logger, is_wanted, 0);
        return;
    }
    send_log_files(children, logger);
}

void
children_open_listeners(struct children *children)
{
    for (unsigned slot = 1; slot <= processes_worker_count(children->processes); slot++)
        listener_sockets_each(children->parts.sockets, slot, true, send_listener,
                              processes_at(children->processes, slot));
}

void
children_close_listener(void *argument, uint32_t listener_id)
{
    struct children *children = argument;
    struct message_listener_close message = {.listener_id = listener_id};

    processes_send_workers(children->processes, MESSAGE_listener_close, &message, -1);
}

void
children_send_certificates(struct children *children)
{
    for (unsigned slot = 1; slot <= processes_worker_count(children->processes); slot++)
        send_certificates_to(children, processes_at(children->processes, slot));
    send_certificates_to(children, processes_at(children->processes, PROCESS_OBSERVER));
    send_api_pair(children, processes_api(children->processes));
}

void
children_send_ticket_keys(struct children *children)
{
    for (unsigned slot = 1; slot <= processes_worker_count(children->processes); slot++)
        send_ticket_keys_to(children, processes_at(children->processes, slot));
}

void
children_send_snapshot(struct children *children)
{
    struct pending_close *pending = children->pending_closes;

    /* Workers first: what follows waits for them alone. */
    for (unsigned slot = 1; slot <= processes_worker_count(children->processes); slot++)
        send_snapshot_to(children, processes_at(children->processes, slot));
    send_snapshot_to(children, processes_at(children->processes, PROCESS_OBSERVER));
    send_snapshot_to(children, processes_api(children->processes));
    children->pending_closes = NULL;
    while (pending != NULL) {
        struct pending_close *next = pending->next;
        struct message_target_close close = {.target_id = pending->target_id,
                                             .is_evicted = pending->is_evicted};
        processes_send_workers(children->processes, MESSAGE_target_close, &close, -1);
        free(pending);
        pending = next;
    }
}

/* The least that the living workers have applied may have grown. */
static void
note_applied(struct children *children)
{
    uint64_t newest = publisher_generation(children->parts.publisher);
    uint64_t applied = processes_applied_generation(children->processes, newest);

    if (applied <= children->applied_generation)
        return;
    children->applied_generation = applied;
    publisher_note_applied(children->parts.publisher, applied);
    children->callbacks->on_applied(children->argument, applied);
}

/* Children are not trusted: a message of the other kind of child is not acted on. */
static void
on_message(void *argument, struct process *process, const struct message *message)
{
    struct children *children = argument;
    const struct children_callbacks *callbacks = children->callbacks;
    bool is_worker = process_is_worker(process);
    bool is_observer = process->role == PROCESS_IS_OBSERVER;
    bool is_api = process->role == PROCESS_IS_API;

    if (message->type == MESSAGE_applied) {
        note_applied(children);
    } else if (message->type == MESSAGE_target_failures && is_worker) {
        callbacks->on_failures(children->argument, &message->as.target_failures);
    } else if (message->type == MESSAGE_health && is_observer) {
        callbacks->on_health(children->argument, &message->as.health);
    } else if (message->type == MESSAGE_metrics_reply && is_observer) {
        callbacks->on_metrics(children->argument, message->as.metrics_reply.query_id,
                              message->fd);
    } else if (message->type == MESSAGE_api_call && is_api) {
        if (!callbacks->on_api_call(children->argument, message->as.api_call.call_id,
                                    message->fd))
            process_note_nonsense(process, message->type);
    } else if (message->type == MESSAGE_api_cancel && is_api) {
        callbacks->on_api_cancel(children->argument, message->as.api_cancel.call_id);
    } else {
        channel_drop_fd(message->fd);
        process_note_nonsense(process, message->type);
    }
}

static void
renew_listener(struct process *worker, const struct listener_sockets *sockets, uint32_t id)
{
    struct message_listener_close close_old = {.listener_id = id};

    process_send(worker, MESSAGE_listener_close, &close_old, -1);
    send_listener(worker, id, listener_sockets_fd(sockets, id, worker->slot));
}

/* Of one that all have, nobody knows who did it. */
static void
on_rebound(void *argument, uint32_t listener_id, bool is_shared)
{
    struct children *children = argument;
    unsigned workers = processes_worker_count(children->processes);

    if (!is_shared) {
        process_replace(processes_at(children->processes, children->mended_slot),
                        "it shut a listening socket down");
        return;
    }
    for (unsigned slot = 1; slot <= workers; slot++)
        renew_listener(processes_at(children->processes, slot), children->parts.sockets,
                       listener_id);
}

static void
mend_channel(struct children *children, unsigned slot, bool is_of_failures)
{
    struct processes *processes = children->processes;
    struct process *reader =
        is_of_failures ? processes_api(processes) : processes_logger(processes);

    if (!access_channels_mend(channels_of(children, is_of_failures), slot))
        return;
    log_warning("the channel of worker %u's records was shut down: there is a new one", slot);
    send_access_channel(children, processes_at(processes, slot), slot, is_of_failures);
    send_access_channel(children, reader, slot, is_of_failures);
}

/* Sockets are shared with a child, and its successor gets the same. Those of the api role are
 * looked at with the observer's. */
static void
mend(struct children *children, unsigned slot)
{
    struct processes *processes = children->processes;

    children->mended_slot = slot;
    if (processes_are_stopping(processes))
        return;
    if (slot == PROCESS_OBSERVER) {
        if (observer_fds_mend_metrics(children->parts.observer_fds))
            children_send_metrics_listener(children);
        if (observer_fds_mend_api(children->parts.observer_fds))
            children_send_api_listener(children);
        return;
    }
    listener_sockets_mend(children->parts.sockets, slot, on_rebound, children);
    mend_channel(children, slot, false);
    mend_channel(children, slot, true);
}

static void
on_mend_time(void *argument)
{
    struct children *children = argument;
    unsigned count = processes_worker_count(children->processes) + 1;

    mend(children, (children->mended_slot + 1) % count);
    timer_set(&children->mend_timer, children->parts.loop, MEND_MS);
}

static void
on_end(void *argument, struct process *process)
{
    struct children *children = argument;

    if (process == NULL) {
        children->callbacks->on_end(children->argument);
        return;
    }
    if (process->role != PROCESS_IS_LOGGER)
        mend(children, process_is_worker(process) ? process->slot : PROCESS_OBSERVER);
    if (process_is_worker(process))
        counter_board_clear_gauges(children->parts.board, process->slot);
    children->callbacks->on_death(children->argument, process);
    note_applied(children);
}

static void
on_hung(void *argument, struct process *process)
{
    struct children *children = argument;

    children->callbacks->on_hung(children->argument, process);
    note_applied(children);
}

struct children *
children_new(const struct children_parts *parts, unsigned worker_count,
             const struct children_callbacks *callbacks, void *argument)
{
    static const struct process_callbacks process_callbacks = {on_start, on_message, on_end,
                                                               on_lacking};
    struct children *children = memory_take(1, sizeof(*children));

    children->parts = *parts;
    children->callbacks = callbacks;
    children->argument = argument;
    children->processes =
        processes_new(parts->loop, worker_count, &process_callbacks, children);
    children->liveness =
        liveness_new(&(struct liveness_parts){parts->loop, children->processes, parts->board},
                     on_hung, children);
    timer_init(&children->mend_timer, on_mend_time, children);
    timer_set(&children->mend_timer, parts->loop, MEND_MS);
    return children;
}

void
children_free(struct children **children)
{
    struct pending_close *pending;

    if (*children == NULL)
        return;
    liveness_free(&(*children)->liveness);
    timer_close(&(*children)->mend_timer, (*children)->parts.loop);
    processes_free(&(*children)->processes);
    while ((pending = (*children)->pending_closes) != NULL) {
        (*children)->pending_closes = pending->next;
        free(pending);
    }
    free(*children);
    *children = NULL;
}

void
children_start(struct children *children, const struct privileges *privileges)
{
    children->privileges = *privileges;
    processes_start(children->processes);
}

void
children_set_config(struct children *children, const struct config *config)
{
    liveness_set_limit(children->liveness, config->liveness_ms);
}

struct processes *
children_processes(struct children *children)
{
    return children->processes;
}

uint64_t
children_applied_generation(const struct children *children)
{
    return children->applied_generation;
}

void
children_close_target(struct children *children, uint64_t target_id, bool is_evicted)
{
    struct pending_close *pending = memory_take(1, sizeof(*pending));

    *pending = (struct pending_close){target_id, is_evicted, children->pending_closes};
    children->pending_closes = pending;
}

void
children_check_target(struct children *children, uint64_t target_id)
{
    process_send(processes_at(children->processes, PROCESS_OBSERVER), MESSAGE_check_now,
                 &(struct message_check_now){.target_id = target_id}, -1);
}
