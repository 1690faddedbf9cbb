/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets that were deregistered by hand while a task or the configuration still asks for them:
 * they stay out until they are registered by hand again. An exclusion names the task in its
 * generation, so a restarted one is not meant.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_EXCLUSIONS_H
#define FAIRLEAD_CONTROL_REGISTRY_EXCLUSIONS_H

#include <stdbool.h>

#include "base/address.h"
#include "model/task.h"

struct exclusions;

struct exclusion {
    char *group;
    struct address address;
    char *source, *task_id; /* NULL: no task */
    uint64_t generation;
    struct exclusion *next;
};

struct exclusions *exclusions_new(void);
void exclusions_free(struct exclusions **exclusions);

/* Task NULL: a target that stands for none. */
bool exclusions_contain(const struct exclusions *exclusions, const char *group,
                        const struct address *address, const struct task *task);
void exclusions_add(struct exclusions *exclusions, const char *group,
                    const struct address *address, const struct task *task);

/* All of them, for the state file. */
const struct exclusion *exclusions_first(const struct exclusions *exclusions);

/* Forgets what is excluded at a place (false: nothing was), or of a task in every group. */
bool exclusions_forget_place(struct exclusions *exclusions, const char *group,
                             const struct address *address);
void exclusions_forget_task(struct exclusions *exclusions, const struct task *task);

#endif
