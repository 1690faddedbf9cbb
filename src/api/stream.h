/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/stream?topics=overview,group:NAME,events: a line of JSON for each thing that is news,
 * at least one in five seconds. A reader that does not take them is cut off.
 */
#ifndef FAIRLEAD_API_STREAM_H
#define FAIRLEAD_API_STREAM_H

#include "api/control_calls.h"
#include "api/needs.h"
#include "api/overview.h"
#include "api/sampler.h"
#include "net/http_service.h"

/* All of them. */
struct streams;

/* What they tell of; outlives them. */
struct stream_parts {
    struct loop *loop;
    struct control_calls *calls;
    struct sampler *sampler;
    struct needs *needs;
    struct overview *overview;
};

struct streams *streams_new(const struct stream_parts *parts);
void streams_free(struct streams **streams);

/* From now on. */
void streams_set_snapshot(struct streams *streams, const struct snapshot *snapshot);

/* Takes a request that may have one, and refuses what its topics make nonsense. */
void streams_begin(struct streams *streams, struct http_service_request *request);

/* A second has passed; the sampler has looked. */
void streams_look(struct streams *streams);

#endif
