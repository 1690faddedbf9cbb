/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects that were made by API calls, on the disk: state_dir/objects.sqlite. What
 * object_store_write has said yes to is there after a crash or a power cut; what it has said no
 * to is not, and of several changes all are or none (SQLite: WAL, synchronous FULL). The store
 * knows objects by id and kind only; what their JSON says is others' concern. Of SQLite only
 * object_store.c knows.
 */
#ifndef FAIRLEAD_CONTROL_OBJECTS_OBJECT_STORE_H
#define FAIRLEAD_CONTROL_OBJECTS_OBJECT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct object_store;

struct stored_object {
    const char *id;
    const char *kind;
    const char *json;
    const char *origin; /* whose key made it */
    uint64_t number;    /* objects are numbered as they are made; never used again */
    uint64_t revision;  /* from 1, one more with each change; both are the store's */
    uint64_t created_us;
};

enum object_change_kind {
    OBJECT_CREATE, /* all texts and the time; must not exist */
    OBJECT_CHANGE, /* id and json; must exist */
    OBJECT_DELETE, /* id; must exist */
    OBJECT_CHANGE_COUNT
};

struct object_change {
    enum object_change_kind kind;
    struct stored_object object;
};

/* Whether there is one in a directory. */
bool object_store_exists(const char *directory);

/*
 * Opens or makes the store in a directory, whose path outlives the call only. A store that is
 * damaged, of a newer fairlead, or not ours is left as it is: NULL, and *reason says what is
 * wrong with which file and what to do; give it back with free().
 */
struct object_store *object_store_open(const char *directory, char **reason);
void object_store_close(struct object_store **store);

/*
 * Makes all changes, in this order, or none. True: they are on the disk. False: none is, and
 * *reason says why; give it back with free(). Waits for the disk, once for all of them: callers
 * that wait at the same time give theirs together.
 */
bool object_store_write(struct object_store *store, const struct object_change *changes,
                        size_t count, char **reason);

/* Calls on each object in the order in which they were made. Their texts hold for the call.
 * False, with *reason as above, when the disk cannot be read. */
typedef void object_store_visit(void *argument, const struct stored_object *object);
bool object_store_each(struct object_store *store, object_store_visit *visit, void *argument,
                       char **reason);

/* A copy of the store as it is now, whole, in a new file; false, with *reason, where that
 * exists or cannot be written. */
bool object_store_backup(struct object_store *store, const char *path, char **reason);

#endif
