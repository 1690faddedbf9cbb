/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects that API calls have made: what is in force, and how it becomes something else. An
 * edit is a copy that a call changes; it is judged as a configuration together with the file
 * (its additions), then written to the store, then put in force, or thrown away.
 */
#ifndef FAIRLEAD_CONTROL_OBJECTS_OBJECTS_H
#define FAIRLEAD_CONTROL_OBJECTS_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "model/config_additions.h"

/* Also of all files: places are 16 bits (model/setting_places.h). */
#define OBJECTS_MOST 50000

struct objects;
struct object_edit;

/* The order is that in which the configuration has them. */
enum object_kind {
    OBJECT_LOAD_BALANCER,
    OBJECT_TARGET_GROUP,
    OBJECT_LISTENER,
    OBJECT_RULE,
    OBJECT_SERVICE_BINDING, /* an element of "services": "service-binding/CLUSTER/NAME/N" */
    OBJECT_SECURITY_GROUP,  /* restricts the listeners of load balancers */
    /* The configuration knows none of these. */
    OBJECT_CLUSTER,            /* "cluster/NAME" */
    OBJECT_TASK_FAMILY,        /* "task-family/FAMILY": which revision was given last */
    OBJECT_TASK_DEFINITION,    /* "task-definition/FAMILY:REVISION" */
    OBJECT_CAPACITY_PROVIDER,  /* "capacity-provider/NAME" */
    OBJECT_SERVICE,            /* "service/CLUSTER/NAME" */
    OBJECT_TASK,               /* "task/CLUSTER/ID" */
    OBJECT_CONTAINER_INSTANCE, /* "container-instance/CLUSTER/ID": what calls say of one */
    OBJECT_ACCOUNT_SETTING,    /* "account-setting/NAME" */
    OBJECT_REPOSITORY,         /* "repository/NAME": of images, in the registry beside us */
    OBJECT_KIND_COUNT
};

/* Never changed: a change makes another one of the same id. */
struct object {
    const char *id; /* its ARN's end: "targetgroup/web/0123456789abcdef" */
    enum object_kind kind;
    /* "settings" as the file would give them; of a rule the name of its "listener"; and what
     * else belongs to it: "tags", an object of texts, and what only the API speaks of. */
    const json_t *document;
    const char *origin; /* the name of the key that made it */
    uint64_t number;    /* rises with each that is made */
    uint64_t revision;  /* from 1, one more with each change */
    uint64_t created_us;
};

struct objects *objects_new(void);
void objects_free(struct objects **objects);

/* Reads what state_dir has. False, with *reason to free(): it cannot be read, and nothing may
 * be written over it. */
bool objects_load(struct objects *objects, const char *state_dir, char **reason);

/* What the configuration has of them; changes with each edit that is put in force. */
const struct config_additions *objects_additions(const struct objects *objects);

/* Valid until the next edit is put in force; NULL: there is none. */
const struct object *objects_find(const struct objects *objects, const char *id);
size_t objects_count(const struct objects *objects);
const struct object *objects_at(const struct objects *objects, size_t index); /* by id */

/* A copy of the store, whole, in a new file; false with *reason to free(). */
bool objects_backup(struct objects *objects, const char *path, char **reason);

/* One at a time; what happens meanwhile is not in it. */
struct object_edit *object_edit_begin(struct objects *objects);
void object_edit_free(struct object_edit **edit);

/* As the edit leaves it. */
const struct object *object_edit_find(const struct object_edit *edit, const char *id);
size_t object_edit_count(const struct object_edit *edit);
const struct object *object_edit_at(const struct object_edit *edit, size_t index);

/* Each takes the document. An object to create must not be there; the others must. */
void object_edit_create(struct object_edit *edit, enum object_kind kind, const char *id,
                        const char *origin, json_t *document);
void object_edit_change(struct object_edit *edit, const char *id, json_t *document);
void object_edit_delete(struct object_edit *edit, const char *id);

size_t object_edit_changes(const struct object_edit *edit); /* how many */

/* Whether the configuration becomes another by it. */
bool object_edit_concerns_settings(const struct object_edit *edit);
const struct config_additions *object_edit_additions(struct object_edit *edit);

/* To the disk; waits for it. False with *reason to free(): nothing has been written. */
bool object_edit_write(struct object_edit *edit, char **reason);

/* Puts in force what was written. */
void object_edit_commit(struct object_edit *edit);

#endif
