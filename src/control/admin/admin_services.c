/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services: those of the configuration, which only say whose ports go where, and those that
 * fairlead runs; and the container instances that these run on.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/admin/admin_call.h"
#include "control/admin/admin_services.h"
#include "control/registry/service_match.h"
#include "control/scheduler/scheduler.h"

#define EVENTS_SHOWN 20

static json_t *
configured_to_json(const struct admin_parts *parts, const struct config_service *service)
{
    const struct service_matcher *matcher = registry_matcher(parts->registry);
    struct task_record *record = NULL;
    unsigned matching = 0, running = 0;
    json_t *object = json_object();

    while ((record = registry_next_task(parts->registry, record)) != NULL) {
        struct address address;
        if (service_match(matcher, service, record->task, &address) != SERVICE_MATCHES)
            continue;
        matching++;
        running += task_is_eligible(record->task) && !task_record_is_leaving(record) ? 1 : 0;
    }
    admin_set_text(object, "ServiceName", service->name);
    admin_set_text(object, "TargetGroupName", service->target_group);
    admin_set_text(object, "ContainerName", service->container_name);
    admin_set_number(object, "ContainerPort", service->container_port);
    admin_set_number(object, "TaskCount", matching);
    admin_set_number(object, "RunningCount", running);
    return object;
}

/* "targetgroup/NAME/...": the names, by commas. */
static char *
groups_of(const json_t *document)
{
    const json_t *list = service_document_given(document, "loadBalancers"), *one;
    char *names = memory_copy_text("");
    size_t index;

    json_array_foreach (list, index, one) {
        const char *arn = service_document_text(one, "targetGroupArn");
        const char *name = arn == NULL ? NULL : strstr(arn, "targetgroup/");
        if (name == NULL)
            continue;
        name += strlen("targetgroup/");
        char *longer = memory_print("%s%s%.*s", names, index == 0 ? "" : ", ",
                                    (int)strcspn(name, "/"), name);
        free(names);
        names = longer;
    }
    return names;
}

static json_t *
deployments_of(const struct service *service)
{
    json_t *array = json_array();
    const json_t *deployment;
    size_t index;

    json_array_foreach (json_object_get(service->document, "deployments"), index, deployment) {
        struct service_counts counts =
            service_count(service, service_document_text(deployment, "id"));
        json_t *object = json_object();
        admin_set_text(object, "Id", service_document_text(deployment, "id"));
        admin_set_text(object, "Status", service_document_text(deployment, "status"));
        admin_set_text(object, "TaskDefinition",
                       service_document_text(deployment, "taskDefinition"));
        admin_set_text(object, "RolloutState",
                       service_document_text(deployment, "rolloutState"));
        admin_set_text(object, "RolloutStateReason",
                       service_document_text(deployment, "rolloutStateReason"));
        admin_set_text(object, "CreatedAt", service_document_text(deployment, "createdAt"));
        admin_set_number(object, "RunningCount", counts.running);
        admin_set_number(object, "PendingCount", counts.pending);
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *
events_of(const struct service *service)
{
    json_t *array = json_array();

    for (size_t i = 0; i < service->events.count && i < EVENTS_SHOWN; i++) {
        const struct service_event *event = service_events_at(&service->events, i);
        json_t *object = json_object();
        admin_set_text(object, "Id", event->id);
        admin_set_time(object, "Time", event->wall_us);
        admin_set_text(object, "Message", event->message);
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *
own_to_json(const struct service *service)
{
    const json_t *primary = service_document_primary(service->document);
    const json_t *balancer =
        json_array_get(service_document_given(service->document, "loadBalancers"), 0);
    struct service_counts counts = service_count(service, NULL);
    char *name = memory_print("%s/%s", service->cluster, service->name);
    char *groups = groups_of(service->document);
    json_t *object = json_object();

    admin_set_text(object, "ServiceName", name);
    admin_set_text(object, "ClusterName", service->cluster);
    admin_set_text(object, "TargetGroupName", *groups == '\0' ? NULL : groups);
    admin_set_text(object, "ContainerName", service_document_text(balancer, "containerName"));
    if (balancer != NULL)
        admin_set_number(
            object, "ContainerPort",
            (uint64_t)json_integer_value(json_object_get(balancer, "containerPort")));
    admin_set_text(object, "Status", service_document_text(service->document, "status"));
    admin_set_text(object, "SchedulingStrategy",
                   service_document_is_daemon(service->document) ? "DAEMON" : "REPLICA");
    admin_set_text(object, "TaskDefinition",
                   service_document_text(service->document, "taskDefinition"));
    admin_set_text(object, "RolloutState", service_document_text(primary, "rolloutState"));
    admin_set_number(object, "DesiredCount", service_desired(service));
    admin_set_number(object, "RunningCount", counts.running);
    admin_set_number(object, "PendingCount", counts.pending);
    admin_set_number(object, "TaskCount", counts.running + counts.pending);
    admin_set_number(object, "FailedTasks", service->failed_tasks);
    json_object_set_new(object, "IsSteady", json_boolean(service->is_steady));
    admin_set_text(object, "Trouble", service->unplaced);
    admin_set_text(object, "LastFailure", service->last_failure);
    json_object_set_new(object, "Deployments", deployments_of(service));
    json_object_set_new(object, "Events", events_of(service));
    free(groups);
    free(name);
    return object;
}

/* The parts of the configuration that stand for services of the API are not shown once more. */
static bool
is_of_file(const struct config_service *service)
{
    return service->places == NULL || service->places->own.line != 0;
}

void
admin_show_services(struct admin_call *call)
{
    const struct config *config = call->parts->config;
    const struct service *service = NULL;
    json_t *services = json_array();

    for (size_t i = 0; i < config->service_count; i++)
        if (is_of_file(&config->services[i]))
            json_array_append_new(services,
                                  configured_to_json(call->parts, &config->services[i]));
    while ((service = scheduler_next_service(call->parts->scheduler, service)) != NULL)
        json_array_append_new(services, own_to_json(service));
    admin_answer(call->request, 200, json_pack("{s:o}", "Services", services));
}

const struct service *
admin_service_find(const struct admin_parts *parts, const char *word)
{
    const struct service *service = NULL, *found = NULL;
    bool is_ambiguous = false;

    while ((service = scheduler_next_service(parts->scheduler, service)) != NULL) {
        if (strcmp(service->id + strlen("service/"), word) == 0)
            return service;
        if (strcmp(service->name, word) != 0)
            continue;
        is_ambiguous = found != NULL;
        found = service;
    }
    return is_ambiguous ? NULL : found;
}

static json_t *
instance_to_json(const struct scheduler *scheduler, const struct instance *instance)
{
    struct instance_use use = scheduler_instance_use(scheduler, instance);
    uint32_t cpu = instance_cpu(instance), memory = instance_memory_mib(instance);
    json_t *object = json_object();

    admin_set_text(object, "Ec2InstanceId", instance->name);
    admin_set_text(object, "ClusterName", instance->cluster);
    admin_set_text(object, "Id", instance->id);
    admin_set_text(object, "Zone", instance->zone);
    admin_set_text(object, "Endpoint", instance->engine->endpoint);
    admin_set_text(object, "Status", instance->is_draining ? "DRAINING" : "ACTIVE");
    json_object_set_new(object, "AgentConnected",
                        json_boolean(instance_is_connected(instance)));
    admin_set_number(object, "RunningTasksCount", use.running);
    admin_set_number(object, "PendingTasksCount", use.pending);
    admin_set_number(object, "RegisteredCpu", cpu);
    admin_set_number(object, "RemainingCpu", use.cpu_left);
    admin_set_number(object, "RegisteredMemory", memory);
    admin_set_number(object, "RemainingMemory", use.memory_left);
    return object;
}

void
admin_show_instances(struct admin_call *call)
{
    const struct scheduler *scheduler = call->parts->scheduler;
    struct instances *instances = scheduler_instances(scheduler);
    json_t *array = json_array();

    for (size_t i = 0; i < instances_count(instances); i++)
        json_array_append_new(array, instance_to_json(scheduler, instances_at(instances, i)));
    admin_answer(call->request, 200, json_pack("{s:o}", "ContainerInstances", array));
}
