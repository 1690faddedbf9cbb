/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Container instances: what tasks run on. Each is an entry of the configuration; several may
 * share an engine. What an engine has is seen through engine_containers.h.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_INSTANCES_H
#define FAIRLEAD_CONTROL_SCHEDULER_INSTANCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "control/discovery/providers.h"
#include "control/objects/objects.h"
#include "control/scheduler/engine_containers.h"
#include "control/scheduler/image_pulls.h"
#include "model/config.h"

#define INSTANCE_ID_SIZE 33

/* An engine that instances stand for; lives as long as the instances. */
struct engine {
    char *endpoint;
    char *source; /* the name of the provider that follows it: its tasks have it as theirs */
    struct driver *driver;                /* NULL: its provider is not there */
    struct engine_containers *containers; /* NULL with it */
    struct image_pulls *pulls;            /* likewise */
    struct driver_call *info;             /* its size is being asked for */
    uint32_t cpu, memory_mib;             /* its size; 0: not known yet */
    char architecture[32];                /* "x86_64"; "": likewise */
    bool is_size_new;                     /* it has told these, and nobody has looked yet */
    bool is_size_told;                    /* it has told, or has said that it does not */
    json_t *reported;       /* containers that belong to no task, by id; NULL: none ever did */
    uint64_t lost_since_ms; /* clock_ms; 0: it is reached */
};

/* Kept over reloads by cluster and name, as long as tasks may point to it. */
struct instance {
    char *name, *cluster, *zone;
    char id[INSTANCE_ID_SIZE]; /* always the same of a cluster and a name */
    struct engine *engine;
    uint32_t cpu, memory_mib, reserved_mib; /* as configured; 0: the engine's */
    json_t *attributes;                     /* an object of texts; ECS's own among them */
    json_t *configured_attributes;          /* those of the configuration alone */
    bool is_draining, is_configured;
    uint64_t registered_us; /* wall time */
};

struct instances;

struct instances_parts {
    struct loop *loop;
    struct providers *providers;
    const struct objects *objects;
    void (*on_change)(void *argument); /* an engine has something else */
    void *argument;
};

struct instances *instances_new(const struct instances_parts *parts);
void instances_free(struct instances **instances);

/* After the providers, which have the engines. */
void instances_set_config(struct instances *instances, const struct config *config);
/* What calls have said of them: DRAINING, attributes. */
void instances_follow_objects(struct instances *instances);
/* Looks whether engines are reached. True: one is that was not, or the other way round. */
bool instances_look(struct instances *instances);

/* Those of the configuration, in its order. */
size_t instances_count(const struct instances *instances);
struct instance *instances_at(const struct instances *instances, size_t index);
/* Also one that is not in the configuration any more; NULL: never heard of it. */
struct instance *instances_find(const struct instances *instances, const char *cluster,
                                const char *name);
struct instance *instances_find_id(const struct instances *instances, const char *cluster,
                                   const char *id);

size_t instances_engine_count(const struct instances *instances);
struct engine *instances_engine(const struct instances *instances, size_t index);

/* Whether the engine is there and tells what it has. */
bool instance_is_connected(const struct instance *instance);
/* Whether it has not been reached for that long. */
bool instance_is_lost(const struct instance *instance, unsigned ms);

/* What its tasks may reserve together: as configured, or what the engine has. */
uint32_t instance_cpu(const struct instance *instance);
uint32_t instance_memory_mib(const struct instance *instance);

#endif
