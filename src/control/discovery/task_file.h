/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One *.json file of a directory of tasks, as long as it stands there. What it last held that
 * could be used is served while what stands there now cannot be.
 */
#ifndef FAIRLEAD_CONTROL_DISCOVERY_TASK_FILE_H
#define FAIRLEAD_CONTROL_DISCOVERY_TASK_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include <uthash.h>

#include "model/task.h"

/* What tells that a file has changed. */
struct task_file_stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified, changed;
};

struct task_file {
    UT_hash_handle hh;
    char *name;
    struct task_file_stamp stamp;
    char *last_good; /* text; NULL: never one */
    size_t last_good_length;
    char *fault;     /* what is wrong with the content; NULL: nothing */
    char *problem;   /* what was reported: the fault, or a clash with another file */
    bool is_present; /* seen by the scan under way */
};

/* Whether a file of that name is read. */
bool task_file_is_name(const char *name);

struct task_file *task_file_new(const char *name);
void task_file_free(struct task_file **file);

/* Reads it, if it is not the one that was read last, by its status; true when it was. */
bool task_file_look(struct task_file *file, int directory_fd, const struct stat *status,
                    const char *source);

/* The tasks of its last good content, the caller's; NULL: there never was one. */
struct task **task_file_tasks(const struct task_file *file, const char *source, size_t *count);

#endif
