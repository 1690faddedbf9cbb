/* SPDX-License-Identifier: Apache-2.0 */
#include "api/series.h"

#include <stdlib.h>

#include "base/memory.h"

#define POINTS (SERIES_SECONDS + 1)
#define MS 1000.0

struct series {
    struct history *history;
    unsigned at, count; /* the newest point, and how many there are */
    uint64_t taken_ms[POINTS];
    struct series_point points[POINTS];
};

struct series *
series_new(void)
{
    struct series *series = memory_take(1, sizeof(*series));

    series->history = history_new();
    return series;
}

void
series_free(struct series **series)
{
    if (*series == NULL)
        return;
    history_free(&(*series)->history);
    free(*series);
    *series = NULL;
}

double
series_percentile(const uint64_t buckets[COUNTERS_BUCKETS], unsigned thousandth)
{
    uint64_t all = 0, below = 0;
    size_t bucket = 0;

    for (size_t i = 0; i < COUNTERS_BUCKETS; i++)
        all += buckets[i];
    if (all == 0)
        return (double)HISTORY_NONE;
    double wanted = (double)all * thousandth / 1000;
    while (bucket < COUNTERS_BUCKETS - 1 && (double)(below + buckets[bucket]) < wanted)
        below += buckets[bucket++];
    double from = bucket == 0 ? 0 : (double)counters_bucket_bounds_us[bucket - 1];
    if (bucket == COUNTERS_BUCKETS - 1 || buckets[bucket] == 0)
        return from / MS; /* nobody knows how much longer */
    double to = (double)counters_bucket_bounds_us[bucket];
    return (from + (to - from) * (wanted - (double)below) / (double)buckets[bucket]) / MS;
}

/* A row of counters that another has taken over begins at 0 again. */
static uint64_t
growth(uint64_t from, uint64_t to)
{
    return to > from ? to - from : 0;
}

static struct series_rates
between(const struct series *series, unsigned from, unsigned to)
{
    const struct series_point *first = &series->points[from], *last = &series->points[to];
    double seconds = (double)(series->taken_ms[to] - series->taken_ms[from]) / MS;
    uint64_t buckets[COUNTERS_BUCKETS];

    for (size_t i = 0; i < COUNTERS_BUCKETS; i++)
        buckets[i] = growth(first->response_time[i], last->response_time[i]);
    return (struct series_rates){
        .requests = (double)growth(first->requests, last->requests) / seconds,
        .target_5xx = (double)growth(first->target_5xx, last->target_5xx) / seconds,
        .own_5xx = (double)growth(first->own_5xx, last->own_5xx) / seconds,
        .p50 = series_percentile(buckets, 500),
        .p95 = series_percentile(buckets, 950),
        .p99 = series_percentile(buckets, 990),
    };
}

/* Seconds that a late look has missed had these rates together; what was open then is not
 * known.
 */
static void
add_missed(struct series *series, uint64_t from, uint64_t to, struct history_sample sample)
{
    if (to - from > SERIES_SECONDS)
        return;
    sample.values[HISTORY_CONNECTIONS] = HISTORY_NONE;
    while (++from < to)
        history_add(series->history, from, &sample);
}

static void
add_to_history(struct series *series, unsigned before)
{
    const struct series_rates rates = between(series, before, series->at);
    const struct history_sample sample = {
        .values = {[HISTORY_REQUESTS] = (float)rates.requests,
                   [HISTORY_TARGET_5XX] = (float)rates.target_5xx,
                   [HISTORY_OWN_5XX] = (float)rates.own_5xx,
                   [HISTORY_P50] = (float)rates.p50,
                   [HISTORY_P95] = (float)rates.p95,
                   [HISTORY_P99] = (float)rates.p99,
                   [HISTORY_CONNECTIONS] = (float)series->points[series->at].connections}};
    uint64_t second = series->taken_ms[series->at] / 1000;

    add_missed(series, series->taken_ms[before] / 1000, second, sample);
    history_add(series->history, second, &sample);
}

void
series_add(struct series *series, uint64_t now_ms, const struct series_point *point)
{
    unsigned before = series->at;

    if (series->count > 0 && now_ms <= series->taken_ms[before])
        return;
    series->at = (before + 1) % POINTS;
    series->points[series->at] = *point;
    series->taken_ms[series->at] = now_ms;
    if (series->count < POINTS)
        series->count++;
    if (series->count > 1)
        add_to_history(series, before);
}

struct series_rates
series_now(const struct series *series)
{
    static const struct series_rates none = {HISTORY_NONE, HISTORY_NONE, HISTORY_NONE,
                                             HISTORY_NONE, HISTORY_NONE, HISTORY_NONE};

    if (series->count < 2)
        return none;
    return between(series, (series->at + POINTS - (series->count - 1)) % POINTS, series->at);
}

const struct history *
series_history(const struct series *series)
{
    return series->history;
}
