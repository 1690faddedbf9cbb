/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a target after each change of its membership: which generation told of it, when
 * the last worker had that generation, and then what follows: a registering target is in
 * service; a held one rests; a draining one begins its drain, which ends when nothing is in
 * flight and at the latest when the deregistration delay is over; a stopping one has this delay
 * too, while others take its group's requests, but waits for its task's end; a gone one gives
 * its counter row back.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_DRAIN_H
#define FAIRLEAD_CONTROL_REGISTRY_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "control/registry/targets.h"
#include "model/config.h"
#include "net/loop.h"

struct drain;

struct drain *drain_new(struct loop *loop, struct targets *targets,
                        uint64_t (*in_flight)(void *argument,
                                              const struct registered_target *target),
                        void *argument);
void drain_free(struct drain **drain);

/* Delays of drains that begin from now on; lives until the next one is set. */
void drain_set_config(struct drain *drain, const struct config *config);

/* The generation tells of everything that changed before it. */
void drain_note_published(struct drain *drain, uint64_t generation);

/* Every living worker chooses by this generation or a newer one. */
void drain_note_applied(struct drain *drain, uint64_t generation);

/* Looks at every drain now; the timer does so while there are any. */
void drain_look(struct drain *drain);

#endif
