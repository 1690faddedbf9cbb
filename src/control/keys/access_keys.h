/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The access keys of this fairlead, in keys.json of the state directory. A change counts once
 * the disk has it: a key that is made works from then on, one that is deleted until then. While
 * the file cannot be used nobody has a key, and none is made, so that nothing in it is lost.
 */
#ifndef FAIRLEAD_CONTROL_KEYS_ACCESS_KEYS_H
#define FAIRLEAD_CONTROL_KEYS_ACCESS_KEYS_H

#include <stdbool.h>

#include "control/keys/access_key.h"
#include "net/loop.h"

struct access_keys;

/* How a change ended: error is NULL when it is in force. */
typedef void access_keys_callback(void *argument, const char *error);

struct access_keys *access_keys_new(struct loop *loop, const char *state_dir);
void access_keys_free(struct access_keys **keys);

/* Reads the file; where that does not go, a line is logged, and each change tries again. */
void access_keys_load(struct access_keys *keys);

/* Valid until the loop's next turn. */
const struct access_key_list *access_keys_list(const struct access_keys *keys);

/* Whether a change can be begun now; else *reason says in a line why not, and what to do. */
bool access_keys_is_ready(struct access_keys *keys, const char **reason);

/*
 * Adds a key, or takes one off the list; after access_keys_is_ready. The callback is called
 * later, or right away where not even a file could be written.
 */
void access_keys_add(struct access_keys *keys, const struct access_key *key,
                     access_keys_callback *on_done, void *argument);
void access_keys_remove(struct access_keys *keys, const struct access_key *key,
                        access_keys_callback *on_done, void *argument);

/* The change with that argument goes on; nobody is told. */
void access_keys_forget(struct access_keys *keys, const void *argument);

#endif
