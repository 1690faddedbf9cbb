/* SPDX-License-Identifier: Apache-2.0 */
#include "api/history.h"

#include <stdlib.h>

#include "base/memory.h"

static const char *const names[HISTORY_SERIES_COUNT] = {

#define HISTORY_SERIES(id, name) name,
#include "api/history_series.def"
#undef HISTORY_SERIES
};

struct history {
    uint64_t last; /* second */
    struct history_sample samples[HISTORY_SECONDS];
};

static void
forget(struct history_sample *sample)
{
    for (size_t series = 0; series < HISTORY_SERIES_COUNT; series++)
        sample->values[series] = HISTORY_NONE;
}

struct history *
history_new(void)
{
    struct history *history = memory_take(1, sizeof(*history));

    for (size_t i = 0; i < HISTORY_SECONDS; i++)
        forget(&history->samples[i]);
    return history;
}

void
history_free(struct history **history)
{
    free(*history);
    *history = NULL;
}

void
history_add(struct history *history, uint64_t second, const struct history_sample *sample)
{
    uint64_t oldest = second < HISTORY_SECONDS ? 0 : second - HISTORY_SECONDS + 1;
    uint64_t gap = history->last + 1 > oldest ? history->last + 1 : oldest;

    if (second <= history->last)
        return;
    for (; gap < second; gap++)
        forget(&history->samples[gap % HISTORY_SECONDS]);
    history->samples[second % HISTORY_SECONDS] = *sample;
    history->last = second;
}

uint64_t
history_last(const struct history *history)
{
    return history->last;
}

/* Before its first second there is none. */
static float
value_at(const struct history *history, size_t series, unsigned ago)
{
    if (history == NULL || history->last < ago)
        return HISTORY_NONE;
    return history->samples[(history->last - ago) % HISTORY_SECONDS].values[series];
}

void
history_write(const struct history *history, unsigned seconds, struct json_writer *out)
{
    if (seconds > HISTORY_SECONDS)
        seconds = HISTORY_SECONDS;
    for (size_t series = 0; series < HISTORY_SERIES_COUNT; series++) {
        json_array_begin(out, names[series]);
        for (unsigned ago = seconds; ago-- > 0;)
            json_add_amount(out, NULL, value_at(history, series, ago));
        json_array_end(out);
    }
}
