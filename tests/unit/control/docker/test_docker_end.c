/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a container's end, event by event as engines send them. */
#include "../../unit.h"

#include <stdio.h>
#include <string.h>

#include "control/docker/docker_end.h"

static char text[DOCKER_END_TEXT_SIZE];
static struct docker_end end;

static bool
take(enum docker_event_kind kind, int signal, int exit_code)
{
    const struct docker_event event = {.kind = kind, .signal = signal, .exit_code = exit_code};

    return docker_end_take(&end, &event, text);
}

static void
says_how_a_run_ended(void **state)
{
    (void)state;
    assert_false(take(DOCKER_EVENT_CHANGE, 0, -1));
    assert_true(take(DOCKER_EVENT_DIE, 0, 1));
    assert_string_equal(text, "exited with code 1, by itself");
    assert_false(take(DOCKER_EVENT_KILL, 15, -1));
    assert_true(take(DOCKER_EVENT_DIE, 0, 143));
    assert_string_equal(text, "exited with code 143 after signal 15");
    assert_false(take(DOCKER_EVENT_OOM, 0, -1));
    assert_true(take(DOCKER_EVENT_DIE, 0, 137));
    assert_string_equal(text, "exited with code 137, out of memory");
    end.is_by_fairlead = true;
    assert_false(take(DOCKER_EVENT_KILL, 15, -1));
    assert_true(take(DOCKER_EVENT_DIE, 0, 0));
    assert_string_equal(text, "exited with code 0 after signal 15, stopped by fairlead");
    /* Nothing of the run before is left. */
    assert_true(take(DOCKER_EVENT_DIE, 0, -1));
    assert_string_equal(text, "exited, by itself");
}

static void
is_told_once(void **state)
{
    (void)state;
    /* A reading sees it first: the event comes too late for its entry. */
    end = (struct docker_end){0};
    assert_false(take(DOCKER_EVENT_KILL, 9, -1));
    assert_true(docker_end_see(&end, 137, false, text));
    assert_string_equal(text, "exited with code 137 after signal 9");
    assert_false(docker_end_see(&end, 137, false, text));
    /* The event comes first. */
    end = (struct docker_end){0};
    assert_true(take(DOCKER_EVENT_DIE, 0, 1));
    assert_false(docker_end_see(&end, 1, false, text));
    /* Another run. */
    docker_end_begin(&end);
    assert_true(docker_end_see(&end, -1, true, text));
    assert_string_equal(text, "exited, out of memory");
}

static void
note(void *argument, const struct docker_event *event)
{
    (void)argument;
    docker_end_take(&end, event, text);
}

static void
reads_what_engines_send(void **state)
{
    static const char stream[] =
        "{\"Type\":\"container\",\"Action\":\"oom\",\"Actor\":{\"ID\":"
        "\"c6f435c68660839a00274a33"
        "2850cdb9275c3814e6cba49e8da95cb4800bb304\",\"Attributes\":{}},\"time\":1}\n"
        "{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":"
        "\"c6f435c68660839a00274a33"
        "2850cdb9275c3814e6cba49e8da95cb4800bb304\",\"Attributes\":{\"exitCode\":\"137\"}},"
        "\"time\":1}\n";
    struct docker_events events = {0};

    (void)state;
    *text = '\0';
    assert_int_equal(docker_events_feed(&events, stream, strlen(stream), note, NULL), 0);
    docker_events_clear(&events);
    assert_string_equal(text, "exited with code 137, out of memory");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_how_a_run_ended),
        cmocka_unit_test(is_told_once),
        cmocka_unit_test(reads_what_engines_send),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
