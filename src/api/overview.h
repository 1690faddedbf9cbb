/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/overview: what a glance should tell; written once a second, whoever asks. */
#ifndef FAIRLEAD_API_OVERVIEW_H
#define FAIRLEAD_API_OVERVIEW_H

#include "api/needs.h"
#include "api/sampler.h"
#include "base/slice.h"

struct overview;

/* What it is written from; outlives it. */
struct overview_parts {
    const struct sampler *sampler;
    const struct needs *needs;
};

struct overview *overview_new(const struct overview_parts *parts);
void overview_free(struct overview **overview);

/* From now on. */
void overview_set_snapshot(struct overview *overview, const struct snapshot *snapshot);

/* It is to be written anew when it is asked for next: a second has passed, or more is known. */
void overview_note_change(struct overview *overview);

/* A JSON object, valid until the next call. */
struct slice overview_json(struct overview *overview);

#endif
