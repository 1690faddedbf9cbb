/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of totals a group; what is asked for is the newest less the oldest. */
#include "control/processes/group_rates.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

#define LOOK_EVERY_MS 1000
#define SAMPLES (GROUP_RATES_SECONDS + 1)

struct sample {
    uint64_t requests, target_5xx;
};

struct group {
    char *name;
    uint32_t row;
    unsigned count; /* samples so far, at most SAMPLES */
    struct sample samples[SAMPLES];
};

struct group_rates {
    struct loop *loop;
    struct counter_board *board;
    struct numbers *numbers;
    struct group *groups;
    size_t group_count;
    unsigned at;                 /* of the newest sample */
    uint64_t looked_ms[SAMPLES]; /* when each was taken */
    struct timer timer;
};

static void
look(struct group_rates *rates)
{
    rates->at = (rates->at + 1) % SAMPLES;
    rates->looked_ms[rates->at] = clock_ms();
    for (size_t i = 0; i < rates->group_count; i++) {
        struct group *group = &rates->groups[i];
        struct group_counters sum;
        counter_board_group(rates->board, group->row, &sum);
        group->samples[rates->at] = (struct sample){sum.requests, sum.target_codes[4]};
        if (group->count < SAMPLES)
            group->count++;
    }
}

static void
on_time(void *argument)
{
    struct group_rates *rates = argument;

    look(rates);
    timer_set(&rates->timer, rates->loop, LOOK_EVERY_MS);
}

struct group_rates *
group_rates_new(struct loop *loop, struct counter_board *board, struct numbers *numbers)
{
    struct group_rates *rates = memory_take(1, sizeof(*rates));

    rates->loop = loop;
    rates->board = board;
    rates->numbers = numbers;
    timer_init(&rates->timer, on_time, rates);
    timer_set(&rates->timer, loop, LOOK_EVERY_MS);
    return rates;
}

static void
free_groups(struct group *groups, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(groups[i].name);
    free(groups);
}

void
group_rates_free(struct group_rates **rates)
{
    if (*rates == NULL)
        return;
    timer_close(&(*rates)->timer, (*rates)->loop);
    free_groups((*rates)->groups, (*rates)->group_count);
    free(*rates);
    *rates = NULL;
}

static int
compare(const void *a, const void *b)
{
    return strcmp(((const struct group *)a)->name, ((const struct group *)b)->name);
}

static struct group *
find(const struct group_rates *rates, const char *name)
{
    struct group key = {.name = (char *)(uintptr_t)name};

    if (rates->group_count == 0)
        return NULL;
    return bsearch(&key, rates->groups, rates->group_count, sizeof(key), compare);
}

void
group_rates_set_config(struct group_rates *rates, const struct config *config)
{
    size_t count = config->target_group_count;
    struct group *groups = memory_take(count + 1, sizeof(*groups));

    for (size_t i = 0; i < count; i++) {
        const char *name = config->target_groups[i].name;
        const struct group *old = find(rates, name);
        if (old != NULL)
            groups[i] = *old;
        groups[i].name = memory_copy_text(name);
        groups[i].row = numbers_group_row(rates->numbers, name);
    }
    qsort(groups, count, sizeof(*groups), compare);
    free_groups(rates->groups, rates->group_count);
    rates->groups = groups;
    rates->group_count = count;
}

struct group_rate
group_rates_of(const struct group_rates *rates, const char *group)
{
    const struct group *found = find(rates, group);
    struct group_rate rate = {0};
    struct group_counters now;

    if (found == NULL)
        return rate;
    counter_board_group(rates->board, found->row, &now);
    rate.held = now.held;
    if (found->count < 2)
        return rate;
    unsigned oldest = (rates->at + SAMPLES - (found->count - 1)) % SAMPLES;
    double seconds = (double)(rates->looked_ms[rates->at] - rates->looked_ms[oldest]) / 1000;
    const struct sample *last = &found->samples[rates->at], *first = &found->samples[oldest];
    if (seconds <= 0 || last->requests < first->requests)
        return rate;
    rate.requests = (double)(last->requests - first->requests) / seconds;
    rate.target_5xx = (double)(last->target_5xx - first->target_5xx) / seconds;
    return rate;
}
