/* SPDX-License-Identifier: Apache-2.0 */
/* From the root down, one folder after the other. */
#include "base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

#define PARENT_MODE 0755

int
folder_make(const char *path, mode_t mode)
{
    char *part = memory_copy_text(path);

    for (char *slash = part; *slash != '\0' && (slash = strchr(slash + 1, '/')) != NULL;) {
        *slash = '\0';
        mkdir(part, PARENT_MODE); /* what is wrong, the last one says */
        *slash = '/';
    }
    free(part);
    return mkdir(path, mode) == -1 && errno != EEXIST ? -1 : 0;
}

/* New memory. */
static char *
folder_of(const char *file)
{
    const char *slash = strrchr(file, '/');

    if (slash == NULL)
        return memory_copy_text(".");
    return memory_copy_bytes(file, slash == file ? 1 : (size_t)(slash - file));
}

int
folder_make_for(const char *file, mode_t mode)
{
    char *folder = folder_of(file);
    int result = folder_make(folder, mode);
    int error = errno;

    free(folder);
    errno = error;
    return result;
}

int
folder_sync_for(const char *file)
{
    char *folder = folder_of(file);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = fd == -1 ? -1 : fsync(fd);
    int error = errno;

    if (fd != -1)
        close(fd);
    free(folder);
    errno = error;
    return result;
}
