/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On which container instance a task is to run: first those that can take it, then the one that
 * the strategies rank first. Pure, and the same of the same: ties are broken by how many tasks
 * an instance has, then by its name.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_PLACEMENT_H
#define FAIRLEAD_CONTROL_SCHEDULER_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#define PLACEMENT_NOWHERE UINT32_MAX

/* What a service or call says about it. */
struct placement_rules;

/* ECS's placementConstraints and placementStrategy; NULL or empty: spread over zones, then over
 * instances. NULL with *error, to free() (error may be NULL), where they are wrong. */
struct placement_rules *placement_rules_read(const json_t *constraints,
                                             const json_t *strategies, char **error);
/* Those of a task definition, too; false with *error likewise. */
bool placement_rules_add(struct placement_rules *rules, const json_t *constraints,
                         char **error);
void placement_rules_free(struct placement_rules **rules);
/* Whether they ask which groups run where. */
bool placement_rules_ask_for_groups(const struct placement_rules *rules);

/* What a task needs. */
struct placement_needs {
    uint32_t cpu, memory_mib;
    const uint16_t *host_ports; /* fixed ones */
    size_t host_port_count;
    const char *group; /* that the task is of; NULL: nobody asks */
};

/* An instance as it would be with what has been placed on it. */
struct placement_instance {
    const char *id, *zone;    /* zone NULL: none */
    const json_t *attributes; /* an object of texts */
    bool is_active;           /* else it is DRAINING */
    bool is_connected;
    bool is_lost; /* not reached for so long that its tasks count as gone */
    uint32_t cpu_left, memory_left;
    uint32_t tasks;  /* all that are on it */
    uint32_t own;    /* of these, the service's */
    uint16_t *ports; /* that are taken; its own memory */
    size_t port_count;
    bool has_groups; /* they are known: those that come are added */
    char **groups;   /* of the tasks that it runs, each once; its own memory */
    size_t group_count;
};

/* Why there was no place; of the instance that came closest (index NOWHERE: there is none). */
enum placement_obstacle {
    PLACEMENT_POSSIBLE,
    PLACEMENT_NO_INSTANCES,
    PLACEMENT_NOT_ACTIVE,
    PLACEMENT_AGENT,
    PLACEMENT_CONSTRAINT,
    PLACEMENT_PORT,
    PLACEMENT_MEMORY,
    PLACEMENT_CPU
};

struct placement_failure {
    enum placement_obstacle obstacle;
    uint32_t instance;
};

/* Whether the instance can take the task. */
enum placement_obstacle placement_judge(const struct placement_rules *rules,
                                        const struct placement_needs *needs,
                                        const struct placement_instance *instance);

/* An index, with the task noted there; PLACEMENT_NOWHERE, with the failure (may be NULL). */
uint32_t placement_take(const struct placement_rules *rules,
                        const struct placement_needs *needs,
                        struct placement_instance *instances, size_t count,
                        struct placement_failure *failure);

void placement_note_group(struct placement_instance *instance, const char *group);
/* Notes a task that is there already, or is to be. */
void placement_note(struct placement_instance *instance, const struct placement_needs *needs);
void placement_instance_clear(struct placement_instance *instance);

/* Whether a service's tasks are to be spread over zones first. */
bool placement_spreads_zones(const struct placement_rules *rules);

#endif
