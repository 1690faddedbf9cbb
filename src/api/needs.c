/* SPDX-License-Identifier: Apache-2.0 */
#include "api/needs.h"

#include <stdlib.h>

#include <jansson.h>

#include "api/own_question.h"
#include "api/waiters.h"
#include "base/clock.h"
#include "base/memory.h"

#define FRESH_MS 1500

struct needs {
    struct control_calls *calls;
    struct waiters waiters;
    char *json; /* NULL: nothing is known */
    unsigned count;
    uint64_t known_ms;
    bool is_asking;
};

struct needs *
needs_new(struct control_calls *calls)
{
    struct needs *needs = memory_take(1, sizeof(*needs));

    needs->calls = calls;
    return needs;
}

void
needs_free(struct needs **needs)
{
    if (*needs == NULL)
        return;
    waiters_clear(&(*needs)->waiters);
    free((*needs)->json);
    free(*needs);
    *needs = NULL;
}

struct slice
needs_json(const struct needs *needs)
{
    return needs->json == NULL ? SLICE_LITERAL("[]") : slice_of(needs->json);
}

unsigned
needs_count(const struct needs *needs)
{
    return needs->count;
}

bool
needs_are_known(const struct needs *needs)
{
    return needs->json != NULL;
}

static void
take(struct needs *needs, struct slice body)
{
    json_t *answer = json_loadb(body.at, body.length, 0, NULL);
    json_t *list = json_object_get(answer, "Needs");

    if (json_is_array(list)) {
        free(needs->json);
        needs->json = json_dumps(list, JSON_COMPACT);
        needs->count = (unsigned)json_integer_value(json_object_get(answer, "Count"));
        needs->known_ms = clock_ms();
    }
    json_decref(answer);
}

static void
on_answer(void *argument, const struct control_answer *answer)
{
    struct needs *needs = argument;

    if (!answer->is_last)
        return;
    needs->is_asking = false;
    if (answer->status == 200)
        take(needs, answer->body);
    waiters_call(&needs->waiters);
}

void
needs_ask(struct needs *needs)
{
    if (!needs->is_asking)
        needs->is_asking =
            own_question_ask(needs->calls, "GET /v1/needs", on_answer, needs) != 0;
}

void
needs_when_fresh(struct needs *needs, void (*on_fresh)(void *argument), void *argument)
{
    bool is_fresh = needs->json != NULL && clock_ms() - needs->known_ms < FRESH_MS;

    if (!is_fresh)
        needs_ask(needs);
    if (is_fresh || !needs->is_asking)
        on_fresh(argument);
    else
        waiters_add(&needs->waiters, on_fresh, argument);
}
