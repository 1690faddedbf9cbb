/* SPDX-License-Identifier: Apache-2.0 */
/* What was given is given back; counts and events are the scheduler's. */
#include "control/ecs/ecs_service_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_arn.h"
#include "control/ecs/ecs_definition.h"
#include "control/ecs/ecs_tag_list.h"
#include "control/scheduler/scheduler.h"

static const char *
name_of(const char *given)
{
    const char *slash = strrchr(given, '/');

    return slash == NULL ? given : slash + 1;
}

const json_t *
ecs_service_document(const struct aws_call *call, const char *cluster, const char *given,
                     bool is_past)
{
    const char *name = name_of(given);
    char *id = service_document_id(cluster, name);
    const struct object *object = aws_edit_find(call, id);
    const json_t *document = object != NULL ? object->document
                             : is_past ? scheduler_find_past_service(call->parts->scheduler, id)
                                       : NULL;

    free(id);
    if (name != given && !ecs_arn_names(given, ECS_SERVICE, cluster, name))
        return NULL;
    return document;
}

static const struct service *
running(const struct aws_call *call, const json_t *document)
{
    char *id = service_document_id(service_document_text(document, "cluster"),
                                   service_document_text(document, "name"));
    const struct service *service = scheduler_find_service(call->parts->scheduler, id);

    free(id);
    return service;
}

static void
put_counts(json_t *object, const struct service *service, const char *deployment,
           unsigned desired)
{
    struct service_counts counts = {0};

    if (service != NULL)
        counts = service_count(service, deployment);
    json_object_set_new(object, "desiredCount", json_integer(desired));
    json_object_set_new(object, "runningCount", json_integer(counts.running));
    json_object_set_new(object, "pendingCount", json_integer(counts.pending));
}

static void
put_copy(json_t *object, const char *member, json_t *value)
{
    if (value != NULL)
        json_object_set(object, member, value);
}

static void
put_definition(const struct aws_call *call, json_t *object, const char *definition_id)
{
    char *arn = ecs_definition_arn(call, definition_id);

    json_object_set_new(object, "taskDefinition", json_string(arn));
    free(arn);
}

/* Of what is wanted the PRIMARY one has all, and the others have what they still run. */
static json_t *
deployment_json(const struct aws_call *call, const json_t *document, const json_t *deployment,
                const struct service *service)
{
    static const char *const copied[] = {"id",        "status",       "createdAt",
                                         "updatedAt", "rolloutState", "rolloutStateReason"};
    const char *id = service_document_text(deployment, "id");
    bool is_primary = deployment == service_document_primary(document);
    json_t *object = json_object();

    for (size_t i = 0; i < sizeof(copied) / sizeof(*copied); i++)
        put_copy(object, copied[i], json_object_get(deployment, copied[i]));
    put_definition(call, object, service_document_text(deployment, "taskDefinition"));
    put_counts(object, service, id,
               is_primary && service != NULL ? service_desired(service)
               : service != NULL             ? service_count(service, id).running
                                             : 0);
    json_object_set_new(
        object, "failedTasks",
        json_integer(is_primary && service != NULL ? (json_int_t)service->failed_tasks : 0));
    json_object_set_new(object, "launchType", json_string("EC2"));
    return object;
}

static json_t *
deployments_json(const struct aws_call *call, const json_t *document,
                 const struct service *service)
{
    json_t *array = json_array();
    const json_t *deployment;
    size_t index;

    json_array_foreach (json_object_get(document, "deployments"), index, deployment)
        json_array_append_new(array, deployment_json(call, document, deployment, service));
    return array;
}

static json_t *
events_json(const struct service *service)
{
    json_t *array = json_array();

    for (size_t i = 0; service != NULL && i < service->events.count; i++) {
        const struct service_event *event = service_events_at(&service->events, i);
        char at[CLOCK_ISO_SIZE];
        clock_format_iso(at, event->wall_us);
        json_array_append_new(array, json_pack("{s:s, s:s, s:s}", "id", event->id, "createdAt",
                                               at, "message", event->message));
    }
    return array;
}

/* What AWS says of a service that was given nothing. */
static json_t *
defaults(const json_t *document)
{
    bool is_daemon = service_document_is_daemon(document);
    json_t *object = json_pack(
        "{s:[], s:[], s:[], s:[], s:s, s:s, s:{s:s}, s:b, s:b, s:s, s:s}", "loadBalancers",
        "serviceRegistries", "placementConstraints", "placementStrategy", "launchType", "EC2",
        "schedulingStrategy", "REPLICA", "deploymentController", "type", "ECS",
        "enableECSManagedTags", 0, "enableExecuteCommand", 0, "propagateTags", "NONE",
        "availabilityZoneRebalancing", "DISABLED");

    if (json_array_size(service_document_given(document, "capacityProviderStrategy")) > 0)
        json_object_del(object, "launchType");
    json_object_set_new(object, "deploymentConfiguration",
                        json_pack("{s:{s:b, s:b}, s:i, s:i, s:s, s:i}",
                                  "deploymentCircuitBreaker", "enable", 0, "rollback", 0,
                                  "maximumPercent", is_daemon ? 100 : 200,
                                  "minimumHealthyPercent", is_daemon ? 0 : 100, "strategy",
                                  "ROLLING", "bakeTimeInMinutes", 0));
    return object;
}

static void
put_given(json_t *object, const json_t *given)
{
    const char *member;
    json_t *value;

    json_object_foreach ((json_t *)given, member, value) {
        if (strcmp(member, "deploymentConfiguration") == 0)
            json_object_update(json_object_get(object, member), value);
        else if (strcmp(member, "role") == 0)
            json_object_set(object, "roleArn", value);
        else
            json_object_set(object, member, value);
    }
}

static void
put_names(const struct aws_call *call, json_t *object, const json_t *document)
{
    const char *cluster = service_document_text(document, "cluster");
    const char *name = service_document_text(document, "name");
    char *arn = ecs_arn(call, ECS_SERVICE, cluster, name);
    char *cluster_arn = ecs_arn_cluster(call, cluster);

    json_object_set_new(object, "serviceArn", json_string(arn));
    json_object_set_new(object, "serviceName", json_string(name));
    json_object_set_new(object, "clusterArn", json_string(cluster_arn));
    put_copy(object, "status", json_object_get(document, "status"));
    put_copy(object, "createdAt", json_object_get(document, "createdAt"));
    put_copy(object, "createdBy", json_object_get(document, "createdBy"));
    free(arn);
    free(cluster_arn);
}

json_t *
ecs_service_json(const struct aws_call *call, const json_t *document)
{
    const struct service *service = running(call, document);
    json_t *object = defaults(document);
    unsigned desired =
        service != NULL
            ? service_desired(service)
            : (unsigned)json_integer_value(json_object_get(document, "desiredCount"));

    put_given(object, json_object_get(document, "given"));
    put_names(call, object, document);
    put_definition(call, object, service_document_text(document, "taskDefinition"));
    put_counts(object, service, NULL, desired);
    json_object_set_new(object, "deployments", deployments_json(call, document, service));
    json_object_set_new(object, "events", events_json(service));
    json_object_set_new(object, "tags", ecs_tag_list_asked(call, document));
    return object;
}
