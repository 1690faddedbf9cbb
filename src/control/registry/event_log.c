/* SPDX-License-Identifier: Apache-2.0 */
/* Entry n lies at n modulo the capacity; an older one there gives its texts back. */
#include "control/registry/event_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"

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

/* The texts are the log's; control characters and strange bytes stay outside. */
static char *
keep_text(const char *text)
{
    char *kept = memory_copy_text(text);

    text_make_printable(kept);
    return kept;
}

/* In place of what its number's place holds. */
static struct log_entry *
put(struct event_log *log, const struct log_entry *entry, const char *subject,
    const char *message)
{
    struct log_entry *place = &log->entries[entry->sequence % log->capacity];
    char *kept_subject = keep_text(subject), *kept_message = keep_text(message);

    free(place->subject);
    free(place->message);
    *place = *entry;
    place->subject = kept_subject;
    place->message = kept_message;
    log->last_sequence = entry->sequence;
    return place;
}

void
event_log_add(struct event_log *log, enum event_kind kind, const char *subject,
              const char *format, ...)
{
    struct log_entry entry = {
        .sequence = log->last_sequence + 1, .wall_us = clock_wall_us(), .kind = kind};
    char message[MESSAGE_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    tell_followers(log, put(log, &entry, subject, message));
}

void
event_log_restore(struct event_log *log, const struct log_entry *entry, const char *subject,
                  const char *message)
{
    if (entry->sequence > log->last_sequence)
        put(log, entry, subject, message);
}

const struct log_entry *
event_log_next(const struct event_log *log, uint64_t after_sequence)
{
    uint64_t oldest =
        log->last_sequence > log->capacity ? log->last_sequence - log->capacity + 1 : 1;
    uint64_t wanted = after_sequence + 1 > oldest ? after_sequence + 1 : oldest;

    /* Numbers may be missing where a file lost lines. */
    for (; wanted <= log->last_sequence; wanted++)
        if (log->entries[wanted % log->capacity].sequence == wanted)
            return &log->entries[wanted % log->capacity];
    return NULL;
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
