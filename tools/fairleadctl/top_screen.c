/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rates are differences to the drawing before; response times are quantiles of the histogram's
 * growth in that time, by its buckets' upper bounds.
 */
#include "top_screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "grid.h"
#include "json_text.h"
#include "number.h"
#include "output.h"
#include "place.h"
#include "targets_screen.h"
#include "terminal.h"
#include "when.h"

enum { TARGETS_SHOWN = 100 };

#define BUCKET_METRIC "fairlead_target_response_time_seconds_bucket{target_group=\""
#define BOUND "\",le=\""

/* What one drawing has seen. */
struct counts {
    json_t *buckets; /* by name of a group */
    json_t *targets; /* by id: what it has answered so far */
    double at;       /* 0: there was none */
};

struct top_screen {
    struct counts now, before;
    int order;
};

/* One line of either table. A rate that is not known yet is negative. */
struct row {
    const json_t *object;
    const json_t *buckets, *before; /* of a target: now; all of the drawing before, or NULL */
    double rate, failures, flight, connections;
    const char *name;
    size_t index; /* in the answer: the order of what is alike */
};

static void
clear(struct counts *counts)
{
    json_decref(counts->buckets);
    json_decref(counts->targets);
}

struct top_screen *
top_screen_new(void)
{
    struct top_screen *top = memory_take(1, sizeof(*top));

    top->order = 'r';
    return top;
}

void
top_screen_free(struct top_screen **top)
{
    clear(&(*top)->before);
    free(*top);
    *top = NULL;
}

void
top_screen_press(struct top_screen *top, int key)
{
    if (key > 0 && strchr("refn", key) != NULL)
        top->order = key;
}

static int order; /* of the comparison under way */

static int
compare(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    double difference = order == 'r'   ? right->rate - left->rate
                        : order == 'e' ? right->failures - left->failures
                        : order == 'f' ? right->flight - left->flight
                                       : 0;

    if (difference != 0)
        return difference < 0 ? -1 : 1;
    int by_name = strcmp(left->name, right->name);
    return by_name != 0 ? by_name : (left->index > right->index) - (left->index < right->index);
}

static void
sort_rows(const struct top_screen *top, struct row *rows, size_t count)
{
    order = top->order;
    qsort(rows, count, sizeof(*rows), compare);
}

/* Buckets of all groups on the metrics page: counts up to each bound. */
static json_t *
read_buckets(const char *metrics)
{
    json_t *groups = json_object();
    const char *line = metrics;

    while (line != NULL && (line = strstr(line, BUCKET_METRIC)) != NULL) {
        line += strlen(BUCKET_METRIC);
        char *name = memory_copy_bytes(line, strcspn(line, "\""));
        const char *bound = strstr(line, BOUND), *space = strchr(line, ' ');
        if (json_object_get(groups, name) == NULL)
            json_object_set_new(groups, name, json_array());
        if (bound != NULL && space != NULL) {
            bound += strlen(BOUND);
            double le = *bound == '+' ? -1.0 : number_read(bound, &bound);
            json_array_append_new(
                json_object_get(groups, name),
                json_pack("{s:f, s:f}", "le", le, "count", number_read(space + 1, &bound)));
        }
        free(name);
    }
    return groups;
}

/* The bound under which the share of the new requests lies, in words; "" without requests. */
static char *
quantile(const json_t *now, const json_t *before, double share)
{
    size_t count = json_array_size(now);
    double all = 0, bound = 0;

    for (size_t i = 0; i < count; i++) {
        double grown = json_number(json_array_get(now, i), "count") -
                       json_number(json_array_get(before, i), "count");
        all = grown > all ? grown : all;
    }
    if (all <= 0)
        return memory_copy_text("");
    for (size_t i = 0; i < count; i++) {
        const json_t *bucket = json_array_get(now, i);
        double grown =
            json_number(bucket, "count") - json_number(json_array_get(before, i), "count");
        double le = json_number(bucket, "le");
        if (le < 0)
            return memory_print(">%g s", bound);
        bound = le;
        if (grown >= share * all)
            break;
    }
    return bound < 1 ? memory_print("%g ms", bound * 1000) : memory_print("%g s", bound);
}

/* P50, P95 and P99 into three columns. */
static void
add_quantiles(struct grid *grid, size_t column, const json_t *now, const json_t *before)
{
    static const double shares[] = {0.5, 0.95, 0.99};

    for (size_t i = 0; i < 3; i++)
        grid_set(grid, column + i, quantile(now, before, shares[i]));
}

enum group_column {
    GROUP,
    RATE,
    FAILURES,
    P50,
    P95,
    P99,
    FLIGHT,
    CONNECTIONS,
    STATE,
    GROUP_COLUMNS
};

static const char *const group_titles[GROUP_COLUMNS] = {
    [GROUP] = "GROUP",   [RATE] = "REQ/S",        [FAILURES] = "5XX/S",
    [P50] = "P50",       [P95] = "P95",           [P99] = "P99",
    [FLIGHT] = "FLIGHT", [CONNECTIONS] = "CONNS", [STATE] = "STATE"};

static void
add_group_row(struct grid *grid, const struct top_screen *top, const struct row *row)
{
    grid_add_row(grid);
    grid_set(grid, GROUP, memory_copy_text(row->name));
    grid_set(grid, RATE, memory_print("%.1f", row->rate));
    grid_set(grid, FAILURES, memory_print("%.1f", row->failures));
    add_quantiles(grid, P50, json_object_get(top->now.buckets, row->name),
                  json_object_get(top->before.buckets, row->name));
    grid_set(grid, FLIGHT, memory_print("%.0f", row->flight));
    grid_set(grid, CONNECTIONS, memory_print("%.0f", row->connections));
    grid_set(grid, STATE, group_state_words(row->object));
}

/* Adds what the targets of a group do to its row; both stand in the order of the groups. */
static void
add_targets(struct row *rows, size_t count, const json_t *targets)
{
    size_t index, at = 0;
    json_t *target;

    json_array_foreach ((json_t *)targets, index, target) {
        const char *name = json_word(target, "TargetGroupName");
        while (at < count && strcmp(rows[at].name, name) != 0)
            at++;
        if (at == count)
            return;
        rows[at].flight += json_number(target, "InFlight");
        rows[at].connections += json_number(target, "OpenConnections");
    }
}

static void
print_groups(FILE *file, const struct top_screen *top, const struct top_answers *answers,
             const struct view_size *size)
{
    size_t count = json_array_size(answers->groups);
    struct row *rows = memory_take(count + 1, sizeof(*rows));
    struct grid *grid = grid_new(GROUP_COLUMNS);

    for (size_t i = 0; i < GROUP_COLUMNS; i++)
        grid_set_title(grid, i, group_titles[i], i == GROUP || i == STATE);
    for (size_t i = 0; i < count; i++) {
        const json_t *group = json_array_get(answers->groups, i);
        rows[i] = (struct row){.object = group,
                               .rate = json_number(group, "RequestsPerSecond"),
                               .failures = json_number(group, "Target5xxPerSecond"),
                               .name = json_word(group, "TargetGroupName"),
                               .index = i};
    }
    add_targets(rows, count, answers->targets);
    sort_rows(top, rows, count);
    for (size_t i = 0; i < count; i++)
        add_group_row(grid, top, &rows[i]);
    grid_print(file, grid, 0, size->width);
    grid_free(&grid);
    free(rows);
}

/* A target's counts in the form of its group's buckets, which have the bounds; NULL without. */
static json_t *
buckets_of(const json_t *target, const json_t *of_group)
{
    const json_t *counts = json_object_get(target, "ResponseTimeCounts");
    json_t *buckets = json_array();
    double sum = 0;

    for (size_t i = 0; i < json_array_size(counts) && i < json_array_size(of_group); i++) {
        sum += json_number_value(json_array_get(counts, i));
        json_array_append_new(buckets, json_pack("{s:f, s:f}", "le",
                                                 json_number(json_array_get(of_group, i), "le"),
                                                 "count", sum));
    }
    return buckets;
}

/* By how much a number has grown a second; negative: it is not known yet. */
static double
rate_of(const struct top_screen *top, const struct row *row, const char *member)
{
    const json_t *before = json_object_get(row->before, member);
    double seconds = top->now.at - top->before.at;

    if (before == NULL || seconds <= 0)
        return -1;
    double grown = json_number(row->object, member) - json_number_value(before);
    return grown > 0 ? grown / seconds : 0;
}

enum target_column {
    TARGET,
    TARGET_GROUP,
    TARGET_RATE,
    TARGET_FAILURES,
    TARGET_P50,
    TARGET_P95,
    TARGET_P99,
    TARGET_FLIGHT,
    TARGET_CONNECTIONS,
    TARGET_STATE,
    TARGET_COLUMNS
};

static const char *const target_titles[TARGET_COLUMNS] = {
    [TARGET] = "TARGET",         [TARGET_GROUP] = "GROUP",   [TARGET_RATE] = "REQ/S",
    [TARGET_FAILURES] = "5XX/S", [TARGET_P50] = "P50",       [TARGET_P95] = "P95",
    [TARGET_P99] = "P99",        [TARGET_FLIGHT] = "FLIGHT", [TARGET_CONNECTIONS] = "CONNS",
    [TARGET_STATE] = "STATE"};

static char *
rate_words(double rate)
{
    return rate < 0 ? memory_copy_text("-") : memory_print("%.1f", rate);
}

static void
add_target_row(struct grid *grid, const struct row *row)
{
    grid_add_row(grid);
    grid_set(grid, TARGET, place_text(row->object));
    grid_set(grid, TARGET_GROUP, memory_copy_text(row->name));
    grid_set(grid, TARGET_RATE, rate_words(row->rate));
    grid_set(grid, TARGET_FAILURES, rate_words(row->failures));
    add_quantiles(grid, TARGET_P50, row->buckets, json_object_get(row->before, "Buckets"));
    grid_set(grid, TARGET_FLIGHT, memory_print("%.0f", row->flight));
    grid_set(grid, TARGET_CONNECTIONS, memory_print("%.0f", row->connections));
    grid_set(grid, TARGET_STATE, memory_copy_text(target_state_words(row->object)));
}

/* Fills in a row, and keeps what the next drawing compares with. */
static void
read_target(struct top_screen *top, const json_t *target, struct row *row)
{
    char *key = json_text(target, "TargetId");

    row->object = target;
    row->name = json_word(target, "TargetGroupName");
    row->flight = json_number(target, "InFlight");
    row->connections = json_number(target, "OpenConnections");
    row->before = json_object_get(top->before.targets, key);
    row->rate = rate_of(top, row, "Requests");
    row->failures = rate_of(top, row, "Errors5xx");
    json_t *buckets = buckets_of(target, json_object_get(top->now.buckets, row->name));
    row->buckets = buckets;
    json_object_set_new(top->now.targets, key,
                        json_pack("{s:f, s:f, s:o}", "Requests",
                                  json_number(target, "Requests"), "Errors5xx",
                                  json_number(target, "Errors5xx"), "Buckets", buckets));
    free(key);
}

static void
print_targets(FILE *file, struct top_screen *top, const json_t *targets,
              const struct view_size *size)
{
    size_t count = json_array_size(targets);
    struct row *rows = memory_take(count + 1, sizeof(*rows));
    struct grid *grid = grid_new(TARGET_COLUMNS);

    for (size_t i = 0; i < TARGET_COLUMNS; i++)
        grid_set_title(grid, i, target_titles[i], i == TARGET_GROUP || i == TARGET_STATE);
    for (size_t i = 0; i < count; i++) {
        read_target(top, json_array_get(targets, i), &rows[i]);
        rows[i].index = i;
    }
    sort_rows(top, rows, count);
    for (size_t i = 0; i < count && i < TARGETS_SHOWN; i++)
        add_target_row(grid, &rows[i]);
    if (count > 0)
        grid_print(file, grid, 0, size->width);
    if (count > TARGETS_SHOWN)
        fprintf(file, "and %zu more\n", count - TARGETS_SHOWN);
    grid_free(&grid);
    free(rows);
}

void
top_screen_print(FILE *file, struct top_screen *top, const struct top_answers *answers,
                 const struct view_size *size)
{
    top->now = (struct counts){read_buckets(answers->metrics), json_object(), when_now()};
    fputs("sorted by ", file);
    fputs(top->order == 'r'   ? "requests"
          : top->order == 'e' ? "5xx"
          : top->order == 'f' ? "in flight"
                              : "name",
          file);
    fputs("; keys: r requests, e 5xx, f in flight, n name, q ends\n\n", file);
    print_groups(file, top, answers, size);
    putc('\n', file);
    print_targets(file, top, answers->targets, size);
    clear(&top->before);
    top->before = top->now;
}
