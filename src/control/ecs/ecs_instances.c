/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ecs/ecs_instances.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/ecs/ecs_describe.h"
#include "control/ecs/ecs_listing.h"

#define INSTANCES_MAX 100
#define CHANGED_MOST 10

bool
ecs_instances_has(const struct ecs_view *view, const char *arn)
{
    const char *path = ecs_arn_path(arn, ECS_INSTANCE);
    const char *slash = path == NULL ? NULL : strchr(path, '/');
    struct ecs_instance_list list;

    if (slash == NULL)
        return false;
    char *cluster = memory_copy_bytes(path, (size_t)(slash - path));
    ecs_instance_list_make(&list, view, cluster);
    bool is_there = ecs_instance_find(&list, arn) != NULL;
    ecs_instance_list_clear(&list);
    free(cluster);
    return is_there;
}

unsigned
ecs_instances_count(const struct ecs_view *view, const char *cluster)
{
    struct ecs_instance_list list;

    ecs_instance_list_make(&list, view, cluster);
    unsigned count = (unsigned)list.count;
    ecs_instance_list_clear(&list);
    return count;
}

/* The query of the input, NULL without one; the call may have failed. */
static struct cluster_query *
read_filter(struct aws_call *call)
{
    const char *filter = aws_text(call, "filter");
    char *error = NULL;

    if (filter == NULL || *filter == '\0')
        return NULL;
    struct cluster_query *query = cluster_query_read(filter, &error);
    if (query == NULL)
        aws_fail(call, "InvalidParameterException", "Invalid filter: %s", error);
    free(error);
    return query;
}

static bool
is_listed(const struct ecs_view *view, const struct ecs_instance *instance,
          const struct cluster_query *query)
{
    const char *status = aws_text(view->call, "status");

    return (status == NULL || strcmp(status, ecs_instance_status(view->call, instance)) == 0) &&
           (query == NULL || ecs_instance_fits(view, instance, query));
}

static void
list_all(struct ecs_listing *listing, const struct ecs_view *view, const char *cluster,
         const struct cluster_query *query)
{
    struct ecs_instance_list list;

    ecs_instance_list_make(&list, view, cluster);
    for (size_t i = 0; i < list.count; i++)
        if (is_listed(view, &list.all[i], query))
            ecs_listing_add(listing,
                            ecs_arn(view->call, ECS_INSTANCE, cluster, list.all[i].id.text));
    ecs_instance_list_clear(&list);
}

json_t *
ecs_list_instances(struct aws_call *call)
{
    struct ecs_listing listing = {0};
    struct ecs_view view;

    ecs_view_make(&view, call);
    const char *cluster = ecs_view_cluster(&view, call);
    struct cluster_query *query = read_filter(call);
    if (call->error_code == NULL)
        list_all(&listing, &view, cluster, query);
    cluster_query_free(&query);
    ecs_view_clear(&view);
    return ecs_listing_end(&listing, call, "containerInstanceArns", ECS_LISTING_PAGE);
}

static json_t *
describe(const struct ecs_view *view, const char *cluster, const char *given)
{
    struct ecs_instance_list list;

    ecs_instance_list_make(&list, view, cluster);
    const struct ecs_instance *instance = ecs_instance_find(&list, given);
    json_t *json = instance == NULL ? NULL : ecs_instance_to_json(view, instance);
    ecs_instance_list_clear(&list);
    return json;
}

json_t *
ecs_describe_instances(struct aws_call *call)
{
    const json_t *names = ecs_names(call, "containerInstances", INSTANCES_MAX);

    return names == NULL
               ? NULL
               : ecs_describe(call, names, ECS_INSTANCE, "containerInstances", describe);
}

/* What becomes of a call on several. */
struct outcome {
    json_t *changed, *failures;
};

static void
set_status(struct aws_call *call, const struct ecs_view *view,
           const struct ecs_instance *instance, const struct outcome *outcome)
{
    json_t *document = ecs_instance_document(call, instance);

    json_object_set(document, "status", json_object_get(call->input, "status"));
    ecs_instance_put(call, instance, document);
    json_array_append_new(outcome->changed, ecs_instance_to_json(view, instance));
}

/* A host that tasks were only seen on is nothing that fairlead could empty. */
static void
update_one(struct aws_call *call, const struct ecs_view *view,
           const struct ecs_instance_list *list, const char *given,
           const struct outcome *outcome)
{
    const struct ecs_instance *instance = ecs_instance_find(list, given);

    if (instance != NULL && instance->configured != NULL)
        set_status(call, view, instance, outcome);
    else
        json_array_append_new(outcome->failures,
                              json_pack("{s:s, s:s}", "arn", given, "reason",
                                        instance == NULL ? "MISSING" : "NOT_CONFIGURED"));
}

static json_t *
update_all(struct aws_call *call, const struct ecs_view *view, const char *cluster,
           const json_t *names)
{
    const struct outcome outcome = {json_array(), json_array()};
    struct ecs_instance_list list;
    const json_t *name;
    size_t index;

    ecs_instance_list_make(&list, view, cluster);
    json_array_foreach (names, index, name)
        update_one(call, view, &list, json_string_value(name), &outcome);
    ecs_instance_list_clear(&list);
    return json_pack("{s:o, s:o}", "containerInstances", outcome.changed, "failures",
                     outcome.failures);
}

json_t *
ecs_update_instances_state(struct aws_call *call)
{
    const json_t *names = ecs_names(call, "containerInstances", CHANGED_MOST);
    const char *status = aws_text(call, "status");
    struct ecs_view view;
    json_t *output = NULL;

    if (strcmp(status, "ACTIVE") != 0 && strcmp(status, ECS_DRAINING) != 0)
        return aws_fail(call, "InvalidParameterException",
                        "The status of a container instance can be set to ACTIVE or DRAINING");
    ecs_view_make(&view, call);
    const char *cluster = names == NULL ? NULL : ecs_view_cluster(&view, call);
    if (cluster != NULL)
        output = update_all(call, &view, cluster, names);
    ecs_view_clear(&view);
    return output;
}
