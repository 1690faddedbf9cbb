/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance that left the configuration is kept, for its tasks; it takes no new ones. Engines
 * are opened and closed by the providers: what was got from one is given back when it changes.
 */
#include "control/scheduler/instances.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "control/scheduler/task_labels.h"
#include "model/config_engines.h"

#define CPU_UNITS 1024 /* of a core */
#define MIB (1024 * 1024)

struct instances {
    struct instances_parts parts;
    struct engine **engines;
    size_t engine_count;
    struct instance **all; /* those of the configuration first, in its order */
    size_t count, configured;
};

struct instances *
instances_new(const struct instances_parts *parts)
{
    struct instances *instances = memory_take(1, sizeof(*instances));

    instances->parts = *parts;
    return instances;
}

static void
detach(struct engine *engine)
{
    driver_cancel(&engine->info);
    engine_containers_free(&engine->containers);
    image_pulls_free(&engine->pulls);
    engine->driver = NULL;
}

static void
free_engine(struct engine *engine)
{
    detach(engine);
    json_decref(engine->reported);
    free(engine->endpoint);
    free(engine->source);
    free(engine);
}

static void
free_instance(struct instance *instance)
{
    free(instance->name);
    free(instance->cluster);
    free(instance->zone);
    json_decref(instance->attributes);
    json_decref(instance->configured_attributes);
    free(instance);
}

void
instances_free(struct instances **instances)
{
    if (*instances == NULL)
        return;
    for (size_t i = 0; i < (*instances)->engine_count; i++)
        free_engine((*instances)->engines[i]);
    for (size_t i = 0; i < (*instances)->count; i++)
        free_instance((*instances)->all[i]);
    free((*instances)->engines);
    free((*instances)->all);
    free(*instances);
    *instances = NULL;
}

static struct engine *
find_or_add_engine(struct instances *instances, const char *endpoint)
{
    for (size_t i = 0; i < instances->engine_count; i++)
        if (strcmp(instances->engines[i]->endpoint, endpoint) == 0)
            return instances->engines[i];
    struct engine *engine = memory_take(1, sizeof(*engine));
    engine->endpoint = memory_copy_text(endpoint);
    engine->lost_since_ms = clock_ms() + 1;
    instances->engines =
        memory_resize(instances->engines, instances->engine_count + 1, sizeof(struct engine *));
    instances->engines[instances->engine_count++] = engine;
    return engine;
}

static void
on_info(void *argument, const struct driver_result *result)
{
    struct engine *engine = argument;
    const char *architecture =
        json_string_value(json_object_get(result->answer, "Architecture"));

    engine->info = NULL;
    engine->is_size_told = true;
    if (result->error != NULL)
        return;
    engine->cpu =
        (uint32_t)json_integer_value(json_object_get(result->answer, "NCPU")) * CPU_UNITS;
    engine->memory_mib =
        (uint32_t)(json_integer_value(json_object_get(result->answer, "MemTotal")) / MIB);
    snprintf(engine->architecture, sizeof(engine->architecture), "%s",
             architecture == NULL ? "" : architecture);
    engine->is_size_new = true;
}

static void
attach(struct instances *instances, struct engine *engine)
{
    struct discovery *discovery =
        engine->source == NULL ? NULL
                               : providers_find(instances->parts.providers, engine->source);
    struct driver *driver = discovery == NULL ? NULL : discovery_driver(discovery);

    if (driver == engine->driver && engine->containers != NULL &&
        !engine_containers_are_over(engine->containers))
        return;
    detach(engine);
    if (driver == NULL)
        return;
    engine->driver = driver;
    engine->pulls = image_pulls_new(instances->parts.loop, driver);
    engine->containers = engine_containers_new(
        instances->parts.loop, driver, instances->parts.on_change, instances->parts.argument);
}

struct instance *
instances_find(const struct instances *instances, const char *cluster, const char *name)
{
    for (size_t i = 0; i < instances->count; i++)
        if (strcmp(instances->all[i]->name, name) == 0 &&
            strcmp(instances->all[i]->cluster, cluster) == 0)
            return instances->all[i];
    return NULL;
}

struct instance *
instances_find_id(const struct instances *instances, const char *cluster, const char *id)
{
    for (size_t i = 0; i < instances->count; i++)
        if (strcmp(instances->all[i]->id, id) == 0 &&
            strcmp(instances->all[i]->cluster, cluster) == 0)
            return instances->all[i];
    return NULL;
}

static struct instance *
find_or_add(struct instances *instances, const struct config_container_instance *config)
{
    struct instance *instance = instances_find(instances, config->cluster, config->name);

    if (instance != NULL)
        return instance;
    instance = memory_take(1, sizeof(*instance));
    instance->name = memory_copy_text(config->name);
    instance->cluster = memory_copy_text(config->cluster);
    instance->attributes = json_object();
    instance->registered_us = clock_wall_us();
    task_labels_make_instance_id(instance->id, config->cluster, config->name);
    instances->all =
        memory_resize(instances->all, instances->count + 1, sizeof(struct instance *));
    instances->all[instances->count++] = instance;
    return instance;
}

static json_t *
attributes_of(const struct config_container_instance *config)
{
    json_t *attributes = json_object();

    for (size_t i = 0; i < config->attribute_count; i++)
        json_object_set_new(attributes, config->attributes[i].name,
                            json_string(config->attributes[i].value));
    return attributes;
}

/* ECS's word for what an engine says; NULL: it has not said. */
static const char *
architecture_of(const struct engine *engine)
{
    if (*engine->architecture == '\0')
        return NULL;
    return strcmp(engine->architecture, "aarch64") == 0 ? "arm64" : engine->architecture;
}

/* Those that calls have put win over the configuration's; what it is by itself nobody changes.
 */
static void
set_attributes(struct instance *instance, json_t *put)
{
    const char *architecture = architecture_of(instance->engine);

    json_object_clear(instance->attributes);
    json_object_update(instance->attributes, instance->configured_attributes);
    json_object_update(instance->attributes, put);
    if (instance->zone != NULL)
        json_object_set_new(instance->attributes, "ecs.availability-zone",
                            json_string(instance->zone));
    if (architecture != NULL)
        json_object_set_new(instance->attributes, "ecs.cpu-architecture",
                            json_string(architecture));
    json_object_set_new(instance->attributes, "ecs.os-type", json_string("linux"));
    json_object_set_new(instance->attributes, "ecs.instance-type", json_string("fairlead"));
}

static void
set_one(struct instances *instances, struct instance *instance, const struct config *whole,
        const struct config_container_instance *config)
{
    free(instance->zone);
    instance->zone = memory_copy_text(config->zone);
    json_decref(instance->configured_attributes);
    instance->configured_attributes = attributes_of(config);
    instance->cpu = config->cpu;
    instance->memory_mib = config->memory;
    instance->reserved_mib = config->reserved_memory;
    instance->engine = find_or_add_engine(instances, config->endpoint);
    free(instance->engine->source);
    instance->engine->source = config_engine_source(whole, config);
    instance->is_configured = true;
}

/* To its place among the configured ones. */
static void
put_in_order(struct instances *instances, const struct instance *instance)
{
    size_t from = instances->configured, to = instances->configured++;

    while (instances->all[from] != instance)
        from++;
    struct instance *moved = instances->all[from];
    instances->all[from] = instances->all[to];
    instances->all[to] = moved;
}

void
instances_set_config(struct instances *instances, const struct config *config)
{
    instances->configured = 0;
    for (size_t i = 0; i < instances->count; i++)
        instances->all[i]->is_configured = false;
    for (size_t i = 0; i < config->container_instance_count; i++) {
        struct instance *instance = find_or_add(instances, &config->container_instances[i]);
        set_one(instances, instance, config, &config->container_instances[i]);
        put_in_order(instances, instance);
    }
    for (size_t i = 0; i < instances->engine_count; i++)
        attach(instances, instances->engines[i]);
    instances_follow_objects(instances);
}

static void
follow_object(const struct instances *instances, struct instance *instance)
{
    char *id = memory_print("container-instance/%s/%s", instance->cluster, instance->id);
    const struct object *object = objects_find(instances->parts.objects, id);
    const json_t *document = object == NULL ? NULL : object->document;
    const char *status = json_string_value(json_object_get(document, "status"));

    free(id);
    instance->is_draining = status != NULL && strcmp(status, "DRAINING") == 0;
    set_attributes(instance, json_object_get(document, "attributes"));
}

void
instances_follow_objects(struct instances *instances)
{
    for (size_t i = 0; i < instances->count; i++)
        follow_object(instances, instances->all[i]);
}

static bool
look(struct engine *engine)
{
    bool was_reached = engine->lost_since_ms == 0;
    bool is_reached = engine->containers != NULL &&
                      engine_containers_are_known(engine->containers) &&
                      driver_is_connected(engine->driver);

    if (is_reached && engine->cpu == 0 && engine->info == NULL)
        engine->info = driver_info(engine->driver, on_info, engine);
    if (is_reached)
        engine->lost_since_ms = 0;
    else if (was_reached)
        engine->lost_since_ms = clock_ms() + 1;
    return was_reached != is_reached;
}

bool
instances_look(struct instances *instances)
{
    bool differs = false, is_told = false;

    for (size_t i = 0; i < instances->engine_count; i++) {
        struct engine *engine = instances->engines[i];
        differs = look(engine) || engine->is_size_new || differs;
        is_told = is_told || engine->is_size_new;
        engine->is_size_new = false;
    }
    if (is_told)
        instances_follow_objects(instances);
    return differs;
}

size_t
instances_count(const struct instances *instances)
{
    return instances->configured;
}

struct instance *
instances_at(const struct instances *instances, size_t index)
{
    return instances->all[index];
}

size_t
instances_engine_count(const struct instances *instances)
{
    return instances->engine_count;
}

struct engine *
instances_engine(const struct instances *instances, size_t index)
{
    return instances->engines[index];
}

bool
instance_is_connected(const struct instance *instance)
{
    return instance->engine->lost_since_ms == 0;
}

bool
instance_is_lost(const struct instance *instance, unsigned ms)
{
    uint64_t since = instance->engine->lost_since_ms;

    return since != 0 && clock_ms() >= since + ms;
}

uint32_t
instance_cpu(const struct instance *instance)
{
    return instance->cpu != 0 ? instance->cpu : instance->engine->cpu;
}

uint32_t
instance_memory_mib(const struct instance *instance)
{
    uint32_t whole = instance->engine->memory_mib;

    if (instance->memory_mib != 0)
        return instance->memory_mib;
    return whole > instance->reserved_mib ? whole - instance->reserved_mib : 0;
}
