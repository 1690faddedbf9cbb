/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engines' side of driver.h: a kind of engine is a const struct of functions. What is asked
 * for comes as an order; its end goes through driver_call_end.
 */
#ifndef FAIRLEAD_CONTROL_DRIVER_DRIVER_KIND_H
#define FAIRLEAD_CONTROL_DRIVER_DRIVER_KIND_H

#include "control/driver/driver.h"
#include "net/loop.h"

enum driver_act {

#define DRIVER_ACT(id, text) DRIVER_ACT_##id,
#include "control/driver/driver_acts.def"
#undef DRIVER_ACT
    DRIVER_ACTS
};

/* Valid during begin. */
struct driver_order {
    enum driver_act act;
    const char *object; /* id, image, volume or network; NULL: none */
    const char *name;   /* of a new container, or a signal; NULL: none */
    const json_t *body; /* NULL: none */
    unsigned number;    /* seconds of a stop, removal, lines */
};

struct driver_kind {
    /* Begins it; what it returns is passed to cancel. The end is told later. */
    void *(*begin)(void *engine, const struct driver_order *order, struct driver_call *call);
    /* driver_call_end is not called any more. */
    void (*cancel)(void *engine, void *work);
    bool (*is_connected)(const void *engine);
};

/* The driver of an engine, which outlives it; the engine's owner frees it. */
struct driver *driver_new(struct loop *loop, const struct driver_kind *kind, void *engine);

/* Every call under way ends first, as unreachable; allowed inside callbacks. */
void driver_free(struct driver **driver);

void driver_call_end(struct driver_call *call, const struct driver_result *result);

/* Managed containers may have changed. */
void driver_note_change(struct driver *driver);

/* "pull an image" */
const char *driver_act_text(enum driver_act act);

#endif
