/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks are sorted into those that are kept, those that are to be replaced, and those that are
 * of no use; then as many start as the upper bound lets, and as many stop as the lower one.
 * What comes of that is seen with the next plan. Start reading at plan_make.
 */
#include "control/scheduler/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* What is to become of a task. */
enum fate {
    FATE_NONE,    /* it is stopping, or lost: it counts for nothing */
    FATE_KEPT,    /* of the PRIMARY deployment, and nothing is wrong with it */
    FATE_REPLACED /* it stays until something else is there in its place */
};

struct view {
    enum fate fate;
    enum plan_reason reason; /* of a replacement */
    bool is_healthy, is_stopped;
};

struct planning {
    struct plan *plan;
    const struct plan_service *service;
    const struct plan_task *tasks;
    struct view *views;
    size_t task_count;
    struct placement_instance *instances;
    size_t instance_count;
    uint32_t *zones; /* of each instance the first one in its zone, which stands for it */
    unsigned *kept_in, *kept_on; /* by such a zone, by instance */
    unsigned desired, most, least;
    unsigned alive;   /* kept and to be replaced, not stopped by this plan */
    unsigned kept;    /* of these */
    unsigned healthy; /* of all alive */
    unsigned healthy_kept;
};

static const struct placement_instance *
instance_of(const struct planning *planning, size_t task)
{
    uint32_t index = planning->tasks[task].instance;

    return index < planning->instance_count ? &planning->instances[index] : NULL;
}

static bool
is_same_zone(const struct placement_instance *one, const struct placement_instance *other)
{
    return one->zone == other->zone ||
           (one->zone != NULL && other->zone != NULL && strcmp(one->zone, other->zone) == 0);
}

static void
name_zones(struct planning *planning)
{
    for (size_t i = 0; i < planning->instance_count; i++) {
        size_t first = 0;
        while (!is_same_zone(&planning->instances[first], &planning->instances[i]))
            first++;
        planning->zones[i] = (uint32_t)first;
    }
}

static void
count(struct planning *planning, size_t task, int how)
{
    const struct view *view = &planning->views[task];
    uint32_t instance = planning->tasks[task].instance;

    planning->alive += (unsigned)how;
    if (view->is_healthy)
        planning->healthy += (unsigned)how;
    if (view->fate != FATE_KEPT)
        return;
    planning->kept += (unsigned)how;
    planning->kept_on[instance] += (unsigned)how;
    planning->kept_in[planning->zones[instance]] += (unsigned)how;
    if (view->is_healthy)
        planning->healthy_kept += (unsigned)how;
}

static void
stop(struct planning *planning, size_t task, enum plan_reason reason)
{
    struct view *view = &planning->views[task];
    struct plan *plan = planning->plan;

    if (view->is_stopped || view->fate == FATE_NONE)
        return;
    plan->stops[plan->stop_count++] = (struct plan_stop){(uint32_t)task, reason};
    view->is_stopped = true;
    count(planning, task, -1);
}

static enum fate
judge_fate(const struct planning *planning, size_t index, enum plan_reason *reason)
{
    const struct plan_task *task = &planning->tasks[index];
    const struct placement_instance *instance = instance_of(planning, index);

    if (task->life == PLAN_STOPPING || instance == NULL || instance->is_lost)
        return FATE_NONE;
    if (!task->is_primary) {
        *reason = PLAN_REPLACED;
        return FATE_REPLACED;
    }
    if (!instance->is_active) {
        *reason = PLAN_INSTANCE_DRAINING;
        return FATE_REPLACED;
    }
    if (task->life == PLAN_RUNNING && task->health == PLAN_UNHEALTHY && !task->is_in_grace) {
        *reason = PLAN_UNHEALTHY_TASK;
        return FATE_REPLACED;
    }
    return FATE_KEPT;
}

static void
sort_tasks(struct planning *planning)
{
    for (size_t i = 0; i < planning->task_count; i++) {
        struct view *view = &planning->views[i];
        view->fate = judge_fate(planning, i, &view->reason);
        if (view->fate == FATE_NONE)
            continue;
        view->is_healthy = planning->tasks[i].life == PLAN_RUNNING &&
                           planning->tasks[i].health == PLAN_HEALTHY;
        count(planning, i, 1);
        planning->instances[planning->tasks[i].instance].own +=
            view->fate == FATE_KEPT || planning->service->is_daemon;
    }
}

/* Nothing can come to a task that has not begun: it goes at once. */
static void
stop_useless(struct planning *planning)
{
    for (size_t i = 0; i < planning->task_count; i++) {
        struct view *view = &planning->views[i];
        const struct plan_task *task = &planning->tasks[i];
        bool is_sick = task->health == PLAN_UNHEALTHY && !task->is_in_grace &&
                       view->reason == PLAN_REPLACED;
        if (view->fate == FATE_REPLACED && (task->life == PLAN_STARTING || is_sick))
            stop(planning, i, view->reason);
    }
}

static unsigned
count_in_zone(const struct planning *planning, size_t task)
{
    return planning->kept_in[planning->zones[planning->tasks[task].instance]];
}

/* Whether one is rather stopped than the other: who is where most are, is not healthy, is
 * young. */
static bool
goes_before(const struct planning *planning, size_t one, size_t other)
{
    const struct plan_task *tasks = planning->tasks;
    const struct view *views = planning->views;
    unsigned in_zone = count_in_zone(planning, one);
    unsigned in_other_zone = count_in_zone(planning, other);
    unsigned here = planning->kept_on[tasks[one].instance];
    unsigned there = planning->kept_on[tasks[other].instance];

    if (in_zone != in_other_zone)
        return in_zone > in_other_zone;
    if (views[one].is_healthy != views[other].is_healthy)
        return !views[one].is_healthy;
    if (here != there)
        return here > there;
    return tasks[one].created_us > tasks[other].created_us;
}

/* As many: there is none, or a healthy one that is needed until what was started in its place
 * is healthy, too. */
static size_t
choose_surplus(const struct planning *planning)
{
    size_t best = planning->task_count;

    for (size_t i = 0; i < planning->task_count; i++)
        if (planning->views[i].fate == FATE_KEPT && !planning->views[i].is_stopped &&
            (best == planning->task_count || goes_before(planning, i, best)))
            best = i;
    if (best < planning->task_count && planning->views[best].is_healthy &&
        planning->healthy <= planning->least)
        return planning->task_count;
    return best;
}

static void
stop_surplus(struct planning *planning)
{
    for (size_t i = 0; i < planning->task_count && planning->desired == 0; i++)
        stop(planning, i, PLAN_SCALED_IN);
    while (planning->kept > planning->desired) {
        size_t surplus = choose_surplus(planning);
        if (surplus == planning->task_count)
            return;
        stop(planning, surplus, PLAN_SCALED_IN);
    }
}

static void
start_one(struct planning *planning)
{
    struct plan *plan = planning->plan;
    uint32_t instance =
        placement_take(planning->service->rules, &planning->service->needs, planning->instances,
                       planning->instance_count, &plan->failure);

    if (instance == PLACEMENT_NOWHERE) {
        plan->unplaced++;
        return;
    }
    plan->starts = memory_resize(plan->starts, plan->start_count + 1, sizeof(*plan->starts));
    plan->starts[plan->start_count++] = instance;
    planning->alive++;
    planning->kept++;
}

static void
start_missing(struct planning *planning)
{
    unsigned missing =
        planning->desired > planning->kept ? planning->desired - planning->kept : 0;
    unsigned room = planning->most > planning->alive ? planning->most - planning->alive : 0;

    if (!planning->service->may_start)
        return;
    for (unsigned i = 0; i < missing && i < room; i++)
        start_one(planning);
}

/* An unhealthy one may still answer: it goes when its replacement is well, or to make room for
 * it. */
static void
stop_unhealthy(struct planning *planning)
{
    for (size_t i = 0; i < planning->task_count; i++) {
        const struct view *view = &planning->views[i];
        bool has_replacement = planning->healthy_kept >= planning->desired;
        bool is_in_the_way =
            planning->kept < planning->desired && planning->alive >= planning->most;
        if (view->fate == FATE_REPLACED && view->reason == PLAN_UNHEALTHY_TASK &&
            (has_replacement || is_in_the_way))
            stop(planning, i, PLAN_UNHEALTHY_TASK);
    }
}

/* As many as the lower bound lets, and, while something is missing, as are in the way. */
static void
stop_replaced(struct planning *planning)
{
    for (size_t i = 0; i < planning->task_count; i++) {
        const struct view *view = &planning->views[i];
        if (view->fate != FATE_REPLACED || view->is_stopped ||
            view->reason == PLAN_UNHEALTHY_TASK)
            continue;
        bool may_go = view->is_healthy ? planning->healthy > planning->least
                                       : planning->healthy >= planning->least;
        if (planning->desired == 0 || may_go)
            stop(planning, i, view->reason);
    }
}

static void
bound(struct planning *planning)
{
    const struct plan_service *service = planning->service;
    uint64_t most = (uint64_t)planning->desired * service->maximum_percent / 100;
    uint64_t least = ((uint64_t)planning->desired * service->minimum_percent + 99) / 100;

    planning->most = most > UINT32_MAX ? UINT32_MAX : (unsigned)most;
    planning->least = (unsigned)least;
    planning->plan->desired = planning->desired;
    planning->plan->cannot_roll = planning->desired > 0 &&
                                  planning->most <= planning->desired &&
                                  planning->least >= planning->desired;
}

/* One on every instance that may have one. */
static bool
wants_daemon(const struct planning *planning, const struct placement_instance *instance)
{
    const struct placement_needs nothing = {0};
    struct placement_instance empty = *instance;

    empty.own = 0;
    return placement_judge(planning->service->rules, &nothing, &empty) == PLACEMENT_POSSIBLE;
}

static void
count_daemons(struct planning *planning)
{
    planning->desired = 0;
    for (size_t i = 0; i < planning->instance_count; i++)
        planning->desired += wants_daemon(planning, &planning->instances[i]);
}

/* The tasks that are on an instance, and those of them that are kept. */
static void
count_there(const struct planning *planning, size_t instance, unsigned *all, unsigned *kept)
{
    *all = *kept = 0;
    for (size_t i = 0; i < planning->task_count; i++) {
        const struct view *view = &planning->views[i];
        if (view->fate == FATE_NONE || view->is_stopped ||
            planning->tasks[i].instance != instance)
            continue;
        *all += 1;
        *kept += view->fate == FATE_KEPT;
    }
}

static void
start_daemon(struct planning *planning, size_t index)
{
    struct placement_instance *instance = &planning->instances[index];
    struct plan *plan = planning->plan;
    unsigned all, kept;

    count_there(planning, index, &all, &kept);
    bool has_room = all == 0 || planning->most > planning->desired;
    if (!wants_daemon(planning, instance) || kept > 0 || !has_room ||
        !planning->service->may_start || planning->alive >= planning->most)
        return;
    uint32_t own = instance->own;
    instance->own = 0;
    enum placement_obstacle obstacle =
        placement_judge(planning->service->rules, &planning->service->needs, instance);
    instance->own = own;
    if (obstacle != PLACEMENT_POSSIBLE) {
        plan->unplaced++;
        plan->failure = (struct placement_failure){obstacle, (uint32_t)index};
        return;
    }
    placement_note(instance, &planning->service->needs);
    plan->starts = memory_resize(plan->starts, plan->start_count + 1, sizeof(*plan->starts));
    plan->starts[plan->start_count++] = (uint32_t)index;
    planning->alive++;
    planning->kept++;
}

/* Of two on one instance the younger goes; one on an instance that is to have none, too. */
static void
stop_daemons(struct planning *planning)
{
    for (size_t i = 0; i < planning->task_count; i++) {
        const struct placement_instance *instance = instance_of(planning, i);
        if (planning->views[i].fate != FATE_KEPT || planning->views[i].is_stopped)
            continue;
        bool is_surplus = !wants_daemon(planning, instance);
        for (size_t j = 0; j < planning->task_count && !is_surplus; j++)
            is_surplus =
                j != i && planning->views[j].fate == FATE_KEPT &&
                !planning->views[j].is_stopped &&
                planning->tasks[j].instance == planning->tasks[i].instance &&
                (planning->tasks[j].created_us < planning->tasks[i].created_us ||
                 (planning->tasks[j].created_us == planning->tasks[i].created_us && j < i));
        if (is_surplus)
            stop(planning, i, PLAN_SCALED_IN);
    }
}

static void
plan_daemons(struct planning *planning)
{
    stop_daemons(planning);
    for (size_t i = 0; i < planning->instance_count; i++)
        start_daemon(planning, i);
}

/* Whether another one can be started in a zone that has two less. */
static bool
is_emptier(const struct planning *planning, size_t index, unsigned fullest)
{
    const struct placement_instance *instance = &planning->instances[index];

    return instance->zone != NULL && planning->kept_in[planning->zones[index]] + 1 < fullest &&
           placement_judge(planning->service->rules, &planning->service->needs, instance) ==
               PLACEMENT_POSSIBLE;
}

static bool are_all_kept(const struct planning *planning);

/* One is started where fewer are; then one is too many where more are. */
static void
rebalance(struct planning *planning)
{
    unsigned fullest = 0;

    if (!planning->service->rebalances_zones || !planning->service->may_start ||
        !are_all_kept(planning) || planning->most <= planning->desired)
        return;
    for (size_t i = 0; i < planning->instance_count; i++)
        if (planning->kept_in[i] > fullest)
            fullest = planning->kept_in[i];
    for (size_t i = 0; i < planning->instance_count; i++)
        if (is_emptier(planning, i, fullest)) {
            start_one(planning);
            return;
        }
}

static bool
are_all_kept(const struct planning *planning)
{
    return planning->alive == planning->kept && planning->kept == planning->desired &&
           planning->healthy_kept == planning->desired;
}

void
plan_make(struct plan *plan, const struct plan_service *service, const struct plan_field *field)
{
    struct planning planning = {.plan = plan,
                                .service = service,
                                .tasks = field->tasks,
                                .task_count = field->task_count,
                                .instances = field->instances,
                                .instance_count = field->instance_count,
                                .desired = service->desired};

    *plan = (struct plan){.stops = memory_take(field->task_count + 1, sizeof(*plan->stops))};
    planning.views = memory_take(field->task_count + 1, sizeof(*planning.views));
    planning.zones = memory_take(field->instance_count + 1, sizeof(*planning.zones));
    planning.kept_in = memory_take(field->instance_count + 1, sizeof(*planning.kept_in));
    planning.kept_on = memory_take(field->instance_count + 1, sizeof(*planning.kept_on));
    name_zones(&planning);
    sort_tasks(&planning);
    if (service->is_daemon)
        count_daemons(&planning);
    bound(&planning);
    stop_useless(&planning);
    if (service->is_daemon) {
        plan_daemons(&planning);
    } else {
        stop_surplus(&planning);
        start_missing(&planning);
        rebalance(&planning);
    }
    stop_unhealthy(&planning);
    stop_replaced(&planning);
    plan->cannot_roll = plan->cannot_roll && planning.alive > planning.kept;
    plan->is_complete =
        plan->start_count == 0 && plan->stop_count == 0 && are_all_kept(&planning);
    free(planning.views);
    free(planning.zones);
    free(planning.kept_in);
    free(planning.kept_on);
}

void
plan_clear(struct plan *plan)
{
    free(plan->starts);
    free(plan->stops);
    *plan = (struct plan){.starts = NULL};
}
