/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last quarter of an hour, a value a second: a ring of fixed size for each series. Seconds
 * that nobody saw, as when the machine was suspended, have no value.
 */
#ifndef FAIRLEAD_API_HISTORY_H
#define FAIRLEAD_API_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "api/json_writer.h"

#define HISTORY_SECONDS 900

enum history_series {

#define HISTORY_SERIES(id, name) HISTORY_##id,
#include "api/history_series.def"
#undef HISTORY_SERIES
    HISTORY_SERIES_COUNT
};

struct history_sample {
    float values[HISTORY_SERIES_COUNT]; /* HISTORY_NONE: there is none */
};

#define HISTORY_NONE (-1.0F)

struct history;

struct history *history_new(void);
void history_free(struct history **history);

/* The values of a second, counted by any clock that does not go back; one that was told already
 * is left as it is. */
void history_add(struct history *history, uint64_t second, const struct history_sample *sample);

/* The second that was added last; 0: none. */
uint64_t history_last(const struct history *history);

/* Members of the object that is open: an array a series of the last so many seconds, the
 * newest last; null where there is no value; history NULL: where there is none at all. */
void history_write(const struct history *history, unsigned seconds, struct json_writer *out);

#endif
