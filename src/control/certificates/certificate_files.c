/* SPDX-License-Identifier: Apache-2.0 */
#include "control/certificates/certificate_files.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int
make(const char *name)
{
    return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

bool
certificate_files_make(struct certificate_files *files)
{
    *files = CERTIFICATE_FILES_NONE;
    files->fd = make("fairlead-certificates");
    if (files->fd != -1)
        files->keys_fd = make("fairlead-keys");
    if (files->keys_fd != -1)
        files->api_fd = make("fairlead-api-key");
    if (files->api_fd != -1)
        return true;
    int reason = errno;
    certificate_files_close(files);
    errno = reason;
    return false;
}

bool
certificate_files_are_empty(const struct certificate_files *files)
{
    struct stat status;

    return files->fd == -1 || fstat(files->fd, &status) == -1 || status.st_size == 0;
}

void
certificate_files_close(struct certificate_files *files)
{
    if (files->fd != -1)
        close(files->fd);
    if (files->keys_fd != -1)
        close(files->keys_fd);
    if (files->api_fd != -1)
        close(files->api_fd);
    *files = CERTIFICATE_FILES_NONE;
}
