/* SPDX-License-Identifier: Apache-2.0 */
/* The invariants, by what they are about. */
#include "worker/exchange/exchange_check.h"

#include <stdio.h>

#include "base/check.h"
#include "worker/shared/context.h"

/* Steps in which no target has been chosen, or the last one was let go of. */
#define STEPS_WITHOUT_TARGET                                                                   \
    (1U << STEP_READ_HEAD | 1U << STEP_ROUTE | 1U << STEP_CHOOSE_TARGET | 1U << STEP_HOLD |    \
     1U << STEP_PAUSE | 1U << STEP_DOUBT)

/* Steps that speak to a target. */
#define STEPS_WITH_LINK (1U << STEP_SEND_HEAD | 1U << STEP_TUNNEL)

static bool
is_one_of(enum exchange_step step, unsigned steps)
{
    return (steps >> step & 1) != 0;
}

static void
check_target(const struct exchange *exchange)
{
    const struct target_state *target = exchange->target;

    CHECK(target == NULL || !is_one_of(exchange->step, STEPS_WITHOUT_TARGET));
    CHECK(target == NULL ||
          (exchange->choice_view != NULL && target->in_flight > 0 && exchange->attempts > 0 &&
           exchange->tried[exchange->attempts - 1] == target->id));
}

static void
check_link(const struct exchange *exchange)
{
    const struct target_link *link = exchange->link;

    CHECK(link != NULL || !is_one_of(exchange->step, STEPS_WITH_LINK));
    CHECK(link == NULL || (link->exchange == exchange && link->target == exchange->target));
    /* Whoever waits in a line has nothing that somebody else could use meanwhile. */
    CHECK(exchange->line == NULL || link == NULL);
}

static void
check_progress(const struct exchange *exchange)
{
    enum exchange_response_state response = exchange->response_state;

    CHECK(exchange->step != STEP_RELAY ||
          (exchange->link == NULL) == (response == RESPONSE_READ));
    CHECK(exchange->step != STEP_REST || response == RESPONSE_READ);
    CHECK(exchange->request_pipe == NULL || !exchange->body_is_held);
    CHECK(exchange->response_pipe == NULL ||
          (response == RESPONSE_HEAD_SENT && exchange->link != NULL));
    CHECK(!exchange->is_upgraded || response == RESPONSE_HEAD_SENT);
    CHECK(exchange->rule_action != NULL || exchange->group == NULL);
}

static void
check_end(const struct exchange *exchange)
{
    CHECK(exchange->end < END_REASON_COUNT);
    CHECK(exchange->end != END_COMPLETE ||
          (exchange->response_state == RESPONSE_READ && exchange->status != 0));
}

void
exchange_check(const struct exchange *exchange)
{
    CHECK(exchange->carrier->exchange == exchange && exchange->view != NULL);
    check_target(exchange);
    check_link(exchange);
    check_progress(exchange);
    if (exchange->step == STEP_FINISH)
        check_end(exchange);
}

void
exchange_check_let_go(const struct exchange *exchange)
{
    CHECK(exchange->target == NULL && exchange->link == NULL && exchange->line == NULL);
    CHECK(exchange->request_pipe == NULL && exchange->response_pipe == NULL);
    CHECK(!timer_is_set(&exchange->timer));
}

static long
rule_priority(const struct exchange *exchange)
{
    return exchange->rule == SNAPSHOT_NO_INDEX
               ? -1
               : (long)snapshot_rule(exchange->view->snapshot, exchange->rule)->priority;
}

void
exchange_describe(const void *subject, char *words, size_t size)
{
    const struct exchange *exchange = subject;
    char target[ADDRESS_TEXT_SIZE] = "none";

    if (exchange->target != NULL)
        (void)address_format_with_port(&exchange->target->dial, target);
    (void)snprintf(words, size,
                   "%s (step %s) in connection %016llx, rule priority %ld, target %s",
                   exchange->row->text, exchange->row->name,
                   (unsigned long long)exchange->carrier->id, rule_priority(exchange), target);
}
