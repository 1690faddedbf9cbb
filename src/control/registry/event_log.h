/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened to targets, tasks, children and the configuration: a ring of the last events
 * with rising sequence numbers, and followers that hear of each new one. fairleadctl events
 * reads it.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_EVENT_LOG_H
#define FAIRLEAD_CONTROL_REGISTRY_EVENT_LOG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "control/registry/event_kinds.h"

struct event_log;

/* One event; the texts belong to the log and live until the ring comes round. */
struct log_entry {
    uint64_t sequence; /* from 1, and over restarts where they are kept */
    uint64_t wall_us;
    enum event_kind kind;
    char *subject; /* which thing */
    char *message; /* what happened to it and why */
};

/* Embedded by whoever follows; taken off with event_log_unfollow before its memory goes. */
struct event_follower {
    void (*on_entry)(void *argument, const struct log_entry *entry);
    void *argument;
    LIST_ENTRY(event_follower) link;
};

struct event_log *event_log_new(size_t capacity);
void event_log_free(struct event_log **log);

void event_log_add(struct event_log *log, enum event_kind kind, const char *subject,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* An event of an earlier process, oldest first: followers do not hear of it, and new ones get
 * numbers above its own. The texts are copied. One that is not above the last is left out. */
void event_log_restore(struct event_log *log, const struct log_entry *entry,
                       const char *subject, const char *message);

/* The oldest entry kept whose sequence is above the given one, or NULL. */
const struct log_entry *event_log_next(const struct event_log *log, uint64_t after_sequence);
uint64_t event_log_last_sequence(const struct event_log *log);

void event_log_follow(struct event_log *log, struct event_follower *follower);
void event_log_unfollow(struct event_follower *follower);

#endif
