/* SPDX-License-Identifier: Apache-2.0 */
#include "control/aws/ecs_instance.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/aws/ecs_tag_list.h"
#include "model/config_engines.h"

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
    size_t most = config->container_instance_count + view->count;

    *list = (struct ecs_instance_list){memory_take(most + 1, sizeof(*list->all)), 0};
    for (size_t i = 0; i < config->container_instance_count; i++) {
        const struct config_container_instance *one = &config->container_instances[i];
        if (strcmp(one->cluster, cluster) == 0)
            list->all[list->count++] = (struct ecs_instance){
                cluster, ecs_id_make(ECS_INSTANCE, cluster, one->name), one, NULL};
    }
    for (size_t i = 0; i < view->count; i++)
        if (stands_for_instance(view, i, cluster))
            list->all[list->count++] = (struct ecs_instance){
                cluster, ecs_instance_id(&view->tasks[i]), NULL, &view->tasks[i]};
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

static void
put_own(json_t *attributes, const struct config_container_instance *configured)
{
    for (size_t i = 0; i < configured->attribute_count; i++)
        json_object_set_new(attributes, configured->attributes[i].name,
                            json_string(configured->attributes[i].value));
    json_object_set_new(attributes, "ecs.os-type", json_string("linux"));
    json_object_set_new(attributes, "ecs.instance-type", json_string("fairlead"));
}

json_t *
ecs_instance_attributes(const struct aws_call *call, const struct ecs_instance *instance)
{
    const struct object *object = ecs_instance_object(call, instance);
    const char *zone = instance->configured != NULL ? instance->configured->zone
                                                    : instance->seen->records[0]->task->zone;
    json_t *attributes = json_object();

    if (instance->configured != NULL)
        put_own(attributes, instance->configured);
    if (zone != NULL)
        json_object_set_new(attributes, "ecs.availability-zone", json_string(zone));
    if (object != NULL)
        json_object_update(attributes, json_object_get(object->document, ATTRIBUTES));
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

static bool
is_engine_reached(const struct aws_call *call,
                  const struct config_container_instance *configured)
{
    char *source = config_engine_source(call->parts->config, configured);
    struct discovery *discovery =
        source == NULL ? NULL : providers_find(call->parts->providers, source);
    struct discovery_status status = {.is_connected = false};

    if (discovery != NULL)
        discovery_read_status(discovery, &status);
    free(source);
    return status.is_connected;
}

static struct facts
facts_of_configured(const struct ecs_view *view, const struct ecs_instance *instance)
{
    const struct config_container_instance *configured = instance->configured;
    struct facts facts = {.is_connected = is_engine_reached(view->call, configured)};

    facts.cpu = facts.cpu_left = configured->cpu == 0 ? -1 : (json_int_t)configured->cpu;
    facts.memory = facts.memory_left =
        configured->memory == 0 ? -1 : (json_int_t)configured->memory;
    return facts;
}

static struct facts
facts_of_seen(const struct ecs_view *view, const struct ecs_instance *instance)
{
    struct facts facts = {.is_connected = !instance->seen->records[0]->is_stale,
                          .cpu = -1,
                          .memory = -1,
                          .cpu_left = -1,
                          .memory_left = -1};

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

/* As ECS has them: no task gets these ports of an instance. */
static json_t *
resources(const struct ecs_instance *instance, json_int_t cpu, json_int_t memory)
{
    json_t *list = json_array();

    add_number(list, "CPU", cpu);
    add_number(list, "MEMORY", memory);
    if (instance->configured != NULL)
        json_array_append_new(list, json_pack("{s:s, s:s, s:[s, s, s, s, s]}", "name", "PORTS",
                                              "type", "STRINGSET", "stringSetValue", "22",
                                              "2375", "2376", "51678", "51679"));
    if (instance->configured != NULL)
        json_array_append_new(list, json_pack("{s:s, s:s, s:[]}", "name", "PORTS_UDP", "type",
                                              "STRINGSET", "stringSetValue"));
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

json_t *
ecs_instance_to_json(const struct ecs_view *view, const struct ecs_instance *instance)
{
    const struct aws_call *call = view->call;
    const struct object *object = ecs_instance_object(call, instance);
    const struct facts facts = instance->configured != NULL
                                   ? facts_of_configured(view, instance)
                                   : facts_of_seen(view, instance);
    char *arn = ecs_arn(call, ECS_INSTANCE, instance->cluster, instance->id.text);
    char since[CLOCK_ISO_SIZE];

    clock_format_iso(since, call->parts->started_wall_us);
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:b, s:i, s:i, s:I, s:o, s:o, s:o, s:s, s:[], s:o}",
        "containerInstanceArn", arn, "ec2InstanceId",
        instance->configured != NULL ? instance->configured->name
                                     : ecs_task_host(instance->seen),
        "status", ecs_instance_status(call, instance), "agentConnected", facts.is_connected,
        "runningTasksCount", facts.running, "pendingTasksCount", facts.pending, "version",
        object == NULL ? (json_int_t)1 : (json_int_t)object->revision + 1, ATTRIBUTES,
        attribute_list(call, instance), "registeredResources",
        resources(instance, facts.cpu, facts.memory), "remainingResources",
        resources(instance, facts.cpu_left, facts.memory_left), "registeredAt", since,
        "attachments", "tags",
        ecs_tag_list_asked(call, object == NULL ? NULL : object->document));
    free(arn);
    return json;
}
