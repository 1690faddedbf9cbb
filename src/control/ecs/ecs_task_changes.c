/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks that stand alone, and the stop of any task. Where one is to run is decided here, so
 * that the answer can say that there is no room; what is decided is in the store before the
 * answer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_arn.h"
#include "control/ecs/ecs_definition.h"
#include "control/ecs/ecs_task_json.h"
#include "control/ecs/ecs_task_tags.h"
#include "control/ecs/ecs_view.h"
#include "control/scheduler/placement_view.h"
#include "control/scheduler/scheduler.h"
#include "control/scheduler/service_document.h"

#define INVALID "InvalidParameterException"
#define TASKS_MOST 10
#define STARTED_BY_MOST 128
#define REASON_MOST 1024

static char *
cluster_of(struct aws_call *call)
{
    struct ecs_view view;

    ecs_view_make(&view, call);
    char *cluster = memory_copy_text(ecs_view_cluster(&view, call));
    ecs_view_clear(&view);
    return cluster;
}

static json_t *
find_override(const json_t *overrides, const char *name)
{
    json_t *override;
    size_t index;

    json_array_foreach (json_object_get(overrides, "containerOverrides"), index, override)
        if (strcmp(json_string_value(json_object_get(override, "name")), name) == 0)
            return override;
    return NULL;
}

/* An environment is added to, by names; everything else is put in place of what was there. */
static void
merge_environment(json_t *container, const json_t *override)
{
    json_t *all = json_object_get(container, "environment"), *one;
    size_t index, at;
    json_t *given;

    if (all == NULL) {
        all = json_array();
        json_object_set_new(container, "environment", all);
    }
    json_array_foreach (json_object_get(override, "environment"), index, given) {
        const char *name = json_string_value(json_object_get(given, "name"));
        json_array_foreach (all, at, one)
            if (name != NULL &&
                strcmp(json_string_value(json_object_get(one, "name")), name) == 0)
                break;
        if (at < json_array_size(all))
            json_array_set(all, at, given);
        else
            json_array_append(all, given);
    }
}

static void
merge_container(json_t *container, const json_t *override)
{
    static const char *const members[] = {"command", "cpu", "memory", "memoryReservation"};

    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        json_t *value = json_object_get(override, members[i]);
        if (value != NULL)
            json_object_set(container, members[i], value);
    }
    merge_environment(container, override);
}

/* Every override is of a container that there is; else the call has failed. */
static bool
check_overrides(struct aws_call *call, const json_t *definition, const json_t *overrides)
{
    const json_t *override;
    size_t index;

    json_array_foreach (json_object_get(overrides, "containerOverrides"), index, override) {
        const char *name = json_string_value(json_object_get(override, "name"));
        if (name == NULL || ecs_definition_container(definition, name) == NULL)
            aws_fail(call, INVALID,
                     "Override for container named %.255s is not a container in the "
                     "TaskDefinition.",
                     name == NULL ? "(none)" : name);
    }
    return call->error_code == NULL;
}

/* What the task is made of: the definition as the call has it. */
static json_t *
merge(const json_t *definition, const json_t *overrides)
{
    json_t *merged = json_deep_copy(definition), *container;
    size_t index;

    json_array_foreach (json_object_get(merged, "containerDefinitions"), index, container) {
        const json_t *override =
            find_override(overrides, json_string_value(json_object_get(container, "name")));
        if (override != NULL)
            merge_container(container, override);
    }
    return merged;
}

struct run {
    struct aws_call *call;
    const char *cluster;
    const json_t *definition; /* as the store has it */
    json_t *merged;
    json_t *tags;             /* an object of texts */
    json_t *tasks, *failures; /* of the answer */
};

static json_t *
document_of(const struct run *run, const char *id, const struct instance *instance)
{
    const json_t *input = run->call->input;
    char *definition_id = ecs_definition_id(run->definition);
    json_t *document = json_pack("{s:s, s:s, s:s, s:O, s:s}", "id", id, "cluster", run->cluster,
                                 "taskDefinition", definition_id, "definition", run->merged,
                                 "instance", instance->name);

    json_object_set(document, "startedBy", json_object_get(input, "startedBy"));
    json_object_set(document, "group", json_object_get(input, "group"));
    json_object_set(document, "overrides", json_object_get(input, "overrides"));
    json_object_set(document, "clientToken", json_object_get(input, "clientToken"));
    json_object_set_new(document, "tags", json_copy(run->tags));
    free(definition_id);
    return document;
}

/* It is told as it will be once it is there. */
static void
tell_of(const struct run *run, const json_t *document, struct instance *instance)
{
    struct scheduled_task *task =
        scheduled_task_new(service_document_text(document, "id"), run->cluster,
                           service_document_text(document, "taskDefinition"), run->merged);

    task->instance = instance;
    task->started_by = memory_copy_text(service_document_text(document, "startedBy"));
    task->group = memory_copy_text(service_document_text(document, "group"));
    task->overrides = json_incref(json_object_get(document, "overrides"));
    json_array_append_new(run->tasks, ecs_task_json(run->call, task));
    scheduled_task_free(&task);
}

static void
make(const struct run *run, struct instance *instance)
{
    struct scheduled_task *named =
        scheduled_task_new(NULL, run->cluster, "new:1", NULL); /* for its id */
    json_t *document = document_of(run, named->id, instance);
    char *id = memory_print("task/%s/%s", run->cluster, named->id);

    object_edit_create(run->call->edit, OBJECT_TASK, id, run->call->caller_name, document);
    tell_of(run, document, instance);
    scheduled_task_free(&named);
    free(id);
}

static bool
check_input(struct aws_call *call)
{
    const char *launch_type = aws_text(call, "launchType");
    const char *started_by = aws_text(call, "startedBy");
    const char *group = aws_text(call, "group");

    if (launch_type != NULL && strcmp(launch_type, "FARGATE") == 0)
        aws_fail(call, "UnsupportedFeatureException",
                 "Fargate is not supported here: tasks run on container instances (EC2)");
    else if (started_by != NULL && strlen(started_by) > STARTED_BY_MOST)
        aws_fail(call, INVALID, "startedBy may have %d characters at most", STARTED_BY_MOST);
    else if (group != NULL && strncmp(group, "service:", 8) == 0)
        aws_fail(call, INVALID, "group may not begin with 'service:'");
    return call->error_code == NULL;
}

/* False: the call has failed. */
static bool
begin(struct run *run, struct aws_call *call, const char *cluster)
{
    const json_t *overrides = json_object_get(call->input, "overrides");

    *run = (struct run){.call = call, .cluster = cluster};
    if (!check_input(call))
        return false;
    run->definition = ecs_definition_find(call, aws_text(call, "taskDefinition"));
    if (run->definition == NULL || !check_overrides(call, run->definition, overrides))
        return false;
    char *definition_id = ecs_definition_id(run->definition);
    run->tags = ecs_task_tags_read(call, definition_id);
    free(definition_id);
    if (run->tags == NULL)
        return false;
    run->merged = merge(run->definition, overrides);
    run->tasks = json_array();
    run->failures = json_array();
    return true;
}

static json_t *
end(struct run *run)
{
    json_t *output =
        run->tasks == NULL || run->call->error_code != NULL
            ? NULL
            : json_pack("{s:O, s:O}", "tasks", run->tasks, "failures", run->failures);

    json_decref(run->merged);
    json_decref(run->tags);
    json_decref(run->tasks);
    json_decref(run->failures);
    return output;
}

static void
add_failure(const struct run *run, const struct instance *instance, const char *reason)
{
    char *arn =
        instance == NULL ? NULL : ecs_arn(run->call, ECS_INSTANCE, run->cluster, instance->id);

    json_array_append_new(run->failures,
                          json_pack("{s:s*, s:s}", "arn", arn, "reason", reason));
    free(arn);
}

/* To free(). */
static char *
group_of(const struct run *run)
{
    const char *group = aws_text(run->call, "group");

    return group != NULL
               ? memory_copy_text(group)
               : memory_print("family:%s",
                              json_string_value(json_object_get(run->definition, "family")));
}

/* Who is together with the new ones, for distinctInstance and for spreading. */
static void
count_group(struct placement_view *view, const char *group)
{
    const struct scheduled_task *task = NULL;

    while ((task = scheduler_next_task(view->scheduler, task)) != NULL) {
        char *its = scheduled_task_group(task);
        uint32_t index = placement_view_find(view, task->instance);
        if (task->is_wanted && index != PLACEMENT_NOWHERE && strcmp(its, group) == 0)
            view->instances[index].own++;
        free(its);
    }
}

static void
place_all(const struct run *run, const struct placement_rules *rules, json_int_t count)
{
    struct placement_view view;
    struct task_size size = task_size_of(run->merged);
    struct placement_needs needs = placement_view_needs(&size);
    char *group = group_of(run);

    needs.group = group;
    placement_view_make(&view, run->call->parts->scheduler, run->cluster);
    count_group(&view, group);
    if (placement_rules_ask_for_groups(rules))
        placement_view_find_groups(&view);
    for (json_int_t i = 0; i < count; i++) {
        struct placement_failure failure = {PLACEMENT_NO_INSTANCES, PLACEMENT_NOWHERE};
        uint32_t index = placement_take(rules, &needs, view.instances, view.count, &failure);
        if (index != PLACEMENT_NOWHERE)
            make(run, view.all[index]);
        else
            add_failure(
                run, failure.instance == PLACEMENT_NOWHERE ? NULL : view.all[failure.instance],
                placement_obstacle_reason(failure.obstacle));
    }
    task_size_clear(&size);
    placement_view_clear(&view);
    free(group);
}

static void
place(const struct run *run)
{
    const json_t *input = run->call->input, *given = json_object_get(input, "count");
    json_int_t count = given == NULL ? 1 : json_integer_value(given);
    char *error = NULL;
    struct placement_rules *rules =
        placement_rules_read(json_object_get(input, "placementConstraints"),
                             json_object_get(input, "placementStrategy"), &error);

    if (rules == NULL ||
        !placement_rules_add(rules, json_object_get(run->definition, "placementConstraints"),
                             &error))
        aws_fail(run->call, INVALID, "%s", error);
    else if (count < 1 || count > TASKS_MOST)
        aws_fail(run->call, INVALID, "Count must be 1 to %d", TASKS_MOST);
    else
        place_all(run, rules, count);
    placement_rules_free(&rules);
    free(error);
}

json_t *
ecs_run_task(struct aws_call *call)
{
    char *cluster = cluster_of(call);
    struct run run = {.call = call};

    if (cluster != NULL && begin(&run, call, cluster))
        place(&run);
    json_t *output = end(&run);
    free(cluster);
    return output;
}

static struct instance *
find_instance(const struct run *run, const char *given)
{
    struct instances *instances = scheduler_instances(run->call->parts->scheduler);

    for (size_t i = 0; i < instances_count(instances); i++) {
        struct instance *instance = instances_at(instances, i);
        if (strcmp(instance->cluster, run->cluster) == 0 &&
            ecs_arn_names(given, ECS_INSTANCE, run->cluster, instance->id))
            return instance;
    }
    return NULL;
}

json_t *
ecs_start_task(struct aws_call *call)
{
    const json_t *given = json_object_get(call->input, "containerInstances"), *one;
    char *cluster = cluster_of(call);
    struct run run = {.call = call};
    size_t index;

    if (cluster != NULL && (json_array_size(given) == 0 || json_array_size(given) > TASKS_MOST))
        aws_fail(call, INVALID, "Give 1 to %d container instances", TASKS_MOST);
    else if (cluster != NULL && begin(&run, call, cluster))
        json_array_foreach (given, index, one) {
            struct instance *instance = find_instance(&run, json_string_value(one));
            if (instance != NULL)
                make(&run, instance);
            else
                add_failure(&run, NULL, "MISSING");
        }
    json_t *output = end(&run);
    free(cluster);
    return output;
}

static json_t *
stop(struct aws_call *call, const struct scheduled_task *task)
{
    const char *reason = aws_text(call, "reason");
    char *id = memory_print("task/%s/%s", task->cluster, task->id);
    const struct object *object = object_edit_find(call->edit, id);
    json_t *document = object != NULL
                           ? aws_edit_document(object)
                           : json_pack("{s:s, s:s}", "id", task->id, "cluster", task->cluster);

    json_object_set_new(document, "stoppedReason",
                        json_string(reason == NULL ? "Task stopped by user" : reason));
    if (object != NULL)
        object_edit_change(call->edit, id, document);
    else
        object_edit_create(call->edit, OBJECT_TASK, id, call->caller_name, document);
    free(id);
    call->follow_one = "task";
    return aws_edit_answer(
        call, OPERATION_ECS_DescribeTasks,
        json_pack("{s:s, s:[s]}", "cluster", task->cluster, "tasks", task->id));
}

/* One that is stopping or stopped already is no mistake. */
json_t *
ecs_stop_task(struct aws_call *call)
{
    const char *reason = aws_text(call, "reason");
    char *cluster = cluster_of(call);
    const struct scheduled_task *task =
        cluster == NULL ? NULL : ecs_task_find(call, cluster, aws_text(call, "task"));
    json_t *output = NULL;

    free(cluster);
    if (reason != NULL && strlen(reason) > REASON_MOST)
        aws_fail(call, INVALID, "reason may have %d characters at most", REASON_MOST);
    else if (task == NULL && call->error_code == NULL)
        aws_fail(call, INVALID, "The referenced task was not found.");
    else if (task != NULL && !task->is_wanted)
        output = json_pack("{s:o}", "task", ecs_task_json(call, task));
    else if (task != NULL)
        stop(call, task);
    return output;
}
