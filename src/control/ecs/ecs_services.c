/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services: those of the configuration. How many tasks one should have nobody says here, so
 * that as many are wanted as there are which are not meant to stop.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "control/elbv2/elbv2_arn.h"
#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_arn.h"
#include "control/ecs/ecs_describe.h"
#include "control/ecs/ecs_listing.h"
#include "control/ecs/ecs_service_json.h"
#include "control/ecs/ecs_view.h"
#include "control/scheduler/service_document.h"

#define SERVICES_MAX 10
#define LISTED 10 /* of ListServices, where a call does not say how many */

/* False: there are none of that kind. */
static bool
is_kind_wanted(const struct aws_call *call)
{
    const char *launch_type = aws_text(call, "launchType");
    const char *strategy = aws_text(call, "schedulingStrategy");

    return (launch_type == NULL || strcmp(launch_type, "EC2") == 0) &&
           (strategy == NULL || strcmp(strategy, "REPLICA") == 0);
}

/* Those that calls have made. */
static void
list_own(struct ecs_listing *listing, const struct aws_call *call, const char *cluster)
{
    const char *launch_type = aws_text(call, "launchType");
    const char *strategy = aws_text(call, "schedulingStrategy");

    for (size_t i = 0; i < aws_edit_count(call); i++) {
        const struct object *object = aws_edit_at(call, i);
        if (object->kind != OBJECT_SERVICE ||
            strcmp(service_document_text(object->document, "cluster"), cluster) != 0 ||
            (launch_type != NULL && strcmp(launch_type, "EC2") != 0) ||
            (strategy != NULL &&
             (strcmp(strategy, "DAEMON") == 0) != service_document_is_daemon(object->document)))
            continue;
        ecs_listing_add(listing, ecs_arn(call, ECS_SERVICE, cluster,
                                         service_document_text(object->document, "name")));
    }
}

json_t *
ecs_list_services(struct aws_call *call)
{
    struct ecs_listing listing = {0};
    struct ecs_view view;

    ecs_view_make(&view, call);
    const char *cluster = ecs_view_cluster(&view, call);
    bool is_wanted = cluster != NULL && is_kind_wanted(call);
    for (size_t i = 0; i < call->parts->config->service_count && is_wanted; i++) {
        const char *name = ecs_view_service_name(&view, i);
        if (name != NULL && ecs_view_has_service(&view, name, cluster))
            ecs_listing_add(&listing, ecs_arn(call, ECS_SERVICE, cluster, name));
    }
    if (cluster != NULL)
        list_own(&listing, call, cluster);
    ecs_view_clear(&view);
    return ecs_listing_end(&listing, call, "serviceArns", LISTED);
}

/* An entry of the configuration each. */
static json_t *
load_balancers(const struct aws_call *call, const char *name)
{
    const struct config *config = call->parts->config;
    json_t *array = json_array();

    for (size_t i = 0; i < config->service_count; i++) {
        const struct config_service *service = &config->services[i];
        if (strcmp(service->name, name) != 0)
            continue;
        char *arn = elbv2_arn_group(call, service->target_group);
        json_array_append_new(array, json_pack("{s:s, s:s*, s:i}", "targetGroupArn", arn,
                                               "containerName", service->container_name,
                                               "containerPort", (int)service->container_port));
        free(arn);
    }
    return array;
}

static void
add_counts(json_t *object, const struct ecs_counts *counts)
{
    json_object_set_new(object, "desiredCount", json_integer(counts->desired));
    json_object_set_new(object, "runningCount", json_integer(counts->running));
    json_object_set_new(object, "pendingCount", json_integer(counts->pending));
    json_object_set_new(object, "launchType", json_string("EC2"));
}

bool
ecs_service_is_free(struct aws_call *call, const char *name)
{
    const struct config *config = call->parts->config;

    for (size_t i = 0; i < config->service_count; i++) {
        const struct config_service *service = &config->services[i];
        if (strcmp(service->name, name) != 0 || aws_edit_object(call, service->places) != NULL)
            continue;
        char *place = config_place_text(config, &service->places->own);
        aws_fail(call, "ClientException", "Service '%s' is defined in %s: change it there",
                 name, place);
        free(place);
        return false;
    }
    return true;
}

/* There is always one, so that a service is stable when its tasks run. */
static json_t *
deployments(const char *name, const struct ecs_counts *counts, const char *since)
{
    char id[ECS_DEPLOYMENT_ID_SIZE];
    bool is_done = counts->running == counts->desired;

    ecs_deployment_id(name, id);
    json_t *deployment =
        json_pack("{s:s, s:s, s:i, s:s, s:s, s:s}", "id", id, "status", "PRIMARY",
                  "failedTasks", 0, "createdAt", since, "updatedAt", since, "rolloutState",
                  is_done ? "COMPLETED" : "IN_PROGRESS");
    add_counts(deployment, counts);
    return json_pack("[o]", deployment);
}

/* What AWS always says of a service, and is always so here. */
static json_t *
fixed_members(void)
{
    return json_pack("{s:s, s:s, s:[], s:[], s:[], s:[], s:{s:{s:b, s:b}, s:i, s:i}, s:{s:s}, "
                     "s:b, s:b, s:s, s:[]}",
                     "status", "ACTIVE", "schedulingStrategy", "REPLICA", "serviceRegistries",
                     "events", "placementConstraints", "placementStrategy",
                     "deploymentConfiguration", "deploymentCircuitBreaker", "enable", 0,
                     "rollback", 0, "maximumPercent", 200, "minimumHealthyPercent", 100,
                     "deploymentController", "type", "ECS", "enableECSManagedTags", 0,
                     "enableExecuteCommand", 0, "propagateTags", "NONE", "tags");
}

static json_t *
service_to_json(const struct ecs_view *view, const char *cluster, const char *name)
{
    const struct ecs_counts counts = ecs_view_count(view, cluster, name);
    char since[CLOCK_ISO_SIZE];
    char *arn = ecs_arn(view->call, ECS_SERVICE, cluster, name);
    char *cluster_arn = ecs_arn_cluster(view->call, cluster);
    json_t *object = fixed_members();

    clock_format_iso(since, view->call->parts->started_wall_us);
    json_t *own = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "serviceArn", arn, "serviceName",
                            name, "clusterArn", cluster_arn, "createdAt", since,
                            "loadBalancers", load_balancers(view->call, name), "deployments",
                            deployments(name, &counts, since));
    json_object_update(object, own);
    add_counts(object, &counts);
    json_decref(own);
    free(arn);
    free(cluster_arn);
    return object;
}

/* "project/name" has a slash of its own. */
static json_t *
describe(const struct ecs_view *view, const char *cluster, const char *given)
{
    const json_t *own = ecs_service_document(view->call, cluster, given, true);

    if (own != NULL)
        return ecs_service_json(view->call, own);
    for (size_t i = 0; i < view->call->parts->config->service_count; i++) {
        const char *name = ecs_view_service_name(view, i);
        if (name != NULL &&
            (strcmp(given, name) == 0 || ecs_arn_names(given, ECS_SERVICE, cluster, name)) &&
            ecs_view_has_service(view, name, cluster))
            return service_to_json(view, cluster, name);
    }
    return NULL;
}

json_t *
ecs_describe_services(struct aws_call *call)
{
    const json_t *names = ecs_names(call, "services", SERVICES_MAX);

    return names == NULL ? NULL : ecs_describe(call, names, ECS_SERVICE, "services", describe);
}
