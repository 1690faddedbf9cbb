/* SPDX-License-Identifier: Apache-2.0 */
/* The answers of own_answers.def. */
#ifndef FAIRLEAD_API_OWN_ANSWERS_H
#define FAIRLEAD_API_OWN_ANSWERS_H

#include <stdbool.h>

#include "api/failures.h"
#include "api/marks.h"
#include "api/rule_hits.h"
#include "api/stream.h"
#include "net/http_service.h"

struct own_answers;

/* What they are made of; outlives them. */
struct own_answers_parts {
    struct loop *loop;
    struct sampler *sampler;
    struct needs *needs;
    struct overview *overview;
    struct marks *marks;
    struct rule_hits *rule_hits;
    struct streams *streams;
    struct failures *failures;
};

struct own_answers *own_answers_new(const struct own_answers_parts *parts);
void own_answers_free(struct own_answers **answers);

/* From now on. */
void own_answers_set_snapshot(struct own_answers *answers, const struct snapshot *snapshot);

/* One of them. */
struct own_answer;

/* By its path; NULL: control answers that. */
const struct own_answer *own_answers_find(const char *path);

/* Whether somebody without a key may have it where reading needs none. */
bool own_answer_is_open(const struct own_answer *answer);

/* Answers a request that may have it. */
void own_answers_serve(struct own_answers *answers, const struct own_answer *answer,
                       struct http_service_request *request);

#endif
