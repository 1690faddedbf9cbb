/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody asks for a reload and waits for what becomes of it. */
#ifndef FAIRLEAD_CONTROL_RELOAD_ORDER_H
#define FAIRLEAD_CONTROL_RELOAD_ORDER_H

#include <stdbool.h>
#include <sys/queue.h>

#include "model/config.h"

/* Lives during the callback only. */
struct reload_outcome {
    const struct config_errors *errors; /* none: it was reloaded */
    const struct config_errors *warnings;
    const char *changes; /* "+1 rule, -1 group" */
};

/* Embedded by who asks; until on_done is called, TAILQ_REMOVE by reload_withdraw. */
struct reload_order {
    bool is_forced; /* also if that closes every listener or removes every provider */
    void (*on_done)(struct reload_order *order, const struct reload_outcome *outcome);
    TAILQ_ENTRY(reload_order) link;
};

#endif
