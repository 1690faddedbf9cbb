/* SPDX-License-Identifier: Apache-2.0 */
/* A window of one second for each kind, which begins with the first line of it. */
#include "control/registry/notices.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

#define WINDOW_MS 1000

struct window {
    uint64_t began_ms;
    unsigned written, held_back;
};

struct notices {
    struct loop *loop;
    struct event_follower follower;
    struct window windows[EVENT_KIND_COUNT];
    struct timer timer;
};

static void
tell_held_back(struct window *window, const struct event_kind_row *row)
{
    if (window->held_back != 0)
        log_at((enum log_level)row->level, "and %u more %s", window->held_back, row->plural);
    *window = (struct window){0};
}

static bool
is_over(const struct window *window)
{
    return clock_ms() - window->began_ms >= WINDOW_MS;
}

static void
on_time(void *argument)
{
    struct notices *notices = argument;
    bool is_waiting = false;

    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        struct window *window = &notices->windows[kind];
        if (window->held_back != 0 && is_over(window))
            tell_held_back(window, event_kind_row(kind));
        is_waiting = is_waiting || window->held_back != 0;
    }
    if (is_waiting)
        timer_set(&notices->timer, notices->loop, WINDOW_MS);
}

static void
hold_back(struct notices *notices, struct window *window)
{
    window->held_back++;
    if (!timer_is_set(&notices->timer))
        timer_set(&notices->timer, notices->loop, WINDOW_MS);
}

static void
on_entry(void *argument, const struct log_entry *entry)
{
    struct notices *notices = argument;
    const struct event_kind_row *row = event_kind_row(entry->kind);
    struct window *window = &notices->windows[entry->kind];

    if (row->level == EVENT_LEVEL_NONE || !log_would_write((enum log_level)row->level))
        return;
    if (window->written != 0 && is_over(window))
        tell_held_back(window, row);
    if (window->written == NOTICES_A_SECOND) {
        hold_back(notices, window);
        return;
    }
    if (window->written++ == 0)
        window->began_ms = clock_ms();
    log_at((enum log_level)row->level, "%s %s: %s", row->word, entry->subject, entry->message);
}

struct notices *
notices_new(struct loop *loop, struct event_log *events)
{
    struct notices *notices = memory_take(1, sizeof(*notices));

    notices->loop = loop;
    notices->follower = (struct event_follower){.on_entry = on_entry, .argument = notices};
    timer_init(&notices->timer, on_time, notices);
    event_log_follow(events, &notices->follower);
    return notices;
}

void
notices_free(struct notices **notices)
{
    if (*notices == NULL)
        return;
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++)
        tell_held_back(&(*notices)->windows[kind], event_kind_row(kind));
    timer_close(&(*notices)->timer, (*notices)->loop);
    event_log_unfollow(&(*notices)->follower);
    free(*notices);
    *notices = NULL;
}
