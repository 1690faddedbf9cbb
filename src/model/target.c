/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from a target's membership and health, read out of the two tables. */
#include "model/target.h"

#include <stddef.h>

#include "base/check.h"

#define COUNT_OF(table) (sizeof(table) / sizeof(*(table)))

/* What a membership means to those who ask. */
#define TRAIT_REGISTERED 0x1U /* part of its group, and counted */
#define TRAIT_CHECKED 0x2U    /* the observer checks it */
#define TRAIT_SERVES 0x4U     /* every worker may choose it */
#define TRAIT_LEAVING 0x8U    /* nothing asks for it any more */

static const struct {
    const char *text;
    const char *shown; /* NULL: its health's */
    enum target_reason reason;
    unsigned traits;
} memberships[] = {

#define TARGET_MEMBERSHIP(id, text, shown, reason, traits)                                     \
    [MEMBERSHIP_##id] = {(text), (shown), TARGET_REASON_##reason, (traits)},
#include "model/target_states.def"
#undef TARGET_MEMBERSHIP
};

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
    CHECK(membership < MEMBERSHIP_COUNT);
    return memberships[membership].text;
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

/* An unused group is told of before its targets are served. */
static bool
shows_health(enum target_membership membership, enum target_health health)
{
    return memberships[membership].shown == NULL ||
           (health == HEALTH_UNUSED && target_is_registered(membership));
}

const char *
target_shown_state(enum target_membership membership, enum target_health health)
{
    return shows_health(membership, health) ? target_health_text(health)
                                            : memberships[membership].shown;
}

enum target_reason
target_shown_reason(enum target_membership membership, enum target_health health,
                    enum target_reason health_reason)
{
    if (!shows_health(membership, health))
        return memberships[membership].reason;
    return health == HEALTH_HEALTHY ? TARGET_REASON_NONE : health_reason;
}

static bool
has_trait(enum target_membership membership, unsigned trait)
{
    CHECK(membership < MEMBERSHIP_COUNT);
    return (memberships[membership].traits & trait) != 0;
}

bool
target_is_selectable(enum target_membership membership, enum target_health health)
{
    /* Without checks nobody knows better than to send it traffic. */
    return has_trait(membership, TRAIT_SERVES) &&
           (health == HEALTH_HEALTHY || health == HEALTH_UNAVAILABLE);
}

bool
target_is_registered(enum target_membership membership)
{
    return has_trait(membership, TRAIT_REGISTERED);
}

bool
target_is_checked(enum target_membership membership)
{
    return has_trait(membership, TRAIT_CHECKED);
}

bool
target_is_stopping(enum target_membership membership)
{
    return has_trait(membership, TRAIT_CHECKED) && has_trait(membership, TRAIT_LEAVING);
}

bool
target_is_leaving(enum target_membership membership)
{
    return has_trait(membership, TRAIT_LEAVING);
}
