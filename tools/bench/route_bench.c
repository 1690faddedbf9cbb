/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What routing and snapshots cost, by the number of rules and targets: nanoseconds a route,
 * milliseconds to build and to open. Run by hand: make tools/bench/route_bench, then start it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../tests/support/snapshot_sample.h"
#include "base/check.h"
#include "base/clock.h"
#include "ipc/route.h"

/* The best of several rounds counts: the machine's other work only ever adds. */
#define ROUTES 200000
#define ROUNDS 15

/* How a rule of a workload looks; %u is the rule's number. */
struct workload {
    const char *name;
    const char *host_pattern; /* NULL: no condition */
    const char *path_pattern;
    const char *host, *path; /* of requests */
};

static const struct workload workloads[] = {
    {"path /appN/*", NULL, "/app%u /app%u/*", "www.example.com", "/app%u/img/logo.png"},
    {"host tN.example.com", "t%u.example.com", NULL, "t%u.example.com", "/img/logo.png"},
    {"host and path", "t%u.example.com", "/api/v1/*", "t%u.example.com", "/api/v1/orders"},
    {"host *.tN.example.com", "*.t%u.example.com", "/*", "a.t%u.example.com", "/index.html"},
};

static const char *
fill_in(char text[128], const char *pattern, unsigned number)
{
    struct slice rest = slice_of(pattern);
    size_t length = 0;

    while (rest.length > 0) {
        bool is_number = rest.length > 1 && rest.at[0] == '%';
        if (is_number)
            length += (size_t)snprintf(text + length, 128 - length, "%u", number);
        else
            text[length++] = rest.at[0];
        rest = slice_make(rest.at + (is_number ? 2 : 1), rest.length - (is_number ? 2 : 1));
    }
    text[length] = '\0';
    return text;
}

static struct snapshot_sample *
sample_of(const struct workload *workload, unsigned rules)
{
    struct snapshot_sample *sample = snapshot_sample_new();
    char text[128];

    snapshot_sample_add_group(sample, "web");
    for (unsigned i = 0; i < rules; i++) {
        snapshot_sample_add_rule(sample, "web");
        if (workload->host_pattern != NULL)
            snapshot_sample_add_condition(sample, CONDITION_HOST_HEADER,
                                          fill_in(text, workload->host_pattern, i));
        if (workload->path_pattern != NULL)
            snapshot_sample_add_condition(sample, CONDITION_PATH_PATTERN,
                                          fill_in(text, workload->path_pattern, i));
    }
    return sample;
}

static uint64_t
least(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

/* Microseconds for ROUTES routes to the last rule. */
static uint64_t
time_routes(const struct snapshot *snapshot, const struct route_request *request, uint32_t rule)
{
    uint64_t begin = clock_precise_us();

    for (unsigned i = 0; i < ROUTES; i++)
        CHECK(route(snapshot, 0, request) == rule);
    return clock_precise_us() - begin;
}

/* Nanoseconds a route when every request asks for the last rule. */
static double
measure_routes(const struct workload *workload, unsigned rules)
{
    struct snapshot_sample *sample = sample_of(workload, rules);
    struct snapshot *snapshot = snapshot_sample_open(sample);
    char host[128], path[128];
    struct route_request request = {
        .method = SLICE_LITERAL("GET"),
        .host = slice_of(fill_in(host, workload->host, rules - 1)),
        .path = slice_of(fill_in(path, workload->path, rules - 1)),
    };

    uint64_t spent = UINT64_MAX;

    for (int i = 0; i < ROUNDS; i++)
        spent = least(spent, time_routes(snapshot, &request, rules - 1));
    snapshot_close(&snapshot);
    snapshot_sample_free(&sample);
    return (double)spent * 1000 / ROUTES;
}

static void
add_targets(struct snapshot_sample *sample, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char task[128];
        struct snapshot_target_source *target =
            snapshot_sample_add_target(sample, "web", count - i, (uint16_t)(i % 60000 + 1024));
        target->zone = "pub1";
        target->task = snapshot_sample_text(sample, fill_in(task, "0123456789abcdef%u", i));
        target->generation = snapshot_sample_text(sample, fill_in(task, "17000000000%u", i));
    }
}

static void
measure_build(const struct workload *workload, unsigned rules, unsigned targets)
{
    struct snapshot_sample *sample = sample_of(workload, rules);
    uint64_t build_us = UINT64_MAX, open_us = UINT64_MAX;

    add_targets(sample, targets);
    for (int i = 0; i < ROUNDS; i++) {
        const char *error;
        uint64_t begin = clock_precise_us();
        struct snapshot_files files = snapshot_sample_build(sample, 1);
        uint64_t built = clock_precise_us();
        struct snapshot *snapshot = snapshot_open_files(&files, &error);
        CHECK(snapshot != NULL);
        open_us = least(open_us, clock_precise_us() - built);
        build_us = least(build_us, built - begin);
        snapshot_close(&snapshot);
        snapshot_files_close(&files);
    }
    snapshot_sample_free(&sample);
    printf("%u rules, %u targets: build %.2f ms, open %.2f ms\n", rules, targets,
           (double)build_us / 1000, (double)open_us / 1000);
}

int
main(void)
{
    printf("%-24s %10s %10s %10s  ns a route\n", "rules", "10", "1000", "10000");
    for (size_t i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++) {
        const struct workload *workload = &workloads[i];
        printf("%-24s %10.1f %10.1f %10.1f\n", workload->name, measure_routes(workload, 10),
               measure_routes(workload, 1000), measure_routes(workload, 10000));
    }
    measure_build(&workloads[0], 10000, 10000);
    measure_build(&workloads[2], 10000, 10000);
    return 0;
}
