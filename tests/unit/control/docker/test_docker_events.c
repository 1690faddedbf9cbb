/* SPDX-License-Identifier: Apache-2.0 */
/* Event streams of several API versions and of Podman, in pieces of every size. */
#include "../../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "control/docker/docker_events.h"
#include "docker_fixture.h"

struct heard {
    char text[4096];
    struct docker_events *to_clear; /* after the first event */
    unsigned count;
};

static void
on_event(void *argument, const struct docker_event *event)
{
    struct heard *heard = argument;
    size_t length = strlen(heard->text);

    heard->count++;
    snprintf(heard->text + length, sizeof(heard->text) - length, "%.2s:%s", event->container_id,
             event->action);
    length = strlen(heard->text);
    if (event->kind == DOCKER_EVENT_KILL)
        snprintf(heard->text + length, sizeof(heard->text) - length, "=%d", event->signal);
    if (event->kind == DOCKER_EVENT_HEALTH)
        snprintf(heard->text + length, sizeof(heard->text) - length, "=%s",
                 event->health == NULL ? "?" : event->health);
    if (event->is_ours)
        strcat(heard->text, "!");
    strcat(heard->text, " ");
    if (heard->to_clear != NULL)
        docker_events_clear(heard->to_clear);
}

static void
feed_fixture(struct heard *heard, const char *name, size_t piece)
{
    struct docker_events events = {0};
    size_t length;
    char *text = docker_fixture_read(name, &length);

    *heard = (struct heard){0};
    for (size_t at = 0; at < length; at += piece) {
        size_t part = length - at < piece ? length - at : piece;
        assert_int_equal(docker_events_feed(&events, text + at, part, on_event, heard), 0);
    }
    docker_events_clear(&events);
    free(text);
}

static void
reads_every_version_in_pieces_of_any_size(void **state)
{
    const char *const names[] = {"events-1.24.json", "events-1.52.jsonl",
                                 "events-1.52.json-seq"};
    const size_t pieces[] = {1, 2, 7, 100, 100000};
    (void)state;
    for (size_t i = 0; i < 15; i++) {
        struct heard heard;
        feed_fixture(&heard, names[i / 5], pieces[i % 5]);
        assert_string_equal(
            heard.text,
            "c6:connect! c6:start! 9e:connect! c6:health_status: healthy=healthy! c6:kill=1! "
            "c6:pause! c6:unpause! c6:kill=3! c6:kill=9! c6:die! "
            "c6:disconnect! c6:stop! ");
    }
}

static void
reads_podmans_words(void **state)
{
    struct heard heard;

    (void)state;
    feed_fixture(&heard, "events-podman.json", 50);
    assert_string_equal(heard.text, "c6:start! c6:health_status=healthy! c6:kill=0! c6:pause! "
                                    "c6:unpause! c6:kill=0! c6:kill=0! c6:die! c6:stop! ");
}

static int
feed(struct heard *heard, const char *text)
{
    struct docker_events events = {0};

    *heard = (struct heard){0};
    int result = docker_events_feed(&events, text, strlen(text), on_event, heard);
    docker_events_clear(&events);
    return result;
}

static void
passes_over_values_that_are_no_events_of_containers(void **state)
{
    const char *const texts[] = {
        "{}",
        "{\"message\":\"client version 1.24 is too old\"}",
        "{\"Type\":\"image\",\"Action\":\"pull\",\"Actor\":{\"ID\":\"aa\"}}",
        "{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":\"../etc\"}}",
        "{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{}}",
        "{\"Type\":\"container\",\"Action\":7}",
        "{\"Type\":\"container\",\"Action\":\"exec_start: start\",\"Actor\":{\"ID\":\"aa\"}}",
        "{\"Type\":\"network\",\"Action\":\"start\",\"Actor\":{\"ID\":\"aa\"}}",
    };
    struct heard heard;
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(feed(&heard, texts[i]), 0);
        assert_int_equal(heard.count, 0);
    }
}

static void
refuses_what_is_no_stream_of_json_values(void **state)
{
    const char *const texts[] = {
        "<html>",
        "{]",
        "{\"a\":}",
        "[1]",
        "7",
        ("{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
         "[[[[[[[[[[[[[[["),
    };
    struct heard heard;
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(feed(&heard, texts[i]), -1);
}

static void
is_not_misled_by_braces_and_quotes_in_texts(void **state)
{
    struct heard heard;

    (void)state;
    assert_int_equal(feed(&heard,
                          "{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":"
                          "\"ab\",\"Attributes\":{\"x\":\"}}{\\\"\\\\\"}}}{}"),
                     0);
    assert_string_equal(heard.text, "ab:start! ");
}

static void
passes_over_a_value_that_is_too_long_and_goes_on(void **state)
{
    static const char head[] = "{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":"
                               "\"abcd\",\"Attributes\":{\"x\":\"\\\"ID\\\":\\\"ff\\\"",
                      tail[] =
                          "\"}}}{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":"
                          "\"ef\"}}";
    struct docker_events events = {0};
    struct heard heard = {0};
    char filler[1000];

    (void)state;
    assert_int_equal(docker_events_feed(&events, head, strlen(head), on_event, &heard), 0);
    memset(filler, 'x', sizeof(filler));
    for (int i = 0; i < 3000; i++)
        assert_int_equal(docker_events_feed(&events, filler, sizeof(filler), on_event, &heard),
                         0);
    assert_true(events.items.capacity <= 4 * 1024 * 1024);
    assert_int_equal(docker_events_feed(&events, tail, strlen(tail), on_event, &heard), 0);
    assert_string_equal(heard.text, "ab:! ef:die! ");
    docker_events_clear(&events);
}

static void
may_be_cleared_inside_the_callback(void **state)
{
    static const char text[] =
        "{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":\"aa\"}}"
        "{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":\"bb\"}}";
    struct docker_events events = {0};
    struct heard heard = {.to_clear = &events};
    (void)state;
    assert_int_equal(docker_events_feed(&events, text, strlen(text), on_event, &heard), 0);
    assert_int_equal(heard.count, 1);
    docker_events_clear(&events);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_version_in_pieces_of_any_size),
        cmocka_unit_test(reads_podmans_words),
        cmocka_unit_test(passes_over_values_that_are_no_events_of_containers),
        cmocka_unit_test(refuses_what_is_no_stream_of_json_values),
        cmocka_unit_test(is_not_misled_by_braces_and_quotes_in_texts),
        cmocka_unit_test(passes_over_a_value_that_is_too_long_and_goes_on),
        cmocka_unit_test(may_be_cleared_inside_the_callback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
