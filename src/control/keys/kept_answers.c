/* SPDX-License-Identifier: Apache-2.0 */
#include "control/keys/kept_answers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <uthash.h>

#include "base/clock.h"
#include "base/memory.h"
#include "net/digest.h"

#define MS_PER_SECOND 1000

struct kept_answer {
    uint8_t digest[DIGEST_BYTES]; /* of the call */
    uint64_t number, begun_ms;
    bool is_there;
    struct kept_answer_text text;
    char *memory; /* of that */
    UT_hash_handle hh;
    TAILQ_ENTRY(kept_answer) link;
};

struct kept_answers {
    struct kept_answer *table;
    TAILQ_HEAD(kept_answer_list, kept_answer) by_age; /* the oldest first */
    uint64_t last_number;
    size_t bytes;
};

struct kept_answers *
kept_answers_new(void)
{
    struct kept_answers *kept = memory_take(1, sizeof(*kept));

    TAILQ_INIT(&kept->by_age);
    return kept;
}

/* NOLINTBEGIN(readability-function-size, clang-analyzer-*): uthash's macros are long, and the
 * analyzer loses its way in them. */
static struct kept_answer *
find(struct kept_answers *kept, const uint8_t digest[DIGEST_BYTES])
{
    struct kept_answer *answer;

    HASH_FIND(hh, kept->table, digest, DIGEST_BYTES, answer);
    return answer;
}

static void
forget(struct kept_answers *kept, struct kept_answer *answer)
{
    kept->bytes -= answer->text.text.length;
    HASH_DEL(kept->table, answer);
    TAILQ_REMOVE(&kept->by_age, answer, link);
    free(answer->memory);
    free(answer);
}

static struct kept_answer *
add(struct kept_answers *kept, const uint8_t digest[DIGEST_BYTES])
{
    struct kept_answer *answer = memory_take(1, sizeof(*answer));

    memcpy(answer->digest, digest, DIGEST_BYTES);
    answer->number = ++kept->last_number;
    answer->begun_ms = clock_ms();
    HASH_ADD(hh, kept->table, digest, DIGEST_BYTES, answer);
    TAILQ_INSERT_TAIL(&kept->by_age, answer, link);
    return answer;
}

/* NOLINTEND(readability-function-size, clang-analyzer-*) */

void
kept_answers_free(struct kept_answers **kept)
{
    if (*kept == NULL)
        return;
    while (!TAILQ_EMPTY(&(*kept)->by_age))
        forget(*kept, TAILQ_FIRST(&(*kept)->by_age));
    free(*kept);
    *kept = NULL;
}

/* The body by its digest; the others have no line feed. */
static void
digest_call(const struct kept_call *call, uint8_t digest[DIGEST_BYTES])
{
    uint8_t body[DIGEST_BYTES];
    char body_text[DIGEST_TEXT_SIZE];

    digest_sha256(call->body, body);
    digest_format(body, body_text);
    char *text = memory_print("%.*s\n%.*s\n%.*s\n%s", SLICE_PRINT(call->key_id),
                              SLICE_PRINT(call->id), SLICE_PRINT(call->target), body_text);
    digest_sha256(slice_of(text), digest);
    free(text);
}

/* NOLINTBEGIN(clang-analyzer-*): it takes what was forgotten for what is first next. */
/* Room for one more; what is over goes as well. */
static void
make_room(struct kept_answers *kept)
{
    struct kept_answer *oldest;
    uint64_t now_ms = clock_ms();

    while ((oldest = TAILQ_FIRST(&kept->by_age)) != NULL &&
           (now_ms - oldest->begun_ms >= (uint64_t)KEPT_ANSWERS_SECONDS * MS_PER_SECOND ||
            HASH_COUNT(kept->table) >= KEPT_ANSWERS_MAX))
        forget(kept, oldest);
}

static void
forget_beyond_bytes(struct kept_answers *kept)
{
    while (kept->bytes > KEPT_ANSWERS_BYTES_MAX)
        forget(kept, TAILQ_FIRST(&kept->by_age));
}

/* NOLINTEND(clang-analyzer-*) */

const struct kept_answer *
kept_answers_find(struct kept_answers *kept, const struct kept_call *call)
{
    uint8_t digest[DIGEST_BYTES];

    digest_call(call, digest);
    const struct kept_answer *answer = find(kept, digest);
    bool is_over = answer != NULL && clock_ms() - answer->begun_ms >=
                                         (uint64_t)KEPT_ANSWERS_SECONDS * MS_PER_SECOND;
    return is_over ? NULL : answer;
}

const struct kept_answer_text *
kept_answer_text(const struct kept_answer *answer)
{
    return answer->is_there ? &answer->text : NULL;
}

uint64_t
kept_answers_begin(struct kept_answers *kept, const struct kept_call *call)
{
    uint8_t digest[DIGEST_BYTES];

    make_room(kept);
    digest_call(call, digest);
    struct kept_answer *known = find(kept, digest);
    if (known != NULL)
        forget(kept, known);
    return add(kept, digest)->number;
}

/* The newest are asked for most. */
static struct kept_answer *
find_number(const struct kept_answers *kept, uint64_t number)
{
    struct kept_answer *answer;

    TAILQ_FOREACH_REVERSE(answer, &kept->by_age, kept_answer_list, link)
    if (answer->number == number)
        return answer;
    return NULL;
}

void
kept_answers_drop(struct kept_answers *kept, uint64_t number)
{
    struct kept_answer *answer = find_number(kept, number);

    if (answer != NULL)
        forget(kept, answer);
}

void
kept_answers_finish(struct kept_answers *kept, uint64_t number,
                    const struct kept_answer_text *text)
{
    struct kept_answer *answer = find_number(kept, number);

    if (answer == NULL)
        return;
    if (text->text.length > KEPT_ANSWERS_TEXT_MAX) {
        forget(kept, answer);
        return;
    }
    answer->memory = memory_copy_bytes(text->text.at, text->text.length);
    answer->text = *text;
    answer->text.text = slice_make(answer->memory, text->text.length);
    answer->is_there = true;
    kept->bytes += text->text.length;
    forget_beyond_bytes(kept);
}
