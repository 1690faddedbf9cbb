/* SPDX-License-Identifier: Apache-2.0 */
/* A target's states: every row of the tables, and what people are shown. */
#include "../unit.h"

#include "model/target.h"

struct row {
    enum target_membership from;
    enum target_event event;
    enum target_membership to;
};

static const struct row transitions[] = {

#define TARGET_TRANSITION(from, event, to)                                                     \
    {MEMBERSHIP_##from, TARGET_EVENT_##event, MEMBERSHIP_##to},
#include "model/target_states.def"
#undef TARGET_TRANSITION
};

static void
has_exactly_one_row_for_every_membership_and_event(void **state)
{
    unsigned seen[MEMBERSHIP_COUNT][TARGET_EVENT_COUNT] = {{0}};

    (void)state;
    for (size_t i = 0; i < sizeof(transitions) / sizeof(*transitions); i++)
        seen[transitions[i].from][transitions[i].event]++;
    for (unsigned from = 0; from < MEMBERSHIP_COUNT; from++) {
        for (unsigned event = 0; event < TARGET_EVENT_COUNT; event++)
            assert_int_equal(seen[from][event], 1);
    }
}

static void
follows_every_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(transitions) / sizeof(*transitions); i++)
        assert_int_equal(target_next_membership(transitions[i].from, transitions[i].event),
                         transitions[i].to);
}

static void
comes_into_service_only_when_every_worker_knows_it(void **state)
{
    (void)state;
    for (unsigned event = 0; event < TARGET_EVENT_COUNT; event++) {
        bool enters = target_next_membership(MEMBERSHIP_REGISTERING,
                                             (enum target_event)event) == MEMBERSHIP_IN_SERVICE;
        assert_int_equal(enters, event == TARGET_EVENT_APPLIED);
    }
}

static void
never_returns_once_gone(void **state)
{
    (void)state;
    for (unsigned event = 0; event < TARGET_EVENT_COUNT; event++)
        assert_int_equal(target_next_membership(MEMBERSHIP_GONE, (enum target_event)event),
                         MEMBERSHIP_GONE);
}

static void
registers_anew_when_it_comes_back_while_draining(void **state)
{
    (void)state;
    assert_int_equal(target_next_membership(MEMBERSHIP_DRAINING, TARGET_EVENT_REGISTER),
                     MEMBERSHIP_REGISTERING);
}

/* Written out once more: a change of the table has to be meant. */
static void
decides_every_pair(void **state)
{
    enum {
        R = MEMBERSHIP_REGISTERING,
        S = MEMBERSHIP_IN_SERVICE,
        H = MEMBERSHIP_HELD,
        P = MEMBERSHIP_STOPPING,
        C = MEMBERSHIP_RECALLED,
        D = MEMBERSHIP_DRAINING,
        G = MEMBERSHIP_GONE
    };

    static const int to[TARGET_EVENT_COUNT][MEMBERSHIP_COUNT] = {
        [TARGET_EVENT_APPLIED] = {S, S, H, P, C, D, G},
        [TARGET_EVENT_DEREGISTER] = {D, D, D, D, D, D, G},
        [TARGET_EVENT_STOP_SIGN] = {P, P, D, P, C, D, G},
        [TARGET_EVENT_TASK_ENDED] = {D, D, D, D, D, D, G},
        [TARGET_EVENT_RECALL] = {R, S, H, C, C, D, G},
        [TARGET_EVENT_DISMISS] = {R, S, H, P, P, D, G},
        [TARGET_EVENT_REGISTER] = {R, S, R, R, R, R, G},
        [TARGET_EVENT_HOLD] = {H, H, H, H, H, H, G},
        [TARGET_EVENT_DRAINED] = {R, S, H, P, C, G, G},
        [TARGET_EVENT_DELAY_OVER] = {R, S, H, G, C, G, G},
        [TARGET_EVENT_EVICTED] = {G, G, G, G, G, G, G},
    };

    (void)state;
    for (unsigned event = 0; event < TARGET_EVENT_COUNT; event++) {
        for (unsigned from = 0; from < MEMBERSHIP_COUNT; from++)
            assert_int_equal(
                target_next_membership((enum target_membership)from, (enum target_event)event),
                to[event][from]);
    }
}

static void
knows_what_each_membership_means(void **state)
{
    static const struct {
        bool is_registered, is_checked, is_stopping, is_leaving;
        const char *shown;
    } rows[MEMBERSHIP_COUNT] = {
        [MEMBERSHIP_REGISTERING] = {true, true, false, false, "initial"},
        [MEMBERSHIP_IN_SERVICE] = {true, true, false, false, "healthy"},
        [MEMBERSHIP_HELD] = {false, false, false, false, "draining"},
        [MEMBERSHIP_STOPPING] = {false, true, true, true, "draining"},
        [MEMBERSHIP_RECALLED] = {false, true, true, true, "draining"},
        [MEMBERSHIP_DRAINING] = {false, false, false, true, "draining"},
        [MEMBERSHIP_GONE] = {false, false, false, true, "unused"},
    };

    (void)state;
    for (unsigned i = 0; i < MEMBERSHIP_COUNT; i++) {
        enum target_membership membership = (enum target_membership)i;
        assert_int_equal(target_is_registered(membership), rows[i].is_registered);
        assert_int_equal(target_is_checked(membership), rows[i].is_checked);
        assert_int_equal(target_is_stopping(membership), rows[i].is_stopping);
        assert_int_equal(target_is_leaving(membership), rows[i].is_leaving);
        assert_string_equal(target_shown_state(membership, HEALTH_HEALTHY), rows[i].shown);
    }
}

static void
has_a_text_for_every_value(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MEMBERSHIP_COUNT; i++)
        assert_string_not_equal(target_membership_text((enum target_membership)i), "");
    for (unsigned i = 0; i <= HEALTH_UNAVAILABLE; i++)
        assert_string_not_equal(target_health_text((enum target_health)i), "");
    for (unsigned i = 0; i < TARGET_EVENT_COUNT; i++)
        assert_string_not_equal(target_event_text((enum target_event)i), "");
    assert_string_equal(target_reason_code(TARGET_REASON_NONE), "");
    for (unsigned i = TARGET_REASON_NONE + 1; i < TARGET_REASON_COUNT; i++) {
        assert_non_null(strchr(target_reason_code((enum target_reason)i), '.'));
        assert_string_not_equal(target_reason_description((enum target_reason)i), "");
    }
}

static void
shows_membership_before_health(void **state)
{
    (void)state;
    assert_string_equal(target_shown_state(MEMBERSHIP_DRAINING, HEALTH_HEALTHY), "draining");
    assert_string_equal(target_shown_state(MEMBERSHIP_GONE, HEALTH_HEALTHY), "unused");
    assert_string_equal(target_shown_state(MEMBERSHIP_REGISTERING, HEALTH_HEALTHY), "initial");
    assert_string_equal(target_shown_state(MEMBERSHIP_REGISTERING, HEALTH_UNUSED), "unused");
    assert_string_equal(target_shown_state(MEMBERSHIP_IN_SERVICE, HEALTH_UNHEALTHY),
                        "unhealthy");
}

static void
gives_the_reason_of_what_is_shown(void **state)
{
    (void)state;
    assert_int_equal(
        target_shown_reason(MEMBERSHIP_DRAINING, HEALTH_UNHEALTHY, TARGET_REASON_TIMEOUT),
        TARGET_REASON_DEREGISTRATION_IN_PROGRESS);
    assert_int_equal(target_shown_reason(MEMBERSHIP_REGISTERING, HEALTH_INITIAL,
                                         TARGET_REASON_INITIAL_HEALTH_CHECKING),
                     TARGET_REASON_REGISTRATION_IN_PROGRESS);
    assert_int_equal(
        target_shown_reason(MEMBERSHIP_IN_SERVICE, HEALTH_UNHEALTHY, TARGET_REASON_TIMEOUT),
        TARGET_REASON_TIMEOUT);
    assert_int_equal(
        target_shown_reason(MEMBERSHIP_IN_SERVICE, HEALTH_HEALTHY, TARGET_REASON_TIMEOUT),
        TARGET_REASON_NONE);
    assert_int_equal(target_shown_reason(MEMBERSHIP_GONE, HEALTH_HEALTHY, TARGET_REASON_NONE),
                     TARGET_REASON_NOT_REGISTERED);
}

static void
is_chosen_only_in_service_or_recalled_and_not_known_to_be_ill(void **state)
{
    (void)state;
    for (unsigned membership = 0; membership < MEMBERSHIP_COUNT; membership++) {
        for (unsigned health = 0; health <= HEALTH_UNAVAILABLE; health++)
            assert_int_equal(
                target_is_selectable((enum target_membership)membership,
                                     (enum target_health)health),
                (membership == MEMBERSHIP_IN_SERVICE || membership == MEMBERSHIP_RECALLED) &&
                    (health == HEALTH_HEALTHY || health == HEALTH_UNAVAILABLE));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_exactly_one_row_for_every_membership_and_event),
        cmocka_unit_test(follows_every_row),
        cmocka_unit_test(comes_into_service_only_when_every_worker_knows_it),
        cmocka_unit_test(never_returns_once_gone),
        cmocka_unit_test(registers_anew_when_it_comes_back_while_draining),
        cmocka_unit_test(decides_every_pair),
        cmocka_unit_test(knows_what_each_membership_means),
        cmocka_unit_test(has_a_text_for_every_value),
        cmocka_unit_test(shows_membership_before_health),
        cmocka_unit_test(gives_the_reason_of_what_is_shown),
        cmocka_unit_test(is_chosen_only_in_service_or_recalled_and_not_known_to_be_ill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
