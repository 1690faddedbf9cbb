/* SPDX-License-Identifier: Apache-2.0 */
/* What the counters of two workers and a snapshot look like to somebody who looks. */
#include "../unit.h"

#include <stdlib.h>
#include <unistd.h>

#include <jansson.h>

#include "../../support/snapshot_sample.h"
#include "api/overview.h"
#include "api/rule_hits.h"
#include "api/target_rates.h"
#include "base/clock.h"
#include "ipc/snapshot_open.h"

enum { WORKERS = 2, SLOTS = WORKERS + 1 };

struct fixture {
    struct snapshot_sample *sample;
    struct snapshot *snapshot;
    struct counters *written[SLOTS]; /* our own, writable mappings; 0 is control's */
    struct board *board;
    struct sampler *sampler;
    struct needs *needs;
    struct overview *overview;
    uint64_t now_ms;
};

static void
open_board(struct fixture *fixture)
{
    fixture->board = board_new(WORKERS);
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        int fd = counters_create();
        fixture->written[slot] = counters_map(fd, true);
        board_set(fixture->board, slot, counters_map(fd, false));
        close(fd);
    }
}

static void
show(struct fixture *fixture)
{
    struct snapshot *old = fixture->snapshot;

    fixture->snapshot = snapshot_sample_open(fixture->sample);
    sampler_set_snapshot(fixture->sampler, fixture->snapshot);
    overview_set_snapshot(fixture->overview, fixture->snapshot);
    snapshot_close(&old);
}

static int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    *state = fixture;
    fixture->now_ms = 100000;
    clock_set_for_test(fixture->now_ms * 1000, UINT64_C(1772619330000000));
    fixture->sample = snapshot_sample_new();
    snapshot_sample_add_group(fixture->sample, "web")->health_check.enabled = true;
    snapshot_sample_add_group(fixture->sample, "idle");
    snapshot_sample_add_rule(fixture->sample, "web");
    snapshot_sample_add_target(fixture->sample, "web", 7, 8007);
    snapshot_sample_add_target(fixture->sample, "web", 9, 8009);
    open_board(fixture);
    fixture->sampler = sampler_new(fixture->board);
    fixture->needs = needs_new(NULL);
    fixture->overview =
        overview_new(&(struct overview_parts){fixture->sampler, fixture->needs});
    show(fixture);
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;

    overview_free(&fixture->overview);
    needs_free(&fixture->needs);
    sampler_free(&fixture->sampler);
    board_free(&fixture->board);
    for (uint32_t slot = 0; slot < SLOTS; slot++)
        counters_unmap(&fixture->written[slot]);
    snapshot_close(&fixture->snapshot);
    snapshot_sample_free(&fixture->sample);
    free(fixture);
    return 0;
}

/* A second passes in which each worker counts so many requests. */
static void
serve(struct fixture *fixture, uint64_t requests, uint64_t target_5xx, uint64_t own_5xx)
{
    uint32_t group = snapshot_group(fixture->snapshot, 0)->counter_row;
    const struct snapshot_target *target = snapshot_target(fixture->snapshot, 0);

    for (uint32_t slot = 1; slot < SLOTS; slot++) {
        struct counters *counters = fixture->written[slot];
        counter_add(&counters->values[COUNTER_REQUESTS_BEGUN], requests);
        counter_add(&counters->values[COUNTER_OWN_5XX], own_5xx);
        counter_add(&counters->groups[group].requests, requests);
        counter_add(&counters->groups[group].own_5xx, own_5xx);
        counter_add(&counters->groups[group].target_codes[4], target_5xx);
        counter_set(&counters->targets[target->counter_row].target_id, target->id);
        counter_add(&counters->targets[target->counter_row].requests, requests);
        counter_add(&counters->targets[target->counter_row].codes_5xx, target_5xx);
        counter_set(&counters->targets[target->counter_row].in_flight, 1);
        counter_set(&counters->targets[target->counter_row].connections_open, slot);
        counters_note_response_time(&counters->groups[group],
                                    &counters->targets[target->counter_row], 700);
        counter_add(&counters->rules[10].requests, requests);
    }
    fixture->now_ms += 1000;
    clock_set_for_test(fixture->now_ms * 1000, UINT64_C(1772619330000000));
    sampler_look(fixture->sampler, fixture->now_ms);
    overview_note_change(fixture->overview);
}

/* Valid until the fixture ends; the caller's to decref. */
static json_t *
overview_of(struct fixture *fixture)
{
    struct slice text = overview_json(fixture->overview);
    json_t *read = json_loadb(text.at, text.length, 0, NULL);

    assert_non_null(read);
    return read;
}

static void
assert_member(const json_t *object, const char *member, double expected)
{
    double value = json_number_value(json_object_get(object, member));

    if (value < expected - 0.02 || value > expected + 0.02)
        fail_msg("%s is %g, not %g", member, value, expected);
}

static void
shows_rates_of_groups_and_of_all(void **state)
{
    struct fixture *fixture = *state;

    serve(fixture, 0, 0, 0);
    for (int i = 0; i < 3; i++)
        serve(fixture, 50, 3, 2);
    json_t *all = overview_of(fixture);
    const json_t *web = json_array_get(json_object_get(all, "Groups"), 0);
    const json_t *totals = json_object_get(all, "Totals");
    assert_member(web, "RequestsPerSecond", 100);
    assert_member(web, "Errors5xxPerSecond", 6);
    assert_member(web, "OwnErrors5xxPerSecond", 4);
    assert_member(web, "P50", 0.75);
    assert_member(web, "InFlight", 2);
    assert_member(web, "Connections", 3);
    assert_member(web, "Targets", 2);
    assert_member(web, "Healthy", 2);
    assert_string_equal(json_string_value(json_object_get(web, "State")), "healthy");
    assert_member(totals, "RequestsPerSecond", 100);
    assert_member(totals, "Errors5xxPerSecond", 6);
    assert_member(totals, "OwnErrors5xxPerSecond", 4);
    assert_int_equal(json_array_size(json_object_get(all, "Needs")), 0);
    assert_string_equal(json_string_value(json_object_get(all, "Sentence")),
                        "Serving on 1 listener; 2 of 2 targets take requests; what needs you "
                        "is not known yet.");
    json_decref(all);
}

static void
a_first_second_with_requests_is_not_lost(void **state)
{
    struct fixture *fixture = *state;

    serve(fixture, 0, 0, 0);
    serve(fixture, 5, 0, 0);
    json_t *all = overview_of(fixture);
    assert_member(json_array_get(json_object_get(all, "Groups"), 0), "RequestsPerSecond", 10);
    json_decref(all);
}

static void
a_group_without_requests_shows_none(void **state)
{
    struct fixture *fixture = *state;

    serve(fixture, 5, 0, 0);
    json_t *all = overview_of(fixture);
    const json_t *idle = json_array_get(json_object_get(all, "Groups"), 1);
    assert_string_equal(json_string_value(json_object_get(idle, "State")), "unused");
    assert_true(json_is_number(json_object_get(idle, "RequestsPerSecond")));
    assert_member(idle, "RequestsPerSecond", 0);
    assert_true(json_is_null(json_object_get(idle, "P50")));
    assert_null(sampler_group(fixture->sampler, 1).series);
    json_decref(all);
}

static const char *
state_of_first(struct fixture *fixture)
{
    static char state[32];

    show(fixture);
    json_t *all = overview_of(fixture);
    const json_t *web = json_array_get(json_object_get(all, "Groups"), 0);
    snprintf(state, sizeof(state), "%s", json_string_value(json_object_get(web, "State")));
    json_decref(all);
    return state;
}

static void
tells_how_a_group_is(void **state)
{
    struct fixture *fixture = *state;
    size_t count;
    struct snapshot_target_source *targets = snapshot_sample_targets(fixture->sample, &count);

    assert_string_equal(state_of_first(fixture), "healthy");
    targets[0].is_ejected = true;
    assert_string_equal(state_of_first(fixture), "degraded");
    targets[0].is_ejected = false;
    targets[0].health = HEALTH_UNHEALTHY;
    assert_string_equal(state_of_first(fixture), "degraded");
    targets[1].health = HEALTH_UNHEALTHY;
    snapshot_sample_config(fixture->sample)->target_groups[0].minimum_healthy_count = 1;
    assert_string_equal(state_of_first(fixture), "fails open");
    targets[0].membership = targets[1].membership = MEMBERSHIP_DRAINING;
    assert_string_equal(state_of_first(fixture), "empty");
}

static void
goes_on_over_another_configuration(void **state)
{
    struct fixture *fixture = *state;

    serve(fixture, 50, 0, 0);
    serve(fixture, 50, 0, 0);
    const struct series *series = sampler_group(fixture->sampler, 0).series;
    snapshot_sample_add_group(fixture->sample, "another");
    show(fixture);
    assert_ptr_equal(sampler_group(fixture->sampler, 0).series, series);
    assert_null(sampler_group(fixture->sampler, 2).series);
    serve(fixture, 50, 0, 0);
    json_t *all = overview_of(fixture);
    assert_member(json_array_get(json_object_get(all, "Groups"), 0), "RequestsPerSecond", 100);
    json_decref(all);
}

static void
a_row_that_speaks_of_another_target_does_not_count(void **state)
{
    struct fixture *fixture = *state;
    const struct snapshot_target *target = snapshot_target(fixture->snapshot, 0);

    serve(fixture, 10, 1, 0);
    serve(fixture, 10, 1, 0);
    assert_int_equal(sampler_target(fixture->sampler, 0).in_flight, 2);
    assert_true(sampler_target(fixture->sampler, 0).requests > 0);
    assert_true(sampler_target(fixture->sampler, 1).requests <= 0);
    counter_set(&fixture->written[1]->targets[target->counter_row].target_id, 1234);
    fixture->now_ms += 1000;
    sampler_look(fixture->sampler, fixture->now_ms);
    assert_int_equal(sampler_target(fixture->sampler, 0).in_flight, 1);
}

static json_t *
hits_of(struct rule_hits *hits, struct fixture *fixture, size_t index)
{
    struct json_writer out = {.needs_comma = false};

    rule_hits_write(hits, fixture->snapshot, &out);
    json_t *read = json_loadb(out.text.at, out.text.length, 0, NULL);
    json_t *rule = json_incref(json_array_get(json_object_get(read, "Rules"), index));
    json_decref(read);
    json_clear(&out);
    return rule;
}

static void
counts_what_each_rule_routed(void **state)
{
    struct fixture *fixture = *state;
    struct rule_hits *hits = rule_hits_new(fixture->board);

    serve(fixture, 10, 0, 0);
    json_t *rule = hits_of(hits, fixture, 0);
    assert_string_equal(json_string_value(json_object_get(rule, "Priority")), "10");
    assert_string_equal(json_string_value(json_object_get(rule, "ListenerName")), "http");
    assert_member(rule, "Requests", 20);
    assert_true(json_is_null(json_object_get(rule, "RequestsPerSecond")));
    json_decref(rule);
    serve(fixture, 10, 0, 0);
    rule = hits_of(hits, fixture, 0);
    assert_member(rule, "Requests", 40);
    assert_member(rule, "RequestsPerSecond", 20);
    json_decref(rule);
    rule = hits_of(hits, fixture, 1);
    assert_string_equal(json_string_value(json_object_get(rule, "Priority")), "default");
    assert_member(rule, "Requests", 0);
    json_decref(rule);
    rule_hits_free(&hits);
}

static void
tells_how_long_a_target_takes(void **state)
{
    struct fixture *fixture = *state;
    struct json_writer json = {0};

    serve(fixture, 10, 0, 0);
    assert_true(sampler_target(fixture->sampler, 0).p95 < 0);
    serve(fixture, 10, 0, 0);
    struct sampler_target now = sampler_target(fixture->sampler, 0);
    assert_true(now.p50 > 0.5 && now.p50 <= now.p95 && now.p95 <= now.p99 && now.p99 <= 1);
    json_object_begin(&json, NULL);
    target_rates_write(fixture->snapshot, fixture->sampler, 0, &json);
    json_object_end(&json);
    json_t *all = json_loadb(json.text.at, json.text.length, 0, NULL);
    const json_t *rates = json_object_get(all, "Rates");
    assert_true(json_number_value(json_object_get(json_array_get(rates, 0), "P95")) > 0.5);
    assert_true(json_is_null(json_object_get(json_array_get(rates, 1), "P95")));
    json_decref(all);
    json_clear(&json);
    /* Nobody asks for it any more: what is known fades. */
    for (int i = 0; i < 30; i++) {
        fixture->now_ms += 1000;
        sampler_look(fixture->sampler, fixture->now_ms);
    }
    assert_true(sampler_target(fixture->sampler, 0).p95 < 0);
}

static void
finds_a_group_by_its_name(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(target_rates_find_group(fixture->snapshot, SLICE_LITERAL("idle")), 1);
    assert_int_equal(target_rates_find_group(fixture->snapshot, SLICE_LITERAL("idl")),
                     SNAPSHOT_NO_INDEX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shows_rates_of_groups_and_of_all),
        TEST(a_first_second_with_requests_is_not_lost),
        TEST(a_group_without_requests_shows_none),
        TEST(tells_how_a_group_is),
        TEST(goes_on_over_another_configuration),
        TEST(a_row_that_speaks_of_another_target_does_not_count),
        TEST(tells_how_long_a_target_takes),
        TEST(counts_what_each_rule_routed),
        TEST(finds_a_group_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
