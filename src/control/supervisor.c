/* SPDX-License-Identifier: Apache-2.0 */
/* A timer of the loop is the sign of life: a loop that hangs sends none. */
#include "control/supervisor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "net/notify_socket.h"

/* How often the status is renewed where no watchdog asks for more. */
#define STATUS_EVERY_MS 5000
/* Signs of life in the time in which one is waited for: one may come late. */
#define SIGNS_IN_TIME 3
#define TEXT_SIZE 160

struct supervisor {
    struct loop *loop;
    struct targets *targets;
    struct timer timer;
    unsigned every_ms;
    bool has_watchdog, is_ready;
};

static void
tell(const struct supervisor *supervisor, const char *first)
{
    char text[TEXT_SIZE];

    snprintf(text, sizeof(text), "%sSTATUS=serving; %zu of %zu targets healthy", first,
             targets_count_healthy(supervisor->targets), targets_count(supervisor->targets));
    notify_socket_send(text);
}

static void
on_time(void *argument)
{
    struct supervisor *supervisor = argument;

    if (supervisor->is_ready)
        tell(supervisor, supervisor->has_watchdog ? "WATCHDOG=1\n" : "");
    else if (supervisor->has_watchdog)
        notify_socket_send("WATCHDOG=1");
    timer_set(&supervisor->timer, supervisor->loop, supervisor->every_ms);
}

struct supervisor *
supervisor_new(struct loop *loop, struct targets *targets)
{
    struct supervisor *supervisor = memory_take(1, sizeof(*supervisor));
    uint64_t watchdog_ms = notify_socket_watchdog_us() / 1000;

    *supervisor = (struct supervisor){.loop = loop,
                                      .targets = targets,
                                      .every_ms = STATUS_EVERY_MS,
                                      .has_watchdog = watchdog_ms != 0};
    if (supervisor->has_watchdog && watchdog_ms / SIGNS_IN_TIME < STATUS_EVERY_MS)
        supervisor->every_ms = (unsigned)(watchdog_ms / SIGNS_IN_TIME);
    timer_init(&supervisor->timer, on_time, supervisor);
    if (notify_socket_send("STATUS=starting"))
        on_time(supervisor);
    return supervisor;
}

void
supervisor_free(struct supervisor **supervisor)
{
    if (*supervisor == NULL)
        return;
    timer_close(&(*supervisor)->timer, (*supervisor)->loop);
    free(*supervisor);
    *supervisor = NULL;
}

void
supervisor_note_served(struct supervisor *supervisor)
{
    if (supervisor->is_ready)
        return;
    supervisor->is_ready = true;
    tell(supervisor, "READY=1\n");
}

void
supervisor_tell_stop(unsigned at_most_ms)
{
    char text[TEXT_SIZE];

    snprintf(text, sizeof(text),
             "STOPPING=1\nEXTEND_TIMEOUT_USEC=%" PRIu64
             "\nSTATUS=stopping; requests in flight are finished",
             (uint64_t)at_most_ms * 1000);
    notify_socket_send(text);
}
