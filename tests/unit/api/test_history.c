/* SPDX-License-Identifier: Apache-2.0 */
/* The ring of a quarter of an hour, and what a series makes of counters. */
#include "../unit.h"

#include <stdlib.h>

#include <jansson.h>

#include "api/history.h"
#include "api/series.h"

static void
add(struct history *history, uint64_t second, float value)
{
    struct history_sample sample;

    for (size_t i = 0; i < HISTORY_SERIES_COUNT; i++)
        sample.values[i] = value + (float)i;
    history_add(history, second, &sample);
}

/* The answer's members; the caller's. */
static json_t *
read_all(const struct history *history, unsigned seconds)
{
    struct json_writer out = {.needs_comma = false};

    json_object_begin(&out, NULL);
    history_write(history, seconds, &out);
    json_object_end(&out);
    json_t *read = json_loadb(out.text.at, out.text.length, 0, NULL);
    json_clear(&out);
    assert_non_null(read);
    assert_int_equal(json_object_size(read), HISTORY_SERIES_COUNT);
    return read;
}

/* A series as "1 - 3"; a dash: null. */
static const char *
text_of(const struct history *history, const char *series, unsigned seconds)
{
    static char text[16384];
    json_t *all = read_all(history, seconds);
    const json_t *list = json_object_get(all, series);
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *value = json_array_get(list, i);
        used += (size_t)(json_is_null(value)
                             ? snprintf(text + used, sizeof(text) - used, "%s-", i ? " " : "")
                             : snprintf(text + used, sizeof(text) - used, "%s%g", i ? " " : "",
                                        json_number_value(value)));
    }
    json_decref(all);
    return text;
}

static const char *
requests_of(const struct history *history, unsigned seconds)
{
    return text_of(history, "RequestsPerSecond", seconds);
}

static void
has_the_newest_second_last_and_null_before_the_first(void **state)
{
    struct history *history = history_new();

    (void)state;
    assert_string_equal(requests_of(history, 3), "- - -");
    add(history, 1000, 5);
    add(history, 1001, 6);
    assert_string_equal(requests_of(history, 4), "- - 5 6");
    assert_string_equal(requests_of(history, 1), "6");
    assert_string_equal(requests_of(history, 0), "");
    assert_string_equal(requests_of(NULL, 2), "- -");
    history_free(&history);
}

static void
seconds_that_nobody_saw_have_no_value(void **state)
{
    struct history *history = history_new();

    (void)state;
    add(history, 10, 1);
    add(history, 13, 4);
    assert_string_equal(requests_of(history, 5), "- 1 - - 4");
    /* All of the ring is older than that. */
    add(history, 13 + 5 * HISTORY_SECONDS, 9);
    json_t *all = read_all(history, HISTORY_SECONDS);
    const json_t *list = json_object_get(all, "P99");
    for (size_t i = 0; i + 1 < HISTORY_SECONDS; i++)
        assert_true(json_is_null(json_array_get(list, i)));
    assert_true(json_is_number(json_array_get(list, HISTORY_SECONDS - 1)));
    json_decref(all);
    history_free(&history);
}

static void
keeps_a_quarter_of_an_hour(void **state)
{
    struct history *history = history_new();

    (void)state;
    for (uint64_t second = 1; second <= HISTORY_SECONDS + 100; second++)
        add(history, second, (float)second);
    json_t *all = read_all(history, 2 * HISTORY_SECONDS);
    const json_t *list = json_object_get(all, "RequestsPerSecond");
    assert_int_equal(json_array_size(list), HISTORY_SECONDS);
    assert_int_equal((int)json_number_value(json_array_get(list, 0)), 101);
    assert_int_equal((int)json_number_value(json_array_get(list, HISTORY_SECONDS - 1)),
                     HISTORY_SECONDS + 100);
    json_decref(all);
    history_free(&history);
}

static void
a_second_is_told_once(void **state)
{
    struct history *history = history_new();

    (void)state;
    add(history, 10, 1);
    add(history, 10, 2);
    add(history, 9, 3);
    assert_string_equal(requests_of(history, 2), "- 1");
    history_free(&history);
}

static void
assert_near(double value, double expected)
{
    if (value < expected - 0.01 || value > expected + 0.01)
        fail_msg("%g is not %g", value, expected);
}

static void
percentiles_lie_within_their_bucket(void **state)
{
    uint64_t none[COUNTERS_BUCKETS] = {0};
    uint64_t even[COUNTERS_BUCKETS] = {[0] = 50, [4] = 50};
    uint64_t slow[COUNTERS_BUCKETS] = {[COUNTERS_BUCKETS - 1] = 1};

    (void)state;
    assert_near(series_percentile(none, 500), -1);
    assert_near(series_percentile(even, 500), 0.5);
    assert_near(series_percentile(even, 250), 0.25);
    assert_near(series_percentile(even, 750), 7.5);
    assert_near(series_percentile(even, 990), 9.9);
    assert_near(series_percentile(slow, 500), 60000);
}

static void
rates_are_of_the_last_ten_seconds(void **state)
{
    struct series *series = series_new();
    struct series_point point = {0};

    (void)state;
    assert_near(series_now(series).requests, -1);
    for (uint64_t second = 1; second <= 30; second++) {
        point.requests += second <= 15 ? 100 : 10;
        point.own_5xx += 1;
        point.connections = second;
        series_add(series, second * 1000, &point);
    }
    assert_near(series_now(series).requests, 10);
    assert_near(series_now(series).own_5xx, 1);
    assert_near(series_now(series).target_5xx, 0);
    assert_near(series_now(series).p99, -1);
    assert_string_equal(requests_of(series_history(series), 3), "10 10 10");
    assert_int_equal(history_last(series_history(series)), 30);
    series_free(&series);
}

static void
a_look_that_comes_late_counts_its_time(void **state)
{
    struct series *series = series_new();
    struct series_point point = {.requests = 1000, .connections = 5};

    (void)state;
    series_add(series, 1000, &point);
    point.requests = 1300;
    series_add(series, 4000, &point);
    assert_string_equal(requests_of(series_history(series), 4), "- 100 100 100");
    assert_string_equal(text_of(series_history(series), "Connections", 4), "- - - 5");
    /* Twice in one moment. */
    series_add(series, 4000, &point);
    assert_near(series_now(series).requests, 100);
    series_free(&series);
}

static void
a_look_that_comes_too_late_knows_nothing_of_the_time_between(void **state)
{
    struct series *series = series_new();
    struct series_point point = {.requests = 0};

    (void)state;
    series_add(series, 1000, &point);
    point.requests = 100;
    series_add(series, 1000 + SERIES_SECONDS * 1000, &point);
    assert_string_equal(requests_of(series_history(series), 11),
                        "- 10 10 10 10 10 10 10 10 10 10");
    point.requests = 1200;
    series_add(series, 2000 + SERIES_SECONDS * 2000, &point);
    assert_string_equal(requests_of(series_history(series), 12), "10 - - - - - - - - - - 100");
    series_free(&series);
}

static void
counters_that_begin_again_are_no_requests(void **state)
{
    struct series *series = series_new();
    struct series_point point = {.requests = 1000, .response_time = {[3] = 9}};

    (void)state;
    series_add(series, 1000, &point);
    point = (struct series_point){.requests = 3};
    series_add(series, 2000, &point);
    assert_near(series_now(series).requests, 0);
    assert_near(series_now(series).p50, -1);
    series_free(&series);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_newest_second_last_and_null_before_the_first),
        cmocka_unit_test(seconds_that_nobody_saw_have_no_value),
        cmocka_unit_test(keeps_a_quarter_of_an_hour),
        cmocka_unit_test(a_second_is_told_once),
        cmocka_unit_test(percentiles_lie_within_their_bucket),
        cmocka_unit_test(rates_are_of_the_last_ten_seconds),
        cmocka_unit_test(a_look_that_comes_late_counts_its_time),
        cmocka_unit_test(a_look_that_comes_too_late_knows_nothing_of_the_time_between),
        cmocka_unit_test(counters_that_begin_again_are_no_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
