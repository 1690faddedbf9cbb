/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows the event log and writes into the log what somebody who only reads that must know:
 * the level of each kind stands in event_kinds.def. At most NOTICES_A_SECOND lines a second of
 * a kind, then one line that tells how many more there were.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_NOTICES_H
#define FAIRLEAD_CONTROL_REGISTRY_NOTICES_H

#include "control/registry/event_log.h"
#include "net/loop.h"

#define NOTICES_A_SECOND 10

struct notices;

/* Both outlive it. */
struct notices *notices_new(struct loop *loop, struct event_log *events);

/* Tells first what was held back. */
void notices_free(struct notices **notices);

#endif
