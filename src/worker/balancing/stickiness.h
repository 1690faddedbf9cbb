/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sticky sessions, named as the ALB's: AWSALB and AWSALBCORS for targets, AWSALBTG for
 * weighted groups, AWSALBAPP-0 for application cookies. A cookie names its target by identity
 * and is sealed with the snapshot's key, so any worker, and any instance with that key, can
 * read it: no state is kept.
 */
#ifndef FAIRLEAD_WORKER_STICKINESS_H
#define FAIRLEAD_WORKER_STICKINESS_H

#include "base/text.h"
#include "worker/exchange/exchange.h"

/* Room for all Set-Cookie lines of one answer. */
#define STICKINESS_FIELDS_MAX 2048

/*
 * The row in weighted_groups that the client's AWSALBTG cookie names, while the action asks for
 * group stickiness and the cookie is valid; else SNAPSHOT_NO_INDEX.
 */
uint32_t stickiness_find_group(const struct exchange *exchange,
                               const struct snapshot_action *action);

/* The index in the view's targets of the client's selectable target, or SNAPSHOT_NO_INDEX. */
uint32_t stickiness_find_target(const struct exchange *exchange, const struct view *view);

/* Adds the Set-Cookie lines that the answer's head needs; nothing for groups without
 * stickiness. */
void stickiness_write_cookies(struct exchange *exchange, const struct http_head *response,
                              struct text *fields);

#endif
