/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ecs/ecs_task_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/ecs/ecs_arn.h"
#include "control/ecs/ecs_definition.h"
#include "control/ecs/ecs_tag_list.h"
#include "control/ecs/ecs_task_tags.h"
#include "control/scheduler/scheduler.h"

const struct scheduled_task *
ecs_task_find(const struct aws_call *call, const char *cluster, const char *given)
{
    const char *slash = strrchr(given, '/');
    const struct scheduled_task *task =
        scheduler_find_task(call->parts->scheduler, slash == NULL ? given : slash + 1);

    if (task == NULL || strcmp(task->cluster, cluster) != 0 ||
        !ecs_arn_names(given, ECS_TASK, cluster, task->id))
        return NULL;
    return task;
}

static void
put_text(json_t *object, const char *member, const char *text)
{
    if (text != NULL)
        json_object_set_new(object, member, json_string(text));
}

/* Takes the text. */
static void
put_new_text(json_t *object, const char *member, char *text)
{
    put_text(object, member, text);
    free(text);
}

static void
put_time(json_t *object, const char *member, uint64_t wall_us)
{
    char text[CLOCK_ISO_SIZE];

    if (wall_us == 0)
        return;
    clock_format_iso(text, wall_us);
    put_text(object, member, text);
}

/* A UUID's form. */
static char *
container_arn(const struct aws_call *call, const struct task_container *container)
{
    const struct scheduled_task *task = container->task;
    struct ecs_id id = ecs_id_make(ECS_CONTAINER, task->id, container->name);
    char *path = memory_print("%s/%.8s-%.4s-%.4s-%.4s-%.12s", task->id, id.text, id.text + 8,
                              id.text + 12, id.text + 16, id.text + 20);
    char *arn = ecs_arn(call, ECS_CONTAINER, task->cluster, path);

    free(path);
    return arn;
}

static const char *
container_status(const struct task_container *container)
{
    switch (container->step) {
    case CONTAINER_RUNNING:
        return "RUNNING";
    case CONTAINER_ENDED:
        return "STOPPED";
    default:
        return container->task->life == LIFE_STOPPED ? "STOPPED" : "PENDING";
    }
}

static const char *
health_word(enum task_health health)
{
    return health == TASK_HEALTH_HEALTHY     ? "HEALTHY"
           : health == TASK_HEALTH_UNHEALTHY ? "UNHEALTHY"
                                             : "UNKNOWN";
}

/* ECS tells of sizes in texts. */
static void
put_size(json_t *object, const json_t *definition, const char *member)
{
    const json_t *value = json_object_get(definition, member);
    char text[24];

    if (json_is_string(value)) {
        json_object_set(object, member, (json_t *)value);
    } else if (value != NULL) {
        snprintf(text, sizeof(text), "%lld", json_integer_value(value));
        put_text(object, member, text);
    }
}

static json_t *
container_json(const struct aws_call *call, const struct task_container *container,
               const char *task_arn)
{
    json_t *object = json_pack("{s:s, s:s, s:[]}", "taskArn", task_arn, "name", container->name,
                               "networkInterfaces");

    put_new_text(object, "containerArn", container_arn(call, container));
    json_object_set(object, "image", json_object_get(container->definition, "image"));
    put_text(object, "imageDigest", container->image_digest);
    put_text(object, "runtimeId", *container->id == '\0' ? NULL : container->id);
    put_text(object, "lastStatus", container_status(container));
    put_text(object, "healthStatus",
             health_word(task_container_has_check(container) ? container->health
                                                             : TASK_HEALTH_NONE));
    put_text(object, "reason", container->reason);
    if (container->step == CONTAINER_ENDED && container->exit_code >= 0)
        json_object_set_new(object, "exitCode", json_integer(container->exit_code));
    json_object_set_new(object, "networkBindings",
                        container->bindings == NULL ? json_array()
                                                    : json_incref(container->bindings));
    put_size(object, container->definition, "cpu");
    put_size(object, container->definition, "memory");
    put_size(object, container->definition, "memoryReservation");
    return object;
}

static json_t *
containers_json(const struct aws_call *call, const struct scheduled_task *task,
                const char *task_arn)
{
    json_t *array = json_array();

    for (size_t i = 0; i < task->container_count; i++)
        json_array_append_new(array, container_json(call, task->containers[i], task_arn));
    return array;
}

static json_t *
overrides_json(const struct scheduled_task *task)
{
    json_t *overrides = task->overrides == NULL ? json_object() : json_copy(task->overrides);

    if (json_object_get(overrides, "containerOverrides") == NULL) {
        json_t *array = json_array();
        for (size_t i = 0; i < task->container_count; i++)
            json_array_append_new(array, json_pack("{s:s}", "name", task->containers[i]->name));
        json_object_set_new(overrides, "containerOverrides", array);
    }
    return overrides;
}

static void
put_names(const struct aws_call *call, json_t *object, const struct scheduled_task *task)
{
    put_new_text(object, "clusterArn", ecs_arn_cluster(call, task->cluster));
    put_new_text(object, "containerInstanceArn",
                 ecs_arn(call, ECS_INSTANCE, task->cluster, task->instance->id));
    put_new_text(object, "taskDefinitionArn", ecs_definition_arn(call, task->definition_id));
    put_new_text(object, "group", scheduled_task_group(task));
    put_text(object, "startedBy",
             task->deployment != NULL ? task->deployment : task->started_by);
    put_text(object, "availabilityZone", task->instance->zone);
}

static void
put_times(json_t *object, const struct scheduled_task *task)
{
    const struct {
        const char *member;
        uint64_t wall_us;
    } times[] = {
        {"createdAt", task->created_us},          {"connectivityAt", task->created_us},
        {"pullStartedAt", task->pull_started_us}, {"pullStoppedAt", task->pull_stopped_us},
        {"startedAt", task->started_us},          {"stoppingAt", task->stopping_us},
        {"executionStoppedAt", task->stopped_us}, {"stoppedAt", task->stopped_us},
    };

    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
        put_time(object, times[i].member, times[i].wall_us);
}

json_t *
ecs_task_json(const struct aws_call *call, const struct scheduled_task *task)
{
    struct task_size size = task->size;
    char *arn = ecs_arn(call, ECS_TASK, task->cluster, task->id);
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:[], s:[], s:o, s:b}", "taskArn", arn,
                  "lastStatus", task_life_text(task->life), "desiredStatus",
                  task->is_wanted ? "RUNNING" : "STOPPED", "healthStatus",
                  health_word(scheduled_task_health(task)), "launchType", "EC2", "connectivity",
                  instance_is_connected(task->instance) ? "CONNECTED" : "DISCONNECTED",
                  "version", (json_int_t)task->version, "attachments", "attributes", "tags",
                  ecs_tag_list_asked(call, ecs_task_tags_document(call, task)),
                  "enableExecuteCommand", 0);

    json_object_set_new(object, "containers", containers_json(call, task, arn));
    json_object_set_new(object, "overrides", overrides_json(task));
    put_new_text(object, "cpu", memory_print("%u", size.cpu));
    put_new_text(object, "memory", memory_print("%u", size.memory));
    put_names(call, object, task);
    put_times(object, task);
    put_text(object, "stopCode", task_stop_code_text(task->stop_code));
    put_text(object, "stoppedReason", task->stopped_reason);
    free(arn);
    return object;
}
