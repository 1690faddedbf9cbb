/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passive health: what workers saw of a target takes it out for a growing time, when it fails
 * much more often than it answers. At most half of a group is ejected, and none comes back
 * before the observer has seen it pass a check.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_PASSIVE_HEALTH_H
#define FAIRLEAD_CONTROL_REGISTRY_PASSIVE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "control/registry/targets.h"
#include "ipc/message.h"
#include "model/config.h"
#include "net/loop.h"

/* Percent of a group's selectable targets that may be out at a time. */
#define PASSIVE_MOST_EJECTED_PERCENT 50

struct passive_health;

struct passive_health *passive_health_new(struct loop *loop, struct targets *targets,
                                          void (*check_now)(void *argument, uint64_t target_id),
                                          void *argument);
void passive_health_free(struct passive_health **passive);

/* Which groups take part; lives until the next one is set. */
void passive_health_set_config(struct passive_health *passive, const struct config *config);

/* A worker's observations since its last message. */
void passive_health_note(struct passive_health *passive,
                         const struct message_target_failures *failures);

/* The observer's verdict, after the table has it: an ejection that is over may end. */
void passive_health_note_verdict(struct passive_health *passive,
                                 struct registered_target *target);

/* Asks the observer about those whose time is over; the timer does so every second. */
void passive_health_look(struct passive_health *passive);

static inline bool
passive_is_ejected(const struct registered_target *target)
{
    return target->passive.ejected_until_ms != 0;
}

/* Whether what was seen in the target's window is bad enough. */
bool passive_is_failing(const struct target_passive *seen);

/* For how long, by how often in a row it was ejected before. */
uint64_t passive_ejection_ms(unsigned earlier_ejections);

#endif
