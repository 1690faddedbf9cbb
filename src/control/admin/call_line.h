/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that are served one a turn, and together only for so much of control's time: whoever
 * asks without end waits, and what control is for goes on. Private to admin*.c.
 */
#ifndef FAIRLEAD_CONTROL_ADMIN_CALL_LINE_H
#define FAIRLEAD_CONTROL_ADMIN_CALL_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "net/loop.h"

/* One who waits; embedded, zeroed at first. */
struct call_place {
    TAILQ_ENTRY(call_place) entry;
    bool is_waiting;
};

/* Embedded by whoever serves. */
struct call_line {
    struct loop *loop;
    unsigned percent; /* of the time */
    int64_t credit_us;
    uint64_t credited_us;
    TAILQ_HEAD(, call_place) places;
    struct loop_place turn;
    struct timer timer; /* until there is credit again */
    void (*serve)(void *argument, struct call_place *place);
    void *argument;
};

void call_line_open(struct call_line *line, struct loop *loop, unsigned percent,
                    void (*serve)(void *argument, struct call_place *place), void *argument);
void call_line_close(struct call_line *line);

/* It is served in a later turn, unless it leaves before. */
void call_line_add(struct call_line *line, struct call_place *place);
void call_line_leave(struct call_line *line, struct call_place *place);

#endif
