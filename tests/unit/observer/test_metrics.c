/* SPDX-License-Identifier: Apache-2.0 */
/* The page that two workers' and control's counters make. */
#include "../unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "../../support/snapshot_sample.h"
#include "base/clock.h"
#include "ipc/snapshot_open.h"
#include "observer/metrics.h"

/* Rows as the sample numbers them. */
enum { SLOTS = 3, LISTENER_ROW = 0, ROUTE_ROW = 1 };

struct fixture {
    struct snapshot_sample *sample;
    struct snapshot *snapshot;
    struct counters *written[SLOTS]; /* our own, writable mappings */
    struct metrics *metrics;
    char *page;
};

static int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    clock_set_for_test(UINT64_C(100000000), UINT64_C(1772619330000000));
    fixture->sample = snapshot_sample_new();
    snapshot_sample_add_group(fixture->sample, "web");
    snapshot_sample_add_rule(fixture->sample, "web");
    snapshot_sample_add_rule(fixture->sample, "web");
    snapshot_sample_add_target(fixture->sample, "web", 7, 8007);
    fixture->metrics = metrics_new();
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        int fd = counters_create();
        fixture->written[slot] = counters_map(fd, true);
        metrics_set_counters(fixture->metrics, slot, counters_map(fd, false));
        close(fd);
    }
    fixture->snapshot = snapshot_sample_open(fixture->sample);
    metrics_set_snapshot(fixture->metrics, fixture->snapshot);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;

    metrics_free(&fixture->metrics);
    for (uint32_t slot = 0; slot < SLOTS; slot++)
        counters_unmap(&fixture->written[slot]);
    snapshot_close(&fixture->snapshot);
    snapshot_sample_free(&fixture->sample);
    free(fixture->page);
    free(fixture);
    return 0;
}

static const char *
page_of(struct fixture *fixture)
{
    struct slice page = metrics_page(fixture->metrics);

    free(fixture->page);
    fixture->page = strndup(page.at, page.length);
    return fixture->page;
}

static void
assert_line(struct fixture *fixture, const char *line)
{
    const char *found = strstr(page_of(fixture), line);

    if (found == NULL)
        print_error("not on the page: %s\n", line);
    assert_non_null(found);
    assert_true(found == fixture->page || found[-1] == '\n');
    assert_int_equal(found[strlen(line)], '\n');
}

static const struct snapshot_target *
target_of(struct fixture *fixture)
{
    return snapshot_target(fixture->snapshot, 0);
}

static struct group_counters *
group_of(struct fixture *fixture, uint32_t slot)
{
    return &fixture->written[slot]->groups[snapshot_group(fixture->snapshot, 0)->counter_row];
}

static void
sums_process_counters_over_workers(void **state)
{
    struct fixture *fixture = *state;

    counter_add(&fixture->written[1]->values[COUNTER_CLIENT_CONNECTIONS], 3);
    counter_add(&fixture->written[2]->values[COUNTER_CLIENT_CONNECTIONS], 4);
    assert_line(fixture, "fairlead_connections_opened_total{side=\"client\"} 7");
    assert_line(fixture, "fairlead_connections_opened_total{side=\"target\"} 0");
    assert_line(fixture, "# TYPE fairlead_connections_opened_total counter");
}

static void
writes_responses_by_listener_group_and_code_once(void **state)
{
    struct fixture *fixture = *state;
    const char *first;

    counter_add(&fixture->written[1]->routes[ROUTE_ROW].codes[200 - COUNTERS_FIRST_CODE], 5);
    counter_add(&fixture->written[2]->routes[ROUTE_ROW].codes[503 - COUNTERS_FIRST_CODE], 1);
    assert_line(
        fixture,
        "fairlead_requests_total{listener=\"http\",target_group=\"web\",code=\"200\"} 5");
    assert_line(
        fixture,
        "fairlead_requests_total{listener=\"http\",target_group=\"web\",code=\"503\"} 1");
    first = strstr(page_of(fixture), "code=\"503\"");
    assert_null(strstr(first + 1, "code=\"503\""));
}

static void
writes_answers_without_a_group_under_the_listener(void **state)
{
    struct fixture *fixture = *state;

    counter_add(&fixture->written[1]->routes[LISTENER_ROW].codes[400 - COUNTERS_FIRST_CODE], 3);
    assert_line(fixture,
                "fairlead_requests_total{listener=\"http\",target_group=\"\",code=\"400\"} 3");
}

static void
writes_ends_by_reason(void **state)
{
    struct fixture *fixture = *state;

    counter_add(&fixture->written[1]->ends[END_COMPLETE], 2);
    assert_line(fixture, "fairlead_ends_total{reason=\"complete\"} 2");
}

static void
writes_a_cumulative_histogram_of_response_times(void **state)
{
    struct fixture *fixture = *state;
    struct target_counters target = {0};

    counters_note_response_time(group_of(fixture, 1), &target, counters_bucket_bounds_us[0]);
    counters_note_response_time(group_of(fixture, 2), &target, UINT64_C(3600000000));
    assert_line(fixture, "fairlead_target_response_time_seconds_bucket{target_group=\"web\","
                         "le=\"+Inf\"} 2");
    assert_line(fixture, "fairlead_target_response_time_seconds_count{target_group=\"web\"} 2");
    assert_line(fixture, "# TYPE fairlead_target_response_time_seconds histogram");
}

static void
writes_one_for_the_state_that_a_target_is_in(void **state)
{
    struct fixture *fixture = *state;

    assert_line(fixture, "fairlead_target_state{target_group=\"web\",target=\"10.0.0.1:8007\","
                         "state=\"healthy\"} 1");
    assert_line(fixture, "fairlead_target_state{target_group=\"web\",target=\"10.0.0.1:8007\","
                         "state=\"draining\"} 0");
    assert_line(fixture,
                "fairlead_target_group_hosts{target_group=\"web\",state=\"healthy\"} 1");
}

static void
counts_only_rows_that_speak_of_the_same_target(void **state)
{
    struct fixture *fixture = *state;
    uint32_t row = target_of(fixture)->counter_row;

    counter_set(&fixture->written[1]->targets[row].target_id, 7);
    counter_set(&fixture->written[1]->targets[row].in_flight, 2);
    counter_set(&fixture->written[2]->targets[row].target_id, 6);
    counter_set(&fixture->written[2]->targets[row].in_flight, 9);
    assert_line(fixture,
                "fairlead_target_in_flight{target_group=\"web\",target=\"10.0.0.1:8007\"} 2");
}

static void
writes_how_old_a_providers_last_read_is(void **state)
{
    struct fixture *fixture = *state;
    uint32_t row = snapshot_provider(fixture->snapshot, 0)->counter_row;

    counter_set(&fixture->written[0]->providers[row].last_sync_ms, 97500);
    counter_set(&fixture->written[0]->providers[row].connected, 1);
    assert_line(fixture, "fairlead_discovery_sync_age_seconds{provider=\"docker\"} 2.5");
    assert_line(fixture, "fairlead_discovery_sync_age_seconds{provider=\"file\"} +Inf");
    assert_line(fixture, "fairlead_discovery_connected{provider=\"docker\"} 1");
}

static void
keeps_a_page_for_a_second(void **state)
{
    struct fixture *fixture = *state;

    page_of(fixture);
    counter_add(&fixture->written[1]->ends[END_COMPLETE], 1);
    assert_line(fixture, "fairlead_ends_total{reason=\"complete\"} 0");
    clock_set_for_test(UINT64_C(101000000), UINT64_C(1772619331000000));
    assert_line(fixture, "fairlead_ends_total{reason=\"complete\"} 1");
}

static void
escapes_label_values(void **state)
{
    struct fixture *fixture = *state;

    snapshot_close(&fixture->snapshot);
    snapshot_sample_add_group(fixture->sample, "a\"b\\c\nd");
    fixture->snapshot = snapshot_sample_open(fixture->sample);
    metrics_set_snapshot(fixture->metrics, fixture->snapshot);
    assert_line(fixture, "fairlead_held_requests{target_group=\"a\\\"b\\\\c\\nd\"} 0");
}

/* Prometheus refuses a page on which a family's series do not stand together. */
static void
writes_each_family_once(void **state)
{
    struct fixture *fixture = *state;
    const char *type = page_of(fixture);

    while ((type = strstr(type, "# TYPE ")) != NULL) {
        size_t length = strcspn(type, "\n");
        char *line = strndup(type, length);
        *strrchr(line, ' ') = '\0';
        strcat(line, " ");
        assert_null(strstr(type + length, line));
        free(line);
        type += length;
    }
}

#define METRICS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void
tells_of_processes_and_groups(void **state)
{
    struct fixture *fixture = *state;
    struct process_counters *control = &fixture->written[0]->processes[0];
    struct process_counters *worker = &fixture->written[0]->processes[2];

    *control = (struct process_counters){PROCESS_TITLE_CONTROL, 1, 1500000, 4096};
    *worker = (struct process_counters){PROCESS_TITLE_WORKER, 0, 20000, 0};
    fixture->written[0]->processes[COUNTERS_PROCESS_ROWS - 1].role = PROCESS_TITLE_OBSERVER;
    group_of(fixture, 1)->anomalous = 1;
    group_of(fixture, 2)->anomalous = 2;
    fixture->written[0]->targets[0].target_id = 7;
    fixture->written[0]->targets[0].last_check_s = 1772619000;
    assert_line(fixture, "fairlead_build_info{version=\"" PACKAGE_VERSION "\"} 1");
    assert_line(fixture, "fairlead_process_up{role=\"control\",worker=\"\"} 1");
    assert_line(fixture, "fairlead_process_up{role=\"worker\",worker=\"2\"} 0");
    assert_line(fixture, "fairlead_process_up{role=\"observer\",worker=\"\"} 0");
    assert_line(fixture,
                "fairlead_process_cpu_seconds_total{role=\"control\",worker=\"\"} 1.5");
    assert_line(fixture, "fairlead_process_memory_bytes{role=\"control\",worker=\"\"} 4096");
    assert_line(fixture, "fairlead_target_group_anomalous_hosts{target_group=\"web\"} 2");
    assert_line(fixture, "fairlead_target_group_fails_open{target_group=\"web\"} 0");
    assert_line(fixture, "fairlead_target_last_check_timestamp_seconds{target_group=\"web\","
                         "target=\"10.0.0.1:8007\"} 1772619000");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        METRICS_TEST(sums_process_counters_over_workers),
        METRICS_TEST(writes_responses_by_listener_group_and_code_once),
        METRICS_TEST(writes_answers_without_a_group_under_the_listener),
        METRICS_TEST(writes_ends_by_reason),
        METRICS_TEST(writes_a_cumulative_histogram_of_response_times),
        METRICS_TEST(writes_one_for_the_state_that_a_target_is_in),
        METRICS_TEST(counts_only_rows_that_speak_of_the_same_target),
        METRICS_TEST(writes_how_old_a_providers_last_read_is),
        METRICS_TEST(keeps_a_page_for_a_second),
        METRICS_TEST(escapes_label_values),
        METRICS_TEST(writes_each_family_once),
        METRICS_TEST(tells_of_processes_and_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
