/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of the records of workers. */
#include "../unit.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <jansson.h>

#include "api/failures.h"
#include "ipc/access_record.h"
#include "ipc/counters.h"

struct fixture {
    struct loop *loop;
    struct failures *failures;
};

static int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    fixture->loop = loop_new();
    fixture->failures = failures_new(fixture->loop);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;

    failures_free(&fixture->failures);
    loop_free(&fixture->loop);
    free(fixture);
    return 0;
}

static struct access_record
sample(const char *url)
{
    struct access_record record = {
        .created_wall_us = UINT64_C(1772619330123456),
        .queue_us = 1500,
        .connect_us = -1,
        .first_byte_us = -1,
        .total_us = 12345,
        .rule_priority = 10,
        .status = 502,
        .end_reason = END_CONNECT_FAILED,
        .attempts = 2,
    };

    assert_true(address_parse(&record.client, "192.0.2.1", 4711));
    record.texts[ACCESS_METHOD] = SLICE_LITERAL("GET");
    record.texts[ACCESS_TARGET_URI] = slice_of(url);
    record.texts[ACCESS_USER_AGENT] = SLICE_LITERAL("nobody keeps this");
    record.texts[ACCESS_TARGET_GROUP] = SLICE_LITERAL("web");
    record.texts[ACCESS_LISTENER] = SLICE_LITERAL("http");
    return record;
}

static void
take(struct fixture *fixture, const struct access_record *record)
{
    static char batch[ACCESS_BATCH_BYTES];
    size_t used = 0;

    assert_true(access_record_pack(record, batch, sizeof(batch), &used));
    failures_take(fixture->failures, slice_make(batch, used));
}

/* The list; the caller's. */
static json_t *
list_of(struct fixture *fixture)
{
    struct json_writer out = {.needs_comma = false};

    failures_write(fixture->failures, &out);
    json_t *read = json_loadb(out.text.at, out.text.length, 0, NULL);
    assert_non_null(read);
    json_t *list = json_incref(json_object_get(read, "FailedRequests"));
    json_decref(read);
    json_clear(&out);
    return list;
}

static const char *
word_of(const json_t *list, size_t index, const char *member)
{
    const char *word = json_string_value(json_object_get(json_array_get(list, index), member));

    return word == NULL ? "null" : word;
}

static void
tells_who_asked_for_what_and_why_it_failed(void **state)
{
    struct fixture *fixture = *state;
    struct access_record record = sample("/a?b=c");

    take(fixture, &record);
    json_t *list = list_of(fixture);
    assert_int_equal(json_array_size(list), 1);
    const json_t *one = json_array_get(list, 0);
    assert_string_equal(word_of(list, 0, "Time"), "2026-03-04T10:15:30.123456Z");
    assert_string_equal(word_of(list, 0, "Client"), "192.0.2.1:4711");
    assert_string_equal(word_of(list, 0, "Listener"), "http");
    assert_string_equal(word_of(list, 0, "Rule"), "10");
    assert_string_equal(word_of(list, 0, "TargetGroup"), "web");
    assert_string_equal(word_of(list, 0, "Target"), "null");
    assert_string_equal(word_of(list, 0, "Reason"), "connect_failed");
    assert_string_equal(word_of(list, 0, "ReasonText"),
                        "no connection to a target could be made");
    assert_string_equal(word_of(list, 0, "Method"), "GET");
    assert_string_equal(word_of(list, 0, "Url"), "/a?b=c");
    assert_string_equal(word_of(list, 0, "TraceId"), "null");
    assert_int_equal(json_integer_value(json_object_get(one, "Code")), 502);
    const json_t *split = json_object_get(one, "Split");
    assert_true(json_number_value(json_object_get(split, "Queue")) == 1.5);
    assert_true(json_is_null(json_object_get(split, "Connect")));
    assert_true(json_number_value(json_object_get(split, "Total")) > 12.3);
    json_decref(list);
}

static void
names_the_default_rule_and_none(void **state)
{
    struct fixture *fixture = *state;
    struct access_record record = sample("/");

    record.rule_priority = 0;
    take(fixture, &record);
    record.rule_priority = -1;
    take(fixture, &record);
    json_t *list = list_of(fixture);
    assert_string_equal(word_of(list, 0, "Rule"), "null");
    assert_string_equal(word_of(list, 1, "Rule"), "default");
    json_decref(list);
}

static void
keeps_the_newest_and_shows_them_first(void **state)
{
    struct fixture *fixture = *state;
    char url[32];

    for (int i = 0; i < FAILURES_KEPT + 7; i++) {
        snprintf(url, sizeof(url), "/%d", i);
        struct access_record record = sample(url);
        take(fixture, &record);
    }
    json_t *list = list_of(fixture);
    assert_int_equal(json_array_size(list), FAILURES_KEPT);
    assert_string_equal(word_of(list, 0, "Url"), "/506");
    assert_string_equal(word_of(list, FAILURES_KEPT - 1, "Url"), "/7");
    json_decref(list);
}

static void
cuts_what_is_long(void **state)
{
    struct fixture *fixture = *state;
    static char url[ACCESS_TEXT_BYTES + 1];

    memset(url, 'x', sizeof(url) - 1);
    struct access_record record = sample(url);
    take(fixture, &record);
    json_t *list = list_of(fixture);
    assert_int_equal(strlen(word_of(list, 0, "Url")), 2048);
    json_decref(list);
}

static void
takes_what_is_sound_of_a_batch(void **state)
{
    struct fixture *fixture = *state;
    struct access_record record = sample("/good");
    char batch[4096];
    size_t used = 0;

    assert_true(access_record_pack(&record, batch, sizeof(batch), &used));
    memset(batch + used, 0xff, 100);
    failures_take(fixture->failures, slice_make(batch, used + 100));
    failures_take(fixture->failures, slice_make(batch, used / 2));
    failures_take(fixture->failures, SLICE_LITERAL(""));
    json_t *list = list_of(fixture);
    assert_int_equal(json_array_size(list), 1);
    json_decref(list);
}

static void
reads_the_workers_channels(void **state)
{
    struct fixture *fixture = *state;
    struct access_record record = sample("/sent");
    char batch[4096];
    size_t used = 0;
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
    failures_add_channel(fixture->failures, 1, fds[0]);
    assert_true(access_record_pack(&record, batch, sizeof(batch), &used));
    assert_int_equal(send(fds[1], batch, used, 0), used);
    loop_turn(fixture->loop, 1000);
    json_t *list = list_of(fixture);
    assert_string_equal(word_of(list, 0, "Url"), "/sent");
    json_decref(list);
    close(fds[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_who_asked_for_what_and_why_it_failed),
        TEST(names_the_default_rule_and_none),
        TEST(keeps_the_newest_and_shows_them_first),
        TEST(cuts_what_is_long),
        TEST(takes_what_is_sound_of_a_batch),
        TEST(reads_the_workers_channels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
