/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What routing and snapshots cost, by the number of rules and targets: nanoseconds a route,
 * milliseconds to build and to open. Run by hand: make tools/bench/route_bench, then start it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tests/support/snapshot_sample.h"
#include "base/check.h"
#include "base/clock.h"
#include "ipc/route.h"
#include "ipc/snapshot_open.h"

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

/* A hundred rules of one kind, and the input that costs the most with them. */
struct worst_case {
    const char *name;
    enum config_condition_field field;
    const char *pattern;
    const char *part; /* what the input repeats */
    size_t bytes;     /* of the input */
    unsigned fields;  /* http-header: how many of them */
};

static const struct worst_case worst_cases[] = {
    {"http-request-method", CONDITION_HTTP_REQUEST_METHOD, "PUT", "G", 40, 0},
    {"host-header, exact", CONDITION_HOST_HEADER, "aaaaaaaaaaaaaaab", "a", 16000, 0},
    {"host-header *a..ab*", CONDITION_HOST_HEADER, "*aaaaaaaaaaaaaaaaaaaaaab*", "a", 16000, 0},
    {"path-pattern /*a..ab*", CONDITION_PATH_PATTERN, "/*aaaaaaaaaaaaaaaaaaaaaab*", "a", 16000,
     0},
    {"path-pattern *a*a*..b", CONDITION_PATH_PATTERN, "*a*a*a*a*a*a*a*a*a*a*a*b*", "a", 16000,
     0},
    {"path-pattern *.php", CONDITION_PATH_PATTERN, "*.php", "/x", 16000, 0},
    {"path-pattern *z*x", CONDITION_PATH_PATTERN, "*z*x", "/x", 16000, 0},
    {"path-pattern, %61", CONDITION_PATH_PATTERN, "/b*", "/%61/..", 16000, 0},
    {"source-ip", CONDITION_SOURCE_IP, "10.0.0.0/8", "a", 1, 0},
    {"http-header *a..ab*, 16 KB", CONDITION_HTTP_HEADER, "*aaaaaaaaaaaaaaaaaab*", "a", 16000,
     1},
    {"http-header *b, 4 x 16 KB", CONDITION_HTTP_HEADER, "*b", "a", 16000, 4},
    {"http-header b*, 128 fields", CONDITION_HTTP_HEADER, "b*", "a", 100, 128},
    {"query-string, 16 KB of &", CONDITION_QUERY_STRING, "key=no", "&", 16000, 0},
    {"query-string, 5,000 pairs", CONDITION_QUERY_STRING, "key=no", "a=&", 15000, 0},
    {"query-string, 1,024 pairs", CONDITION_QUERY_STRING, "key=no", "k=&", 3072, 0},
    {"query-string *=b", CONDITION_QUERY_STRING, "*=b", "a=a&", 4096, 0},
    {"query-string *a..ab*", CONDITION_QUERY_STRING, "*aaaaaaaaaaaaaaab*", "a", 16000, 0},
};

struct fields {
    struct slice value;
    size_t count;
};

static bool
next_of_fields(const void *argument, struct slice name, size_t *place, struct slice *value)
{
    const struct fields *fields = argument;

    (void)name;
    *value = fields->value;
    return (*place)++ < fields->count;
}

static void
measure_worst(const struct worst_case *worst)
{
    static char input[16384];
    struct snapshot_sample *sample = snapshot_sample_new();
    struct slice all = slice_make(input, worst->bytes);
    struct fields fields = {all, worst->fields};
    struct route_request request = {.method = SLICE_LITERAL("GET"),
                                    .host = SLICE_LITERAL("h"),
                                    .path = SLICE_LITERAL("/"),
                                    .field = next_of_fields,
                                    .argument = &fields};
    uint64_t spent = UINT64_MAX;
    uint32_t rule = 0;

    for (size_t i = 0; i < worst->bytes; i++)
        input[i] = worst->part[i % strlen(worst->part)];
    if (worst->field == CONDITION_HOST_HEADER)
        request.host = all;
    else if (worst->field == CONDITION_QUERY_STRING)
        request.query = all;
    else if (worst->field == CONDITION_PATH_PATTERN)
        request.path = all;
    if (worst->field == CONDITION_PATH_PATTERN)
        input[0] = '/';
    for (int i = 0; i < 100; i++) {
        struct config_rule *added = snapshot_sample_add_rule(sample, NULL);
        snapshot_sample_add_condition(sample, worst->field, worst->pattern);
        if (worst->field == CONDITION_HTTP_HEADER)
            added->conditions[0].http_header_name = snapshot_sample_text(sample, "x");
    }
    struct snapshot *snapshot = snapshot_sample_open(sample);
    for (int i = 0; i < 20 * ROUNDS; i++) {
        uint64_t begin = clock_precise_us();
        rule = route(snapshot, 0, &request);
        spent = least(spent, clock_precise_us() - begin);
    }
    printf("%-28s %6.3f ms, %s\n", worst->name, (double)spent / 1000,
           rule == ROUTE_TOO_COSTLY ? "refused" : "routed");
    snapshot_close(&snapshot);
    snapshot_sample_free(&sample);
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
    printf("\nthe costliest request for 100 rules of one kind\n");
    for (size_t i = 0; i < sizeof(worst_cases) / sizeof(worst_cases[0]); i++)
        measure_worst(&worst_cases[i]);
    measure_build(&workloads[0], 10000, 10000);
    measure_build(&workloads[2], 10000, 10000);
    return 0;
}
