/* SPDX-License-Identifier: Apache-2.0 */
/* Tags of ECS's resources: objects of the API have them; what else is there can be given some
 * where there is an object for it. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_arn.h"
#include "control/ecs/ecs_cluster_objects.h"
#include "control/ecs/ecs_instances.h"
#include "control/ecs/ecs_tag_list.h"
#include "control/ecs/ecs_task_tags.h"
#include "control/ecs/ecs_view.h"
#include "control/scheduler/scheduler.h"

#define INVALID "InvalidParameterException"

/* A resource of a call. */
struct resource {
    enum object_kind kind; /* of an object that can be made for it; else OBJECT_KIND_COUNT */
    char *id;              /* that its object has, or would have; NULL: it can have none */
};

/* "KIND/PATH" of an ARN. */
static const char *
resource_of(const char *arn)
{
    for (unsigned colons = 0; colons < 5 && arn != NULL; colons++) {
        arn = strchr(arn, ':');
        arn = arn == NULL ? NULL : arn + 1;
    }
    return arn;
}

static bool
is_kind(const char *path, const char *kind)
{
    size_t length = strlen(kind);

    return strncmp(path, kind, length) == 0 && path[length] == '/';
}

/* Tasks that fairlead runs, tasks that are only seen, and the configuration's services. */
static bool
is_seen(const struct ecs_view *view, const char *arn)
{
    const struct scheduled_task *own = NULL;

    while ((own = scheduler_next_task(view->call->parts->scheduler, own)) != NULL)
        if (ecs_arn_names(arn, ECS_TASK, own->cluster, own->id))
            return true;
    for (size_t i = 0; i < view->count; i++) {
        const struct ecs_task *task = &view->tasks[i];
        if (ecs_arn_names(arn, ECS_TASK, task->cluster, task->id))
            return true;
        for (size_t j = 0; j < view->call->parts->config->service_count; j++)
            if (ecs_arn_names(arn, ECS_SERVICE, task->cluster,
                              view->call->parts->config->services[j].name))
                return true;
    }
    for (size_t j = 0; j < view->call->parts->config->service_count; j++)
        if (ecs_arn_names(arn, ECS_SERVICE, ECS_DEFAULT_CLUSTER,
                          view->call->parts->config->services[j].name))
            return true;
    return false;
}

static struct resource
find_cluster(struct aws_call *call, const struct ecs_view *view, const char *arn)
{
    const char *cluster = ecs_view_find_cluster(view, arn);

    if (cluster == NULL)
        aws_fail(call, "ClusterNotFoundException", "Cluster not found.");
    return (struct resource){OBJECT_CLUSTER,
                             cluster == NULL ? NULL : memory_print("cluster/%s", cluster)};
}

static struct resource
find(struct aws_call *call, const struct ecs_view *view, const char *arn)
{
    const char *path = resource_of(arn);
    struct resource resource = {OBJECT_KIND_COUNT, NULL};

    if (path == NULL || strncmp(arn, "arn:", 4) != 0)
        aws_fail(call, INVALID, "The resource ARN '%.256s' is malformed", arn);
    else if (is_kind(path, ECS_CLUSTER))
        return find_cluster(call, view, arn);
    else if (aws_edit_find(call, path) != NULL && !is_kind(path, "account-setting"))
        resource.id = memory_copy_text(path);
    else if (is_kind(path, ECS_INSTANCE) && ecs_instances_has(view, arn))
        resource = (struct resource){OBJECT_CONTAINER_INSTANCE, memory_copy_text(path)};
    else if (!is_seen(view, arn))
        aws_fail(call, INVALID, "There is no resource %.256s", arn);
    return resource;
}

/* The resource of the input; the call may have failed. */
static struct resource
resource_of_call(struct aws_call *call)
{
    struct ecs_view view;

    ecs_view_make(&view, call);
    struct resource resource = find(call, &view, aws_text(call, "resourceArn"));
    ecs_view_clear(&view);
    return resource;
}

/* Of a task that fairlead runs for a service, or NULL. */
static const json_t *
task_document(const struct aws_call *call)
{
    const char *arn = aws_text(call, "resourceArn");
    const struct scheduled_task *own =
        scheduler_find_task(call->parts->scheduler, strrchr(arn, '/') + 1);

    return own == NULL ? NULL : ecs_task_tags_document(call, own);
}

json_t *
ecs_tags(struct aws_call *call)
{
    struct resource resource = resource_of_call(call);
    const struct object *object = resource.id == NULL ? NULL : aws_edit_find(call, resource.id);

    free(resource.id);
    if (call->error_code != NULL)
        return NULL;
    return json_pack("{s:o}", "tags",
                     ecs_tag_list_of(object != NULL ? object->document : task_document(call)));
}

static json_t *
new_document(const struct aws_call *call, enum object_kind kind)
{
    return kind == OBJECT_CLUSTER ? ecs_cluster_new_document(call)
                                  : json_pack("{s:{}}", "settings");
}

static void
keep(struct aws_call *call, const struct resource *resource, json_t *document)
{
    if (aws_edit_find(call, resource->id) == NULL)
        object_edit_create(call->edit, resource->kind, resource->id, call->caller_name,
                           document);
    else
        object_edit_change(call->edit, resource->id, document);
}

/* Calls on the tags of the resource that the call names. */
static json_t *
change(struct aws_call *call, void (*edit)(struct aws_call *call, json_t *tags))
{
    struct resource resource = resource_of_call(call);

    if (call->error_code == NULL && resource.id == NULL)
        aws_fail(call, INVALID, "%.256s was not made by a call, and can have no tags",
                 aws_text(call, "resourceArn"));
    if (call->error_code == NULL) {
        const struct object *object = aws_edit_find(call, resource.id);
        json_t *document =
            object == NULL ? new_document(call, resource.kind) : aws_edit_document(object);
        edit(call, aws_edit_part(document, "tags"));
        if (call->error_code == NULL)
            keep(call, &resource, document);
        else
            json_decref(document);
    }
    free(resource.id);
    return call->error_code == NULL ? json_object() : NULL;
}

static void
add(struct aws_call *call, json_t *tags)
{
    json_t *given = ecs_tag_list_read(call);

    if (given == NULL)
        return;
    json_object_update(tags, given);
    json_decref(given);
    ecs_tag_list_fits(call, tags);
}

static void
take_out(struct aws_call *call, json_t *tags)
{
    const json_t *key;
    size_t index;

    json_array_foreach (json_object_get(call->input, "tagKeys"), index, key)
        json_object_del(tags, json_string_value(key));
}

json_t *
ecs_tag_resource(struct aws_call *call)
{
    return change(call, add);
}

json_t *
ecs_untag_resource(struct aws_call *call)
{
    return change(call, take_out);
}
