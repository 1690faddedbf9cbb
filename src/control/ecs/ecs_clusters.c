/* SPDX-License-Identifier: Apache-2.0 */
/* Clusters: the default one, those that tasks and the configuration name, and the API's. */
#include "control/ecs/ecs_clusters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_arn.h"
#include "control/ecs/ecs_cluster_objects.h"
#include "control/ecs/ecs_instances.h"
#include "control/ecs/ecs_listing.h"
#include "control/ecs/ecs_tag_list.h"

#define CLUSTERS_MAX 100

static bool
is_first_of_cluster(const struct ecs_view *view, size_t i)
{
    return i == 0 || strcmp(view->tasks[i - 1].cluster, view->tasks[i].cluster) != 0;
}

/* Adds the name where it is not there yet. */
static void
note_name(json_t *names, const char *name)
{
    json_object_set_new(names, name, json_true());
}

/* Of all that are ACTIVE, as an object's members. */
static json_t *
names_of_all(const struct ecs_view *view)
{
    const struct aws_call *call = view->call;
    json_t *names = json_object();

    if (ecs_view_find_cluster(view, ECS_DEFAULT_CLUSTER) != NULL)
        note_name(names, ECS_DEFAULT_CLUSTER);
    for (size_t i = 0; i < view->count; i++)
        if (is_first_of_cluster(view, i))
            note_name(names, view->tasks[i].cluster);
    for (size_t i = 0; i < call->parts->config->container_instance_count; i++) {
        const char *name = call->parts->config->container_instances[i].cluster;
        if (ecs_view_find_cluster(view, name) != NULL)
            note_name(names, name);
    }
    for (size_t i = 0; i < aws_edit_count(call); i++) {
        const struct object *object = aws_edit_at(call, i);
        if (object->kind == OBJECT_CLUSTER && ecs_cluster_is_made(object))
            note_name(names, strchr(object->id, '/') + 1);
    }
    return names;
}

json_t *
ecs_list_clusters(struct aws_call *call)
{
    struct ecs_listing listing = {0};
    struct ecs_view view;
    const char *name;
    json_t *value;

    ecs_view_make(&view, call);
    json_t *names = names_of_all(&view);
    json_object_foreach (names, name, value)
        ecs_listing_add(&listing, ecs_arn_cluster(call, name));
    json_decref(names);
    ecs_view_clear(&view);
    return ecs_listing_end(&listing, call, "clusterArns", ECS_LISTING_PAGE);
}

static bool
is_service_in(const struct object *object, const char *cluster)
{
    const char *status = json_string_value(json_object_get(object->document, "status"));
    const char *path = strchr(object->id, '/') + 1;
    size_t length = strlen(cluster);

    return strncmp(path, cluster, length) == 0 && path[length] == '/' &&
           (status == NULL || strcmp(status, "INACTIVE") != 0);
}

unsigned
ecs_cluster_services(const struct ecs_view *view, const char *cluster)
{
    unsigned count = 0;

    for (size_t i = 0; i < view->call->parts->config->service_count; i++) {
        const char *name = ecs_view_service_name(view, i);
        count += name != NULL && ecs_view_has_service(view, name, cluster);
    }
    for (size_t i = 0; i < aws_edit_count(view->call); i++) {
        const struct object *object = aws_edit_at(view->call, i);
        count += object->kind == OBJECT_SERVICE && is_service_in(object, cluster);
    }
    return count;
}

/* Everything here is what ECS calls EC2: containers on machines that are there. */
static json_t *
statistics(const struct ecs_counts *counts, unsigned services)
{
    const struct {
        const char *name;
        unsigned number;
    } rows[] = {
        {"runningEC2TasksCount", counts->running},
        {"runningFargateTasksCount", 0},
        {"pendingEC2TasksCount", counts->pending},
        {"pendingFargateTasksCount", 0},
        {"activeEC2ServiceCount", services},
        {"activeFargateServiceCount", 0},
        {"drainingEC2ServiceCount", 0},
        {"drainingFargateServiceCount", 0},
    };

    json_t *array = json_array();

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char text[16];
        snprintf(text, sizeof(text), "%u", rows[i].number);
        json_array_append_new(array,
                              json_pack("{s:s, s:s}", "name", rows[i].name, "value", text));
    }
    return array;
}

/* What calls have said of it, where they ask for that. */
static void
put_said(json_t *json, const struct ecs_view *view, const json_t *document, bool is_whole)
{
    static const struct {
        const char *word; /* of include; NULL: always */
        const char *member, *own;
    } members[] = {
        {NULL, "capacityProviders", "capacityProviders"},
        {NULL, "defaultCapacityProviderStrategy", "defaultCapacityProviderStrategy"},
        {"SETTINGS", "settings", ECS_CLUSTER_SETTINGS},
        {"CONFIGURATIONS", "configuration", "configuration"},
    };

    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        json_t *value = json_object_get(document, members[i].own);
        if (value != NULL &&
            (is_whole || members[i].word == NULL || aws_includes(view->call, members[i].word)))
            json_object_set(json, members[i].member, value);
    }
    if (is_whole || aws_includes(view->call, "TAGS"))
        json_object_set_new(json, "tags", ecs_tag_list_of(document));
}

json_t *
ecs_cluster_to_json(const struct ecs_view *view, const char *name, bool is_whole)
{
    const struct ecs_counts counts = ecs_view_count(view, name, NULL);
    const struct object *object = ecs_cluster_object(view->call, name);
    unsigned services = ecs_cluster_services(view, name);
    char *arn = ecs_arn_cluster(view->call, name);
    bool is_open = ecs_view_find_cluster(view, name) != NULL;
    json_t *document = is_open ? ecs_cluster_document(view->call, name)
                               : json_incref((json_t *)(uintptr_t)object->document);
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:[], s:[], s:o}", "clusterArn", arn,
        "clusterName", name, "status", is_open ? "ACTIVE" : "INACTIVE",
        "registeredContainerInstancesCount", (int)ecs_instances_count(view, name),
        "runningTasksCount", (int)counts.running, "pendingTasksCount", (int)counts.pending,
        "activeServicesCount", (int)services, "tags", "settings", "statistics",
        aws_includes(view->call, "STATISTICS") ? statistics(&counts, services) : json_array());

    put_said(json, view, document, is_whole);
    json_decref(document);
    free(arn);
    return json;
}

/* Also one that was deleted. NULL: there is none. */
static json_t *
find(const struct ecs_view *view, const char *given)
{
    const char *cluster = ecs_view_find_cluster(view, given);
    const char *name = ecs_arn_path(given, ECS_CLUSTER);

    if (cluster == NULL && name != NULL && ecs_cluster_object(view->call, name) != NULL)
        cluster = name;
    return cluster == NULL ? NULL : ecs_cluster_to_json(view, cluster, false);
}

static json_t *
describe(const struct ecs_view *view, const json_t *names)
{
    json_t *clusters = json_array(), *failures = json_array(), *name;
    size_t index;

    json_array_foreach (names, index, name) {
        const char *given = json_string_value(name);
        json_t *cluster = find(view, given);
        if (cluster != NULL)
            json_array_append_new(clusters, cluster);
        else
            json_array_append_new(failures, ecs_failure(view->call, ECS_CLUSTER, NULL, given));
    }
    return json_pack("{s:o, s:o}", "clusters", clusters, "failures", failures);
}

json_t *
ecs_describe_clusters(struct aws_call *call)
{
    const json_t *given = json_object_get(call->input, "clusters");
    bool is_default = json_array_size(given) == 0;
    json_t *one = json_pack("[s]", ECS_DEFAULT_CLUSTER), *output = NULL;
    const json_t *names = is_default ? one : ecs_names(call, "clusters", CLUSTERS_MAX);
    struct ecs_view view;

    if (names != NULL) {
        ecs_view_make(&view, call);
        output = describe(&view, names);
        ecs_view_clear(&view);
    }
    json_decref(one);
    return output;
}
