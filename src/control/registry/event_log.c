/* SPDX-License-Identifier: Apache-2.0 */
/* Entry n lies at n modulo the capacity; an older one there gives its texts back. */
#include "control/registry/event_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

#define MESSAGE_BYTES 512

struct event_log {
    struct log_entry *entries;
    size_t capacity;
    uint64_t last_sequence;
    LIST_HEAD(, event_follower) followers;
};

struct event_log *
event_log_new(size_t capacity)
{
    struct event_log *log = memory_take(1, sizeof(*log));

    log->entries = memory_take(capacity, sizeof(*log->entries));
    log->capacity = capacity;
    LIST_INIT(&log->followers);
    return log;
}

void
event_log_free(struct event_log **log)
{
    if (*log == NULL)
        return;
    for (size_t i = 0; i < (*log)->capacity; i++) {
        free((*log)->entries[i].subject);
        free((*log)->entries[i].message);
    }
    free((*log)->entries);
    free(*log);
    *log = NULL;
}

static void
tell_followers(struct event_log *log, const struct log_entry *entry)
{
    struct event_follower *follower = LIST_FIRST(&log->followers);

    while (follower != NULL) {
        struct event_follower *next = LIST_NEXT(follower, link);
        follower->on_entry(follower->argument, entry);
        follower = next;
    }
}

void
event_log_add(struct event_log *log, enum event_kind kind, const char *subject,
              const char *format, ...)
{
    struct log_entry *entry = &log->entries[(log->last_sequence + 1) % log->capacity];
    char message[MESSAGE_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    char *kept_subject = memory_copy_text(subject);
    free(entry->subject);
    free(entry->message);
    *entry = (struct log_entry){.sequence = ++log->last_sequence,
                                .wall_us = clock_wall_us(),
                                .kind = kind,
                                .subject = kept_subject,
                                .message = memory_copy_text(message)};
    tell_followers(log, entry);
}

const struct log_entry *
event_log_next(const struct event_log *log, uint64_t after_sequence)
{
    uint64_t oldest =
        log->last_sequence > log->capacity ? log->last_sequence - log->capacity + 1 : 1;
    uint64_t wanted = after_sequence + 1 > oldest ? after_sequence + 1 : oldest;

    return wanted > log->last_sequence ? NULL : &log->entries[wanted % log->capacity];
}

uint64_t
event_log_last_sequence(const struct event_log *log)
{
    return log->last_sequence;
}

void
event_log_follow(struct event_log *log, struct event_follower *follower)
{
    LIST_INSERT_HEAD(&log->followers, follower, link);
}

void
event_log_unfollow(struct event_follower *follower)
{
    LIST_REMOVE(follower, link);
}
