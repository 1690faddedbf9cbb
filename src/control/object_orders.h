/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of objects by API calls, one after the other or, where several wait, together: judged
 * as one configuration with the file in force, prepared, written to the disk at once, gone over
 * to. Where that is refused, each has its turn alone, and its own answer. Never while a file is
 * being read, which would be judged without them.
 */
#ifndef FAIRLEAD_CONTROL_OBJECT_ORDERS_H
#define FAIRLEAD_CONTROL_OBJECT_ORDERS_H

#include <stdbool.h>
#include <sys/queue.h>

#include "control/objects/objects.h"
#include "model/config.h"

struct config_readers;
struct loop;
struct object_orders;
struct reload;

/* What came of a change; lives during the callback only. */
struct objects_outcome {
    const struct config_errors *errors; /* none, and no reason: it is in force */
    const char *reason;                 /* the disk's; NULL: it has not refused */
};

/* What an order has made of its turn. */
enum object_turn {
    OBJECT_TURN_CHANGES, /* the edit has its changes */
    OBJECT_TURN_OVER,    /* it wants none, or cannot have them, and has answered */
    OBJECT_TURN_CROWDED, /* it cannot have them beside those of others: it has another turn */
};

/* Embedded by who changes objects, zeroed, until on_done, or until its turn is over. */
struct object_order {
    /* Makes the changes in an edit that others may have changed already; called once more, on
     * another edit, where those that came together cannot be had. */
    enum object_turn (*on_turn)(struct object_order *order, struct object_edit *edit);
    void (*on_done)(struct object_order *order, const struct objects_outcome *outcome);
    TAILQ_ENTRY(object_order) link;
    bool is_in_batch, is_alone; /* object_orders' own */
};

/* All of it outlives the orders. */
struct object_orders_parts {
    struct loop *loop;
    struct objects *objects;
    struct config_readers *readers;
    void (*on_change)(void *argument); /* others are in force, before anybody is told */
    void *argument;
};

struct object_orders *object_orders_new(const struct object_orders_parts *parts);
/* Before the first order. */
void object_orders_set_reload(struct object_orders *orders, struct reload *reload);
void object_orders_free(struct object_orders **orders);

void object_orders_add(struct object_orders *orders, struct object_order *order);

/* It is not called any more; where it is under way, it may be put in force all the same. */
void object_orders_withdraw(struct object_orders *orders, struct object_order *order);

/* Nothing is being read any more. */
void object_orders_go_on(struct object_orders *orders);

#endif
