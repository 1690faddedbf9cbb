/* SPDX-License-Identifier: Apache-2.0 */
/* An access key and a list of them, as memory. */
#ifndef FAIRLEAD_CONTROL_KEYS_ACCESS_KEY_H
#define FAIRLEAD_CONTROL_KEYS_ACCESS_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define ACCESS_KEY_ID_LENGTH 20
#define ACCESS_KEY_SECRET_LENGTH 40
#define ACCESS_KEY_NAME_MAX 64
#define ACCESS_KEYS_MAX 1000

/* Whoever knows the secret is who the name says. */
struct access_key {
    char name[ACCESS_KEY_NAME_MAX + 1];
    char id[ACCESS_KEY_ID_LENGTH + 1];
    char secret[ACCESS_KEY_SECRET_LENGTH + 1]; /* never leaves control and its file */
    bool is_read_only;
    uint64_t created_wall_us;
};

/* Of {0} on; cleared by access_key_list_clear. */
struct access_key_list {
    struct access_key *at;
    size_t count;
};

/* 1 to 64 letters, digits and . _ @ + - */
bool access_key_is_name(struct slice name);

/* With an id and a secret of its own; the name is one. */
void access_key_make(struct access_key *key, const char *name, bool is_read_only);

/* Whether id and secret have the form of those that are made. */
bool access_key_is_sound(const struct access_key *key);

/* Its memory is overwritten, and so is a list's when it is cleared. */
void access_key_erase(struct access_key *key);

/* Adds a copy at the end. */
void access_key_list_add(struct access_key_list *list, const struct access_key *key);

/* NULL: there is none of that name, or id. */
const struct access_key *access_key_list_named(const struct access_key_list *list,
                                               struct slice name);
const struct access_key *access_key_list_find(const struct access_key_list *list,
                                              struct slice id);

/* A copy, without that key (NULL: whole). */
struct access_key_list access_key_list_copy(const struct access_key_list *list,
                                            const struct access_key *without);

void access_key_list_clear(struct access_key_list *list);

#endif
