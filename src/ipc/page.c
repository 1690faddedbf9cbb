/* SPDX-License-Identifier: Apache-2.0 */
/* Only memory files have seals, so whoever has them is no pipe that would be waited for. */
#include "ipc/page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

#define PAGE_SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

static bool
write_all(int fd, struct slice text)
{
    while (text.length > 0) {
        ssize_t taken = write(fd, text.at, text.length);
        if (taken == -1)
            return false;
        text = slice_make(text.at + taken, text.length - (size_t)taken);
    }
    return true;
}

int
page_create(struct slice text)
{
    int fd = memfd_create("fairlead-page", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd == -1)
        return -1;
    if (text.length <= PAGE_BYTES_MAX && write_all(fd, text) &&
        fcntl(fd, F_ADD_SEALS, PAGE_SEALS) == 0)
        return fd;
    int reason = text.length <= PAGE_BYTES_MAX ? errno : EFBIG;
    close(fd);
    errno = reason;
    return -1;
}

char *
page_read(int fd, size_t most, size_t *length, const char **error)
{
    struct stat status;
    int seals = fcntl(fd, F_GET_SEALS);

    *error = NULL;
    if (seals == -1 || (seals & PAGE_SEALS) != PAGE_SEALS || fstat(fd, &status) == -1)
        *error = "it is not sealed";
    else if ((uint64_t)status.st_size > most)
        *error = "it is too large";
    if (*error != NULL)
        return NULL;
    char *text = memory_take((size_t)status.st_size + 1, 1);
    for (*length = 0; *length < (size_t)status.st_size;) {
        ssize_t got =
            pread(fd, text + *length, (size_t)status.st_size - *length, (off_t)*length);
        if (got <= 0)
            break;
        *length += (size_t)got;
    }
    return text;
}
