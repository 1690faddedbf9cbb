/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the exchanges of the lines (exchange_join_line) that a new view may concern. */
#include "worker/exchange/waiting.h"

#include "worker/exchange/exchange_run.h"
#include "worker/shared/context.h"

static void
release_group(const struct view_group *group)
{
    struct exchange *exchange;

    if (group->roster->vacancy == VACANCY_HOLDS)
        return;
    while ((exchange = TAILQ_FIRST(&group->state->held.exchanges)) != NULL)
        exchange_on_released(exchange);
}

static void
release_held(struct worker *worker)
{
    struct view *view = view_pin(worker->view);

    for (uint32_t i = 0; i < snapshot_group_count(view->snapshot); i++)
        release_group(&view->groups[i]);
    view_unpin(worker, &view);
}

/* Those that are in doubt still stay in the line. */
static void
release_doubted(struct worker *worker)
{
    struct exchange *exchange, *next;

    for (exchange = TAILQ_FIRST(&worker->doubted.exchanges); exchange != NULL;
         exchange = next) {
        next = TAILQ_NEXT(exchange, line_entry);
        exchange_run(exchange);
    }
}

void
waiting_release(struct worker *worker)
{
    release_held(worker);
    release_doubted(worker);
}
