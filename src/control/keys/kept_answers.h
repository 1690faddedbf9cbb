/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to changing calls, given again to who makes the same call again because the first
 * answer was lost: SDKs keep amz-sdk-invocation-id over the attempts of one call. Kept for two
 * minutes, within bounds: the oldest go first.
 */
#ifndef FAIRLEAD_CONTROL_KEYS_KEPT_ANSWERS_H
#define FAIRLEAD_CONTROL_KEYS_KEPT_ANSWERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define KEPT_ANSWERS_SECONDS 120
#define KEPT_ANSWERS_MAX 1000
#define KEPT_ANSWERS_BYTES_MAX (4 * 1024 * 1024) /* of their texts */
#define KEPT_ANSWERS_TEXT_MAX (256 * 1024)       /* of one; a longer one is not kept */

struct kept_answers;
struct kept_answer;

/* What tells a call from others: one with another body is another call. */
struct kept_call {
    struct slice key_id, id; /* its invocation id, or else its signature */
    struct slice target, body;
};

struct kept_answer_text {
    int status;
    uint32_t content;
    struct slice text;
};

struct kept_answers *kept_answers_new(void);
void kept_answers_free(struct kept_answers **kept);

/* The answer of that call, also one that is not there yet; NULL: it is not known. */
const struct kept_answer *kept_answers_find(struct kept_answers *kept,
                                            const struct kept_call *call);
/* What it says, valid until the next call of kept_answers_*; NULL: it is not there yet. */
const struct kept_answer_text *kept_answer_text(const struct kept_answer *answer);

/* The call, which is not known, is made now: the number that finish or drop take, once. */
uint64_t kept_answers_begin(struct kept_answers *kept, const struct kept_call *call);
/* Copies the answer; a number that is not known any more is nothing. */
void kept_answers_finish(struct kept_answers *kept, uint64_t number,
                         const struct kept_answer_text *text);
void kept_answers_drop(struct kept_answers *kept, uint64_t number);

#endif
