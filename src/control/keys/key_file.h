/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that access keys are kept in: {"version": 1, "keys": [{"name", "id", "secret",
 * "read_only", "created"}]}, mode 0600. It is believed as a whole or not at all.
 */
#ifndef FAIRLEAD_CONTROL_KEYS_KEY_FILE_H
#define FAIRLEAD_CONTROL_KEYS_KEY_FILE_H

#include "control/keys/access_key.h"

/* The keys of the file, none where there is no file; false, and none, with why they cannot be
 * had, a text of at most size bytes. */
bool key_file_read(const char *path, struct access_key_list *list, char *reason, size_t size);

/* Writes a new file, which own_file_commit then puts in its place; 0, or -1 with errno. */
int key_file_write(const char *path, const struct access_key_list *list);

#endif
