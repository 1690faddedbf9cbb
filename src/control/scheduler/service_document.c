/* SPDX-License-Identifier: Apache-2.0 */
#include "control/scheduler/service_document.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "control/scheduler/task_labels.h"

#define DEPLOYMENT_DIGITS UINT64_C(10000000000000000000)
/* Of those that never came to their end the last are told. */
#define DEPLOYMENTS_MOST 20

char *
service_document_id(const char *cluster, const char *name)
{
    return memory_print("service/%s/%s", cluster, name);
}

char *
service_document_binding_id(const char *cluster, const char *name, size_t index)
{
    return memory_print("service-binding/%s/%s/%zu", cluster, name, index);
}

json_t *
service_document_binding(const char *cluster, const char *name, const char *group,
                         const json_t *load_balancer)
{
    char *service = task_labels_service(cluster, name);
    json_t *settings =
        json_pack("{s:s, s:s, s:O, s:O}", "name", service, "target_group", group,
                  "container_name", json_object_get(load_balancer, "containerName"),
                  "container_port", json_object_get(load_balancer, "containerPort"));

    free(service);
    return settings;
}

static void
put_now(json_t *object, const char *member)
{
    char now[CLOCK_ISO_SIZE];

    clock_format_iso(now, clock_wall_us());
    json_object_set_new(object, member, json_string(now));
}

static json_t *
new_deployment(const char *definition, const char *reason)
{
    char id[DEPLOYMENT_ID_SIZE];
    uint64_t number;

    random_fill(&number, sizeof(number));
    snprintf(id, sizeof(id), "ecs-svc/%019" PRIu64, number % DEPLOYMENT_DIGITS);
    json_t *deployment = json_pack("{s:s, s:s, s:s, s:s}", "id", id, "status", "PRIMARY",
                                   "taskDefinition", definition, "rolloutState", "IN_PROGRESS");
    char *text = reason != NULL ? memory_copy_text(reason)
                                : memory_print("ECS deployment %s in progress.", id);
    json_object_set_new(deployment, "rolloutStateReason", json_string(text));
    free(text);
    put_now(deployment, "createdAt");
    put_now(deployment, "updatedAt");
    return deployment;
}

json_t *
service_document_new(const char *cluster, const char *name, const char *definition,
                     json_int_t desired, json_t *given)
{
    json_t *document =
        json_pack("{s:s, s:s, s:s, s:o, s:I, s:s, s:[o]}", "cluster", cluster, "name", name,
                  "status", "ACTIVE", "given", given, "desiredCount", desired, "taskDefinition",
                  definition, "deployments", new_deployment(definition, NULL));

    put_now(document, "createdAt");
    return document;
}

const char *
service_document_text(const json_t *document, const char *member)
{
    return json_string_value(json_object_get(document, member));
}

const json_t *
service_document_given(const json_t *document, const char *member)
{
    return json_object_get(json_object_get(document, "given"), member);
}

bool
service_document_is_active(const json_t *document)
{
    return strcmp(service_document_text(document, "status"), "ACTIVE") == 0;
}

bool
service_document_is_daemon(const json_t *document)
{
    const char *strategy =
        json_string_value(service_document_given(document, "schedulingStrategy"));

    return strategy != NULL && strcmp(strategy, "DAEMON") == 0;
}

static unsigned
percent(const json_t *document, const char *member, unsigned of_replicas, unsigned of_daemons)
{
    const json_t *value =
        json_object_get(service_document_given(document, "deploymentConfiguration"), member);

    if (value != NULL)
        return (unsigned)json_integer_value(value);
    return service_document_is_daemon(document) ? of_daemons : of_replicas;
}

unsigned
service_document_minimum_percent(const json_t *document)
{
    return percent(document, "minimumHealthyPercent", 100, 0);
}

unsigned
service_document_maximum_percent(const json_t *document)
{
    return percent(document, "maximumPercent", 200, 100);
}

const json_t *
service_document_primary(const json_t *document)
{
    return json_array_get(json_object_get(document, "deployments"), 0);
}

static json_t *
primary(json_t *document)
{
    return json_array_get(json_object_get(document, "deployments"), 0);
}

/* Not the completed one, which may come back. */
static void
forget_old(json_t *deployments)
{
    size_t index = json_array_size(deployments) - 1;

    if (index < DEPLOYMENTS_MOST)
        return;
    const char *state =
        service_document_text(json_array_get(deployments, index), "rolloutState");
    json_array_remove(deployments, strcmp(state, "COMPLETED") == 0 ? index - 1 : index);
}

void
service_document_deploy(json_t *document, const char *definition, const char *reason)
{
    json_t *deployments = json_object_get(document, "deployments");
    json_t *last = primary(document);

    if (last != NULL) {
        json_object_set_new(last, "status", json_string("ACTIVE"));
        put_now(last, "updatedAt");
    }
    json_array_insert_new(deployments, 0, new_deployment(definition, reason));
    forget_old(deployments);
    json_object_set_new(document, "taskDefinition", json_string(definition));
}

static void
set_state(json_t *document, const char *state, const char *reason)
{
    json_t *deployment = primary(document);

    json_object_set_new(deployment, "rolloutState", json_string(state));
    json_object_set_new(deployment, "rolloutStateReason", json_string(reason));
    put_now(deployment, "updatedAt");
}

void
service_document_complete(json_t *document, const char *reason)
{
    json_t *deployments = json_object_get(document, "deployments");

    set_state(document, "COMPLETED", reason);
    json_object_set(document, "completed",
                    json_object_get(primary(document), "taskDefinition"));
    while (json_array_size(deployments) > 1)
        json_array_remove(deployments, 1);
}

void
service_document_fail(json_t *document, const char *reason)
{
    set_state(document, "FAILED", reason);
}

/* Its tasks may still run: they are kept. */
static void
bring_back(json_t *document, size_t index)
{
    json_t *deployments = json_object_get(document, "deployments");
    json_t *deployment = json_incref(json_array_get(deployments, index));
    const char *id = service_document_text(deployment, "id");
    char *reason =
        memory_print("ECS deployment circuit breaker: rolling back to deploymentId %s.", id);

    json_array_remove(deployments, index);
    json_object_set_new(primary(document), "status", json_string("ACTIVE"));
    json_array_insert_new(deployments, 0, deployment);
    json_object_set_new(deployment, "status", json_string("PRIMARY"));
    json_object_set(document, "taskDefinition", json_object_get(deployment, "taskDefinition"));
    set_state(document, "IN_PROGRESS", reason);
    free(reason);
}

static void
go_back(json_t *document)
{
    const char *completed = service_document_text(document, "completed");
    const json_t *deployments = json_object_get(document, "deployments"), *deployment;
    size_t index;

    json_array_foreach (deployments, index, deployment)
        if (index > 0 &&
            strcmp(service_document_text(deployment, "taskDefinition"), completed) == 0) {
            bring_back(document, index);
            return;
        }
    char *definition = memory_copy_text(completed);
    service_document_deploy(document, definition,
                            "ECS deployment circuit breaker: rolling back.");
    free(definition);
}

void
service_document_roll_back(json_t *document)
{
    if (service_document_text(document, "completed") == NULL)
        return;
    go_back(document);
    json_object_set_new(primary(document), "isRollback", json_true());
}

bool
service_document_is_rollback(const json_t *document)
{
    return json_is_true(json_object_get(service_document_primary(document), "isRollback"));
}

void
service_document_drain(json_t *document)
{
    json_object_set_new(document, "status", json_string("DRAINING"));
    json_object_set_new(document, "desiredCount", json_integer(0));
}
