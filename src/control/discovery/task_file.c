/* SPDX-License-Identifier: Apache-2.0 */
/* Stamps, and taking a content over only if all of it is good. */
#include "control/discovery/task_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

#define FILE_MOST_BYTES ((off_t)4 * 1024 * 1024)

bool
task_file_is_name(const char *name)
{
    size_t length = strlen(name);

    return *name != '.' && length > 5 && strcmp(name + length - 5, ".json") == 0;
}

struct task_file *
task_file_new(const char *name)
{
    struct task_file *file = memory_take(1, sizeof(*file));

    file->name = memory_copy_text(name);
    return file;
}

void
task_file_free(struct task_file **file)
{
    if (*file == NULL)
        return;
    free((*file)->name);
    free((*file)->fault);
    free((*file)->problem);
    free((*file)->last_good);
    free(*file);
    *file = NULL;
}

static bool
stamps_equal(const struct task_file_stamp *one, const struct task_file_stamp *other)
{
    return one->device == other->device && one->inode == other->inode &&
           one->size == other->size && one->modified.tv_sec == other->modified.tv_sec &&
           one->modified.tv_nsec == other->modified.tv_nsec &&
           one->changed.tv_sec == other->changed.tv_sec &&
           one->changed.tv_nsec == other->changed.tv_nsec;
}

static struct task_file_stamp
stamp_of(const struct stat *status)
{
    return (struct task_file_stamp){status->st_dev, status->st_ino, status->st_size,
                                    status->st_mtim, status->st_ctim};
}

/* The whole content; NULL with *error set. */
static char *
read_all(int directory_fd, const char *name, size_t *length, char **error)
{
    struct stat status = {0};
    int fd = openat(directory_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *text = NULL;

    *error = NULL;
    *length = 0;
    if (fd == -1 && (errno == ENOENT || errno == ELOOP))
        *error = memory_copy_text("is a link that leads nowhere: correct or remove it");
    else if (fd == -1 || fstat(fd, &status) == -1)
        *error = memory_print("cannot be read: %s", strerror(errno));
    else if (!S_ISREG(status.st_mode))
        *error = memory_copy_text("is no regular file: move it away");
    else if (status.st_size > FILE_MOST_BYTES)
        *error = memory_copy_text("is longer than 4 MiB: split it");
    if (*error == NULL) {
        text = memory_take((size_t)status.st_size + 1, 1);
        ssize_t got;
        while (*length < (size_t)status.st_size &&
               (got = read(fd, text + *length, (size_t)status.st_size - *length)) > 0)
            *length += (size_t)got;
    }
    if (fd != -1)
        close(fd);
    return text;
}

static void
free_tasks(struct task **tasks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        task_free(&tasks[i]);
    free(tasks);
}

/* Takes the new content over if it is good; else the last good one stays. */
static void
read_file(struct task_file *file, int directory_fd, const char *source)
{
    size_t length, count = 0;
    char *text = read_all(directory_fd, file->name, &length, &file->fault);

    if (text == NULL)
        return;
    struct task **tasks = task_parse_json(text, length, source, &count, &file->fault);
    if (tasks == NULL) {
        free(text);
        return;
    }
    free_tasks(tasks, count);
    free(file->last_good);
    file->last_good = text;
    file->last_good_length = length;
}

bool
task_file_look(struct task_file *file, int directory_fd, const struct stat *status,
               const char *source)
{
    struct task_file_stamp stamp = stamp_of(status);

    if (stamps_equal(&stamp, &file->stamp))
        return false;
    file->stamp = stamp;
    free(file->fault);
    file->fault = NULL;
    read_file(file, directory_fd, source);
    return true;
}

struct task **
task_file_tasks(const struct task_file *file, const char *source, size_t *count)
{
    char *error = NULL;

    *count = 0;
    if (file->last_good == NULL)
        return NULL;
    struct task **tasks =
        task_parse_json(file->last_good, file->last_good_length, source, count, &error);
    free(error);
    return tasks;
}
