/* SPDX-License-Identifier: Apache-2.0 */
/* A file of another kind, owner or name says so, and is left alone. */
#include "base/own_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"

#define MODE 0600

bool
own_file_is_ours(int fd, const char **reason)
{
    struct stat status;

    *reason = NULL;
    if (fstat(fd, &status) == -1)
        *reason = strerror(errno);
    else if (!S_ISREG(status.st_mode))
        *reason = "it is no regular file";
    else if (status.st_uid != geteuid())
        *reason = "it belongs to another user";
    else if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        *reason = "other users may write it";
    else if (status.st_nlink > 1)
        *reason = "it has another name, too (a hard link)";
    return *reason == NULL;
}

int
own_file_open(const char *path, const char **reason)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

    if (fd == -1) {
        *reason = errno == ELOOP ? "it is a symbolic link" : strerror(errno);
        return -1;
    }
    if (own_file_is_ours(fd, reason))
        return fd;
    close(fd);
    errno = EPERM;
    return -1;
}

FILE *
own_file_begin(const char *path)
{
    if (unlink(path) == -1 && errno != ENOENT)
        return NULL;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MODE);
    FILE *file = fd == -1 ? NULL : fdopen(fd, "w");
    if (file == NULL && fd != -1)
        close(fd);
    return file;
}

int
own_file_commit(const char *written, const char *path)
{
    int fd = open(written, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int result = fd == -1 ? -1 : fsync(fd);
    int error = errno;

    if (fd != -1)
        close(fd);
    errno = error;
    return result == -1 || rename(written, path) == -1 ? -1 : folder_sync_for(path);
}
