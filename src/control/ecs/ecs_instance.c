/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ecs/ecs_instance.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_tag_list.h"
#include "control/scheduler/placement.h"
#include "control/scheduler/scheduler.h"

#define ATTRIBUTES "attributes"

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

void
ecs_instance_list_make(struct ecs_instance_list *list, const struct ecs_view *view,
                       const char *cluster)
{
    const struct config *config = view->call->parts->config;
    const struct instances *instances = scheduler_instances(view->call->parts->scheduler);
    size_t most = config->container_instance_count + view->count;

    *list = (struct ecs_instance_list){memory_take(most + 1, sizeof(*list->all)), 0};
    for (size_t i = 0; i < config->container_instance_count; i++) {
        const struct config_container_instance *one = &config->container_instances[i];
        if (strcmp(one->cluster, cluster) == 0)
            list->all[list->count++] =
                (struct ecs_instance){.cluster = cluster,
                                      .id = ecs_id_make(ECS_INSTANCE, cluster, one->name),
                                      .configured = one,
                                      .own = instances_find(instances, cluster, one->name)};
    }
    for (size_t i = 0; i < view->count; i++)
        if (stands_for_instance(view, i, cluster))
            list->all[list->count++] =
                (struct ecs_instance){.cluster = cluster,
                                      .id = ecs_instance_id(&view->tasks[i]),
                                      .seen = &view->tasks[i]};
}

void
ecs_instance_list_clear(struct ecs_instance_list *list)
{
    free(list->all);
    *list = (struct ecs_instance_list){NULL, 0};
}

const struct ecs_instance *
ecs_instance_find(const struct ecs_instance_list *list, const char *given)
{
    for (size_t i = 0; i < list->count; i++)
        if (ecs_arn_names(given, ECS_INSTANCE, list->all[i].cluster, list->all[i].id.text))
            return &list->all[i];
    return NULL;
}

static const char *
name_of(const struct ecs_instance *instance)
{
    return instance->configured != NULL ? instance->configured->name
                                        : ecs_task_host(instance->seen);
}

static char *
object_id(const struct ecs_instance *instance)
{
    return memory_print(ECS_INSTANCE "/%s/%s", instance->cluster, instance->id.text);
}

const struct object *
ecs_instance_object(const struct aws_call *call, const struct ecs_instance *instance)
{
    char *id = object_id(instance);
    const struct object *object = aws_edit_find(call, id);

    free(id);
    return object;
}

json_t *
ecs_instance_document(const struct aws_call *call, const struct ecs_instance *instance)
{
    const struct object *object = ecs_instance_object(call, instance);

    return object != NULL ? aws_edit_document(object)
                          : json_pack("{s:{}, s:{}, s:{}}", "settings", ATTRIBUTES, "tags");
}

void
ecs_instance_put(struct aws_call *call, const struct ecs_instance *instance, json_t *document)
{
    char *id = object_id(instance);

    if (aws_edit_find(call, id) == NULL)
        object_edit_create(call->edit, OBJECT_CONTAINER_INSTANCE, id, call->caller_name,
                           document);
    else
        object_edit_change(call->edit, id, document);
    free(id);
}

json_t *
ecs_instance_attributes(const struct aws_call *call, const struct ecs_instance *instance)
{
    const struct object *object = ecs_instance_object(call, instance);
    const char *zone = instance->seen == NULL ? NULL : instance->seen->records[0]->task->zone;
    json_t *attributes = json_object();

    if (instance->own != NULL)
        json_object_update(attributes, instance->own->attributes);
    else if (object != NULL)
        json_object_update(attributes, json_object_get(object->document, ATTRIBUTES));
    if (zone != NULL)
        json_object_set_new(attributes, "ecs.availability-zone", json_string(zone));
    return attributes;
}

const struct setting_places *
ecs_instance_attribute_place(const struct ecs_instance *instance, const char *name)
{
    const struct config_container_instance *configured = instance->configured;

    for (size_t i = 0; configured != NULL && i < configured->attribute_count; i++)
        if (strcmp(configured->attributes[i].name, name) == 0)
            return configured->attributes[i].places;
    return NULL;
}

const char *
ecs_instance_status(const struct aws_call *call, const struct ecs_instance *instance)
{
    const struct object *object = ecs_instance_object(call, instance);
    const char *status =
        object == NULL ? NULL : json_string_value(json_object_get(object->document, "status"));

    return status != NULL && strcmp(status, ECS_DRAINING) == 0 ? ECS_DRAINING : "ACTIVE";
}

/* What runs on it, and what it has for more. */
struct facts {
    int running, pending;
    bool is_connected;
    json_int_t cpu, memory, cpu_left, memory_left; /* -1: nobody says */
};

static struct facts
facts_of_own(const struct aws_call *call, const struct instance *own)
{
    const struct instance_use use = scheduler_instance_use(call->parts->scheduler, own);

    return (struct facts){.running = (int)use.running,
                          .pending = (int)use.pending,
                          .is_connected = instance_is_connected(own),
                          .cpu = instance_cpu(own),
                          .memory = instance_memory_mib(own),
                          .cpu_left = use.cpu_left,
                          .memory_left = use.memory_left};
}

static struct facts
facts_of(const struct ecs_view *view, const struct ecs_instance *instance)
{
    struct facts facts = {.cpu = -1, .memory = -1, .cpu_left = -1, .memory_left = -1};

    if (instance->own != NULL)
        return facts_of_own(view->call, instance->own);
    if (instance->seen == NULL)
        return facts;
    facts.is_connected = !instance->seen->records[0]->is_stale;
    for (size_t i = 0; i < view->count; i++) {
        enum task_status status = ecs_task_status(&view->tasks[i]);
        if (!are_together(instance->seen, &view->tasks[i]))
            continue;
        facts.running += status == TASK_RUNNING;
        facts.pending += status == TASK_PENDING;
    }
    return facts;
}

static void
add_number(json_t *resources, const char *name, json_int_t number)
{
    if (number >= 0)
        json_array_append_new(resources, json_pack("{s:s, s:s, s:f, s:i, s:I}", "name", name,
                                                   "type", "INTEGER", "doubleValue", 0.0,
                                                   "longValue", 0, "integerValue", number));
}

/* Ports of the host that no other task gets: those that ECS keeps, and those that the tasks'
 * definitions fix. */
struct ports {
    json_t *tcp, *udp;
};

static void
add_port(const struct ports *ports, const json_t *mapping)
{
    const char *protocol = json_string_value(json_object_get(mapping, "protocol"));
    json_int_t port = json_integer_value(json_object_get(mapping, "hostPort"));
    bool is_udp = protocol != NULL && strcmp(protocol, "udp") == 0;

    if (port != 0)
        json_array_append_new(is_udp ? ports->udp : ports->tcp,
                              json_sprintf("%lld", (long long)port));
}

static void
add_ports_of(const struct ports *ports, const struct scheduled_task *task)
{
    const json_t *container, *mapping;
    size_t index, place;

    json_array_foreach (json_object_get(task->definition, "containerDefinitions"), index,
                        container)
        json_array_foreach (json_object_get(container, "portMappings"), place, mapping)
            add_port(ports, mapping);
}

static struct ports
ports_of(const struct aws_call *call, const struct instance *own, bool has_tasks)
{
    struct ports ports = {json_pack("[s, s, s, s, s]", "22", "2375", "2376", "51678", "51679"),
                          json_array()};
    const struct scheduled_task *task = NULL;

    while (has_tasks && (task = scheduler_next_task(call->parts->scheduler, task)) != NULL)
        if (task->instance == own && task->life != LIFE_STOPPED)
            add_ports_of(&ports, task);
    return ports;
}

static void
add_set(json_t *resources, const char *name, json_t *set)
{
    json_array_append_new(resources, json_pack("{s:s, s:s, s:o}", "name", name, "type",
                                               "STRINGSET", "stringSetValue", set));
}

static json_t *
resources(const struct aws_call *call, const struct ecs_instance *instance,
          const struct facts *facts, bool is_remaining)
{
    json_t *list = json_array();

    add_number(list, "CPU", is_remaining ? facts->cpu_left : facts->cpu);
    add_number(list, "MEMORY", is_remaining ? facts->memory_left : facts->memory);
    if (instance->own != NULL) {
        struct ports ports = ports_of(call, instance->own, is_remaining);
        add_set(list, "PORTS", ports.tcp);
        add_set(list, "PORTS_UDP", ports.udp);
    }
    return list;
}

static json_t *
attribute_list(const struct aws_call *call, const struct ecs_instance *instance)
{
    json_t *attributes = ecs_instance_attributes(call, instance), *list = json_array(), *value;
    const char *name;

    json_object_foreach (attributes, name, value) {
        json_t *one = json_pack("{s:s}", "name", name);
        if (*json_string_value(value) != '\0')
            json_object_set(one, "value", value);
        json_array_append_new(list, one);
    }
    json_decref(attributes);
    return list;
}

/* Of the tasks that fairlead runs on it. */
static void
find_groups(const struct ecs_view *view, const struct ecs_instance *instance,
            struct placement_instance *found)
{
    const struct scheduler *scheduler = view->call->parts->scheduler;
    const struct scheduled_task *task = NULL;

    while ((task = scheduler_next_task(scheduler, task)) != NULL) {
        if (task->instance != instance->own || !task->is_wanted)
            continue;
        char *group = scheduled_task_group(task);
        placement_note_group(found, group);
        free(group);
    }
}

bool
ecs_instance_fits(const struct ecs_view *view, const struct ecs_instance *instance,
                  const struct cluster_query *query)
{
    const struct facts facts = facts_of(view, instance);
    json_t *attributes = ecs_instance_attributes(view->call, instance);
    struct placement_instance found = {.id = NULL};

    if (instance->own != NULL && cluster_query_asks_for_groups(query))
        find_groups(view, instance, &found);
    const struct cluster_query_subject subject = {
        .attributes = attributes,
        .instance_id = name_of(instance),
        .groups = (const char *const *)found.groups,
        .group_count = found.group_count,
        .running_tasks = (unsigned)facts.running,
        .is_connected = facts.is_connected,
    };
    bool fits = cluster_query_holds(query, &subject);

    placement_instance_clear(&found);
    json_decref(attributes);
    return fits;
}

json_t *
ecs_instance_to_json(const struct ecs_view *view, const struct ecs_instance *instance)
{
    const struct aws_call *call = view->call;
    const struct object *object = ecs_instance_object(call, instance);
    const struct facts facts = facts_of(view, instance);
    char *arn = ecs_arn(call, ECS_INSTANCE, instance->cluster, instance->id.text);
    char since[CLOCK_ISO_SIZE];

    clock_format_iso(since, instance->own != NULL ? instance->own->registered_us
                                                  : call->parts->started_wall_us);
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:b, s:i, s:i, s:I, s:o, s:o, s:o, s:s, s:[], s:o}",
                  "containerInstanceArn", arn, "ec2InstanceId", name_of(instance), "status",
                  ecs_instance_status(call, instance), "agentConnected", facts.is_connected,
                  "runningTasksCount", facts.running, "pendingTasksCount", facts.pending,
                  "version", object == NULL ? (json_int_t)1 : (json_int_t)object->revision + 1,
                  ATTRIBUTES, attribute_list(call, instance), "registeredResources",
                  resources(call, instance, &facts, false), "remainingResources",
                  resources(call, instance, &facts, true), "registeredAt", since, "attachments",
                  "tags", ecs_tag_list_asked(call, object == NULL ? NULL : object->document));
    free(arn);
    return json;
}
