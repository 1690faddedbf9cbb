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

struct top_screen {
    json_t *seen;   /* of the drawing under way */
    json_t *before; /* by name of a group or id of a target: counts of the last drawing */
    double before_at;
    int order;
};

/* One line of either table. */
struct row {
    const json_t *object;
    double rate, failures, flight;
    const char *name;
};

struct top_screen *
top_screen_new(void)
{
    struct top_screen *top = memory_take(1, sizeof(*top));

    top->before = json_object();
    top->order = 'r';
    return top;
}

void
top_screen_free(struct top_screen **top)
{
    json_decref((*top)->before);
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
    return strcmp(left->name, right->name);
}

static void
sort_rows(const struct top_screen *top, struct row *rows, size_t count)
{
    order = top->order;
    qsort(rows, count, sizeof(*rows), compare);
}

/* Buckets of a group on the metrics page: counts up to each bound. */
static json_t *
read_buckets(const char *metrics, const char *group)
{
    char *start = memory_print("%s%s\",le=\"", BUCKET_METRIC, group);
    json_t *buckets = json_array();
    const char *line = metrics;

    while (line != NULL && (line = strstr(line, start)) != NULL) {
        const char *bound = line + strlen(start), *space = strchr(bound, ' ');
        if (space == NULL)
            break;
        double le = strncmp(bound, "+Inf", 4) == 0 ? -1.0 : number_read(bound, &bound);
        json_array_append_new(buckets, json_pack("{s:f, s:f}", "le", le, "count",
                                                 number_read(space + 1, &bound)));
        line = space;
    }
    free(start);
    return buckets;
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

static void
print_groups(FILE *file, struct top_screen *top, const struct top_answers *answers,
             const struct view_size *size)
{
    static const char *const titles[] = {"GROUP", "REQ/S", "5XX/S", "P50",
                                         "P95",   "P99",   "STATE"};
    static const double shares[] = {0.5, 0.95, 0.99};
    size_t count = json_array_size(answers->groups);
    struct row *rows = memory_take(count + 1, sizeof(*rows));
    struct grid *grid = grid_new(7);

    for (size_t i = 0; i < 7; i++)
        grid_set_title(grid, i, titles[i], i == 0 || i == 6);
    for (size_t i = 0; i < count; i++) {
        const json_t *group = json_array_get(answers->groups, i);
        rows[i] = (struct row){group, json_number(group, "RequestsPerSecond"),
                               json_number(group, "Target5xxPerSecond"),
                               json_number(group, "HeldRequestCount"),
                               json_word(group, "TargetGroupName")};
    }
    sort_rows(top, rows, count);
    for (size_t i = 0; i < count; i++) {
        json_t *now = read_buckets(answers->metrics, rows[i].name);
        const json_t *before = json_object_get(top->before, rows[i].name);
        grid_add_row(grid);
        grid_set(grid, 0, memory_copy_text(rows[i].name));
        grid_set(grid, 1, memory_print("%.1f", rows[i].rate));
        grid_set(grid, 2, memory_print("%.1f", rows[i].failures));
        for (size_t q = 0; q < 3; q++)
            grid_set(grid, 3 + q, quantile(now, before, shares[q]));
        grid_set(grid, 6, group_state_words(rows[i].object));
        json_object_set_new(top->seen, rows[i].name, now);
    }
    grid_print(file, grid, 0, size->width);
    grid_free(&grid);
    free(rows);
}

static double
rate_of(const struct top_screen *top, const char *key, double requests, double seconds)
{
    const json_t *before = json_object_get(top->before, key);

    if (before == NULL || seconds <= 0)
        return 0;
    double grown = requests - json_number_value(before);
    return grown > 0 ? grown / seconds : 0;
}

static void
add_target_row(struct grid *grid, const struct row *row)
{
    grid_add_row(grid);
    grid_set(grid, 0, place_text(row->object));
    grid_set(grid, 1, memory_copy_text(row->name));
    grid_set(grid, 2, memory_print("%.1f", row->rate));
    grid_set(grid, 3, memory_print("%.0f", row->flight));
    grid_set(grid, 4, memory_print("%.0f", json_number(row->object, "OpenConnections")));
    grid_set(grid, 5, memory_copy_text(target_state_words(row->object)));
}

static void
print_targets(FILE *file, struct top_screen *top, const json_t *targets, double seconds,
              const struct view_size *size)
{
    static const char *const titles[] = {"TARGET", "GROUP", "REQ/S",
                                         "FLIGHT", "CONNS", "STATE"};
    size_t count = json_array_size(targets);
    struct row *rows = memory_take(count + 1, sizeof(*rows));
    struct grid *grid = grid_new(6);

    for (size_t i = 0; i < 6; i++)
        grid_set_title(grid, i, titles[i], i == 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *target = json_array_get(targets, i);
        char *key = json_text(target, "TargetId");
        double requests = json_number(target, "Requests");
        rows[i] =
            (struct row){target, rate_of(top, key, requests, seconds), 0,
                         json_number(target, "InFlight"), json_word(target, "TargetGroupName")};
        json_object_set_new(top->seen, key, json_real(requests));
        free(key);
    }
    sort_rows(top, rows, count);
    for (size_t i = 0; i < count && i < TARGETS_SHOWN; i++)
        add_target_row(grid, &rows[i]);
    if (count > 0)
        grid_print(file, grid, 0, size->width);
    grid_free(&grid);
    free(rows);
}

void
top_screen_print(FILE *file, struct top_screen *top, const struct top_answers *answers,
                 const struct view_size *size)
{
    double now = when_now();

    top->seen = json_object();
    fputs("sorted by ", file);
    fputs(top->order == 'r'   ? "requests"
          : top->order == 'e' ? "5xx"
          : top->order == 'f' ? "in flight"
                              : "name",
          file);
    fputs("; keys: r requests, e 5xx, f in flight, n name, q ends\n\n", file);
    print_groups(file, top, answers, size);
    putc('\n', file);
    print_targets(file, top, answers->targets, top->before_at == 0 ? 0 : now - top->before_at,
                  size);
    json_decref(top->before);
    top->before = top->seen;
    top->before_at = now;
}
