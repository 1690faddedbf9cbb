/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What whoever runs fairlead as a unit of his (systemd) is told: that it is ready, how it
 * does, that its loop turns, that it stops. Silent where nobody listens.
 */
#ifndef FAIRLEAD_CONTROL_SUPERVISOR_H
#define FAIRLEAD_CONTROL_SUPERVISOR_H

#include "control/registry/targets.h"
#include "net/loop.h"

struct supervisor;

/* Both outlive it. */
struct supervisor *supervisor_new(struct loop *loop, struct targets *targets);
void supervisor_free(struct supervisor **supervisor);

/* Every worker serves by a snapshot: at the first call fairlead is ready. */
void supervisor_note_served(struct supervisor *supervisor);

/* It stops, which takes at most so long. */
void supervisor_tell_stop(unsigned at_most_ms);

#endif
