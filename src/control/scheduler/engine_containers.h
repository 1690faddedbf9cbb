/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The containers that fairlead itself has made, as an engine tells of them: read again whole at
 * each hint and now and then, never by what an event says. Labels say whose they are
 * (task_labels.h), so that a fairlead that has just begun knows them again.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_ENGINE_CONTAINERS_H
#define FAIRLEAD_CONTROL_SCHEDULER_ENGINE_CONTAINERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <uthash.h>

#include "control/driver/driver.h"
#include "control/scheduler/scheduled_task.h"
#include "net/loop.h"

enum engine_container_state {
    ENGINE_CONTAINER_CREATED,
    ENGINE_CONTAINER_RUNNING,
    ENGINE_CONTAINER_ENDED
};

struct engine_container {
    char id[TASK_CONTAINER_ID_SIZE];
    json_t *labels;
    json_t *names; /* as the engine lists them; a rename changes them */
    enum engine_container_state state;
    enum task_health health;
    json_t *bindings; /* ECS's networkBindings */
    /* Of one that has ended, once it was inspected. */
    bool is_end_asked, is_end_known, is_oom;
    int exit_code;
    char *error; /* the engine's, why it did not start; NULL: none */
    uint64_t created_us;
    unsigned seen; /* the list that had it */
    UT_hash_handle hh;
};

struct engine_containers;

/* on_change: something differs, after a list was read; not from within a call. */
struct engine_containers *engine_containers_new(struct loop *loop, struct driver *driver,
                                                void (*on_change)(void *argument),
                                                void *argument);
void engine_containers_free(struct engine_containers **containers);

/* Reads them once more, soon. */
void engine_containers_look(struct engine_containers *containers);

/* Whether the engine's driver has gone: nothing comes from it any more. */
bool engine_containers_are_over(const struct engine_containers *containers);

/* Whether they were read at least once since the engine was last reached. */
bool engine_containers_are_known(const struct engine_containers *containers);
/* When the last reading began (clock_ms): who was there then is among them. 0: never. */
uint64_t engine_containers_read_ms(const struct engine_containers *containers);

/* Whether one of its names ends with that. */
bool engine_container_is_named(const struct engine_container *container, const char *end);

/* The one of that id, and all of them by turns (next of NULL is the first); NULL: none. */
const struct engine_container *
engine_containers_find(const struct engine_containers *containers, const char *id);
const struct engine_container *
engine_containers_next(const struct engine_containers *containers,
                       const struct engine_container *container);

#endif
