/* SPDX-License-Identifier: Apache-2.0 */
#include "api/sampler.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* What is read of targets' counters in a second on average: with more of them than that each is
 * looked at less often. */
#define TARGET_READS_A_SECOND 200000

/* How much the newest second weighs in a target's rate. */
#define NEWEST_SHARE 0.4
#define SMALLEST_RATE 0.05

struct group {
    uint32_t id; /* of the snapshot's group */
    struct series *series;
    struct series_point point; /* as it was looked at last */
    uint64_t in_flight, connections, held;
    bool was_looked_at;
};

struct target {
    uint64_t id;
    uint64_t looked_ms; /* 0: never */
    uint64_t requests, errors_5xx;
    uint32_t response_time[COUNTERS_BUCKETS];
    float recent[COUNTERS_BUCKETS]; /* answers, fading as rates do */
    struct sampler_target now;
};

struct sampler {
    const struct board *board;
    const struct snapshot *snapshot; /* NULL: none yet */
    struct group *groups;            /* in the snapshot's order */
    size_t group_count;
    unsigned series_count; /* of these */
    struct group all;
    struct target *targets; /* by counter row */
    unsigned seconds;       /* since targets were looked at */
    uint64_t looked_ms;     /* last; 0: never */
};

struct sampler *
sampler_new(const struct board *board)
{
    struct sampler *sampler = memory_take(1, sizeof(*sampler));

    sampler->board = board;
    sampler->all.series = series_new();
    sampler->targets = memory_take(COUNTERS_TARGET_ROWS, sizeof(*sampler->targets));
    return sampler;
}

static void
free_groups(struct sampler *sampler)
{
    for (size_t i = 0; i < sampler->group_count; i++) {
        sampler->series_count -= sampler->groups[i].series == NULL ? 0 : 1;
        series_free(&sampler->groups[i].series);
    }
    free(sampler->groups);
}

void
sampler_free(struct sampler **sampler)
{
    if (*sampler == NULL)
        return;
    free_groups(*sampler);
    series_free(&(*sampler)->all.series);
    free((*sampler)->targets);
    free(*sampler);
    *sampler = NULL;
}

static struct group *
find_group(const struct sampler *sampler, uint32_t id)
{
    for (size_t i = 0; i < sampler->group_count; i++)
        if (sampler->groups[i].id == id)
            return &sampler->groups[i];
    return NULL;
}

/* Moves what is known of groups that stay. */
static void
take_groups(struct sampler *sampler, const struct snapshot *snapshot)
{
    size_t count = snapshot_group_count(snapshot);
    struct group *groups = memory_take(count + 1, sizeof(*groups));

    for (uint32_t i = 0; i < count; i++) {
        uint32_t id = snapshot_group(snapshot, i)->id;
        struct group *old = find_group(sampler, id);
        if (old != NULL) {
            groups[i] = *old;
            old->series = NULL;
        }
        groups[i].id = id;
    }
    free_groups(sampler);
    sampler->groups = groups;
    sampler->group_count = count;
}

void
sampler_set_snapshot(struct sampler *sampler, const struct snapshot *snapshot)
{
    if (sampler->snapshot == NULL || !snapshot_has_same_base(sampler->snapshot, snapshot))
        take_groups(sampler, snapshot);
    sampler->snapshot = snapshot;
}

/* What a worker has counted is lost when it forgets a target for a while. */
static double
growth(uint64_t from, uint64_t to)
{
    return to > from ? (double)(to - from) : 0;
}

static double
smooth(double before, double newest)
{
    double rate = before < 0 ? newest : before + (newest - before) * NEWEST_SHARE;

    return rate < SMALLEST_RATE ? 0 : rate;
}

static const struct sampler_target nothing_known = {
    .requests = HISTORY_NONE,
    .errors_5xx = HISTORY_NONE,
    .p50 = HISTORY_NONE,
    .p95 = HISTORY_NONE,
    .p99 = HISTORY_NONE,
};

/* Fractions of fading answers count, too. */
#define PARTS_OF_ANSWER 1000

static void
look_at_times(struct target *target, const struct target_counters *sum)
{
    uint64_t buckets[COUNTERS_BUCKETS];

    for (size_t i = 0; i < COUNTERS_BUCKETS; i++) {
        uint32_t grown = sum->response_time[i] - target->response_time[i];
        bool is_anew = grown > INT32_MAX; /* a worker forgot the target for a while */
        target->recent[i] =
            target->recent[i] * (1 - (float)NEWEST_SHARE) + (is_anew ? 0 : (float)grown);
        buckets[i] = (uint64_t)(target->recent[i] * PARTS_OF_ANSWER);
    }
    target->now.p50 = series_percentile(buckets, 500);
    target->now.p95 = series_percentile(buckets, 950);
    target->now.p99 = series_percentile(buckets, 990);
}

static void
look_at_target(struct sampler *sampler, uint32_t index, uint64_t now_ms)
{
    const struct snapshot_target *row = snapshot_target(sampler->snapshot, index);
    struct target *target = &sampler->targets[row->counter_row];
    struct target_counters sum;

    board_target(sampler->board, row->counter_row, row->id, &sum);
    if (target->id != row->id)
        *target = (struct target){.id = row->id, .now = nothing_known};
    target->now.in_flight = sum.in_flight;
    target->now.connections = sum.connections_open;
    if (target->looked_ms != 0 && now_ms > target->looked_ms) {
        double seconds = (double)(now_ms - target->looked_ms) / 1000;
        target->now.requests =
            smooth(target->now.requests, growth(target->requests, sum.requests) / seconds);
        target->now.errors_5xx =
            smooth(target->now.errors_5xx, growth(target->errors_5xx, sum.codes_5xx) / seconds);
        look_at_times(target, &sum);
    }
    memcpy(target->response_time, sum.response_time, sizeof(sum.response_time));
    target->looked_ms = now_ms;
    target->requests = sum.requests;
    target->errors_5xx = sum.codes_5xx;
}

static void
look_at_targets(struct sampler *sampler, uint32_t index, uint64_t now_ms)
{
    struct snapshot_rows rows = snapshot_targets_of(sampler->snapshot, index);
    struct group *group = &sampler->groups[index];

    group->in_flight = group->connections = 0;
    for (uint32_t i = rows.first; i < rows.first + rows.count; i++) {
        look_at_target(sampler, i, now_ms);
        struct sampler_target now = sampler_target(sampler, i);
        group->in_flight += now.in_flight;
        group->connections += now.connections;
    }
}

static void
read_group(struct sampler *sampler, uint32_t index)
{
    struct group *group = &sampler->groups[index];
    struct group_counters sum;

    board_group(sampler->board, snapshot_group(sampler->snapshot, index)->counter_row, &sum);
    group->held = sum.held;
    group->point = (struct series_point){.requests = sum.requests,
                                         .target_5xx = sum.target_codes[4],
                                         .own_5xx = sum.own_5xx,
                                         .connections = group->connections};
    memcpy(group->point.response_time, sum.response_time, sizeof(sum.response_time));
}

/* One that nothing had happened in begins at 0. */
static struct series *
begin_series(struct sampler *sampler, const struct group *group)
{
    static const struct series_point nothing;
    struct series *series = series_new();

    sampler->series_count++;
    if (group->was_looked_at)
        series_add(series, sampler->looked_ms, &nothing);
    return series;
}

/* Most groups of a large configuration may never see a request: those take no memory. */
static void
add_point(struct sampler *sampler, struct group *group, uint64_t now_ms)
{
    bool is_quiet = group->point.requests == 0 && group->point.own_5xx == 0 &&
                    group->point.connections == 0;

    if (group->series == NULL && !is_quiet && sampler->series_count < SAMPLER_GROUPS_MAX)
        group->series = begin_series(sampler, group);
    if (group->series != NULL)
        series_add(group->series, now_ms, &group->point);
    group->was_looked_at = true;
}

static void
add_to_all(struct sampler *sampler, const struct group *group)
{
    sampler->all.held += group->held;
    sampler->all.point.target_5xx += group->point.target_5xx;
    for (size_t i = 0; i < COUNTERS_BUCKETS; i++)
        sampler->all.point.response_time[i] += group->point.response_time[i];
}

/* What a group that was taken out of the configuration has counted is missed: rates take that
 * for a second without requests. */
static void
look_at_all(struct sampler *sampler, uint64_t now_ms)
{
    struct group *all = &sampler->all;

    all->point = (struct series_point){
        .requests = board_total(sampler->board, COUNTER_REQUESTS_BEGUN),
        .own_5xx = board_total(sampler->board, COUNTER_OWN_5XX),
        .connections = board_total(sampler->board, COUNTER_CLIENT_CONNECTIONS_ACTIVE),
    };
    all->connections = all->point.connections;
    all->in_flight = board_total(sampler->board, COUNTER_EXCHANGES_ACTIVE);
    all->held = 0;
    for (size_t i = 0; i < sampler->group_count; i++)
        add_to_all(sampler, &sampler->groups[i]);
    series_add(all->series, now_ms, &all->point);
}

/* Whether it is the targets' turn. */
static bool
is_for_targets(struct sampler *sampler)
{
    uint64_t reads =
        (uint64_t)snapshot_target_count(sampler->snapshot) * board_worker_count(sampler->board);

    if (++sampler->seconds <= reads / TARGET_READS_A_SECOND)
        return false;
    sampler->seconds = 0;
    return true;
}

void
sampler_look(struct sampler *sampler, uint64_t now_ms)
{
    if (sampler->snapshot == NULL)
        return;
    bool has_targets = is_for_targets(sampler);
    for (uint32_t i = 0; i < sampler->group_count; i++) {
        if (has_targets)
            look_at_targets(sampler, i, now_ms);
        read_group(sampler, i);
        add_point(sampler, &sampler->groups[i], now_ms);
    }
    look_at_all(sampler, now_ms);
    sampler->looked_ms = now_ms;
}

static struct sampler_group
describe(const struct group *group)
{
    return (struct sampler_group){group->series, group->in_flight, group->connections,
                                  group->held};
}

struct sampler_group
sampler_all(const struct sampler *sampler)
{
    return describe(&sampler->all);
}

struct sampler_group
sampler_group(const struct sampler *sampler, uint32_t index)
{
    return describe(&sampler->groups[index]);
}

struct sampler_target
sampler_target(const struct sampler *sampler, uint32_t index)
{
    const struct snapshot_target *row = snapshot_target(sampler->snapshot, index);
    const struct target *target = &sampler->targets[row->counter_row];

    if (target->id != row->id)
        return nothing_known;
    return target->now;
}
