/* SPDX-License-Identifier: Apache-2.0 */
/* The ring of events and its followers. */
#include "../../unit.h"

#include "base/clock.h"
#include "control/registry/event_log.h"

static void
keeps_the_last_events_in_order(void **state)
{
    struct event_log *log = event_log_new(3);
    (void)state;
    assert_null(event_log_next(log, 0));
    for (int i = 1; i <= 5; i++)
        event_log_add(log, EVENT_TASK_REPORTED, "t", "event %d", i);
    const struct log_entry *entry = event_log_next(log, 0);
    assert_int_equal(entry->sequence, 3);
    assert_string_equal(entry->message, "event 3");
    entry = event_log_next(log, 4);
    assert_string_equal(entry->message, "event 5");
    assert_null(event_log_next(log, 5));
    assert_int_equal(event_log_last_sequence(log), 5);
    event_log_free(&log);
}

static unsigned heard;

static void
hear(void *argument, const struct log_entry *entry)
{
    (void)entry;
    heard++;
    if (argument != NULL)
        event_log_unfollow(argument);
}

static void
tells_followers_until_they_leave(void **state)
{
    struct event_log *log = event_log_new(3);
    struct event_follower steady = {.on_entry = hear};
    struct event_follower leaving = {.on_entry = hear};
    (void)state;
    leaving.argument = &leaving;
    event_log_follow(log, &steady);
    event_log_follow(log, &leaving);
    event_log_add(log, EVENT_TASK_REPORTED, "t", "one");
    event_log_add(log, EVENT_TASK_REPORTED, "t", "two");
    assert_int_equal(heard, 3);
    event_log_free(&log);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_last_events_in_order),
        cmocka_unit_test(tells_followers_until_they_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
