/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target: one (address, port) in one target group. Its id is never reused, so pools and
 * health belong to this registration and to no later one of the same address. The registry in
 * control makes and owns targets; membership changes only through target_transition.
 */
#ifndef FAIRLEAD_MODEL_TARGET_H
#define FAIRLEAD_MODEL_TARGET_H

#include <stdbool.h>
#include <stdint.h>

/* The two axes of docs/states.md: control owns membership, the observer decides health. */
enum target_membership {

#define TARGET_MEMBERSHIP(id, text, shown, reason, traits) MEMBERSHIP_##id,
#include "model/target_states.def"
#undef TARGET_MEMBERSHIP
    MEMBERSHIP_COUNT
};

enum target_health {
    HEALTH_INITIAL,
    HEALTH_HEALTHY,
    HEALTH_UNHEALTHY,
    HEALTH_UNUSED,
    HEALTH_UNAVAILABLE
};

/* Why a target's health is what it is: the ALB's reason codes, rows of target_reasons.def. */
enum target_reason {

#define TARGET_REASON(id, code, description) TARGET_REASON_##id,
#include "model/target_reasons.def"
#undef TARGET_REASON
    TARGET_REASON_COUNT
};

/* What can happen to a target's membership: rows of target_states.def name a reaction to each.
 */
enum target_event {

#define TARGET_EVENT(id, text) TARGET_EVENT_##id,
#include "model/target_states.def"
#undef TARGET_EVENT
    TARGET_EVENT_COUNT
};

/* The membership that follows; equal to from where the event changes nothing. */
enum target_membership target_next_membership(enum target_membership from,
                                              enum target_event event);

const char *target_membership_text(enum target_membership membership);
const char *target_health_text(enum target_health health);
const char *target_event_text(enum target_event event);
const char *target_reason_code(enum target_reason reason); /* "Target.Timeout"; "" for none */
const char *
target_reason_description(enum target_reason reason); /* the usual text; "" for none */

/* The one state shown to people, the ALB's word, and its reason where membership outranks
 * health. */
const char *target_shown_state(enum target_membership membership, enum target_health health);
enum target_reason target_shown_reason(enum target_membership membership,
                                       enum target_health health,
                                       enum target_reason health_reason);

/* Whether workers may choose it (its group's fail-open aside). */
bool target_is_selectable(enum target_membership membership, enum target_health health);

/* Whether it counts as part of its group, and is chosen when the group fails open. One that is
 * held by hand is not, though nothing has ended it. */
bool target_is_registered(enum target_membership membership);

/* Whether the observer checks it: one of its group, or one that may have to be recalled. */
bool target_is_checked(enum target_membership membership);

/* Whether its task is about to stop but may still answer: stopping, or recalled. */
bool target_is_stopping(enum target_membership membership);

/* Whether nothing asks for it any more: it is about to stop, drains, or is gone. */
bool target_is_leaving(enum target_membership membership);

#endif
