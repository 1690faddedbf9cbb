/* SPDX-License-Identifier: Apache-2.0 */
/* The two hash tables of runtime state; lookups happen once a generation, never on a request's
 * way. */
#include "worker/targets/target_table.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/random.h"
#include "worker/shared/context.h"
#include "worker/targets/retry_budget.h"

/* Idle connections older than this are not trusted before the target's own timeout is known. */
#define KEEP_ALIVE_DEFAULT_MS 60000

struct target_table *
target_table_new(void)
{
    return memory_take(1, sizeof(struct target_table));
}

void
target_table_free(struct target_table **table)
{
    CHECK((*table)->targets == NULL && (*table)->groups == NULL);
    free(*table);
    *table = NULL;
}

/* NOLINTBEGIN(readability-function-size): uthash's macros are long. */
struct target_state *
target_table_find(struct target_table *table, uint64_t id)
{
    struct target_state *target;

    HASH_FIND(hh, table->targets, &id, sizeof(id), target);
    return target;
}

static void
add_target(struct target_table *table, struct target_state *target)
{
    HASH_ADD(hh, table->targets, id, sizeof(target->id), target);
}

/* NOLINTEND(readability-function-size) */

/* The row may be another target's of before, unless this worker's forerunner counted in it. */
static void
take_counters(struct target_state *target, struct counters *counters)
{
    target->counters = &counters->targets[target->counter_row];
    if (counter_read(&target->counters->target_id) == target->id)
        return;
    *target->counters = (struct target_counters){0};
    counter_set(&target->counters->target_id, target->id);
}

struct target_state *
target_table_add(struct worker *worker, const struct snapshot_target *row, uint64_t identity)
{
    struct target_state *target = memory_take(1, sizeof(*target));

    CHECK(row->counter_row < COUNTERS_TARGET_ROWS);
    target->id = row->id;
    target->dial = row->dial;
    target->counter_row = row->counter_row;
    target->identity = identity;
    target->keep_alive_ms = KEEP_ALIVE_DEFAULT_MS;
    target->anomaly_share = 100;
    TAILQ_INIT(&target->idle);
    TAILQ_INIT(&target->busy);
    TAILQ_INIT(&target->pinned);
    TAILQ_INIT(&target->sessions);
    take_counters(target, worker->counters);
    add_target(worker->targets, target);
    return target;
}

void
target_table_dial(struct target_state *target, const struct address *dial)
{
    if (address_equal(&target->dial, dial))
        return;
    target->dial = *dial;
    target->link_kind->close_idle(target);
}

void
target_state_speak(struct target_state *target, const struct target_link_kind *kind)
{
    const struct target_link_kind *before = target->link_kind;

    target->link_kind = kind;
    if (before == NULL || before == kind)
        return;
    before->close_idle(target);
    before->close_pinned(target);
}

void
target_table_close_idle(struct worker *worker)
{
    struct target_state *target, *next;

    HASH_ITER (hh, worker->targets->targets, target, next)
        target->link_kind->close_idle(target);
}

/* NOLINTBEGIN(readability-function-size): uthash's macros are long. */
static void
free_target(struct worker *worker, struct target_state *target)
{
    HASH_DEL(worker->targets->targets, target);
    tls_peer_forget(&target->tls);
    loop_free_later(worker->loop, target, NULL);
}

/* NOLINTEND(readability-function-size) */

static void
free_when_unused(struct worker *worker, struct target_state *target)
{
    if (target->views > 0 || target->in_flight > 0)
        return;
    target->link_kind->close_idle(target);
    target->link_kind->close_pinned(target);
    if (target->connection_count == 0)
        free_target(worker, target);
}

void
target_table_release(struct worker *worker, struct target_state **target)
{
    struct target_state *released = *target;

    *target = NULL;
    CHECK(released->views > 0);
    released->views--;
    free_when_unused(worker, released);
}

/* NOLINTBEGIN(readability-function-size): uthash's macros are long. */
static struct group_state *
find_group(struct target_table *table, uint32_t id)
{
    struct group_state *group = NULL;

    HASH_FIND(hh, table->groups, &id, sizeof(id), group);
    return group;
}

static struct group_state *
add_group(struct target_table *table, uint32_t id)
{
    struct group_state *group = memory_take(1, sizeof(*group));

    group->id = id;
    TAILQ_INIT(&group->held.exchanges);
    /* Workers begin at different places, or the first target would get every first request. */
    group->round_robin = random_next();
    retry_budget_init(group);
    HASH_ADD(hh, table->groups, id, sizeof(group->id), group);
    return group;
}

/* NOLINTEND(readability-function-size) */

struct group_state *
target_table_use_group(struct worker *worker, uint32_t group_id)
{
    struct group_state *group = find_group(worker->targets, group_id);

    if (group == NULL)
        group = add_group(worker->targets, group_id);
    group->views++;
    return group;
}

/* NOLINTBEGIN(readability-function-size): uthash's macros are long. */
static void
free_group(struct target_table *table, struct group_state *group)
{
    CHECK(group->held.count == 0);
    HASH_DEL(table->groups, group);
    free(group);
}

/* NOLINTEND(readability-function-size) */

void
target_table_release_group(struct worker *worker, struct group_state **group)
{
    struct group_state *released = *group;

    *group = NULL;
    if (--released->views == 0)
        free_group(worker->targets, released);
}

void
target_state_begin(struct target_state *target)
{
    target->in_flight++;
    target->requests++;
    counter_add(&target->counters->in_flight, 1);
    counter_add(&target->counters->requests, 1);
}

void
target_state_end(struct worker *worker, struct target_state **target)
{
    struct target_state *ended = *target;

    *target = NULL;
    if (ended == NULL)
        return;
    CHECK(ended->in_flight > 0);
    ended->in_flight--;
    if (target_state_owns_row(ended))
        counter_add(&ended->counters->in_flight, (uint64_t)-1);
    free_when_unused(worker, ended);
}

void
target_state_note_connect_failure(struct target_state *target)
{
    target->connect_failures++;
    counter_add(&target->counters->connect_failures, 1);
}

void
target_state_note_reset(struct target_state *target)
{
    target->resets++;
    counter_add(&target->counters->resets, 1);
}

uint64_t
target_state_outstanding(const struct worker *worker, const struct target_state *target)
{
    uint64_t total = 0;

    for (unsigned slot = 1; slot <= worker->worker_count && slot < COUNTERS_SLOTS; slot++) {
        const struct counters *counters = worker->others[slot];
        if (counters == NULL)
            continue;
        const struct target_counters *row = &counters->targets[target->counter_row];
        if (counter_read(&row->target_id) == target->id)
            total += counter_read(&row->in_flight);
    }
    return total;
}
