/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page in Prometheus' text format (version 0.0.4) in memory that grows: families with their
 * help and type, and their series.
 */
#ifndef FAIRLEAD_OBSERVER_EXPOSITION_H
#define FAIRLEAD_OBSERVER_EXPOSITION_H

#include "base/text.h"

#define EXPOSITION_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Zero it to begin; exposition_clear gives the memory back. */
struct exposition {
    struct text text;
};

struct exposition_label {
    const char *name;
    struct slice value;
};

/* The lines in front of a family's series. */
void exposition_family(struct exposition *page, const char *metric, const char *type,
                       const char *help);

/* One series; suffix ("_sum") may be "". */
void exposition_series(struct exposition *page, const char *metric, const char *suffix,
                       const struct exposition_label *labels, size_t label_count);

/* The same with labels as they are written: side="client". */
void exposition_raw_series(struct exposition *page, const char *metric, const char *labels);

/* What stands behind a series: exactly one of these follows each. */
void exposition_number(struct exposition *page, uint64_t value);
void exposition_seconds(struct exposition *page, uint64_t microseconds);
void exposition_infinity(struct exposition *page);

/* "0.005": seconds without trailing zeros, as labels write bounds. */
void exposition_format_seconds(struct text *out, uint64_t microseconds);

void exposition_clear(struct exposition *page);

#endif
