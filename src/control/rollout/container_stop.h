/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The balancer owns the stop: a container's targets are deregistered and drained first, and
 * only then does its engine stop it, so that no request is lost even where the program exits at
 * once on SIGTERM.
 */
#ifndef FAIRLEAD_CONTROL_ROLLOUT_CONTAINER_STOP_H
#define FAIRLEAD_CONTROL_ROLLOUT_CONTAINER_STOP_H

#include "control/rollout/rollout.h"

struct container_stop_callbacks {
    /* A line for people. */
    void (*on_step)(void *argument, const char *text);
    /* The end, once: NULL, or why it failed; then the task serves again where it can. */
    void (*on_done)(void *argument, const char *error);
};

/*
 * Begins; timeout_seconds is what the engine gives the program between SIGTERM and SIGKILL.
 * NULL when it has begun; otherwise the reason (static text) why it cannot, and no callback is
 * called.
 */
const char *container_stop(struct rollout *rollout, const struct task_record *record,
                           unsigned timeout_seconds,
                           const struct container_stop_callbacks *callbacks, void *argument);

#endif
