/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What control knows, on disk: tasks, targets with their ids and health, what hands registered,
 * deregistered and drain, and when keys were used. A new control serves it, health-checked and
 * marked stale, until the providers have spoken. Written whole and renamed into place, a
 * quarter of a second after a change; where it is much, three seconds at most.
 */
#ifndef FAIRLEAD_CONTROL_STATE_FILE_H
#define FAIRLEAD_CONTROL_STATE_FILE_H

#include <stdbool.h>

#include <jansson.h>

#include "control/keys/key_uses.h"
#include "control/registry/registry.h"
#include "control/registry/targets.h"
#include "net/loop.h"

struct state_file;

/* What it keeps, in which directory; outlives it. */
struct state_file_parts {
    struct loop *loop;
    const char *directory;
    struct registry *registry;
    struct targets *targets;
    struct key_uses *key_uses;
};

struct state_file *state_file_new(const struct state_file_parts *parts);

/* Does not write: state_file_save comes before where that is wanted. */
void state_file_free(struct state_file **file);

/* Puts back what the file has; false with a warning when there is one that cannot be used. */
bool state_file_load(struct state_file *file);

/* The same as text, with what only holds for a control that goes on in this process; and put
 * back there: without the places of counters, when those are others. The text is the caller's.
 */
char *state_file_text(struct state_file *file);
void state_file_take(struct state_file *file, json_t *state, bool has_same_counters);

/* Something changed: write soon. */
void state_file_note_change(struct state_file *file);
bool state_file_save(struct state_file *file);

#endif
