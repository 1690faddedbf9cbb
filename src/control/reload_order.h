/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody asks for a reload and waits for what becomes of it. */
#ifndef FAIRLEAD_CONTROL_RELOAD_ORDER_H
#define FAIRLEAD_CONTROL_RELOAD_ORDER_H

#include <stdbool.h>
#include <sys/queue.h>

#include "control/objects/objects.h"
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

/* Whoever changes objects waits for a turn: never while a file is being read, which would be
 * judged without the change. */
struct reload_turn {
    void (*on_turn)(struct reload_turn *turn);
    bool is_waiting; /* reload's own */
    TAILQ_ENTRY(reload_turn) link;
};

/* What came of a change of objects; lives during the callback only. */
struct objects_outcome {
    const struct config_errors *errors; /* none, and no reason: it is in force */
    const char *reason;                 /* the disk's; NULL: it has not refused */
};

/* Embedded by who changes objects, until on_done. */
struct objects_order {
    struct object_edit *edit;
    void (*on_done)(struct objects_order *order, const struct objects_outcome *outcome);
};

#endif
