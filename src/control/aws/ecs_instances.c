/* SPDX-License-Identifier: Apache-2.0 */
#include "control/aws/ecs_instances.h"

#include <stdlib.h>
#include <string.h>

#include "control/aws/aws_edit.h"
#include "control/aws/ecs_describe.h"
#include "control/aws/ecs_listing.h"
#include "control/aws/ecs_tag_list.h"

#define INSTANCES_MAX 100

struct ecs_id
ecs_instance_id(const struct ecs_task *task)
{
    return ecs_id_make(ECS_INSTANCE, task->cluster, ecs_task_host(task));
}

static bool
are_together(const struct ecs_task *one, const struct ecs_task *other)
{
    return strcmp(one->cluster, other->cluster) == 0 &&
           strcmp(ecs_task_host(one), ecs_task_host(other)) == 0;
}

/* Whether the task is the first of its cluster and host, and so stands for the instance. */
static bool
stands_for_instance(const struct ecs_view *view, size_t index, const char *cluster)
{
    if (strcmp(view->tasks[index].cluster, cluster) != 0)
        return false;
    for (size_t i = 0; i < index; i++)
        if (are_together(&view->tasks[i], &view->tasks[index]))
            return false;
    return true;
}

bool
ecs_instances_has(const struct ecs_view *view, const char *arn)
{
    for (size_t i = 0; i < view->count; i++)
        if (ecs_arn_names(arn, ECS_INSTANCE, view->tasks[i].cluster,
                          ecs_instance_id(&view->tasks[i]).text))
            return true;
    return false;
}

unsigned
ecs_instances_count(const struct ecs_view *view, const char *cluster)
{
    unsigned count = 0;

    for (size_t i = 0; i < view->count; i++)
        count += stands_for_instance(view, i, cluster);
    return count;
}

/* All are ACTIVE; of expressions nothing is built. */
static bool
wants_active(struct aws_call *call)
{
    const char *status = aws_text(call, "status");
    const char *filter = aws_text(call, "filter");

    if (filter != NULL && *filter != '\0')
        aws_fail(call, "InvalidParameterException",
                 "filter is not possible: container instances have no attributes here");
    return status == NULL || strcmp(status, "ACTIVE") == 0;
}

json_t *
ecs_list_instances(struct aws_call *call)
{
    struct ecs_listing listing = {0};
    struct ecs_view view;

    ecs_view_make(&view, call);
    const char *cluster = ecs_view_cluster(&view, call);
    bool is_wanted = wants_active(call);
    for (size_t i = 0; i < view.count && cluster != NULL && is_wanted; i++)
        if (stands_for_instance(&view, i, cluster))
            ecs_listing_add(&listing, ecs_arn(call, ECS_INSTANCE, cluster,
                                              ecs_instance_id(&view.tasks[i]).text));
    ecs_view_clear(&view);
    return ecs_listing_end(&listing, call, "containerInstanceArns", ECS_LISTING_PAGE);
}

static json_t *
attributes(const struct task *task)
{
    json_t *array = json_array();

    if (task->zone != NULL)
        json_array_append_new(array, json_pack("{s:s, s:s}", "name", "ecs.availability-zone",
                                               "value", task->zone));
    return array;
}

static json_t *
tags(const struct aws_call *call, const char *arn)
{
    const struct object *object = aws_edit_find(call, strstr(arn, ":" ECS_INSTANCE "/") + 1);

    return ecs_tag_list_asked(call, object == NULL ? NULL : object->document);
}

static json_t *
instance_to_json(const struct ecs_view *view, const struct ecs_task *first)
{
    int running = 0, pending = 0;

    for (size_t i = 0; i < view->count; i++) {
        enum task_status status = ecs_task_status(&view->tasks[i]);
        if (!are_together(first, &view->tasks[i]))
            continue;
        running += status == TASK_RUNNING;
        pending += status == TASK_PENDING;
    }
    char *arn = ecs_arn(view->call, ECS_INSTANCE, first->cluster, ecs_instance_id(first).text);
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:b, s:i, s:i, s:i, s:o, s:[], s:[], s:o}", "containerInstanceArn",
        arn, "ec2InstanceId", ecs_task_host(first), "status", "ACTIVE", "agentConnected",
        !first->records[0]->is_stale, "runningTasksCount", running, "pendingTasksCount",
        pending, "version", 1, "attributes", attributes(first->records[0]->task),
        "registeredResources", "remainingResources", "tags", tags(view->call, arn));
    free(arn);
    return object;
}

static json_t *
describe(const struct ecs_view *view, const char *cluster, const char *given)
{
    for (size_t i = 0; i < view->count; i++)
        if (strcmp(view->tasks[i].cluster, cluster) == 0 &&
            ecs_arn_names(given, ECS_INSTANCE, cluster, ecs_instance_id(&view->tasks[i]).text))
            return instance_to_json(view, &view->tasks[i]);
    return NULL;
}

json_t *
ecs_describe_instances(struct aws_call *call)
{
    const json_t *names = ecs_names(call, "containerInstances", INSTANCES_MAX);

    return names == NULL
               ? NULL
               : ecs_describe(call, names, ECS_INSTANCE, "containerInstances", describe);
}
