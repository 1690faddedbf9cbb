/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that a process keeps for itself in a folder: believed only where nobody else can have
 * put or written them, and on the disk as a whole or not at all.
 */
#ifndef FAIRLEAD_BASE_OWN_FILE_H
#define FAIRLEAD_BASE_OWN_FILE_H

#include <stdbool.h>
#include <stdio.h>

/* For reading; never waits and follows no symbolic link. -1: *reason says why, and errno is
 * ENOENT where there is none. */
int own_file_open(const char *path, const char **reason);

/* Whether an open file is a regular one, under one name, of this user, and writable by nobody
 * else; *reason says what it is instead. */
bool own_file_is_ours(int fd, const char **reason);

/* A new file of that name for writing, in place of whatever has it; NULL with errno. */
FILE *own_file_begin(const char *path);

/* Has the disk keep the written file, and gives it its name for good. 0, or -1 with errno.
 * Waits for the disk. */
int own_file_commit(const char *written, const char *path);

#endif
