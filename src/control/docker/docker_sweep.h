/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing a roster with the engine's list: what docker_roster_sweep begins. */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_SWEEP_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_SWEEP_H

struct docker_roster;

/* To be called when a reading is over: the sweep may be, too. */
void docker_sweep_end_if_done(struct docker_roster *roster);

/* The time is over in which events may still come; a timer's callback. */
void docker_sweep_on_grace_end(void *argument);

#endif
