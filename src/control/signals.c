/* SPDX-License-Identifier: Apache-2.0 */
/* A row a signal. */
#include "control/signals.h"

#include <signal.h>

static void
on_stop(int number, short what, void *argument)
{
    struct signals *signals = argument;

    (void)what;
    signals->callbacks->on_stop(signals->argument, number);
}

static void
on_reload(int number, short what, void *argument)
{
    struct signals *signals = argument;

    (void)number;
    (void)what;
    signals->callbacks->on_reload(signals->argument);
}

static void
on_reopen(int number, short what, void *argument)
{
    struct signals *signals = argument;

    (void)number;
    (void)what;
    signals->callbacks->on_reopen(signals->argument);
}

static void
on_upgrade(int number, short what, void *argument)
{
    struct signals *signals = argument;

    (void)number;
    (void)what;
    signals->callbacks->on_upgrade(signals->argument);
}

static const struct {
    int number;
    void (*on_signal)(int number, short what, void *argument);
} rows[SIGNALS_COUNT] = {

#define CONTROL_SIGNAL(id, action, help) {SIG##id, on_##action},
#include "control/signals.def"
#undef CONTROL_SIGNAL
};

void
signals_open(struct signals *signals, struct loop *loop,
             const struct signals_callbacks *callbacks, void *argument)
{
    signals->callbacks = callbacks;
    signals->argument = argument;
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < SIGNALS_COUNT; i++)
        watch_signal(&signals->watches[i], loop, rows[i].number, rows[i].on_signal, signals);
}

void
signals_close(struct signals *signals)
{
    for (size_t i = 0; i < SIGNALS_COUNT; i++)
        watch_close(&signals->watches[i]);
}
