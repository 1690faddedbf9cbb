/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scheduler itself changes about objects in the store: how a deployment ended, that a
 * service or a task is over. Written as calls' changes are, in their turn.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_SERVICE_EDIT_H
#define FAIRLEAD_CONTROL_SCHEDULER_SERVICE_EDIT_H

#include <stdbool.h>

#include "control/object_orders.h"

enum service_edit_kind {
    SERVICE_EDIT_COMPLETE,  /* its PRIMARY deployment is */
    SERVICE_EDIT_FAIL,      /* likewise */
    SERVICE_EDIT_ROLL_BACK, /* likewise, and what was completed before it comes back */
    SERVICE_EDIT_END,       /* it is over: nothing is left of it */
    TASK_EDIT_END           /* the id is a task's */
};

struct service_edits;

/* on_done: the edit of that id was made, or could not be: it may be asked for again. */
struct service_edits *service_edits_new(struct object_orders *orders,
                                        void (*on_done)(void *argument, const char *id),
                                        void *argument);
void service_edits_free(struct service_edits **edits);

/* One at a time of an id; another one meanwhile is not taken. deployment: the PRIMARY that is
 * meant, else nothing happens. NULL: whichever. */
void service_edits_order(struct service_edits *edits, enum service_edit_kind kind,
                         const char *id, const char *deployment);

#endif
