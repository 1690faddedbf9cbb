/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a container's run ended, in words: what its events told until it died. An engine from 26
 * on tells other things before that, so a reading may see the end first. Docker names no user;
 * whether it was fairlead itself is known here.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_END_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_END_H

#include <stdbool.h>

#include "control/docker/docker_events.h"

/* Zero it when a run begins. */
struct docker_end {
    int signal;          /* the last that was sent to it; 0: none */
    bool is_oom;         /* the kernel killed one of its processes for lack of memory */
    bool is_by_fairlead; /* fairlead asked the engine to stop it */
    bool is_told;        /* by the event of its death */
};

#define DOCKER_END_TEXT_SIZE 128

/* Notes what an event tells. True when that is the end of the run: the text is written then
 * ("exited with code 143 after signal 15"), and the notes are those of a new run. */
bool docker_end_take(struct docker_end *end, const struct docker_event *event,
                     char text[DOCKER_END_TEXT_SIZE]);

/* A reading says that it runs no more; exit_code -1: unknown. False: that has been told. */
bool docker_end_see(struct docker_end *end, int exit_code, bool is_oom,
                    char text[DOCKER_END_TEXT_SIZE]);

/* A reading tells of another run. */
void docker_end_begin(struct docker_end *end);

#endif
