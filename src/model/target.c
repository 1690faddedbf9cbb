/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from a target's membership and health, read out of the two tables. */
#include "model/target.h"

#include <stddef.h>

#include "base/check.h"

#define MEMBERSHIP_COUNT (MEMBERSHIP_GONE + 1)
#define COUNT_OF(table) (sizeof(table) / sizeof(*(table)))

struct transition {
    enum target_membership from;
    enum target_event event;
    enum target_membership to;
};

static const struct transition transitions[] = {

#define TARGET_TRANSITION(from, event, to)                                                     \
    {MEMBERSHIP_##from, TARGET_EVENT_##event, MEMBERSHIP_##to},
#include "model/target_states.def"
#undef TARGET_TRANSITION
};

_Static_assert(COUNT_OF(transitions) == (size_t)MEMBERSHIP_COUNT * TARGET_EVENT_COUNT,
               "target_states.def has one row for every (membership, event) pair");

enum target_membership
target_next_membership(enum target_membership from, enum target_event event)
{
    for (size_t i = 0; i < COUNT_OF(transitions); i++) {
        if (transitions[i].from == from && transitions[i].event == event)
            return transitions[i].to;
    }
    CHECK_UNREACHABLE();
}

const char *
target_membership_text(enum target_membership membership)
{
    static const char *const texts[] = {
        [MEMBERSHIP_REGISTERING] = "registering",
        [MEMBERSHIP_IN_SERVICE] = "in service",
        [MEMBERSHIP_DRAINING] = "draining",
        [MEMBERSHIP_GONE] = "gone",
    };

    CHECK(membership < COUNT_OF(texts));
    return texts[membership];
}

const char *
target_health_text(enum target_health health)
{
    static const char *const texts[] = {
        [HEALTH_INITIAL] = "initial",         [HEALTH_HEALTHY] = "healthy",
        [HEALTH_UNHEALTHY] = "unhealthy",     [HEALTH_UNUSED] = "unused",
        [HEALTH_UNAVAILABLE] = "unavailable",
    };

    CHECK(health < COUNT_OF(texts));
    return texts[health];
}

const char *
target_event_text(enum target_event event)
{
    static const char *const texts[] = {

#define TARGET_EVENT(id, text) [TARGET_EVENT_##id] = (text),
#include "model/target_states.def"
#undef TARGET_EVENT
    };

    CHECK(event < TARGET_EVENT_COUNT);
    return texts[event];
}

const char *
target_reason_code(enum target_reason reason)
{
    static const char *const codes[] = {

#define TARGET_REASON(id, code, description) [TARGET_REASON_##id] = (code),
#include "model/target_reasons.def"
#undef TARGET_REASON
    };

    CHECK(reason < TARGET_REASON_COUNT);
    return codes[reason];
}

const char *
target_reason_description(enum target_reason reason)
{
    static const char *const descriptions[] = {

#define TARGET_REASON(id, code, description) [TARGET_REASON_##id] = (description),
#include "model/target_reasons.def"
#undef TARGET_REASON
    };

    CHECK(reason < TARGET_REASON_COUNT);
    return descriptions[reason];
}

const char *
target_shown_state(enum target_membership membership, enum target_health health)
{
    if (membership == MEMBERSHIP_GONE)
        return "unused";
    if (membership == MEMBERSHIP_DRAINING)
        return "draining";
    if (membership == MEMBERSHIP_REGISTERING && health != HEALTH_UNUSED)
        return "initial";
    return target_health_text(health);
}

enum target_reason
target_shown_reason(enum target_membership membership, enum target_health health,
                    enum target_reason health_reason)
{
    if (membership == MEMBERSHIP_GONE)
        return TARGET_REASON_NOT_REGISTERED;
    if (membership == MEMBERSHIP_DRAINING)
        return TARGET_REASON_DEREGISTRATION_IN_PROGRESS;
    if (membership == MEMBERSHIP_REGISTERING && health != HEALTH_UNUSED)
        return TARGET_REASON_REGISTRATION_IN_PROGRESS;
    return health == HEALTH_HEALTHY ? TARGET_REASON_NONE : health_reason;
}

bool
target_is_selectable(enum target_membership membership, enum target_health health)
{
    /* Without checks nobody knows better than to send it traffic. */
    return membership == MEMBERSHIP_IN_SERVICE &&
           (health == HEALTH_HEALTHY || health == HEALTH_UNAVAILABLE);
}
