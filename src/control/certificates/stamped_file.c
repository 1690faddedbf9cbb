/* SPDX-License-Identifier: Apache-2.0 */
#include "control/certificates/stamped_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"

#define MIB ((off_t)1 << 20)
/* A file that was changed this shortly before it was read may be changed again unseen. */
#define FRESH_NS UINT64_C(2000000000)
#define NS_PER_SECOND UINT64_C(1000000000)

static uint64_t
nanoseconds(const struct timespec *time)
{
    return (uint64_t)time->tv_sec * NS_PER_SECOND + (uint64_t)time->tv_nsec;
}

static void
note_status(struct stamped_file *file, const struct stat *status)
{
    struct timespec now;

    file->mode = status->st_mode;
    file->stamp = (struct certificate_stamp){
        .device = status->st_dev,
        .inode = status->st_ino,
        .size = (uint64_t)status->st_size,
        .modified_ns = nanoseconds(&status->st_mtim),
        .changed_ns = nanoseconds(&status->st_ctim),
    };
    clock_gettime(CLOCK_REALTIME, &now);
    if (nanoseconds(&now) - file->stamp.changed_ns < FRESH_NS)
        file->stamp = (struct certificate_stamp){0};
}

const char *
stamped_file_open(struct stamped_file *file, unsigned most_mib)
{
    struct stat status;

    file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file->fd == -1 || fstat(file->fd, &status) == -1)
        return strerror(errno);
    if (!S_ISREG(status.st_mode))
        return "it is no regular file";
    if (status.st_size > (off_t)most_mib * MIB)
        return most_mib == 1 ? "it is larger than 1 MiB" : "it is too large";
    note_status(file, &status);
    file->capacity = (size_t)status.st_size + 1;
    return NULL;
}

const char *
stamped_file_read(struct stamped_file *file)
{
    file->bytes = memory_take(1, file->capacity);
    while (file->length < file->capacity) {
        ssize_t got = read(file->fd, file->bytes + file->length, file->capacity - file->length);
        if (got == -1 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == -1 ? strerror(errno) : NULL;
        file->length += (size_t)got;
    }
    return "it is being written";
}

void
stamped_file_close(struct stamped_file *file)
{
    if (file->fd != -1)
        close(file->fd);
    if (file->bytes != NULL)
        explicit_bzero(file->bytes, file->length);
    free(file->bytes);
}

bool
stamps_are_equal(const struct certificate_stamp *one, const struct certificate_stamp *other)
{
    static const struct certificate_stamp none;

    return memcmp(one, other, sizeof(*one)) == 0 && memcmp(one, &none, sizeof(*one)) != 0;
}
