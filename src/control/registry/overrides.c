/* SPDX-License-Identifier: Apache-2.0 */
/* A plain list for each kind: people make these one at a time. */
#include "control/registry/overrides.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"

struct overrides {
    struct override *first[OVERRIDE_COUNT];
};

static const char *const words[] = {

#define OVERRIDE(id, word) [OVERRIDE_##id] = (word),
#include "control/registry/override_kinds.def"
#undef OVERRIDE
};

struct overrides *
overrides_new(void)
{
    return memory_take(1, sizeof(struct overrides));
}

static void
forget(struct override **link)
{
    struct override *one = *link;

    *link = one->next;
    free(one->group);
    free(one->source);
    free(one->task_id);
    free(one->zone);
    free(one);
}

void
overrides_free(struct overrides **overrides)
{
    for (unsigned kind = 0; kind < OVERRIDE_COUNT; kind++) {
        while ((*overrides)->first[kind] != NULL)
            forget(&(*overrides)->first[kind]);
    }
    free(*overrides);
    *overrides = NULL;
}

static bool
is_at(const struct override *one, const char *group, const struct address *address)
{
    return address_equal(&one->address, address) && strcmp(one->group, group) == 0;
}

static bool
is_of(const struct override *one, const struct task *task)
{
    if (task == NULL || one->source == NULL)
        return task == NULL && one->source == NULL;
    return one->generation == task->generation && strcmp(one->task_id, task->id) == 0 &&
           strcmp(one->source, task->source) == 0;
}

/* Where it hangs, or would. */
static struct override **
find(struct override **link, const struct override_spec *spec)
{
    while (*link != NULL &&
           (!is_of(*link, spec->task) || !is_at(*link, spec->group, &spec->address)))
        link = &(*link)->next;
    return link;
}

bool
overrides_contain(const struct overrides *overrides, const struct override_spec *spec)
{
    struct override *first = overrides->first[spec->kind];

    return *find(&first, spec) != NULL;
}

const struct override *
overrides_add(struct overrides *overrides, const struct override_spec *spec)
{
    struct override **old = find(&overrides->first[spec->kind], spec);
    struct override *added = memory_take(1, sizeof(*added));

    if (*old != NULL)
        forget(old);
    added->kind = spec->kind;
    added->group = memory_copy_text(spec->group);
    added->address = spec->address;
    added->zone = memory_copy_text(spec->zone);
    if (spec->task != NULL) {
        added->source = memory_copy_text(spec->task->source);
        added->task_id = memory_copy_text(spec->task->id);
        added->generation = spec->task->generation;
    }
    added->next = overrides->first[spec->kind];
    overrides->first[spec->kind] = added;
    return added;
}

const struct override *
overrides_next(const struct overrides *overrides, const struct override *previous)
{
    unsigned kind = previous == NULL ? 0 : previous->kind + 1U;

    if (previous != NULL && previous->next != NULL)
        return previous->next;
    while (kind < OVERRIDE_COUNT && overrides->first[kind] == NULL)
        kind++;
    return kind == OVERRIDE_COUNT ? NULL : overrides->first[kind];
}

bool
overrides_forget_place(struct overrides *overrides, enum override_kind kind, const char *group,
                       const struct address *address)
{
    struct override **link = &overrides->first[kind];
    bool was_there = false;

    while (*link != NULL) {
        if (is_at(*link, group, address)) {
            forget(link);
            was_there = true;
        } else {
            link = &(*link)->next;
        }
    }
    return was_there;
}

static bool
forget_group(struct override **link, const char *group)
{
    bool was_there = false;

    while (*link != NULL) {
        if (strcmp((*link)->group, group) == 0) {
            forget(link);
            was_there = true;
        } else {
            link = &(*link)->next;
        }
    }
    return was_there;
}

bool
overrides_forget_group(struct overrides *overrides, const char *group)
{
    bool was_there = false;

    for (unsigned kind = 0; kind < OVERRIDE_COUNT; kind++)
        was_there = forget_group(&overrides->first[kind], group) || was_there;
    return was_there;
}

static void
forget_task(struct override **link, const struct task *task)
{
    while (*link != NULL) {
        if (is_of(*link, task))
            forget(link);
        else
            link = &(*link)->next;
    }
}

void
overrides_forget_task(struct overrides *overrides, const struct task *task)
{
    for (unsigned kind = 0; kind < OVERRIDE_COUNT; kind++)
        forget_task(&overrides->first[kind], task);
}

const char *
override_kind_word(enum override_kind kind)
{
    CHECK(kind < OVERRIDE_COUNT);
    return words[kind];
}

bool
override_kind_parse(const char *word, enum override_kind *kind)
{
    for (unsigned i = 0; i < OVERRIDE_COUNT; i++) {
        if (word == NULL || strcmp(words[i], word) != 0)
            continue;
        *kind = (enum override_kind)i;
        return true;
    }
    return false;
}
