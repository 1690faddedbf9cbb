/* SPDX-License-Identifier: Apache-2.0 */
/* What people and init systems tell control by signals (docs/architecture.md). */
#ifndef FAIRLEAD_CONTROL_SIGNALS_H
#define FAIRLEAD_CONTROL_SIGNALS_H

#include "net/loop.h"

struct signals_callbacks {
    void (*on_stop)(void *argument, int number); /* TERM, INT, QUIT */
    void (*on_reload)(void *argument);           /* HUP */
    void (*on_reopen)(void *argument);           /* USR1 */
    void (*on_upgrade)(void *argument);          /* USR2 */
};

enum control_signal {

#define CONTROL_SIGNAL(id, action, help) CONTROL_SIGNAL_##id,
#include "control/signals.def"
#undef CONTROL_SIGNAL
    SIGNALS_COUNT
};

/* Embedded by its owner, which closes it. */
struct signals {
    const struct signals_callbacks *callbacks;
    void *argument;
    struct watch watches[SIGNALS_COUNT];
};

/* From now on signals come as calls of the loop; SIGPIPE is ignored. */
void signals_open(struct signals *signals, struct loop *loop,
                  const struct signals_callbacks *callbacks, void *argument);
void signals_close(struct signals *signals);

#endif
