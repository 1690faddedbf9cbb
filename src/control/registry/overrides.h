/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hands have said of targets, against what tasks and the configuration ask for: one is
 * registered that nothing asks for, one is kept out (deregistered), or one is held (drained)
 * though it is asked for. Each is said of a place, and of the task in its generation where
 * there is one, so that a restarted task is not meant.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_OVERRIDES_H
#define FAIRLEAD_CONTROL_REGISTRY_OVERRIDES_H

#include <stdbool.h>

#include "base/address.h"
#include "model/task.h"

enum override_kind {

#define OVERRIDE(id, word) OVERRIDE_##id,
#include "control/registry/override_kinds.def"
#undef OVERRIDE
    OVERRIDE_COUNT
};

struct overrides;

/* Owned by the list. */
struct override {
    enum override_kind kind;
    char *group;
    struct address address;
    char *source, *task_id; /* NULL: no task */
    uint64_t generation;
    char *zone; /* of a registered one; NULL: none */
    struct override *next;
};

/* What is to be said; all of it is copied. Task NULL: a target that stands for none. */
struct override_spec {
    enum override_kind kind;
    const char *group;
    struct address address;
    const struct task *task;
    const char *zone;
};

struct overrides *overrides_new(void);
void overrides_free(struct overrides **overrides);

/* Said once more, it replaces what was said before. */
const struct override *overrides_add(struct overrides *overrides,
                                     const struct override_spec *spec);
bool overrides_contain(const struct overrides *overrides, const struct override_spec *spec);

/* All of them, in the order of their kinds; next of NULL is the first. */
const struct override *overrides_next(const struct overrides *overrides,
                                      const struct override *previous);

/* Forgets what was said of a place, whatever the task, or of all of a group's (false: nothing
 * was), or of a task in every group. */
bool overrides_forget_place(struct overrides *overrides, enum override_kind kind,
                            const char *group, const struct address *address);
bool overrides_forget_group(struct overrides *overrides, const char *group);
void overrides_forget_task(struct overrides *overrides, const struct task *task);

/* "held" and so on, and back; false: there is no such kind. */
const char *override_kind_word(enum override_kind kind);
bool override_kind_parse(const char *word, enum override_kind *kind);

#endif
