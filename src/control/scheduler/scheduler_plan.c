/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between a service and its plan: what there is, in the plan's words; and what is to be done,
 * done and told. Start reading at scheduler_plan.
 */
#include "control/scheduler/scheduler_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "control/scheduler/placement_view.h"
#include "control/scheduler/plan.h"
#include "control/scheduler/task_observe.h"

/* Of an event: ids of tasks that are told. */
#define TASKS_TOLD 20
#define TASK_TEXT_SIZE 48
/* Of a task without any check. */
#define WELL_AFTER_MS 3000

/* A service and what there is for it, for one plan. */
struct round {
    struct scheduler *scheduler;
    struct service *service;
    struct placement_view *view;
    struct scheduled_task **tasks; /* of the plan's */
    struct plan_task *plan_tasks;
    size_t count;
    struct task_size size; /* of the definition */
    json_t *definition;
    const struct placement_rules *rules;
    char *group; /* that the rules ask for; NULL: they do not */
};

static enum plan_life
plan_life_of(enum task_life life)
{
    static const enum plan_life lives[LIFE_COUNT] = {

#define TASK_LIFE(id, counts_as) [LIFE_##id] = PLAN_##counts_as,
#include "control/scheduler/task_lives.def"
#undef TASK_LIFE
    };

    return lives[life];
}

/* Of the balancer's checks and the containers' own: both have to be well. */
static enum plan_health
health_of(const struct scheduler *scheduler, const struct scheduled_task *task)
{
    struct task_targets targets = task_observe_targets(&scheduler->task_parts, task);
    enum task_health own = scheduled_task_health(task);

    if (targets.unhealthy > 0 || own == TASK_HEALTH_UNHEALTHY)
        return PLAN_UNHEALTHY;
    /* Its targets left since its port refuses and its engine is away: it is not starting. One
     * that was joined has not had its targets yet, and neither is its engine asked. */
    if (task->has_had_targets && targets.registered < task->targets_expected &&
        !instance_is_connected(task->instance))
        return PLAN_UNHEALTHY;
    if (targets.healthy < task->targets_expected ||
        (scheduled_task_has_check(task) && own != TASK_HEALTH_HEALTHY))
        return PLAN_HEALTH_UNKNOWN;
    return PLAN_HEALTHY;
}

static bool
is_in_grace(const struct service *service, const struct scheduled_task *task)
{
    json_int_t seconds = json_integer_value(
        service_document_given(service->document, "healthCheckGracePeriodSeconds"));

    return task->life == LIFE_RUNNING && seconds > 0 &&
           clock_ms() < task->running_ms + (uint64_t)seconds * 1000;
}

static bool
has_any_check(const struct scheduled_task *task)
{
    return task->targets_expected > 0 || scheduled_task_has_check(task);
}

/* A program that ends as soon as it has begun was never well. */
static void
note_well(struct round *round, struct scheduled_task *task)
{
    struct service *service = round->service;

    if (task_observe_targets(&round->scheduler->task_parts, task).registered >=
        task->targets_expected)
        task->has_had_targets = true;
    if (task->has_been_well || task->life != LIFE_RUNNING ||
        health_of(round->scheduler, task) != PLAN_HEALTHY ||
        (!has_any_check(task) && clock_ms() < task->running_ms + WELL_AFTER_MS))
        return;
    task->has_been_well = true;
    if (!text_is_same(task->deployment, service->deployment))
        return;
    breaker_note_running(&service->breaker);
    service->is_told_of_failures = false;
}

static void
add_task(struct round *round, struct scheduled_task *task)
{
    note_well(round, task);
    round->tasks[round->count] = task;
    round->plan_tasks[round->count++] = (struct plan_task){
        .is_primary = text_is_same(task->deployment, round->service->deployment),
        .is_in_grace = is_in_grace(round->service, task),
        .life = task->is_wanted && !scheduled_task_is_ending(task) ? plan_life_of(task->life)
                                                                   : PLAN_STOPPING,
        .health = health_of(round->scheduler, task),
        .instance = placement_view_find(round->view, task->instance),
        .created_us = task->created_us,
    };
}

static void
begin(struct round *round, struct scheduler *scheduler, struct service *service)
{
    struct scheduled_task *task;
    size_t count = 0;

    *round = (struct round){.scheduler = scheduler, .service = service};
    round->view = scheduler_view(scheduler, service->cluster);
    placement_view_begin(round->view);
    LIST_FOREACH (task, &service->tasks, of_service)
        count++;
    round->tasks = memory_take(count + 1, sizeof(struct scheduled_task *));
    round->plan_tasks = memory_take(count + 1, sizeof(*round->plan_tasks));
    LIST_FOREACH (task, &service->tasks, of_service)
        add_task(round, task);
    round->definition = scheduler_definition(
        scheduler, service_document_text(service->document, "taskDefinition"));
    round->size = task_size_of(round->definition);
    round->rules = service_placement(service, round->definition);
    if (!placement_rules_ask_for_groups(round->rules))
        return;
    round->group = memory_print("service:%s", service->name);
    placement_view_find_groups(round->view);
}

static void
end(struct round *round)
{
    free(round->tasks);
    free(round->plan_tasks);
    free(round->group);
    task_size_clear(&round->size);
}

static const char *
rollout_state(const struct service *service)
{
    return service_document_text(service_document_primary(service->document), "rolloutState");
}

static bool
breaks(const struct service *service, const char *member)
{
    const json_t *breaker =
        json_object_get(service_document_given(service->document, "deploymentConfiguration"),
                        "deploymentCircuitBreaker");

    return json_is_true(json_object_get(breaker, member));
}

/* A deployment that has failed stays as it is. */
static bool
may_start(const struct service *service)
{
    return strcmp(rollout_state(service), "FAILED") != 0 &&
           breaker_may_start(&service->breaker, clock_ms());
}

static struct plan_service
plan_service_of(struct round *round)
{
    struct placement_needs needs = placement_view_needs(&round->size);
    const struct service *service = round->service;
    const char *rebalancing = json_string_value(
        service_document_given(service->document, "availabilityZoneRebalancing"));
    bool is_active = service_document_is_active(service->document);

    needs.group = round->group;
    return (struct plan_service){
        .is_daemon = service_document_is_daemon(service->document) && is_active,
        .may_start = is_active && round->definition != NULL && may_start(service),
        .rebalances_zones = rebalancing != NULL && strcmp(rebalancing, "ENABLED") == 0,
        .desired = is_active ? service_desired(service) : 0,
        .minimum_percent = service_document_minimum_percent(service->document),
        .maximum_percent = service_document_maximum_percent(service->document),
        .needs = needs,
        .rules = round->rules,
    };
}

static void
tell(struct scheduler *scheduler, struct service *service, const char *text)
{
    service_events_add(&service->events, service->name, "%s", text);
    event_log_add(scheduler->parts.events, EVENT_SERVICE, service->name, "%s", text);
}

/* "has started 2 tasks: (task ID) (task ID)." */
static void
tell_of_tasks(struct scheduler *scheduler, struct service *service, const char *what,
              struct scheduled_task *const *tasks, size_t count)
{
    char list[TASKS_TOLD * TASK_TEXT_SIZE] = "";
    size_t length = 0;

    for (size_t i = 0; i < count && i < TASKS_TOLD; i++)
        length +=
            (size_t)snprintf(list + length, sizeof(list) - length, " (task %s)", tasks[i]->id);
    char *text =
        memory_print("has %s:%s%s.", what, list, count > TASKS_TOLD ? " and others" : "");
    tell(scheduler, service, text);
    free(text);
}

static struct scheduled_task *
start(struct round *round, uint32_t instance)
{
    struct service *service = round->service;
    struct scheduled_task *task = scheduled_task_new(
        NULL, service->cluster, service_document_text(service->document, "taskDefinition"),
        round->definition);

    task->service = memory_copy_text(service->name);
    task->deployment = memory_copy_text(service->deployment);
    task->instance = round->view->all[instance];
    return scheduler_add_task(round->scheduler, task, service);
}

static void
start_all(struct round *round, const struct plan *plan)
{
    if (plan->start_count == 0)
        return;
    struct scheduled_task **started =
        memory_take(plan->start_count, sizeof(struct scheduled_task *));
    for (size_t i = 0; i < plan->start_count; i++)
        started[i] = start(round, plan->starts[i]);
    char *what = memory_print("started %zu tasks", plan->start_count);
    tell_of_tasks(round->scheduler, round->service, what, started, plan->start_count);
    free(what);
    free(started);
}

/* A group's ARN, as the service was given it. */
static const char *
group_arn(const struct service *service, const char *group)
{
    const json_t *list = service_document_given(service->document, "loadBalancers"), *one;
    char *part = memory_print(":targetgroup/%s/", group);
    const char *found = group;
    size_t index;

    json_array_foreach (list, index, one) {
        const char *arn = service_document_text(one, "targetGroupArn");
        if (strstr(arn, part) != NULL)
            found = arn;
    }
    free(part);
    return found;
}

/* Why, in ECS's words; to free(). */
static char *
reason_of(const struct round *round, enum plan_reason reason, const struct scheduled_task *task)
{
    const struct registered_target *target =
        reason == PLAN_UNHEALTHY_TASK
            ? task_observe_unhealthy(&round->scheduler->task_parts, task)
            : NULL;

    if (target != NULL)
        return memory_print("Task failed ELB health checks in (target-group %s)",
                            group_arn(round->service, target->group));
    if (reason == PLAN_UNHEALTHY_TASK)
        return memory_copy_text("Task failed container health checks");
    return memory_print("Scaling activity initiated by (deployment %s)",
                        round->service->deployment);
}

/* What its checks say, before it goes for that. */
static void
tell_of_unhealthy(struct round *round, const struct scheduled_task *task)
{
    const struct registered_target *target =
        task_observe_unhealthy(&round->scheduler->task_parts, task);
    char why[128];

    round->service->failed_tasks++;
    breaker_note_failure(&round->service->breaker, clock_ms());
    if (target == NULL)
        return;
    target_describe(target, why, sizeof(why));
    char *text = memory_print(
        "(instance %s) (port %u) is unhealthy in (target-group %s) due to (reason %s)",
        task->instance->id, target->place.address.port,
        group_arn(round->service, target->group), why);
    tell(round->scheduler, round->service, text);
    free(text);
}

static void
stop_all(struct round *round, const struct plan *plan)
{
    struct scheduled_task **stopped =
        memory_take(plan->stop_count + 1, sizeof(struct scheduled_task *));

    for (size_t i = 0; i < plan->stop_count; i++) {
        struct scheduled_task *task = stopped[i] = round->tasks[plan->stops[i].task];
        char *reason = reason_of(round, plan->stops[i].reason, task);
        if (plan->stops[i].reason == PLAN_UNHEALTHY_TASK)
            tell_of_unhealthy(round, task);
        scheduled_task_stop(task, STOP_CODE_SERVICE_SCHEDULER_INITIATED, reason);
        free(reason);
    }
    if (plan->stop_count > 0) {
        char *what = memory_print("stopped %zu running tasks", plan->stop_count);
        tell_of_tasks(round->scheduler, round->service, what, stopped, plan->stop_count);
        free(what);
        if (json_array_size(service_document_given(round->service->document, "loadBalancers")) >
            0) {
            char *text =
                memory_print("has begun draining connections on %zu tasks.", plan->stop_count);
            tell(round->scheduler, round->service, text);
            free(text);
        }
    }
    free(stopped);
}

/* Once, as long as it is the same. */
static void
tell_of_unplaced(struct round *round, const struct plan *plan)
{
    static const char start_of_all[] =
        "was unable to place a task because no container instance met all of its requirements.";
    struct service *service = round->service;
    const struct placement_failure *failure = &plan->failure;
    char *text = NULL;

    if (plan->unplaced > 0 && failure->instance == PLACEMENT_NOWHERE)
        text = memory_print("%s Reason: %s", start_of_all,
                            placement_obstacle_text(failure->obstacle));
    else if (plan->unplaced > 0)
        text = memory_print("%s The closest matching (container-instance %s) %s", start_of_all,
                            round->view->all[failure->instance]->id,
                            placement_obstacle_text(failure->obstacle));
    else if (plan->cannot_roll)
        text =
            memory_print("was unable to replace a task: of %u tasks, minimumHealthyPercent %u "
                         "and maximumPercent %u leave no room to start or to stop one.",
                         plan->desired, service_document_minimum_percent(service->document),
                         service_document_maximum_percent(service->document));
    if (text != NULL && !text_is_same(text, service->unplaced))
        tell(round->scheduler, service, text);
    free(service->unplaced);
    service->unplaced = text;
}

static void
complete(struct round *round)
{
    struct service *service = round->service;

    if (strcmp(rollout_state(service), "IN_PROGRESS") == 0) {
        service_edits_order(round->scheduler->edits, SERVICE_EDIT_COMPLETE, service->id,
                            service->deployment);
        if (!service->is_completion_told) {
            char *text =
                memory_print("(deployment %s) deployment completed.", service->deployment);
            tell(round->scheduler, service, text);
            free(text);
        }
        service->is_completion_told = true;
    }
    if (!service->is_steady)
        tell(round->scheduler, service, "has reached a steady state.");
    service->is_steady = true;
    breaker_note_success(&service->breaker);
    service->is_told_of_failures = false;
}

static void
break_circuit(struct scheduler *scheduler, struct service *service)
{
    bool rolls_back = breaks(service, "rollback") &&
                      service_document_text(service->document, "completed") != NULL;

    if (!breaks(service, "enable") || strcmp(rollout_state(service), "IN_PROGRESS") != 0 ||
        service_document_is_rollback(service->document) ||
        !breaker_is_tripped(&service->breaker, service_desired(service)))
        return;
    if (!service->is_failure_told) {
        char *text = memory_print("(deployment %s) deployment failed: tasks failed to start.",
                                  service->deployment);
        tell(scheduler, service, text);
        free(text);
    }
    service->is_failure_told = true;
    service_edits_order(scheduler->edits,
                        rolls_back ? SERVICE_EDIT_ROLL_BACK : SERVICE_EDIT_FAIL, service->id,
                        service->deployment);
}

/* Containers that nobody knows of must not be started twice: every engine is heard first, what
 * it runs and how large it is, or is lost for so long that its tasks count as gone. */
static bool
is_everything_known(const struct scheduler *scheduler, const struct service *service)
{
    for (size_t i = 0; i < instances_count(scheduler->instances); i++) {
        const struct instance *instance = instances_at(scheduler->instances, i);
        if (strcmp(instance->cluster, service->cluster) != 0)
            continue;
        bool is_heard = instance->engine->containers != NULL &&
                        engine_containers_read_ms(instance->engine->containers) != 0 &&
                        instance->engine->is_size_told;
        if (!is_heard && !scheduler_has_lost(scheduler, instance))
            return false;
    }
    return true;
}

bool
scheduler_plan(struct scheduler *scheduler, struct service *service)
{
    struct round round;
    struct plan plan;

    if (!is_everything_known(scheduler, service))
        return false;
    break_circuit(scheduler, service);
    begin(&round, scheduler, service);
    const struct plan_service wanted = plan_service_of(&round);
    plan_make(&plan, &wanted,
              &(struct plan_field){round.plan_tasks, round.count, round.view->instances,
                                   round.view->count});
    service->daemon_desired = plan.desired;
    stop_all(&round, &plan);
    start_all(&round, &plan);
    tell_of_unplaced(&round, &plan);
    if (plan.is_complete && service_document_is_active(service->document))
        complete(&round);
    else
        service->is_steady = false;
    plan_clear(&plan);
    end(&round);
    return true;
}

void
scheduler_note_running(struct scheduler *scheduler, struct service *service)
{
    const json_t *list = service_document_given(service->document, "loadBalancers"), *one;
    size_t index;

    json_array_foreach (list, index, one) {
        char *text = memory_print("registered 1 targets in (target-group %s)",
                                  service_document_text(one, "targetGroupArn"));
        tell(scheduler, service, text);
        free(text);
    }
}

/* Of what ended by itself its container says more; to free(). */
static char *
failure_of(const struct scheduled_task *task)
{
    for (size_t i = 0; i < task->container_count; i++) {
        const struct task_container *container = task->containers[i];
        if (container->reason != NULL)
            return memory_copy_text(container->reason);
        if (container->is_essential && container->exit_code > 0)
            return memory_print("container %s ended with code %d", container->name,
                                container->exit_code);
    }
    return memory_copy_text(task->stopped_reason);
}

static void
note_failure(struct scheduler *scheduler, struct service *service,
             const struct scheduled_task *task)
{
    service->failed_tasks++;
    free(service->last_failure);
    service->last_failure = failure_of(task);
    breaker_note_failure(&service->breaker, clock_ms());
    if (service->is_told_of_failures || service->breaker.failures < 3)
        return;
    service->is_told_of_failures = true;
    tell(scheduler, service, "is unable to consistently start tasks successfully.");
}

void
scheduler_note_stopped(struct scheduler *scheduler, struct service *service,
                       struct scheduled_task *task)
{
    const json_t *list = service_document_given(service->document, "loadBalancers"), *one;
    size_t index;

    if (!task->has_been_well && task->stop_code != STOP_CODE_SERVICE_SCHEDULER_INITIATED &&
        task->stop_code != STOP_CODE_USER_INITIATED &&
        text_is_same(task->deployment, service->deployment))
        note_failure(scheduler, service, task);
    json_array_foreach (list, index, one) {
        if (!task->has_run)
            continue;
        char *text = memory_print("deregistered 1 targets in (target-group %s)",
                                  service_document_text(one, "targetGroupArn"));
        tell(scheduler, service, text);
        free(text);
    }
}
