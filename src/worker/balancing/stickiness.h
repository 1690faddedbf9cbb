/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sticky sessions, named as the ALB's: AWSALB and AWSALBCORS for targets, AWSALBTG for
 * weighted groups, AWSALBAPP-0 for application cookies. A cookie names its targets by
 * identity, one in each group (ticket.h), and is sealed with the snapshot's key, so any worker,
 * and any instance with that key, can read it: no state is kept.
 */
#ifndef FAIRLEAD_WORKER_STICKINESS_H
#define FAIRLEAD_WORKER_STICKINESS_H

#include "base/text.h"
#include "http/head.h"
#include "worker/targets/view.h"

/* Room for all Set-Cookie lines of one answer. */
#define STICKINESS_FIELDS_MAX 6144

/* Who asks: a request, the view that its rule was chosen from, and, once there is one, its
 * group in the view that its target is chosen from. */
struct stickiness {
    struct worker *worker;
    const struct http_head *request;
    const struct view *view, *choice_view;
    const struct view_group *group;
    struct snapshot_text load_balancer; /* its name in view */
};

/*
 * The row in weighted_groups that the client's AWSALBTG cookie names, while the action asks for
 * group stickiness and the cookie is valid; else SNAPSHOT_NO_INDEX.
 */
uint32_t stickiness_find_group(const struct stickiness *asked,
                               const struct snapshot_action *action);

/* The index in choice_view's targets of the client's selectable target, or SNAPSHOT_NO_INDEX.
 */
uint32_t stickiness_find_target(const struct stickiness *asked);

/* Whether an answer may need cookies: most do not. */
static inline bool
stickiness_is_wanted(const struct view_group *group, const struct snapshot_action *action)
{
    return action->stickiness_seconds > 0 || (group->group->flags & GROUP_STICKINESS) != 0;
}

/* Adds the Set-Cookie lines that the answer of a target with this identity needs. The target's
 * own lines for the same cookies (another balancer behind this one) are dropped: what they say
 * stands in ours. */
void stickiness_write_cookies(const struct stickiness *asked,
                              const struct snapshot_action *action, uint64_t identity,
                              struct http_head *response, struct text *fields);

#endif
