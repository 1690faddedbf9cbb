/* SPDX-License-Identifier: Apache-2.0 */
/* Clusters are made, changed and deleted. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_arn.h"
#include "control/ecs/ecs_capacity_providers.h"
#include "control/ecs/ecs_cluster_objects.h"
#include "control/ecs/ecs_clusters.h"
#include "control/ecs/ecs_instances.h"
#include "control/ecs/ecs_tag_list.h"
#include "control/scheduler/scheduler.h"

#define INVALID "InvalidParameterException"
#define NAME_MOST 255
/* How long one that was deleted can be described. */
#define INACTIVE_US (UINT64_C(3600) * 1000000)

/* {"cluster"} as the call leaves it. */
static json_t *
answer_with(const struct aws_call *call, const char *name)
{
    struct ecs_view view;

    ecs_view_make(&view, call);
    json_t *output = json_pack("{s:o}", "cluster", ecs_cluster_to_json(&view, name, true));
    ecs_view_clear(&view);
    return output;
}

/* The cluster that the call names, which is there; NULL: the call has failed. To free(). */
static char *
cluster_of(struct aws_call *call)
{
    struct ecs_view view;

    ecs_view_make(&view, call);
    const char *cluster = ecs_view_cluster(&view, call);
    char *name = cluster == NULL ? NULL : memory_copy_text(cluster);
    ecs_view_clear(&view);
    return name;
}

static bool
is_name(const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && strchr("-_", name[i]) == NULL)
            return false;
    return length >= 1 && length <= NAME_MOST;
}

/* Those that were deleted an hour ago are forgotten. */
static void
sweep(struct aws_call *call)
{
    for (size_t i = aws_edit_count(call); i > 0; i--) {
        const struct object *object = aws_edit_at(call, i - 1);
        json_int_t since = json_integer_value(json_object_get(object->document, "deleted_us"));
        if (object->kind == OBJECT_CLUSTER && !ecs_cluster_is_made(object) &&
            (uint64_t)since + INACTIVE_US < clock_wall_us())
            object_edit_delete(call->edit, object->id);
    }
}

static void
put_settings(struct aws_call *call, json_t *document)
{
    static const char *const values[] = {"disabled", "enabled", "enhanced"};
    const json_t *list = json_object_get(call->input, "settings"), *setting;
    size_t index;

    json_array_foreach (list, index, setting) {
        const char *value = json_string_value(json_object_get(setting, "value"));
        bool is_known = false;
        for (size_t i = 0; i < sizeof(values) / sizeof(*values) && value != NULL; i++)
            is_known = is_known || strcmp(value, values[i]) == 0;
        if (!is_known || json_object_get(setting, "name") == NULL)
            aws_fail(call, INVALID,
                     "The cluster setting containerInsights must be enabled, enhanced or "
                     "disabled");
    }
    if (json_array_size(list) > 0)
        json_object_set(document, ECS_CLUSTER_SETTINGS, (json_t *)(uintptr_t)list);
}

/* What may be changed of a cluster, as far as the input has it. False: the call has failed. */
static bool
put_members(struct aws_call *call, json_t *document)
{
    json_t *configuration = json_object_get(call->input, "configuration");

    put_settings(call, document);
    if (configuration != NULL)
        json_object_set(document, "configuration", configuration);
    if (json_object_get(call->input, "serviceConnectDefaults") != NULL)
        aws_fail(call, INVALID,
                 "'serviceConnectDefaults' is not supported here: there is no Service Connect");
    return call->error_code == NULL;
}

static json_t *
create(struct aws_call *call, const char *name)
{
    json_t *document = ecs_cluster_new_document(call);
    json_t *tags = ecs_tag_list_read(call);

    if (tags != NULL)
        json_object_set_new(document, "tags", tags);
    if (tags == NULL || !put_members(call, document) ||
        !ecs_capacity_providers_put(call, document)) {
        json_decref(document);
        return NULL;
    }
    sweep(call);
    ecs_cluster_put(call, name, document);
    return answer_with(call, name);
}

/* One that is there is answered with as it is. */
json_t *
ecs_create_cluster(struct aws_call *call)
{
    const char *given = aws_text(call, "clusterName");
    const char *name = given == NULL ? ECS_DEFAULT_CLUSTER : given;

    if (!is_name(name))
        return aws_fail(call, INVALID,
                        "Invalid cluster name: up to %d letters, digits, hyphens "
                        "and underscores",
                        NAME_MOST);
    return ecs_cluster_is_made(ecs_cluster_object(call, name)) ? answer_with(call, name)
                                                               : create(call, name);
}

static json_t *
change(struct aws_call *call, bool (*put)(struct aws_call *call, json_t *document))
{
    char *name = cluster_of(call);
    json_t *output = NULL;

    if (name == NULL)
        return NULL;
    json_t *document = ecs_cluster_document(call, name);
    if (put(call, document)) {
        ecs_cluster_put(call, name, document);
        output = answer_with(call, name);
    } else {
        json_decref(document);
    }
    free(name);
    return output;
}

json_t *
ecs_update_cluster(struct aws_call *call)
{
    return change(call, put_members);
}

json_t *
ecs_put_cluster_capacity_providers(struct aws_call *call)
{
    return change(call, ecs_capacity_providers_put);
}

/* Whether a call has begun a task there that the scheduler has not heard of yet. */
static bool
is_task_begun(const struct aws_call *call, const char *cluster)
{
    char *prefix = memory_print("task/%s/", cluster);
    bool is_begun = false;

    for (size_t i = 0; i < aws_edit_count(call); i++) {
        const struct object *object = aws_edit_at(call, i);
        if (object->kind == OBJECT_TASK && strncmp(object->id, prefix, strlen(prefix)) == 0 &&
            scheduler_find_task(call->parts->scheduler, strrchr(object->id, '/') + 1) == NULL)
            is_begun = true;
    }
    free(prefix);
    return is_begun;
}

/* Those that need not go before: where a call has made the cluster, the configuration's stay
 * where they are, and one that is made again has them again. */
static unsigned
count_configured(const struct aws_call *call, const char *cluster)
{
    const struct config *config = call->parts->config;
    unsigned count = 0;

    if (ecs_cluster_object(call, cluster) == NULL)
        return 0;
    for (size_t i = 0; i < config->container_instance_count; i++)
        count += strcmp(config->container_instances[i].cluster, cluster) == 0;
    return count;
}

/* Whether nothing is in it any more; else the call has failed. */
static bool
is_empty(struct aws_call *call, const char *cluster)
{
    struct ecs_view view;

    ecs_view_make(&view, call);
    const struct ecs_counts counts = ecs_view_count(&view, cluster, NULL);
    if (ecs_cluster_services(&view, cluster) > 0)
        aws_fail(call, "ClusterContainsServicesException",
                 "The Cluster cannot be deleted while Services are active.");
    else if (counts.desired > 0 || is_task_begun(call, cluster))
        aws_fail(call, "ClusterContainsTasksException",
                 "The Cluster cannot be deleted while Tasks are active.");
    else if (ecs_instances_count(&view, cluster) > count_configured(call, cluster))
        aws_fail(call, "ClusterContainsContainerInstancesException",
                 "The Cluster cannot be deleted while Container Instances are active or "
                 "draining.");
    ecs_view_clear(&view);
    return call->error_code == NULL;
}

json_t *
ecs_delete_cluster(struct aws_call *call)
{
    char *name = cluster_of(call);
    json_t *output = NULL;

    if (name != NULL && is_empty(call, name)) {
        json_t *document = ecs_cluster_document(call, name);
        json_object_set_new(document, "status", json_string("INACTIVE"));
        json_object_set_new(document, "deleted_us", json_integer((json_int_t)clock_wall_us()));
        sweep(call);
        ecs_cluster_put(call, name, document);
        output = answer_with(call, name);
    }
    free(name);
    return output;
}
