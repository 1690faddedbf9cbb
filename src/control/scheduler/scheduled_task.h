/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A task that fairlead runs itself: the containers of one task definition on one container
 * instance, from the decision to their end. Made and freed by the table of tasks
 * (task_table.h); task_runner.c moves it on, everybody else reads.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_SCHEDULED_TASK_H
#define FAIRLEAD_CONTROL_SCHEDULER_SCHEDULED_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <jansson.h>
#include <uthash.h>

#include "model/task.h"

struct driver_call;
struct instance;
struct task_parts;

/* 32 hexadecimal digits, as ECS has them, and NUL. */
#define TASK_ID_SIZE 33
#define TASK_CONTAINER_ID_SIZE 65

enum task_life {

#define TASK_LIFE(id, counts_as) LIFE_##id,
#include "control/scheduler/task_lives.def"
#undef TASK_LIFE
    LIFE_COUNT
};

/* How far a container is; what is under way has a call. */
enum container_step {
    CONTAINER_NONE,    /* nothing was done yet */
    CONTAINER_PULLED,  /* the engine has its image */
    CONTAINER_CREATED, /* it is there, and has not run */
    CONTAINER_RUNNING,
    CONTAINER_ENDED /* it has run, or was never to be had */
};

struct task_container {
    struct scheduled_task *task;
    const json_t *definition; /* in the task's; NULL: nobody knows it any more */
    char *name;
    char id[TASK_CONTAINER_ID_SIZE]; /* the engine's; "": there is none */
    enum container_step step;
    struct driver_call *call; /* what is under way for it; NULL: nothing */
    bool is_pulling;          /* waits for its image */
    bool is_essential;
    bool is_start_sent; /* it may have been started */
    bool is_started;    /* the engine says that it was */
    bool is_ending;     /* it has ended, and how is being asked for */
    int exit_code;      /* -1: unknown, or it has not ended */
    enum task_health health;
    char *reason;           /* ECS's: "OutOfMemoryError: ..."; NULL: none */
    char *image_digest;     /* NULL: unknown */
    json_t *bindings;       /* ECS's networkBindings; NULL: none */
    uint64_t made_ms;       /* clock_ms, when the engine answered that it is there */
    uint64_t wait_began_ms; /* for what it depends on; 0: does not wait */
    uint64_t retry_ms;      /* clock_ms before which nothing is tried again */
    uint64_t unsure_ms;     /* clock_ms, when a start was left without an answer; 0: none was */
    unsigned tries;         /* in vain, of the step under way */
};

enum task_stop_code {
    STOP_CODE_NONE,
    STOP_CODE_TASK_FAILED_TO_START,
    STOP_CODE_ESSENTIAL_CONTAINER_EXITED,
    STOP_CODE_USER_INITIATED,
    STOP_CODE_SERVICE_SCHEDULER_INITIATED
};

/* CPU units and MiB that a task reserves on an instance, and host ports that it has fixed. */
struct task_size {
    uint32_t cpu, memory;
    uint16_t *host_ports; /* NULL: none */
    size_t host_port_count;
};

struct scheduled_task {
    char id[TASK_ID_SIZE];
    char *cluster;
    char *service;       /* its name; NULL: it stands alone */
    char *deployment;    /* "ecs-svc/..."; NULL: it stands alone */
    char *definition_id; /* "family:revision" */
    json_t *definition;  /* what ECS calls taskDefinition; NULL: it is not there any more */
    struct task_size size;
    json_t *overrides;        /* NULL: none */
    char *started_by, *group; /* as the call said; NULL: as ECS would say */
    struct instance *instance;
    const struct task_parts *parts; /* that it was last moved on with */
    enum task_life life;
    bool is_wanted;       /* desiredStatus RUNNING */
    bool is_lost;         /* its instance was not reached for so long that it counts as gone */
    bool has_run;         /* it has been RUNNING */
    bool has_had_targets; /* all of them registered at once, seen by this process */
    bool has_been_well;   /* and healthy, or without any check for a while */
    enum task_stop_code stop_code;
    char *stopped_reason; /* NULL: none */
    struct task_container **containers;
    size_t container_count;
    size_t volumes_made, volumes_removed;
    struct driver_call *volume_call; /* what is under way for them; NULL: nothing */
    uint64_t volume_retry_ms;        /* clock_ms before which nothing is tried again */
    uint64_t version;                /* one more with each change of what is shown */
    unsigned targets_expected; /* how many are to be registered before it counts as RUNNING */
    unsigned targets_told;     /* of which it was told that they are registered */
    /* Wall times in microseconds; 0: not yet. */
    uint64_t created_us, pull_started_us, pull_stopped_us, started_us, stopping_us, stopped_us;
    uint64_t activating_ms, running_ms, stopped_ms; /* clock_ms, when it came there */
    UT_hash_handle hh;
    LIST_ENTRY(scheduled_task) of_service;
};

const char *task_life_text(enum task_life life);           /* "PROVISIONING" */
const char *task_stop_code_text(enum task_stop_code code); /* NULL: NONE */

/* Takes nothing, or both: a definition is an object with "containerDefinitions". The containers
 * are made of it. id NULL: a new one. */
struct scheduled_task *scheduled_task_new(const char *id, const char *cluster,
                                          const char *definition_id, json_t *definition);
void scheduled_task_free(struct scheduled_task **task);

/* "service:NAME", what RunTask was given, or "family:NAME"; to free(). */
char *scheduled_task_group(const struct scheduled_task *task);

/* The container of that name; NULL: none. */
struct task_container *scheduled_task_find(const struct scheduled_task *task, const char *name);
/* One that the definition does not have (any more): an engine has it. */
struct task_container *scheduled_task_add(struct scheduled_task *task, const char *name);

/* Whether an essential container of it has ended, known how or not. */
bool scheduled_task_is_ending(const struct scheduled_task *task);

/* What a container waits for comes from its health check. */
bool task_container_has_check(const struct task_container *container);

/* HEALTHY, UNHEALTHY, or NONE (ECS: UNKNOWN), as its essential containers with a check are. */
enum task_health scheduled_task_health(const struct scheduled_task *task);
bool scheduled_task_has_check(const struct scheduled_task *task);

/* Of a definition; give it back with task_size_clear. */
struct task_size task_size_of(const json_t *definition);
void task_size_clear(struct task_size *size);

/* The first reason stays. text: memory of its own is made. */
void scheduled_task_stop(struct scheduled_task *task, enum task_stop_code code,
                         const char *reason);

#endif
