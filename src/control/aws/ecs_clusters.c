/* SPDX-License-Identifier: Apache-2.0 */
/* Clusters: the default one, and those that tasks name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/aws/ecs_arn.h"
#include "control/aws/ecs_instances.h"
#include "control/aws/ecs_listing.h"
#include "control/aws/ecs_view.h"

#define CLUSTERS_MAX 100

static bool
is_first_of_cluster(const struct ecs_view *view, size_t i)
{
    return i == 0 || strcmp(view->tasks[i - 1].cluster, view->tasks[i].cluster) != 0;
}

json_t *
ecs_list_clusters(struct aws_call *call)
{
    struct ecs_listing listing = {0};
    struct ecs_view view;

    ecs_view_make(&view, call);
    ecs_listing_add(&listing, ecs_arn_cluster(call, ECS_DEFAULT_CLUSTER));
    for (size_t i = 0; i < view.count; i++)
        if (is_first_of_cluster(&view, i) &&
            strcmp(view.tasks[i].cluster, ECS_DEFAULT_CLUSTER) != 0)
            ecs_listing_add(&listing, ecs_arn_cluster(call, view.tasks[i].cluster));
    ecs_view_clear(&view);
    return ecs_listing_end(&listing, call, "clusterArns", ECS_LISTING_PAGE);
}

static unsigned
count_services(const struct ecs_view *view, const char *cluster)
{
    unsigned count = 0;

    for (size_t i = 0; i < view->call->parts->config->service_count; i++) {
        const char *name = ecs_view_service_name(view, i);
        count += name != NULL && ecs_view_has_service(view, name, cluster);
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

static json_t *
cluster_to_json(const struct ecs_view *view, const char *name)
{
    const struct ecs_counts counts = ecs_view_count(view, name, NULL);
    unsigned services = count_services(view, name);
    char *arn = ecs_arn_cluster(view->call, name);
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:[], s:[], s:o, s:[], s:[]}", "clusterArn", arn,
        "clusterName", name, "status", "ACTIVE", "registeredContainerInstancesCount",
        (int)ecs_instances_count(view, name), "runningTasksCount", (int)counts.running,
        "pendingTasksCount", (int)counts.pending, "activeServicesCount", (int)services, "tags",
        "settings", "statistics",
        aws_includes(view->call, "STATISTICS") ? statistics(&counts, services) : json_array(),
        "capacityProviders", "defaultCapacityProviderStrategy");

    if (aws_includes(view->call, "SETTINGS"))
        json_object_set_new(
            object, "settings",
            json_pack("[{s:s, s:s}]", "name", "containerInsights", "value", "disabled"));
    free(arn);
    return object;
}

static json_t *
describe(const struct ecs_view *view, const json_t *names)
{
    json_t *clusters = json_array(), *failures = json_array(), *name;
    size_t index;

    json_array_foreach (names, index, name) {
        const char *given = json_string_value(name);
        const char *cluster = ecs_view_find_cluster(view, given);
        if (cluster != NULL)
            json_array_append_new(clusters, cluster_to_json(view, cluster));
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

/* Whether an ARN is that of anything that is here. */
static bool
is_known(const struct ecs_view *view, const char *arn)
{
    for (size_t i = 0; i < view->count; i++)
        if (ecs_arn_names(arn, ECS_TASK, view->tasks[i].cluster, view->tasks[i].id) ||
            ecs_arn_names(arn, ECS_INSTANCE, view->tasks[i].cluster,
                          ecs_instance_id(&view->tasks[i]).text))
            return true;
    for (size_t i = 0; i < view->call->parts->config->service_count; i++) {
        const char *name = view->call->parts->config->services[i].name;
        if (ecs_arn_names(arn, ECS_SERVICE, ECS_DEFAULT_CLUSTER, name))
            return true;
        for (size_t j = 0; j < view->count; j++)
            if (is_first_of_cluster(view, j) &&
                ecs_arn_names(arn, ECS_SERVICE, view->tasks[j].cluster, name))
                return true;
    }
    return ecs_view_find_cluster(view, arn) != NULL;
}

/* Nothing has tags. */
json_t *
ecs_tags(struct aws_call *call)
{
    const char *arn = aws_text(call, "resourceArn");
    struct ecs_view view;

    ecs_view_make(&view, call);
    if (!is_known(&view, arn))
        aws_fail(call, "InvalidParameterException", "There is no resource %.256s", arn);
    ecs_view_clear(&view);
    return call->error_code == NULL ? json_pack("{s:[]}", "tags") : NULL;
}
